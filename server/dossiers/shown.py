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
from server.dossiers.rows import FIELDS, dossier_of, dossier_table, instant_of
from server.dossiers.standings import DUE, WITH_LAST
from server.dossiers.status import STAGES, Status
from server.dossiers.wall import GROUPS

d = dossier_table.c
NEWEST: Final = sa.func.coalesce(d.resolved, d.returned, d.due)


def shown(
    db: sa.Connection, authorities: Collection[str], most: int
) -> tuple[list[Dossier], dict[Stage, int]]:
    """At most `most` of each group, those first that concern somebody most; and how many of each stage."""
    found: list[Dossier] = []
    for stages, _ in GROUPS:
        statuses = [status.value for status, stage in STAGES.items() if stage in stages]
        first = NEWEST.desc() if "ready" in stages else sa.func.coalesce(DUE, "9999")
        codes = (
            sa.select(d.code, DUE.label("holds"))
            .select_from(WITH_LAST)
            .where(d.status.in_(statuses), d.authority.in_(authorities))
            .order_by(first, d.code)
            .limit(most)
            .subquery("first")
        )
        rows = sa.select(*(d[name] for name in FIELDS), codes.c.holds).join(codes, codes.c.code == d.code)
        found += [_held(row) for row in db.execute(rows)]
    return found, _totals(db, authorities)


def _totals(db: sa.Connection, authorities: Collection[str]) -> dict[Stage, int]:
    of = [status.value for status in STAGES]
    rows = (
        sa.select(d.status, sa.func.count())
        .where(d.status.in_(of), d.authority.in_(authorities))
        .group_by(d.status)
    )
    found: Counter[Stage] = Counter()
    for status, n in db.execute(rows):
        found[STAGES[Status(status)]] += n
    return dict(found)


def _held(row: Any) -> Dossier:
    return msgspec.structs.replace(dossier_of(row), due=None if row.holds is None else instant_of(row.holds))
