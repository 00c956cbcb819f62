"""`dossiers.db`: the last import, drafts that wait for a yes, and the late lists that were approved.

A file of its own beside `hall.db`: an import is one transaction here and holds no lock that a call needs
(decision 0021). Any process may read while another imports.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from broker.messages import LateList, LateUnit
from server.dossiers.register import Dossier
from server.dossiers.rows import (
    FIELDS,
    dossier_of,
    dossier_table,
    draft_table,
    import_table,
    instant_of,
    metadata,
    publication_table,
    row_of,
    text_of,
)
from server.dossiers.status import Status
from server.sqlite import durable

BUSY_MS: Final = 20_000  # an importer waits for another one
DRAFT_S: Final = 3600  # a preview that nobody confirmed is forgotten
FILE: Final = "dossiers.db"


class Changes(msgspec.Struct, frozen=True):
    """What an import does to what was there: the file is the whole, so what it does not have goes."""

    new: int
    changed: int
    same: int
    gone: int

    @property
    def before(self) -> int:
        return self.changed + self.same + self.gone

    @property
    def shrinks(self) -> bool:
        """Whether more than half of what was known would go: perhaps it was part of an export."""
        return self.gone * 2 > self.before


class Stamp(msgspec.Struct, frozen=True):
    """The last import. known_at: when the register was like this; begins: where the form's period begins."""

    id: int
    at: datetime
    known_at: datetime
    by: str
    rows: int
    changes: Changes
    begins: datetime | None = None


class Publication(msgspec.Struct, frozen=True):
    """A late list that a manager approved, and who took it back."""

    id: int
    list: LateList
    approved_by: str
    approved_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None


class Unreadable(Exception):
    """A file that is no register; one sentence that says what to do."""


class NoDraft(LookupError):
    """The preview was confirmed before, or is too old."""


class DossierStore:
    """The dossiers of one site. Safe to use from any thread and beside other processes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        metadata.create_all(engine)
        self._watching = engine.connect()

    def close(self) -> None:
        self._watching.close()
        self._engine.dispose()

    def version(self) -> int:
        """Differs after every commit of anybody. To be asked by one thread only."""
        with self._watching.begin():
            return int(self._watching.exec_driver_sql("PRAGMA data_version").scalar_one())

    # --- reading --------------------------------------------------------------------------------------

    def stamp(self) -> Stamp | None:
        """The last import, or None: there is no register yet."""
        with self._reading() as db:
            row = db.execute(import_table.select().order_by(import_table.c.id.desc()).limit(1)).one_or_none()
        if row is None:
            return None
        return Stamp(
            row.id,
            instant_of(row.at),
            instant_of(row.known_at),
            row.by,
            row.rows,
            msgspec.json.decode(row.changes, type=Changes),
            None if row.begins is None else instant_of(row.begins),
        )

    def dossiers(self, statuses: Iterable[Status] | None = None) -> list[Dossier]:
        """All of them, or those of some statuses."""
        wanted = dossier_table.select()
        if statuses is not None:
            wanted = wanted.where(dossier_table.c.status.in_([status.value for status in statuses]))
        with self._reading() as db:
            return [dossier_of(row) for row in db.execute(wanted)]

    def publications(self, most: int = 12) -> list[Publication]:
        """The newest first, those that were taken back included."""
        with self._reading() as db:
            rows = db.execute(
                publication_table.select().order_by(publication_table.c.id.desc()).limit(most)
            ).all()
        return [_publication(row) for row in rows]

    def published(self) -> Publication | None:
        """What walls show of late dossiers now: the last that was approved, unless it was taken back."""
        last = self.publications(1)
        return last[0] if last and last[0].withdrawn_at is None else None

    # --- importing ------------------------------------------------------------------------------------

    def compare(self, dossiers: Sequence[Dossier]) -> Changes:
        """What an import of these would change."""
        with self._reading() as db:
            return _difference(db, dossiers)[0]

    def replace(
        self,
        dossiers: Sequence[Dossier],
        known_at: datetime,
        by: str,
        now: datetime,
        begins: datetime | None = None,
    ) -> Changes:
        """Make these the whole register, in one transaction that writes only what is different."""
        with self._writing() as db:
            return _replace(db, dossiers, known_at, by, now, begins)

    def draft(self, dossiers: Sequence[Dossier], known_at: datetime, token: str, now: datetime) -> None:
        """Keep what a person is to look at before it counts; older drafts go."""
        with self._writing() as db:
            db.execute(draft_table.delete().where(draft_table.c.at < _too_old(now)))
            db.execute(
                draft_table.insert().values(
                    token=token,
                    at=text_of(now),
                    known_at=text_of(known_at),
                    body=msgspec.json.encode(dossiers),
                )
            )

    def confirm(self, token: str, by: str, now: datetime) -> Changes:
        """Let a draft count; the form begins where it did. Raises NoDraft: the second press of a button does
        nothing, nor does a preview from before another import.
        """
        with self._writing() as db:
            d, i = draft_table.c, import_table.c
            wanted = draft_table.select().where(d.token == token, d.at >= _too_old(now))
            row = db.execute(wanted).one_or_none()
            if row is None:
                raise NoDraft(token)
            dossiers = msgspec.json.decode(row.body, type=list[Dossier])
            said = db.execute(sa.select(i.begins).order_by(i.id.desc()).limit(1)).scalar()
            begins = None if said is None else instant_of(said)
            return _replace(db, dossiers, instant_of(row.known_at), by, now, begins)

    # --- publishing -----------------------------------------------------------------------------------

    def approve(self, late: LateList, by: str, now: datetime) -> None:
        """Publish a late list in place of the one before."""
        with self._writing() as db:
            db.execute(
                publication_table.insert().values(
                    month=late.month,
                    units=msgspec.json.encode(late.units).decode(),
                    approved_by=by,
                    approved_at=text_of(now),
                )
            )

    def withdraw(self, by: str, now: datetime) -> bool:
        """Take back everything that is published. False when nothing is."""
        p = publication_table
        with self._writing() as db:
            last = db.execute(sa.select(sa.func.max(p.c.id))).scalar()
            done = db.execute(
                p.update()
                .where(p.c.id == last, p.c.withdrawn_at.is_(None))
                .values(withdrawn_by=by, withdrawn_at=text_of(now))
            )
            return done.rowcount == 1

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._engine.connect() as db, db.begin():
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction that takes the file's one place for writers at once, and waits for it."""
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            yield db


def open_dossiers(data: Path) -> DossierStore:
    """The store in a server's data folder, made for its owner alone when it is not there.

    Raises Unreadable.
    """
    data.mkdir(parents=True, exist_ok=True)
    path = data / FILE
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True)  # no cell in a traceback
    durable(engine, BUSY_MS)
    try:
        return DossierStore(engine)
    except sa.exc.DatabaseError as error:
        engine.dispose()
        raise Unreadable(
            f"{path}: {error.orig}. Move it away and import the dossiers again; calls do not need it."
        ) from None


def _too_old(now: datetime) -> str:
    return text_of(datetime.fromtimestamp(now.timestamp() - DRAFT_S, UTC))


def _replace(
    db: sa.Connection,
    dossiers: Sequence[Dossier],
    known_at: datetime,
    by: str,
    now: datetime,
    begins: datetime | None,
) -> Changes:
    changes, written, gone = _difference(db, dossiers)
    db.execute(draft_table.delete())  # what they would change is not what they said
    if gone:
        db.execute(
            dossier_table.delete().where(dossier_table.c.code == sa.bindparam("was")),
            [{"was": code} for code in gone],
        )
    if written:
        db.execute(dossier_table.insert().prefix_with("OR REPLACE"), written)
    db.execute(
        import_table.insert().values(
            at=text_of(now),
            known_at=text_of(known_at),
            begins=None if begins is None else text_of(begins),
            by=by,
            rows=len(dossiers),
            changes=msgspec.json.encode(changes).decode(),
        )
    )
    return changes


def _difference(
    db: sa.Connection, dossiers: Sequence[Dossier]
) -> tuple[Changes, list[dict[str, Any]], list[str]]:
    """What would change, the rows that are new or different, and the codes that go."""
    before = {row[0]: tuple(row) for row in db.execute(dossier_table.select())}
    written: list[dict[str, Any]] = []
    changed = 0
    for dossier in dossiers:
        row = row_of(dossier)
        known = before.pop(dossier.code, None)
        if known != row:
            changed += known is not None
            written.append(dict(zip(FIELDS, row, strict=True)))
    new = len(written) - changed
    return Changes(new, changed, len(dossiers) - len(written), len(before)), written, list(before)


def _publication(row: Any) -> Publication:
    return Publication(
        row.id,
        LateList(row.month, msgspec.json.decode(row.units, type=tuple[LateUnit, ...])),
        row.approved_by,
        instant_of(row.approved_at),
        row.withdrawn_by,
        None if row.withdrawn_at is None else instant_of(row.withdrawn_at),
    )
