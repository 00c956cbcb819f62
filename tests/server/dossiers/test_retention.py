"""What was kept for long enough goes, also from the bytes of the files, and does not come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace as with_

from server.dossiers import applicants, publications, retention, sums
from server.dossiers.applicants import GONE, Applicant, Seals
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.late import sheet
from server.dossiers.register import Dossier, Step
from server.dossiers.rows import (
    applicant_table,
    handover_table,
    printed_table,
    reappointment_table,
    reminder_table,
    sum_table,
    text_of,
)
from server.dossiers.status import Status
from server.dossiers.store import FILE, DossierStore, open_dossiers
from server.site_shape import Retention
from server.tidying import Tidying
from tests.server.dossiers.tables import CONFIG, ZONE

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SEALS = Seals(b"k" * 32)
OLD, NEW, SHELF, OPEN = (f"H42.13-26010{n}-0001" for n in range(1, 5))
NEVER, ENDLESS = "H42.13-260105-0001", "H42.13-260106-0001"
ALL = (OLD, NEW, SHELF, OPEN)
KEPT = Retention(persons=180, unended=0, secrets=30, steps=0, dossiers=0, handovers=0, reminders=0, imports=0)


class Hand:
    """A clock that shows what the test says."""

    synchronised = True
    speed = 1.0

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def whose(code: str) -> Applicant:
    name = f"Nguyễn Thị Không Quên {code[-6:]}"
    return Applicant(name=name, phone="0912345678", secret_seal=SEALS.of_secret(code, "X7K2"))


def some() -> list[Brought]:
    def one(code: str, status: Status, over: datetime | None, returned: datetime | None = None) -> Brought:
        received = NOW - 400 * DAY
        d = Dossier(code, "justice", "x", status, received, received + 20 * DAY, over, returned)
        return Brought(d, (Step(received, Status.ACCEPTED, "justice"),), applicant=whose(code))

    return [
        one(OLD, Status.RETURNED, NOW - 300 * DAY, NOW - 200 * DAY),
        one(NEW, Status.RETURNED, NOW - 300 * DAY, NOW - 100 * DAY),
        one(SHELF, Status.RESOLVED, NOW - 300 * DAY),
        one(OPEN, Status.PROCESSING, None),
    ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    opened = open_dossiers(tmp_path, ZONE)
    opened.bring(some(), Delivery(NOW, "test"), NOW)
    yield opened
    opened.close()


def people(store: DossierStore) -> set[str]:
    with store.reading() as db:
        return set(db.execute(applicant_table.select()).scalars())


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob(f"{FILE}*"))


def test_a_person_goes_so_long_after_the_result_was_handed_over(store: DossierStore) -> None:
    counts = retention.tidy(store, KEPT, NOW)
    assert counts == {"persons": 1, "secrets": 1}, "OLD's person, and NEW's secret"
    assert people(store) == {NEW, SHELF, OPEN}, "what is on the shelf is not handed over"
    again = store.bring(some(), Delivery(NOW, "test"), NOW)
    assert (again.changed, people(store)) == (0, {NEW, SHELF, OPEN}), "no import brings anybody back"
    store.bring([with_(b, dossier=with_(b.dossier, counter="7")) for b in some()], Delivery(NOW, "test"), NOW)
    with store.reading() as db:
        known = applicants.known(db, ALL)
    assert known[NEW].secret_seal == GONE and known[OPEN].secret_seal, "nor a secret"
    assert known[NEW].phone == "0912345678" and known[OLD] == applicants.FORGOTTEN
    assert retention.tidy(store, KEPT, NOW) == {}


def test_what_we_handed_over_ourselves_counts_and_what_is_to_be_kept_stays(store: DossierStore) -> None:
    at = text_of(NOW - 190 * DAY)
    with store.writing() as db:
        db.execute(handover_table.insert().values(code=SHELF, ticket="t", at=at, counter="7", by="ha"))
    assert retention.tidy(store, with_(KEPT, persons=0, secrets=0), NOW) == {}
    retention.tidy(store, KEPT, NOW)
    assert people(store) == {NEW, OPEN}


def test_nobody_is_kept_for_ever(store: DossierStore) -> None:
    """What never began goes with the persons, what never ended has a class; both count from the receipt."""
    old, longest = NOW - 700 * DAY, Retention().unended

    def one(code: str, status: Status, received: datetime) -> Brought:
        return Brought(Dossier(code, "justice", "x", status, received), applicant=whose(code))

    more = [one(NEVER, Status.REGISTERED, old), one(ENDLESS, Status.AWAITING_PAYMENT, old)]
    young = [one(f"H42.13-260107-{n:04}", Status.REGISTERED, NOW - n * DAY) for n in (170, 190)]
    store.bring([*more, *young], Delivery(NOW, "test", whole=False), NOW)
    keep = with_(KEPT, secrets=0, unended=longest)
    assert retention.tidy(store, keep, NOW) == {"persons": 3}
    assert people(store) == {NEW, SHELF, OPEN, ENDLESS, young[0].dossier.code}
    later = NOW + (longest - 700 + 1) * DAY
    assert retention.tidy(store, with_(keep, persons=0), later) == {"unended": 1}
    assert people(store) == {NEW, SHELF, OPEN, young[0].dossier.code}
    last = NOW + (longest + 1) * DAY
    assert retention.tidy(store, with_(keep, persons=0), last) == {"unended": 3}
    assert people(store) == {NEW}, "what ended is of the other class, and kept here"


def test_a_deleted_person_is_in_no_byte_of_the_files(store: DossierStore, tmp_path: Path) -> None:
    name = whose(OLD).name.encode()
    assert name in bytes_of(tmp_path)
    clock, told = Hand(NOW), list[dict[str, int]]()
    config = replace(CONFIG, retention=KEPT)
    note = f"Đã xin lỗi bà {whose(OLD).name}"
    with store.writing() as db:  # as the release before let it be written
        publications.note(db, "2026-02", "justice", "", note, "ha", NOW)
        seen = sheet(db, CONFIG, "2026-02", NOW, publications.notes(db, "2026-02"))
        publications.approve(db, seen, "ha", NOW)
    assert note.encode() in bytes_of(tmp_path)
    tidying = Tidying(lambda: config, store, clock, lambda counts: told.append(dict(counts)))
    with store.reading() as db:
        db.execute(applicant_table.select().limit(1)).all()
        assert tidying.look() is True, "a reader holds nobody up"
    tidying.look()
    assert name not in bytes_of(tmp_path) and whose(OPEN).name.encode() in bytes_of(tmp_path)
    assert told == [{"persons": 1, "secrets": 1}]


def test_it_is_done_once_a_night_and_made_up_for(store: DossierStore) -> None:
    clock = Hand(datetime(2026, 11, 22, 18, 30, tzinfo=UTC))  # 01:30 of the 23rd
    tidying = Tidying(lambda: replace(CONFIG, retention=KEPT), store, clock)
    assert tidying.look() is True and tidying.look() is False, "the night of the 22nd was missed"
    clock.at += timedelta(hours=1)
    assert tidying.look() is True and tidying.look() is False
    clock.at += timedelta(days=3)
    assert tidying.look() is True and tidying.look() is False
    assert [night.day for night in retention.nights(store)] == ["2026-11-26", "2026-11-23", "2026-11-22"]


def test_dossiers_take_their_sums_and_all_about_them_along(store: DossierStore) -> None:
    with store.writing() as db:
        row = {"step": "overdue", "due": text_of(NOW), "recipient": "authority:justice"}
        db.execute(reminder_table.insert().values(code=OLD, at=text_of(NOW - 300 * DAY), **row))
        db.execute(reminder_table.insert().values(code=OPEN, at=text_of(NOW - 300 * DAY), **row))
    counts = retention.tidy(store, with_(KEPT, reminders=100), NOW)
    assert counts["reminders"] == 1, "of an open one it would be told again"
    counts = retention.tidy(store, with_(KEPT, steps=250), NOW)
    assert counts["steps"] == 3
    assert retention.tidy(store, with_(KEPT, dossiers=250), NOW)["dossiers"] == 3
    assert {d.code for d in store.dossiers()} == {OPEN} and people(store) == {OPEN}
    store.bring(some(), Delivery(NOW, "test"), NOW)
    assert len(store.dossiers()) == 4 and people(store) == {OPEN}, "they may come again, and nobody with them"
    with store.writing() as db:
        kept = {tuple(row) for row in db.execute(sum_table.select()) if row.count}
        sums.recount(db, ZONE)
        assert kept == {tuple(row) for row in db.execute(sum_table.select()) if row.count}


def test_what_we_noted_of_dossiers_that_are_gone_goes_with_the_class_of_dossiers(store: DossierStore) -> None:
    gone, due = "H42.13-260105-0001", text_of(NOW)
    told = {"number": 1, "by": "ha", "old_due": due, "new_due": due, "reason": "thiếu xác minh"}
    with store.writing() as db:
        for code, at in ((gone, 300), (OPEN, 300), (gone + "9", 200)):
            then = text_of(NOW - at * DAY)
            db.execute(reappointment_table.insert().values(code=code, at=then, **told))
            db.execute(printed_table.insert().values(code=code, at=then, due=due))
    retention.tidy(store, KEPT, NOW)
    assert noted(store) == [{gone, OPEN, gone + "9"}] * 2, "0 keeps the class"
    counts = retention.tidy(store, with_(KEPT, dossiers=250), NOW)
    assert counts["dossiers"] == 3 + 2 and noted(store) == [{OPEN, gone + "9"}] * 2


def noted(store: DossierStore) -> list[set[str]]:
    with store.reading() as db:
        tables = reappointment_table, printed_table
        return [set(db.execute(sa.select(table.c.code)).scalars()) for table in tables]


def test_it_stops_between_two_small_transactions_and_goes_on(store: DossierStore, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert retention.tidy(store, KEPT, NOW, stop.is_set) == {} and len(people(store)) == 4
    assert retention.tidy(store, KEPT, NOW)["persons"] == 1
