"""Who handed a dossier in: the one place of ours that knows a person, and how people show to be that one.

A source is kept of people only when its mapping says so. An identity number and the secret of a slip are
kept as seals (HMAC-SHA-256 by a key beside the database): they can be compared with and never read. Keeps
out logs, pages and messages; nothing here is ever shown whole but to staff with the right to it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from server.dossiers.rows import applicant_table, dossier_table, forgotten_table, text_of

KEY_FILE: Final = "dossiers.key"
KEY_BYTES: Final = 32
PHONE_FIGURES: Final = 4  # the last of a phone number, which show somebody


class ApplicantKind(StrEnum):
    """In the portal's order: its number is the place in this list, from 0."""

    CITIZEN = "citizen"
    ENTERPRISE = "enterprise"
    HOUSEHOLD = "household"


class Applicant(msgspec.Struct, frozen=True):
    """phone: figures only. id_seal, secret_seal: of `Seals`, or "" for none. Any text may be empty."""

    kind: ApplicantKind = ApplicantKind.CITIZEN
    name: str = ""
    phone: str = ""
    address: str = ""
    email: str = ""
    id_seal: str = ""
    secret_seal: str = ""


GONE: Final = "gone"  # instead of a seal that was kept for long enough: no secret fits, and none comes again
FORGOTTEN: Final = Applicant(name="\0forgotten")  # instead of one that was deleted here; never written


class Seals:
    """Seals of one centre."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_id(self, number: str) -> str:
        """Of an identity number; the same for all dossiers of a person."""
        return self._sealed("id", re.sub(r"\D", "", number))

    def of_secret(self, code: str, secret: str) -> str:
        """Of the secret on one dossier's slip, however it is written."""
        return self._sealed("secret", f"{code}:{re.sub(r'[^0-9A-Z]', '', secret.upper())}")

    def _sealed(self, what: str, text: str) -> str:
        return hmac.new(self._key, f"{what}:{text}".encode(), hashlib.sha256).hexdigest()


def open_seals(folder: Path) -> Seals:
    """The seals of a centre; their key is made when there is none. Raises ValueError for a bad key file."""
    path = folder / KEY_FILE
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        pass
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path} is no key of {KEY_BYTES} bytes")
    return Seals(key)


def is_phone(applicant: Applicant, figures: str) -> bool:
    """Whether these are the last figures of the phone number; never of one that is not known."""
    last = applicant.phone[-PHONE_FIGURES:]
    return len(last) == PHONE_FIGURES and hmac.compare_digest(last.encode(), figures.encode())


def is_sealed(seal: str, other: str) -> bool:
    """Whether two seals are of the same; never of nothing."""
    return bool(seal) and hmac.compare_digest(seal.encode(), other.encode())


# --- the table ----------------------------------------------------------------------------------------


def known(db: sa.Connection, codes: Sequence[str]) -> dict[str, Applicant]:
    """Of these dossiers; FORGOTTEN for those whose person was deleted."""
    found = {r.code: _of(r) for r in db.execute(_where(applicant_table, codes))}
    found |= dict.fromkeys(forgotten(db, codes), FORGOTTEN)
    return found


def forgotten(db: sa.Connection, codes: Sequence[str]) -> set[str]:
    """Of these dossiers, those whose person was deleted here."""
    return {row.code for row in db.execute(_where(forgotten_table, codes))}


def write(db: sa.Connection, people: Mapping[str, Applicant]) -> None:
    """Of dossiers, but for those whose person was deleted here."""
    gone: set[str] = set()
    codes = list(people)
    for first in range(0, len(codes), 500):
        some = codes[first : first + 500]
        gone |= forgotten(db, some)
    rows = [{"code": code, **_row(p)} for code, p in people.items() if code not in gone]
    spent = _without_secret(db, [row["code"] for row in rows if row["secret_seal"]])
    rows = [{**row, "secret_seal": GONE} if row["code"] in spent else row for row in rows]
    if rows:
        db.execute(applicant_table.insert().prefix_with("OR REPLACE"), rows)


def same(known: Applicant | None, brought: Applicant) -> bool:
    """Whether bringing this one would change nothing."""
    if known is not None and known.secret_seal == GONE:
        brought = msgspec.structs.replace(brought, secret_seal=GONE)
    return known in (brought, FORGOTTEN)


def forget(db: sa.Connection, codes: Sequence[str], by: str, at: datetime) -> int:
    """Delete whom these are of, for good: no import brings them again. How many there were."""
    rows = [{"code": code, "at": text_of(at), "by": by} for code in codes]
    if rows:
        db.execute(forgotten_table.insert().prefix_with("OR IGNORE"), rows)
    return remove(db, codes)


def spend(db: sa.Connection, codes: Sequence[str]) -> int:
    """Delete the secrets of these slips; how many there were."""
    a = applicant_table.c
    fits = a.code.in_(codes), a.secret_seal != "", a.secret_seal != GONE
    return db.execute(applicant_table.update().where(*fits).values(secret_seal=GONE)).rowcount


def remove(db: sa.Connection, codes: Sequence[str]) -> int:
    """How many were deleted."""
    return db.execute(applicant_table.delete().where(applicant_table.c.code.in_(codes))).rowcount


def count_of(db: sa.Connection, source: str) -> int:
    """Of how many dossiers of a source somebody is kept."""
    counted = sa.select(sa.func.count()).select_from(applicant_table)
    return int(db.execute(counted.where(applicant_table.c.code.in_(_codes_of(source)))).scalar_one())


def _codes_of(source: str) -> sa.Select[Any]:
    return sa.select(dossier_table.c.code).where(dossier_table.c.source == source)


def _without_secret(db: sa.Connection, codes: Sequence[str]) -> set[str]:
    a, found = applicant_table.c, set[str]()
    for first in range(0, len(codes), 500):
        some = codes[first : first + 500]
        found.update(db.execute(sa.select(a.code).where(a.code.in_(some), a.secret_seal == GONE)).scalars())
    return found


def _where(table: sa.Table, codes: Sequence[str]) -> Any:
    return table.select().where(table.c.code.in_(codes))


def _row(p: Applicant) -> dict[str, str]:
    return {**msgspec.structs.asdict(p), "kind": p.kind.value}


def _of(row: Any) -> Applicant:
    values = {name: getattr(row, name) for name in Applicant.__struct_fields__}
    return Applicant(**{**values, "kind": ApplicantKind(row.kind)})
