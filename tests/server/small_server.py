"""The small hall with a server's memory: a store in a folder, one writer, and a clock in the test's hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from server.hall import commands as c
from server.hall.site import Site, Words
from server.hall.tickets import Klass
from server.setup import Setup
from server.site_file import Device, HallConfig
from server.store import Store, sqlite_url
from server.writer import View, Writer
from tests import prepared
from tests.hall.small_hall import SMALL, local

COUNTERS = {"counter-1": "1", "counter-2": "2", "counter-3": "3"}


def config(site: Site = SMALL) -> HallConfig:
    """The small hall's file."""
    return HallConfig(
        site=site,
        devices={
            "kiosk-1": Device("kiosk", series="1"),
            "kiosk-2": Device("kiosk", series="2", name=Words("Máy cạnh cửa", "Machine by the door")),
            "kiosk-3": Device("kiosk", counter="3"),
            **{id: Device("counter", counter) for id, counter in COUNTERS.items()},
            "wall": Device("display"),
        },
        officers={"ha": "Trần Thị Hà"},
        groups={"elderly": Words("Người cao tuổi", "Elderly")},
        reasons={"late": Words("Trễ hẹn", "Late"), "attitude": Words("Thái độ", "Attitude")},
        hotline="1022",
        documents=Words("Căn cước", "ID card"),
        notices=(Words("Chào", "Hello"),),
        url="http://hall.test",
    )


class HandClock:
    """Shows what the test says."""

    synchronised = True
    speed = 1.0

    def __init__(self, at: str = "08:00") -> None:
        self.time = local(at)

    def now(self) -> datetime:
        return self.time

    def real_seconds(self, hall_seconds: float) -> float:
        return hall_seconds / self.speed

    def passes(self, **span: float) -> None:
        self.time += timedelta(**span)


class SmallServer:
    """A writer over a store in `data`, and the words of the hall to ask it with."""

    def __init__(
        self,
        data: Path,
        clock: HandClock | None = None,
        store: type[Store] = Store,
        shown: Callable[[View], None] = lambda view: None,
        setup: Setup | None = None,
    ) -> None:
        setup = setup or Setup.fixed(config())
        self.data, self.clock, self.config = data, clock or HandClock(), setup.config
        self.projection = setup.projection
        prepared.databases(data, "hall.db")
        self.store = store(sqlite_url(data / "hall.db"))
        self.shown: list[View] = []

        def tell(view: View) -> None:
            self.shown.append(view)
            shown(view)

        self.writer = Writer(setup, self.store, self.clock, tell)
        self._ids = (f"{self.writer.view.epoch}-{n}" for n in count(1))

    def ask(self, kind: type[c.Command], **what: Any) -> dict[str, Any]:
        """The result. Raises Refusal."""
        return self.writer.ask(self.command(kind, **what)).result

    def command(self, kind: type[c.Command], **what: Any) -> c.Command:
        return kind(**{"id": f"c{next(self._ids)}", "by": "test", **what})

    def issuing(self, service: str = "land", klass: Klass = Klass.NORMAL, **what: Any) -> c.Command:
        """The command of a number, with fresh ids."""
        n = next(self._ids)
        fresh = {"id": f"c{n}", "ticket": f"t{n}", "token": f"k{n}", "source": "kiosk-1"}
        return self.command(c.Issue, **{**fresh, "service": service, "klass": klass, **what})

    def issue(self, service: str = "land", klass: Klass = Klass.NORMAL, **what: Any) -> str:
        """The number that was given."""
        return str(self.writer.ask(self.issuing(service, klass, **what)).result["number"])


@contextmanager
def running(data: Path, clock: HandClock | None = None, store: type[Store] = Store) -> Iterator[SmallServer]:
    """A server that runs and ends in order."""
    server = SmallServer(data, clock, store)
    server.writer.start()
    try:
        yield server
    finally:
        server.writer.stop()
        server.store.close()
