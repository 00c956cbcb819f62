"""What is on the panel: the kiosk's own screen, or, while nobody takes a number there, the satisfaction page
of the counter that the kiosk stands at.

Knows when to paint and whom a finger or a button is for; what the screens say is decided by `kiosk.core` and
`kiosk.counter.guest`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from broker.vocabulary import Now
from hardware.buttons import Buttons
from hardware.canvas import Canvas
from hardware.screen import Screen
from hardware.texts import Texts
from hardware.theme import THEMES, ThemeName
from kiosk.core import Kiosk
from kiosk.counter.asking import DWELL_S, RATINGS
from kiosk.counter.guest import Guest
from kiosk.counter.view import Asked
from kiosk.layout.frame import Arrangement
from kiosk.layout.panel import Panel
from kiosk.paint.painter import paint, theme_of
from kiosk.panel import Shown
from kiosk.state.buttons import BUTTONS
from kiosk.view import View
from kiosk.vocabulary import SERVICE, ButtonPressed, Input, Tapped

CALM_S = 1.0  # figures on the screen change at most so often


class Stage:
    """One panel. `usual` is the device's own theme; `shown` is what people at a simulated one may look at."""

    def __init__(
        self,
        core: Kiosk,
        guest: Guest,
        screen: Screen,
        panel: Panel,
        keys: Buttons,
        usual: ThemeName,
        texts: Texts,
        shown: Shown,
    ) -> None:
        self._core, self._guest, self._screen, self._panel = core, guest, screen, panel
        self._keys, self._usual, self._texts, self._shown = keys, usual, texts, shown
        # Nobody is asked who could not answer.
        self._asks = panel.touch or not set(RATINGS).isdisjoint(keys.ids)
        self._on: View | Asked | None = None
        self._arrangement = Arrangement((), {})
        self._painted_at = 0.0
        self._stale = False  # there is something new to paint, in a moment

    # --- whom it is for ---------------------------------------------------------------------------------

    @property
    def asking(self) -> bool:
        """Whether the satisfaction page is on."""
        return isinstance(self._on, Asked)

    def touched(self, x: int, y: int, now: Now) -> Input | None:
        """A finger at a pixel: an input for the kiosk, or None where the guest has taken it."""
        if self.asking:
            self._guest.touch(x, y, now)
            return None
        spot = self._arrangement.spot_at(x, y)
        return Tapped(spot.target if spot else None)

    def pressed(self, button: str, now: Now) -> Input | None:
        """A wired button: the same. Who presses one of the kiosk's is there for a number."""
        if self.asking and self._guest.press(button, now):
            return None
        self.yielded(now)
        return ButtonPressed(button)

    def yielded(self, now: Now) -> None:
        """Somebody takes a number: what was answered is recorded as it stands."""
        if self.asking:
            self._guest.leave(now)

    # --- what is seen -----------------------------------------------------------------------------------

    def refresh(self, now: Now, calm: bool = False) -> None:
        """Paint if there is something else to see. `calm`: nobody has done anything, and a hall in a hurry
        sends many boards a second; a screen that people read stays as it is for a second."""
        if calm and now.mono - self._painted_at < CALM_S:
            self._stale = True
            return
        self._stale = False
        view = self._core.view(now)
        asked = self._asks and view.identify is None and self._core.at_rest(now)
        page = self._guest.page if asked else None
        if page is not None and not self.asking:
            self._guest.appear(now)
        self._keys.light(self._core.lit(now) if page is None else self._guest.lit)
        on: View | Asked = view if page is None else page
        if on != self._on:
            canvas = Canvas(self._screen.surface, THEMES[theme_of(self._usual, view.look)])
            if page is None:
                self._arrangement = paint(canvas, view, self._panel, self._texts)
            else:
                self._guest.paint(canvas, self._panel.px_per_mm)
            self._screen.show()
            self._on, self._painted_at = on, now.mono
            self._shown.labels = self._labels()
        self._shown.targets = self._targets()

    def wait_s(self, now: Now) -> float | None:
        """How long until it wants to paint what it held back."""
        return self._painted_at + CALM_S - now.mono if self._stale else None

    def _targets(self) -> Callable[[], list[dict[str, Any]]]:
        """What a finger would hit at the moment it is asked. Reads values only: it runs in another thread."""
        if self.asking:
            found, live_at = self._guest.boxes, self._painted_at + DWELL_S
        else:
            spots = (s for s in self._arrangement.spots if s.target not in self._arrangement.dead)
            found = [{"verb": s.target.verb.value, "of": s.target.of, "box": s.box} for s in spots]
            live_at = self._core.live_at()
        return lambda: found if time.monotonic() >= live_at else []

    def _labels(self) -> dict[str, str]:
        """The words on the wired buttons, as they would be painted on them."""
        labels = {word: self._texts(f"keys.{word}", "vi") for word in sorted(BUTTONS)}
        for id in self._keys.ids:
            found = self._core.hall.service(id.removeprefix(SERVICE))
            if found is not None:
                labels[id] = f"{found[1].letter} {found[1].name.vi}"
        return labels
