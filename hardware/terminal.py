"""Terminals of the system, as serial ports are: their errors.

Knows that termios has an error of its own, which pyserial lets through where it does not think of it.
"""

from __future__ import annotations

import termios
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_os_error() -> Iterator[None]:
    """termios.error, which is no OSError, as one: whoever owns the wire catches that."""
    try:
        yield
    except termios.error as error:
        raise OSError(*error.args) from error
