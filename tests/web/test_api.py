from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from server.hall import commands as c
from server.hall.refusals import CODES
from server.people.rights import Role
from server.web.app import create_app
from server.web.problems import sentence
from server.web.verbs import VERBS
from server.writer import WriterGone
from tests.web.place import Place

LAND = "environment-land"


def test_the_main_job_over_http(place: Place) -> None:
    staff = place.log_in("officer-7")
    number = place.issue(LAND)["number"]
    assert staff.press("7", "open").status_code == 200
    assert staff.press("7", "next").get_json() | {"id": ""} == {
        "id": "",
        "number": number,
        "state": "called",
        "counter": "7",
        "repeats": False,
    }
    assert staff.press("7", "start").get_json()["state"] == "serving"
    assert staff.press("7", "finish").get_json()["state"] == "served"
    assert place.writer.view.state.counter("7").officer == "officer-7"


def test_every_verb_does_what_it_says(place: Place) -> None:
    staff = place.log_in("officer-7")
    numbers = [place.issue(LAND)["number"] for _ in range(4)]
    staff.press("7", "open")

    def state(answer: Any) -> tuple[int, str | None, str | None]:
        return answer.status_code, answer.get_json()["number"], answer.get_json()["state"]

    assert state(staff.press("7", "next")) == (200, numbers[0], "called")
    place.clock.pass_(seconds=6)
    assert state(staff.press("7", "recall")) == (200, numbers[0], "called")
    assert state(staff.press("7", "no-show")) == (200, numbers[0], "no_show")
    assert state(staff.press("7", "call", number=numbers[0])) == (200, numbers[0], "called")
    assert state(staff.press("7", "park", note="thiếu bản sao")) == (200, numbers[0], "parked")
    assert state(staff.press("7", "bring-back", number=numbers[0])) == (200, numbers[0], "waiting")
    assert state(staff.press("7", "call", number=numbers[2], reason="bà cụ")) == (200, numbers[2], "called")
    assert state(staff.press("7", "transfer", to_counter="6")) == (200, numbers[2], "waiting")
    assert staff.press("7", "undo").status_code == 200
    assert state(staff.press("7", "finish")) == (200, numbers[2], "served")
    assert staff.press("7", "pause", reason="break").status_code == 200
    assert staff.press("7", "close").status_code == 200
    assert place.writer.view.state.counter("7").status == "closed"


def test_a_press_sent_twice_is_carried_out_once(place: Place) -> None:
    staff = place.log_in("officer-7")
    first, second = place.issue(LAND)["number"], place.issue(LAND)["number"]
    staff.press("7", "open")
    one = staff.press("7", "next", id="press-1").get_json()
    place.tick[0] += 60
    two = staff.press("7", "next", id="press-1").get_json()
    assert one == two
    assert one["number"] == first
    tickets = place.writer.view.state
    assert tickets.tickets[tickets.by_number[second]].state == "waiting"


def test_two_tabs_that_press_at_once_make_one_call(place: Place) -> None:
    staff = place.log_in("officer-7")
    for _ in range(3):
        place.issue(LAND)
    staff.press("7", "open")
    one, two = staff.press("7", "next", id="tab-1"), staff.press("7", "next", id="tab-2")
    assert one.get_json()["number"] == two.get_json()["number"]
    assert two.get_json()["repeats"] is True
    place.tick[0] += 1.6
    assert staff.press("7", "next", id="tab-2b").get_json()["number"] != one.get_json()["number"]
    assert place.writer.view.state.call_seq == 2


def test_twenty_presses_from_twenty_threads_make_one_call(place: Place) -> None:
    staff = place.log_in("officer-7")
    for _ in range(20):
        place.issue(LAND)
    staff.press("7", "open")
    start, answers = threading.Barrier(20), []

    def press(n: int) -> None:
        client = place.client()
        client.set_cookie(*staff.cookie)
        start.wait()
        answers.append(
            client.post(
                "/api/v1/counters/7/next", json={"id": f"x{n}"}, headers={"X-CSRF-Token": staff.csrf}
            ).get_json()["number"]
        )

    threads = [threading.Thread(target=press, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert place.writer.view.state.call_seq == 1


def test_two_officers_may_choose_the_same_id(place: Place) -> None:
    one, two = place.log_in("officer-7"), place.log_in("officer-6")
    place.issue(LAND), place.issue(LAND)
    assert one.press("7", "open", id="1").status_code == two.press("6", "open", id="1").status_code == 200
    assert (
        one.press("7", "next", id="2").get_json()["number"]
        != two.press("6", "next", id="2").get_json()["number"]
    )


def test_reception_issues_a_number(place: Place) -> None:
    staff = place.log_in("officer-7")
    answer = staff.post("/api/v1/tickets", {"id": "r1", "service": LAND, "klass": "priority"})
    assert answer.status_code == 201
    again = staff.post("/api/v1/tickets", {"id": "r1", "service": LAND, "klass": "priority"})
    assert again.get_json()["number"] == answer.get_json()["number"]
    state = place.writer.view.state
    ticket = state.tickets[state.by_number[answer.get_json()["number"]]]
    assert (ticket.source, ticket.klass) == ("reception", "priority")


def test_the_hall_as_json(place: Place) -> None:
    staff = place.log_in("officer-7")
    place.issue(LAND)
    found = staff.get("/api/v1/hall").get_json()
    assert sum(line["waiting"] for line in found["board"]["waiting"]) == 1
    assert [row["counter"] for row in found["counters"]] == [str(n) for n in range(1, 13)]
    assert "token" not in json.dumps(found)


@pytest.mark.parametrize(
    ("name", "role", "knows"),
    [
        ("officer-7", None, True),  # his own counter
        ("officer-6", Role.OFFICER, False),
        ("front", Role.RECEPTION, False),
        ("admin", Role.ADMINISTRATOR, False),
        ("chief", Role.MANAGER, True),
        ("inspector", Role.INSPECTOR, True),
    ],
)
def test_when_and_why_an_officer_paused_is_working_time(
    place: Place, name: str, role: Role | None, knows: bool
) -> None:
    own = place.log_in("officer-7")
    own.press("7", "open")
    own.press("7", "pause", reason="break")
    staff = own if role is None else place.log_in(name, role)
    hall, counters = (staff.get(f"/api/v1/{path}").get_json()["counters"] for path in ("hall", "counters"))
    one = staff.get("/api/v1/counters/7").get_json()
    for row in (hall[6], counters[6], one):
        assert (row["counter"], row["status"], row["officer"]) == ("7", "paused", "officer-7")
        assert (row["reason"], row["since"] is not None) == (("break", True) if knows else (None, False))
    own.press("7", "open")
    assert (staff.get("/api/v1/counters/7").get_json()["since"] is not None) == knows, "when he came back"


def test_healthz_needs_nobody(place: Place) -> None:
    assert place.client().get("/healthz").get_json()["ok"] is True


@pytest.mark.parametrize(("lang", "words"), [("vi", "Chưa có người chờ."), ("en", "Nobody is waiting.")])
def test_a_refusal_is_a_problem_document_in_the_readers_language(place: Place, lang: str, words: str) -> None:
    staff = place.log_in("officer-7", lang=lang)
    staff.press("7", "open")
    answer = staff.press("7", "next")
    assert answer.status_code == 409
    assert answer.content_type.startswith("application/problem+json")
    assert answer.get_json() == {
        "type": "urn:motcua:problem:nobody-waiting",
        "title": words,
        "status": 409,
        "code": "nobody-waiting",
    }


def test_calling_out_of_order_needs_a_reason(place: Place) -> None:
    staff = place.log_in("officer-7")
    place.issue(LAND)
    second = place.issue(LAND)["number"]
    staff.press("7", "open")
    answer = staff.press("7", "call", number=second)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "reason-needed")
    assert second in answer.get_json()["title"]


def test_every_refusal_has_a_sentence_in_both_languages(place: Place) -> None:
    params = {
        "number": "B047",
        "officer": "officer-7",
        "limit": 3,
        "reopens_at": datetime(2026, 11, 24, tzinfo=UTC),
    }
    with place.app.test_request_context("/api/v1/x"):
        for code in CODES:
            for lang in ("vi", "en"):
                full = sentence(code, lang, params)
                assert full and "{" not in full
                if code != "bad-request":
                    assert full != sentence("bad-request", lang, {}), code
            assert sentence(code, "vi", params) != sentence(code, "en", params)
        assert "Đặng Thanh Mai" in sentence("counter-taken", "vi", params)
        assert "07:00" in sentence("lunch", "vi", params)
        kept = {"reopens_at": "2026-11-24T00:00:00Z"}  # as a repeated command hears it
        assert "07:00" in sentence("lunch", "en", kept)


def test_outside_opening_hours_reception_hears_when_it_opens(place: Place) -> None:
    staff = place.log_in("officer-7")
    place.clock.at = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    answer = staff.post("/api/v1/tickets", {"id": "late", "service": LAND})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "lunch")
    assert answer.get_json()["title"] == "Đang nghỉ trưa. Mở lại lúc 13:30."
    again = staff.post("/api/v1/tickets", {"id": "late", "service": LAND})
    assert again.get_json()["title"] == answer.get_json()["title"]


# --- who may ----------------------------------------------------------------------------------------------


def test_without_a_log_in_nothing_is_answered(place: Place) -> None:
    client = place.client()
    assert client.get("/api/v1/hall").status_code == 401
    for verb in VERBS:
        answer = client.post(f"/api/v1/counters/7/{verb}", json={"id": "x"})
        assert (answer.status_code, answer.get_json()["code"]) == (401, "login-needed")
    assert client.post("/api/v1/tickets", json={"id": "x", "service": LAND}).status_code == 401


@pytest.mark.parametrize("token", ["", "wrong", "ä"])
def test_without_the_token_nothing_happens(place: Place, token: str) -> None:
    staff = place.log_in("officer-7")
    headers = {"X-CSRF-Token": token.encode().decode("latin-1")}
    answer = staff.client.post("/api/v1/counters/7/open", json={"id": "x"}, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "csrf")
    assert place.writer.view.state.counter("7").status == "closed"


def test_a_request_from_another_sites_page_is_refused(place: Place) -> None:
    staff = place.log_in("officer-7")
    for path, told in (
        ("/api/v1/counters/7/open", {"id": "x"}),
        ("/api/v1/tickets", {"id": "x", "service": LAND}),
    ):
        answer = staff.post(path, told, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert staff.get("/events", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    stranger = {"Origin": "http://elsewhere.example"}  # what a browser says on plain http:// addresses
    answer = staff.post("/api/v1/tickets", {"id": "y", "service": LAND}, headers=stranger)
    assert answer.status_code == 403
    assert not place.writer.view.state.tickets


def test_a_number_is_taken_out_of_the_day_with_a_reason(place: Place) -> None:
    staff = place.log_in("officer-7")
    number = place.issue(LAND)["number"]
    assert staff.post("/api/v1/counters/7/cancel", {"id": "a", "number": number}).status_code == 400
    answer = staff.post(
        "/api/v1/counters/7/cancel", {"id": "b", "number": number, "reason": "đã về"}
    ).get_json()
    assert (answer["number"], answer["state"]) == (number, "cancelled")


def test_an_officer_takes_nobody_away_from_a_colleague(place: Place) -> None:
    """Who stands at a counter is cancelled there: elsewhere nobody could take it back."""
    there, other = place.log_in("officer-6"), place.log_in("officer-7")
    there.press("6", "open"), other.press("7", "open")
    number = place.issue(LAND)["number"]
    there.press("6", "next")
    answer = other.press("7", "cancel", number=number, reason="nhầm")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "elsewhere")
    assert f"Số {number} đang ở quầy khác." in answer.get_json()["title"]
    assert place.writer.view.state.counter("6").current is not None
    assert there.press("6", "cancel", number=number, reason="đã về").status_code == 200


def test_reading_never_changes_anything(place: Place) -> None:
    staff = place.log_in("officer-7")
    for verb in VERBS:
        assert staff.get(f"/api/v1/counters/7/{verb}").status_code == 405


def test_an_officer_keeps_off_a_colleagues_counter_and_a_manager_may_step_in(place: Place) -> None:
    ha, nam, chief = place.log_in("officer-7"), place.log_in("officer-6"), place.log_in("chief", Role.MANAGER)
    place.issue(LAND)
    ha.press("7", "open")
    for verb in ("open", "next", "close"):
        answer = nam.press("7", verb)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "counter-taken")
    assert chief.press("7", "next").status_code == 200
    ha.press("7", "finish")
    ha.press("7", "close")
    assert nam.press("7", "open").status_code == 200


def test_a_counter_that_its_keys_opened_is_nobodys(place: Place) -> None:
    place.issue(LAND)
    place.at("7", c.CallNext)
    staff = place.log_in("officer-7")
    assert staff.press("7", "start").status_code == 200


class Hung:
    """A writer that takes questions and never answers."""

    def __init__(self, writer: Any) -> None:
        self.view, self.wait = writer.view, writer.wait

    def ask(self, command: c.Command) -> Any:
        raise WriterGone(f"no answer to {command.id}")


def test_when_the_hall_does_not_answer_the_press_may_be_sent_again(place: Place) -> None:
    staff = place.log_in("officer-7")
    hung = create_app(replace(place.hall, writer=Hung(place.writer))).test_client()
    hung.set_cookie(*staff.cookie)
    headers = {"X-CSRF-Token": staff.csrf}
    answer = hung.post("/api/v1/counters/7/open", json={"id": "x"}, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "try-later")
    assert staff.press("7", "open", id="x").get_json()["repeats"] is False
