"""How long it will be: the queue-length formula over shared counters, by hand, and what is told of it."""

from datetime import timedelta
from math import sqrt

import pytest

from server.hall import commands as c
from server.hall.site import Counter, Policy, PolicyKind
from server.hall.tickets import Klass
from server.hall.waiting import Estimate, QueueLength, ahead_in_line, announce, handling_s
from tests.hall.small_hall import STRICT_FOR_EVER, SmallHall, service, site

TEN, FIVE = timedelta(minutes=10), timedelta(minutes=5)
SHARED = site(
    (service("x", "A", typical=TEN), service("y", "B", typical=FIVE), service("z", "C", typical=TEN)),
    (Counter("1", ("x",)), Counter("2", ("x", "y")), Counter("3", ("y",)), Counter("4", ("z",))),
)


def opened(*counters: str, waiting: str = "") -> SmallHall:
    """SHARED with some counters open and people waiting: "xxy" is two of x and one of y."""
    hall = SmallHall(SHARED)
    for counter in counters:
        hall.at_counter(c.OpenCounter, counter, officer="ha")
    for service_id in waiting:
        hall.issue(service_id)
    return hall


def estimate(hall: SmallHall, of: str = "x", klass: Klass = Klass.NORMAL) -> Estimate:
    return QueueLength().at(hall.site, hall.state, hall.now).wait(hall.site.services[of], klass)


def near(mean_s: float, sigma_s: float) -> Estimate:
    return Estimate(pytest.approx(mean_s), pytest.approx(sigma_s))  # type: ignore[arg-type]


# --- the formula --------------------------------------------------------------------------------------------


def test_counters_of_the_service_share_the_line() -> None:
    hall = opened("1", "2", "3", waiting="xxx")
    # x is served by 1 and 2: (3 x 600 + 600) / 2
    assert estimate(hall) == Estimate(1200.0, 600 / 2 * sqrt(3 + 1))


def test_who_waits_for_a_shared_counter_counts_by_the_share_of_it() -> None:
    hall = opened("1", "2", "3", waiting="xxxyyyy")
    # y is served by 2 and 3, of which x has one: (3 x 600 + 4 x 300 x 1/2 + 600) / 2
    assert estimate(hall) == near(1500.0, 600 / 2 * sqrt(3 + 4 / 2 + 1))
    # and the other way round: (4 x 300 + 3 x 600 x 1/2 + 300) / 2
    assert estimate(hall, "y") == near(1200.0, 300 / 2 * sqrt(4 + 3 / 2 + 1))


def test_a_counter_that_is_not_open_takes_nobody() -> None:
    hall = opened("1", "3", waiting="xxyy")
    # x has 1 alone now, and shares it with nobody
    assert estimate(hall) == Estimate(600 * 3, 600 * sqrt(2 + 1))


def test_who_waits_for_other_counters_does_not_count() -> None:
    assert estimate(opened("1", "2", "3", "4", waiting="xzzzz")) == estimate(
        opened("1", "2", "3", waiting="x")
    )


def test_while_no_counter_is_open_those_of_the_file_are_reckoned_with() -> None:
    assert estimate(opened(waiting="xxx")) == estimate(opened("1", "2", "3", waiting="xxx"))


def test_an_idle_counter_means_no_wait() -> None:
    assert estimate(opened("1")) == Estimate(0.0, 0.0)


def test_a_counter_on_a_break_is_not_idle() -> None:
    hall = opened("1")
    hall.at_counter(c.PauseCounter, "1", reason="break")
    assert estimate(hall) == Estimate(600 / 2, 600 / 2)


def test_busy_counters_and_an_empty_line_mean_one_turn() -> None:
    hall = opened("1", "2", waiting="xx")
    hall.next("1")
    hall.next("2")
    assert estimate(hall) == Estimate(600 / 2, 600 / 2)


def test_lunch_inside_the_wait_lengthens_it() -> None:
    hall = opened("1", "2", "3", waiting="xxx")
    hall.at("11:15")
    assert estimate(hall).mean_s == 1200 + 2 * 3600


def test_measured_times_replace_the_typical_one() -> None:
    hall = SmallHall(SHARED)
    assert handling_s(hall.state, SHARED.services["x"]) == 600
    for minutes in (2, 4):
        hall.issue("x")
        hall.next("1")
        hall.after(minutes=minutes)
        hall.at_counter(c.Finish)
    assert handling_s(hall.state, SHARED.services["x"]) == 180 + 20  # and the way between two citizens


def test_only_the_last_thirty_times_count() -> None:
    hall = SmallHall(SHARED)
    for n in range(35):
        hall.issue("x")
        hall.next("1")
        hall.after(seconds=100 if n < 5 else 10)
        hall.at_counter(c.Finish)
    assert hall.state.handling["x"] == [10.0] * 30


# --- who goes first -----------------------------------------------------------------------------------------


def turns(hall: SmallHall, klass: Klass) -> float:
    """The estimate of the one line at the one counter, in turns of ten minutes."""
    return estimate(hall, klass=klass).mean_s / 600


def line_of(policy: Policy) -> SmallHall:
    return SmallHall(site((service("x", "A", typical=TEN, policy=policy),), (Counter("1", ("x",)),)))


def test_a_normal_newcomer_waits_for_all_a_priority_one_for_those_it_cannot_pass() -> None:
    hall = line_of(STRICT_FOR_EVER)
    for klass in (Klass.NORMAL, Klass.NORMAL, Klass.NORMAL, Klass.PRIORITY):
        hall.issue("x", klass)
    assert turns(hall, Klass.NORMAL) == 4 + 1
    assert turns(hall, Klass.PRIORITY) == 1 + 1


def test_a_priority_newcomer_passes_those_who_have_not_waited_long() -> None:
    hall = line_of(Policy(weight=5))
    hall.issue("x")
    begin = hall.now
    for minutes, ahead in ((0, 0), (39, 0), (40, 1), (45, 1)):  # after a turn of ten: 5 x 10 against w + 10
        hall.now = begin + timedelta(minutes=minutes)
        assert turns(hall, Klass.PRIORITY) == ahead + 1


def test_where_classes_take_turns_a_newcomer_waits_for_all() -> None:
    hall = line_of(Policy(PolicyKind.RATIO))
    hall.issue("x")
    hall.priority("x")
    assert turns(hall, Klass.PRIORITY) == turns(hall, Klass.NORMAL) == 2 + 1


def test_people_ahead_on_the_paper_are_of_the_own_line() -> None:
    hall = SmallHall()
    for s in ("land", "roads", "land"):
        hall.issue(s)
    last = hall.issue("land")
    assert ahead_in_line(hall.site, hall.state, last, hall.now) == 2
    favoured = hall.priority("land")
    assert ahead_in_line(hall.site, hall.state, favoured, hall.now) == 0
    assert ahead_in_line(hall.site, hall.state, last, hall.now) == 2


def test_people_of_other_services_before_the_same_counters_are_ahead_too() -> None:
    services = (service("forms", "A"), service("results", "A"), service("advice", "B"))
    both, more = ("forms", "results"), ("forms", "results", "advice")
    line = site(services, (Counter("1", both), Counter("2", more)))
    hall = SmallHall(line)
    hall.issue("forms")
    hall.issue("advice")
    hall.after(seconds=5)
    last = hall.issue("results")
    assert ahead_in_line(line, hall.state, last, hall.now) == 2, "advice is given where it waits, too"
    alone = hall.issue("advice")
    assert ahead_in_line(line, hall.state, alone, hall.now) == 1, "forms may be taken at the other counter"


@pytest.mark.parametrize("kind", PolicyKind)
def test_behind_a_strict_line_later_priority_people_are_ahead(kind: PolicyKind) -> None:
    line = site((service("x", "A", policy=Policy(kind, age_limit=None)),), (Counter("1", ("x",)),))
    hall = SmallHall(line)
    normal = hall.issue("x")
    hall.priority("x")
    assert ahead_in_line(line, hall.state, normal, hall.now) == (1 if kind is PolicyKind.STRICT else 0)


# --- what is told --------------------------------------------------------------------------

MIN = 60.0


@pytest.mark.parametrize(
    ("mean", "sigma", "told"),
    [
        (0, 0, (0, 5)),
        (4.9, 0, (0, 5)),
        (2, 2.3, (0, 5)),  # p90 is 4.95
        (2, 2.4, (0, 10)),  # p90 is 5.08
        (5, 0, (5, 10)),  # never narrower than five
        (7, 0, (5, 10)),
        (20, 0, (20, 25)),
        (20, 4, (15, 30)),  # 16.6 to 25.1
        (25, 245 / 20, (10, 45)),  # 14.7 to 40.7
        (50, 10, (40, 75)),  # 41.6 to 62.8: beyond an hour in quarters
        (60, 0, (60, 75)),
        (90, 20, (60, 120)),  # 73.2 to 115.6
        (75, 0, (75, 90)),
        (3, 30, (0, 45)),  # never below nothing
    ],
)
def test_the_range_is_rounded_outward(mean: float, sigma: float, told: tuple[int, int]) -> None:
    assert announce(Estimate(mean * MIN, sigma * MIN), 30) == told


@pytest.mark.parametrize("known", [0, 1, 29])
def test_nothing_is_told_before_thirty_calls_are_known(known: int) -> None:
    assert announce(Estimate(600.0, 60.0), known) is None


def test_the_thirty_calls_are_first_calls_and_outlive_the_day() -> None:
    hall = SmallHall()
    hall.issue("land")
    hall.next("1")
    hall.after(seconds=5)
    hall.at_counter(c.Recall)
    hall.at_counter(c.Park)
    hall.at_counter(c.CallNumber, number="A98")
    assert hall.state.known_calls == {"land": 1}
    hall.now += timedelta(days=2)
    hall.turn_the_day()
    assert hall.state.known_calls == {"land": 1}


def test_a_call_taken_back_is_not_known() -> None:
    hall = SmallHall()
    hall.issue("land")
    hall.next("1")
    hall.at_counter(c.Undo)
    assert hall.state.known_calls["land"] == 0
