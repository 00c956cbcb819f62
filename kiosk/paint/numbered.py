"""The screens that show a number: with its paper, without it, and after a power cut."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import segno

from broker.messages import TicketReply
from hardware.canvas import DoesNotFit
from hardware.printer import PrintResult
from hardware.theme import RGB
from hardware.type import line_px
from kiosk.layout.frame import Arrangement, Rect, shares, stack
from kiosk.layout.panel import LARGE, LEAST_MM, NEEDED_MM, NUMBER_MM
from kiosk.paint.brush import SIGN, Brush
from kiosk.slip import clean
from kiosk.view import Calling, Done, Held, Help, Leftover, View


def paint_done(brush: Brush, view: View, arrangement: Arrangement) -> None:
    shown = view.screen
    assert isinstance(shown, Done)
    printing = shown.printing
    title = brush.say("done.title")
    hint = brush.say("done.printing_hint" if printing else "done.hint")
    brush.head(arrangement.boxes["head"], view.hall, title, hint)
    left = "" if printing else brush.say("done.left", s=shown.left_s)
    _ticket(brush, view, arrangement, shown.ticket, left, "done.scan", "done.scan_hint")


def paint_held(brush: Brush, view: View, arrangement: Arrangement) -> None:
    shown = view.screen
    assert isinstance(shown, Held)
    head, hint = arrangement.boxes["head"], brush.say("held.hint")
    if shown.again and shown.cause != PrintResult.MAYBE:  # it can print again: nothing is wrong any more
        paper = shown.cause == PrintResult.PAPER_OUT
        _headline(brush, head, brush.say("held.back_paper" if paper else "held.back"), hint, "tick")
    else:
        _headline(brush, head, brush.say(f"held.title_{shown.cause}"), hint)
    left = brush.say("held.left" if brush.panel.portrait else "held.left_short", s=shown.left_s)
    _ticket(brush, view, arrangement, shown.ticket, left, "held.keep", "held.keep_hint")


def paint_leftover(brush: Brush, view: View, arrangement: Arrangement) -> None:
    shown = view.screen
    assert isinstance(shown, Leftover)
    key = "leftover.title" if shown.again else "leftover.title_kept"
    title = brush.say(key, number=clean(shown.ticket.number))
    _headline(brush, arrangement.boxes["head"], title, brush.say("leftover.hint"))
    left = brush.say("leftover.left" if brush.panel.portrait else "held.left_short", s=shown.left_s)
    _ticket(brush, view, arrangement, shown.ticket, left, "held.keep", "held.keep_hint")


def paint_called(brush: Brush, view: View, arrangement: Arrangement) -> None:
    """Whether somebody comes, above the number that was there before."""
    shown = view.screen
    assert isinstance(shown, Help) and shown.ticket is not None
    hotline = clean(view.hotline)
    call = brush.say("shut.hotline", hotline=hotline) if hotline else ""
    title, hint, icon = {
        Calling.TOLD: (brush.say("help.told"), brush.say("help.wait"), "tick"),
        Calling.AWAY: (brush.say("help.staff"), call, "info"),
        Calling.OFFERED: (brush.say("help.offered" if brush.panel.touch else "keys.offered"), call, "info"),
    }[shown.calling]
    _headline(brush, arrangement.boxes["head"], title, hint, icon)
    _ticket(brush, view, arrangement, shown.ticket, "", "held.keep", "held.keep_hint")


def _headline(brush: Brush, box: Rect, title: str, hint: str, icon: str = "warning") -> None:
    """What happened and what is safe, in the head's place; loud only where something is wrong."""
    theme, panel = brush.theme, brush.panel
    wrong = icon == "warning"
    ink = theme.on_alarm if wrong else theme.on_deep
    brush.canvas.fill(box, theme.alarm if wrong else theme.deep)
    if theme.card_border and not wrong:
        brush.canvas.fill((box.x, box.bottom - brush.thin, box.width, brush.thin), theme.card_border)
    side = panel.mm(31.0 if panel.portrait else 20.0)
    sign = Rect(panel.margin, 0, side, side)
    sign.centery = box.centery
    brush.icon(icon, sign, ink)
    left = sign.right + panel.mm(9.0)
    words = Rect(left, 0, box.width - panel.margin - left, 0)
    title_mm = (11.6 if panel.portrait else NEEDED_MM) / (LARGE if brush.look.large else 1)
    hint_mm = panel.type.hint / (LARGE if brush.look.large else 1)
    heights = [line_px(brush.px(title_mm)), (2 if panel.portrait else 1) * line_px(brush.px(hint_mm))]
    top = box.centery - sum(heights) // 2
    upper = Rect(words.x, top, words.width, heights[0])
    lower = Rect(words.x, upper.bottom, words.width, heights[1])
    brush.words(title, upper, title_mm, 800, ink, lines=1)
    brush.words(hint, lower, hint_mm, 400, ink, lines=2, least_mm=LEAST_MM)


def _ticket(
    brush: Brush,
    view: View,
    arrangement: Arrangement,
    ticket: TicketReply,
    left: str,
    scan: str,
    scan_hint: str,
) -> None:
    boxes = arrangement.boxes
    _number(brush, boxes["number"], ticket)
    _facts(brush, boxes["facts"], ticket)
    _place(brush, boxes["place"], ticket)
    if "recorded" in boxes:
        _recorded(brush, boxes["recorded"], ticket, view.at)
    if "code" in boxes:
        paperless = scan == "held.keep"  # what the paper would say is said here
        secret = brush.say("held.cancel", code=ticket.secret) if paperless and ticket.secret else ""
        _code(brush, boxes["code"], ticket.url, brush.say(scan), brush.say(scan_hint), secret)
    if left and "left" in boxes:
        ink, mm = brush.theme.ink2, brush.panel.type.legend / (LARGE if brush.look.large else 1)
        brush.words(left, boxes["left"], mm, 400, ink, "centre", lines=3, least_mm=LEAST_MM)


def _number(brush: Brush, box: Rect, ticket: TicketReply) -> None:
    """The number as large as it gets, whose it is above, where it belongs below."""
    panel, theme = brush.panel, brush.theme
    brush.card(box)
    inner = box.inflate(-panel.mm(8.0), -panel.mm(6.0 if panel.portrait else 3.0))
    across = box.width - 2 * panel.mm(3.0)  # the number may go nearer to the edge than words
    least = NEEDED_MM if panel.portrait else LEAST_MM
    number = clean(ticket.number)
    wide = max(1, brush.canvas.figures_width(number, 100, 800))

    def around(scale: float) -> tuple[float, list[Line], list[int], int, int]:
        """The caption's size, the lines below and their heights, the room between, and the number's size."""
        caption_mm = panel.type.hint * scale
        lines = _lines_below(brush, ticket, scale)
        highs = [
            _high(brush, text, inner.width, mm, weight, most, least) for text, mm, weight, _, most in lines
        ]
        room = inner.height - line_px(brush.px(caption_mm)) - sum(highs)
        most = min(panel.cap(NUMBER_MM), panel.cap((room - panel.mm(4)) / panel.px_per_mm))
        return caption_mm, lines, highs, room, max(16, min(most, across * 100 // wide))

    usual = around(1 / LARGE if brush.look.large else 1.0)
    large = around(1.0)
    # Who wants larger words wants no smaller number.
    caption_mm, lines, highs, room, px = large if large[-1] >= usual[-1] else usual
    caption = Rect(inner.x, inner.y, inner.width, line_px(brush.px(caption_mm)))
    brush.words(
        brush.say("done.caption"), caption, caption_mm, 600, theme.ink2, "centre", 1, least_mm=LEAST_MM
    )
    y = inner.bottom - sum(highs)
    for (name, mm, weight, ink, most), high in zip(lines, highs, strict=True):
        line = Rect(inner.x, y, inner.width, high)
        brush.words(name, line, mm, weight, ink, "centre", most, least_mm=least)
        y += high
    middle = (inner.centerx, caption.bottom + room // 2)
    brush.canvas.figures(number, middle, px, 800, brush.strong, "centre", "middle")


Line = tuple[str, float, int, RGB, int]  # words, capitals in mm, weight, colour, lines at most


def _lines_below(brush: Brush, ticket: TicketReply, scale: float) -> list[Line]:
    """What a number is for: authority, service, dossier."""
    theme, type = brush.theme, brush.panel.type
    service, authority = brush.named(ticket.service), brush.named(ticket.authority)
    lines: list[Line] = [(service, type.action * scale, 700, theme.ink, 2)]
    if service != authority:
        lines.insert(0, (authority, type.hint * scale, 600, theme.ink2, 1))
    if ticket.dossier:
        code = clean(ticket.dossier)
        told = brush.say("scan.dossier", code=code) if brush.panel.portrait else code
        lines.append((told, type.hint * scale, 600, theme.ink2, 1))
    return lines


def _high(brush: Brush, text: str, width: int, mm: float, weight: int, lines: int, least_mm: float) -> int:
    """The height of words on as few lines as they can stand on; at most so many."""
    px, least = brush.px(mm), brush.panel.cap(min(least_mm, mm))
    for count in range(1, lines + 1):
        try:
            size, found = brush.canvas.fit(text, (0, 0, width, count * line_px(px)), px, weight, count, least)
        except DoesNotFit:
            continue
        return line_px(size) * len(found)
    return line_px(least) * lines


def _facts(brush: Brush, box: Rect, ticket: TicketReply) -> None:
    """How many come before, and for how long; what is not known is not said."""
    short = "" if brush.panel.portrait else "_short"
    facts = []
    if ticket.ahead is not None:
        people = brush.say("done.people_1" if ticket.ahead == 1 else "done.people", n=ticket.ahead)
        facts.append((brush.say(f"done.ahead{short}"), people))
    wait = ticket.wait
    if wait is not None:
        text = brush.say("done.wait_none")
        if wait.high:
            ends = {"low": wait.low, "high": wait.high} if wait.low else {"high": wait.high}
            text = brush.say("done.wait" if wait.low else "done.wait_under", **ends)
        facts.append((brush.say(f"done.about{short}"), text))
    if not facts:
        _watch(brush, box)
        return
    for (label, value), cell in zip(facts, _fact_cells(brush, box, len(facts)), strict=True):
        _fact(brush, cell, label, value)


def _watch(brush: Brush, box: Rect) -> None:
    """Nobody knows how many come before: what to do is said instead."""
    panel, theme = brush.panel, brush.theme
    brush.card(box)
    inner = box.inflate(-panel.mm(13.0 if panel.portrait else 8.0), 0)
    mm, least = panel.type.hint, NEEDED_MM if panel.portrait else LEAST_MM
    brush.words(brush.say("done.watch"), inner, mm, 600, theme.ink, lines=3, least_mm=least)


def _fact_cells(brush: Brush, box: Rect, count: int) -> list[Rect]:
    """Side by side on a tall panel, one below the other on a wide one."""
    if count == 1:
        return [box]
    if brush.panel.portrait:
        return shares(box, brush.panel.gap, [0.478, 0.522])
    space = brush.panel.mm(2.5)
    high = (box.height - space) // 2
    return [Rect(box.x, box.y, box.width, high), Rect(box.x, box.bottom - high, box.width, high)]


def _fact(brush: Brush, box: Rect, label: str, value: str) -> None:
    panel, theme, type = brush.panel, brush.theme, brush.panel.type
    brush.card(box)
    inner = box.inflate(-panel.mm(13.0 if panel.portrait else 7.0), -panel.mm(7.0 if panel.portrait else 0))
    if panel.portrait:
        upper = Rect(inner.x, inner.y, inner.width, min(line_px(brush.px(type.hint)), inner.height // 2))
        lower = Rect(inner.x, upper.bottom, inner.width, inner.bottom - upper.bottom)
        brush.words(label, upper, type.hint, 400, theme.ink2, lines=1, least_mm=LEAST_MM)
        brush.words(value, lower, type.value, 800, theme.ink, lines=1)
        return
    mm = type.hint / (LARGE if brush.look.large else 1)
    least = brush.canvas.width(label, brush.px(mm), 400) + panel.mm(2)
    wide = min(inner.width - least, brush.canvas.width(value, brush.px(type.value), 800) + 2)
    right = Rect(inner.right - wide, inner.y, wide, inner.height)
    left = Rect(inner.x, inner.y, right.x - inner.x - panel.mm(1), inner.height)
    brush.words(label, left, mm, 400, theme.ink2, lines=1, least_mm=LEAST_MM)
    brush.words(value, right, type.value, 800, theme.ink, "right", 1, least_mm=LEAST_MM)


def _place(brush: Brush, box: Rect, ticket: TicketReply) -> None:
    """Where to sit."""
    panel, theme = brush.panel, brush.theme
    brush.card(box, theme.tint)
    place = brush.named(ticket.place)
    if place:
        inner = box.inflate(-panel.mm(13.0 if panel.portrait else 8.0), 0)
        text = brush.say("done.place", place=place)
        least = NEEDED_MM if panel.portrait else LEAST_MM
        room = inner.width - round((SIGN + 0.44) * brush.px(panel.type.action))
        if brush.canvas.width(text, panel.cap(least), 700) > room:
            text = place  # the sentence is polite, the place is needed
        mm = panel.type.action
        brush.row("arrow", text, inner, mm, 700, theme.ink, theme.accent, "left", least, 2, SIGN)


def _recorded(brush: Brush, box: Rect, ticket: TicketReply, at: datetime | None) -> None:
    """That the number counts, and since when, where a clock was to be believed."""
    theme, panel = brush.theme, brush.panel
    brush.card(box, theme.tint_ok)
    text = brush.say("held.recorded_untimed")
    if at is not None and ticket.timed:
        text = brush.say("held.recorded", time=f"{ticket.issued_at.astimezone(at.tzinfo):%H:%M}")
    inner = box.inflate(-panel.mm(13.0), 0)
    brush.row("tick", text, inner, panel.type.action, 700, theme.ok, sign=SIGN)


def _code(brush: Brush, box: Rect, url: str, title: str, hint: str, secret: str) -> None:
    """The way to the phone page, and the figures that cancel the number there; the card is white enough
    around it for the code's quiet zone.
    """
    panel, theme = brush.panel, brush.theme
    brush.card(box)
    if not panel.portrait:
        pad = panel.mm(1.0)
        square = Rect(box.x + pad, box.y + pad, box.height - 2 * pad, box.height - 2 * pad)
        square.width = min(square.width, box.width - panel.mm(31.0))
        drawn = brush.canvas.image(square, matrix(url))
        words = Rect(drawn.right + pad, box.y, box.right - drawn.right - 3 * pad, box.height)
        mm = panel.type.hint / (LARGE if brush.look.large else 1)
        if secret:
            upper, lower = stack(words, 0, [None, None])
            title = brush.say("held.keep_short")
            brush.words(title, upper, mm, 700, theme.ink, lines=2, least_mm=LEAST_MM)
            brush.words(secret, lower, mm, 400, theme.ink, lines=2, least_mm=LEAST_MM)
            return
        brush.words(title, words, mm, 700, theme.ink, lines=4, least_mm=LEAST_MM)
        return
    pad = panel.mm(2.0)
    side = box.height - 2 * pad
    drawn = brush.canvas.image(Rect(box.x + pad, box.y + pad, side, side), matrix(url))
    left = drawn.right + panel.mm(4.0)
    words = Rect(left, box.y, box.right - panel.mm(9.0) - left, box.height)
    heading = line_px(brush.px(panel.type.action))
    line = line_px(brush.px(panel.type.hint))
    under = (3 if secret else 2) * line
    top = max(words.y + pad, words.centery - (heading + under) // 2)
    brush.words(title, Rect(words.x, top, words.width, heading), panel.type.action, 700, theme.ink, lines=1)
    lower = Rect(words.x, top + heading, words.width, words.bottom - pad - top - heading)
    if secret:
        own = Rect(lower.x, lower.y, lower.width, line)
        brush.words(secret, own, panel.type.hint, 600, theme.ink, lines=1, least_mm=LEAST_MM)
        lower = Rect(lower.x, own.bottom, lower.width, lower.bottom - own.bottom)
        if lower.height < 2 * line:
            return  # large words: half a hint is of no use
    brush.words(hint, lower, panel.type.hint, 400, theme.ink2, lines=3, valign="top")


@lru_cache(maxsize=8)
def matrix(url: str) -> tuple[tuple[int, ...], ...]:
    """The QR code of a link (ECC M, as on paper)."""
    ascii_only = "".join(c for c in url if "!" <= c <= "~")
    return tuple(
        tuple(row) for row in segno.make(ascii_only or "-", error="m", micro=False, boost_error=False).matrix
    )
