"""Which passwords are good enough, and how they are kept.

Knows Argon2id and the list of the commonest passwords; keeps out whose they are.
"""

from __future__ import annotations

import re
import secrets
from functools import cache
from pathlib import Path

import argon2

SHORTEST = 10
LONGEST = 200
FEWEST_DIFFERENT = 4
COMMON = Path(__file__).parent / "common_passwords.txt"

# OWASP's floor for Argon2id: 19 MiB, two passes, one lane; some 30 ms on the reference machine.
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NOBODYS = _hasher.hash(secrets.token_urlsafe())


class WeakPassword(Exception):
    """`code` says what is wrong: `short`, `long` or `guessed`; in the catalogues `password.<code>`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_SENTENCES[code])


_SENTENCES = {
    "short": f"a password has at least {SHORTEST} characters",
    "long": f"a password has at most {LONGEST} characters",
    "guessed": "that password is too easy to guess",
}


def check(name: str, password: str) -> None:
    """Raises `WeakPassword` for one that is short, endless, of the account's name, or on everybody's list."""
    if len(password) < SHORTEST:
        raise WeakPassword("short")
    if len(password) > LONGEST:
        raise WeakPassword("long")
    plain = password.casefold()
    if len(set(plain)) < FEWEST_DIFFERENT or (len(name) > 3 and name in plain) or is_common(plain):
        raise WeakPassword("guessed")


def is_common(plain: str) -> bool:
    """Whether it is on the list, as it is or with what people put behind a word: `matkhau2026!`."""
    return plain in _common() or re.sub(r"[\W\d_]+$", "", plain) in _common()


def hashed(name: str, password: str) -> str:
    """What is kept of a password. Raises `WeakPassword`."""
    check(name, password)
    return _hasher.hash(password)


def verified(hash: str, password: str) -> bool:
    """Whether it is that password; an empty hash is nobody's and takes as long."""
    try:
        return _hasher.verify(hash or NOBODYS, password[: LONGEST + 1]) and bool(hash)
    except (argon2.exceptions.VerificationError, UnicodeEncodeError):  # the latter: lone surrogates in JSON
        return False


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("# "))
