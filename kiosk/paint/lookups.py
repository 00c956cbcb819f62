"""The two screens of a look-up. What is personal came masked; what does not fit gives way to an ellipsis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broker.whisper import Rest
from hardware.type import line_px
from kiosk.layout.frame import Arrangement, Rect, Tone
from kiosk.layout.lookups import paged
from kiosk.layout.panel import LARGE, LEAST_MM, NEEDED_MM
from kiosk.paint.brush import Brush
from kiosk.paint.buttons import plate
from kiosk.slip import clean
from kiosk.view import Keyboard, Told, Verb, View

DAY_ALONE = ((0, 0), (23, 59))  # what a day without an hour is kept as, and a promise without one


@dataclass(frozen=True)
class Line:
    """One thing that is known. strong: what somebody came for."""

    label: str
    value: str
    strong: bool = False
    lines: int = 1


def paint_keyboard(brush: Brush, view: View, arrangement: Arrangement) -> None:
    shown = view.screen
    assert isinstance(shown, Keyboard)
    boxes, panel, theme = arrangement.boxes, brush.panel, brush.theme
    shows = shown.code is not None
    title = brush.say("lookup.title_shows" if shows else "lookup.title")
    what = brush.say("lookup.what_shows" if shows else "lookup.what")
    if panel.portrait:
        code = (
            brush.say("scan.dossier", code=clean(shown.code or "")) if shows else brush.say("lookup.example")
        )
        brush.head(boxes["head"], view.hall, title, code)
        scanning = brush.say("lookup.or_card" if shows else "lookup.or_slip") if shown.scanner else ""
        text = f"{what}. {scanning}" if scanning else what
        brush.words(text, boxes["hint"], panel.type.hint, 400, theme.ink, lines=2, least_mm=LEAST_MM)
    else:
        brush.line_head(boxes["head"], what)
    field = boxes["field"]
    brush.canvas.card(field, theme.surface, brush.radius, theme.accent, brush.stroke)
    inner = field.inflate(-panel.mm(6.0), 0)
    mm = 9.0 if panel.portrait else NEEDED_MM
    mm /= LARGE if brush.look.large else 1
    if shown.text:
        brush.words(clean(shown.text) + ("" if shown.asking else "_"), inner, mm, 700, theme.ink, lines=1)
    else:
        empty = brush.say("lookup.empty_shows" if shows else "lookup.empty")
        brush.words(empty, inner, mm, 400, theme.ink2, lines=1, least_mm=LEAST_MM)
    for spot in arrangement.spots:
        if spot.target.verb in (Verb.KEY, Verb.SHIFT, Verb.ERASE):
            ink = plate(brush, spot.rect, Tone.FRAMED if spot.target.verb is Verb.KEY else Tone.QUIET)
            word = spot.target.of or brush.say(f"lookup.{spot.target.verb}", next=_span(shown.next))
            size = 10.0 if spot.target.verb is Verb.KEY else NEEDED_MM
            size /= LARGE if brush.look.large else 1
            brush.words(
                word, spot.rect.inflate(-panel.mm(2.0), 0), size, 700, ink, "centre", 1, least_mm=LEAST_MM
            )


def paint_told(brush: Brush, view: View, arrangement: Arrangement) -> None:
    shown = view.screen
    assert isinstance(shown, Told)
    boxes, panel, theme = arrangement.boxes, brush.panel, brush.theme
    if panel.portrait:
        code = brush.say("scan.dossier", code=clean(shown.code))
        brush.head(boxes["head"], view.hall, brush.say("lookup.result"), code, 1)
    else:
        brush.line_head(boxes["head"], clean(shown.code))
    lines, after = lines_of(brush, shown), [] if shown.rest is None else past_of(brush, shown.rest)
    shown_lines = (after if shown.page else lines) if paged(panel, brush.look) else lines + after
    _lines(brush, shown_lines, boxes["lines"])
    grown = LARGE if brush.look.large else 1
    text = brush.say("lookup.left", s=shown.left_s)
    brush.words(text, boxes["left"], LEAST_MM / grown, 400, theme.ink2, lines=1, least_mm=LEAST_MM)


def lines_of(brush: Brush, shown: Told) -> list[Line]:
    """What is said, the most needed first: what finds no room is left out from the end."""
    say, rest = brush.say, shown.rest
    found = [Line(say("lookup.status"), say(f"lookup.status_{shown.status}"), True, 2)]
    if shown.due is not None:
        found.append(Line(say("lookup.due"), _when(brush, shown.due), True))
    if rest is None:
        return found
    if rest.place:
        found.append(Line(say("lookup.place"), say("lookup.counter", n=clean(rest.place)), True))
    if rest.name:
        found.append(Line(say("lookup.name"), clean(rest.name)))
    if rest.phone:
        found.append(Line(say("lookup.phone"), clean(rest.phone)))
    found.append(Line(say("lookup.procedure"), clean(rest.procedure), lines=3 if brush.panel.portrait else 2))
    found.append(Line(say("lookup.authority"), brush.named(rest.authority), lines=2))
    return found


def past_of(brush: Brush, rest: Rest) -> list[Line]:
    """What came of it so far, which a wide panel shows on a page of its own."""
    say, found = brush.say, [Line(brush.say("lookup.received"), _when(brush, rest.received))]
    if rest.fee is not None:
        money = f"{rest.fee:,}".replace(",", "." if brush.look.lang == "vi" else ",")
        paid = "" if rest.paid is None else say("lookup.paid" if rest.paid else "lookup.unpaid")
        found.append(Line(say("lookup.fee"), say("lookup.dong", n=money) + (f", {paid}" if paid else "")))
    if rest.first_due is not None:
        found.append(Line(say("lookup.first_due"), _when(brush, rest.first_due)))
    found += [Line(f"{p.at:%d/%m/%Y}", say(f"lookup.status_{p.status}")) for p in reversed(rest.history)]
    return found


def _when(brush: Brush, at: datetime) -> str:
    if (at.hour, at.minute) in DAY_ALONE:
        return f"{at:%d/%m/%Y}"
    return brush.say("lookup.when", time=f"{at:%H:%M}", date=f"{at:%d/%m/%Y}")


def _span(layer: str) -> str:
    """A–M, N–Z, 0–9."""
    return f"{layer[0]}–{layer[-1]}" if layer[0].isalpha() else "0–9"


def _lines(brush: Brush, lines: list[Line], box: Rect) -> None:
    """A label and its value, side by side, as far as there is room."""
    panel, theme = brush.panel, brush.theme
    tall = panel.portrait
    grown = LARGE if brush.look.large else 1
    strong_mm = (panel.type.value if tall else NEEDED_MM) / (1 if tall else grown)
    value_mm = (NEEDED_MM if tall else LEAST_MM) / (1 if tall else grown)
    label_mm = (panel.type.legend if tall else LEAST_MM) / (1 if tall else grown)
    label_wide = round(box.width * (0.36 if tall else 0.3))
    apart = panel.mm(5.0 if tall else 0.8)
    y = box.y
    for line in lines:
        mm = strong_mm if line.strong else value_mm
        px = brush.px(mm)
        value = Rect(box.x + label_wide + panel.mm(2.0), y, box.width - label_wide - panel.mm(2.0), 0)
        fits = brush.canvas.width(line.value, px, 700) <= value.width
        count = 1 if fits else line.lines
        high = count * line_px(px)
        if y + high > box.bottom:
            return
        value.height = high
        label = Rect(box.x, y, label_wide, line_px(px))
        brush.words(line.label, label, label_mm, 400, theme.ink2, lines=1, least_mm=LEAST_MM)
        ink = brush.strong if line.strong else theme.ink
        weight = 700 if line.strong else 600
        brush.words(line.value, value, mm, weight, ink, lines=count, valign="top", least_mm=LEAST_MM)
        y += high + apart
