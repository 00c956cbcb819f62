"""What people did: an append-only list, each row sealed with the one before it.

Knows one small database of its own, beside the accounts, for all centres of the installation. Keeps out the
hall's events (they have their own log), personal data of citizens, and secrets: whoever tells says what was
done to what, never what was typed. SQLite itself refuses to change or delete a row; who gets around that,
with the file in the hand, breaks the seals, and `motcua audit DATA` names the first row that no longer fits.
Who seals the whole rest anew is found by a seal that was written down elsewhere.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from server.chain import sealed
from server.sqlite import durable

ALL_COLUMNS = ("seq", "at", "who", "what", "site", "about", "seal")
EVERYTHING = f"SELECT {', '.join(ALL_COLUMNS)} FROM audit ORDER BY seq"
COLUMNS = ("seq", "at", "who", "what", "site", "about")
WHAT = re.compile(r"[a-z-]{1,20}(\.[a-z-]{1,20}){1,2}")  # account.made, login.failed
LONGEST = 300  # characters of one value; what is longer is cut
BUSY_MS = 5000

metadata = sa.MetaData()
audit_table = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("who", sa.String(80), nullable=False, index=True),
    sa.Column("what", sa.String(64), nullable=False, index=True),
    sa.Column("site", sa.String(64), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
    sqlite_autoincrement=True,
)
# SQLite remembers the highest number ever given: a tail that is cut off is missed, and leaves a gap for ever.
GIVEN = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'audit'")
# The file itself says no to whoever opens it with an ordinary tool.
ONLY_APPENDED = (
    "CREATE TRIGGER IF NOT EXISTS audit_keeps BEFORE UPDATE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END",
    "CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE DELETE ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """at: Unix seconds. who: an account, `token:<name>` of a program, or empty for a stranger."""

    seq: int
    at: float
    who: str
    what: str
    site: str
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: empty text and None let everything through. since, until: Unix seconds, half open."""

    site: str | None = None
    who: str = ""
    what: str = ""  # a whole word, or its first part: `login` for every `login.…`
    since: float | None = None
    until: float | None = None
    before: int | None = None  # entries older than this number


@dataclass(frozen=True, slots=True)
class Finding:
    """count: rows that hold, from the first. seal: the last one's. broken, row: what is wrong, and where."""

    count: int
    seal: str
    broken: str | None = None
    row: int | None = None


class Audit:
    """Safe to use from any thread, and from two processes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        metadata.create_all(engine)
        with engine.begin() as db:
            for trigger in ONLY_APPENDED:
                db.exec_driver_sql(trigger)

    def tell(self, at: float, who: str, what: str, site: str, about: Mapping[str, Any]) -> None:
        """Add an entry; it is on the disk when this returns. about: JSON values, nothing secret."""
        if not WHAT.fullmatch(what):
            raise ValueError(f"'{what}' is no word of the audit")
        kept = {key: value[:LONGEST] if isinstance(value, str) else value for key, value in about.items()}
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            before = db.execute(
                sa.select(audit_table.c.seal).order_by(audit_table.c.seq.desc()).limit(1)
            ).scalar()
            row: dict[str, Any] = {
                "seq": (db.execute(GIVEN).scalar() or 0) + 1,
                "at": float(at),
                "who": who[:80],
                "what": what,
                "site": site,
                "about": _text(kept),
            }
            row["seal"] = sealed(before or "", row, COLUMNS)
            db.execute(audit_table.insert().values(**row))

    def entries(self, wanted: Wanted, limit: int) -> tuple[Entry, ...]:
        """The newest first, at most `limit`."""
        of = audit_table.c
        asked = sa.select(of.seq, of.at, of.who, of.what, of.site, of.about)
        if wanted.site is not None:
            asked = asked.where(of.site == wanted.site)
        if wanted.who:
            asked = asked.where(of.who == wanted.who)
        if wanted.what:
            asked = asked.where(
                sa.or_(of.what == wanted.what, of.what.startswith(f"{wanted.what}.", autoescape=True))
            )
        if wanted.since is not None:
            asked = asked.where(of.at >= wanted.since)
        if wanted.until is not None:
            asked = asked.where(of.at < wanted.until)
        if wanted.before is not None:
            asked = asked.where(of.seq < wanted.before)
        with self._engine.connect() as db:
            rows = db.execute(asked.order_by(of.seq.desc()).limit(limit)).all()
        return tuple(Entry(r.seq, r.at, r.who, r.what, r.site, _read(r.about)) for r in rows)

    def words(self) -> tuple[str, ...]:
        """What was ever told, each word once."""
        with self._engine.connect() as db:
            found = db.execute(sa.select(audit_table.c.what).distinct().order_by(audit_table.c.what))
            return tuple(found.scalars())

    def check(self) -> Finding:
        """Read everything and seal it again. It takes about a second for 100,000 rows."""
        with self._engine.connect() as db:
            given = db.execute(GIVEN).scalar() or 0
            rows = db.exec_driver_sql(EVERYTHING, execution_options={"yield_per": 1000})
            found = _check(dict(zip(ALL_COLUMNS, row, strict=True)) for row in rows)
        if found.broken is None and given != found.count:
            missing = found.count + 1
            return Finding(found.count, found.seal, f"row {missing} is missing, and what came after", missing)
        return found

    def has_seal(self, seal: str) -> bool:
        """Whether a row has this seal: one that was written down is still what the list comes from."""
        with self._engine.connect() as db:
            return db.execute(sa.select(sa.exists().where(audit_table.c.seal == seal))).scalar_one()

    def close(self) -> None:
        self._engine.dispose()


def open_audit(path: Path) -> Audit:
    """The audit in the SQLite file `path`, which is made for its owner alone when it is not there."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(f"sqlite:///{path}")
    durable(engine, BUSY_MS)
    return Audit(engine)


def _text(about: Mapping[str, Any]) -> str:
    """As JSON, whatever a browser sent: half a character becomes a question mark."""
    return json.dumps(about, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace").decode()


def _check(rows: Iterator[dict[str, Any]]) -> Finding:
    count, seal = 0, ""
    for row in rows:
        if row["seq"] != count + 1:
            return Finding(count, seal, f"row {count + 1} is missing", count + 1)
        if sealed(seal, row, COLUMNS) != row["seal"]:
            when = _when(row["at"])
            return Finding(count, seal, f"row {row['seq']} of {when} is not what was written", row["seq"])
        count, seal = count + 1, row["seal"]
    return Finding(count, seal)


def _when(at: Any) -> str:
    try:
        return f"{datetime.fromtimestamp(float(at), UTC):%Y-%m-%d %H:%M:%SZ}"
    except (TypeError, ValueError, OverflowError, OSError):
        return "no time"


def _read(about: str) -> Mapping[str, Any]:
    """What was told, also of a row that somebody changed into nonsense."""
    try:
        return msgspec.json.decode(about, type=dict[str, Any])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        return {"?": str(about)[:LONGEST]}
