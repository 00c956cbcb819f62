"""How much paper a printer has used: a value that a program keeps on its disk.

Knows metres, cuts and rolls; keeps out where it is stored and what is told about it. It counts the jobs that
came out, or may have, so it is right to a ticket that tore: a printer's own counters are Epson's alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hardware.print_job import PrintJob
from hardware.printer import READY, PrinterStatus, PrintResult

CAME_OUT = (PrintResult.PRINTED, PrintResult.SENT, PrintResult.MAYBE, PrintResult.CUTTER_ERROR)


@dataclass(frozen=True)
class PaperCount:
    """Paper used, in mm: `total_mm` and `cuts` with this printer, `roll_mm` since a roll was put in.

    out: the roll has ended, the next status with paper means a new one.
    """

    total_mm: float = 0.0
    roll_mm: float = 0.0
    cuts: int = 0
    out: bool = False

    @property
    def metres(self) -> float:
        return self.total_mm / 1000

    @property
    def roll_m(self) -> float:
        """Metres used of the roll that is in."""
        return self.roll_mm / 1000

    def printed(self, job: PrintJob, result: PrintResult) -> PaperCount:
        """After a job: counted where paper came out, also when nobody knows or the knife is stuck."""
        if result not in CAME_OUT:
            return self
        return replace(
            self,
            total_mm=self.total_mm + job.mm,
            roll_mm=self.roll_mm + job.mm,
            cuts=self.cuts + (job.cuts if result is not PrintResult.CUTTER_ERROR else 0),
        )

    def seen(self, status: PrinterStatus) -> PaperCount:
        """After a status: paper where there was none means that somebody put a roll in.

        An open cover does not: the same roll may go on.
        """
        if status is PrinterStatus.PAPER_OUT:
            return self if self.out else replace(self, out=True)
        if self.out and status in READY:
            return self.roll_put_in()
        return self

    def roll_put_in(self) -> PaperCount:
        """Somebody put a full roll in."""
        return replace(self, roll_mm=0.0, out=False)
