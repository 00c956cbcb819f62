"""Kiosk core, link, files and server together, driven through faults by a machine that looks for the worst.

Whatever it does: no number twice while it does it, and when everything works again none is lost, none is held
by nobody, every outbox is empty, and the log is sound by its own recount.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hardware.printer import PrinterStatus, PrintResult
from kiosk.vocabulary import PrinterIs
from tests.box.hall import KIOSKS, SERVICES
from tests.box.world import World

kiosks = st.sampled_from(KIOSKS)
results = st.sampled_from([PrintResult.PRINTED, PrintResult.PAPER_OUT, PrintResult.MAYBE])


class HallMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="motcua-box-"))
        self.copied: set[str] = set()

    @initialize(skew_s=st.sampled_from([0.0, -3600.0, 86_400.0, 7.0]), kept_right=st.booleans())
    def opened(self, skew_s: float, kept_right: bool) -> None:
        self.hall = World(self.folder, (0.0, 0.0 if kept_right else skew_s), kept_right)

    # --- people -----------------------------------------------------------------------------------------

    @rule(kiosk=kiosks, service=st.sampled_from(SERVICES))
    def touch(self, kiosk: str, service: str) -> None:
        self.hall.kiosks[kiosk].touch(service)

    @rule(kiosk=kiosks, result=results)
    def paper(self, kiosk: str, result: PrintResult) -> None:
        self.hall.kiosks[kiosk].finish(result)

    @rule(kiosk=kiosks)
    def print_again(self, kiosk: str) -> None:
        self.hall.kiosks[kiosk].again()

    @rule(kiosk=kiosks, status=st.sampled_from([PrinterStatus.OK, PrinterStatus.PAPER_OUT]))
    def roll(self, kiosk: str, status: PrinterStatus) -> None:
        if self.hall.kiosks[kiosk].core is not None:
            self.hall.kiosks[kiosk].hear(PrinterIs(status))

    @precondition(lambda self: self.hall.server is not None)
    @rule(counter=st.sampled_from(["1", "2", "3"]))
    def call(self, counter: str) -> None:
        self.hall.call(counter)

    @precondition(lambda self: self.hall.server is not None and self.hall.papers)
    @rule(which=st.integers(0, 400))
    def call_what_is_not_known_yet(self, which: int) -> None:
        paper = self.hall.papers[which % len(self.hall.papers)]
        self.hall.call_number("3", paper.number)

    # --- time and messages ------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.05, 0.4, 3.0, 11.0, 700.0]))
    def passes(self, seconds: float) -> None:
        self.hall.passes(seconds)

    @precondition(lambda self: self.hall.net.flights)
    @rule(nth=st.integers(0, 20))
    def arrives(self, nth: int) -> None:
        self.hall.net.deliver(nth % len(self.hall.net.flights))
        self.hall.turn()

    @precondition(lambda self: self.hall.net.flights)
    @rule(nth=st.integers(0, 20))
    def arrives_twice(self, nth: int) -> None:
        self.hall.net.double(nth % len(self.hall.net.flights))
        self.hall.turn()

    @rule()
    def all_arrives(self) -> None:
        self.hall.settle()

    # --- what breaks ------------------------------------------------------------------------------------

    @rule(who=st.sampled_from([*KIOSKS, "server"]))
    def cut(self, who: str) -> None:
        self.hall.net.cut(who)

    @rule(who=st.sampled_from([*KIOSKS, "server"]))
    def plugged_in(self, who: str) -> None:
        self.hall.net.heal(who)

    @rule(kiosk=kiosks)
    def power_cut(self, kiosk: str) -> None:
        self.hall.kiosks[kiosk].power_off()

    @rule(kiosk=kiosks)
    def power_back(self, kiosk: str) -> None:
        self.hall.kiosks[kiosk].power_on()

    @rule()
    def server_killed(self) -> None:
        self.hall.kill_server()

    @rule()
    def server_back(self) -> None:
        self.hall.start_server()

    @rule()
    def broker_killed(self) -> None:
        self.hall.net.forget()

    @rule(kiosk=kiosks)
    def card_copied(self, kiosk: str) -> None:
        self.hall.kiosks[kiosk].copy_card()
        self.copied.add(kiosk)

    @rule(kiosk=kiosks, wiped=st.booleans())
    def new_card(self, kiosk: str, wiped: bool) -> None:
        """After everything it knew was told: what a card takes with it unsaid is lost whatever one does."""
        self.hall.heal()
        if not wiped and kiosk not in self.copied:
            return
        machine = self.hall.kiosks[kiosk]
        machine.wipe() if wiped else machine.put_back()

    # --- what holds -------------------------------------------------------------------------------------

    @invariant()
    def no_number_is_held_twice(self) -> None:
        if hasattr(self, "hall"):
            numbers = [paper.number for paper in self.hall.papers]
            assert len(numbers) == len(set(numbers))

    def teardown(self) -> None:
        try:
            if hasattr(self, "hall"):
                self.hall.heal()
                self.hall.reckon()
        finally:
            if hasattr(self, "hall"):
                self.hall.close()
            shutil.rmtree(self.folder)


TestHallMachine = HallMachine.TestCase
TestHallMachine.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
