"""Due dates of ours: worked out where a source has none, kept once they were promised, anew by other rules.

A due date of ours follows from when a dossier was complete, its limit and its history, by the rules of the
centre. Once it stands on a paper that somebody took home it is a promise: other rules move it no more, only
a pause that ended after that does (decision 0043). Dossiers that are over keep what they were judged by.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from server.dossiers import pauses, sums
from server.dossiers.due import Clock, Moment, Rules
from server.dossiers.limits import NoLimit, read_limit
from server.dossiers.register import Dossier
from server.dossiers.rows import (
    dossier_of,
    dossier_table,
    fact_table,
    instant_of,
    printed_table,
    reappointment_table,
    step_table,
    text_of,
)
from server.dossiers.status import Status
from server.dossiers.working_time import NoTime

if TYPE_CHECKING:
    from server.dossiers.store import DossierStore

RULES: Final = "rules"  # the fact that names the rules by which all due dates of ours are
RECKONING: Final = "reckoning"  # the fact that names those by which all are just being worked out anew
RECKONED: Final = "reckoned"  # what the last change of them did
AT_ONCE: Final = 500  # dossiers in one transaction, so that an import waits for no more


class Held(NamedTuple):
    """A due date that somebody was promised, and when."""

    due: datetime
    at: datetime


class Past(NamedTuple):
    """What is known of a dossier that its due date depends on."""

    steps: tuple[Moment, ...] = ()
    held: Held | None = None


class Reckoned(msgspec.Struct, frozen=True):
    """What other rules did to the open dossiers whose due dates are ours.

    looked: how many there were. later, earlier: whose due date moved. kept: which would have moved, had the
    date not been promised.
    """

    at: datetime
    looked: int = 0
    later: int = 0
    earlier: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class _Step:
    at: datetime
    status: Status


# --- one dossier --------------------------------------------------------------------------------------


def is_ours(d: Dossier) -> bool:
    """Whether its due date is for us to work out."""
    return bool(d.limit) and (d.due is None or d.due_by_us)


def clock_of(d: Dossier, rules: Rules, steps: Iterable[Moment]) -> Clock | None:
    """Its clock by these rules, whoever says when it is due; None without a limit that can be counted."""
    try:
        return rules.clock(d.complete or d.received, read_limit(d.limit), steps)
    except (NoLimit, NoTime):
        return None


def worked_out(d: Dossier, rules: Rules, past: Past) -> Dossier:
    """A dossier of `is_ours` with its due date, or without one where none can be counted."""
    clock = clock_of(d, rules, past.steps)
    due = None if clock is None else clock.due
    if past.held is not None and not (clock and clock.ran_on and clock.ran_on > past.held.at):
        due = past.held.due
    return msgspec.structs.replace(d, due=due, due_by_us=due is not None)


# --- the register -------------------------------------------------------------------------------------


def pasts(db: sa.Connection, codes: Sequence[str]) -> Mapping[str, Past]:
    """code -> its past, of those that have any."""
    steps: dict[str, list[Moment]] = {}
    s, p, r = step_table.c, printed_table.c, reappointment_table.c
    for code, at, status in db.execute(sa.select(s.code, s.at, s.status).where(s.code.in_(codes))):
        steps.setdefault(code, []).append(_Step(instant_of(at), Status(status)))
    held: dict[str, Held] = {}
    promises = sa.union_all(
        sa.select(p.code, p.due, p.at).where(p.code.in_(codes)),
        sa.select(r.code, r.old_due, r.at).where(r.code.in_(codes)),  # told with the new one
    )
    for code, due, at in sorted(db.execute(promises), key=lambda row: row[2]):
        held[code] = Held(instant_of(due), instant_of(at))
    return {code: Past(tuple(steps.get(code, ())), held.get(code)) for code in steps.keys() | held.keys()}


def promise_on_paper(store: DossierStore, code: str, due: datetime, now: datetime) -> None:
    """A paper with this due date goes to the citizen; the last one holds."""
    row = {"code": code, "due": text_of(due), "at": text_of(now)}
    wanted = sqlite.insert(printed_table).values(row)
    with store.writing() as db:
        db.execute(wanted.on_conflict_do_update(index_elements=["code"], set_=row))


def counted_by(db: sa.Connection, rules: Rules) -> None:
    """Due dates were worked out by these rules. If those of others are by different ones, all are to be
    worked out anew: an import that began before a change may end after it."""
    f = fact_table.c
    db.execute(fact_table.delete().where(f.key.in_((RULES, RECKONING)), f.value != _name(rules)))


def recompute(store: DossierStore, rules: Rules, now: datetime) -> Reckoned | None:
    """Work out the due dates of open dossiers anew if they are by other rules; None if they are by these.

    A transaction for some hundred dossiers at a time. Ended in the middle it is done anew the next time.
    """
    d = dossier_table.c
    ours = sa.and_(d.over.is_(None), d.limit != "", sa.or_(d.due.is_(None), d.due_by_us))
    with store.reading() as db:
        if _fact(db, RULES) == _name(rules):
            return None
    with store.writing() as db:
        _note(db, RECKONING, _name(rules))
        codes = db.execute(sa.select(d.code).where(ours)).scalars().all()
    found: Counter[str] = Counter()
    for first in range(0, len(codes), AT_ONCE):
        with store.writing() as db:
            some = [dossier_of(row) for row in db.execute(_rows(ours, codes[first : first + AT_ONCE]))]
            found += _anew(db, some, rules, store)
    said = Reckoned(now, **found)
    with store.writing() as db:
        if _fact(db, RECKONING) == _name(rules):  # else somebody brought more by other rules meanwhile
            _note(db, RULES, _name(rules))
        if found["looked"]:
            _note(db, RECKONED, msgspec.json.encode(said).decode())
    return said


def last_reckoned(store: DossierStore) -> Reckoned | None:
    """What the last change of the rules did, if it concerned any dossier."""
    with store.reading() as db:
        said = _fact(db, RECKONED)
    return None if said is None else msgspec.json.decode(said, type=Reckoned)


def _rows(ours: sa.ColumnElement[bool], codes: Sequence[str]) -> sa.Select[Any]:
    return dossier_table.select().where(ours, dossier_table.c.code.in_(codes))


def _anew(db: sa.Connection, some: Sequence[Dossier], rules: Rules, store: DossierStore) -> Counter[str]:
    found, totals = Counter[str](looked=len(some)), sums.Sums()
    known = pasts(db, [before.code for before in some])
    waited = pauses.known(db, [before.code for before in some])
    moved = []
    for before in some:
        past = known.get(before.code, Past())
        after = worked_out(before, rules, past)
        clock = clock_of(before, rules, past.steps)
        found["kept"] += clock is not None and after.due is not None and after.due != clock.due
        if after == before:
            continue
        if after.due is not None and before.due is not None:
            found["later" if after.due > before.due else "earlier"] += 1
        counted = sums.Past(pauses=waited.get(before.code, ()))  # open: however often papers were asked for
        sums.count(totals, before, None, store.zone, counted, sign=-1)
        sums.count(totals, after, None, store.zone, counted)
        due = None if after.due is None else text_of(after.due)
        moved.append({"moved": after.code, "new": due, "ours": after.due_by_us})
    if moved:
        d, p = dossier_table.c, sa.bindparam
        wanted = dossier_table.update().where(d.code == p("moved"))
        db.execute(wanted.values(due=p("new"), due_by_us=p("ours")), moved)
        sums.add(db, totals)
    return found


def _name(rules: Rules) -> str:
    """The same for rules that count alike."""
    calendar = rules.calendar
    days = [sorted(day.isoformat() for day in some) for some in (calendar.off, calendar.made_up)]
    said = repr((str(calendar.zone), calendar.week, days, rules.by))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _fact(db: sa.Connection, key: str) -> str | None:
    return db.execute(sa.select(fact_table.c.value).where(fact_table.c.key == key)).scalar()


def _note(db: sa.Connection, key: str, value: str) -> None:
    wanted = sqlite.insert(fact_table).values(key=key, value=value)
    db.execute(wanted.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
