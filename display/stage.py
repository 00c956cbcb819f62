"""Stage: the wall's picture on its screen.

Knows screen, panel and painter, and what a plan asks of them that cannot be read; keeps out when something
is shown. Paints only what differs. While the panel rests, everything is black but for a few words.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from broker.messages import DisplayPlan, Zone
from display.fit import LayoutRefused, Panel, arrange
from display.identified import identified
from display.marks import moved
from display.paint import Painter
from display.pictures import picture_of, rooms
from display.programme import zones_of
from display.rest import drift
from display.settings import Settings
from display.view import View
from hardware.identity import Identity
from hardware.screen import Screen
from hardware.texts import Texts
from hardware.theme import THEMES, ThemeName

ZONES: Final[tuple[Zone, Zone]] = ("calls-progress", "progress")
STEP = 3  # px of a panel whose short side has 1080: a step of what stands still all day


class Stage:
    """Brings views onto `screen`. Raises `LayoutRefused` when not even a call could be read there."""

    def __init__(self, screen: Screen, settings: Settings) -> None:
        self._screen = screen
        self._settings = settings
        self._texts = Texts.load("display")
        self._measured = screen.size
        self._measure(screen.size)
        self._unfit: str | None = None  # why the panel that is plugged in now has the picture of another
        self._plan: DisplayPlan | None = None
        self._rows: int | None = None
        self._theme: ThemeName | None = None
        self._painter: Painter | None = None
        self._shown: tuple[View, int | None, tuple[int, int], Identity | None] | None = None
        self.identity: Identity | None = None  # while somebody looks for this wall

    def _measure(self, size: tuple[int, int]) -> None:
        """Find out what a panel of this size can hold. Raises `LayoutRefused` and changes nothing then."""
        panel, table = panels(size, self._settings)
        arrange(panel)
        self.panel, self.table = panel, table
        self.rooms, self._refused = rooms(panel, table, self._texts, self._settings.lang)

    def ask(self, plan: DisplayPlan) -> None:
        """Take what the plan wants of the layout."""
        self._plan, self._rows = plan, plan.rows or None

    def follow_panel(self) -> bool:
        """Lay the wall out anew for another panel that was plugged in; whether there is one.

        Where not even a call could be read on it, it has the picture of the one before, scaled.
        """
        size = self._screen.panel_size
        if size == self._measured:
            return False
        self._measured, self._unfit = size, None
        try:
            self._measure(size)
        except LayoutRefused as refusal:
            self._unfit = str(refusal)
        else:
            self._screen.fit_panel()
            self._painter = self._shown = None
        return True

    def unreadable(self) -> str | None:
        """What is wanted and could not be read from the seats, with the reasons; None: all is well."""
        wanted = zones_of(self._plan) if self._plan is not None else ()
        reasons = [self._unfit] if self._unfit else []
        reasons += [reason for zone in wanted if (reason := self._refused.get(zone))]
        self._rows = self._plan.rows or None if self._plan is not None else None
        try:
            arrange(self.panel, self._rows)
        except LayoutRefused as refusal:
            self._rows = None
            reasons.append(str(refusal))
        return "; ".join(dict.fromkeys(reasons)) or None

    def show(self, view: View, now: datetime) -> bool:
        """Paint what differs from what is shown; whether anything did."""
        wanted = (view, self._rows, drift(now), self.identity)
        if wanted == self._shown:
            return False
        self._shown = wanted
        picture = picture_of(view, self.panel, self.table, self._texts, self._settings.lang, self._rows)
        if self.identity is not None:
            picture = identified(picture, self.identity)
        step = max(1, self.panel.space(STEP))
        right, down = wanted[2]
        rects = self._brush(view).paint(moved(picture, right * step, down * step))
        awake = view.face != "rest" or self._settings.at_rest == "dark" or self.identity is not None
        if awake:
            self._screen.power(True)
        if rects:
            self._screen.show(rects)
        if not awake:
            self._screen.power(False)
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


def dossiers_held(panel: Panel, table: Panel, lang: str) -> str:
    """How many dossiers a page of this panel has, in one line."""
    held, _ = rooms(panel, table, Texts.load("display"), lang)
    below, alone = (held[zone].dossiers if zone in held else "no" for zone in ZONES)
    return f"a page of {below} dossiers below calls or {alone} alone, read from {table.seat_m:g} m"
