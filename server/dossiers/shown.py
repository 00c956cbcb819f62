"""Which dossiers walls may show now: the few that are, and how many there are, without reading the others.

Ordered as `server.dossiers.wall` orders them, by the promise that holds: where we gave another one, ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from broker.messages import Stage
from server.dossiers.register import Dossier
from server.dossiers.rows import FIELDS, dossier_of, dossier_table, instant_of, reappointment_table
from server.dossiers.standings import DUE, HANDED, LAST, WITH_LAST
from server.dossiers.status import ENDED, STAGES, Status
from server.dossiers.wall import GROUPS

d = dossier_table.c
# For the database to go by the index of what is open (`dossier_open`), and not by one of these.
AUTHORITY: Final[sa.ColumnElement[str]] = sa.literal_column("+dossier.authority")
STATUS: Final[sa.ColumnElement[str]] = sa.literal_column("+dossier.status")
Where = tuple[sa.ColumnElement[bool], ...]
NEWEST: Final = sa.func.coalesce(d.resolved, d.returned, d.due)


def shown(
    db: sa.Connection, authorities: Collection[str], most: int
) -> tuple[list[Dossier], dict[Stage, int]]:
    """At most `most` of each group, those first that concern somebody most; and how many of each stage."""
    found: list[Dossier] = []
    for stages, _ in GROUPS:
        statuses = [status.value for status, stage in STAGES.items() if stage in stages]
        where = _where(statuses, authorities)
        first = _newest(db, where, most) if "ready" in stages else _nearest(db, where, most)
        rows = sa.select(*(d[name] for name in FIELDS)).where(d.code.in_(list(first)))
        found += [_held(row, first[row.code]) for row in db.execute(rows)]
    return found, _totals(db, authorities)


def _newest(db: sa.Connection, where: Where, most: int) -> dict[str, str | None]:
    """The last results: code -> the promise."""
    wanted = sa.select(d.code, DUE).select_from(WITH_LAST).where(*where).order_by(NEWEST.desc(), d.code)
    return {code: due for code, due in db.execute(wanted.limit(most))}


def _nearest(db: sa.Connection, where: Where, most: int) -> dict[str, str | None]:
    """Those with the nearest promise: by the index of what is open as far as nobody promised anew, which few
    are; those without a promise last."""
    renewed = sa.exists().where(reappointment_table.c.code == d.code)
    plain = sa.select(d.code, d.due).where(*where, ~renewed)
    dated = plain.where(d.due.is_not(None)).order_by(d.due, d.code).limit(most)
    again = sa.select(d.code, DUE).join_from(LAST, dossier_table, LAST.c.code == d.code).where(*where)
    found = [(due, code) for wanted in (dated, again) for code, due in db.execute(wanted)]
    nearest = {code: due for due, code in sorted(found, key=lambda each: (each[0] or "~", each[1]))[:most]}
    if len(nearest) < most:
        undated = plain.where(d.due.is_(None)).order_by(d.code).limit(most - len(nearest))
        nearest |= {code: due for code, due in db.execute(undated)}
    return nearest


def _totals(db: sa.Connection, authorities: Collection[str]) -> dict[Stage, int]:
    found: Counter[Stage] = Counter()
    for ended in (True, False):
        statuses = [status.value for status in STAGES if (status in ENDED) is ended]
        where = _where(statuses, authorities)
        for status, n in db.execute(sa.select(STATUS, sa.func.count()).where(*where).group_by(STATUS)):
            found[STAGES[Status(status)]] += n
    return dict(found)


def _where(statuses: Collection[str], authorities: Collection[str]) -> Where:
    """Results are few of all that are over, and found by their status; all others are open. A result that our
    own people handed over waits for nobody, whatever its source says."""
    if any(Status(status) in ENDED for status in statuses):
        return d.status.in_(statuses), AUTHORITY.in_(authorities), ~HANDED
    return d.over.is_(None), STATUS.in_(statuses), AUTHORITY.in_(authorities)


def _held(row: Any, due: str | None) -> Dossier:
    return msgspec.structs.replace(dossier_of(row), due=None if due is None else instant_of(due))
