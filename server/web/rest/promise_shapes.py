"""What programs send and are told of promises: the shapes of `server.web.rest.promises`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.dossiers import mails
from server.dossiers.finding import LONGEST as LONGEST_SEARCH
from server.dossiers.legs import LegState
from server.dossiers.promises import Standing
from server.dossiers.reappointing import LONGEST
from server.dossiers.register import Channel
from server.dossiers.status import Status

Officer = Annotated[str, Meta(max_length=120)]
Id = Annotated[str, Meta(max_length=32)]
Page = Annotated[int, Meta(ge=1, le=200)]


class PromisesWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Blank: of all authorities; of one, counts are by officer."""

    authority: Id = ""


class Heap(msgspec.Struct, frozen=True, kw_only=True):
    """flagged: of these, re-appointed more than once."""

    authority: str
    officer: str
    standing: Standing
    count: int
    flagged: int


class Promises(msgspec.Struct, frozen=True, kw_only=True):
    """What is due before `apology_before` wants an apology, before `soon_before` it is due soon."""

    at: datetime
    apology_before: datetime
    soon_before: datetime
    counts: tuple[Heap, ...]
    late_legs: dict[str, int]


class ListWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """code: all of it, its beginning, or date and serial. standing: without code and status by due date, else
    the newest receipt first."""

    code: Annotated[str, Meta(max_length=LONGEST_SEARCH)] = ""
    status: Status | None = None
    standing: Standing | None = None
    authority: Id = ""
    officer: Officer = ""
    page: Page = 1


class MineWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """authority: whose list, of those that whoever asks stands for; blank: one's own. new: only what of it is
    new."""

    authority: Id = ""
    standing: Standing | None = None
    new: bool = False
    page: Page = 1


class SeenBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """authority: as it was asked for. last: as the list told it."""

    last: Annotated[int, Meta(ge=0, lt=2**53)]
    authority: Id = ""


class PromisedDossier(msgspec.Struct, frozen=True, kw_only=True):
    """due: the promise that holds. times: how often it took the place of another."""

    code: str
    authority: str
    officer: str
    procedure: str
    status: Status
    received: datetime
    due: datetime | None
    standing: Standing
    times: int


class PromisedDossiers(msgspec.Struct, frozen=True):
    """more: there is another page."""

    dossiers: tuple[PromisedDossier, ...]
    more: bool


class MyDossier(PromisedDossier, frozen=True, kw_only=True):
    """new: reminded of since whoever asks said that they saw the list."""

    new: bool


class MyDossiers(msgspec.Struct, frozen=True, kw_only=True):
    """authority: whose list it is; blank: one's own. authorities: whose lists there are to ask for.

    counts: by standing; urgent: how many need something; new: how many of these are new. last: to be sent
    once the list was seen. more: there is another page.
    """

    authority: str
    authorities: tuple[str, ...]
    counts: dict[Standing, int]
    urgent: int
    new: int
    last: int
    dossiers: tuple[MyDossier, ...]
    more: bool


class HistoryTold(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    status: Status
    authority: str
    officer: str


class LegTold(msgspec.Struct, frozen=True, kw_only=True):
    """state: `held` and `late` by whoever has it now, `ahead` while others have it first. Seconds of work."""

    place: int
    authority: str
    state: LegState
    begun: datetime | None
    due: datetime | None
    done: datetime | None
    worked_s: int
    over_s: int


class RenewalTold(msgspec.Struct, frozen=True, kw_only=True):
    """letter_at: when the apology went out; null: it has not. letter_by: until when it was to; null: nobody
    works, or the promise is not known."""

    number: int
    at: datetime
    by: str
    old_due: datetime
    new_due: datetime
    reason: str
    letter_at: datetime | None
    letter_by: datetime | None


class ReminderTold(msgspec.Struct, frozen=True, kw_only=True):
    """recipient: `authority:<id>` or `officer:<name>`."""

    at: datetime
    step: str
    due: datetime
    recipient: str


class DossierTold(PromisedDossier, frozen=True, kw_only=True):
    """due_source: as the source has it; null where it has none and ours is worked out. complete: when it was,
    so that `limit` begins. fee: in VND. excused: an apology was written. flagged: re-appointed too often."""

    due_source: datetime | None
    field: str
    channel: Channel | None
    limit: str
    complete: datetime | None
    fee: int | None
    paid: bool | None
    first_due: datetime | None
    resolved: datetime | None
    returned: datetime | None
    recorded: datetime | None
    excused: bool
    flagged: bool
    handed_over: tuple[datetime, ...]
    history: tuple[HistoryTold, ...]
    legs: tuple[LegTold, ...]
    reappointments: tuple[RenewalTold, ...]
    reminders: tuple[ReminderTold, ...]


class RenewBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """number: which re-appointment it is, 1 for the first. twice: a second one is meant."""

    number: Annotated[int, Meta(ge=1, le=99)]
    due: Annotated[datetime, Meta(tz=True)]
    reason: Annotated[str, Meta(min_length=1, max_length=LONGEST)]
    twice: bool = False


class LetterBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: Annotated[int, Meta(ge=1, le=99)]


class LegsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    authority: Id = ""


class LateLegTold(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    place: int
    authority: str
    due: datetime | None
    over_s: int


class LateLegs(msgspec.Struct, frozen=True):
    """counts: of all authorities. legs: at most 200, the oldest promise first."""

    counts: dict[str, int]
    legs: tuple[LateLegTold, ...]


class LetterTold(msgspec.Struct, frozen=True, kw_only=True):
    """error: a code of the last try."""

    letter: int
    recipient: str
    at: datetime
    state: mails.State
    tries: int
    error: str | None


class Letters(msgspec.Struct, frozen=True):
    """The newest first."""

    letters: tuple[LetterTold, ...]
