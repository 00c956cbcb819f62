"""Promises for programs: what comes due and what is late, one dossier, a new date, late legs, reminders.

A dossier is told without whoever handed it in. Officers may ask for what they handle themselves, and for what
they stand for.
"""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import Forbidden, NotFound

from server.dossiers import legs, looks, mails, reminders
from server.dossiers.apologies import due_by
from server.dossiers.code import read_code
from server.dossiers.finding import Search, found
from server.dossiers.looks import Whose
from server.dossiers.promises import EXCEPTIONS, Marks, promise
from server.dossiers.reappointing import NotRenewed, Renewal, letter_sent, renew
from server.dossiers.register import Reappointment
from server.dossiers.standings import Line, Wanted, heaps, lines
from server.dossiers.store import DossierStore, Whole
from server.people.rights import Right
from server.web.asked import refuse
from server.web.my_dossiers import may_see, my_authorities, my_lists
from server.web.problems import Declined
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint, Nothing
from server.web.rest.promise_shapes import (
    DossierTold,
    Heap,
    HistoryTold,
    LateLegs,
    LateLegTold,
    LegsWanted,
    LegTold,
    LetterBody,
    Letters,
    LetterTold,
    ListWanted,
    MineWanted,
    MyDossier,
    MyDossiers,
    PromisedDossier,
    PromisedDossiers,
    Promises,
    PromisesWanted,
    ReminderTold,
    RenewalTold,
    RenewBody,
    SeenBody,
)

A_PAGE = 50


def counts(asked: Asked) -> Promises:
    """How many dossiers are late, due soon, due an apology or otherwise not as they should be."""
    marks = _marks(asked)
    with _store(asked).reading() as db:
        found = heaps(db, marks, Wanted(authority=asked.query.authority))
        late = legs.late_counts(db, marks.now)
    told = (
        Heap(authority=h.authority, officer=h.officer, standing=h.standing, count=h.count, flagged=h.flagged)
        for h in found
        if h.standing in EXCEPTIONS
    )
    return Promises(
        at=marks.now,
        apology_before=marks.apology,
        soon_before=marks.soon,
        counts=tuple(sorted(told, key=lambda h: (h.authority, h.officer, EXCEPTIONS.index(h.standing)))),
        late_legs=late,
    )


def listed(asked: Asked) -> PromisedDossiers:
    """Dossiers by code, status, authority, officer or standing."""
    told: ListWanted = asked.query
    standings = () if told.standing is None else (told.standing,)
    search = Search(told.code, told.status, told.authority, told.officer, standings)
    with _store(asked).reading() as db:
        seen = found(db, _marks(asked), search, told.page)
    return PromisedDossiers(tuple(map(_line, seen.lines)), seen.more)


def mine(asked: Asked) -> MyDossiers:
    """What whoever asks has to do something about: of their own, or of an authority they stand for."""
    told, marks, whose = asked.query, _marks(asked), _whose(asked, asked.query.authority)
    if whose is None:
        return MyDossiers(
            authority="", authorities=(), counts={}, urgent=0, new=0, last=0, dossiers=(), more=False
        )
    chosen = () if told.standing is None else (told.standing,)
    with _store(asked).reading() as db:
        found = looks.heard(db, marks, whose, asked.who.name)
        wanted = whose.wanted(db, chosen or EXCEPTIONS) if not told.new else whose.new(db, found.seen, chosen)
        seen = lines(db, marks, wanted, A_PAGE + 1, (told.page - 1) * A_PAGE)
        new = looks.new_of(db, marks, whose, found.seen, [line.code for line in seen])
    return MyDossiers(
        authority=whose.authority,
        authorities=() if asked.who.program else my_authorities(),
        counts=dict(found.counts),
        urgent=found.urgent,
        new=found.new,
        last=found.last,
        dossiers=tuple(MyDossier(**_told(line), new=line.code in new) for line in seen[:A_PAGE]),
        more=len(seen) > A_PAGE,
    )


def seen(asked: Asked) -> Nothing:
    """What the list had when it was told is new no more to whoever asks."""
    whose = _whose(asked, asked.body.authority)
    if whose is not None:
        looks.see(_store(asked), asked.who.name, whose, asked.body.last)
    return Nothing()


def one(asked: Asked) -> DossierTold:
    """One dossier: its promise, history, legs, new dates and reminders."""
    whole, marks, store = _whole(asked), _marks(asked), _store(asked)
    d = whole.dossier
    so = promise(d, whole.reappointments, bool(whole.handovers), marks)
    with store.reading() as db:
        reminded = reminders.of_dossier(db, d.code)
    return DossierTold(
        code=d.code,
        authority=d.authority,
        officer=d.officer,
        procedure=d.procedure,
        status=d.status,
        received=d.received,
        due=so.due,
        standing=so.standing,
        times=so.times,
        due_source=None if d.due_by_us else d.due,
        field=d.field,
        channel=d.channel,
        limit=d.limit,
        complete=d.complete,
        fee=d.fee,
        paid=d.paid,
        first_due=d.first_due,
        resolved=d.resolved,
        returned=d.returned,
        recorded=d.recorded,
        excused=so.excused,
        flagged=so.flagged,
        handed_over=tuple(one.at for one in whole.handovers),
        history=tuple(
            HistoryTold(at=s.at, status=s.status, authority=s.authority, officer=s.officer)
            for s in whole.steps
        ),
        legs=tuple(
            LegTold(
                place=s.leg.place,
                authority=s.leg.authority,
                state=s.state,
                begun=s.begun,
                due=s.leg.due,
                done=s.leg.done,
                worked_s=s.worked_s,
                over_s=s.over_s,
            )
            for s in legs.seen(d, whole.legs, asked.hall.config.due_rules.calendar, marks.now)
        ),
        reappointments=tuple(_renewal(asked, made) for made in whole.reappointments),
        reminders=tuple(
            ReminderTold(at=r.at, step=r.step, due=r.due, recipient=r.recipient) for r in reminded
        ),
    )


def renewed(asked: Asked) -> RenewalTold:
    """Set a new date in place of one that cannot be kept: once, a second time only when it is meant."""
    whole, told = _whole(asked), asked.body
    code = whole.dossier.code
    wanted = Renewal(code, told.number, told.due, told.reason, asked.who.name, told.twice)
    hall = asked.hall
    try:
        made = renew(_store(asked), wanted, hall.config.due_rules.calendar, hall.clock.now())
    except NotRenewed as error:
        if error.field in ("due", "reason"):
            refuse([(f"/{error.field}", error.code)])
        raise Declined("cannot-be", {"why": error.code}) from None
    audit(asked.who.name, "dossier.reappointed", code=code, number=made.number, due=made.new_due.isoformat())
    return _renewal(asked, made)


def apologised(asked: Asked) -> Nothing:
    """The apology that tells a new date is on its way."""
    code, number = _whole(asked).dossier.code, asked.body.number
    if letter_sent(_store(asked), code, number, asked.hall.clock.now()):
        audit(asked.who.name, "dossier.apologised", code=code, number=number)
    return Nothing()


def late_legs(asked: Asked) -> LateLegs:
    """Who is late with a part of an interlinked dossier."""
    hall, now = asked.hall, asked.hall.clock.now()
    with _store(asked).reading() as db:
        late = legs.late(db, hall.config.due_rules.calendar, now, asked.query.authority)
        counted = legs.late_counts(db, now)
    told = (
        LateLegTold(
            code=one.code,
            place=one.leg.place,
            authority=one.leg.authority,
            due=one.leg.due,
            over_s=one.over_s,
        )
        for one in late
    )
    return LateLegs(counted, tuple(told))


def letters(asked: Asked) -> Letters:
    """Letters that reminded officers and authorities, and what became of them."""
    with _store(asked).reading() as db:
        kept = mails.mails(db)
    told = (
        LetterTold(
            letter=m.id, recipient=m.recipient, at=m.letter.at, state=m.state, tries=m.tries, error=m.error
        )
        for m in kept
    )
    return Letters(tuple(told))


def again(asked: Asked) -> Nothing:
    """Try a letter that was given up once more."""
    text = asked.at["letter"]
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise NotFound
    if not mails.again(_store(asked), int(text), asked.hall.clock.now()):
        raise NotFound
    audit(asked.who.name, "mail.again", mail=int(text))
    return Nothing()


def _store(asked: Asked) -> DossierStore:
    if asked.hall.desk is None:
        raise NotFound
    return asked.hall.desk.store


def _marks(asked: Asked) -> Marks:
    config = asked.hall.config
    return Marks.at(config.due_rules.calendar, asked.hall.clock.now(), config.reminders.soon)


def _whole(asked: Asked) -> Whole:
    """Raises 404, and 403 for somebody who may not see it."""
    read = read_code(asked.at["code"])
    whole = _store(asked).find(read.text) if read is not None else None
    if whole is None:
        raise NotFound
    if not (asked.who.may(Right.DOSSIERS) or (not asked.who.program and may_see(whole.dossier))):
        raise Forbidden("role")
    return whole


def _whose(asked: Asked, authority: str) -> Whose | None:
    """The list that is asked for; None for somebody who has none. Raises 403 for one that is not theirs."""
    mine = () if asked.who.program else my_lists()
    whose = Whose(authority=authority) if authority else mine[0] if mine else None
    if whose is not None and whose not in mine and not asked.who.may(Right.DOSSIERS):
        raise Forbidden("role")
    return whose


def _line(line: Line) -> PromisedDossier:
    return PromisedDossier(**_told(line))


def _told(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in PromisedDossier.__struct_fields__}


def _renewal(asked: Asked, made: Reappointment) -> RenewalTold:
    by = due_by(made.old_due, asked.hall.config.due_rules)
    same = {name: getattr(made, name) for name in RenewalTold.__struct_fields__ if name != "letter_by"}
    return RenewalTold(**same, letter_by=by)


def _row(name: str, method: Any, path: str, does: Any, answer: Any, **more: Any) -> Endpoint:
    told: dict[str, Any] = {"right": Right.DOSSIERS, "area": "dossiers", **more}
    return Endpoint(name=name, method=method, path=f"/dossiers{path}", does=does, answer=answer, **told)


_MINE: dict[str, Any] = {"right": Right.CALL}
_THEIRS: dict[str, Any] = {"right": None}  # who sees all, or handles this one: `_whole`
_RENEWS: dict[str, Any] = {**_THEIRS, "refusals": ("cannot-be",)}
ENDPOINTS = (
    _row("count-promises", "GET", "/promises", counts, Promises, query=PromisesWanted),
    _row("list-dossiers", "GET", "/list", listed, PromisedDossiers, query=ListWanted),
    _row("list-my-dossiers", "GET", "/mine", mine, MyDossiers, query=MineWanted, **_MINE),
    _row("my-dossiers-seen", "POST", "/mine/seen", seen, Nothing, body=SeenBody, **_MINE),
    _row("list-late-legs", "GET", "/legs", late_legs, LateLegs, query=LegsWanted),
    _row("list-letters", "GET", "/letters", letters, Letters),
    _row("send-letter-again", "POST", "/letters/{letter}/again", again, Nothing),
    _row("get-dossier", "GET", "/{code}", one, DossierTold, **_THEIRS),
    _row("reappoint", "POST", "/{code}/reappoint", renewed, RenewalTold, body=RenewBody, **_RENEWS),
    _row("letter-sent", "POST", "/{code}/letter-sent", apologised, Nothing, body=LetterBody, **_THEIRS),
)
