"""The power of a panel: lets it sleep, and wakes it, where the kernel's mode setting does that (DPMS).

Knows three questions and one order of the kernel (drm/drm_mode.h); keeps out when. A card obeys only its
owner, which is SDL, in this same process: the order goes through a file that SDL has opened.
"""

from __future__ import annotations

import ctypes
import fcntl
import logging
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

OWN_FILES: Final = Path("/proc/self/fd")
ON, OFF = 0, 3  # DRM_MODE_DPMS_*

# _IOWR('d', number, struct), and the structs: of pointers (Q) and numbers (I), as on every 64-bit kernel.
GET_RESOURCES, RESOURCES = 0xA0, struct.Struct("4Q8I")
GET_CONNECTOR, CONNECTOR = 0xA7, struct.Struct("4Q12I")
GET_PROPERTY, PROPERTY = 0xAA, struct.Struct("2Q2I32s2I")
SET_PROPERTY, ORDER = 0xAB, struct.Struct("Q2I")
MODE_BYTES: Final = 68  # of one drm_mode_modeinfo: asking for one mode keeps the kernel from probing
CONNECTED: Final = 1


def switch_panel(on: bool, files: Path = OWN_FILES) -> bool:
    """Let every connected panel of the card that this process shows something on wake or sleep.

    False where the kernel did not: no card, not ours, or a driver without DPMS.
    """
    for card in _cards(files):
        try:
            done = [_order(card, connector, name, ON if on else OFF) for connector, name in _switches(card)]
        except OSError as error:
            log.info("panel power refused reason=%s", error.strerror)
            continue
        if done:
            log.info("panel power on=%s panels=%d", on, len(done))
            return True
    return False


def _cards(files: Path) -> Iterator[int]:
    for file in sorted(files.iterdir(), key=lambda file: int(file.name)):
        try:
            if os.readlink(file).startswith("/dev/dri/card"):
                yield int(file.name)
        except FileNotFoundError:
            pass  # the one that listed this folder


def _ask(card: int, number: int, shape: struct.Struct, *values: int | bytes) -> tuple[int | bytes, ...]:
    told = bytearray(shape.pack(*values))
    fcntl.ioctl(card, (3 << 30) | (shape.size << 16) | (ord("d") << 8) | number, told)
    return shape.unpack(told)


def _switches(card: int) -> Iterator[tuple[int, int]]:
    """Connector and its property DPMS, of each panel that is connected."""
    count = int(_ask(card, GET_RESOURCES, RESOURCES, *[0] * 12)[6])
    connectors = (ctypes.c_uint32 * count)()
    where = ctypes.addressof(connectors)
    _ask(card, GET_RESOURCES, RESOURCES, 0, 0, where, 0, 0, 0, count, 0, 0, 0, 0, 0)
    for connector in connectors:
        for name in _properties(card, connector):
            said = _ask(card, GET_PROPERTY, PROPERTY, 0, 0, name, 0, b"", 0, 0)[4]
            if isinstance(said, bytes) and said.rstrip(b"\0") == b"DPMS":
                yield connector, name


def _properties(card: int, connector: int) -> list[int]:
    mode = ctypes.create_string_buffer(MODE_BYTES)
    one = ctypes.addressof(mode)
    said = _ask(card, GET_CONNECTOR, CONNECTOR, 0, one, 0, 0, 1, 0, 0, 0, connector, *[0] * 7)
    if said[11] != CONNECTED:
        return []
    count = int(said[5])
    names, values = (ctypes.c_uint32 * count)(), (ctypes.c_uint64 * count)()
    at = (ctypes.addressof(names), ctypes.addressof(values))
    _ask(card, GET_CONNECTOR, CONNECTOR, 0, one, *at, 1, count, 0, 0, connector, *[0] * 7)
    return list(names)


def _order(card: int, connector: int, name: int, value: int) -> int:
    _ask(card, SET_PROPERTY, ORDER, value, name, connector)
    return connector
