"""Who was told of which promise: found and written down in one transaction, before anything is sent.

A reminder is of a dossier, a step, a due date and a recipient; there is one of each for good, so that nothing
is told twice, however often the server starts. Recipients are authorities and officers, never citizens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers import standings
from server.dossiers.limits import Limit
from server.dossiers.promises import Marks, ahead
from server.dossiers.rows import dossier_table, instant_of, reminder_table, text_of
from server.dossiers.standings import DUE, WITH_LAST
from server.dossiers.steps import APOLOGY, BEFORE, LATE, OVERDUE, Plan
from server.dossiers.store import DossierStore
from server.dossiers.working_time import WorkCalendar

AT_ONCE: Final = 2000  # reminders of one transaction
AUTHORITY: Final = "authority:"
OFFICER: Final = "officer:"

d = dossier_table.c
r = reminder_table.c


@dataclass(frozen=True, slots=True)
class Reminder:
    """at: when it was written down. recipient: `authority:<id>` or `officer:<name as the source has it>`."""

    id: int
    code: str
    step: str
    due: datetime
    recipient: str
    at: datetime


def note(store: DossierStore, plan: Plan, calendar: WorkCalendar, now: datetime) -> int:
    """Write down what is to be told by now and was not yet; how many that are."""
    if plan.silent:
        return 0
    marks = Marks.at(calendar, now, plan.soon)
    step = step_of(plan, marks, [(span, ahead(calendar, marks.now, span)) for span in plan.before])
    count = 0
    for recipient, has in ((AUTHORITY + d.authority, sa.true()), (OFFICER + d.officer, d.officer != "")):
        while found := _missing(store, step, recipient, has):
            rows = [dict(row._mapping) | {"at": text_of(marks.now)} for row in found]
            with store.writing() as db:
                db.execute(reminder_table.insert().prefix_with("OR IGNORE"), rows)
            count += len(rows)
    return count


def step_of(plan: Plan, marks: Marks, before: Sequence[tuple[Limit, datetime]]) -> sa.ColumnElement[Any]:
    """The step that a dossier has come to, or NULL. before: each with the instant it goes up to."""
    known = standings.facts(marks)
    calm = sa.or_(*(known[name] for name in ("ended", "outside", "waits", "handed")), d.due.is_(None))
    days = sa.cast(sa.func.julianday(text_of(marks.now)) - sa.func.julianday(DUE), sa.Integer)
    rows: list[tuple[sa.ColumnElement[bool], Any]] = [(calm, sa.null())]
    if plan.every_days:
        again = days - days % plan.every_days
        rows.append((sa.and_(known["past"], days >= plan.every_days), LATE + sa.cast(again, sa.Text)))
    rows.append((known["past"], OVERDUE if plan.overdue else sa.null()))
    nearer = [(known["unwritten"], marks.now, APOLOGY)] if plan.apology else []
    if plan.apology:
        nearer.append((sa.and_(known["tomorrow"], ~known["excused"]), marks.apology, APOLOGY))
    for span, at in before:
        nearer.append((text_of(at) > DUE, at, BEFORE + span.text))
    rows += [(holds, word) for holds, _, word in sorted(nearer, key=lambda one: one[1])]
    return sa.case(*rows, else_=sa.null())


def of_dossier(db: sa.Connection, code: str) -> list[Reminder]:
    """In order."""
    rows = reminder_table.select().where(r.code == code).order_by(r.id)
    return [reminder_of(row) for row in db.execute(rows)]


def reminder_of(row: Any) -> Reminder:
    return Reminder(row.id, row.code, row.step, instant_of(row.due), row.recipient, instant_of(row.at))


def _missing(
    store: DossierStore, step: sa.ColumnElement[Any], recipient: Any, has: sa.ColumnElement[bool]
) -> Sequence[Any]:
    now_at = (
        sa.select(d.code, step.label("step"), DUE.label("due"), recipient.label("recipient"))
        .select_from(WITH_LAST)
        .where(d.over.is_(None), has)
        .subquery("now_at")
    )
    of = now_at.c
    told = sa.exists().where(
        r.code == of.code, r.step == of.step, r.due == of.due, r.recipient == of.recipient
    )
    with store.reading() as db:
        return db.execute(sa.select(now_at).where(of.step.is_not(None), ~told).limit(AT_ONCE)).all()
