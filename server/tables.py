"""The tables of a hall's database, as `server/migrations` makes them.

`event` is the truth; `ticket` and `rating` are kept beside it for whoever reads; `command` and `fact`
remember what was taken already. Instants are ISO 8601 text in UTC with microseconds, sorting as time.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

event_table = sa.Table(
    "event",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("day", sa.Text, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("command", sa.Text, nullable=False, index=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("ticket", sa.Text, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("seal", sa.Text),  # see server.chain; empty in a log of before there were seals
)

command_table = sa.Table(
    "command",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("refusal", sa.Text),
    sa.Column("result", sa.Text, nullable=False),
)

fact_table = sa.Table(
    "fact",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("box", sa.Text, nullable=False, server_default=""),
)

ticket_table = sa.Table(
    "ticket",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("letter", sa.Text, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("klass", sa.Text, nullable=False),
    sa.Column("lang", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False, unique=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("counter", sa.Text),
    sa.Column("officer", sa.Text),
    sa.Column("issued_at", sa.Text, nullable=False),
    sa.Column("called_at", sa.Text),
    sa.Column("last_called_at", sa.Text),
    sa.Column("started_at", sa.Text),
    sa.Column("ended_at", sa.Text),
    sa.Column("recalls", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("paper", sa.Text),
    sa.Column("level", sa.Integer),
    sa.Column("series", sa.Text, nullable=False, server_default=""),
    sa.Column("dossier", sa.Text),
    sa.UniqueConstraint("day", "number", name="one_number_a_day"),
)
sa.Index("ticket_day_service", ticket_table.c.day, ticket_table.c.service)
# What is held of a person names the tickets of their dossiers; few tickets have one.
sa.Index(
    "ticket_dossier",
    ticket_table.c.dossier,
    sqlite_where=ticket_table.c.dossier.is_not(None),
    postgresql_where=ticket_table.c.dossier.is_not(None),
)

rating_table = sa.Table(
    "rating",
    metadata,
    sa.Column("ticket", sa.Text, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("day", sa.Text, nullable=False, index=True),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("counter", sa.Text, nullable=False),
    sa.Column("officer", sa.Text),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("levels", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("answers", sa.Text),
)

snapshot_table = sa.Table(
    "snapshot",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("body", sa.Text, nullable=False),
)

fixed_table = sa.Table(
    "fixed",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

# The configuration, version by version; see server.setup.
setup_table = sa.Table(
    "setup",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("starts", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("in_force_at", sa.Text),
)
