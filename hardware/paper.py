"""A piece of paper that came out of a printer, as a picture.

Knows what can be seen on it; how it came to be is the machine's.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

from PIL import Image

from hardware import escpos


@dataclass(frozen=True)
class Paper:
    """One piece of paper that came out: number `n` since the start, as a picture of black and white dots.

    `title` is the ticket's number; `whole` is false for paper that was torn off before its cut; `width_mm` is
    the roll's.
    """

    n: int
    title: str
    at: datetime
    whole: bool
    picture: Image.Image
    width_mm: int = 80

    def png(self) -> bytes:
        """The whole width of the paper as PNG, with the margins that the head does not reach."""
        paper = Image.new("1", (self.width_mm * escpos.DOTS_PER_MM, self.picture.height), 1)
        paper.paste(self.picture, ((paper.width - self.picture.width) // 2, 0))
        out = io.BytesIO()
        paper.save(out, "PNG")
        return out.getvalue()
