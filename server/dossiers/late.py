"""Who was late: authorities and their officers in a month or a year, by the sums of the register.

Figures are those of the form for the same days, so that list and report never differ. Names are those of the
hall at that moment; a list that was approved keeps them. Nothing of a citizen is here.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, tzinfo
from typing import Final

import msgspec
import sqlalchemy as sa

from broker.messages import LateList, LateOfficer, LateUnit, Words
from server.dossiers import sums
from server.dossiers.rows import dossier_table, text_of
from server.dossiers.sums import Dimension
from server.dossiers.tally import Judgement, Period, Row
from server.people.contacts import spelled
from server.site_file import HallConfig

d = dossier_table.c

PERIOD: Final = re.compile(r"(20\d{2})(?:-(0[1-9]|1[0-2]))?")
NAMED: Final = 120  # officers on a wall at the most, those with most late dossiers
NAME: Final = 60  # characters of one
SPRING: Final = "-04"  # a wall has the list of a year until there is one of April


class Figures(msgspec.Struct, frozen=True):
    """overdue: in process and past the promise at the list's moment; resolved_late: within its time."""

    overdue: int = 0
    resolved_late: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(self.overdue + other.overdue, self.resolved_late + other.resolved_late)

    def __sub__(self, other: Figures) -> Figures:
        return Figures(self.overdue - other.overdue, self.resolved_late - other.resolved_late)

    def __bool__(self) -> bool:
        return bool(self.overdue or self.resolved_late)


class OfficerLine(msgspec.Struct, frozen=True):
    """name: as the source has it. title: "" where none is known. known: the hall's own list of officers has
    this name; nobody else is ever named in public. note: what the unit says about it."""

    name: str
    title: str
    figures: Figures
    known: bool
    note: str = ""


class UnitLine(msgspec.Struct, frozen=True):
    """An authority. figures: None where it had no dossiers at all, which is not zero. officers: the late
    ones; `unnamed` is the rest."""

    authority: str
    name: Words
    short: Words
    figures: Figures | None
    officers: tuple[OfficerLine, ...] = ()
    note: str = ""

    @property
    def unnamed(self) -> Figures:
        """What no source names an officer for."""
        return (self.figures or Figures()) - total(one.figures for one in self.officers)


class LateSheet(msgspec.Struct, frozen=True):
    """The list of a period, `2026-10` or `2026`. overdue_at: as of when what is overdue is so: the end of the
    period, or how the register was last known, if that was before it ended."""

    period: str
    overdue_at: datetime
    units: tuple[UnitLine, ...]

    @property
    def yearly(self) -> bool:
        return len(self.period) == 4

    @property
    def late(self) -> tuple[UnitLine, ...]:
        """Most late dossiers first."""
        found = [unit for unit in self.units if unit.figures]
        return tuple(sorted(found, key=lambda unit: _latest(unit.figures)))

    @property
    def calm(self) -> tuple[UnitLine, ...]:
        """With dossiers, and none of them late."""
        return tuple(unit for unit in self.units if unit.figures is not None and not unit.figures)

    @property
    def blank(self) -> tuple[UnitLine, ...]:
        return tuple(unit for unit in self.units if unit.figures is None)

    @property
    def total(self) -> Figures:
        return total(unit.figures for unit in self.units if unit.figures is not None)

    @property
    def mark(self) -> str:
        """Names what somebody saw, so that nothing else is approved. One that still runs is another list the
        next day, and not with every delivery that changes nothing."""
        day = self.overdue_at.replace(hour=0, minute=0, second=0, microsecond=0)
        seen = msgspec.structs.replace(self, overdue_at=day)
        return hashlib.sha256(msgspec.json.encode(seen)).hexdigest()[:32]

    def same_as(self, other: LateSheet) -> bool:
        """Whether the figures are the same, whatever was noted and whoever was renamed since."""
        return _bare(self) == _bare(other)


def total(figures: Iterable[Figures]) -> Figures:
    return sum(figures, Figures())


def is_period(text: str | None) -> bool:
    return text is not None and PERIOD.fullmatch(text) is not None


def span(period: str, zone: tzinfo) -> Period:
    """The whole days of `2026-10` or `2026`."""
    year, month = int(period[:4]), int(period[5:] or 1)
    last = (year, month + 1) if len(period) > 4 and month < 12 else (year + 1, 1)
    begins, ends = (datetime.combine(datetime(y, m, 1), time(), zone) for y, m in ((year, month), last))
    return Period(begins.astimezone(UTC), ends.astimezone(UTC))


def sheet(
    db: sa.Connection,
    config: HallConfig,
    period: str,
    known_at: datetime,
    notes: Mapping[tuple[str, str], str] | None = None,
) -> LateSheet:
    """The list as the register has it now. notes: (authority, officer, "" for its own line) -> text."""
    zone, noted = config.site.zone, notes or {}
    days = span(period, zone)
    ids = [a.id for a in config.site.authorities]
    units = sums.form(db, Dimension.AUTHORITY, ids, days, known_at, zone).rows
    officers: dict[str, list[OfficerLine]] = {}
    titles = {spelled(name): config.titles.get(id, "") for id, name in config.officers.items()}
    for (authority, name), figures in by_officer(db, ids, days, known_at).items():
        note = noted.get((authority, name), "")
        line = OfficerLine(name, titles.get(name, ""), figures, name in titles, note)
        officers.setdefault(authority, []).append(line)
    lines = tuple(
        UnitLine(
            a.id,
            Words(a.name.vi, a.name.en),
            Words(a.short.vi, a.short.en),
            _figures(units[a.id]),
            tuple(sorted(officers.get(a.id, ()), key=lambda one: (_latest(one.figures), one.name))),
            noted.get((a.id, ""), ""),
        )
        for a in config.site.authorities
    )
    return LateSheet(period, min(known_at, days.ends), lines)


def by_officer(
    db: sa.Connection, authorities: Sequence[str], days: Period, known_at: datetime
) -> dict[tuple[str, str], Figures]:
    """(authority, officer) -> figures, of those who have any. Late dossiers alone are looked at, by their
    indexes: a province has thousands of officers, and sums of them all are ten times as many."""
    assert days.begins is not None
    late = d.authority.in_(authorities), d.judged == Judgement.LATE.value
    begins, ends = text_of(days.begins), text_of(days.ends)
    resolved = _counted(db, *late, d.over >= begins, d.over < ends)
    if known_at < days.ends:
        overdue = _counted(db, *sums.overdue_where(known_at))
    else:
        still, since = sums.overdue_then(days.ends)
        overdue = _counted(db, *still) + _counted(db, *late, *since)
    found = {key: Figures(overdue[key], resolved[key]) for key in overdue | resolved}
    return {key: figures for key, figures in found.items() if key[0] in authorities}


def _counted(db: sa.Connection, *where: sa.ColumnElement[bool]) -> Counter[tuple[str, str]]:
    wanted = sa.select(d.authority, d.officer, sa.func.count()).where(*where)
    found: Counter[tuple[str, str]] = Counter()
    for authority, officer, n in db.execute(wanted.group_by(d.authority, d.officer)):
        if officer:
            found[authority, spelled(officer)] += n
    return found


def public(found: LateSheet, officers: bool) -> LateSheet:
    """What everybody may see of it: no notes, and of officers those whom the hall itself names, or none."""

    def named(unit: UnitLine) -> Iterator[OfficerLine]:
        for one in unit.officers if officers else ():
            if one.known:
                yield msgspec.structs.replace(one, note="")

    units = (msgspec.structs.replace(u, officers=tuple(named(u)), note="") for u in found.units)
    return msgspec.structs.replace(found, units=tuple(units))


def wall_list(found: LateSheet, officers: bool) -> LateList:
    """The message of a list that was approved."""
    seen = public(found, officers)
    every = sorted(_latest(one.figures) for unit in seen.late for one in unit.officers)
    least = every[NAMED - 1] if len(every) > NAMED else None
    left = NAMED
    units = []
    for unit in seen.late:
        some = [one for one in unit.officers if least is None or _latest(one.figures) <= least][:left]
        left -= len(some)
        named = tuple(
            LateOfficer(one.name[:NAME], one.figures.overdue, one.figures.resolved_late) for one in some
        )
        assert unit.figures is not None
        units.append(LateUnit(unit.short, unit.figures.overdue, unit.figures.resolved_late, named))
    return LateList(found.period, tuple(units))


def still_shown(year: str, newest_month: str | None) -> bool:
    """Whether a wall still has the list of a year, when the newest list of a month is this one."""
    return newest_month is None or newest_month < f"{int(year) + 1}{SPRING}"


def _figures(row: Row | None) -> Figures | None:
    return None if row is None else Figures(row.pending_overdue, row.resolved_late)


def _latest(figures: Figures | None) -> tuple[int, int]:
    found = figures or Figures()
    return -found.overdue, -found.resolved_late


def _bare(found: LateSheet) -> list[tuple[str, Figures | None, dict[str, Figures]]]:
    return [(u.authority, u.figures, {o.name: o.figures for o in u.officers}) for u in found.units]
