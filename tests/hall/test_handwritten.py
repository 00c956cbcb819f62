"""Numbers of the paper roll, entered after an outage: a whole sheet or nothing, each at its right place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from server.hall import commands as c, events as e
from server.hall.handwritten import FAULTS, ROWS, faults
from server.hall.refusals import Refusal
from server.hall.tickets import Klass, State
from tests.hall.small_hall import MONDAY, SMALL, SmallHall, frozen, local

UNTOLD = ["at-missing", "counter-unknown"]


def row(number: str = "A0-001", service: str = "land", given: str = "08:10", **what: Any) -> c.Handwritten:
    at = what.pop("at", None)
    return c.Handwritten(
        number=number,
        service=service,
        given_at=local(given, what.pop("day", MONDAY)),
        at=None if at is None else local(at),
        **{"ticket": f"h-{number}", "token": f"k-{number}", **what},
    )


def enter(hall: SmallHall, *rows: c.Handwritten, day: date = MONDAY, **what: Any) -> list[e.Event]:
    return hall.ask(c.EnterHandwritten, day=day, rows=rows, **what)


def wrong(hall: SmallHall, *rows: c.Handwritten, day: date = MONDAY, **what: Any) -> list[tuple[int, str]]:
    """(row, code) of what is refused; nothing of the sheet is entered."""
    before = frozen(hall.state)
    with pytest.raises(Refusal) as told:
        enter(hall, *rows, day=day, **what)
    assert told.value.code == "rows-wrong" and frozen(hall.state) == before
    said: list[tuple[int, str]] = [tuple(pair) for pair in told.value.params["rows"]]
    known = what.get("taken", frozenset())
    assert said == [(f.row, f.code) for f in faults(hall.site, hall.state, day, rows, hall.now, known)]
    return said


def test_who_still_waits_stands_where_his_time_of_issue_puts_him() -> None:
    hall = SmallHall(at="08:00")
    hall.issue()  # A98 at 08:00
    hall.at("08:30")
    hall.issue()  # A99 at 08:30
    enter(hall, row("A0-002", given="08:20"), row("A0-001", given="08:10"))
    assert [hall.next() for _ in range(4)] == ["A98", "A0-01", "A0-02", "A99"]


def test_a_priority_of_the_sheet_goes_by_the_policy_like_any_other() -> None:
    hall = SmallHall(at="08:30")
    enter(hall, row("A0-001", given="08:10"), row("A0-002", given="08:20", klass=Klass.PRIORITY))
    assert hall.next() == "A0-02"


def test_who_was_served_comes_into_the_books_with_what_the_sheet_tells_and_no_more() -> None:
    hall = SmallHall(at="09:00")
    (event,) = enter(hall, row("a0-7", fate="served", at="08:25", counter="1"))
    assert isinstance(event, e.Entered)
    ticket = hall.numbered("A0-07")
    assert (ticket.state, ticket.counter, ticket.series, ticket.source) == (State.SERVED, "1", "0", "by-hand")
    assert ticket.called_at == ticket.ended_at == local("08:25") and ticket.issued_at == local("08:10")
    assert ticket.started_at is None and ticket.officer is None and ticket.day == MONDAY.isoformat()
    assert not hall.state.waiting and not hall.state.known_calls and hall.state.counter("1").served is None


def test_who_left_is_no_longer_waited_for() -> None:
    hall = SmallHall(at="09:00")
    enter(hall, row("A0-001", fate="left"), row("A0-002", fate="left", at="08:40"))
    one, two = hall.numbered("A0-01"), hall.numbered("A0-02")
    assert (one.state, one.reason, one.ended_at) == (State.CANCELLED, "left", hall.now)
    assert two.ended_at == local("08:40")


def test_the_hall_counts_its_roll_on_apart_from_its_own_numbers() -> None:
    hall = SmallHall(at="09:00")
    hall.issue()
    enter(hall, row("A0-012", fate="left"))
    assert hall.state.next_ordinal == {"A": 99, "A0": 13}
    assert hall.issue().number == "A99"


@pytest.mark.parametrize(
    ("bad", "codes"),
    [
        (row("A17"), ["number-form"]),
        (row("A2-017"), ["number-form"]),  # a kiosk's
        (row("A0-000"), ["number-form"]),
        (row("<b>"), ["number-form"]),
        (row("Z0-001"), ["number-letter"]),
        (row(service="weather"), ["service-unknown"]),
        (row(service="health"), ["service-letter"]),
        (row(given="09:01"), ["given-future"]),
        (row(given="03:59"), ["given-day"]),
        (row(day=MONDAY - timedelta(days=1)), ["given-day"]),
        (row(fate="served", counter="1"), ["at-missing"]),
        (row(fate="served", counter="1", at="08:09"), ["at-early"]),
        (row(fate="served", counter="1", at="09:01"), ["at-future"]),
        (row(fate="served", at="08:30"), ["counter-unknown"]),
        (row(fate="served", at="08:30", counter="99"), ["counter-unknown"]),
        (
            row("A17", given="09:01", fate="served"),
            ["number-form", "given-future", "at-missing", "counter-unknown"],
        ),
    ],
)
def test_a_row_that_cannot_be_so_is_told_and_nothing_is_entered(bad: c.Handwritten, codes: list[str]) -> None:
    hall = SmallHall(at="09:00")
    assert wrong(hall, row("A0-005"), bad) == [(1, code) for code in codes]
    assert set(codes) <= FAULTS.keys()


def test_a_number_stands_once_on_a_sheet_and_once_in_a_day() -> None:
    hall = SmallHall(at="09:00")
    assert wrong(hall, row("A0-001"), row("A0-01"), row("A0-2")) == [(0, "number-twice"), (1, "number-twice")]
    enter(hall, row("A0-001"))
    assert wrong(hall, row("A0-1", ticket="other", token="other")) == [(0, "number-used")]


def test_a_sheet_of_yesterday_is_of_yesterdays_books() -> None:
    hall = SmallHall(at="09:00")
    hall.at("09:00", MONDAY + timedelta(days=1))
    before = frozen(hall.state)
    (event,) = enter(hall, row(fate="served", at="08:30", counter="2"))
    assert isinstance(event, e.Entered) and event.ticket.day == MONDAY.isoformat()
    hall.state.last_at = None
    after = frozen(hall.state)
    assert b"A0-01" not in after and len(before) >= len(after)
    assert wrong(hall, row("A0-002")) == [(0, "waits-no-more")]
    assert wrong(hall, row("A0-3", fate="left"), taken=frozenset({"A0-03"})) == [(0, "number-used")]


@pytest.mark.parametrize("back", [8, -1])
def test_a_sheet_of_another_week_or_of_tomorrow_is_refused(back: int) -> None:
    hall = SmallHall(at="09:00")
    with pytest.raises(Refusal, match="bad-request"):
        enter(hall, row(fate="left"), day=MONDAY - timedelta(days=back))


@pytest.mark.parametrize("many", [0, ROWS + 1])
def test_a_sheet_has_at_least_one_row_and_not_any_number_of_them(many: int) -> None:
    hall = SmallHall(at="09:00")
    with pytest.raises(Refusal, match="bad-request"):
        enter(hall, *(row(f"A0-{n}", ticket=f"{n}", token=f"{n}", fate="left") for n in range(1, many + 1)))


def test_numbers_of_the_roll_count_towards_the_sessions_cap_and_are_not_refused_by_it() -> None:
    hall = SmallHall(at="09:00")
    rows = [row(f"C0-{n}", "trade", ticket=f"{n}", token=f"{n}") for n in range(1, 5)]
    assert SMALL.services["trade"].cap == 3
    enter(hall, *rows)
    with pytest.raises(Refusal, match="session-full"):
        hall.issue("trade")


def test_a_holder_of_the_roll_is_called_parked_and_served_like_anybody() -> None:
    hall = SmallHall(at="09:00")
    enter(hall, row())
    assert hall.next() == "A0-01"
    hall.at_counter(c.Park), hall.at_counter(c.CallNumber, number="a0-01"), hall.at_counter(c.Finish)
    assert hall.numbered("A0-01").state is State.SERVED
