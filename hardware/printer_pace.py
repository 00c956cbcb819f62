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
# A ticket is at most 110 mm long (`kiosk.ticket`): were each of its 880 rows black from edge to edge, that
# would be 110 bytes for each dot of the head, and 2 for the commands. Names of 160 wide letters without a
# code make up to 102, lean ones 85. In the printer's own letters such names make 1.4 kB, of letters that
# take three each ("…") 3.4 kB.
FULL_BYTES: Final = 112  # for each dot of the head
LEAN_BYTES: Final = 95
LETTER_BYTES: Final = 3600  # for the whole ticket
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
