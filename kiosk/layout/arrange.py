"""One arrangement for every screen: which box each thing goes into.

Pure: the painter draws in these boxes, the program looks fingers up in them, and tests measure them.
"""

from __future__ import annotations

from functools import singledispatch

from broker.messages import TicketReply
from hardware.type import line_px
from kiosk.layout import lookups
from kiosk.layout.frame import (
    BELOW_HEAD_MM,
    LINE_HEAD_MM,
    TURNS,
    Arrangement,
    Rect,
    Spot,
    Tone,
    beside_language,
    foot,
    head,
    inner_foot,
    shares,
    spot,
    stack,
    toolbar,
)
from kiosk.layout.groups import QUESTION_HEAD_MM, Groups
from kiosk.layout.panel import BUTTON_MM, Panel
from kiosk.layout.shelf import HOME_HEAD_MM, Choices
from kiosk.view import (
    NORMAL,
    Another,
    Calling,
    Choices as ChoicesScreen,
    Done,
    Held,
    Help,
    Keyboard,
    Leftover,
    Look,
    MoreTime,
    NoServer,
    Pause,
    Question as QuestionScreen,
    Remark,
    Screen,
    Shut,
    Starting,
    Target,
    Told,
    Verb,
    View,
)

BACK = (Verb.BACK, Tone.QUIET, 1.0)
BACK_ONLY = (Verb.BACK, Tone.FILLED, 1.0)
STAFF = (Verb.STAFF, Tone.QUIET, 1.3)
CALL = (Verb.STAFF, Tone.FILLED, 1.6)
TAKE = (Verb.SERVICE, Tone.FILLED, 1.3)  # the only service: a wired button's
STRIP_MM = 37.0  # a notice's head: the hall and the clock
ALARM_MM = 74.5
DONE_HEAD_MM = 92.0
BAND_MM = 22.0
LINE_BAND_MM = 12.0  # trouble on a wide panel: beside the clock, and apart from what is to be touched
CLOCK_MM, COUNT_MM = 36.5, 17.0


def arrange(view: View, panel: Panel) -> Arrangement:
    """Where everything of `view` goes. While a number is being taken nothing can be touched."""
    found = _arranged(view.dialog if view.dialog is not None else view.screen, panel, view.look)
    if view.identify is not None:
        return Arrangement((), {})
    if _told_in_head(view, panel) and told(view):
        found.boxes.update(_bands(view, panel, found.boxes["head"]))
    if view.pressed is not None or not panel.touch:
        return Arrangement(found.spots, found.boxes, frozenset(s.target for s in found.spots))
    return found


def told(view: View) -> bool:
    """Whether there is something to tell before anybody chooses."""
    return view.trouble is not None or view.clock_wrong or view.card


def _told_in_head(view: View, panel: Panel) -> bool:
    """A wide panel's question needs its one line itself; the screen before has told."""
    shown = ChoicesScreen | QuestionScreen if panel.portrait else ChoicesScreen
    return view.dialog is None and isinstance(view.screen, shown)


@singledispatch
def _arranged(shown: object, panel: Panel, look: Look) -> Arrangement:
    raise TypeError(f"no arrangement for {type(shown).__name__}")


# --- choosing -------------------------------------------------------------------------------------------


@_arranged.register
def _(shown: ChoicesScreen, panel: Panel, look: Look) -> Arrangement:
    turning = shown.grid.turning
    top, low = head(panel, HOME_HEAD_MM, look), foot(panel)
    room = Choices(panel, look, shown.hinted)
    cells = room.cells(shown.grid, len(shown.offers))
    spots = [spot(o.target, c) for o, c in zip(shown.offers, cells, strict=True)]
    if panel.portrait and cells:
        top.height = max(top.height, cells[0].top - panel.mm(BELOW_HEAD_MM))  # it grows towards few choices
    boxes = {"head": top, "foot": low}
    if shown.hinted and not panel.portrait:
        boxes["scan"] = room.scan_line
    if panel.portrait:
        area = room.area(turning)
        boxes["legend"] = Rect(area.x, area.bottom, area.width, room.legend + panel.gap // 2)
        if turning and panel.touch:
            whole = room.body()
            row = Rect(whole.x, whole.bottom - room.arrow, whole.width, room.arrow)
            spots += _arrow_row(panel, row, boxes)
    inner = shown.dossier is not None or (shown.authority is not None and not shown.single)
    if not panel.touch and shown.dossier is not None and shown.pages * len(shown.offers) == 1:
        spots += inner_foot(panel, low, BACK, STAFF, TAKE)
    else:
        spots += _inner(panel, low, turning) if inner else toolbar(panel, low, turning, shown.lookup)
    return Arrangement(tuple(spots), boxes, _dead_ends(shown.page, shown.pages))


@_arranged.register
def _(shown: QuestionScreen, panel: Panel, look: Look) -> Arrangement:
    turning = shown.grid.turning
    top, low = head(panel, QUESTION_HEAD_MM, look), foot(panel)
    cells, boxes = Groups(panel, look).parts(shown.grid)
    answers = [NORMAL, *(group.id for group in shown.groups)]
    if shown.lead is not None:
        answers = [shown.lead.id, *answers[shown.page > 0 :]]  # the usual one is on the first page
        if not panel.portrait and shown.grid.columns == 2 and shown.page == 0:
            row = cells[0].union(cells[1])
            cells[:2] = shares(row, panel.gap, [1.2, 1])
    tones = [Tone.FILLED] + [Tone.FRAMED] * len(answers)
    answered = zip(answers, cells, tones, strict=False)
    spots = [spot(Target(Verb.CLASS, of), cell, tone) for of, cell, tone in answered]
    boxes |= {"head": top, "foot": low}
    if "arrows" in boxes:
        spots += _arrow_row(panel, boxes["arrows"], boxes)
    if panel.portrait or turning:
        spots += _inner(panel, low, turning)
    else:  # the note has its place between them
        back, boxes["note"], staff = beside_language(panel, low, [225, 430, 311])
        spots.append(toolbar(panel, low)[0])
        spots += [spot(Target(Verb.BACK), back, Tone.QUIET), spot(Target(Verb.STAFF), staff, Tone.QUIET)]
    return Arrangement(tuple(spots), boxes, _dead_ends(shown.page, shown.pages))


def _inner(panel: Panel, low: Rect, turning: bool) -> list[Spot]:
    """The foot of an inner screen; a wide panel's arrows stand in it."""
    if not panel.touch and turning:
        return inner_foot(panel, low, (Verb.TURN_PAGE, Tone.QUIET, 1.2), BACK, STAFF)
    if panel.portrait or not turning:
        return inner_foot(panel, low, BACK, STAFF)
    arrows = [(verb, Tone.FRAMED, 0.76) for verb in TURNS]
    return inner_foot(panel, low, *arrows, BACK, STAFF)


def _arrow_row(panel: Panel, row: Rect, boxes: dict[str, Rect]) -> list[Spot]:
    """Both arrows in their places on every page, the page's number between."""
    before, boxes["page"], after = shares(row, panel.gap, [1, 0.55, 1])
    return [spot(Target(v), cell) for v, cell in zip(TURNS, (before, after), strict=True)]


def _dead_ends(page: int, pages: int) -> frozenset[Target]:
    """The arrows that lead nowhere from this page."""
    ends = ((TURNS[0], page == 0), (TURNS[1], page == pages - 1))
    return frozenset(Target(verb) for verb, dead in ends if dead)


_arranged.register(Keyboard, lookups.keyboard)
_arranged.register(Told, lookups.told)


# --- with a number --------------------------------------------------------------------------------------


@_arranged.register
def _(shown: Done, panel: Panel, look: Look) -> Arrangement:
    top = head(panel, DONE_HEAD_MM, Look())
    actions, note = _actions(panel, 1)
    boxes = {"head": top, "left": note} | _ticket(panel, top, actions[0].top, shown.ticket, False)
    done = spot(Target(Verb.DONE), actions[0], Tone.FILLED)
    return Arrangement((done,), boxes, frozenset([done.target] if shown.printing else []))


@_arranged.register
def _(shown: Held, panel: Panel, look: Look) -> Arrangement:
    return _held(panel, shown.again, shown.ticket)


@_arranged.register
def _(shown: Leftover, panel: Panel, look: Look) -> Arrangement:
    return _held(panel, shown.again, shown.ticket)


def _held(panel: Panel, again: bool, ticket: TicketReply) -> Arrangement:
    top = head(panel, ALARM_MM, Look())
    if not panel.portrait:
        top.height = panel.mm(27.0)
    actions, note = _actions(panel, 2)
    tone = Tone.FRAMED if again else Tone.FILLED
    spots = [spot(Target(Verb.STAFF), actions[0]), spot(Target(Verb.DONE), actions[1], tone)]
    floor = actions[0].top
    if again:
        if panel.portrait:
            high = panel.mm(BUTTON_MM)
            row = Rect(actions[0].x, floor - panel.gap - high, actions[1].right - actions[0].x, high)
            floor = row.top
        else:
            cells = shares(
                Rect(actions[0].x, floor, panel.width - 2 * panel.margin, actions[0].height),
                panel.gap,
                [1.25, 1, 1.35],
            )
            spots = [spot(s.target, c, s.tone) for s, c in zip(spots, (cells[0], cells[2]), strict=True)]
            row = cells[1]
        spots.insert(1, spot(Target(Verb.PRINT_AGAIN), row, Tone.FILLED))
    boxes = {"head": top, "left": note} | _ticket(panel, top, floor, ticket, True)
    if again and not panel.portrait:
        del boxes["left"]
    return Arrangement(tuple(spots), boxes)


def _called(panel: Panel, ticket: TicketReply, offered: bool) -> Arrangement:
    """Help for somebody with a number, which stays as it was."""
    top, low = head(panel, ALARM_MM, Look()), foot(panel)
    if not panel.portrait:
        top.height = panel.mm(27.0)
    ways = [BACK, CALL] if offered else [BACK_ONLY]
    return Arrangement(
        tuple(inner_foot(panel, low, *ways)), {"head": top} | _ticket(panel, top, low.top, ticket, True)
    )


def _actions(panel: Panel, count: int) -> tuple[list[Rect], Rect]:
    """The lowest buttons, and a line for what happens by itself: below, or at the right of a wide panel."""
    if panel.portrait:
        row = Rect(panel.margin, 0, panel.width - 2 * panel.margin, panel.mm(32.0))
        row.bottom = panel.height - panel.mm(24.0)
        note = Rect(row.x, row.bottom, row.width, panel.height - row.bottom)
        return shares(row, panel.gap, [1] * count), note
    low = foot(panel)
    *cells, note = shares(low, panel.gap, [1] * count + [0.55])
    return cells, note


def _ticket(panel: Panel, top: Rect, floor: int, ticket: TicketReply, recorded: bool) -> dict[str, Rect]:
    """The boxes of a number and what belongs to it, between `top` and `floor`."""
    gap = panel.gap
    width = panel.width - 2 * panel.margin
    start = top.bottom + (panel.mm(9.0) if panel.portrait else 0)
    area = Rect(panel.margin, start, width, floor - gap - start)
    band = panel.mm(BAND_MM if not recorded else 20.0)
    if panel.portrait:
        known = ticket.ahead is not None or ticket.wait is not None
        small = known and area.height < panel.mm(320.0)
        code = panel.mm(62.0 if small else 79.0) if ticket.url else 0
        told = panel.mm(44.0 if small else 50.5) if known else panel.mm(BAND_MM)
        heights: list[int | None] = [None]
        heights += [band] * recorded
        heights += [told, band]
        heights += [code] * bool(ticket.url)
        parts = stack(area, gap, heights)
        names = ["number", *["recorded"] * recorded, "facts", "place", *["code"] * bool(ticket.url)]
        return dict(zip(names, parts, strict=True))
    space, band, side = panel.mm(2.5), panel.mm(18.2), panel.mm(76.0)
    left = Rect(area.x, area.y, area.width - side - panel.gap, area.height)
    right = Rect(left.right + panel.gap, area.y, side, area.height)
    number, place = stack(left, space, [None, band])
    upper, facts = stack(right, space, [None, 2 * band + space])
    boxes = {"number": number, "place": place, "facts": facts}
    if ticket.url:
        boxes["code"] = upper
    return boxes


# --- notices and dialogs --------------------------------------------------------------------------------


@_arranged.register(Starting)
@_arranged.register(NoServer)
@_arranged.register(Shut)
@_arranged.register(Pause)
@_arranged.register(Help)
def _notice(shown: Screen, panel: Panel, look: Look) -> Arrangement:
    low = foot(panel)
    match shown:
        case Shut(whole=True) | NoServer(asked=False) | Starting():
            spots = toolbar(panel, low)
        case Pause():
            spots = inner_foot(panel, low, (Verb.HOME, Tone.QUIET, 1.0), STAFF)
        case Help(ticket=TicketReply() as ticket):
            return _called(panel, ticket, shown.calling is Calling.OFFERED)
        case Help(calling=Calling.OFFERED):
            spots = inner_foot(panel, low, BACK, CALL)
        case Help():
            spots = inner_foot(panel, low, BACK_ONLY)
        case _:
            spots = inner_foot(panel, low, BACK, STAFF)
    return Arrangement(tuple(spots), _words(panel, low.top))


@_arranged.register
def _(shown: Remark, panel: Panel, look: Look) -> Arrangement:
    low = foot(panel)
    return Arrangement((spot(Target(Verb.BACK), low, Tone.FILLED),), _words(panel, low.top))


@_arranged.register(MoreTime)
@_arranged.register(Another)
def _dialog(shown: MoreTime | Another, panel: Panel, look: Look) -> Arrangement:
    """Two buttons, low, the likely one filled and nearer to the words."""
    low = foot(panel)
    if isinstance(shown, MoreTime):
        first, second = Target(Verb.MORE_TIME), Target(Verb.HOME)
    else:
        first, second = Target(Verb.BACK), Target(Verb.TAKE_ANOTHER)
    if panel.portrait:
        upper = Rect(low.x, low.top - panel.gap - low.height, low.width, low.height)
        cells, floor = [upper, low], upper.top
    else:
        cells, floor = shares(low, panel.gap, [1.2, 1]), low.top
    spots = (spot(first, cells[0], Tone.FILLED), spot(second, cells[1]))
    return Arrangement(spots, _words(panel, floor))


def _words(panel: Panel, floor: int) -> dict[str, Rect]:
    """A notice's boxes: the strip with hall and clock, and all the rest for words."""
    top = Rect(0, 0, panel.width, panel.mm(STRIP_MM if panel.portrait else LINE_HEAD_MM))
    words = Rect(panel.margin, top.bottom, panel.width - 2 * panel.margin, floor - panel.gap - top.bottom)
    return {"head": top, "words": words}


def _bands(view: View, panel: Panel, top: Rect) -> dict[str, Rect]:
    """Where trouble is told: along the lower edge of the head; on a wide panel in its place. Where there is
    something to choose the clock and the page's number stay beside it."""
    if panel.portrait:
        high = line_px(panel.cap(panel.type.hint)) + panel.mm(4.0)
        return {"band": Rect(0, top.bottom - high, panel.width, high)}
    shown = view.screen
    if view.dialog is not None or not isinstance(shown, ChoicesScreen):
        return {"band": Rect(top)}
    band = Rect(0, 0, panel.width - panel.mm(CLOCK_MM), panel.mm(LINE_BAND_MM))
    if not shown.grid.turning:
        return {"band": band}
    band.width -= panel.mm(COUNT_MM)
    return {"band": band, "count": Rect(band.right, top.y, panel.mm(COUNT_MM), top.height)}
