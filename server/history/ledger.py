"""The sums of closed days, kept beside the log so that a year is read in milliseconds.

A day is summed once, from its events, when somebody asks for it and it is over; months are made of their
days. What is kept may be deleted at any time. It notices by the log itself what it no longer holds: new
events of an old day, numbers told or entered for one, another log (a restored backup), other promises.
SQLite: a file beside the hall's. PostgreSQL: tables of the hall's database that no migration knows.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from server.hall.events import KINDS, Event
from server.hall.site import Site
from server.history.cube import ALL, DIMS, Cube, Work, cube_of, work_of
from server.history.deeds import Deed, deeds_of
from server.history.facts import DayFold
from server.history.periods import DAY, Period, months_on
from server.history.sums import Sums, added
from server.store import event_table

log = logging.getLogger("history")

FORM: Final = 6  # of what is kept; another one and all of it is summed anew
BUDGET_S: Final = 1.0  # of summing for one reader; what is left the next one does
OF_ANOTHER_DAY: Final = ("ToldTooLate", "Entered")  # events whose ticket may be of an earlier day
WORK: Final = "work"

_kept = sa.MetaData()
_mark = sa.Table(
    "history_mark", _kept, sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text)
)
_known = sa.Table(
    "history_known", _kept, sa.Column("day", sa.Text, primary_key=True), sa.Column("summed", sa.Boolean)
)
_late = sa.Table(
    "history_late",
    _kept,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Text),
)
_day = sa.Table(
    "history_day",
    _kept,
    sa.Column("dim", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary),
)
_month = sa.Table(
    "history_month",
    _kept,
    sa.Column("dim", sa.Text, primary_key=True),
    sa.Column("month", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary),
)

_sums = msgspec.msgpack.Decoder(dict[str, Sums])
_works = msgspec.msgpack.Decoder(tuple[Work, ...])
_deeds = msgspec.msgpack.Decoder(tuple[Deed, ...])
_pack = msgspec.msgpack.Encoder().encode


class History:
    """The figures of one hall's log. Any thread may ask; summing is done by one at a time."""

    def __init__(self, engine: sa.Engine, kept: sa.Engine) -> None:
        """engine: of the log, read only. kept: where sums are kept."""
        self._log, self._kept = engine, kept
        self._lock = threading.Lock()
        self._today = DayFold("")
        self._today_seq = 0
        self._today_cube: tuple[int, datetime, Cube, tuple[Work, ...]] | None = None
        self._today_deeds: dict[str, tuple[Deed, ...]] = {}
        self._day = date.min
        self._made = False

    def refresh(self, site: Site, today: date, now: datetime, budget_s: float = BUDGET_S) -> list[date]:
        """Look at what happened since, and sum closed days for at most `budget_s`. Returns those left.

        today: the business day that runs.
        """
        with self._lock:
            self._day = today
            try:
                return self._refreshed(site, now, budget_s)
            except sa.exc.DatabaseError as error:  # what was kept is gone or no longer a database
                log.warning("keeping anew: %s", error.orig)
                self._made = False
                return self._refreshed(site, now, budget_s)

    def _refreshed(self, site: Site, now: datetime, budget_s: float) -> list[date]:
        with self._log.connect() as events, self._keeping() as kept:
            self._look(site, events, kept)
            left = self._sum_days(site, events, kept, budget_s)
            self._follow_today(site, events, now)
        return left

    def forget(self) -> None:
        """Drop all that is kept; it is summed anew."""
        with self._lock, self._keeping() as kept:
            _clear(kept)

    # --- reading ----------------------------------------------------------------------------------------

    def total(self, dim: str, first: date, end: date) -> dict[str, Sums]:
        """The sums of business days `first` up to, not including, `end`, by key of the dimension."""
        into: dict[str, Sums] = {}
        with self._keeping() as kept:
            for whole, begins, ends in _pieces(first, end, self._day):
                if whole:
                    for body in self._months(kept, dim, begins, ends):
                        added(body, into)
                else:
                    for _, parts in self._days(kept, dim, begins, ends):
                        added(parts, into)
        if first <= self._day < end:
            added(self._running(dim), into)
        return into

    def days(self, dim: str, first: date, end: date) -> dict[date, dict[str, Sums]]:
        """The same, day by day; days of which the log knows nothing are not there."""
        with self._keeping() as kept:
            found = {date.fromisoformat(day): parts for day, parts in self._days(kept, dim, first, end)}
        if first <= self._day < end:
            found[self._day] = self._running(dim)
        return found

    def steps(self, dim: str, parts: list[Period]) -> list[dict[str, Sums]]:
        """The sums of each of these periods."""
        return [self.total(dim, part.first, part.end) for part in parts]

    def work(self, first: date, end: date) -> list[Work]:
        """Working time, day by day."""
        found: list[Work] = []
        wanted = sa.select(_day.c.body).where(
            _day.c.dim == WORK, _day.c.day >= first.isoformat(), _day.c.day < end.isoformat()
        )
        with self._keeping() as kept:
            for (body,) in kept.execute(wanted.order_by(_day.c.day)):
                found.extend(_works.decode(body))
        if first <= self._day < end and self._today_cube is not None:
            found.extend(self._today_cube[3])
        return found

    def deeds(self, where: str, day: date) -> tuple[Deed, ...]:
        """What happened on a business day, one by one. where: as `server.history.deeds` keeps it."""
        if day == self._day:
            return self._today_deeds.get(where, ())
        wanted = sa.select(_day.c.body).where(_day.c.dim == where, _day.c.day == day.isoformat())
        with self._keeping() as kept:
            body = kept.execute(wanted).scalar()
        return () if body is None else _deeds.decode(body)

    def _running(self, dim: str) -> dict[str, Sums]:
        today = self._today_cube
        return {} if today is None else today[2].get(dim, {})

    @staticmethod
    def _days(kept: sa.Connection, dim: str, first: date, end: date) -> Iterator[tuple[str, dict[str, Sums]]]:
        wanted = sa.select(_day.c.day, _day.c.body).where(
            _day.c.dim == dim, _day.c.day >= first.isoformat(), _day.c.day < end.isoformat()
        )
        for day, body in kept.execute(wanted.order_by(_day.c.day)):
            yield day, _sums.decode(body)

    def _months(self, kept: sa.Connection, dim: str, first: date, end: date) -> Iterator[dict[str, Sums]]:
        wanted = sa.select(_month.c.month, _month.c.body).where(
            _month.c.dim == dim, _month.c.month >= f"{first:%Y-%m}", _month.c.month < f"{end:%Y-%m}"
        )
        have = {month: body for month, body in kept.execute(wanted)}
        at = first
        while at < end:
            body = have.get(f"{at:%Y-%m}")
            yield _sums.decode(body) if body is not None else self._make_month(kept, dim, at)
            at = months_on(at, 1)

    def _make_month(self, kept: sa.Connection, dim: str, first: date) -> dict[str, Sums]:
        end, into = months_on(first, 1), dict[str, Sums]()
        for _, parts in self._days(kept, dim, first, end):
            added(parts, into)
        unsummed = (
            sa.select(sa.func.count())
            .select_from(_known)
            .where(
                _known.c.day >= first.isoformat(), _known.c.day < end.isoformat(), _known.c.summed.is_(False)
            )
        )
        if not kept.execute(unsummed).scalar():
            month = f"{first:%Y-%m}"
            kept.execute(_month.delete().where(_month.c.dim == dim, _month.c.month == month))
            kept.execute(_month.insert().values(dim=dim, month=month, body=_pack(into)))
        return into

    # --- keeping ----------------------------------------------------------------------------------------

    @contextmanager
    def _keeping(self) -> Iterator[sa.Connection]:
        """A transaction of what is kept, made where it is missing."""
        if not self._made:
            try:
                with self._kept.connect() as look:
                    look.execute(sa.select(_mark.c.name).limit(1)).all()
            except sa.exc.DBAPIError as error:
                log.info("keeping anew: %s", error.orig)
                _make(self._kept)
            self._made = True
        with self._kept.begin() as kept:
            yield kept

    def _look(self, site: Site, events: sa.Connection, kept: sa.Connection) -> None:
        """Find out which days the log has told more of since the last look."""
        e = event_table.c
        marks = {name: value for name, value in kept.execute(sa.select(_mark.c.name, _mark.c.value))}
        seen, seal = int(marks.get("seq", 0)), marks.get("seal")
        head = events.execute(sa.select(e.seq, e.seal).order_by(e.seq.desc()).limit(1)).one_or_none()
        same = events.execute(sa.select(e.seal).where(e.seq == seen)).scalar() == seal if seen else True
        if marks.get("rules") != _rules(site) or not same or seen > (0 if head is None else head.seq):
            _clear(kept)
            seen = 0
            self._today_seq = 0
        if head is None or head.seq == seen:
            if not marks:
                self._put_marks(kept, rules=_rules(site), seq="0", seal=None)
            return
        new = (e.seq > seen) & (e.seq <= head.seq)
        days = events.execute(sa.select(e.day).where(new, e.day.is_not(None)).distinct())
        touched = {day for (day,) in days}
        for seq, body in events.execute(sa.select(e.seq, e.body).where(new, e.kind.in_(OF_ANOTHER_DAY))):
            day = msgspec.json.decode(body)["ticket"]["day"]
            kept.execute(_late.insert().values(seq=seq, day=day))
            touched.add(day)
        for day in touched:
            kept.execute(_known.delete().where(_known.c.day == day))
            kept.execute(_known.insert().values(day=day, summed=False))
            kept.execute(_day.delete().where(_day.c.day == day))
            kept.execute(_month.delete().where(_month.c.month == day[:7]))
        self._put_marks(kept, rules=_rules(site), seq=str(head.seq), seal=head.seal)

    @staticmethod
    def _put_marks(kept: sa.Connection, **marks: str | None) -> None:
        kept.execute(_mark.delete())
        kept.execute(_mark.insert(), [{"name": name, "value": value} for name, value in marks.items()])

    def _sum_days(
        self, site: Site, events: sa.Connection, kept: sa.Connection, budget_s: float
    ) -> list[date]:
        """Newest first: they are asked for first."""
        due = sa.select(_known.c.day).where(_known.c.summed.is_(False), _known.c.day < self._day.isoformat())
        waiting = [day for (day,) in kept.execute(due.order_by(_known.c.day.desc()))]
        began = time.monotonic()
        for n, day in enumerate(waiting):
            if n and time.monotonic() - began > budget_s:
                return [date.fromisoformat(day) for day in waiting[n:]]
            fold, at = DayFold(day), datetime.combine(date.fromisoformat(day), datetime.min.time(), site.zone)
            for _, event in self._events(events, kept, day, 0):
                fold.take(event)
                at = event.at
            facts = fold.facts(at)
            rows = {dim: _pack(parts) for dim, parts in cube_of(site, facts).items()}
            rows[WORK] = _pack(work_of(facts))
            rows |= {where: _pack(deeds) for where, deeds in deeds_of(facts).items()}
            kept.execute(_day.delete().where(_day.c.day == day))
            kept.execute(
                _day.insert(), [{"dim": dim, "day": day, "body": body} for dim, body in rows.items()]
            )
            kept.execute(_known.update().where(_known.c.day == day).values(summed=True))
        return []

    def _follow_today(self, site: Site, events: sa.Connection, now: datetime) -> None:
        day = self._day.isoformat()
        if self._today.day != day or not self._today_seq:
            self._today, self._today_seq, self._today_cube = DayFold(day), 0, None
            self._today_deeds = {}
        before = self._today_seq
        for seq, event in self._events(events, None, day, before):
            self._today.take(event)
            self._today_seq = seq
        known = self._today_cube
        if known is None or self._today_seq != before or now - known[1] >= timedelta(seconds=30):
            facts = self._today.facts(now)
            cube = cube_of(site, facts, over=False) if facts.tickets or facts.spells else {}
            self._today_cube = (self._today_seq, now, cube, work_of(facts))
            self._today_deeds = deeds_of(facts)

    @staticmethod
    def _events(
        events: sa.Connection, kept: sa.Connection | None, day: str, since: int
    ) -> Iterator[tuple[int, Event]]:
        e = event_table.c
        columns = sa.select(e.seq, e.kind, e.body).order_by(e.seq)
        for seq, kind, body in events.execute(columns.where(e.day == day, e.seq > since)):
            yield seq, msgspec.json.decode(body, type=KINDS[kind])
        if kept is None:
            return
        late = [seq for (seq,) in kept.execute(sa.select(_late.c.seq).where(_late.c.day == day))]
        for seq, kind, body in events.execute(columns.where(e.seq.in_(late), e.day != day)):
            yield seq, msgspec.json.decode(body, type=KINDS[kind])


def _pieces(first: date, end: date, today: date) -> Iterator[tuple[bool, date, date]]:
    """A period as stretches of whole months that are over (True) and of single days."""
    begins = first if first.day == 1 else months_on(first, 1)
    ends = min(end, today).replace(day=1)
    if begins < ends:
        if first < begins:
            yield False, first, begins
        yield True, begins, ends
        first = ends
    if first < end:
        yield False, first, end


def _rules(site: Site) -> str:
    """What sums depend on besides the log: when it differs, all is summed anew."""
    promises = sorted((id, s.target // timedelta(minutes=1)) for id, s in site.services.items())
    return sha256(repr((FORM, DIMS, str(site.zone), promises)).encode()).hexdigest()


def _clear(kept: sa.Connection) -> None:
    for table in _kept.sorted_tables:
        kept.execute(table.delete())


def _make(engine: sa.Engine) -> None:
    """Tables anew; a file that is no database goes first."""
    try:
        _kept.drop_all(engine)
        _kept.create_all(engine)
    except sa.exc.DatabaseError:
        if engine.dialect.name != "sqlite" or not engine.url.database:
            raise
        Path(engine.url.database).unlink(missing_ok=True)
        _kept.create_all(engine)


def open_history(engine: sa.Engine) -> History:
    """The history of the log behind `engine`: what it keeps goes to `figures.db` beside an SQLite log, else
    into the same database."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return History(engine, engine)
    file = Path(engine.url.database).with_name("figures.db")
    kept = sa.create_engine(f"sqlite:///{file}", poolclass=sa.pool.NullPool, hide_parameters=True)

    @sa.event.listens_for(kept, "connect")
    def quick(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")  # a torn file is made anew
        connection.execute("PRAGMA busy_timeout = 5000")

    return History(engine, kept)


__all__ = ["ALL", "DAY", "WORK", "History", "open_history"]
