"""The devices of the hall, a line each: what is wrong, how much paper, what was not sent, the clock.

For managers. Live by the stream that the staff page uses: a printer without paper is here at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from broker.messages import DeviceStatus
from server.devices import CLOCK_MARKED_S, tickets_left, wrongs
from server.people.rights import Right
from server.web import guard
from server.web.hall import Hall
from server.web.words import named

devices = Blueprint("devices", __name__, url_prefix="/devices")


@dataclass(frozen=True, slots=True)
class Line:
    """One device. wrongs: words, the most urgent first; offset_s: the server's clock minus its own."""

    name: str
    id: str
    status: DeviceStatus | None
    wrongs: tuple[str, ...]
    tickets_left: int | None
    offset_s: float | None
    offset_marked: bool
    at: datetime | None


@devices.get("/")
@guard.needs(Right.DEVICES)
def page() -> ResponseReturnValue:
    return render_template("devices.html", lines=lines(guard.hall(), guard.language()))


@devices.get("/live")
@guard.needs(Right.DEVICES)
def fragment() -> ResponseReturnValue:
    """The table alone, which the page puts in place of the old one."""
    return render_template("devices_live.html", lines=lines(guard.hall(), guard.language()))


def lines(hall: Hall, lang: str) -> list[Line]:
    """Every device of the hall's file in its order; those that need a person first."""
    statuses = hall.devices.snapshot()
    found = [
        _line(named(hall.config, id, lang), id, statuses.get(id))
        for id, device in hall.config.devices.items()
        if not device.temporary
    ]
    return sorted(found, key=lambda line: not line.wrongs)


def _line(name: str, id: str, status: DeviceStatus | None) -> Line:
    offset_s = None if status is None else status.clock_offset_s
    return Line(
        name=name,
        id=id,
        status=status,
        wrongs=() if status is None else wrongs(status),
        tickets_left=None if status is None else tickets_left(status),
        offset_s=offset_s,
        offset_marked=offset_s is not None and abs(offset_s) > CLOCK_MARKED_S,
        at=None if status is None else status.at,
    )
