"""The two screens of a look-up: a keyboard of large keys, and what is known of a dossier."""

from __future__ import annotations

from typing import Final

from hardware.type import line_px
from kiosk.layout.frame import (
    Arrangement,
    Rect,
    Spot,
    Tone,
    body,
    foot,
    head,
    inner_foot,
    shares,
    spot,
    stack,
)
from kiosk.layout.panel import BUTTON_MM, TARGET_MM, Panel
from kiosk.view import Keyboard, Look, Target, Told, Verb

COLUMNS: Final = 5
HEAD_MM: Final = 92.0
FIELD_MM: Final = 27.0  # what was typed; on a wide panel one line
WIDE_FIELD_MM: Final = 14.8
HIGHEST_MM: Final = 38.0  # of a key


def keyboard(shown: Keyboard, panel: Panel, look: Look) -> Arrangement:
    """Three rows of five keys, the same places on every layer, right above the foot."""
    top, low = head(panel, HEAD_MM, look), foot(panel)
    area, gap = body(panel, top, low), panel.gap
    tall = panel.portrait
    high = panel.mm(FIELD_MM if tall else WIDE_FIELD_MM)
    least = panel.mm(BUTTON_MM if tall else TARGET_MM)
    keys: list[Target] = [Target(Verb.KEY, key) for key in shown.keys]
    keys += [Target(Verb.SHIFT), Target(Verb.ERASE)]
    rows = -(-len(keys) // COLUMNS)
    space = gap if tall else gap // 2
    room = (area.height - high - space - gap * (rows - 1)) // rows
    each = max(least, min(room, panel.mm(HIGHEST_MM)))
    taken = rows * each + gap * (rows - 1)
    first = area.bottom - taken
    spots: list[Spot] = []
    for row in range(rows):
        line = Rect(area.x, first + row * (each + gap), area.width, each)
        targets = keys[row * COLUMNS : (row + 1) * COLUMNS]
        cells = shares(line, gap, [1] * COLUMNS)
        tones = [Tone.QUIET if t.verb is not Verb.KEY else Tone.FRAMED for t in targets]
        spots += [spot(t, c, tone) for t, c, tone in zip(targets, cells, tones, strict=True)]
    field = Rect(area.x, first - space - high, area.width, high)
    boxes = {"head": top, "field": field}
    if tall:
        hint = line_px(panel.cap(panel.type.hint)) * 2
        boxes["hint"] = Rect(area.x, max(area.y, field.top - gap - hint), area.width, hint)
    spots += inner_foot(panel, low, (Verb.BACK, Tone.QUIET, 1.0), (Verb.ENTER, Tone.FILLED, 1.6))
    dead = {Target(Verb.ENTER)} if shown.asking or not shown.ready else set()
    return Arrangement(tuple(spots), boxes, frozenset({*dead, *keys} if shown.asking else dead))


def paged(panel: Panel, look: Look) -> bool:
    """Whether all of a dossier needs two pages."""
    return not panel.portrait or look.low or look.large


def told(shown: Told, panel: Panel, look: Look) -> Arrangement:
    """What is known, and the ways on: all of it, its result, and away."""
    top, low = head(panel, HEAD_MM, look), foot(panel)
    area = body(panel, top, low)
    on = [(Verb.TURN_PAGE, Tone.FRAMED, 1.2)] * (shown.rest is not None and paged(panel, look))
    on += [(Verb.COLLECT, Tone.FILLED, 1.4)] * shown.collect
    on += [(Verb.MORE, Tone.FRAMED if shown.collect else Tone.FILLED, 1.4)] * shown.more
    home = (Verb.HOME, Tone.QUIET if on else Tone.FILLED, 1.0)
    if panel.portrait and len(on) == 2:  # one above the other: their words are long
        row = Rect(low.x, low.top - panel.gap - panel.mm(32.0), low.width, panel.mm(32.0))
        area.height = row.top - panel.gap - area.top
        spots = [spot(Target(on[0][0]), row, on[0][1]), *inner_foot(panel, low, home, on[1])]
    else:
        spots = inner_foot(panel, low, home, *reversed(on))
    high = line_px(panel.cap(panel.type.legend))
    lines, left = stack(area, 0, [None, high])
    return Arrangement(tuple(spots), {"head": top, "lines": lines, "left": left})
