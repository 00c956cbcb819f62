"""What can be edited together, and what an edit makes of the document. Pure.

A page edits whole subtrees of the document, named by their paths: what a form leaves out of them is gone. An
edit gives either another document of the same shape, or the problems of its fields; never a bit of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

import msgspec

from server.drafting.calendars import with_days
from server.drafting.forms import Read, clean, hint_at, name_rows, written
from server.drafting.trees import Tree, document_of, tree_of
from server.hall.mistakes import Problem
from server.hall.site import ALIKE, UNREADABLE
from server.site_check import DAYS
from server.site_shape import File, Hours

PAGES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "hall": (
            "name",
            "time_zone",
            "url",
            "dossiers.codes",
            "dossiers.lines",
            "dossiers.late_officers",
            "paper",
        ),
        "hours": (*(f"hours.{day}" for day in DAYS), "hours.cut_off_min", "hours.day_changes"),
        "time": (
            *(f"dossiers.time.{key}" for key in ("convention", "due_at", "hours_a_day")),
            *(f"dossiers.time.{key}" for key in ("late_hour", "late_rule", "hours")),
        ),
        "reminders": tuple(
            f"dossiers.reminders.{key}" for key in ("soon", "before", "apology", "overdue", "every_days")
        ),
        "retention": ("dossiers.retention",),
        "priority": ("policy", "priority_group"),
        "calls": ("calls",),
        "ratings": ("rating",),
        "texts": ("documents", "hotline", "notice"),
        "wall": ("wall", "sound"),
        "devices": ("device",),
        "officers": ("officer",),
    }
)
SKILL: Final = re.compile(r"skill\.([a-z0-9-]{1,32})\.([A-Za-z0-9-]{1,8})")
SKILLS: Final = ("services", "then")


@dataclass(frozen=True, slots=True)
class Edited:
    """document: None while there are problems."""

    document: File | None
    problems: tuple[Problem, ...] = ()


def edited(document: File, paths: Iterable[str], form: Mapping[str, str], op: str = "") -> Edited:
    """The document with what a form says of these paths. op: "up notice.3" puts a row one higher."""
    tree, read = tree_of(document), Read(form, op)
    for path in paths:
        value = read.value(hint_at(path), path)
        if not read.problems:
            _put(tree, path, value)
    return _made(document, tree, read.problems)


def with_authority(document: File, n: int, form: Mapping[str, str], op: str = "") -> Edited:
    """Its names, letter and services, and which counters serve each of them; `n` past the end adds one."""
    tree, read, path = tree_of(document), Read(form, op), f"authority.{n}"
    row = read.value(hint_at(path), path)
    if not read.problems:
        name_rows([*(one for k, one in enumerate(tree["authority"]) if k != n), row])
        others = [s for k, a in enumerate(tree["authority"]) if k != n for s in a["service"]]
        name_rows([*others, *row["service"]])
        _put(tree, path, row)
        _learn(tree, form)
    return _made(document, tree, read.problems)


def with_counter(document: File, n: int, form: Mapping[str, str]) -> Edited:
    """Its area and what it serves; `n` past the end adds one, with the id that the form gives."""
    tree, read, path = tree_of(document), Read(form), f"counter.{n}"
    if n < len(tree["counter"]):
        tree["counter"][n]["area"] = read.value(hint_at(f"{path}.area"), f"{path}.area")
    else:
        id = read.value(hint_at(f"{path}.id"), f"{path}.id")
        area = read.value(hint_at(f"{path}.area"), f"{path}.area")
        tree["counter"].append({"id": id, "services": [], "then": [], "area": area})
    if not read.problems:
        _learn(tree, {**form, **dict(_of_new_counter(tree, form))})
    return _made(document, tree, read.problems)


def with_calendar(document: File, year: int, ticked: frozenset[date]) -> File:
    """The year with these days ticked: off where the week works, worked where the week is off.

    A public holiday that falls on a day off stays one, unless it is ticked as worked.
    """
    hours = document.hours
    works = {n for n, day in enumerate(DAYS) if getattr(hours, day)}
    kept = {d for d in hours.holidays if d.year == year and d.weekday() not in works} - ticked
    off = {d for d in ticked if d.year == year and d.weekday() in works} | kept
    worked = {d for d in ticked if d.year == year and d.weekday() not in works}
    return with_hours(document, with_days(hours, year, frozenset(off), frozenset(worked)))


def with_swap(document: File, off: date, worked: date) -> Edited:
    """The calendar with a working day off and a day off worked instead, in whatever years they are."""
    hours = document.hours
    holidays, made_up = set(hours.holidays), set(hours.made_up)
    by_week = [bool(getattr(hours, day)) for day in DAYS]
    problems = []
    if off in holidays or not (by_week[off.weekday()] or off in made_up):
        problems.append(Problem("rests", "off"))
    if by_week[worked.weekday()] or worked in made_up:
        problems.append(Problem("works", "worked"))
    if problems:
        return Edited(None, tuple(problems))
    days = {
        "holidays": tuple(sorted(holidays - {worked} | {off})),
        "made_up": tuple(sorted(made_up - {off} | {worked})),
    }
    return Edited(with_hours(document, msgspec.structs.replace(hours, **days)))


def with_hours(document: File, hours: Hours) -> File:
    return msgspec.structs.replace(document, hours=hours)


def without(document: File, list_of: str, n: int) -> Edited:
    """The document without one authority or counter; a hall has at least one of each."""
    tree = tree_of(document)
    if len(tree[list_of]) == 1:
        return Edited(None, (Problem("empty", list_of),))
    del tree[list_of][n]
    return _made(document, tree, None)


def raised(document: File, list_of: str, n: int) -> File:
    """The document with one authority or counter one place higher."""
    tree = tree_of(document)
    rows = tree[list_of]
    if 0 < n < len(rows):
        rows[n - 1], rows[n] = rows[n], rows[n - 1]
    return document_of(tree)


def fields_of(document: File, paths: Iterable[str]) -> dict[str, str]:
    """The fields of these paths as the document has them."""
    tree = tree_of(document)
    found: dict[str, str] = {}
    for path in paths:
        try:
            found |= dict(written(_at(tree, path), hint_at(path), path))
        except IndexError:  # one that is not there yet
            continue
    return found


def free_letters(document: File, but: str = "") -> tuple[str, ...]:
    """Letters that a new authority could have: used by none, and heard as none that is used.

    but: a letter to count as free, the authority's own.
    """
    used = {a.letter for a in document.authority}
    used |= {s.letter for a in document.authority for s in a.service if s.letter}
    used.discard(but)
    alike = {two for pair in ALIKE for one, two in (pair, pair[::-1]) if one in used}
    letters = (chr(n) for n in range(ord("A"), ord("Z") + 1))
    return tuple(letter for letter in letters if letter not in used | alike | UNREADABLE)


# --- inside


def _made(before: File, tree: Tree, problems: list[Problem] | None) -> Edited:
    if problems:
        return Edited(None, tuple(problems))
    _forget(tree, before)
    try:
        return Edited(document_of(tree))
    except msgspec.ValidationError as error:
        where = str(error).rpartition("`$.")[2].rstrip("`").replace("[", ".").replace("]", "")
        return Edited(None, (Problem("form", where),))


def _put(tree: Tree, path: str, value: Tree) -> None:
    *way, last = path.split(".")
    at = _at(tree, ".".join(way))
    if not isinstance(at, list):
        at[last] = value
    elif int(last) == len(at):
        at.append(value)
    else:
        at[int(last)] = value


def _at(tree: Tree, path: str) -> Tree:
    for step in path.split(".") if path else ():
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return tree


def _learn(tree: Tree, form: Mapping[str, str]) -> None:
    """`skill.<service>.<counter>`: "services", "then" or nothing. Lists keep their order; what is new comes
    in the order of the document."""
    order = [s["id"] for a in tree["authority"] for s in a["service"]]
    told = {found.groups(): clean(value) for key, value in form.items() if (found := SKILL.fullmatch(key))}
    for counter in tree["counter"]:
        for list_of in SKILLS:
            said = {s: v for (s, c), v in told.items() if c == counter["id"] and s in order}
            kept = [s for s in counter[list_of] if said.get(s, list_of) == list_of]
            counter[list_of] = kept + [s for s in order if said.get(s) == list_of and s not in kept]


def _of_new_counter(tree: Tree, form: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """`skill.<service>.-` is of the counter that has no id before the form gives it one."""
    id = tree["counter"][-1]["id"]
    for key, value in form.items():
        if key.endswith(".-") and key.startswith("skill."):
            yield f"{key[:-2]}.{id}", value


def _forget(tree: Tree, before: File) -> None:
    """A service that went is no counter's any more."""
    now = {s["id"] for a in tree["authority"] for s in a["service"]}
    gone = {s.id for a in before.authority for s in a.service} - now
    for counter in tree["counter"] if gone else ():
        for list_of in SKILLS:
            counter[list_of] = [s for s in counter[list_of] if s not in gone]
