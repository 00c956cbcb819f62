"""How buttons and lamps are wired to the 40-pin header of a Raspberry Pi, read from the URL `gpio:...`.

Knows which pins there are and which are not free; pure. Keeps out gpiozero: what a pin does is
`hardware.buttons_gpio`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hardware.buttons import checked_ids
from hardware.url_options import choice, read_options

HEADER: Final = range(2, 28)  # GPIO 0 and 1 belong to the board's own memory chip (HAT EEPROM)
PULLED_UP: Final = (2, 3)  # have a resistor of 1.8 kOhm to 3.3 V on the board


@dataclass(frozen=True)
class Wire:
    """One button: its GPIO number, and its lamp's, if it has one."""

    id: str
    pin: int
    lamp: int | None = None


@dataclass(frozen=True)
class Wiring:
    """A whole row. pull: up, contacts close to ground; down, they close to 3.3 V.

    lamps_high: a lamp is lit by a high pin. chip: number of the gpiochip; None: the one of the header.
    """

    wires: tuple[Wire, ...]
    pull: str = "up"
    lamps_high: bool = True
    chip: int | None = None


def read_wiring(rest: str) -> Wiring:
    """What stands behind `gpio:`: `help=5,back=6/13?pull=up&lamps=high&chip=0`. Raises ValueError."""
    row, _, query = rest.partition("?")
    pairs = [item.partition("=") for item in row.split(",")]
    ids = checked_ids(tuple(name.strip() for name, _, _ in pairs))
    used: dict[int, str] = {}
    wires = []
    for id, (_, _, pins) in zip(ids, pairs, strict=True):
        pin, _, lamp = pins.partition("/")
        wires.append(
            Wire(
                id,
                _pin(pin, f"button {id}", used),
                _pin(lamp, f"lamp of {id}", used) if "/" in pins else None,
            )
        )
    options = read_options(query, ("chip", "pull", "lamps"))
    pull = choice(options, "pull", ("up", "down"))
    lamps_high = choice(options, "lamps", ("high", "low")) == "high"
    if pull == "down" and (fixed := [wire for wire in wires if wire.pin in PULLED_UP]):
        raise ValueError(
            f"GPIO {fixed[0].pin} is pulled up on the board and cannot be pulled down, "
            f"the nearest free one is GPIO {_nearest(fixed[0].pin, {**used, **dict.fromkeys(PULLED_UP, '')})}"
        )
    chip = options.get("chip")
    if chip is not None and not (chip.isascii() and chip.isdecimal() and len(chip) < 4):
        raise ValueError(f"chip is the number of a gpiochip, 0 for the header, not '{chip}'")
    return Wiring(tuple(wires), pull, lamps_high, None if chip is None else int(chip))


def _pin(text: str, what: str, used: dict[int, str]) -> int:
    """The GPIO number that `text` says, noted in `used`."""
    text = text.strip()
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None
    if number is None:
        raise ValueError(f"{what} is at a GPIO number, as in help=5 or help=5/13, not '{text}'")
    near = _nearest(number, used)
    if number in (0, 1):
        raise ValueError(
            f"{what} is at GPIO {number}, which the board keeps for itself, "
            f"the nearest free one is GPIO {near}"
        )
    if number not in HEADER:
        raise ValueError(
            f"{what} is at GPIO {number}, which is not on the header, the nearest free one is GPIO {near}"
        )
    if number in used:
        raise ValueError(
            f"GPIO {number} is taken twice, by {used[number]} and {what}, the nearest free one is GPIO {near}"
        )
    used[number] = what
    return number


def _nearest(number: int, used: Mapping[int, str]) -> int:
    free = [pin for pin in HEADER if pin not in used and pin != number]
    return min(free or HEADER, key=lambda pin: abs(pin - number))
