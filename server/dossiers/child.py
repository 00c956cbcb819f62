"""The process that reads somebody's table, with bounds on what it may use: one task, and it ends.

`python -m server.dossiers.child HALL DATA TASK`: HALL is the configuration as JSON in a file, DATA the
centre's folder, TASK what is to be done. A table comes as its input; what came of it is its output.
"""

from __future__ import annotations

import sys
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa

from server.dossiers.applicants import open_seals
from server.dossiers.bounds import confine
from server.dossiers.decoding import FileRefused
from server.dossiers.importing import (
    Examined,
    RefusedRow,
    Report,
    delivery_of,
    examine,
    read_all,
    source_of,
    take,
)
from server.dossiers.mapping import STANDARD_MAPPING, Mapping
from server.dossiers.rows import refusal_table, text_of
from server.dossiers.sampling import Sample, sample_of
from server.dossiers.sources import NoSource
from server.dossiers.store import DRAFT_S, DossierStore, NoDraft, open_dossiers
from server.site_file import HallConfig, config_of
from server.site_shape import File
from server.sqlite import Busy

GONE: Final = 3  # the status when there is no such draft
BUSY: Final = 4  # when somebody else writes for too long
MISTAKE: Final = 5  # of ours
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Task(msgspec.Struct, frozen=True):
    """do: preview and confirm as pages do, take: import at once. fewer: half of what is known may go.
    chosen: of a sample, the mapping's columns are all that there are."""

    do: Literal["preview", "confirm", "take", "sample"]
    source: str = ""
    token: str = ""
    by: str = ""
    known_at: datetime = NEVER
    now: datetime = NEVER
    fewer: bool = False
    mapping: Mapping = STANDARD_MAPPING
    chosen: bool = False


class Refusals(msgspec.Struct, frozen=True):
    """All refused rows of a table that were read. columns: our field -> what its source calls it. stopped:
    the rest was not read, so that there may be more."""

    rows: tuple[RefusedRow, ...]
    columns: dict[str, str]
    stopped: bool = False


def refusals(db: sa.Connection, token: str) -> Refusals | None:
    body = db.execute(sa.select(refusal_table.c.body).where(refusal_table.c.token == token)).scalar()
    return None if body is None else msgspec.json.decode(body, type=Refusals)


def forget_refusals(db: sa.Connection, now: datetime) -> None:
    r = refusal_table.c
    db.execute(refusal_table.delete().where(r.at < text_of(now - timedelta(seconds=DRAFT_S))))


def _examined(task: Task, config: HallConfig, store: DossierStore, data: Path) -> Examined:
    try:
        source = source_of(store, task.source)
    except NoSource:
        return Examined(Report(problem="no-source"), [])
    delivery = delivery_of(source, task.known_at, task.by)
    seals = open_seals(data) if source.mapping.persons else None
    found = examine(read_all(sys.stdin.buffer), config, store, delivery, seals)
    if task.do == "take" and found.report.good:
        changes = found.report.changes
        if changes is not None and changes.shrinks and not task.fewer:
            params = {"gone": changes.gone, "before": changes.before}
            return Examined(Report(problem="shrinks", params=params), [])
        found = take(found, store, delivery, task.now)
    with store.writing() as db:
        forget_refusals(db, task.now)
        if found.refused:
            body = msgspec.json.encode(Refusals(found.refused, found.report.columns, found.report.stopped))
            db.execute(refusal_table.insert(), [{"token": task.token, "at": text_of(task.now), "body": body}])
    if task.do == "preview" and found.report.good:
        store.draft(found.brought, delivery, task.token, task.now)
    return found


def _sampled(task: Task) -> Sample:
    try:
        return sample_of(read_all(sys.stdin.buffer), task.mapping, task.chosen)
    except FileRefused as refused:
        return Sample(problem=refused.key, params=refused.params)


def _done(hall: str, data: Path, task: Task) -> Any:
    if task.do == "sample":
        return _sampled(task)
    config = config_of(msgspec.json.decode(Path(hall).read_bytes(), type=File))
    store = open_dossiers(data, config.site.zone, lambda: config.due_rules)
    try:
        if task.do == "confirm":
            return store.confirm(task.token, task.by, task.now)
        return _examined(task, config, store, data).report
    finally:
        store.close()


def main(hall: str, data: str, said: str) -> int:
    confine()
    task = msgspec.json.decode(said, type=Task)
    try:
        answer = _done(hall, Path(data), task)
    except NoDraft:
        return GONE
    except Busy:
        return BUSY
    except MemoryError:
        answer = Sample(problem="no-room") if task.do == "sample" else Report(problem="no-room")
    except Exception as error:  # where it was, and not what it says: that may be anybody's name
        print("".join(traceback.format_tb(error.__traceback__)), type(error).__name__, file=sys.stderr)
        return MISTAKE
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
