"""Priority looked at, notes, sending on: nobody moves in the line, and each step can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from server.hall import commands as c, events as e
from server.hall.refusals import Refusal
from server.hall.tickets import Klass, State
from tests.hall.small_hall import SmallHall, frozen

PRIORITY, NORMAL = Klass.PRIORITY, Klass.NORMAL


def refused(hall: SmallHall, kind: type[c.Command], **what: Any) -> str:
    before = frozen(hall.state)
    with pytest.raises(Refusal) as told:
        hall.ask(kind, **what)
    assert frozen(hall.state) == before
    return told.value.code


def hall_of_three() -> SmallHall:
    """A98 (normal), A99 (says priority), A100 (normal), four minutes apart."""
    hall = SmallHall()
    for give in (hall.issue, hall.priority, hall.issue):
        give()
        hall.after(minutes=4)
    return hall


def test_a_priority_that_is_confirmed_stays_and_is_marked() -> None:
    hall = hall_of_three()
    assert hall.next() == "A99"
    (event,) = hall.ask(c.CheckPriority, counter="1", klass=PRIORITY)
    assert event == e.PriorityChecked(
        ticket=hall.numbered("A99").id, counter="1", klass=PRIORITY, was=PRIORITY,
        at=hall.now, command=event.command, by="test",
    )  # fmt: skip
    ticket = hall.numbered("A99")
    assert (ticket.klass, ticket.checked, ticket.state) == (PRIORITY, True, State.CALLED)


def test_a_priority_that_is_lowered_goes_back_to_its_place_among_the_others() -> None:
    hall = hall_of_three()
    hall.ask(c.CheckPriority, number="a99", klass=NORMAL)
    assert [hall.next() for _ in range(3)] == ["A98", "A99", "A100"]


def test_somebody_whose_priority_was_not_said_is_raised_and_keeps_his_time() -> None:
    hall = hall_of_three()
    before = hall.numbered("A100").place
    hall.ask(c.CheckPriority, counter="1", number="A100", klass=PRIORITY)
    assert hall.numbered("A100").place == before
    assert [hall.next() for _ in range(3)] == ["A99", "A100", "A98"]


def test_a_check_at_the_counter_can_be_taken_back_and_one_at_reception_is_nobodys_to_take_back() -> None:
    hall = hall_of_three()
    before = hall.numbered("A98")
    hall.ask(c.CheckPriority, counter="1", number="A98", klass=PRIORITY)
    hall.at_counter(c.Undo)
    after = hall.numbered("A98")
    assert (after.klass, after.checked, after.place) == (before.klass, False, before.place)
    hall.ask(c.CheckPriority, number="A98", klass=PRIORITY)
    assert refused(hall, c.Undo, counter="1") == "nothing-to-undo"


def test_a_call_that_was_lowered_since_is_not_taken_back_with_it() -> None:
    hall = hall_of_three()
    hall.next()
    hall.ask(c.CheckPriority, counter="1", klass=NORMAL)
    hall.at_counter(c.Undo)
    ticket = hall.numbered("A99")
    assert (ticket.state, ticket.klass) == (State.CALLED, PRIORITY)
    assert refused(hall, c.Undo, counter="1") == "nothing-to-undo"


def test_the_class_of_who_was_served_is_history() -> None:
    hall = hall_of_three()
    hall.next(), hall.at_counter(c.Finish)
    assert refused(hall, c.CheckPriority, number="A99", klass=NORMAL) == "not-now"
    assert refused(hall, c.CheckPriority, counter="1", klass=NORMAL) == "nobody-here"
    assert refused(hall, c.CheckPriority, klass=NORMAL) == "nobody-here"
    assert refused(hall, c.CheckPriority, number="Z1", klass=NORMAL) == "unknown-number"
    assert refused(hall, c.CheckPriority, counter="99", number="A98", klass=NORMAL) == "unknown-counter"


def test_a_kiosk_that_tells_later_does_not_undo_what_an_officer_saw() -> None:
    hall = SmallHall()
    hall.own("A2-01"), hall.call_untold("A2-02")
    hall.ask(c.CheckPriority, counter="1", klass=PRIORITY)
    hall.tell("A2-02")
    ticket = hall.numbered("A2-02")
    assert (ticket.klass, ticket.checked, ticket.awaited) == (PRIORITY, True, None)


def test_a_note_stays_with_the_number_until_it_is_taken_away() -> None:
    hall = hall_of_three()
    hall.next()
    hall.ask(c.WriteNote, counter="1", note="  thiếu bản sao ")
    assert hall.numbered("A99").note == "thiếu bản sao"
    hall.at_counter(c.Transfer, to_service="health")
    hall.next("2")
    assert hall.numbered("A99").note == "thiếu bản sao"
    hall.ask(c.WriteNote, counter="2", note=" ")
    assert hall.numbered("A99").note is None
    hall.at_counter(c.Undo, "2")
    assert hall.numbered("A99").note == "thiếu bản sao"


def test_a_note_on_somebody_who_comes_later_does_not_bring_him_here() -> None:
    hall = hall_of_three()
    hall.ask(c.SayLate, ticket=hall.numbered("A98").id)
    hall.ask(c.WriteNote, number="A98", note="calls back at ten")
    hall.ask(c.CheckPriority, number="A98", klass=PRIORITY)
    ticket = hall.numbered("A98")
    assert ticket.away and ticket.state is State.PARKED and ticket.id not in hall.state.waiting


def test_sending_on_to_a_counter_for_another_service_which_it_serves() -> None:
    hall = hall_of_three()
    hall.next()
    hall.at_counter(c.Transfer, to_counter="3", to_service="justice", note="needs a copy")
    ticket = hall.numbered("A99")
    assert (ticket.service, ticket.bound_to, ticket.note) == ("justice", "3", "needs a copy")
    hall.at_counter(c.Undo)
    assert (hall.numbered("A99").service, hall.numbered("A99").bound_to) == ("land", None)
    hall.at_counter(c.Transfer, to_counter="3")  # of its own service, which counter 3 does not serve
    assert hall.next("3") == "A99"


def test_nobody_is_sent_to_a_counter_for_what_it_does_not_serve() -> None:
    hall = hall_of_three()
    hall.next()
    assert refused(hall, c.Transfer, counter="1", to_counter="3", to_service="health") == "not-served-here"
    assert hall.numbered("A99").state is State.CALLED


def test_reception_has_a_paper_printed_once_more() -> None:
    hall = hall_of_three()
    (event,) = hall.ask(c.Reprint, number="A98", kiosk="kiosk-1")
    assert isinstance(event, e.ReprintOrdered) and event.counter is None
    assert refused(hall, c.Reprint, number="A98", kiosk="kiosk-1", counter="99") == "unknown-counter"
