"""A site has one writer: a second server on the same data folder is told so."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_second_server_on_the_same_data_ends_with_a_sentence(tmp_path: Path) -> None:
    settings = tmp_path / "server.toml"
    settings.write_text(f'hall = "{ROOT / "examples" / "hanam" / "hall.toml"}"\ndata = "data"\n', "utf-8")
    (tmp_path / "data").mkdir()
    with (tmp_path / "data" / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        second = subprocess.run(
            [sys.executable, "-m", "motcua", "server", str(settings)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert second.returncode == 2
    assert "one writer" in second.stderr and str(tmp_path / "data") in second.stderr
