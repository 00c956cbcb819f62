"""The simulated printer as a driver: the real dialogue over a machine that is made of numbers.

Knows the `sim:` URLs; the physics are `hardware.paper_machine`, the dialogue is the one real printers get.
"""

from __future__ import annotations

from urllib.parse import SplitResult

import msgspec

from hardware.clock import Clock
from hardware.escpos_printer import EscposPrinter
from hardware.panel import PanelAnswer, PanelRefusal, Query, Routes, json_answer
from hardware.paper_machine import NoSuchSwitch, PaperMachine
from hardware.print_head import Head
from hardware.printer import Printer, PrintResult
from hardware.printer_options import Options


class SimulatedPrinter(EscposPrinter):
    """A Printer whose machine is simulated; `machine` is what stands in the room."""

    def __init__(self, machine: PaperMachine, head: Head) -> None:
        self.machine = machine
        super().__init__(machine, head)

    def print(self, job: bytes, title: str = "") -> PrintResult:
        self.machine.title = title
        return super().print(job, title)

    def switch(self, name: str, value: str) -> None:
        """`PaperMachine.switch`, noticed at once instead of at the next look."""
        self.machine.switch(name, value)
        self.glance()


def open_simulated(url: SplitResult, clock: Clock) -> SimulatedPrinter:
    """The driver behind `sim:80` and `sim:58`. Raises ValueError for anything else."""
    if url.path not in ("58", "80"):
        raise ValueError(f"paper is 58 or 80 mm wide, not '{url.path}'")
    options = Options(url.query, ("mm_per_s",))
    mm_per_s = options.number("mm_per_s", 0.0, 0, 1000)
    head = options.head(int(url.path))
    return SimulatedPrinter(PaperMachine(head.width_mm, clock, mm_per_s, dots=head.dots), head)


def panel_routes(printer: Printer) -> Routes:
    """What a panel shows and switches of a simulated printer; no routes for a real one."""
    if not isinstance(printer, SimulatedPrinter):
        return {}
    machine = printer.machine

    def tickets(query: Query, body: bytes) -> PanelAnswer:
        return json_answer(
            [{"n": p.n, "number": p.title, "at": p.at, "whole": p.whole} for p in machine.papers()]
        )

    def ticket(query: Query, body: bytes) -> PanelAnswer:
        wanted = query.get("n", "")
        if wanted and not wanted.isdecimal():
            raise PanelRefusal(f"a ticket has a number, not '{wanted}'")
        paper = machine.paper(int(wanted) if wanted else None)
        if paper is None:
            return json_answer({"error": "no such ticket"}, 404)
        return PanelAnswer(paper.png(), "image/png")

    def switch(query: Query, body: bytes) -> PanelAnswer:
        try:
            for name, value in msgspec.json.decode(body, type=dict[str, str]).items():
                printer.switch(name, value)
        except (msgspec.DecodeError, NoSuchSwitch) as error:
            raise PanelRefusal(str(error)) from None
        return json_answer(machine.switches)

    return {("GET", "/tickets"): tickets, ("GET", "/ticket.png"): ticket, ("POST", "/switch"): switch}
