"""The words of a hall's document: what its fields are called, what is wrong with them, and what differs.

A label is looked up by the path of its field from the right: `authority.3.service.1.name.vi` is `name.vi`,
unless there are words for more of it. Rows go by the names that people gave them. Keeps out HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from server.drafting.forms import text_of
from server.drafting.pages import PAGES
from server.drafting.trees import Edit, Path, Tree
from server.hall.mistakes import Problem
from server.site_shape import File
from server.web.words import TEXTS, date_text, device_name

# Pages that edit other than whole subtrees, and what they edit.
OTHERS: Mapping[str, tuple[str, ...]] = {
    "calendar": ("hours.holidays", "hours.made_up"),
    "authorities": ("authority",),
    "counters": ("counter",),
}
ROWS = ("authority", "service", "counter", "device", "officer", "priority_group", "reason", "question")
NAMED = ("id", "other", "authority", "old", "new")  # params that may be ids of services or authorities


@dataclass(frozen=True, slots=True)
class Line:
    """One difference in words. kind: as of an Edit. where: the row and the field, outermost first."""

    kind: str
    where: tuple[str, ...]
    old: str
    new: str


def page_of(where: str) -> str:
    """The page on which one mends what stands at this path of the document; "" for none."""
    for page, paths in (*OTHERS.items(), *PAGES.items()):
        if any(where == path or where.startswith(f"{path}.") for path in paths):
            return page
    return "hours" if where.startswith("hours") else ""


def label(where: str, lang: str) -> str:
    """What the field at this path is called."""
    return TEXTS(_key("field", where) or "field.row", lang)


def hint(where: str, lang: str) -> str:
    """What to write there, where that needs saying."""
    key = _key("hint", where)
    return TEXTS(key, lang) if key else ""


def choice(where: str, value: str, lang: str) -> str:
    """A word of a closed list."""
    field = where.rpartition(".")[2]
    key = f"choice.{field}.{value}"
    return TEXTS(key, lang) if key in TEXTS else value


class Names:
    """What the rows of a document are called, by their ids; of two documents the first that knows one."""

    def __init__(self, lang: str, *documents: File) -> None:
        self.lang = lang
        self._known: dict[tuple[str, str], str] = {}
        for document in documents:
            for (row, id), name in self._of(document):
                self._known.setdefault((row, id), name)

    def __call__(self, row: str, id: str) -> str:
        return self._known.get((row, id), id)

    def any(self, id: str) -> str:
        """A service or an authority."""
        return self._known.get(("service", id)) or self._known.get(("authority", id)) or id

    def _of(self, document: File) -> Iterator[tuple[tuple[str, str], str]]:
        lang = self.lang
        for authority in document.authority:
            yield ("authority", authority.id), getattr(authority.short, lang)
            for service in authority.service:
                yield ("service", service.id), getattr(service.name, lang)
        for counter in document.counter:
            yield ("counter", counter.id), TEXTS("setup.counter", lang, id=counter.id)
        for device in document.device:
            own = device_name(device.id, device.role, device.counter, lang)
            yield ("device", device.id), getattr(device.name, lang) if device.name else own
        for officer in document.officer:
            yield ("officer", officer.id), officer.name
        for group in document.priority_group:
            yield ("priority_group", group.id), getattr(group.name, lang)
        for reason in document.rating.reason:
            yield ("reason", reason.id), getattr(reason.name, lang)


def sentence(problem: Problem, names: Names) -> str:
    """What is wrong, in the reader's language, with the names of what it is about."""
    words: dict[str, Any] = dict(problem.params)
    for key in NAMED:
        if key in words and problem.code not in ("no-zone", "twice", "not-shown", "no-day"):
            words[key] = names.any(str(words[key]))
    if "day" in words:
        words["day"] = TEXTS(f"field.hours.{str(words['day']).lower()}", names.lang)
    if "days" in words:
        days = str(words["days"]).split(", ")
        words["days"] = ", ".join(TEXTS(f"field.hours.{day}", names.lang) for day in days)
    if "role" in words:
        words["role"] = choice("role", str(words["role"]), names.lang)
    if isinstance(words.get("other"), int):
        words["other"] = words["other"] + 1
    if "kiosk" in words:
        words["kiosk"] = names("device", str(words["kiosk"]))
    text = TEXTS(f"mistake.{problem.code}", names.lang, **words)
    return (
        text if problem.meant is None else f"{text} {TEXTS('setup.meant', names.lang, meant=problem.meant)}"
    )


def file_sentence(problem: Problem, lang: str) -> str:
    """What is wrong with a file that was sent, and under which of its keys."""
    key = "setup.file_wrong_at" if problem.where else "setup.file_wrong"
    said = [TEXTS(key, lang, where=problem.where), sentence(problem, Names(lang))]
    if problem.code == "form":
        said.append(hint(re.sub(r"\[(\d+)\]", r".\1", problem.where), lang))
    return " ".join(part for part in said if part)


# --- what differs


def lines(edits: Iterable[Edit], old: File, new: File, lang: str) -> dict[str, list[Line]]:
    """The differences in words, by the page where one edits them."""
    names = Names(lang, new, old)
    found: dict[str, list[Line]] = {}
    for edit in edits:
        told = Line(
            edit.kind,
            _where(edit.where, names),
            _value(edit.where, edit.old, names) if edit.kind != "added" else "",
            _value(edit.where, edit.new, names) if edit.kind != "removed" else "",
        )
        found.setdefault(page_of(".".join(edit.where)), []).append(told)
    return found


def place_text(where: Path, document: File, lang: str) -> str:
    """A place in the document in words."""
    return " › ".join(_where(where, Names(lang, document))) or TEXTS("setup.all", lang)


def _where(where: Path, names: Names) -> tuple[str, ...]:
    """The rows on the way, then the field."""
    said: list[str] = []
    kind = ""
    for n, step in enumerate(where):
        if kind in ROWS:
            said.append(names(kind, step))
            kind = ""
        elif step.isdigit():
            said.append(f"{label('.'.join(where[:n]), names.lang)} {int(step) + 1}")
            kind = ""
        else:
            kind = step
    if kind:
        said.append(label(".".join(where), names.lang))
    return tuple(said)


def _value(where: Path, tree: Tree, names: Names) -> str:
    lang = names.lang
    field = next((step for step in reversed(where) if not step.isdigit()), "")
    if tree is None or tree in ("", []):
        return TEXTS("setup.none", lang)
    if isinstance(tree, bool):
        return TEXTS("setup.yes" if tree else "setup.no", lang)
    if isinstance(tree, list):
        return ", ".join(_value(where, one, names) for one in tree)
    if isinstance(tree, dict):
        return _row(where, tree, names)
    if field in ("services", "then"):
        return names("service", str(tree))
    if field in ("holidays", "made_up"):
        return date_text(date.fromisoformat(tree))
    return choice(field, text_of(tree), lang)


def _row(where: Path, tree: dict[str, Tree], names: Names) -> str:
    """A whole row: its name, or what it says."""
    for key in ("name", "title", "short"):
        words = tree.get(key)
        if isinstance(words, dict):
            return str(words[names.lang])
    if names.lang in tree:
        return str(tree[names.lang])
    said = [(key, value) for key, value in tree.items() if value not in (None, "", [], False)]
    return ", ".join(
        f"{label(key, names.lang)}: {_value((*where, key), value, names)}" for key, value in said
    )


@lru_cache(8192)
def _key(area: str, where: str) -> str | None:
    steps = [step for step in where.split(".") if not step.isdigit()]
    for n in range(len(steps)):
        key = ".".join((area, *steps[n:]))
        if key in TEXTS:
            return key
    return None
