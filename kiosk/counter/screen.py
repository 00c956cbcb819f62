"""The terminal's pages in pixels: a `View` drawn on a surface, and where its targets are.

Knows sizes of type, colours and icons; where things stand is `kiosk.counter.layout`, what a page means is the
core's. What was configured too long is made smaller as far as it can be read, and then cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pygame

from hardware import icons
from hardware.canvas import Anchor, Canvas, DoesNotFit
from hardware.identity import paint_identity
from hardware.texts import Texts
from hardware.theme import RGB
from hardware.type import line_px
from kiosk.counter.layout import MARGIN, Layout, Sheet
from kiosk.counter.view import (
    Faces,
    Idle,
    Inquiry,
    Level,
    Line,
    More,
    Points,
    Reason,
    Reasons,
    Skip,
    TakeNumber,
    Target,
    Thanks,
    View,
    face_of,
)

CLOSED: Final = frozenset({"closed", "paused", "unknown", "starting"})
BEST: Final = 2  # points of a question's first answer
Targets = list[tuple[pygame.Rect, Target]]
Pieces = list[tuple[str, int]]  # words and their weight


def hit(targets: Targets, x: int, y: int) -> Target | None:
    """The target at a pixel, or None."""
    return next((target for rect, target in targets if rect.collidepoint(x, y)), None)


class Painter:
    """Paints views on one canvas of the layout's size."""

    def __init__(self, canvas: Canvas, texts: Texts, layout: Layout) -> None:
        self._canvas, self._texts, self._layout = canvas, texts, layout
        self._theme = canvas.theme

    def paint(self, view: View) -> Targets:
        """Draw everything anew; where the targets are, in pixels."""
        if view.identify is not None:
            paint_identity(self._canvas, view.identify)
            return []
        painters: dict[type, Callable[[View], Targets]] = {
            Idle: self._idle,
            Faces: self._faces,
            Reasons: self._reasons,
            Inquiry: self._inquiry,
            Thanks: self._thanks,
        }
        return painters[type(view.page)](view)

    def line(self, line: Line | None) -> str:
        """The words of the officer's line; empty without one. The officer reads Vietnamese."""
        if line is None:
            return ""
        key = line.key if line.key in self._texts else "refused.other"  # a newer server has newer reasons
        return self._texts(key, "vi", **dict(line.params))

    # --- pages ------------------------------------------------------------------------------------------

    def _idle(self, view: View) -> Targets:
        page, theme, place = view.page, self._theme, self._layout
        assert isinstance(page, Idle)
        called = page.standing == "called"
        self._canvas.clear(theme.deep if called else theme.ground)
        if page.standing in CLOSED:
            box = place.rect(MARGIN, MARGIN, 772, 384)
            self._canvas.card(box, theme.off, place.px(20), theme.edge, place.px(3), dashed=True)
        ink, soft = (theme.on_deep, theme.on_deep2) if called else (theme.ink, theme.ink2)
        say = self._texts(f"idle.{page.standing}", page.lang)
        counter = self._texts("idle.counter", page.lang, counter=page.counter) if page.counter else ""
        if page.number:
            self._words(counter, (24, 16, 752, 84), 64, 700, theme.gold if called else theme.accent)
            self._words(say, (24, 104, 752, 72), 48, 600, soft)
            self._number(page.number, place.at(400, 282), place.px(200), place.px(752), ink)
        else:
            self._words(counter, (24, 70, 752, 150), 110, 800, ink)
            self._words(say, (24, 234, 752, 130), 48, 600, soft)
        self._officers_line(view.line, soft)
        return []

    def _faces(self, view: View) -> Targets:
        page, theme = view.page, self._theme
        assert isinstance(page, Faces)
        sheet = self._layout.faces(page.levels, page.guest)
        self._canvas.clear()
        self._title(self._texts("rate.ask", page.lang), sheet, "centre")
        colours = {5: theme.ok, 4: theme.accent, 3: theme.amber, 2: theme.alarm, 1: theme.alarm}
        targets: Targets = []
        for rect, level in zip(sheet.choices, range(page.levels, 0, -1), strict=True):
            face = face_of(level, page.levels)
            self._canvas.card(rect, theme.surface, self._radius, colours[face], self._border(3))
            self._face(rect, face, self._texts(f"rate.face_{face}", page.lang), colours[face], sheet.beside)
            targets.append((rect, Level(level)))
        self._whose(page, sheet)
        if sheet.away is not None:
            words = self._texts("rate.take_number", page.lang)
            self._button(sheet.away, words, theme.accent, theme.accent, 3, theme.on_accent)
            targets.append((sheet.away, TakeNumber()))
        self._button(sheet.skip, self._texts("rate.skip", page.lang), theme.surface, theme.edge, 2, theme.ink)
        return [*targets, (sheet.skip, Skip())]

    def _reasons(self, view: View) -> Targets:
        page, theme, lang = view.page, self._theme, view.page.lang
        assert isinstance(page, Reasons)
        choices: list[tuple[str, Target]] = [
            (reason.name[lang], Reason(reason.id)) for reason in page.choices
        ]
        if page.more:
            choices.append((self._texts("rate.more", lang), More()))
        sheet = self._layout.reasons(len(choices))
        self._canvas.clear()
        self._title(self._texts("rate.reason", lang), sheet, "left")
        targets: Targets = []
        for rect, (words, target) in zip(sheet.choices, choices, strict=True):
            fill = theme.tint if isinstance(target, More) else theme.surface
            self._button(rect, words, fill, theme.accent, 3, theme.ink)
            targets.append((rect, target))
        self._button(sheet.skip, self._texts("rate.skip", lang), theme.ground, theme.edge, 2, theme.ink2)
        return [*targets, (sheet.skip, Skip())]

    def _inquiry(self, view: View) -> Targets:
        page, theme, lang = view.page, self._theme, view.page.lang
        assert isinstance(page, Inquiry)
        sheet = self._layout.inquiry()
        self._canvas.clear()
        self._title(page.question.text[lang], sheet, "left")
        progress = self._texts("rate.question", lang, place=page.place, total=page.total)
        about = sheet.about
        high = min(about.height, line_px(self._layout.words))
        line = pygame.Rect(about.left, about.bottom - high, about.width, high)
        if sheet.beside:
            self._fitted(progress, line, self._layout.words, 600, theme.ink2, "left", self._layout.needed)
        else:
            self._fitted(progress, about, self._layout.words, 600, theme.ink2, "right", self._layout.least)
        targets: Targets = []
        for points, rect, words in zip((BEST, 1, 0), sheet.choices, page.question.answers, strict=True):
            self._button(rect, words[lang], theme.surface, theme.accent, 3, theme.ink)
            targets.append((rect, Points(points)))
        self._button(sheet.skip, self._texts("rate.skip", lang), theme.ground, theme.edge, 2, theme.ink2)
        return [*targets, (sheet.skip, Skip())]

    def _thanks(self, view: View) -> Targets:
        theme = self._theme
        self._canvas.clear()
        icons.draw(self._canvas, "tick", self._layout.rect(320, 96, 160, 130), theme.ok)
        self._words(self._texts("rate.thanks", view.page.lang), (24, 256, 752, 130), 52, 700, theme.ink)
        return []

    # --- parts ------------------------------------------------------------------------------------------

    def _title(self, words: str, sheet: Sheet, align: Anchor) -> None:
        size, least = self._layout.title, self._layout.needed
        self._fitted(words, sheet.title, size, 700, self._theme.ink, align, least)

    def _face(self, rect: pygame.Rect, face: int, words: str, colour: RGB, beside: bool) -> None:
        """A face and its words, which a wide place has on one line."""
        place, size = self._layout, self._layout.words
        if beside:
            side = rect.height * 3 // 4
            pad = (rect.height - side) // 2
            icons.draw(self._canvas, f"face_{face}", (rect.left + pad, rect.top + pad, side, side), colour)
            left = rect.left + 2 * pad + side
            box = pygame.Rect(left, rect.top, rect.right - pad - left, rect.height)
            self._fitted(words.replace("\n", " "), box, size, 700, colour, "left", place.needed)
            return
        disc = min(place.px(96), rect.height - 2 * line_px(place.needed) - place.px(10))
        icon = (rect.left, rect.top + place.px(6), rect.width, max(1, disc))
        icons.draw(self._canvas, f"face_{face}", icon, colour)
        under = icon[1] + icon[3]
        box = pygame.Rect(rect.left, under, rect.width, rect.bottom - under - place.px(2))
        one = words.replace("\n", " ")
        lines = one if self._canvas.width(one, size, 700) <= rect.width - place.px(24) else words
        self._fitted(lines, box.inflate(-place.px(12), 0), size, 700, colour, "centre", place.needed)

    def _whose(self, page: Faces, sheet: Sheet) -> None:
        """Whose visit is meant, and who served, for the citizen to say so or skip."""
        place, about = self._layout, sheet.about
        if sheet.beside:
            self._whose_large(page, about)
        elif about.height < 3 * line_px(place.least):  # beside each other
            number, counter = self._visit(page)
            two = about.height >= 2 * line_px(place.needed)
            lines = [number, counter] if two else [[*number, (", ", 400), *counter]]
            high, used = about.height // len(lines), 0
            for n, pieces in enumerate(lines):
                line = pygame.Rect(about.left, about.top + n * high, about.width * 3 // 5, high)
                used = max(used, self._pieces(pieces, line, place.needed))
            left = about.left + used + place.px(20)
            rest = pygame.Rect(left, about.top, about.right - left, about.height)
            self._served_by(page, rest, "left")
        else:
            number, counter = self._visit(page)
            line = pygame.Rect(about.left, about.top, about.width, place.px(46))
            if not page.officer:
                line.centery = about.centery
            size = max(place.needed, place.px(40))
            self._pieces([*number, (", ", 400), *counter], line, size)
            rest = pygame.Rect(about.left, line.bottom, about.width, about.bottom - line.bottom)
            self._served_by(page, rest, "left")

    def _visit(self, page: Faces) -> tuple[Pieces, Pieces]:
        """ "Số B047" and "quầy 7"."""
        number, counter = (self._texts(f"rate.{key}", page.lang) + " " for key in ("number", "counter"))
        return [(number, 400), (page.number, 700)], [(counter, 400), (page.counter, 700)]

    def _pieces(self, pieces: Pieces, box: pygame.Rect, size: int) -> int:
        """One line of words of two weights from the left of the box; how wide it became."""

        def wide() -> int:
            return sum(self._canvas.width(words, size, weight) for words, weight in pieces)

        while wide() > box.width and size > self._layout.px(24):
            size -= 1
        left, inks = box.left, {400: self._theme.ink2, 700: self._theme.ink}
        for words, weight in pieces:
            if words.strip():
                at = (left, box.centery)
                self._canvas.text(words.strip(" "), at, size, weight, inks[weight], "left", "middle")
            left += self._canvas.width(words, size, weight)
        return left - box.left

    def _served_by(self, page: Faces, box: pygame.Rect, align: Anchor) -> None:
        """Who served, and what to press if it was somebody else: that is said however long the name is."""
        for words in self._asked(page):
            try:
                size, least = self._layout.needed, self._layout.least
                self._canvas.text_box(words, box, size, 400, self._theme.ink2, align, None, least, "middle")
                return
            except DoesNotFit:
                continue

    def _asked(self, page: Faces) -> Iterator[str]:
        """The same in ever fewer letters; nothing when nobody is named."""
        name = page.officer
        if name:
            yield self._texts("rate.officer", page.lang, name=name)
            yield self._texts("rate.officer_short", page.lang, name=name)
        while name:
            yield self._texts("rate.officer_shortest", page.lang, name=name).replace("….", "…")
            name = name.rstrip("…")[:-1].rstrip() + "…" if len(name) > 2 else ""

    def _whose_large(self, page: Faces, box: pygame.Rect) -> None:
        """Upright there is room: the number is the largest thing, then where, then who."""
        theme, place = self._theme, self._layout
        line = line_px(place.title)
        last = 2 * line_px(place.needed)
        number = pygame.Rect(box.left, box.top, box.width, max(1, box.height - line - last))
        size = min(number.height * 3 // 4, place.title * 5)
        if size >= place.title:
            middle = (box.centerx, number.centery + line // 3)
            self._number(page.number, middle, size, box.width, theme.ink)
            counter = self._texts("idle.counter", page.lang, counter=page.counter)
        else:
            number.height = 0
            counter = f"{page.number} – {self._texts('idle.counter', page.lang, counter=page.counter)}"
        where = pygame.Rect(box.left, number.bottom, box.width, line)
        self._fitted(counter, where, place.title, 700, theme.accent, "centre", place.needed)
        self._served_by(page, pygame.Rect(box.left, where.bottom, box.width, last), "centre")

    def _officers_line(self, line: Line | None, ink: RGB) -> None:
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
        self._canvas.fill(self._layout.rect(0, 412, 800, 68), fill)
        icons.draw(self._canvas, icon, self._layout.rect(MARGIN, 426, 40, 40), ink)
        self._words(words, (MARGIN + 52, 414, 720, 64), 35, 600, ink, "left")

    def _button(self, rect: pygame.Rect, words: str, fill: RGB, border: RGB, width: int, ink: RGB) -> None:
        self._canvas.card(rect, fill, self._radius, border, self._border(width))
        inner = rect.inflate(-self._layout.px(24), -self._layout.px(4))
        size = self._layout.words
        self._fitted(words, inner, size, 700, ink, "centre", self._layout.needed)

    def _words(
        self,
        words: str,
        box: tuple[float, float, float, float],
        px: int,
        weight: int,
        ink: RGB,
        align: Anchor = "centre",
    ) -> None:
        """Words of the design, in its own measures."""
        place = self._layout
        self._fitted(words, place.rect(*box), place.px(px), weight, ink, align, place.px(px // 2))

    def _fitted(
        self, words: str, rect: pygame.Rect, px: int, weight: int, ink: RGB, align: Anchor, floor: int
    ) -> None:
        """Words in the middle of `rect`, smaller if need be. What was configured may be too long even so."""
        while words:
            try:
                self._canvas.text_box(words, rect, px, weight, ink, align, None, floor, "middle")
                return
            except DoesNotFit:
                words = words.rstrip("…")[: -max(1, len(words) // 8)].rstrip() + "…" if len(words) > 2 else ""

    def _number(self, number: str, middle: tuple[float, float], size: int, most: float, ink: RGB) -> None:
        while self._canvas.figures_width(number, size, 800) > most and size > 4:
            size -= 4
        self._canvas.figures(number, middle, size, 800, ink, "centre", "middle")

    @property
    def _radius(self) -> int:
        return self._layout.px(20)

    def _border(self, width: int) -> int:
        return self._layout.px(width)
