"""The painter: a view becomes a picture, and the arrangement in which fingers are looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hardware.canvas import Canvas
from hardware.identity import paint_identity
from hardware.texts import Texts
from hardware.theme import ThemeName
from kiosk.layout.arrange import arrange
from kiosk.layout.frame import Arrangement
from kiosk.layout.panel import Panel
from kiosk.paint.brush import Brush
from kiosk.paint.buttons import paint_buttons
from kiosk.paint.choosing import paint_choices, paint_question
from kiosk.paint.lookups import paint_keyboard, paint_told
from kiosk.paint.notices import paint_notice
from kiosk.paint.numbered import paint_called, paint_done, paint_held, paint_leftover
from kiosk.view import Choices, Done, Held, Help, Keyboard, Leftover, Look, Question, Told, View

Paint = Callable[[Brush, View, Arrangement], None]

SCREENS: Final[dict[type, Paint]] = {
    Choices: paint_choices,
    Question: paint_question,
    Done: paint_done,
    Held: paint_held,
    Leftover: paint_leftover,
    Keyboard: paint_keyboard,
    Told: paint_told,
}


def theme_of(usual: ThemeName, look: Look) -> ThemeName:
    """The device's own theme, or high contrast when the citizen asks for it (and back, where it is usual)."""
    if not look.contrast:
        return usual
    return "light" if usual == "contrast" else "contrast"


def paint(canvas: Canvas, view: View, panel: Panel, texts: Texts) -> Arrangement:
    """Draw `view` all over the canvas, whose theme is the caller's choice (`theme_of`)."""
    arrangement = arrange(view, panel)
    if view.identify is not None:
        paint_identity(canvas, view.identify)
        return arrangement
    canvas.clear()
    alone = view.alone and isinstance(view.screen, Choices | Question)  # told before a choice, not after
    brush = Brush(canvas, panel, view.look, texts, view.at, alone)
    _painter(view)(brush, view, arrangement)
    _band(brush, view, arrangement)
    paint_buttons(brush, view, arrangement)
    return arrangement


def _painter(view: View) -> Paint:
    if view.dialog is not None:
        return paint_notice
    if isinstance(view.screen, Help) and view.screen.ticket is not None:
        return paint_called
    return SCREENS.get(type(view.screen), paint_notice)


def _band(brush: Brush, view: View, arrangement: Arrangement) -> None:
    """One band at a time: paper comes before the clock."""
    box, theme = arrangement.boxes.get("band"), brush.theme
    if box is None:
        return
    if view.trouble is not None:
        brush.band(box, brush.say(f"trouble.{view.trouble}"), theme.alarm, theme.on_alarm)
    elif view.card:
        key = "scan.card_asked" if isinstance(view.screen, Question) else "scan.card"
        brush.band(box, brush.say(key), theme.tint_ok, theme.ink, "tick")
    else:
        key = "trouble.clock" if view.at is not None else "trouble.clock_unknown"
        brush.band(box, brush.say(key), theme.tint_amber, theme.ink, "clock")
