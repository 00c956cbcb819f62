"""The second step of a log-in: six figures of an authenticator (TOTP, RFC 6238), or a recovery code.

Knows secrets and which codes were used: a code works once. Keeps out pages and pictures. Instants are Unix
seconds of the machine; a code of the step before or after the present one is taken, for clocks go wrong.
"""

from __future__ import annotations

import hmac
import re
import secrets
from typing import Any

import pyotp
import sqlalchemy as sa

from server.people.tables import account_table, key_hash, recovery_table

STEP_S = 30
DRIFT = 1  # steps, to either side
RECOVERY_CODES = 8
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
RECOVERY_LENGTH = 12  # some 59 bits


class Second:
    """Safe to use from any thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def is_on(self, account: str) -> bool:
        with self._engine.connect() as db:
            return _of(db, account, account_table.c.totp) is not None

    def want(self, account: str) -> str:
        """A secret to be put into an authenticator; in force with the first right code, by `turn_on`."""
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            wanted = _of(db, account, account_table.c.totp_wanted)
            if wanted is None:
                wanted = pyotp.random_base32()
                _set(db, account, totp_wanted=wanted)
        return str(wanted)

    def turn_on(self, account: str, code: str, now: float) -> tuple[str, ...] | None:
        """Ask for the second step from now on, if `code` is the wanted secret's. The recovery codes, to be
        shown once; None for a wrong code.
        """
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            wanted = _of(db, account, account_table.c.totp_wanted)
            step = _step(wanted, code, now, 0) if wanted is not None else None
            if step is None:
                return None
            _set(db, account, totp=wanted, totp_wanted=None, totp_step=step)
            codes = tuple(
                "".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LENGTH))
                for _ in range(RECOVERY_CODES)
            )
            db.execute(recovery_table.delete().where(recovery_table.c.account == account))
            for one in codes:
                db.execute(recovery_table.insert().values(account=account, code_hash=key_hash(one)))
        return tuple(f"{c[:4]}-{c[4:8]}-{c[8:]}" for c in codes)

    def turn_off(self, account: str) -> None:
        with self._engine.begin() as db:
            _set(db, account, totp=None, totp_wanted=None, totp_step=0)
            db.execute(recovery_table.delete().where(recovery_table.c.account == account))

    def codes_left(self, account: str) -> int:
        counted = sa.select(sa.func.count()).where(recovery_table.c.account == account)
        with self._engine.connect() as db:
            return db.execute(counted).scalar_one()

    def passes(self, account: str, code: str, now: float) -> bool:
        """Whether this code lets the account in; each does so once, also a recovery code."""
        of, plain = recovery_table.c, re.sub(r"[\s-]", "", code).lower()[:64]
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            secret, last = _of(db, account, account_table.c.totp), _of(db, account, account_table.c.totp_step)
            if secret is None:
                return False
            step = _step(secret, plain, now, int(last or 0))
            if step is not None:
                _set(db, account, totp_step=step)
                return True
            used = db.execute(
                recovery_table.delete().where(of.account == account, of.code_hash == key_hash(plain))
            )
            return used.rowcount == 1


def address(secret: str, account: str, hall: str) -> str:
    """What an authenticator reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=hall)


def _step(secret: str, code: str, now: float, last: int) -> int | None:
    """The time step that `code` is of, later than `last`; None when it is of none."""
    totp, here = pyotp.TOTP(secret), int(now // STEP_S)
    for step in range(here - DRIFT, here + DRIFT + 1):
        if step > last and hmac.compare_digest(
            totp.generate_otp(step).encode(), code.encode("utf-8", "replace")
        ):
            return step
    return None


def _of(db: sa.Connection, account: str, column: sa.Column[Any]) -> Any:
    return db.execute(sa.select(column).where(account_table.c.name == account)).scalar()


def _set(db: sa.Connection, account: str, **values: Any) -> None:
    db.execute(account_table.update().where(account_table.c.name == account).values(**values))
