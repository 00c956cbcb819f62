"""Numbers that a kiosk gave by itself: they are taken in as the paper says, and can be called before that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from server.hall import commands as c, events as e
from server.hall.own_numbers import PLAUSIBLE, floors
from server.hall.refusals import Refusal
from server.hall.site import Site
from server.hall.tickets import Klass, State, own_number
from tests.hall.small_hall import SMALL, SmallHall, frozen, local

SUNDAY, WEDNESDAY = date(2026, 11, 22), date(2026, 11, 25)
VOID = replace(SMALL, paperless=False)


@pytest.fixture
def hall() -> SmallHall:
    return SmallHall()


def refusal(hall: SmallHall, ask: Any, *args: Any, **what: Any) -> str:
    before = frozen(hall.state)
    with pytest.raises(Refusal) as told:
        ask(*args, **what)
    assert frozen(hall.state) == before
    return told.value.code


# --- taking in ----------------------------------------------------------------------------------------------


def test_a_number_is_taken_in_as_its_paper_says(hall: SmallHall) -> None:
    code = "H42.05-261123-0007"
    ticket = hall.own("A2-017", klass=Klass.PRIORITY, lang="en", at=local("07:52"), dossier=code)
    assert (ticket.number, ticket.letter, ticket.series, ticket.ordinal) == ("A2-017", "A", "2", 17)
    assert (ticket.issued_at, ticket.order, ticket.day) == (local("07:52"), local("07:52"), "2026-11-23")
    assert (ticket.klass, ticket.lang, ticket.source, ticket.dossier) == ("priority", "en", "kiosk-2", code)
    assert hall.log[-1].at == local("08:00")  # told now


@pytest.mark.parametrize("at", ["06:00", "11:20", "12:00", "17:30", "23:00"])
def test_no_closing_refuses_what_is_on_paper(hall: SmallHall, at: str) -> None:
    hall.at(at)
    assert hall.own().state is State.WAITING


def test_no_cap_refuses_what_is_on_paper_and_it_counts(hall: SmallHall) -> None:
    for n in range(4):
        hall.own(f"C2-00{n + 1}", "trade")
    assert refusal(hall, hall.issue, "trade") == "session-full"


def test_people_are_called_by_when_their_numbers_were_given(hall: SmallHall) -> None:
    hall.issue(), hall.after(minutes=2), hall.issue()
    hall.own("A2-001", at=local("08:01"))
    hall.own("A1-001", at=local("08:01:30"), source="kiosk-1")
    assert [hall.next() for _ in range(4)] == ["A98", "A2-001", "A1-001", "A99"]


def test_a_kiosks_own_order_holds_in_whatever_order_it_is_told(hall: SmallHall) -> None:
    hall.after(hours=1)
    third = hall.own("A2-003", seq=3, at=local("08:10"))
    first = hall.own("A2-001", seq=1, at=local("08:50"))  # a clock that was set back since
    second = hall.own("A2-002", seq=2, at=local("08:00"))
    assert third.issued_at == first.issued_at == second.issued_at == local("08:10")
    assert [hall.next() for _ in range(3)] == ["A2-001", "A2-002", "A2-003"]


def test_the_order_holds_across_letters_and_across_a_wiped_card(hall: SmallHall) -> None:
    hall.after(hours=1)
    hall.own("B2-001", "health", seq=7, at=local("08:30"))
    assert hall.own("A2-001", seq=8, at=local("08:20")).issued_at == local("08:30")
    again = hall.own("A2-002", seq=1, box="new", at=local("08:10"))
    assert again.issued_at == local("08:30")


def test_hall_and_kiosks_count_apart(hall: SmallHall) -> None:
    hall.own("A2-017"), hall.own("A1-004", source="kiosk-1"), hall.issue()
    assert hall.issue().number == "A99"
    assert floors(SMALL, hall.state, "2") == {"A": 18, "B": 1, "C": 1, "E": 1}
    assert floors(SMALL, hall.state, "1") == {"A": 5, "B": 1, "C": 1, "E": 1}
    assert floors(SMALL, hall.state, "3") == dict.fromkeys("ABCE", 1)


def test_a_service_that_was_given_up_becomes_another_of_its_letter(hall: SmallHall) -> None:
    assert hall.own("A2-001", "weather").service == "land"
    assert refusal(hall, hall.tell, "Z2-001", "weather") == "unknown-service"


@pytest.mark.parametrize("number", ["A017", "A2-0", "A2-", "2-017", "A0-017", "A100-1", "A2-017/2", "a2-017"])
def test_what_is_no_number_of_a_kiosk_is_refused(hall: SmallHall, number: str) -> None:
    assert own_number(number) is None
    assert refusal(hall, hall.tell, number) == "bad-request"


# --- twice --------------------------------------------------------------------------------------------------


def test_a_ticket_told_again_under_another_id_is_the_same(hall: SmallHall) -> None:
    ticket = hall.own("A2-001")
    assert hall.tell("A2-001", ticket=ticket.id, token=ticket.token) == []
    hall.call_untold("A2-002")
    (merged,) = hall.tell("A2-002", ticket="mine")
    assert isinstance(merged, e.Merged)
    assert hall.tell("A2-002", ticket="mine") == []
    assert refusal(hall, hall.tell, "A2-003", ticket="mine") == "already-told"


def test_two_papers_that_say_the_same_are_two_people(hall: SmallHall) -> None:
    one, two, three = (hall.own("A2-001", at=local("07:50")) for _ in range(3))
    assert [t.number for t in (one, two, three)] == ["A2-001", "A2-001/2", "A2-001/3"]
    assert {t.issued_at for t in (one, two, three)} == {local("07:50")}
    hall.call_untold("A2-001/2", reason="came first")
    assert hall.numbered("A2-001/2").state is State.CALLED


def test_nobody_gets_the_phone_page_of_another(hall: SmallHall) -> None:
    mine = hall.issue()
    assert hall.own("A2-001", token=mine.token, spare="fresh").token == "fresh"
    assert hall.own("A2-002", token="old", spare="new", taken=frozenset({"old"})).token == "new"
    assert refusal(hall, hall.tell, "A2-003", ticket="old", taken=frozenset({"old"})) == "already-told"


# --- another day --------------------------------------------------------------------------------------------


def test_a_number_whose_day_is_over_is_in_the_books_of_its_day_only(hall: SmallHall) -> None:
    before = frozen(hall.state)
    (event,) = hall.tell("A2-009", at=local("16:20", SUNDAY))
    assert isinstance(event, e.ToldTooLate)
    late = event.ticket
    assert (late.day, late.state, late.reason) == ("2026-11-22", State.CANCELLED, "expired")
    assert (late.issued_at, late.ended_at) == (local("16:20", SUNDAY), local("04:00"))
    assert frozen(hall.state) == before
    (event,) = hall.tell("A2-009", at=local("16:20", SUNDAY), taken=frozenset({"A2-009"}))
    assert isinstance(event, e.ToldTooLate) and event.ticket.number == "A2-009/2"


def test_a_clock_that_nothing_kept_right_sends_nobody_home(hall: SmallHall) -> None:
    ticket = hall.own("A2-001", at=local("00:00", date(1970, 1, 2)), trusted=False)
    assert (ticket.issued_at, ticket.state) == (hall.now, State.WAITING)
    ticket = hall.own("A2-002", at=local("08:00", WEDNESDAY), trusted=False, age=timedelta(minutes=9))
    assert ticket.issued_at == hall.now  # by the stopwatch 07:51; never before the one before it


# --- called before it was told ------------------------------------------------------------------------------


def test_an_officer_calls_a_number_that_nobody_told_of(hall: SmallHall) -> None:
    opened, issued, called = hall.call_untold(" a2-17 ")
    assert isinstance(opened, e.CounterOpened)
    assert isinstance(issued, e.Issued) and isinstance(called, e.Called)
    ticket = hall.numbered("A2-17")  # numbers of the small hall have two figures
    assert (ticket.state, ticket.source, ticket.service, ticket.awaited) == (
        State.CALLED, "kiosk-2", "land", "land",
    )  # fmt: skip
    assert called.exception == "not-told-yet"
    assert floors(SMALL, hall.state, "2")["A"] == 18


def test_its_kiosk_tells_what_is_missing_and_nothing_else_changes(hall: SmallHall) -> None:
    hall.at("09:00")
    hall.call_untold("A2-17")
    called = hall.numbered("A2-17")
    hall.after(minutes=1)
    fact = {"ticket": "kiosks-own", "token": "of-the-paper", "klass": Klass.PRIORITY, "lang": "en"}
    (event,) = hall.tell("A2-17", "roads", at=local("08:31"), **fact)
    assert isinstance(event, e.Merged) and event.at == hall.now
    ticket = hall.numbered("A2-17")
    assert (ticket.id, ticket.state, ticket.counter, ticket.called_at) == (
        called.id, State.CALLED, "1", called.called_at,
    )  # fmt: skip
    assert (ticket.service, ticket.klass, ticket.lang, ticket.token) == (
        "roads",
        "priority",
        "en",
        "of-the-paper",
    )
    assert (ticket.issued_at, ticket.order, ticket.awaited) == (local("08:31"), local("08:31"), None)
    hall.ask(c.RecordPaper, ticket="kiosks-own", outcome="printed")
    assert hall.numbered("A2-17").paper == "printed"


def test_it_was_given_before_it_was_called_whatever_clocks_say(hall: SmallHall) -> None:
    hall.call_untold("A2-17")
    hall.after(minutes=30)
    assert hall.own("A2-15", at=local("08:01"), seq=1).issued_at == local("08:00")
    wrong = {"trusted": False, "at": local("08:20")}
    assert hall.own("A2-16", seq=2, **wrong).issued_at == local("08:00")
    hall.tell("A2-17", seq=3, **wrong)
    assert hall.numbered("A2-17").issued_at == local("08:00")


def test_a_mistyped_number_costs_nobody_the_place_in_the_line(hall: SmallHall) -> None:
    """A2-90 was called before its kiosk had come so far: who gets that paper later was never called."""
    hall.call_untold("A2-90")
    hall.at_counter(c.Finish)
    hall.at("09:00")
    assert hall.own("A2-89", at=local("08:58")).issued_at == local("08:58")
    ninety = hall.own("A2-90", at=local("08:59"))
    assert (ninety.number, ninety.state, ninety.issued_at) == ("A2-90/2", State.WAITING, local("08:59"))
    hall.call_untold("A2-95"), hall.at_counter(c.Finish), hall.after(minutes=30)
    hall.own("A2-94", at=local("09:20"))
    wrong = hall.own("A2-95", at=local("00:00", SUNDAY), trusted=False)  # its place in the series tells it
    assert (wrong.number, wrong.state) == ("A2-95/2", State.WAITING)


def test_what_was_decided_since_is_not_undone_by_the_kiosk(hall: SmallHall) -> None:
    hall.call_untold("A2-17"), hall.at_counter(c.Transfer, to_service="health")
    hall.call_untold("A2-18"), hall.at_counter(c.Finish)
    hall.tell("A2-17", "roads"), hall.tell("A2-18", "roads")
    assert (hall.numbered("A2-17").service, hall.numbered("A2-18").service) == ("health", "land")
    assert hall.numbered("A2-18").state is State.SERVED


def test_a_number_that_is_never_told_of_is_a_ticket_like_others(hall: SmallHall) -> None:
    hall.call_untold("A2-17")
    hall.at_counter(c.Undo)
    assert hall.numbered("A2-17").state is State.WAITING
    assert hall.next() == "A2-17"
    hall.at_counter(c.Finish)
    hall.ask(c.Rate, counter="1", number="A2-17", level=4, levels=4)
    hall.at("08:00", WEDNESDAY)
    assert hall.state.tickets == {}


def test_undo_does_not_take_back_what_the_kiosk_told(hall: SmallHall) -> None:
    hall.call_untold("A2-17")
    hall.tell("A2-17", token="of-the-paper")
    assert refusal(hall, hall.at_counter, c.Undo) == "too-late"
    assert hall.numbered("A2-17").token == "of-the-paper"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("A3-017", "unknown-number"),  # no kiosk of that series
        ("A099", "unknown-number"),
        ("Z2-017", "unknown-number"),
        (f"A2-{PLAUSIBLE + 1}", "unknown-number"),
        ("E2-017", "not-served-here"),
        ("hello", "unknown-number"),
    ],
)
def test_what_no_citizen_can_hold_is_not_called(hall: SmallHall, number: str, code: str) -> None:
    assert refusal(hall, hall.call_untold, number) == code


def test_what_is_plausible_grows_with_what_is_known(hall: SmallHall) -> None:
    hall.own("A2-050")
    hall.call_untold(f"A2-{PLAUSIBLE + 50}")
    assert refusal(hall, hall.call_untold, f"A2-{2 * PLAUSIBLE + 51}") == "unknown-number"


def test_a_key_has_no_fresh_ids_and_calls_no_unknown_number(hall: SmallHall) -> None:
    assert refusal(hall, hall.at_counter, c.CallNumber, number="A2-017") == "unknown-number"


# --- paper --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("of", "state"), [(SMALL, State.WAITING), (VOID, State.CANCELLED)])
def test_a_number_without_paper_counts_as_the_site_says(of: Site, state: State) -> None:
    hall = SmallHall(of)
    ticket = hall.issue()
    hall.ask(c.RecordPaper, ticket=ticket.id, outcome="failed")
    assert (hall.ticket(ticket.id).state, hall.ticket(ticket.id).paper) == (state, "failed")


def test_paper_that_perhaps_came_out_counts_and_so_does_a_reprint_that_failed() -> None:
    hall = SmallHall(VOID)
    for first in ("maybe", "printed"):
        ticket = hall.issue()
        hall.ask(c.RecordPaper, ticket=ticket.id, outcome=first)
        hall.ask(c.RecordPaper, ticket=ticket.id, outcome="failed")
        hall.ask(c.RecordPaper, ticket=ticket.id, outcome="failed")
        assert hall.ticket(ticket.id).state is State.WAITING


def test_nobody_who_was_called_loses_the_number_for_want_of_paper() -> None:
    hall = SmallHall(VOID)
    ticket = hall.issue()
    hall.next()
    hall.ask(c.RecordPaper, ticket=ticket.id, outcome="failed")
    assert hall.ticket(ticket.id).state is State.CALLED


@pytest.mark.parametrize("of", [SMALL, VOID])
def test_news_of_paper_may_come_before_the_ticket(of: Site) -> None:
    hall = SmallHall(of)
    hall.ask(c.RecordPaper, ticket="t-early", outcome="failed")
    events = hall.tell("A2-001", ticket="t-early")
    void = not of.paperless
    assert [type(event) for event in events] == [e.Issued, e.Cancelled][: 1 + void]
    ticket = hall.numbered("A2-001")
    assert (ticket.paper, ticket.reason) == ("failed", "no-paper" if void else None)


def test_a_reprint_is_of_the_same_number_and_of_somebody_who_may_be_called(hall: SmallHall) -> None:
    ticket = hall.issue()
    before = frozen(hall.state)
    (event,) = hall.at_counter(c.Reprint, number="a98", kiosk="kiosk-1")
    assert isinstance(event, e.ReprintOrdered)
    assert (event.ticket, event.kiosk, event.counter) == (ticket.id, "kiosk-1", "1")
    assert frozen(hall.state) == before
    hall.next(), hall.at_counter(c.Finish)
    assert refusal(hall, hall.at_counter, c.Reprint, number="A98", kiosk="kiosk-1") == "not-now"


def test_a_day_that_ends_ends_kiosks_numbers_too(hall: SmallHall) -> None:
    hall.own("A2-017")
    hall.at("08:00", WEDNESDAY)
    assert hall.own("A2-001").number == "A2-001"
    assert floors(SMALL, hall.state, "2")["A"] == 2


def test_two_kiosks_cut_off_all_morning_make_one_fair_line(hall: SmallHall) -> None:
    """Right clocks, facts in any order, some called before they are told: by time of issue, none lost."""
    hall.at("11:00")
    given = [
        {
            "number": f"A{kiosk}-{n:03}",
            "source": f"kiosk-{kiosk}",
            "seq": n,
            "at": local("08:00") + timedelta(seconds=20 * n + 7 * kiosk),
        }
        for n in range(1, 201)
        for kiosk in (1, 2)
    ]
    early = ["A1-17", "A2-180"]
    for number in early:
        hall.call_untold(number, reason="stands here")
    for told in Random(7).sample(given, len(given)):
        hall.tell(**told)
    assert len(hall.state.tickets) == len({t.number for t in hall.state.tickets.values()}) == 400
    line = [hall.next() for _ in range(398)]
    wanted = [str(told["number"]) for told in sorted(given, key=lambda told: told["at"])]
    assert line == [number for number in wanted if number not in ("A1-017", "A2-180")]
    assert {hall.numbered(n).issued_at for n in early} == {
        told["at"] for told in given if told["number"] in ("A1-017", "A2-180")
    }


def test_an_untold_number_that_was_taken_back_and_cancelled_was_given_before_that() -> None:
    hall = SmallHall()
    hall.call_untold("A1-03"), hall.at_counter(c.Undo)
    hall.ask(c.Cancel, number="A1-03", reason="left")
    over = hall.now
    hall.after(hours=2)
    hall.tell("A1-03", source="kiosk-1", trusted=False)
    ticket = hall.numbered("A1-03")
    assert ticket.ended_at == over and ticket.issued_at <= over
