"""What a source of dossiers sends by itself, and what it is answered.

A source is a program of somebody else: the system of record, or what stands before it. It has a broker user
of its own kind, which may say this and hear its receipts, and nothing else. Who handed a dossier in has no
field here, and a message that has one is refused: people do not go over MQTT.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from broker.basics import Id, Message

MOST_DOSSIERS: Final = 500  # in one message, as far as its bytes allow
MOST_STEPS: Final = 200
MOST_LEGS: Final = 20
WHOLE: Final = -1  # instead of the place of a dossier: the message itself

Text = Annotated[str, Meta(max_length=600)]
Short = Annotated[str, Meta(max_length=120)]
Day = Annotated[str, Meta(max_length=40)]  # RFC 3339, or as a table has it


class SentStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it stood from `at` on."""

    at: Day
    status: Short
    authority: Short = ""
    officer: Short = ""


class SentLeg(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one authority does of an interlinked dossier; legs of one place run side by side."""

    place: Annotated[int, Meta(ge=1, le=MOST_LEGS)]
    authority: Annotated[str, Meta(min_length=1, max_length=200)]
    given: Day = ""
    due: Day = ""
    done: Day = ""
    note: Text = ""


class SentDossier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Instants: RFC 3339, or as in a table. status, authority, channel: ids of ours, or as in a table. limit:
    `3d`, `0.5d`, `4h`. fee: in VND. What is not sent is not known: it takes away what was. But steps and
    legs that are not sent stay; `"legs": []` takes the legs away."""

    authority: Text
    status: Short
    received: Day
    procedure: Text = ""
    procedure_code: Short = ""
    due: Day = ""
    resolved: Day = ""
    returned: Day = ""
    counter: Short = ""
    field: Text = ""
    channel: Short = ""
    officer: Short = ""
    limit: Short = ""
    complete: Day = ""
    fee: int | None = None
    paid: bool | None = None
    recorded: Day = ""
    reappointed: Annotated[int, Meta(ge=0, le=99)] | None = None
    first_due: Day = ""
    group: Short = ""
    steps: Annotated[tuple[SentStep, ...], Meta(max_length=MOST_STEPS)] = ()
    legs: Annotated[tuple[SentLeg, ...], Meta(max_length=MOST_LEGS)] | None = None


class CodedDossier(SentDossier, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of several."""

    code: Short


class SentDossiers(Message, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of them are taken, or none. id: of this message; sent again with the same one it counts once."""

    id: Id
    dossiers: Annotated[tuple[CodedDossier, ...], Meta(min_length=1, max_length=MOST_DOSSIERS)]


class SentFault(msgspec.Struct, frozen=True):
    """index: which dossier, from 0, or -1 for the message itself. pointer: where in it (RFC 6901). code: of
    the reason. nearest: what would be right, of our own words, or ""."""

    index: int
    pointer: str
    code: str
    nearest: str = ""


class SentReceipt(Message, frozen=True, kw_only=True):
    """What became of a message. taken: all of it; else `reason` says why none is: `refused` with the first of
    `refused_count` faults; `bad-request` for a message that is none, with its first fault; `id-used` where
    another message had this id; `no-source`; `mistake` of ours that would come again; or `busy`: send it
    again.
    """

    id: Id
    taken: bool
    reason: str = ""
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: tuple[SentFault, ...] = ()
    refused_count: int = 0
