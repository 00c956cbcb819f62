"""`motcua dossiers`: what a person at the terminal is told, the exit status, and nothing half done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import motcua
from hardware.clock import set_clock
from server.dossiers import importing, program, sources
from server.dossiers.mapping import Mapping, Source
from server.dossiers.store import open_dossiers
from tests.server.dossiers.tables import HANAM, NOW, ZONE, row, table

EXAMPLE = HANAM.parent / "dossiers.csv"


class Terminal:
    """A server's folder and settings, and the command beside it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        set_clock(folder / "clock.json", NOW, 0.0001)
        self.settings = folder / "server.toml"
        lines = (
            'program = "server"',
            f'hall = "{HANAM}/hall.toml"',
            f'data = "{folder}/data"',
            f'clock = "hall:{folder}/clock.json"',
        )
        self.settings.write_text("\n".join(lines), encoding="utf-8")

    def run(self, data: str | bytes | Path, *more: str) -> tuple[int, str, str]:
        """Exit status, output and errors."""
        file = data if isinstance(data, Path) else self.folder / "table.csv"
        if not isinstance(data, Path):
            file.write_bytes(data.encode() if isinstance(data, str) else data)
        status = motcua.main(["dossiers", str(self.settings), str(file), *more])
        told = self._capsys.readouterr()
        return status, told.out, told.err

    def known(self) -> int:
        store = open_dossiers(self.folder / "data", ZONE)
        count = len(store.dossiers())
        store.close()
        return count


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr(program, "confine", lambda: None)  # the other tests go on in this process
    return Terminal(tmp_path, capsys)


def some(count: int) -> str:
    return table(*(row(code=f"H42.13-261109-{n:04d}", name="Trần Thị Bưởi") for n in range(count)))


def test_an_import_says_what_it_changed(terminal: Terminal) -> None:
    assert terminal.run(some(3)) == (
        0,
        "Read 3 dossiers (UTF-8); 1 columns not used and not stored.\n"
        "Imported: 3 new, 0 changed, 0 as before, 0 not in the file any more and dropped.\n",
        "",
    )
    status, out, _ = terminal.run(some(2).replace("Đang xử lý", "Chờ bổ sung", 1), "--lang", "vi")
    assert status == 0 and "Đã nhập: 0 mới, 1 thay đổi, 1 như cũ, 1 không còn trong tệp" in out


def test_a_check_changes_nothing(terminal: Terminal) -> None:
    status, out, _ = terminal.run(some(3), "--check")
    assert status == 0 and "It would import: 3 new" in out and terminal.known() == 0


def test_one_wrong_row_of_many_refuses_all_and_is_told(terminal: Terminal) -> None:
    terminal.run(some(3))
    wrong = some(2) + table(row(code="H42.13-261109-0009", status="Đang sử lý", name="x")).split("\n", 1)[1]
    status, out, err = terminal.run(wrong)
    assert (status, out, terminal.known()) == (1, "", 3)
    assert "Nothing was imported: 1 rows are refused." in err
    assert "Line 4, status: this is none of the ten statuses" in err and "Nearest: Đang xử lý" in err


def test_rows_that_are_a_source_s_are_refused_one_by_one(terminal: Terminal) -> None:
    store = open_dossiers(terminal.folder / "data", ZONE)
    with store.writing() as db:
        sources.save(db, Source("portal", "Cổng tỉnh", Mapping()), "chief", NOW)
    store.close()
    assert terminal.run(some(2), "--source", "portal")[0] == 0
    status, _, err = terminal.run(some(4))
    assert (
        status == 1
        and terminal.known() == 2
        and err.startswith(
            "Read 4 dossiers (UTF-8); 1 columns not used and not stored.\n"
            "Nothing was imported: 2 rows are refused.\n"
            "  Line 2, code: this dossier is of the source “Cổng tỉnh”"
        )
    )
    assert "line 3" in err.lower() and "line 4" not in err.lower()


def test_a_file_that_is_too_large_is_not_read(terminal: Terminal) -> None:
    huge = terminal.folder / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(1_000_000_000)  # a hole: takes no room
    status, _, err = terminal.run(huge)
    assert status == 1 and err.startswith("The file is larger than 32 MB.")
    with huge.open("rb") as file:
        assert len(importing.read_all(file)) == importing.MAX_BYTES + 1


def test_part_of_an_export_does_not_replace_the_register_by_accident(terminal: Terminal) -> None:
    terminal.run(some(9))
    status, _, err = terminal.run(some(4))
    assert status == 1 and "more than half" in err and "(5 of 9)" in err and terminal.known() == 9
    assert terminal.run(some(4), "--fewer")[0] == 0 and terminal.known() == 4


def test_the_data_may_be_of_an_hour_ago_and_the_form_may_begin_when_told(terminal: Terminal) -> None:
    assert terminal.run(some(1), "--as-of", "25/11/2026 07:30", "--from", "01/07/2026")[0] == 0
    store = open_dossiers(terminal.folder / "data", ZONE)
    stamp = store.stamp()
    store.close()
    assert stamp is not None and stamp.begins is not None
    assert (stamp.known_at.isoformat(), stamp.begins.isoformat()) == (
        "2026-11-25T00:30:00+00:00",
        "2026-06-30T17:00:00+00:00",
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--as-of", "31/06/2026"), "write day/month/year"),
        (("--from", "yesterday"), "write day/month/year"),
        (("--as-of", "26/11/2026"), "cannot be from later than now"),
    ],
)
def test_what_cannot_be_meant_is_misuse(terminal: Terminal, more: tuple[str, ...], said: str) -> None:
    status, _, err = terminal.run(some(1), *more)
    assert status == 2 and said in err and terminal.known() == 0


def test_a_file_that_is_not_there_is_misuse(terminal: Terminal) -> None:
    status, _, err = terminal.run(terminal.folder / "nowhere.csv")
    assert status == 2 and "nowhere.csv: cannot be read: No such file" in err


def test_the_example_of_the_documents_can_be_imported(terminal: Terminal) -> None:
    status, out, err = terminal.run(EXAMPLE)
    assert (status, err) == (0, "") and "3 columns not used and not stored" in out


def test_a_file_that_is_no_register_is_told_and_left_alone(terminal: Terminal) -> None:
    broken = terminal.folder / "data" / "dossiers.db"
    broken.parent.mkdir()
    broken.write_bytes(b"not a database, but somebody's file" * 100)
    status, _, err = terminal.run(some(1))
    assert status == 2 and "dossiers.db: file is not a database. Move it away" in err
    server = [sys.executable, "-m", "motcua", "server", str(terminal.settings)]
    said = subprocess.run(server, capture_output=True, text=True, timeout=60)
    assert said.returncode == 2 and "dossiers.db: file is not a database. Move it away" in said.stderr
    assert broken.read_bytes().startswith(b"not a database")
