"""The screens on which something is chosen: authorities, services, and the priority question."""

from __future__ import annotations

from hardware.canvas import DoesNotFit
from hardware.theme import RGB
from hardware.type import line_px
from kiosk.layout.frame import Arrangement, Rect, Spot, Tone
from kiosk.layout.names import broken, fitting_name, least_name, name_size
from kiosk.layout.panel import LARGE, LEAST_MM, NEEDED_MM
from kiosk.layout.shelf import Choices
from kiosk.paint.brush import SIGN, Brush
from kiosk.paint.buttons import plate, waiting
from kiosk.paint.keys import paint_answers
from kiosk.slip import clean
from kiosk.view import Choices as ChoicesScreen, Grid, Offer, Question, Target, Verb, View


def paint_choices(brush: Brush, view: View, arrangement: Arrangement) -> None:
    shown = view.screen
    assert isinstance(shown, ChoicesScreen)
    boxes, panel = arrangement.boxes, brush.panel
    if shown.dossier is not None:
        title, hint = (_collecting if shown.collects else _taken_along)(brush, shown)
    elif shown.authority is not None:
        title = (
            brush.say("home.title_services")
            if shown.single or panel.portrait
            else brush.named(shown.authority)
        )
        hint = brush.say("home.hint_services") if shown.single else brush.named(shown.authority)
    else:
        title = brush.say("home.title" if panel.portrait else "home.title_small")
        hint = brush.say("home.hint")
    if not panel.touch and shown.dossier is None:
        title, hint = brush.say("keys.title"), brush.say("keys.hint")
    if not panel.portrait and shown.grid.turning and panel.touch:
        title = f"{title}  {shown.page + 1}/{shown.pages}"
    scan = brush.say("scan.hint") if shown.hinted else ""
    _head(brush, view, arrangement, title, hint, 1, scan)
    if "scan" in boxes:
        mm = LEAST_MM / (LARGE if brush.look.large else 1)
        line = Rect(boxes["scan"])
        line.height = line_px(panel.cap(LEAST_MM))
        line.bottom = boxes["scan"].bottom
        brush.row("scan", scan, line, mm, 600, brush.theme.ink2, least_mm=LEAST_MM)
    for offer in shown.offers:
        place = next(s for s in arrangement.spots if s.target == offer.target)
        _offer(brush, offer, place, shown, view.pressed)
    if "legend" in boxes:
        _legend(brush, boxes["legend"], shown.offers)
    _page(brush, arrangement, shown.page, shown.pages)


def paint_question(brush: Brush, view: View, arrangement: Arrangement) -> None:
    shown = view.screen
    assert isinstance(shown, Question)
    boxes, panel, theme = arrangement.boxes, brush.panel, brush.theme
    service = brush.named(shown.service)
    collected = shown.dossier is not None and shown.collects
    hint = brush.say("scan.collects", service=service) if collected else service
    _head(brush, view, arrangement, brush.say("priority.title"), hint, 2)
    if "heading" in boxes:
        heading = "priority.heading" if shown.lead is None else "priority.heading_others"
        heading = brush.say(heading if panel.touch else "keys.groups")
        brush.words(heading, boxes["heading"], panel.type.wait, 700, theme.ink, lines=1)
    lead = (shown.lead,) if shown.lead is not None else ()
    names = {Target(Verb.CLASS, g.id): brush.named(g.name) for g in (*lead, *shown.groups)}
    for place in arrangement.spots:
        if place.target.verb is not Verb.CLASS:
            continue
        if place.target == view.pressed:
            waiting(brush, place.rect, brush.say("offer.busy"))
        elif place.target in names:
            across = not panel.portrait or (shown.grid.columns == 2 and place.tone is not Tone.FILLED)
            columns, note = 2 if across else 1, ""
            if place.target.of == shown.suggested:
                note = brush.say("scan.elderly" if columns == 1 else "scan.by_card", years=shown.years)
            _group(brush, place, names[place.target], note, columns)
        elif not panel.touch:
            paint_answers(brush, place.rect)
        else:
            _normal(brush, place)
    _papers(brush, boxes["note"], not panel.portrait and not shown.grid.turning)
    _page(brush, arrangement, shown.page, shown.pages)


def _collecting(brush: Brush, shown: ChoicesScreen) -> tuple[str, str]:
    """The title and the hint of the page that a dossier's code led to."""
    code = clean(shown.dossier or "")
    if not brush.panel.portrait:
        return brush.say("scan.collect_small", code=code), ""
    title = "scan.collect" if shown.pages * len(shown.offers) == 1 else "scan.collect_where"
    return brush.say(title), brush.say("scan.dossier", code=code)


def _taken_along(brush: Brush, shown: ChoicesScreen) -> tuple[str, str]:
    """The same where nobody gives results out: what is to be done at the dossier's agency?"""
    code = clean(shown.dossier or "")
    whose = brush.named(shown.authority) if shown.authority is not None else ""
    what = brush.say("home.title_services")
    if not brush.panel.portrait:
        return (brush.say("scan.choose", authority=whose) if whose else what), ""
    return what, (brush.say("scan.along", authority=whose, code=code) if whose else code)


# --- parts ----------------------------------------------------------------------------------------------


def _head(
    brush: Brush, view: View, arrangement: Arrangement, title: str, hint: str, lines: int, scan: str = ""
) -> None:
    """The head, with trouble told in it before anybody touches anything."""
    boxes = arrangement.boxes
    band = boxes.get("band")
    if band is None or brush.panel.portrait:
        hint, scan = (hint, scan) if band is None else ("", "")  # one thing at a time
        brush.head(boxes["head"], view.hall, title, hint, lines, scan)
        return
    box = boxes["head"]  # of a wide panel, whose band stands in the title's place
    brush.clock(box.right - brush.panel.margin, box.centery, brush.theme.ink)
    if "count" in boxes:
        shown = view.screen
        assert isinstance(shown, ChoicesScreen)
        mm = brush.panel.type.legend / (LARGE if brush.look.large else 1)
        text = f"{shown.page + 1}/{shown.pages}"
        brush.words(text, boxes["count"], mm, 700, brush.theme.ink, "centre", 1, least_mm=LEAST_MM)


def _page(brush: Brush, arrangement: Arrangement, page: int, pages: int) -> None:
    box = arrangement.boxes.get("page")
    if box is None:
        return
    px_mm = brush.panel.type.legend / (LARGE if brush.look.large else 1)
    text = (
        brush.say("bar.page", page=page + 1, pages=pages) if brush.panel.portrait else f"{page + 1}/{pages}"
    )
    brush.words(text, box, px_mm, 600, brush.theme.ink2, "centre", 2, least_mm=LEAST_MM)


def _legend(brush: Brush, box: Rect, offers: tuple[Offer, ...]) -> None:
    """What the two signs mean; only those that are on the page."""
    ink, mm = brush.theme.ink2, brush.panel.type.legend / (LARGE if brush.look.large else 1)
    signs = []
    told = [
        o for o in offers if o.wait is not None and o.wait.high and o.waiting is not None and not o.closing
    ]
    if any(o.waiting for o in told):
        signs.append(("person", brush.say("offer.legend_people")))
    if told:
        signs.append(("clock", brush.say("offer.legend_wait")))
    px = brush.px(mm)
    widths = [round(px * 1.3) + brush.canvas.width(text, px, 400) for _, text in signs]
    x = box.centerx - (sum(widths) + brush.panel.mm(13) * (len(signs) - 1)) // 2
    for (icon, text), wide in zip(signs, widths, strict=True):
        brush.row(icon, text, Rect(x, box.y, wide + 2, box.height), mm, 400, ink, least_mm=LEAST_MM)
        x += wide + brush.panel.mm(13)


def _offer(brush: Brush, offer: Offer, place: Spot, shown: ChoicesScreen, pressed: Target | None) -> None:
    panel, theme, box = brush.panel, brush.theme, place.rect
    room = Choices(panel, brush.look, shown.hinted)
    shut, busy = offer.closing is not None, place.target == pressed
    if shut:
        brush.canvas.card(box, theme.off, brush.radius, theme.edge, brush.thin, dashed=True)
    elif busy:
        brush.canvas.card(box, theme.tint, brush.radius, theme.accent, brush.stroke)
    else:
        plate(brush, box, Tone.FRAMED)
    if panel.portrait:
        tile = Rect(box.x + room.side, box.y + room.pad, room.tile, room.tile)
        _tile(brush, tile, clean(offer.letter)[:2], shut)
    else:
        tile = Rect(box.x, box.y, room.tile, box.height)
        _tab(brush, tile, box, clean(offer.letter)[:2], shut)
    foot = line_px(room.wait_px)
    beside = room.beside(shown.grid)
    name, high = _name(brush, offer, room, shown.grid)
    words = Rect(tile.right + room.apart, box.y + room.pad, room.name_width(shown.grid), high)
    line = Rect(box.x + room.side, box.bottom - room.pad - foot, box.width - 2 * room.side, foot)
    if beside:
        words.centery = box.centery
        line = Rect(words.right, box.centery - foot, box.right - room.side - words.right, 2 * foot)
    elif not panel.portrait:
        words.top = box.centery - (high + foot) // 2
        line = Rect(words.x, words.bottom, box.right - room.side - words.x, foot)
    elif high <= tile.height:
        words.centery = tile.centery  # one line stands beside its letter
    brush.words(name, words, panel.type.name, 700, theme.ink2 if shut else theme.ink, lines=shown.grid.lines)
    if busy:
        brush.words(brush.say("offer.busy"), line, panel.type.wait, 700, theme.accent, lines=2)
    else:
        _wait(brush, offer, line, bool(beside))


def _name(brush: Brush, offer: Offer, room: Choices, grid: Grid) -> tuple[str, int]:
    """The form of the name that fits, broken well, and the height it takes."""
    pair = (brush.named(offer.name), brush.named(offer.short))
    width, least = room.name_width(grid), least_name(brush.panel, brush.look)
    short_first = grid.short or not brush.panel.portrait
    name = fitting_name(pair, width, grid.lines, least, short_first) or pair[1 if short_first else 0]
    if grid.lines > 1:
        name = broken(name, width, least)
    px = name_size(brush.panel, brush.look)
    most = grid.lines * line_px(px)
    if not brush.panel.portrait:  # the wait needs its line, too
        most = min(most, room.cell(grid)[1] - (0 if room.beside(grid) else line_px(room.wait_px)))
    try:
        size, lines = brush.canvas.fit(name, (0, 0, width, most), px, 700, grid.lines, least)
    except DoesNotFit:
        size, lines = least, [""] * grid.lines
    return name, line_px(size) * len(lines)


def _tile(brush: Brush, box: Rect, letter: str, shut: bool) -> None:
    """The letter of the ticket, and of a wired button if there is one."""
    border = brush.theme.card_border
    fill, ink = _tile_colours(brush, shut)
    brush.canvas.card(box, fill, brush.panel.mm(2.5), border, brush.thin if border else 0)
    brush.canvas.text(letter, box.center, brush.panel.cap(7.7), 700, ink, "centre", "middle")


def _tab(brush: Brush, box: Rect, button: Rect, letter: str, shut: bool) -> None:
    """The same as the left end of its button, which leaves the most room for the name."""
    canvas, panel, border = brush.canvas, brush.panel, brush.theme.card_border
    fill, ink = _tile_colours(brush, shut)
    before = canvas.surface.get_clip()
    canvas.surface.set_clip(box)
    canvas.card(button, fill, brush.radius, border, brush.stroke if border else 0)
    if border:
        canvas.fill((box.right - brush.thin, box.y, brush.thin, box.height), border)
    canvas.surface.set_clip(before)
    px, room = panel.cap(NEEDED_MM), box.width - panel.mm(1.2)
    px = min(px, px * room // max(1, canvas.width(letter, px, 700)))
    canvas.text(letter, box.center, max(px, panel.cap(LEAST_MM)), 700, ink, "centre", "middle")


def _tile_colours(brush: Brush, shut: bool) -> tuple[RGB, RGB]:
    """Of the ground and of the letter on it."""
    theme = brush.theme
    if shut and theme.card_border is None:
        return theme.ink2, theme.surface
    return theme.deep, theme.on_deep


def _wait(brush: Brush, offer: Offer, box: Rect, two_lines: bool) -> None:
    """How long and how many, or why not. `two_lines`: one below the other at the right of a wide button."""
    theme, panel, mm = brush.theme, brush.panel, brush.panel.type.wait
    sign = "clock" if panel.portrait else None
    if offer.closing is not None:
        back = offer.closing.reopens_at
        when = brush.when(back) if back else ""
        text = brush.say("offer.reopens", when=when) if when else brush.reason(offer.closing)
        lines = 2 if two_lines else 1
        brush.row(sign, text, box, mm, 600, theme.ink2, least_mm=LEAST_MM, lines=lines)
        return
    if offer.waiting is None:
        return  # nothing is known: nothing is said
    if offer.wait is None and offer.waiting:
        text = brush.say("offer.waiting_1" if offer.waiting == 1 else "offer.waiting", n=offer.waiting)
        brush.row("person", text, box, mm, 600, theme.ink2, least_mm=LEAST_MM, lines=2 if two_lines else 1)
        return
    if offer.wait is None or not offer.wait.high:
        text = brush.say("offer.nobody" if offer.wait is None else "offer.none")
        brush.words(text, box, mm, 600, theme.accent, lines=2 if two_lines else 1, least_mm=LEAST_MM)
        return
    key = "offer.wait" if offer.wait.low else "offer.wait_under"
    ends = {"low": offer.wait.low, "high": offer.wait.high} if offer.wait.low else {"high": offer.wait.high}
    text, px = brush.say(key, **ends), brush.px(mm)
    rest = Rect(box.x, box.y, box.width, box.height // 2 if two_lines and offer.waiting else box.height)
    if offer.waiting and two_lines:
        people = f"{offer.waiting}" if offer.waiting < 1000 else "999+"
        under = Rect(box.x, rest.bottom, box.width, rest.height)
        brush.row("person", people, under, mm, 600, theme.ink2, least_mm=LEAST_MM)
    elif offer.waiting:
        rest.width = _people(brush, offer.waiting, box) - box.x
    if brush.canvas.width(text, px, 600) + round(1.3 * px) > rest.width:
        sign = None  # a range is never cut for its sign
    brush.row(sign, text, rest, mm, 600, theme.accent, least_mm=LEAST_MM)


def _people(brush: Brush, waiting: int, box: Rect) -> int:
    """The number of people at the right end; returns where it begins."""
    text = f"{waiting}" if waiting < 1000 else "999+"
    px = brush.px(brush.panel.type.wait)
    wide = round(px * 1.28) + brush.canvas.width(text, px, 600)
    place = Rect(box.right - wide, box.y, wide + 1, box.height)
    brush.row("person", text, place, brush.panel.type.wait, 600, brush.theme.ink2, least_mm=LEAST_MM)
    return place.left - brush.panel.mm(2)


def _normal(brush: Brush, place: Spot) -> None:
    ink = plate(brush, place.rect, place.tone)
    inner = place.rect.inflate(-brush.panel.mm(8), 0)
    brush.words(brush.say("priority.normal"), inner, brush.panel.type.action, 700, ink, "centre", 2)


def _group(brush: Brush, place: Spot, name: str, note: str, columns: int) -> None:
    """`note`: why this one is offered first."""
    panel, box, theme = brush.panel, place.rect, brush.theme
    filled = place.tone is Tone.FILLED
    accent = plate(brush, box, place.tone)
    ink = accent if filled else theme.ink
    side = panel.mm(9.5)
    inner = box.inflate(-panel.mm(8.0), -panel.mm(3.0) if panel.portrait else 0)
    if panel.portrait and columns == 1:
        inner = Rect(box.x + panel.mm(9.5), box.y, box.width - panel.mm(30.0), box.height)
        sign = Rect(box.right - panel.mm(9.5) - side, 0, side, side)
        sign.centery = box.centery
        if panel.touch:
            brush.icon("arrow", sign, accent)
    if note:
        under = Rect(inner.x, 0, inner.width, line_px(panel.cap(LEAST_MM)))
        under.bottom = inner.bottom - (panel.mm(1.5) if panel.portrait else 0)
        mm = LEAST_MM / (LARGE if brush.look.large else 1)
        brush.row("tick", note, under, mm, 600, ink, ink if filled else theme.ok, least_mm=LEAST_MM)
        inner.height = under.top - inner.top
    text = broken(name, inner.width, brush.px(LEAST_MM if note else panel.type.action))
    least = LEAST_MM if note else NEEDED_MM
    brush.words(text, inner, panel.type.action, 700, ink, least_mm=least)


def _papers(brush: Brush, box: Rect, small: bool) -> None:
    """Papers are announced before the tap."""
    theme, panel = brush.theme, brush.panel
    brush.card(box, theme.tint_amber)
    if not small:
        inner, text = box.inflate(-panel.mm(12), 0), brush.say("priority.papers")
        mm = panel.type.hint
        brush.row("info", text, inner, mm, 400, theme.ink, theme.amber, least_mm=LEAST_MM, sign=SIGN)
        return
    inner = box.inflate(-panel.mm(3), 0)
    mm = panel.type.hint / (LARGE if brush.look.large else 1)
    brush.words(brush.say("priority.papers_short"), inner, mm, 600, theme.ink, lines=2, least_mm=LEAST_MM)
