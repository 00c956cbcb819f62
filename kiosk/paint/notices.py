"""The screens that only say something: closed, no server, starting, pause, help; and the two dialogs."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.canvas import DoesNotFit
from hardware.theme import RGB
from hardware.type import line_px
from kiosk.layout.frame import Arrangement, Rect
from kiosk.layout.panel import LARGE, LEAST_MM
from kiosk.paint.brush import Brush
from kiosk.slip import clean
from kiosk.view import Another, Calling, Help, MoreTime, NoServer, Pause, Remark, Shut, Starting, View

PAPER = ("no-paper", "not-printed")  # where only paper counts: not a matter of hours, but of another kiosk


@dataclass(frozen=True)
class Notice:
    """What a notice says: in large letters, then line by line; `strong` is the line to act on."""

    icon: str
    title: str
    strong: str = ""
    lines: tuple[str, ...] = ()
    above: str = ""


def paint_notice(brush: Brush, view: View, arrangement: Arrangement) -> None:
    boxes, panel, theme = arrangement.boxes, brush.panel, brush.theme
    if panel.portrait:
        brush.hall(boxes["head"], view.hall, theme.ink)
    else:
        brush.line_head(boxes["head"], brush.named(view.hall) if view.hall else "", panel.type.hall)
    told = isinstance(view.screen, Help) and view.screen.calling is Calling.TOLD
    if isinstance(view.screen, Help) and view.dialog is None and not told:
        _help(brush, view, boxes["words"])
    else:
        _say(brush, notice(brush, view), boxes["words"], view.dialog is not None)


def notice(brush: Brush, view: View) -> Notice:
    """The words of a screen or dialog."""
    say = brush.say
    hotline = clean(view.hotline)
    call = (say("shut.hotline", hotline=hotline),) if hotline else ()
    match view.dialog:
        case MoreTime(left_s, number):
            held = say("help.number", number=clean(number)) if number else ""
            return Notice("clock", say("more.title"), lines=(say("more.what", s=left_s),), above=held)
        case Another(number):
            return Notice("info", say("another.title"), lines=(say("another.what", number=clean(number)),))
        case Remark(scan):
            return Notice("info", say(f"scan.title_{scan}"), lines=(say(f"scan.what_{scan}"),))
    match view.screen:
        case Shut(closing, whole, _, elsewhere) if closing.code in PAPER:
            places = ", ".join(filter(None, map(brush.named, elsewhere)))
            where = say("shut.elsewhere", places=places) if places else say("shut.desk")
            none = () if whole else (say("shut.no_number"),)
            return Notice("warning", brush.reason(closing), where, (*none, *call))
        case Shut(closing, whole, name):
            back = brush.when(closing.reopens_at) if closing.reopens_at else ""
            when = say("shut.reopens", when=back) if back else say("shut.unknown")
            known = "" if closing.code in ("unknown-service", "too-soon") else when
            asked = () if whole else (say("shut.ask"),)
            return Notice(
                "clock", brush.reason(closing), known, (*asked, *call), brush.named(name) if name else ""
            )
        case NoServer(asked):
            title = say("offline.asked" if asked else "offline.title")
            first = (say("offline.nothing"),) if asked else ()
            return Notice("warning", title, say("offline.what"), (*first, say("offline.soon"), *call))
        case Help():
            return Notice("tick", say("help.told"), say("help.wait"), call)
        case Starting():
            return Notice("clock", say("starting.title"), lines=(say("starting.what"),))
        case Pause(seconds):
            return Notice("clock", say("pause.title"), lines=(say("pause.what", s=seconds),))
    raise TypeError(f"no words for {type(view.screen).__name__}")


def _say(brush: Brush, notice: Notice, box: Rect, low: bool) -> None:
    """A sign, what it is about, the title, the line to act on, the rest; `low`: right above the buttons."""
    panel, theme, type = brush.panel, brush.theme, brush.panel.type
    side = panel.mm(32.0 if panel.portrait else 16.0)
    beside = 0 if panel.portrait else side + panel.gap
    room = Rect(box.x + beside, box.y, box.width - beside, box.height)
    parts = [
        Part(notice.above, type.action, 600, theme.ink2, 2),
        Part(notice.title, type.title if panel.portrait else 9.5, 800, theme.ink, 4),
        Part(notice.strong, type.value, 700, theme.accent, 3),
        *(Part(line, type.action, 400, theme.ink, 3) for line in notice.lines),
    ]
    apart = panel.mm(5.0 if panel.portrait else 1.5)
    head = side + panel.gap if panel.portrait else 0
    fitting = _fitted(brush, [p for p in parts if p.text], room, room.height - head, apart)
    tall = sum(high for _, high in fitting) + apart * (len(fitting) - 1) + head
    spare = max(0, room.height - tall)
    y = room.y + (spare - panel.mm(10.0) if low and panel.portrait else spare // 4)
    y = max(y, room.y)
    colour = theme.alarm if notice.icon == "warning" else brush.strong
    brush.icon(notice.icon, Rect(box.x, y, side, side), colour)
    y += head
    for part, high in fitting:
        line = Rect(room.x, y, room.width, high)
        brush.words(part.text, line, part.mm, part.weight, part.ink, lines=part.lines, least_mm=LEAST_MM)
        y += high + apart


@dataclass(frozen=True)
class Part:
    """A few lines of a notice in one size."""

    text: str
    mm: float
    weight: int
    ink: RGB
    lines: int


def _fitted(brush: Brush, parts: list[Part], room: Rect, most: int, apart: int) -> list[tuple[Part, int]]:
    """The parts that fit below each other, each with its height; the last ones give way."""
    found: list[tuple[Part, int]] = []
    left = most
    for part in parts:
        px, least = brush.px(part.mm), brush.panel.cap(LEAST_MM)
        try:
            size, lines = brush.canvas.fit(
                part.text, (0, 0, room.width, left), px, part.weight, part.lines, least
            )
        except DoesNotFit:
            size, lines = least, [""] * min(part.lines, left // line_px(least))
        high = len(lines) * line_px(size)
        if not lines or high > left:
            break
        found.append((part, high))
        left -= high + apart
    return found


def _help(brush: Brush, view: View, box: Rect) -> None:
    """Three steps with their figures, and whom to ask."""
    panel, theme, type, say = brush.panel, brush.theme, brush.panel.type, brush.say
    shown = view.screen
    assert isinstance(shown, Help)
    grown = LARGE if brush.look.large else 1
    title_mm = (type.title if panel.portrait else 9.0) / grown
    y = box.y + (panel.mm(14.0) if panel.portrait else 0)
    steps = ["help.one", "help.two", "help.three"]
    if not panel.touch:
        steps[:2] = ["keys.one", "keys.two"]
    high = line_px(brush.px(type.action))
    line = Rect(box.x, y, box.width, line_px(panel.cap(title_mm * grown)))
    brush.words(say("help.title"), line, title_mm, 800, theme.ink, lines=1)
    y = line.bottom + panel.gap // 2
    side = panel.mm(15.9 if panel.portrait else 12.5)
    for count, key in enumerate(steps, 1):
        tile = Rect(box.x, y, side, side)
        border = theme.card_border
        brush.canvas.card(tile, theme.deep, panel.mm(2.5), border, brush.thin if border else 0)
        brush.canvas.text(str(count), tile.center, panel.cap(7.7), 700, theme.on_deep, "centre", "middle")
        words = Rect(tile.right + panel.gap, y, box.right - tile.right - panel.gap, side)
        words.inflate_ip(0, max(0, high - side))
        brush.words(say(key), words, type.action, 600, theme.ink, lines=1, least_mm=LEAST_MM)
        y += max(high, side) + panel.mm(7.0 if panel.portrait else 1.5)
    y += panel.mm(6.0 if panel.portrait else 0)
    offered = "help.offered" if panel.touch else "keys.offered"
    staff = [say("help.staff" if shown.calling is Calling.AWAY else offered)]
    if view.hotline:
        staff.append(say("shut.hotline", hotline=clean(view.hotline)))
    parts = [Part(text, type.action, 700, theme.accent, 2) for text in staff]
    apart = panel.mm(2.0)
    for part, tall in _fitted(brush, parts, box, box.bottom - y, apart):
        line = Rect(box.x, y, box.width, tall)
        brush.words(part.text, line, part.mm, part.weight, part.ink, lines=2, least_mm=LEAST_MM)
        y += tall + apart
