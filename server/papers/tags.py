"""What a template's tags may say: the blanks of its form, its words, lines and rows one by one, and no more.

Jinja is a language, and a template comes from outside: what is not on the list is refused before it is ever
carried out. The sandbox in which papers are made is a second wall.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, nodes
from lxml import etree

from server.papers.filling import sandbox
from server.papers.flaws import Flaw
from server.papers.forms import BLANKS, SHAPES, Form, Kind
from server.papers.wording import HEAD, LANGUAGES, ours

MOST_TAGS: Final = 400
LONGEST_TAG: Final = 200  # longer ones have their searches take long
FILTERS: Final = frozenset({"upper", "lower"})
LOOP: Final = frozenset({"index", "first", "last"})
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ENDS: Final = re.compile(r"\{\{|\{%|\{#|%\}|#\}|\}\}")
_PLAIN: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
    nodes.Const,
    nodes.CondExpr,
)


def flaws(raw: bytes, form: Form) -> Iterator[Flaw]:
    """raw: a DOCX that may be opened."""
    env = sandbox()
    open_ = [*_open_tags(raw)]
    if open_:
        yield from open_
        return
    seen: set[Flaw] = set()
    for source in sources(raw):
        try:
            tree = env.parse(source)
        except TemplateSyntaxError:
            yield Flaw("tag-broken", _broken(env, source))
            return
        except RecursionError:
            yield Flaw("tag-broken")
            return
        for flaw in _Reader(form).look(tree, frozenset(), False):
            if flaw not in seen:
                seen.add(flaw)
                yield flaw


def sources(raw: bytes) -> Iterator[str]:
    """Everything of a document that is rendered, as Jinja reads it."""
    paper = DocxTemplate(BytesIO(raw))
    paper.init_docx()
    yield paper.patch_xml(paper.get_xml())
    for uri in (paper.HEADER_URI, paper.FOOTER_URI):
        for _, part in paper.get_headers_footers(uri):
            yield paper.patch_xml(paper.get_part_xml(part))
    about = paper.docx.core_properties
    for name in ("author", "comments", "identifier", "language", "subject", "title"):
        yield getattr(about, name) or ""


def _open_tags(raw: bytes) -> Iterator[Flaw]:
    """Tags where docxtpl would not look for them, or search for long: that do not end in the paragraph where
    they begin, that stand elsewhere than in texts, that are long or many."""
    paper = DocxTemplate(BytesIO(raw))
    paper.init_docx()
    parts = [etree.tostring(paper.docx.element.body)]
    for uri in (paper.HEADER_URI, paper.FOOTER_URI):
        parts += [part.blob for _, part in paper.get_headers_footers(uri)]
    roots = [etree.fromstring(part, etree.XMLParser(resolve_entities=False)) for part in parts]
    count = 0
    for element in (element for root in roots for element in root.iter()):
        hidden = [*element.attrib.values(), element.tail or ""]
        if element.tag == qn("w:p"):
            text = "".join(part.text or "" for part in element.iter(qn("w:t")))
            if text.count("{") > 2 * MOST_TAGS:
                yield Flaw("too-many-tags", str(MOST_TAGS))
                return
            tags = _TAG.findall(text)
            count += len(tags)
            rest = _TAG.sub("", text)
            found = _ENDS.search(rest)
            long = next((tag for tag in tags if len(tag) > LONGEST_TAG), "")
            if found or long:
                yield Flaw("tag-broken", (long or rest[found.start() if found else 0 :])[:40])
        elif element.tag != qn("w:t"):
            hidden.append(element.text or "")
        if any(_ENDS.search(text) for text in hidden):
            yield Flaw("tag-broken")
    if count > MOST_TAGS:
        yield Flaw("too-many-tags", str(MOST_TAGS))


def _broken(env: Any, source: str) -> str:
    """The tag that no one can read, as far as it is a single one."""
    for found in _TAG.finditer(source):
        tag = found[0]
        closing = next(
            (f"{{% end{word} %}}" for word in ("for", "if") if re.match(rf"{{%-?\s*{word}\b", tag)), ""
        )
        if tag.startswith("{%") and not closing:
            continue
        try:
            env.parse(tag + closing)
        except TemplateSyntaxError:
            return re.sub(r"<[^>]*>", "", tag)[:80]
    return ""


class _Reader:
    def __init__(self, form: Form) -> None:
        shape = SHAPES[form]
        self._row = shape.row
        self._words = set(ours(HEAD)[LANGUAGES[0]]) | set(ours(form.value)[LANGUAGES[0]])
        self._lists = {n: BLANKS[n].kind for n in shape.blanks if BLANKS[n].kind in (Kind.LINES, Kind.ROWS)}
        self._plain = shape.blanks - set(self._lists)

    def look(self, node: nodes.Node, rows: frozenset[str], inside: bool) -> Iterator[Flaw]:
        """rows: names of a table's row here. inside: of a loop."""
        if isinstance(node, nodes.For):
            yield from self._loop(node, inside)
            return
        if isinstance(node, nodes.Getattr):
            yield from self._part(node, rows, inside)
            return
        if isinstance(node, nodes.Name):
            if node.name not in self._plain and not (inside and node.name == "line"):
                code = "tag-list" if node.name in (*self._lists, *rows, "w", "loop") else "tag-unknown"
                yield Flaw(code, node.name[:80])
        elif isinstance(node, nodes.Filter):
            if node.name not in FILTERS or node.args or node.kwargs:
                yield Flaw("tag-forbidden", f"|{node.name}"[:80])
        elif not isinstance(node, _PLAIN):
            yield Flaw("tag-forbidden", type(node).__name__.lower())
            return
        for child in node.iter_child_nodes():
            yield from self.look(child, rows, inside)

    def _loop(self, node: nodes.For, inside: bool) -> Iterator[Flaw]:
        over, target = node.iter, node.target
        named = isinstance(over, nodes.Name) and isinstance(target, nodes.Name)
        if inside or not named or node.else_ or node.test or node.recursive:
            yield Flaw("tag-forbidden", "for")
            return
        assert isinstance(over, nodes.Name) and isinstance(target, nodes.Name)
        kind = self._lists.get(over.name)
        if kind is None:
            yield Flaw("tag-unknown", over.name[:80])
        elif target.name != ("row" if kind is Kind.ROWS else "line"):
            yield Flaw("tag-unknown", target.name[:80])
        else:
            rows = frozenset({"row"}) if kind is Kind.ROWS else frozenset()
            for child in node.body:
                for flaw in self.look(child, rows, True):
                    if flaw != Flaw("tag-unknown", "line") or kind is Kind.LINES:
                        yield flaw

    def _part(self, node: nodes.Getattr, rows: frozenset[str], inside: bool) -> Iterator[Flaw]:
        of = node.node.name if isinstance(node.node, nodes.Name) else ""
        known = {"w": self._words, "loop": LOOP if inside else frozenset()}
        known |= dict.fromkeys(rows, self._row)
        if of not in known:
            yield Flaw("tag-forbidden" if not of else "tag-unknown", f"{of}.{node.attr}"[:80])
        elif node.attr not in known[of]:
            yield Flaw("tag-unknown", f"{of}.{node.attr}"[:80])
