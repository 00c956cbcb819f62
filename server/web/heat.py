"""The heat map: the median wait by weekday and hour, in classes by how it stands to the promise. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from server.hall.site import Site
from server.history.sums import Sums
from server.history.table import Cell, Column, Kind, Table
from server.web.words import TEXTS

USUAL_MIN: Final = 15  # where services promise nothing


@dataclass(frozen=True, slots=True)
class Heat:
    """table: None while nobody was called. classes: 0 to 4 of its cells; steps: where 1 to 4 begin, min."""

    table: Table | None = None
    classes: tuple[tuple[int | None, ...], ...] = ()
    steps: tuple[int, ...] = ()


def heat_of(
    site: Site, slots: Mapping[str, Sums], target: int | None, way: Mapping[str, str], lang: str
) -> Heat:
    """slots: "weekday.half-hour" -> sums. target: the promised wait, min. way: to the called behind all."""
    cells = grouped(slots, lambda slot: f"{slot.partition('.')[0]}.{int(slot.partition('.')[2]) // 2}")
    cells = {key: sums for key, sums in cells.items() if sums.called}
    if not cells:
        return Heat()
    weekdays = sorted({int(key.partition(".")[0]) for key in cells})
    hours = sorted({int(key.partition(".")[2]) for key in cells})
    steps = heat_steps(target or USUAL_MIN)
    rows, classes = [], []
    for weekday in weekdays:
        row, mine = [Cell(TEXTS(f"weekday.{weekday}", lang))], list[int | None]()
        for hour in hours:
            sums = cells.get(f"{weekday}.{hour}")
            wait = None if sums is None else sums.wait_percentile(50)
            there = {**way, "weekday": str(weekday), "hour": str(hour)}
            row.append(Cell(wait, {} if wait is None else there))
            mine.append(None if wait is None else sum(wait >= step for step in steps))
        rows.append(tuple(row))
        classes.append(tuple(mine))
    columns = (
        Column(TEXTS("history.by-weekday", lang), Kind.TEXT),
        *(Column(_hour_label(site, hour), Kind.MINUTES) for hour in hours),
    )
    return Heat(Table("heat", TEXTS("history.heat", lang), columns, tuple(rows)), tuple(classes), steps)


def usual_target(site: Site, services: Iterable[str] | None = None) -> int | None:
    """The promised wait of most services, in minutes."""
    minutes = [
        int(s.target.total_seconds() // 60)
        for s in site.services.values()
        if services is None or s.id in services
    ]
    return max(set(minutes), key=minutes.count) if minutes else None


def heat_steps(target: int) -> tuple[int, ...]:
    """Where the classes of the heat map begin: about half the promise, near it, over it, far over it."""
    half, near = max(1, round(target * 0.53)), max(2, -(-target * 4 // 5))
    return half, near, target + 1, max(target + 2, round(target * 1.45))


def grouped(parts: Mapping[str, Sums], key: Callable[[str], str]) -> dict[str, Sums]:
    into: dict[str, Sums] = {}
    for old, sums in parts.items():
        into.setdefault(key(old), Sums()).add(sums)
    return into


def _hour_label(site: Site, hour: int) -> str:
    """`8`, or `7:30` where no session of the week covers the hour from its beginning."""
    halves = [
        2 * opens.hour + opens.minute // 30
        for day in site.hours.week
        for opens in (session.opens for session in day)
        if opens.hour == hour
    ]
    covered = any(
        (s.opens.hour, s.opens.minute) <= (hour, 0) < (s.closes.hour, s.closes.minute)
        for day in site.hours.week
        for s in day
    )
    return str(hour) if covered or not halves or min(halves) % 2 == 0 else f"{hour}:30"
