"""Whose turn it is: what the policies promise, tiers of services, and tickets sent to one counter."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings, strategies as st

from server.hall import commands as c
from server.hall.calling import key
from server.hall.refusals import Refusal
from server.hall.site import Counter, Policy, PolicyKind, Site
from server.hall.tickets import Klass, Ticket
from tests.hall.searching import SEARCHED
from tests.hall.small_hall import ACCUMULATING, RATIO, STRICT, STRICT_FOR_EVER, SmallHall, service, site

FOR_EVER = Policy(age_limit=None)


def one_line(policy: Policy) -> Site:
    """One service at one counter."""
    return site((service("land", "A", policy=policy),), (Counter("1", ("land",)),))


def order_of(policy: Policy, arrivals: Sequence[tuple[float, str]], call_at: float) -> list[str]:
    """Who is called, one after the other in one instant, `call_at` minutes after 08:00.

    arrivals: (minute, "N" or "P"), in order; they are named N1, P1, N2 ...
    """
    hall = SmallHall(one_line(policy))
    begin, names, seen = hall.now, {}, {"N": 0, "P": 0}
    for minute, klass in arrivals:
        hall.now = begin + timedelta(minutes=minute)
        seen[klass] += 1
        ticket = hall.issue("land", Klass.PRIORITY if klass == "P" else Klass.NORMAL)
        names[ticket.number] = f"{klass}{seen[klass]}"
    hall.now = begin + timedelta(minutes=call_at)
    return [names[str(hall.next())] for _ in arrivals]


# --- one service --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [ACCUMULATING, RATIO, STRICT, STRICT_FOR_EVER])
def test_inside_a_class_the_first_come_is_the_first_served(policy: Policy) -> None:
    assert order_of(policy, [(0, "N"), (1, "N"), (2, "N")], 5) == ["N1", "N2", "N3"]
    assert order_of(policy, [(0, "P"), (1, "P"), (2, "P")], 5) == ["P1", "P2", "P3"]


@pytest.mark.parametrize("policy", [ACCUMULATING, RATIO, STRICT, STRICT_FOR_EVER])
def test_tickets_of_one_instant_go_by_their_number(policy: Policy) -> None:
    assert order_of(policy, [(0, "N"), (0, "N"), (0, "N")], 1) == ["N1", "N2", "N3"]


def test_strict_lets_priority_people_go_first_always() -> None:
    assert order_of(STRICT_FOR_EVER, [(0, "N"), (180, "P")], 181) == ["P1", "N1"]


def test_strict_with_an_age_limit_lets_nobody_pass_who_waited_so_long() -> None:
    arrivals = [(0, "N"), (1, "P"), (10, "N"), (19, "P")]
    assert order_of(STRICT, arrivals, 19.5) == ["P1", "P2", "N1", "N2"]
    assert order_of(STRICT, arrivals, 20.5) == ["N1", "P1", "P2", "N2"]
    assert order_of(STRICT, arrivals, 25) == ["N1", "P1", "P2", "N2"]
    assert order_of(STRICT, arrivals, 60) == ["N1", "P1", "N2", "P2"]  # all are past it: as they came


def test_a_minute_of_priority_waiting_counts_like_five() -> None:
    assert order_of(ACCUMULATING, [(0, "N"), (23, "P")], 28.7) == ["N1", "P1"]  # 28.7 against 28.5
    assert order_of(ACCUMULATING, [(0, "N"), (23, "P")], 29) == ["P1", "N1"]  # 29 against 30


def test_of_equal_claims_the_one_who_came_first_goes() -> None:
    assert order_of(ACCUMULATING, [(0, "N"), (24, "P")], 30) == ["N1", "P1"]  # 30 against 30


def test_after_45_minutes_nobody_who_came_later_passes() -> None:
    assert order_of(ACCUMULATING, [(0, "N"), (20, "P")], 44.9) == ["P1", "N1"]
    assert order_of(ACCUMULATING, [(0, "N"), (20, "P")], 45) == ["N1", "P1"]
    assert order_of(FOR_EVER, [(0, "N"), (20, "P")], 45) == ["P1", "N1"]


def test_of_two_normals_and_a_priority_in_turn() -> None:
    arrivals = [(0, "N"), (0, "N"), (0, "N"), (0, "N"), (0, "N"), (1, "P"), (1, "P")]
    assert order_of(RATIO, arrivals, 2) == ["N1", "N2", "P1", "N3", "N4", "P2", "N5"]


def test_a_ratio_gives_the_turn_on_when_one_of_the_classes_is_empty() -> None:
    assert order_of(RATIO, [(0, "P"), (0, "P"), (1, "N")], 2) == ["N1", "P1", "P2"]
    assert order_of(RATIO, [(0, "N"), (0, "N"), (0, "N")], 2) == ["N1", "N2", "N3"]


def test_a_ratio_too_stops_at_the_age_limit() -> None:
    assert order_of(RATIO, [(0, "P"), (1, "N"), (2, "N")], 29) == ["N1", "N2", "P1"]
    assert order_of(RATIO, [(0, "P"), (1, "N"), (2, "N")], 30) == ["P1", "N1", "N2"]


@pytest.mark.parametrize(
    ("policy", "klass", "minutes", "expected"),
    [
        (ACCUMULATING, Klass.NORMAL, 10, (False, False, 600.0)),
        (ACCUMULATING, Klass.PRIORITY, 10, (False, False, 3000.0)),
        (ACCUMULATING, Klass.NORMAL, 45, (True, False, 2700.0)),
        (ACCUMULATING, Klass.PRIORITY, 45, (True, False, 2700.0)),
        (replace(ACCUMULATING, weight=2.5), Klass.PRIORITY, 10, (False, False, 1500.0)),
        (STRICT, Klass.PRIORITY, 10, (False, True, 600.0)),
        (STRICT, Klass.PRIORITY, 20, (True, False, 1200.0)),
        (STRICT, Klass.NORMAL, 20, (True, False, 1200.0)),
        (RATIO, Klass.PRIORITY, 10, (False, False, 600.0)),
    ],
)
def test_the_claim_of_a_ticket_has_these_values(
    policy: Policy, klass: Klass, minutes: float, expected: tuple[bool, bool, float]
) -> None:
    hall = SmallHall(one_line(policy))
    ticket = hall.issue("land", klass)
    assert key(policy, ticket, hall.now + timedelta(minutes=minutes)) == expected


# --- guarantees ----------------------------------------------------------------------------


@settings(SEARCHED)
@given(
    weight=st.floats(1.5, 10),
    limit=st.none() | st.integers(20, 120),
    waited=st.floats(1, 150),
    share=st.floats(0.01, 0.99),
)
def test_a_priority_arrival_passes_only_within_the_first_part_of_a_wait(
    weight: float, limit: int | None, waited: float, share: float
) -> None:
    """It overtakes a ticket that waits w in all only if it comes within the first (1 - 1/b) w, and not once
    that ticket is past the age limit."""
    assume(abs(share - (1 - 1 / weight)) > 0.001)
    policy = Policy(weight=weight, age_limit=None if limit is None else timedelta(minutes=limit))
    first = order_of(policy, [(0, "N"), (share * waited, "P")], waited)[0]
    overtaken = share < 1 - 1 / weight and (
        limit is None or timedelta(minutes=waited) < timedelta(minutes=limit)
    )
    assert first == ("P1" if overtaken else "N1")


kinds = st.sampled_from(PolicyKind)
arrivals = st.lists(st.tuples(st.integers(0, 90), st.sampled_from("NP")), min_size=1, max_size=12)


@settings(SEARCHED)
@given(kind=kinds, limit=st.integers(0, 60), people=arrivals, call_at=st.integers(90, 120))
def test_nobody_past_the_age_limit_is_passed_by_a_later_one(
    kind: PolicyKind, limit: int, people: list[tuple[int, str]], call_at: int
) -> None:
    people.sort(key=lambda p: p[0])
    seen = {"N": 0, "P": 0}
    came: dict[str, int] = {}
    for minute, klass in people:
        seen[klass] += 1
        came[f"{klass}{seen[klass]}"] = minute
    called = order_of(Policy(kind, age_limit=timedelta(minutes=limit)), people, call_at)
    for place, name in enumerate(called):
        for later in called[place + 1 :]:  # `later` was passed over when `name` was called
            assert call_at - came[later] < limit or came[name] <= came[later], (name, later)


# --- several services ---------------------------------------------------------------------------------------


def test_a_counter_calls_the_longest_waiting_of_its_equal_services() -> None:
    hall = SmallHall()
    hall.issue("land")
    hall.after(minutes=1)
    hall.issue("roads")
    hall.after(minutes=1)
    hall.issue("land")
    assert [hall.next("1") for _ in range(3)] == ["A98", "A99", "A100"]


def test_what_a_counter_does_then_is_called_only_when_nobody_else_waits() -> None:
    hall = SmallHall()
    hall.issue("health", Klass.PRIORITY)
    hall.after(minutes=5)
    hall.issue("roads")
    assert [hall.next("1") for _ in range(2)] == ["A98", "B001"]


def test_the_age_limit_goes_before_what_a_counter_does_first() -> None:
    hall = SmallHall()
    hall.issue("health")
    hall.after(minutes=20)  # of `health`
    hall.issue("roads")
    assert hall.next("1") == "B001"


def test_of_several_past_their_age_limits_the_first_come_goes() -> None:
    hall = SmallHall()
    land = hall.issue("land")
    hall.after(minutes=10)
    hall.issue("health")
    hall.after(minutes=36)  # 46 against a limit of 45, 36 against one of 20
    assert hall.next("2") == land.number


def test_a_counter_calls_nobody_whom_it_cannot_serve() -> None:
    hall = SmallHall()
    hall.issue("trade")
    with pytest.raises(Refusal) as told:
        hall.next("1")
    assert told.value.code == "nobody-waiting"
    assert hall.next("3") == "C001"


def sent(to_counter: str) -> tuple[SmallHall, Ticket]:
    """A98 of `land` was sent from counter 1 to another; A99 of `land` came after it."""
    hall = SmallHall()
    first = hall.issue("land")
    hall.next("1")
    hall.at_counter(c.Transfer, "1", to_counter=to_counter)
    hall.after(minutes=1)
    hall.issue("land")
    return hall, hall.ticket(first.id)


def test_who_was_sent_to_a_counter_is_called_there_and_nowhere_else() -> None:
    hall, first = sent("2")
    assert first.bound_to == "2"
    assert hall.next("1") == "A99"
    assert hall.next("1") is None
    assert hall.next("2") == "A98"
    assert hall.numbered("A98").bound_to is None


def test_who_was_sent_to_a_counter_that_does_not_serve_this_is_called_there() -> None:
    hall, first = sent("3")
    assert hall.next("3") == first.number
    assert hall.next("3") is None  # A99 is not its affair


def test_who_was_sent_goes_before_what_the_counter_does_only_then() -> None:
    hall, first = sent("3")
    roads = hall.issue("roads")
    assert [hall.next("3"), hall.next("3")] == [first.number, roads.number]


def test_who_was_sent_on_keeps_the_place_of_its_issue() -> None:
    hall = SmallHall()
    first = hall.issue("trade")
    hall.next("3")
    hall.after(minutes=1)
    later = hall.issue("health")
    hall.at_counter(c.Transfer, "3", to_service="health")
    assert [hall.next("2"), hall.next("2")] == [first.number, later.number]


def test_a_service_that_the_hall_gave_up_in_the_day_stops_nobody_else() -> None:
    hall, _ = sent("2")
    health = hall.issue("health")
    kept = {id: s for id, s in hall.site.services.items() if id != "land"}
    counters = (Counter("1", ("roads",)), Counter("2", ("health",)))
    hall.site = replace(hall.site, services=kept, counters={x.id: x for x in counters})
    assert hall.next("2") == health.number
    hall.ask(c.Cancel, number="A98", reason="no longer here")
