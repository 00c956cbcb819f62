"""Two documents beside each other, what became of both, and the file that holds one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import tomli_w
from hypothesis import given, settings, strategies as st

from server.drafting.files import MOST_BYTES, WrongFile, exported, imported
from server.drafting.trees import compare, document_of, merge, tree_of
from server.site_file import load_document, load_site
from server.site_shape import File
from server.web.setup_words import file_sentence

HANAM = load_document(Path(__file__).parents[2] / "examples" / "hanam" / "hall.toml")


def changed(document: File, **what: Any) -> File:
    return msgspec.structs.replace(document, **what)


def with_tree(document: File, path: str, value: Any) -> File:
    """The document with one value of its tree replaced; `path` by names and places."""
    tree = tree_of(document)
    *way, last = path.split(".")
    at = tree
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = value
    return document_of(tree)


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=30)
EDITS = st.one_of(
    st.tuples(st.sampled_from(["name.vi", "authority.3.name.en", "notice.0.vi", "wall.slide.1.title.vi"]),
              TEXTS),
    st.tuples(st.sampled_from(["policy.weight", "calls.recall_gap_s", "authority.2.service.1.typical_min"]),
              st.floats(1, 9).map(lambda x: round(x, 2))),
    st.tuples(st.sampled_from(["authority.4.letter", "authority.0.service.2.letter"]),
              st.sampled_from("ABCXZ")),
    st.tuples(st.sampled_from(["hours.holidays", "hours.made_up"]),
              st.lists(st.dates().map(str), unique=True, max_size=5)),
    st.tuples(st.sampled_from(["counter.1.services", "counter.2.then"]),
              st.lists(st.sampled_from(["health-food", "trade-industry", "labour-work"]), unique=True)),
    st.tuples(st.just("authority.7.service.0.policy"),
              st.sampled_from([None, {"kind": "strict", "age_limit_min": 0}, {"kind": "ratio"}])),
    st.tuples(st.just("notice"), st.lists(st.fixed_dictionaries({"vi": TEXTS, "en": TEXTS}), max_size=4)),
    st.tuples(st.just("priority_group"), st.permutations(tree_of(HANAM)["priority_group"])),
    st.tuples(st.just("device"), st.lists(st.sampled_from(tree_of(HANAM)["device"]), max_size=6)),
)  # fmt: skip


def after(edits: list[tuple[str, Any]]) -> File:
    document = HANAM
    for path, value in edits:
        try:
            document = with_tree(document, path, value)
        except (IndexError, KeyError):  # a row that an edit before took out
            continue
    return document


DOCUMENTS = st.lists(EDITS, max_size=5).map(after)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, DOCUMENTS)
def test_nothing_differs_exactly_between_equals(one: File, two: File) -> None:
    assert compare(one, one) == ()
    assert (compare(one, two) == ()) == (one == two)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
def test_a_document_comes_back_from_its_file_as_it_was(document: File) -> None:
    text = exported(document, "a remark\nof two lines")
    assert imported(text.encode()) == document


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, DOCUMENTS)
def test_changes_of_one_side_alone_are_taken_over_whole(mine: File, theirs: File) -> None:
    assert merge(HANAM, mine, HANAM) == (mine, ())
    assert merge(HANAM, HANAM, theirs) == (theirs, ())
    assert merge(mine, mine, mine) == (mine, ())
    both, clashes = merge(HANAM, mine, mine)
    assert (both, clashes) == (mine, ())


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, DOCUMENTS)
def test_what_only_one_side_changed_is_in_what_becomes_of_both(mine: File, theirs: File) -> None:
    both, clashes = merge(HANAM, mine, theirs)
    tree, my, their, base = map(tree_of, (both, mine, theirs, HANAM))
    for key in ("name", "policy", "calls", "hotline"):
        for part in my[key] if isinstance(my[key], dict) else ():
            if their[key][part] == base[key][part]:
                assert tree[key][part] == my[key][part]
            elif my[key][part] == base[key][part]:
                assert tree[key][part] == their[key][part]
            else:
                assert tree[key][part] == my[key][part]
                assert (key, part) in clashes or my[key][part] == their[key][part]


def test_a_difference_goes_by_ids_and_names_what_was_and_is() -> None:
    new = with_tree(HANAM, "authority.0.service.1.letter", "X")
    (edit,) = compare(HANAM, new)
    assert (edit.kind, edit.old, edit.new) == ("changed", None, "X")
    assert edit.where == ("authority", "justice", "service", "justice-civil", "letter")


def test_rows_that_came_went_and_moved_are_told_as_that() -> None:
    tree = tree_of(HANAM)
    tree["counter"] = [tree["counter"][1], tree["counter"][0], *tree["counter"][3:]]
    tree["counter"].append({"id": "20", "services": ["justice-civil"], "then": [], "area": "D"})
    tree["hours"]["made_up"] = ["2026-01-10", "2026-12-26"]
    told = [(e.kind, e.where) for e in compare(HANAM, document_of(tree))]
    assert told == [
        ("removed", ("hours", "made_up")),
        ("added", ("hours", "made_up")),
        ("removed", ("counter", "3")),
        ("added", ("counter", "20")),
        ("moved", ("counter",)),
    ]


def test_a_notice_in_the_middle_moves_no_other() -> None:
    more = changed(HANAM, notice=(HANAM.notice[0], HANAM.documents, *HANAM.notice[1:]))
    assert [(e.kind, e.where) for e in compare(HANAM, more)] == [("added", ("notice", "1"))]


def test_a_row_that_one_took_out_and_the_other_changed_clashes() -> None:
    without = changed(HANAM, counter=HANAM.counter[:-1])
    moved = with_tree(HANAM, "counter.11.area", "Z")
    kept, clashes = merge(HANAM, moved, without)
    assert kept == moved and clashes == (("counter", "12"),)
    gone, clashes = merge(HANAM, without, moved)
    assert gone == without and clashes == (("counter", "12"),)


def test_the_last_two_rows_taken_out_by_two_people_stay_mine() -> None:
    two = changed(HANAM, authority=HANAM.authority[:2])
    mine, theirs = changed(two, authority=two.authority[:1]), changed(two, authority=two.authority[1:])
    assert merge(two, mine, theirs) == (mine, ((),))


def test_the_example_is_the_same_hall_through_a_file(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(exported(HANAM), encoding="utf-8")
    assert load_site(path) == load_site(Path(__file__).parents[2] / "examples" / "hanam" / "hall.toml")


def in_file(old: str, new: str) -> bytes:
    text = exported(HANAM)
    assert old in text
    return text.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("sent", "code", "where"),
    [
        (b"\xff\xfe\x00", "file-text", ""),
        (b"id = 'x'\nname = [ = ]", "file-toml", ""),
        (b"id = [", "file-ends", ""),
        (b"a=" + b"[" * 200_000, "file-nested", ""),
        (b"# " + b"x" * MOST_BYTES, "file-large", ""),
        (b"id = 'x'\nname = 3", "not-table", "name"),
        (b"colour = 'red'", "no-key", "colour"),
        (b"id = 'x'", "missing", "name"),
        (in_file('id = "hanam"', 'id = "Ha Nam"'), "form", "id"),
        (in_file('id = "hanam"', 'id = ""'), "empty", "id"),
        (in_file('id = "hanam"', "id = 7"), "not-text", "id"),
        (in_file('role = "kiosk"', 'role = "kisok"'), "none-of", "device[0].role"),
        (in_file("letter = ", 'letter = "ABCDEF" # '), "too-long", "authority[0].letter"),
        (in_file("cut_off_min = ", "cut_off_min = -"), "range", "hours.cut_off_min"),
        (in_file('mon = [\n    "', 'mon = [\n    "7'), "form", "hours.mon[0]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_none_is_refused_with_the_reason(sent: bytes, code: str, where: str) -> None:
    with pytest.raises(WrongFile) as caught:
        imported(sent)
    assert (caught.value.problem.code, caught.value.problem.where) == (code, where), str(caught.value)
    assert file_sentence(caught.value.problem, "vi") != file_sentence(caught.value.problem, "en")


def test_whatever_stands_under_a_key_the_file_is_read_or_refused_with_a_reason() -> None:
    """Each key once as something else, of a file with one row of each kind."""
    table = {
        key: rows[:1] if isinstance(rows, list) else rows
        for key, rows in tomllib.loads(exported(HANAM)).items()
    }
    whole = imported(tomli_w.dumps(table).encode())
    for *way, last in places(table):
        at = table
        for step in way:
            at = at[step]
        before = at[last]
        for other in ("", "x" * 999, 7, -1, 1e300, True, [], ["", 7], {}, {"x": 1}, date(2026, 1, 1)):
            at[last] = other
            try:
                imported(tomli_w.dumps(table).encode())
            except WrongFile as wrong:
                assert file_sentence(wrong.problem, "vi"), (way, last, other)
        at[last] = before
    assert imported(tomli_w.dumps(table).encode()) == whole


def places(value: Any, *way: Any) -> Iterator[list[Any]]:
    """One way to each key, and into the first of each list's rows."""
    if isinstance(value, list):
        for n, inner in enumerate(value[:1]):
            yield [*way, n]
            yield from places(inner, *way, n)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield [*way, key]
            yield from places(inner, *way, key)
