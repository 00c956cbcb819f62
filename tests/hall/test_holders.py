"""What the holder of a ticket may say on its phone page, and what a hall makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.hall import commands as c, events as e
from server.hall.holders import TRIES, here_until
from server.hall.refusals import Refusal
from tests.hall.small_hall import SmallHall, through_the_store


@pytest.fixture
def hall() -> SmallHall:
    return SmallHall()


def refused(hall: SmallHall, kind: type[c.Command], **what: object) -> str:
    with pytest.raises(Refusal) as told:
        hall.ask(kind, **what)
    return told.value.code


def test_who_comes_later_is_passed_over_and_keeps_his_place(hall: SmallHall) -> None:
    mine, second, third = hall.issue(), hall.issue(), hall.issue()
    hall.ask(c.SayLate, ticket=mine.id)
    assert hall.next() == second.number
    hall.ask(c.SayHere, ticket=mine.id)
    assert hall.ticket(mine.id).order == mine.order
    assert hall.next() == mine.number
    assert hall.next() == third.number


def test_he_says_it_once_a_ticket(hall: SmallHall) -> None:
    mine = hall.issue()
    hall.ask(c.SayLate, ticket=mine.id)
    assert refused(hall, c.SayLate, ticket=mine.id) == "not-now"
    hall.ask(c.SayHere, ticket=mine.id)
    assert [refused(hall, c.SayLate, ticket=mine.id) for _ in range(99)] == ["late-already"] * 99


def test_a_number_that_was_called_is_the_officers(hall: SmallHall) -> None:
    mine = hall.issue(secret="4821")
    hall.next()
    for kind, more in ((c.SayLate, {}), (c.SayHere, {}), (c.GiveUp, {"secret": "4821"})):
        assert refused(hall, kind, ticket=mine.id, **more) == "not-now"
    hall.at_counter(c.Park)
    for kind, more in ((c.SayLate, {}), (c.SayHere, {}), (c.GiveUp, {"secret": "4821"})):
        assert refused(hall, kind, ticket=mine.id, **more) == "not-now"


def test_his_place_waits_the_halls_grace_after_his_turn_went_by(hall: SmallHall) -> None:
    mine, _ = hall.issue(), hall.issue()
    hall.issue("health"), hall.priority()
    hall.ask(c.SayLate, ticket=mine.id)
    hall.after(minutes=40)
    assert here_until(hall.site, hall.state, hall.ticket(mine.id)) is None  # nobody took his turn
    assert (
        hall.next("2") is not None and hall.next("2") is not None
    )  # health, and a priority one: other lines
    went_by = hall.now
    while hall.next("1") != "A99":
        went_by = hall.now
    assert here_until(hall.site, hall.state, hall.ticket(mine.id)) == went_by + hall.site.grace
    hall.after(seconds=hall.site.grace.total_seconds())
    early = replace(hall.ticket(mine.id))
    hall.ask(c.SayHere, ticket=mine.id)
    assert early.away and not hall.ticket(mine.id).away


def test_after_the_grace_a_counter_brings_him_back(hall: SmallHall) -> None:
    mine, other = hall.issue(), hall.issue()
    hall.ask(c.SayLate, ticket=mine.id)
    assert hall.next() == other.number
    hall.after(seconds=hall.site.grace.total_seconds() + 1)
    assert refused(hall, c.SayHere, ticket=mine.id) == "grace-over"
    hall.at_counter(c.BringBack, number=mine.number)
    assert hall.next() == mine.number


def test_a_call_that_was_taken_back_took_nobodys_turn(hall: SmallHall) -> None:
    mine, _ = hall.issue(), hall.issue()
    hall.ask(c.SayLate, ticket=mine.id)
    hall.next()
    hall.at_counter(c.Undo)
    assert here_until(hall.site, hall.state, hall.ticket(mine.id)) is None


def test_the_day_ends_who_never_came(hall: SmallHall) -> None:
    mine = hall.issue()
    hall.ask(c.SayLate, ticket=mine.id)
    hall.log.clear()
    hall.after(days=1)
    ended = [x for x in hall.log if isinstance(x, e.Cancelled)]
    assert [(x.ticket, x.reason) for x in ended] == [(mine.id, "expired")]


def test_the_code_on_the_paper_cancels_the_number(hall: SmallHall) -> None:
    mine, late = hall.issue(secret="4821"), hall.issue(secret="0007")
    hall.ask(c.SayLate, ticket=late.id)
    for ticket in (mine, late):
        (event,) = hall.ask(c.GiveUp, ticket=ticket.id, secret=ticket.secret)
        assert isinstance(event, e.Cancelled) and event.reason == "holder"
        assert through_the_store(event) == event
    assert refused(hall, c.CallNext, counter="1") == "nobody-waiting"


def test_five_wrong_codes_lock_the_phone_out_and_not_the_counter(hall: SmallHall) -> None:
    mine, neighbour = hall.issue(secret="4821"), hall.issue(secret="1111")
    for wrong in ("0000", "", "48211", "１２３４", neighbour.secret):
        (event,) = hall.ask(c.GiveUp, ticket=mine.id, secret=wrong)
        assert isinstance(event, e.SecretMissed)
    assert hall.ticket(mine.id).tries == TRIES
    assert refused(hall, c.GiveUp, ticket=mine.id, secret="4821") == "locked"
    hall.ask(c.GiveUp, ticket=neighbour.id, secret="1111")
    assert hall.next() == mine.number
    hall.ask(c.Cancel, number=mine.number, reason="left")


def test_wrong_codes_do_not_keep_an_officer_from_undoing_and_are_not_forgotten_by_it(hall: SmallHall) -> None:
    mine = hall.issue(secret="4821")
    hall.next()
    hall.at_counter(c.Transfer, to_service="health")
    hall.ask(c.GiveUp, ticket=mine.id, secret="0000")
    hall.at_counter(c.Undo)
    assert (hall.ticket(mine.id).state.value, hall.ticket(mine.id).tries) == ("called", 1)


def test_a_paper_without_a_code_is_cancelled_at_a_counter(hall: SmallHall) -> None:
    mine = hall.issue()
    assert refused(hall, c.GiveUp, ticket=mine.id, secret="") == "no-secret"


def test_the_code_of_a_kiosks_own_number_is_the_kiosks_also_if_it_was_called_before(hall: SmallHall) -> None:
    assert hall.own("A2-001", secret="4821").secret == "4821"
    hall.call_untold("A2-002")
    hall.at_counter(c.Transfer, to_counter="1")
    hall.tell("A2-002", secret="0007")
    assert hall.numbered("A2-02").secret == "0007"


def test_no_code_is_seen_where_things_are_written_out(hall: SmallHall) -> None:
    asked = c.Issue(id="i", by="x", ticket="t", token="k", source="s", service="land", secret="4821")
    given_up = c.GiveUp(id="g", by="phone", ticket="t", secret="4821")
    assert "4821" not in repr((asked, given_up, hall.issue(secret="4821")))
