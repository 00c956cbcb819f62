"""Programs of the hall under systemd: the loop says that it turns, also when there is nothing to do, and says
nothing any more when it hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
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


# A display whose screen hangs, as a driver may, once somebody says so; all its other threads go on.
HANGS = """
import pathlib, sys, time
import hardware.screen, motcua
folder = pathlib.Path(sys.argv[1])

class Stuck(hardware.screen.Screen):
    def wait(self, inbox, seconds):
        if (folder / "hang").exists():
            (folder / "hung").touch()
            while True:
                time.sleep(0.1)
        return super().wait(inbox, seconds)

hardware.screen.DRIVERS = {"sim": (lambda *_: Stuck((1280, 720)), ())}
sys.argv = ["motcua", "display", sys.argv[2]]
sys.exit(motcua.main())
"""


def test_a_wall_whose_loop_hangs_beats_no_more_so_that_the_watchdog_bites(tmp_path: Path) -> None:
    file = settings(tmp_path, "display")
    file.write_text(file.read_text().replace("kms:?driver=dummy", "sim:1280x720"))
    with Manager(tmp_path / "notify") as manager:
        child = subprocess.Popen(
            [sys.executable, "-c", HANGS, str(tmp_path), str(file)],
            cwd=ROOT,
            env=os.environ
            | {
                "NOTIFY_SOCKET": str(tmp_path / "notify"),
                "WATCHDOG_USEC": str(WATCHDOG_S * 1_000_000),
                "MOTCUA_LOG": "critical",
            },
        )
        try:
            for word in ("READY=1", "WATCHDOG=1", "WATCHDOG=1"):
                assert manager.hears(word, child), word
            (tmp_path / "hang").touch()
            while not (tmp_path / "hung").exists():
                assert child.poll() is None
                time.sleep(0.05)
            manager.forget()
            assert not manager.hears("WATCHDOG=1", child, WATCHDOG_S)
            assert child.poll() is None
            child.send_signal(signal.SIGABRT)  # as systemd does then
            assert child.wait(20) == -signal.SIGABRT
        finally:
            child.kill()
            child.wait()
