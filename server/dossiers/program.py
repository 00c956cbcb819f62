"""`motcua dossiers SERVER.toml FILE`: import what the system of record exported, or say why not.

Works beside a running server, which notices it within two seconds. The process is a nice one: on a small
machine the hall's calls come first.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hardware.clock import open_clock
from server.dossiers.applicants import open_seals
from server.dossiers.bounds import confine
from server.dossiers.dates import NoDate, read_instant
from server.dossiers.importing import Report, delivery_of, examine, read_all, source_of, take
from server.dossiers.sources import NoSource
from server.dossiers.store import Unreadable, open_dossiers
from server.dossiers.telling import lines
from server.program import Settings
from server.site_file import load_site
from server.sqlite import Busy

DONE: Final = 0
REFUSED: Final = 1
MISUSED: Final = 2
BUSY: Final = "another import writes: try again in some minutes"
BY: Final = "motcua dossiers"


@dataclass(frozen=True, slots=True)
class Wishes:
    """check: only say what would happen. as_of, begins: dates as in a table, or "". fewer: half may go.
    source: whose mapping the file follows, "" for the standard columns."""

    file: Path
    check: bool = False
    as_of: str = ""
    begins: str = ""
    fewer: bool = False
    lang: str = "en"
    source: str = ""
    by: str = BY


def run(settings: Settings, wishes: Wishes) -> int:
    """0 when it was imported, or could be; 1 when the file is refused; 2 for what cannot be used."""
    confine()
    config, now = load_site(settings.hall), open_clock(settings.clock).now()
    zone = config.site.zone
    try:
        known_at = read_instant(wishes.as_of, zone) if wishes.as_of else now
        begins = read_instant(wishes.begins, zone) if wishes.begins else None
        with wishes.file.open("rb") as stream:
            data = read_all(stream)
    except NoDate:
        return _misused(
            "--as-of and --from: write day/month/year, and the hour if it matters: 25/11/2026 07:30"
        )
    except OSError as error:
        return _misused(f"{wishes.file}: cannot be read: {error.strerror}")
    if known_at > now:
        return _misused("--as-of: the data cannot be from later than now")
    try:
        store = open_dossiers(settings.data, zone, lambda: config.due_rules)
    except Unreadable as error:
        return _misused(str(error))
    except Busy:
        return _misused(BUSY)
    try:
        source = source_of(store, wishes.source)
        delivery = delivery_of(source, known_at, wishes.by, begins)
        seals = open_seals(settings.data) if source.mapping.persons else None
        found = examine(data, config, store, delivery, seals)
        report = found.report
        if report.changes is not None and report.changes.shrinks and not wishes.fewer:
            params = {"gone": report.changes.gone, "before": report.changes.before}
            report = Report(problem="shrinks", params=params)
        if report.good and not wishes.check:
            report = take(found, store, delivery, now).report
    except NoSource:
        return _misused(f"--source: there is no source '{wishes.source}'; /dossiers/sources has them")
    except Busy:
        return _misused(BUSY)
    except MemoryError:
        return _misused("the file needs more memory than an import may have: export a year at a time")
    finally:
        store.close()
    print(
        "\n".join(lines(report, wishes.lang, done=not wishes.check)),
        file=sys.stdout if report.good else sys.stderr,
    )
    return DONE if report.good else REFUSED


def _misused(sentence: str) -> int:
    print(f"motcua dossiers: {sentence}", file=sys.stderr)
    return MISUSED
