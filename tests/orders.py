"""What comes back of an order, gathered as the server gathers it."""

from __future__ import annotations

from collections.abc import Callable

from broker import messages as m


def answered(order: str, hears: Callable[[], m.AnyOutcome]) -> tuple[list[str], bytes]:
    """The words of an order up to its last, `heard`, then `done` or the code of the refusal; and what was
    handed over with it. Outcomes of other orders are passed over."""
    words: list[str] = []
    parts: list[bytes] = []
    while True:
        outcome = hears()
        if outcome.order != order:
            continue
        if isinstance(outcome, m.Piece):
            assert outcome.n == len(parts) + 1
            parts.append(outcome.data)
            continue
        words.append(outcome.code or outcome.what)
        if outcome.what != "heard":
            return words, b"".join(parts)
