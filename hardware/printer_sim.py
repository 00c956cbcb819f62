"""The simulated printer as a driver: the real dialogue over a machine that is made of numbers.

Knows the `sim:` URLs; the physics are `hardware.paper_machine`, the dialogue is the one real printers get.
"""

from __future__ import annotations

from collections.abc import Mapping

from hardware.clock import Clock
from hardware.escpos_printer import EscposPrinter
from hardware.paper_machine import PaperMachine
from hardware.printer import PrintResult


class SimulatedPrinter(EscposPrinter):
    """A Printer whose machine is simulated; `machine` is what stands in the room."""

    def __init__(self, machine: PaperMachine, width_mm: int) -> None:
        self.machine = machine
        super().__init__(machine, width_mm)

    def print(self, job: bytes, title: str = "") -> PrintResult:
        self.machine.title = title
        return super().print(job, title)

    def switch(self, name: str, value: str) -> None:
        """`PaperMachine.switch`, noticed at once instead of at the next look."""
        self.machine.switch(name, value)
        self.glance()


def open_simulated(where: str, options: Mapping[str, str], clock: Clock) -> SimulatedPrinter:
    """The driver behind `sim:80` and `sim:58`. Raises ValueError for anything else."""
    if where not in ("58", "80"):
        raise ValueError(f"paper is 58 or 80 mm wide, not '{where}'")
    if unknown := set(options) - {"mm_per_s"}:
        raise ValueError(f"unknown option '{min(unknown)}': known is mm_per_s")
    mm_per_s = float(options.get("mm_per_s", "0"))
    if not 0 <= mm_per_s <= 1000:
        raise ValueError(f"paper moves at 0 to 1000 mm/s, not {mm_per_s}")
    width_mm = int(where)
    return SimulatedPrinter(PaperMachine(width_mm, clock, mm_per_s), width_mm)
