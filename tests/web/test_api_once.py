"""A key is used once: the same again is answered the same, also after a restart; anything else is refused."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from server.people.rights import Right
from tests.web.place import Place, open_place
from tests.web.programs import LAND, Program, program

ALL = tuple(Right)


def issued(place: Place) -> int:
    return len(place.writer.view.state.tickets)


def test_the_same_key_with_the_same_request_is_one(place: Place) -> None:
    portal = program(place, *ALL)
    one = portal.post("/tickets", {"service": LAND}, "a")
    two = portal.post("/tickets", {"service": LAND}, "a")
    assert one.status_code == two.status_code == 201
    assert one.data == two.data and one.get_json()["id"] == "a"
    assert issued(place) == 1


def test_the_header_and_the_body_say_the_same_key(place: Place) -> None:
    portal = program(place, *ALL)
    one = portal.post("/tickets", {"service": LAND, "id": "a"}, "")
    two = portal.post("/tickets", {"service": LAND}, '"a"')
    assert one.data == two.data
    assert issued(place) == 1


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/tickets", {"service": LAND, "klass": "priority"}),
        ("/tickets", {"service": "justice"}),
        ("/counters/7/open", {}),
    ],
)
def test_the_same_key_with_another_request_is_refused(place: Place, path: str, told: Any) -> None:
    portal = program(place, *ALL)
    portal.post("/tickets", {"service": LAND}, "a")
    before = place.store.seq
    answer = portal.post(path, told, "a")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "idempotency-mismatch")
    assert place.store.seq == before


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 65, "\u00e4", "a\tb"])
def test_a_change_without_a_key_is_refused(place: Place, key: str) -> None:
    portal = program(place, *ALL)
    answer = portal.post("/tickets", {"service": LAND}, "", headers={"Idempotency-Key": key} if key else {})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "key-needed")
    assert issued(place) == 0


def test_a_key_is_its_askers_own(place: Place) -> None:
    one, two = program(place, *ALL), program(place, *ALL)
    first = one.post("/tickets", {"service": LAND}, "a").get_json()["number"]
    second = two.post("/tickets", {"service": LAND}, "a").get_json()["number"]
    assert first != second


def test_twenty_at_once_with_one_key_are_one(place: Place) -> None:
    portal = program(place, *ALL)
    start, answers = threading.Barrier(20), []

    def ask() -> None:
        start.wait()
        answers.append(
            Program(place.client(), portal.key, portal.id).post("/tickets", {"service": LAND}, "a")
        )

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert issued(place) == 1


def test_what_was_refused_may_be_asked_again_and_stays_refused(place: Place) -> None:
    portal = program(place, *ALL)
    portal.post("/counters/7/open", {})
    one = portal.post("/counters/7/next", {}, "a")
    place.issue(LAND)
    two = portal.post("/counters/7/next", {}, "a")
    assert one.status_code == two.status_code == 409 and one.data == two.data


def test_keys_outlive_a_restart(tmp_path: Path) -> None:
    place = open_place(tmp_path)
    portal = program(place, *ALL)
    number = portal.post("/tickets", {"service": LAND}, "a")
    pressed = portal.post("/counters/7/open", {}, "b")
    hook = portal.post("/webhooks", {"url": "https://x.example/", "events": ["issued"]}, "c")
    assert hook.status_code == 201
    place.close()
    place = open_place(tmp_path)
    again = Program(place.client(), portal.key, portal.id)
    assert again.post("/tickets", {"service": LAND}, "a").data == number.data
    assert again.post("/counters/7/open", {}, "b").data == pressed.data
    assert again.post("/counters/7/open", {}, "a").get_json()["code"] == "idempotency-mismatch"
    answer = again.post("/webhooks", {"url": "https://x.example/", "events": ["issued"]}, "c")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "shown-once")
    assert issued(place) == 1 and len(place.hall.webhooks.store.all()) == 1
    place.close()


def test_a_command_whose_answer_was_lost_with_the_power_is_found_in_the_hall(tmp_path: Path) -> None:
    """The hall's commit was on the disk, the outcome was not."""
    place = open_place(tmp_path)
    portal = program(place, *ALL)
    number = portal.post("/tickets", {"service": LAND}, "a")
    place.close()
    for file in tmp_path.glob("outcomes.db*"):
        file.unlink()
    place = open_place(tmp_path)
    again = Program(place.client(), portal.key, portal.id).post("/tickets", {"service": LAND}, "a")
    assert again.get_json()["number"] == number.get_json()["number"]
    assert issued(place) == 1
    place.close()


def test_a_secret_is_in_no_file_of_outcomes(tmp_path: Path) -> None:
    place = open_place(tmp_path)
    portal = program(place, *ALL)
    secret = portal.post("/webhooks", {"url": "https://x.example/", "events": ["issued"]}).get_json()[
        "secret"
    ]
    place.close()
    for file in tmp_path.glob("outcomes.db*"):
        assert secret.encode() not in file.read_bytes()
