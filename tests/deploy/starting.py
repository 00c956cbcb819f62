"""Programs started as systemd would start them: their settings, and the socket where they say so."""

from __future__ import annotations

import contextlib
import math
import socket
import subprocess
import time
from pathlib import Path

from tests.deploy.machine import ROOT


class Manager:
    """The socket that systemd reads."""

    def __init__(self, path: Path) -> None:
        self._wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._wire.bind(str(path))

    def __enter__(self) -> Manager:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def forget(self) -> None:
        """What was said until now."""
        self._wire.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._wire.recv(4096)

    def hears(self, word: str, program: subprocess.Popen[bytes], most_s: float = math.inf) -> bool:
        """Wait until a message has `word`; False when the program ended without, or said none in time."""
        self._wire.settimeout(0.1)
        give_up_at = time.monotonic() + most_s
        while time.monotonic() < give_up_at:
            ended = program.poll() is not None  # before the look: what it said last is still there
            try:
                if word in self._wire.recv(4096).decode().split("\n"):
                    return True
            except TimeoutError:
                if ended:
                    return False
        return False


def settings(folder: Path, role: str) -> Path:
    here = '[broker]\nsite = "hanam"\ndevice = "d-1"\naddress = "mqtt://127.0.0.1:9"\n'
    file = folder / f"{role}.toml"
    file.write_text(
        {
            "kiosk": f'data = "{folder}/k"\nscreen = "kms:?driver=dummy&rotate=90"\n{here}',
            "counter": f'data = "{folder}/c"\nscreen = "kms:?driver=dummy"\n{here}',
            "display": f'data = "{folder}/d"\nscreen = "kms:?driver=dummy"\nfarthest_seat_m = 4\n{here}',
            "server": f'data = "{folder}/s"\nhall = "{ROOT}/examples/hanam/hall.toml"\nhttp = "127.0.0.1:0"\n'
            '[broker]\naddress = "mqtt://127.0.0.1:9"\n',
        }[role]
    )
    return file
