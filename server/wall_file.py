"""`[wall]` and `[sound]` of the hall's document, made into what displays work from.

Keeps out the hall itself, and when it is open; what makes no sense is named by `server.site_check`.
"""

from __future__ import annotations

from typing import Final

from broker import messages as m
from server import site_shape as shape
from server.site_check import day_names, days_of

DWELL_S: Final = 8.0  # every call is the wall's largest thing for at least so long
USUAL_WALL: Final = m.DisplayPlan(dwell_s=DWELL_S)  # of a file that says nothing


def wall_plan(wall: shape.Wall, sound: shape.Sound) -> m.DisplayPlan:
    """The plan of the hall's displays, but for its openings."""
    return m.DisplayPlan(
        dwell_s=DWELL_S,
        rows=wall.rows,
        zone=wall.zone,
        schedule=tuple(_span(row) for row in wall.schedule),
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


def _span(row: shape.Span) -> m.ZoneSpan:
    days = {day for text in day_names(row) for day in days_of(text) or ()}
    return m.ZoneSpan(tuple(sorted(days)), row.starts, row.ends, row.zone)


def _words(row: shape.Words) -> m.Words:
    return m.Words(row.vi, row.en)
