"""Programs of the hall under systemd: the loop says that it turns, also when there is nothing to do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.machine import ROOT
from tests.deploy.starting import Manager, settings

WATCHDOG_S = 3  # the unit has 20; the program beats three times in it


@pytest.mark.parametrize("role", ["display", "counter"])
def test_a_program_with_nothing_to_do_beats_and_ends_in_good_order(tmp_path: Path, role: str) -> None:
    with Manager(tmp_path / "notify") as manager:
        child = subprocess.Popen(
            [sys.executable, "-m", "motcua", role, str(settings(tmp_path, role))],
            cwd=ROOT,
            env=os.environ
            | {
                "NOTIFY_SOCKET": str(tmp_path / "notify"),
                "WATCHDOG_USEC": str(WATCHDOG_S * 1_000_000),
                "MOTCUA_LOG": "error",
            },
        )
        try:
            for word in ("READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"):
                assert manager.hears(word, child), word
            child.send_signal(signal.SIGTERM)
            assert manager.hears("STOPPING=1", child)
            assert child.wait(20) == 0
        finally:
            child.kill()
            child.wait()
