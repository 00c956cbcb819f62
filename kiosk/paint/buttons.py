"""Everything that can be touched, except the offers: how each target looks and what it is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hardware.theme import RGB
from hardware.type import line_px
from kiosk.layout.frame import Arrangement, Rect, Spot, Tone
from kiosk.layout.panel import LARGE, LEAST_MM, NEEDED_MM
from kiosk.paint.brush import Brush
from kiosk.paint.keys import paint_key
from kiosk.view import (
    ONLY,
    Choices,
    Done,
    Keyboard,
    Leftover,
    Look,
    Question,
    Remark,
    Target,
    Told,
    Verb,
    View,
)

TOOLS: Final = {
    Verb.LANGUAGE: ("bar.language", ""),
    Verb.TEXT_SIZE: ("bar.text_size", "text_size"),
    Verb.CONTRAST: ("bar.contrast", "contrast"),
    Verb.LOW: ("bar.low", "low_mode"),
    Verb.LOOKUP: ("bar.lookup", "scan"),
}
ON: Final[dict[Verb, Callable[[Look], bool]]] = {
    Verb.TEXT_SIZE: lambda look: look.large,
    Verb.CONTRAST: lambda look: look.contrast,
    Verb.LOW: lambda look: look.low,
}
LABELS: Final = {
    Verb.BACK: "bar.back",
    Verb.HOME: "bar.home",
    Verb.NEXT_PAGE: "bar.next",
    Verb.PREVIOUS_PAGE: "bar.previous",
    Verb.PRINT_AGAIN: "held.again",
    Verb.MORE_TIME: "more.yes",
    Verb.TAKE_ANOTHER: "another.yes",
    Verb.MORE: "lookup.more",
    Verb.COLLECT: "scan.collect",
}


def paint_buttons(brush: Brush, view: View, arrangement: Arrangement) -> None:
    """All targets that have a look of their own; the rest is left to the screen."""
    for spot in arrangement.spots:
        verb = spot.target.verb
        if verb in (Verb.KEY, Verb.SHIFT, Verb.ERASE):
            continue
        if verb in (Verb.AUTHORITY, Verb.SERVICE, Verb.CLASS) and spot.target != Target(Verb.SERVICE, ONLY):
            continue
        dead = spot.target in arrangement.dead and view.pressed is None and brush.panel.touch
        if not brush.panel.touch:
            _key(brush, view, spot, arrangement)
        elif verb in TOOLS or (verb is Verb.HELP and spot.tone is Tone.FILLED):
            _tool(brush, spot, arrangement)
        elif verb is Verb.TURN_PAGE and isinstance(view.screen, Choices):
            ink = plate(brush, spot.rect, spot.tone)
            _upright(brush, spot.rect, "arrow", brush.say("bar.other_page"), ink)
        elif verb in (Verb.NEXT_PAGE, Verb.PREVIOUS_PAGE):
            _arrow(brush, spot, dead)
        elif dead:
            waiting(brush, spot.rect, brush.say(label_of(view, spot)))
        else:
            icon = "person" if verb is Verb.STAFF else None
            button(brush, spot, brush.say(label_of(view, spot)), icon)


def _key(brush: Brush, view: View, spot: Spot, arrangement: Arrangement) -> None:
    """No touch: what the wired button of a target does."""
    match view.screen, spot.target.verb:
        case Done(printing=True), Verb.DONE:
            waiting(brush, spot.rect, brush.say("done.printing"))
        case (Choices() | Question()) as shown, Verb.TURN_PAGE:
            page = {"page": shown.page + 1, "pages": shown.pages}
            paint_key(brush, view, spot, arrangement, brush.say("keys.turn", **page))
        case _:
            paint_key(brush, view, spot, arrangement, brush.say(label_of(view, spot)))


def label_of(view: View, spot: Spot) -> str:
    """The key of a button's words."""
    verb = spot.target.verb
    if verb is Verb.LANGUAGE:
        return "bar.language"
    if verb is Verb.SERVICE:
        return "keys.take"
    if verb is Verb.BACK and isinstance(view.dialog, Remark):
        return "scan.go_on"
    if verb is Verb.HELP:
        return "bar.help"
    if verb is Verb.STAFF:
        return "bar.staff"
    if verb is Verb.DONE:
        match view.screen:
            case Done(printing=True):
                return "done.printing"
            case Done():
                return "done.done"
            case Leftover(again=True):
                return "leftover.no"
        return "held.noted"
    if isinstance(view.screen, Keyboard) and verb is Verb.ENTER:
        return "lookup.asking" if view.screen.asking else "lookup.find"
    if isinstance(view.screen, Told) and verb is Verb.TURN_PAGE:
        return "bar.previous" if view.screen.page else "lookup.past"
    if isinstance(view.screen, Told) and verb is Verb.HOME and view.dialog is None:
        return "lookup.done"
    if view.dialog is not None and verb is Verb.BACK:
        return "another.no"
    return LABELS[verb]


def plate(brush: Brush, box: Rect, tone: Tone) -> RGB:
    """A button without its words; returns their colour. Without touch it is no more than a card."""
    theme = brush.theme
    if not brush.panel.touch:
        brush.card(box)
        return theme.ink
    fill, border, width, ink = {
        Tone.FILLED: (theme.accent, None, 0, theme.on_accent),
        Tone.FRAMED: (theme.surface, theme.accent, brush.stroke, theme.accent),
        Tone.QUIET: (theme.surface, theme.edge, brush.thin, theme.ink),
    }[tone]
    brush.canvas.card(box, fill, brush.radius, border, width)
    return ink


def waiting(brush: Brush, box: Rect, text: str) -> None:
    """A pressed button: it keeps its place and says what is going on."""
    theme = brush.theme
    brush.canvas.card(box, theme.tint, brush.radius, theme.accent, brush.stroke)
    inner = box.inflate(-brush.panel.mm(8), 0)
    brush.words(text, inner, brush.panel.type.action, 700, theme.accent, "centre", lines=1)


def button(brush: Brush, spot: Spot, text: str, icon: str | None = None) -> None:
    """A button with its words in the middle."""
    ink = plate(brush, spot.rect, spot.tone)
    inner = spot.rect.inflate(-brush.panel.mm(6), -brush.panel.mm(2))
    least = NEEDED_MM if brush.panel.portrait else LEAST_MM
    quiet = spot.tone is Tone.QUIET and not brush.panel.portrait
    mm = brush.panel.type.label if quiet else brush.panel.type.action
    least_px = brush.panel.cap(min(least, mm))
    if icon and brush.canvas.width(text, least_px, 700) + round(1.3 * brush.px(mm)) > inner.width:
        icon = None  # the word is needed more than its sign
    brush.row(icon, text, inner, mm, 700, ink, None, "centre", least, 1 if icon else 2)


def _tool(brush: Brush, spot: Spot, arrangement: Arrangement) -> None:
    """A button of the foot: sign above word on a tall panel, beside it on a wide one."""
    panel, theme, box = brush.panel, brush.theme, spot.rect
    key, icon = TOOLS.get(spot.target.verb, ("bar.help", "person"))
    ink = plate(brush, box, spot.tone)
    text = brush.say(key)
    mm = panel.type.label
    on = ON.get(spot.target.verb)
    if on is not None and on(brush.look):
        _switched_on(brush, box, text)
        return
    if not panel.portrait:
        if any(s.target.verb in (Verb.NEXT_PAGE, Verb.LOOKUP) for s in arrangement.spots):
            _upright(brush, box, icon, text, ink)
            return
        inner = box.inflate(-panel.mm(4), -panel.mm(2))
        brush.row(icon or None, text, inner, mm, 700, ink, None, "centre", LEAST_MM, 1 if icon else 2)
        return
    pad = panel.mm(1.0)
    label = Rect(box.x + pad, 0, box.width - 2 * pad, panel.mm(20.0))
    label.bottom = box.bottom - panel.mm(0.8)
    side = panel.mm(11.0)
    sign = Rect(0, box.y + panel.mm(3.8), side, side)
    sign.centerx = box.centerx
    if icon:
        brush.icon(icon, sign, ink)
    else:
        centre = (sign.centerx, sign.centery)
        brush.canvas.text(
            brush.say("bar.language_mark"), centre, panel.cap(8.3), 700, theme.ink, "centre", "middle"
        )
    brush.words(
        text,
        label,
        mm / (LARGE if brush.look.large else 1) * _label_growth(brush),
        600,
        ink,
        "centre",
        2,
        least_mm=LEAST_MM,
    )


def _switched_on(brush: Brush, box: Rect, text: str) -> None:
    """A way of looking that is in use: a thick frame, and above its name a tick and the word that says so."""
    panel, theme = brush.panel, brush.theme
    brush.canvas.card(box, theme.tint, brush.radius, theme.accent, brush.stroke + brush.thin)
    mm = (panel.type.label if panel.portrait else LEAST_MM) / (LARGE if brush.look.large else 1)
    high = line_px(brush.px(mm))
    lines = 2 if panel.portrait else 1
    spare = box.height - (1 + lines) * high
    inner = box.inflate(-panel.mm(1.6), 0)
    state = Rect(inner.x, box.y + spare // 2, inner.width, high)
    name = Rect(inner.x, state.bottom, inner.width, lines * high)
    word, px = brush.say("bar.on"), brush.px(mm)
    tick = "tick" if brush.canvas.width(word, px, 600) + 1.3 * px <= inner.width else None  # the word says it
    brush.row(tick, word, state, mm, 600, theme.accent, None, "centre", LEAST_MM, sign=0.8)
    brush.words(text, name, mm, 600, theme.accent, "centre", lines, least_mm=LEAST_MM)


def _label_growth(brush: Brush) -> float:
    return 1.1 if brush.look.large else 1.0


def _arrow(brush: Brush, spot: Spot, dead: bool) -> None:
    panel, theme, box = brush.panel, brush.theme, spot.rect
    if dead:
        brush.canvas.card(box, theme.off, brush.radius, theme.edge, brush.thin, dashed=True)
        ink = theme.ink2
    else:
        ink = plate(brush, box, Tone.FRAMED)
    back = spot.target.verb is Verb.PREVIOUS_PAGE
    text = brush.say(LABELS[spot.target.verb])
    if not panel.portrait:
        _upright(brush, box, "arrow", brush.say(f"{LABELS[spot.target.verb]}_short"), ink, back)
        return
    side = panel.mm(11.0)
    inner = box.inflate(-panel.mm(10), 0)
    sign = Rect(inner.x if back else inner.right - side, 0, side, side)
    sign.centery = box.centery
    brush.icon("arrow", sign, ink, mirrored=back)
    space = side + panel.gap // 2
    words = Rect(inner.x + (space if back else 0), box.y, inner.width - space, box.height)
    brush.words(text, words, panel.type.wait, 700, ink, "centre", 1)


def _upright(brush: Brush, box: Rect, icon: str, text: str, ink: RGB, mirrored: bool = False) -> None:
    """A sign above its word, in the foot of a wide panel."""
    panel = brush.panel
    mm = LEAST_MM / (LARGE if brush.look.large else 1)
    label = Rect(box.x + panel.mm(0.8), 0, box.width - panel.mm(1.6), line_px(brush.px(mm)))
    label.bottom = box.bottom - panel.mm(0.6)
    if not icon or brush.canvas.width(text, brush.px(mm), 600) > label.width:
        both = box.inflate(-panel.mm(1.6), 0)  # two lines leave no room for the sign
        brush.words(text, both, mm, 600, ink, "centre", 2, least_mm=LEAST_MM)
        return
    side = panel.mm(8.0)
    sign = Rect(0, 0, side, side)
    sign.center = (box.centerx, (box.y + label.y) // 2 + panel.mm(0.8))
    brush.icon(icon, sign, ink, mirrored)
    brush.words(text, label, mm, 600, ink, "centre", 1, least_mm=LEAST_MM)
