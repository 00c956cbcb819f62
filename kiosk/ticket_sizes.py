"""How large the parts of a ticket are, and what gives way, in which order, when its names are long.

Knows sizes in dots, 8 a millimetre; keeps out how they are drawn (`kiosk.ticket`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kiosk.slip import LONGEST

NUMBER_FLOOR: Final = 130  # 12 mm capitals
MUST_FLOOR: Final = 36  # 3.3 mm capitals
REST_FLOOR: Final = 22  # 2 mm capitals


@dataclass(frozen=True)
class Sizes:
    """One way to set the ticket, em sizes in dots; the roomiest that is short enough is taken."""

    number: int
    must: int
    body: int
    gap: float = 1.0
    names: int = MUST_FLOOR  # the floor of authority and service
    values: int = MUST_FLOOR  # of people and minutes
    documents: bool = True
    authority: bool = True
    extras: bool = True  # the hotline, and the words below a code that stands alone
    lines: int = LONGEST  # of a name; what is more becomes "…"
    place: int = MUST_FLOOR  # the floor of the place
    place_lines: int = LONGEST


_TIGHT: Final = Sizes(NUMBER_FLOOR, MUST_FLOOR, REST_FLOOR, 0.1, names=30, documents=False)
_LAST: Final = replace(_TIGHT, gap=0.0, names=REST_FLOOR, values=28, authority=False)
_BARE: Final = replace(_LAST, extras=False)
# For names that nobody should give. They lose their ends; where that is not enough the place gets smaller.
# Only what is still too long then gives more: the place its end, a number of twelve wide letters its size.
_ONE_LINE: Final = replace(_BARE, lines=1, place=REST_FLOOR)
_CUT: Final = (
    *(replace(_BARE, lines=lines) for lines in (6, 4, 3, 2)),
    replace(_ONE_LINE, lines=2),
    _ONE_LINE,
    *(replace(_ONE_LINE, place_lines=lines) for lines in (8, 6, 4, 2)),
    replace(_ONE_LINE, place_lines=2, number=NUMBER_FLOOR // 2),
)
TRIES: Final[dict[int, tuple[Sizes, ...]]] = {
    80: (
        Sizes(184, 40, 28),
        Sizes(184, 38, 28, 0.6),
        Sizes(184, MUST_FLOOR, 26, 0.3),
        Sizes(160, MUST_FLOOR, 26, 0.2),
        Sizes(150, MUST_FLOOR, 24, 0.1),
        replace(_TIGHT, documents=True),
        _TIGHT,
        replace(_TIGHT, authority=False),
        replace(_TIGHT, names=26, authority=False),
        _LAST,
        _BARE,
        *_CUT,
    ),
    58: (
        Sizes(150, MUST_FLOOR, 26),
        Sizes(140, MUST_FLOOR, 26, 0.5, documents=False),
        Sizes(NUMBER_FLOOR, MUST_FLOOR, 24, 0.2, documents=False),
        _TIGHT,
        replace(_TIGHT, names=26, values=30),
        _LAST,
        _BARE,
        *_CUT,
    ),
}
