"""What a document consists of, once all about its looks is settled: plain values, points throughout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center", "right", "justify"]
Number = Literal["page", "pages"]


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look. rise: "super", "sub" or "". color: RRGGBB."""

    size: float = 11.0
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    caps: bool = False
    rise: str = ""
    color: str = "000000"


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Tab:
    style: Style


@dataclass(frozen=True, slots=True)
class Break:
    """A new line, or a new page."""

    style: Style
    page: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """data: of a file that a browser would show. Inline only."""

    data: bytes
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageNumber:
    """The page's own number, or how many there are."""

    which: Number
    style: Style


Piece = Text | Tab | Break | Image | PageNumber


@dataclass(frozen=True, slots=True)
class Stop:
    """A tab stop, from the paragraph's left edge. leader: what fills the gap."""

    at: float
    align: Literal["left", "center", "right"] = "left"
    leader: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One edge of a border; width 0 is none."""

    width: float = 0.0
    color: str = "000000"


NO_LINE = Line()


@dataclass(frozen=True, slots=True)
class Edges:
    top: Line = NO_LINE
    left: Line = NO_LINE
    bottom: Line = NO_LINE
    right: Line = NO_LINE


@dataclass(frozen=True, slots=True)
class Shape:
    """How a paragraph stands. leading: of a line as a multiple, or with `exact` in points."""

    align: Align = "left"
    before: float = 0.0
    after: float = 0.0
    leading: float = 1.0
    exact: bool = False
    left: float = 0.0
    right: float = 0.0
    first: float = 0.0
    stops: tuple[Stop, ...] = ()
    keep_next: bool = False
    new_page: bool = False
    edges: Edges = Edges()
    fill: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """mark: the style of its end, which gives an empty one its height."""

    pieces: tuple[Piece, ...]
    shape: Shape = Shape()
    mark: Style = Style()


@dataclass(frozen=True, slots=True)
class Cell:
    """span: columns. merge: whether it begins a cell over several rows, or goes on with one."""

    blocks: tuple[Paragraph, ...]
    span: int = 1
    merge: Literal["", "start", "on"] = ""
    stands: Literal["top", "center", "bottom"] = "top"
    edges: Edges = Edges()
    fill: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """head: stands again on every page. height: at the least."""

    cells: tuple[Cell, ...]
    head: bool = False
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """widths: of its columns. pad: inside of cells, left and right. indent: from the left edge."""

    widths: tuple[float, ...]
    rows: tuple[Row, ...]
    align: Align = "left"
    pad: tuple[float, float] = (5.4, 5.4)
    indent: float = 0.0


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper and its margins; head and foot: how far they stand from the edge."""

    width: float
    height: float
    top: float
    left: float
    bottom: float
    right: float
    head: float = 36.0
    foot: float = 36.0

    @property
    def room(self) -> float:
        return self.width - self.left - self.right


@dataclass(frozen=True, slots=True)
class Flow:
    sheet: Sheet
    blocks: tuple[Block, ...]
    header: tuple[Block, ...] = ()
    footer: tuple[Block, ...] = ()
