"""`motcua kiosk` on a machine without a GPIO header, for `benchmarks.agent`: its wired buttons hang on
gpiozero's mock pins. All else is the program's own, also lgpio, which it loads as it does on a Raspberry Pi.

    python -m benchmarks.kiosk_on_mock_pins FILE.toml
"""

from __future__ import annotations

import sys
from typing import Any

import motcua
from hardware import buttons_gpio


def mock_pins(chip: int | None) -> Any:
    """What stands in for the header; lgpio is there and drives nothing."""
    from gpiozero.pins.mock import MockFactory

    buttons_gpio.load_lgpio()
    return MockFactory()


if __name__ == "__main__":
    buttons_gpio._open_pins = mock_pins
    sys.argv.insert(1, "kiosk")
    sys.exit(motcua.main())
