"""The pauses of dossiers, kept beside them: what is overdue at an instant that is past is asked of them.

They are worked out when a dossier is written (`server.dossiers.overdue`) and stay when its steps were kept
for long enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers.overdue import Span, pauses, untold
from server.dossiers.register import Step
from server.dossiers.rows import dossier_of, dossier_table, instant_of, pause_table, step_table, text_of
from server.dossiers.status import PAUSED, Status

AT_ONCE: Final = 500
_p: Any = pause_table.c
_d: Any = dossier_table.c
_s: Any = step_table.c
_WAITING: Final = [status.value for status in PAUSED]


def known(db: sa.Connection, codes: Sequence[str]) -> dict[str, tuple[Span, ...]]:
    """code -> its pauses in order, of those that have any."""
    wanted = pause_table.select().where(_p.code.in_(codes)).order_by(_p.code, _p.begins)
    found: dict[str, tuple[Span, ...]] = {}
    for code, begins, ends in db.execute(wanted):
        span = Span(instant_of(begins), None if ends is None else instant_of(ends))
        found[code] = (*found.get(code, ()), span)
    return found


def write(db: sa.Connection, of: Mapping[str, Sequence[Span]], before: Sequence[str]) -> None:
    """Keep these pauses. before: codes that have some already, which go."""
    if before:
        db.execute(pause_table.delete().where(_p.code.in_(before)))
    rows = [
        {
            "code": code,
            "begins": text_of(span.begins),
            "ends": None if span.ends is None else text_of(span.ends),
        }
        for code, some in of.items()
        for span in some
    ]
    if rows:
        db.execute(pause_table.insert(), rows)


def waited(at: datetime) -> sa.ColumnElement[bool]:
    """Whether a dossier waited for its citizen at `at`."""
    ends = sa.or_(_p.ends.is_(None), _p.ends >= text_of(at))
    return sa.exists().where(_p.code == _d.code, _p.begins < text_of(at), ends)


def fill(db: sa.Connection, known_at: datetime) -> None:
    """Work out the pauses of a register that kept none. known_at: as of when its states were seen."""
    of_steps = sa.select(_s.code).where(_s.status.in_(_WAITING))
    of_states = sa.select(_d.code).where(_d.status.in_(_WAITING))
    codes = db.execute(sa.union(of_steps, of_states)).scalars().all()
    for first in range(0, len(codes), AT_ONCE):
        some = codes[first : first + AT_ONCE]
        steps: dict[str, list[Step]] = {}
        for code, at, status in db.execute(sa.select(_s.code, _s.at, _s.status).where(_s.code.in_(some))):
            steps.setdefault(code, []).append(Step(instant_of(at), Status(status)))
        found: dict[str, Sequence[Span]] = {}
        for row in db.execute(dossier_table.select().where(_d.code.in_(some))).all():
            d, theirs = dossier_of(row), steps.get(row.code, [])
            if (step := untold(d, theirs, known_at)) is not None:
                theirs.append(step)
                values = {"status": step.status.value, "authority": step.authority, "officer": step.officer}
                db.execute(step_table.insert().values(code=d.code, at=text_of(step.at), **values))
            found[d.code] = pauses(theirs)
        write(db, found, ())
