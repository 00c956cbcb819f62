"""The tables of `dossiers.db`, and a dossier as a row: instants are ISO 8601 in UTC, so that they sort."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers.register import Dossier
from server.dossiers.status import Status

metadata = sa.MetaData()
dossier_table = sa.Table(
    "dossier",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("authority", sa.Text, nullable=False),
    sa.Column("procedure", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False, index=True),
    sa.Column("received", sa.Text, nullable=False),
    sa.Column("due", sa.Text),
    sa.Column("resolved", sa.Text),
    sa.Column("returned", sa.Text),
    sa.Column("counter", sa.Text, nullable=False),
)
import_table = sa.Table(
    "import",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("known_at", sa.Text, nullable=False),
    sa.Column("begins", sa.Text),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("changes", sa.Text, nullable=False),
)
draft_table = sa.Table(
    "draft",
    metadata,
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("known_at", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
publication_table = sa.Table(
    "publication",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("month", sa.Text, nullable=False),
    sa.Column("units", sa.Text, nullable=False),
    sa.Column("approved_by", sa.Text, nullable=False),
    sa.Column("approved_at", sa.Text, nullable=False),
    sa.Column("withdrawn_by", sa.Text),
    sa.Column("withdrawn_at", sa.Text),
)
FIELDS: Final = tuple(column.name for column in dossier_table.columns)


def row_of(d: Dossier) -> tuple[str | None, ...]:
    times = (None if at is None else text_of(at) for at in (d.received, d.due, d.resolved, d.returned))
    return d.code, d.authority, d.procedure, d.status.value, *times, d.counter


def dossier_of(row: Any) -> Dossier:
    code, authority, procedure, status, received, due, resolved, returned, counter = row
    return Dossier(
        code,
        authority,
        procedure,
        Status(status),
        instant_of(received),
        None if due is None else instant_of(due),
        None if resolved is None else instant_of(resolved),
        None if returned is None else instant_of(returned),
        counter,
    )


def text_of(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def instant_of(text: str) -> datetime:
    return datetime.fromisoformat(text)
