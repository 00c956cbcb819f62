"""Late lists for programs: as they stand, approved, withdrawn, noted upon; and what everybody may read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from werkzeug.exceptions import NotFound

from broker.messages import LateList, Words
from server.dossiers import late_desk, publications
from server.dossiers.late import Figures, LateSheet, public
from server.dossiers.late_desk import NoteRefused
from server.dossiers.publications import LONGEST_NOTE, Publication
from server.dossiers.store import DossierStore
from server.people.rights import Right
from server.web.asked import refuse
from server.web.problems import Declined
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint, Nothing

PeriodText = Annotated[str, Meta(pattern=r"^20[0-9]{2}(-(0[1-9]|1[0-2]))?(?!\n)$")]


class LateOfficerTold(msgspec.Struct, frozen=True, kw_only=True):
    """known: the centre's own list has this name; nobody else is named in public. note: of the draft."""

    name: str
    title: str
    overdue: int
    resolved_late: int
    known: bool
    note: str


class LateUnitTold(msgspec.Struct, frozen=True, kw_only=True):
    """overdue, resolved_late: null of an authority without any dossier, 0 of one without late ones."""

    authority: str
    name: Words
    overdue: int | None
    resolved_late: int | None
    officers: tuple[LateOfficerTold, ...]
    note: str


class LateListTold(msgspec.Struct, frozen=True, kw_only=True):
    """period: `2026-10` or `2026`. overdue_at: as of when what is overdue is so. `resolved_late` of a year is
    the sum of its months, `overdue` is as of its end."""

    period: str
    overdue_at: datetime
    units: tuple[LateUnitTold, ...]
    overdue: int
    resolved_late: int


class PublicationTold(msgspec.Struct, frozen=True, kw_only=True):
    """approved_by: an account; approver: that person's name then. replaces: what this one corrects."""

    id: int
    period: str
    approved_by: str
    approver: str
    approved_at: datetime
    officers: bool
    replaces: int | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class Published(msgspec.Struct, frozen=True):
    """list: as walls show it."""

    list: LateList
    approved_by: str
    approved_at: datetime
    id: int
    officers: bool
    replaces: int | None


class LateTold(msgspec.Struct, frozen=True, kw_only=True):
    """draft: as the register has it now, to be approved under `mark`; null without a register. standing: what
    is published of this period. differs: whether the register has other figures than that by now."""

    draft: LateListTold | None
    mark: str | None
    standing: PublicationTold | None
    differs: bool
    history: tuple[PublicationTold, ...]


class PublicLate(msgspec.Struct, frozen=True, kw_only=True):
    """list: as it was approved; officers only where the approver named them."""

    approver: str
    approved_at: datetime
    replaces: int | None
    list: LateListTold


class PublicLates(msgspec.Struct, frozen=True):
    lists: tuple[PublicLate, ...]


class LateWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    period: PeriodText


class ApproveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """month: or a year. mark: of the list that was seen; another one is not approved. officers: whether they
    are named in public; without it as the centre has set."""

    month: PeriodText
    mark: Annotated[str, Meta(min_length=1, max_length=64)]
    officers: bool | None = None


class NoteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """officer: "" for the authority's own line. text: "" takes a note away; it has nothing of a citizen."""

    period: PeriodText
    authority: Annotated[str, Meta(max_length=32)]
    officer: Annotated[str, Meta(max_length=120)] = ""
    text: Annotated[str, Meta(max_length=LONGEST_NOTE)]


def late(asked: Asked) -> LateTold:
    """The late list of a month or a year as it stands, and what was approved of it."""
    store, config, period = _store(asked), asked.hall.config, asked.query.period
    found = late_desk.draft(store, config, period)
    with store.reading() as db:
        standing = publications.standing(db, period)
        history = publications.history(db, period=period)
    return LateTold(
        draft=None if found is None else _list(found),
        mark=None if found is None else found.mark,
        standing=_told(standing[0]) if standing else None,
        differs=bool(standing) and late_desk.differs(store, config, standing[0]),
        history=tuple(_told(one) for one in history),
    )


def approve(asked: Asked) -> Published:
    """Publish the late list of a period on walls and the web: the figures that were seen, or none.

    What stands under this mark already is answered and not published again.
    """
    config, body, now = asked.hall.config, asked.body, asked.hall.clock.now()
    local = now.astimezone(config.site.zone)
    if body.month > (f"{local:%Y-%m}" if len(body.month) == 7 else f"{local:%Y}"):
        refuse([("/month", "range")])
    officers = config.late_officers if body.officers is None else body.officers
    done = late_desk.approve(_store(asked), config, body.month, body.mark, asked.who.name, officers, now)
    if done is None:
        raise Declined("cannot-be", {"why": "changed"})
    published, new = done
    if new:
        about = {"month": body.month, "officers": officers, "replaces": published.replaces}
        audit(asked.who.name, "dossiers.approved", **about)
    return _published(published)


def shown_now(store: DossierStore) -> Published | None:
    """What walls have of the newest month."""
    with store.reading() as db:
        found, _ = publications.on_walls(db)
    return None if found is None else _published(found)


def withdraw_shown(asked: Asked) -> Nothing:
    """Take the late list of the newest month from walls and the web."""
    store = _store(asked)
    with store.writing() as db:
        found, _ = publications.on_walls(db)
        if found is not None:
            publications.withdraw(db, found.id, asked.who.name, asked.hall.clock.now())
    if found is not None:
        audit(asked.who.name, "dossiers.withdrawn", month=found.period)
    return Nothing()


def withdraw(asked: Asked) -> Nothing:
    """Take an approved late list from walls and the web."""
    number = asked.at["publication"]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound
    store, now = _store(asked), asked.hall.clock.now()
    with store.reading() as db:
        every = publications.history(db, most=1000)
    found = next((one for one in every if one.id == int(number)), None)
    if found is None:
        raise NotFound
    with store.writing() as db:
        done = publications.withdraw(db, found.id, asked.who.name, now)
    if done:
        audit(asked.who.name, "dossiers.withdrawn", month=found.period)
    return Nothing()


def note(asked: Asked) -> Nothing:
    """Keep what an authority says in writing about a line of a late list; staff alone see it."""
    body, line = asked.body, (asked.body.authority, asked.body.officer)
    try:
        late_desk.note(
            _store(asked),
            asked.hall.config,
            body.period,
            line,
            body.text,
            asked.who.name,
            asked.hall.clock.now(),
        )
    except NoteRefused as error:
        if error.code == "no-line":
            raise NotFound from None
        refuse([("/text", "form")])
    audit(asked.who.name, "late.noted", period=body.period, authority=body.authority)
    return Nothing()


def lists(asked: Asked) -> PublicLates:
    """The late lists that were approved and stand: nobody needs to log in for them."""
    with _store(asked).reading() as db:
        found = publications.standing(db)
    return PublicLates(
        tuple(
            PublicLate(
                approver=one.approver,
                approved_at=one.approved_at,
                replaces=one.replaces,
                list=_list(public(one.sheet, one.officers)),
            )
            for one in found
        )
    )


def _store(asked: Asked) -> DossierStore:
    if asked.hall.desk is None:
        raise NotFound
    return asked.hall.desk.store


def _list(found: LateSheet) -> LateListTold:
    def figures(some: Figures | None) -> tuple[int | None, int | None]:
        return (None, None) if some is None else (some.overdue, some.resolved_late)

    units = []
    for unit in found.units:
        overdue, resolved_late = figures(unit.figures)
        officers = tuple(
            LateOfficerTold(
                name=one.name,
                title=one.title,
                overdue=one.figures.overdue,
                resolved_late=one.figures.resolved_late,
                known=one.known,
                note=one.note,
            )
            for one in unit.officers
        )
        units.append(
            LateUnitTold(
                authority=unit.authority,
                name=unit.name,
                overdue=overdue,
                resolved_late=resolved_late,
                officers=officers,
                note=unit.note,
            )
        )
    return LateListTold(
        period=found.period,
        overdue_at=found.overdue_at,
        units=tuple(units),
        overdue=found.total.overdue,
        resolved_late=found.total.resolved_late,
    )


def _published(one: Publication) -> Published:
    return Published(one.list, one.approved_by, one.approved_at, one.id, one.officers, one.replaces)


def _told(one: Publication) -> PublicationTold:
    return PublicationTold(
        id=one.id,
        period=one.period,
        approved_by=one.approved_by,
        approver=one.approver,
        approved_at=one.approved_at,
        officers=one.officers,
        replaces=one.replaces,
        withdrawn_by=one.withdrawn_by,
        withdrawn_at=one.withdrawn_at,
    )


ENDPOINTS = (
    Endpoint(
        name="get-late-list",
        method="GET",
        path="/dossiers/late",
        does=late,
        answer=LateTold,
        right=Right.DOSSIERS,
        area="dossiers",
        query=LateWanted,
    ),
    Endpoint(
        name="approve-late",
        method="POST",
        path="/dossiers/late/approve",
        does=approve,
        answer=Published,
        right=Right.APPROVE,
        area="dossiers",
        body=ApproveBody,
        refusals=("cannot-be",),
    ),
    Endpoint(
        name="withdraw-late",
        method="POST",
        path="/dossiers/late/withdraw",
        does=withdraw_shown,
        answer=Nothing,
        right=Right.DOSSIERS,
        area="dossiers",
    ),
    Endpoint(
        name="withdraw-late-list",
        method="POST",
        path="/dossiers/late/{publication}/withdraw",
        does=withdraw,
        answer=Nothing,
        right=Right.DOSSIERS,
        area="dossiers",
    ),
    Endpoint(
        name="note-late",
        method="POST",
        path="/dossiers/late/notes",
        does=note,
        answer=Nothing,
        right=Right.DOSSIERS,
        area="dossiers",
        body=NoteBody,
    ),
    Endpoint(
        name="get-public-late-lists",
        method="GET",
        path="/dossiers/late/public",
        does=lists,
        answer=PublicLates,
        right=None,
        area="dossiers",
        open=True,
    ),
)
