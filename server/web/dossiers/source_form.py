"""The form of a source: what was typed to a mapping, and a mapping to what stands in its fields.

Knows the form alone; what a mapping means and what is wrong with one is `server.dossiers.mapping`'s business.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping as Fields
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar, get_args

import msgspec
from werkzeug.datastructures import MultiDict

from server.dossiers.fields import KINDS, LEG_PARTS, LEGS, PERSON, STANDARD
from server.dossiers.folding import fold
from server.dossiers.mapping import CHANNELS, CODINGS, NAMED, Mapping, channel_of, faults, nearest_channel
from server.dossiers.numbers import Style
from server.dossiers.sources import ID, NAMED as LONGEST_NAME
from server.dossiers.status import SPELLINGS, nearest_status, status_of

T = TypeVar("T")

LEG_FIELDS: Final = tuple(f"leg{n}_{part}" for n in range(1, LEGS + 1) for part in LEG_PARTS)
MORE: Final = tuple(name for name in KINDS if name not in (*STANDARD, *LEG_FIELDS, *PERSON))
GROUPS: Final = (("standard", STANDARD), ("more", MORE), ("legs", LEG_FIELDS), ("persons", PERSON))
NEEDED: Final = ("code", "status", "received")  # what no source can be without
TAB: Final = "tab"  # a delimiter that no form can send
DELIMITERS: Final = ("", ",", ";", TAB, "|")
NUMBERS: Final = get_args(Style)
MOST_LINES: Final = 200
HEAD: Final = 512
SHOWN: Final = 60  # characters of a line, where it is told what is wrong with it


class Stray(NamedTuple):
    """A line that says nothing. n: which, from 1; key: of what is wrong; said: the part that is; near: what
    was probably meant, or ""."""

    n: int
    key: str
    said: str = ""
    near: str = ""


@dataclass
class Typed:
    """What stands in the form. columns: our field -> their column. head: the columns of a sample, if there
    was one. wrong: field of the form -> code of what is wrong with it; strays: field -> which lines."""

    id: str = ""
    name: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    on: frozenset[str] = frozenset()
    head: tuple[str, ...] = ()
    wrong: dict[str, str] = field(default_factory=dict)
    strays: dict[str, list[Stray]] = field(default_factory=dict)

    def ask(self, name: str, spellings: Iterable[str]) -> int:
        """Put spellings down, for somebody to write behind them what they mean. How many were not there."""
        text = self.values[name]
        there = {fold(line.rpartition("=")[0]) for line in text.splitlines()}
        fresh = [spelling for spelling in spellings if fold(spelling) not in there]
        self.values[name] = "\n".join([*([text] if text else []), *(f"{spelling} = " for spelling in fresh)])
        return len(fresh)


def typed_of(id: str, name: str, mapping: Mapping, head: tuple[str, ...] = ()) -> Typed:
    """The form of a mapping that is there."""
    delimiter = TAB if mapping.delimiter == "\t" else mapping.delimiter
    return Typed(
        id,
        name,
        dict(mapping.columns),
        {
            "statuses": _lines_of({text: SPELLINGS[s][0] for text, s in mapping.statuses.items()}),
            "channels": _lines_of({text: CHANNELS[c][0] for text, c in mapping.channels.items()}),
            "dates": mapping.dates,
            "numbers": mapping.numbers,
            "limit_unit": mapping.limit_unit,
            "coding": mapping.coding,
            "delimiter": delimiter,
            "sheet": mapping.sheet,
            "header_row": str(mapping.header_row),
            "keep_days": str(mapping.keep_days),
        },
        frozenset(name for name in ("whole", "persons", "folder") if getattr(mapping, name)),
        head,
    )


def read(
    form: MultiDict[str, str], id: str, before: Mapping, may_persons: bool = True
) -> tuple[Typed, Mapping]:
    """What was typed, and its mapping as far as it is right: all of it where nothing is `wrong`. id: of one
    that is there, or ""; before: what is there. may_persons: without it what is there of people stays."""
    said = typed_of(id, "", Mapping())
    said.id = id or form.get("id", "").strip()[:40]
    said.name = " ".join(unicodedata.normalize("NFC", form.get("name", "")).split())[: LONGEST_NAME + 1]
    said.values |= {key: form.get(key, "")[:20_000].strip() for key in said.values}
    said.on = frozenset(key for key in ("whole", "persons", "folder") if form.get(key) == "yes")
    said.head = tuple(column[:NAMED] for column in form.getlist("head")[:HEAD])
    columns = {name: form.get(f"column-{name}", "").strip()[:NAMED] for name in KINDS}
    said.columns = {name: column for name, column in columns.items() if column}
    wrong = said.wrong
    if not ID.fullmatch(said.id):
        wrong["id"] = "id"
    if not said.name or len(said.name) > LONGEST_NAME:
        wrong["name"] = "name"
    if not said.columns:
        wrong["column-code"] = "column-needed"
    _read_people(said, form, before, may_persons)
    return said, _mapping(said)


def people_stay(said: Typed, before: Mapping) -> None:
    """What the form shows of people to whoever may not change it: what is there."""
    said.on = (said.on - {"persons"}) | ({"persons"} if before.persons else set())
    said.columns = {name: column for name, column in said.columns.items() if name not in PERSON}
    said.columns |= {name: column for name, column in before.columns.items() if name in PERSON}


def _read_people(said: Typed, form: MultiDict[str, str], before: Mapping, may: bool) -> None:
    typed = [name for name in PERSON if name in said.columns]
    if not may and not any(f"column-{name}" in form for name in PERSON) and "persons" not in form:
        people_stay(said, before)
    elif typed and "persons" not in said.on and before.persons:  # they are not kept any more
        said.columns = {name: column for name, column in said.columns.items() if name not in PERSON}
    elif typed and "persons" not in said.on:
        said.wrong["persons"] = "persons-tick"


def _mapping(said: Typed) -> Mapping:
    """Of all that is right; what is not is put down as wrong."""
    values, wrong = said.values, said.wrong
    told: dict[str, Any] = {
        **{key: values[key] for key in ("dates", "numbers", "limit_unit", "coding", "sheet")},
        **{key: _figure(values[key]) for key in ("header_row", "keep_days")},
        "delimiter": "\t" if values["delimiter"] == TAB else values["delimiter"],
    }
    for key, value in list(told.items()):
        try:
            msgspec.convert({key: value}, Mapping)
        except msgspec.ValidationError:
            wrong[key] = "choice"
            del told[key]
    statuses = _read_lines(said, "statuses", status_of, nearest_status)
    channels = _read_lines(said, "channels", channel_of, nearest_channel)
    told |= {key: key in said.on for key in ("whole", "persons", "folder")}
    mapping = Mapping(said.columns, statuses, channels, **told)
    for name, code in faults(mapping):
        if code != "persons-off":  # told once, at the tick
            wrong.setdefault(f"column-{name}" if name in KINDS else name, code)
    return mapping


def _figure(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1


def _lines_of(words: Fields[str, str]) -> str:
    return "\n".join(f"{text} = {meaning}" for text, meaning in words.items())


def _read_lines(
    said: Typed, name: str, known: Callable[[str], T | None], near: Callable[[str], str]
) -> dict[str, T]:
    """`their spelling = ours`, one a line. Lines that are something else are put down as strays."""
    found: dict[str, T] = {}
    strays, meanings = list[Stray](), dict[str, T]()
    lines = [line.strip() for line in unicodedata.normalize("NFC", said.values[name]).splitlines()]
    for n, line in enumerate(lines[:MOST_LINES], 1):
        theirs, sign, ours = (part.strip() for part in line.rpartition("="))
        meaning = known(ours) if ours else None
        if not line:
            continue
        if not sign or not theirs or len(theirs) > NAMED:
            strays.append(Stray(n, "no-sign" if not sign else "no-spelling"))
        elif meaning is None:
            strays.append(
                Stray(n, "unknown", ours[:SHOWN], near(ours)) if ours else Stray(n, "blank", theirs[:SHOWN])
            )
        elif meanings.setdefault(fold(theirs), meaning) != meaning:
            strays.append(Stray(n, "twice", theirs[:SHOWN]))
        else:
            found[theirs] = meaning
    if len(lines) > MOST_LINES:
        strays.append(Stray(MOST_LINES + 1, "too-many"))
    if strays:
        said.wrong[name], said.strays[name] = "lines", strays
    return found


CODING_CHOICES: Final = ("", *CODINGS)
