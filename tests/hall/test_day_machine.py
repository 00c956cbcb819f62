"""Any day that a hall can have: random people, keys, clocks and nights, and books that must agree."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import settings, strategies as st
from hypothesis.stateful import initialize, precondition, rule

from server.hall import commands as c
from server.hall.calendar import business_day
from server.hall.own_numbers import corrected
from server.hall.state import HallState
from server.hall.tickets import Klass
from tests.hall.day_books import Books
from tests.hall.searching import SEARCHED
from tests.hall.small_hall import SMALL, frozen

counters = st.sampled_from([*SMALL.counters, *SMALL.counters, "99"])
services = st.sampled_from([*SMALL.services, "weather"])
klasses = st.sampled_from([Klass.NORMAL, Klass.NORMAL, Klass.PRIORITY])
SECRETS = ("4821", "0007", "")  # on paper; none on that of an older kiosk
SHEET = ("A0-7 land", "A0-8 roads", "a0-009 land", "B0-1 health", "E0-2 justice", "E0-3 justice")
spans = st.sampled_from([0.0, 0.5, 4.0, 6.0, 11.0, 60.0, 240.0, 1200.0, 2700.0])


class Day(Books):
    """A small hall, some days of it."""

    @initialize()
    def the_first_day_begins(self) -> None:
        self.turn_the_day()

    # --- what people do -----------------------------------------------------------------------------------

    @rule(service=services, klass=klasses)
    def a_number_please(self, service: str, klass: Klass) -> None:
        id = f"c{self.asked}"
        fresh = {"ticket": f"t{id}", "token": f"k{id}", "secret": SECRETS[self.asked % len(SECRETS)]}
        self.ask(c.Issue, **fresh, source="kiosk", service=service, klass=klass)

    @rule(
        people=st.lists(st.tuples(services, klasses), min_size=4, max_size=8),
        apart=st.sampled_from([0.0, 20.0, 240.0]),
    )
    def a_bus_arrives(self, people: list[tuple[str, Klass]], apart: float) -> None:
        for service, klass in people:
            self.a_number_please(service, klass)
            self.time_passes(apart)

    @rule(
        kiosk=st.sampled_from(["1", "2"]),
        service=st.sampled_from([*SMALL.services, "weather"]),
        klass=klasses,
        trusted=st.booleans(),
        off=st.sampled_from([0, 0, 90, -90, 86_400, -86_400, -(10**9)]),
        boot=st.booleans(),
        early_paper=st.booleans(),
    )
    def a_kiosk_gives_a_number_by_itself(
        self, kiosk: str, service: str, klass: Klass, trusted: bool, off: int, boot: bool, early_paper: bool
    ) -> None:
        """With whatever clock; a trusted one is right to two minutes."""
        letter = SMALL.services[service].letter if service in SMALL.services else "A"
        series = letter + kiosk
        self.last_own[series] = self.last_own.get(series, 0) + 1
        self.facts += 1
        off = max(-90, min(90, off)) if trusted else off
        told = {
            "ticket": f"own{self.facts}",
            "token": f"token{self.facts}",
            "source": f"kiosk-{kiosk}",
            "number": f"{series}-{self.last_own[series]:03}",
            "service": service,
            "klass": klass,
            "box": "",
            "seq": self.facts,
            "at": self.now + timedelta(seconds=off),
            "trusted": trusted,
        }
        self.outbox.append({**told, "given": self.now, "boot": boot})
        if early_paper:
            self.ask(c.RecordPaper, ticket=told["ticket"], outcome="failed")

    @precondition(lambda self: self.outbox)
    @rule(data=st.data(), many=st.booleans())
    def a_kiosk_is_heard_again(self, data: st.DataObject, many: bool) -> None:
        """Its facts come in any order, and some of them twice under other ids."""
        for _ in range(len(self.outbox) if many else 1):
            self.tell(self.outbox.pop(data.draw(st.integers(0, len(self.outbox) - 1))))

    @precondition(lambda self: self.receipted)
    @rule(data=st.data(), clone=st.booleans())
    def a_kiosk_tells_it_again(self, data: st.DataObject, clone: bool) -> None:
        """The same ticket, or, where the card was copied, another one of the same number."""
        told = dict(data.draw(st.sampled_from(self.receipted)))
        if clone:
            self.facts += 1
            told["ticket"] = f"own{self.facts}"
        self.tell(told)

    def tell(self, told: dict[str, Any]) -> None:
        what = {k: v for k, v in told.items() if k not in ("given", "boot")}
        what["spare"] = f"spare{self.asked}"
        what["age"] = self.now - told["given"] if told["boot"] else None
        command = c.TakeOwnNumber(id="", by="", **what)
        day = business_day(SMALL, corrected(SMALL, self.state, command, self.now)).isoformat()
        other_days = {*self.told_of.values()} - set(self.state.tickets)
        taken = frozenset({*self.given.get(day, ()), *other_days, *self.told_of})
        known = what["ticket"] in self.told_of
        self.ask(c.TakeOwnNumber, **what, taken=taken)
        assert known or what["ticket"] in self.told_of  # nobody is lost
        self.receipted.append(told)

    @rule(
        counter=counters,
        data=st.data(),
        ahead=st.integers(0, 3),
        kind=st.sampled_from([c.Undo, c.Finish, None]),
    )
    def an_untold_number_is_called(
        self, counter: str, data: st.DataObject, ahead: int, kind: type[c.AtCounter] | None
    ) -> None:
        waiting = [told["number"] for told in self.outbox]
        series = data.draw(st.sampled_from([*self.last_own, "A1"]))
        typed = f"{series}-{self.last_own.get(series, 0) + ahead}"
        number = data.draw(st.sampled_from([*waiting, typed]))
        id = f"c{self.asked}"
        self.ask(c.CallNumber, counter=counter, number=number, ticket=f"t{id}", token=f"k{id}", reason="came")
        if kind is not None:
            self.ask(kind, counter=counter)

    @rule(back=st.integers(0, 5))
    def a_request_is_given_up(self, back: int) -> None:
        self.ask(c.Abandon, request=f"c{self.asked - back}" if back else f"c{self.asked + 1}")

    @rule(data=st.data(), outcome=st.sampled_from(["printed", "failed", "maybe"]))
    def paper_came_out(self, data: st.DataObject, outcome: str) -> None:
        self.ask(
            c.RecordPaper, ticket=data.draw(st.sampled_from([*self.state.tickets, "gone"])), outcome=outcome
        )

    @rule(counter=counters)
    def next_please(self, counter: str) -> None:
        self.ask(c.CallNext, counter=counter)

    @rule()
    def all_call_next(self) -> None:
        for counter in SMALL.counters:
            self.ask(c.CallNext, counter=counter)

    @rule(counter=counters, data=st.data(), reason=st.sampled_from([None, " ", "late bus"]))
    def call_a_number(self, counter: str, data: st.DataObject, reason: str | None) -> None:
        self.ask(c.CallNumber, counter=counter, number=self.some_number(data), reason=reason)

    @rule(
        counter=counters,
        kind=st.sampled_from([c.Recall, c.Start, c.Finish, c.MarkNoShow, c.Park, c.Undo, c.CloseCounter]),
    )
    def a_key_is_pressed(self, counter: str, kind: type[c.AtCounter]) -> None:
        self.ask(kind, counter=counter)

    @rule(
        here=counters,
        there=counters,
        kind=st.sampled_from([c.Finish, c.MarkNoShow, c.Park, c.Transfer, c.CallNext]),
    )
    def others_go_on_and_it_is_taken_back(self, here: str, there: str, kind: type[c.AtCounter]) -> None:
        current = self.state.counter(here).current
        self.ask(kind, counter=here, **({"to_service": "land"} if kind is c.Transfer else {}))
        if current is not None:
            number = self.state.tickets[current].number
            self.ask(c.CallNumber, counter=there, number=number, reason="goes on")
        self.ask(c.Undo, counter=here)

    @rule(counter=counters, data=st.data())
    def a_number_is_brought_back_and_taken_back(self, counter: str, data: st.DataObject) -> None:
        self.a_number_is_brought_back(counter, data)
        self.ask(c.Undo, counter=counter)

    @rule(counter=counters, data=st.data())
    def a_number_is_brought_back(self, counter: str, data: st.DataObject) -> None:
        self.ask(c.BringBack, counter=counter, number=self.some_number(data))

    @rule(
        counter=counters,
        to_service=st.none() | services,
        to_counter=st.none() | counters,
    )
    def a_citizen_is_sent_on(self, counter: str, to_service: str | None, to_counter: str | None) -> None:
        self.ask(c.Transfer, counter=counter, to_service=to_service, to_counter=to_counter)

    @rule(counter=st.none() | counters, data=st.data(), klass=klasses, here=st.booleans(), undo=st.booleans())
    def papers_are_looked_at(
        self, counter: str | None, data: st.DataObject, klass: Klass, here: bool, undo: bool
    ) -> None:
        number = None if here else self.some_number(data)
        self.ask(c.CheckPriority, counter=counter, number=number, klass=klass)
        if undo and counter is not None:
            self.ask(c.Undo, counter=counter)

    @rule(
        counter=st.none() | counters,
        data=st.data(),
        note=st.sampled_from(["copies", " "]),
        here=st.booleans(),
        undo=st.booleans(),
    )
    def something_is_noted(
        self, counter: str | None, data: st.DataObject, note: str, here: bool, undo: bool
    ) -> None:
        self.ask(c.WriteNote, counter=counter, number=None if here else self.some_number(data), note=note)
        if undo and counter is not None:
            self.ask(c.Undo, counter=counter)

    @rule(
        rows=st.lists(
            st.tuples(
                st.sampled_from(SHEET),
                st.integers(0, 300),
                klasses,
                st.sampled_from(["waiting", "waiting", "served", "left"]),
                st.sampled_from([0, 5, 40, 90]),
            ),
            min_size=1,
            max_size=4,
            unique_by=lambda row: row[0],
        ),
        back=st.sampled_from([0, 0, 0, 1]),
    )
    def a_sheet_is_entered(self, rows: list[tuple[str, int, Klass, Any, int]], back: int) -> None:
        """Numbers written by hand, some of them wrong: all of them are taken or none, and once."""
        given = [self.now - timedelta(days=back, minutes=row[4]) for row in rows]
        day = business_day(SMALL, self.now) - timedelta(days=back)
        sheet = tuple(
            c.Handwritten(
                number=number.replace("-", f"-{more}") if more % 2 else number,
                service=service,
                given_at=at,
                klass=klass,
                fate=fate,
                at=None if fate == "waiting" else at + timedelta(minutes=minutes / 2),
                counter="2" if fate == "served" else None,
                ticket=f"hand{self.asked}-{n}",
                token=f"roll{self.asked}-{n}",
            )
            for n, ((typed, more, klass, fate, minutes), at) in enumerate(zip(rows, given, strict=True))
            for number, service in [typed.split()]
        )
        for _ in range(2):
            before = len(self.log)
            taken = frozenset(self.given.get(day.isoformat(), ()))
            self.ask(c.EnterHandwritten, day=day, rows=sheet, taken=taken)
            assert len(self.log) - before in (0, len(sheet))

    @rule(data=st.data(), counter=st.none() | counters)
    def a_number_is_cancelled(self, data: st.DataObject, counter: str | None) -> None:
        self.ask(c.Cancel, number=self.some_number(data), reason="left", counter=counter)

    @rule(data=st.data(), kind=st.sampled_from([c.SayLate, c.SayLate, c.SayHere]))
    def a_phone_says(self, data: st.DataObject, kind: type[c.ByHolder]) -> None:
        self.ask(kind, ticket=self.some_ticket(data))

    @rule(data=st.data(), counter=counters, seconds=spans, called=st.booleans())
    def somebody_comes_late(self, data: st.DataObject, counter: str, seconds: float, called: bool) -> None:
        ticket = self.some_ticket(data)
        self.ask(c.SayLate, ticket=ticket)
        if called:
            self.ask(c.CallNext, counter=counter)
        self.time_passes(seconds)
        self.ask(c.SayHere, ticket=ticket)

    @rule(data=st.data(), secret=st.sampled_from([*SECRETS, "4821"]), times=st.integers(1, 6))
    def a_number_is_given_up_by_phone(self, data: st.DataObject, secret: str, times: int) -> None:
        ticket = self.some_ticket(data)
        for _ in range(times):
            self.ask(c.GiveUp, ticket=ticket, secret=secret)

    @rule(counter=counters, data=st.data(), level=st.integers(0, 5))
    def a_button_is_pressed(self, counter: str, data: st.DataObject, level: int) -> None:
        served = self.state.counter(counter).served
        number = self.some_number(data) if served is None else self.state.tickets[served].number
        self.ask(c.Rate, counter=counter, number=number, level=level, levels=4)

    @rule(counter=counters, levels=st.lists(st.integers(1, 4), min_size=1, max_size=3))
    def a_citizen_is_served_and_presses(self, counter: str, levels: list[int]) -> None:
        self.ask(c.Finish, counter=counter)
        for level in levels:
            if (served := self.state.counter(counter).served) is not None:
                number = self.state.tickets[served].number
                self.ask(c.Rate, counter=counter, number=number, level=level, levels=4)

    @rule(counter=counters, seconds=spans, kind=st.sampled_from([c.BringBack, c.CallNumber]))
    def a_missed_one_comes_back(self, counter: str, seconds: float, kind: type[c.AtCounter]) -> None:
        current = self.state.counter(counter).current
        if current is not None:
            number = self.state.tickets[current].number
            self.ask(c.MarkNoShow, counter=counter)
            self.time_passes(seconds)
            self.ask(kind, counter=counter, number=number)

    @rule(counter=counters, officer=st.sampled_from([None, "ha", "binh"]))
    def an_officer_sits_down(self, counter: str, officer: str | None) -> None:
        self.ask(c.OpenCounter, counter=counter, officer=officer)

    @rule(counter=counters)
    def an_officer_has_a_break(self, counter: str) -> None:
        self.ask(c.PauseCounter, counter=counter, reason="break")

    def some_ticket(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(["gone", *self.state.tickets]))

    def some_number(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(["Z999", *self.state.by_number]))

    # --- what time and machines do ------------------------------------------------------------------------

    @rule(seconds=spans)
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.turn_the_day()

    @rule(hours=st.sampled_from([2, 20]))
    def lunch_or_night(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.turn_the_day()

    @rule()
    def the_server_starts_again_from_its_snapshot(self) -> None:
        again = msgspec.json.decode(frozen(self.state), type=HallState)
        assert again == self.state
        self.state = again

    @precondition(lambda self: len(self.log) > 20)
    @rule()
    def the_server_starts_again_from_its_log(self) -> None:
        again = self.replayed()
        assert again == self.state
        self.state = again


DayTest = Day.TestCase
DayTest.settings = settings(SEARCHED, stateful_step_count=60)
