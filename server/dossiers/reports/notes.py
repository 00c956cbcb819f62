"""What is noted beside a line: promised anew by us, handed over but not recorded, handed over in time and
recorded late. Asks small tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.dossiers.handovers import authorities
from server.dossiers.reports.behind import unled
from server.dossiers.rows import dossier_table, handover_table, reappointment_table, text_of
from server.dossiers.status import UNCOUNTED
from server.dossiers.sums import Dimension
from server.dossiers.tally import Judgement, Period

_d: Any = dossier_table.c
_VALUE: Any = {
    Dimension.AUTHORITY: _d.authority,
    Dimension.OFFICER: _d.authority + "/" + _d.officer,
    Dimension.FIELD: _d.field,
    Dimension.CHANNEL: _d.channel,
}


@dataclass(frozen=True, slots=True)
class Noted:
    """again: value -> dossiers of the period that we alone know were promised anew. unrecorded: value -> how
    many are in somebody's hands by our word and in process by their source's, now. recorded_late: value -> of
    those that count as late in the period, how many we handed over in time."""

    again: Mapping[str, int]
    unrecorded: Mapping[str, int]
    recorded_late: Mapping[str, int]


def noted(db: sa.Connection, by: Dimension, period: Period, runs: bool) -> Noted:
    """runs: the period is not over, so that what is not recorded now belongs to it."""
    begins = "" if period.begins is None else text_of(period.begins)
    again = _counted(
        db,
        by,
        _d.code.in_(sa.select(reappointment_table.c.code)),
        _d.reappointed == 0,
        unled(_d.received) < text_of(period.ends),
        sa.or_(_d.over.is_(None), unled(_d.over) >= begins),
    )
    h = handover_table.c
    in_time = sa.exists().where(h.code == _d.code, h.at <= _d.due)
    when = _d.over >= begins, _d.over < text_of(period.ends)
    of_all = _d.authority.in_(authorities(db))  # so that only what is late is looked at (`dossier_judged`)
    late = _counted(db, by, of_all, _d.judged == Judgement.LATE.value, *when, in_time)
    if not runs:
        return Noted(again, {}, late)
    handed = sa.exists().where(h.code == _d.code)
    return Noted(again, _counted(db, by, _d.over.is_(None), handed), late)


def _counted(db: sa.Connection, by: Dimension, *where: sa.ColumnElement[bool]) -> dict[str, int]:
    value = _VALUE[by]
    out = [status.value for status in UNCOUNTED]
    wanted = sa.select(value, sa.func.count()).where(*where, _d.status.not_in(out)).group_by(unled(value))
    return {whose: n for whose, n in db.execute(wanted) if whose}
