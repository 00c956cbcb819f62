"""What a phone is told of its ticket, and when it is worth telling again. Pure: a view in, values out.

`Page` is all that the page shows: number, people before, range, place, the line's last call, and what its
holder may say. `Told` holds what a phone heard last, so that nothing on it trembles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from broker.messages import Words
from server.hall.calendar import sessions_on
from server.hall.holders import here_until, may_give_up, may_say_late
from server.hall.site import Site
from server.hall.state import HallState
from server.hall.tickets import Klass, State, Ticket
from server.hall.waiting import Estimator, ahead_in_line, announce
from server.projection import Projection
from server.web.hall import View

AFTER_CLOSING = timedelta(hours=2)  # then the address leads nowhere
NEAR = 2  # so few before it: come to the counters
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")

CALM_S = 15.0  # between two things told that are no news of the ticket itself
RANGE_S = 60.0  # a range stays at least so long
RANGE_MIN = 5  # and changes when an end of it moved by so many minutes
AGE_S = 60.0  # the time of the last news is never older

OVER = frozenset({State.SERVED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Page:
    """ahead, wait: only while the ticket waits. call: the newest call of its line, number and counter.

    here_until: of one who comes later, until when he gets his place back by saying so; None: no limit yet.
    """

    ticket: Ticket
    ahead: int | None
    wait: tuple[int, int] | None
    place: Words
    call: tuple[str, str] | None
    near: bool
    may_say_late: bool
    may_give_up: bool
    here_until: datetime | None = None
    too_late: bool = False

    @property
    def over(self) -> bool:
        """Nothing more will come of this ticket."""
        return self.ticket.state in OVER


def ticket_of(view: View, token: str, now: datetime) -> Ticket | None:
    """Today's ticket of that address, until two hours after closing."""
    if not TOKEN.fullmatch(token):
        return None
    id = view.state.by_token.get(token)
    found = None if id is None else view.state.tickets[id]
    if found is None or view.state.day != found.day:
        return None
    local = found.issued_at.astimezone(view.site.zone).date()
    spans = sessions_on(view.site, local)
    return None if spans and now > spans[-1].closes + AFTER_CLOSING else found


def page_of(view: View, ticket: Ticket, now: datetime, places: Projection) -> Page:
    site, state = view.site, view.state
    waits = ticket.state is State.WAITING
    ahead = ahead_in_line(site, state, ticket, now) if waits else None
    until = here_until(site, state, ticket) if ticket.away else None
    return Page(
        ticket=ticket,
        ahead=ahead,
        wait=remaining(site, state, ticket, now, places.estimator) if waits else None,
        place=places.place(ticket.service),
        call=last_call(state, ticket),
        near=ahead is not None and ahead <= NEAR,
        may_say_late=may_say_late(ticket),
        may_give_up=may_give_up(ticket),
        here_until=until,
        too_late=until is not None and now > until,
    )


def remaining(
    site: Site, state: HallState, ticket: Ticket, now: datetime, estimator: Estimator
) -> tuple[int, int] | None:
    """The range that somebody standing at the ticket's place in the line may be told."""
    before = state.copy()
    for id in state.waiting:
        other = state.tickets[id]
        passes = other.klass is Klass.PRIORITY and ticket.klass is Klass.NORMAL
        if id == ticket.id or (other.place > ticket.place and not passes):
            del before.waiting[id]
    service = site.services[ticket.service]
    told = estimator.at(site, before, now).wait(service, ticket.klass)
    return announce(told, state.known_calls.get(service.id, 0))


def last_call(state: HallState, ticket: Ticket) -> tuple[str, str] | None:
    """The newest call of the same letter, so that the holder sees his line move."""
    for line in state.calls:
        if state.tickets[line.ticket].letter == ticket.letter:
            return line.number, line.counter
    return None


class Told:
    """What one phone was told last. Instants are monotonic seconds."""

    def __init__(self) -> None:
        self._page: Page | None = None
        self._at = self._range_at = 0.0

    def calm(self, ticket: Ticket, now: float) -> bool:
        """Nothing happened to the ticket itself, and the last word is fresh: do not even look."""
        return self._page is not None and self._page.ticket.rev == ticket.rev and now - self._at < CALM_S

    def next(self, page: Page, now: float) -> Page | None:
        """What to tell now, with the old range while it holds; None: nothing."""
        last = self._page
        news = last is None or last.ticket.rev != page.ticket.rev
        if not news and now - self._at < CALM_S:
            return None
        if last is not None and last.wait and page.wait and not self._moved(last.wait, page.wait, now):
            page = replace(page, wait=last.wait)
        if not news and page == last and now - self._at < AGE_S:
            return None
        if last is None or page.wait != last.wait:
            self._range_at = now
        self._page, self._at = page, now
        return page

    def _moved(self, old: tuple[int, int], new: tuple[int, int], now: float) -> bool:
        far = max(abs(a - b) for a, b in zip(old, new, strict=True)) >= RANGE_MIN
        return far and now - self._range_at >= RANGE_S
