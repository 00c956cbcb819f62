"""Layout: a scene and a panel in, a picture of marks out. Pure.

Knows which parts a wall of calls has and where they lie, and its header; keeps out how each other part looks
inside, colours of a theme, and how often it is painted. What has no room at its least size is shown in turn,
never smaller.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from display import calls
from display.band import band_region
from display.desks import desks_region
from display.fit import (
    HEADER_PX,
    Panel,
    Shape,
    Sizes,
    arrange,
    body_height,
    header_height,
    shape_of,
    strip_lines,
)
from display.marks import Box, Icon, Mark, Picture, Region, Word, fitted
from display.pages import Latest, page_of
from display.scene import Scene, Staleness
from display.strip import hour, strip
from hardware import type as letters
from hardware.texts import Texts


def picture(scene: Scene, panel: Panel, texts: Texts, lang: str, rows: int | None = None) -> Picture:
    """Every region of the wall for this scene. Raises `fit.LayoutRefused` as `fit.arrange` does."""
    sizes = sizes_for(scene, panel, rows)
    ease = sizes.ease
    notices = () if scene.staleness >= Staleness.LOST else scene.notices
    band = scene.staleness >= Staleness.LOST or bool(notices)
    top, height = header_height(panel, ease), body_height(panel, sizes.word_px, ease, band)
    hero_box, list_boxes = calls.cards(sizes, top, height)
    page = page_of(scene, sizes.rows)
    regions = [
        header(sizes, scene, texts, lang),
        calls.first_region(sizes, hero_box, scene, texts, lang),
        calls.list_region(sizes, list_boxes, page.rows)
        if isinstance(page, Latest)
        else desks_region(sizes, list_boxes, page, texts, lang),
        *strip(sizes, scene, texts, lang, top + height, band),
    ]
    if scene.staleness >= Staleness.LOST:
        regions.append(band_region(sizes, (texts("wall.lost", lang),), scene.page, lost=True))
    elif notices:
        regions.append(band_region(sizes, notices, scene.page, lost=False))
    return tuple(regions)


def sizes_for(scene: Scene, panel: Panel, rows: int | None = None) -> Sizes:
    """The arrangement for what this scene shows: a number wider than usual may need another one."""
    call = (scene.hero.number, scene.hero.counter) if scene.hero else None
    return cached(panel, rows, shape_of(call, scene.pairs(rows or 5)))


@lru_cache(maxsize=64)
def cached(panel: Panel, rows: int | None, shape: Shape) -> Sizes:
    return arrange(panel, rows, shape)


def spoken_date(day: date, texts: Texts, lang: str) -> str:
    """`Thứ hai, 23/11/2026`."""
    weekday = texts(f"weekday.{day.weekday()}", lang)
    return texts("wall.date", lang, weekday=weekday, date=f"{day:%d/%m/%Y}")


def header(sizes: Sizes, scene: Scene, texts: Texts, lang: str) -> Region:
    """Whose hall, which day; identification, so it may be smaller than what people act on.

    The day stands at the right, or on a tall panel below.
    """
    panel, margin = sizes.panel, sizes.ease.margin
    px, height = panel.space(HEADER_PX), header_height(panel, sizes.ease)
    tall = strip_lines(panel) == 2
    said = (
        texts("wall.known_at", lang, time=hour(scene.known_at))
        if scene.known_at is not None
        else spoken_date(scene.day, texts, lang)
    )
    upper, lower = (height * 0.3, height * 0.72) if tall else (height / 2, height / 2)
    stale = scene.staleness >= Staleness.NOTED
    day = Word(said, panel.width - margin, lower, px, 400, "ink2", "right")
    free = day.capitals.x - (round(1.35 * px) if stale else 0)
    marks: list[Mark] = [day]
    if stale:
        marks.append(Icon("warning", Box(free, round(lower - px / 2), px, px), "alarm"))
    room = panel.width - 2 * margin if tall else free - margin - px
    name_px = fitted(scene.hall, px, 600, room, least=max(12, px * 2 // 3))
    marks.append(Word(cut(scene.hall, name_px, 600, room), margin, upper, name_px, 600, "ink"))
    return Region("header", Box(0, 0, panel.width, height), tuple(marks))


def cut(text: str, px: int, weight: int, room: float) -> str:
    """The line, or as much of it as there is room for."""
    if letters.width(text, px, weight) <= room:
        return text
    while text and letters.width(text + "…", px, weight) > room:
        text = text[:-1].rstrip()
    return text + "…"
