"""How long what is held of dossiers stays, class by class, and what a night's work deletes.

Each class finds what is due in one look and deletes it in small transactions, so that nobody who writes waits
for longer than one of them. What is deleted does not come back with the next import: whose person is gone is
remembered by code.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from server.dossiers import applicants, erasing, sums
from server.dossiers.applicants import GONE
from server.dossiers.bringing import take_away
from server.dossiers.rows import (
    applicant_table,
    dossier_table,
    draft_table,
    handover_table,
    import_table,
    instant_of,
    mail_table,
    printed_table,
    reappointment_table,
    refusal_table,
    reminder_table,
    sent_table,
    step_table,
    text_of,
    tidying_table,
)
from server.dossiers.status import Status
from server.dossiers.store import DRAFT_S, DossierStore
from server.site_shape import Retention

AT_ONCE: Final = 500  # of one transaction
BETWEEN_S: Final = 0.02  # in which others write
BY: Final = "retention"
KEPT: Final = 400  # nights whose counts are kept

d, a, h = dossier_table.c, applicant_table.c, handover_table.c
r, p = reappointment_table.c, printed_table.c
OURS: Final = (handover_table, reappointment_table, printed_table, reminder_table)  # of a dossier


@dataclass(frozen=True, slots=True)
class Class:
    """name: of its key in `Retention`. due: selects what is due before an instant. delete: some of it."""

    name: str
    due: Callable[[str], sa.Select[Any]]
    delete: Callable[[sa.Connection, Sequence[Any], DossierStore, datetime], int]


class Night(msgspec.Struct, frozen=True):
    """What one turn deleted. day: whose night it was, in the hall."""

    day: str
    began: datetime
    ended: datetime
    counts: dict[str, int]


def _finished(before: str) -> sa.ColumnElement[bool]:
    """Its result was handed over before, as its source or we ourselves know, or it ended without one."""
    over = sa.and_(d.over < before, sa.func.coalesce(d.returned, d.over) < before)
    handed = sa.exists().where(h.code == d.code, h.at < before)
    rejected = sa.and_(d.status == Status.REJECTED.value, d.received < before)
    return sa.or_(
        sa.and_(over, d.status != Status.RESOLVED.value), sa.and_(d.over < before, handed), rejected
    )


def _of_people(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """People are fewer than dossiers: those gone have no row."""
    return sa.select(a.code).where(sa.exists().where(d.code == a.code, which))


def _persons(before: str) -> sa.Select[Any]:
    never_begun = sa.and_(d.status == Status.REGISTERED.value, d.received < before)
    return _of_people(sa.or_(_finished(before), never_begun))


def _unended(before: str) -> sa.Select[Any]:
    """Of what was received before and never ended, whatever it waits for, a result on the shelf included."""
    shelf = sa.and_(d.status == Status.RESOLVED.value, ~sa.exists().where(h.code == d.code))
    open_ = sa.and_(d.over.is_(None), d.status != Status.REJECTED.value)
    return _of_people(sa.and_(d.received < before, sa.or_(open_, shelf)))


def _secrets(before: str) -> sa.Select[Any]:
    return _of_people(_finished(before)).where(a.secret_seal != "", a.secret_seal != GONE)


def _ended(before: str) -> sa.Select[Any]:
    rejected = sa.and_(d.status == Status.REJECTED.value, d.received < before)
    return sa.select(d.code).where(sa.or_(d.over < before, rejected))


def _steps(before: str) -> sa.Select[Any]:
    return _ended(before).where(sa.exists().where(step_table.c.code == d.code))


def _handovers(before: str) -> sa.Select[Any]:
    shelf = d.status == Status.RESOLVED.value  # what was handed over and not recorded stays known as that
    open_ = sa.exists().where(d.code == h.code, sa.or_(d.over.is_(None), shelf))
    return sa.select(h.code).distinct().where(h.at < before, ~open_)


def _orphans(column: sa.Column[Any], at: sa.Column[Any]) -> Callable[[str], sa.Select[Any]]:
    """Facts of ours about dossiers that the register does not have any more: no dossier takes them along."""
    known = sa.exists().where(d.code == column)
    return lambda before: sa.select(column).distinct().where(at < before, ~known)


def _reminders(before: str) -> sa.Select[Any]:
    r = reminder_table.c
    open_ = sa.exists().where(d.code == r.code, d.over.is_(None))  # or it would be reminded of again
    return sa.select(r.id).where(r.at < before, ~open_)


def _mails(before: str) -> sa.Select[Any]:
    m = mail_table.c
    return sa.select(m.id).where(m.at < before, m.state != "waiting")


def _imports(before: str) -> sa.Select[Any]:
    i = import_table.c
    last = sa.select(sa.func.max(i.id)).group_by(i.source)  # how old a source's dossiers are stays known
    return sa.select(i.id).where(i.at < before, i.id.not_in(last))


def _by(column: sa.Column[Any]) -> Callable[[sa.Connection, Sequence[Any], DossierStore, datetime], int]:
    def delete(db: sa.Connection, some: Sequence[Any], store: DossierStore, now: datetime) -> int:
        return db.execute(sa.delete(column.table).where(column.in_(some))).rowcount

    return delete


def _of(column: sa.Column[Any], at: sa.Column[Any]) -> Callable[[str], sa.Select[Any]]:
    return lambda before: sa.select(column).where(at < before)


def _forget(db: sa.Connection, some: Sequence[Any], store: DossierStore, now: datetime) -> int:
    return erasing.forget(db, some, BY, now)


def _spend(db: sa.Connection, some: Sequence[Any], store: DossierStore, now: datetime) -> int:
    return applicants.spend(db, some)


def _drop(db: sa.Connection, some: Sequence[Any], store: DossierStore, now: datetime) -> int:
    """Dossiers with all that is about them, also from the sums of reports: both say the same. A source that
    goes on sending one brings it again, but not its person."""
    erasing.forget(db, list(applicants.known(db, some)), BY, now)
    totals: sums.Sums = Counter()
    take_away(db, list(some), totals, store.zone)
    sums.add(db, totals)
    for table in OURS:
        db.execute(table.delete().where(table.c.code.in_(some)))
    return len(some)


CLASSES: Final = (
    Class("dossiers", _ended, _drop),
    Class("dossiers", _orphans(r.code, r.at), _by(r.code)),
    Class("dossiers", _orphans(p.code, p.at), _by(p.code)),
    Class("persons", _persons, _forget),
    Class("unended", _unended, _forget),
    Class("secrets", _secrets, _spend),
    Class("steps", _steps, _by(step_table.c.code)),
    Class("handovers", _handovers, _by(h.code)),
    Class("reminders", _reminders, _by(reminder_table.c.id)),
    Class("reminders", _mails, _by(mail_table.c.id)),
    Class("imports", _imports, _by(import_table.c.id)),
    Class("imports", _of(refusal_table.c.token, refusal_table.c.at), _by(refusal_table.c.token)),
    Class("imports", _of(sent_table.c.id, sent_table.c.at), _by(sent_table.c.id)),
)
NAMES: Final = tuple(dict.fromkeys(one.name for one in CLASSES))


def days(keep: Retention) -> Mapping[str, int]:
    """Class -> after how many days; 0: never."""
    return {name: getattr(keep, name) for name in NAMES}


def tidy(
    store: DossierStore, keep: Retention, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Counter[str]:
    """Delete what is due; how much that was, by class. Goes on next time where it is stopped."""
    counts: Counter[str] = Counter()
    periods = days(keep)
    for one in CLASSES:
        if not periods[one.name]:
            continue
        before = text_of(now - timedelta(days=periods[one.name]))
        for some in _parts(store, one.due(before)):
            if stopping():
                return counts
            with store.writing() as db:
                counts[one.name] += one.delete(db, some, store, now)
            time.sleep(BETWEEN_S)
    with store.writing() as db:
        db.execute(draft_table.delete().where(draft_table.c.at < text_of(now - timedelta(seconds=DRAFT_S))))
    return +counts


def note(store: DossierStore, day: date, began: datetime, ended: datetime, counts: Mapping[str, int]) -> None:
    """Write down what a night deleted."""
    t = tidying_table.c
    with store.writing() as db:
        db.execute(
            tidying_table.insert().values(
                day=day.isoformat(),
                began=text_of(began),
                ended=text_of(ended),
                counts=msgspec.json.encode(dict(counts)).decode(),
            )
        )
        newest = sa.select(t.id).order_by(t.id.desc()).limit(KEPT)
        db.execute(tidying_table.delete().where(t.id.not_in(newest)))


def nights(store: DossierStore, most: int = 30) -> list[Night]:
    """The newest first."""
    with store.reading() as db:
        rows = db.execute(tidying_table.select().order_by(tidying_table.c.id.desc()).limit(most)).all()
    return [
        Night(
            r.day,
            instant_of(r.began),
            instant_of(r.ended),
            msgspec.json.decode(r.counts, type=dict[str, int]),
        )
        for r in rows
    ]


def _parts(store: DossierStore, wanted: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    with store.reading() as db:
        found = db.execute(wanted).scalars().all()
    for first in range(0, len(found), AT_ONCE):
        yield found[first : first + AT_ONCE]
