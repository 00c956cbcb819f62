"""Who handed a dossier in, and what somebody wrote that has their name in it: they go together. SQL.

An import, a source, a deletion and the night's work take people away. A reason, a remark or a note that names
one of them would be all that is left, and nobody could find it any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from server.dossiers import applicants, publications
from server.dossiers.folding import Names
from server.dossiers.rows import applicant_table, dossier_table, leg_table, reappointment_table

AT_ONCE: Final = 500  # codes in one question

a = applicant_table.c


def remove(db: sa.Connection, codes: Sequence[str]) -> int:
    """Delete whom these are of; how many there were."""
    _empty(db, codes)
    return sum(applicants.remove(db, some) for some in _parts(codes))


def remove_of(db: sa.Connection, source: str) -> int:
    """Delete whom a source has brought; how many there were."""
    theirs = sa.select(dossier_table.c.code).where(dossier_table.c.source == source)
    return remove(db, db.execute(sa.select(a.code).where(a.code.in_(theirs))).scalars().all())


def forget(db: sa.Connection, codes: Sequence[str], by: str, at: datetime) -> int:
    """Delete whom these are of, for good: no import brings them again. How many there were."""
    _empty(db, codes)
    return sum(applicants.forget(db, some, by, at) for some in _parts(codes))


def _empty(db: sa.Connection, codes: Sequence[str]) -> None:
    """The texts that name one of them."""
    everybody: set[str] = set()
    for some in _parts(codes):
        called = set(db.execute(sa.select(a.name).where(a.code.in_(some), a.name != "")).scalars())
        for column in (reappointment_table.c.reason, leg_table.c.note):
            _blank(db, column, some, Names(called))
        everybody |= called
    if everybody:
        publications.forget(db, Names(everybody))


def _blank(db: sa.Connection, column: sa.Column[str], codes: Sequence[str], called: Names) -> None:
    its_code = column.table.c.code.in_(codes)
    for text in set(db.execute(sa.select(column).where(its_code, column != "")).scalars()):
        if called.within(text):
            db.execute(sa.update(column.table).where(its_code, column == text).values({column: ""}))


def _parts(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    return (codes[first : first + AT_ONCE] for first in range(0, len(codes), AT_ONCE))
