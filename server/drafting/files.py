"""A document as a file and back: what the server exports, what it starts with, and what an administrator may
bring to another centre.

What is wrong with a file that was sent is a typed problem, told to people in their language; the server's own
file is read by `server.site_file`, for whoever starts a program.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import msgspec
import tomli_w
from msgspec import inspect as shapes

from hardware.settings import WRONG_TYPE, choice_at, closest, explained, unknown_keys
from server.drafting.forms import fitting, hint_at, kind_of
from server.hall.mistakes import Problem
from server.site_check import nearest
from server.site_shape import File

MOST_BYTES = 1024 * 1024
LONGEST: Final = 60  # characters of what is told back
PLACE: Final = re.compile(r"at line (\d+), column (\d+)")
LENGTH: Final = re.compile(r"of length (?:>=|<=) (\d+)")
# What msgspec calls the type that should stand there -> what is said of another one.
WANTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "str": "not-text",
        "int": "not-whole",
        "float": "not-number",
        "bool": "not-flag",
        "date": "not-date",
        "array": "not-list",
        "object": "not-table",
    }
)


class WrongFile(Exception):
    """A file that is no document. problem: its `where` is the key as the file has it,
    `authority[3].letter`, or "" for all of it.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.where}: {problem.sentence}")
        self.problem = problem


def exported(document: File, *remarks: str) -> str:
    """The text of a `hall.toml` that reads back to the same document. remarks: lines of comment before it."""
    table = _without_nothing(msgspec.to_builtins(document, builtin_types=(date,)))
    head = "".join(f"# {' '.join(remark.split())}\n" for remark in remarks)
    return f"{head}{tomli_w.dumps(table)}"


def imported(sent: bytes) -> File:
    """The document in a file that somebody sent. Raises WrongFile with the first thing that is wrong."""
    if len(sent) > MOST_BYTES:
        raise WrongFile(Problem("file-large", "", {"most": MOST_BYTES // 1024}))
    try:
        table = tomllib.loads(sent.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise WrongFile(Problem("file-text", "")) from None
    except RecursionError:
        raise WrongFile(Problem("file-nested", "")) from None
    except tomllib.TOMLDecodeError as error:
        raise WrongFile(_no_toml(str(error))) from None
    for key, known in unknown_keys(table, shapes.type_info(File), ""):
        meant = nearest(key.rpartition(".")[2], known)
        raise WrongFile(Problem("no-key", key[:LONGEST], {"known": ", ".join(known)}, meant))
    try:
        return msgspec.convert(table, File)
    except msgspec.ValidationError as error:
        raise WrongFile(_no_document(table, str(error))) from None


def _no_toml(said: str) -> Problem:
    at = PLACE.search(said)
    if at is None:
        return Problem("file-ends", "")
    return Problem("file-toml", "", {"line": int(at[1]), "column": int(at[2])})


def _no_document(table: Mapping[str, Any], said: str) -> Problem:
    """What msgspec found first, as a problem. said: its sentence."""
    key, reason = explained(said)
    value, words = choice_at(table, shapes.type_info(File), key)
    wrong = WRONG_TYPE.match(said.partition(" - at `")[0])
    if reason == "is missing":
        return Problem("missing", key)
    if words:
        told = {"word": str(value)[:LONGEST], "known": ", ".join(words)}
        return Problem("none-of", key, told, closest(value, words))
    if wrong is not None and wrong["got"]:
        return Problem(WANTED.get(wrong["wanted"].split(" | ")[0], "form"), key)
    length = LENGTH.search(said)
    if isinstance(value, list) and length is not None:
        most = int(length[1])
        return Problem("too-many", key, {"most": most}) if len(value) > most else Problem("empty", key)
    if value == "":
        return Problem("empty", key)
    return _no_value(value, key)


def _no_value(value: Any, key: str) -> Problem:
    """Of the right type, and not what may stand there."""
    where = re.sub(r"\[(\d+)\]", r".\1", key)
    row, _, last = where.rpartition(".")
    kind = kind_of(hint_at(row if last.isdigit() else where))
    found = fitting(value, kind_of(kind.item) if last.isdigit() else kind, key)
    return found if isinstance(found, Problem) else Problem("form", key)


def _without_nothing(value: Any) -> Any:
    """TOML has no word for nothing: what is left out is nothing."""
    if isinstance(value, dict):
        return {key: _without_nothing(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_without_nothing(inner) for inner in value]
    return value
