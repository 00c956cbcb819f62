"""Letters that list what people are reminded of: one for each recipient, kept until a mail server has it.

A letter is written down with the reminders that it lists in one commit, and sent afterwards, with the same
Message-ID however often that takes: at least once, and known for one. It has codes, procedures and dates, and
nobody who handed something in.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa

from server.dossiers import standings
from server.dossiers.promises import Marks
from server.dossiers.rows import dossier_table, instant_of, mail_table, reminder_table, text_of
from server.dossiers.standings import Line
from server.dossiers.store import DossierStore
from server.mail import Answer, Letter

NOBODY: Final = 0  # in `reminder.mail`: there was no address, or nothing to tell any more
GAP: Final = timedelta(hours=1)  # between two letters to one recipient
SHOWN: Final = 50  # letters of a list
MOST: Final = 200  # dossiers that a letter lists
KEPT: Final = timedelta(days=90)
GIVEN_UP: Final = timedelta(days=3)  # without a mail server that takes it, or an address
FIRST_S: Final = 60.0
MOST_S: Final = 3600.0

State = Literal["waiting", "sent", "failed"]

m = mail_table.c
r = reminder_table.c


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter and what became of it. tries: so far; error: a code of the last one."""

    id: int
    recipient: str
    letter: Letter
    state: State
    tries: int
    next_at: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class Writing:
    """What a letter needs beside its dossiers. addresses: of a recipient. words: subject and text for it."""

    addresses: Callable[[str], tuple[str, ...]]
    words: Callable[[str, Sequence[Line], int], tuple[str, str]]
    domain: str


def write(store: DossierStore, marks: Marks, writing: Writing | None, now: datetime) -> int:
    """A letter for each recipient with reminders that none lists yet; how many letters.

    writing: None where no mail server is known. What has nowhere to go waits, for a centre that writes its
    addresses down on the first day, and is settled when it is as old as a letter that is given up.
    """
    count, old = 0, text_of(now - GIVEN_UP)
    aged = sa.func.max(sa.case((r.at < old, r.id)))
    with store.reading() as db:
        waiting = db.execute(
            sa.select(r.recipient, sa.func.max(r.id), aged).where(r.mail.is_(None)).group_by(r.recipient)
        ).all()
    for recipient, last, last_old in waiting:
        to = writing.addresses(recipient) if writing is not None else ()
        if writing is None or not to:
            if last_old is not None:
                _settle(store, recipient, last_old)
        else:
            count += _written(store, marks, writing, recipient, last, to, now)
    return count


def _written(
    store: DossierStore,
    marks: Marks,
    writing: Writing,
    recipient: str,
    last: int,
    to: tuple[str, ...],
    now: datetime,
) -> bool:
    with store.reading() as db:
        before = db.execute(sa.select(sa.func.max(m.at)).where(m.recipient == recipient)).scalar()
        if before is not None and text_of(now - GAP) < before <= text_of(now):
            return False  # what comes meanwhile goes into the next one
        told = (
            sa.select(r.code, r.due)
            .where(r.recipient == recipient, r.mail.is_(None), r.id <= last)
            .distinct()
            .subquery("told")
        )
        found, more = _still(db, marks, told)
    if not found:
        _settle(store, recipient, last)  # all of it was done meanwhile
        return False
    subject, body = writing.words(recipient, found, more)
    row = {
        "recipient": recipient,
        "to": ",".join(to),
        "message_id": f"<{secrets.token_hex(16)}@{writing.domain}>",
        "subject": subject,
        "body": body,
        "at": text_of(now),
        "state": "waiting",
        "next_at": text_of(now),
    }
    with store.writing() as db:
        made = db.execute(mail_table.insert().values(**row)).inserted_primary_key
        assert made is not None
        _listed(db, recipient, last, made[0])
    return True


def _still(db: sa.Connection, marks: Marks, told: sa.Subquery) -> tuple[list[Line], int]:
    """Those that are on us still, for the promise that was told of, the oldest first; how many there are
    beyond MOST."""
    d, known = dossier_table.c, standings.facts(marks)
    rows = (
        sa.select(
            dossier_table,
            standings.DUE.label("holds"),
            standings.standing(marks).label("so"),
            standings.TIMES.label("times"),
        )
        .select_from(
            standings.WITH_LAST.join(told, sa.and_(told.c.code == d.code, told.c.due == standings.DUE))
        )
        .where(d.over.is_(None), ~known["waits"], ~known["handed"])
        .order_by("holds", d.code)
    )
    found = db.execute(rows).all()
    return [standings.line_of(row) for row in found[:MOST]], max(0, len(found) - MOST)


def _settle(store: DossierStore, recipient: str, last: int) -> None:
    with store.writing() as db:
        _listed(db, recipient, last, NOBODY)


def _listed(db: sa.Connection, recipient: str, last: int, mail: int) -> None:
    db.execute(
        reminder_table.update()
        .where(r.recipient == recipient, r.mail.is_(None), r.id <= last)
        .values(mail=mail)
    )


# --- sending ------------------------------------------------------------------------------------------


def deliver(
    store: DossierStore,
    send: Callable[[Letter], Answer],
    now: datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Try each letter whose time has come; how many were taken. One that nobody could be reached for ends the
    round: the others would fare no better."""
    count = 0
    with store.reading() as db:
        rows = mail_table.select().where(m.state == "waiting", m.next_at <= text_of(now)).order_by(m.id)
        due = [mail_of(row) for row in db.execute(rows)]
    for mail in due:
        if stopping():
            return count
        answer = send(mail.letter)
        tried(store, mail, answer, now)
        count += answer.outcome == "sent"
        if answer.outcome == "later" and answer.error != "busy":
            return count
    return count


def tried(store: DossierStore, mail: Mail, answer: Answer, now: datetime) -> None:
    """Keep what came of a try; after three days of none a letter is given up, and told on the page."""
    old = now - mail.letter.at > GIVEN_UP
    never = answer.outcome == "never" or (answer.outcome == "later" and old)
    state: State = "sent" if answer.outcome == "sent" else "failed" if never else "waiting"
    wait = min(MOST_S, FIRST_S * 2.0 ** min(mail.tries, 30))
    with store.writing() as db:
        db.execute(
            mail_table.update()
            .where(m.id == mail.id, m.state == "waiting")
            .values(
                state=state,
                tries=mail.tries + 1,
                next_at=text_of(now + timedelta(seconds=wait)),
                error=answer.error,
            )
        )
        db.execute(mail_table.delete().where(m.state != "waiting", m.at < text_of(now - KEPT)))


def mails(db: sa.Connection) -> list[Mail]:
    """The newest first, at most SHOWN."""
    return [mail_of(row) for row in db.execute(mail_table.select().order_by(m.id.desc()).limit(SHOWN))]


def counts(db: sa.Connection) -> dict[str, int]:
    """How many letters stand how."""
    return {s: n for s, n in db.execute(sa.select(m.state, sa.func.count()).group_by(m.state))}


def again(store: DossierStore, id: int, now: datetime) -> bool:
    """Try one that was given up once more, from the beginning."""
    with store.writing() as db:
        done = db.execute(
            mail_table.update()
            .where(m.id == id, m.state == "failed")
            .values(state="waiting", at=text_of(now), next_at=text_of(now), tries=0)
        )
    return done.rowcount == 1


def mail_of(row: Any) -> Mail:
    letter = Letter(tuple(row.to.split(",")), row.subject, row.body, row.message_id, instant_of(row.at))
    return Mail(row.id, row.recipient, letter, row.state, row.tries, instant_of(row.next_at), row.error)
