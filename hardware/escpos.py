"""The printer's language, ESC/POS: what we say to a receipt printer and how its status bytes are read.

Knows bytes only: nothing of wires, tickets or fonts. Words go out as a picture, always: code pages differ
from printer to printer and most have no Vietnamese at all. Command names follow Epson's reference; what a
cheap printer leaves out of it is a matter of the driver that owns the wire.
"""

from __future__ import annotations

from PIL import Image

from hardware.printer import PrinterStatus

DOTS_PER_MM = 8  # 203 dpi print head
HEAD_DOTS = {80: 576, 58: 384}  # printable dots by paper width in mm

BAND_ROWS = 128  # short bands: a lost byte spoils one band, and small buffers start to print early
SKIP_ROWS = 12  # a white run at least this high is cheaper as a feed than as zeros

INIT = b"\x1b@"  # ESC @
UNITS = b"\x1dP\xcb\xcb"  # GS P 203 203: a feed of n is n dots, on printers whose own unit is finer too
CUT = b"\x1dVB\x00"  # GS V 66 0: feed to the knife, then cut
DONE = b"\x1dr\x01"  # GS r 1: queued behind the picture, so its answer means "all of it is on paper"
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 8: drop what is buffered, at once
OFFLINE, ERROR, PAPER = 2, 3, 4  # the status asked for by DLE EOT n

_FIXED_MASK, _FIXED_BITS = 0x93, 0x12  # in every true answer to DLE EOT; anything else is a stray byte
_DONE_MASK = 0x90  # both bits are clear in an answer to GS r
_FAULTS: tuple[tuple[int, int, PrinterStatus], ...] = (  # asked, bits, meaning; the first that is set wins
    (OFFLINE, 0x04, PrinterStatus.COVER_OPEN),
    (PAPER, 0x60, PrinterStatus.PAPER_OUT),
    (OFFLINE, 0x20, PrinterStatus.PAPER_OUT),
    (ERROR, 0x08, PrinterStatus.CUTTER_ERROR),
    (ERROR, 0x60, PrinterStatus.CUTTER_ERROR),
    (PAPER, 0x0C, PrinterStatus.PAPER_LOW),
)


def raster_job(image: Image.Image) -> bytes:
    """The bytes that print `image` (mode "1", at most as wide as the head) from the left and cut behind it.

    Sent as GS v 0 bands of at most 128 rows; white stretches are fed instead. Raises ValueError for a picture
    that is not 1-bit: dithering would fray the letters, so the caller thresholds on purpose or draws crisp.
    """
    if image.mode != "1":
        raise ValueError(f"the picture has mode {image.mode}, a thermal head needs mode 1")
    stride = (image.width + 7) // 8
    paper = image if image.width == stride * 8 else _widened(image, stride * 8)
    # Pillow packs white as 1, the head burns where a bit is 1
    dots = bytes(paper.tobytes()).translate(_INVERTED)
    blank = bytes(stride)
    rows = [dots[at : at + stride] for at in range(0, len(dots), stride)]
    out = bytearray(INIT + UNITS)
    at = 0
    while at < len(rows):
        white = _run(rows, at, blank)
        if white >= SKIP_ROWS or at + white == len(rows):
            out += _feed(white)
            at += white
            continue
        end = _band_end(rows, at, blank)
        out += b"\x1dv0\x00" + stride.to_bytes(2, "little") + (end - at).to_bytes(2, "little")
        out += b"".join(rows[at:end])
        at = end
    out += CUT
    return bytes(out)


def ask(n: int) -> bytes:
    """DLE EOT n: answered in one byte at once, even while paper moves or is out."""
    return bytes((0x10, 0x04, n))


def is_answer(byte: int) -> bool:
    """Whether a byte can be the answer to DLE EOT; stale and foreign bytes mostly cannot."""
    return byte & _FIXED_MASK == _FIXED_BITS


def is_done(byte: int) -> bool:
    """Whether a byte can be the answer to GS r: everything sent before it has been printed."""
    return byte & _DONE_MASK == 0


def status_of(answers: dict[int, int]) -> PrinterStatus:
    """What the answers to DLE EOT (`{n: byte}`) mean together; the worst thing wins."""
    for n, bits, meaning in _FAULTS:
        if answers.get(n, 0) & bits:
            return meaning
    return PrinterStatus.OK


_INVERTED = bytes(byte ^ 0xFF for byte in range(256))


def _widened(image: Image.Image, width: int) -> Image.Image:
    wide = Image.new("1", (width, image.height), 1)
    wide.paste(image, (0, 0))
    return wide


def _run(rows: list[bytes], at: int, blank: bytes) -> int:
    end = at
    while end < len(rows) and rows[end] == blank:
        end += 1
    return end - at


def _band_end(rows: list[bytes], at: int, blank: bytes) -> int:
    """Where the band that starts at row `at` stops: full, or before white worth feeding, or at the end."""
    end = at
    while end < len(rows) and end - at < BAND_ROWS:
        white = _run(rows, end, blank)
        if white >= SKIP_ROWS or (white and end + white == len(rows)):
            break
        end += max(white, 1)
    return min(end, at + BAND_ROWS)


def _feed(rows: int) -> bytes:
    full, rest = divmod(rows, 255)
    return b"\x1bJ\xff" * full + (b"\x1bJ" + bytes((rest,)) if rest else b"")
