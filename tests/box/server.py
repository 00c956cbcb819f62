"""One life of the server in the box, over the log in its folder."""

from __future__ import annotations

import queue
from typing import Any

from server.devices import Devices
from server.doors import SUBSCRIPTIONS, Doors
from server.hall import commands as c
from server.outlet import Outlet
from server.setup import Setup
from server.store import Store, sqlite_url
from server.writer import Outcome, Writer
from tests import prepared
from tests.box.hall import CONFIG, SEALER, SITE, Around, HandClock


class Server:
    """One life of the server, over the log in its folder."""

    def __init__(self, world: Around, clock: HandClock) -> None:
        data = world.folder / "server"
        data.mkdir(exist_ok=True)
        prepared.databases(data, "hall.db")
        self.store = Store(sqlite_url(data / "hall.db"))
        self._views: list[Any] = []
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.writer = Writer(Setup.fixed(CONFIG), self.store, clock, self._views.append)
        self.writer.pump()
        outlet = Outlet(SITE.id, "test", SEALER)
        epoch = self.writer.view.epoch
        filters = [(topic.of_all(SITE.id), topic.qos) for topic in SUBSCRIPTIONS]
        self._world = world
        self._link = world.net.open_link("", None, "server", self._inbox, filters, outlet.will(epoch))
        outlet.speak_through(self._link, epoch)
        self._doors = Doors(self.writer, outlet, clock, Devices(), self._inbox)
        self._link.start()
        self.pump()

    def pump(self) -> None:
        while not self._inbox.empty():
            self._doors.take(self._inbox.get())
        self.writer.pump()
        while self._views:
            self._doors.shown(self._views.pop(0))

    def ask(self, command: c.Command) -> dict[str, Any]:
        """The result. Raises Refusal."""
        outcomes: list[Outcome] = []
        self.writer.submit(command, outcomes.append)
        self.pump()
        return outcomes[0].unwrap().result

    def kill(self) -> None:
        """`kill -9`: nothing is said, nothing is tidied up."""
        self._world.net.gone("server")
        self.store.close()
