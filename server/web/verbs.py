"""What can be pressed at a counter: a verb, what is to be told with it, and the command it becomes.

One table (`VERBS`), from which the HTTP interface has its doors. Keeps out who may press and how a press
that comes twice is one.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import msgspec

from server.hall import commands as c
from server.hall.tickets import Klass
from server.web.fields import Code, CounterId, Id, Level, Line, NeededLine, Number, NumberOrNobody

# Why a counter pauses; `handover`: a colleague takes it over.
Pause = Literal["break", "meeting", "training", "technical", "errand", "other", "handover"]


class Named(Protocol):
    """Who presses: an account, or a program."""

    @property
    def name(self) -> str: ...


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """id: chosen by the asker for this press; the same id is the same command however often it comes. It may
    stand in the header `Idempotency-Key` instead.
    """

    id: Id | None = None


class HereBody(Body, frozen=True, kw_only=True):
    """here: the number that the asker sees at the counter; refused if another one stands there by now."""

    here: Number | None = None


class FinishBody(HereBody, frozen=True, kw_only=True):
    """returned: the result was handed over: of the dossier that the ticket was taken for, and of `codes`."""

    returned: bool | None = None
    codes: tuple[Code, ...] | None = None


class NextBody(Body, frozen=True, kw_only=True):
    """here: the number that the asker sees at the counter, empty for nobody; refused if another one stands
    there by now, who would be finished unseen.
    """

    here: NumberOrNobody | None = None


class CallBody(NextBody, frozen=True, kw_only=True):
    number: Number
    reason: Line | None = None


class NumberBody(Body, frozen=True, kw_only=True):
    number: Number


class ReprintBody(NumberBody, frozen=True, kw_only=True):
    """kiosk: where the paper is to come out; the one that gave the number, if nothing is said."""

    kiosk: Level | None = None


class NoteBody(HereBody, frozen=True, kw_only=True):
    note: Line | None = None


class CancelBody(Body, frozen=True, kw_only=True):
    number: Number
    reason: NeededLine


class PauseBody(Body, frozen=True, kw_only=True):
    """reason: what working time is told by; nobody's own words."""

    reason: Pause


class TransferBody(HereBody, frozen=True, kw_only=True):
    to_service: Level | None = None
    to_counter: CounterId | None = None
    note: Line | None = None


class RemarkBody(Body, frozen=True, kw_only=True):
    """number: None for the one who stands at the counter."""

    number: Number | None = None


class WriteBody(RemarkBody, frozen=True, kw_only=True):
    """note: empty takes the one before away."""

    note: Line


class PriorityBody(RemarkBody, frozen=True, kw_only=True):
    """klass: what the papers say, whatever was said at the kiosk."""

    klass: Klass


class TicketBody(Body, frozen=True, kw_only=True):
    service: Level
    klass: Klass = Klass.NORMAL
    lang: Literal["vi", "en"] = "vi"


@dataclass(frozen=True, slots=True)
class Verb:
    """body: what is to be told; make: the command, given id, by and counter."""

    body: type[Body]
    make: Callable[[Any, dict[str, str], Named], c.Command]


VERBS: dict[str, Verb] = {
    "next": Verb(NextBody, lambda b, at, who: c.CallNext(here=b.here, **at)),
    "call": Verb(
        CallBody,
        lambda b, at, who: c.CallNumber(number=b.number, reason=b.reason, here=b.here, **fresh(), **at),
    ),
    "recall": Verb(HereBody, lambda b, at, who: c.Recall(here=b.here, **at)),
    "start": Verb(HereBody, lambda b, at, who: c.Start(here=b.here, **at)),
    "finish": Verb(
        FinishBody,
        lambda b, at, who: c.Finish(here=b.here, returned=bool(b.returned), codes=b.codes or (), **at),
    ),
    "no-show": Verb(HereBody, lambda b, at, who: c.MarkNoShow(here=b.here, **at)),
    "park": Verb(NoteBody, lambda b, at, who: c.Park(note=b.note, here=b.here, **at)),
    "bring-back": Verb(NumberBody, lambda b, at, who: c.BringBack(number=b.number, **at)),
    "transfer": Verb(
        TransferBody,
        lambda b, at, who: c.Transfer(
            to_service=b.to_service, to_counter=b.to_counter, note=b.note, here=b.here, **at
        ),
    ),
    "note": Verb(WriteBody, lambda b, at, who: c.WriteNote(number=b.number, note=b.note, **at)),
    "priority": Verb(PriorityBody, lambda b, at, who: c.CheckPriority(number=b.number, klass=b.klass, **at)),
    "cancel": Verb(CancelBody, lambda b, at, who: c.Cancel(number=b.number, reason=b.reason, **at)),
    "undo": Verb(NextBody, lambda b, at, who: c.Undo(here=b.here, **at)),
    "open": Verb(Body, lambda b, at, who: c.OpenCounter(officer=who.name, **at)),
    "pause": Verb(PauseBody, lambda b, at, who: c.PauseCounter(reason=b.reason, **at)),
    "close": Verb(Body, lambda b, at, who: c.CloseCounter(**at)),
}


def fresh() -> dict[str, str]:
    """Ids for a ticket that this press may make."""
    return {"ticket": str(uuid.uuid4()), "token": secrets.token_urlsafe(16)}
