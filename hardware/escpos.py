"""The printer's language, ESC/POS: what we say to a receipt printer and how its status bytes are read.

Knows bytes only: nothing of wires, tickets or fonts. Words go out as a picture, always: code pages differ
from printer to printer and most have no Vietnamese at all. Command names follow Epson's reference; what a
cheap printer leaves out of it is a matter of the driver that owns the wire.
"""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

from hardware.print_head import HEADS, STANDARD, Head
from hardware.print_job import PrintJob
from hardware.printer import PrinterStatus

DOTS_PER_MM = 8  # 203 dpi print head
HEAD_DOTS = {mm: head.dots for mm, head in HEADS.items()}  # printable dots by paper width in mm

BAND_ROWS = 48  # 6 mm: a lost byte spoils one band, and small buffers start to print early
SKIP_ROWS = 12  # a white run at least this high is fed instead of sent
LEAN_SKIP_ROWS = 3  # the same on a slow wire: a feed and a new band are 15 bytes, a row is up to 72
LEAN_PAIRS = 4  # so many pairs of rows must be made of double dots before they are sent as such
PART_BYTES = 4096  # the smallest receive buffer that Epson's printers can be set to
KNIFE_MM = 18.0  # white between head and knife, fed with each cut (measured on common 80 mm printers)
TEAR_MM = 12.0  # white between head and tear bar

INIT = b"\x1b@"  # ESC @
CUT = b"\x1dVB\x00"  # GS V 66 0: feed to the knife, then cut
DONE = b"\x1dr\x01"  # GS r 1: queued behind the picture, so its answer means "all of it is on paper"
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 8: drop what is buffered, at once
ONLINE, OFFLINE, ERROR, PAPER = 1, 2, 3, 4  # the status asked for by DLE EOT n
ASKED = (ONLINE, OFFLINE, ERROR, PAPER)

_FIXED_MASK, _FIXED_BITS = 0x93, 0x12  # in every true answer to DLE EOT; anything else is a stray byte
_UNASKED_BITS = (
    0x10  # in the first byte of an automatic status (GS a), which some printers send by themselves
)
UNASKED_BYTES = 4
_DONE_MASK = 0x90  # both bits are clear in an answer to GS r
_FAULTS: tuple[tuple[int, int, PrinterStatus], ...] = (  # asked, bits, meaning; the first that is set wins
    (OFFLINE, 0x04, PrinterStatus.COVER_OPEN),
    (PAPER, 0x60, PrinterStatus.PAPER_OUT),
    (OFFLINE, 0x20, PrinterStatus.PAPER_OUT),
    (ERROR, 0x08, PrinterStatus.CUTTER_ERROR),
    (ERROR, 0x60, PrinterStatus.CUTTER_ERROR),  # also a head that is too hot
    (OFFLINE, 0x40, PrinterStatus.CUTTER_ERROR),  # an error of a kind that the printer does not tell
    (ONLINE, 0x08, PrinterStatus.UNPLUGGED),  # set offline, and no reason given: it would print later
    (PAPER, 0x0C, PrinterStatus.PAPER_LOW),
)


def raster_job(image: Image.Image, head: Head = STANDARD) -> PrintJob:
    """The job that prints `image` (mode "1", at most as wide as the head) from the left and cuts behind it.

    Sent as GS v 0 bands of at most 48 rows without the white at their right; white stretches are fed. For a
    lean head also without the white at their left (GS L), and what consists of squares of 2 x 2 dots, like a
    QR code, as a quarter of its dots in the printer's double mode: the same picture, in fewer bytes. Raises
    ValueError for a picture that is not 1-bit: dithering would fray the letters, so the caller thresholds on
    purpose or draws crisp.
    """
    if image.mode != "1":
        raise ValueError(f"the picture has mode {image.mode}, a thermal head needs mode 1")
    parts: list[bytes] = []
    part = bytearray(INIT + units(head))
    for command in _commands(_rows(image), head.lean):
        if len(part) + len(command) > PART_BYTES:
            parts.append(bytes(part))
            part.clear()
        part += command
    parts.append(bytes(part))
    return finished(parts, image.height / head.dots_per_mm, head)


def finished(parts: list[bytes], mm: float, head: Head) -> PrintJob:
    """A job of `parts` that print `mm` of paper, with what brings the paper out: the knife, or a feed."""
    if head.cutter:
        return PrintJob.of([*parts, CUT], mm + KNIFE_MM, 1)
    return PrintJob.of([*parts, _feed(round(TEAR_MM * head.dots_per_mm))], mm + TEAR_MM, 0)


def units(head: Head) -> bytes:
    """GS P: a feed or margin of n is n dots, on printers whose own unit is finer too."""
    return b"\x1dP" + bytes((head.dpi, head.dpi))


def ask(n: int) -> bytes:
    """DLE EOT n: answered in one byte at once, even while paper moves or is out."""
    return bytes((0x10, 0x04, n))


def is_answer(byte: int) -> bool:
    """Whether a byte can be the answer to DLE EOT; stale and foreign bytes mostly cannot."""
    return byte & _FIXED_MASK == _FIXED_BITS


def is_unasked(byte: int) -> bool:
    """Whether a byte begins an automatic status: it and the three that follow answer no question of ours."""
    return byte & _FIXED_MASK == _UNASKED_BITS


def is_done(byte: int) -> bool:
    """Whether a byte can be the answer to GS r: everything sent before it has been printed."""
    return byte & _DONE_MASK == 0


def status_of(answers: dict[int, int]) -> PrinterStatus:
    """What the answers to DLE EOT (`{n: byte}`) mean together; the worst thing wins."""
    for n, bits, meaning in _FAULTS:
        if answers.get(n, 0) & bits:
            return meaning
    return PrinterStatus.OK


# --- rows of dots -> commands -----------------------------------------------------------------------------

# Pillow packs white as 1, the head burns where a bit is 1.
_INVERTED = bytes(byte ^ 0xFF for byte in range(256))
_DOUBLE = bytes(b for b in range(256) if not (b ^ b >> 1) & 0x55)  # bytes whose dots come in pairs
_HALF = {b: (b & 1) | (b & 4) >> 1 | (b & 16) >> 2 | (b & 64) >> 3 for b in _DOUBLE}


def _rows(image: Image.Image) -> list[bytes]:
    stride = (image.width + 7) // 8
    paper = image
    if image.width != stride * 8:
        paper = Image.new("1", (stride * 8, image.height), 1)
        paper.paste(image, (0, 0))
    dots = bytes(paper.tobytes()).translate(_INVERTED)
    return [dots[at : at + stride] for at in range(0, len(dots), stride)]


def _commands(rows: list[bytes], lean: bool) -> Iterator[bytes]:
    """The commands that print `rows` one below the other, each command whole."""
    ends = [len(row.rstrip(b"\0")) for row in rows]  # 0: a white row
    starts = [len(row) - len(row.lstrip(b"\0")) if lean else 0 for row in rows]
    skip = LEAN_SKIP_ROWS if lean else SKIP_ROWS
    margin = at = 0
    while at < len(rows):
        white = _white(ends, at)
        if white:
            yield _feed(white)
            at += white
            continue
        pairs = _pairs(rows, ends, at) if lean else 0
        double = pairs >= LEAN_PAIRS
        stop = at + 2 * pairs if double else _band_end(starts, ends, at, skip)
        inked = [n for n in range(at, stop) if ends[n]]
        left, right = min(starts[n] for n in inked), max(ends[n] for n in inked)
        right += double * (right - left) % 2  # two bytes make one of double dots
        command = bytearray()
        if left != margin:
            command += b"\x1dL" + (8 * left).to_bytes(2, "little")
            margin = left
        if double:
            band = [_halved(row[left:right].ljust(right - left, b"\0")) for row in rows[at:stop:2]]
        else:
            band = [row[left:right] for row in rows[at:stop]]
        yield bytes(command + _raster(band, double))
        at = stop
    if margin:
        yield b"\x1dL\0\0"


def _white(ends: list[int], at: int) -> int:
    stop = at
    while stop < len(ends) and not ends[stop]:
        stop += 1
    return stop - at


def _band_end(starts: list[int], ends: list[int], at: int, skip: int) -> int:
    """Where the band that starts at row `at` stops.

    Full, or before white worth feeding, or where a band of its own makes the following row cheaper.
    """
    left, right, stop = starts[at], ends[at], at
    while stop < len(ends) and stop - at < BAND_ROWS:
        white = _white(ends, stop) if not ends[stop] else 0
        if white >= skip or (white and stop + white == len(ends)):
            break
        if not white:
            wide_left, wide_right = min(left, starts[stop]), max(right, ends[stop])
            together = (wide_right - wide_left) * (stop - at + 1)
            apart = (right - left) * (stop - at) + ends[stop] - starts[stop] + _BAND_COST
            if stop > at and together > apart:
                break
            left, right = wide_left, wide_right
        stop += 1
    return stop


def _pairs(rows: list[bytes], ends: list[int], at: int) -> int:
    """How many pairs of equal rows of paired dots follow from row `at` on, at most a band full."""
    count = 0
    while count < BAND_ROWS and (top := at + 2 * count) + 1 < len(rows):
        if not ends[top] or rows[top] != rows[top + 1] or rows[top].translate(None, _DOUBLE):
            break
        count += 1
    return count


def _halved(row: bytes) -> bytes:
    """Every second dot of a row of paired dots."""
    return bytes(_HALF[row[at]] << 4 | _HALF[row[at + 1]] for at in range(0, len(row), 2))


# Printers obey DLE EOT, ENQ and DC4 inside a picture too: they would answer, go on after an error, or switch
# themselves off. Such a place, which is rare, gets one dot more.
_REAL_TIME = {b"\x10\x04": b"\x10\x0c", b"\x10\x05": b"\x10\x0d", b"\x10\x14": b"\x10\x1c"}
_BAND_COST = 12  # GS v 0 with its sizes, and GS L


def _raster(band: list[bytes], double: bool) -> bytes:
    """GS v 0: rows of equal length, each dot once, or twice both ways."""
    sizes = len(band[0]).to_bytes(2, "little") + len(band).to_bytes(2, "little")
    dots = b"".join(band)
    for command, harmless in _REAL_TIME.items():
        dots = dots.replace(command, harmless)
    return b"\x1dv0" + bytes((3 * double,)) + sizes + dots


def _feed(rows: int) -> bytes:
    full, rest = divmod(rows, 255)
    return b"\x1bJ\xff" * full + (b"\x1bJ" + bytes((rest,)) if rest else b"")
