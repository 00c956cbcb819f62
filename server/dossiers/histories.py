"""How dossiers stood from when on: what their sources told, and what was seen when a state had changed.

Written in the transaction that writes the dossiers, with what follows from it: how often somebody was asked
for more papers, and when a dossier waited for its citizen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from server.dossiers import pauses
from server.dossiers.overdue import Span, kept, untold
from server.dossiers.register import Dossier, Step
from server.dossiers.rows import instant_of, step_table, text_of
from server.dossiers.status import PAUSED, Status

# A step that is told knows better than one that was seen.
_NOTE: Final = "INSERT OR {} INTO step (code, at, status, authority, officer) VALUES (?, ?, ?, ?, ?)"


class Heard(NamedTuple):
    """A dossier that is new or changed. told: its history, as far as its source has one; known: as it was;
    waited: the pauses that are kept of it."""

    d: Dossier
    told: tuple[Step, ...] = ()
    known: Dossier | None = None
    waited: Sequence[Span] = ()

    def steps(self, known_at: datetime) -> tuple[Step, ...]:
        """What is new of its history: told or, of a source that has none, seen."""
        return self.told or tuple(_seen(self.d, self.known, known_at))


class Noted(NamedTuple):
    """By code. asked: how often for more papers, of those that were; waited: the pauses of those that have
    any."""

    asked: dict[str, int]
    waited: dict[str, Sequence[Span]]


def note(db: sa.Connection, heard: Sequence[Heard], known_at: datetime) -> Noted:
    """Write what is new of their histories."""
    new = {one.d.code: one.steps(known_at) for one in heard}
    told = [_row(one.d.code, step) for one in heard if one.told for step in one.told]
    seen = [_row(one.d.code, step) for one in heard if not one.told for step in new[one.d.code]]
    waiting = [one for one in heard if _waits(one, new[one.d.code])]  # no other has such a step
    before = known(db, [one.d.code for one in waiting if one.known is not None])
    waited: dict[str, Sequence[Span]] = {}
    for d, _, _, was in waiting:
        steps = [*before.get(d.code, ()), *new[d.code]]
        if (step := untold(d, steps, known_at)) is not None:
            steps.append(step)
            seen.append(_row(d.code, step))
        waited[d.code] = kept(was, steps)
    pauses.write(db, waited, [one.d.code for one in waiting if one.waited])
    for verb, some in (("REPLACE", told), ("IGNORE", seen)):
        if some:
            db.exec_driver_sql(_NOTE.format(verb), some)
    return Noted(_asked(db, [*told, *seen]), waited)


def known(db: sa.Connection, codes: Sequence[str]) -> dict[str, set[Step]]:
    """code -> the steps that are kept of it."""
    found: dict[str, set[Step]] = {}
    for row in db.execute(step_table.select().where(step_table.c.code.in_(codes))):
        found.setdefault(row.code, set()).add(step_of(row))
    return found


def step_of(row: Any) -> Step:
    return Step(instant_of(row.at), Status(row.status), row.authority, row.officer)


def _asked(db: sa.Connection, rows: Sequence[tuple[str, ...]]) -> dict[str, int]:
    s, wanted = step_table.c, Status.AWAITING_SUPPLEMENT.value
    codes = sorted({code for code, _, how, *_ in rows if how == wanted})
    if not codes:
        return {}
    is_asked = s.status == sa.literal_column(f"'{wanted}'")  # by an index that has no other
    times = sa.select(s.code, sa.func.count()).where(s.code.in_(codes), is_asked).group_by(s.code)
    return {code: n for code, n in db.execute(times)}


def _waits(one: Heard, new: Sequence[Step]) -> bool:
    """Whether it waits for its citizen, or ever did."""
    return one.d.status in PAUSED or bool(one.waited) or any(step.status in PAUSED for step in new)


def _seen(d: Dossier, known: Dossier | None, known_at: datetime) -> Iterator[Step]:
    """The history that a state shows: what is new since it was seen last."""
    if known is None and d.counts:
        yield Step(d.received, Status.ACCEPTED, d.authority)
    if d.resolved is not None and (known is None or known.resolved != d.resolved):
        yield Step(d.resolved, d.status if d.status is not Status.RETURNED else Status.RESOLVED, d.authority)
    if d.returned is not None and (known is None or known.returned != d.returned):
        yield Step(d.returned, Status.RETURNED, d.authority)
    told = d.resolved is not None if d.status is not Status.RETURNED else d.returned is not None
    first = known is None and d.status is Status.ACCEPTED
    if not (d.ended and told) and not first and (known is None or known.status is not d.status):
        yield Step(max(known_at, d.received), d.status, d.authority, d.officer)


def _row(code: str, step: Step) -> tuple[str, ...]:
    return code, text_of(step.at), step.status.value, step.authority, step.officer
