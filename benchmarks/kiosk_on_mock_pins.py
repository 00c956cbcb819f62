"""`motcua kiosk` on a machine without a GPIO header, for `benchmarks.agent`: its wired buttons hang on
gpiozero's mock pins. All else is the program's own, also lgpio, which it loads as it does on a Raspberry Pi.

    python -m benchmarks.kiosk_on_mock_pins [LIBRARY...] FILE.toml

LIBRARY: evdev or libusb, of hardware that nobody has here, loaded as its driver would and used for nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import motcua
from hardware import buttons_gpio


def mock_pins(chip: int | None) -> Any:
    """What stands in for the header; lgpio is there and drives nothing."""
    from gpiozero.pins.mock import MockFactory

    buttons_gpio.load_lgpio()
    for library in beside:
        LIBRARIES[library]()
    return MockFactory()


def load_evdev() -> None:
    import evdev

    assert evdev.InputDevice is not None


def load_libusb() -> None:
    import usb.backend.libusb1
    import usb.core

    assert usb.backend.libusb1.get_backend() is not None, "this machine has no libusb-1.0"


LIBRARIES: dict[str, Callable[[], None]] = {"evdev": load_evdev, "libusb": load_libusb}

if __name__ == "__main__":
    *beside, file = sys.argv[1:]
    buttons_gpio._open_pins = mock_pins
    sys.argv[1:] = ["kiosk", file]
    sys.exit(motcua.main())
