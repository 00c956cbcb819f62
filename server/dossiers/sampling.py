"""The head and the first rows of a table that somebody shows us, to find out how a source writes. Pure.

A sample is looked at and forgotten. What nobody has named yet may be anybody's name, so that its rows are
shown by their shape: `Nguyễn Văn An` is `N••••• V•• A•`, `0912345678` is `••••••••••`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

import msgspec

from server.dossiers.cells import flat, personal
from server.dossiers.fields import KINDS, Kind
from server.dossiers.guessing import guessed
from server.dossiers.mapping import Mapping as SourceMapping, strange_channels, strange_statuses
from server.dossiers.tables import open_sample
from server.dossiers.workbook import Cell, Odd

ROWS: Final = 10
SPELLINGS: Final = 2_000  # rows in which unknown spellings are looked for
SHOWN: Final = 40  # characters of a cell
MOST_SPELLINGS: Final = 40
DOT: Final = "•"
_FIGURES: Final = re.compile(r"[\d\s:/.,+-]*", re.ASCII)
SEEN_TWICE: Final = 2
# What may be seen whole, where it is figures or stands there more than once: a name that is in the wrong
# column is there once.
_OPEN: Final = frozenset(
    {Kind.STATUS, Kind.AUTHORITY, Kind.CHANNEL, Kind.INSTANT, Kind.DUE, Kind.LIMIT, Kind.MONEY, Kind.FLAG}
)


class Sample(msgspec.Struct, frozen=True):
    """head: their columns; proposed: our field -> the column that it is likely to be. rows: masked. strange,
    strange_channels: spellings of statuses and of channels that nobody knows. problem: why there is no
    sample, with params."""

    coding: str = ""
    head: tuple[str, ...] = ()
    proposed: dict[str, str] = {}
    rows: tuple[tuple[str, ...], ...] = ()
    strange: tuple[str, ...] = ()
    strange_channels: tuple[str, ...] = ()
    problem: str = ""
    params: dict[str, Any] = {}


def sample_of(data: bytes, mapping: SourceMapping, chosen: bool = False) -> Sample:
    """Raises FileRefused. mapping: what is known of the source already. chosen: its columns are all that
    there are, and nothing more is proposed."""
    table = open_sample(data, mapping)
    head = [flat(cell)[:200] for cell in table.head]
    looked = list(islice(table.rows, SPELLINGS))
    if chosen:
        proposed = {name: column for name, column in mapping.columns.items() if column in head}
    else:
        proposed = guessed(head, [cells for _, cells in looked], mapping.columns, mapping.dates)
    open_places = {head.index(column): name for name, column in proposed.items() if KINDS[name] in _OPEN}
    often = {place: _often(looked, place) for place in open_places}
    rows = tuple(
        tuple(masked(cell, often.get(place)) for place, cell in enumerate(cells[: len(head)]))
        for _, cells in looked[:ROWS]
    )
    said = {name: _askable(often[place]) for place, name in open_places.items()}
    return Sample(
        table.coding,
        tuple(head),
        proposed,
        rows,
        tuple(strange_statuses(mapping, said.get("status", ()))[:MOST_SPELLINGS]),
        tuple(strange_channels(mapping, said.get("channel", ()))[:MOST_SPELLINGS]),
    )


def masked(cell: Cell, often: Mapping[str, int] | None) -> str:
    """A cell as it may be shown. often: what stands in its column more than once; None for a column that may
    be about a person."""
    if isinstance(cell, Odd):
        return DOT
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}" if often is not None else DOT * 10
    text = flat(cell if isinstance(cell, str) else str(cell))[:SHOWN]
    if often is not None and not personal(text) and (text in often or _FIGURES.fullmatch(text)):
        return text
    return "".join(_dot(c, before) for c, before in zip(text, f" {text}", strict=False))


def _dot(c: str, before: str) -> str:
    if c.isdigit() or (c.isalpha() and before.isalnum()):
        return DOT
    return c


def _often(rows: Sequence[tuple[int, Sequence[Cell]]], place: int) -> dict[str, int]:
    """What stands in a column more than once, in the order of its coming."""
    cells = (cells[place] for _, cells in rows if place < len(cells))
    count = Counter(flat(cell)[:SHOWN] for cell in cells if isinstance(cell, str))
    return {text: n for text, n in count.items() if n >= SEEN_TWICE}


def _askable(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if len(text) < SHOWN and not personal(text)]
