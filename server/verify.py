"""`motcua verify DATA`: read a hall's log and name every promise that was broken.

The promises, checked over the log alone (`event`, `command` and `fact` tables, and what displays wrote down):
I1 a number is given once a day; I2 a ticket moves along its life and ends with its day; I3 a counter serves
one; I4 first come, first served inside (service, class) except logged exceptions; I5 what walls showed was
called, in order; I6 a rating is of one served ticket; I7 no event is missing and none took effect twice;
I8 the sums agree; I9 the tables that figures come from say what the log says; I10 time never went back; I11
no row of the log was changed or taken out since it was written (`server.chain`).

Opens the database read-only: a live hall is not disturbed, a copied folder is not changed.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from server.books import Day, Rating, Row, Visit, by_state, differences, ended_of
from server.chain import sealed
from server.recount import Recount

SOUND, BROKEN, UNREADABLE = 0, 1, 2
DATABASE: Final = "hall.db"
COMPARED: Final = (
    "number", "service", "klass", "counter", "issued_at", "called_at", "last_called_at", "started_at",
    "ended_at", "recalls", "level",
)  # fmt: skip
RATING: Final = tuple(field.name for field in fields(Rating))
STATES: Final = ("served", "no_show", "cancelled", "waiting", "called", "serving", "parked")


class Unreadable(Exception):
    """The folder holds no log that can be read; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a display's record."""

    place: str  # file and line
    seq: int
    number: str
    counter: str
    recall: int


def run(data: Path) -> int:
    """Print every breach, a line each, and a summary. 0: sound, 1: broken, 2: cannot be read."""
    try:
        count = Verification(data).run()
    except Unreadable as error:
        print(f"motcua verify: {error}", file=sys.stderr)
        return UNREADABLE
    return BROKEN if count else SOUND


class Verification:
    """One reading of one folder."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._breaches = 0
        self._seal = ""  # of the newest event
        self._shown = defaultdict[str, list[Shown]](list)  # by day; read first, so that the log is newer
        self._days: set[str] = set()
        self._late = defaultdict[str, list[Visit]](list)  # by day: numbers told of when it was over
        self._counts = dict.fromkeys(("events", "tickets", "calls", "ratings", "facts", "shown"), 0)

    def run(self) -> int:
        """The number of breaches. Raises Unreadable."""
        self._read_shown()
        try:
            with closing(open_log(find(self._data))) as db:
                self._read_log(db)
                self._seals(db)
                self._effects(db)
                self._facts(db)
                self._strangers(db)
        except sqlite3.Error as error:
            raise Unreadable(f"{self._data}: the database cannot be read: {error}") from error
        told = " ".join(f"{name}={count}" for name, count in self._counts.items())
        verdict = f"{self._breaches} breaches" if self._breaches else "sound"
        print(f"{verdict}: days={len(self._days)} {told} seal={self._seal[:16] or 'none'}")
        return self._breaches

    def _tell(self, promise: str, sentence: str) -> None:
        self._breaches += 1
        print(f"{promise} {sentence}")

    # --- the log ------------------------------------------------------------------------------------------

    def _read_log(self, db: sqlite3.Connection) -> None:
        self._read_late(db)
        recount = Recount(self._tell)
        for row in rows(db):
            self._counts["events"] += 1
            try:
                closed = recount.take(row)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise Unreadable(f"event {row.seq} ({row.kind}) cannot be read: {error!r}") from error
            if closed is not None:
                self._day_is_told(db, closed)
        last = recount.end()
        if last is not None:
            self._day_is_told(db, last)
        for name in sorted(self._late):  # of before this log began
            self._day_is_told(db, Day(name))
        for day in self._shown.keys() - self._days:
            for shown in self._shown[day]:
                self._tell(
                    "I5", f"{shown.place}: showed {shown.number} on {day}, a day the log does not have"
                )

    def _seals(self, db: sqlite3.Connection) -> None:
        """I11: every row of the log is what was written, behind what was written before it."""
        before, begun = "", False
        for row in db.execute("SELECT * FROM event ORDER BY seq"):
            seal = row["seal"]
            if seal is None and not begun:
                continue  # of before there were seals
            begun = True
            if seal != sealed(before, dict(row)):
                self._tell("I11", f"event {row['seq']} ({row['kind']}) is not what was written there")
            before = seal or ""
        self._seal = before

    def _read_late(self, db: sqlite3.Connection) -> None:
        """Numbers of kiosks and of paper rolls that were told of when their day was over: they count in the
        day they are of."""
        told = "SELECT day, body FROM event WHERE kind IN ('ToldTooLate', 'Entered') ORDER BY seq"
        for day, body in db.execute(told):
            try:
                ticket = json.loads(body)["ticket"]
                if ticket["day"] != day:
                    self._late[ticket["day"]].append(ended_of(ticket))
            except (KeyError, TypeError, ValueError) as error:
                raise Unreadable(f"a late number cannot be read: {error!r}") from error

    def _day_is_told(self, db: sqlite3.Connection, day: Day) -> None:
        self._days.add(day.name)
        for visit in self._late.pop(day.name, ()):
            self._late_is_told(day, visit)
        self._counts["tickets"] += len(day.visits)
        self._counts["calls"] += len(day.calls)
        self._counts["ratings"] += len(day.ratings)
        self._walls(day)
        self._tables(db, day)

    def _late_is_told(self, day: Day, visit: Visit) -> None:
        if visit.number in day.numbers or visit.id in day.visits:
            self._tell("I1", f"{visit.number} of {day.name} was there when it was told of too late")
        day.numbers[visit.number] = 0
        day.visits[visit.id] = visit

    def _walls(self, day: Day) -> None:
        """I5: a wall may miss calls, and never shows one that nobody made, or an older one after a newer."""
        upto: dict[str, int] = {}
        for shown in self._shown.get(day.name, ()):
            wall = shown.place.rpartition("/")[0]
            if day.calls.get(shown.seq) != (shown.number, shown.counter, shown.recall):
                what = f"call {shown.seq}, {shown.number} to counter {shown.counter}"
                self._tell("I5", f"{shown.place}: showed {what} on {day.name}, which nobody made")
            if shown.seq <= upto.get(wall, 0):
                self._tell(
                    "I5", f"{shown.place}: showed call {shown.seq} of {day.name} after call {upto[wall]}"
                )
            upto[wall] = max(shown.seq, upto.get(wall, 0))

    def _tables(self, db: sqlite3.Connection, day: Day) -> None:
        """I8 and I9: the tables that reports read say what the log says."""
        table = {
            row["id"]: dict(row) for row in db.execute("SELECT * FROM ticket WHERE day = ?", (day.name,))
        }
        log_sums, table_sums = by_state(day), dict.fromkeys(STATES, 0)
        for row in table.values():
            table_sums[row["state"]] = table_sums.get(row["state"], 0) + 1
        if len(table) != len(day.visits):
            self._tell(
                "I8", f"{day.name}: {len(day.visits)} issued in the log, {len(table)} tickets in the table"
            )
        off = [s for s in table_sums if table_sums[s] != log_sums.get(s, 0)]
        for state in off:
            self._tell(
                "I8",
                f"{day.name}: {log_sums.get(state, 0)} {state} in the log, {table_sums[state]} in the table",
            )
        for visit in day.visits.values():
            row = table.get(visit.id, {})
            for difference in differences(row, visit, COMPARED) if row else ():
                self._tell("I9", f"{visit.number} of {day.name}: {difference}")
        self._ratings(db, day)

    def _ratings(self, db: sqlite3.Connection, day: Day) -> None:
        """I6 and I9: figures are made of answers that the log has, and as the log has them."""
        wanted = "SELECT * FROM rating WHERE day = ?"
        table = {row["ticket"]: rating_row(dict(row)) for row in db.execute(wanted, (day.name,))}
        for id in table.keys() - day.ratings.keys():
            self._tell("I6", f"{day.name}: the table has a rating of ticket {id} that the log does not have")
        for id, rating in day.ratings.items():
            number = day.visits[id].number
            if id not in table:
                self._tell("I9", f"rating of {number} of {day.name} is in the log and not in the table")
                continue
            for difference in differences(table[id], rating, RATING):
                self._tell("I9", f"rating of {number} of {day.name}: {difference}")

    # --- senders ------------------------------------------------------------------------------------------

    def _effects(self, db: sqlite3.Connection) -> None:
        """I7: each command took effect once, all of it, and is among those that were answered yes."""
        twice = """SELECT command, min(seq), max(seq) FROM event GROUP BY command
                   HAVING max(seq) - min(seq) + 1 <> count(*) ORDER BY min(seq)"""
        for command, first, last in db.execute(twice):
            self._tell("I7", f"command {command} took effect twice, in events {first} to {last}")
        unasked = """SELECT event.command, min(event.seq), command.id, command.refusal FROM event
                     LEFT JOIN command ON command.id = event.command
                     WHERE command.id IS NULL OR command.refusal IS NOT NULL
                     GROUP BY event.command ORDER BY min(event.seq)"""
        for command, first, known, refusal in db.execute(unasked):
            why = f"was refused ({refusal})" if known else "was never asked"
            self._tell("I7", f"command {command} {why}, but took effect in event {first}")

    def _facts(self, db: sqlite3.Connection) -> None:
        """I7: a device's facts are dense. They may begin late: a hall's log may be younger than a device."""
        last: dict[str, int] = {}
        facts = """SELECT fact.device, fact.box, fact.seq, fact.id, command.id FROM fact
                   LEFT JOIN command ON command.id = fact.id ORDER BY fact.device, fact.box, fact.seq"""
        for name, box, seq, id, known in db.execute(facts):
            device = f"{name} ({box})" if box else name
            self._counts["facts"] += 1
            if known is None:
                self._tell("I7", f"fact {id} of {device} has no outcome")
            before = last.get(device)
            if before is not None and seq == before:
                self._tell("I7", f"{device}: two facts are number {seq}")
            elif before is not None and seq != before + 1:
                gap = f"fact {before + 1}" if seq == before + 2 else f"facts {before + 1} to {seq - 1}"
                self._tell("I7", f"{device}: {gap} never came")
            last[device] = seq

    def _strangers(self, db: sqlite3.Connection) -> None:
        """I8: nothing in the tables is of a day that the log does not have."""
        for table in ("ticket", "rating"):
            for day, count in db.execute(f"SELECT day, count(*) FROM {table} GROUP BY day ORDER BY day"):
                if day not in self._days:
                    self._tell(
                        "I8", f"{count} rows of the {table} table are of {day}, a day the log does not have"
                    )

    # --- the walls ----------------------------------------------------------------------------------------

    def _read_shown(self) -> None:
        """Every display's record, oldest file first. Half a last line is a write that was cut off."""
        files = sorted(self._data.rglob("shown*.jsonl"), key=lambda path: (path.parent, path.name))
        for path in files:  # shown.1.jsonl sorts before shown.jsonl
            try:
                text = path.read_bytes()
            except OSError as error:
                raise Unreadable(f"{path}: {error.strerror}") from error
            whole = text[: text.rfind(b"\n") + 1]
            for number, line in enumerate(whole.splitlines(), 1):
                place = f"{path.relative_to(self._data).as_posix()}:{number}"
                try:
                    said = json.loads(line)
                    shown = Shown(place, said["seq"], said["number"], said["counter"], said.get("recall", 0))
                    self._shown[said["day"]].append(shown)
                except (ValueError, KeyError, TypeError, AttributeError):
                    self._tell("I5", f"{place}: not a line of a display's record")
                    continue
                self._counts["shown"] += 1


def find(data: Path) -> Path:
    """The one database of a hall in this folder or below it."""
    found = [data / DATABASE] if (data / DATABASE).is_file() else sorted(data.rglob(DATABASE))
    if len(found) == 1:
        return found[0]
    several = ", ".join(str(path.relative_to(data)) for path in found)
    raise Unreadable(
        f"{data}: several logs, say which: {several}" if found else f"{data}: no {DATABASE} here"
    )


def open_log(path: Path) -> sqlite3.Connection:
    """A read-only connection inside one read transaction, so that everything read is of one instant."""
    address = f"{path.resolve().as_uri()}?mode=ro"
    db = sqlite3.connect(address, uri=True, isolation_level=None)
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:  # a folder that may not be written: SQLite wants a file beside a WAL
        db.close()
        wal = path.with_name(path.name + "-wal")
        if wal.exists() and wal.stat().st_size:
            raise
        db = sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.execute("BEGIN")
    return db


def rating_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the rating table in the books' own shapes. Raises Unreadable."""
    try:
        answers = json.loads(row["answers"] or "{}")
        return row | {"at": datetime.fromisoformat(row["at"]), "answers": answers}
    except (ValueError, TypeError) as error:
        raise Unreadable(f"the rating of ticket {row['ticket']} cannot be read: {error}") from error


def rows(db: sqlite3.Connection) -> Iterator[Row]:
    """The log in order. Raises Unreadable for an event whose body is no JSON object of the same event."""
    for seq, at, day, kind, command, body in db.execute(
        "SELECT seq, at, day, kind, command, body FROM event ORDER BY seq"
    ):
        try:
            said: Any = json.loads(body)
            if said["command"] != command:
                raise ValueError("the column says another command")
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"event {seq} ({kind}) cannot be read: {error}") from error
        yield Row(seq, at, day, kind, command, said)
