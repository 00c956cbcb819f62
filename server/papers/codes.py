"""A dossier's code as pictures for scanners: Code 128 for lasers, QR for cameras. Pure."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import segno
from PIL import Image

# Widths of bars and gaps by value (ISO/IEC 15417), the start of set B, and the stop.
_TABLE: Final = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 "
    "122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 "
    "322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 "
    "112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 "
    "331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 "
    "112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 "
    "124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 "
    "411311 113141 114131 311141 411131 211412 211214 211232 "
)
_PATTERNS: Final = _TABLE.split()
_START_B: Final = 104
_STOP: Final = "2331112"
QUIET: Final = 10  # modules of white on either side
MODULE_PX: Final = 3
HIGH_PX: Final = 90
QR_PX: Final = 6


def code128(text: str) -> bytes:
    """A PNG. text: printable ASCII. Raises ValueError for anything else."""
    values = [ord(letter) - 32 for letter in text]
    if not values or not all(0 <= value < 95 for value in values):
        raise ValueError("no code 128")
    check = (_START_B + sum(place * value for place, value in enumerate(values, 1))) % 103
    widths = "".join(_PATTERNS[value] for value in (_START_B, *values, check)) + _STOP
    modules = QUIET * [255]
    for place, width in enumerate(widths):
        modules += int(width) * [255 if place % 2 else 0]
    modules += QUIET * [255]
    line = Image.frombytes("L", (len(modules), 1), bytes(modules))
    return _png(line.resize((len(modules) * MODULE_PX, HIGH_PX), Image.Resampling.NEAREST))


def code128_modules(text: str) -> int:
    """How many modules wide its picture is."""
    return 11 * (len(text) + 2) + 13 + 2 * QUIET


def qr(text: str) -> bytes:
    """A PNG with its quiet zone."""
    matrix = segno.make(text, error="m", micro=False).matrix
    size, quiet = len(matrix), 4
    picture = Image.new("L", (size + 2 * quiet, size + 2 * quiet), 255)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + quiet, y + quiet), 0)
    whole = (size + 2 * quiet) * QR_PX
    return _png(picture.resize((whole, whole), Image.Resampling.NEAREST))


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()
