"""The file of the people: accounts, what they may do where, their log-ins, one-time keys, programs' tokens.

Knows tables and how an older file becomes this one. Of every key (log-in, one-time link, token, recovery
code) only a hash is here: who reads the file can use none of them. The secret of a second step (TOTP) is here
as it is, for it has to be; the file is its owner's alone.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from server.sqlite import durable

BUSY_MS = 5000
KEY_BYTES = 32

metadata = sa.MetaData()
account_table = sa.Table(
    "account",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("hash", sa.String(200), nullable=False),  # Argon2id; empty: no password was chosen yet
    sa.Column("disabled", sa.Boolean, nullable=False, default=False),
    sa.Column("made_at", sa.Float, nullable=False),
    sa.Column("subject", sa.String(400), unique=True),  # who they are to the OpenID provider
    sa.Column("totp", sa.String(64)),  # the secret of the second step; None: there is none
    sa.Column("totp_wanted", sa.String(64)),  # the same, shown as a picture and not yet confirmed
    sa.Column("totp_step", sa.Integer, nullable=False, default=0),  # the last time step that was used
    sa.Column("email", sa.String(254), nullable=False, server_default=""),  # where reminders go
    sa.Column("source_name", sa.String(120), nullable=False, server_default=""),  # in the system of record
)
role_table = sa.Table(
    "account_role",
    metadata,
    sa.Column("account", sa.String(32), sa.ForeignKey("account.name"), primary_key=True),
    sa.Column("site", sa.String(64), primary_key=True),  # or EVERYWHERE
    sa.Column("role", sa.String(16), nullable=False),
)
# For which authorities of a centre somebody stands: whose dossiers they see, renew and print papers of.
authority_table = sa.Table(
    "account_authority",
    metadata,
    sa.Column("account", sa.String(32), sa.ForeignKey("account.name"), primary_key=True),
    sa.Column("site", sa.String(64), primary_key=True),
    sa.Column("authority", sa.String(64), primary_key=True),
)
login_table = sa.Table(
    "login",
    metadata,
    sa.Column("key_hash", sa.String(64), primary_key=True),
    sa.Column("account", sa.String(32), sa.ForeignKey("account.name"), nullable=False, index=True),
    sa.Column("began_at", sa.Float, nullable=False),
    sa.Column("seen_at", sa.Float, nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("agent", sa.String(200), nullable=False),  # what the browser calls itself
)
recovery_table = sa.Table(
    "recovery",
    metadata,
    sa.Column("account", sa.String(32), sa.ForeignKey("account.name"), primary_key=True),
    sa.Column("code_hash", sa.String(64), primary_key=True),
)
once_table = sa.Table(
    "once",
    metadata,
    sa.Column("key_hash", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("account", sa.String(32), sa.ForeignKey("account.name")),
    sa.Column("until", sa.Float, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
)
token_table = sa.Table(
    "token",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("site", sa.String(64), nullable=False),  # or EVERYWHERE
    sa.Column("scopes", sa.String(400), nullable=False),  # words with blanks between them
    sa.Column("made_at", sa.Float, nullable=False),
    sa.Column("made_by", sa.String(32), nullable=False),
    sa.Column("until", sa.Float, nullable=False),
    sa.Column("used_at", sa.Float),
    sa.Column("revoked_at", sa.Float),
)


def _roles_by_site(db: sa.Connection) -> None:
    """Version 1: a role is held at a centre. Whoever had one has it everywhere; log-ins begin anew."""
    before = db.exec_driver_sql("SELECT name, role FROM account").all()
    db.exec_driver_sql("DROP TABLE login")
    for column in ("subject VARCHAR(400)", "totp VARCHAR(64)", "totp_wanted VARCHAR(64)"):
        db.exec_driver_sql(f"ALTER TABLE account ADD COLUMN {column}")
    db.exec_driver_sql("ALTER TABLE account ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0")
    db.exec_driver_sql("ALTER TABLE account DROP COLUMN role")
    db.exec_driver_sql("CREATE UNIQUE INDEX account_subject ON account (subject)")
    metadata.create_all(db)
    for name, role in before:
        db.execute(role_table.insert().values(account=name, site="*", role=role))


def _contacts(db: sa.Connection) -> None:
    """Version 2: officers are reminded of their dossiers."""
    for column in ("email VARCHAR(254)", "source_name VARCHAR(120)"):
        db.exec_driver_sql(f"ALTER TABLE account ADD COLUMN {column} NOT NULL DEFAULT ''")


def _authorities(db: sa.Connection) -> None:
    """Version 3: somebody may stand for authorities."""
    authority_table.create(db, checkfirst=True)


# What makes the next version out of the one before it; a file knows its own (PRAGMA user_version).
STEPS: tuple[Callable[[sa.Connection], None], ...] = (_roles_by_site, _contacts, _authorities)


def open_people(path: Path) -> sa.Engine:
    """The database of the people in the SQLite file `path`, made for its owner alone when it is not there,
    and brought to this version when it is of an older one.
    """
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True)  # no hash in a traceback
    durable(engine, BUSY_MS)

    @sa.event.listens_for(engine, "connect")
    def _keys(connection: object, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[attr-defined]

    with engine.connect().execution_options(writes=True) as db, db.begin():
        version = db.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version > len(STEPS):
            raise RuntimeError(
                f"{path} is of a newer motcua (version {version}); this one knows {len(STEPS)}"
            )
        if not sa.inspect(db).has_table("account"):
            metadata.create_all(db)
        else:
            for step in STEPS[version:]:
                step(db)
        db.exec_driver_sql(f"PRAGMA user_version = {len(STEPS)}")
    return engine


def new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def key_hash(key: str) -> str:
    """Keys are long and random: a plain hash keeps them."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
