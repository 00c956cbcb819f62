"""A receipt printer's machine that obeys physics: bytes go in, paper comes out, and the roll can be pulled.

Knows the machine's side of ESC/POS (raster, feed, cut, real-time status), its faults and how long paper takes
to move. Like a real one it takes every byte while it is out of paper, and prints them when a roll is put in.
It keeps the last 50 pieces of paper as pictures, and knows nothing of who talks to it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from PIL import Image

from hardware import escpos
from hardware.clock import Clock
from hardware.escpos_printer import WireGone
from hardware.paper import Paper
from hardware.paper_letters import Letters

log = logging.getLogger(__name__)

KEPT = 50  # pieces of paper that can still be looked at
TO_KNIFE_DOTS = 16  # white behind the last row; a real machine wastes 18 mm here, a viewer need not
LINE_DOTS = 30
SIM_BYTES_PER_S = 1_000_000.0  # a USB wire
TICK_S = 0.01
_WHITE = bytes(range(255, -1, -1))  # Pillow's white is 1, the head's is 0
_DOUBLED = [int("".join(bit * 2 for bit in f"{byte:08b}"), 2).to_bytes(2, "big") for byte in range(256)]

SWITCHES: dict[str, tuple[str, ...]] = {
    "paper": ("ok", "low", "out"),
    "cover": ("closed", "open"),
    "printer": ("plugged", "unplugged", "silent"),  # silent: hung, it neither takes nor answers bytes
    "cutter": ("ok", "jammed"),
}


class NoSuchSwitch(ValueError):
    """A switch or a position that the simulated printer does not have."""


class PaperMachine:
    """The machine behind the wire. Thread-safe; time passes in it whenever somebody looks or talks.

    `mm_per_s` moves the paper at that speed in the clock's time, 0 at once; `monotonic` is the stopwatch.
    """

    bytes_per_s = SIM_BYTES_PER_S

    def __init__(
        self,
        width_mm: int,
        clock: Clock,
        mm_per_s: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        dots: int | None = None,
    ) -> None:
        self.width_mm = width_mm
        self.width_dots = dots or escpos.HEAD_DOTS[width_mm]
        self._clock = clock
        self._mm_per_s = mm_per_s
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self._switches = {name: values[0] for name, values in SWITCHES.items()}
        self._buffer = bytearray()  # received, not yet carried out
        self._split = b""  # the beginning of a real-time command whose end has not arrived
        self._answers = bytearray()
        self._free_at = monotonic()  # when the paper stands still again
        self._ahead: deque[bytes] = deque()  # rows of dots that the head has still to print
        self._rows: list[bytes] = []  # printed since the last cut
        self._margin = 0  # GS L, in bytes of 8 dots
        self._letters = Letters(self.width_dots)
        self._jammed = False  # a blocked knife is noticed at a cut
        self._dots_left: int | None = None  # on the roll; None: plenty
        self._dots_out = 0
        self._papers: deque[Paper] = deque(maxlen=KEPT)
        self._n = 0
        self.title = ""  # of the ticket that is coming

    # --- what a person does -----------------------------------------------------------------------------

    def switch(self, name: str, value: str) -> None:
        """Put a switch in a position: see `SWITCHES`. `paper_mm` = "40" lets the roll end after 40 mm.

        Raises NoSuchSwitch.
        """
        if name == "paper_mm":
            if not value.isdecimal():
                raise NoSuchSwitch(f"paper_mm takes a whole number of millimetres, not '{value}'")
            with self._lock:
                self._advance()
                self._dots_left = int(value) * escpos.DOTS_PER_MM
            return
        if value not in SWITCHES.get(name, ()):
            known = "; ".join(f"{key} {'|'.join(values)}" for key, values in SWITCHES.items())
            raise NoSuchSwitch(f"no switch '{name}' with a position '{value}': {known}; paper_mm N")
        with self._lock:
            self._advance()
            was, self._switches[name] = self._switches[name], value
            if name == "paper" and value != "out" and (was == "out" or self._dots_left == 0):
                self._finish(whole=False)  # who puts a roll in pulls the old end out first
            if name == "paper":
                self._dots_left = None
            if name == "printer" and value == "unplugged":
                self._forget()  # half a ticket stays in the slot
                self._answers.clear()
            self._jammed = self._jammed and self._switches["cutter"] == "jammed"
            self._free_at = max(self._free_at, self._monotonic())
            self._advance()

    @property
    def switches(self) -> dict[str, str]:
        """Every switch and its position; a roll that ended by itself shows as paper out."""
        with self._lock:
            self._advance()
            return self._switches | ({"paper": "out"} if self._out_of_paper() else {})

    @property
    def last(self) -> int:
        """The `n` of the newest paper, 0 before the first."""
        with self._lock:
            self._advance()
            return self._n

    @property
    def metres(self) -> float:
        """Paper used since the start."""
        with self._lock:
            self._advance()
            return self._dots_out / escpos.DOTS_PER_MM / 1000

    def papers(self) -> list[Paper]:
        """The papers that are kept, oldest first."""
        with self._lock:
            self._advance()
            return list(self._papers)

    def paper(self, n: int | None = None) -> Paper | None:
        """Paper `n`, or the newest; None if there is none or it is no longer kept."""
        papers = self.papers()
        if n is None:
            return papers[-1] if papers else None
        return next((paper for paper in papers if paper.n == n), None)

    # --- the wire (hardware.escpos_printer.Wire) --------------------------------------------------------

    def write(self, data: bytes, timeout_s: float) -> None:
        with self._lock:
            self._advance()
            self._must_be_plugged()
            hung = self._switches["printer"] == "silent"
            if not hung:
                self._free_at = max(self._free_at, self._monotonic())
                self._take(data)
                self._advance()
        if hung:
            time.sleep(min(timeout_s, 1.0))
            raise WireGone("the printer takes no bytes")

    def read(self, timeout_s: float) -> bytes:
        limit = self._monotonic() + timeout_s
        while True:
            with self._lock:
                self._advance()
                self._must_be_plugged()
                if self._answers:
                    arrived = bytes(self._answers)
                    self._answers.clear()
                    return arrived
            left = limit - self._monotonic()
            if left <= 0:
                return b""
            time.sleep(min(TICK_S, left))

    def close(self) -> None:
        """A simulated wire has nothing to let go of."""

    # --- inside -----------------------------------------------------------------------------------------

    def _must_be_plugged(self) -> None:
        if self._switches["printer"] == "unplugged":
            raise WireGone("the printer is unplugged")

    def _out_of_paper(self) -> bool:
        return self._switches["paper"] == "out" or self._dots_left == 0

    def _stopped(self) -> bool:
        """Offline: it keeps taking bytes and carries none out."""
        return (
            self._jammed
            or self._out_of_paper()
            or self._switches["cover"] == "open"
            or self._switches["printer"] != "plugged"
        )

    def _forget(self) -> None:
        self._buffer.clear()
        self._split = b""
        self._ahead.clear()

    def _take(self, data: bytes) -> None:
        """Real-time commands act on arrival, wherever they stand: inside a picture too, as on real ones."""
        data = bytes(self._split) + data
        held = next((n for n in range(9, 0, -1) if len(data) >= n and _begins_real_time(data[-n:])), 0)
        data, self._split = data[: len(data) - held], data[len(data) - held :]
        at = buffered = 0
        while (at := data.find(b"\x10", at)) >= 0:
            n = data[at + 2] if data[at + 1 : at + 2] == b"\x04" and len(data) > at + 2 else 0
            if n in (1, 2, 3, 4):
                self._answers.append(self._status_byte(n))
                if at == buffered and not self._buffer:
                    buffered = at + 3  # not in the middle of anything: gone
                at += 3
            elif data.startswith(escpos.CLEAR, at):
                self._forget()
                at = buffered = at + len(escpos.CLEAR)
            else:
                at += 1
        self._buffer += data[buffered:]

    def _status_byte(self, n: int) -> int:
        out = self._out_of_paper()
        opened = self._switches["cover"] == "open"
        low = out or self._switches["paper"] == "low"
        bits = {
            1: 0x08 * self._stopped(),
            2: 0x04 * opened | 0x20 * out | 0x40 * self._jammed,
            3: 0x08 * self._jammed,
            4: 0x0C * low | 0x60 * out,
        }
        return 0x12 | bits[n]

    def _advance(self) -> None:
        """Carry out what is buffered, as far as paper, faults and time allow."""
        dot_s = self._clock.real_seconds(1 / self._mm_per_s / escpos.DOTS_PER_MM) if self._mm_per_s else 0.0
        now = self._monotonic()
        while not self._stopped() and self._free_at <= now:
            if self._ahead:
                self._rows.append(self._ahead.popleft())
                self._free_at += dot_s
                self._dots_out += 1
                if self._dots_left is not None:
                    self._dots_left -= 1
            elif not self._next_command():
                return

    def _next_command(self) -> bool:
        """Take the next command off the buffer; False when it is empty or the command not yet whole."""
        head = bytes(self._buffer[:8])
        for start, size_of, act in _COMMANDS:
            if head and len(head) < len(start) and start.startswith(head):
                return False  # not whole yet
            if head.startswith(start):
                size = size_of(head) if len(head) >= min(8, size_of(head.ljust(8, b"\0"))) else 0
                if not size or len(self._buffer) < size:
                    return False
                if act(self, bytes(self._buffer[:size])):
                    del self._buffer[:size]
                return True
        if head:
            if head[0] >= 0x20:
                self._letters.type(head[:1])
            elif head[0]:
                log.warning("printer-sim unknown byte=0x%02x", head[0])
            del self._buffer[0]
        return bool(head)

    def _raster(self, command: bytes) -> bool:
        stride = int.from_bytes(command[4:6], "little")
        wide = self.width_dots // 8
        double = command[3] & 3
        for at in range(8, len(command), stride):
            row = command[at : at + stride]
            if double & 1:
                row = b"".join(_DOUBLED[byte] for byte in row)
            row = (bytes(self._margin) + row)[:wide].ljust(wide, b"\0")
            self._ahead.extend([row] * (1 + (double >> 1)))
        return True

    def _set_margin(self, command: bytes) -> bool:
        self._margin = int.from_bytes(command[2:4], "little") // 8
        return True

    def _initialise(self, _: bytes) -> bool:
        self._margin = 0
        self._letters = Letters(self.width_dots)
        return True

    def _set_letters(self, command: bytes) -> bool:
        self._letters.set(command)
        return True

    def _line(self, _: bytes) -> bool:
        rows = self._letters.line()
        self._ahead.extend(rows)
        return self._feed(max(0, LINE_DOTS - len(rows)))

    def _feed(self, dots: int) -> bool:
        self._ahead.extend([bytes(self.width_dots // 8)] * dots)
        return True

    def _done(self, _: bytes) -> bool:
        self._answers.append(0x03 if self._switches["paper"] == "low" else 0x00)
        return True

    def _cut(self, _: bytes) -> bool:
        if self._switches["cutter"] == "jammed":
            self._jammed = True
            return False  # done when the knife is free
        self._finish(whole=True)
        return True

    def _finish(self, whole: bool) -> None:
        """The paper in the slot comes off."""
        if not self._rows:
            return
        rows = self._rows + [bytes(self.width_dots // 8)] * TO_KNIFE_DOTS
        dots = b"".join(rows).translate(_WHITE)
        picture = Image.frombytes("1", (self.width_dots, len(rows)), dots)
        self._rows = []
        self._n += 1
        self._papers.append(Paper(self._n, self.title, self._clock.now(), whole, picture, self.width_mm))


def _begins_real_time(tail: bytes) -> bool:
    whole = (escpos.ask(1), escpos.CLEAR)
    return any(len(tail) < len(command) and command.startswith(tail) for command in whole)


def _always(size: int) -> Callable[[bytes], int]:
    return lambda _: size


def _raster_size(head: bytes) -> int:
    return 8 + int.from_bytes(head[4:6], "little") * int.from_bytes(head[6:8], "little")


_COMMANDS: tuple[
    tuple[bytes, Callable[[bytes], int], Callable[[PaperMachine, bytes], bool]], ...
] = (  # start, size, what it does (False: not yet, ask again)
    (b"\x1dv0", _raster_size, PaperMachine._raster),
    (b"\x1bJ", _always(3), lambda machine, command: machine._feed(command[2])),
    (b"\x1bd", _always(3), lambda machine, command: machine._feed(command[2] * LINE_DOTS)),
    (b"\n", _always(1), PaperMachine._line),
    (b"\x1dL", _always(4), PaperMachine._set_margin),
    (b"\x1d!", _always(3), PaperMachine._set_letters),
    (b"\x1ba", _always(3), PaperMachine._set_letters),
    (b"\x1bE", _always(3), PaperMachine._set_letters),
    (b"\x1bt", _always(3), lambda machine, command: True),
    (b"\x1dV", lambda head: 4 if head[2] in (65, 66) else 3, PaperMachine._cut),
    (b"\x1dr", _always(3), PaperMachine._done),
    (b"\x1b@", _always(2), PaperMachine._initialise),
    (b"\x1dP", _always(4), lambda machine, command: True),
    (b"\x10\x04", _always(3), lambda machine, command: True),
)
