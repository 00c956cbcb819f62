"""What happened on a day one by one, as figures count it: calls, their ends, counters open and paused. Pure.

A deed belongs to the service, counter and officer for which it is counted (`server.history.cube`), so a list
of deeds is as long as the figure above it. Kept with a day's sums: nothing of it is not in the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from server.history.facts import DayFacts

CALL: Final = "call"
RATED: Final = "rated"
OPEN: Final = "open"
BREAK: Final = "break"
REQUEUED: Final = "requeued"
TRANSFERRED: Final = "transferred"
OUT_OF_TURN: Final = "out-of-turn"
BY_ITSELF: Final = "auto"  # a call that the day's closing ended
STILL: Final = "still"  # a counter open now
LEFT: Final = "left"  # a counter that the day's closing closed

# Where the deeds of a day are kept, so that a list reads no more than it tells.
CALLS, RATINGS, OTHERS = "deeds call", "deeds rated", "deeds"
KEPT_AS: Final = {CALL: CALLS, RATED: RATINGS}


class Deed(msgspec.Struct, frozen=True, array_like=True):
    """kind: of the words above. ticket: "" of a counter alone; officer: "" for nobody known.

    at: when it began; of a rating, when its number was issued: who rated when is nobody's business. until:
    when a call, an open counter or a break ended. how: of a call, "" while it lasts, `BY_ITSELF`, or how it
    ended; of a break, its reason; of an open counter, `STILL`, `LEFT` or "".
    """

    kind: str
    ticket: str
    service: str
    counter: str
    officer: str
    at: datetime
    until: datetime | None = None
    how: str = ""


def deeds_of(facts: DayFacts) -> dict[str, tuple[Deed, ...]]:
    """All of a day in the order in which they began, by where they are kept."""
    found: dict[str, list[Deed]] = {CALLS: [], RATINGS: [], OTHERS: []}
    for deed in (*_calls(facts), *_ratings(facts), *_notes(facts), *_spells(facts)):
        found[KEPT_AS.get(deed.kind, OTHERS)].append(deed)
    return {where: tuple(sorted(deeds, key=lambda deed: deed.at)) for where, deeds in found.items()}


def _calls(facts: DayFacts) -> Iterator[Deed]:
    for s in facts.stays:
        how = BY_ITSELF if s.auto else s.end
        yield Deed(CALL, s.ticket, s.service, s.counter, s.officer or "", s.called_at, s.ended_at, how)


def _ratings(facts: DayFacts) -> Iterator[Deed]:
    """That it was rated; not how."""
    issued = {ticket.id: ticket.issued_at for ticket in facts.tickets}
    for r in facts.ratings:
        yield Deed(RATED, r.ticket, r.service, r.counter or "", r.officer or "", issued[r.ticket])


def _notes(facts: DayFacts) -> Iterator[Deed]:
    of = {ticket.id: ticket for ticket in facts.tickets}
    for note in facts.notes:
        t = of[note.ticket]
        yield Deed(note.what, t.id, t.service, t.counter or "", t.officer or "", note.at)


def _spells(facts: DayFacts) -> Iterator[Deed]:
    for s in facts.spells:
        kind = BREAK if s.paused else OPEN
        how = s.reason if s.paused else STILL if s.still else LEFT if s.left else ""
        yield Deed(kind, "", "", s.counter, s.officer or "", s.begins, None if s.still else s.ends, how)
