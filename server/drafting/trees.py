"""A document as plain values, and two of them beside each other: what differs, and what both changed.

Rows with an id are the same row wherever they stand; lists of plain values are sets that remember an order;
any other rows are known by what they say. Pure. Keeps out the words for what differs.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from server.site_shape import File

Tree = Any  # what JSON can say: dict, list, str, int, float, bool, None
Path = tuple[str, ...]
Kind = Literal["changed", "added", "removed", "moved"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One difference. where: steps into the document; a row with an id goes by its id, another by its place.

    old, new: what stands there, trees; None where nothing does. `moved`: the rows' ids in the old and the new
    order. `added` and `removed` are whole rows, or single values of a list.
    """

    kind: Kind
    where: Path
    old: Tree = None
    new: Tree = None


def tree_of(document: File) -> Tree:
    return json.loads(msgspec.json.encode(document))


def document_of(tree: Tree) -> File:
    """Raises msgspec.ValidationError for a tree that has not the shape."""
    return msgspec.convert(tree, File)


# --- what differs


def compare(old: File, new: File) -> tuple[Edit, ...]:
    """Every difference, in the order of the document; nothing if, and only if, they are equal."""
    return tuple(_compared(tree_of(old), tree_of(new), ()))


def _compared(old: Tree, new: Tree, where: Path) -> Iterator[Edit]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in new | old:
            yield from _compared(old.get(key), new.get(key), (*where, key))
    elif isinstance(old, list) and isinstance(new, list):
        if _have_ids(old) and _have_ids(new):
            yield from _rows(old, new, where)
        elif _are_plain(old) and _are_plain(new):
            yield from _values(old, new, where)
        else:
            yield from _places(old, new, where)
    else:
        yield Edit("changed", where, old, new)


def _rows(old: list[Tree], new: list[Tree], where: Path) -> Iterator[Edit]:
    before, after = _by_id(old), _by_id(new)
    for id in before:
        if id not in after:
            yield Edit("removed", (*where, id), old=before[id])
    for id in after:
        if id not in before:
            yield Edit("added", (*where, id), new=after[id])
        else:
            yield from _compared(before[id], after[id], (*where, id))
    stayed, now = [id for id in before if id in after], [id for id in after if id in before]
    if stayed != now:
        yield Edit("moved", where, stayed, now)


def _values(old: list[Tree], new: list[Tree], where: Path) -> Iterator[Edit]:
    gone, come = [v for v in old if v not in new], [v for v in new if v not in old]
    yield from (Edit("removed", where, old=value) for value in gone)
    yield from (Edit("added", where, new=value) for value in come)
    stayed, now = [v for v in old if v in new], [v for v in new if v in old]
    if stayed != now:
        yield Edit("moved", where, stayed, now)


def _places(old: list[Tree], new: list[Tree], where: Path) -> Iterator[Edit]:
    """Rows without ids: what was put in or taken out is told as that, what took a place as changed."""
    a, b = [json.dumps(row, sort_keys=True) for row in old], [json.dumps(row, sort_keys=True) for row in new]
    for kind, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        shared = min(j - i, m - k)
        for n in range(shared):
            yield from _compared(old[i + n], new[k + n], (*where, str(k + n)))
        yield from (Edit("removed", (*where, str(n)), old=old[n]) for n in range(i + shared, j))
        yield from (Edit("added", (*where, str(n)), new=new[n]) for n in range(k + shared, m))


# --- what both changed


def merge(base: File, mine: File, theirs: File) -> tuple[File, tuple[Path, ...]]:
    """What I did since `base`, done to what they made of it. Where both changed the same, mine stands and its
    place is told: () where only one of the two as a whole makes a document."""
    clashes: list[Path] = []
    tree = _merged(tree_of(base), tree_of(mine), tree_of(theirs), (), clashes)
    try:
        return document_of(tree), tuple(clashes)
    except msgspec.ValidationError:  # each of us took out one of the last two
        return mine, ((),)


def _merged(base: Tree, mine: Tree, theirs: Tree, where: Path, clashes: list[Path]) -> Tree:
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    if isinstance(base, dict) and isinstance(mine, dict) and isinstance(theirs, dict):
        return {k: _merged(base.get(k), mine[k], theirs.get(k), (*where, k), clashes) for k in mine}
    lists = (base, mine, theirs)
    if all(isinstance(one, list) for one in lists):
        if all(_have_ids(one) for one in lists):
            return _merged_rows(base, mine, theirs, where, clashes)
        if all(_are_plain(one) for one in lists):
            return [v for v in theirs if v in mine or v not in base] + [
                v for v in mine if v not in base and v not in theirs
            ]
    clashes.append(where)
    return mine


def _merged_rows(
    base: list[Tree], mine: list[Tree], theirs: list[Tree], where: Path, clashes: list[Path]
) -> list[Tree]:
    """My order where I changed it, else theirs; a row that one took out and the other changed clashes."""
    was, my, their = _by_id(base), _by_id(mine), _by_id(theirs)
    moved = [id for id in my if id in was] != [id for id in was if id in my]
    first, second = (my, their) if moved else (their, my)
    kept: list[Tree] = []
    for id in [*first, *(id for id in second if id not in first)]:
        if id in my and id in their:
            kept.append(_merged(was.get(id), my[id], their[id], (*where, id), clashes))
        elif id not in was:
            kept.append(my.get(id) or their.get(id))
        elif id in my and my[id] != was[id]:  # they took out what I changed
            clashes.append((*where, id))
            kept.append(my[id])
        elif id in their and their[id] != was[id]:  # I took out what they changed
            clashes.append((*where, id))
    return kept


# --- kinds of lists


def _have_ids(rows: list[Tree]) -> bool:
    """Rows that can be told apart by their ids."""
    ids = [row.get("id") for row in rows if isinstance(row, dict)]
    return len(ids) == len(rows) and all(ids) and len(set(ids)) == len(ids)


def _are_plain(values: list[Tree]) -> bool:
    """Values of which none stands twice."""
    return not any(isinstance(v, dict | list) for v in values) and len(set(values)) == len(values)


def _by_id(rows: list[Tree]) -> dict[str, Tree]:
    return {row["id"]: row for row in rows}
