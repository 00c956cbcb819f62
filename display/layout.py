"""Layout: a scene and a panel in, a picture of marks out. Pure.

Knows the places of header, calls, waiting line and band, and the words around them; keeps out colours of a
theme and how often it is painted. What has no room at its least size is shown in turn, never smaller.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, time
from functools import lru_cache
from typing import Final

from display import calls
from display.fit import (
    BAND_LINE,
    HEADER_PX,
    TILE,
    WORD_RATIO,
    Panel,
    Shape,
    Sizes,
    arrange,
    band_height,
    body_height,
    header_height,
    shape_of,
    strip_lines,
)
from display.marks import Box, Card, Icon, Mark, Picture, Region, Tint, Word, fitted, number
from display.scene import Scene, Staleness, Waiting
from hardware import type as letters
from hardware.texts import Texts

MOST_TILES: Final = 3
# Fill, icon and words of the band: a notice, and the loss of the server.
BAND_COLOURS: Final[dict[bool, tuple[Tint, Tint, Tint]]] = {
    False: ("tint_amber", "amber", "ink"),
    True: ("alarm", "on_alarm", "on_alarm"),
}
TILE_RADIUS: Final = 14
TAIL, HEAD = 0.06, 0.10  # em: how far a g hangs out of a tile's height, and an Ẫ out of the band
LOWER = 0.04  # em: a line of capitals and accents looks centred so much below the middle


def picture(scene: Scene, panel: Panel, texts: Texts, lang: str, rows: int | None = None) -> Picture:
    """Every region of the wall for this scene. Raises `fit.LayoutRefused` as `fit.arrange` does."""
    sizes = sizes_for(scene, panel, rows)
    ease = sizes.ease
    notices = () if scene.staleness >= Staleness.LOST else scene.notices
    band = scene.staleness >= Staleness.LOST or bool(notices)
    top, height = header_height(panel, ease), body_height(panel, sizes.word_px, ease, band)
    hero_box, list_boxes = calls.cards(sizes, top, height)
    if scene.hero is not None:
        hero = calls.hero_region(sizes, hero_box, scene.hero, texts("wall.counter", lang))
    elif scene.staleness >= Staleness.BLANK:
        hero = calls.message_region(sizes, hero_box, texts("wall.lost", lang).replace(" – ", "\n"), "warning")
    else:
        hero = calls.message_region(sizes, hero_box, texts("wall.empty", lang), None)
    regions = [
        header(sizes, scene, texts, lang),
        hero,
        calls.list_region(sizes, list_boxes, scene.rows),
        *strip(sizes, scene, texts("wall.waiting", lang), top + height, band),
    ]
    if scene.staleness >= Staleness.LOST:
        regions.append(band_region(sizes, (texts("wall.lost", lang),), scene.page, lost=True))
    elif notices:
        regions.append(band_region(sizes, notices, scene.page, lost=False))
    return tuple(regions)


def sizes_for(scene: Scene, panel: Panel, rows: int | None = None) -> Sizes:
    """The arrangement for what this scene shows: a number wider than usual may need another one."""
    call = (scene.hero.number, scene.hero.counter) if scene.hero else None
    known = tuple((row.number, row.counter) for row in scene.rows[: rows or 5])
    return cached(panel, rows, shape_of(call, known))


@lru_cache(maxsize=64)
def cached(panel: Panel, rows: int | None, shape: Shape) -> Sizes:
    return arrange(panel, rows, shape)


def spoken_date(day: date, texts: Texts, lang: str) -> str:
    """`Thứ hai, 23/11/2026`."""
    weekday = texts(f"weekday.{day.weekday()}", lang)
    return texts("wall.date", lang, weekday=weekday, date=f"{day:%d/%m/%Y}")


def hour(at: time) -> str:
    return f"{at:%H:%M}"


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


# --- waiting and clock ----------------------------------------------------------------------------------


def strip(sizes: Sizes, scene: Scene, label: str, body_end: int, band: bool) -> list[Region]:
    """How many wait, per letter, and the time of day: in one line, or in two on a tall panel."""
    panel, ease, px = sizes.panel, sizes.ease, sizes.word_px
    tile = round(TILE * px)
    top = body_end + (ease.strip if band else round(1.46 * ease.strip))
    left, right = ease.margin, panel.width - ease.margin
    y = top + tile / 2
    clock = number(hour(scene.clock), right, y, px, 700, "accent", "right")
    words = Word(label, left, y, px, 400, "ink2")
    regions = [Region("clock", Box(clock.capitals.x, top, clock.width, tile), (clock,))]
    tall = strip_lines(panel) == 2
    start = left if tall else left + words.width
    end = right if tall else clock.capitals.x
    second = Box(start, top + tile + ease.strip if tall else top, end - start, tile)
    if not scene.waiting:
        return regions
    marks = tiles(sizes, scene.waiting, scene.page, second)
    drop = math.ceil(TAIL * px)
    if tall:
        regions.append(Region("waiting-label", Box(left, top, words.width, tile + drop), (words,)))
        regions.append(Region("waiting", second, tuple(marks)))
        return regions
    if marks:
        marks.insert(0, words)
    else:  # no room beside the words: the tiles speak for themselves
        marks = tiles(sizes, scene.waiting, scene.page, Box(left, top, end - left, tile))
    regions.append(Region("waiting", Box(left, top, end - left, tile + drop), tuple(marks)))
    return regions


def tiles(sizes: Sizes, waiting: tuple[Waiting, ...], page: int, room: Box) -> list[Mark]:
    """This page's letters with their figures, on fixed columns; nothing when not even one has room."""
    px = sizes.word_px
    figures = max((len(str(w.count)) for w in waiting if w.count is not None), default=0)
    wide = max((letters.width(w.letter, px, 700) for w in waiting), default=0)
    tile = max(room.height, round(wide + 0.2 * px))
    slot = tile + round((0.17 + 0.68 * max(2, figures)) * px)
    least = round(0.2 * px)
    count = min(MOST_TILES, (room.width - least) // (slot + least))
    if count < 1 or not waiting:
        return []
    pages = -(-len(waiting) // count)
    shown = waiting[page % pages * count :][:count]
    gap = (room.width - count * slot) / (count + 2)  # half as much again on the outside
    marks: list[Mark] = []
    for i, line in enumerate(shown):
        x = round(room.x + 1.5 * gap + i * (slot + gap))
        y = room.middle
        marks.append(Card(Box(x, room.y, tile, room.height), "deep", sizes.panel.space(TILE_RADIUS)))
        marks.append(Word(line.letter, x + tile / 2, y, px, 700, "on_deep", "centre"))
        after = x + tile + round(0.17 * px)
        said = "–" if line.count is None else str(line.count)
        marks.append(number(said, after, y, px, 700, "ink"))
    return marks


# --- the band -------------------------------------------------------------------------------------------


def band_region(sizes: Sizes, notices: tuple[str, ...], page: int, lost: bool) -> Region:
    """One notice at a time; what is longer than the band goes on in the next turn."""
    panel, ease, px = sizes.panel, sizes.ease, sizes.word_px
    height, deep = band_height(panel, px), strip_lines(panel)
    box = Box(ease.margin, panel.height - ease.foot - height, panel.width - 2 * ease.margin, height)
    sign, pad = round(0.86 * px), round(0.3 * px)
    frame = Frame(box.width - 2 * pad, sign + pad, panel.least(WORD_RATIO), deep)
    shown = [turn for text in notices for turn in turns(text, px, frame)]
    lines, line_px = shown[page % len(shown)]
    fill, sign_colour, ink = BAND_COLOURS[lost]
    first = box.middle + LOWER * px - (deep - 1) / 2 * BAND_LINE * px
    icon = Box(box.x + pad, round(first - sign / 2), sign, sign)
    marks: list[Mark] = [
        Card(box, fill, panel.space(16)),
        Icon("warning" if lost else "info", icon, sign_colour),
    ]
    for i, line in enumerate(lines):
        x = icon.x if i else icon.right + pad
        marks.append(Word(line, x, first + i * BAND_LINE * px, line_px, 600, ink))
    above = math.ceil(HEAD * px)
    whole = Box(box.x, box.y - above, box.width, above + box.height + math.ceil(TAIL / 2 * px))
    return Region("band", whole, tuple(marks))


@dataclass(frozen=True)
class Frame:
    """Room for the words of a band: width, what the icon takes of the first line, least em, lines."""

    width: int
    indent: int
    least: int
    deep: int


Turn = tuple[list[str], int]  # the lines that are shown together, and their em


def turns(text: str, px: int, frame: Frame) -> list[Turn]:
    """The fewest turns in which a notice can be shown; smaller only down to the least em."""
    for size in range(px, frame.least - 1, -1):
        lines, rest = taken(text.split(), size, frame)
        if not rest:
            return [(lines, size)]
    if " – " in text:  # two sentences: each is a turn of its own
        return [turn for part in text.split(" – ") for turn in turns(part, px, frame)]
    best = in_turns(text, frame)
    for tenths in range(9, 4, -1):  # of about the same length: no turn of a single last word
        narrower = in_turns(text, replace(frame, width=frame.width * tenths // 10))
        if len(narrower) > len(best):
            break
        best = narrower
    return best


def in_turns(text: str, frame: Frame) -> list[Turn]:
    """A long notice at the least em, each turn as full as it can be."""
    found: list[Turn] = []
    words = text.split()
    while words:
        size = frame.least
        if found:
            words[0] = f"… {words[0]}"
        lines, rest = taken(words, size, frame, tail=" …")
        if not lines:  # a single word that is wider than the wall
            size = fitted(words[0], size, 600, frame.width - frame.indent)
            lines, rest = [words[0]], words[1:]
        if rest:
            lines[-1] += " …"
        found.append((lines, size))
        words = rest
    return found


def taken(words: list[str], px: int, frame: Frame, tail: str = "") -> tuple[list[str], list[str]]:
    """As many of the words as go into one turn, as lines, and the words that are left."""
    lines: list[str] = []
    left = list(words)
    while left and len(lines) < frame.deep:
        room = frame.width - (0 if lines else frame.indent)
        end = tail if len(lines) == frame.deep - 1 else ""
        line = left[0]
        if letters.width(line + end, px, 600) > room:
            break
        count = 1
        while count < len(left) and letters.width(f"{line} {left[count]}{end}", px, 600) <= room:
            line = f"{line} {left[count]}"
            count += 1
        lines.append(line)
        left = left[count:]
    return lines, left
