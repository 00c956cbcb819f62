"""`motcua person SERVER.toml`: what is held about one person, by the same doors as the page.

A number, phone or code is asked for and never an argument: what stands in a command is seen by every process
of the machine, and kept by shells.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from hardware.clock import open_clock
from server.dossiers import persons, sources
from server.dossiers.applicants import open_seals
from server.dossiers.folders import laid_aside
from server.dossiers.persons import By, Held, Reason
from server.dossiers.store import Unreadable, open_dossiers
from server.people.audit import open_audit
from server.program import Settings
from server.site_file import load_site
from server.store import sqlite_url
from server.web.dossiers.person_report import as_json, as_pdf
from server.web.words import TEXTS

DONE: Final = 0
NOBODY: Final = 1
MISUSED: Final = 2
BY: Final = "motcua person"


@dataclass(frozen=True, slots=True)
class Wishes:
    """by: what is asked for. export: a .json or .pdf to write. forget: why whoever is found is deleted;
    sure: without being asked again."""

    by: str
    export: Path | None = None
    forget: str | None = None
    sure: bool = False
    lang: str = "en"


def run(settings: Settings, wishes: Wishes) -> int:
    """0 when it was done, 1 when nothing is held, 2 for what cannot be used."""
    by = By(wishes.by)
    if wishes.export is not None and wishes.export.suffix not in (".json", ".pdf"):
        return _misused("--export: name a file that ends in .json or .pdf")
    config, now = load_site(settings.hall), open_clock(settings.clock).now()
    print(f"{by.value}: ", end="", file=sys.stderr, flush=True)
    text = sys.stdin.readline().strip()
    if not persons.readable(by, text):
        return _misused(f"this is no {by.value}")
    try:
        store = open_dossiers(settings.data, config.site.zone, lambda: config.due_rules)
    except Unreadable as error:
        return _misused(str(error))
    hall = sa.create_engine(settings.database or sqlite_url(settings.data / "hall.db"))
    with closing(store), closing(open_audit(settings.data / "audit.db")) as audit:
        site = config.site.id
        codes = persons.find(store, open_seals(settings.data), by, text)
        found = persons.held(store, hall, codes)
        hall.dispose()
        audit.tell(time.time(), BY, "persons.searched", site, {"by": by.value, "found": len(codes)})
        if not found:
            print("nothing is held", file=sys.stderr)
            return NOBODY
        others = persons.others(store, codes)
        if others:
            print(TEXTS("held.others", wishes.lang, n=len(others)), ", ".join(others), file=sys.stderr)
        if wishes.export is None and wishes.forget is None:
            sys.stdout.write(as_json(found).decode() + "\n")
        if wishes.export is not None:
            raw = (
                as_pdf(found, config, now, wishes.lang) if wishes.export.suffix == ".pdf" else as_json(found)
            )
            _write(wishes.export, raw)
            about = {"form": wishes.export.suffix[1:], "dossiers": len(found)}
            audit.tell(time.time(), BY, "persons.exported", site, about)
        if wishes.forget is not None:
            if by is By.PHONE and persons.several(found):
                return _misused("these are of several people; delete by an identity number or a code")
            if not wishes.sure and not _sure(found):
                return _misused("nothing was deleted; say yes, or --yes")
            count = persons.forget(store, codes, BY, now)
            about = {"reason": Reason(wishes.forget).value, "dossiers": len(codes), "people": count}
            audit.tell(time.time(), BY, "persons.forgotten", site, about)
            print(f"deleted who handed in {len(codes)} dossiers", file=sys.stderr)
            with store.reading() as db:
                known = sources.every(db)
            for source in laid_aside(settings.data, known):
                blanks = {"source": source.name, "id": source.id, "days": source.mapping.keep_days}
                print(TEXTS("held.aside", wishes.lang, **blanks), file=sys.stderr)
    return DONE


def _sure(found: list[Held]) -> bool:
    print(f"{len(found)} dossiers: {', '.join(one.code for one in found)}", file=sys.stderr)
    print("Delete who handed them in, for good? (yes) ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("yes", "có", "co")


def _write(path: Path, raw: bytes) -> None:
    """For its owner alone."""
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(raw)


def _misused(sentence: str) -> int:
    print(f"motcua person: {sentence}", file=sys.stderr)
    return MISUSED
