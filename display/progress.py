"""Progress: the dossiers of a hall as pages of rows, in the order in which they concern people.

Knows stages, due times and how many rows a page has; keeps out how long a page stands and where rows lie.
First whose result is ready, then who has to come, then what is in process, each by date and serial: that is
how somebody looks for his own. Units with late dossiers are pages of their own, the latest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from typing import Final, TypeVar

from broker import messages as m
from display import discreet
from display.scene import plain
from display.view import WAITS_FOR_CITIZEN, DossierRow, LateRow, Page, Standing

T = TypeVar("T")

STEADY: Final = frozenset({"processing", "overdue"})
AT_ONCE: Final = 10  # pages of dossiers in process before the others come again
LATE_AFTER: Final = 6  # pages of dossiers before one of the late list comes

ORDER: Final[dict[m.Stage, int]] = {"ready": 0, "supplement": 1, "payment": 1, "processing": 2}


@dataclass(frozen=True)
class Room:
    """How many rows a page of this wall has: dossiers, and late authorities. 0: the zone is refused."""

    dossiers: int
    late: int


@dataclass(frozen=True)
class Reader:
    """How the dossiers are read: the hall's clock, its language, and the authorities and officers that it
    knows."""

    zone: tzinfo
    lang: m.Lang
    known: frozenset[str]
    officers: frozenset[str] = frozenset()


def pages(dossiers: m.Dossiers | None, room: Room, now: datetime, reader: Reader) -> tuple[Page, ...]:
    """All pages of a round; none when there is no register. A register without dossiers has an empty one."""
    if dossiers is None or dossiers.known_at is None:
        return ()
    parts = [Page(0, 0, rows=tuple(part)) for part in chunks(rows(dossiers, now, reader), room.dossiers)]
    for late, time_of in ((dossiers.late, month_of), (dossiers.late_year, year_of)):
        if late is not None and (month := time_of(late.month)):
            day, units = day_of(late.overdue_on), late_rows(late, reader)
            parts += [Page(0, 0, (), tuple(part), month, day) for part in chunks(units, room.late)]
    parts = parts or [Page(0, 0)]
    return tuple(replace(part, number=number, of=len(parts)) for number, part in enumerate(parts, 1))


def tour(made: Sequence[Page]) -> tuple[Page, ...]:
    """The pages as they come one after the other. Those that ask somebody to come are not away for long:

    of many pages in process only some are shown before results, supplements and fees come again. Nor is the
    late list: one of its pages in turn comes after every few others.
    """
    late = [page for page in made if page.late]
    steady = [page for page in made if page.rows and all(row.standing in STEADY for row in page.rows)]
    urgent = [page for page in made if page not in late and page not in steady]
    parts = chunks(steady, max(AT_ONCE, len(urgent))) or [()]
    others = [page for part in parts for page in (*urgent, *part)]
    return tuple(among(others, late) if late else others)


def among(others: Sequence[Page], late: Sequence[Page]) -> list[Page]:
    """One late page after some others, in turn; those whose turn has not come, at the end."""
    found, stretches = list[Page](), chunks(others, LATE_AFTER)
    for n, stretch in enumerate(stretches):
        found += (*stretch, late[n % len(late)])
    return [*found, *late[len(stretches) :]]


def chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def rows(dossiers: m.Dossiers, now: datetime, reader: Reader) -> list[DossierRow]:
    """The dossiers that may be shown, in order."""
    today = now.astimezone(reader.zone).date()
    found = [
        (ORDER[line.stage], discreet.serial(code), code, row(line, code, now, reader))
        for line in dossiers.lines
        if (code := discreet.dossier_code(line.code, today)) is not None
    ]
    return [shown for *_, shown in sorted(found, key=lambda each: each[:3])]


def left_out(dossiers: m.Dossiers, now: datetime, reader: Reader) -> int:
    """How many dossiers have a code that says more than a code, and are not shown."""
    today = now.astimezone(reader.zone).date()
    return sum(discreet.dossier_code(line.code, today) is None for line in dossiers.lines)


def row(line: m.DossierLine, code: str, now: datetime, reader: Reader) -> DossierRow:
    late = line.stage == "processing" and line.due is not None and line.due < now
    standing: Standing = "overdue" if late else line.stage
    due: date | time | None = None
    if line.due is not None:
        at, today = line.due.astimezone(reader.zone), now.astimezone(reader.zone).date()
        due = at.time().replace(second=0, microsecond=0) if at.date() == today else at.date()
    place = discreet.counter(line.place) if line.place else ""
    return DossierRow(
        code, discreet.authority(line.authority, reader.lang, reader.known), standing, place, due
    )


def late_rows(late: m.LateList, reader: Reader) -> list[LateRow]:
    """The late authorities, most late dossiers first, each with its officers where they are named; one that
    nobody knows is left out."""
    known: list[tuple[LateRow, m.LateUnit]] = []
    for unit in late.units:
        name = discreet.authority(unit.authority, reader.lang, reader.known)
        if name != discreet.UNKNOWN and unit.overdue + unit.resolved_late:
            known.append((LateRow(name, unit.overdue, unit.resolved_late), unit))
    known.sort(key=lambda each: _latest(each[0]))
    return [row for own, unit in known for row in (own, *officer_rows(own.authority, unit, reader))]


def officer_rows(authority: str, unit: m.LateUnit, reader: Reader) -> list[LateRow]:
    """The officers of one authority, most late dossiers first."""
    named = [
        LateRow(authority, one.overdue, one.resolved_late, name)
        for one in unit.officers
        if (name := discreet.officer(one.name, reader.officers)) != discreet.UNKNOWN
        and one.overdue + one.resolved_late
    ]
    return sorted(named, key=_latest)


def _latest(row: LateRow) -> tuple[int, int]:
    return -row.overdue, -row.resolved_late


def year_of(text: str) -> str:
    """`2026` of itself; "" for anything else."""
    shown = plain(text, 4)
    return shown if len(shown) == 4 == len(text) and shown.isascii() and shown.isdigit() else ""


def month_of(text: str) -> str:
    """`11/2026` of `2026-11`; "" for anything else."""
    try:
        return f"{datetime.strptime(plain(text, 7), '%Y-%m'):%m/%Y}"
    except ValueError:
        return ""


def day_of(text: str) -> str:
    """`26/11` of `2026-11-26`; "" for anything else."""
    try:
        return f"{date.fromisoformat(plain(text, 10)):%d/%m}"
    except ValueError:
        return ""


def totals(dossiers: m.Dossiers) -> tuple[int, int]:
    """How many results are ready, and how many dossiers wait for their citizen."""
    counts: dict[m.Stage, int] = dict(dossiers.totals)
    for line in dossiers.lines if not counts else ():
        counts[line.stage] = counts.get(line.stage, 0) + 1
    return counts.get("ready", 0), sum(counts.get(stage, 0) for stage in WAITS_FOR_CITIZEN)
