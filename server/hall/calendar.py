"""When the hall gives numbers: business days, sessions, cut-off, holidays, make-up days.

Everything is worked out in the site's time zone and answered in UTC, so that a clock change moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from server.hall.site import Hours, Session, Site

LOOK_AHEAD = 40  # days; the longest Tết closing is under two weeks
MIDDAY = timedelta(hours=3)  # a pause up to this long is sat out in the hall


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in UTC: from `opens` up to, not including, `closes`."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """Why no number is given now (a refusal code), and when the next one will be."""

    reason: str
    reopens_at: datetime | None


def business_day(site: Site, now: datetime) -> date:
    """The day that `now` belongs to: it changes at the configured hour, not at midnight."""
    local = now.astimezone(site.zone)
    turn = timedelta(hours=site.hours.day_changes.hour, minutes=site.hours.day_changes.minute)
    return (local.replace(tzinfo=None) - turn).date()


def day_turns_at(site: Site, day: date) -> datetime:
    """The instant in UTC at which business day `day` begins."""
    return datetime.combine(day, site.hours.day_changes, site.zone).astimezone(UTC)


def sessions_on(site: Site, day: date) -> tuple[Span, ...]:
    """The sessions of a day, in order; empty on a closed day."""
    return tuple(_span(site, day, s) for s in _sessions(site.hours, day))


def _sessions(hours: Hours, day: date) -> tuple[Session, ...]:
    if day in hours.holidays:
        return ()
    if day in hours.made_up:  # a make-up Saturday is worked like the first working day of the week
        return next((d for d in hours.week if d), ())
    return hours.week[day.weekday()]


def _span(site: Site, day: date, session: Session) -> Span:
    def utc(at: time) -> datetime:
        return datetime.combine(day, at, site.zone).astimezone(UTC)

    return Span(utc(session.opens), utc(session.closes))


def spans_from(site: Site, now: datetime) -> Iterator[Span]:
    """The session that holds `now`, if any, and all later ones."""
    first = now.astimezone(site.zone).date()
    for ahead in range(LOOK_AHEAD):
        for span in sessions_on(site, first + timedelta(days=ahead)):
            if span.closes > now:
                yield span


def openings(site: Site, now: datetime, days: int) -> tuple[Span, ...]:
    """The stretches of the next `days` days in which numbers are given: sessions less their cut-off."""
    until = now + timedelta(days=days)
    cut = site.hours.cut_off
    return tuple(
        Span(s.opens, s.closes - cut)
        for s in spans_from(site, now)
        if s.opens < until and s.closes - cut > s.opens
    )


def days_of_people(site: Site, now: datetime, days: int) -> tuple[Span, ...]:
    """When people are in the hall in the next `days` days, to the end of the last session: they stay over a
    midday pause. Over a longer closing the next such stretch at least."""
    today, until = now.astimezone(site.zone).date(), now + timedelta(days=days)
    found: list[Span] = []
    for ahead in range(LOOK_AHEAD):
        for span in sessions_on(site, today + timedelta(days=ahead)):
            if found and span.opens - found[-1].closes <= MIDDAY:
                found[-1] = Span(found[-1].opens, span.closes)
            else:
                found.append(span)
    coming = [span for span in found if span.closes > now]
    return tuple(s for n, s in enumerate(coming) if n == 0 or s.opens < until)


def current_session(site: Site, now: datetime) -> Span | None:
    """The session that `now` falls in."""
    span = next(spans_from(site, now), None)
    return span if span is not None and span.opens <= now else None


def admission(site: Site, now: datetime) -> Closed | None:
    """None while numbers are given, else why not and when again."""
    spans = spans_from(site, now)
    span = next(spans, None)
    if span is not None and span.opens <= now:
        if now < span.closes - site.hours.cut_off:
            return None
        later = next(spans, None)
        return Closed("cut-off", later.opens if later else None)
    return Closed(_why_closed(site, now), span.opens if span else None)


def _why_closed(site: Site, now: datetime) -> str:
    day = now.astimezone(site.zone).date()
    today = sessions_on(site, day)
    if not today:
        return "holiday" if day in site.hours.holidays else "closed-day"
    if now < today[0].opens:
        return "before-opening"
    return "lunch" if now < today[-1].opens else "after-hours"


def with_closures(site: Site, now: datetime, wait: timedelta) -> timedelta:
    """`wait` of open time, from now, as time on the wall: closed stretches that fall inside are added."""
    left = wait
    for span in spans_from(site, now):
        begin = max(span.opens, now)
        if begin + left <= span.closes:
            return begin + left - now
        left -= span.closes - begin
    return wait
