"""Whether a centre may become another one now: what would break the day that runs, and what strains it.

Pure. A number in somebody's hand keeps its meaning until the day ends: its letter, how it is written, its
service, the counter it waits for. Everything that is refused here can be kept for the next business day, when
nobody holds a number. Keeps out what makes no sense on any day (`server.hall.site.problems`).
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from datetime import datetime

from server.hall.calendar import business_day, current_session, sessions_on
from server.hall.mistakes import Problem
from server.hall.site import Site
from server.hall.state import HallState, given_key
from server.hall.tickets import AT_COUNTER, ENDED


def breaks(old: Site, new: Site, state: HallState, now: datetime) -> Iterator[Problem]:
    """Why `new` cannot come into force at `now`; nothing where it can. Rows go by their ids."""
    yield from _letters(old, new, state)
    yield from _services(old, new, state)
    yield from _counters(old, new, state)
    yield from _series(old, new, now)
    if state.tickets and (str(old.zone), old.hours.day_changes) != (str(new.zone), new.hours.day_changes):
        yield Problem("day-in-use", "time_zone" if str(old.zone) != str(new.zone) else "hours.day_changes")


def strains(old: Site, new: Site, state: HallState, now: datetime) -> Iterator[Problem]:
    """What people ought to know before they let `new` come into force at `now`, although it can."""
    before, after = current_session(old, now), current_session(new, now)
    if before is not None and after is None and state.waiting:
        yield Problem("closes-now", "hours", {"n": len(state.waiting)})
    waiting = Tally(state.tickets[id].service for id in state.waiting)
    for id, n in waiting.items():
        if id in new.services and _open_for(old, state, id) and not _open_for(new, state, id):
            yield Problem("nobody-serves", f"service.{id}", {"id": id, "n": n})
    if before is not None and after is not None and before.opens != after.opens:
        for service in new.services.values():
            if service.cap and state.given.get(given_key(service.id, before.opens.isoformat())):
                yield Problem("cap-anew", f"service.{service.id}.cap", {"id": service.id})


def _letters(old: Site, new: Site, state: HallState) -> Iterator[Problem]:
    """Numbers of today keep the authority of their letter, and the way they are written."""
    given = {series[0] for series in state.next_ordinal} | {t.letter for t in state.tickets.values()}
    owners = {s.letter: s for s in old.services.values()}
    for letter in sorted(given & owners.keys()):
        was = owners[letter]
        now = [s for s in new.services.values() if s.letter == letter]
        for service in now:
            if service.authority != was.authority:
                told = {"letter": letter, "old": was.authority, "new": service.authority}
                yield Problem("letter-moved", f"service.{service.id}.letter", told)
                break
        for service in now:
            if (service.digits, service.start) != (was.digits, was.start):
                key = "digits" if service.digits != was.digits else "start"
                yield Problem("numbers-in-use", f"service.{service.id}.{key}", {"letter": letter})
                break


def _services(old: Site, new: Site, state: HallState) -> Iterator[Problem]:
    today = Tally(ticket.service for ticket in state.tickets.values())
    for id, n in today.items():
        was, service = old.services.get(id), new.services.get(id)
        if service is None:
            yield Problem("service-in-use", f"service.{id}", {"id": id, "n": n})
        elif was is not None and was.letter != service.letter:
            told: dict[str, str | int] = {"id": id, "n": n, "old": was.letter, "new": service.letter}
            yield Problem("letter-in-use", f"service.{id}.letter", told)


def _counters(old: Site, new: Site, state: HallState) -> Iterator[Problem]:
    """A counter where somebody sits or stands does not vanish under him, nor one that numbers wait for."""
    bound = Tally(t.bound_to for t in state.tickets.values() if t.bound_to and t.state not in ENDED)
    for place in old.counters.values():
        here, counter = state.counter(place.id), new.counters.get(place.id)
        if counter is None:
            if here.status != "closed" or here.current is not None:
                yield Problem("counter-in-use", f"counter.{place.id}", {"id": place.id})
            if bound[place.id]:
                waiting: dict[str, str | int] = {"counter": place.id, "n": bound[place.id]}
                yield Problem("counter-bound", f"counter.{place.id}", waiting)
            continue
        ticket = state.tickets.get(here.current) if here.current is not None else None
        if (
            ticket is not None
            and ticket.state in AT_COUNTER
            and place.serves(ticket.service)
            and not counter.serves(ticket.service)
        ):
            standing = {"counter": place.id, "id": ticket.service, "number": ticket.number}
            yield Problem("counter-serving", f"counter.{place.id}.services", standing)


def _series(old: Site, new: Site, now: datetime) -> Iterator[Problem]:
    """What a kiosk gave alone may be told hours later: from the day's first opening on its series stands."""
    opened = any(span.opens <= now for span in sessions_on(old, business_day(old, now)))
    for series, kiosk in old.own_series.items():
        if opened and new.own_series.get(series) != kiosk:
            yield Problem("series-in-use", f"device.{kiosk}.series", {"series": series, "kiosk": kiosk})


def _open_for(site: Site, state: HallState, service: str) -> bool:
    return any(state.counter(c.id).status == "open" for c in site.counters_for(service))
