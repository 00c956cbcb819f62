"""One centre at work: log and writer, the door to its devices, its dossiers, and what the web needs of it.

An installation has one, or many. Each has a folder and a broker's link of its own, so that what happens in
one hall waits for nothing in another. Keeps out pages, accounts and signals.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from broker.link import Credentials, Link, open_link
from broker.messages import Control
from broker.seal import open_sealer
from hardware.clock import Clock
from hardware.release import release
from server.device_keys import DeviceKeys, Way
from server.devices import Devices
from server.doors import SUBSCRIPTIONS, Doors, Stop
from server.dossiers.applicants import open_seals
from server.dossiers.desk import Desk
from server.dossiers.door import SourceDoor
from server.dossiers.due import Rules
from server.dossiers.feed import Feed
from server.dossiers.following import Following
from server.dossiers.importing import Report
from server.dossiers.inbox import Inbox
from server.dossiers.lookups import Lookups
from server.dossiers.mapping import Source as DossierSource
from server.dossiers.outward import DossierLog
from server.dossiers.reckoner import Reckoner
from server.dossiers.store import open_dossiers
from server.drafting.drafts import Drafts
from server.lookup_door import LookupDoor
from server.orders import Orders
from server.outcomes import open_outcomes
from server.outlet import Outlet
from server.papers.shelf import Shelf
from server.reminding import Reminding
from server.setup import Setup, Setups, file_version, last_file, rows_of_file, stored, versions
from server.site_file import WrongSetup, load_document, load_site
from server.store import Batch, Store, sqlite_url
from server.tidying import Tidying
from server.web.hall import Hall
from server.webhooks.aside import Aside
from server.webhooks.logs import HallLog
from server.webhooks.sender import Sender, Source
from server.webhooks.store import open_hooks
from server.writer import View, Writer

log = logging.getLogger("centre")

PROMISES_S = 10.0  # how soon programs are told of promises; a province has 170 centres that look


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker of a centre listens, and who we are there; None for nobody."""

    address: str
    credentials: Credentials | None
    folder: Path | None = None  # of its files, where the server keeps its users
    for_devices: str = ""  # its address as devices see it, where that is another


class Centre:
    """Everything of one site. `start` when the web listens already; `stop` in the end."""

    def __init__(
        self,
        hall_file: Path,
        folder: Path,
        database: str | None,
        broker: Broker,
        clock: Clock,
        furnish: Callable[..., Hall],
    ) -> None:
        """folder: of this centre's log, keys and register, which is there. database: a SQLAlchemy URL, else
        SQLite in the folder. furnish: `Hall` with what all centres of an installation share.

        Raises SettingsError for a hall's file that is wrong, ValueError or OSError for a key that is none,
        Unreadable for a register of dossiers that is none.
        """
        self.folder, self._clock = folder, clock
        sealer = open_sealer(folder)
        self.store = Store(database or sqlite_url(folder / "hall.db"))
        setups = _setups(self.store, hall_file, clock.now())
        self._register = open_dossiers(folder, setups.now.site.zone, self._due_rules)
        self._outcomes = open_outcomes(folder / "outcomes.db")
        self._boards: queue.SimpleQueue[View | None] = queue.SimpleQueue()
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.writer = Writer(setups, self.store, clock, self._boards.put)
        self.site, devices = setups.now.site.id, Devices()
        self._outlet = Outlet(self.site, release(), sealer)
        self._feed = Feed(lambda: self.writer.view.setup.config, self._register, clock, self._outlet.dossiers)
        self._reckoner = Reckoner(self._due_rules, self._register, clock)
        self._hooks = open_hooks(folder / "webhooks.db")
        source = Source(self.site, HallLog(self.store.engine), self._changed, time.time)
        self._webhooks = Sender(self._hooks, source)
        self._ending = threading.Event()
        told = DossierLog(self._register)
        aside = Aside(self._hooks, "dossiers", told.last)
        self._dossier_webhooks = Sender(aside, Source(self.site, told, self._passed, time.time, PROMISES_S))
        orders = Orders()
        way = Way(broker.folder, broker.for_devices or broker.address)
        keys = DeviceKeys(self.site, sealer.public_key, way)
        keys.open_site()
        self._devices = devices
        lookups = Lookups(lambda: self.writer.view.setup.config, self._register, open_seals(folder))
        self._handovers = Following(self.store.engine, lambda: self.store.seq, self._register)
        look_up = LookupDoor(lookups, sealer).reply
        desk = Desk(lambda: self.writer.view.setup, folder, self._register)
        self._sources = SourceDoor(desk, clock, self._outlet.taken, self._taken_by_mqtt)
        self._folders = Inbox(desk, folder, clock, self._taken_from_folder)
        self.hall = furnish(
            writer=self.writer,
            engine=self.store.engine,
            clock=clock,
            devices=devices,
            order=self._order,
            orders=orders,
            keys=keys,
            outcomes=self._outcomes,
            webhooks=self._webhooks,
            dossier_webhooks=self._dossier_webhooks,
            dossiers=self._feed.latest,
            desk=desk,
            drafts=Drafts(folder / "drafts"),
            lookups=lookups,
            handovers=self._handovers,
            papers=Shelf(folder / "papers"),
        )
        self._reminding = Reminding(
            lambda: self.writer.view.setup.config,
            self._register,
            clock,
            lambda: self.hall.accounts.contacts.at(self.site),
            self.hall.postman,
        )
        self._tidying = Tidying(lambda: self.writer.view.setup.config, self._register, clock, self._tidied)
        epoch = self.writer.view.epoch
        filters = [(topic.of_all(self.site), topic.qos) for topic in SUBSCRIPTIONS]
        self._link: Link = open_link(
            broker.address,
            broker.credentials,
            f"server-{self.site}",  # two of one name would push each other out
            self._inbox,
            filters,
            self._outlet.will(epoch),
        )
        self._outlet.speak_through(self._link, epoch)
        self._doors = Doors(
            self.writer,
            self._outlet,
            clock,
            devices,
            self._inbox,
            orders,
            keys.is_shut,
            look_up,
            self._sources,
        )
        self._threads = [
            threading.Thread(target=run, name=f"{name} {self.site}", daemon=True)
            for name, run in (("doors", self._doors.run), ("wall", self._show_boards))
        ]

    def _order(self, device: str, order: Control) -> None:
        """Tell a device what to do; in the run of its program that is there now, and in no other."""
        self._outlet.control(device, replace(order, life=self._devices.life(device)))

    def start(self) -> None:
        self._feed.look()
        self.writer.start()
        self._link.start()
        for thread in self._threads:
            thread.start()
        self._feed.start()
        self._reckoner.start()
        self._handovers.start()
        self._sources.start()
        self._folders.start()
        self._webhooks.start()
        self._dossier_webhooks.start()
        self._reminding.start()
        self._tidying.start()
        log.info("centre site=%s epoch=%d events=%d", self.site, self.writer.view.epoch, self.store.seq)

    def stop(self) -> None:
        """Say good-bye to the devices, take what waits, keep a snapshot, and end."""
        self._outlet.leaving(self._clock.now())
        self._ending.set()
        self._reminding.stop()
        self._tidying.stop()
        self._webhooks.stop()
        self._dossier_webhooks.stop()
        self._link.stop()
        self._inbox.put(Stop())
        self.writer.stop()
        self._boards.put(None)
        for thread in self._threads:
            thread.join()
        self._feed.stop()
        self._reckoner.stop()
        self._handovers.stop()
        self._sources.stop()
        self._folders.stop()
        self.close()

    def close(self) -> None:
        """Of one that was never started."""
        self._outcomes.close()
        self._hooks.close()
        self._register.close()
        self.store.close()

    def _taken_from_folder(self, source: DossierSource, report: Report) -> None:
        if self.hall.audit is not None:
            about = {"source": source.id, "rows": report.rows, "refused": report.refused_count}
            self.hall.audit.tell(self.hall.wall(), f"folder:{source.id}", "dossiers.folder", self.site, about)

    def _taken_by_mqtt(self, source: str, changed: int) -> None:
        if self.hall.audit is not None:
            about = {"source": source, "changed": changed}
            self.hall.audit.tell(self.hall.wall(), f"source:{source}", "dossiers.sent", self.site, about)

    def _due_rules(self) -> Rules:
        return self.writer.view.setup.config.due_rules

    def _tidied(self, counts: Mapping[str, int]) -> None:
        """Tell the audit what a night deleted."""
        if self.hall.audit is not None:
            self.hall.audit.tell(self.hall.wall(), "motcua", "privacy.tidied", self.site, dict(counts))

    def _passed(self, wait_s: float) -> None:
        """Nobody waits for reminders, which come minutes apart."""
        self._ending.wait(wait_s)

    def _changed(self, wait_s: float) -> View:
        """The hall after the next commit, or after so many seconds."""
        return self.writer.wait(self.writer.view.rev, wait_s)

    def _show_boards(self) -> None:
        """Publish the newest board. Views that came while one was being published are skipped: a board is
        whole, and its calls reach back far enough that no wall misses one."""
        while (view := self._boards.get()) is not None:
            if self._boards.empty():
                self._doors.shown(view)


def _setups(store: Store, hall_file: Path, now: datetime) -> Setups:
    """What holds at the start: the version in force, or the hall's file where that is new since then.

    Whoever edits the file and starts the server means it, also where the web said something else meanwhile.
    """
    source, known = file_version(hall_file), versions(store.engine)
    if last_file(known) == source:
        found = stored(store.engine)
        assert found is not None
        return found
    try:
        setup = Setup.of(known[0].version + 1 if known else 1, load_document(hall_file))
    except WrongSetup:
        load_site(hall_file)  # says where in the file
        raise
    before = stored(store.engine) if known else None
    store.commit(Batch(setups=rows_of_file(setup, source, before, now)))
    log.info("setup version=%d from=%s", setup.version, hall_file.name)
    return Setups(setup, None, setup.version)
