"""The terminal's pages in pixels: a `View` drawn on a surface, and where its targets are.

Knows places, sizes and colours; what a page means is the core's. Measures are of the 7-inch panel: 800 x 480
pixels, 5.25 px/mm, scaled to the surface. Targets of at least 20 mm, 5 mm apart, words for eyes at 400 mm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pygame

from hardware import icons
from hardware.canvas import Anchor, Canvas, DoesNotFit
from hardware.texts import Texts
from hardware.theme import RGB, Theme
from kiosk.counter.view import (
    Faces,
    Idle,
    Level,
    Line,
    More,
    Reason,
    Reasons,
    Skip,
    Target,
    Thanks,
    View,
    face_of,
)

DESIGN: Final = (800, 480)
MARGIN, GAP = 14, 27
TITLE_PX, WORDS_PX, FLOOR_PX = 43, 37, 24
CLOSED: Final = frozenset({"closed", "paused", "unknown", "starting"})
Targets = list[tuple[pygame.Rect, Target]]


def hit(targets: Targets, x: int, y: int) -> Target | None:
    """The target at a pixel, or None."""
    return next((target for rect, target in targets if rect.collidepoint(x, y)), None)


class Painter:
    """Paints views on one surface."""

    def __init__(self, surface: pygame.Surface, theme: Theme, texts: Texts) -> None:
        self._canvas = Canvas(surface, theme)
        self._theme = theme
        self._texts = texts
        wide, high = surface.get_size()
        self._scale = min(wide / DESIGN[0], high / DESIGN[1])
        self._shift = (
            (wide - DESIGN[0] * self._scale) / 2,
            (high - DESIGN[1] * self._scale) / 2,
        )

    def paint(self, view: View) -> Targets:
        """Draw everything anew; where the targets are, in pixels of the surface."""
        painters: dict[type, Callable[[View], Targets]] = {
            Idle: self._idle,
            Faces: self._faces,
            Reasons: self._reasons,
            Thanks: self._thanks,
        }
        targets = painters[type(view.page)](view)
        if view.identify is not None:
            self._canvas.fill(self._rect(0, 0, 800, 64), self._theme.gold)
            self._canvas.text(
                view.identify, self._at(400, 32), self._px(40), 700, (0x15, 0x20, 0x2B), "centre", "middle"
            )
        return targets

    def line(self, line: Line | None) -> str:
        """The words of the officer's line; empty without one. The officer reads Vietnamese."""
        if line is None:
            return ""
        key = line.key if line.key in self._texts else "refused.other"  # a newer server has newer reasons
        return self._texts(key, "vi", **dict(line.params))

    # --- pages ------------------------------------------------------------------------------------------

    def _idle(self, view: View) -> Targets:
        page, theme = view.page, self._theme
        assert isinstance(page, Idle)
        called = page.standing == "called"
        self._canvas.clear(theme.deep if called else theme.ground)
        if page.standing in CLOSED:
            box = self._rect(MARGIN, MARGIN, 772, 384)
            self._canvas.card(box, theme.off, self._px(20), theme.edge, self._px(3), dashed=True)
        ink, soft = (theme.on_deep, theme.on_deep2) if called else (theme.ink, theme.ink2)
        say = self._texts(f"idle.{page.standing}", page.lang)
        counter = self._texts("idle.counter", page.lang, counter=page.counter) if page.counter else ""
        if page.number:
            self._words(counter, (24, 16, 752, 84), 64, 700, theme.gold if called else theme.accent)
            self._words(say, (24, 104, 752, 72), 48, 600, soft)
            self._number(page.number, 282, 200, ink)
        else:
            self._words(counter, (24, 70, 752, 150), 110, 800, ink)
            self._words(say, (24, 234, 752, 130), 48, 600, soft)
        self._officer(view.line, soft)
        return []

    def _faces(self, view: View) -> Targets:
        page, theme = view.page, self._theme
        assert isinstance(page, Faces)
        self._canvas.clear()
        self._words(self._texts("rate.ask", page.lang), (MARGIN, 14, 772, 62), TITLE_PX, 700, theme.ink)
        colours = {5: theme.ok, 4: theme.accent, 3: theme.amber, 2: theme.alarm, 1: theme.alarm}
        many = page.levels == 5
        top, bottom, disc = (80, 348, 66) if many else (86, 332, 96)
        targets: Targets = []
        wide = (800 - 2 * MARGIN - (page.levels - 1) * GAP) / page.levels
        for place, level in enumerate(range(page.levels, 0, -1)):
            face = face_of(level, page.levels)
            x = MARGIN + place * (wide + GAP)
            rect = self._rect(x, top, wide, bottom - top)
            colour = colours[face]
            self._canvas.card(rect, theme.surface, self._px(20), colour, self._px(3))
            icons.draw(self._canvas, f"face_{face}", self._rect(x, top + 18 - 8 * many, wide, disc), colour)
            box = (x + 6, top + 18 + disc, wide - 12, bottom - top - disc - 22)
            if many:
                box = (x + 4, top + 8 + disc, wide - 8, bottom - top - disc - 12)
            words = self._texts(f"rate.face_{face}", page.lang)
            if page.levels < 4:
                words = words.replace("\n", " ")
            self._words(words, box, WORDS_PX - 1, 700, colour)
            targets.append((rect, Level(level)))
        self._whose(page)
        skip = self._rect(556, 360, 230, 106)
        self._button(skip, self._texts("rate.skip", page.lang), theme.surface, theme.edge, 2, theme.ink)
        return [*targets, (skip, Skip())]

    def _reasons(self, view: View) -> Targets:
        page, theme, lang = view.page, self._theme, view.page.lang
        assert isinstance(page, Reasons)
        self._canvas.clear()
        title = self._texts("rate.reason", lang)
        self._words(title, (MARGIN, 14, 772, 62), TITLE_PX, 700, theme.ink, "left")
        choices: list[tuple[str, Target]] = [
            (choice.name[lang], Reason(choice.id)) for choice in page.choices
        ]
        if page.more:
            choices.append((self._texts("rate.more", lang), More()))
        targets: Targets = []
        for place, (words, target) in enumerate(choices):
            rect = self._cell(place)
            quiet = isinstance(target, More)
            self._button(rect, words, theme.tint if quiet else theme.surface, theme.accent, 3, theme.ink)
            targets.append((rect, target))
        skip = self._cell(5)
        self._button(skip, self._texts("rate.skip", lang), theme.ground, theme.edge, 2, theme.ink2)
        return [*targets, (skip, Skip())]

    def _thanks(self, view: View) -> Targets:
        theme = self._theme
        self._canvas.clear()
        icons.draw(self._canvas, "tick", self._rect(320, 96, 160, 130), theme.ok)
        self._words(self._texts("rate.thanks", view.page.lang), (24, 256, 752, 130), 52, 700, theme.ink)
        return []

    # --- parts ------------------------------------------------------------------------------------------

    def _whose(self, page: Faces) -> None:
        """Whose visit is meant: "Số B047, quầy 7"."""
        theme, x = self._theme, float(MARGIN)
        pieces: list[tuple[str, int, RGB]] = [
            (self._texts("rate.number", page.lang) + " ", 400, theme.ink2),
            (page.number, 700, theme.ink),
            (f", {self._texts('rate.counter', page.lang)} ", 400, theme.ink2),
            (page.counter, 700, theme.ink),
        ]
        px = self._px(40)
        total = sum(self._canvas.width(words, px, weight) for words, weight, _ in pieces)
        while total > 524 * self._scale and px > self._px(FLOOR_PX):
            px -= 1
            total = sum(self._canvas.width(words, px, weight) for words, weight, _ in pieces)
        left, middle = self._at(x, 413)
        for words, weight, colour in pieces:
            if words.strip():
                self._canvas.text(
                    words.strip(" ") if words.startswith(" ") else words,
                    (left, middle),
                    px,
                    weight,
                    colour,
                    "left",
                    "middle",
                )
            left += self._canvas.width(words, px, weight)

    def _officer(self, line: Line | None, ink: RGB) -> None:
        """The officer's line at the foot; what was not done has its own ground and mark."""
        words, theme = self.line(line), self._theme
        if line is None or not words:
            return
        if line.tone == "done":
            self._words(words, (MARGIN, 414, 772, 64), 35, 600, ink)
            return
        fill, ink, icon = {
            "refused": (theme.tint_amber, theme.amber, "info"),
            "fault": (theme.tint_alarm, theme.alarm, "warning"),
        }[line.tone]
        self._canvas.fill(self._rect(0, 412, 800, 68), fill)
        icons.draw(self._canvas, icon, self._rect(MARGIN, 426, 40, 40), ink)
        self._words(words, (MARGIN + 52, 414, 720, 64), 35, 600, ink, "left")

    def _button(self, rect: pygame.Rect, words: str, fill: RGB, border: RGB, width: int, ink: RGB) -> None:
        self._canvas.card(rect, fill, self._px(20), border, self._px(width))
        inner = rect.inflate(-self._px(24), -self._px(8))
        self._fitted(words, inner, WORDS_PX, 700, ink, "centre", FLOOR_PX)

    def _words(
        self,
        words: str,
        box: tuple[float, float, float, float],
        px: int,
        weight: int,
        ink: RGB,
        align: Anchor = "centre",
    ) -> None:
        self._fitted(words, self._rect(*box), px, weight, ink, align, px // 2)

    def _fitted(
        self, words: str, rect: pygame.Rect, px: int, weight: int, ink: RGB, align: Anchor, floor: int
    ) -> None:
        """Words in the middle of `rect`, smaller if need be. What was configured may be too long even so."""
        size, least = self._px(px), self._px(floor)
        while words:
            try:
                self._canvas.text_box(words, rect, size, weight, ink, align, None, least, "middle")
                return
            except DoesNotFit:
                words = words.rstrip("…")[: -max(1, len(words) // 8)].rstrip() + "…" if len(words) > 2 else ""

    def _number(self, number: str, y: float, px: int, ink: RGB) -> None:
        while self._canvas.figures_width(number, self._px(px), 800) > 752 * self._scale:
            px -= 4
        self._canvas.figures(number, self._at(400, y), self._px(px), 800, ink, "centre", "middle")

    def _cell(self, place: int) -> pygame.Rect:
        """One of six places for a reason, two beside each other."""
        row, column = divmod(place, 2)
        return self._rect(MARGIN + column * 400, 86 + row * 133, 372, 106)

    # --- measures ---------------------------------------------------------------------------------------

    def _px(self, size: float) -> int:
        return max(1, round(size * self._scale))

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return self._shift[0] + x * self._scale, self._shift[1] + y * self._scale

    def _rect(self, x: float, y: float, wide: float, high: float) -> pygame.Rect:
        left, top = self._at(x, y)
        right, bottom = self._at(x + wide, y + high)
        return pygame.Rect(round(left), round(top), round(right) - round(left), round(bottom) - round(top))
