"""The books of a day: what a hall was told and did, kept from the events alone, and what must hold of them.

The life of a ticket and who may be called by whom are said here in words of their own, so that a broken rule
cannot excuse itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from server.hall import commands as c, events as e
from server.hall.applying import apply
from server.hall.decide import decide
from server.hall.numbers import day_due
from server.hall.refusals import Refusal
from server.hall.state import HallState
from server.hall.tickets import State, Ticket
from tests.hall.small_hall import SMALL, frozen, local, through_the_store

ENDS = {"served", "no_show", "cancelled"}
EDGES = {
    e.Called: ({"waiting", "parked", "no_show"}, "called"),
    e.Recalled: ({"called"}, "called"),
    e.Started: ({"called"}, "serving"),
    e.Finished: ({"called", "serving"}, "served"),
    e.MarkedNoShow: ({"called"}, "no_show"),
    e.Parked: ({"called", "serving"}, "parked"),
    e.BroughtBack: ({"parked", "no_show"}, "waiting"),
    e.Transferred: ({"waiting", "called", "serving", "parked"}, "waiting"),
    e.Cancelled: ({"waiting", "called", "serving", "parked"}, "cancelled"),
    e.SaidLate: ({"waiting"}, "parked"),
    e.SaidHere: ({"parked"}, "waiting"),
}


class Books(RuleBasedStateMachine):
    """A small hall whose every event is looked at, before and after."""

    def __init__(self) -> None:
        super().__init__()
        self.state = HallState()
        self.log: list[e.Event] = []
        self.now = local("08:00")
        self.asked = 0
        self.given: dict[str, set[str]] = {}  # day -> its numbers
        self.given_up: set[str] = set()
        self.last_own: dict[str, int] = {}  # series -> the last ordinal its kiosk gave
        self.facts = 0
        self.outbox: list[dict[str, Any]] = []  # what kiosks have to tell
        self.receipted: list[dict[str, Any]] = []
        self.told_of: dict[str, str] = {}  # kiosk's ticket id -> the ticket it became

    # --- the writer's part --------------------------------------------------------------------------------

    def turn_the_day(self) -> None:
        due = day_due(SMALL, self.state, self.now)
        if due is not None:
            self.carry_out(due)

    def ask(self, kind: type[c.Command], **what: Any) -> None:
        command = kind(**{"id": f"c{self.asked}", "by": "test", **what})
        self.asked += 1
        self.carry_out(command)

    def carry_out(self, command: c.Command) -> None:
        before = frozen(self.state)
        try:
            events = decide(SMALL, self.state, command, self.now)
        except Refusal:
            return
        finally:
            assert frozen(self.state) == before  # to decide changes nothing
        for event in events:
            assert through_the_store(event) == event
            self.look_ahead(command, event)
            tickets = dict(self.state.tickets)
            apply(self.state, event)
            self.log.append(event)
            self.look_back(event, tickets)

    def look_ahead(self, command: c.Command, event: e.Event) -> None:
        """What must hold of an event before it is applied."""
        match event:
            case e.Issued(ticket=ticket):
                assert not isinstance(command, c.Issue) or command.id not in self.given_up
                by_hand = isinstance(command, c.EnterHandwritten)
                assert by_hand == (ticket.series == "0")
                assert ticket.day == self.state.day
                self.is_given_once(ticket)
                if isinstance(command, c.TakeOwnNumber):
                    self.told_of[command.ticket] = ticket.id
                elif by_hand:
                    assert ticket.issued_at <= event.at
                else:
                    assert ticket.issued_at == event.at
            case e.ToldTooLate(ticket=ticket):
                assert ticket.day < str(self.state.day) and ticket.state.value in ENDS
                self.is_given_once(ticket)
                self.told_of[ticket.id] = ticket.id
            case e.Merged(ticket=id, told=told):
                assert self.state.tickets[id].awaited is not None
                self.told_of[told.id] = id
            case e.Called(ticket=id, counter=counter, exception=exception):
                ticket, place = self.state.tickets[id], SMALL.counters[str(counter)]
                assert ticket.bound_to == place.id or ticket.service in place.services + place.then
                assert (exception == "not-told-yet") == (ticket.awaited is not None and ticket.rev == 0)
                if exception is None:
                    self.nobody_was_passed_over(event)
                else:
                    assert isinstance(command, c.CallNumber)  # only a person makes an exception
            case e.SaidLate(ticket=id, counter=counter):
                assert (self.state.tickets[id].late_at, counter) == (None, None)
            case e.SaidHere(ticket=id):
                assert self.state.tickets[id].late_at is not None and self.state.tickets[id].away
            case e.Cancelled(ticket=id, reason="holder"):
                ticket = self.state.tickets[id]
                assert ticket.state is State.WAITING or ticket.away
                assert isinstance(command, c.GiveUp) and command.secret == ticket.secret != ""
            case e.PriorityChecked(ticket=id, was=was):
                assert isinstance(command, c.CheckPriority) and self.state.tickets[id].klass is was
            case e.Entered(ticket=ticket):
                assert ticket.day <= str(self.state.day) and ticket.state.value in ENDS
                assert ticket.started_at is None and ticket.issued_at <= event.at
                self.is_given_once(ticket)
            case e.RequestVoided(request=request):
                self.given_up.add(request)
            case e.Rated(ticket=id, counter=counter):
                ticket = self.state.tickets[id]
                assert (ticket.state.value, ticket.counter, ticket.level) == ("served", counter, None)
            case e.DayClosed():
                self.given_up.clear()
                assert {t.state.value for t in self.state.tickets.values()} <= ENDS

    def is_given_once(self, ticket: Ticket) -> None:
        numbers = self.given.setdefault(ticket.day, set())
        assert ticket.number not in numbers
        numbers.add(ticket.number)

    def nobody_was_passed_over(self, event: e.Called) -> None:
        """First come, first served inside (service, class); past the age limit nobody later goes first."""
        chosen = self.state.tickets[event.ticket]
        assert event.counter is not None and chosen.state is State.WAITING
        others = self.callable_by(event.counter)
        assert chosen in others
        for other in others:
            if (other.service, other.klass) == (chosen.service, chosen.klass):
                assert came(chosen) <= came(other)
            limit = SMALL.services[other.service].policy.age_limit
            if limit is not None and event.at - other.issued_at >= limit:
                assert chosen.issued_at <= other.issued_at

    def callable_by(self, counter: str) -> list[Ticket]:
        place = SMALL.counters[counter]
        return [
            t
            for t in self.state.tickets.values()
            if t.state.value == "waiting"
            and (t.bound_to == counter or (t.bound_to is None and t.service in place.services + place.then))
        ]

    def look_back(self, event: e.Event, before: dict[str, Ticket]) -> None:
        """Tickets moved along the edges of their life, and only the one that the event speaks of."""
        if isinstance(event, e.DayOpened):
            assert self.state.tickets == {}
            return
        after = self.state.tickets
        moved = {id for id in after if id in before and before[id].state is not after[id].state}
        match event:
            case e.Undone():
                assert moved <= {t.id for t in event.tickets}
            case e.OfTicket() if type(event) in EDGES:
                came_from, went_to = EDGES[type(event)]
                assert before[event.ticket].state.value in came_from
                assert after[event.ticket].state.value == went_to
                assert event.ticket not in self.state.waiting or went_to == "waiting"
                assert went_to != "called" or after[event.ticket].bound_to is None
                assert moved <= {event.ticket}
            case e.PriorityChecked() | e.Noted():
                was, now = before[event.ticket], after[event.ticket]
                assert not moved and was.state.value in {"waiting", "called", "serving", "parked"}
                assert (now.place, now.counter, now.away) == (was.place, was.counter, was.away)
            case _:
                assert not moved
        assert before.keys() <= after.keys()

    def replayed(self) -> HallState:
        state = HallState()
        for event in self.log:
            apply(state, through_the_store(event))
        return state

    # --- always -------------------------------------------------------------------------------------------

    @invariant()
    def a_counter_serves_one(self) -> None:
        at: dict[str | None, str] = {}
        for ticket in self.state.tickets.values():
            if ticket.state.value in ("called", "serving"):
                assert ticket.counter is not None and ticket.counter not in at
                at[ticket.counter] = ticket.id
        assert at == {x.id: x.current for x in self.state.counters.values() if x.current is not None}

    @invariant()
    def the_sums_agree(self) -> None:
        tickets = self.state.tickets.values()
        assert len(tickets) == len(self.given.get(self.state.day or "", ()))
        assert {t.token: t.id for t in tickets} == self.state.by_token
        assert len(self.state.by_token) == len(tickets)
        assert set(self.state.waiting) == {t.id for t in tickets if t.state.value == "waiting"}
        assert {t.number: t.id for t in tickets} == self.state.by_number
        assert sum(n >= 0 for n in self.state.normals_since.values()) == len(self.state.normals_since)
        assert all(n >= 0 for n in self.state.known_calls.values())

    @invariant()
    def a_kiosks_numbers_are_in_its_own_order(self) -> None:
        series: dict[str, list[Ticket]] = {}
        for ticket in sorted(self.state.tickets.values(), key=lambda t: t.ordinal):
            if ticket.told and "/" not in ticket.number:
                series.setdefault(ticket.letter + ticket.series, []).append(ticket)
        for tickets in series.values():
            given = [ticket.order for ticket in tickets]
            assert given == sorted(given)
            assert all(ticket.order <= self.now for ticket in tickets)

    @invariant()
    def a_ticket_tells_one_story(self) -> None:
        for t in self.state.tickets.values():
            ended = t.state.value in ENDS
            assert (t.ended_at is not None) == ended
            assert t.state.value != "serving" or t.started_at is not None
            stations = [t.issued_at, t.called_at, t.last_called_at, t.ended_at]
            known = [at for at in stations if at is not None]
            assert known == sorted(known)
            assert t.level is None or t.state.value == "served"
            assert t.tries <= 5
            assert not t.away or (t.state.value == "parked" and t.late_at is not None)

    @invariant()
    def calls_on_the_wall_are_calls_that_stand(self) -> None:
        seqs = [line.seq for line in self.state.calls]
        assert seqs == sorted(set(seqs), reverse=True)
        assert not seqs or seqs[0] <= self.state.call_seq

    def teardown(self) -> None:
        """However the day went: it ends everybody, and its log tells it again."""
        self.now += timedelta(days=1)
        self.turn_the_day()
        assert self.state.tickets == {}
        ended = [x for x in self.log if isinstance(x, e.DayClosed)]
        assert ended
        assert self.replayed() == self.state


def came(ticket: Ticket) -> tuple[datetime, str, int]:
    return (ticket.issued_at, ticket.letter + ticket.series, ticket.ordinal)
