"""The pages after the faces on a kiosk beside the counter, where others want a number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from broker import messages as m, vocabulary as heard
from broker.vocabulary import Now
from kiosk.counter.asking import ASIDE_S, DWELL_S, Asking
from kiosk.counter.known import Known
from kiosk.counter.view import Faces, Level, Points, TakeNumber
from kiosk.counter.vocabulary import Rate, Record, Settle
from tests.counter.questionnaire import ASKED, QUESTIONS
from tests.counter.story import DAY, START


class Guest:
    """A question of counter 7 on the screen of a kiosk beside it."""

    def __init__(self, plan: m.CounterPlan = ASKED) -> None:
        self.mono, self.wall = 1000.0, START
        self.asking = Asking(Known(), (), None, lambda reasons: reasons, guest=True)
        hall = m.Words(vi="Trung tâm", en="Centre")
        config = m.DeviceConfig(rev=1, at=START, hall=hall, time_zone="Asia/Ho_Chi_Minh", counter=plan)
        self.asking.hear(heard.ConfigArrived(config), self.now)

    @property
    def now(self) -> Now:
        return Now(self.mono, self.wall)

    def served(self, number: str = "B047") -> None:
        line = m.CounterLine("7", "open", number, "served", self.wall)
        hall = m.Words(vi="Trung tâm", en="Centre")
        board = m.Board(
            epoch=1, rev=1, at=self.wall, day=DAY, hall=hall, calls=(), counters=(line,), waiting=()
        )
        self.asking.hear(heard.BoardArrived(board), self.now)

    def wait(self, seconds: float) -> list[Record]:
        self.mono += seconds
        self.wall += timedelta(seconds=seconds)
        return self.asking.tick(self.now)

    def touch(self, target: Any) -> list[Record]:
        self.wait(DWELL_S)
        return self.asking.tap(target, self.now)


def test_a_kiosk_asks_like_a_terminal() -> None:
    kiosk = Guest()
    assert kiosk.asking.page is None
    kiosk.served()
    assert kiosk.asking.page == Faces("B047", "7", 4, guest=True)
    kiosk.touch(Level(4))
    for _ in QUESTIONS:
        effects = kiosk.touch(Points(2))
    assert isinstance(effects[0], Rate) and effects[1] == Settle(DAY, "B047")


def test_who_wants_a_number_there_gets_the_screen_and_the_question_comes_back() -> None:
    kiosk = Guest()
    kiosk.served()
    assert kiosk.touch(TakeNumber()) == []
    assert kiosk.asking.page is None and kiosk.asking.wanted == frozenset()
    assert kiosk.touch(Level(1)) == [], "nobody sees the faces"
    kiosk.wait(ASIDE_S)
    assert isinstance(kiosk.asking.page, Faces)
    assert kiosk.asking.tap(Level(1), kiosk.now) == [], "the finger meant something else"
    assert kiosk.touch(Level(1)) != []


def test_a_page_that_comes_on_the_screen_is_dead_for_a_moment() -> None:
    kiosk = Guest()
    kiosk.served()
    kiosk.wait(30)
    kiosk.asking.appear(kiosk.now)
    assert kiosk.asking.tap(Level(4), kiosk.now) == []
    assert kiosk.touch(Level(4)) != []


def test_the_question_is_let_go_when_its_window_closes_while_it_waits() -> None:
    kiosk = Guest()
    kiosk.served()
    kiosk.wait(590)
    kiosk.touch(TakeNumber())
    kiosk.wait(30)
    assert kiosk.asking.page is None and kiosk.asking.wake().mono is None
    kiosk.wait(ASIDE_S)
    assert kiosk.asking.page is None


def test_a_kiosk_that_begins_something_else_records_what_was_answered() -> None:
    kiosk = Guest()
    kiosk.served()
    kiosk.touch(Level(3))
    (answer, settle) = kiosk.asking.leave(kiosk.now)
    assert isinstance(answer, Rate) and answer.level == 3 and settle == Settle(DAY, "B047")
    assert kiosk.asking.leave(kiosk.now) == []
