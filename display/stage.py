"""Stage: the wall's picture on its screen.

Knows screen, panel and painter, and what a plan asks of them that cannot be read; keeps out when something
is shown. Paints only what differs. While the panel rests, everything is black but for a few words.
"""

from __future__ import annotations

from datetime import datetime

from broker.messages import DisplayPlan
from display.fit import LayoutRefused, Panel, arrange
from display.marks import moved
from display.paint import Painter
from display.pictures import picture_of, rooms
from display.programme import zones_of
from display.rest import drift
from display.settings import Settings
from display.view import View
from hardware.screen import Screen
from hardware.texts import Texts
from hardware.theme import THEMES, ThemeName

STEP = 3  # px of a panel whose short side has 1080: a step of what stands still all day


class Stage:
    """Brings views onto `screen`. Raises `LayoutRefused` when not even a call could be read there."""

    def __init__(self, screen: Screen, settings: Settings) -> None:
        self._screen = screen
        self._settings = settings
        self._texts = Texts.load("display")
        self.panel, self.table = panels(screen.size, settings)
        arrange(self.panel)
        self.rooms, self._refused = rooms(self.panel, self.table, self._texts, settings.lang)
        self._rows: int | None = None
        self._theme: ThemeName | None = None
        self._painter: Painter | None = None
        self._shown: tuple[View, int | None, tuple[int, int]] | None = None

    def ask(self, plan: DisplayPlan) -> str | None:
        """Take what the plan wants of the layout; the reason, if some of it cannot be read from the seats."""
        reasons = [reason for zone in zones_of(plan) if (reason := self._refused.get(zone))]
        self._rows = plan.rows or None
        try:
            arrange(self.panel, self._rows)
        except LayoutRefused as refusal:
            self._rows = None
            reasons.append(str(refusal))
        return "; ".join(dict.fromkeys(reasons)) or None

    def show(self, view: View, now: datetime) -> bool:
        """Paint what differs from what is shown; whether anything did."""
        wanted = (view, self._rows, drift(now))
        if wanted == self._shown:
            return False
        self._shown = wanted
        picture = picture_of(view, self.panel, self.table, self._texts, self._settings.lang, self._rows)
        step = max(1, self.panel.space(STEP))
        right, down = wanted[2]
        rects = self._brush(view).paint(moved(picture, right * step, down * step))
        if rects:
            self._screen.show(rects)
        return bool(rects)

    def _brush(self, view: View) -> Painter:
        """The painter for this view: the theme of the device, and black for a panel at rest."""
        theme: ThemeName = "contrast" if view.face == "rest" else self._settings.theme
        if self._painter is None or theme != self._theme:
            self._theme, self._painter = theme, Painter(self._screen.surface, THEMES[theme])
        return self._painter


def panels(size: tuple[int, int], settings: Settings) -> tuple[Panel, Panel]:
    """The panel as the farthest seat sees it, and as who reads dossiers does."""
    far = settings.farthest_seat_m
    near = min(far, settings.table_seat_m)
    return Panel(*size, settings.diagonal_inch, far), Panel(*size, settings.diagonal_inch, near)
