"""Who may log in: names, roles at centres, passwords.

Knows the file of the people (`open_accounts`), so that a log-in never waits for a hall's writer, and what
hangs on an account: log-ins, one-time keys, the second step, tokens. Keeps out cookies and pages, and the
hall's clock: instants are Unix seconds of the machine, because a hall that plays a day in a minute must not
log people out. There is no first password: who comes first uses a one-time link, or `new_account`.
"""

from __future__ import annotations

import getpass
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from server.people import passwords
from server.people.contacts import Contacts
from server.people.logins import LogIns, end_all
from server.people.once import Kind, Once
from server.people.passwords import WeakPassword
from server.people.rights import EVERYWHERE, Role, role_at
from server.people.second import Second
from server.people.tables import account_table, authority_table, once_table, open_people, role_table
from server.people.tokens import Tokens

NAME = re.compile(r"[a-z0-9-]{1,32}")
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Account:
    """roles: centre or EVERYWHERE -> role."""

    name: str
    roles: Mapping[str, Role] = field(hash=False)

    def role_at(self, site: str) -> Role | None:
        """The role at a centre: its own there before the general one; None without any."""
        return role_at(self.roles, site)


@dataclass(frozen=True, slots=True)
class LogIn:
    """A live log-in. `key` is what the browser keeps; only its hash is stored here."""

    key: str
    account: Account


@dataclass(frozen=True, slots=True)
class Row:
    """An account as who keeps accounts sees it. ready: a password was chosen, or the provider knows them."""

    account: Account
    disabled: bool
    ready: bool
    second: bool


class AccountError(Exception):
    """An account that cannot be made or changed; one sentence. `code` is stable: `people.<code>`."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


class Accounts:
    """The accounts of one installation. Safe to use from any thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.logins = LogIns(engine)
        self.once = Once(engine)
        self.second = Second(engine)
        self.tokens = Tokens(engine)
        self.contacts = Contacts(engine)

    # --- making and changing --------------------------------------------------------------------------------

    def add(
        self,
        name: str,
        roles: Role | Mapping[str, Role],
        password: str | None,
        now: float,
        subject: str | None = None,
    ) -> Account:
        """Make an account. roles: a single one is held everywhere. password: None, to be chosen by a one-time
        key. Raises `AccountError` for a name that is taken or odd, or a password that is weak.
        """
        if not NAME.fullmatch(name):
            raise AccountError(
                "odd-name", f"'{name}' is not a name: use a-z, 0-9 and -, at most 32 characters"
            )
        held = {EVERYWHERE: roles} if isinstance(roles, Role) else dict(roles)
        hash = _hashed(name, password) if password is not None else ""
        row = {"name": name, "hash": hash, "disabled": False, "made_at": now, "subject": subject}
        try:
            with self._engine.begin() as db:
                db.execute(account_table.insert().values(**row))
                _hold(db, name, held)
        except sa.exc.IntegrityError:
            raise AccountError("taken", f"there is an account '{name}' already") from None
        return Account(name, held)

    def add_first(self, key: str, name: str, password: str, now: float) -> Account:
        """Make the first administrator with a one-time key, which works no more. Raises `AccountError`."""
        if not NAME.fullmatch(name):
            raise AccountError(
                "odd-name", f"'{name}' is not a name: use a-z, 0-9 and -, at most 32 characters"
            )
        _hashed(name, password)  # what is weak is refused before the key is burnt
        if self.find(name) is not None:
            raise AccountError("taken", f"there is an account '{name}' already")
        if self.has_administrator() or self.once.use(Kind.FIRST, key, now) is None:
            raise AccountError("over", "that link was used, or its time is over")
        return self.add(name, Role.ADMINISTRATOR, password, now)

    def ensure(self, name: str, roles: Role | Mapping[str, Role], password: str, now: float) -> Account:
        """The account of that name with these roles and this password, for halls set up by a program.

        Nothing changes, and nobody is logged out, when it is so already.
        """
        found = self._stored(name)
        if found is None:
            return self.add(name, roles, password, now)
        held = {EVERYWHERE: roles} if isinstance(roles, Role) else dict(roles)
        if self._roles(name) != held:
            self.set_roles(name, held)
        if not passwords.verified(found.hash, password):
            self.set_password(name, password)
        if found.disabled:
            self.enable(name)
        return Account(name, held)

    def set_roles(self, name: str, roles: Mapping[str, Role]) -> None:
        """Give these roles and no others; whoever is logged in logs in anew. Raises `AccountError`, also for
        the last administrator.
        """
        with self._writing() as db:
            before = _exists(db, name)
            db.execute(role_table.delete().where(role_table.c.account == name))
            _hold(db, name, roles)
            _one_is_left(db, before)
            end_all(db, name)

    def end_at(self, site: str) -> tuple[str, ...]:
        """Nobody holds a role at this centre any more, for it is none; whoever did logs in
        anew. Their names."""
        of = role_table.c
        with self._writing() as db:
            mine = sa.select(of.account).where(of.site == site).order_by(of.account)
            names = tuple(db.execute(mine).scalars())
            db.execute(role_table.delete().where(of.site == site))
            db.execute(authority_table.delete().where(authority_table.c.site == site))
            for name in names:
                end_all(db, name)
        return names

    def set_password(self, name: str, password: str) -> None:
        """Every log-in of this account ends. Raises `AccountError`."""
        hash = _hashed(name, password)
        with self._writing() as db:
            _exists(db, name)
            db.execute(account_table.update().where(account_table.c.name == name).values(hash=hash))
            db.execute(once_table.delete().where(once_table.c.account == name))
            end_all(db, name)

    def choose_password(self, key: str, password: str, now: float) -> Account:
        """Set the password that a one-time key is for; the key works no more. Raises `AccountError`."""
        pending = self.once.look(Kind.PASSWORD, key, now)
        if pending is not None and pending.account is not None:
            _hashed(pending.account, password)
            used = self.once.use(Kind.PASSWORD, key, now)
            if used is not None and (account := self.find(pending.account)) is not None:
                self.set_password(account.name, password)
                return account
        raise AccountError("over", "that link was used, or its time is over")

    def link(self, name: str, subject: str) -> bool:
        """Let the provider's `subject` have an account that an administrator made and nobody took yet; False
        for one that is somebody's, or disabled.
        """
        of = account_table.c
        free = sa.and_(of.name == name, of.hash == "", of.subject.is_(None), ~of.disabled)
        with self._writing() as db:
            return db.execute(account_table.update().where(free).values(subject=subject)).rowcount == 1

    def disable(self, name: str) -> None:
        """End an account; its log-ins and one-time keys end with it. Raises `AccountError`, also for the last
        administrator.
        """
        with self._writing() as db:
            before = _exists(db, name)
            db.execute(account_table.update().where(account_table.c.name == name).values(disabled=True))
            db.execute(once_table.delete().where(once_table.c.account == name))
            _one_is_left(db, before)
            end_all(db, name)

    def enable(self, name: str) -> None:
        with self._writing() as db:
            _exists(db, name)
            db.execute(account_table.update().where(account_table.c.name == name).values(disabled=False))

    # --- asking ---------------------------------------------------------------------------------------------

    def all(self) -> tuple[Account, ...]:
        """Whoever may log in, by name."""
        return tuple(row.account for row in self.rows() if not row.disabled)

    def rows(self) -> tuple[Row, ...]:
        """Every account, by name."""
        with self._engine.connect() as db:
            held: dict[str, dict[str, Role]] = {}
            for account, site, role in db.execute(sa.select(role_table).order_by(role_table.c.site)):
                held.setdefault(account, {})[site] = Role(role)
            rows = db.execute(sa.select(account_table).order_by(account_table.c.name)).all()
        return tuple(
            Row(
                Account(r.name, held.get(r.name, {})),
                r.disabled,
                bool(r.hash) or r.subject is not None,
                r.totp is not None,
            )
            for r in rows
        )

    def find(self, name: str) -> Account | None:
        """The account of that name, also when nobody can log in with it."""
        return None if self._stored(name) is None else Account(name, self._roles(name))

    def by_subject(self, subject: str) -> Account | None:
        """The live account that the provider's `subject` stands for."""
        of = account_table.c
        with self._engine.connect() as db:
            name = db.execute(sa.select(of.name).where(of.subject == subject, ~of.disabled)).scalar()
        return None if name is None else self.find(name)

    def has_administrator(self) -> bool:
        """Whether somebody can log in who keeps everything everywhere."""
        with self._engine.connect() as db:
            return _has_administrator(db)

    def log_in(self, name: str, password: str, now: float) -> LogIn | None:
        """A new log-in by password alone, or None: see `check`."""
        account = self.check(name, password)
        return None if account is None else self.begin(account, now)

    def check(self, name: str, password: str) -> Account | None:
        """Whose name and password this is. An unknown name takes as long as a wrong password."""
        found = self._stored(name)
        usable = found is not None and not found.disabled
        matches = passwords.verified(found.hash if found is not None and usable else "", password)
        return Account(name, self._roles(name)) if matches else None

    def begin(self, account: Account, now: float, address: str = "", agent: str = "") -> LogIn:
        return LogIn(self.logins.begin(account.name, now, address, agent), account)

    def who(self, key: str, now: float) -> Account | None:
        """The account behind a live log-in; None once it was logged out, left idle, disabled or given other
        roles.
        """
        name = self.logins.who(key, now)
        return None if name is None else Account(name, self._roles(name))

    def log_out(self, key: str) -> None:
        self.logins.end(key)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            yield db

    def _roles(self, name: str) -> dict[str, Role]:
        with self._engine.connect() as db:
            rows = db.execute(
                sa.select(role_table.c.site, role_table.c.role)
                .where(role_table.c.account == name)
                .order_by(role_table.c.site)
            )
            return {site: Role(role) for site, role in rows}

    def _stored(self, name: str) -> sa.Row[tuple[object, ...]] | None:
        with self._engine.connect() as db:
            return db.execute(sa.select(account_table).where(account_table.c.name == name)).one_or_none()


def open_accounts(path: Path) -> Accounts:
    """The accounts in the SQLite file `path`, which is made for its owner alone when it is not there."""
    return Accounts(open_people(path))


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
        raise AccountError("no-role", f"'{role}' is no role: use {', '.join(Role)}")
    password = ask(f"Password for {name}: ")
    if ask("Once more: ") != password:
        raise AccountError("differ", "the two passwords differ")
    return accounts.add(name, Role(role), password, now)


def first_link(accounts: Accounts, now: float) -> str | None:
    """The path where the first administrator is made, once and within the hour; None when there is one."""
    if accounts.has_administrator():
        return None
    return f"/first/{accounts.once.give(Kind.FIRST, None, now)}"


def _hashed(name: str, password: str) -> str:
    try:
        return passwords.hashed(name, password)
    except WeakPassword as error:
        raise AccountError(error.code, str(error)) from None


def _exists(db: sa.Connection, name: str) -> bool:
    """Raises `AccountError` for nobody; whether there is an administrator before something changes."""
    if db.execute(sa.select(account_table.c.name).where(account_table.c.name == name)).first() is None:
        raise AccountError("unknown", f"there is no account '{name}'")
    return _has_administrator(db)


def _hold(db: sa.Connection, name: str, roles: Mapping[str, Role]) -> None:
    for site, role in roles.items():
        db.execute(role_table.insert().values(account=name, site=site, role=role.value))


def _has_administrator(db: sa.Connection) -> bool:
    of, held = account_table.c, role_table.c
    chosen = (
        ~of.disabled,
        sa.or_(of.hash != "", of.subject.is_not(None)),
        held.site == EVERYWHERE,
        held.role == Role.ADMINISTRATOR.value,
    )
    asked = sa.select(of.name).join_from(account_table, role_table, held.account == of.name).where(*chosen)
    return db.execute(asked.limit(1)).first() is not None


def _one_is_left(db: sa.Connection, before: bool) -> None:
    """Raises `AccountError` in a transaction that would take away the last who keeps the installation."""
    if before and not _has_administrator(db):
        raise AccountError("last", "somebody must stay who keeps everything everywhere")
