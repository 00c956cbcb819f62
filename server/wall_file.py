"""`[wall]` and `[sound]` of the hall's file, read into what displays work from.

Knows what makes no sense in a day of a wall, and names it with file, key and the nearest that would do; keeps
out the hall itself, and when it is open.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from broker import messages as m
from hardware.settings import SettingsError
from server import site_shape as shape

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DWELL_S: Final = 8.0  # every call is the wall's largest thing for at least so long
USUAL_WALL: Final = m.DisplayPlan(dwell_s=DWELL_S)  # of a file that says nothing

EVERY_DAY: Final = tuple(range(len(DAYS)))
MIDNIGHT, DAYS_END = "00:00", "24:00"  # what a span ends with that lasts until the next day, and what that is
NO_SLIDE: Final = "there is no [[wall.slide]] to show"


def wall_plan(path: Path, wall: shape.Wall, sound: shape.Sound) -> m.DisplayPlan:
    """The plan of the hall's displays, but for its openings. Raises SettingsError, `path` is the file's."""
    schedule = tuple(_span(path, place, row) for place, row in enumerate(wall.schedule))
    _check_spans(path, "wall.schedule", schedule, [span.days for span in schedule])
    _check_spans(path, "sound.span", sound.span, [EVERY_DAY for _ in sound.span])
    if not wall.slide:
        for key, zone in (
            ("zone", wall.zone),
            *((f"schedule[{n}].zone", s.zone) for n, s in enumerate(schedule)),
        ):
            if zone == "slides":
                raise SettingsError(path, f"wall.{key}", NO_SLIDE, "calls")
    return m.DisplayPlan(
        dwell_s=DWELL_S,
        rows=wall.rows,
        zone=wall.zone,
        schedule=schedule,
        slides=tuple(
            m.Slide(_words(slide.title), tuple(_words(line) for line in slide.lines)) for slide in wall.slide
        ),
        counters=wall.counters,
        page_s=wall.page_s,
        old_min=wall.old_min,
        repeats=sound.repeats,
        volume=sound.volume,
        volumes=tuple(m.VolumeSpan(span.starts, span.ends, span.volume) for span in sound.span),
    )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be."""
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return close[0] if close else None


def _span(path: Path, place: int, row: shape.Span) -> m.ZoneSpan:
    texts = (row.days,) if isinstance(row.days, str) else row.days
    days = {day for text in texts for day in _days(path, f"wall.schedule[{place}].days", text)}
    if not days:
        raise SettingsError(path, f"wall.schedule[{place}].days", "names no day; leave it out for every day")
    return m.ZoneSpan(tuple(sorted(days)), row.starts, row.ends, row.zone)


def _days(path: Path, key: str, text: str) -> tuple[int, ...]:
    """The weekdays of "fri" or "mon-fri", Monday 0; "sat-mon" goes over the week's end."""
    first, dash, last = text.partition("-")
    for name in (first, last) if dash else (first,):
        if name not in DAYS:
            what = f"there is no day '{name}': write {', '.join(DAYS)}, or mon-fri"
            raise SettingsError(path, key, what, nearest(name.lower(), DAYS))
    begins, ends = DAYS.index(first), DAYS.index(last if dash else first)
    return tuple((begins + n) % len(DAYS) for n in range((ends - begins) % len(DAYS) + 1))


def _check_spans(
    path: Path,
    key: str,
    spans: Sequence[m.ZoneSpan | shape.VolumeSpan],
    days: Sequence[tuple[int, ...]],
) -> None:
    """Each ends after it starts, at midnight at the latest, and no two say something of the same minute."""
    ends = [DAYS_END if span.ends == MIDNIGHT else span.ends for span in spans]
    for place, span in enumerate(spans):
        if ends[place] <= span.starts:
            what = f"{span.ends} is not after {span.starts}, when it starts; over midnight it takes two"
            raise SettingsError(path, f"{key}[{place}].ends", what, MIDNIGHT)
        for other in range(place):
            before = spans[other]
            shared = [DAYS[day] for day in days[place] if day in days[other]]
            if shared and before.starts < ends[place] and span.starts < ends[other]:
                what = (
                    f"{span.starts}-{span.ends} overlaps {before.starts}-{before.ends} of [{other}]"
                    f" on {', '.join(shared)}"
                )
                raise SettingsError(path, f"{key}[{place}].starts", what, before.ends)


def _words(row: shape.Words) -> m.Words:
    return m.Words(row.vi, row.en)
