"""The picture of a ticket: a `Slip` drawn in black and white dots for paper of 58 or 80 mm.

Knows places; the words are `kiosk.slip`'s, the sizes and what gives way `kiosk.ticket_sizes`'. Everything is
drawn with hard edges (a thermal head knows no grey) from the shipped font: printers' own code pages have no
Vietnamese. Sizes are dots, 8 a millimetre, and come from the visual language: number at least 12 mm, what one
must read 3.3 mm, the rest 2 mm, measured on the capitals.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

from hardware.print_head import HEADS, Head
from hardware.type import BASELINE_IN_LINE, CAP_HEIGHT, line_px
from kiosk import dots
from kiosk.slip import LONGEST, Slip, slip as slip
from kiosk.ticket_sizes import MUST_FLOOR, NUMBER_FLOOR, REST_FLOOR, TRIES, Sizes

LONGEST_MM: Final = 110  # a longer ticket wastes paper and hangs out of the slot
RULE: Final = 3
STAR: Final = 0.55  # em of the number
_MARGIN: Final = {80: 20, 58: 10}
_WIDE_MARGIN: Final = {80: 20, 58: 4}  # of number and place
SQUEEZE_FLOOR: Final = 0.48  # a narrower number is easier to read than one in two lines, down to this


def render(slip: Slip, width_mm: int) -> Image.Image:
    """The ticket for the usual head of `width_mm` (58 or 80) paper: see `draw`."""
    return draw(slip, HEADS[width_mm])


def draw(slip: Slip, head: Head) -> Image.Image:
    """The ticket as a picture of mode "1", as wide as the head.

    At most 110 mm long: long names wrap, then shrink to their floor; gaps, sizes and the documents line give
    way before a name ends in "…", and the place is the last that does. Number and code are always whole.
    For a lean head the number is made of squares of 2 x 2 dots and the code stands alone, so that both can
    be sent in double dots.
    """
    longest = round(LONGEST_MM * head.dots_per_mm)
    for sizes in TRIES[head.width_mm]:
        blocks = _Setting(slip, sizes, head).blocks()
        length = sum(block.height for block in blocks)
        if length <= longest:
            break
    picture = Image.new("1", (head.dots, length), 1)
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "1"
    y = 0
    for block in blocks:
        block.paint(pen, y)
        y += block.height
    return picture


@dataclass(frozen=True)
class _Block:
    """A part of the ticket over its whole width: `paint(draw, top)`."""

    height: int
    paint: Callable[[ImageDraw.ImageDraw, int], None]


def _gap(dots: float) -> _Block:
    return _Block(round(dots), lambda draw, y: None)


class _Setting:
    """The ticket set at one choice of sizes."""

    def __init__(self, slip: Slip, sizes: Sizes, head: Head) -> None:
        self.slip, self.sizes, self.head = slip, sizes, head
        self.narrow = head.width_mm == 58 or head.lean  # the code stands alone
        self.left = _MARGIN[head.width_mm]
        self.width = head.dots - 2 * self.left
        self.right = self.left + self.width
        self.wide_left = _WIDE_MARGIN[head.width_mm]
        self.wide = head.dots - 2 * self.wide_left

    def blocks(self) -> list[_Block]:
        slip, sizes, gap = self.slip, self.sizes, self.sizes.gap
        below = [self._lead(slip.dossier)] if slip.dossier else []
        below += [self._lead(slip.documents)] if slip.documents and sizes.documents else []
        below += [self._lead(slip.missed)]
        if slip.hotline and sizes.extras and (self.narrow or not slip.url):
            below += [self._lead(slip.hotline)]
        return [
            _gap(8),
            self._words(slip.hall, 600, sizes.body + 2, REST_FLOOR, most_lines=2, most=sizes.lines),
            _gap(6 * gap),
            self._rule(),
            _gap(8 * gap),
            *self._number(),
            _gap(max(12 * gap, dots.OVERHANG * sizes.must)),  # the hat of Ẫ would touch the number
            *self._service(),
            _gap(10 * gap),
            self._place(),
            _gap(14 * gap),
            *self._wait(),
            *self._code(),
            self._rule(),
            _gap(6 * gap),
            *below,
            _gap(8),
        ]

    # --- parts ------------------------------------------------------------------------------------------

    def _rule(self) -> _Block:
        def paint(draw: ImageDraw.ImageDraw, y: int) -> None:
            draw.rectangle((self.left, y, self.right - 1, y + RULE - 1), fill=0)

        return _Block(RULE, paint)

    def _words(
        self,
        text: str,
        weight: int,
        px: int,
        floor: int,
        most_lines: int,
        ink: int = 0,
        width: int = 0,
        most: int = LONGEST,
    ) -> _Block:
        """Centred words, smaller until they take no more than `most_lines`; none stands below `most`."""
        px, lines = dots.fit(text, weight, px, floor, width or self.width, most_lines)
        if len(lines) > most:
            lines = [*lines[: most - 1], _ended(lines[most - 1], weight, px, width or self.width)]

        def paint(draw: ImageDraw.ImageDraw, y: int) -> None:
            for line in lines:
                x = self.left + (self.width - dots.length(line, weight, px)) / 2
                dots.write(draw, line, x, y, weight, px, ink)
                y += line_px(px)

        return _Block(len(lines) * line_px(px), paint)

    def _lead(self, text: str) -> _Block:
        """A sentence from the left, its words up to the colon bold."""
        runs, px = _bold_lead(text), self.sizes.body
        fewest = len(dots.wrap_runs(runs, REST_FLOOR, self.width))
        while len(lines := dots.wrap_runs(runs, px, self.width)) > fewest:
            px -= 1

        def paint(draw: ImageDraw.ImageDraw, y: int) -> None:
            for line in lines:
                dots.write_runs(draw, line, self.left, y, px)
                y += line_px(px)

        return _Block(len(lines) * line_px(px), paint)

    def _secret(self) -> list[_Block]:
        """The figures that cancel the number on its phone page, under the code that leads there."""
        px = self.sizes.body
        if not self.slip.cancel:
            return []
        runs = dots.wrap_runs(_bold_tail(self.slip.cancel), px, self.width)[0]
        x = self.left + (self.width - sum(dots.length(text, weight, px) for text, weight in runs)) / 2
        return [_Block(line_px(px), lambda draw, y: dots.write_runs(draw, runs, x, y, px))]

    def _number(self) -> list[_Block]:
        """Caption and number; the star stands beside the number, or the caption where that has no room."""
        slip, most, width = self.slip, self.sizes.number, self.wide
        star_em = STAR + 0.12 if slip.priority else 0.0
        floor = min(most, NUMBER_FLOOR)
        px = dots.largest(slip.number, most, floor, width, star_em)
        beside = slip.priority and px is not None
        px = px or dots.largest(slip.number, most, floor, width) or floor
        lines = dots.broken(slip.number, px, width / SQUEEZE_FLOOR)
        times = 2 if self.head.lean else 1
        em, middle = px // times, (self.left + self.width / 2) / times
        cap = math.ceil(em * CAP_HEIGHT)
        pitch = cap + em // 8
        rows = cap + pitch * (len(lines) - 1)
        below = em // 4  # the tail of a Q

        def paint(draw: ImageDraw.ImageDraw, y: int) -> None:
            mask = Image.new("L", (self.head.dots // times, rows + below), 0)
            pen = ImageDraw.Draw(mask)
            pen.fontmode = "1"
            base = cap
            for line in lines:
                wide = dots.number_width(line, em)
                squeeze = min(1.0, width / times / wide)
                x = middle - (wide * squeeze + beside * star_em * em) / 2
                dots.write_number(pen, line, x, base, em, squeeze)
                base += pitch
            if beside:
                dots.star(pen, x + wide + 0.12 * em, (cap - STAR * em) / 2, STAR * em)
            dots.enlarged(draw, y, mask, times)

        return [
            self._caption(star=slip.priority and not beside),
            _gap(4 + 4 * self.sizes.gap),
            _Block(rows * times, paint),
        ]

    def _caption(self, star: bool) -> _Block:
        px = self.sizes.body + 2
        words = self._words(self.slip.caption, 600, px, REST_FLOOR, most_lines=1)
        middle = self.left + self.width / 2

        def paint(draw: ImageDraw.ImageDraw, y: int) -> None:
            words.paint(draw, y)
            if star:
                size = words.height
                dots.star(draw, middle + dots.length(self.slip.caption, 600, px) / 2 + 12, y, size)

        return _Block(words.height, paint)

    def _service(self) -> list[_Block]:
        """The service large; its authority above it, smaller, where the two differ."""
        sizes, slip = self.sizes, self.slip
        large = slip.service or slip.authority
        _, lines = dots.fit(large, 700, sizes.must, MUST_FLOOR, self.width, most_lines=1)
        floor = MUST_FLOOR if len(lines) == 1 else sizes.names
        wanted = min(len(lines), 2)
        blocks = [self._words(large, 700, sizes.must, floor, most_lines=wanted, most=sizes.lines)]
        if slip.service and sizes.authority:
            blocks.insert(0, self._words(slip.authority, 600, sizes.body, REST_FLOOR, most_lines=1))
        return blocks

    def _place(self) -> _Block:
        """White on a black bar: where to sit."""
        room, px = self.wide - 16, self.sizes.must
        floor, most = self.sizes.place, self.sizes.place_lines
        words = self._words(self.slip.place, 700, px, floor, most_lines=1, ink=1, width=room, most=most)
        above, below = math.ceil(dots.OVERHANG * px), 3  # or a white accent would be lost above the bar

        def paint(draw: ImageDraw.ImageDraw, y: int) -> None:
            right, bottom = self.wide_left + self.wide - 1, y + above + words.height + below - 1
            draw.rounded_rectangle((self.wide_left, y, right, bottom), radius=10, fill=0)
            words.paint(draw, y + above)

        return _Block(above + words.height + below, paint)

    def _wait(self) -> list[_Block]:
        """People ahead, and the range with the time it was true at; only the first when no range is known."""
        slip, body = self.slip, self.sizes.body
        if not (slip.wait and slip.ahead):
            alone = ((slip.ahead_labels[0], slip.ahead), (slip.wait_labels[0], slip.wait))
            return [self._row(label, value) for label, value in alone if value]
        long = dots.length(slip.ahead_labels[0], 400, body) + dots.length(slip.wait_labels[0], 400, body)
        short = long + 24 > self.width
        columns = ((slip.ahead_labels[short], slip.ahead), (slip.wait_labels[short], slip.wait))
        for px in range(self.sizes.must, self.sizes.values - 1, -2):
            wide = [
                max(dots.length(label, 400, body), dots.length(value, 700, px)) for label, value in columns
            ]
            if sum(wide) + 12 <= self.width:
                break
        else:  # a huge queue on narrow paper: one under the other
            return [self._row(label, value) for label, value in columns]

        def paint(draw: ImageDraw.ImageDraw, y: int) -> None:
            for x, (label, value) in zip((self.left, self.right - wide[1]), columns, strict=True):
                dots.write(draw, label, x, y, 400, body)
                dots.write(draw, value, x, y + line_px(body), 700, px)

        return [_Block(line_px(body) + line_px(px), paint)]

    def _row(self, label: str, value: str) -> _Block:
        """A label at the left and its value at the right on one baseline, or under it."""
        must = self.sizes.must
        value_x = self.right - dots.length(value, 700, must)
        room = value_x - self.left - 12
        px = dots.shrunk(label, 400, self.sizes.body, REST_FLOOR, room)
        below = line_px(px) if dots.length(label, 400, px) > room else 0
        down = 0 if below else round((must - px) * BASELINE_IN_LINE)

        def paint(draw: ImageDraw.ImageDraw, y: int) -> None:
            dots.write(draw, label, self.left, y + down, 400, px)
            dots.write(draw, value, value_x, y + below, 700, must)

        return _Block(line_px(must) + below, paint)

    def _code(self) -> list[_Block]:
        """The QR code in its white, and when the number was taken: beside it, or below on narrow paper."""
        slip, gap = self.slip, self.sizes.gap
        if not slip.url:
            return [_gap(10 * gap), self._lead(slip.taken_on), _gap(6 * gap)]
        code, quiet = dots.qr(slip.url, even=self.head.lean)
        if self.narrow:
            body = self.sizes.body
            at = (self.head.dots - code.width) // 4 * 2  # an even dot
            return [
                _gap(quiet),
                _Block(code.height, lambda draw, y: draw.bitmap((at, y), code, fill=0)),
                _gap(quiet),
                *(
                    [self._words(slip.scan, 700, body + 2, REST_FLOOR, most_lines=1)]
                    if self.sizes.extras
                    else []
                ),
                self._words(slip.taken_on, 400, body, REST_FLOOR, most_lines=1),
                *self._secret(),
                _gap(6 * gap),
            ]
        left = max(self.left, quiet)
        facts = self._facts(left + code.width + quiet)
        height = max(code.height, facts.height)

        def paint(draw: ImageDraw.ImageDraw, y: int) -> None:
            draw.bitmap((left, y + (height - code.height) // 2), code, fill=0)
            facts.paint(draw, y + (height - facts.height) // 2)

        return [_gap(quiet), _Block(height, paint), _gap(quiet)]

    def _facts(self, x: int) -> _Block:
        """What stands right of the code, from `x` on."""
        slip, room = self.slip, self.right - x
        px = self.sizes.body
        hotline = _bold_tail(slip.hotline)
        if len(dots.wrap_runs(hotline, px, room)) > self.sizes.lines:
            hotline = [("", 400)]  # half a telephone number is of no use
        lines: list[list[dots.Run]] = []
        scan, secret = [(slip.scan, 700)], _bold_tail(slip.cancel)
        for runs in (scan, secret, [(slip.taken, 400)], [(slip.date, 400)], hotline):
            lines += dots.wrap_runs(runs, px, room) if runs[0][0] else []

        def paint(draw: ImageDraw.ImageDraw, y: int) -> None:
            for line in lines:
                dots.write_runs(draw, line, x, y, px)
                y += line_px(px)

        return _Block(len(lines) * line_px(px), paint)


def _ended(line: str, weight: int, px: int, width: float) -> str:
    """The line with "…" at its end, as many of its letters before it as `width` has room for."""
    while line and dots.length(f"{line}…", weight, px) > width:
        line = line[:-1]
    return f"{line.rstrip()}…"


def _bold_lead(text: str) -> list[dots.Run]:
    lead, colon, rest = text.partition(": ")
    return [(f"{lead}:", 700), (rest, 400)] if colon else [(text, 400)]


def _bold_tail(text: str) -> list[dots.Run]:
    lead, colon, rest = text.partition(": ")
    return [(f"{lead}:", 400), (rest, 700)] if colon else [(text, 700)]
