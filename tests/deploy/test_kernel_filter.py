"""The kernel's filter: every program runs under strace and makes only calls that its unit allows."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from server.site_file import load_document
from tests.deploy.machine import ROOT, unit
from tests.deploy.starting import Manager, settings


def allowed(root: Path, role: str) -> set[str]:
    """The system calls that a unit may make, its groups of calls written out."""
    found: set[str] = set()
    ahead = " ".join(unit(root, role)["SystemCallFilter"]).split()
    while ahead:
        name = ahead.pop()
        if name.startswith("@"):
            tell = ["systemd-analyze", "--no-pager", "syscall-filter", name]
            said = subprocess.run(tell, capture_output=True, text=True, check=True, timeout=60).stdout
            ahead += [line.strip() for line in said.splitlines()[1:] if "#" not in line]
        elif name:
            found.add(name)
    return found


def calls(trace: Path) -> set[str]:
    return set(re.findall(r"^\d+ +([a-z0-9_]+)\(", trace.read_text(), re.M))


@pytest.mark.parametrize("role", ["kiosk", "counter", "display", "server"])
def test_a_program_makes_only_calls_that_its_unit_allows(everything: Path, tmp_path: Path, role: str) -> None:
    """From its start to its end in good order, as strace saw it. A call that was refused would be a device
    that does not open, on one machine in one hall."""
    trace = tmp_path / "trace"
    watched = ["strace", "-D", "-f", "-qq", "-e", "signal=none", "-o", str(trace)]
    with Manager(tmp_path / "notify") as manager:
        program = subprocess.Popen(
            [*watched, sys.executable, "-m", "motcua", role, str(settings(tmp_path, role))],
            cwd=ROOT,
            env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "MOTCUA_LOG": "warning"},
        )
        try:
            assert manager.hears("READY=1", program)
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(60)
        assert program.returncode == 0
        assert manager.hears("STOPPING=1", program)
    seen = calls(trace)
    assert {"execve", "sendto", "futex"} <= seen
    assert seen - allowed(everything, role) == set()


def test_an_import_on_the_page_may_do_all_it_does_and_goes_before_the_hall(
    everything: Path, tmp_path: Path
) -> None:
    """The server's child has its filter and shares its memory: when that ends, the import ends, alone."""
    trace, now = tmp_path / "trace", "2026-11-26T00:00:00+00:00"
    hall, table = tmp_path / "hall.json", ROOT / "examples" / "dossiers.csv"
    hall.write_bytes(msgspec.json.encode(load_document(ROOT / "examples" / "hanam" / "hall.toml")))
    watched = ["strace", "-D", "-f", "-qq", "-e", "signal=none", "-o", str(trace), sys.executable, "-m"]
    task = json.dumps({"do": "preview", "token": "token", "known_at": now, "now": now})
    words = ["server.dossiers.child", str(hall), str(tmp_path), task]
    with table.open("rb") as rows:
        done = subprocess.run(
            [*watched, *words], cwd=ROOT, stdin=rows, capture_output=True, timeout=60, check=False
        )
    assert done.returncode == 0 and b'"refused_count":0' in done.stdout, done.stderr
    seen = calls(trace)
    assert {"execve", "setpriority", "prlimit64"} <= seen
    assert seen - allowed(everything, "server") == set()
    assert re.search(r'oom_score_adj".*\n(.*\n)*?.*write\(\d+, "1000"', trace.read_text())
    assert unit(everything, "server")["OOMPolicy"] == ["continue"]
