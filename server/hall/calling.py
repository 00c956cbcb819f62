"""Whose turn it is: policies that let priority people pass without starving anybody.

Inside one service and class it is always first come, first served. Between the heads of the lines a counter
may serve, the largest key goes; whoever waited past the age limit of the service is passed by nobody later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from server.hall.site import Counter, Policy, PolicyKind, Site
from server.hall.state import CounterState, HallState
from server.hall.tickets import Klass, Ticket

# (past the age limit, must go first, accumulated waiting in s): compared from left to right
Key = tuple[bool, bool, float]


@dataclass(frozen=True, slots=True)
class Heads:
    """The first of each class in one service's line, as one counter sees it."""

    service: str
    normal: Ticket | None
    priority: Ticket | None

    def all(self) -> tuple[Ticket, ...]:
        return tuple(t for t in (self.normal, self.priority) if t is not None)


def aged(policy: Policy, waited_s: float) -> bool:
    return policy.age_limit is not None and waited_s >= policy.age_limit.total_seconds()


def _strict(policy: Policy, ticket: Ticket, waited_s: float) -> Key:
    old = aged(policy, waited_s)
    return (old, ticket.klass is Klass.PRIORITY and not old, waited_s)


def _accumulating(policy: Policy, ticket: Ticket, waited_s: float) -> Key:
    old = aged(policy, waited_s)
    weight = policy.weight if ticket.klass is Klass.PRIORITY and not old else 1.0
    return (old, False, weight * waited_s)


def _ratio(policy: Policy, ticket: Ticket, waited_s: float) -> Key:
    return (aged(policy, waited_s), False, waited_s)


KEYS: dict[PolicyKind, Callable[[Policy, Ticket, float], Key]] = {
    PolicyKind.STRICT: _strict,
    PolicyKind.ACCUMULATING: _accumulating,
    PolicyKind.RATIO: _ratio,
}


def key(policy: Policy, ticket: Ticket, now: datetime) -> Key:
    """How strongly a waiting ticket asks to be next."""
    return KEYS[policy.kind](policy, ticket, (now - ticket.order).total_seconds())


def choose(site: Site, state: HallState, counter: Counter, now: datetime) -> Ticket | None:
    """The ticket this counter calls next, or None when nobody waits for it."""
    return Lines(site, state).choose(counter, now)


def upcoming(site: Site, state: HallState, now: datetime, most: int) -> list[Ticket]:
    """Whom the open counters would call if all pressed now: free ones first, then who is busy for longest."""
    lines, found = Lines(site, state), list[Ticket]()
    stands = [s for id in site.counters if (s := state.counter(id)).status == "open"]
    for there in sorted(stands, key=lambda s: _busy_since(state, s, now)):
        if len(found) == most:
            break
        if (ticket := lines.choose(site.counters[there.id], now)) is not None:
            lines.take(ticket)
            found.append(ticket)
    return found


def _busy_since(state: HallState, there: CounterState, now: datetime) -> tuple[bool, datetime]:
    if there.current is None:
        return (False, now)
    here = state.tickets[there.current]
    return (True, here.started_at or here.last_called_at or now)


class Lines:
    """Everybody who waits, line by line, as a trial: who is taken is gone from here, not from the hall."""

    def __init__(self, site: Site, state: HallState) -> None:
        self._site = site
        self._normals = dict(state.normals_since)
        # service -> its tickets by class; one that was sent to a counter stands in that counter's own line
        self._lines: dict[str, dict[Klass, list[Ticket]]] = {}
        self._sent: dict[str, dict[str, dict[Klass, list[Ticket]]]] = {}
        for ticket in sorted((state.tickets[id] for id in state.waiting), key=lambda t: t.place):
            if ticket.service not in site.services:
                continue  # the hall gave the service up in the day; by its number the ticket can be cancelled
            to = self._lines if ticket.bound_to is None else self._sent.setdefault(ticket.bound_to, {})
            to.setdefault(ticket.service, {}).setdefault(ticket.klass, []).append(ticket)

    def take(self, ticket: Ticket) -> None:
        """This one, the first of its class, is called."""
        of = self._lines if ticket.bound_to is None else self._sent[ticket.bound_to]
        of[ticket.service][ticket.klass].remove(ticket)
        seen = self._normals.get(ticket.service, 0)
        self._normals[ticket.service] = 0 if ticket.klass is Klass.PRIORITY else seen + 1

    def choose(self, counter: Counter, now: datetime) -> Ticket | None:
        """The ticket this counter would call next, or None when nobody waits for it."""
        candidates = {heads.service: self._pick(heads, now) for heads in self._heads_for(counter)}
        services = self._site.services
        old = [t for s, t in candidates.items() if key(services[s].policy, t, now)[0]]
        if old:
            return min(old, key=lambda t: t.place)
        own = [t for t in candidates.values() if t.bound_to == counter.id]
        for tier in counter.tiers:
            lines = [t for s, t in candidates.items() if s in tier or (tier is counter.services and t in own)]
            if lines:
                return max(lines, key=lambda t: _rank(self._site, t, now))
        return None

    def _heads_for(self, counter: Counter) -> Iterator[Heads]:
        """The lines that this counter may call from: its own, and people sent to it by name."""
        sent = self._sent.get(counter.id, {})
        for service in dict.fromkeys((*counter.services, *counter.then, *sent)):
            served = self._lines.get(service, {}) if counter.serves(service) else {}
            normal, priority = (
                min(
                    (line[0] for of in (served, sent.get(service, {})) if (line := of.get(klass))),
                    key=lambda t: t.place,
                    default=None,
                )
                for klass in (Klass.NORMAL, Klass.PRIORITY)
            )
            if normal is not None or priority is not None:
                yield Heads(service, normal, priority)

    def _pick(self, heads: Heads, now: datetime) -> Ticket:
        """Which of the two heads of one line goes first."""
        policy = self._site.services[heads.service].policy
        both = heads.all()
        if len(both) == 1:
            return both[0]
        assert heads.normal is not None and heads.priority is not None
        if policy.kind is PolicyKind.RATIO and not any(key(policy, t, now)[0] for t in both):
            turn = self._normals.get(heads.service, 0) >= policy.normals
            return heads.priority if turn else heads.normal
        return max(both, key=lambda t: _rank(self._site, t, now))


def _rank(site: Site, ticket: Ticket, now: datetime) -> tuple[Key, float, int]:
    """Largest key first; of equals the one who came first."""
    return (
        key(site.services[ticket.service].policy, ticket, now),
        -ticket.order.timestamp(),
        -ticket.ordinal,
    )
