"""What many centres cost one server: `python -m benchmarks.province [CENTRES] [SECONDS]`.

Opens centres of the example's size in one process, each with its log, writer, feed and link to one real
broker, lets them idle, gives numbers at one of them, and prints memory, the part of a core that is used, and
how long a number takes.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from broker.program import nats_server
from hardware.clock import open_clock
from server.centre import Broker, Centre
from server.hall import commands as c
from server.hall.refusals import Refusal
from server.installation import Installation
from server.people.accounts import open_accounts
from server.site_file import load_document
from server.site_shape import Hours
from server.web.hall import Hall
from tests.brokers import free_port

HANAM = Path(__file__).parents[1] / "examples" / "hanam" / "hall.toml"
LONG = ("04:00-23:59",)
OPEN = Hours(*(LONG,) * 7, cut_off_min=0)


def main(centres: int = 170, seconds: int = 30) -> None:
    document = replace(load_document(HANAM), hours=OPEN)
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        config = folder / "nats.conf"
        config.write_text(
            f'server_name: bench\nlisten: "127.0.0.1:-1"\njetstream {{ store_dir: "{folder}/js" }}\n'
            f'mqtt {{ listen: "127.0.0.1:{port}" }}\n'
        )
        broker = subprocess.Popen([nats_server(), "-c", config], stderr=subprocess.DEVNULL)
        try:
            measure(document, folder, port, centres, seconds)
        finally:
            broker.terminate()
            broker.wait()


def measure(document, folder: Path, port: int, centres: int, seconds: int) -> None:  # type: ignore[no-untyped-def]
    from server.drafting.files import exported

    clock, accounts = open_clock("system"), open_accounts(folder / "accounts.db")
    furnish = partial(Hall, accounts=accounts, secret=bytes(32))
    at = Broker(f"mqtt://127.0.0.1:{port}", None)

    def make(hall_file: Path, own: Path) -> Centre:
        return Centre(hall_file, own, None, at, clock, furnish)

    (folder / "first").mkdir()
    (folder / "first" / "hall.toml").write_text(exported(document), encoding="utf-8")
    first = make(folder / "first" / "hall.toml", folder / "first")
    alone = rss_mb()
    began = time.perf_counter()
    installation = Installation(first, folder / "first", make)
    installation.start()
    installation.opened()
    for n in range(1, centres):
        installation.add(replace(document, id=f"site-{n}"))
    opened = time.perf_counter() - began
    time.sleep(10)  # links connect, boards are said
    used, at_s = cpu_s(), time.perf_counter()
    time.sleep(seconds)
    idle = (cpu_s() - used) / (time.perf_counter() - at_s)
    took = []
    service = document.authority[0].service[0].id
    for _ in range(100):
        fresh = uuid.uuid4().hex
        asked = c.Issue(id=fresh, by="bench", ticket=fresh, token=fresh[:22], source="bench", service=service)
        begin = time.perf_counter()
        try:
            first.writer.ask(asked)
        except Refusal as refusal:
            raise SystemExit(f"the hall refused: {refusal}") from None
        took.append(1000 * (time.perf_counter() - begin))
    print(f"centres {centres}: opened in {opened:.1f} s, {opened / centres * 1000:.0f} ms each")
    each = (rss_mb() - alone) / max(1, centres - 1)
    print(f"memory {rss_mb():.0f} MB, one centre alone {alone:.0f} MB: {each:.2f} MB each")
    print(f"idle {100 * idle:.1f} % of a core")
    print(f"a number at one of them: p50 {statistics.median(took):.1f} ms, p95 {sorted(took)[94]:.1f} ms")
    installation.stop()


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
