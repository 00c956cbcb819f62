"""Scenarios of a wall: what arrives when, and what is seen then, for both implementations of the rules.

`display/core.py` runs them in pytest, `server/web/static/board-core.js` in a browser. An input is what
arrives, seconds after MORNING; a look is what must be seen. Stories are scenarios without looks: whatever is
seen, both see the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from broker import messages as m
from tests.display.hall import HALL, MORNING, Hall, at, waiting

Kind = Literal["board", "dossiers", "up", "down", "config", "tick"]


@dataclass(frozen=True)
class Input:
    """`message` is a Board or a DeviceConfig, else None."""

    at: float
    kind: Kind
    message: m.Message | None = None


@dataclass(frozen=True)
class Look:
    """`seen`: some of what `tests.display.test_scenarios.seen` tells. `heard`: all calls announced up to now,
    by seq."""

    at: float
    seen: dict[str, Any]
    heard: list[int] | None = None


@dataclass
class Scenario:
    name: str
    steps: list[Input | Look] = field(default_factory=list)
    calm: bool = False
    lag_s: float = 0.0


class Script:
    """Writes a scenario: `hall` makes calls, `publish` sends its board."""

    def __init__(self, name: str, hall: Hall | None = None, calm: bool = False, begun: bool = True) -> None:
        self.hall = hall or Hall()
        self.made = Scenario(name, calm=calm)
        if begun:
            self.tell(0, "up")
            self.publish(0)

    def tell(self, now: float, kind: Kind, message: m.Message | None = None) -> None:
        self.made.steps.append(Input(now, kind, message))

    def publish(self, now: float, hall: Hall | None = None, **changes: Any) -> m.Board:
        board = (hall or self.hall).board(at(now), **changes)
        self.tell(now, "board", board)
        return board

    def call(self, now: float, number: str | None = None, counter: str = "3", recall: int = 0) -> None:
        self.hall.call(at(now), number, counter, recall)
        self.publish(now)

    def wait(self, *moments: float) -> None:
        for now in moments:
            self.tell(now, "tick")

    def look(self, now: float, heard: list[int] | None = None, **seen: Any) -> None:
        self.made.steps.append(Look(now, seen, heard))


def five_in_a_second(s: Script) -> None:
    for i in range(5):
        s.call(10 + i / 5)
    s.look(11, hero="A001>3", rows="", heard=[1])
    for n in range(2, 6):
        s.wait(10 + 8 * (n - 1) - 0.1, 10 + 8 * (n - 1))
        s.look(10 + 8 * (n - 1), hero=f"A{n:03}>3", fresh=True, heard=list(range(1, n + 1)))
    s.look(60, hero="A005>3", rows="A004>3 A003>3 A002>3 A001>3", fresh=False)


def one_board_of_seven(s: Script) -> None:
    for _ in range(7):
        s.hall.call(at(10))
    s.publish(10)
    s.wait(17.9, 18, 26, 34, 42, 50, 58)
    s.look(58, hero="A007>3", heard=[1, 2, 3, 4, 5, 6, 7])


def a_late_loop(s: Script) -> None:
    for _ in range(4):
        s.hall.call(at(10))
    s.publish(10)
    s.wait(500)
    s.look(500, hero="A004>3", rows="A003>3 A002>3 A001>3", fresh=False, heard=[1, 2, 3, 4])


def a_recall(s: Script) -> None:
    s.call(10, "A001"), s.call(20, "A002"), s.call(40, "A001", "7", recall=1), s.call(60, "A003")
    s.look(60, hero="A003>3", rows="A001>7 A002>3", heard=[1, 2, 3, 4])


def an_undone_call(s: Script) -> None:
    s.call(10, "A001"), s.call(10, "A002")
    s.wait(18)
    s.look(20, hero="A002>3", rows="A001>3")
    s.hall.undo()
    s.publish(21)
    s.look(21, hero="A001>3", rows="", fresh=False)
    s.call(30, "A003")
    s.look(31, hero="A003>3", rows="A001>3", heard=[1, 2, 3])


def undone_before_its_turn(s: Script) -> None:
    s.call(10, "A001"), s.call(10, "A002")
    s.hall.undo()
    s.publish(11)
    s.wait(30)
    s.look(30, hero="A001>3", rows="", heard=[1])


def a_gap(s: Script) -> None:
    s.tell(10, "down")
    for now in (20, 40, 60, 120):
        s.hall.call(at(now))
    s.look(25, stale=1)
    s.look(75, stale=2, waiting="A- B- E-")
    s.tell(140, "up")
    s.publish(140)
    s.look(140, hero="A004>3", rows="A003>3 A002>3 A001>3", stale=0, waiting="A6 B4 E21", heard=[4])


def a_long_gap(s: Script) -> None:
    for now in (20, 40, 60):
        s.hall.call(at(now))
    s.tell(5, "down")
    s.tell(600, "up")
    s.publish(600)
    s.look(600, hero="A003>3", rows="A002>3 A001>3", fresh=False, heard=[])


def older_boards(s: Script) -> None:
    s.call(10)
    old = s.hall.board(at(10))
    s.call(11)
    s.tell(12, "board", old)
    s.wait(30)
    s.look(30, hero="A002>3", heard=[1, 2])
    s.publish(31, Hall(epoch=0), rev=999)  # of a server that was replaced
    s.look(31, hero="A002>3", rows="A001>3")


def a_restored_server(s: Script) -> None:
    for now in (10, 20, 30):
        s.call(now, f"A{now:03}")
    restored = Hall(epoch=2)
    restored.call(at(10), "A010")
    s.publish(100, restored)
    s.look(100, hero="A010>3", rows="")
    restored.call(at(110), "A031")
    s.publish(110, restored)
    s.look(110, hero="A031>3", rows="A010>3", heard=[1, 2, 3, 2])


def a_new_day(s: Script) -> None:
    for _ in range(5):
        s.hall.call(at(10))
    s.publish(10)
    tomorrow = Hall(day="2026-11-24", epoch=2)
    s.publish(86_400, tomorrow)
    s.look(86_400, hero="", rows="")
    tomorrow.call(at(86_500), "A001", "5")
    s.publish(86_500, tomorrow)
    s.look(86_500, hero="A001>5", rows="")


def nothing_of_yesterday(s: Script) -> None:
    s.call(10)
    s.tell(20, "down")
    s.look(19 * 3600, hero="", rows="", waiting="", stale=3)  # after midnight


def a_restart_in_the_day(s: Script) -> None:
    for i in range(8):
        s.hall.call(at(10 * i), f"B{i:03}", str(i))
    s.tell(100, "board", s.hall.board(at(100)))
    s.tell(100, "up")
    s.look(100, hero="B007>7", fresh=False, rows="B006>6 B005>5 B004>4 B003>3 B002>2 B001>1 B000>0", heard=[])


def yesterdays_board_after_a_restart(s: Script) -> None:
    s.hall.call(at(10))
    s.tell(86_400, "board", s.hall.board(at(10)))
    s.look(86_400, hero="", rows="")


def staleness(s: Script) -> None:
    s.call(10)
    s.tell(120, "down")
    for passed, stale in ((9.9, 0), (10, 1), (59.9, 1), (60, 2), (299.9, 2), (300, 3)):
        s.wait(120 + passed)
        s.look(120 + passed, stale=stale, hero="" if stale == 3 else "A001>3", rows="")
    s.look(500, known_at="08:14", waiting="A- B- E-")


def the_pulse(s: Script) -> None:
    s.call(10)
    for passed, pulse, fresh in ((0, 1, 1), (0.4, 1, 1), (0.5, 0, 1), (1, 1, 1), (4.9, 0, 1), (5, 0, 0)):
        s.look(10 + passed, pulse=bool(pulse), fresh=bool(fresh))


def without_motion(s: Script) -> None:
    s.call(10)
    s.look(10.1, pulse=False, fresh=True)
    s.look(14.9, pulse=False, fresh=True)
    s.look(15, pulse=False, fresh=False)


def hostile_words(s: Script) -> None:
    s.hall.notices = (m.Words("<b onload='x()'>\u202eđỏ\n\tNghỉ  trưa</b>", "x" * 400), m.Words(" ", " "))
    s.hall.waiting = (waiting("<", 3), waiting("Đ" * 200, 1))
    s.call(10, "<script>alert(1)</script>"[:12], "<img src=x>" + "9" * 200)
    s.look(10, notices=["<b onload='x()'>đỏ Nghỉ trưa</b>"])
    s.hall.notices = (m.Words("Z\u0323\u0336a\u0300\u0301lgo ١٢ Ŏ ２\U0001f3db\ufe0f \u65e5 ẲỆ ₫", ""),)
    s.publish(11)
    s.look(11, notices=["Zàlgo 12 O 2 ẲỆ ₫"])


def a_clock_set_back(s: Script) -> None:
    s.call(10), s.call(10)
    s.wait(-3590, -3589, -3580)
    s.look(-3580, hero="A002>3", heard=[1, 2])


def another_plan(s: Script) -> None:
    plan = m.DisplayPlan(dwell_s=12, counters=False, page_s=20)
    s.tell(1, "config", m.DeviceConfig(rev=1, at=MORNING, hall=HALL, time_zone="Europe/Berlin", display=plan))
    for _ in range(2):
        s.hall.call(at(10))
    s.publish(10)
    s.wait(18)
    s.look(18, hero="A001>3", clock="02:12")
    s.wait(22)
    s.look(22, hero="A002>3", desks="")


def calls_that_are_still_needed(s: Script) -> None:
    for i in range(6):
        s.call(10 + 9 * i)
    desks = (m.CounterLine("3", "open", "A002", "serving", at(30)), m.CounterLine("4", "paused"))
    s.publish(60, counters=(*desks, m.CounterLine("5", "closed"), m.CounterLine("6", "open")))
    s.look(61, due="A005 A004 A003 A001", desks="3:A002 4:paused 6:-")
    s.look(195, due="A005 A004 A003")


SCRIPTS: tuple[Callable[[Script], None], ...] = (
    five_in_a_second,
    one_board_of_seven,
    a_late_loop,
    a_recall,
    an_undone_call,
    undone_before_its_turn,
    a_gap,
    a_long_gap,
    older_boards,
    a_restored_server,
    a_new_day,
    nothing_of_yesterday,
    staleness,
    the_pulse,
    hostile_words,
    a_clock_set_back,
    another_plan,
    calls_that_are_still_needed,
)


def scenarios() -> Iterator[Scenario]:
    for write in SCRIPTS:
        script = Script(write.__name__)
        write(script)
        yield script.made
    calm = Script("without_motion", calm=True)
    without_motion(calm)
    yield calm.made
    for write in (a_restart_in_the_day, yesterdays_board_after_a_restart):
        script = Script(write.__name__, begun=False)
        write(script)
        yield script.made


def stories(count: int, length: int = 60) -> Iterator[Scenario]:
    """Random days, the same in every run: calls, recalls, undone ones, gaps, old boards, new servers."""
    for seed in range(count):
        yield story(random.Random(seed), f"story {seed}", length)


def story(luck: random.Random, name: str, length: int) -> Scenario:
    script, hall = Script(name), Hall()
    script.hall, now, day = hall, 0.0, 23
    published = [hall.board(at(0))]
    for _ in range(length):
        now += luck.choice((0, 0, 0.1, 1, 3, 7, 20, 45, 200))
        act = luck.choice(("call", "call", "call", "recall", "undo", "state", "server", "day", "nothing"))
        if act == "call":
            hall.call(at(now), f"{luck.choice('ABĐ')}{luck.randrange(200):03}", str(luck.randrange(1, 13)))
        elif act == "recall" and hall.calls:
            again = luck.choice(hall.calls[-3:])
            hall.call(at(now), again.number, again.counter, recall=1)
        elif act == "undo" and hall.calls:
            hall.undo()
            hall.seq = max((call.seq for call in hall.calls), default=0)
        elif act == "state":
            hall.waiting = tuple(
                waiting(letter, luck.randrange(3)) for letter in "ABCDĐ"[: luck.randrange(6)]
            )
        elif act == "server" and luck.random() < 0.3:
            hall.epoch, hall.rev = hall.epoch + 1, 0
        elif act == "day" and luck.random() < 0.1:
            day, now = day + 1, now + 86_400
            fresh = Hall(day=f"2026-11-{day:02}", epoch=hall.epoch + 1)
            hall.day, hall.epoch, hall.rev, hall.seq, hall.calls = fresh.day, fresh.epoch, 0, 0, []
        numbers = [call.number for call in hall.calls[-4:]]
        states = luck.choices(("called", "serving", "served", None), k=4)
        counters = tuple(
            m.CounterLine(str(i + 1), luck.choice(("open", "open", "paused", "closed")), number, state)
            for i, (number, state) in enumerate(zip(numbers, states, strict=False))
        )
        published.append(hall.board(at(now), counters=counters, upcoming=tuple(numbers[:2])))
        delivery = luck.choice(("newest", "newest", "newest", "old", "twice", "nothing", "down", "up"))
        if delivery in ("down", "up"):
            script.tell(now, "down" if delivery == "down" else "up")
        elif delivery == "old":
            script.tell(now, "board", luck.choice(published))
        elif delivery != "nothing":
            for _ in range(2 if delivery == "twice" else 1):
                script.tell(now, "board", published[-1])
        now += luck.choice((0, 0.3, 4, 11))
        script.wait(now)
    return script.made
