"""The process that reads somebody's table: has bounds from the kernel, and says nothing of anybody."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from server.dossiers import sources
from server.dossiers.bounds import CPU_S, MEMORY
from server.dossiers.child import BUSY, MISTAKE, Task
from server.dossiers.importing import Report
from server.dossiers.mapping import Source
from server.dossiers.store import FILE, open_dossiers
from server.site_file import load_document
from tests.server.dossiers.tables import HANAM, NOW, ZONE
from tests.server.dossiers.test_mapping import MAPPING, file, line

ROOT = Path(__file__).parents[3]


def run(folder: Path, task: Task, table: bytes, begins: str = "") -> subprocess.CompletedProcess[bytes]:
    """begins: what the process does before anything else."""
    hall = folder / "hall.json"
    hall.write_bytes(msgspec.json.encode(load_document(HANAM / "hall.toml")))
    code = f"{begins}\nimport sys\nfrom server.dossiers.child import main\nsys.exit(main(*sys.argv[1:]))"
    words = [sys.executable, "-c", code, str(hall), str(folder), msgspec.json.encode(task).decode()]
    return subprocess.run(words, cwd=ROOT, input=table, capture_output=True, timeout=60, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = open_dossiers(tmp_path, ZONE)
    with store.writing() as db:
        sources.save(db, Source("portal", "Cổng", MAPPING), "chief", NOW)
    store.close()
    return tmp_path


def test_its_bounds_are_the_kernels(folder: Path) -> None:
    after = "import atexit, resource, sys; atexit.register(lambda: print([resource.getrlimit(r)[0] for r in ("
    after += "resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_CORE)], file=sys.stderr))"
    task = Task("take", "portal", "token", by="test", known_at=NOW, now=NOW)
    done = run(folder, task, file(line(1)), after)
    memory, cpu, core = json.loads(done.stderr.decode().splitlines()[-1])
    assert (memory, core) == (MEMORY, 0) and CPU_S <= cpu <= CPU_S + 30
    assert msgspec.json.decode(done.stdout, type=Report).good


def test_where_another_writes_for_too_long_it_says_so_and_nothing_of_anybody(folder: Path) -> None:
    hurried = "import server.dossiers.store as s; s.BUSY_MS = 50"
    task = Task("take", "portal", "token", by="test", known_at=NOW, now=NOW)
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = run(folder, task, file(line(1)), hurried)
    assert (done.returncode, done.stdout, done.stderr) == (BUSY, b"", b"")
    wrong = "import server.dossiers.child as c\ndef f(*a): raise ValueError('Trần Thị Bưởi')\nc.examine = f"
    done = run(folder, task, file(line(1)), wrong)
    assert done.returncode == MISTAKE and b"ValueError" in done.stderr and "Bưởi" not in done.stderr.decode()


def test_when_memory_ends_the_file_is_refused_and_nothing_is_taken(folder: Path) -> None:
    less = "import server.dossiers.bounds as b; b.MEMORY = 300 * 1024 * 1024"
    greedy = f"{less}\nimport server.dossiers.child as c\nc.read_all = lambda stream: bytearray(10**9)"
    done = run(folder, Task("preview", "portal", "token", known_at=NOW, now=NOW), b"", greedy)
    assert msgspec.json.decode(done.stdout, type=Report).problem == "no-room"


def test_it_says_nothing_of_anybody(folder: Path) -> None:
    rows = [line(1), line(2, **{"Tình trạng": "Nguyễn Văn An"}), line(1)]
    for task in (
        Task("preview", "portal", "t1", known_at=NOW, now=NOW),
        Task("take", "portal", "t2", by="test", known_at=NOW, now=NOW),
        Task("sample", mapping=MAPPING),
        Task("take", "nobody", "t3", by="test", known_at=NOW, now=NOW),
    ):
        done = run(folder, task, file(*rows))
        assert done.returncode == 0, done.stderr
        told = (done.stdout + done.stderr).decode()
        assert not any(text in told for text in ("Bưởi", "Nguyễn", "912", "0700", "ab-12")), task.do
    mistake = "import server.dossiers.importing as i\ndef fail(*_): raise RuntimeError\ni.brought_of = fail"
    done = run(folder, Task("take", "portal", "t4", by="t", known_at=NOW, now=NOW), file(line(1)), mistake)
    assert done.returncode == MISTAKE
    assert b"RuntimeError" in done.stderr and "Bưởi" not in done.stderr.decode()
