"""How long a ticket may be under way to the printer, and which speeds of a serial line are too slow for that.

Knows how many bytes a ticket has at most; keeps out how it is drawn. Who waits longer than the kiosk does is
offered the same number once more, while the first paper is still coming out: so a line that is too slow is
refused when the program starts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hardware.print_head import Head

BAUDS: Final = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
PATIENCE_S: Final = 15.0  # a kiosk waits so long for its printer (`kiosk.state.memory`), then says "maybe"
# Of it the bytes may take 10 s. What is left: 0.5 s of drawing, 1.7 s of paper after the last byte (126 mm at
# `escpos_printer.SLOWEST_MM_PER_S`), and 2 s for the last four questions (`escpos_printer.ANSWER_S` each).
ON_THE_LINE_S: Final = 10.0
# The longest tickets that tests draw have 42,399 bytes on 576 dots and 31,434 on 384 (74 and 82 a dot), lean
# ones 22,362 and 17,248 (39 and 45), those in the printer's own letters 595.
FULL_BYTES, LEAN_BYTES, LETTER_BYTES = (
    85,
    47,
    1000,
)  # for each dot of the head; the last: for the whole ticket
LINE_BITS: Final = 10  # of a byte on the line: a start bit, eight, a stop bit


def ticket_s(head: Head, baud: int) -> float:
    """How long the bytes of a ticket are on a line of that speed, at most."""
    count = head.dots * (LEAN_BYTES if head.lean else FULL_BYTES) if head.raster else LETTER_BYTES
    return count * LINE_BITS / baud


def checked_baud(head: Head, baud: int) -> int:
    """The speed as it is. Raises ValueError, one sentence with the nearest that works, for one too slow."""
    took = ticket_s(head, baud)
    if took <= ON_THE_LINE_S:
        return baud
    ways = [f"baud={next(b for b in BAUDS if ticket_s(head, b) <= ON_THE_LINE_S)}"]
    if ticket_s(replace(head, lean=True), baud) <= ON_THE_LINE_S:
        ways.append("lean=yes")
    elif ticket_s(replace(head, raster=False), baud) <= ON_THE_LINE_S:
        ways.append("mode=text")
    raise ValueError(
        f"at {baud} baud a ticket is {took:.0f} s under way and nobody waits longer than {PATIENCE_S:.0f}, "
        f"say {' or '.join(ways)}"
    )
