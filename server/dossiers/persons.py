"""What is held about one person: found by identity number, phone or code, told whole, and deleted for good.

An identity number is compared by its seal and kept nowhere. Nothing of a person is in what is told to a log:
who deletes gives one of a few reasons, not a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
import sqlalchemy as sa

from server.dossiers import applicants, erasing
from server.dossiers.applicants import FORGOTTEN, GONE, ApplicantKind, Seals
from server.dossiers.code import read_code
from server.dossiers.folding import fold
from server.dossiers.register import Dossier, Handover, Leg, Reappointment, Step
from server.dossiers.reminders import of_dossier
from server.dossiers.rows import (
    applicant_table,
    dossier_table,
    draft_table,
    forgotten_table,
    handover_table,
)
from server.dossiers.store import DossierStore
from server.tables import ticket_table

MOST: Final = 200  # dossiers of one person
PHONE: Final = range(8, 16)
CARD: Final = range(9, 15)

a = applicant_table.c


class By(StrEnum):
    NUMBER = "number"  # of the identity card
    PHONE = "phone"
    CODE = "code"


class Reason(StrEnum):
    """Why somebody's data is deleted."""

    ASKED = "asked"
    MISTAKE = "mistake"
    ORDERED = "ordered"


class Person(msgspec.Struct, frozen=True):
    """number, secret: whether a seal of them is held, which nobody can read."""

    kind: ApplicantKind
    name: str
    phone: str
    address: str
    email: str
    number: bool
    secret: bool


class Reminded(msgspec.Struct, frozen=True):
    at: datetime
    step: str
    recipient: str


class Visit(msgspec.Struct, frozen=True):
    """A ticket that carries the code. Its rating, if there is one, is linked to nobody."""

    day: str
    number: str
    service: str
    state: str


class Held(msgspec.Struct, frozen=True):
    """All of one dossier. person: None where none is held; forgotten: deleted here. dossier: None where the
    register does not have it any more."""

    code: str
    person: Person | None
    forgotten: bool
    dossier: Dossier | None
    steps: tuple[Step, ...] = ()
    legs: tuple[Leg, ...] = ()
    reappointments: tuple[Reappointment, ...] = ()
    handovers: tuple[Handover, ...] = ()
    reminders: tuple[Reminded, ...] = ()
    visits: tuple[Visit, ...] = ()


def readable(by: By, text: str) -> bool:
    """Whether this can be one at all."""
    figures = re.sub(r"\D", "", text)
    if by is By.CODE:
        return len(text) <= 64 and read_code(text) is not None
    return len(text) <= 40 and len(figures) in (CARD if by is By.NUMBER else PHONE)


def find(store: DossierStore, seals: Seals, by: By, text: str) -> tuple[str, ...]:
    """The codes of whatever is held under this; at most MOST. By phone or code also what has the same
    identity number, but where a phone is of several people: somebody must see who they are (`others`)."""
    if not readable(by, text):
        return ()
    with store.reading() as db:
        match by:
            case By.NUMBER:
                found = _codes(db, a.id_seal == seals.of_id(text))
            case By.PHONE:
                found = _codes(db, a.phone.in_(_spellings(text)))
            case By.CODE:
                read = read_code(text)
                assert read is not None
                found = [read.text] if _is_known(db, read.text) else []
        numbers = _distinct(db, a.id_seal, found)
        if by is not By.NUMBER and len(numbers) == 1:
            found = [*found, *_codes(db, a.id_seal.in_(numbers))]
    return tuple(dict.fromkeys(found))[:MOST]


def others(store: DossierStore, codes: Sequence[str]) -> tuple[str, ...]:
    """The codes of what is held besides these under an identity number or a phone of theirs: of the same
    person, or of somebody who shares the phone; at most MOST."""
    with store.reading() as db:
        numbers, phones = (_distinct(db, column, codes) for column in (a.id_seal, a.phone))
        spelled = {one for phone in phones for one in _spellings(phone)}
        same = sa.or_(a.id_seal.in_(numbers), a.phone.in_(spelled))
        return tuple(_codes(db, sa.and_(same, a.code.not_in(codes))))


def several(found: Sequence[Held]) -> bool:
    """Whether these are of more people than one, as far as their names say."""
    return len({fold(one.person.name) for one in found if one.person is not None and one.person.name}) > 1


def held(store: DossierStore, hall: sa.Engine, codes: Sequence[str]) -> list[Held]:
    """hall: the database of the tickets."""
    found = []
    for code in codes[:MOST]:
        whole = store.find(code)
        with store.reading() as db:
            applicant = applicants.known(db, [code]).get(code)
            reminders = of_dossier(db, code)
        forgotten = applicant is FORGOTTEN
        person = None
        if applicant is not None and not forgotten:
            secret = applicant.secret_seal not in ("", GONE)
            texts = applicant.name, applicant.phone, applicant.address, applicant.email
            person = Person(applicant.kind, *texts, bool(applicant.id_seal), secret)
        found.append(
            Held(
                code,
                person,
                forgotten,
                None if whole is None else whole.dossier,
                () if whole is None else whole.steps,
                () if whole is None else whole.legs,
                () if whole is None else whole.reappointments,
                () if whole is None else whole.handovers,
                tuple(Reminded(r.at, r.step, r.recipient) for r in reminders),
                tuple(_visits(hall, code)),
            )
        )
    return found


def forget(store: DossierStore, codes: Sequence[str], by: str, now: datetime) -> int:
    """Delete who handed these in, for good; how many people's rows that were. Drafts of imports go as well,
    and what somebody wrote that has the name in it."""
    with store.writing() as db:
        count = erasing.forget(db, codes, by, now)
        db.execute(draft_table.delete())
    store.settle()  # now, or with the next night's work
    return count


def _codes(db: sa.Connection, where: sa.ColumnElement[bool]) -> list[str]:
    return list(db.execute(sa.select(a.code).where(where).order_by(a.code).limit(MOST)).scalars())


def _distinct(db: sa.Connection, column: sa.Column[str], codes: Sequence[str]) -> list[str]:
    return list(db.execute(sa.select(column).distinct().where(a.code.in_(codes), column != "")).scalars())


def _is_known(db: sa.Connection, code: str) -> bool:
    tables = (dossier_table, applicant_table, forgotten_table, handover_table)
    return any(db.execute(sa.select(sa.exists().where(t.c.code == code))).scalar_one() for t in tables)


def _spellings(text: str) -> list[str]:
    """The figures of a phone number as a source may have them: 0912…, 84912…"""
    figures = re.sub(r"\D", "", text)
    bare = (
        figures.removeprefix("84") if figures.startswith("84") and len(figures) > 9 else figures.lstrip("0")
    )
    return sorted({figures, f"0{bare}", f"84{bare}", f"+84{bare}"})


def _visits(hall: sa.Engine, code: str) -> list[Visit]:
    t = ticket_table.c
    wanted = sa.select(t.day, t.number, t.service, t.state).where(t.dossier == code).order_by(t.issued_at)
    with hall.connect() as db:
        return [Visit(str(r.day), r.number, r.service, r.state) for r in db.execute(wanted)]
