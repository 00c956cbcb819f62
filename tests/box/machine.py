"""A kiosk's machine in the box: its card, its printer, and the program while there is power."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from broker.device import BrokerSettings, DeviceLink
from broker.outbox import Outbox
from broker.vocabulary import Now
from hardware.printer import PrinterStatus, PrintResult
from kiosk.core import Kiosk
from kiosk.deeds import Deeds
from kiosk.layout.panel import Panel
from kiosk.layout.shelf import make_shelf
from kiosk.state.memory import PRINT_S
from kiosk.store import Store as KioskStore
from kiosk.view import Choices, Done, Held, Leftover, Target, Verb
from kiosk.vocabulary import Booted, Input, Job, PrintEnded, PrinterIs, Tapped, Tick
from tests.box.hall import SEALER, SERVICES, SITE, Around, HandClock

SHELF = make_shelf(Panel.of((1080, 1920)))


@dataclass
class Tray:
    """A printer of the box: jobs wait until the test says what became of them."""

    jobs: list[Job] = field(default_factory=list)

    def print(self, job: Job, *_: Any) -> None:
        self.jobs.append(job)

    def print_test(self, *_: Any) -> None:
        raise AssertionError("nobody asked for a test page")


class Machine:
    """One kiosk's machine: its card, its clocks, and the program while there is power."""

    def __init__(self, world: Around, id: str, clock: HandClock) -> None:
        self._world, self.id, self.clock = world, id, clock
        self._boots = count(1)
        self._ids: Iterator[str] = (f"{id}-r{n}" for n in count(1))
        self._tokens: Iterator[str] = (f"{id}{n:015d}" for n in count(1))
        self.core: Kiosk | None = None
        self.tray = Tray()
        self.commits = 0
        self._image: dict[str, bytes] = {}

    @property
    def card(self) -> Path:
        return self._world.folder / self.id / "kiosk.db"

    def power_on(self) -> None:
        if self.core is not None:
            return
        world, boot = self._world, f"{self.id}-boot-{next(self._boots)}"
        self.outbox = Outbox(self.card)
        self._store, self._inbox = KioskStore(self.outbox.disk), queue.SimpleQueue[Any]()
        self._link = DeviceLink(
            BrokerSettings(site=SITE.id, device=self.id, server_key=SEALER.public_key),
            "kiosk",
            "test",
            self.outbox,
            self._inbox,
            self.clock,
            open_link=world.net.open_link,
            monotonic=lambda: world.mono,
            boot=boot,
        )
        self.core = Kiosk(
            self.id,
            lambda: next(self._ids),
            lambda: next(self._tokens),
            lambda: "0000",
            SHELF,
            self._now(),
        )
        self._deeds = Deeds(
            self.id,
            self._store,
            self._link,
            self.tray,  # type: ignore[arg-type]
            self.clock.now,
            lambda: None,
        )
        left = self._store.unfinished()
        self.hear(Booted(left, self._store.series(), self._store.config(), boot))
        self.hear(PrinterIs(PrinterStatus.OK))
        self._link.start(threaded=False)
        self.pump()

    def power_off(self) -> None:
        """The plug is pulled; what is half printed hangs in the slot."""
        if self.core is not None:
            self._world.net.gone(self.id)
            self.tray.jobs.clear()
            self.commits += self.outbox.disk.commits
            self.outbox.close()
            self.core = None

    def wipe(self) -> None:
        """A new card."""
        self.power_off()
        for file in self.card.parent.glob("*"):
            file.unlink()

    def copy_card(self) -> None:
        """Somebody makes an image of the card."""
        self.power_off()
        self._image = {file.name: file.read_bytes() for file in self.card.parent.glob("kiosk.db*")}
        self.power_on()

    def put_back(self) -> None:
        """... and puts it back later, in another file on another card."""
        self.wipe()
        for name, content in self._image.items():
            self.card.with_name(f"{name}.new").write_bytes(content)
        for name in self._image:
            self.card.with_name(f"{name}.new").rename(self.card.with_name(name))

    def pump(self) -> None:
        if self.core is None:
            return
        self._link.pump()
        while not self._inbox.empty():
            self.hear(self._inbox.get())
            self._link.pump()
        self.hear(Tick())
        self._link.pump()
        self._look()

    def hear(self, input: Input) -> None:
        assert self.core is not None
        effects = self.core.handle(input, self._now())
        if effects:
            self._deeds.carry_out(effects, self.core.hall)

    def touch(self, service: str) -> None:
        """Somebody wants a number, if the screen offers it."""
        if self.core is None:
            return
        self.finish()
        if isinstance(self.core.view(self._now()).screen, Choices):
            self._world.passes(0.3)
            self.hear(Tapped(Target(Verb.SERVICE, service)))
            self.hear(Tapped(Target(Verb.TAKE_ANOTHER)))
            self._world.passes(0.3)
            self.hear(Tapped(Target(Verb.TAKE_ANOTHER)))  # the same service twice in a moment: yes, meant so
            self.pump()

    def finish(self, result: PrintResult = PrintResult.PRINTED) -> None:
        """The paper comes out, and the person goes."""
        if self.core is None:
            return
        for job in self.tray.jobs:
            paper = next(p for p in self._world.papers if p.number == job.ticket.number)
            paper.pieces += result is PrintResult.PRINTED
            self.hear(PrintEnded(job, result))
        self.tray.jobs.clear()
        self._look()
        if isinstance(self.core.view(self._now()).screen, Done | Held | Leftover):
            self._world.passes(0.3)
            self.hear(Tapped(Target(Verb.DONE)))

    def again(self) -> None:
        """The paper does not come, patience ends, and it is asked for once more if that is offered."""
        if self.core is not None and self.tray.jobs:
            self._world.passes(PRINT_S + 0.3)
            self.hear(Tapped(Target(Verb.PRINT_AGAIN)))

    def _look(self) -> None:
        """Whoever stands there sees the number."""
        assert self.core is not None
        screen = self.core.view(self._now()).screen
        if isinstance(screen, Done | Held):
            ticket = screen.ticket
            service = next(s for s in SERVICES if SITE.services[s].name.vi == ticket.service.vi)
            self._world.held(ticket.number, service, self.id)

    def _now(self) -> Now:
        return Now(self._world.mono, self.clock.now(), self.clock.synchronised)
