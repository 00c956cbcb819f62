"""Fingers on a panel: which of them is a touch, and where on an upright picture it fell.

Pure; knows nothing of SDL or of time but what it is told. Only the first finger counts: a second one, a palm
beside it, a finger that stays or slides are nothing more (a citizen leans on the panel, a child has ten).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, Literal, TypeAlias, get_args

Turn: TypeAlias = Literal[0, 90, 180, 270]
TURNS: Final[tuple[Turn, ...]] = get_args(Turn)
Spot: TypeAlias = tuple[int, int]

HELD_S: Final = 5.0  # what touches for longer is a resting arm, a drop of water or a lost event: no finger


class Fingers:
    """Contacts in, touches out. A contact counts when no other has lain on the panel in the last 5 s.

    Acts when a finger comes down, not when it leaves: shaking hands leave late and elsewhere.
    """

    def __init__(self) -> None:
        self._down_since: dict[Hashable, float] = {}

    def down(self, finger: Hashable, at: float) -> bool:
        """Whether contact `finger`, down since `at` (monotonic seconds), is a touch."""
        self._down_since = {f: since for f, since in self._down_since.items() if at - since < HELD_S}
        alone = not self._down_since
        self._down_since[finger] = at
        return alone

    def up(self, finger: Hashable) -> None:
        """It left; also one that never came."""
        self._down_since.pop(finger, None)


def turned_size(size: tuple[int, int], turn: Turn) -> tuple[int, int]:
    """Width and height of the upright picture on a panel of `size` that shows it turned; and back."""
    return size if turn in (0, 180) else (size[1], size[0])


def upright(x: float, y: float, turn: Turn) -> tuple[float, float]:
    """Where on the upright picture the place (x, y) of the panel is, both as shares from 0 to 1.

    turn: by how many degrees clockwise the picture was turned to stand on the panel.
    """
    match turn:
        case 0:
            return x, y
        case 90:
            return y, 1 - x
        case 180:
            return 1 - x, 1 - y
        case 270:
            return 1 - y, x


def spot(x: float, y: float, size: tuple[int, int]) -> Spot:
    """The pixel of a picture of `size` at the shares (x, y); never outside it."""
    width, height = size
    return min(max(int(x * width), 0), width - 1), min(max(int(y * height), 0), height - 1)


def placed(corner: Spot, box: tuple[int, int], size: tuple[int, int], turn: Turn) -> Spot:
    """Where on the panel the upper left corner of a box (width, height) at `corner` of the picture is."""
    (x, y), (width, height) = corner, box
    match turn:
        case 0:
            return x, y
        case 90:
            return size[1] - y - height, x
        case 180:
            return size[0] - x - width, size[1] - y - height
        case 270:
            return y, size[0] - x - width
