"""The fields of a form and the document: each value as text under the path where it stands, and back.

What a field may be is read off the shape of the document, so that a form refuses what a file would. Pure.
Keeps out pages and words; what is wrong is told with the field's own name as its place.
"""

from __future__ import annotations

import re
import types
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from server import site_shape as shape
from server.drafting.trees import Tree
from server.hall.mistakes import Problem

MOST_ROWS: Final = 200
PATHS: Final = 8192  # whose types are remembered
NUMBER: Final = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,6})?")
CLOCKS: Final = re.compile(r"\b(\d{1,2})\s*[:hg.]\s*(\d{2})\b")  # 7h30, 7g30 and 7.30 as people write them
DASHES: Final = re.compile(r"\s*[-–—]\s*")

Name = Literal["text", "whole", "number", "tick", "choice", "clock", "list"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What one field may hold. least, most: of a number, or characters of a text. choices: of a closed list.
    item: what a list is of."""

    name: Name
    hint: Any
    optional: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    item: Any = None


@dataclass(slots=True)
class Read:
    """Reads the fields of one form; `problems` are those of its fields, `op` is what else was asked for:
    `up authority.3` puts a row before the one above it."""

    form: Mapping[str, str]
    op: str = ""
    problems: list[Problem] | None = None

    def value(self, hint: Any, where: str) -> Tree:
        """What the form says of this path: a whole subtree, None where it is blank and may be."""
        if self.problems is None:
            self.problems = []
        inner, optional = bare(hint)
        if is_struct(inner):
            if optional and self._blank(inner, where):
                return None
            return {key: self._field(inner, key, of, where) for key, of in fields(inner).items()}
        item, fixed = rows_of(inner)
        if item is None:
            return self._scalar(kind_of(hint), where)
        if fixed:
            if optional and all(self._blank(item, f"{where}.{n}") for n in range(fixed)):
                return None
            return [self.value(item, f"{where}.{n}") for n in range(fixed)]
        return self._rows(inner, item, where)

    def _field(self, struct: Any, key: str, hint: Any, where: str) -> Tree:
        """A new row that has a name may leave its id to us, and its figures to what a file leaves out."""
        here, usual = f"{where}.{key}", usually(struct)
        new = not self.form.get(f"{where}.id") and clean(self.form.get(f"{where}.name.vi", ""))
        if new and not clean(self.form.get(here, "")):
            if key == "id":
                return ""
            if key in usual:
                return usual[key]
        return self.value(hint, here)

    def _rows(self, hint: Any, item: Any, where: str) -> list[Tree]:
        found: list[Tree] = []
        for n in range(self._count(where)):
            here = f"{where}.{n}"
            if self.form.get(f"{here}.drop") or self._blank(item, here):
                continue
            row = self.value(item, here)
            if self.op == f"up {here}" and found:
                found.insert(-1, row)
            else:
                found.append(row)
        name_rows(found)
        least, most = _lengths(hint)
        if len(found) < least:
            self._tell(Problem("empty", where))
        if most is not None and len(found) > most:
            self._tell(Problem("too-many", where, {"most": most}))
        return found

    def _count(self, where: str) -> int:
        text = self.form.get(f"{where}.n", "0")
        return min(int(text), MOST_ROWS) if re.fullmatch(r"\d{1,4}", text) else 0

    def _blank(self, hint: Any, where: str) -> bool:
        """Nothing was typed there; ticks and choices are never typed, but for a choice that may be blank."""
        inner, _ = bare(hint)
        if is_struct(inner):
            return all(self._blank(of, f"{where}.{key}") for key, of in fields(inner).items())
        item, fixed = rows_of(inner)
        if item is not None:
            count = fixed or self._count(where)
            return all(self._blank(item, f"{where}.{n}") for n in range(count))
        kind = kind_of(hint)
        if kind.name == "tick" or (kind.name == "choice" and not kind.optional and not _leads(hint)):
            return True
        return not clean(self.form.get(where, ""))

    def _scalar(self, kind: Kind, where: str) -> Tree:
        read = value_of(self.form.get(where, ""), kind, where)
        if isinstance(read, Problem):
            self._tell(read)
            return None
        return read

    def _tell(self, problem: Problem) -> None:
        assert self.problems is not None
        self.problems.append(problem)


def written(tree: Tree, hint: Any, where: str) -> Iterator[tuple[str, str]]:
    """Each field of a subtree and its text; `where.n` is how many rows a list has."""
    inner, _ = bare(hint)
    if tree is None:
        return
    if is_struct(inner):
        for key, of in fields(inner).items():
            yield from written(tree[key], of, f"{where}.{key}")
        return
    item, fixed = rows_of(inner)
    if item is None:
        yield where, text_of(tree)
        return
    if not fixed:
        yield f"{where}.n", str(len(tree))
    for n, row in enumerate(tree):
        yield from written(row, item, f"{where}.{n}")


def text_of(tree: Tree) -> str:
    """A single value as a field shows it."""
    if isinstance(tree, list):
        return ", ".join(text_of(one) for one in tree)
    if isinstance(tree, bool):
        return "1" if tree else ""
    if isinstance(tree, float) and tree.is_integer():
        return str(int(tree))
    return "" if tree is None else str(tree)


def value_of(typed: str, kind: Kind, where: str) -> Tree | Problem:
    """The value that somebody typed, or what is wrong with it."""
    text = clean(typed)
    if kind.name == "tick":
        return bool(text)
    if kind.name == "list":
        return _list_of(text, kind, where)
    if not text:
        if kind.optional:
            return None
        if kind.name != "text" or isinstance(fitting(text, kind, where), Problem):
            return Problem("empty", where)
    value: Tree = text
    if kind.name in ("whole", "number"):
        if not NUMBER.fullmatch(text):
            return Problem("not-number", where)
        value = float(text.replace(",", "."))
        if kind.name == "whole":
            if not value.is_integer():
                return Problem("not-whole", where)
            value = int(value)
    elif kind.name == "clock":
        value = CLOCKS.sub(_clock, text)
    return fitting(value, kind, where)


def clean(typed: str) -> str:
    """One line as people mean it: NFC, without control signs and signs that turn the direction of reading."""
    text = typed.encode("utf-8", "ignore").decode()
    signs = (" " if sign.isspace() else sign for sign in unicodedata.normalize("NFC", text))
    return " ".join("".join(s for s in signs if unicodedata.category(s) not in ("Cc", "Cf", "Cs")).split())


def slug(text: str) -> str:
    """An id made of a name: `Lý lịch tư pháp` gives `ly-lich-tu-phap`."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", "".join(s for s in plain if s.isascii())).strip("-")[:32].strip("-")


# --- the shape


@lru_cache(PATHS)
def hint_at(where: str) -> Any:
    """What may stand at a path of the document. Raises KeyError for a path that there is not."""
    hint: Any = shape.File
    for step in where.split("."):
        inner, _ = bare(hint)
        item, _ = rows_of(inner)
        hint = item if item is not None and step.isdigit() else fields(inner)[step]
    return hint


@cache
def kind_of(hint: Any) -> Kind:
    """What a single field of this type may hold."""
    inner, optional = bare(hint)
    if inner == shape.Clock:
        return Kind("clock", inner, optional)
    meta, plain = _meta(inner)
    if plain is bool:
        return Kind("tick", inner)
    if get_origin(plain) is Literal:
        return Kind("choice", inner, optional, choices=tuple(map(str, get_args(plain))))
    if isinstance(plain, type) and issubclass(plain, Enum):
        return Kind("choice", inner, optional, choices=tuple(str(one.value) for one in plain))
    if plain is str:
        return Kind(
            "text", inner, optional, meta.min_length if meta else None, meta.max_length if meta else None
        )
    if plain is date:
        return Kind("text", inner, optional, least=1)
    if plain in (int, float):
        name: Name = "whole" if plain is int else "number"
        return Kind(name, inner, optional, meta.ge if meta else None, meta.le if meta else None)
    return Kind("list", inner, optional, item=_item(plain))


@cache
def fields(struct: Any) -> Mapping[str, Any]:
    """The fields of a struct with their types, in the order of the document."""
    hints = get_type_hints(struct, include_extras=True)
    return {name: hints[name] for name in struct.__struct_fields__}


@cache
def usually(struct: Any) -> Mapping[str, float]:
    """The figures of a struct that a file may leave out, and what they are then."""
    left = {field.name: field.default for field in msgspec.structs.fields(struct)}
    return {name: figure for name, figure in left.items() if type(figure) in (int, float)}


def bare(hint: Any) -> tuple[Any, bool]:
    """The type without "or nothing", and whether it said that."""
    if get_origin(hint) in (Union, types.UnionType):
        left = tuple(one for one in get_args(hint) if one is not type(None))
        if len(left) < len(get_args(hint)):
            return (left[0] if len(left) == 1 else Union[left]), True  # noqa: UP007
    return hint, False


def is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)


def rows_of(hint: Any) -> tuple[Any, int]:
    """The struct that a list is of, and how many it always has (0: any number); None, 0 for no list."""
    _, plain = _meta(hint)
    if get_origin(plain) is not tuple:
        return None, 0
    of = get_args(plain)
    if not is_struct(of[0]):
        return None, 0
    return of[0], 0 if of[-1] is Ellipsis else len(of)


def is_one_or_list(hint: Any) -> bool:
    """`str | tuple[str, ...]`: a list of one is written without brackets."""
    return get_origin(hint) in (Union, types.UnionType)


def _meta(hint: Any) -> tuple[msgspec.Meta | None, Any]:
    if get_origin(hint) is Annotated:
        plain, *more = get_args(hint)
        return next((m for m in more if isinstance(m, msgspec.Meta)), None), plain
    return None, hint


def _item(plain: Any) -> Any:
    """What a list of single values is of; of "one or a list" the one."""
    if get_origin(plain) is tuple:
        return get_args(plain)[0]
    return next(one for one in get_args(plain) if get_origin(one) is not tuple)


def _lengths(hint: Any) -> tuple[int, int | None]:
    meta, _ = _meta(hint)
    return ((meta.min_length or 0), meta.max_length) if meta else (0, None)


def _leads(hint: Any) -> bool:
    """A choice without which a row says nothing: how a service calls its priority people."""
    return kind_of(hint).choices == kind_of(hint_at("policy.kind")).choices


# --- single values


def _list_of(text: str, kind: Kind, where: str) -> Tree | Problem:
    parts = [part for part in re.split(r"\s*[,;]\s*", text) if part]
    if kind.item == shape.Stretch:
        parts = [CLOCKS.sub(_clock, DASHES.sub("-", part)) for part in parts]
    one = kind_of(kind.item)
    for part in parts:
        found = fitting(part, one, where)
        if isinstance(found, Problem):
            return found
    if len(parts) == 1 and is_one_or_list(kind.hint):
        return parts[0]
    return parts


def _clock(found: re.Match[str]) -> str:
    return f"{int(found[1]):02}:{found[2]}"


def fitting(value: Tree, kind: Kind, where: str) -> Tree | Problem:
    """A value of the right type, or why it may not stand there."""
    try:
        return msgspec.to_builtins(msgspec.convert(value, kind.hint))
    except msgspec.ValidationError:
        pass
    if kind.name in ("whole", "number") and (kind.least is not None or kind.most is not None):
        told = {"least": text_of(kind.least), "most": text_of(kind.most) or "…"}
        return Problem("range", where, told)
    if kind.name == "text" and kind.most is not None and len(value) > kind.most:
        return Problem("too-long", where, {"most": int(kind.most)})
    return Problem("choice" if kind.name == "choice" else "form", where)


def name_rows(rows: list[Tree]) -> None:
    """Rows without an id get one made of their names, that none of the others has."""
    known = {row["id"] for row in rows if isinstance(row, dict) and row.get("id")}
    for row in rows:
        name = row.get("name") if isinstance(row, dict) else None
        if "id" in row and not row["id"] and isinstance(name, dict) and name.get("vi"):
            stem = slug(name["vi"]) or "row"
            row["id"] = next(id for id in _fresh(stem) if id not in known)
            known.add(row["id"])


def _fresh(stem: str) -> Iterator[str]:
    yield stem
    for n in range(2, MOST_ROWS + 2):
        yield f"{stem[:28]}-{n}"
