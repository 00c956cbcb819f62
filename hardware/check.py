"""Trying a program's hardware before the doors open: open what the settings name, and say what answered.

Each trial takes the setting's text and returns a sentence, or raises what opening it raises. Nothing is
printed and nothing is heard: a check may be made while citizens stand in front of the machine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from hardware.clock import open_clock


def clock(url: str) -> str:
    found = open_clock(url)
    word = (
        "something keeps it right" if found.synchronised else "nothing keeps it right: set it, or wait for it"
    )
    return f"reads {found.now():%Y-%m-%d %H:%M:%S} UTC, {word}"


def screen(url: str) -> str:
    from hardware.screen import open_screen

    found = open_screen(url)
    width, height = found.size
    found.close()
    return f"opened, {width} x {height} pixels"


def printer(url: str) -> str:
    from hardware.printer import open_printer

    found = open_printer(url, open_clock("system"))
    try:
        status = found.look()
    finally:
        found.close()
    return f"{found.width_mm} mm of paper, says {status.value}"


def speaker(url: str) -> str:
    from hardware.speaker import open_speaker

    open_speaker(url, open_clock("system")).close(0.3)
    return "opened"


def keys(url: str) -> str:
    if url == "sim:":
        return "simulated, all there are"
    from hardware.buttons import open_buttons

    found = open_buttons(url, lambda press: None)
    found.close()
    return "opened"


def folder(path: Path) -> str:
    """Whether a folder can be written to, or made. Makes nothing: the program may run as another user."""
    there = next(place for place in (path, *path.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(f"{there} cannot be written")
    free = os.statvfs(there)
    return f"{path} can be written, {free.f_bavail * free.f_frsize // 1_000_000} MB free"


# The name of a setting -> how it is tried. Programs use these names for these things and for no others.
TRIALS: Mapping[str, Callable[[str], str]] = {
    "clock": clock,
    "screen": screen,
    "printer": printer,
    "speaker": speaker,
    "keys": keys,
    "data": lambda value: folder(Path(value)),
}
