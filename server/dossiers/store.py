"""`dossiers.db`: the register of one centre, and what its own people put down about it.

A file of its own beside `hall.db`: an import is one transaction here and holds no lock that a call needs
(decision 0021). Any process may read while another imports. SQL of one subject is a module of its own, which
works in `reading()` or `writing()`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from server.dossiers import bringing, pauses, stamps, sums
from server.dossiers.bringing import Brought, Changes as Changes, Codes, Delivery, OfAnother
from server.dossiers.due import Rules
from server.dossiers.histories import step_of
from server.dossiers.register import Dossier, Handover, Leg, Reappointment, Step, promised
from server.dossiers.rows import (
    dossier_of,
    dossier_table,
    draft_table,
    fact_table,
    handover_table,
    import_table,
    instant_of,
    leg_table,
    reappointment_table,
    step_table,
    text_of,
)
from server.dossiers.stamps import Stamp as Stamp
from server.dossiers.status import Status
from server.dossiers.tally import Form, Period
from server.sqlite import Busy, durable

BUSY_MS: Final = 20_000  # an importer waits for another one
SETTLE_MS: Final = 100  # for readers to end
DRAFT_S: Final = 3600  # a preview that nobody confirmed is forgotten
FILE: Final = "dossiers.db"
SCHEMA: Final = "0006"  # the migration this code speaks; server/dossiers/migrations holds the way there
ZONE: Final = "zone"  # the fact that says in which time zone the sums' days are


class _Draft(msgspec.Struct, frozen=True):
    """What waits for a yes."""

    delivery: Delivery
    brought: list[Brought]


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is known of one dossier but its person. steps, legs, handovers, reappointments: in order."""

    dossier: Dossier
    source: str
    steps: tuple[Step, ...]
    legs: tuple[Leg, ...]
    handovers: tuple[Handover, ...]
    reappointments: tuple[Reappointment, ...]

    @property
    def due(self) -> datetime | None:
        """The promise that holds."""
        return promised(self.dossier, self.reappointments)


class Unreadable(Exception):
    """A file that is no register; one sentence that says what to do."""


class NoDraft(LookupError):
    """The preview was confirmed before, or is too old."""


class DossierStore:
    """The dossiers of one site. Safe to use from any thread and beside other processes."""

    def __init__(
        self, engine: sa.Engine, zone: tzinfo, rules: Callable[[], Rules | None] = lambda: None
    ) -> None:
        """zone: in which the days are that reports count by. rules: by which due dates that no source has are
        worked out now; without them none is."""
        self._engine, self.zone, self._rules = engine, zone, rules
        _migrate(engine)
        with self.writing() as db:
            _in_zone(db, zone)
        self._watching = engine.connect()

    def close(self) -> None:
        self._watching.close()
        self._engine.dispose()

    def version(self) -> int:
        """Differs after every commit of anybody. To be asked by one thread only."""
        with self._watching.begin():
            return int(self._watching.exec_driver_sql("PRAGMA data_version").scalar_one())

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees the register as it is now, and goes on seeing that."""
        with self._engine.connect() as db, db.begin():
            yield db

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that takes the file's one place for writers at once, and waits for it."""
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            yield db

    def settle(self) -> bool:
        """Bring what is committed into the file itself and empty the log beside it, so that what was deleted
        is nowhere. False while somebody reads an older state: later, then."""
        with self._engine.connect() as db:
            raw = db.connection.driver_connection
            assert raw is not None
            raw.execute(f"PRAGMA busy_timeout={SETTLE_MS}")  # meanwhile nobody writes
            try:
                (busy, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                raw.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        return not busy

    # --- reading --------------------------------------------------------------------------------------

    def stamp(self) -> Stamp | None:
        """How old the register is, or None: there is none yet."""
        with self.reading() as db:
            return stamps.stamp(db)

    def dossiers(self, statuses: Iterable[Status] | None = None) -> list[Dossier]:
        """All of them, or those of some statuses: for walls and tests, never for a figure of a report."""
        wanted = dossier_table.select()
        if statuses is not None:
            wanted = wanted.where(dossier_table.c.status.in_([status.value for status in statuses]))
        with self.reading() as db:
            return [dossier_of(row) for row in db.execute(wanted)]

    def find(self, code: str) -> Whole | None:
        """One dossier, by the code as `server.dossiers.code` writes it."""
        with self.reading() as db:
            row = db.execute(dossier_table.select().where(dossier_table.c.code == code)).one_or_none()
            if row is None:
                return None
            return Whole(
                dossier_of(row),
                row.source,
                tuple(sorted((step_of(r) for r in _of(db, step_table, code)), key=lambda s: s.at)),
                tuple(
                    sorted((bringing.leg_of(r) for r in _of(db, leg_table, code)), key=lambda leg: leg.place)
                ),
                tuple(sorted((_handover(r) for r in _of(db, handover_table, code)), key=lambda h: h.at)),
                tuple(
                    sorted(
                        (_reappointment(r) for r in _of(db, reappointment_table, code)),
                        key=lambda r: r.number,
                    )
                ),
            )

    def form(
        self,
        dimension: sums.Dimension,
        values: Iterable[str] | None,
        period: Period,
        known_at: datetime,
    ) -> Form:
        """The form of a period of whole days: see `server.dossiers.sums.form`."""
        with self.reading() as db:
            return sums.form(db, dimension, values, period, known_at, self.zone)

    # --- importing ------------------------------------------------------------------------------------

    def compare(self, brought: Sequence[Brought], delivery: Delivery) -> tuple[Changes, Codes]:
        """What an import of these would change, and which. Raises OfAnother."""
        with self.reading() as db:
            return bringing.compare(db, brought, delivery, self._rules())

    def bring(self, brought: Sequence[Brought], delivery: Delivery, now: datetime) -> Changes:
        """Take these over in one transaction that writes only what is different. Raises OfAnother."""
        with self.writing() as db:
            return bringing.bring(db, brought, delivery, now, self.zone, self._rules())

    def draft(self, brought: Sequence[Brought], delivery: Delivery, token: str, now: datetime) -> None:
        """Keep what a person is to look at before it counts; older drafts go."""
        with self.writing() as db:
            body = msgspec.json.encode(_Draft(delivery, bringing.without_forgotten(db, brought)))
            db.execute(draft_table.delete().where(draft_table.c.at < _too_old(now)))
            known_at = text_of(delivery.known_at)
            db.execute(
                draft_table.insert().values(token=token, at=text_of(now), known_at=known_at, body=body)
            )

    def confirm(self, token: str, by: str, now: datetime) -> Changes:
        """Let a draft count. Raises NoDraft: the second press of a button does nothing, nor does a preview
        from before another import, or from before some of its dossiers became another source's.
        """
        with self.writing() as db:
            d = draft_table.c
            row = db.execute(
                draft_table.select().where(d.token == token, d.at >= _too_old(now))
            ).one_or_none()
            if row is None:
                raise NoDraft(token)
            draft = msgspec.json.decode(row.body, type=_Draft)
            delivery = msgspec.structs.replace(draft.delivery, by=by)
            try:
                return bringing.bring(db, draft.brought, delivery, now, self.zone, self._rules())
            except OfAnother:
                raise NoDraft(token) from None


def open_dossiers(data: Path, zone: tzinfo, rules: Callable[[], Rules | None] = lambda: None) -> DossierStore:
    """The store in a centre's data folder, made for its owner alone when it is not there. zone: of the hall.
    rules: of the configuration that holds.

    Raises Unreadable; Busy where somebody else writes for too long.
    """
    data.mkdir(parents=True, exist_ok=True)
    path = data / FILE
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True)  # no cell in a traceback
    durable(engine, BUSY_MS)
    sa.event.listen(engine, "connect", _delete_for_good)
    try:
        return DossierStore(engine, zone, rules)
    except Busy:
        engine.dispose()
        raise
    except sa.exc.DatabaseError as error:
        engine.dispose()
        raise Unreadable(
            f"{path}: {error.orig}. Move it away and import the dossiers again; calls do not need it."
        ) from None


def _delete_for_good(connection: Any, _record: Any) -> None:
    """Overwrite what is deleted: a person that is gone is not in the file any more."""
    connection.execute("PRAGMA secure_delete=ON")


def _too_old(now: datetime) -> str:
    return text_of(datetime.fromtimestamp(now.timestamp() - DRAFT_S, UTC))


def _of(db: sa.Connection, table: sa.Table, code: str) -> Any:
    return db.execute(table.select().where(table.c.code == code))


def _handover(row: Any) -> Handover:
    return Handover(row.code, instant_of(row.at), row.ticket, row.counter, row.by)


def _reappointment(row: Any) -> Reappointment:
    return Reappointment(
        row.code,
        row.number,
        instant_of(row.at),
        row.by,
        instant_of(row.old_due),
        instant_of(row.new_due),
        row.reason,
        None if row.letter_at is None else instant_of(row.letter_at),
    )


def _migrate(engine: sa.Engine) -> None:
    """Run the migrations that this file lacks; one from before there were any has the first."""
    with engine.connect() as db:
        if _schema(db) == SCHEMA:
            return
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it has something to say as it is loaded, too
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect().execution_options(writes=True) as db, db.begin():
        config.attributes["connection"] = db
        if _schema(db) is None and sa.inspect(db).has_table("dossier"):  # another process may have been first
            command.stamp(config, "0001")
        command.upgrade(config, "head")


def _schema(db: sa.Connection) -> str | None:
    if not sa.inspect(db).has_table("alembic_version"):
        return None
    return db.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _in_zone(db: sa.Connection, zone: tzinfo) -> None:
    """Sums are by days of one time zone: count them anew where it is another by now, or none is known."""
    f = fact_table.c
    known = db.execute(sa.select(f.value).where(f.key == ZONE)).scalar()
    if known == str(zone):
        return
    if known is None and (last := db.execute(sa.select(sa.func.max(import_table.c.known_at))).scalar()):
        pauses.fill(db, instant_of(last))
    sums.recount(db, zone)
    db.execute(fact_table.delete().where(f.key == ZONE))
    db.execute(fact_table.insert().values(key=ZONE, value=str(zone)))
