"""Table title: the line above the dossiers: what this is, which page, how many, and how old. Pure.

Knows what has to be said first when not all of it has room; keeps out the table below. The loss of the
server is said louder than old dossiers, and old dossiers louder than totals. Every other turn of the pages
of dossiers belongs to the notices of the hall, while there are any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from display.band import Frame, turns
from display.fit import Panel
from display.marks import Box, Card, Icon, Mark, Region, Tint, Word, fitted, number
from display.scene import Scene, Staleness
from display.strip import hour
from display.table_fit import Grid
from display.view import Progress, View
from hardware.texts import Texts

ICON = 0.78  # em
GAP = 0.42  # em between two pieces of the line


@dataclass(frozen=True)
class Piece:
    """A few words, with an icon before them. `widest`: what room is kept for, so that nothing jumps."""

    text: str
    weight: int
    colour: Tint
    icon: str | None = None
    widest: str = ""

    def wide(self, px: int) -> int:
        sign = round((ICON + 0.25) * px) if self.icon else 0
        texts = (self.text, self.widest)
        return sign + max(Word(text, 0, 0, px, self.weight, self.colour).width for text in texts if text)

    def marks(self, x: int, y: float, px: int) -> list[Mark]:
        side = round(ICON * px)
        if self.icon is None:
            return [Word(self.text, x, y, px, self.weight, self.colour)]
        return [
            Icon(self.icon, Box(x, round(y - side / 2), side, side), self.colour),
            Word(self.text, x + round((ICON + 0.25) * px), y, px, self.weight, self.colour),
        ]


def title_region(grid: Grid, panel: Panel, view: View, progress: Progress, texts: Texts, lang: str) -> Region:
    """One line, or two where rows stand in two lines."""
    box, px = grid.title, grid.word
    staleness = view.calls.staleness
    lost = staleness >= Staleness.LOST
    told = bool(view.calls.notices) and view.calls.page % 2 == 1 and progress.old is None
    if progress.page is not None and progress.page.late:
        told = False  # whose table this is, and of which month, is said at all times
    clock_colour: Tint = "on_alarm" if lost else "accent"
    pad = round(0.3 * px) if lost else 0
    lines = lines_of(grid, view, progress, texts, lang)
    step = box.height / len(lines)
    y = box.y + step / 2
    clock = number(hour(view.calls.clock), box.right - pad, y, px, 700, clock_colour, "right")
    marks: list[Mark] = [clock]
    end = clock.capitals.x
    if lost:
        marks.insert(0, Card(box, "alarm", panel.space(16)))
    elif staleness == Staleness.NOTED:
        side = round(ICON * px)
        end -= side + round(0.3 * px)
        marks.append(Icon("warning", Box(end, round(y - side / 2), side, side), "alarm"))
    for i, offers in enumerate(lines):
        room = (box.right - pad if i else end - round(GAP * px)) - box.x - pad
        if i == len(lines) - 1 and told and not lost:
            if i == 0:
                of = page_of(progress, texts, lang)
                room -= sum(piece.wide(px) + round(GAP * px) for piece in of)
                marks += laid(of, box.x + room + round(GAP * px), y, box.width, px, spread=False)
            marks += notice(view.calls, box.x, y + i * step, room, px)
            continue
        marks += laid(best(offers, room, px), box.x + pad, y + i * step, room, px, spread=not lost and not i)
    return Region("title", box, tuple(marks))


def lines_of(grid: Grid, view: View, progress: Progress, texts: Texts, lang: str) -> list[list[list[Piece]]]:
    """For each line of the title, what could stand there, the fullest first."""
    page = progress.page
    late = page is not None and bool(page.late)
    title = Piece(texts("late.title" if late else "progress.title", lang), 700, "accent")
    of = page_of(progress, texts, lang)
    if view.calls.staleness >= Staleness.LOST:
        said = texts("wall.lost", lang)
        lost, what, todo = (Piece(text, 600, "on_alarm", "warning") for text in (said, *said.split(" – ")))
        known = view.calls.known_at
        since = (
            [] if known is None else [Piece(texts("wall.known_at", lang, time=hour(known)), 600, "on_alarm")]
        )
        if grid.kind == "line":
            return [[[lost, *since], [lost], [what]]]
        advice = Piece(todo.text[:1].upper() + todo.text[1:], 600, "on_alarm")
        return [[[what]], [[advice, *since], [advice]]]
    rest: list[list[Piece]]
    if progress.old is not None:
        day, at = progress.old
        when = hour(at) if day is None else f"{hour(at)}, {day:%d/%m}"
        rest = [
            [Piece(texts(f"progress.{key}", lang, time=when), 600, "amber", "warning")]
            for key in ("old", "old_short")
        ]
    elif late and page is not None:
        span = "late.month" if "/" in page.month else "late.year"
        rest = [[Piece(texts(span, lang, month=page.month), 600, "ink2")], []]
    elif page is not None:
        ready = Piece(texts("progress.ready_total", lang, count=progress.ready), 600, "ok", "tick")
        waiting = Piece(
            texts("progress.waiting_total", lang, count=progress.waiting), 600, "amber", "diamond"
        )
        rest = [[ready, waiting], [ready], []]
    else:
        rest = [[]]
    if grid.kind == "stacked":
        if late:
            return [[[title], []], [*([*of, *part] for part in rest), *rest]]
        return [[[title, *of], [title]], rest]
    full = [[title, *of, *part] for part in rest]
    without_title = [[*of, *rest[0]], *([[*of, *rest[-1]]] if progress.old else [])]
    return [[full[0], *([] if late else without_title), *full[1:], [title]]]


def page_of(progress: Progress, texts: Texts, lang: str) -> list[Piece]:
    page = progress.page
    if page is None:
        return []
    widest = texts("progress.page", lang, number="8" * len(str(page.of)), of=page.of)
    return [Piece(texts("progress.page", lang, number=page.number, of=page.of), 400, "ink2", widest=widest)]


def notice(calls: Scene, x: int, y: float, room: int, px: int) -> list[Mark]:
    """What the hall has to say; what is longer than the line goes on in the next turn of notices."""
    sign = round((ICON + 0.25) * px)
    shown = [turn for text in calls.notices for turn in turns(text, px, Frame(room, sign, px, 1))]
    [words], size = shown[calls.page // 2 % len(shown)]
    side = round(ICON * px)
    icon = Icon("info", Box(x, round(y - side / 2), side, side), "amber")
    return [icon, Word(words, x + sign, y, size, 600, "ink")]


def best(offers: Sequence[list[Piece]], room: int, px: int) -> list[Piece]:
    """The fullest that has room, else the last."""
    for pieces in offers:
        if sum(piece.wide(px) for piece in pieces) + round(GAP * px) * (len(pieces) - 1) <= room:
            return pieces
    return offers[-1]


def laid(pieces: list[Piece], x: int, y: float, room: int, px: int, spread: bool) -> list[Mark]:
    """The pieces from left to right; what is wider than the room even so is drawn smaller."""
    if len(pieces) == 1 and pieces[0].wide(px) > room:
        text_room = room - pieces[0].wide(px) + Word(pieces[0].text, 0, 0, px, pieces[0].weight, "ink").width
        px = fitted(pieces[0].text, px, pieces[0].weight, max(1, text_room))
    widths = [piece.wide(px) for piece in pieces]
    gap = round(GAP * px)
    if spread and len(pieces) > 1:
        gap = min(round(1.2 * px), max(gap, (room - sum(widths)) // len(pieces)))
    marks: list[Mark] = []
    for piece, wide in zip(pieces, widths, strict=True):
        marks += piece.marks(x, y, px)
        x += wide + gap
    return marks
