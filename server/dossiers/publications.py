"""Late lists that were approved: which figures, by whom and when, what took whose place. SQL of two tables.

A publication is never changed but for being withdrawn; a correction is another one, which names the one that
it takes the place of. Notes are what authorities say in writing about their lines; they stay with staff, and
one that names somebody who is deleted is emptied, also where a list that was approved has kept it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from broker.messages import LateList, LateUnit
from server.dossiers.folding import Names
from server.dossiers.late import Figures, LateSheet, UnitLine, still_shown, wall_list
from server.dossiers.rows import instant_of, late_note_table, publication_table, text_of

p = publication_table.c
n = late_note_table.c
LONGEST_NOTE: Final = 300


class Publication(msgspec.Struct, frozen=True):
    """approved_by: an account; approver: that person's name then. officers: whether they are named in public.
    replaces: the publication that this one corrects. dossiers: that nobody has withdrawn it."""

    id: int
    sheet: LateSheet
    approved_by: str
    approver: str
    approved_at: datetime
    officers: bool = False
    replaces: int | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None

    @property
    def period(self) -> str:
        return self.sheet.period

    @property
    def list(self) -> LateList:
        """What walls are told of it."""
        return wall_list(self.sheet, self.officers)


def history(db: sa.Connection, most: int = 24, period: str | None = None) -> list[Publication]:
    """The newest first, those that were withdrawn or corrected included."""
    wanted = publication_table.select().order_by(p.id.desc()).limit(most)
    if period is not None:
        wanted = wanted.where(p.month == period)
    return [_of(row) for row in db.execute(wanted)]


def standing(db: sa.Connection, period: str | None = None) -> list[Publication]:
    """The last of each period that was not withdrawn, the newest period first."""
    last = sa.select(sa.func.max(p.id)).group_by(p.month)
    wanted = publication_table.select().where(p.id.in_(last), p.withdrawn_at.is_(None))
    if period is not None:
        wanted = wanted.where(p.month == period)
    return [_of(row) for row in db.execute(wanted.order_by(p.month.desc()))]


def periods(db: sa.Connection) -> list[str]:
    """Those of which a list stands, the newest first; a year after its months."""
    last = sa.select(sa.func.max(p.id)).group_by(p.month)
    wanted = sa.select(p.month).where(p.id.in_(last), p.withdrawn_at.is_(None))
    return sorted(db.execute(wanted).scalars(), reverse=True)


def on_walls(db: sa.Connection) -> tuple[Publication | None, Publication | None]:
    """Of the newest month and of the newest year that a list was ever approved of; None where that one was
    withdrawn: no older one comes back."""
    periods = db.execute(sa.select(p.month).distinct()).scalars().all()
    months, years = (sorted(one for one in periods if len(one) == size) for size in (7, 4))
    found = [standing(db, some[-1]) if some else [] for some in (months, years)]
    month, year = (some[0] if some else None for some in found)
    if year is not None and not still_shown(year.period, months[-1] if months else None):
        year = None
    return month, year


def approve(
    db: sa.Connection, found: LateSheet, by: str, now: datetime, officers: bool = False, approver: str = ""
) -> Publication:
    """Publish a list, in the place of the one of its period that stands."""
    before = standing(db, found.period)
    db.execute(
        publication_table.insert().values(
            month=found.period,
            units="[]",
            sheet=msgspec.json.encode(found).decode(),
            officers=officers,
            replaces=before[0].id if before else None,
            approved_by=by,
            approver=approver or by,
            approved_at=text_of(now),
        )
    )
    return standing(db, found.period)[0]


def withdraw(db: sa.Connection, id: int, by: str, now: datetime) -> bool:
    """False when it does not stand any more."""
    last = sa.select(sa.func.max(p.id)).group_by(p.month)
    done = db.execute(
        publication_table.update()
        .where(p.id == id, p.id.in_(last), p.withdrawn_at.is_(None))
        .values(withdrawn_by=by, withdrawn_at=text_of(now))
    )
    return done.rowcount == 1


def notes(db: sa.Connection, period: str) -> dict[tuple[str, str], str]:
    """(authority, officer, "" for the authority's own line) -> what is noted."""
    return {
        (r.authority, r.officer): r.text
        for r in db.execute(late_note_table.select().where(n.period == period))
    }


def note(
    db: sa.Connection, period: str, authority: str, officer: str, text: str, by: str, now: datetime
) -> None:
    """Write down what is said about a line; nothing takes it away."""
    key = (n.period == period, n.authority == authority, n.officer == officer)
    db.execute(late_note_table.delete().where(*key))
    if text:
        db.execute(
            late_note_table.insert().values(
                period=period, authority=authority, officer=officer, text=text, by=by, at=text_of(now)
            )
        )


def forget(db: sa.Connection, persons: Names) -> None:
    """Take away the notes that have one of these names, and empty them in what was approved. Figures, and who
    approved them, stay as they are."""
    for row in db.execute(late_note_table.select()).all():
        if persons.within(row.text):
            line = n.period == row.period, n.authority == row.authority, n.officer == row.officer
            db.execute(late_note_table.delete().where(*line))
    for id, raw in db.execute(sa.select(p.id, p.sheet).where(p.sheet.is_not(None))).all():
        kept = msgspec.json.decode(raw, type=LateSheet)
        clean = without_notes(kept, persons.within)
        if clean != kept:
            text = msgspec.json.encode(clean).decode()
            db.execute(publication_table.update().where(p.id == id).values(sheet=text))


def without_notes(found: LateSheet, which: Callable[[str], bool]) -> LateSheet:
    """The same with those notes empty that are such."""

    def note(text: str) -> str:
        return "" if which(text) else text

    units = []
    for unit in found.units:
        officers = tuple(msgspec.structs.replace(one, note=note(one.note)) for one in unit.officers)
        units.append(msgspec.structs.replace(unit, officers=officers, note=note(unit.note)))
    return msgspec.structs.replace(found, units=tuple(units))


def _of(row: Any) -> Publication:
    return Publication(
        row.id,
        msgspec.json.decode(row.sheet, type=LateSheet) if row.sheet else _of_units(row),
        row.approved_by,
        row.approver or row.approved_by,
        instant_of(row.approved_at),
        bool(row.officers),
        row.replaces,
        row.withdrawn_by,
        None if row.withdrawn_at is None else instant_of(row.withdrawn_at),
    )


def _of_units(row: Any) -> LateSheet:
    """One from before lists had officers: short names and figures are all that was kept."""
    units = msgspec.json.decode(row.units, type=tuple[LateUnit, ...])
    lines = (UnitLine("", u.authority, u.authority, Figures(u.overdue, u.resolved_late)) for u in units)
    return LateSheet(row.month, instant_of(row.approved_at), tuple(lines))
