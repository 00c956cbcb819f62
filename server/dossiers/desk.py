"""The staff's side of the dossiers: preview and confirm an import, look at the form, approve a late list.

Reading a table of thousands of rows would take the interpreter away from the hall's writer, so a process of
its own does it, a nice one. The table comes as its input and is kept nowhere; a draft has our columns only.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import msgspec

from broker.messages import LateList
from server.dossiers.authorities import Authorities
from server.dossiers.bringing import Changes, Delivery
from server.dossiers.importing import Report, examine, read_all
from server.dossiers.store import DossierStore, NoDraft, Publication, Stamp, open_dossiers
from server.dossiers.tally import Form, Period, late_units, tally
from server.setup import Setup
from server.site_file import HallConfig, config_of
from server.site_shape import File

CHILD_S: Final = 180.0  # an import that takes longer is ended
GONE: Final = 3  # the child's status when there is no such draft
NICE: Final = 10
FIRST_TO_GO: Final = "1000"  # when memory ends, the kernel ends an import and not the hall (proc(5))
REMEMBERED: Final = 16  # tables that were worked out since the last import


@dataclass(frozen=True, slots=True)
class Look:
    """What the page shows of one period and one month."""

    form: Form
    late: LateList

    @property
    def mark(self) -> str:
        """Names the figures that somebody saw, so that no others are approved."""
        return hashlib.sha256(msgspec.json.encode(self.late)).hexdigest()[:32]


class Desk:
    """One hall's desk. Any thread may ask."""

    def __init__(self, setup: Callable[[], Setup], data: Path, store: DossierStore) -> None:
        """setup: the configuration that holds, whose document a child process works from."""
        self._setup, self._data, self.store = setup, data, store
        self._looks: dict[tuple[int, int, Period, str], Look] = {}
        self._looking = threading.Lock()

    # --- importing ------------------------------------------------------------------------------------

    def preview(self, table: IO[bytes], known_at: datetime, now: datetime) -> tuple[str, Report]:
        """What an import would do, and the token that confirms it. table: a real file, at its beginning."""
        token = secrets.token_urlsafe(16)
        with self._hall_file() as hall:
            said = _child(table, "preview", hall, self._data, token, known_at.isoformat(), now.isoformat())
        return token, msgspec.json.decode(said, type=Report)

    def confirm(self, token: str, by: str, now: datetime) -> Changes:
        """Import what was previewed. Raises NoDraft."""
        with self._hall_file() as hall:
            said = _child(None, "confirm", hall, self._data, token, by, now.isoformat())
        return msgspec.json.decode(said, type=Changes)

    @contextmanager
    def _hall_file(self) -> Iterator[str]:
        """The configuration that holds, for a child process."""
        with tempfile.NamedTemporaryFile(dir=self._data, prefix=".hall-") as file:
            file.write(msgspec.json.encode(self._setup().document))
            file.flush()
            yield file.name

    # --- looking --------------------------------------------------------------------------------------

    def look(self, stamp: Stamp, period: Period, month: str) -> Look:
        """The form of a period and the late list of a month, as of the last import."""
        setup = self._setup()
        seen = (setup.version, stamp.id)
        key = (*seen, period, month)
        with self._looking:
            if key not in self._looks:
                if len(self._looks) >= REMEMBERED or any(known[:2] != seen for known in self._looks):
                    self._looks.clear()
                self._looks[key] = self._worked_out(setup.config, stamp, period, month)
            return self._looks[key]

    def _worked_out(self, config: HallConfig, stamp: Stamp, period: Period, month: str) -> Look:
        dossiers, zone, shorts = self.store.dossiers(), config.site.zone, Authorities(config).shorts
        form = tally(dossiers, shorts, period, stamp.known_at, zone)
        units = late_units(dossiers, shorts, month, stamp.known_at, zone)
        return Look(form, LateList(month, units))

    def published(self) -> Publication | None:
        return self.store.published()


def _child(table: IO[bytes] | None, *words: object) -> bytes:
    """What the process said. Raises NoDraft, or CalledProcessError for a mistake of ours."""
    done = subprocess.run(
        [sys.executable, "-m", "server.dossiers.desk", *map(str, words)],
        stdin=subprocess.DEVNULL if table is None else table,
        stdout=subprocess.PIPE,
        timeout=CHILD_S,
        check=False,
    )
    if done.returncode == GONE:
        raise NoDraft
    done.check_returncode()
    return done.stdout


def _preview(hall_file: str, data: str, token: str, known_at: str, now: str) -> Report:
    document = msgspec.json.decode(Path(hall_file).read_bytes(), type=File)
    config = config_of(document)
    store = open_dossiers(Path(data), config.site.zone, lambda: config.due_rules)
    try:
        known = datetime.fromisoformat(known_at)
        delivery = Delivery(known, by="")
        found = examine(read_all(sys.stdin.buffer), config, store, delivery)
        if found.report.good:
            store.draft(found.brought, delivery, token, datetime.fromisoformat(now))
        return found.report
    finally:
        store.close()


def _confirm(hall_file: str, data: str, token: str, by: str, now: str) -> Changes:
    config = config_of(msgspec.json.decode(Path(hall_file).read_bytes(), type=File))
    store = open_dossiers(Path(data), config.site.zone, lambda: config.due_rules)
    try:
        return store.confirm(token, by, datetime.fromisoformat(now))
    finally:
        store.close()


def main(words: list[str]) -> int:
    """`preview HALL DATA TOKEN KNOWN_AT NOW` reads a table from its input, HALL is a document as JSON;
    `confirm HALL DATA TOKEN BY NOW`."""
    os.nice(NICE)
    Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    try:
        said: Report | Changes = _preview(*words[1:]) if words[0] == "preview" else _confirm(*words[1:])
    except NoDraft:
        return GONE
    sys.stdout.buffer.write(msgspec.json.encode(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
