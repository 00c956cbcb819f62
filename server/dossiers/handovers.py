"""Results that our own people put into somebody's hands, and what their sources say of that.

A hand-over is a fact of ours: no import makes it or takes it away. Until the source says that the result was
returned, the dossier is "returned, not recorded", which is not the same as late; afterwards how long that
took is known, and also when a result was returned in time and only recorded late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from server.dossiers.code import read_code
from server.dossiers.promises import RECORDED
from server.dossiers.rows import (
    dossier_table,
    handover_table,
    instant_of,
    step_table,
    sum_table,
    text_of,
)
from server.dossiers.standings import DUE, HANDED, LAST
from server.dossiers.status import Status
from server.dossiers.sums import Dimension
from server.dossiers.tally import Judgement

MOST_CODES: Final = 20  # of one visit
A_LIST: Final = 200
UNKNOWN_FOR: Final = timedelta(days=90)  # so long a code that the register does not have is listed
LATE_FOR: Final = timedelta(days=366)
_SAID: Final = sorted(status.value for status in RECORDED)
d, h = dossier_table.c, handover_table.c


class Kind(StrEnum):
    UNRECORDED = "unrecorded"  # the source does not say so yet
    RECORDED_LATE = "recorded-late"  # in time by our word, late by the source's
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Returned:
    """A result that was handed over. code, authority, officer: as the register has them; authority "" for a
    dossier that it does not have. at: when; by: the account. due: the promise that held. recorded: when the
    source says that it was returned; None: it does not."""

    code: str
    authority: str
    officer: str
    at: datetime
    by: str
    counter: str
    due: datetime | None
    recorded: datetime | None
    kind: Kind

    def open_s(self, now: datetime) -> float:
        """Seconds between the hand-over and its record, or until now."""
        return max(0.0, ((self.recorded or now) - self.at).total_seconds())


def codes_of(texts: Sequence[str]) -> tuple[str, ...] | None:
    """The codes that these are, each once; None when one of them is none."""
    read = [read_code(text[:64]) for text in texts]
    known = [found.text for found in read if found is not None]
    return tuple(dict.fromkeys(known)) if len(known) == len(read) else None


def record(db: sa.Connection, codes: Sequence[str], at: datetime, ticket: str, counter: str, by: str) -> None:
    """Put down that results were handed over at the end of a ticket; told twice, it is once."""
    for code in codes:
        row = {"code": code, "at": text_of(at), "ticket": ticket, "counter": counter, "by": by}
        db.execute(sqlite.insert(handover_table).values(row).on_conflict_do_nothing())


def take_back(db: sa.Connection, ticket: str, at: datetime) -> None:
    """The ticket was not finished after all: what was handed over until then was not."""
    db.execute(handover_table.delete().where(h.ticket == ticket, h.at <= text_of(at)))


def unrecorded(db: sa.Connection, now: datetime) -> int:
    """How many dossiers were handed over and are not recorded."""
    return int(db.execute(sa.select(sa.func.count()).select_from(_not_recorded(now))).scalar_one())


def returned(db: sa.Connection, kind: Kind, now: datetime, limit: int = A_LIST) -> list[Returned]:
    """The list of one kind: what is not recorded by the oldest, what is by the newest hand-over."""
    some = {
        Kind.UNRECORDED: lambda: _not_recorded(now),
        Kind.RECORDED_LATE: lambda: _late(db, now),
        Kind.RECORDED: lambda: _recorded(limit),
    }[kind]()
    others = handover_table.alias("others")
    first = sa.select(sa.func.min(others.c.at)).where(others.c.code == h.code).scalar_subquery()
    said_at = (
        sa.select(sa.func.min(step_table.c.at))
        .where(step_table.c.code == h.code, step_table.c.status == Status.RETURNED.value)
        .scalar_subquery()
    )
    said = sa.null() if kind is Kind.UNRECORDED else sa.func.coalesce(d.recorded, said_at, d.returned)
    rows = db.execute(
        sa.select(handover_table, d.authority, d.officer, DUE.label("promise"), said.label("said"))
        .select_from(
            some.join(handover_table, h.code == some.c.code)
            .outerjoin(dossier_table, d.code == some.c.code)
            .outerjoin(LAST, LAST.c.code == some.c.code)
        )
        .where(h.at == first)
        .order_by(_unled(h.at) if kind is Kind.UNRECORDED else _unled(h.at).desc(), h.code)
        .limit(limit)
    )
    return [_returned(row, kind) for row in rows]


def authorities(db: sa.Connection) -> list[str]:
    """Whose dossiers there ever were, by the sums of whole years: `dossier_judged` begins with them."""
    s = sum_table.c
    years = sa.select(s.value).where(s.dimension == Dimension.AUTHORITY.value, s.span >= "y").distinct()
    return list(db.execute(years).scalars())


def _not_recorded(now: datetime) -> sa.Subquery:
    """What is not over, what is on the shelf by its source, and what the register does not have: each by its
    index, however many results were ever handed over."""
    known = sa.exists().where(d.code == h.code)
    since = text_of(now - UNKNOWN_FOR)
    return sa.union(
        sa.select(d.code).where(d.over.is_(None), HANDED, d.status.not_in(_SAID)),
        sa.select(d.code).where(d.status == Status.RESOLVED.value, HANDED),
        sa.select(h.code).where(h.at >= since, ~known),
    ).subquery("some")


def _late(db: sa.Connection, now: datetime) -> sa.Subquery:
    """What counts as late for its source, and was handed over in time."""
    in_time = sa.exists().where(h.code == d.code, h.at <= DUE)
    return (
        sa.select(d.code)
        .select_from(dossier_table.outerjoin(LAST, LAST.c.code == d.code))
        .where(
            d.authority.in_(authorities(db)),
            d.judged == Judgement.LATE.value,
            d.over >= text_of(now - LATE_FOR),
            _unled(d.status).in_(_SAID),
            in_time,
        )
        .subquery("some")
    )


def _recorded(limit: int) -> sa.Subquery:
    recorded = sa.exists().where(d.code == h.code, d.status.in_(_SAID))
    return sa.select(h.code).where(recorded).order_by(h.at.desc()).limit(limit).subquery("some")


def _unled(column: Any) -> Any:
    """The column, so that no index is taken for it."""
    return column.op("||")("")


def _returned(row: Any, kind: Kind) -> Returned:
    return Returned(
        row.code,
        row.authority or "",
        row.officer or "",
        instant_of(row.at),
        row.by,
        row.counter,
        None if row.promise is None else instant_of(row.promise),
        None if row.said is None else instant_of(row.said),
        kind,
    )
