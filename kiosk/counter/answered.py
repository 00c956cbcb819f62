"""Which numbers of the day have had their say, and the answer under way: a part of the device's memory.

The outbox forgets an answer once the server has it; without this a terminal that restarts would ask the same
citizen again. And an answer of which only the questionnaire is missing is not in the outbox yet.
"""

from __future__ import annotations

import msgspec

from broker.disk import Disk
from kiosk.counter.vocabulary import Rate

_SCHEMA = """
CREATE TABLE IF NOT EXISTS answered (
    day TEXT NOT NULL, number TEXT NOT NULL, PRIMARY KEY (day, number)
) STRICT;
CREATE TABLE IF NOT EXISTS answer_under_way (
    day TEXT NOT NULL, number TEXT NOT NULL, rate BLOB NOT NULL
) STRICT;
"""


class Answered:
    """The numbers of the latest business day seen, and at most one answer under way, on `disk`.

    What changes is durable when the call returns, or with the transaction around it. Raises sqlite3.Error
    when the disk refuses.
    """

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        disk.tables(_SCHEMA)

    def pairs(self) -> list[tuple[str, str]]:
        """(day, number), in the order in which they answered."""
        with self.disk.reading() as db:
            return [(day, number) for day, number in db.execute("SELECT * FROM answered ORDER BY rowid")]

    @property
    def draft(self) -> Rate | None:
        """The answer under way."""
        with self.disk.reading() as db:
            row = db.execute("SELECT rate FROM answer_under_way").fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=Rate)

    def add(self, day: str, number: str) -> None:
        """Remember; the numbers of other days are let go, and the answer under way if it was of this one."""
        with self.disk.transaction() as db:
            db.execute("DELETE FROM answered WHERE day <> ?", (day,))
            db.execute("INSERT OR IGNORE INTO answered VALUES (?, ?)", (day, number))
            db.execute("DELETE FROM answer_under_way WHERE day = ? AND number = ?", (day, number))

    def keep(self, draft: Rate) -> None:
        """The answer so far; there is one at a time."""
        with self.disk.transaction() as db:
            db.execute("DELETE FROM answer_under_way")
            row = (draft.day, draft.number, msgspec.json.encode(draft))
            db.execute("INSERT INTO answer_under_way VALUES (?, ?, ?)", row)

    def drop(self) -> None:
        """There is no answer under way any more."""
        with self.disk.transaction() as db:
            db.execute("DELETE FROM answer_under_way")
