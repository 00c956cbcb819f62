"""Whether all that is seen of a document is drawn in its PDF too: what we do not draw is refused by name.

A list of what is drawn, not of what is not: whatever a newer word processor puts in is refused as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from docx.oxml.ns import qn
from lxml.etree import QName

from server.papers.flaws import Flaw
from server.papers.looks import flag, val
from server.papers.metrics import has
from server.papers.reading import NUMBERS, field_name

MOST_LETTERS, MOST_PARTS = 100_000, 8000  # of a form, which is a sheet or two
_MARKS: Final = frozenset({"bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd"})
_BODY: Final = _MARKS | {"p", "tbl", "sectPr"}
# Element -> what may stand in it. What is not a key is not looked into.
DRAWN: Final[dict[str, frozenset[str]]] = {
    "body": _BODY,
    "hdr": _BODY,
    "ftr": _BODY,
    "p": _MARKS | {"pPr", "r", "fldSimple", "hyperlink"},
    "hyperlink": _MARKS | {"r"},
    "fldSimple": frozenset({"r"}),
    "r": frozenset(
        {"rPr", "t", "tab", "br", "cr", "noBreakHyphen", "lastRenderedPageBreak", "drawing"}
        | {"fldChar", "instrText"}
    ),
    "tbl": _MARKS | {"tblPr", "tblGrid", "tr"},
    "tr": _MARKS | {"trPr", "tblPrEx", "tc"},
    "tc": _MARKS | {"tcPr", "p"},
    "drawing": frozenset({"inline"}),
}
# What a reader is told a thing is called; others by their own name.
CALLED: Final = {
    "anchor": "floating",
    "pict": "floating",
    "AlternateContent": "floating",
    "object": "embedded-object",
    "ins": "tracked",
    "del": "tracked",
    "moveFrom": "tracked",
    "moveTo": "tracked",
    "footnoteReference": "note",
    "endnoteReference": "note",
    "commentReference": "comment",
    "commentRangeStart": "comment",
    "commentRangeEnd": "comment",
    "sdt": "control",
    "sym": "symbol",
    "oMath": "formula",
    "oMathPara": "formula",
}
# Settings of a part that change what is seen and are not drawn: where they stand, and what they are called.
_SETTINGS: Final = {
    "numPr": "list",
    "framePr": "floating",
    "vanish": "hidden",
    "tblpPr": "floating",
    "textDirection": "turned",
    "gridBefore": "ragged",
    "gridAfter": "ragged",
    "bidi": "turned",
    "bidiVisual": "turned",
    "pgBorders": "page-border",
    "titlePg": "first-page",
    "lnNumType": "line-numbers",
}
# Of letters: drawn as if they were not there, which is told and not refused.
PLAIN: Final = frozenset(
    {"smallCaps", "outline", "shadow", "emboss", "imprint", "effect", "highlight", "w", "spacing", "position"}
    | {"bdr", "dstrike"}
)


def flaws(opened: Any) -> Iterator[Flaw]:
    """opened: a document of python-docx."""
    body = opened.element.body
    sections = opened.sections
    if len(sections) != 1:
        yield Flaw("not-drawn", "sections")
    letters = sum(len(text.text or "") for text in body.iter(qn("w:t")))
    parts = sum(1 for _ in body.iter(qn("w:p"), qn("w:tab"), qn("w:br"), qn("w:r")))
    if letters > MOST_LETTERS or parts > MOST_PARTS:
        yield Flaw("too-long")
        return
    columns = body.find(f"{qn('w:sectPr')}/{qn('w:cols')}")
    if columns is not None and int(columns.get(qn("w:num")) or 1) > 1:
        yield Flaw("not-drawn", "columns")
    if opened.settings.odd_and_even_pages_header_footer:
        yield Flaw("not-drawn", "first-page")
    roots = [body]
    for section in sections[:1]:
        edges = (section.header, section.footer)
        roots += [part._element for part in edges if not part.is_linked_to_previous]
    for root in roots:
        yield from _walk(root)
        yield from _fields(root, body)
        yield from _letters(root)
    yield from _styles(opened, roots)


def notes(opened: Any) -> tuple[str, ...]:
    """What is drawn more plainly than it stands there."""
    body = opened.element.body
    found = {name for rpr in body.iter(qn("w:rPr")) for child in rpr if (name := _name(child)) in PLAIN}
    return tuple(sorted(found))


def _name(element: Any) -> str:
    return str(QName(element).localname) if isinstance(element.tag, str) else ""


def _walk(root: Any) -> Iterator[Flaw]:
    may = DRAWN.get(_name(root))
    for child in root:
        name = _name(child)
        if not name:
            continue
        if may is not None and name not in may:
            what = "nested" if name == "tbl" else CALLED.get(name, name)
            yield Flaw("not-drawn", what)
        elif name in ("pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr"):
            yield from _settings(child)
        elif name in DRAWN:
            yield from _walk(child)
        elif name == "br" and child.get(qn("w:type")) == "column":
            yield Flaw("not-drawn", "columns")
        elif name == "inline" and not any(True for _ in child.iter(qn("a:blip"))):
            yield Flaw("not-drawn", "floating")


def _settings(of: Any) -> Iterator[Flaw]:
    for child in of:
        name = _name(child)
        if name == "sectPr" and _name(of) == "pPr":
            yield Flaw("not-drawn", "sections")
        elif name == "rPr":
            yield from _settings(child)
        elif name in _SETTINGS and flag(of, name) is not False:
            yield Flaw("not-drawn", _SETTINGS[name])


def _fields(root: Any, body: Any) -> Iterator[Flaw]:
    """Page numbers, and these in headers and footers alone."""
    told = [simple.get(qn("w:instr")) for simple in root.iter(qn("w:fldSimple"))]
    told += [text.text for text in root.iter(qn("w:instrText"))]
    for instruction in told:
        name = field_name(instruction)
        if root is body or (name and name not in NUMBERS):
            yield Flaw("not-drawn", "field")


def _letters(root: Any) -> Iterator[Flaw]:
    strange = {
        letter
        for text in root.iter(qn("w:t"))
        for letter in text.text or ""
        if not has(letter) and letter > " "
    }
    if strange:
        yield Flaw("letter", " ".join(sorted(strange)[:10]))


def _styles(opened: Any, roots: list[Any]) -> Iterator[Flaw]:
    """Lists that a style makes."""
    used = {val(style) for root in roots for style in root.iter(qn("w:pStyle"))}
    for style in opened.styles.element.findall(qn("w:style")):
        if style.get(qn("w:styleId")) in used and style.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None:
            yield Flaw("not-drawn", "list")
