"""Tables of dossiers as systems export them, and the whole way from their bytes to what everybody hears."""

from __future__ import annotations

import csv
import io
import queue
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from broker import codec, messages as m, topics
from broker.link import Received
from broker.memory import MemoryBroker
from broker.seal import Sealer
from server.dossiers.authorities import Authorities
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.feed import Feed
from server.dossiers.importing import Examined, examine
from server.dossiers.reading import Reading, Rules, read_table
from server.dossiers.register import Dossier
from server.dossiers.status import PAUSED
from server.dossiers.store import DossierStore, open_dossiers
from server.outlet import Outlet
from server.site_file import HallConfig, load_site
from tests.server.small_server import HandClock

HANAM = Path(__file__).parents[3] / "examples" / "hanam"
CONFIG = load_site(HANAM / "hall.toml")
ZONE = CONFIG.site.zone
NOW = datetime(2026, 11, 25, 1, 10, tzinfo=UTC)  # Wednesday, 08:10 in the hall
DELIVERY = Delivery(NOW, "test")
RULES = Rules(Authorities(CONFIG), frozenset(CONFIG.site.counters), ZONE, NOW)
SEALER = Sealer(bytes(range(32)))

GOOD = {
    "code": "000.00.13.H42-261109-0118",
    "authority": "Sở Tư pháp",
    "procedure": "Cấp phiếu lý lịch tư pháp",
    "status": "Đang xử lý",
    "received": "09/11/2026 08:05",
    "due": "30/11/2026",
}


def row(**cells: str) -> dict[str, str]:
    """A good row, but for what is said."""
    return {**GOOD, **cells}


def resolved(**cells: str) -> dict[str, str]:
    ready = {"status": "Đã có kết quả", "resolved": "20/11/2026 15:00", "returned": "", "counter": ""}
    return row(**{**ready, **cells})


def table(*rows: Mapping[str, str], delimiter: str = ",", head: Iterable[str] | None = None) -> str:
    """CSV text. head: the names of the columns, in the order of the first row's keys."""
    columns = list({key: None for some in rows for key in some})
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(head or columns)
    writer.writerows([some.get(column, "") for column in columns] for some in rows)
    return text.getvalue()


def read(data: str | bytes) -> Reading:
    return read_table(data.encode() if isinstance(data, str) else data, RULES)


def refusal(**cells: str) -> tuple[int, str, str, str]:
    """Of a table whose third line is wrong: line, column, reason, nearest valid value."""
    first = row(code="H42.13-261109-0001", **{key: "" for key in cells if key not in GOOD})
    found = read(table(first, row(**cells)))
    assert found.refused_count == 1
    (told,) = found.refused
    return told.line, told.column, told.key, told.nearest


def brought(dossiers: Iterable[Dossier]) -> list[Brought]:
    return [Brought(dossier) for dossier in dossiers]


def waited_by(store: DossierStore) -> Callable[[Dossier, datetime], bool]:
    """Whether a dossier waited for its citizen at an instant, by its history. Of steps of one instant a
    pause is the last."""
    steps = {d.code: whole.steps for d in store.dossiers() if (whole := store.find(d.code)) is not None}

    def waited(d: Dossier, at: datetime) -> bool:
        before = [step for step in steps[d.code] if step.at < at]
        last = max((step.at for step in before), default=None)
        return any(step.status in PAUSED for step in before if step.at == last)

    return waited


class Public:
    """A register in a folder, the server's outlet on a broker in the process, and one who listens."""

    def __init__(self, folder: Path, config: HallConfig = CONFIG) -> None:
        self.store = open_dossiers(folder, ZONE)
        broker = MemoryBroker()
        site = CONFIG.site.id
        self._outlet = Outlet(site, "0", SEALER)
        link = broker.link("server", queue.SimpleQueue[Any](), [])
        link.start()
        self._outlet.speak_through(link, 7)
        self._heard = queue.SimpleQueue[Any]()
        broker.link("wall", self._heard, [(topics.DOSSIERS.of(site), 1)]).start()
        self.clock = HandClock()
        self.clock.time = NOW
        self.feed = Feed(lambda: config, self.store, self.clock, self._outlet.dossiers, every_s=0.02)

    def examine(self, data: bytes) -> Examined:
        return examine(data, CONFIG, self.store, DELIVERY)

    def take(self, *rows: Mapping[str, str]) -> None:
        """Import good rows."""
        found = self.examine(table(*rows).encode())
        assert found.report.good, found.report
        self.store.bring(found.brought, DELIVERY, NOW)

    def heard(self) -> list[bytes]:
        """Every payload about dossiers since the last time."""
        found = []
        while not self._heard.empty():
            item = self._heard.get()
            if isinstance(item, Received):
                found.append(item.payload)
        return found

    def said(self) -> m.Dossiers:
        """The newest message, which has to be there."""
        self.feed.look()
        payload = self.heard()[-1]
        message: m.Dossiers = codec.decode(topics.DOSSIERS, payload)
        return message

    def close(self) -> None:
        self.store.close()
