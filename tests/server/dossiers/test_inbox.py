"""Watched folders: a file that lies still is imported, laid aside with its report, and later forgotten."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.dossiers import desk
from server.dossiers.desk import Desk
from server.dossiers.folders import FOLDER, lying
from server.dossiers.inbox import Inbox
from server.dossiers.mapping import KEEP_DAYS, Mapping, Source
from server.dossiers.store import DossierStore, open_dossiers
from server.setup import Setup
from server.site_file import load_document
from tests.server.dossiers.books import book
from tests.server.dossiers.tables import HANAM, NOW, ZONE, row, table
from tests.server.small_server import HandClock

KEEP = 3


class Watched:
    """A centre with one source that has a folder."""

    def __init__(self, data: Path) -> None:
        self.clock = HandClock()
        self.clock.time = NOW
        self.store: DossierStore = open_dossiers(data, ZONE)
        setup = Setup.of(1, load_document(HANAM / "hall.toml"))
        self.desk = Desk(lambda: setup, data, self.store)
        self.desk.save(Source("portal", "Cổng", Mapping(folder=True, keep_days=KEEP)), "chief", NOW)
        self.folder = data / FOLDER / "portal"
        self.told: list[bool] = []
        self.inbox = self.anew(data)
        assert self.inbox.look() == 0

    def anew(self, data: Path) -> Inbox:
        """As after a restart."""
        return Inbox(self.desk, data, self.clock, lambda source, report: self.told.append(report.good))

    def looks(self) -> int:
        """Two looks: the first sees a file, the second that it lies still."""
        return self.inbox.look() + self.inbox.look()

    def lies(self, where: str = "") -> list[str]:
        return sorted(p.name for p in (self.folder / where).iterdir() if p.is_file())


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    found = Watched(tmp_path)
    yield found
    found.store.close()


def some(count: int) -> bytes:
    return table(*(row(code=f"H42.13-261109-{n:04d}", name="Trần Thị Bưởi") for n in range(count))).encode()


def test_what_was_laid_aside_goes_also_when_the_source_has_no_folder_any_more(watched: Watched) -> None:
    (watched.folder / "a.csv").write_bytes(some(1))
    assert watched.looks() == 1 and [one.id for one in watched.desk.laid_aside()] == ["portal"]
    watched.desk.save(Source("portal", "Cổng", Mapping(folder=False, keep_days=KEEP)), "chief", NOW)
    watched.inbox.look()
    assert watched.lies("done")
    watched.clock.time += timedelta(days=KEEP, seconds=1)
    watched.inbox.look()
    assert watched.lies("done") == [] and watched.desk.laid_aside() == []


def test_a_source_that_is_deleted_takes_along_what_lies_in_its_folder(
    watched: Watched, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_bytes(some(1))
    for name, rows in (("a.csv", some(1)), ("bad.csv", some(1).replace(b"H42", b"H4?"))):
        (watched.folder / name).write_bytes(rows)
    assert watched.looks() == 2 and len(watched.lies("refused")) == 3
    (watched.folder / "waits.csv").write_bytes(some(1))
    (watched.folder / "link.csv").symlink_to(elsewhere)
    assert watched.desk.lost() == {} and watched.desk.lying("portal") == lying(watched.folder) == 7
    assert watched.desk.delete("portal") == 7
    assert not watched.folder.exists() and elsewhere.exists() and watched.desk.laid_aside() == []
    assert watched.inbox.look() == 0 and len(watched.store.dossiers()) == 1
    assert [p.name for p in (tmp_path / FOLDER).iterdir()] == []


def test_a_source_may_be_deleted_while_its_file_is_read(watched: Watched) -> None:
    (watched.folder / "a.csv").write_bytes(some(1))
    inbox = Inbox(watched.desk, watched.folder.parents[1], watched.clock)
    inbox.look()
    taken = watched.desk.take

    def meanwhile(*given: Any) -> Any:
        found = taken(*given)
        watched.desk.delete("portal")
        return found

    watched.desk.take = meanwhile  # type: ignore[method-assign]
    assert inbox.look() == 1 and not watched.folder.exists()


def test_a_mistake_of_ours_is_made_once_and_told(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    (watched.folder / "a.csv").write_bytes(some(1))

    def fails(*_: Any) -> Any:
        raise ZeroDivisionError

    watched.desk.take = fails  # type: ignore[method-assign]
    assert watched.looks() == 1 and watched.lies() == [] and watched.told == [False]
    told = (watched.folder / "refused" / "20261125-081000-a.csv.txt").read_text("utf-8")
    assert told.startswith("Chương trình gặp lỗi") and "ZeroDivisionError" in caplog.text


def test_a_file_waits_for_its_turn(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """One table of a centre is read at a time; others wait for a while, and are told then."""
    monkeypatch.setattr(desk, "TURN_S", 0.01)
    (watched.folder / "a.csv").write_bytes(some(1))
    ours, theirs = os.pipe()
    with open(ours, "rb") as table, open(theirs, "wb") as writing:
        reading = threading.Thread(target=watched.desk.take, args=(table, "portal", "x", NOW, False))
        reading.start()
        while not watched.desk._turn.locked():
            reading.join(0.01)
        assert watched.looks() == 0 and watched.lies() == ["a.csv"]
        writing.write(some(2))
    reading.join()
    assert len(watched.store.dossiers()) == 2 and watched.looks() == 1 and watched.lies() == []


def test_a_folder_of_no_source_is_told_and_what_was_laid_aside_there_goes(watched: Watched) -> None:
    (watched.folder / "a.csv").write_bytes(some(1))
    assert watched.looks() == 1
    os.rename(watched.folder, watched.folder.with_name("former"))
    former = watched.folder.with_name("former")
    (former / "waits.csv").write_bytes(some(2))
    watched.looks()
    assert watched.desk.lost() == {"former": 3} and len(watched.store.dossiers()) == 1
    assert [(one.id, one.mapping.keep_days) for one in watched.desk.laid_aside()] == [("former", KEEP_DAYS)]
    watched.clock.time += timedelta(days=KEEP_DAYS, seconds=1)
    watched.inbox.look()
    assert watched.desk.laid_aside() == []
    assert watched.desk.lost() == {"former": 1}, "somebody may be about to describe its source"


def test_a_file_that_lies_still_is_imported_and_laid_aside(watched: Watched, tmp_path: Path) -> None:
    (watched.folder / "a.csv").write_bytes(some(4))
    assert watched.inbox.look() == 0, "it may still grow"
    with (watched.folder / "a.csv").open("ab") as writing:
        assert watched.inbox.look() == 0, "somebody writes it"
        writing.write(row(code="x")["code"].encode()[:0])
    assert watched.inbox.look() == 1 and watched.lies() == []
    assert len(watched.store.dossiers()) == 4
    stamp = watched.store.stamp()
    assert stamp is not None and stamp.by == "folder:portal"
    assert watched.lies("done") == ["20261125-081000-a.csv", "20261125-081000-a.csv.txt"]
    assert "4 mới" in (watched.folder / "done" / "20261125-081000-a.csv.txt").read_text("utf-8")
    (watched.folder / "b.xlsx").write_bytes(
        book([("H42.13-261109-0000", "Sở Tư pháp", "Lý lịch", 4, NOW.replace(tzinfo=None), "30/11/2026")])
    )
    watched.inbox = watched.anew(tmp_path)
    assert watched.looks() == 1, "after a restart as before"
    assert watched.told == [True, False], "more than half would be dropped"
    assert len(watched.store.dossiers()) == 4
    (watched.folder / "c.csv").write_bytes(some(1))
    (watched.folder / "c.csv.fewer").touch()
    assert watched.looks() == 1 and len(watched.store.dossiers()) == 1 and watched.lies() == []


def test_what_is_refused_is_laid_aside_with_every_reason_and_later_forgotten(watched: Watched) -> None:
    bad = table(row(), *(row(code=f"H42.13-261109-{n:04d}", status="Trần Thị Bưởi") for n in range(70)))
    (watched.folder / "bad.csv").write_bytes(bad.encode())
    assert watched.looks() == 1 and watched.store.dossiers() == []
    name = "20261125-081000-bad.csv"
    assert watched.lies("refused") == [name, f"{name}.refused.csv", f"{name}.txt"]
    rows = (watched.folder / "refused" / f"{name}.refused.csv").read_text("utf-8-sig").splitlines()
    assert len(rows) == 71 and "Bưởi" not in "".join(rows)
    watched.clock.time += timedelta(days=KEEP, seconds=-1)
    watched.inbox.look()
    assert len(watched.lies("refused")) == 3
    watched.clock.time += timedelta(seconds=2)
    watched.inbox.look()
    assert watched.lies("refused") == []


def test_what_is_no_whole_file_is_left_alone(watched: Watched, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(some(1))
    (watched.folder / "link.csv").symlink_to(secret)
    os.mkfifo(watched.folder / "pipe.csv")
    (watched.folder / "folder.csv").mkdir()
    for name in (".hidden.csv", "a.csv.part", "a.tmp", "a.csv~"):
        (watched.folder / name).write_bytes(some(1))
    assert watched.looks() == 0 and watched.store.dossiers() == []
    assert secret.exists() and len(watched.lies()) == 5, "with the link, which leads to a file"
    (watched.folder / "hall.csv").write_bytes(some(1))
    watched.desk.save(Source("portal", "Cổng", Mapping()), "chief", NOW)
    assert watched.looks() == 0, "its folder is not watched any more"
