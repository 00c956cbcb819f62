"""How many dossiers of a month were on time by the formula of the national score, from the register.

All that were received or in process count. One is on time whose end is not after its promise: its end is when
it was resolved, or of an open one with a request for more papers the moment of that request, or the end of
the month. What the citizen was waited for is taken off; asked more than once counts as late. All but those
who were asked is a matter of sums; those are looked at one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from server.dossiers import pauses, sums
from server.dossiers.histories import step_of
from server.dossiers.overdue import Span
from server.dossiers.register import Dossier, Step
from server.dossiers.reports.groups import Known
from server.dossiers.rows import FIELDS, dossier_of, dossier_table, instant_of, step_table, text_of
from server.dossiers.status import UNCOUNTED, Status
from server.dossiers.sums import Dimension
from server.dossiers.tally import Judgement, Period

SUPPLEMENT = Status.AWAITING_SUPPLEMENT
KEPT = (Judgement.EARLY.value, Judgement.ON_TIME.value)
_d: Any = dossier_table.c
_s: Any = step_table.c


def known(db: sa.Connection, period: Period, known_at: datetime, zone: tzinfo) -> dict[str, Known]:
    """What the register says of each authority. known_at: when it was like this."""
    found = sums.bounds(db, Dimension.AUTHORITY, period, zone)
    form = sums.form_of(db, found, Dimension.AUTHORITY, None, period, known_at)
    more = _corrections(db, period, known_at)
    told = {}
    for id, row in form.rows.items():
        if row is not None:
            told[id] = Known(
                good=row.resolved_early + row.resolved_on_time + row.pending_not_due + more[id],
                counted=row.received_total,
                online=found.within(id, sums.ONLINE),
                sent=found.within(id, sums.SENT),
                late=row.resolved_late + row.pending_overdue,
            )
    return told


def good(
    d: Dossier, over: datetime | None, steps: Iterable[Step], period: Period, known_at: datetime
) -> bool:
    """Whether a dossier somebody was asked for more papers of is on time by the formula. Pure."""
    end = min(period.ends, known_at)
    happened = sorted((s for s in steps if s.at < period.ends), key=lambda step: step.at)
    asked = [n for n, step in enumerate(happened) if step.status is SUPPLEMENT]
    if d.due is None or len(asked) > 1:
        return False
    if over is not None and over < period.ends:
        end = over
    elif asked and asked[0] == len(happened) - 1:
        return happened[asked[0]].at <= d.due
    waited = timedelta()
    for n in asked:
        until = happened[n + 1].at if n + 1 < len(happened) else end
        waited += max(timedelta(), min(until, end) - happened[n].at)
    return end - waited <= d.due


def good_by_form(
    d: Dossier,
    over: datetime | None,
    judged: str | None,
    waited: Iterable[Span],
    period: Period,
    known_at: datetime,
) -> bool:
    """Whether the form counts it as early, on time or not yet due. waited: its pauses. Pure."""
    if over is not None and over < period.ends:
        return judged in KEPT
    if known_at < period.ends:
        return over is not None or not d.overdue(known_at)
    return d.due is None or d.due >= period.ends or any(pause.has(period.ends) for pause in waited)


def _corrections(db: sa.Connection, period: Period, known_at: datetime) -> Counter[str]:
    """By authority: how many more are on time by the formula than by the form."""
    begins = "" if period.begins is None else text_of(period.begins)
    # Asked once and on time, it is so by both: what was waited only makes it earlier.
    kept = sa.and_(_d.over < text_of(period.ends), _d.judged.in_(KEPT), _d.due.is_not(None))
    asked = sa.case((sa.func.coalesce(kept, sa.false()), _d.asked > 1), else_=sa.true())
    names = (*FIELDS, "over", "judged")
    columns = [dossier_table.c[name] for name in names]
    rows: dict[str, Any] = {}
    for when in (_d.over.is_(None), _d.over >= begins):  # one by one: together, no index leads to them
        wanted = sa.select(*columns).where(
            when,
            _d.asked > sa.literal_column("0"),  # as the index says it
            asked,
            _d.received < text_of(period.ends),
            _d.status.not_in([status.value for status in UNCOUNTED]),
        )
        rows |= {row.code: row for row in db.execute(wanted)}
    found: Counter[str] = Counter()
    codes = sorted(rows)
    for first in range(0, len(codes), 500):
        some = codes[first : first + 500]
        waited = pauses.known(db, some)
        steps = db.execute(step_table.select().where(_s.code.in_(some)).order_by(_s.code, _s.at))
        for code, theirs in groupby(steps, key=lambda step: str(step.code)):
            row = rows[code]
            d, over = dossier_of(row), None if row.over is None else instant_of(row.over)
            ours = good(d, over, map(step_of, theirs), period, known_at)
            by_form = good_by_form(d, over, row.judged, waited.get(code, ()), period, known_at)
            found[d.authority] += ours - by_form
    return found
