"""A printer tells the truth about paper: the dialogue, against a machine with faults at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PIL import Image, ImageDraw

from hardware import escpos
from hardware.clock import SystemClock
from hardware.escpos_printer import EscposPrinter
from hardware.paper_machine import NoSuchSwitch, PaperMachine
from hardware.print_head import STANDARD
from hardware.printer import PrinterStatus, PrintResult, UnknownPrinter, open_printer
from hardware.printer_sim import SimulatedPrinter


def picture(width: int = 576, height: int = 300) -> Image.Image:
    image = Image.new("1", (width, height), 1)
    draw = ImageDraw.Draw(image)
    draw.rectangle((10, 20, width - 11, 120), fill=0)
    draw.ellipse((40, 180, 240, 290), fill=0)
    return image


@pytest.fixture
def printer() -> Iterator[SimulatedPrinter]:
    opened = open_printer("sim:80", SystemClock())
    assert isinstance(opened, SimulatedPrinter)
    yield opened
    opened.close()


JOB = escpos.raster_job(picture())


def test_a_job_comes_out_as_the_picture_it_was_made_of(printer: SimulatedPrinter) -> None:
    assert printer.print(JOB, "A001") is PrintResult.PRINTED
    paper = printer.machine.paper()
    assert paper is not None and paper.whole and paper.title == "A001" and paper.n == 1
    assert paper.picture.crop((0, 0, 576, 300)).tobytes() == picture().tobytes()


@pytest.mark.parametrize(
    ("switch", "value", "status", "result"),
    [
        ("paper", "out", PrinterStatus.PAPER_OUT, PrintResult.PAPER_OUT),
        ("cover", "open", PrinterStatus.COVER_OPEN, PrintResult.COVER_OPEN),
        ("printer", "unplugged", PrinterStatus.UNPLUGGED, PrintResult.UNPLUGGED),
        ("printer", "silent", PrinterStatus.UNPLUGGED, PrintResult.UNPLUGGED),
    ],
)
def test_a_fault_refuses_the_job_before_its_first_byte(
    printer: SimulatedPrinter, switch: str, value: str, status: PrinterStatus, result: PrintResult
) -> None:
    printer.switch(switch, value)
    assert printer.status is status
    assert printer.print(JOB) is result
    printer.switch(switch, {"paper": "ok", "cover": "closed", "printer": "plugged"}[switch])
    assert printer.status is PrinterStatus.OK
    assert printer.machine.papers() == [], "nothing was left behind to come out later"
    assert printer.print(JOB) is PrintResult.PRINTED


def test_low_paper_still_prints(printer: SimulatedPrinter) -> None:
    printer.switch("paper", "low")
    assert printer.status is PrinterStatus.PAPER_LOW
    assert printer.print(JOB) is PrintResult.PRINTED


def test_bytes_sent_without_asking_wait_for_the_next_roll() -> None:
    """The trap that the dialogue exists for: the machine takes a ticket while it has no paper."""
    machine = PaperMachine(80, SystemClock())
    machine.switch("paper", "out")
    machine.write(JOB, 1.0)
    assert machine.papers() == []
    machine.switch("paper", "ok")
    assert len(machine.papers()) == 1


def test_a_roll_that_ends_in_the_middle_is_no_ticket_and_leaves_nothing_behind(
    printer: SimulatedPrinter,
) -> None:
    printer.switch("paper_mm", "20")
    assert printer.print(JOB, "A002") is PrintResult.PAPER_OUT
    assert printer.status is PrinterStatus.PAPER_OUT
    assert printer.machine.switches["paper"] == "out"
    printer.switch("paper", "ok")
    papers = printer.machine.papers()
    assert [paper.whole for paper in papers] == [False], "the half ticket, torn off with the old roll"
    assert papers[0].picture.height == 20 * escpos.DOTS_PER_MM + 16
    assert printer.print(JOB, "A002") is PrintResult.PRINTED
    assert [paper.whole for paper in printer.machine.papers()] == [False, True]


def test_a_jammed_knife_is_a_result_and_never_a_second_ticket(printer: SimulatedPrinter) -> None:
    printer.switch("cutter", "jammed")
    assert printer.look() is PrinterStatus.OK, "nobody knows before the first cut"
    assert printer.print(JOB) is PrintResult.CUTTER_ERROR
    assert printer.look() is PrinterStatus.CUTTER_ERROR
    printer.switch("cutter", "ok")
    assert printer.print(JOB) is PrintResult.PRINTED
    heights = [paper.picture.height for paper in printer.machine.papers()]
    assert heights == [316, 316], "the stuck one is cut off before the next"


def test_unplugged_in_the_middle_is_maybe() -> None:
    machine = PaperMachine(80, SystemClock(), mm_per_s=1.0)
    slow = EscposPrinter(Interrupted(machine, lambda: machine.switch("printer", "unplugged")), STANDARD)
    assert slow.print(JOB) is PrintResult.MAYBE
    assert slow.status is PrinterStatus.UNPLUGGED


@pytest.mark.parametrize(
    ("switch", "value", "result"),
    [("paper", "out", PrintResult.PAPER_OUT), ("cover", "open", PrintResult.COVER_OPEN)],
)
def test_a_fault_while_the_paper_moves_ends_the_job_with_its_name(
    switch: str, value: str, result: PrintResult
) -> None:
    machine = PaperMachine(80, SystemClock(), mm_per_s=1.0)
    slow = EscposPrinter(Interrupted(machine, lambda: machine.switch(switch, value)), STANDARD)
    assert slow.print(JOB) is result


class Interrupted:
    """A wire on which something happens right after a job was handed over."""

    bytes_per_s = PaperMachine.bytes_per_s

    def __init__(self, machine: PaperMachine, happens: Callable[[], None]) -> None:
        self._machine, self._happens = machine, happens

    def write(self, data: bytes, timeout_s: float) -> None:
        self._machine.write(data, timeout_s)
        if len(data) > 1000:
            self._happens()

    def read(self, timeout_s: float) -> bytes:
        return self._machine.read(timeout_s)

    def close(self) -> None:
        self._machine.close()


def test_paper_moves_at_its_speed_and_is_counted() -> None:
    stopwatch = [100.0]
    machine = PaperMachine(80, SystemClock(), mm_per_s=100.0, monotonic=lambda: stopwatch[0])
    machine.write(JOB, 1.0)
    stopwatch[0] += 0.2
    assert machine.last == 0
    assert 0.019 <= machine.metres <= 0.021
    stopwatch[0] += 0.2
    assert machine.last == 1
    assert machine.metres == pytest.approx(300 / 8 / 1000)


def test_stale_and_foreign_bytes_are_not_taken_for_a_status() -> None:
    class Noisy(Interrupted):
        def read(self, timeout_s: float) -> bytes:
            return b"\xff\x81" + super().read(timeout_s)

    machine = PaperMachine(80, SystemClock())
    machine.switch("paper", "out")
    assert EscposPrinter(Noisy(machine, lambda: None), STANDARD).status is PrinterStatus.PAPER_OUT


def test_every_change_of_status_is_told_once_beginning_with_the_present_one(
    printer: SimulatedPrinter,
) -> None:
    told: list[PrinterStatus] = []
    printer.on_status(told.append)
    printer.switch("paper", "low")
    printer.switch("paper", "low")
    printer.switch("cover", "open")
    printer.look()
    assert told == [PrinterStatus.OK, PrinterStatus.PAPER_LOW, PrinterStatus.COVER_OPEN]


def test_only_the_last_fifty_papers_are_kept_and_numbers_run_on(printer: SimulatedPrinter) -> None:
    small = escpos.raster_job(picture().crop((0, 0, 576, 40)))
    for _ in range(53):
        assert printer.print(small) is PrintResult.PRINTED
    assert [paper.n for paper in printer.machine.papers()] == list(range(4, 54))
    assert printer.machine.paper(3) is None
    found = printer.machine.paper(4)
    assert found is not None and found.png().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "url", ["usb:04b8:0202", "lp0", "sim:72", "sim:80?speed=3", "sim:80?mm_per_s=-1", ""]
)
def test_an_unknown_printer_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(UnknownPrinter) as refused:
        open_printer(url, SystemClock())
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("name", "value"), [("paper", "yes"), ("papier", "ok"), ("paper_mm", "-3")])
def test_an_unknown_switch_is_refused(printer: SimulatedPrinter, name: str, value: str) -> None:
    with pytest.raises(NoSuchSwitch):
        printer.switch(name, value)
