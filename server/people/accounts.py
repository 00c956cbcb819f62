"""Who may log in: names, roles, password hashes, and which log-ins are alive.

Knows one small database of its own (`open_accounts`), so that a log-in never waits for the hall's writer.
Keeps out cookies, pages and the hall's clock: instants are Unix seconds of the machine, because a hall
that plays a day in a minute must not log people out. There is no first password: `new_account` asks for
one.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import argon2
import sqlalchemy as sa

from server.people.rights import Role

IDLE_S = 8 * 3600  # a console left alone for a working day asks again
ABSOLUTE_S = 12 * 3600
SEEN_STEP_S = 60  # how often being seen is worth a write
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
NAME = re.compile(r"[a-z0-9-]{1,32}")
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class LogIn:
    """A live log-in. `key` is what the browser keeps; only its hash is stored here."""

    key: str
    account: Account


class AccountError(Exception):
    """An account that cannot be made or changed; one sentence."""


metadata = sa.MetaData()
account_table = sa.Table(
    "account",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("hash", sa.String(200), nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False, default=False),
    sa.Column("made_at", sa.Float, nullable=False),
)
login_table = sa.Table(
    "login",
    metadata,
    sa.Column("key_hash", sa.String(64), primary_key=True),
    sa.Column("account", sa.String(32), sa.ForeignKey("account.name"), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),  # as it was: a change of role ends the log-in
    sa.Column("began_at", sa.Float, nullable=False),
    sa.Column("seen_at", sa.Float, nullable=False),
)

# OWASP's floor for Argon2id: 19 MiB, two passes, one lane; some 30 ms on the reference machine.
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS = _hasher.hash(secrets.token_urlsafe())


class Accounts:
    """The accounts of one centre. Safe to use from any thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        metadata.create_all(engine)

    def add(self, name: str, role: Role, password: str, now: float) -> Account:
        """Make an account. Raises `AccountError` for a name that is taken or odd, or a password that
        is weak.
        """
        if not NAME.fullmatch(name):
            raise AccountError(f"'{name}' is not a name: use a-z, 0-9 and -, at most 32 characters")
        row = {"name": name, "role": role.value, "hash": _hashed(name, password), "disabled": False}
        try:
            with self._engine.begin() as db:
                db.execute(account_table.insert().values(**row, made_at=now))
        except sa.exc.IntegrityError:
            raise AccountError(f"there is an account '{name}' already") from None
        return Account(name, role)

    def ensure(self, name: str, role: Role, password: str, now: float) -> Account:
        """The account of that name with this role and password, for halls that are set up by a program.

        Nothing changes, and nobody is logged out, when it is so already.
        """
        found = self._account(name)
        if found is None:
            return self.add(name, role, password, now)
        if found[0].role is not role or not _verified(found[1], password):
            self.change(name, role=role.value, hash=_hashed(name, password))
        return Account(name, role)

    def disable(self, name: str) -> None:
        """End an account; its log-ins end with the next thing they ask."""
        self.change(name, disabled=True)

    def change(self, name: str, **columns: Any) -> None:
        with self._engine.begin() as db:
            found = db.execute(account_table.update().where(account_table.c.name == name).values(**columns))
            if found.rowcount == 0:
                raise AccountError(f"there is no account '{name}'")
            if "hash" in columns:
                db.execute(login_table.delete().where(login_table.c.account == name))

    def all(self) -> tuple[Account, ...]:
        with self._engine.connect() as db:
            rows = db.execute(
                sa.select(account_table.c.name, account_table.c.role)
                .where(~account_table.c.disabled)
                .order_by(account_table.c.name)
            )
            return tuple(Account(name, Role(role)) for name, role in rows)

    def log_in(self, name: str, password: str, now: float) -> LogIn | None:
        """A new log-in, or None. An unknown name takes as long as a wrong password."""
        found = self._account(name)
        matches = _verified(found[1] if found else _NOBODYS, password)
        if found is None or not matches:
            return None
        account, key = found[0], secrets.token_urlsafe(SECRET_BYTES)
        with self._engine.begin() as db:
            db.execute(login_table.delete().where(login_table.c.began_at < now - ABSOLUTE_S))
            db.execute(
                login_table.insert().values(
                    key_hash=_key_hash(key),
                    account=account.name,
                    role=account.role.value,
                    began_at=now,
                    seen_at=now,
                )
            )
        return LogIn(key, account)

    def who(self, key: str, now: float) -> Account | None:
        """The account behind a live log-in; None once it was logged out, left idle, disabled or given
        another role.
        """
        login, account = login_table.c, account_table.c
        with self._engine.connect() as db:
            row = db.execute(
                sa.select(account.name, account.role, login.seen_at)
                .join_from(login_table, account_table, login.account == account.name)
                .where(
                    login.key_hash == _key_hash(key),
                    login.role == account.role,
                    ~account.disabled,
                    login.began_at > now - ABSOLUTE_S,
                    login.seen_at > now - IDLE_S,
                )
            ).one_or_none()
        if row is None:
            return None
        if now - row.seen_at > SEEN_STEP_S:
            with self._engine.begin() as db:
                db.execute(login_table.update().where(login.key_hash == _key_hash(key)).values(seen_at=now))
        return Account(row.name, Role(row.role))

    def log_out(self, key: str) -> None:
        with self._engine.begin() as db:
            db.execute(login_table.delete().where(login_table.c.key_hash == _key_hash(key)))

    def close(self) -> None:
        self._engine.dispose()

    def _account(self, name: str) -> tuple[Account, str] | None:
        with self._engine.connect() as db:
            row = db.execute(
                sa.select(account_table).where(account_table.c.name == name, ~account_table.c.disabled)
            ).one_or_none()
        return None if row is None else (Account(row.name, Role(row.role)), row.hash)


def open_accounts(path: Path) -> Accounts:
    """The accounts in the SQLite file `path`, which is made for its owner alone when it is not there."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True)  # no hash in a traceback

    @sa.event.listens_for(engine, "connect")
    def _settings(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("PRAGMA foreign_keys = ON")

    return Accounts(engine)


def open_secret(path: Path) -> bytes:
    """The key that signs cookies, made once and readable by its owner alone."""
    try:
        made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(made, "wb") as file:
        secret = secrets.token_bytes(SECRET_BYTES)
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    return secret


def new_account(
    accounts: Accounts, name: str, role: str, now: float, ask: Callable[[str], str] = getpass.getpass
) -> Account:
    """Ask for a password twice at the terminal and make the account. Raises `AccountError`."""
    if role not in set(Role):
        raise AccountError(f"'{role}' is no role: use {', '.join(Role)}")
    password = ask(f"Password for {name}: ")
    if ask("Once more: ") != password:
        raise AccountError("the two passwords differ")
    return accounts.add(name, Role(role), password, now)


def _hashed(name: str, password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(f"a password has at least {SHORTEST_PASSWORD} characters")
    if len(password) > LONGEST_PASSWORD:
        raise AccountError(f"a password has at most {LONGEST_PASSWORD} characters")
    if len(set(password)) < 4 or (len(name) > 3 and name in password.lower()):
        raise AccountError("that password is too easy to guess")
    return _hasher.hash(password)


def _verified(hash: str, password: str) -> bool:
    try:
        return _hasher.verify(hash, password[: LONGEST_PASSWORD + 1])
    except (argon2.exceptions.VerificationError, UnicodeEncodeError):  # the latter: lone surrogates in JSON
        return False


def _key_hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
