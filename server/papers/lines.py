"""A paragraph as lines of a given width: where words break, where tabs lead, how a line is aligned. Pure.

Places are in points from the line's left end; a line knows its height and where its letters stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from server.papers.flow import Break, Image, PageNumber, Paragraph, Piece, Shape, Stop, Style, Tab, Text
from server.papers.metrics import width

ABOVE, BELOW = 0.86, 0.29  # of the size: how far letters reach over and under their line
STOP_EVERY: Final = 36.0
SOFT: Final = "-/.…,;"  # after these a word that has no room may break


@dataclass(frozen=True, slots=True)
class Word:
    """What is not broken: letters of one or more styles, or a picture. wide: with nothing after it."""

    parts: tuple[tuple[str, Style], ...] = ()
    image: Image | None = None

    @property
    def wide(self) -> float:
        if self.image is not None:
            return self.image.width
        return sum(width(text, style) for text, style in self.parts)


@dataclass(frozen=True, slots=True)
class Space:
    text: str
    style: Style


Item = Word | Space | Tab | Break


@dataclass(frozen=True, slots=True)
class Placed:
    """Something at `x` of a line. fill: letters that repeat over `wide`, the leader of a tab."""

    x: float
    what: Word | Space
    wide: float
    fill: str = ""


@dataclass(frozen=True, slots=True)
class Laid:
    """A line. high: all of it; rise: from its top to the base of its letters."""

    placed: tuple[Placed, ...]
    high: float
    rise: float
    new_page: bool = False  # the page ends after it


@dataclass(slots=True)
class _Open:
    """A line that is being filled."""

    room: float
    x: float = 0.0
    placed: list[Placed] = field(default_factory=list)
    since: int = 0  # first of `placed` that the last tab moves
    stop: Stop | None = None
    tab_x: float = 0.0
    tab_style: Style = field(default_factory=Style)
    spread: int = 0  # first that may be spread apart

    def add(self, what: Word | Space, wide: float) -> None:
        self.placed.append(Placed(self.x, what, wide))
        self.x += wide

    def tab(self, style: Style, stops: tuple[Stop, ...]) -> bool:
        """False when the line has no place for it."""
        self.settle()
        stop = next((stop for stop in stops if stop.at > self.x + 0.01), None)
        if stop is None:
            stop = Stop((self.x // STOP_EVERY + 1) * STOP_EVERY)
        if stop.at > self.room + 0.5:
            if self.placed:
                return False
            stop = replace(stop, at=self.room)
        self.stop, self.tab_x, self.tab_style = stop, self.x, style
        self.since = self.spread = len(self.placed)
        if stop.align == "left":
            self._lead(stop.at)
            self.x, self.stop = stop.at, None
        return True

    def settle(self) -> None:
        """Move what stands after a right or a centred tab to where the tab wants it."""
        if self.stop is None:
            return
        stop, wide = self.stop, self.x - self.tab_x
        want = stop.at - (wide if stop.align == "right" else wide / 2)
        move = max(0.0, min(want - self.tab_x, self.room - self.x))
        self.placed[self.since :] = [replace(p, x=p.x + move) for p in self.placed[self.since :]]
        self.x += move
        self._lead(self.tab_x + move)
        self.stop = None

    def _lead(self, until: float) -> None:
        if self.stop is not None and self.stop.leader and until > self.tab_x:
            space = Placed(self.tab_x, Space(" ", self.tab_style), until - self.tab_x, self.stop.leader)
            self.placed.insert(self.since, space)
            self.since += 1
            self.spread += 1


def laid(paragraph: Paragraph, room: float) -> list[Laid]:
    """The lines of a paragraph, indents taken off `room` already counted in `x`."""
    shape = paragraph.shape
    right = room - shape.right
    start = shape.left + shape.first
    line = _Open(right, start)
    found: list[Laid] = []

    def close(last: bool, new_page: bool = False) -> None:
        nonlocal line
        line.settle()
        found.append(_closed(line, paragraph, last, new_page, shape.left if found else start))
        line = _Open(right, shape.left)

    for item in _items(paragraph.pieces):
        if isinstance(item, Break):
            close(True, item.page)
        elif isinstance(item, Tab):
            if not line.tab(item.style, _with_indent(shape)):
                close(False)
                line.tab(item.style, _with_indent(shape))
        elif isinstance(item, Space):
            line.add(item, width(item.text, item.style))
        else:
            for part in _fitting(item, right - shape.left):
                if line.x + part.wide > right + 0.05:
                    if any(isinstance(p.what, Word) or p.fill for p in line.placed):
                        close(False)
                    else:  # a gap or an indent, which has no room beside this word
                        line = _Open(right, shape.left)
                line.add(part, part.wide)
    close(True)
    return found


def _with_indent(shape: Shape) -> tuple[Stop, ...]:
    """A hanging indent is a place for tabs too."""
    if shape.first < 0:
        return tuple(sorted((*shape.stops, Stop(shape.left)), key=lambda stop: stop.at))
    return shape.stops


def _closed(line: _Open, paragraph: Paragraph, last: bool, new_page: bool, begins: float) -> Laid:
    placed = line.placed
    while placed and isinstance(placed[-1].what, Space) and not placed[-1].fill:
        placed.pop()
    shape = paragraph.shape
    end = max((p.x + p.wide for p in placed), default=begins)
    spare = line.room - end
    if shape.align == "justify" and not last:
        placed = _spread(placed, line.spread, spare)
    elif shape.align in ("center", "right") and spare > 0:
        move = spare / 2 if shape.align == "center" else spare
        placed = [replace(p, x=p.x + move) for p in placed]
    high, rise = _height(placed, paragraph)
    return Laid(tuple(placed), high, rise, new_page)


def _spread(placed: list[Placed], since: int, spare: float) -> list[Placed]:
    gaps = [n for n, p in enumerate(placed) if n >= since and isinstance(p.what, Space) and not p.fill]
    if not gaps or spare <= 0:
        return placed
    found, moved = [], 0.0
    each = spare / len(gaps)
    for n, p in enumerate(placed):
        wider = each if n in gaps else 0.0
        found.append(replace(p, x=p.x + moved, wide=p.wide + wider))
        moved += wider
    return found


def _height(placed: Iterable[Placed], paragraph: Paragraph) -> tuple[float, float]:
    above = below = 0.0
    for p in placed:
        if isinstance(p.what, Word) and p.what.image is not None:
            above = max(above, p.what.image.height)
            continue
        sizes = [s.size for _, s in p.what.parts] if isinstance(p.what, Word) else [p.what.style.size]
        above = max(above, *(ABOVE * size for size in sizes))
        below = max(below, *(BELOW * size for size in sizes))
    if not above and not below:
        above, below = ABOVE * paragraph.mark.size, BELOW * paragraph.mark.size
    shape = paragraph.shape
    natural = above + below
    high = max(shape.leading, natural) if shape.exact else natural * shape.leading
    return high, (high - natural) / 2 + above


def _items(pieces: Iterable[Piece]) -> Iterator[Item]:
    """Pieces cut into what breaks and what does not."""
    word: list[tuple[str, Style]] = []
    for piece in pieces:
        if isinstance(piece, Text):
            for text, gap in _cut(piece.text):
                if gap:
                    if word:
                        yield Word(tuple(word))
                        word = []
                    yield Space(text, piece.style)
                else:
                    word.append((text, piece.style))
            continue
        if word:
            yield Word(tuple(word))
            word = []
        if isinstance(piece, Image):
            yield Word(image=piece)
        elif isinstance(piece, PageNumber):
            raise TypeError("a page's number has to be written first")
        else:
            yield piece
    if word:
        yield Word(tuple(word))


def _cut(text: str) -> Iterator[tuple[str, bool]]:
    """Stretches of a text, and whether each is a gap. A no-break space is a letter."""
    since = 0
    for n in range(1, len(text) + 1):
        if n == len(text) or (text[n] == " ") != (text[since] == " "):
            yield text[since:n], text[since] == " "
            since = n


def _fitting(word: Word, room: float) -> Iterator[Word]:
    """The word, or pieces of it that have room on a line."""
    if word.image is not None or word.wide <= room:
        yield _shrunk(word, room)
        return
    part: list[tuple[str, Style]] = []
    used = 0.0
    for text, style in word.parts:
        since = soft = 0
        for n, letter in enumerate(text):
            used += width(letter, style)
            if used > room and (n > since or part):
                cut = soft if soft > since else n
                yield Word((*part, (text[since:cut], style)) if cut > since else tuple(part))
                part, since, soft = [], cut, 0
                used = width(text[cut : n + 1], style)
            if letter in SOFT:
                soft = n + 1
        part.append((text[since:], style))
    yield Word(tuple(part))


def _shrunk(word: Word, room: float) -> Word:
    if word.image is None or word.image.width <= room or room <= 0:
        return word
    by = room / word.image.width
    return Word(image=Image(word.image.data, room, word.image.height * by))
