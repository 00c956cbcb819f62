"""The form of a source: what was typed to a mapping, and a mapping to what stands in its fields.

Knows the form alone; what a mapping means and what is wrong with one is `server.dossiers.mapping`'s business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping as Fields
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, get_args

import msgspec
from werkzeug.datastructures import MultiDict

from server.dossiers.fields import KINDS, LEG_PARTS, LEGS, PERSON, STANDARD
from server.dossiers.folding import fold
from server.dossiers.mapping import CHANNELS, CODINGS, NAMED, Mapping, faults
from server.dossiers.numbers import Style
from server.dossiers.register import Channel
from server.dossiers.sources import ID, NAMED as LONGEST_NAME
from server.dossiers.status import SPELLINGS, Status, status_of

T = TypeVar("T")

LEG_FIELDS: Final = tuple(f"leg{n}_{part}" for n in range(1, LEGS + 1) for part in LEG_PARTS)
MORE: Final = tuple(name for name in KINDS if name not in (*STANDARD, *LEG_FIELDS, *PERSON))
GROUPS: Final = (("standard", STANDARD), ("more", MORE), ("legs", LEG_FIELDS), ("persons", PERSON))
TAB: Final = "tab"  # a delimiter that no form can send
DELIMITERS: Final = ("", ",", ";", TAB, "|")
NUMBERS: Final = get_args(Style)
MOST_LINES: Final = 200
HEAD: Final = 512


@dataclass
class Typed:
    """What stands in the form. columns: our field -> their column. head: the columns of a sample, if there
    was one. wrong: field of the form -> code of what is wrong with it."""

    id: str = ""
    name: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    on: frozenset[str] = frozenset()
    head: tuple[str, ...] = ()
    wrong: dict[str, str] = field(default_factory=dict)


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


def read(form: MultiDict[str, str], id: str) -> tuple[Typed, Mapping | None]:
    """What was typed, and its mapping, or None when something is wrong. id: of one that is there, or ""."""
    said = typed_of(id, "", Mapping())
    said.id = id or form.get("id", "").strip()[:40]
    said.name = " ".join(unicodedata.normalize("NFC", form.get("name", "")).split())[: LONGEST_NAME + 1]
    said.values |= {key: form.get(key, "")[:20_000].strip() for key in said.values}
    said.on = frozenset(key for key in ("whole", "persons", "folder") if form.get(key) == "yes")
    said.head = tuple(column[:NAMED] for column in form.getlist("head")[:HEAD])
    columns = {name: form.get(f"column-{name}", "").strip()[:NAMED] for name in KINDS}
    said.columns = {
        name: column
        for name, column in columns.items()
        if column and ("persons" in said.on or name not in PERSON)
    }
    wrong = said.wrong
    if not ID.fullmatch(said.id):
        wrong["id"] = "id"
    if not said.name or len(said.name) > LONGEST_NAME:
        wrong["name"] = "name"
    if not said.columns:
        wrong["column-code"] = "column-needed"
    statuses = _read_lines(said.values["statuses"], status_of)
    channels = _read_lines(said.values["channels"], _channel_of)
    for key, found in (("statuses", statuses), ("channels", channels)):
        if found is None:
            wrong[key] = "lines"
    mapping = None if wrong else _mapping(said, statuses or {}, channels or {})
    return said, mapping


def _mapping(said: Typed, statuses: dict[str, Status], channels: dict[str, Channel]) -> Mapping | None:
    values = said.values
    told: dict[str, Any] = {
        **{key: values[key] for key in ("dates", "numbers", "limit_unit", "coding", "sheet")},
        **{key: key in said.on for key in ("whole", "persons", "folder")},
        **{key: _figure(values[key]) for key in ("header_row", "keep_days")},
        "columns": said.columns,
        "statuses": statuses,
        "channels": channels,
        "delimiter": "\t" if values["delimiter"] == TAB else values["delimiter"],
    }
    try:
        mapping = msgspec.convert(told, Mapping)
    except msgspec.ValidationError as error:
        found = re.search(r"\$\.([a-z_]+)", str(error))
        said.wrong[found[1] if found else "name"] = "choice"
        return None
    for name, code in faults(mapping):
        said.wrong.setdefault(f"column-{name}" if name in KINDS else name, code)
    return None if said.wrong else mapping


def _figure(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1


def _lines_of(words: Fields[str, str]) -> str:
    return "\n".join(f"{text} = {meaning}" for text, meaning in words.items())


def _read_lines(text: str, known: Any) -> dict[str, Any] | None:
    """`their spelling = ours`, one a line; None when a line is something else."""
    found: dict[str, Any] = {}
    lines = [line.strip() for line in unicodedata.normalize("NFC", text).splitlines() if line.strip()]
    for line in lines[:MOST_LINES]:
        theirs, sign, ours = line.rpartition("=")
        meaning = known(ours.strip()) if ours.strip() else None
        if not sign or not theirs.strip() or len(theirs.strip()) > NAMED or meaning is None:
            return None
        found[theirs.strip()] = meaning
    return None if len(lines) > MOST_LINES else found


_CHANNEL_OF: Final = {
    **{str(n): channel for n, channel in enumerate(Channel, 1)},
    **{fold(word): channel for channel, words in CHANNELS.items() for word in words},
}


def _channel_of(text: str) -> Channel | None:
    return _CHANNEL_OF.get(fold(text))


CODING_CHOICES: Final = ("", *CODINGS)
