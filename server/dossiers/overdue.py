"""From when until when a dossier was overdue: past its promise, not over, not waiting for its citizen. Pure.

What it waited is known of its history: told by its source, or seen when a state changed. So what was overdue
at the end of a month stays what it was, however the dossier stands today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from server.dossiers.due import Moment
from server.dossiers.register import Dossier, Step
from server.dossiers.status import PAUSED

SECOND: Final = timedelta(seconds=1)  # between two steps, so that one is the later


class Span(NamedTuple):
    """After `begins`, to `ends` itself; None: it lasts."""

    begins: datetime
    ends: datetime | None

    def has(self, at: datetime) -> bool:
        return self.begins < at and (self.ends is None or at <= self.ends)


def pauses(steps: Iterable[Moment]) -> tuple[Span, ...]:
    """When a dossier waited for its citizen, in order. Of steps of one second a pause is the last."""
    found: list[Span] = []
    begun: datetime | None = None
    for at, stands in sorted((_second(step.at), step.status in PAUSED) for step in steps):
        if stands:
            begun = begun or at
        elif begun is not None:
            found.append(Span(begun, at))
            begun = None
    return (*found, Span(begun, None)) if begun is not None else tuple(found)


def untold(d: Dossier, steps: Sequence[Moment], known_at: datetime) -> Step | None:
    """What no step says: that a dossier waits by now, or waits no more. As of when that was seen; of a pause
    and something else of one second, that the other was the last."""
    if d.ended or not d.counts:
        return None
    waits, found = d.status in PAUSED, pauses(steps)
    if waits == (bool(found) and found[-1].ends is None):
        return None
    last = max((_second(step.at) for step in steps), default=d.received)
    of_last = {step.status in PAUSED for step in steps if _second(step.at) == last}
    seen = last if len(of_last) > 1 else max(known_at, d.received)
    return Step(max(seen, last + SECOND), d.status, d.authority, d.officer)


def kept(before: Sequence[Span], steps: Sequence[Moment]) -> tuple[Span, ...]:
    """The pauses of these steps, and those of before them: steps are not kept for ever."""
    first = min((_second(step.at) for step in steps), default=None)
    if first is None:
        return tuple(before)
    earlier = (Span(p.begins, min(p.ends or first, first)) for p in before if p.begins < first)
    return (*earlier, *pauses(steps))


def spans(due: datetime | None, over: datetime | None, waited: Iterable[Span]) -> Iterator[Span]:
    """When it was overdue. over: when it was resolved, as it is counted; waited: its pauses, in order."""
    if due is None:
        return
    begins = due
    for pause in waited:
        if over is not None and pause.begins >= over:
            break
        if pause.begins > begins:
            yield Span(begins, pause.begins)
        if pause.ends is None:
            return
        begins = max(begins, pause.ends)
    if over is None or over > begins:
        yield Span(begins, over)


def _second(at: datetime) -> datetime:
    """As it is kept: the same steps are the same pauses whenever they are read."""
    return at.astimezone(UTC).replace(microsecond=0)
