"""`python -m kiosk.preview`: a ticket as this kiosk would print it, for somebody who edits its words.

JSON on standard input (`Wanted`), a PNG on standard output; 2 for what is no ticket. A process of its own,
because the server imports no kiosk.
"""

from __future__ import annotations

import sys
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from broker.messages import KioskPlan, TicketReply, Words
from kiosk.ticket import render, slip


class Wanted(msgspec.Struct, frozen=True):
    """width_mm: of the paper, 58 or 80. time_zone: of the hall, for the times on the ticket."""

    reply: TicketReply
    plan: KioskPlan
    hall: Words
    time_zone: str
    width_mm: int = 80


def main() -> int:
    try:
        wanted = msgspec.json.decode(sys.stdin.buffer.read(), type=Wanted)
        paper = slip(wanted.reply, wanted.plan, wanted.hall, ZoneInfo(wanted.time_zone))
        picture = render(paper, wanted.width_mm)
    except (msgspec.MsgspecError, ZoneInfoNotFoundError, KeyError, ValueError) as error:
        print(f"kiosk.preview: {error}", file=sys.stderr)
        return 2
    picture.save(sys.stdout.buffer, "PNG")
    return 0


if __name__ == "__main__":
    sys.exit(main())
