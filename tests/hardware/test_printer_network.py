"""Printers that break while they are talked to: every end is bounded, and none is a lie."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from PIL import Image, ImageChops

from hardware import escpos
from hardware.broken import DeviceBroken
from hardware.clock import SystemClock
from hardware.paper_machine import PaperMachine
from hardware.print_job import PrintJob
from hardware.printer import Printer, PrinterStatus, PrintResult, open_printer
from tests.hardware.tcp_printer import TcpPrinter
from tests.hardware.test_printer_contract import PICTURE, SOON_S

JOB = escpos.raster_job(PICTURE)


@pytest.fixture
def machine() -> PaperMachine:
    return PaperMachine(80, SystemClock())


@pytest.fixture
def far(machine: PaperMachine) -> Iterator[TcpPrinter]:
    with TcpPrinter(machine) as there:
        yield there


@pytest.fixture
def printer(far: TcpPrinter) -> Iterator[Printer]:
    opened = open_printer(far.url, SystemClock())
    yield opened
    opened.close()


def becomes(printer: Printer, status: PrinterStatus) -> None:
    limit = time.monotonic() + SOON_S
    while printer.look() is not status:
        assert time.monotonic() < limit


def hung_up(far: TcpPrinter) -> None:
    far.hang_up.set()
    limit = time.monotonic() + SOON_S
    while far.hang_up.is_set():
        assert time.monotonic() < limit
        time.sleep(0.001)


def test_a_reset_in_mid_ticket_is_maybe_and_the_half_ticket_is_cut_off_before_the_next(
    far: TcpPrinter, machine: PaperMachine, printer: Printer
) -> None:
    far.reset_after = len(JOB) // 2
    assert printer.print(JOB, "A001") is PrintResult.MAYBE
    becomes(printer, PrinterStatus.OK)
    assert machine.papers() == [], "no cut was sent, so nothing is a ticket"
    assert printer.print(JOB, "A001") is PrintResult.PRINTED
    half, whole = machine.papers()
    assert half.picture.height < 800 + 16
    assert whole.picture.crop((0, 0, 576, 800)).tobytes() == PICTURE.tobytes()


def test_a_printer_that_stops_reading_in_mid_ticket_is_given_up_within_seconds(
    far: TcpPrinter, machine: PaperMachine, printer: Printer
) -> None:
    """It stops when paper is out and nobody says so: the machine stands, its status stays clean."""
    machine.switch("paper_mm", "30")
    far.answer = lambda told: bytes(0x12 if escpos.is_answer(byte) else byte for byte in told)
    assert printer.print(JOB) is PrintResult.MAYBE
    far.answer = lambda told: told
    assert printer.look() is PrinterStatus.PAPER_OUT
    machine.switch("paper", "ok")
    assert [paper.whole for paper in machine.papers()] == [False], "what was left of it was dropped"


def test_a_printer_that_takes_no_byte_is_unplugged(far: TcpPrinter, printer: Printer) -> None:
    far.deaf.set()
    assert printer.print(JOB) is PrintResult.UNPLUGGED
    far.deaf.clear()
    becomes(printer, PrinterStatus.OK)


def test_nonsense_is_no_status_and_nothing_is_printed_on_it(
    far: TcpPrinter, machine: PaperMachine, printer: Printer
) -> None:
    chance = random.Random(3)
    odd = [byte for byte in range(256) if not escpos.is_answer(byte)]
    far.answer = lambda told: bytes(chance.choices(odd, k=5 * len(told)))
    assert printer.print(JOB) is PrintResult.UNPLUGGED
    assert machine.papers() == []


def test_an_echo_is_no_printer(far: TcpPrinter, machine: PaperMachine, printer: Printer) -> None:
    far.answer = lambda told: escpos.ask(2) * len(told)
    assert printer.print(JOB) is PrintResult.UNPLUGGED
    assert machine.papers() == []


@pytest.mark.parametrize("stale", [0x12, 0x00, 0x1E, 0x03, 0x72])
def test_what_a_printer_says_to_greet_is_not_taken_for_an_answer(
    far: TcpPrinter, machine: PaperMachine, printer: Printer, stale: int
) -> None:
    """Answers to questions that somebody else has asked, waiting in the connection."""
    far.greeting = bytes((stale,)) * 9
    far.unplug()
    becomes(printer, PrinterStatus.UNPLUGGED)
    machine.switch("paper", "out")
    far.replug()
    becomes(printer, PrinterStatus.PAPER_OUT)
    assert printer.print(JOB) is PrintResult.PAPER_OUT
    machine.switch("paper", "ok")
    becomes(printer, PrinterStatus.OK)
    assert machine.papers() == []
    assert printer.print(JOB) is PrintResult.PRINTED


def test_a_status_that_nobody_asked_for_is_no_word_about_the_ticket(
    far: TcpPrinter, machine: PaperMachine, printer: Printer
) -> None:
    """Printers may be set to tell their status by themselves. Three of its four bytes look like "done"."""
    unasked = bytes((0x18, 0x00, 0x0C, 0x0F))
    far.answer = lambda told: unasked + bytes(b for byte in told for b in (byte, *unasked)) if told else b""
    assert printer.print(JOB) is PrintResult.PRINTED
    machine.switch("paper_mm", "30")
    assert printer.print(JOB) is PrintResult.PAPER_OUT
    machine.switch("paper", "low")
    assert printer.look() is PrinterStatus.PAPER_LOW


def test_a_connection_that_the_printer_closes_is_opened_again_without_a_word(
    far: TcpPrinter, printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many close what was idle for a minute: that is no fault."""
    monkeypatch.setattr("hardware.printer_watched.LOOK_S", 3600.0)  # idle: nobody looks but we
    told: list[PrinterStatus | DeviceBroken] = []
    printer.on_status(told.append)
    hung_up(far)
    assert printer.look() is PrinterStatus.OK
    hung_up(far)
    assert printer.print(JOB) is PrintResult.PRINTED
    assert far.connections == 3
    assert told == [PrinterStatus.OK]


def test_a_printer_without_acknowledgement_gets_time_for_its_paper_and_is_asked_at_the_end(
    far: TcpPrinter, machine: PaperMachine
) -> None:
    """Cheap printers know DLE EOT but not GS r."""
    far.answer = lambda told: bytes(filter(escpos.is_answer, told))
    printer = open_printer(far.url, SystemClock())
    small = escpos.raster_job(Image.new("1", (576, 80), 0))
    try:
        assert printer.print(small) is PrintResult.PRINTED
        assert [paper.whole for paper in machine.papers()] == [True]
        machine.switch("paper_mm", "30")
        assert printer.print(JOB) is PrintResult.PAPER_OUT
    finally:
        printer.close()


def test_a_printer_that_falls_silent_at_the_end_has_not_said_that_it_printed(
    far: TcpPrinter, machine: PaperMachine
) -> None:
    far.answer = lambda told: b"" if machine.last else bytes(filter(escpos.is_answer, told))
    printer = open_printer(far.url, SystemClock())
    assert printer.print(escpos.raster_job(Image.new("1", (576, 80), 0))) is PrintResult.MAYBE
    printer.close()


def test_a_picture_holds_no_question_and_no_command(printer: Printer, machine: PaperMachine) -> None:
    """Rows of dots that are DLE EOT 4, or DLE DC4 2, get a dot more where a printer would obey them."""
    rows = [command * 24 for command in (escpos.ask(4), b"\x10\x14\x02", b"\x10\x05\x01")] * 40
    picture = Image.frombytes("1", (576, 120), bytes(~byte & 0xFF for byte in b"".join(rows)))
    job = escpos.raster_job(picture)
    assert not any(command in job for command in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))
    machine.switch("paper", "low")
    assert printer.print(job) is PrintResult.PRINTED
    paper = machine.paper()
    assert paper is not None
    printed = paper.picture.crop((0, 0, 576, 120))
    more = ImageChops.logical_xor(picture, printed).convert("L").histogram()[255]
    assert more == 24 * 120, "one dot for each place"


def test_bytes_that_nobody_parted_are_a_job_too(printer: Printer, machine: PaperMachine) -> None:
    assert printer.print(bytes(JOB)) is PrintResult.PRINTED
    assert PrintJob.whole(bytes(JOB)).parts == (JOB,)
    assert len(machine.papers()) == 1
