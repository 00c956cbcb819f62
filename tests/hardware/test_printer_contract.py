"""Every driver of an answering printer keeps the same promises, the simulated one and the real ones alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from hardware import escpos
from hardware.print_job import PrintJob
from hardware.printer import PrinterStatus, PrintResult
from tests.hardware.printers import ANSWERING, Stand

SOON_S = 15.0  # longer, and it never comes


def picture() -> Image.Image:
    image = Image.new("1", (576, 800), 1)
    draw = ImageDraw.Draw(image)
    for y in range(0, 800, 40):
        draw.rectangle((y % 97, y, 575 - y % 61, y + 33), fill=0)
    return image


PICTURE = picture()


@pytest.fixture(params=ANSWERING)
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    with ANSWERING[request.param](tmp_path) as there:
        yield there


def job(stand: Stand) -> PrintJob:
    return escpos.raster_job(PICTURE, stand.printer.head)


def becomes(stand: Stand, status: PrinterStatus) -> None:
    limit = time.monotonic() + SOON_S
    while stand.printer.look() is not status:
        assert time.monotonic() < limit, f"{stand.printer.status}, never {status}"


def whole(stand: Stand) -> list[bool]:
    return [paper.whole for paper in stand.machine.papers()]


def test_it_prints_the_picture_and_says_printed(stand: Stand) -> None:
    assert stand.printer.status is PrinterStatus.OK
    assert stand.printer.print(job(stand), "A001") is PrintResult.PRINTED
    (paper,) = stand.machine.papers()
    assert paper.whole and paper.picture.crop((0, 0, 576, 800)).tobytes() == PICTURE.tobytes()


def test_low_paper_is_told_and_prints(stand: Stand) -> None:
    stand.switch("paper", "low")
    assert stand.printer.look() is PrinterStatus.PAPER_LOW
    assert stand.printer.print(job(stand)) is PrintResult.PRINTED


@pytest.mark.parametrize(
    ("switch", "wrong", "right", "status", "result"),
    [
        ("paper", "out", "ok", PrinterStatus.PAPER_OUT, PrintResult.PAPER_OUT),
        ("cover", "open", "closed", PrinterStatus.COVER_OPEN, PrintResult.COVER_OPEN),
    ],
)
def test_a_fault_refuses_the_job_and_nothing_comes_out_later(
    stand: Stand, switch: str, wrong: str, right: str, status: PrinterStatus, result: PrintResult
) -> None:
    stand.switch(switch, wrong)
    assert stand.printer.print(job(stand)) is result
    assert stand.printer.status is status
    stand.switch(switch, right)
    assert stand.printer.look() is PrinterStatus.OK
    assert stand.machine.papers() == []


def test_paper_that_ends_in_mid_ticket_is_no_ticket_and_nothing_of_it_comes_out_later(stand: Stand) -> None:
    stand.switch("paper_mm", "30")
    assert stand.printer.print(job(stand), "A002") is PrintResult.PAPER_OUT
    assert stand.printer.look() is PrinterStatus.PAPER_OUT
    stand.switch("paper", "ok")
    assert stand.printer.look() is PrinterStatus.OK
    assert whole(stand) == [False], "the half ticket went with the old roll"
    assert stand.printer.print(job(stand), "A002") is PrintResult.PRINTED
    assert whole(stand) == [False, True]
    assert stand.machine.papers()[-1].picture.crop((0, 0, 576, 800)).tobytes() == PICTURE.tobytes()


def test_a_stuck_knife_is_told_and_no_second_ticket_follows(stand: Stand) -> None:
    stand.switch("cutter", "jammed")
    assert stand.printer.print(job(stand)) is PrintResult.CUTTER_ERROR
    assert stand.printer.look() is PrinterStatus.CUTTER_ERROR
    stand.switch("cutter", "ok")
    assert stand.printer.look() is PrinterStatus.OK
    assert stand.printer.print(job(stand)) is PrintResult.PRINTED
    heights = [paper.picture.height for paper in stand.machine.papers()]
    assert heights == [816, 816], "the stuck one is cut off before the next"


def test_a_pulled_plug_is_told_and_it_recovers_by_itself(stand: Stand) -> None:
    stand.unplug()
    assert stand.printer.print(job(stand)) is PrintResult.UNPLUGGED
    assert stand.printer.status is PrinterStatus.UNPLUGGED
    stand.replug()
    becomes(stand, PrinterStatus.OK)
    assert stand.printer.print(job(stand)) is PrintResult.PRINTED
    assert whole(stand) == [True]


def test_a_silent_printer_is_as_good_as_unplugged(stand: Stand) -> None:
    stand.switch("printer", "silent")
    assert stand.printer.print(job(stand)) is PrintResult.UNPLUGGED
    stand.switch("printer", "plugged")
    becomes(stand, PrinterStatus.OK)


def test_changes_are_told_by_its_own_thread(stand: Stand) -> None:
    told: list[PrinterStatus] = []
    stand.printer.on_status(told.append)
    stand.switch("paper", "out")
    limit = time.monotonic() + SOON_S
    while told[-1] is not PrinterStatus.PAPER_OUT:
        assert time.monotonic() < limit
        time.sleep(0.01)
    stand.switch("paper", "ok")
    while told[-1] is not PrinterStatus.OK:
        assert time.monotonic() < limit
        time.sleep(0.01)
    assert told == [PrinterStatus.OK, PrinterStatus.PAPER_OUT, PrinterStatus.OK]
