"""Who sees which figures, what happens to odd addresses, and what no figure may give away."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from server.hall import commands as c
from server.people.audit import Wanted
from server.people.rights import Role
from tests.history.month import FIRST_DAY, LAND, Month
from tests.web.place import Place, Staff

PAGES = (
    "/history/",
    "/history/export.csv",
    "/history/export.xlsx",
    "/history/export.pdf",
    "/history/tickets?what=issued",
    "/figures/",
    "/figures/live",
)
WORK = ("/working-time/", "/working-time/export.csv", "/working-time/export.xlsx", "/working-time/export.pdf")
SEES = {
    Role.RECEPTION: (False, False),
    Role.OFFICER: (False, False),
    Role.MANAGER: (True, True),
    Role.INSPECTOR: (True, True),
    Role.ADMINISTRATOR: (True, False),
}


def some_visits(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    for level in (4, 4, 3, 1, 4, 4):
        place.issue(LAND)
        number = place.at("7", c.CallNext)["number"]
        place.clock.pass_(minutes=4)
        place.at("7", c.Finish)
        place.at("7", c.Rate, number=number, level=level, levels=4)


def next_day(place: Place) -> None:
    rev = place.writer.view.rev
    place.clock.at += timedelta(days=1)
    today = (place.clock.at + timedelta(hours=3)).date().isoformat()
    while place.writer.wait(rev, 5).state.day != today:
        rev = place.writer.view.rev


@pytest.mark.parametrize("role", list(Role))
def test_every_page_is_for_those_with_its_right(place: Place, role: Role) -> None:
    some_visits(place)
    staff = place.log_in(f"x-{role}", role)
    for paths, sees in zip((PAGES, WORK), SEES[role], strict=True):
        for path in paths:
            assert staff.get(path).status_code == (200 if sees else 403), path
    ticket = next(iter(place.writer.view.state.tickets))
    assert staff.get(f"/history/tickets/{ticket}").status_code == (200 if SEES[role][0] else 403)
    assert place.client().get("/history/").status_code == 302


def test_nothing_here_can_be_posted_to(place: Place) -> None:
    staff = place.log_in("inspector", Role.INSPECTOR)
    for path in (*PAGES, *WORK):
        assert staff.post(path.partition("?")[0], {}).status_code == 405


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("unit=hour", "unit"),
        ("day=23/11/2026", "day"),
        ("day=2026-11-24", "day"),
        ("day=0001-01-01", "day"),
        ("day=%27+OR+1%3D1", "day"),
        ("unit=range&first=2026-11-20&last=2026-11-10", "first"),
        ("unit=range&first=2017-01-01&last=2026-11-10", "first"),
        ("of=people:x", "of"),
        ("of=counter:" + "x" * 99, "of"),
        ("by=colour", "by"),
        ("by=half&of=officer:officer-7", "by"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_what_was_typed_stays(
    place: Place, query: str, field: str
) -> None:
    chief = place.log_in("chief", Role.MANAGER)
    answer = chief.get(f"/history/?{query}")
    assert answer.status_code == 400
    assert f'id="{field}-problem"' in answer.text and f'aria-describedby="{field}-problem"' in answer.text
    typed = re.search(r"day=(\d[^&]*)", query)
    if typed and field == "day":
        assert f'value="{typed[1]}"' in answer.text
    for form in ("csv", "xlsx", "pdf"):
        assert chief.get(f"/history/export.{form}?{query}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["", "what=x", "what=issued&weekday=7", "what=issued&half=48", "what=issued&hour=-1",
     "what=issued&half=²", "what=called&of=officer:x&half=3", "what=issued&span=month:x",
     "what=issued&span=x:y", "what=issued&day=9"],
)  # fmt: skip
def test_an_address_that_names_no_figure_says_so(place: Place, query: str) -> None:
    answer = place.log_in("chief", Role.MANAGER).get(f"/history/tickets?{query}")
    assert answer.status_code == 400 and "không chỉ đúng một con số" in answer.text


def test_pages_behind_the_last_are_the_last(place: Place) -> None:
    some_visits(place)
    chief = place.log_in("chief", Role.MANAGER)
    for page in ("0", "-3", "999999", "x", "9" * 400):
        answer = chief.get(f"/history/tickets?what=issued&page={page}")
        assert answer.status_code == 200 and len(re.findall('<tr><th scope="row"', answer.text)) == 6


def test_other_peoples_markup_stays_text(place: Place) -> None:
    chief = place.log_in("chief", Role.MANAGER)
    page = chief.get("/history/?of=counter:<script>alert(1)</script>").text
    assert "<script>alert" not in page
    assert chief.get("/history/tickets?what=issued&of=officer:<b>").text.count("<b>") == 0


def test_a_number_tells_who_did_what_and_nothing_of_its_holder(place: Place) -> None:
    given = place.issue(LAND, "priority", secret="4711")
    place.at("7", c.OpenCounter, officer="officer-7")
    place.at("7", c.CallNext)
    place.clock.pass_(seconds=5)
    place.at("7", c.Undo)
    place.clock.pass_(seconds=20)
    place.at("7", c.CallNext)
    place.at("7", c.Park, note="Nguyễn Văn A, 0912345678")
    place.at("7", c.CallNumber, number=given["number"])
    place.at("7", c.Finish)
    place.at("7", c.Rate, number=given["number"], level=1, levels=4, reason="attitude")
    id = place.writer.view.state.by_number[given["number"]]
    page = place.log_in("chief", Role.MANAGER).get(f"/history/tickets/{id}").text
    told = re.findall(r"<td><strong>([^<]+)</strong>", page)
    assert told == ["Cấp số", "Gọi", "Hoàn tác", "Gọi", "Tạm gác", "Gọi", "Kết thúc", "Đã đánh giá"]
    assert "Đặng Thanh Mai" in page and "bị hoàn tác" in page and "có ghi chú" in page
    for secret in (
        "4711",
        given["token"],
        "Nguyễn Văn A",
        "0912345678",
        "attitude",
        "Thái độ",
        "Không hài lòng",
    ):
        assert secret not in page, secret


def test_no_list_and_no_export_tells_a_rating_of_one_number(place: Place) -> None:
    some_visits(place)
    next_day(place)
    chief = place.log_in("chief", Role.MANAGER)
    listed = chief.get("/history/tickets?what=served&span=day:2026-11-23").text
    assert "hài lòng" not in listed.lower()


def test_what_few_said_is_counted_and_never_worked_out(place: Place) -> None:
    """Officer 7 has six answers on Monday, one on Wednesday: no two periods differ by that one."""
    some_visits(place)
    place.clock.at += timedelta(days=1)  # Tuesday, a holiday
    next_day(place)
    place.at("7", c.OpenCounter, officer="officer-7")
    place.issue(LAND)
    number = place.at("7", c.CallNext)["number"]
    place.at("7", c.Finish)
    place.at("7", c.Rate, number=number, level=1, levels=4)
    next_day(place)
    chief = place.log_in("chief", Role.MANAGER)

    def said(query: str) -> tuple[str, str, str]:
        page = chief.get(f"/history/?{query}&of=officer:officer-7").text
        found = dict(re.findall(r'<th scope="row">([^<]+)</th><td>(?:<a[^>]*>)?([^<]*)', page))
        return found["Số trả lời"], found["n tính điểm"], found["Hài lòng, %"]

    assert said("unit=day&day=2026-11-23") == ("6", "6", "83,3")
    assert said("unit=day&day=2026-11-25") == ("1", "0", "–")
    assert said("unit=week&day=2026-11-25") == ("7", "6", "83,3")
    assert said("unit=month&day=2026-11-25") == ("7", "6", "83,3")


def test_the_running_days_answers_are_only_counted(place: Place) -> None:
    some_visits(place)
    page = place.log_in("chief", Role.MANAGER).get("/history/?unit=day").text
    found = dict(re.findall(r'<th scope="row">([^<]+)</th><td>(?:<a[^>]*>)?([^<]*)', page))
    assert (found["Số trả lời"], found["n tính điểm"]) == ("6", "0")


def test_how_busy_an_officer_was_is_for_those_who_may_know_it(place: Place) -> None:
    some_visits(place)
    for name, role, knows in (("chief", Role.MANAGER, True), ("admin", Role.ADMINISTRATOR, False)):
        staff = place.log_in(name, role)
        for query in ("by=officer", "of=officer:officer-7", "by=counter", "of=counter:7", "by=time"):
            assert ("Bận, %" in staff.get(f"/history/?unit=day&{query}").text) == knows, "who sat there alone"
        told = staff.get("/api/v1/figures?unit=day&by=counter").get_json()
        assert ("occupancy" in told["summary"]) == knows
        for what in ("open", "open_now", "breaks"):
            assert staff.get(f"/history/tickets?what={what}").status_code == (200 if knows else 403)


@pytest.mark.parametrize(("role", "knows"), [(Role.INSPECTOR, True), (Role.ADMINISTRATOR, False)])
def test_when_an_officer_called_is_for_those_who_may_know_it(place: Place, role: Role, knows: bool) -> None:
    """The first call and the last are working time, also as the times of an officer's numbers."""
    some_visits(place)
    staff, name = place.log_in(f"x-{role}", role), place.config.officers["officer-7"]
    one = staff.get("/history/tickets?what=called&of=officer:officer-7")
    assert one.status_code == (200 if knows else 403)
    assert ("of=officer" in staff.get("/history/?unit=day&by=officer").text) == knows
    ticket = next(iter(place.writer.view.state.tickets))
    for path in ("/history/tickets?what=called", f"/history/tickets/{ticket}"):
        page = staff.get(path)
        assert (page.status_code, name in page.text) == (200, knows), path
    asked = staff.get("/api/v1/figures/tickets?unit=day&what=called").get_json()
    assert {t["officer"] for t in asked["tickets"]} == {"officer-7" if knows else None}
    api = staff.get("/api/v1/figures/tickets?unit=day&what=called&of=officer:officer-7")
    assert api.status_code == (200 if knows else 403)


def test_services_of_one_name_are_told_apart_by_their_authority(place: Place) -> None:
    """Each authority of Hà Nam has a line to fetch results at."""
    for service in ("justice-results", "environment-results"):
        place.issue(service)
    page = place.log_in("chief", Role.MANAGER).get("/history/?unit=day&by=service").text
    found = re.findall(r'<th scope="row">(Trả kết quả[^<]*)</th>', page)
    assert len(found) == len(set(found)) == 2


def test_exports_are_told_to_the_audit(place: Place) -> None:
    chief: Staff = place.log_in("chief", Role.MANAGER)
    assert chief.get("/history/export.csv?unit=week&by=service").status_code == 200
    assert chief.get("/working-time/export.pdf").status_code == 200
    audit = place.hall.audit
    assert audit is not None
    told = [e for e in audit.entries(Wanted(), 50) if e.what == "figures.exported"]
    assert len(told) == 2 and {e.who for e in told} == {"chief"}


def test_the_page_of_a_whole_worked_day_has_its_tables(place: Place) -> None:
    month = Month(place)
    place.clock.at = datetime(2026, 11, 23, 1, 15, tzinfo=UTC)
    assert FIRST_DAY.isoformat() == "2026-11-09"
    place.at("6", c.OpenCounter, officer="officer-6")
    place.at("7", c.OpenCounter, officer="officer-7")
    month.come(10)
    for turn in range(8):
        month.visit("6" if turn % 2 else "7")
    page = place.log_in("chief", Role.MANAGER).get("/history/?unit=day&by=time").text
    for id in ("t-half", "t-summary", "t-heat"):
        assert f'id="{id}"' in page
    assert "Làm tròn" in page and "08:30:00 thuộc 08:30" in page
