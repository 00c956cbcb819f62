"""The paper of a number that exists already, once more: which kiosk can print it, and the order to do so.

For consoles, reception and programs alike. What became of the paper is told by the kiosk and stands with the
ticket.
"""

from __future__ import annotations

import hashlib

from broker.messages import Control
from server.devices import can_print, printing
from server.hall.handwritten import SOURCE as BY_HAND
from server.hall.looking import ticket_by_number
from server.hall.refusals import Refusal
from server.web.hall import Hall
from server.web.words import named

RECEPTION = "reception"  # the source of numbers that people give
BY_PEOPLE = (RECEPTION, BY_HAND)


def kiosk_for(hall: Hall, number: str, kiosk: str | None) -> str:
    """Where the paper is to come out: `kiosk`, or the one that gave the number; the first that prints, if no
    kiosk gave it. Raises Refusal.
    """
    wanted = kiosk or ticket_by_number(hall.writer.view.state, number).source
    if kiosk is None and wanted in BY_PEOPLE:
        wanted = next(iter(printing(hall.config.devices, hall.devices.snapshot())), "")
        if not wanted:
            raise Refusal("cannot-print")
    if wanted not in hall.config.devices or hall.config.devices[wanted].role != "kiosk":
        raise Refusal("unknown-device")
    if not can_print(hall.devices.snapshot().get(wanted)):
        raise Refusal("cannot-print")
    return wanted


def send(hall: Hall, kiosk: str, command: str, ticket: str) -> None:
    """Order the paper that `command` asked for. Its id follows from it: a kiosk prints each once."""
    order = hashlib.sha256(command.encode()).hexdigest()[:32]
    found = hall.writer.view.state.tickets.get(ticket)
    if found is not None:
        hall.order(kiosk, Control(do="reprint", id=order, ticket=hall.projection.reprint(order, found)))


def printers(hall: Hall, lang: str) -> list[tuple[str, str]]:
    """The kiosks whose paper comes out now: id and name."""
    ready = printing(hall.config.devices, hall.devices.snapshot())
    return [(id, named(hall.config, id, lang)) for id in ready]
