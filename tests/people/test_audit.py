from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.people.audit import Audit, Wanted, open_audit

NOW = 1_800_000_000.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "audit.db"


@pytest.fixture
def audit(file: Path) -> Iterator[Audit]:
    opened = open_audit(file)
    yield opened
    opened.close()


def told(audit: Audit, count: int) -> None:
    for n in range(count):
        audit.tell(NOW + n, "ha", "account.made", "hanam", {"account": f"officer-{n}"})


def by_hand(file: Path, *statements: str) -> None:
    """What somebody does who has the file: SQLite's own refusal is dropped first."""
    with sqlite3.connect(file) as db:
        db.execute("DROP TRIGGER audit_keeps")
        db.execute("DROP TRIGGER audit_stays")
        for statement in statements:
            assert db.execute(statement).rowcount != 0
    db.close()


def test_what_was_told_is_found_newest_first(audit: Audit) -> None:
    audit.tell(NOW, "ha", "account.made", "hanam", {"account": "nam", "roles": {"*": "officer"}})
    audit.tell(NOW + 60, "", "login.failed", "phuly", {"address": "10.0.0.7"})
    newest, first = audit.entries(Wanted(), 10)
    assert (newest.what, newest.who, newest.site) == ("login.failed", "", "phuly")
    assert first.about == {"account": "nam", "roles": {"*": "officer"}} and first.at == NOW
    assert audit.words() == ("account.made", "login.failed")


def test_entries_are_found_by_who_what_when_and_where(audit: Audit) -> None:
    told(audit, 3)
    audit.tell(NOW + 10, "nam", "login.failed", "phuly", {})
    audit.tell(NOW + 11, "nam", "login.ok", "phuly", {})

    def seqs(**wanted: object) -> list[int]:
        return [e.seq for e in audit.entries(Wanted(**wanted), 10)]  # type: ignore[arg-type]

    assert seqs(who="nam") == [5, 4]
    assert seqs(what="login") == [5, 4] and seqs(what="login.ok") == [5] and seqs(what="log%") == []
    assert seqs(since=NOW + 1, until=NOW + 10) == [3, 2]
    assert seqs(site="hanam", before=3) == [2, 1]


def test_a_chain_that_nobody_touched_holds_after_a_restart(audit: Audit, file: Path) -> None:
    assert audit.check().count == 0 and audit.check().broken is None
    told(audit, 5)
    again = open_audit(file)
    again.tell(NOW, "nam", "login.ok", "hanam", {})
    found = again.check()
    again.close()
    assert found.broken is None and found.count == 6
    assert audit.has_seal(found.seal) and not audit.has_seal("0" * 64)


@pytest.mark.parametrize("statement", ["DELETE FROM audit", "UPDATE audit SET who = 'nobody'"])
def test_the_file_itself_refuses_to_forget(audit: Audit, file: Path, statement: str) -> None:
    told(audit, 2)
    with sqlite3.connect(file) as db, pytest.raises(sqlite3.IntegrityError, match="only added to"):
        db.execute(statement)
    db.close()
    assert audit.check().count == 2


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE seq = 3", 3),
        ("UPDATE audit SET at = at - 86400 WHERE seq = 1", 1),
        ("UPDATE audit SET at = 'never' WHERE seq = 1", 1),
        ("UPDATE audit SET about = '{}' WHERE seq = 5", 5),
        ("UPDATE audit SET site = 'elsewhere' WHERE seq = 2", 2),
        ("UPDATE audit SET seal = (SELECT seal FROM audit WHERE seq = 1) WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit WHERE seq > 2", 3),
        ("DELETE FROM audit", 1),
    ],
)
def test_a_row_that_was_changed_or_taken_out_is_named(
    audit: Audit, file: Path, statement: str, row: int
) -> None:
    told(audit, 5)
    by_hand(file, statement)
    found = audit.check()
    assert found.row == row and found.broken is not None and str(row) in found.broken
    assert found.count == row - 1


def test_rows_that_follow_a_cut_do_not_heal_it(audit: Audit, file: Path) -> None:
    told(audit, 5)
    by_hand(file, "DELETE FROM audit WHERE seq > 3")
    told(audit, 5)
    assert audit.check().row == 4


def test_who_seals_the_rest_anew_is_found_by_a_seal_that_was_written_down(audit: Audit, file: Path) -> None:
    told(audit, 3)
    written_down = audit.check().seal
    file.unlink()
    forged = open_audit(file)
    for n in range(3):
        forged.tell(NOW + n, "nam", "account.made", "hanam", {"account": f"officer-{n}"})
    assert forged.check().broken is None
    assert not forged.has_seal(written_down)
    forged.close()


def test_a_word_is_a_word_and_long_text_is_cut(audit: Audit) -> None:
    for what in ("", "login", "Login.ok", "login ok", "a.b.c.d"):
        with pytest.raises(ValueError, match="no word"):
            audit.tell(NOW, "ha", what, "hanam", {})
    audit.tell(NOW, "h" * 500, "login.ok", "hanam", {"text": "\x00<b>" + "x" * 5000, "lone": "\ud800"})
    entry = audit.entries(Wanted(), 1)[0]
    assert len(entry.about["text"]) == 300 and len(entry.who) == 80
    assert audit.check().broken is None


def test_the_file_belongs_to_its_owner_alone(audit: Audit, file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
