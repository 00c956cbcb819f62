"""Resting: what a panel at rest shows: the time of day and when the hall opens. Pure.

Knows two lines of words and where they are in each minute; keeps out when a panel rests. Every minute they
stand somewhere else, spread evenly over the panel, so that no part of it is lit for long.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from display.fit import WORD_RATIO, Panel
from display.layout import spoken_date
from display.marks import Box, Region, Word, fitted, number
from display.strip import hour
from display.view import Rest, View
from hardware.texts import Texts
from hardware.type import LINE

# Multiples of these numbers fill a square evenly, the next one always far from the last.
ALONG, DOWN = 0.7548776662466927, 0.5698402909980532
EDGE: Final = 24
MOST_WIDTH: Final = 0.6  # of the panel, so that there is somewhere to move to


def rest_region(panel: Panel, view: View, rest: Rest, texts: Texts, lang: str) -> Region:
    """Black, with the time and the next opening."""
    said = opens(rest, view.calls.day, texts, lang)
    px = panel.least(WORD_RATIO)
    if said:
        px = fitted(said, px, 600, panel.width * MOST_WIDTH)
    clock = number(hour(view.calls.clock), 0, 0, px, 700, "ink2")
    words = Word(said, 0, 0, px, 600, "ink2")
    lines = 2 if said else 1
    wide, high = max(clock.width, words.width), round(lines * LINE * px)
    edge = panel.space(EDGE)
    x = edge + round(rest.minute * ALONG % 1 * (panel.width - wide - 2 * edge))
    y = edge + round(rest.minute * DOWN % 1 * (panel.height - high - 2 * edge))
    marks = [number(clock.text, x, y + LINE * px / 2, px, 700, "ink2")]
    if said:
        marks.append(Word(said, x, y + 1.5 * LINE * px, px, 600, "ink2"))
    return Region("rest", Box(0, 0, panel.width, panel.height), tuple(marks))


def opens(rest: Rest, today: date, texts: Texts, lang: str) -> str:
    """When the hall opens next; the day only where it is not today."""
    if rest.opens is None:
        return ""
    day, at = rest.opens
    if day == today:
        return texts("rest.today", lang, time=hour(at))
    if day == today + timedelta(days=1):
        return texts("rest.tomorrow", lang, time=hour(at))
    return texts("rest.opens", lang, time=hour(at), date=spoken_date(day, texts, lang))
