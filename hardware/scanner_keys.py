"""A scanner that acts as a keyboard: key events to bytes, and the device they come from.

`Keys` is pure and knows the US layout, which scanners type unless told otherwise. Whatever is not a printable
ASCII letter, figure or sign ends here: function keys, Ctrl, Alt and the like, and everything pressed together
with them, may stand in a hostile code. Keeps out where a scan begins and ends.
"""

from __future__ import annotations

import select
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hardware.scanner import CANCEL

# linux/input-event-codes.h: the code of the first key of a row, and what the keys from there on type.
_ROWS: Final = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (55, "*", "*"),  # the keypad from here on
    (57, " ", " "),  # the space bar, between them
    (71, "789-456+1230.", "789-456+1230."),
    (98, "/", "/"),
)
PLAIN: Final = {first + n: key for first, keys, _ in _ROWS for n, key in enumerate(keys)}
SHIFTED: Final = {first + n: key for first, _, keys in _ROWS for n, key in enumerate(keys)}
ENTER: Final = frozenset({28, 96})  # the keypad's, too
SHIFT: Final = frozenset({42, 54})
SILENCERS: Final = frozenset({29, 97, 56, 100, 125, 126, 99})  # Ctrl, Alt, Super, left and right; SysRq
_RELEASED, _PRESSED, _REPEATED = 0, 1, 2
_EV_SYN, _EV_KEY, _SYN_DROPPED = 0, 1, 3


class Keys:
    """Key events in, ASCII bytes out; Enter is a line feed."""

    def __init__(self) -> None:
        self._held: set[int] = set()  # of shift and the silencers

    def key(self, code: int, value: int) -> bytes:
        """One event: `value` 0 released, 1 pressed, 2 repeated by the kernel, which no scanner means."""
        if code in SHIFT or code in SILENCERS:
            (self._held.discard if value == _RELEASED else self._held.add)(code)
            return b""
        if value != _PRESSED or not self._held.isdisjoint(SILENCERS):
            return b""
        if code in ENTER:
            return b"\n"
        layout = PLAIN if self._held.isdisjoint(SHIFT) else SHIFTED
        return layout.get(code, "").encode("ascii")

    def lost(self) -> bytes:
        """The kernel dropped events: the scan under way is cancelled, which keys are held is forgotten."""
        self._held.clear()
        return bytes([CANCEL])


class KeyboardWire:
    """The keyboard at `path`, grabbed: nobody else hears its keys. Raises OSError when that cannot be."""

    def __init__(self, path: str, quiet_s: float) -> None:
        import evdev

        self._quiet_s, self._keys = quiet_s, Keys()
        self._device = evdev.InputDevice(path)
        try:
            self._device.grab()
        except OSError:
            self._device.close()
            raise

    def read(self) -> bytes | None:
        """See `hardware.scanner_wired.Wire`."""
        if not select.select([self._device.fd], [], [], self._quiet_s)[0]:
            return None
        return b"".join(self._decoded())

    def close(self) -> None:
        try:
            self._device.close()  # the kernel lets go of what was grabbed
        except OSError:
            return  # unplugged: nothing to let go of

    def _decoded(self) -> Iterator[bytes]:
        for event in self._device.read():
            if event.type == _EV_KEY:
                yield self._keys.key(event.code, event.value)
            elif event.type == _EV_SYN and event.code == _SYN_DROPPED:
                yield self._keys.lost()


def keyboard_of(vendor: str, product: str, devices: Path = Path("/sys/class/input")) -> str:
    """The device's file of the keyboard with these USB ids, four hexadecimal figures each, lower case.

    A scanner shows several devices; the one with an Enter key is meant, of several the first. Raises
    FileNotFoundError when none is plugged in.
    """
    for event in sorted(devices.glob("event*"), key=lambda path: int(path.name.removeprefix("event"))):
        ids = event / "device" / "id"
        keys = (event / "device" / "capabilities" / "key").read_text().split()
        enter = int(keys[-1], 16) >> min(ENTER) & 1 if keys else 0  # the last word has the lowest codes
        if enter and _word(ids / "vendor") == vendor and _word(ids / "product") == product:
            return f"/dev/input/{event.name}"
    raise FileNotFoundError(f"no keyboard {vendor}:{product} is plugged in")


def _word(path: Path) -> str:
    return path.read_text().strip().lower()
