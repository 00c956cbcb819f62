"""A hall in a box: two kiosks, a broker and a server in one thread, with their real cores, links, files, log.

The test holds every clock and decides what arrives when. People hold what they were shown: that is what the
hall is measured against.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from server.devices import Devices
from server.doors import SUBSCRIPTIONS, Doors
from server.hall import commands as c
from server.hall.refusals import Refusal
from server.hall.site import Counter, Words
from server.hall.tickets import State
from server.outlet import Outlet
from server.projection import Projection
from server.site_file import Device, HallConfig
from server.store import Store, sqlite_url
from server.verify import run as verify
from server.writer import Outcome, Writer
from tests.box.net import Net
from tests.hall.small_hall import local, service, site

SERVICES = ("land", "health")
SITE = site(
    (service("land", "A"), service("health", "B")),
    (Counter("1", ("land",)), Counter("2", ("health",)), Counter("3", ("land", "health"))),
    own_series={"1": "kiosk-1", "2": "kiosk-2"},
)
KIOSKS = ("kiosk-1", "kiosk-2")
CONFIG = HallConfig(
    site=SITE,
    devices={
        "kiosk-1": Device("kiosk", series="1"),
        "kiosk-2": Device("kiosk", series="2"),
        "wall": Device("display"),
    },
    officers={},
    groups={},
    reasons={},
    hotline="1022",
    documents=Words("Căn cước", "ID card"),
    notices=(),
    url="http://hall.test",
)
SHELF = make_shelf(Panel.of((1080, 1920)))


@dataclass
class Paper:
    """What one person holds, on paper or copied from the screen. `at`: the true time of issue."""

    number: str
    service: str
    kiosk: str
    at: datetime
    nth: int  # in the order of the whole hall
    pieces: int = 0  # of paper that came out


class HandClock:
    """A machine's clock: wrong by `skew`, and perhaps nobody keeps it right."""

    def __init__(self, world: World, skew_s: float = 0.0, synchronised: bool = True) -> None:
        self._world, self.skew, self.synchronised = world, timedelta(seconds=skew_s), synchronised

    def now(self) -> datetime:
        return self._world.time + self.skew

    def real_seconds(self, hall_seconds: float) -> float:
        return hall_seconds


@dataclass
class Tray:
    """A printer of the box: jobs wait until the test says what became of them."""

    jobs: list[Job] = field(default_factory=list)

    def print(self, job: Job, *_: Any) -> None:
        self.jobs.append(job)

    def print_test(self, *_: Any) -> None:
        raise AssertionError("nobody asked for a test page")


class World:
    """The hall from one morning on. `folder` is its disks; `seed` names what is random in ids."""

    def __init__(
        self, folder: Path, skews: tuple[float, float] = (0.0, 0.0), synchronised: bool = True
    ) -> None:
        self.folder, self.time, self.mono = folder, local("08:00"), 5000.0
        self.net = Net()
        self.papers: list[Paper] = []
        self.called: list[str] = []
        self._presses = count(1)
        self.clock = HandClock(self)
        self.server: Server | None = Server(self)
        self.kiosks = {
            id: Machine(self, id, HandClock(self, skew, synchronised))
            for id, skew in zip(KIOSKS, skews, strict=True)
        }
        for machine in self.kiosks.values():
            machine.power_on()
        self.settle()

    # --- time and turns ---------------------------------------------------------------------------------

    def passes(self, seconds: float) -> None:
        """Time goes by; whoever wants to act, acts."""
        self.time += timedelta(seconds=seconds)
        self.mono += seconds
        self.turn()

    def turn(self) -> None:
        """Everybody does what there is to do, until nobody has anything more. Nothing on its way arrives."""
        for machine in self.kiosks.values():
            machine.pump()
        if self.server is not None:
            self.server.pump()

    def settle(self) -> None:
        """All that is on its way arrives, and what comes of it."""
        self.turn()
        while self.net.flights:
            self.net.deliver_all()
            self.turn()

    def heal(self) -> None:
        """Everything works again, and there is time to say what was left unsaid."""
        if self.server is None:
            self.server = Server(self)
        self.net.heal("server")
        for id, machine in self.kiosks.items():
            machine.power_on()
            self.net.heal(id)
        for _ in range(60):
            self.settle()
            for machine in self.kiosks.values():
                machine.finish()
            self.passes(1.0)
        self.settle()

    def kill_server(self) -> None:
        if self.server is not None:
            self.server.kill()
            self.server = None

    def start_server(self) -> None:
        if self.server is None:
            self.server = Server(self)
            self.turn()

    # --- what people and officers do --------------------------------------------------------------------

    def held(self, number: str, service: str, kiosk: str) -> Paper:
        """Somebody sees a number: from now on it must not be lost."""
        found = next((p for p in self.papers if p.number == number and p.kiosk == kiosk), None)
        if found is None:
            found = Paper(number, service, kiosk, self.time, len(self.papers))
            self.papers.append(found)
        return found

    def call(self, counter: str) -> str | None:
        """An officer calls the next one; the number, or None when nobody is known to wait."""
        return self._number(c.CallNext(id=f"call-{next(self._presses)}", by="test", counter=counter))

    def call_number(self, counter: str, number: str) -> str | None:
        press = f"call-{next(self._presses)}"
        return self._number(c.CallNumber(id=press, by="test", counter=counter, number=number))

    def _number(self, command: c.Command) -> str | None:
        assert self.server is not None
        try:
            result = self.server.ask(command)
        except Refusal:
            return None
        if result.get("state") != "called":
            return None
        self.called.append(str(result["number"]))
        return self.called[-1]

    # --- the reckoning ----------------------------------------------------------------------------------

    def reckon(self) -> None:
        """After `heal`: no number twice, none lost, and the log sound by its own recount."""
        numbers = [paper.number for paper in self.papers]
        assert len(numbers) == len(set(numbers)), sorted(n for n in numbers if numbers.count(n) > 1)
        assert self.server is not None
        tickets = {t.number: t for t in self.server.writer.view.state.tickets.values()}
        for paper in self.papers:
            assert paper.number in tickets, f"{paper.number} is lost"
            ticket = tickets[paper.number]
            assert (ticket.service, ticket.source) == (paper.service, paper.kiosk)
            assert ticket.reason != "abandoned", f"{paper.number} is held by somebody and void"
        awaited = {n for n, t in tickets.items() if t.state in (State.WAITING, State.CALLED)}
        assert awaited <= set(numbers), f"{awaited - set(numbers)} are held by nobody"
        for machine in self.kiosks.values():
            assert machine.outbox.count() == 0
        assert verify(self.folder / "server") == 0

    def close(self) -> None:
        self.kill_server()
        for machine in self.kiosks.values():
            machine.power_off()


class Server:
    """One life of the server, over the log in its folder."""

    def __init__(self, world: World) -> None:
        data = world.folder / "server"
        data.mkdir(exist_ok=True)
        self.store = Store(sqlite_url(data / "hall.db"))
        projection = Projection(CONFIG)
        self._views: list[Any] = []
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.writer = Writer(SITE, self.store, world.clock, projection, self._views.append)
        self.writer.pump()
        outlet = Outlet(SITE.id, "test", projection, tuple(CONFIG.devices))
        epoch = self.writer.view.epoch
        filters = [(topic.of_all(SITE.id), topic.qos) for topic in SUBSCRIPTIONS]
        self._world = world
        self._link = world.net.open_link("", None, "server", self._inbox, filters, outlet.will(epoch))
        outlet.speak_through(self._link, epoch)
        self._doors = Doors(CONFIG, self.writer, outlet, projection, world.clock, Devices(), self._inbox)
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


class Machine:
    """One kiosk's machine: its card, its clocks, and the program while there is power."""

    def __init__(self, world: World, id: str, clock: HandClock) -> None:
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
            BrokerSettings(site=SITE.id, device=self.id),
            "kiosk",
            "test",
            self.outbox,
            self._inbox,
            self.clock,
            open_link=world.net.open_link,
            monotonic=lambda: world.mono,
            boot=boot,
        )
        self.core = Kiosk(self.id, lambda: next(self._ids), lambda: next(self._tokens), SHELF, self._now())
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
