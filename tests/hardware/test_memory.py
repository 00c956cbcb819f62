"""What a device's process does not load: counted by name, since megabytes differ from machine to machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hardware.memory import give_back

LOADED = """
import sys, motcua
motcua.leave_out(sys.argv[1])
import importlib
importlib.import_module(motcua.PROGRAMS[sys.argv[1]].module)
import hashlib, hmac
assert hashlib.sha256(b"abc").hexdigest().startswith("ba7816bf") and hmac.compare_digest("a", "a")
print(*(name for name, module in sys.modules.items() if module is not None))
"""


def loaded(program: str) -> set[str]:
    """The modules of a program's process."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOADED, program],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stderr == "" or "pygame-ce" in done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("program", ["kiosk", "counter"])
def test_a_kiosks_process_loads_no_sound_no_other_drivers_and_no_panel(program: str) -> None:
    found = loaded(program)
    assert f"{'kiosk' if program == 'kiosk' else 'kiosk.counter'}.program" in found
    unwanted = {
        "pygame.mixer",
        "_hashlib",
        "ssl",
        "_ssl",
        "http.server",
        "hardware.printer_sim",
        "serial",
        "usb",
        "gpiozero",
    }
    assert not unwanted & found
    assert program == "counter" or "kiosk.counter.screen" not in found


def test_a_walls_process_loads_no_sound_no_database_and_no_panel() -> None:
    found = loaded("display")
    assert "display.program" in found
    assert not {"pygame.mixer", "_hashlib", "ssl", "_ssl", "http.server", "sqlite3", "numpy"} & found


def test_memory_is_given_back_without_a_word() -> None:
    give_back()
