"""Papers of a dossier that nobody handed in: to look at a form, and to try a template, full and empty."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from server.dossiers.applicants import Applicant
from server.dossiers.book import Booked
from server.dossiers.register import Channel, Dossier, Leg, Reappointment
from server.dossiers.status import Status
from server.dossiers.store import Whole
from server.papers.blanks import Centre, Filled, Typed, of_book, of_dossier
from server.papers.forms import HERE, Form


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads((HERE / "sample.toml").read_text(encoding="utf-8"))


def sample(
    form: Form, centre: Centre, words: Mapping[str, str], lang: str, now: datetime, bare: bool = False
) -> Filled:
    """bare: with nothing that need not be known."""
    told = _told()
    whole, person = _whole(now, bare), None if bare else Applicant(**told["applicant"])
    today = now.astimezone(centre.zone).date()
    if form is Form.REGISTER_BOOK:
        lines = [] if bare else [Booked(n, whole.dossier, whole.due, None, person) for n in range(1, 41)]
        return of_book(lines, today.replace(day=1), today, centre, words, lang, now)
    typed = Typed()
    if not bare:
        reason, items = tuple(told["reason"]), tuple(told["items"])
        typed = Typed(reason, items, told["sets"], told["place"], told["secret"])
    return of_dossier(
        form, whole, person, centre, typed, words, lang, now, None if bare else int(told["number"])
    )


def _whole(now: datetime, bare: bool) -> Whole:
    told = _told()
    received = now.replace(microsecond=0, second=0) - timedelta(days=5)
    due = received + timedelta(days=6)
    if bare:
        nothing = Dossier(told["code"], "", "", Status.STOPPED, received)
        return Whole(nothing, "", (), (), (), ())
    dossier = Dossier(
        told["code"],
        told["authority"],
        told["procedure"],
        Status.STOPPED,
        received,
        due,
        resolved=now,
        procedure_code=told["procedure_code"],
        field=told["field"],
        channel=Channel.IN_PERSON,
        officer=told["officer"],
        limit=told["limit"],
        fee=told["fee"],
    )
    first, second = told["units"]
    day = timedelta(days=1)
    legs = (
        Leg(1, first, received, received + 2 * day, received + day),
        Leg(2, second, received + day, received + 3 * day, received + 4 * day, told["note"]),
        Leg(3, first, received + 4 * day),
    )
    ours = Reappointment(told["code"], 1, now, "", due, due + 3 * day, told["reason"][0])
    return Whole(dossier, "", (), legs, (), (ours,))
