"""How small and quiet a display's program is: a process as systemd starts it, in a hall where nobody calls.

    python -m benchmarks.wall [--idle SECONDS] [--screen URL]

A real broker keeps what a server would have published, sealed with its key: a board of thirty calls, a plan
whose zone has calls and dossiers, and 600 dossiers, whose pages turn all the time. The display has no panel
for lookers, its voice is idle, and SDL plays to a card that is none (`SDL_AUDIODRIVER=dummy`). A call is made
and spoken beforehand, so that everything is loaded. Prints, and compares with what was promised:

    memory    RSS and PSS when all has come to rest, in MB of 10^6 bytes
    idle      processor time of one core, and wake-ups

Ends with 1 when a promise is missed.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks.agent import IDLE_PERCENT, PATIENCE_S, RSS_MB, memory_mb, row, used
from broker import codec, messages as m, topics
from broker.link import Link
from broker.seal import Sealer
from tests.brokers import SITE, RealBroker, running
from tests.display.hall import Hall
from tests.display.zones.register import config, dossiers, many, plan

SEALER = Sealer(bytes(range(32)))
SETTLE_S = 20.0  # a call has its frame, its time as hero and its sound by then
DEVICE = "d1"


def publish(broker: RealBroker, hall: Hall) -> Link:
    """Tell the broker what it keeps of a hall with dossiers in it; the server's link."""
    now = datetime.now(UTC)
    hall.day = f"{now.astimezone():%Y-%m-%d}"
    for _ in range(30):
        hall.call(now)
    link, _ = broker.link("server", "server")
    told = (
        (topics.SERVER_STATUS, m.ServerStatus(online=True, epoch=1), None),
        (topics.CONFIG, config(plan("calls-progress", page_s=12)), DEVICE),
        (topics.DOSSIERS, dossiers(many(600), now=now), None),
        (topics.BOARD, hall.board(now), None),
    )
    for topic, message, device in told:
        say(link, topic, message, device)
    return link


def say(link: Link, topic: topics.Topic, message: msgspec.Struct, device: str | None = None) -> None:
    path, payload = topic.of(SITE, device), codec.encode(message)
    link.publish(path, SEALER.sealed(path, payload) if topic.sealed else payload, qos=1, retain=True)


def call(link: Link, hall: Hall) -> None:
    now = datetime.now(UTC)
    hall.call(now)
    say(link, topics.BOARD, hall.board(now))


def settings(folder: Path, broker: RealBroker, screen: str) -> Path:
    file = folder / "display.toml"
    file.write_text(
        f'program = "display"\ndata = "{folder / "data"}"\nscreen = "{screen}"\nspeaker = "alsa:"\n'
        f'diagonal_inch = 55\n[broker]\nsite = "{SITE}"\ndevice = "{DEVICE}"\naddress = "{broker.address}"\n'
        f'password_file = "{broker.provisioned.credentials[DEVICE]}"\nserver_key = "{SEALER.public_key}"\n',
        encoding="utf-8",
    )
    return file


def started(folder: Path, file: Path) -> tuple[subprocess.Popen[bytes], float]:
    """A display that said it is ready, and after how many seconds."""
    name = str(folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name)
        manager.settimeout(PATIENCE_S)
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-m", "motcua", "display", str(file)],
            env={**os.environ, "NOTIFY_SOCKET": name, "MOTCUA_LOG": "warning", "SDL_AUDIODRIVER": "dummy"},
        )
        while b"READY=1" not in manager.recv(4096).split(b"\n"):
            pass
        return child, time.perf_counter() - began


def draw(folder: Path) -> None:
    """See that the wall has heard all of it: the picture of another one that is told the same."""
    words = ("-m", "motcua", "display", str(folder / "display.toml"), "--snapshot", str(folder / "wall.png"))
    subprocess.run([sys.executable, *words], check=True, env={**os.environ, "MOTCUA_LOG": "error"})


def main() -> int:
    parser = argparse.ArgumentParser(description="How small and quiet a display's program is.")
    parser.add_argument("--idle", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--screen", default="sim:1920x1080", metavar="URL")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-wall-") as place:
        folder, hall = Path(place), Hall()
        with running("nats", folder / "broker") as broker:
            assert isinstance(broker, RealBroker)
            link = publish(broker, hall)
            child, ready = started(folder, settings(folder, broker, chosen.screen))
            try:
                time.sleep(SETTLE_S / 4)
                call(link, hall)
                time.sleep(SETTLE_S)
                draw(folder)
                rss, pss = memory_mb(child.pid)
                before = used(child.pid)
                time.sleep(chosen.idle)
                after = used(child.pid)
                later, _ = memory_mb(child.pid)
                threads = len(list(Path(f"/proc/{child.pid}/task").iterdir()))
            finally:
                child.send_signal(signal.SIGTERM)
                child.wait(PATIENCE_S)
    print(f"display, {chosen.screen}, calls and 600 dossiers")
    row("exec to ready", f"{1000 * ready:.0f} ms", None)
    good = row("memory, RSS", f"{rss:.1f} MB", max(rss, later) < RSS_MB, f"< {RSS_MB:g} MB")
    row("memory, RSS, at the end", f"{later:.1f} MB", None)
    row("memory, PSS", f"{pss:.1f} MB", None)
    row("threads", str(threads), None)
    share = 100 * (after.cpu_s - before.cpu_s) / chosen.idle
    good &= row("idle, of one core", f"{share:.2f} %", share < IDLE_PERCENT, f"< {IDLE_PERCENT:g} %")
    row("idle, wake-ups", f"{(after.wakes - before.wakes) / chosen.idle:.1f} a second", None)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
