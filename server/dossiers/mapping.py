"""How one source writes its table: which column is which, how it spells and what it counts by. Pure.

Saved once by whoever knows the source, used at every import. What it does not say stays as the standard
columns have it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from server.dossiers.dates import Style as DateStyle
from server.dossiers.fields import KINDS, PERSON, STANDARD_NAMES, personal
from server.dossiers.folding import fold, nearest
from server.dossiers.numbers import Style as NumberStyle
from server.dossiers.register import Channel
from server.dossiers.status import Status, status_of

CODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be", "cp1258")
KEEP_DAYS: Final = 30
NAMED: Final = 200  # the longest name of a column
Words = Annotated[str, Meta(min_length=1, max_length=NAMED)]

CHANNELS: Final[dict[Channel, tuple[str, ...]]] = {
    Channel.IN_PERSON: ("Trực tiếp", "Tại quầy", "Nộp trực tiếp", "direct", "in person"),
    Channel.ONLINE: ("Trực tuyến", "Qua mạng", "Nộp trực tuyến", "Cổng dịch vụ công", "online"),
    Channel.POST: (
        "Bưu chính",
        "Bưu điện",
        "Qua bưu chính",
        "Bưu chính công ích",
        "Qua bưu chính công ích",
        "Dịch vụ bưu chính công ích",
        "BCCI",
        "Qua BCCI",
        "post",
    ),
}
_CHANNEL_OF: Final = {
    **{str(number): channel for number, channel in enumerate(Channel, 1)},
    **{fold(word): channel for channel, words in CHANNELS.items() for word in (channel.value, *words)},
}


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """columns: our field -> the name of their column; none: the standard columns by their usual names.
    statuses, channels: their spelling -> ours, beside what is known everywhere. coding, delimiter: forced, or
    "" for what the file shows. sheet: of a workbook, "" for the first that is not hidden. header_row: which
    row names the columns, 0 for the first that does. limit_unit: of a time limit that is a bare figure.
    whole: a file is all that the source has. persons: who somebody is is kept. folder: files are taken from
    its folder; keep_days: for so long they lie there afterwards.
    """

    columns: dict[str, Words] = {}
    statuses: dict[Words, Status] = {}
    channels: dict[Words, Channel] = {}
    dates: DateStyle = "dmy"
    numbers: NumberStyle = ""
    limit_unit: Literal["", "d", "h"] = ""
    coding: str = ""
    delimiter: Literal["", ",", ";", "\t", "|"] = ""
    sheet: Annotated[str, Meta(max_length=31)] = ""
    header_row: Annotated[int, Meta(ge=0, le=50)] = 0
    whole: bool = True
    persons: bool = False
    folder: bool = False
    keep_days: Annotated[int, Meta(ge=1, le=365)] = KEEP_DAYS


STANDARD_MAPPING: Final = Mapping()


class Source(msgspec.Struct, frozen=True):
    """Somebody who brings dossiers. id: a level of addresses and folders, `a-z0-9-`; name: for people."""

    id: str
    name: str
    mapping: Mapping


def faults(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """(field of the mapping or of a dossier, code) of all that keeps a mapping from being used."""
    columns = mapping.columns
    yield from ((name, "unknown") for name in columns if name not in KINDS)
    if columns:
        yield from ((name, "column-needed") for name in ("code", "status", "received") if name not in columns)
        for one, other in (("procedure", "procedure_code"), ("due", "limit")):
            if one not in columns and other not in columns:
                yield one, "column-needed"
    seen: dict[str, str] = {}
    for name, column in columns.items():
        if seen.setdefault(fold(column), name) != name:
            yield name, "column-twice"
    if not mapping.persons:
        yield from ((name, "persons-off") for name in columns if name in KINDS and personal(name))
    if mapping.coding and mapping.coding not in CODINGS:
        yield "coding", "choice"


def kept(mapping: Mapping) -> Mapping:
    """As it is saved: NFC, and without people where these are not kept."""
    columns = {
        name: unicodedata.normalize("NFC", column)
        for name, column in mapping.columns.items()
        if mapping.persons or name not in PERSON
    }
    return msgspec.structs.replace(mapping, columns=columns)


def people_change(before: Mapping, after: Mapping) -> bool:
    """Whether people are kept that were not, or other things of them."""
    if not after.persons:
        return False
    of = [{name: m.columns.get(name) for name in PERSON} for m in (before, after)]
    return not before.persons or of[0] != of[1]


def names_of(mapping: Mapping) -> dict[str, str]:
    """Folded name of a column -> our field."""
    if not mapping.columns:
        return STANDARD_NAMES
    return {fold(column): name for name, column in mapping.columns.items()}


def statuses_of(mapping: Mapping) -> dict[str, Status]:
    """Folded spelling -> status, of what the source has beside the usual ones."""
    return {fold(text): status for text, status in mapping.statuses.items()}


def channels_of(mapping: Mapping) -> dict[str, Channel]:
    """Folded spelling -> channel, the usual ones included."""
    return _CHANNEL_OF | {fold(text): channel for text, channel in mapping.channels.items()}


def channel_of(text: str) -> Channel | None:
    """The channel of a number, of our own word, or of a listed spelling."""
    return _CHANNEL_OF.get(fold(text))


def strange_statuses(mapping: Mapping, spellings: Iterable[str]) -> list[str]:
    """Those that neither everybody nor the source knows as a status, each once, in order."""
    own = statuses_of(mapping)
    return [t for t in dict.fromkeys(spellings) if t and fold(t) not in own and status_of(t) is None]


def strange_channels(mapping: Mapping, spellings: Iterable[str]) -> list[str]:
    """Likewise of channels."""
    known = channels_of(mapping)
    return [t for t in dict.fromkeys(spellings) if t and fold(t) not in known]


def nearest_channel(text: str, own: Iterable[str] = ()) -> str:
    """The spelling that was probably meant, one of a source's own or a usual one, or ""."""
    return nearest(text, (*own, *(spelling for spellings in CHANNELS.values() for spelling in spellings)))
