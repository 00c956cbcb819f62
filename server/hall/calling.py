"""Whose turn it is: policies that let priority people pass without starving anybody.

Inside one service and class it is always first come, first served. Between the heads of the lines a counter
may serve, the largest key goes; whoever waited past the age limit of the service is passed by nobody later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from server.hall.site import Counter, Policy, PolicyKind, Site
from server.hall.state import HallState
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
    heads = heads_for(site, state, counter)
    candidates = {service: _pick(site, state, h, now) for service, h in heads.items()}
    old = [t for s, t in candidates.items() if key(site.services[s].policy, t, now)[0]]
    if old:
        return min(old, key=lambda t: t.place)
    own = [t for t in candidates.values() if t.bound_to == counter.id]
    for tier in counter.tiers:
        lines = [t for s, t in candidates.items() if s in tier or (tier is counter.services and t in own)]
        if lines:
            return max(lines, key=lambda t: _rank(site, t, now))
    return None


def _rank(site: Site, ticket: Ticket, now: datetime) -> tuple[Key, float, int]:
    """Largest key first; of equals the one who came first."""
    return (
        key(site.services[ticket.service].policy, ticket, now),
        -ticket.order.timestamp(),
        -ticket.ordinal,
    )


def heads_for(site: Site, state: HallState, counter: Counter) -> dict[str, Heads]:
    """The lines that this counter may call from, by service: its own, and people sent to it by name."""
    first: dict[tuple[str, Klass], Ticket] = {}
    for id in state.waiting:
        ticket = state.tickets[id]
        if ticket.service not in site.services:
            continue  # the hall gave the service up in the day; by its number the ticket can be cancelled
        if ticket.bound_to is not None:
            if ticket.bound_to != counter.id:
                continue
        elif not counter.serves(ticket.service):
            continue
        line = (ticket.service, ticket.klass)
        if line not in first or ticket.place < first[line].place:
            first[line] = ticket
    return {
        s: Heads(s, first.get((s, Klass.NORMAL)), first.get((s, Klass.PRIORITY)))
        for s in dict.fromkeys(service for service, _ in first)
    }


def _pick(site: Site, state: HallState, heads: Heads, now: datetime) -> Ticket:
    """Which of the two heads of one line goes first."""
    policy = site.services[heads.service].policy
    both = heads.all()
    if len(both) == 1:
        return both[0]
    assert heads.normal is not None and heads.priority is not None
    if policy.kind is PolicyKind.RATIO and not any(key(policy, t, now)[0] for t in both):
        turn = state.normals_since.get(heads.service, 0) >= policy.normals
        return heads.priority if turn else heads.normal
    return max(both, key=lambda t: _rank(site, t, now))
