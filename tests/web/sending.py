"""Forms of pages as a browser without scripts sends them."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        of = dict(attrs)
        if tag == "form":
            self.forms.append((unescape(of.get("action") or ""), {}))
        elif tag == "select" and self.forms:
            self._select = of.get("name") or ""
            self.forms[-1][1].setdefault(self._select, "")
        elif tag == "option" and self._select and "selected" in of:
            self.forms[-1][1][self._select] = of.get("value") or ""
        elif tag == "input" and self.forms and of.get("name"):
            if of.get("type") in ("checkbox", "radio") and "checked" not in of:
                return
            self.forms[-1][1][of["name"]] = of.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


def send(client: FlaskClient, page: str, action: str, **typed: Any) -> Any:
    """Open `page`, fill in the form that goes to `action`, and send it."""
    answer = client.get(page)
    assert answer.status_code == 200, (page, answer.status_code)
    forms = _Forms()
    forms.feed(answer.text)
    found = [fields for where, fields in forms.forms if where == action]
    assert found, (action, [where for where, _ in forms.forms])
    return client.post(action, data={**found[0], **{k.replace("__", ":"): v for k, v in typed.items()}})
