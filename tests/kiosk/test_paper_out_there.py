"""Tickets on a printer that we did not write: what it makes of our bytes is the ticket, dot for dot.

emupos reads the bytes by Epson's published reference and shares nothing with our simulator. The codes on its
paper are read by zxing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageFilter

from broker.messages import Words
from hardware import escpos
from hardware.clock import SystemClock
from hardware.escpos_printer import ANSWER_S, SLOWEST_MM_PER_S
from hardware.escpos_text import ascii_of
from hardware.paper_machine import PaperMachine
from hardware.print_head import HEADS, Head
from hardware.printer import Printer, PrinterStatus, PrintResult, open_printer
from hardware.printer_pace import BAUDS, LINE_BITS, ON_THE_LINE_S, checked_baud, ticket_s
from hardware.printer_profiles import head_of
from kiosk.plain import plain_job
from kiosk.printing import made
from kiosk.state.memory import PRINT_S
from kiosk.ticket import draw, slip
from tests.hardware.independent import Independent
from tests.hardware.printers import Terminal
from tests.hardware.tcp_printer import TcpPrinter
from tests.kiosk.test_ticket import CASES, HALL, LONG, PLAN, QR, URL, ZONE, reply

HEADS_TRIED: dict[str, Head] = {
    "80 mm": HEADS[80],
    "58 mm": HEADS[58],
    "80 mm, slow wire": replace(HEADS[80], lean=True),
    "58 mm, slow wire": replace(HEADS[58], lean=True),
    "180 dpi": head_of("TM-T88V", None),
    "58 mm, wide head": head_of("RP-F10-58mm", None),
}
SERIAL_80 = HEADS_TRIED["80 mm, slow wire"]
BAUD_BYTES_PER_S = 115200 / 10
WORDS = slip(reply(), PLAN, HALL, ZONE)
HOSTILE = {
    "controls": "\x00\x07\x10\x04\x01\x1b\x7f\x9b Sở Y tế",
    "initialise and cut": "\x1b@\x1dV\x00\x1dVB\x00 Hộ tịch",
    "a status question": "\x10\x04\x04\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",
    "5000 letters": "Đất đai " * 625,
    "one long word": "Ẫ" * 5000,
    "piled marks": "H" + "\u0300\u0323\u0302" * 900 + "ộ tịch",
    "turned round": "\u202eHộ tịch\u2066 nghịch\u200f",
    "line breaks": "Hộ\r\n\x0b\x0c\u2028\u2029tịch",
    "lone surrogate": "H\ud800ộ tịch",
    "nothing": "\x1b\x1b\x1b",
}


def on_paper(data: bytes, head: Head) -> tuple[Image.Image, Independent]:
    """What comes out, one piece, cut; and nothing that the printer did not understand."""
    machine = Independent(width=head.dots)
    machine.write(data)
    assert machine.unknown == []
    (paper,) = machine.papers
    return paper, machine


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", HEADS_TRIED)
def test_the_ticket_comes_out_dot_for_dot_and_its_code_reads(kind: str, case: str) -> None:
    head = HEADS_TRIED[kind]
    words = slip(reply(**CASES[case]), PLAN, HALL, ZONE)
    picture = draw(words, head)
    job = made(words, head)
    assert len(job) < 60_000
    paper, machine = on_paper(job, head)
    assert machine.cut == [True]
    blank_foot = Image.new("1", picture.size, 1)
    blank_foot.paste(paper, (0, 0))  # its papers end with the last dot
    assert blank_foot.tobytes() == picture.tobytes()
    worn = paper.convert("L").filter(ImageFilter.MaxFilter(3))  # every black edge a dot thinner
    for version in (paper.convert("L"), worn):
        assert [code.text for code in zxingcpp.read_barcodes(version, formats=QR)] == [words.url]


@pytest.mark.parametrize("case", CASES)
def test_a_ticket_crosses_a_serial_line_in_less_than_two_and_a_half_seconds(case: str) -> None:
    """Counted, not timed: 10 bits a byte at 115,200 baud, with the questions in between."""
    job = made(slip(reply(**CASES[case]), PLAN, HALL, ZONE), SERIAL_80)
    questions = 4 * len(escpos.ASKED) * 3 + 3 * len(job.parts)  # each 3 bytes; the acknowledgements
    assert len(job) + questions < 28_000
    assert (len(job) + questions) / BAUD_BYTES_PER_S < 2.5


@pytest.mark.parametrize("baud", BAUDS)
@pytest.mark.parametrize("lean", [True, False], ids=["lean", "full"])
@pytest.mark.parametrize("width_mm", [80, 58])
def test_a_line_that_a_kiosk_takes_brings_every_ticket_out_before_it_gives_up(
    width_mm: int, lean: bool, baud: int
) -> None:
    """Counted: the bytes of each ticket at that speed, the questions, the paper, the drawing."""
    head = replace(HEADS[width_mm], lean=lean)
    letters = replace(head, raster=False)
    for case, changes in CASES.items():
        words = slip(reply(**changes), PLAN, HALL, ZONE)
        for tried in (head, letters):
            job = made(words, tried)
            took = len(job) * LINE_BITS / baud
            assert took <= ticket_s(tried, baud), case
            if ticket_s(tried, baud) <= ON_THE_LINE_S:
                paper_s = job.mm / SLOWEST_MM_PER_S
                assert took + paper_s + 4 * ANSWER_S + 0.5 < PRINT_S, case
    if baud >= 4800:
        assert checked_baud(letters, baud) == baud


@pytest.mark.parametrize(
    ("width_mm", "lean", "slowest"),
    [(80, True, 57600), (80, False, 115200), (58, True, 38400), (58, False, 57600)],
)
def test_the_slowest_line_is_what_the_documents_say(width_mm: int, lean: bool, slowest: int) -> None:
    head = replace(HEADS[width_mm], lean=lean)
    assert min(b for b in BAUDS if ticket_s(head, b) <= ON_THE_LINE_S) == slowest
    letters = replace(head, raster=False)
    assert min(b for b in BAUDS if ticket_s(letters, b) <= ON_THE_LINE_S) == 4800


def test_what_really_crosses_the_serial_line_is_no_more_than_that(tmp_path: Path) -> None:
    machine = PaperMachine(80, SystemClock())
    with Terminal(machine, tmp_path / "ttyS9") as far:
        printer = open_printer(f"serial://{far.link}", SystemClock())
        assert printer.head == SERIAL_80
        before = far.received
        assert printer.print(made(WORDS, printer.head), WORDS.number) is PrintResult.PRINTED
        printer.close()
        assert far.received - before < 28_000
    (paper,) = machine.papers()
    picture = draw(WORDS, SERIAL_80)
    assert paper.picture.crop((0, 0, 576, picture.height)).tobytes() == picture.tobytes()


def test_a_printer_without_a_knife_gets_no_cut_and_a_feed_to_tear() -> None:
    head = head_of("POS-5890", None)
    job = made(slip(reply(), PLAN, HALL, ZONE), head)
    machine = Independent(width=head.dots)
    machine.write(job)
    assert machine.papers == [] and machine.unknown == []
    assert job.endswith(b"\x1bJ" + bytes((96,))) and job.cuts == 0


@pytest.mark.parametrize("head", [replace(HEADS[mm], raster=False) for mm in HEADS], ids=["80 mm", "58 mm"])
def test_without_pictures_the_same_words_come_out_as_plain_letters(head: Head) -> None:
    words = slip(
        reply(number="A12-1000", service=LONG, klass="priority", dossier="H42.05-260117-0001"),
        PLAN,
        HALL,
        ZONE,
    )
    _, machine = on_paper(made(words, head), head)
    (text,) = machine.texts
    said = " ".join(text.split())
    for word in (
        "So thu tu *",
        "A12-1000",
        "Dang ky bien dong quyen su dung dat",
        "Khu B - quay 6, 7, 8",
        "So nguoi truoc: 4 nguoi",
        "15-25 phut",
        "08:12, Thu hai 23/11/2026",
        "Ma ho so: H42.05-260117-0001",
        "Ma huy so: 4821",
        "Qua luot: bao quay trong 15 phut.",
        "Hoi: 1022",
    ):
        assert word in said
    assert URL in text.replace("\n", "")
    assert max(map(len, text.splitlines())) <= head.letters
    tallest = max(len(run) for run in re.findall("x+", _rows_with_ink(machine.papers[0])))
    assert tallest >= 12 * escpos.DOTS_PER_MM, "the number"


def _rows_with_ink(paper: Image.Image) -> str:
    grey = paper.convert("L")
    rows = (grey.crop((0, y, grey.width, y + 1)).getextrema()[0] for y in range(grey.height))
    return "".join(" " if darkest else "x" for darkest in rows)


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("raster", [True, False], ids=["picture", "letters"])
def test_hostile_words_are_harmless_words_on_paper(kind: str, raster: bool) -> None:
    """In every place at once: no command of theirs arrives, and it is one ticket with one cut at its end."""
    bad = Words(vi=HOSTILE[kind], en=HOSTILE[kind])
    changes: dict[str, Any] = {"service": bad, "authority": bad, "place": bad, "number": HOSTILE[kind][:12]}
    plan = type(PLAN)(authorities=(), groups=(), documents=bad, hotline=HOSTILE[kind])
    head = replace(HEADS[80], raster=raster)
    job = made(slip(reply(**changes), plan, bad, ZONE), head)
    _, machine = on_paper(job, head)
    assert machine.cut == [True]
    assert job.mm <= 250, "and does not use up the roll"
    if not raster:
        commands = re.sub(rb"\x1b@|\x1ba[\x00\x01]|\x1bE[\x00\x01]|\x1d![\x00-\x77]|\x1dVB\x00|\n", b"", job)
        assert re.fullmatch(rb"[ -~]*", commands)


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("Số thứ tự: Đã gọi ẪỆỰỠẵ", "So thu tu: Da goi AEUOa"),
        ("15–25 phút…", "15-25 phut..."),
        ("\x1b@\x1dV\x00Hộ\u202e tịch", "@VHo tich"),
        ("Sở 🏛 中", "So ? ?"),
        ("", ""),
    ],
)
def test_letters_lose_their_marks_and_nothing_else_gets_through(words: str, plain: str) -> None:
    assert ascii_of(words) == plain


# --- on the network, with its own idea of status ----------------------------------------------------------


class Far:
    """emupos behind our socket: its faults by the names of our switches."""

    def __init__(self) -> None:
        self.paper = Independent()
        self.write, self.read = self.paper.write, self.paper.read
        self.switches = {"printer": "plugged"}


@pytest.fixture
def far() -> Iterator[Far]:
    yield Far()


@pytest.fixture
def printer(far: Far) -> Iterator[Printer]:
    with TcpPrinter(far) as there:
        opened = open_printer(there.url, SystemClock())
        yield opened
        opened.close()


JOB = made(WORDS, HEADS[80])


def test_it_prints_over_the_network_and_says_so(far: Far, printer: Printer) -> None:
    assert printer.status is PrinterStatus.OK
    assert printer.print(JOB, "B047") is PrintResult.PRINTED
    assert far.paper.cut == [True] and far.paper.unknown == []


@pytest.mark.parametrize(
    ("fault", "status", "result"),
    [
        ("paper-near-end", PrinterStatus.PAPER_LOW, PrintResult.PRINTED),
        ("paper-out", PrinterStatus.PAPER_OUT, PrintResult.PAPER_OUT),
        ("cover-open", PrinterStatus.COVER_OPEN, PrintResult.COVER_OPEN),
        ("offline", PrinterStatus.UNPLUGGED, PrintResult.UNPLUGGED),
    ],
)
def test_its_faults_are_understood_and_refuse_the_ticket_before_its_first_byte(
    far: Far, printer: Printer, fault: str, status: PrinterStatus, result: PrintResult
) -> None:
    far.paper.fault(fault, True)
    assert printer.look() is status
    assert printer.print(JOB) is result
    far.paper.fault(fault, False)
    assert printer.look() is PrinterStatus.OK
    assert len(far.paper.papers) == (result is PrintResult.PRINTED)


def test_a_fault_in_mid_ticket_leaves_no_whole_ticket_to_come_out_later(far: Far, printer: Printer) -> None:
    """emupos forgets nothing: what it holds is printed when paper is back. The cut was not among it."""
    taken = [0]

    def write(data: bytes, timeout_s: float) -> None:
        taken[0] += len(data)
        if taken[0] > len(JOB) // 2:
            far.paper.fault("paper-out", True)
        far.paper.write(data)

    far.write = write
    assert printer.print(JOB) is PrintResult.PAPER_OUT
    far.write = far.paper.write
    assert printer.look() is PrinterStatus.PAPER_OUT
    far.paper.fault("paper-out", False)
    limit = time.monotonic() + 15
    while printer.look() is not PrinterStatus.OK:
        assert time.monotonic() < limit
    assert far.paper.papers == []
    assert printer.print(JOB) is PrintResult.PRINTED
    rest, whole = far.paper.papers
    assert zxingcpp.read_barcodes(rest.convert("L"), formats=QR) == []
    assert zxingcpp.read_barcodes(whole.convert("L"), formats=QR)[0].text == WORDS.url


@pytest.mark.parametrize("theirs", [True, False], ids=["emupos", "ours"])
def test_half_a_picture_of_a_program_that_died_is_ended_and_cut_off(theirs: bool) -> None:
    """emupos takes questions inside a picture for dots, our machine answers them: printers do either."""
    far = Far()
    ours = PaperMachine(80, SystemClock())
    machine = far if theirs else ours
    machine.write(JOB[: len(JOB) // 2], 1.0)
    with TcpPrinter(machine) as there:
        printer = open_printer(there.url, SystemClock())
        assert printer.status is PrinterStatus.OK
        assert printer.print(JOB) is PrintResult.PRINTED
        printer.close()
    papers = far.paper.papers if theirs else [paper.picture for paper in ours.papers()]
    assert len(papers) == 2
    picture = draw(WORDS, HEADS[80])
    rows = min(picture.height, papers[1].height)
    seen, meant = (each.crop((0, 0, 576, rows)).tobytes() for each in (papers[1], picture))
    assert seen == meant


def test_plain_letters_go_the_same_way(far: Far, printer: Printer) -> None:
    assert printer.print(plain_job(WORDS, HEADS[80])) is PrintResult.PRINTED
    assert "So thu tu" in far.paper.texts[0]
