"""The outbox keeps every recorded fact until it is told to forget it, whatever kills the program."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broker import messages as m
from broker.outbox import UNNUMBERED, Outbox

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def draft(id: str) -> m.PrintFact:
    return m.PrintFact(id=id, seq=UNNUMBERED, at=AT, ticket="t1", outcome="printed")


def test_facts_are_numbered_from_one_without_gaps_and_come_back_in_order(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "outbox.db")
    facts = [box.append(draft(id)) for id in "abc"]
    assert [fact.seq for fact in facts] == [1, 2, 3]
    assert box.pending() == facts
    assert box.pending(limit=2) == facts[:2]
    assert box.count() == 3
    box.close()


def test_a_number_is_never_given_again_even_after_all_was_forgotten(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "outbox.db")
    box.append(draft("a"))
    box.append(draft("b"))
    assert box.forget(["a", "b", "unknown"]) == 2
    box.close()
    again = Outbox(tmp_path / "outbox.db")
    assert again.pending() == []
    assert again.append(draft("c")).seq == 3
    again.close()


def test_the_same_fact_recorded_twice_is_kept_once(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "outbox.db")
    first = box.append(draft("a"))
    assert box.append(draft("a")) == first
    assert box.append(draft("b")).seq == 2
    assert box.count() == 2
    box.close()


def test_threads_share_one_numbering(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "outbox.db")

    def record(name: str) -> None:
        for i in range(25):
            box.append(draft(f"{name}{i}"))

    threads = [threading.Thread(target=record, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [fact.seq for fact in box.pending()] == list(range(1, 101))
    box.close()


def test_what_was_recorded_survives_kill_9_and_nothing_else_appears(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from broker.outbox import *; from broker import messages as m\n"
        "box = Outbox(Path(sys.argv[1]))\n"
        "for i in range(1_000_000):\n"
        "    fact = m.PrintFact(id=f'{sys.argv[2]}-{i}', seq=UNNUMBERED, at=datetime.now(UTC), ticket='t',"
        " outcome='printed')\n"
        "    print(box.append(fact).id, flush=True)\n"
        "    if i % 7 == 3: box.forget([fact.id]); print('forgot', fact.id, flush=True)\n"
    )
    path = tmp_path / "outbox.db"
    said: list[str] = []
    for life in ("first", "second"):
        arguments = [sys.executable, "-c", code, str(path), life]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said += [process.stdout.readline().strip() for _ in range(60)]
            process.kill()
            said += process.stdout.read().split("\n")[:-1]  # only whole lines were said
    forgotten = {line.removeprefix("forgot ") for line in said if line.startswith("forgot ")}
    recorded = [line for line in said if not line.startswith("forgot ")]
    box = Outbox(path)
    pending = {fact.id: fact.seq for fact in box.pending()}
    box.close()
    # A step was on its way when each life ended: at most one fact more, or one forgotten more, than was said.
    unsaid = set(pending) - set(recorded)
    unsaid_forgotten = set(recorded) - forgotten - set(pending)
    assert len(unsaid) + len(unsaid_forgotten) <= 2
    assert not forgotten & set(pending)
    assert list(pending.values()) == sorted(set(pending.values()))
    seqs = {id: seq for seq, id in enumerate([r for r in recorded if r.startswith("first")], start=1)}
    assert all(pending[id] == seq for id, seq in seqs.items() if id in pending)


def test_a_full_disk_is_an_error_and_leaves_the_outbox_whole(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    box = Outbox(path)
    box.append(draft("a"))
    with box.disk.reading() as db:
        db.execute("PRAGMA max_page_count = 1")  # SQLite's own way to a full disk
    with pytest.raises(sqlite3.OperationalError, match="full"):
        for i in range(10_000):
            box.append(draft(f"b{i}"))
    kept = box.pending()
    with box.disk.reading() as db:
        db.execute("PRAGMA max_page_count = 1000000")
    assert box.append(draft("c")).seq == kept[-1].seq + 1
    box.close()
