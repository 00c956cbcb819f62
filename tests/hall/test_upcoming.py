"""Who is told to come next: whom the open counters would call if all pressed now, and nobody twice."""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from itertools import permutations

from hypothesis import given, strategies as st

from server.hall import commands as c
from server.hall.calling import upcoming
from server.hall.refusals import Refusal
from server.hall.site import Counter
from server.hall.tickets import Klass, State
from tests.hall.searching import SEARCHED
from tests.hall.small_hall import RATIO, SMALL, SmallHall, frozen, service, site

MOST = 12
PRESSES: dict[str, tuple[type[c.AtCounter], dict[str, str]]] = {
    "next": (c.CallNext, {}),
    "open": (c.OpenCounter, {"officer": "ha"}),
    "pause": (c.PauseCounter, {"reason": "tea"}),
    "close": (c.CloseCounter, {}),
    "park": (c.Park, {}),
    "no-show": (c.MarkNoShow, {}),
    "send-to-1": (c.Transfer, {"to_counter": "1"}),
    "send-to-2": (c.Transfer, {"to_counter": "2"}),
    "send-on": (c.Transfer, {"to_service": "health"}),
}
arrivals = st.tuples(st.sampled_from(sorted(SMALL.services)), st.sampled_from(Klass))
presses = st.tuples(st.sampled_from(sorted(PRESSES)), st.sampled_from(sorted(SMALL.counters)))
days = st.lists(arrivals | arrivals | presses | presses | st.integers(0, 12), max_size=40)


def play(day: list[tuple[str, Klass] | tuple[str, str] | int]) -> SmallHall:
    """A hall after a day; what it refused did not happen. Numbers are minutes that pass."""
    hall = SmallHall()
    for step in day:
        with suppress(Refusal):
            match step:
                case int():
                    hall.after(minutes=step)
                case (wanted, Klass() as klass):
                    hall.issue(wanted, klass)
                case (name, counter):
                    kind, what = PRESSES[name]
                    hall.at_counter(kind, counter, **what)
    return hall


def told(hall: SmallHall) -> list[str]:
    return [ticket.number for ticket in upcoming(hall.site, hall.state, hall.now, MOST)]


def if_they_pressed(hall: SmallHall, counters: tuple[str, ...]) -> list[str]:
    """Whom these counters get by "next", one after the other; the hall itself stays as it is."""
    trial = copy(hall)
    trial.state, trial.log = hall.state.copy(), []
    called = []
    for counter in counters:
        with suppress(Refusal):  # nobody waits for it
            called.append(trial.next(counter))
    return [number for number in called if number is not None]


@SEARCHED
@given(days)
def test_upcoming_are_those_whom_the_open_counters_get_if_all_press_now(day: list[tuple[str, Klass]]) -> None:
    hall = play(day)
    before = frozen(hall.state)
    numbers = told(hall)
    assert frozen(hall.state) == before
    open_now = [id for id in hall.site.counters if hall.state.counter(id).status == "open"]
    assert len(set(numbers)) == len(numbers)
    assert {hall.numbered(number).state for number in numbers} <= {State.WAITING}
    if numbers:
        assert numbers[0] in {n for id in open_now for n in if_they_pressed(hall, (id,))}
    assert any(numbers == if_they_pressed(hall, order) for order in permutations(open_now))


def test_a_free_counter_calls_before_a_busy_one_and_the_longest_busy_before_the_others() -> None:
    hall = SmallHall(
        site(
            (service("land", "A"), service("health", "B"), service("trade", "C")),
            (Counter("1", ("land",)), Counter("2", ("health",)), Counter("3", ("trade",))),
        )
    )
    for _ in range(3):
        hall.issue("land"), hall.issue("health"), hall.issue("trade")
    hall.next("2")
    hall.after(minutes=1)
    hall.next("1")
    hall.at_counter(c.OpenCounter, "3", officer="ha")
    assert told(hall) == ["C001", "B002", "A002"]
    hall.at_counter(c.PauseCounter, "2", reason="tea")
    assert told(hall) == ["C001", "A002"]


def test_counters_of_one_line_take_turns_as_its_policy_says() -> None:
    """After two ordinary ones a priority one: also when three counters would press in the same moment."""
    here = site((service("land", "A", policy=RATIO),), tuple(Counter(str(n), ("land",)) for n in (1, 2, 3)))
    hall = SmallHall(here)
    for _ in range(4):
        hall.issue()
    last = hall.priority()
    for id in here.counters:
        hall.at_counter(c.OpenCounter, id, officer=f"ha-{id}")
    assert told(hall) == ["A001", "A002", last.number]


def test_no_more_are_told_than_a_board_holds_and_none_by_a_closed_hall() -> None:
    counters = tuple(Counter(str(n), ("land",)) for n in range(1, 21))
    hall = SmallHall(site((service("land", "A"),), counters))
    for _ in range(30):
        hall.issue()
    assert told(hall) == []
    for counter in counters:
        hall.at_counter(c.OpenCounter, counter.id, officer=f"ha-{counter.id}")
    assert told(hall) == [f"A{n:03}" for n in range(1, MOST + 1)]
