"""A printed form is read as it stands, adds up, and tells the line and the column of a changed cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from server.dossiers.authorities import Authorities, Unknown
from server.dossiers.decoding import FileRefused
from server.dossiers.reports.checks import Identity, check
from server.dossiers.reports.printed import MOST_ROWS, NoCount, Printed, count_of, read, read_file, read_text
from server.dossiers.tally import COLUMNS
from server.site_file import load_site

HANAM = Path(__file__).parents[4] / "examples" / "hanam"
TABLE = (HANAM / "hanam_table.csv").read_text("utf-8")
KNOWN = Authorities(load_site(HANAM / "hall.toml"))


def whose(name: str) -> tuple[str, str]:
    try:
        return KNOWN.of(name, ""), ""
    except Unknown as error:
        return "", error.near


def table(text: str) -> Printed:
    return read(read_text(text), whose)


def changed(line: int, column: int, figure: str) -> str:
    """The table of 2019 with another figure. line: from 1 after the header; column: of the ten, from 0."""
    rows = TABLE.splitlines()
    head, name, tail = rows[line].rpartition('"') if '"' in rows[line] else ("", "", rows[line])
    cells = tail.split(",")
    cells[-10 + column] = figure
    rows[line] = head + name + ",".join(cells)
    return "\n".join(rows) + "\n"


def test_the_table_of_2019_has_its_exact_totals_and_no_error() -> None:
    found = table(TABLE)
    checked = check(found.lines, found.total)
    assert checked.good and (checked.lines, checked.blank) == (20, 3)
    assert checked.total == (35591, 35523, 68, 34985, 32097, 2850, 38, 606, 603, 3)
    assert found.total is not None and found.total.figures == checked.total
    assert not (found.unknown or found.twice or found.unread)
    assert [line.blank for line in found.lines].count(True) == 3
    assert found.lines[3]["resolved_on_time"] == 0, "a zero is a zero"


LINES = [n for n in range(1, 21) if n not in (14, 16, 17)]


@given(st.sampled_from(LINES), st.integers(0, 9), st.integers(1, 400))
def test_a_changed_cell_is_named_by_its_line_and_its_column(line: int, column: int, more: int) -> None:
    before = table(TABLE).lines[line - 1].figures[column]
    assert before is not None
    found = table(changed(line, column, str(before + more)))
    checked = check(found.lines, found.total)
    assert {fault.line.no for fault in checked.faults} == {str(line)}
    assert [one.column for one in checked.sums] == [COLUMNS[column]]
    assert [(at.no, name) for at, name in checked.suspects] == [(str(line), COLUMNS[column])]


def test_a_changed_sum_is_named_too() -> None:
    found = table(TABLE.replace("35591,35523", "35592,35523"))
    checked = check(found.lines, found.total)
    assert {fault.identity for fault in checked.faults} == {Identity.RECEIVED, Identity.BALANCE}
    assert [(one.column, one.said, one.found) for one in checked.sums] == [("received_total", 35592, 35591)]


def test_a_blank_among_figures_is_told_apart_from_a_zero() -> None:
    found = table(changed(2, 2, ""))
    checked = check(found.lines, found.total)
    assert not checked.faults and not checked.sums, "a blank adds nothing"
    assert [(half.line.no, half.columns) for half in checked.halves] == [("2", ("carried_over",))]
    assert check(table(changed(2, 2, "-")).lines, found.total).good


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        *((text, 35591) for text in ("35.591", "35,591", "35 591", "35\u00a0591", "35591", 35591.0)),
        *(("-", 0), ("–", 0), ("0", 0), ("", None), (" ", None), (7, 7), ("1.234.567", 1234567)),
    ],
)
def test_figures_are_read_in_every_style(cell: str | float, count: int | None) -> None:
    assert count_of(cell, set()) == count


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        (35.591, "decimal"),
        *((cell, "no-count") for cell in ("35.59", "1,5", "12a", "-3", -1, 0.12345, "=1+1", True)),
        *((cell, "no-count") for cell in ("1.234,567", "9" * 40)),
    ],
)
def test_what_is_no_count_is_told(cell: str | float, key: str) -> None:
    with pytest.raises(NoCount) as wrong:
        count_of(cell, set())
    assert wrong.value.key == key


def test_a_cell_that_is_no_figure_is_told_by_its_place() -> None:
    found = table(changed(5, 3, "abc"))
    (one,) = found.unread
    assert (one.row, one.name, one.column, one.key) == (6, "Sở Xây dựng", "resolved_total", "no-count")


def test_both_styles_in_one_table_are_seen() -> None:
    found = table(changed(1, 0, "12.906").replace(",34985,", ',"34,985",'))
    assert found.marks == {".", ","} and check(found.lines, found.total).good


def test_names_are_matched_loosely_or_by_id_and_the_nearest_is_offered() -> None:
    figures = "\t".join("1101100000")
    dashes = "\t-" * 10
    rows = f"1\tSỞ TƯ PHÁP\t{figures}\n2\tjustice\n3\tSở Tư phap tỉnh{dashes}\n"
    found = table(rows)
    assert [line.id for line in found.lines] == ["justice", "justice", ""]
    assert found.twice == ("justice",) and found.unknown == (("Sở Tư phap tỉnh", "Sở Tư pháp"),)
    assert found.lines[1].blank and found.lines[2].figures == (0,) * 10
    assert found.total is None and check(found.lines, None).sums == ()


@pytest.mark.parametrize(
    "row",
    [
        "A,B,1,2,3,4,5,6,7,8,9,10",
        "(A),(B),(1)=(2)+(3),(2),(3),(4)=(5)+(6)+(7),(5),(6),(7),(8)=(9)+(10),(9),(10),C",
        "(1),(2),(3=4+5),(4),(5),(6 = 7+8+9),(7),(8),(9),(10=11+12),(11),(12),(13)",
        "a,b,1=2+3,2,3,4=5+6+7,5,6,7,8=9+10,9,10",
    ],
)
def test_a_row_that_counts_the_columns_is_no_line(row: str) -> None:
    head, *lines = TABLE.splitlines()
    text = "\n".join([head, row, *lines[:9], row, *lines[9:]])
    found = table(text)
    checked = check(found.lines, found.total)
    assert checked.good and checked.lines == 20 and not (found.unknown or found.unread), "on each page again"
    assert checked.total == check(table(TABLE).lines, None).total


def test_a_line_with_a_name_is_one_whatever_its_figures() -> None:
    (line,) = table("1,Sở Tư pháp,1,2,3,4,5,6,7,8,9,10").lines
    assert line.id == "justice" and line.figures == tuple(range(1, 11))
    cells = [(1, ["A", "B", *map(float, range(1, 11))]), (2, [1.0, "Sở Tư pháp", *[1] * 10])]
    assert [line.id for line in read(cells, whose).lines] == ["justice"]


def test_what_is_no_form_is_refused() -> None:
    for text in ("", "a,b\n1,2\n", "\n" * 5, "no,unit,received_total\n"):
        with pytest.raises(FileRefused) as wrong:
            table(text)
        assert wrong.value.key == "no-form"
    with pytest.raises(FileRefused):
        read_text("1,x\n" * (MOST_ROWS + 1))
    with pytest.raises(FileRefused):
        read_file(b"PK\x03\x04 no zip")
