"""Marks on a page, and paragraphs as strips of them: what is never divided between two pages. Pure.

In points from the top left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from server.papers.flow import Image, Line, Paragraph, Style
from server.papers.lines import Laid, Placed, Space, Word, laid
from server.papers.metrics import width

BESIDE: Final = 4.0  # between letters and the border of their paragraph


@dataclass(frozen=True, slots=True)
class Letters:
    """text: with its base at (x, y)."""

    x: float
    y: float
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Stroke:
    x: float
    y: float
    to_x: float
    to_y: float
    line: Line


@dataclass(frozen=True, slots=True)
class Area:
    x: float
    y: float
    wide: float
    high: float
    color: str


@dataclass(frozen=True, slots=True)
class Shown:
    x: float
    y: float
    image: Image


Mark = Letters | Stroke | Area | Shown


@dataclass(frozen=True, slots=True)
class Strip:
    """What is never divided: one line of a paragraph with the space around it. top: of the line in it."""

    high: float
    top: float
    line: Laid
    paragraph: Paragraph
    first: bool
    last: bool
    room: float

    def marks(self, x: float, y: float) -> Iterator[Mark]:
        """At its top left corner."""
        shape = self.paragraph.shape
        left, right = x + shape.left, x + self.room - shape.right
        top, bottom = y + self.top, y + self.top + self.line.high
        if shape.fill:
            yield Area(left, top, right - left, self.line.high, shape.fill)
        yield from _letters(self.line, x, y + self.top)
        edges = shape.edges
        left -= BESIDE if edges.left.width else 0.0
        right += BESIDE if edges.right.width else 0.0
        if self.first and edges.top.width:
            yield Stroke(left, top, right, top, edges.top)
        if self.last and edges.bottom.width:
            yield Stroke(left, bottom + 1, right, bottom + 1, edges.bottom)
        for line, at in ((edges.left, left), (edges.right, right)):
            if line.width:
                yield Stroke(at, top, at, bottom, line)


def strips(paragraph: Paragraph, room: float) -> list[Strip]:
    lines, shape = laid(paragraph, room), paragraph.shape
    found = []
    for n, line in enumerate(lines):
        first, last = n == 0, n == len(lines) - 1
        top = shape.before if first else 0.0
        found.append(
            Strip(top + line.high + (shape.after if last else 0.0), top, line, paragraph, first, last, room)
        )
    return found


def _letters(line: Laid, x: float, y: float) -> Iterator[Mark]:
    """Words of one style that stand side by side are one text, so that it is read as one."""
    open_: Letters | None = None
    end = 0.0
    for placed in line.placed:
        if isinstance(placed.what, Word) and placed.what.image is not None:
            yield Shown(x + placed.x, y + line.rise - placed.what.image.height, placed.what.image)
            continue
        for at, text, style in _parts(placed):
            base = y + line.rise + {"super": -0.33, "sub": 0.14}.get(style.rise, 0.0) * style.size
            if open_ is not None and open_.style == style and abs(open_.x + end - x - at) < 0.02:
                open_ = replace(open_, text=open_.text + text)
            else:
                if open_ is not None:
                    yield open_
                open_, end = Letters(x + at, base, text, style), 0.0
            end += width(text, style)
    if open_ is not None:
        yield open_


def _parts(placed: Placed) -> Iterator[tuple[float, str, Style]]:
    if isinstance(placed.what, Space):
        text = placed.what.text
        if placed.fill:
            each = width(placed.fill, placed.what.style)
            text = placed.fill * max(1, int(placed.wide / each))
        yield placed.x, text, placed.what.style
        return
    x = placed.x
    for text, style in placed.what.parts:
        yield x, text, style
        x += width(text, style)
