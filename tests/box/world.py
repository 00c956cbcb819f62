"""A hall in a box: two kiosks, a broker and a server in one thread, with their real cores, links, files, log.

The test holds every clock and decides what arrives when. People hold what they were shown: that is what the
hall is measured against.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from pathlib import Path

from server.hall import commands as c
from server.hall.refusals import Refusal
from server.hall.tickets import State
from server.verify import run as verify
from tests.box.hall import KIOSKS, HandClock, Paper
from tests.box.machine import Machine
from tests.box.net import Net
from tests.box.server import Server
from tests.hall.small_hall import local


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
        self.server: Server | None = Server(self, self.clock)
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
            self.server = Server(self, self.clock)
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
            self.server = Server(self, self.clock)
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
