"""The configuration on the web: what is edited stays a draft, what is wrong is told at its field."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.drafting.drafts import Drafts
from server.drafting.forms import bare, fields, hint_at, is_struct, kind_of, rows_of
from server.hall import commands as c
from server.hall.mistakes import CODES
from server.people.rights import Role
from server.site_file import load_document
from server.site_shape import File
from server.web.setup_words import choice, label
from server.web.words import TEXTS
from tests.web.forms import form_of, told_at
from tests.web.place import HANAM, Place, Staff

DOCUMENT = load_document(HANAM)
ROOT = "/admin/setup"
FORMS = [
    "hall", "hours", "time", "reminders", "priority", "calls", "ratings", "texts", "wall", "devices",
    "officers",
    "authority/justice", "authority/military", "counter/1", "counter/12",
]  # fmt: skip
OTHERS = ["", "calendar", "authorities", "counters", "new-authority", "new-counter", "review", "versions"]
PAGES = [*OTHERS, *FORMS]


@pytest.fixture
def chief(place: Place) -> Staff:
    return place.log_in("chief", Role.ADMINISTRATOR)


def page(staff: Staff, path: str) -> str:
    answer = staff.get(f"{ROOT}/{path}")
    assert answer.status_code == 200, answer.text
    text: str = answer.text
    return text


def send(staff: Staff, path: str, form: dict[str, Any], **more: Any) -> Any:
    return staff.client.post(f"{ROOT}/{path}", data={"csrf": staff.csrf, **form}, **more)


def typed(staff: Staff, path: str, **fields: str) -> Any:
    """Open a page, type into some fields (`__` for a dot) and send it."""
    form = form_of(page(staff, path)) | {key.replace("__", "."): value for key, value in fields.items()}
    return send(staff, path, form)


def draft(place: Place, owner: str = "chief") -> Any:
    assert place.hall.drafts is not None
    found = place.hall.drafts.of(owner)
    return None if found is None else found.document


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_opens_in_both_languages_and_is_small(chief: Staff, path: str, lang: str) -> None:
    answer = chief.get(f"{ROOT}/{path}?lang={lang}")
    assert answer.status_code == 200
    assert len(answer.data) < 60_000
    assert f'lang="{lang}"' in answer.text and answer.text.count("<h1") == 1


@pytest.mark.parametrize("role", [Role.OFFICER, Role.RECEPTION, Role.MANAGER, Role.INSPECTOR])
def test_nobody_else_sees_it(place: Place, role: Role) -> None:
    other, stranger = place.log_in("other", role), place.client()
    for path in (*PAGES, "hall.toml", "preview/ticket.png", "preview/wall", "versions/1"):
        assert other.get(f"{ROOT}/{path}").status_code == 403
        answer = stranger.get(f"{ROOT}/{path}")
        assert answer.status_code == 302 and "/login" in answer.headers["Location"]


def test_a_form_of_another_site_or_without_a_token_does_nothing(place: Place, chief: Staff) -> None:
    form = form_of(page(chief, "calls")) | {"calls.undo_s": "20"}
    asked = ("apply", "discard", "take-over", "withdraw", "versions/1", "import")
    for path in (*FORMS, "calendar", "authorities", "counters", *asked):
        assert chief.client.post(f"{ROOT}/{path}", data=form | {"csrf": "x"}).status_code == 400
        headers = {"Origin": "https://evil.example"}
        assert send(chief, path, form, headers=headers).status_code == 403
    assert draft(place) is None and place.writer.view.setup.version == 1


@pytest.mark.parametrize("path", ["apply", "discard", "take-over", "withdraw", "import"])
def test_what_changes_something_is_asked_by_post_alone(chief: Staff, path: str) -> None:
    assert chief.get(f"{ROOT}/{path}").status_code == 405


@pytest.mark.parametrize("path", FORMS)
def test_a_page_that_is_sent_as_it_stands_makes_no_draft(place: Place, chief: Staff, path: str) -> None:
    assert send(chief, path, form_of(page(chief, path))).status_code == 303
    assert draft(place) is None


def test_a_calendar_that_is_sent_as_it_stands_makes_no_draft(place: Place, chief: Staff) -> None:
    form = form_of(page(chief, "calendar?year=2026"), "year")
    assert send(chief, "calendar", form).status_code == 303
    assert draft(place) is None


@pytest.mark.parametrize(("do", "year"), [("nonsense", "2026"), ("", "2026"), ("official", "2019")])
def test_a_calendar_does_what_its_page_offers_and_nothing_else(
    place: Place, chief: Staff, do: str, year: str
) -> None:
    form = form_of(page(chief, "calendar?year=2026"), "year") | {"day.1231": "on", "do": do, "year": year}
    answer = send(chief, "calendar", form)
    assert answer.status_code == 400 and TEXTS("refusal.bad-request", "vi") in answer.text
    assert draft(place) is None


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("hall", "name.vi", ""),
        ("hall", "url", "javascript:alert(1)"),
        ("hall", "paper.without", "lost"),
        ("hall", "dossiers.lines", "9" * 400),
        ("hall", "time_zone", "x" * 500),
        ("hours", "hours.mon", "<script>alert(1)</script>"),
        ("hours", "hours.day_changes", "24:00"),
        ("priority", "policy.weight", "rất nhiều"),
        ("priority", "policy.kind", "random"),
        ("priority", "priority_group.0.from_years", "-3"),
        ("calls", "calls.recall_limit", "1.5"),
        ("calls", "calls.undo_s", "1e9"),
        ("ratings", "rating.levels", "9"),
        ("ratings", "rating.reason.1.name.vi", "a" * 121),
        ("texts", "hotline", "0" * 41),
        ("texts", "notice.0.en", ""),
        ("wall", "wall.page_s", "1"),
        ("wall", "sound.span.0.volume", "200"),
        ("wall", "wall.schedule.0.ends", "half past"),
        ("devices", "device.0.series", "100"),
        ("authority/justice", "authority.0.letter", ""),
        ("authority/justice", "authority.0.service.1.cap", "0"),
        ("authority/justice", "authority.0.service.0.typical_min", "nan"),
        ("counter/1", "counter.0.area", "a" * 21),
    ],
)
def test_bad_input_is_told_at_its_field_kept_and_changes_nothing(
    place: Place, chief: Staff, path: str, field: str, value: str
) -> None:
    answer = typed(chief, path, **{field.replace(".", "__"): value})
    assert answer.status_code == 422
    assert told_at(answer.text, field)
    assert form_of(answer.text)[field] == value
    assert "<script>alert" not in answer.text
    assert draft(place) is None and place.writer.view.setup.version == 1


def test_a_mistake_is_told_in_the_readers_language(chief: Staff) -> None:
    chief.get(f"{ROOT}/?lang=en")
    answer = typed(chief, "calls", calls__recall_limit="two")
    assert told_at(answer.text, "calls.recall_limit") == TEXTS("mistake.not-number", "en")


def test_what_no_hall_could_work_by_is_kept_and_told_at_its_field(place: Place, chief: Staff) -> None:
    """A prefix in use, and a service without a counter: typed on the way to something that makes sense."""
    answer = typed(chief, "authority/justice", authority__0__letter="B")
    assert answer.status_code == 303 and draft(place).authority[0].letter == "B"
    wrong = told_at(page(chief, "authority/environment"), "authority.1.letter")
    assert wrong == TEXTS("mistake.letter-shared", "vi", letter="B", other="Tư pháp", authority="Tài nguyên")
    form = form_of(page(chief, "counter/11")) | {"skill.health-food.11": ""}
    assert send(chief, "counter/11", form).status_code == 303
    form = form_of(page(chief, "counter/12")) | {"skill.health-food.12": ""}
    assert send(chief, "counter/12", form).status_code == 303
    assert TEXTS("mistake.unserved", "vi", id="An toàn thực phẩm") in page(chief, "counters")
    review = page(chief, "review")
    assert TEXTS("setup.faults", "vi") in review and "/apply" not in review
    assert send(chief, "apply", {"mark": form_of(review)["mark"], "when": "now"}).status_code == 422
    assert place.writer.view.setup.version == 1


def test_a_row_is_filled_dropped_and_moved(place: Place, chief: Staff) -> None:
    form = form_of(page(chief, "texts"))
    n = int(form["notice.n"]) - 1
    typed(chief, "texts", **{f"notice__{n}__vi": "Dòng mới", f"notice__{n}__en": "A new line"})
    assert [w.vi for w in draft(place).notice][-1] == "Dòng mới"
    send(chief, "texts", form_of(page(chief, "texts")) | {"do": f"up notice.{n}"})
    assert [w.vi for w in draft(place).notice][n - 1] == "Dòng mới"
    send(chief, "texts", form_of(page(chief, "texts")) | {f"notice.{n - 1}.drop": "1"})
    assert draft(place) is None  # as it was


def test_a_new_authority_and_a_new_counter(place: Place, chief: Staff) -> None:
    n = 20
    answer = typed(
        chief, "new-authority",
        **{f"authority__{n}__{key}": value for key, value in {
            "letter": "X", "name__vi": "Sở Mới", "name__en": "New", "short__vi": "Mới", "short__en": "New",
            "service__0__name__vi": "Việc", "service__0__name__en": "Thing", "service__0__digits": "3",
            "service__0__start": "1", "service__0__typical_min": "8", "service__0__target_min": "15",
        }.items()},
    )  # fmt: skip
    assert answer.headers["Location"].startswith(f"{ROOT}/authority/so-moi")
    answer = typed(chief, "new-counter", **{"counter__12__id": "13", "skill__viec__-": "services"})
    assert answer.status_code == 303
    assert draft(place).counter[12].services == ("viec",)
    assert "Sở Mới" in page(chief, "authorities") and ">13<" in page(chief, "counters")


def test_whoever_is_made_on_the_web_gets_a_name_for_console_and_terminal(place: Place, chief: Staff) -> None:
    place.account("nguyen-an")
    place.at("7", c.OpenCounter, officer="nguyen-an")
    n = len(DOCUMENT.officer)
    new = {f"officer__{n}__id": "nguyen-an", f"officer__{n}__name": "Nguyễn Thị Ẩn"}
    assert typed(chief, "officers", **new).status_code == 303
    assert f"{TEXTS('field.officer.id', 'vi')}: nguyen-an</legend>" in page(chief, "officers")
    review = page(chief, "review")
    assert "Nguyễn Thị Ẩn" in review and TEXTS("setup.page-officers", "vi") in review
    assert "Nguyễn Thị Ẩn" not in chief.get("/console/7").text
    applied = send(chief, "apply", {"mark": form_of(review)["mark"], "when": "now"})
    assert applied.status_code == 303 and "Nguyễn Thị Ẩn" in chief.get("/console/7").text
    view = place.writer.view
    assert view.setup.projection.officer(view.state, "7") == "Nguyễn Thị Ẩn"

    typed(chief, "officers", officer__0__name="Nguyễn Thu Hà Giang")
    send(chief, "officers", form_of(page(chief, "officers")) | {f"officer.{n}.drop": "1"})
    assert draft(place).officer[0].name == "Nguyễn Thu Hà Giang"
    assert "nguyen-an" not in {officer.id for officer in draft(place).officer}


@pytest.mark.parametrize(
    ("id", "name", "field", "code"),
    [("Nguyễn An", "An", "id", "form"), ("an", "", "name", "empty"), ("", "An", "id", "empty"),
     ("an", "x" * 121, "name", "too-long"), ("officer-1", "An", "id", "twice")],
)  # fmt: skip
def test_a_name_that_cannot_be_is_told_at_its_field(
    place: Place, chief: Staff, id: str, name: str, field: str, code: str
) -> None:
    n = len(DOCUMENT.officer)
    answer = typed(chief, "officers", **{f"officer__{n}__id": id, f"officer__{n}__name": name})
    text = answer.text if answer.status_code == 422 else page(chief, "officers")
    words = TEXTS(f"mistake.{code}", "vi", most=120, id=id, n=2)
    assert told_at(text, f"officer.{n}.{field}") == words


def test_authorities_are_moved_and_taken_out(place: Place, chief: Staff) -> None:
    mark = form_of(page(chief, "authorities"))["mark"]
    send(chief, "authorities", {"mark": mark, "do": "up 1"})
    assert [a.id for a in draft(place).authority][:2] == ["environment", "justice"]
    assert send(chief, "authorities", {"mark": mark, "do": "drop 0"}).headers["Location"].endswith("changed")
    mark = form_of(page(chief, "authorities"))["mark"]
    send(chief, "authorities", {"mark": mark, "do": "drop 0"})
    assert draft(place).authority[0].id == "justice"
    mark = form_of(page(chief, "authorities"))["mark"]
    for do in ("drop 99", "drop x", "burn 0", "up -1"):
        assert send(chief, "authorities", {"mark": mark, "do": do}).status_code == 404


def test_a_form_from_an_older_window_is_shown_again_and_undoes_nothing(place: Place, chief: Staff) -> None:
    old = form_of(page(chief, "calls"))
    typed(chief, "calls", calls__undo_s="20")
    answer = send(chief, "calls", old | {"calls.recall_limit": "5"})
    assert answer.status_code == 409
    again = form_of(answer.text)
    assert again["calls.recall_limit"] == "5"
    assert (draft(place).calls.undo_s, draft(place).calls.recall_limit) == (20, 3)
    typed(chief, "hall", hotline="1")  # another page is no older window
    assert send(chief, "calls", again).status_code == 303
    assert (draft(place).calls.undo_s, draft(place).calls.recall_limit) == (10, 5)


def test_a_calendar_from_an_older_window_undoes_nothing_either(place: Place, chief: Staff) -> None:
    old = form_of(page(chief, "calendar?year=2026"))
    send(chief, "calendar", old | {"day.1224": "on"})
    for form in (old | {"day.1231": "on"}, {"year": "2026"}, {"year": "2026", "do": "official"}):
        answer = send(chief, "calendar", form)
        assert answer.status_code == 409 and TEXTS("setup.other_window", "vi") in answer.text
        assert "2026-12-24" in map(str, draft(place).hours.holidays)
    again = form_of(send(chief, "calendar", old | {"day.1231": "on"}).text)
    assert "day.1231" in again and "day.1224" not in again
    assert send(chief, "calendar", again).status_code == 303
    assert str(draft(place).hours.holidays[-1]) == "2026-12-31"


def test_two_administrators_have_a_draft_each(place: Place, chief: Staff) -> None:
    other = place.log_in("other", Role.ADMINISTRATOR)
    typed(chief, "calls", calls__undo_s="20")
    assert form_of(page(other, "calls"))["calls.undo_s"] == "10"
    assert draft(place, "other") is None


@pytest.mark.parametrize(
    "path", ["authority/nobody", "counter/99", "counter/1%2F..", "versions/9", "versions/0", "nothing"]
)
def test_what_there_is_not_is_not_found(chief: Staff, path: str) -> None:
    assert chief.get(f"{ROOT}/{path}").status_code == 404


def test_the_official_calendar_is_taken_and_edited(place: Place, chief: Staff) -> None:
    form = form_of(page(chief, "calendar?year=2026"), "year")
    assert {"day.0101", "day.0110", "day.1124"} <= form.keys() and "day.0426" not in form
    del form["day.0110"]
    send(chief, "calendar", form | {"day.1226": "on", "day.1224": "on", "day.9999": "on"})
    hours = draft(place).hours
    assert [str(d) for d in hours.made_up] == ["2026-08-22", "2026-12-26"]
    assert "2026-12-24" in map(str, hours.holidays) and "2026-04-26" in map(str, hours.holidays)
    mark = form_of(page(chief, "calendar"))["mark"]
    send(chief, "calendar", {"year": "2026", "do": "official", "mark": mark})
    assert draft(place) is None  # the example's is the official one
    mark = form_of(page(chief, "calendar"))["mark"]
    assert send(chief, "calendar", {"year": "30000", "mark": mark}).status_code == 303


def test_a_form_checked_while_somebody_types_is_kept_where_it_can_be(place: Place, chief: Staff) -> None:
    form = form_of(page(chief, "calls"))
    headers = {"X-Live": "1"}
    answer = send(chief, "calls", form | {"calls.undo_s": "x"}, headers=headers).get_json()
    assert not answer["kept"] and answer["wrong"] == {"calls.undo_s": TEXTS("mistake.not-number", "vi")}
    assert draft(place) is None
    answer = send(chief, "calls", form | {"calls.undo_s": "12"}, headers=headers).get_json()
    assert answer["kept"] and answer["wrong"] == {} and answer["edits"] == 1
    assert draft(place).calls.undo_s == 12
    late = send(chief, "calls", form | {"calls.undo_s": "15"}, headers=headers).get_json()
    assert not late["kept"] and draft(place).calls.undo_s == 12  # made from an older draft
    again = send(chief, "calls", form | {"calls.undo_s": "15", "mark": answer["mark"]}, headers=headers)
    assert again.get_json()["kept"]


def test_a_draft_outlives_the_server(tmp_path: Path, chief: Staff) -> None:
    typed(chief, "calls", calls__undo_s="20")
    kept = Drafts(tmp_path / "drafts").of("chief")
    assert kept is not None and kept.document.calls.undo_s == 20 and kept.base == 1


def test_huge_forms_are_refused(chief: Staff) -> None:
    form = form_of(page(chief, "texts")) | {"hotline": "x" * 2_000_000}
    answer = send(chief, "texts", form)
    assert answer.status_code == 413 and "1 MB" in answer.text


def test_every_field_and_every_problem_has_its_words() -> None:
    def below(hint: Any, where: str) -> list[str]:
        inner = bare(hint)[0]
        item = rows_of(inner)[0]
        if item is not None:
            return [where, *below(item, f"{where}.0")]
        if is_struct(inner):
            return [p for key, of in fields(inner).items() for p in below(of, f"{where}.{key}".strip("."))]
        return [where]

    for top in File.__struct_fields__:
        for where in below(hint_at(top), top):
            assert label(where, "vi") != TEXTS("field.row", "vi"), where
            item = rows_of(bare(hint_at(where))[0])[0]
            if item is None:
                for value in kind_of(hint_at(where)).choices:
                    assert choice(where, value, "vi") != value, (where, value)
    for code in CODES:
        assert f"mistake.{code}" in TEXTS, code


def test_two_days_change_places_and_what_cannot_be_is_told_at_its_field(place: Place, chief: Staff) -> None:
    form = {"year": "2026", "mark": form_of(page(chief, "calendar"))["mark"], "do": "swap"}
    monday, saturday = date(2026, 12, 28), date(2027, 1, 2)
    for off, worked, wrong in (
        ("", "2027-01-02", {"off"}),
        ("2026-12-27", "2027-01-02", {"off"}),  # a Sunday
        ("2026-11-24", "2027-01-01", {"off", "worked"}),  # off already; a Friday
        ("28/12/2026", "2027-01-02", {"off"}),
    ):
        answer = send(chief, "calendar", {**form, "off": off, "worked": worked})
        assert answer.status_code == 422 and f'value="{worked}"' in answer.text
        assert {key for key in ("off", "worked") if told_at(answer.text, key)} == wrong
        assert draft(place) is None
    assert send(chief, "calendar", {**form, "off": f"{monday}", "worked": f"{saturday}"}).status_code == 303
    assert monday in draft(place).hours.holidays and saturday in draft(place).hours.made_up
    assert send(chief, "calendar", {**form, "off": "2026-12-29", "worked": "2027-01-09"}).status_code == 409


def test_due_dates_are_shown_as_the_draft_counts_them(chief: Staff) -> None:
    rows = [re.findall(r"\d\d:\d\d \d\d/\d\d/\d{4}", row) for row in page(chief, "time").split("<tr>")[2:]]
    assert rows[0][:5] == [
        "08:00 25/11/2026", "17:00 25/11/2026", "14:00 25/11/2026", "14:00 25/11/2026", "08:30 26/11/2026",
    ]  # fmt: skip
    assert [row[:2] for row in rows[1:]] == [
        ["15:30 25/11/2026", "07:30 26/11/2026"], ["17:30 25/11/2026", "17:00 26/11/2026"],
    ]  # fmt: skip
    assert typed(chief, "time", dossiers__time__convention="days").status_code == 303
    assert "17:00 26/11/2026</td><td>17:00 30/11/2026" in page(chief, "time")
    assert typed(chief, "time", dossiers__time__hours__mon="13:30-11:30").status_code == 303
    assert TEXTS("due.no_examples", "vi") in page(chief, "time")
