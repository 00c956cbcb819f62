"""The letters that the simulated printer has of its own, for tickets that go out as text.

Knows size, weight and justification as ESC/POS sets them, and cells of 12 x 24 dots. Anything but ASCII is
shown as a box, because on real printers it could be any letter at all.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from hardware.type import font_path

CELL: Final = (12, 24)  # font A, in dots
EM: Final = 18  # whose letters fit into the cell
BASE: Final = 19


class Letters:
    """One line of text in the making, for a head of `width` dots."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._wide = self._high = 1
        self._bold = False
        self._side = 0  # 0 left, 1 centre, 2 right
        self._cells: list[Image.Image] = []

    def set(self, command: bytes) -> None:
        """GS ! size, ESC E bold, ESC a justification."""
        match command[:2]:
            case b"\x1d!":
                self._wide, self._high = (command[2] >> 4 & 7) + 1, (command[2] & 7) + 1
            case b"\x1bE":
                self._bold = bool(command[2] & 1)
            case b"\x1ba":
                self._side = command[2] % 48 % 3

    def type(self, letters: bytes) -> None:
        for byte in letters:
            cell = _cell(byte, self._bold)
            self._cells.append(cell.resize((CELL[0] * self._wide, CELL[1] * self._high)))

    def line(self) -> list[bytes]:
        """The finished line as rows of dots, 1 is black; no rows for an empty one."""
        if not self._cells:
            return []
        height = max(cell.height for cell in self._cells)
        length = sum(cell.width for cell in self._cells)
        picture = Image.new("1", (self._width, height), 0)
        x = (self._width - length) * self._side // 2
        for cell in self._cells:
            picture.paste(cell, (x, height - cell.height))
            x += cell.width
        self._cells = []
        stride = (self._width + 7) // 8
        dots = bytes(picture.tobytes())
        return [dots[at : at + stride] for at in range(0, len(dots), stride)]


@lru_cache(maxsize=256)
def _cell(byte: int, bold: bool) -> Image.Image:
    cell = Image.new("1", CELL, 0)
    draw = ImageDraw.Draw(cell)
    draw.fontmode = "1"
    if 0x20 <= byte < 0x7F:
        font = ImageFont.truetype(font_path(800 if bold else 600), EM, layout_engine=ImageFont.Layout.BASIC)
        draw.text((CELL[0] / 2, BASE), chr(byte), fill=1, font=font, anchor="ms")
    else:
        draw.rectangle((2, 4, CELL[0] - 3, BASE), outline=1)
    return cell
