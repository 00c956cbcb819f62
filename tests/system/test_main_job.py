"""The main job over the real processes: a number, a ticket, a call, a wall that sounds, a rating, figures."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.system.running import RunningHall, until

AUTHORITY, SERVICE = "justice", "justice-civil"


def ask_for_number(hall: RunningHall, kiosk: str) -> None:
    """What a citizen does at a kiosk, touch by touch, until it has a number for them."""
    hall.touch(kiosk, "authority", AUTHORITY)
    hall.touch(kiosk, "service", SERVICE)
    hall.touch(kiosk, "class")

    def answered() -> bool:
        targets = hall.targets(kiosk)
        if ("take-another", "") in targets:  # the same service a moment ago: is it a child that plays?
            hall.touch(kiosk, "take-another")
        return ("done", "") in targets

    until("a number on the screen", answered)


def take_number(hall: RunningHall, kiosk: str) -> str:
    """The number on the paper that comes out of a kiosk."""
    before = len(hall.tickets(kiosk))
    ask_for_number(hall, kiosk)
    papers = until("a ticket in the slot", lambda: hall.tickets(kiosk)[before:])
    return str(papers[0]["number"])


def counter_that_calls(hall: RunningHall, number: str) -> str:
    """Officers press `next` until the number stands at a counter; which one."""

    def called() -> str | None:
        for id, device in hall.devices("counter").items():
            hall.sim(id, "press", button="next")
            line = until(f"an answer at {id}", lambda id=id: hall.state(id).get("line"))
            if number in line:
                return str(device)
        return None

    return until(f"{number} at a counter", called)


def test_a_citizen_takes_a_number_is_called_served_and_rates(tmp_path: Path) -> None:
    with RunningHall(tmp_path / "hall") as hall:
        number = take_number(hall, "kiosk-1")

        paper = Image.open(io.BytesIO(hall.get("/sim/kiosk-1/ticket.png")))
        (code,) = zxingcpp.read_barcodes(paper.convert("L"))
        assert code.text.startswith(f"http://{hall.http}/t/")
        phone = hall.get(code.text.removeprefix(f"http://{hall.http}")).decode()
        assert number in phone

        counter = counter_that_calls(hall, number)
        terminal = hall.terminal_of(counter)
        for display in hall.devices("display"):
            sounds = until(f"a sound at {display}", lambda d=display: hall.heard(d))
            assert [s["kind"] for s in sounds] == ["speech"]
            assert "quầy số" in sounds[0]["text"]
        shown = until("the call in the display's record", lambda: hall.shown("display-1"))
        assert [(s["number"], s["counter"]) for s in shown] == [(number, counter)]

        for key, word in (("start", "serving"), ("finish", "served")):
            hall.sim(terminal, "press", button=key)
            until(f"{number} {word}", lambda w=word: hall.line_of(counter)["state"] == w)
            # while a key's lamp waits for the answer, no other key counts
            until(f"{key} is answered", lambda k=key: k not in hall.lit(terminal))

        until("the faces to open", lambda: "rate-4" in hall.lit(terminal))

        def rated() -> bool:
            hall.sim(terminal, "press", button="rate-4")
            return "rate-4" not in hall.lit(terminal)

        until("the rating to be taken", rated)
        manager = hall.staff("manager")
        figures = until(  # that it was answered, and not yet what: decision 0033
            "the answer in the figures",
            lambda: p if re.search(r"trả lời\s*(<[^>]+>)?100", p := manager.page("/figures")) else None,
        )
        assert "Tổng khớp" in figures

        status, said = hall.verify()
        assert status == 0, said


def test_the_series_goes_on_after_a_stop_and_a_start(tmp_path: Path) -> None:
    hall = RunningHall(tmp_path / "hall")
    with hall:
        first = take_number(hall, "kiosk-1")
    with hall:
        second = take_number(hall, "kiosk-2")
        assert (first[0], int(first[1:]) + 1) == (second[0], int(second[1:]))
        waiting = hall.staff("officer").page("/api/v1/hall")
        assert '"justice-civil"' in waiting
    assert hall.verify()[0] == 0


@pytest.mark.parametrize(
    "pull, mend, word",
    [
        ({"paper": "out"}, {"paper": "ok"}, "paper-out"),
        ({"cover": "open"}, {"cover": "closed"}, "cover-open"),
        ({"printer": "unplugged"}, {"printer": "plugged"}, "unplugged"),
    ],
)
def test_without_a_printer_the_screen_keeps_the_number_and_staff_see_why(
    running: RunningHall, pull: dict[str, str], mend: dict[str, str], word: str
) -> None:
    papers = len(running.tickets("kiosk-1"))
    officer = running.staff("officer")
    running.sim("kiosk-1", "switch", **pull)
    until(f"{word} on the staff's page", lambda: f'"{word}"' in officer.page("/api/v1/hall"))
    ask_for_number(running, "kiosk-1")
    assert len(running.tickets("kiosk-1")) == papers, "no paper came out"
    running.touch("kiosk-1", "done")
    running.sim("kiosk-1", "switch", **mend)
    until("all well on the staff's page", lambda: f'"{word}"' not in officer.page("/api/v1/hall"))
    assert running.verify()[0] == 0
