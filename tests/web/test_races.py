"""Officers who press together: never the same citizen twice, and nothing lost when somebody presses twice.

Real threads before a real writer. Each press comes from a log-in of its own, as from a machine of its own.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server import verify
from server.hall import commands as c
from tests.web.place import HANAM, PASSWORD, Place, Staff, open_place

LAND = "environment-land"
TRIES = 50
OFFICERS = 20


@pytest.fixture
def wide(tmp_path: Path) -> Iterator[Place]:
    """The hall with twenty counters more, all for one line."""
    text = HANAM.read_text(encoding="utf-8")
    more = "".join(f'\n[[counter]]\nid = "{n}"\nservices = ["{LAND}"]\n' for n in range(21, 21 + OFFICERS))
    file = tmp_path / "hall.toml"
    file.write_text(text + more, encoding="utf-8")
    opened = open_place(tmp_path, hall_file=file)
    yield opened
    opened.close()


def another_machine(place: Place, name: str) -> Staff:
    """One more log-in of an account that is there."""
    client = place.client()
    answer = client.post("/api/v1/login", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return Staff(client, answer.get_json()["csrf"])


def together(*presses: Callable[[], Any]) -> list[Any]:
    """What came of all of them, pressed at one instant."""
    start, answers = threading.Barrier(len(presses)), [None] * len(presses)

    def press(n: int) -> None:
        start.wait()
        answers[n] = presses[n]()

    threads = [threading.Thread(target=press, args=(n,)) for n in range(len(presses))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def calls(folder: Path) -> Counter[str]:
    """Ticket -> how often it was called, by the log."""
    with closing(sqlite3.connect(folder / "hall.db")) as db:
        return Counter(id for (id,) in db.execute("SELECT ticket FROM event WHERE kind = 'Called'"))


def test_two_officers_who_press_next_together_never_get_the_same_citizen(
    place: Place, tmp_path: Path
) -> None:
    one, two = place.log_in("officer-6"), place.log_in("officer-7")
    one.press("6", "open"), two.press("7", "open")
    same = 0
    for n in range(TRIES):
        place.tick[0] += 2  # each try is a press of its own
        number = place.issue(LAND)["number"]
        answers = together(
            lambda n=n: one.press("6", "next", id=f"one-{n}"),
            lambda n=n: two.press("7", "next", id=f"two-{n}"),
        )
        told = sorted((answer.status_code, answer.get_json().get("number")) for answer in answers)
        same += [number, number] == [number_ for _, number_ in told]
        assert told[0] == (200, number)
        assert told[1][0] == 409
        state = place.writer.view.state
        place.at(str(state.tickets[state.by_number[number]].counter), c.Finish)
    assert same == 0
    assert len(calls(tmp_path)) == TRIES and set(calls(tmp_path).values()) == {1}
    assert verify.run(tmp_path) == 0


def test_twenty_officers_racing_for_sixty_citizens_call_each_of_them_once(
    wide: Place, tmp_path: Path
) -> None:
    numbers = {wide.issue(LAND)["number"] for _ in range(3 * OFFICERS)}
    counters = [str(n) for n in range(21, 21 + OFFICERS)]
    officers = [wide.log_in(f"racer-{counter}") for counter in counters]
    for officer, counter in zip(officers, counters, strict=True):
        assert officer.press(counter, "open").status_code == 200

    def works(officer: Staff, counter: str) -> Callable[[], list[str]]:
        def work() -> list[str]:
            got = []
            while (answer := officer.press(counter, "next")).status_code == 200:
                got.append(answer.get_json()["number"])
                assert officer.press(counter, "finish").status_code == 200
            assert answer.get_json()["code"] == "nobody-waiting"
            return got

        return work

    pairs = zip(officers, counters, strict=True)
    got = [number for own in together(*(works(*pair) for pair in pairs)) for number in own]
    assert len(got) == len(set(got)) and set(got) == numbers
    assert set(calls(tmp_path).values()) == {1}
    assert verify.run(tmp_path) == 0


def test_an_officer_who_presses_on_two_machines_at_once_makes_one_call(place: Place, tmp_path: Path) -> None:
    one = place.log_in("officer-7")
    two = another_machine(place, "officer-7")
    one.press("7", "open")
    for n in range(TRIES):
        place.tick[0] += 2
        wanted, other = place.issue(LAND)["number"], place.issue(LAND)["number"]
        answers = together(
            lambda n=n: one.press("7", "next", id=f"one-{n}"),
            lambda n=n: two.press("7", "next", id=f"two-{n}"),
        )
        told = [answer.get_json() for answer in answers]
        assert [(t["number"], t["state"]) for t in told] == [(wanted, "called")] * 2
        assert sorted(t["repeats"] for t in told) == [False, True]
        state = place.writer.view.state
        assert state.tickets[state.by_number[other]].state.value == "waiting"
        place.writer.ask(c.Cancel(id=f"left-{n}", by="test", number=other, reason="left"))
    assert set(calls(tmp_path).values()) == {1} and len(calls(tmp_path)) == TRIES
    assert verify.run(tmp_path) == 0


def test_a_press_that_was_sent_again_after_a_restart_of_the_web_is_the_same(place: Place) -> None:
    """The counter's memory of its last press is gone then; the command's id is in the log."""
    staff = place.log_in("officer-7")
    first, second = place.issue(LAND)["number"], place.issue(LAND)["number"]
    staff.press("7", "open")
    once = staff.press("7", "next", id="press").get_json()
    place.app.extensions["presses"]._last.clear()
    again = staff.press("7", "next", id="press").get_json()
    assert once["number"] == again["number"] == first
    state = place.writer.view.state
    assert state.tickets[state.by_number[second]].state.value == "waiting"
