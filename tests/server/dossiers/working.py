"""A site that works in the year 2026 as civil servants do, and any other site, for searching."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from server.dossiers.due import Counting, Rules
from server.dossiers.limits import Limit
from server.dossiers.working_time import WorkCalendar
from server.drafting.calendars import years
from server.hall.site import Session

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LONG = ("07:30-11:30", "13:30-17:30")  # the sessions of the reference's examples
YEAR = years()[2026]
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def week(sessions: Sequence[str] = LONG) -> tuple[tuple[Session, ...], ...]:
    """Monday to Friday."""
    some = tuple(Session(*map(time.fromisoformat, stretch.split("-"))) for stretch in sessions)
    return (*[some] * 5, (), ())


def calendar(sessions: Sequence[str] = LONG) -> WorkCalendar:
    return WorkCalendar(ZONE, week(sessions), YEAR.off, YEAR.worked)


def at(text: str) -> datetime:
    """An instant of 2026 as the examples write it: `20/11 09:30`."""
    return datetime.strptime(f"2026 {text}", "%Y %d/%m %H:%M").replace(tzinfo=ZONE)


def said(instant: datetime) -> str:
    return f"{instant:%d/%m %H:%M}"


# --- any

instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))
dates = st.dates(FIRST, LAST + timedelta(days=90))
day_limits = st.fractions(0, 40, max_denominator=8).filter(bool).map(Limit)
hour_limits = st.fractions(Fraction(1, 4), 200, max_denominator=4).map(lambda amount: Limit(amount, "h"))
limits = st.one_of(day_limits, hour_limits, st.just(Limit(Fraction(0))))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Any week with at least one session, in a zone with or without summer time."""
    clocks = st.integers(0, 24 * 12 - 1).map(lambda n: time(n // 12, n % 12 * 5))

    def session(ends: tuple[time, time]) -> Session:
        return Session(min(ends), max(ends))

    sessions = st.lists(st.tuples(clocks, clocks).filter(lambda t: t[0] != t[1]).map(session), max_size=3)
    usual = st.just(week()[0])
    days = draw(st.lists(st.one_of(usual, sessions.map(tuple)), min_size=7, max_size=7))
    if not any(days):
        days[draw(st.integers(0, 6))] = week()[0]
    zone = draw(st.sampled_from((ZONE, ZoneInfo("Europe/Berlin"))))
    return WorkCalendar(zone, tuple(days), draw(st.frozensets(dates)), draw(st.frozensets(dates)))


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    return Rules(
        draw(st.one_of(calendars(), st.just(calendar()))),
        Counting(
            draw(st.sampled_from(("hours", "days"))),
            draw(st.sampled_from(("close", "same-time"))),
            draw(st.sampled_from((8 * 3600, 27_000))),
            draw(st.sampled_from((time(15), time(9)))),
            draw(st.sampled_from(("off", "forwarding", "clock"))),
        ),
    )


def in_a_session(of: WorkCalendar, instant: datetime) -> bool:
    """Looked up anew in the week, the close included."""
    local = instant.astimezone(of.zone)
    clock = local.time()
    return any(session.opens <= clock <= session.closes for session in of.sessions(local.date()))
