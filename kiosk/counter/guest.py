"""The satisfaction page as a guest on a kiosk that stands at a counter.

Everything a kiosk's program needs for it in one object: what the server says goes in, a page comes out while
a citizen is to be asked, touches are answered and recorded. When the page is shown is the kiosk's affair:
only while nobody takes a number there. One thread. What paints the page is loaded with the first page: most
kiosks stand at no counter, and it takes a megabyte.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from broker import vocabulary as heard
from broker.disk import Disk
from broker.vocabulary import Now
from hardware.canvas import Canvas
from hardware.texts import Texts
from kiosk.counter.answered import Answered
from kiosk.counter.asking import RATINGS, Asking
from kiosk.counter.known import Known
from kiosk.counter.records import Facts, Records
from kiosk.counter.view import Asked, View
from kiosk.counter.vocabulary import Wake

if TYPE_CHECKING:
    from kiosk.counter.screen import Targets


class Guest:
    """A kiosk without a counter never has a page: its configuration has no plan for one.

    disk: the device's memory, which its outbox is on. facts: `DeviceLink.facts`.
    """

    def __init__(self, device: str, disk: Disk, facts: Facts) -> None:
        kept = Answered(disk)
        self._records = Records(device, kept, facts)
        self._asking = Asking(
            Known(),
            kept.pairs(),
            kept.draft,
            lambda reasons: random.sample(reasons, len(reasons)),
            guest=True,
        )
        self._texts = Texts.load("kiosk.counter")
        self._targets: Targets = []

    # --- what happens -----------------------------------------------------------------------------------

    def begin(self) -> None:
        """Once, before anything else: what a power cut left behind is recorded."""
        self._records.carry_out(self._asking.begin())

    def hear(self, input: heard.Heard, now: Now) -> None:
        """Whatever the server says; what is of no use here changes nothing."""
        self.tick(now)
        self._records.carry_out(self._asking.hear(input, now))

    def tick(self, now: Now) -> None:
        """Time has passed; at the latest at `wake`."""
        self._records.carry_out(self._asking.tick(now))

    def touch(self, x: int, y: int, now: Now) -> None:
        """A finger at a pixel, while the page is on the screen."""
        from kiosk.counter.screen import hit

        self.tick(now)
        self._records.carry_out(self._asking.tap(hit(self._targets, x, y), now))

    def press(self, button: str, now: Now) -> bool:
        """A wired button, while the page is on the screen. Whether it is a rating button."""
        if button not in RATINGS:
            return False
        self.tick(now)
        self._records.carry_out(self._asking.press(button, now))
        return True

    def appear(self, now: Now) -> None:
        """The page comes on the screen, which showed something else: it is dead for half a second."""
        self._asking.appear(now)

    def leave(self, now: Now) -> None:
        """The program ends, or somebody takes a number: what was answered is recorded as it stands."""
        self._records.carry_out(self._asking.leave(now))

    # --- what can be seen -------------------------------------------------------------------------------

    @property
    def page(self) -> Asked | None:
        """What a citizen is asked now, or None. Equal pages look the same."""
        return self._asking.page

    @property
    def boxes(self) -> list[dict[str, Any]]:
        """Where a finger would answer, for whoever works a simulated screen: verb, id and box."""
        return [
            {
                "verb": type(target).__name__.lower(),
                "of": str(getattr(target, "level", getattr(target, "id", ""))),
                "box": tuple(box),
            }
            for box, target in self._targets
        ]

    @property
    def lit(self) -> frozenset[str]:
        """The rating buttons whose lamps are to be lit, while the page is on the screen."""
        return self._asking.wanted

    def wake(self) -> Wake:
        """When `tick` is wanted at the latest."""
        return self._asking.wake()

    def paint(self, canvas: Canvas, px_per_mm: float) -> None:
        """Draw the page on the whole canvas, in its theme."""
        page = self._asking.page
        if page is None:
            self._targets = []
            return
        from kiosk.counter.layout import Layout
        from kiosk.counter.screen import Painter
        from kiosk.layout.panel import NEEDED_MM

        layout = Layout(canvas.rect.size, px_per_mm, NEEDED_MM)
        self._targets = Painter(canvas, self._texts, layout).paint(View(page))
