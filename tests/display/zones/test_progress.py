"""Dossiers as pages: in which order, how many, and what is said of each."""

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from broker import messages as m
from display.discreet import known_names, known_officers, serial
from display.progress import Reader, Room, late_rows, month_of, pages, rows, totals, tour, year_of
from tests.display.hall import MORNING, ZONE
from tests.display.zones.register import LATE, MORE, NAMES, PICTURED, dossiers, line, many, on

READER = Reader(ZoneInfo(ZONE), "vi", known_names(NAMES))
SIX = Room(6, 6)
RANK = {"ready": 0, "supplement": 1, "payment": 1, "processing": 2, "overdue": 2}


@pytest.mark.parametrize(("count", "of"), [(0, 1), (1, 1), (6, 1), (7, 2), (600, 100)])
def test_there_are_as_many_pages_as_the_dossiers_fill(count, of):
    made = pages(dossiers(many(count)), SIX, MORNING, READER)
    assert [page.number for page in made] == list(range(1, of + 1))
    assert {page.of for page in made} == {of}
    assert sum(len(page.rows) for page in made) == count
    assert all(len(page.rows) == 6 for page in made[:-1])


def test_without_a_register_there_is_no_page():
    assert pages(None, SIX, MORNING, READER) == ()
    assert pages(dossiers(PICTURED, known_at=None), SIX, MORNING, READER) == ()


@given(st.permutations(many(24)))
def test_results_come_first_then_who_has_to_come_then_the_rest_each_by_date_and_serial(lines):
    shown = rows(dossiers(lines), MORNING, READER)
    keys = [(RANK[row.standing], serial(row.code)) for row in shown]
    assert keys == sorted(keys)
    assert sorted(row.code for row in shown) == sorted(line.code for line in lines)


def test_the_page_of_the_design():
    [page] = pages(dossiers(PICTURED), SIX, MORNING, READER)
    assert [(row.code, row.authority, row.standing, row.place, row.due) for row in page.rows] == [
        ("261109-0118", "Tư pháp", "ready", "14", None),
        ("261112-0042", "Xây dựng", "ready", "14", None),
        ("261116-0207", "Tài nguyên", "supplement", "7", None),
        ("261117-0031", "Giao thông", "payment", "5", None),
        ("261118-0090", "Y tế", "processing", "", date(2026, 11, 25)),
        ("261119-0153", "Kế hoạch", "processing", "", date(2026, 11, 27)),
    ]


def test_due_today_is_an_hour_and_past_its_day_a_dossier_is_late():
    late, today, far = rows(dossiers(MORE), MORNING, READER)
    assert (late.standing, late.due) == ("overdue", date(2026, 11, 20))
    assert (today.standing, today.due) == ("processing", time(17, 0))
    assert (far.standing, far.due) == ("processing", date(2026, 12, 5))
    [early, *_] = rows(dossiers(MORE[1:]), on(23, 17) + timedelta(minutes=1), READER)
    assert (early.standing, early.due) == ("overdue", time(17, 0))


@pytest.mark.parametrize("stage", ["ready", "supplement", "payment"])
def test_who_waits_for_the_citizen_is_not_late(stage):
    [row] = rows(dossiers([line("261109-0118", 0, stage, "7", on(10))]), MORNING, READER)
    assert row.standing == stage


def test_late_authorities_have_pages_of_their_own_after_the_dossiers():
    units = tuple(m.LateUnit(name, 1, 0) for name in NAMES)
    made = pages(dossiers(PICTURED, late=m.LateList("2026-10", units)), SIX, MORNING, READER)
    assert [(len(page.rows), len(page.late), page.month) for page in made] == [
        (6, 0, ""),
        (0, 6, "10/2026"),
        (0, 2, "10/2026"),
    ]


def test_the_latest_authority_stands_first_and_one_without_late_dossiers_nowhere():
    late = m.LateList("2026-10", (*LATE.units, m.LateUnit(NAMES[3], 0, 0)))
    [_, page] = pages(dossiers(PICTURED, late=late), SIX, MORNING, READER)
    assert [unit.overdue for unit in page.late] == [3, 1, 0]


def test_officers_stand_below_their_authority_and_only_those_whom_the_hall_names():
    officers = (
        m.LateOfficer("Trần Thị Bình", 1, 4),
        m.LateOfficer("Lê Văn Cường", 2, 0),
        m.LateOfficer("Ai Đó", 9, 9),
    )
    late = m.LateList("2026-10", (m.LateUnit(NAMES[0], 3, 4, officers), m.LateUnit(NAMES[1], 4, 0)))
    reader = replace(READER, officers=known_officers(["Trần Thị Bình", "Lê Văn Cường"]))
    rows = [(row.authority, row.officer, row.overdue) for row in late_rows(late, reader)]
    assert rows == [
        ("Xây dựng", "", 4),
        ("Tư pháp", "", 3),
        ("Tư pháp", "Lê Văn Cường", 2),
        ("Tư pháp", "Trần Thị Bình", 1),
    ]
    assert [row.officer for row in late_rows(late, READER)] == ["", ""], "nobody is known"


def test_a_year_has_pages_after_the_month_and_is_said_to_be_one():
    year = m.LateList("2026", (m.LateUnit(NAMES[0], 1, 9),))
    made = pages(dossiers(PICTURED, late=LATE, late_year=year), SIX, MORNING, READER)
    assert [page.month for page in made] == ["", "10/2026", "2026"]
    for odd in ("26", "20266", "2O26", "²⁰²⁶", ""):
        assert year_of(odd) == ""


@pytest.mark.parametrize(("month", "shown"), [("2026-10", "10/2026"), ("2026-13", ""), ("x", ""), ("", "")])
def test_a_month_is_a_month(month, shown):
    assert month_of(month) == shown


def test_totals_are_the_registers_also_where_the_lines_are_fewer():
    assert totals(dossiers(PICTURED)) == (2, 2)
    told = {"ready": 18, "supplement": 4, "payment": 3, "processing": 900}
    assert totals(dossiers(PICTURED, totals=told)) == (18, 7)


def test_the_other_language_has_its_own_names():
    english = Reader(ZoneInfo(ZONE), "en", known_names(NAMES))
    assert [row.authority for row in rows(dossiers(PICTURED), MORNING, english)][:2] == [
        "Justice",
        "Construction",
    ]


def test_few_pages_come_in_their_order():
    made = pages(dossiers(many(30), late=LATE), SIX, MORNING, READER)
    assert tour(made) == made


def test_a_late_list_comes_again_and_again_and_all_of_it():
    """Behind 23 pages of dossiers it came once in five minutes."""
    late = m.LateList("2026-10", tuple(m.LateUnit(name, 1, 1) for name in NAMES))
    rooms = {1: Room(6, len(NAMES)), len(NAMES): Room(6, 1)}
    for many_late, room in rooms.items():
        made = pages(dossiers(many(138), late=late), room, MORNING, READER)
        assert [bool(page.late) for page in made] == [False] * 23 + [True] * many_late
        shown = tour(made)
        turns = [n for n, page in enumerate(shown * 2) if page.late]
        assert turns[0] == 6 and max(other - one for one, other in pairwise(turns)) == 7
        assert {page.number for page in shown if page.late} == set(range(24, 24 + many_late))
    only = pages(dossiers((), late=late), rooms and Room(6, 1), MORNING, READER)
    assert [page.late for page in tour(only)] == [page.late for page in only if page.late]


@given(st.integers(0, 40), st.integers(0, 700), st.booleans())
def test_whoever_is_asked_to_come_waits_for_ten_other_pages_at_most(asked, steady, late):
    lines = [line(f"261101-{n:04}", 0, "ready", "7") for n in range(asked)]
    lines += [line(f"261102-{n:04}", 0, "processing", due=on(25)) for n in range(steady)]
    made = pages(dossiers(lines, late=LATE if late else None), SIX, MORNING, READER)
    shown = tour(made)
    assert {page.number for page in shown} == {page.number for page in made}
    calling = [n for n, page in enumerate(shown * 2) if page.rows and page.rows[0].standing == "ready"]
    urgent = len({page.number for page in made if page.rows and page.rows[0].standing == "ready"})
    gaps = [other - one - 1 for one, other in pairwise(calling)]
    assert max(gaps, default=0) <= max(10, urgent) + (max(10, urgent) // 6 + 2) * late
