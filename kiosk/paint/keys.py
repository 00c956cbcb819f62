"""On a panel that feels no fingers: which wired button does what, in the place a target would have.

A button is named by the word that is printed on its cap; nothing here is large enough to look touchable.
"""

from __future__ import annotations

from typing import Final

from hardware.type import line_px
from kiosk.layout.frame import Arrangement, Rect, Spot, Tone
from kiosk.layout.panel import LARGE, LEAST_MM, NEEDED_MM
from kiosk.paint.brush import Brush
from kiosk.view import Remark, Verb, View

BUTTON_OF: Final = {
    Verb.CLASS: "ok",
    Verb.SERVICE: "ok",
    Verb.LANGUAGE: "language",
    Verb.HELP: "help",
    Verb.STAFF: "help",
    Verb.TURN_PAGE: "page",
    Verb.BACK: "back",
    Verb.DONE: "ok",
    Verb.PRINT_AGAIN: "ok",
    Verb.MORE_TIME: "ok",
    Verb.TAKE_ANOTHER: "ok",
    Verb.HOME: "back",
}


def word_of(view: View, spot: Spot, arrangement: Arrangement) -> str:
    """The wired button for a target: "ok" goes on, "back" is the other way."""
    verb = spot.target.verb
    other = any(s.target.verb is Verb.PRINT_AGAIN for s in arrangement.spots)
    if verb is Verb.DONE and other:
        return "back"
    if verb is Verb.BACK and isinstance(view.dialog, Remark):
        return "ok"
    return BUTTON_OF[verb]


def paint_key(brush: Brush, view: View, spot: Spot, arrangement: Arrangement, text: str) -> None:
    """The button's cap with its word, and below what it does."""
    panel, theme, box = brush.panel, brush.theme, spot.rect
    word = brush.say(f"keys.{word_of(view, spot, arrangement)}")
    strong = spot.tone is Tone.FILLED and spot.target.verb is not Verb.HELP
    high = line_px(panel.cap(LEAST_MM)) + (panel.mm(2.0) if panel.portrait else 0)
    fits = panel.portrait or brush.canvas.width(text, panel.cap(LEAST_MM), 700) <= box.width
    told = text != word and fits  # the cap itself says enough
    row = Rect(box.x, 0, box.width, 2 * high)
    row.centery = box.centery
    _cap(brush, word, Rect(row.x, row.y, row.width, high), strong)
    if not told:
        return
    grown = LARGE if brush.look.large else 1
    mm = (NEEDED_MM if panel.portrait else LEAST_MM) / grown
    lower = Rect(row.x, row.y + high + panel.mm(1.0), row.width, box.bottom - row.y - high)
    ink = theme.accent if strong else theme.ink
    lines = 2 if panel.portrait else 1
    brush.words(text, lower, mm, 700, ink, lines=lines, valign="top", least_mm=LEAST_MM)


def _cap(brush: Brush, word: str, box: Rect, strong: bool) -> None:
    """The cap of a button, as small as its word: a picture of it, not a target."""
    panel, theme = brush.panel, brush.theme
    px, pad = panel.cap(LEAST_MM), panel.mm(2.0)
    cap = Rect(box.x, box.y, min(box.width, brush.canvas.width(word, px, 700) + 2 * pad), box.height)
    fill, ink = (theme.accent, theme.on_accent) if strong else (theme.surface, theme.ink)
    brush.canvas.card(cap, fill, panel.mm(2.0), theme.edge, brush.thin)
    mm = LEAST_MM / (LARGE if brush.look.large else 1)
    brush.words(word, cap.inflate(-pad, 0), mm, 700, ink, "centre", 1, least_mm=LEAST_MM)


def paint_answers(brush: Brush, box: Rect) -> None:
    """The two answers to the priority question, each with its button."""
    panel, theme = brush.panel, brush.theme
    brush.card(box, theme.tint)
    inner = box.inflate(-panel.mm(8.0), -panel.mm(2.0))
    kind = "" if panel.portrait else "_short"
    high = inner.height // 2
    mm = panel.type.action / (1 if panel.portrait or not brush.look.large else LARGE)
    for n, (answer, ink) in enumerate((("normal", theme.accent), ("priority_is", theme.ink))):
        line = Rect(inner.x, inner.y + n * high, inner.width, high)
        word = brush.say("keys.ok" if answer == "normal" else "keys.priority")
        brush.words(
            brush.say(f"keys.{answer}{kind}", word=word), line, mm, 700, ink, lines=1, least_mm=LEAST_MM
        )
