"""The brush: what all screens of the kiosk are made of, in the sizes of its panel and the citizen's look.

Draws in the boxes of an arrangement. Words that the hall sent are cleaned first and cut with an ellipsis
where nothing else helps: whatever a message says, the screen shows something harmless.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import pygame

from broker.messages import Words
from hardware import icons
from hardware.canvas import Anchor, Canvas, DoesNotFit
from hardware.texts import Texts
from hardware.theme import RGB, contrast
from hardware.type import line_px
from kiosk.layout.frame import Rect
from kiosk.layout.names import broken
from kiosk.layout.panel import LARGE, LEAST_MM, NEEDED_MM, Panel
from kiosk.slip import clean
from kiosk.view import Closing, Look

READABLE = 7.0  # WCAG 1.4.6
SIGN = 1.1  # a sign that stands at the beginning of a card of its own, by the size of the type
Valign = Literal["top", "middle", "bottom"]


class Brush:
    """One picture's worth of drawing."""

    def __init__(
        self,
        canvas: Canvas,
        panel: Panel,
        look: Look,
        texts: Texts,
        at: datetime | None,
        alone: bool = False,
    ) -> None:
        self.canvas = canvas
        self.theme = canvas.theme
        self.panel = panel
        self.look = look
        self._texts = texts
        self._at = at  # the hall's local time
        self._alone = alone  # the server is away: said in the head, calmly
        self.radius = panel.mm(4.9)
        self.stroke = panel.mm(0.7)
        self.thin = panel.mm(0.45)
        strong = contrast(self.theme.deep, self.theme.surface) >= READABLE
        self.strong: RGB = self.theme.deep if strong else self.theme.ink  # numbers and titles on light

    # --- words ------------------------------------------------------------------------------------------

    def say(self, key: str, **params: object) -> str:
        return self._texts(key, self.look.lang, **params)

    def named(self, words: Words) -> str:
        """The hall's own words in the citizen's language, harmless."""
        return clean(words[self.look.lang]) or clean(words.vi)

    def reason(self, closing: Closing) -> str:
        key = f"closed.{closing.code}"
        return self.say(key if key in self._texts else "closed.other")

    def when(self, moment: datetime) -> str:
        """An instant as people say it today: 13:30, 07:30 tomorrow, 07:30 on a named day. Empty while nobody
        knows what time it is."""
        if self._at is None:
            return ""
        local = moment.astimezone(self._at.tzinfo)
        days = local.date() - self._at.date()
        time = f"{local:%H:%M}"
        if days <= timedelta(0):
            return self.say("when.today", time=time)
        if days == timedelta(1):
            return self.say("when.tomorrow", time=time)
        weekday = self.say(f"when.weekday_{local.weekday()}")
        return self.say("when.other", time=time, weekday=weekday, date=f"{local.day}/{local.month}")

    def px(self, cap_mm: float) -> int:
        """The type size for capitals so high, larger if the citizen wants it."""
        return self.panel.cap(cap_mm * (LARGE if self.look.large else 1))

    def words(
        self,
        text: str,
        box: Rect,
        cap_mm: float,
        weight: int = 400,
        colour: RGB | None = None,
        align: Anchor = "left",
        lines: int | None = None,
        valign: Valign = "middle",
        least_mm: float = NEEDED_MM,
    ) -> Rect:
        """Words in a box: as large as wanted, smaller down to the floor, then cut with an ellipsis."""
        px = self.px(cap_mm)
        least = min(px, self.panel.cap(least_mm))
        if not text:
            return Rect(box.x, box.y, 0, 0)
        try:
            return self.canvas.text_box(text, box, px, weight, colour, align, lines, least, valign)
        except DoesNotFit:
            shorter = self._cut(text, box, least, weight, lines)
            if not shorter:
                return Rect(box.x, box.y, 0, 0)
            return self.canvas.text_box(shorter, box, least, weight, colour, align, lines, least, valign)

    def _cut(self, text: str, box: Rect, px: int, weight: int, lines: int | None) -> str:
        """The longest beginning that fits, with an ellipsis; words too long for a line are broken up."""
        longest = max(1, box.width // max(1, self.canvas.width("M", px, weight)))
        pieces = [w[i : i + longest] for w in text.split() for i in range(0, len(w), longest)]
        low, high = 0, len(pieces)
        while low < high:
            middle = (low + high + 1) // 2
            try:
                self.canvas.fit(" ".join(pieces[:middle]) + "…", box, px, weight, lines)
                low = middle
            except DoesNotFit:
                high = middle - 1
        return " ".join(pieces[:low]) + "…" if low else ""

    # --- shapes -----------------------------------------------------------------------------------------

    def card(self, box: Rect, fill: RGB | None = None) -> None:
        """A quiet surface for something to read."""
        border = self.theme.card_border
        width = self.thin if border else 0
        self.canvas.card(box, fill or self.theme.surface, self.radius, border, width)

    def icon(self, name: str, box: Rect, colour: RGB, mirrored: bool = False) -> None:
        if not mirrored:
            icons.draw(self.canvas, name, box, colour)
            return
        plate = pygame.Surface(box.size, pygame.SRCALPHA)
        icons.draw(Canvas(plate, self.theme), name, plate.get_rect(), colour)
        self.canvas.surface.blit(pygame.transform.flip(plate, True, False), box)

    def row(
        self,
        icon: str | None,
        text: str,
        box: Rect,
        cap_mm: float,
        weight: int,
        colour: RGB,
        mark: RGB | None = None,
        align: Anchor = "left",
        least_mm: float = NEEDED_MM,
        lines: int | None = 1,
        sign: float = 0.86,
    ) -> None:
        """A sign and its word, side by side in a box. `sign`: its side by the size of the type."""
        if icon is None:
            self.words(text, box, cap_mm, weight, colour, align, lines, least_mm=least_mm)
            return
        side = round(self.px(cap_mm) * sign)
        space = round(self.px(cap_mm) * 0.42)
        room = Rect(box.x, box.y, box.width - side - space, box.height)
        wide = min(self.canvas.width(text, self.px(cap_mm), weight), room.width)
        spare = room.width - wide
        left = box.x + {"left": 0, "centre": spare // 2, "right": spare}[align]
        where = Rect(left, 0, side, side)
        where.centery = box.centery
        self.icon(icon, where, mark or colour)
        words = Rect(left + side + space, box.y, wide, box.height)
        if wide == room.width:
            words.width = box.right - words.x
        self.words(text, words, cap_mm, weight, colour, "left", lines, least_mm=least_mm)

    # --- heads ------------------------------------------------------------------------------------------

    def clock(self, right: int, middle: int, colour: RGB) -> int:
        """The hall's time at the right edge; returns its left end."""
        if self._at is None:
            return right
        px = self.panel.cap(self.panel.type.clock)
        drawn = self.canvas.figures(f"{self._at:%H:%M}", (right, middle), px, 700, colour, "right", "middle")
        return int(drawn.left)

    def hall(self, box: Rect, hall: Words | None, colour: RGB) -> None:
        """Whose hall it is, at the left, and the clock."""
        top = box.y + self.panel.mm(12.0)
        left_of_clock = self.clock(box.right - self.panel.margin, top + self.panel.mm(9.5), colour)
        if hall is None:
            return
        mm = self.panel.type.hall
        px = self.panel.cap(mm)
        name = Rect(self.panel.margin, top, left_of_clock - self.panel.mm(12.0), 2 * line_px(px))
        name.width -= self.panel.margin
        cap_mm = mm / (LARGE if self.look.large else 1)
        words = broken(self.named(hall), name.width, px, 600)
        self.words(words, name, cap_mm, 600, colour, lines=2, valign="top", least_mm=LEAST_MM)

    def head(
        self, box: Rect, hall: Words | None, title: str, hint: str, lines: int = 1, scan: str = ""
    ) -> None:
        """The head of a screen: hall and clock above, what to do below, and what else can be done."""
        panel, theme = self.panel, self.theme
        if not panel.portrait:
            self.line_head(box, title)
            return
        self.canvas.fill(box, theme.deep)
        if theme.card_border:
            self.canvas.fill((box.x, box.bottom - self.thin, box.width, self.thin), theme.card_border)
        self.hall(box, hall, theme.on_deep)
        grown = LARGE if self.look.large else 1
        foot = box.bottom - panel.mm(10.0)
        if scan:
            high = line_px(panel.cap(panel.type.hint))
            line = Rect(panel.margin, foot - high, box.width - 2 * panel.margin, high)
            mm = panel.type.hint / grown
            self.row("scan", scan, line, mm, 600, theme.gold, least_mm=LEAST_MM)
            foot = line.top
        width = box.width - 2 * panel.margin
        under = Rect(
            panel.margin, foot - line_px(self.px(panel.type.hint)), width, line_px(self.px(panel.type.hint))
        )
        self.words(hint, under, panel.type.hint, 400, theme.on_deep2, lines=1, least_mm=LEAST_MM)
        high = lines * line_px(self.px(panel.type.title))
        over = Rect(panel.margin, under.top - high, width, high)
        drawn = self.words(title, over, panel.type.title, 800, theme.on_deep, lines=lines, valign="bottom")
        if self._alone:
            line = Rect(panel.margin, box.y + panel.mm(35.0), width, line_px(panel.cap(NEEDED_MM)))
            line.height = max(line_px(panel.cap(LEAST_MM)), min(line.height, drawn.top - line.top))
            text = self.say("offline.alone")
            self.row("info", text, line, NEEDED_MM / grown, 600, theme.on_deep, least_mm=LEAST_MM)

    def line_head(self, box: Rect, title: str, mm: float | None = None) -> None:
        """The head of a wide panel: one line, with capitals of `mm` if not a title's."""
        panel = self.panel
        left = self.clock(box.right - panel.margin, box.centery, self.theme.ink)
        room = Rect(panel.margin, box.y, left - panel.gap - panel.margin, box.height)
        cap_mm = (mm or panel.type.title) / (LARGE if self.look.large else 1)
        drawn = self.words(title, room, cap_mm, 600 if mm else 800, self.strong, lines=1, least_mm=LEAST_MM)
        text = self.say("offline.alone_short")
        free = Rect(drawn.right + panel.gap, box.y, room.right - drawn.right - panel.gap, box.height)
        wide = self.canvas.width(text, panel.cap(LEAST_MM), 600) + panel.mm(9.0)
        if self._alone and mm is None and wide <= free.width:  # what is to be done needs its room first
            grown = LARGE if self.look.large else 1
            self.row(
                "info", text, free, LEAST_MM / grown, 600, self.theme.ink2, align="right", least_mm=LEAST_MM
            )

    def band(self, box: Rect, text: str, fill: RGB, colour: RGB, icon: str = "warning") -> None:
        """Trouble, or another thing everybody must know, right across."""
        self.canvas.fill(box, fill)
        panel = self.panel
        inner = Rect(panel.margin, box.y, box.width - 2 * panel.margin, box.height)
        cap_mm = NEEDED_MM / (LARGE if self.look.large else 1)
        self.row(icon, text, inner, cap_mm, 600, colour, least_mm=LEAST_MM)
