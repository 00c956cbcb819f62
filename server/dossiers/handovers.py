"""Results that our own people put into somebody's hands, and what their sources say of that.

A hand-over is a fact of ours: no import makes it or takes it away. Until the source says that the result was
returned, the dossier is "returned, not recorded", which is not the same as late; afterwards how long that
took is known, and also when a result was returned in time and only recorded late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers.code import read_code
from server.dossiers.promises import RECORDED
from server.dossiers.register import Handover
from server.dossiers.rows import dossier_table, handover_table, instant_of, step_table, text_of
from server.dossiers.standings import DUE, WITH_LAST
from server.dossiers.status import Status
from server.dossiers.store import DossierStore

MOST_CODES: Final = 20  # of one visit
A_LIST: Final = 200
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


def record(
    store: DossierStore, codes: Sequence[str], at: datetime, ticket: str, counter: str, by: str
) -> tuple[str, ...]:
    """Put down that results were handed over at the end of a ticket; told twice, it is once. Returns those
    that were new."""
    with store.writing() as db:
        there = {row.code for row in db.execute(sa.select(h.code).where(h.ticket == ticket))}
        fresh = tuple(code for code in codes if code not in there)
        for code in fresh:
            db.execute(
                handover_table.insert().values(
                    code=code, at=text_of(at), ticket=ticket, counter=counter, by=by
                )
            )
    return fresh


def take_back(store: DossierStore, ticket: str) -> tuple[str, ...]:
    """The ticket was not finished after all. Returns the codes that are not handed over any more."""
    with store.reading() as db:
        there = tuple(row.code for row in db.execute(sa.select(h.code).where(h.ticket == ticket)))
    if there:
        with store.writing() as db:
            db.execute(handover_table.delete().where(h.ticket == ticket))
    return there


def of_ticket(store: DossierStore, ticket: str) -> tuple[Handover, ...]:
    with store.reading() as db:
        rows = db.execute(handover_table.select().where(h.ticket == ticket).order_by(h.code)).all()
    return tuple(Handover(r.code, instant_of(r.at), r.ticket, r.counter, r.by) for r in rows)


def unrecorded(db: sa.Connection) -> int:
    """How many dossiers were handed over and are not recorded."""
    said = sa.select(sa.func.count(sa.distinct(h.code))).select_from(
        handover_table.outerjoin(dossier_table, d.code == h.code)
    )
    return int(db.execute(said.where(_open())).scalar_one())


def returned(db: sa.Connection, kind: Kind, limit: int = A_LIST) -> list[Returned]:
    """The list of one kind: what is open by the oldest, what is recorded by the newest hand-over."""
    first = (
        sa.select(h.code, sa.func.min(h.at).label("at"), h.counter, h.by).group_by(h.code).subquery("first")
    )
    said_at = (
        sa.select(sa.func.min(step_table.c.at))
        .where(step_table.c.code == first.c.code, step_table.c.status == Status.RETURNED.value)
        .scalar_subquery()
    )
    recorded = sa.func.coalesce(d.recorded, said_at, d.returned)
    late = sa.and_(DUE.is_not(None), first.c.at <= DUE, recorded > DUE)
    where = {
        Kind.UNRECORDED: _open(),
        Kind.RECORDED_LATE: sa.and_(~_open(), late),
        Kind.RECORDED: ~_open(),
    }[kind]
    rows = db.execute(
        sa.select(
            first,
            d.authority,
            d.officer,
            DUE.label("promise"),
            sa.case((_open(), None), else_=recorded).label("said"),
        )
        .select_from(first.outerjoin(WITH_LAST, d.code == first.c.code))
        .where(where)
        .order_by(first.c.at if kind is Kind.UNRECORDED else first.c.at.desc(), first.c.code)
        .limit(limit)
    )
    return [_returned(row, kind) for row in rows]


def _open() -> sa.ColumnElement[bool]:
    """Its source does not say that it is over for the citizen; or there is no such dossier."""
    return sa.or_(d.status.is_(None), d.status.not_in(sorted(s.value for s in RECORDED)))


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
