"""Metres and cuts are counted from what came out, and begin anew with a roll."""

from __future__ import annotations

import pytest
from PIL import Image

from hardware import escpos
from hardware.paper_count import PaperCount
from hardware.print_head import STANDARD, Head
from hardware.printer import PrinterStatus, PrintResult

JOB = escpos.raster_job(Image.new("1", (576, 800), 0))


def test_a_job_knows_its_millimetres_and_its_cut() -> None:
    assert (JOB.mm, JOB.cuts) == (100 + escpos.KNIFE_MM, 1)
    torn = escpos.raster_job(Image.new("1", (384, 800), 0), Head(58, 384, cutter=False))
    assert (torn.mm, torn.cuts) == (100 + escpos.TEAR_MM, 0)
    assert escpos.CUT not in torn
    fine = escpos.raster_job(Image.new("1", (512, 720), 0), Head(80, 512, 180 / 25.4))
    assert fine.mm == pytest.approx(720 / 180 * 25.4 + escpos.KNIFE_MM)


@pytest.mark.parametrize("result", list(PrintResult))
def test_paper_is_counted_where_it_may_have_come_out(result: PrintResult) -> None:
    came_out = result in (
        PrintResult.PRINTED,
        PrintResult.SENT,
        PrintResult.MAYBE,
        PrintResult.CUTTER_ERROR,
    )
    count = PaperCount(total_mm=1000, roll_mm=500, cuts=7).printed(JOB, result)
    assert count.metres == pytest.approx(1.118 if came_out else 1.0)
    assert count.roll_m == pytest.approx(0.618 if came_out else 0.5)
    assert count.cuts == 7 + (came_out and result is not PrintResult.CUTTER_ERROR)


def test_a_new_roll_is_seen_when_paper_is_back_and_at_no_other_time() -> None:
    count = PaperCount(roll_mm=60_000)
    for status in (
        PrinterStatus.PAPER_LOW,
        PrinterStatus.COVER_OPEN,
        PrinterStatus.OK,
        PrinterStatus.UNPLUGGED,
    ):
        count = count.seen(status)
    assert count.roll_m == 60
    for status in (PrinterStatus.PAPER_OUT, PrinterStatus.COVER_OPEN, PrinterStatus.UNPLUGGED):
        count = count.seen(status)
        assert count.roll_m == 60
    assert count.seen(PrinterStatus.PAPER_LOW).roll_m == 0
    assert count.seen(PrinterStatus.OK) == PaperCount()


def test_the_standard_head_is_the_80_mm_one() -> None:
    assert (STANDARD.width_mm, STANDARD.dots, STANDARD.dpi, STANDARD.letters) == (80, 576, 203, 48)
