"""The printer's language: what is sent is what the picture says, in pieces a small printer can swallow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image, ImageChops

from hardware import escpos
from hardware.clock import SystemClock
from hardware.paper_machine import PaperMachine
from hardware.print_head import STANDARD
from hardware.printer import PrinterStatus
from tests.hardware.independent import Independent

HARMLESS = bytes(0 if byte ^ 0xFF in (0x04, 0x05, 0x14) else byte for byte in range(256))


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 576),
    rows=st.lists(st.tuples(st.integers(1, 160), st.sampled_from([0, 1, 2, 3])), min_size=1, max_size=8),
    lean=st.booleans(),
)
def test_any_picture_comes_out_dot_for_dot(width: int, rows: list[tuple[int, int]], lean: bool) -> None:
    """Stretches of white, of black, of a pattern that holds nearly every byte, and of squares of double dots.

    The bytes left out are the second ones of real-time commands: such a place gets one dot more.
    """
    image = Image.new("1", (width, sum(count for count, _ in rows)), 1)
    y = 0
    for count, kind in rows:
        for _ in range(count):
            if kind == 1:
                image.paste(0, (0, y, width, y + 1))
            if kind == 2:
                pattern = bytes((at * 7 + y) % 256 for at in range((width + 7) // 8)).translate(HARMLESS)
                image.paste(Image.frombytes("1", (width, 1), pattern), (0, y))
            if kind == 3:
                pairs = bytes((0xF3, 0x0C, 0xFF)[(at + y // 2) % 3] for at in range((width + 7) // 8))
                image.paste(Image.frombytes("1", (width, 1), pairs), (0, y))
            y += 1
    machine = PaperMachine(80, SystemClock())
    job = escpos.raster_job(image, replace(STANDARD, lean=lean))
    machine.write(job, 1.0)
    paper = machine.paper()
    assert paper is not None
    assert paper.picture.crop((0, 0, width, image.height)).tobytes() == image.tobytes()
    assert paper.picture.height == image.height + 16
    theirs = Independent()
    theirs.write(job)
    for seen in theirs.papers:  # none of a white picture
        assert seen.tobytes() == paper.picture.crop((0, 0, 576, seen.height)).tobytes()
    assert theirs.unknown == []


@pytest.mark.parametrize("command", [b"\x10\x04\x01", b"\x10\x05\x02", escpos.CLEAR])
def test_a_picture_that_reads_like_a_command_gets_one_dot_more(command: bytes) -> None:
    image = Image.frombytes("1", (8 * len(command), 1), bytes(byte ^ 0xFF for byte in command))
    machine = PaperMachine(80, SystemClock())
    job = escpos.raster_job(image)
    assert command not in job
    machine.write(job, 1.0)
    paper = machine.paper()
    assert paper is not None and machine.read(0.0) == b"", "nothing was asked"
    seen = paper.picture.crop((0, 0, *image.size))
    assert ImageChops.logical_xor(seen, image).histogram()[255] == 1


def test_a_code_is_sent_as_a_quarter_of_its_dots_on_a_slow_wire() -> None:
    squares = Image.effect_noise((60, 60), 90).point(lambda grey: 255 * (grey > 127)).convert("1")
    image = squares.resize((240, 240), Image.Resampling.NEAREST)
    usual, lean = (len(escpos.raster_job(image, replace(STANDARD, lean=lean))) for lean in (False, True))
    assert lean < usual / 3.5


def test_white_is_fed_and_not_sent() -> None:
    image = Image.new("1", (576, 800), 1)
    image.paste(0, (0, 0, 576, 20))
    image.paste(0, (0, 780, 576, 800))
    assert len(escpos.raster_job(image)) < 3200


def test_a_band_is_at_most_48_rows_and_a_part_at_most_4_kb() -> None:
    job = escpos.raster_job(Image.new("1", (576, 600), 0))
    at, heights = 0, []
    while (at := job.find(b"\x1dv0\x00", at)) >= 0:
        heights.append(int.from_bytes(job[at + 6 : at + 8], "little"))
        at += 8
    assert heights == [48] * 12 + [24]
    assert b"".join(job.parts) == job and max(map(len, job.parts)) <= 4096
    assert job.parts[-1] == escpos.CUT, "the cut leaves alone, when all before it is on paper"


def test_a_picture_with_grey_is_refused() -> None:
    with pytest.raises(ValueError, match="mode"):
        escpos.raster_job(Image.new("L", (576, 10)))


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({2: 0x12, 3: 0x12, 4: 0x12}, PrinterStatus.OK),
        ({2: 0x12, 3: 0x12, 4: 0x1E}, PrinterStatus.PAPER_LOW),
        ({2: 0x32, 3: 0x12, 4: 0x7E}, PrinterStatus.PAPER_OUT),
        ({2: 0x36, 3: 0x12, 4: 0x72}, PrinterStatus.COVER_OPEN),
        ({2: 0x52, 3: 0x1A, 4: 0x12}, PrinterStatus.CUTTER_ERROR),
        ({1: 0x1A, 2: 0x12, 3: 0x12, 4: 0x12}, PrinterStatus.UNPLUGGED),
        ({1: 0x1A, 2: 0x32, 3: 0x12, 4: 0x7E}, PrinterStatus.PAPER_OUT),
    ],
)
def test_status_bytes_are_read_worst_first(answers: dict[int, int], status: PrinterStatus) -> None:
    assert escpos.status_of(answers) is status


def test_a_byte_is_an_answer_or_an_end_and_never_both() -> None:
    for byte in range(256):
        assert not (escpos.is_answer(byte) and escpos.is_done(byte))
