"""What the hall tells the outside: the public board, the answers to commands, and each device's plan.

This is the only way from the state to a wall, a ticket or a device. A `Ticket` has no personal data, and
nothing here passes on what a wall must not show: notes, reasons, officers and the class stay inside, but for
whom a late list may name, which displays are told to let nobody else through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from broker import messages as m
from hardware.texts import LANGUAGES, Texts
from server.hall import events as e
from server.hall.calendar import admission, current_session, days_of_people, openings
from server.hall.calling import upcoming
from server.hall.numbers import is_full
from server.hall.site import Service, Words
from server.hall.state import CallLine, CounterState, HallState
from server.hall.tickets import BY_HAND, Klass, State, Ticket
from server.hall.waiting import (
    CALLS_NEEDED,
    Estimator,
    Forecast,
    QueueLength,
    ahead_in_line,
    announce,
    before_the_same_counters,
)
from server.people.contacts import spelled
from server.site_file import HallConfig

PLAN_DAYS = 4  # how far ahead a device knows the opening hours: over a weekend; a plan stays under 64 kB
UPCOMING = 12  # numbers at the most that are told to come next
TICKET_PATH = "/t/"

SINCE: dict[State, Callable[[Ticket], datetime | None]] = {
    State.CALLED: lambda ticket: ticket.last_called_at,
    State.SERVING: lambda ticket: ticket.started_at,
    State.SERVED: lambda ticket: ticket.ended_at,
}


class Projection:
    """The hall of one configuration, seen from outside. Pure: state and `now` come in as arguments."""

    def __init__(self, config: HallConfig, estimator: Estimator | None = None) -> None:
        self._config, self._site = config, config.site
        self._estimator = estimator or QueueLength()
        self._texts = Texts.load("server")
        self._places = {s: self._place(s) for s in self._site.services}
        self._lines_of = {s: before_the_same_counters(self._site, s) for s in self._site.services}
        self._authorities = {a.id: a for a in self._site.authorities}

    @property
    def estimator(self) -> Estimator:
        """What every announced wait of this hall comes from."""
        return self._estimator

    # --- the wall -------------------------------------------------------------------------------------

    def board(self, state: HallState, now: datetime, epoch: int, rev: int) -> m.Board:
        """All that walls, terminals and phones may know of the hall."""
        return m.Board(
            site=self._site.id,
            epoch=epoch,
            rev=rev,
            at=now,
            day=state.day or "",
            hall=words(self._site.name),
            calls=tuple(self._call(state, line) for line in state.calls),
            counters=tuple(self._counter(state, state.counter(id)) for id in self._site.counters),
            waiting=tuple(self._lines(state, now)),
            notices=tuple(words(n) for n in self._config.notices),
            upcoming=tuple(t.number for t in upcoming(self._site, state, now, UPCOMING)),
        )

    def _call(self, state: HallState, line: CallLine) -> m.Call:
        """A line of the wall. Onward: the number has another letter than the service it is called for."""
        onward = False
        ticket, place = state.tickets.get(line.ticket), self._site.counters.get(line.counter)
        if ticket is not None and place is not None and place.serves(ticket.service):
            service = self._site.services.get(ticket.service)
            onward = service is not None and service.letter != ticket.letter
        return m.Call(line.seq, line.number, line.counter, line.at, line.recall, _lang(line.lang), onward)

    @staticmethod
    def _counter(state: HallState, counter: CounterState) -> m.CounterLine:
        """What stands at a counter. The number served last stays until the next call: the rating asks."""
        served = _served(state, counter)
        here = state.tickets[counter.current] if counter.current is not None else served
        if here is None:
            return m.CounterLine(counter.id, counter.status)
        shown: Any = here.state.value
        line = m.CounterLine(counter.id, counter.status, here.number, shown, SINCE[here.state](here))
        if here.state is State.CALLED and served is not None:
            return replace(line, leaving=served.number, left_at=served.ended_at)
        return line

    def _lines(self, state: HallState, now: datetime) -> Iterator[m.WaitingLine]:
        """Each service's line: how many wait, how long, and whether numbers are given now."""
        waiting: dict[str, int] = {}
        for id in state.waiting:
            service = state.tickets[id].service
            waiting[service] = waiting.get(service, 0) + 1
        closed, session = admission(self._site, now), current_session(self._site, now)
        forecast = self._estimator.at(self._site, state, now)
        for s in self._site.services.values():
            line = m.WaitingLine(
                s.id,
                s.letter,
                words(s.name),
                waiting.get(s.id, 0),
                None,
                False,
                ahead=sum(waiting.get(other, 0) for other in self._lines_of[s.id]),
            )
            if closed is not None:
                yield replace(line, reason=closed.reason, reopens_at=closed.reopens_at)
            elif session is not None and is_full(state, s, session):
                yield replace(line, reason="session-full")
            else:
                yield replace(line, open=True, wait=self._range(forecast, state, s, Klass.NORMAL))

    @staticmethod
    def _range(forecast: Forecast, state: HallState, service: Service, klass: Klass) -> m.Range | None:
        known = state.known_calls.get(service.id, 0)
        told = announce(forecast.wait(service, klass), known) if known >= CALLS_NEEDED else None
        return None if told is None else m.Range(*told)

    # --- answers --------------------------------------------------------------------------------------

    def result(self, state: HallState, events: list[e.Event], now: datetime) -> dict[str, Any]:
        """What a command came to, as JSON values that are kept with it, so that a repeat hears the same."""
        result: dict[str, Any] = {}
        for event in events:
            if isinstance(event, e.Issued | e.Entered) and event.ticket.series == BY_HAND:
                result.setdefault("numbers", []).append(event.ticket.number)
            elif isinstance(event, e.Issued | e.ToldTooLate) and event.ticket.series:
                ticket = event.ticket  # its kiosk has said all there is to say
                result |= {"ticket": ticket.id, "number": ticket.number, "state": ticket.state.value}
            elif isinstance(event, e.Merged | e.ReprintOrdered):
                ticket = state.tickets[event.ticket]
                result |= {"ticket": ticket.id, "number": ticket.number, "state": ticket.state.value}
            elif isinstance(event, e.Issued):
                result |= self._issued(state, state.tickets[event.ticket.id], now)
            elif isinstance(event, e.OfTicket):
                moved = state.tickets.get(event.ticket)
                if moved is not None:  # the turn of the day ends tickets and then forgets them
                    result |= {"number": moved.number, "state": moved.state.value, "counter": event.counter}
            elif isinstance(event, e.Undone):
                result |= {"number": None, "state": None, "counter": event.counter}
        return result

    def _issued(self, state: HallState, ticket: Ticket, now: datetime) -> dict[str, Any]:
        service = self._site.services[ticket.service]
        others = state.copy()
        others.waiting.pop(ticket.id, None)
        told = self._range(self._estimator.at(self._site, others, now), others, service, ticket.klass)
        return {
            "ticket": ticket.id,
            "number": ticket.number,
            "state": ticket.state.value,
            "service": ticket.service,
            "klass": ticket.klass.value,
            "lang": ticket.lang,
            "token": ticket.token,
            "issued_at": ticket.issued_at.isoformat(),
            "ahead": ahead_in_line(self._site, state, ticket, now),
            "wait": None if told is None else [told.low, told.high],
            "dossier": ticket.dossier,
            "secret": ticket.secret,
        }

    def ticket_reply(self, id: str, result: dict[str, Any]) -> m.TicketReply:
        """The answer to an issue request, from the result kept with the command."""
        service = self._site.services[result["service"]]
        wait = result["wait"]
        return m.TicketReply(
            id=id,
            ticket=result["ticket"],
            number=result["number"],
            issued_at=datetime.fromisoformat(result["issued_at"]),
            service=words(service.name),
            authority=words(self._authorities[service.authority].name),
            klass=result["klass"],
            lang=result["lang"],
            ahead=result["ahead"],
            wait=None if wait is None else m.Range(*wait),
            place=self._places[service.id],
            url=self.url(result["token"]),
            grace_min=self._grace_min,
            dossier=result.get("dossier"),
            secret=result.get("secret", ""),
        )

    def reprint(self, id: str, ticket: Ticket) -> m.TicketReply:
        """A ticket as its paper said it; how many were before it then is not known any more."""
        fields = ("number", "service", "klass", "lang", "token", "dossier", "secret")
        told = {name: getattr(ticket, name) for name in fields}
        issued_at = ticket.issued_at.isoformat()
        return self.ticket_reply(
            id, {**told, "ticket": ticket.id, "issued_at": issued_at, "ahead": None, "wait": None}
        )

    @property
    def _grace_min(self) -> int:
        return int(self._site.grace.total_seconds() // 60)

    def url(self, token: str) -> str:
        """The phone page of a ticket."""
        return f"{self._config.url}{TICKET_PATH}{token}"

    def place(self, service: str) -> m.Words:
        """Where to sit for a service: "Khu B – quầy 6, 7, 8"."""
        return self._places[service]

    def _place(self, service: str) -> m.Words:
        serving = self._site.counters_for(service)
        first = [c for c in serving if service in c.services] or list(serving)
        counters = ", ".join(c.id for c in first)
        areas = {c.area for c in first}
        area = areas.pop() if len(areas) == 1 else ""
        key = "none" if not first else ("many" if len(first) > 1 else "one") + ("-in-area" if area else "")
        return m.Words(
            *(self._texts(f"place.{key}", lang, counters=counters, area=area) for lang in LANGUAGES)
        )

    # --- devices --------------------------------------------------------------------------------------

    def device_config(self, device: str, now: datetime, rev: int, state: HallState) -> m.DeviceConfig:
        """What a device of this hall needs to work. Raises KeyError for one that is not in the file."""
        own = self._config.devices[device]
        return m.DeviceConfig(
            rev=rev,
            at=now,
            hall=words(self._site.name),
            time_zone=str(self._site.zone),
            kiosk=self._kiosk(device, now) if own.role == "kiosk" else None,
            counter=self._terminal(own.counter, state) if own.counter else None,
            display=self.wall_plan(own.zone, now) if own.role == "display" else None,
        )

    def wall_plan(self, zone: m.Zone | None, now: datetime) -> m.DisplayPlan:
        """What a display works from, or a board in a browser; `zone`: of this one, where it has its own."""
        wall = self._config.wall
        peopled = days_of_people(self._site, now, PLAN_DAYS)
        spans = tuple(m.Opening(s.opens, s.closes) for s in peopled)
        names = tuple(words(name) for a in self._site.authorities for name in (a.short, a.name))
        officers = tuple(sorted({spelled(name)[:60] for name in self._config.officers.values()}))
        return replace(wall, zone=zone or wall.zone, openings=spans, authorities=names, officers=officers)

    def _kiosk(self, device: str, now: datetime) -> m.KioskPlan:
        own, elderly = self._config.devices[device], self._config.elderly
        others = (id for id, d in self._config.devices.items() if d.role == "kiosk" and not d.temporary)
        spans = tuple(m.Opening(s.opens, s.closes) for s in openings(self._site, now, PLAN_DAYS))
        return m.KioskPlan(
            authorities=tuple(
                m.AuthorityPlan(
                    id=a.id,
                    letter=a.letter,
                    name=words(a.name),
                    short=words(a.short),
                    services=tuple(
                        m.ServicePlan(
                            s.id,
                            s.letter,
                            words(s.name),
                            spans,
                            place=self._places[s.id],
                            digits=s.digits,
                            collect=s.id in self._config.collecting,
                        )
                        for s in self._site.services.values()
                        if s.authority == a.id
                    ),
                    agencies=self._config.agencies.get(a.id, ()),
                )
                for a in self._site.authorities
            ),
            groups=_choices(self._config.groups.items()),
            documents=words(self._config.documents),
            hotline=self._config.hotline,
            series=None if own.series is None else int(own.series),
            paperless=self._site.paperless,
            elsewhere=tuple(self._device_name(id) for id in others if id != device),
            url=self.url(""),
            grace_min=self._grace_min,
            lookup=True,
            elderly=None if elderly is None else elderly[0],
            **({} if elderly is None else {"elderly_years": elderly[1]}),
        )

    def _device_name(self, id: str) -> m.Words:
        """What people call a kiosk: its name, or the word and the figure at the end of its id."""
        name = self._config.devices[id].name
        if name is not None:
            return words(name)
        n = id.rpartition("-")[2]
        return m.Words(*(self._texts("device.kiosk", lang, n=n) for lang in LANGUAGES))

    def _terminal(self, counter: str, state: HallState) -> m.CounterPlan:
        return m.CounterPlan(
            counter=counter,
            levels=self._site.rating_levels,
            reasons=_choices(self._config.reasons.items()),
            window_s=int(self._site.rating_window.total_seconds()),
            officer=self.officer(state, counter),
            questions=tuple(
                m.Question(
                    q.id, words(q.text), (words(q.answers[0]), words(q.answers[1]), words(q.answers[2]))
                )
                for q in self._config.questions
            ),
            shuffle=self._config.shuffle,
        )

    def officer(self, state: HallState, counter: str) -> str:
        """Whom a rating at this counter would be of now, by the name in the hall's file; "" for nobody known.

        The one who served the number that is asked, who may have gone since; else who sits there.
        """
        there = state.counter(counter)
        served = _served(state, there)
        id = there.officer if served is None else served.officer
        return self._config.officers.get(id or "", "")


def _served(state: HallState, counter: CounterState) -> Ticket | None:
    """The ticket that was served last at a counter, if it is still known as served."""
    ticket = state.tickets.get(counter.served or "")
    return ticket if ticket is not None and ticket.state is State.SERVED else None


def words(text: Words) -> m.Words:
    return m.Words(text.vi, text.en)


def _choices(rows: Iterable[tuple[str, Words]]) -> tuple[m.PriorityGroup, ...]:
    return tuple(m.PriorityGroup(id, words(name)) for id, name in rows)


def _lang(lang: str) -> m.Lang:
    return "en" if lang == "en" else "vi"
