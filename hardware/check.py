"""Trying a program's hardware before the doors open: open what the settings name, and say what answered.

Each trial takes the setting's text and returns a sentence, or raises what opening it raises. Nothing is
printed and nothing is heard: a check may be made while citizens stand in front of the machine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from hardware.clock import open_clock

FORGETFUL = ("tmpfs", "ramfs", "overlay")  # file systems whose newest layer is memory, on such machines


class NotReady(Exception):
    """A device that is there and could not do its work now; one sentence."""


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
    """Asked how it is, which prints nothing. One that could not print a ticket now has failed the trial."""
    from hardware.printer import PrinterStatus, open_printer

    found = open_printer(url, open_clock("system"))
    try:
        status, trouble = found.look(), found.trouble
    finally:
        found.close()
    if status is PrinterStatus.UNPLUGGED:
        if trouble:
            raise NotReady(f"{url} cannot be reached: {trouble}")
        raise NotReady(f"{url} does not answer: is it switched on and plugged in?")
    if status not in (PrinterStatus.OK, PrinterStatus.PAPER_LOW):
        raise NotReady(f"{url} answers, but says {status.value}: no ticket would come out")
    return f"{found.width_mm} mm of paper, says {status.value}"


def speaker(url: str) -> str:
    """Taken and let go of: nothing is heard. Another program may hold a sound card that nobody shares."""
    from hardware.speaker import open_speaker

    found = open_speaker(url, open_clock("system"))
    try:
        found.try_out()
    finally:
        found.close(0.3)
    return "opened"


def keys(url: str) -> str:
    if url == "sim:":
        return "simulated, all there are"
    from hardware.buttons import open_buttons

    found = open_buttons(url, lambda press: None)
    ids = found.ids
    found.close()
    return f"opened: {', '.join(ids)}" if ids else "none, as it says"


def scanner(url: str) -> str:
    from hardware.scanner import open_scanner

    found = open_scanner(url, lambda scan: None)
    if found is None:
        return "none is wanted"
    found.close()
    if found.trouble:
        raise NotReady(f"{url} cannot be read: {found.trouble}")
    return "opened; nothing was scanned"


def folder(path: Path) -> str:
    """Whether a folder can be written to, or made. Makes nothing: the program may run as another user."""
    there = next(place for place in (path, *path.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(f"{there} cannot be written")
    found = os.statvfs(there)
    free = found.f_bavail * found.f_frsize // 1_000_000
    forgets = "; it lies in memory and is FORGOTTEN when the power goes" if in_memory(there) else ""
    return f"{path} can be written, {free} MB free{forgets}"


def in_memory(place: Path, mounts: Path = Path("/proc/self/mounts")) -> bool:
    """Whether what was written at `place` is gone after a power cut: a tmpfs, or the overlay of a read-only
    root. False where the kernel cannot be asked.
    """
    try:
        rows = [line.split() for line in mounts.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return False
    real = os.path.realpath(place)
    # The kernel writes a space in a path as \\040; of several mounts on one place the last is what one sees.
    kinds = {row[1].replace("\\040", " "): row[2] for row in rows}
    under = max(
        (at for at in kinds if real == at or real.startswith(at.rstrip("/") + "/")), key=len, default=""
    )
    return kinds.get(under) in FORGETFUL


# The name of a setting -> how it is tried. Programs use these names for these things and for no others.
TRIALS: Mapping[str, Callable[[str], str]] = {
    "clock": clock,
    "screen": screen,
    "printer": printer,
    "speaker": speaker,
    "keys": keys,
    "scanner": scanner,
    "data": lambda value: folder(Path(value)),
}
