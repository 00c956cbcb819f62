"""Programs of devices as processes: SIGTERM ends them in good order, also without a broker to talk to."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.brokers import SITE, eventually
from tests.kiosk.running import answers


@pytest.mark.parametrize("program", ["kiosk", "counter"])
def test_sigterm_ends_it_in_good_order(program: str, tmp_path: Path) -> None:
    file = tmp_path / f"{program}.toml"
    file.write_text(
        f'data = "data"\npanel = "panel"\n[broker]\nsite = "{SITE}"\ndevice = "it"\n'
        'address = "mqtt://127.0.0.1:9"\n',
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "motcua", program, str(file)],
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )
    try:
        assert eventually(lambda: answers(tmp_path / "panel"))
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert b"Traceback" not in said
    assert not (tmp_path / "panel").exists()
