"""Tokens of programs: a key with a name, for one centre or all, for some things, until a day.

Knows only a hash of each key; the key itself is seen once, when it is made. What a scope lets a program do is
the API's to say. Revoking works with the next request.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from server.people.rights import EVERYWHERE
from server.people.tables import key_hash, new_key, token_table

PREFIX = "motcua_"  # so that a key that was left somewhere is recognised as one
USED_STEP_S = 60  # how often being used is worth a write
LONGEST_DAYS = 400
NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class ProgramAccount:
    """A program that asks. site: where it may ask, or EVERYWHERE. scopes: what for."""

    id: str
    name: str
    site: str
    scopes: frozenset[str]

    def may(self, scope: str, site: str) -> bool:
        return scope in self.scopes and self.site in (site, EVERYWHERE)


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token. Instants are Unix seconds."""

    program: ProgramAccount
    made_at: float
    made_by: str
    until: float
    used_at: float | None
    revoked_at: float | None

    def lives(self, now: float) -> bool:
        return self.revoked_at is None and now < self.until


class Tokens:
    """Safe to use from any thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def make(
        self, name: str, site: str, scopes: Iterable[str], until: float, by: str, now: float
    ) -> tuple[str, ProgramAccount]:
        """A new token: its key, to be shown once and never again, and whom it stands for."""
        key = PREFIX + new_key()
        program = ProgramAccount(secrets.token_hex(4), name[:NAME_LENGTH], site, frozenset(scopes))
        with self._engine.begin() as db:
            db.execute(
                token_table.insert().values(
                    id=program.id,
                    key_hash=key_hash(key),
                    name=program.name,
                    site=site,
                    scopes=" ".join(sorted(program.scopes)),
                    made_at=now,
                    made_by=by,
                    until=until,
                )
            )
        return key, program

    def who(self, key: str, now: float) -> ProgramAccount | None:
        """The program behind a key; None for one that is unknown, revoked or over."""
        of = token_table.c
        if not key.startswith(PREFIX):
            return None
        with self._engine.connect() as db:
            row = db.execute(sa.select(token_table).where(of.key_hash == key_hash(key))).one_or_none()
        if row is None or not (token := _token(row)).lives(now):
            return None
        if token.used_at is None or now - token.used_at > USED_STEP_S:
            with self._engine.begin() as db:
                db.execute(token_table.update().where(of.id == row.id).values(used_at=now))
        return token.program

    def revoke(self, id: str, now: float) -> bool:
        """End a token; False when there is none that lives by this id."""
        of = token_table.c
        with self._engine.begin() as db:
            ended = db.execute(
                token_table.update().where(of.id == id, of.revoked_at.is_(None)).values(revoked_at=now)
            )
        return ended.rowcount == 1

    def all(self) -> tuple[Token, ...]:
        """Every token that was ever made, the newest first."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(token_table).order_by(token_table.c.made_at.desc()))
            return tuple(_token(row) for row in rows)


def _token(row: sa.Row[tuple[object, ...]]) -> Token:
    of = row._mapping
    program = ProgramAccount(of["id"], of["name"], of["site"], frozenset(of["scopes"].split()))
    return Token(program, of["made_at"], of["made_by"], of["until"], of["used_at"], of["revoked_at"])
