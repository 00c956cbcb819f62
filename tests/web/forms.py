"""Forms as a browser would send them: every field of a page with what stands in it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.texts: dict[str, str] = {}
        self._select: str | None = None
        self._first = True
        self._into: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        if tag == "form":
            self.forms.append({"action": a.get("action"), "method": a.get("method", "get"), "fields": {}})
        elif tag == "input" and self.forms and a.get("name"):
            ticked = a.get("type") not in ("checkbox", "radio") or "checked" in a
            if ticked and a.get("type") not in ("file", "submit"):
                self._fields[str(a["name"])] = a.get("value") or ("on" if a.get("type") == "checkbox" else "")
        elif tag == "select" and self.forms and a.get("name"):
            self._select, self._first = str(a["name"]), True
        elif tag == "option" and self._select is not None and (self._first or "selected" in a):
            self._fields[self._select], self._first = a.get("value") or "", False
        if a.get("id", "") and tag == "p":
            self._into.append(str(a["id"]))
            self.texts[str(a["id"])] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        if tag == "p" and self._into:
            self._into.pop()

    def handle_data(self, data: str) -> None:
        for id in self._into:
            self.texts[id] += data

    @property
    def _fields(self) -> dict[str, str]:
        fields: dict[str, str] = self.forms[-1]["fields"]
        return fields


def form_of(page: str, with_field: str = "mark") -> dict[str, str]:
    """The fields of the page's form that has a field of this name, as they stand."""
    reader = _Reader()
    reader.feed(page)
    return next(dict(f["fields"]) for f in reader.forms if with_field in f["fields"])


def told_at(page: str, where: str) -> str:
    """What stands beside the field of this path as wrong."""
    reader = _Reader()
    reader.feed(page)
    return reader.texts.get(f"wrong-{where.replace('.', '-')}", "").strip()
