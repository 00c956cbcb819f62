"""How letters and paragraphs of a DOCX look: what styles say, one upon another, and what is said in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from docx.oxml.ns import qn

from server.papers.flow import NO_LINE, Align, Edges, Line, Shape, Stop, Style

TWIPS: Final = 20.0
OFF: Final = ("0", "false", "off", "none")
ALIGN: Final[dict[str, Align]] = {
    "left": "left",
    "start": "left",
    "center": "center",
    "right": "right",
    "end": "right",
    "both": "justify",
    "distribute": "justify",
}
LEADERS: Final = {"dot": ".", "middleDot": "·", "hyphen": "-", "underscore": "_", "heavy": "_"}
SIDES: Final = ("top", "left", "bottom", "right")


class Styles:
    """The styles of one document."""

    def __init__(self, root: Any) -> None:
        """root: `w:styles`."""
        self._by_id = {style.get(qn("w:styleId")): style for style in root.findall(qn("w:style"))}
        self._usual = {
            style.get(qn("w:type")): style.get(qn("w:styleId"))
            for style in self._by_id.values()
            if style.get(qn("w:default")) in ("1", "true")
        }
        self.run, self.paragraph = Style(size=10.0), Shape()
        self._known: dict[tuple[str | None, str | None], tuple[Style, Shape]] = {}
        for part in root.iterfind(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}"):
            self.run = letters(self.run, part)
        for part in root.iterfind(f"{qn('w:docDefaults')}/{qn('w:pPrDefault')}/{qn('w:pPr')}"):
            self.paragraph = standing(self.paragraph, part)

    def chain(self, id: str | None, kind: str) -> list[Any]:
        """A style and all it is based on, the most general first; the usual one of its kind without an id."""
        found: list[Any] = []
        style = self._by_id.get(id or self._usual.get(kind))
        while style is not None and style not in found:
            found.insert(0, style)
            style = self._by_id.get(val(style.find(qn("w:basedOn"))))
        return found

    def of_paragraph(self, p: Any, table: str | None) -> tuple[Style, Shape]:
        """How a `w:p` looks before its runs say anything. table: the style of the table that it stands in."""
        how = p.find(qn("w:pPr"))
        own = val(how.find(qn("w:pStyle"))) if how is not None else None
        run, shape = self._of_styles(own, table)
        return run, standing(shape, how)

    def _of_styles(self, own: str | None, table: str | None) -> tuple[Style, Shape]:
        if (own, table) not in self._known:
            run, shape = self.run, self.paragraph
            chain = self.chain(own, "paragraph")
            if table is not None:
                chain = [*self.chain(table, "table"), *chain]
            for style in chain:
                run, shape = letters(run, style.find(qn("w:rPr"))), standing(shape, style.find(qn("w:pPr")))
            self._known[own, table] = run, shape
        return self._known[own, table]

    def of_run(self, base: Style, rpr: Any) -> Style:
        if rpr is None:
            return base
        for style in self.chain(val(rpr.find(qn("w:rStyle"))), "character"):
            base = letters(base, style.find(qn("w:rPr")))
        return letters(base, rpr)


def val(element: Any) -> str | None:
    return None if element is None else element.get(qn("w:val"))


def points(text: str | None, usual: float = 0.0) -> float:
    """Twips as points."""
    try:
        return float(text) / TWIPS if text is not None else usual
    except ValueError:
        return usual


def flag(parent: Any, name: str) -> bool | None:
    """Whether a switch is on; None: nothing is said."""
    found = parent.find(qn(f"w:{name}"))
    return None if found is None else (val(found) or "1").lower() not in OFF


def letters(style: Style, rpr: Any) -> Style:
    """A style with what `w:rPr` says laid over it."""
    if rpr is None:
        return style
    change: dict[str, Any] = {}
    for name, ours in (("b", "bold"), ("i", "italic"), ("strike", "strike"), ("caps", "caps")):
        if (said := flag(rpr, name)) is not None:
            change[ours] = said
    if (size := val(rpr.find(qn("w:sz")))) is not None:
        change["size"] = float(size) / 2
    if (line := val(rpr.find(qn("w:u")))) is not None:
        change["underline"] = line != "none"
    if (rise := val(rpr.find(qn("w:vertAlign")))) is not None:
        change["rise"] = {"superscript": "super", "subscript": "sub"}.get(rise, "")
    if (color := val(rpr.find(qn("w:color")))) is not None:
        change["color"] = color if len(color) == 6 else "000000"
    return replace(style, **change) if change else style


def standing(shape: Shape, ppr: Any) -> Shape:
    """A paragraph's shape with what `w:pPr` says laid over it."""
    if ppr is None:
        return shape
    change: dict[str, Any] = {}
    if (align := val(ppr.find(qn("w:jc")))) is not None:
        change["align"] = ALIGN.get(align, "left")
    for name, ours in (("keepNext", "keep_next"), ("pageBreakBefore", "new_page")):
        if (said := flag(ppr, name)) is not None:
            change[ours] = said
    space, indent = ppr.find(qn("w:spacing")), ppr.find(qn("w:ind"))
    if space is not None:
        change |= dict(_spacing(space))
    if indent is not None:
        change |= dict(_indent(indent))
    if (stops := ppr.find(qn("w:tabs"))) is not None:
        change["stops"] = _stops(shape.stops, stops)
    if (border := ppr.find(qn("w:pBdr"))) is not None:
        change["edges"] = edges(shape.edges, border)
    if (shade := ppr.find(qn("w:shd"))) is not None:
        change["fill"] = fill(shade)
    return replace(shape, **change) if change else shape


def _spacing(space: Any) -> Iterator[tuple[str, Any]]:
    for name in ("before", "after"):
        if (said := space.get(qn(f"w:{name}"))) is not None:
            yield name, points(said)
    line = space.get(qn("w:line"))
    if line is not None:
        exact = space.get(qn("w:lineRule")) in ("exact", "atLeast")
        yield "exact", exact
        yield "leading", points(line) if exact else float(line) / 240


def _indent(indent: Any) -> Iterator[tuple[str, float]]:
    for names, ours in ((("left", "start"), "left"), (("right", "end"), "right"), (("firstLine",), "first")):
        for name in names:
            if (said := indent.get(qn(f"w:{name}"))) is not None:
                yield ours, points(said)
    if (hanging := indent.get(qn("w:hanging"))) is not None:
        yield "first", -points(hanging)


def _stops(before: tuple[Stop, ...], told: Any) -> tuple[Stop, ...]:
    found = {stop.at: stop for stop in before}
    for tab in told.findall(qn("w:tab")):
        at, kind = points(tab.get(qn("w:pos"))), val(tab) or "left"
        if kind == "clear":
            found.pop(at, None)
        else:
            align = ALIGN.get(kind, "left")
            found[at] = Stop(
                at,
                align if align != "justify" else "left",
                LEADERS.get(tab.get(qn("w:leader")) or "", ""),
            )
    return tuple(found[at] for at in sorted(found))


def edge(element: Any, before: Line) -> Line:
    """A border's `w:top` and the like; what is not said stays."""
    if element is None:
        return before
    if (val(element) or "none") in ("none", "nil"):
        return NO_LINE
    color = element.get(qn("w:color")) or ""
    return Line(
        float(element.get(qn("w:sz")) or 4) / 8 or 0.5,
        color if len(color) == 6 else "000000",
    )


def edges(before: Edges, told: Any) -> Edges:
    if told is None:
        return before
    said: Callable[[str], Any] = lambda side: told.find(qn(f"w:{side}"))  # noqa: E731
    return Edges(*(edge(said(side), getattr(before, side)) for side in SIDES))


def fill(shade: Any) -> str:
    """RRGGBB, or "" for none."""
    color = "" if shade is None else shade.get(qn("w:fill")) or ""
    return color if len(color) == 6 and color.lower() != "auto" else ""
