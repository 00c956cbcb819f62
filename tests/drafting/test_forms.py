"""Forms and the document: what a form shows, what it makes of what somebody types, and what it refuses."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from server.drafting import pages
from server.drafting.calendars import with_year, years
from server.drafting.forms import clean, hint_at, kind_of, slug
from server.drafting.pages import PAGES, edited, fields_of, free_letters, with_authority, with_counter
from server.drafting.trees import compare, document_of, tree_of
from server.hall.mistakes import Problem
from server.hall.site import ALIKE, UNREADABLE
from server.site_file import config_of, faults, load_document
from server.site_shape import File, Service, Words

HANAM = load_document(Path(__file__).parents[2] / "examples" / "hanam" / "hall.toml")


def one(page: str, **typed: str) -> pages.Edited:
    """The page as it stands with some fields typed anew; `_` in a name stands for the dot."""
    form = fields_of(HANAM, PAGES[page]) | {k.replace("__", "."): v for k, v in typed.items()}
    return edited(HANAM, PAGES[page], form)


def said(of: pages.Edited) -> list[tuple[str, str]]:
    return [(p.code, p.where) for p in of.problems]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_is_sent_as_it_stands_changes_nothing(page: str) -> None:
    assert edited(HANAM, PAGES[page], fields_of(HANAM, PAGES[page])) == pages.Edited(HANAM)


@pytest.mark.parametrize("n", range(len(HANAM.authority)))
def test_an_authority_that_is_sent_as_it_stands_changes_nothing(n: int) -> None:
    assert with_authority(HANAM, n, fields_of(HANAM, (f"authority.{n}",))) == pages.Edited(HANAM)


@pytest.mark.parametrize(
    ("page", "field", "typed", "code"),
    [
        ("hall", "name.vi", "", "empty"),
        ("hall", "name.vi", "x" * 121, "too-long"),
        ("hall", "url", "javascript:alert(1)", "form"),
        ("hall", "paper.without", "lost", "choice"),
        ("hall", "dossiers.lines", "5", "range"),
        ("hall", "dossiers.lines", "12.5", "not-whole"),
        ("hall", "dossiers.lines", "1e400", "not-number"),
        ("hall", "dossiers.lines", "NaN", "not-number"),
        ("hall", "dossiers.lines", "9" * 40, "not-number"),
        ("hall", "time_zone", "x" * 65, "too-long"),
        ("hours", "hours.cut_off_min", "-1", "range"),
        ("hours", "hours.mon", "07:30 bis 11:30", "form"),
        ("hours", "hours.mon", "25:00-26:00", "form"),
        ("hours", "hours.day_changes", "", "empty"),
        ("time", "dossiers.time.hours_a_day", "25", "range"),
        ("time", "dossiers.time.late_hour", "15h60", "form"),
        ("time", "dossiers.time.late_rule", "never", "choice"),
        ("time", "dossiers.time.hours.sat", "sáng", "form"),
        ("reminders", "dossiers.reminders.soon", "3 ngày", "form"),
        ("reminders", "dossiers.reminders.before", "3d, 0d", "form"),
        ("reminders", "dossiers.reminders.every_days", "91", "range"),
        ("calls", "calls.recall_limit", "two", "not-number"),
        ("ratings", "rating.levels", "6", "range"),
        ("ratings", "rating.reason.0.name.en", "", "empty"),
        ("priority", "policy.kind", "", "empty"),
        ("priority", "policy.normals", "0", "range"),
        ("priority", "priority_group.0.id", "Ä", "form"),
        ("texts", "notice.0.en", "  ", "empty"),
        ("wall", "wall.schedule.0.starts", "11h60", "form"),
        ("wall", "sound.volume", "101", "range"),
        ("devices", "device.0.series", "0", "range"),
        ("devices", "device.0.role", "printer", "choice"),
    ],
)
def test_what_is_typed_wrong_is_told_at_its_field_and_changes_nothing(
    page: str, field: str, typed: str, code: str
) -> None:
    form = fields_of(HANAM, PAGES[page]) | {field: typed}
    result = edited(HANAM, PAGES[page], form)
    assert result.document is None and said(result) == [(code, field)]


def test_all_mistakes_of_a_form_are_told_at_once() -> None:
    assert len(said(one("calls", calls__recall_limit="x", calls__grace_min="", calls__undo_s="9999"))) == 3


def test_times_are_read_as_people_write_them() -> None:
    document = one("hours", hours__mon="7h30 – 11:30;13.30-17h00", hours__sun="").document
    assert document is not None
    assert document.hours.mon == ("07:30-11:30", "13:30-17:00") and document.hours.sun == ()


def test_a_comma_is_a_decimal_point_here() -> None:
    document = one("calls", calls__recall_gap_s="7,5").document
    assert document is not None and document.calls.recall_gap_s == 7.5


def test_markup_and_control_signs_are_text_or_nothing() -> None:
    document = one("texts", notice__0__vi="<b>\x1b@\u202e Tết \n", notice__0__en="{{7*7}}").document
    assert document is not None
    assert (document.notice[0].vi, document.notice[0].en) == ("<b>@ Tết", "{{7*7}}")


def test_a_row_is_added_by_filling_the_empty_one_and_goes_by_a_tick() -> None:
    n = len(HANAM.notice)
    form = fields_of(HANAM, PAGES["texts"]) | {"notice.n": str(n + 1), f"notice.{n}.vi": "Mới"}
    assert said(edited(HANAM, PAGES["texts"], form)) == [("empty", f"notice.{n}.en")]
    more = edited(HANAM, PAGES["texts"], form | {f"notice.{n}.en": "New"}).document
    assert more is not None and len(more.notice) == n + 1
    fewer = one("texts", notice__0__drop="1").document
    assert fewer is not None and fewer.notice == HANAM.notice[1:]
    left_empty = edited(HANAM, PAGES["texts"], form | {f"notice.{n}.vi": ""}).document
    assert left_empty == HANAM


def test_a_row_goes_one_up() -> None:
    form = fields_of(HANAM, PAGES["priority"])
    document = edited(HANAM, PAGES["priority"], form, "up priority_group.2").document
    assert document is not None
    ids = [g.id for g in HANAM.priority_group]
    assert [g.id for g in document.priority_group] == [ids[0], ids[2], ids[1], *ids[3:]]


def test_a_new_row_has_an_id_made_of_its_name() -> None:
    n = len(HANAM.priority_group)
    form = fields_of(HANAM, PAGES["priority"]) | {
        "priority_group.n": str(n + 1), f"priority_group.{n}.name.vi": "Đoàn viên ưu tú",
        f"priority_group.{n}.name.en": "x",
    }  # fmt: skip
    document = edited(HANAM, PAGES["priority"], form).document
    assert document is not None and document.priority_group[-1].id == "doan-vien-uu-tu"
    assert slug("Lý lịch tư pháp!") == "ly-lich-tu-phap"


def test_a_new_authority_brings_its_services_and_who_serves_them() -> None:
    n = len(HANAM.authority)
    form = {
        "name.vi": "Sở Mới", "name.en": "New", "short.vi": "Mới", "short.en": "New", "letter": "X",
        "service.n": "1", "service.0.name.vi": "Việc mới", "service.0.name.en": "New thing",
        "service.0.digits": "3", "service.0.start": "1", "service.0.typical_min": "8",
        "service.0.target_min": "15",
    }  # fmt: skip
    form = {f"authority.{n}.{key}": value for key, value in form.items()}
    document = with_authority(HANAM, n, form).document
    assert document is not None
    assert (document.authority[n].id, document.authority[n].service[0].id) == ("so-moi", "viec-moi")
    assert [p.code for p in faults(document)] == ["unserved", "letters-alike"]
    again = fields_of(document, (f"authority.{n}",)) | {
        f"authority.{n}.letter": "I",
        "skill.viec-moi.3": "then",
    }
    served = with_authority(document, n, again).document
    assert served is not None and served.counter[2].then[-1] == "viec-moi"


def test_a_new_service_needs_a_name_and_is_for_the_rest_as_in_a_file_that_says_no_more() -> None:
    path, n = "authority.0", len(HANAM.authority[0].service)
    form = fields_of(HANAM, (path,)) | {
        f"{path}.service.n": str(n + 1), f"{path}.service.{n}.name.vi": "Việc mới",
        f"{path}.service.{n}.name.en": "New thing", f"{path}.service.{n}.target_min": "20",
    }  # fmt: skip
    document = with_authority(HANAM, 0, form).document
    assert document is not None
    name = Words("Việc mới", "New thing")
    assert document.authority[0].service[n] == Service("viec-moi", name, target_min=20)
    form = fields_of(HANAM, (path,)) | {f"{path}.service.0.digits": ""}
    assert said(with_authority(HANAM, 0, form)) == [("empty", f"{path}.service.0.digits")]


def test_a_service_that_goes_is_no_counters_any_more() -> None:
    form = fields_of(HANAM, ("authority.0",)) | {"authority.0.service.0.drop": "1"}
    document = with_authority(HANAM, 0, form).document
    assert document is not None and faults(document) == ()
    assert not any("justice-records" in c.services + c.then for c in document.counter)
    all_gone = {f"authority.0.service.{k}.drop": "1" for k in range(4)}
    result = with_authority(HANAM, 0, fields_of(HANAM, ("authority.0",)) | all_gone)
    assert said(result) == [("empty", "authority.0.service")]
    without = pages.without(HANAM, "authority", 3).document
    assert without is not None and {p.code for p in faults(without)} == {"serves-nothing"}


def test_a_counter_learns_and_forgets() -> None:
    form = {"counter.0.area": "B", "skill.justice-civil.1": "then", "skill.transport-licence.1": ""}
    document = with_counter(HANAM, 0, form).document
    assert document is not None
    assert document.counter[0].services == ("transport-results",) and document.counter[0].area == "B"
    assert document.counter[0].then == ("transport-business", "justice-civil")
    assert document.counter[1:] == HANAM.counter[1:]


def test_a_new_counter_serves_what_its_form_says() -> None:
    n = len(HANAM.counter)
    form = {f"counter.{n}.id": "13", "skill.justice-civil.-": "services", "skill.nothing.-": "services"}
    document = with_counter(HANAM, n, form).document
    assert document is not None and faults(document) == ()
    assert (document.counter[n].id, document.counter[n].services) == ("13", ("justice-civil",))
    assert said(with_counter(HANAM, n, {f"counter.{n}.id": "quầy"})) == [("form", f"counter.{n}.id")]


def test_the_year_2026_is_that_of_the_example_and_of_the_state() -> None:
    year = years()[2026]
    hours = with_year(HANAM.hours, year)
    assert (hours.holidays, hours.made_up) == (HANAM.hours.holidays, HANAM.hours.made_up)
    assert all(day.weekday() < 5 and instead.weekday() == 5 for day, instead in year.swaps.items())
    assert len(year.holidays) == 13


def test_a_tick_is_off_on_working_days_and_worked_on_others() -> None:
    """26 April 2026, a public holiday, is a Sunday and stays one."""
    ticked = frozenset({date(2026, 1, 1), date(2026, 5, 9)})
    hours = pages.with_calendar(HANAM, 2026, ticked).hours
    assert hours.holidays == (date(2026, 1, 1), date(2026, 4, 26)) and hours.made_up == (date(2026, 5, 9),)
    assert pages.with_calendar(HANAM, 2027, frozenset()) == HANAM
    days = frozenset(HANAM.hours.holidays) - {date(2026, 4, 26)} | frozenset(HANAM.hours.made_up)
    assert pages.with_calendar(HANAM, 2026, days) == HANAM


def test_free_letters_are_legible_unused_and_like_no_used_one() -> None:
    free = free_letters(HANAM)
    used = {a.letter for a in HANAM.authority}
    assert not set(free) & (used | UNREADABLE)
    assert not any({x, y} <= used | set(free) and {x, y} & set(free) for x, y in ALIKE)
    assert "A" in free_letters(HANAM, "A")


PATHS = sorted(fields_of(HANAM, [*(p for paths in PAGES.values() for p in paths), "authority.0"]))
TYPED = st.one_of(
    st.text(max_size=140),
    st.sampled_from(
        ["", "1", "-1", "0", "07:30-11:30", "7h30", "strict", "slides", "<script>", "9" * 30, "1e9"]
    ),
)


@settings(max_examples=250, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*PAGES, "authority"]),
            st.dictionaries(st.sampled_from(PATHS), TYPED, max_size=4),
            st.sampled_from(["", "up notice.1", "up rating.reason.2", "up x", "up device.3"]),
        ),
        max_size=4,
    )
)
def test_whatever_is_typed_a_draft_stays_a_document(edits: list[tuple[str, dict[str, str], str]]) -> None:
    """Each edit gives another document or problems at fields; what is told of a document has sentences."""
    document: File = HANAM
    for page, typed, op in edits:
        paths = ("authority.0",) if page == "authority" else PAGES[page]
        form = fields_of(document, paths) | typed
        result = (
            with_authority(document, 0, form, op)
            if page == "authority"
            else edited(document, paths, form, op)
        )
        assert (result.document is None) == bool(result.problems)
        for problem in result.problems:
            assert problem.sentence and problem.where.startswith(paths)
        if result.document is not None:
            document = result.document
            assert document_of(tree_of(document)) == document
            compare(HANAM, document)
            found = faults(document)
            assert all(isinstance(p, Problem) and p.sentence for p in found)
            if not found:
                config_of(document)


@given(st.text())
def test_what_is_clean_stays_clean(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("path", "name", "optional"),
    [
        ("policy.weight", "number", True),
        ("wall.rows", "whole", True),
        ("rating.shuffle", "tick", False),
        ("device.0.zone", "choice", True),
        ("wall.schedule.0.days", "list", False),
        ("hours.day_changes", "clock", False),
        ("authority.3.service.2.policy.kind", "choice", False),
    ],
)
def test_what_a_field_may_be_is_read_off_the_shape(path: str, name: str, optional: Any) -> None:
    kind = kind_of(hint_at(path))
    assert (kind.name, kind.optional) == (name, optional)
