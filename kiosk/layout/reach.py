"""How high above the floor a panel's targets are, for whoever hangs it up."""

from __future__ import annotations

from kiosk.layout.frame import body, foot, head
from kiosk.layout.panel import BUTTON_MM, Panel
from kiosk.layout.shelf import HOME_HEAD_MM
from kiosk.view import Look

GOOD_MM = (800.0, 1100.0)  # the band of ISO 21542
HARD_MM = (380.0, 1220.0)


def heights(panel: Panel) -> tuple[float, float]:
    """Of the lowest and the highest target's centre above the floor, in mm."""
    low = foot(panel)
    top = body(panel, head(panel, HOME_HEAD_MM, Look()), low).top + panel.mm(BUTTON_MM)
    return panel.from_floor(low.centery), panel.from_floor(top)


def reach(panel: Panel) -> str:
    """One line that says where the targets lie and whether everybody reaches them."""
    if not panel.touch:
        return "no touch: the wired buttons do everything"
    low, high = heights(panel)
    if low < HARD_MM[0] or high > HARD_MM[1]:
        word = "out of reach for many: hang the panel elsewhere"
    elif low < GOOD_MM[0] - 0.5 or high > GOOD_MM[1] + 0.5:
        word = "not for everybody: 800 to 1100 mm is the aim"
    else:
        word = "within everybody's reach"
    return f"targets {low:.0f} to {high:.0f} mm above the floor, {word}"
