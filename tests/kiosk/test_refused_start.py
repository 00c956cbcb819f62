"""A start that is refused ends with a status and a sentence, also with wired keys and a scanner under way.

As processes of their own: what matters is that they end.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.brokers import SITE

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120  # a machine may be as slow as it likes

# The command, on a machine whose header has pins.
COMMAND = """
import sys
import motcua
from gpiozero.pins.mock import MockFactory
from hardware import buttons_gpio
buttons_gpio._open_pins = lambda chip: MockFactory()
sys.exit(motcua.main(sys.argv[1:]))
"""
PINS = 'keys = "gpio:help=5,back=6"\n'
SCANNER = 'scanner = "serial:///dev/ttyS-not-there"\n'


@pytest.mark.parametrize(
    ("program", "settings", "password", "sentence"),
    [
        ("kiosk", PINS + 'printer = "ubs://04b8:0202"\n', "", "the nearest is 'usb://04b8:0202'"),
        ("kiosk", PINS + 'scanner = "seriel:///dev/ttyACM0"\n', "", "did you mean 'serial:'"),
        ("kiosk", PINS + SCANNER, "nowhere", "nowhere"),
        ("counter", PINS, "nowhere", "nowhere"),
        ("counter", 'keys = "gpio:next=5,recall=6"\nscreen = "sim:1x1"\n', "", "sim:1x1"),
        ("display", 'screen = "sim:1920x1080"\nspeaker = "sim:"\n', "nowhere", "nowhere"),
        ("display", f'screen = "sim:1920x1080"\npanel = "{"x" * 120}"\n', "", "shorter data folder"),
    ],
)
def test_a_refused_start_ends_with_a_sentence(
    program: str, settings: str, password: str, sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / f"{program}.toml"
    file.write_text(
        f'data = "data"\n{settings}[broker]\nsite = "{SITE}"\ndevice = "{program}-1"\n'
        'address = "mqtt://127.0.0.1:9"\n' + (f'password_file = "{password}"\n' if password else ""),
        encoding="utf-8",
    )
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", COMMAND, program, str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ended.returncode == 2, ended.stderr
    assert sentence in ended.stderr and "Traceback" not in ended.stderr
