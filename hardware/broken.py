"""What is left of a device whose thread died of a bug: a value for the program's inbox, which raises it.

Knows no device. A fault of the hardware is a status; this is for what nobody thought of: a program that lives
on without that thread would be deaf and look well, one that ends is started again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeviceBroken:
    """A thread of `device` died of `error`; the program raises it."""

    device: str
    error: Exception


@contextmanager
def observed(device: str, put: Callable[[DeviceBroken], object]) -> Iterator[None]:
    """All that a device's thread does: an exception in it reaches `put`, whoever has called the thread."""
    try:
        yield
    except Exception as error:
        log.exception("device_broken device=%s", device)
        put(DeviceBroken(device, error))
