"""Where lines and marks of a chart go: a day's waits as points of an SVG. Pure numbers; the template draws.

A half hour in which nobody was called is a gap, not a zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from server.figures import HalfHour

WIDTH, HEIGHT = 620, 236
LEFT, RIGHT, TOP, BOTTOM = 34, 104, 12, 28  # room for the scale, the names at the line ends, the hours
LABELS = 8
WIDE_LEFT = 58  # for counts of five figures


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Series:
    """One line. runs: stretches without a gap, as the points of a polyline; last: where its name goes."""

    points: tuple[Point, ...]
    runs: tuple[str, ...]

    @property
    def last(self) -> Point | None:
        return self.points[-1] if self.points else None


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    p50: Series
    p90: Series
    p50_label_y: float
    p90_label_y: float
    target_y: float | None
    target: int | None
    rules: tuple[tuple[float, int], ...]  # y and minutes of each horizontal rule
    hours: tuple[tuple[float, str], ...]  # x and text of each label
    left: int
    right: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Columns of a bar chart: x, y, width, height and value of each; the rest as in `Chart`."""

    width: int
    height: int
    bars: tuple[tuple[float, float, float, float, int], ...]
    rules: tuple[tuple[float, int], ...]
    labels: tuple[tuple[float, str], ...]
    left: int
    right: float


def wait_chart(rows: Sequence[HalfHour], zone: tzinfo, target: int | None) -> Chart:
    """The p50 and p90 of each half hour, in minutes; `target`: the promised wait, where there is one."""
    return line_chart([(_hour(r, zone), r.waits.p50, r.waits.p90) for r in rows], target)


def line_chart(points: Sequence[tuple[str, int | None, int | None]], target: int | None) -> Chart:
    """A label, the p50 and the p90 of each point of time, in minutes."""
    values = [v for _, *both in points for v in both if isinstance(v, int)]
    step = _step(max([*values, target or 0, 20]))
    top = -(-max([*values, target or 0, 20]) // step) * step
    right = WIDTH - RIGHT
    wide = (right - LEFT - 16) / max(1, len(points) - 1)

    def x(place: int) -> float:
        return round(LEFT + 8 + place * wide, 1)

    def y(minutes: int) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - minutes / top), 1)

    p50 = _series([(x(i), y(p), p) if p is not None else None for i, (_, p, _) in enumerate(points)])
    p90 = _series([(x(i), y(p), p) if p is not None else None for i, (_, _, p) in enumerate(points)])
    every = max(1, -(-len(points) // LABELS))
    low = p50.last.y if p50.last else 0.0
    high = p90.last.y if p90.last else 0.0
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        p50=p50,
        p90=p90,
        p50_label_y=max(low, high + 18) if p90.last else low,
        p90_label_y=high,
        target_y=None if target is None else y(target),
        target=target,
        rules=tuple((y(m), m) for m in range(0, top + 1, step)),
        hours=tuple((x(i), label) for i, (label, _, _) in enumerate(points) if i % every == 0),
        left=LEFT,
        right=right,
    )


def bar_chart(points: Sequence[tuple[str, int]]) -> Bars:
    """A label and a count of each."""
    top = max([n for _, n in points] + [1])
    step = next(s * 10**e for e in range(9) for s in (1, 2, 5) if top <= 5 * s * 10**e)
    top = -(-top // step) * step
    room, right = HEIGHT - TOP - BOTTOM, WIDTH - 12
    each = (right - WIDE_LEFT) / max(1, len(points))
    every = max(1, -(-len(points) // LABELS))
    bars = []
    for i, (_, n) in enumerate(points):
        high = round(room * n / top, 1)
        at = (round(WIDE_LEFT + i * each + each * 0.15, 1), round(TOP + room - high, 1))
        bars.append((*at, round(each * 0.7, 1), high, n))
    return Bars(
        width=WIDTH,
        height=HEIGHT,
        bars=tuple(bars),
        rules=tuple((round(TOP + room * (1 - v / top), 1), v) for v in range(0, top + 1, step)),
        labels=tuple(
            (round(WIDE_LEFT + (i + 0.5) * each, 1), label)
            for i, (label, _) in enumerate(points)
            if i % every == 0
        ),
        left=WIDE_LEFT,
        right=right,
    )


def _step(highest: int) -> int:
    return next((s for s in (5, 10, 20, 30, 60, 120) if highest <= 5 * s), 240)


def _hour(row: HalfHour, zone: tzinfo) -> str:
    return row.begins.astimezone(zone).strftime("%H:%M").removeprefix("0")


def _series(places: Sequence[tuple[float, float, int] | None]) -> Series:
    runs: list[list[str]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(f"{place[0]},{place[1]}")
    points = tuple(Point(*place) for place in places if place is not None)
    return Series(points, tuple(" ".join(run) for run in runs if len(run) > 1))
