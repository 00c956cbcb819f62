"""The thread that draws tickets and hands them to the printer, so that the screen never waits for paper.

Knows how a job becomes dots; what its result means is the core's.
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from datetime import datetime, tzinfo

from broker.link import Put
from broker.messages import KioskPlan, TicketReply, Words
from hardware.escpos import raster_job
from hardware.print_head import Head
from hardware.print_job import PrintJob
from hardware.printer import Printer, PrintResult
from kiosk.plain import plain_job
from kiosk.slip import Slip
from kiosk.ticket import draw, slip
from kiosk.vocabulary import Job, PrintEnded

TEST_NUMBER = "TEST"


@dataclass(frozen=True)
class PrintingBroken:
    """The thread died of a bug; the program raises this."""

    error: BaseException


@dataclass(frozen=True)
class PaperUsed:
    """A piece of paper came out, or did not."""

    piece: PrintJob
    result: PrintResult


@dataclass(frozen=True)
class TestPrinted:
    """What became of the test page that order `order` asked for."""

    order: str | None
    result: PrintResult


class Printing:
    """One printer's worker. Puts PaperUsed into `inbox`, then PrintEnded for a ticket, TestPrinted for a page
    that is none."""

    def __init__(self, printer: Printer, inbox: Put) -> None:
        self._printer = printer
        self._inbox = inbox
        self._jobs: queue.SimpleQueue[tuple[Job | str | None, Slip] | None] = queue.SimpleQueue()
        self._newest: Job | None = None  # that was queued
        # A printer that hangs must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="printing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def print(self, job: Job, plan: KioskPlan, hall: Words, zone: tzinfo) -> None:
        """Queue a ticket; returns at once. It stands for earlier attempts at it: one paper is enough."""
        self._newest = job
        self._jobs.put((job, slip(job.ticket, plan, hall, zone)))

    def print_test(
        self, order: str | None, device: str, plan: KioskPlan, hall: Words, zone: tzinfo, at: datetime
    ) -> None:
        """Queue a page that is nobody's ticket: every size of letter, the code, the cut."""
        self._jobs.put((order, slip(test_ticket(device, at), plan, hall, zone)))

    def stop(self, timeout_s: float = 0.3) -> None:
        """End after the job under way, or leave it behind."""
        self._jobs.put(None)
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        out: str | None = None  # the ticket that came out last, perhaps while it was asked for once more
        try:
            while (item := self._jobs.get()) is not None:
                job, words = item
                if isinstance(job, Job) and self._anew(job):
                    continue
                if isinstance(job, Job) and job.request == out:
                    self._inbox.put(PrintEnded(job, PrintResult.PRINTED))
                    continue
                piece = made(words, self._printer.head)
                result = self._printer.print(piece, words.number)
                self._inbox.put(PaperUsed(piece, result))
                if isinstance(job, Job):
                    self._inbox.put(PrintEnded(job, result))
                    out = job.request if result is PrintResult.PRINTED else None
                else:
                    self._inbox.put(TestPrinted(job, result))
        except Exception as error:
            self._inbox.put(PrintingBroken(error))

    def _anew(self, job: Job) -> bool:
        """Whether a later attempt at the same ticket waits behind this one."""
        newest = self._newest
        return newest is not None and newest.request == job.request and newest.attempt > job.attempt


def made(words: Slip, head: Head) -> PrintJob:
    """The job for one ticket: a picture, or text for a printer that prints none."""
    return raster_job(draw(words, head), head) if head.raster else plain_job(words, head)


def test_ticket(device: str, at: datetime) -> TicketReply:
    """A reply that the server never gave."""
    words = Words(f"In thử – {device}", f"Test print – {device}")
    return TicketReply(
        id="test",
        ticket="test",
        number=TEST_NUMBER,
        issued_at=at,
        service=words,
        authority=words,
        klass="normal",
        lang="vi",
        ahead=0,
        wait=None,
        place=Words("Không phải phiếu của ai", "Nobody's ticket"),
        url="",
        grace_min=0,
    )
