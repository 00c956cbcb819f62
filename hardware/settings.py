"""Settings: one TOML file into one typed value, or one line that says which file, which key and what was
meant.

Knows TOML and msgspec's type descriptions; keeps out what the settings are for. Each program writes its
own `msgspec.Struct`; keys that the struct does not have are errors, because a misspelt key that is
ignored is a kiosk that quietly uses the default.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect as shapes

T = TypeVar("T")

# What msgspec calls a type, in the words of the person who writes the file.
PLAIN_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text in quotes",
    "bool": "true or false",
    "object": "a table",
    "array": "a list",
    "null": "nothing",
    "datetime": "a date with time",
    "date": "a date",
    "time": "a time of day",
}
MISSING = re.compile(r"Object missing required field `(?P<key>[^`]+)`")
WRONG_TYPE = re.compile(r"Expected `(?P<wanted>[^`]+)`(?P<limit>[^,]*)(?:, got `(?P<got>[^`]+)`)?$")


class SettingsError(Exception):
    """A settings file that cannot be used. `str()` is one line, fit to print before exit status 2."""

    def __init__(self, file: Path, key: str, reason: str, suggestion: str | None = None) -> None:
        self.file, self.key, self.reason, self.suggestion = file, key, reason, suggestion
        where = f"{file}: {key}" if key else str(file)
        hint = f" (did you mean {suggestion!r}?)" if suggestion else ""
        super().__init__(f"{where}: {reason}{hint}")


def load(path: Path, cls: type[T]) -> T:
    """Read `path` as TOML into the msgspec struct `cls`.

    A `Path` field is taken from the folder of the settings file, not from where the program was started.
    Raises `SettingsError` for a file that cannot be read, bad TOML, an unknown or missing key, or a wrong
    value.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(path, "", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(path, "", "is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(path, "", f"is not TOML: {error}") from error
    return typed(table, cls, path)


def typed(table: Mapping[str, Any], cls: type[T], path: Path) -> T:
    """The same for a table that was read already; `path` is named in errors and anchors relative paths."""

    def from_text(wanted: type, value: Any) -> Any:
        if wanted is not Path:
            raise NotImplementedError(f"no reading of {wanted}")
        if not isinstance(value, str):
            raise ValueError("must be a path in quotes")
        return path.parent / value

    for key, known in unknown_keys(table, shapes.type_info(cls), ""):
        name = key.rpartition(".")[2]
        close = difflib.get_close_matches(name, known, n=1)
        reason = "is not a setting" if close else f"is not a setting; known here: {', '.join(known)}"
        raise SettingsError(path, key, reason, close[0] if close else None)
    try:
        return msgspec.convert(table, cls, dec_hook=from_text)
    except msgspec.ValidationError as error:
        key, reason = explained(str(error))
        value, words = choice_at(table, shapes.type_info(cls), key)
        if words:
            reason = f"{value!r} is not one of: {', '.join(words)}"
        raise SettingsError(path, key, reason, closest(value, words)) from error


def unknown_keys(value: Any, shape: shapes.Type, where: str) -> Iterator[tuple[str, list[str]]]:
    """Each key of `value` that its type does not have, as a dotted name, with the keys that it does have."""
    match shape:
        case shapes.StructType() if isinstance(value, Mapping):
            fields = {field.encode_name: field.type for field in shape.fields}
            known = [*fields, shape.tag_field] if shape.tag_field else list(fields)
            for key, inner in value.items():
                dotted = f"{where}.{key}" if where else key
                if key in fields:
                    yield from unknown_keys(inner, fields[key], dotted)
                elif key != shape.tag_field:
                    yield dotted, known
        case shapes.DictType() if isinstance(value, Mapping):
            for key, inner in value.items():
                yield from unknown_keys(inner, shape.value_type, f"{where}.{key}" if where else key)
        case shapes.CollectionType() if isinstance(value, list):
            for place, inner in enumerate(value):
                yield from unknown_keys(inner, shape.item_type, f"{where}[{place}]")
        case shapes.UnionType():
            meant = chosen(value, shape)
            if meant is not None:
                yield from unknown_keys(value, meant, where)


def chosen(value: Any, union: shapes.UnionType) -> shapes.Type | None:
    """The one member of a union that `value` can be: the struct with its tag, or the only table or list."""
    structs = [t for t in union.types if isinstance(t, shapes.StructType)]
    if isinstance(value, Mapping):
        tagged = [t for t in structs if t.tag_field and value.get(t.tag_field) == t.tag]
        if len(tagged) == 1:
            return tagged[0]
        tables = [t for t in union.types if isinstance(t, shapes.StructType | shapes.DictType)]
        return tables[0] if len(tables) == 1 else None
    lists = [t for t in union.types if isinstance(t, shapes.CollectionType)]
    return lists[0] if isinstance(value, list) and len(lists) == 1 else None


def explained(message: str) -> tuple[str, str]:
    """The dotted key and a plain reason out of a message like "Expected `int`, got `str` - at `$.a`"."""
    text, _, path = message.partition(" - at `")
    key = path.rstrip("`").removeprefix("$").removeprefix(".")
    if missing := MISSING.match(text):
        name = missing["key"]
        return (f"{key}.{name}" if key else name), "is missing"
    if wrong := WRONG_TYPE.match(text):
        wanted = " or ".join(PLAIN_WORDS.get(word, word) for word in wrong["wanted"].split(" | "))
        got = wrong["got"]
        tail = f", not {PLAIN_WORDS.get(got, got)}" if got else ""
        return key, f"must be {wanted}{wrong['limit'].rstrip()}{tail}"
    return key, text[:1].lower() + text[1:]


def choice_at(value: Any, shape: shapes.Type | None, key: str) -> tuple[Any, list[str]]:
    """What is written at the dotted `key`, and the words allowed there where its type is a closed list."""
    for name in re.findall(r"[^.\[\]]+", key):
        if isinstance(shape, shapes.UnionType):
            shape = chosen(value, shape)
        if isinstance(shape, shapes.StructType) and isinstance(value, Mapping):
            shape = next((field.type for field in shape.fields if field.encode_name == name), None)
            value = value.get(name)
        elif isinstance(shape, shapes.CollectionType) and isinstance(value, list) and name.isdigit():
            shape, value = shape.item_type, value[int(name)]
        else:
            return value, []
    return value, allowed_words(shape)


def allowed_words(shape: shapes.Type | None) -> list[str]:
    match shape:
        case shapes.LiteralType():
            return [str(word) for word in shape.values]
        case shapes.EnumType():
            return [str(member.value) for member in shape.cls]
        case shapes.UnionType():
            return [word for member in shape.types for word in allowed_words(member)]
    return []


def closest(value: Any, words: Iterable[str]) -> str | None:
    found = difflib.get_close_matches(value, list(words), n=1) if isinstance(value, str) else []
    return found[0] if found else None
