"""The hall as this kiosk knows it: the plan it was sent, the wall's figures, and what both mean for a button.

Compares times and adds figures up; every rule (hours, holidays, caps) was worked out by the server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from broker.messages import (
    AuthorityPlan,
    Board,
    DeviceConfig,
    KioskPlan,
    Opening,
    Range,
    ServicePlan,
    WaitingLine,
)
from kiosk.view import Closing, Offer, Target, Verb

UNKNOWN_SERVICE = "unknown-service"


class BadPlan(ValueError):
    """A configuration this kiosk cannot work with; one sentence."""


@dataclass(frozen=True)
class Hall:
    """Empty until the configuration arrives. Not `fresh` while the server is away: figures are old then."""

    config: DeviceConfig | None = None
    plan: KioskPlan | None = None
    zone: tzinfo = UTC
    lines: Mapping[str, WaitingLine] = field(default_factory=dict)  # by service
    services: Mapping[str, tuple[AuthorityPlan, ServicePlan]] = field(default_factory=dict)
    fresh: bool = False

    def with_config(self, config: DeviceConfig) -> Hall:
        """Raises BadPlan for a configuration that is not a kiosk's or names no time zone that exists."""
        if config.kiosk is None:
            raise BadPlan("the configuration holds no kiosk")
        try:
            zone = ZoneInfo(config.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadPlan(f"there is no time zone {ascii(config.time_zone)[:60]}") from None
        services = {s.id: (a, s) for a in config.kiosk.authorities for s in a.services}
        return replace(self, config=config, plan=config.kiosk, zone=zone, services=services)

    def with_board(self, board: Board) -> Hall:
        return replace(self, lines={line.service: line for line in board.waiting})

    @property
    def authorities(self) -> tuple[AuthorityPlan, ...]:
        """Those that offer anything at all."""
        return tuple(a for a in self.plan.authorities if a.services) if self.plan else ()

    def authority(self, id: str) -> AuthorityPlan | None:
        return next((a for a in self.authorities if a.id == id), None)

    def service(self, id: str) -> tuple[AuthorityPlan, ServicePlan] | None:
        return self.services.get(id)

    def local(self, at: datetime) -> datetime:
        """The hall's local time in whole minutes: all that a screen shows."""
        return at.astimezone(self.zone).replace(second=0, microsecond=0)

    def closing(self, service: str, at: datetime | None) -> Closing | None:
        """Why `service` gives no number at `at`, or None while it does.

        At a time that nobody knows (None) the server's word decides, and without a server the person who
        stands in front of the kiosk: the doors are open.
        """
        found = self.service(service)
        if found is None:
            return Closing(UNKNOWN_SERVICE)
        said = self._said(self.lines.get(service), at)
        by_plan = self._outside(found[1].openings, at) if at is not None else None
        return (said or by_plan) if by_plan is not None else said

    def _said(self, line: WaitingLine | None, at: datetime | None) -> Closing | None:
        """The server's word about a line. Old news, without an hour at which they end, are not believed."""
        if line is None or line.open or (not self.fresh and (line.reopens_at is None or at is None)):
            return None
        # A line that is to reopen at an hour which has struck was only not yet sent again.
        if line.reopens_at is not None and at is not None and line.reopens_at <= at:
            return None
        return Closing(line.reason or "closed", line.reopens_at)

    def all_closed(self, at: datetime | None) -> Closing | None:
        """Most services' reason and when the first of them reopens, or None while one gives numbers."""
        closings = [self.closing(id, at) for id in self.services]
        shut = [c for c in closings if c is not None]
        if len(shut) < len(closings):
            return None
        if not shut:
            return Closing("closed")
        code = Counter(c.code for c in shut).most_common(1)[0][0]
        return Closing(code, min((c.reopens_at for c in shut if c.reopens_at), default=None))

    def offers(self, at: datetime | None) -> tuple[Offer, ...]:
        """The buttons of the first screen: authorities, or the services of the only one."""
        if len(self.authorities) == 1:
            return self.service_offers(self.authorities[0], at)
        return tuple(self._authority_offer(a, at) for a in self.authorities)

    def authority_closing(self, authority: AuthorityPlan, at: datetime | None) -> Closing | None:
        """Why none of an authority's services gives a number, or None while one does."""
        closings = [self.closing(s.id, at) for s in authority.services]
        shut = [c for c in closings if c is not None]
        return _earliest(shut) if len(shut) == len(closings) else None

    def service_offers(self, authority: AuthorityPlan, at: datetime | None) -> tuple[Offer, ...]:
        return tuple(self._service_offer(s, at) for s in authority.services)

    def all_services(self, at: datetime | None) -> tuple[Offer, ...]:
        """Every service of the hall: what wired buttons choose between."""
        return self.offers_of([s.id for a in self.authorities for s in a.services], at)

    def offers_of(
        self, services: Iterable[str], at: datetime | None, *, collecting: bool = False
    ) -> tuple[Offer, ...]:
        """Offers of some services, each under the name that citizens know it by: of an authority with one
        service, its own. `collecting`: they are one and the same service, that of giving results out."""
        found = [self.services[id] for id in services if id in self.services]
        of = Counter(a.id for a, _ in found) if collecting else {a.id: len(a.services) for a, _ in found}
        return tuple(
            replace(self._service_offer(s, at), name=a.name, short=a.short)
            if of[a.id] == 1
            else self._service_offer(s, at)
            for a, s in found
        )

    # --- inside -----------------------------------------------------------------------------------------

    def _outside(self, openings: tuple[Opening, ...], at: datetime) -> Closing | None:
        """The plan's own reason, for the moments before the server says so itself."""
        if any(o.opens <= at < o.closes for o in openings):
            return None
        day = self.local(at).date()
        passed = any(self.local(o.opens).date() == day and o.closes <= at for o in openings)
        coming = min((o.opens for o in openings if o.opens > at), default=None)
        today = coming is not None and self.local(coming).date() == day
        code = {
            (True, True): "lunch",
            (True, False): "after-hours",
            (False, True): "before-opening",
            (False, False): "closed-day",
        }[passed, today]
        return Closing(code, coming)

    def _service_offer(self, service: ServicePlan, at: datetime | None) -> Offer:
        line = self.lines.get(service.id) if self.fresh else None
        return Offer(
            Target(Verb.SERVICE, service.id),
            service.letter,
            service.name,
            service.name,
            _ahead(line) if line else None,
            line.wait if line else None,
            self.closing(service.id, at),
        )

    def _authority_offer(self, authority: AuthorityPlan, at: datetime | None) -> Offer:
        parts = [self._service_offer(s, at) for s in authority.services]
        one = parts[0].target if len(parts) == 1 else Target(Verb.AUTHORITY, authority.id)
        lines = [self.lines[s.id] for s in authority.services if self.fresh and s.id in self.lines]
        most = max((*map(_ahead, lines), sum(line.waiting for line in lines)))
        return Offer(
            one,
            authority.letter,
            authority.name,
            authority.short,
            most if lines else None,
            _spanned([p for p in parts if p.closing is None]),
            self.authority_closing(authority, at),
        )


def _ahead(line: WaitingLine) -> int:
    """How many are called before a newcomer, as the ticket will say; an older server tells its own line."""
    return line.waiting if line.ahead is None else line.ahead


def _spanned(open: list[Offer]) -> Range | None:
    """From the shortest to the longest of the waits that are known.

    Unknown while most people wait for services whose wait is not: the rare ones of an authority may never
    have enough calls for a range, and their own button says so.
    """
    known = [(o.wait, o.waiting or 0) for o in open if o.wait is not None]
    everybody = sum(o.waiting or 0 for o in open)
    if not known or 2 * sum(waiting for _, waiting in known) < everybody:
        return None
    return Range(min(w.low for w, _ in known), max(w.high for w, _ in known))


def _earliest(closings: list[Closing]) -> Closing:
    """The one that ends first; one without an end comes last."""
    endless = [c for c in closings if c.reopens_at is None]
    ending = [(c.reopens_at, c) for c in closings if c.reopens_at is not None]
    return min(ending, key=lambda pair: pair[0])[1] if ending else endless[0]
