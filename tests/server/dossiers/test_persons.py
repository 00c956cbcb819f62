"""What is held about one person: found, told whole, deleted for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st

from server.dossiers import applicants, bringing, persons, publications, sources
from server.dossiers.applicants import Applicant, Seals
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.folding import Names, names
from server.dossiers.late import sheet
from server.dossiers.mapping import Mapping, Source
from server.dossiers.persons import By
from server.dossiers.publications import without_notes
from server.dossiers.register import Dossier, Leg, Step
from server.dossiers.rows import reappointment_table, reminder_table, text_of
from server.dossiers.status import Status
from server.dossiers.store import FILE, DossierStore, open_dossiers
from server.tables import metadata, ticket_table
from tests.server.dossiers.tables import CONFIG, ZONE

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
SEALS = Seals(b"k" * 32)
NUMBER, PHONE, NAME = "035088001234", "0912345678", "Nguyễn Thị Không Quên"
MINE, ALSO, OTHER = "H42.13-260101-0001", "H42.13-260102-0002", "H42.13-260103-0003"


def brought(code: str, phone: str, number: str, name: str) -> Brought:
    d = Dossier(code, "justice", "Cấp thẻ", Status.PROCESSING, NOW - timedelta(days=9), NOW)
    who = Applicant(
        name=name, phone=phone, address="Số 9 Trần Phú", email="q@vd.vn", id_seal=SEALS.of_id(number)
    )
    leg = Leg(1, "health", NOW, note=f"Đã gọi bà {name}")
    return Brought(d, (Step(NOW, Status.PROCESSING, "justice"),), (leg,), who)


SOME = [
    brought(MINE, PHONE, NUMBER, NAME),
    brought(ALSO, "0988", NUMBER, NAME),
    brought(OTHER, "0977000111", "001088009999", "Trần Văn Ba"),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    opened = open_dossiers(tmp_path, ZONE)
    opened.bring(SOME, Delivery(NOW, "test"), NOW)
    yield opened
    opened.close()


def renew(db: sa.Connection, code: str, reason: str) -> None:
    row = {"number": 1, "at": text_of(NOW), "by": "ha", "old_due": text_of(NOW), "new_due": text_of(NOW)}
    db.execute(reappointment_table.insert().values(code=code, reason=reason, **row))


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'hall.db'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("by", "text", "found"),
    [
        (By.NUMBER, "035 088 001234", (MINE, ALSO)),
        (By.NUMBER, "035088001235", ()),
        (By.PHONE, "+84 912 345 678", (MINE, ALSO)),
        (By.PHONE, "0912.345.678", (MINE, ALSO)),
        (By.CODE, MINE.lower(), (MINE, ALSO)),
        (By.CODE, "H42.13-260109-0009", ()),
        (By.NUMBER, "12", ()),
        (By.CODE, NAME, ()),
    ],
)
def test_somebody_is_found(store: DossierStore, by: By, text: str, found: tuple[str, ...]) -> None:
    assert persons.find(store, SEALS, by, text) == found


def test_a_phone_of_several_people_is_told_and_takes_nobody_along(
    store: DossierStore, hall: sa.Engine
) -> None:
    """One person is found whole by phone; where two share it, what is under it, and word of the rest."""
    assert persons.others(store, [MINE]) == (ALSO,) and persons.others(store, [MINE, ALSO]) == ()
    shared = "H42.13-260104-0004", "H42.13-260105-0005"
    some = [
        brought(shared[0], PHONE, "001088009999", "Trần Văn Ba"),
        brought(shared[1], "84912345678", "", ""),
    ]
    store.bring(some, Delivery(NOW, "test", whole=False), NOW)
    found = persons.find(store, SEALS, By.PHONE, PHONE)
    assert found == (MINE, *shared) and persons.others(store, found) == (ALSO, OTHER)
    assert persons.several(persons.held(store, hall, found))
    assert not persons.several(persons.held(store, hall, [MINE, ALSO, shared[1]]))


def test_all_that_is_held_is_told(store: DossierStore, hall: sa.Engine) -> None:
    ticket = {c.name: "" for c in ticket_table.c if not c.nullable}
    with hall.begin() as db:
        row = {**ticket, "id": "t1", "number": "A001", "day": "2026-11-23", "dossier": MINE, "recalls": 0}
        db.execute(ticket_table.insert().values({k: v for k, v in row.items() if k in ticket_table.c}))
    with store.writing() as db:
        row = {"step": "overdue", "due": text_of(NOW), "recipient": "authority:justice"}
        db.execute(reminder_table.insert().values(code=MINE, at=text_of(NOW), **row))
    (one,) = persons.held(store, hall, [MINE])
    assert one.person is not None and (one.person.name, one.person.number, one.person.secret) == (
        NAME,
        True,
        False,
    )
    assert one.dossier is not None and len(one.steps) == len(one.legs) == len(one.reminders) == 1
    assert [v.number for v in one.visits] == ["A001"]
    said = msgspec.json.encode(one).decode()
    assert NUMBER not in said and SEALS.of_id(NUMBER) not in said, "the number itself is held nowhere"


def test_who_is_deleted_is_in_no_byte_and_does_not_come_back(
    store: DossierStore, hall: sa.Engine, tmp_path: Path
) -> None:
    with store.writing() as db:
        renew(db, MINE, f"Gọi bà {NAME.upper()}")
        for officer, text in (("", f"Gọi bà {NAME}"), ("ha", "Thiếu người"), ("ba", f"{NAME.upper()}.")):
            publications.note(db, "2026-10", "justice", officer, text, "ha", NOW)
        seen = sheet(db, CONFIG, "2026-10", NOW, publications.notes(db, "2026-10"))
        publications.approve(db, seen, "ha", NOW)
    assert persons.forget(store, [MINE, ALSO], "chief", NOW) == 2
    with store.reading() as db:
        assert publications.notes(db, "2026-10") == {("justice", "ha"): "Thiếu người"}
        (kept,) = publications.history(db)
    assert kept.sheet == without_notes(seen, bool), "its figures, and who approved them, stay as they were"
    raw = b"".join(file.read_bytes() for file in tmp_path.glob(f"{FILE}*"))
    for trace in (NAME, NAME.upper(), PHONE, SEALS.of_id(NUMBER)):
        assert trace.encode() not in raw, trace
    assert b"0977000111" in raw
    clean = [msgspec.structs.replace(b, legs=None) for b in SOME]
    assert store.bring(clean, Delivery(NOW, "test"), NOW).changed == 0
    store.draft(clean, Delivery(NOW, "test"), "again", NOW)
    assert store.confirm("again", "chief", NOW).changed == 0
    raw = b"".join(file.read_bytes() for file in tmp_path.glob(f"{FILE}*"))
    assert NAME.encode() not in raw and PHONE.encode() not in raw, "nor does a preview bring a byte back"
    first, second = persons.held(store, hall, [MINE, ALSO])
    assert first.person is None and first.forgotten and second.forgotten
    assert first.dossier is not None and first.legs[0].note == "" and first.reappointments[0].reason == ""
    assert persons.find(store, SEALS, By.NUMBER, NUMBER) == ()
    assert persons.find(store, SEALS, By.CODE, MINE) == (MINE,), "it can be shown that it was deleted"
    with store.reading() as db:
        assert applicants.known(db, [OTHER])[OTHER].name == "Trần Văn Ba"


def untick(db: sa.Connection) -> None:
    sources.save(db, Source("portal", "Cổng", Mapping(persons=False)), "chief", NOW)


def delete(db: sa.Connection) -> None:
    sources.delete(db, "portal")


def take_over(db: sa.Connection) -> None:
    sources.save(db, Source("other", "Khác", Mapping(persons=False)), "chief", NOW)
    sources.take_over(db, "other", "portal")


def leave_out(db: sa.Connection) -> None:
    bringing.bring(db, [], Delivery(NOW, "test", "portal"), NOW, ZONE)


@pytest.mark.parametrize("act", [untick, delete, take_over, leave_out])
def test_whoever_goes_takes_along_what_names_them(
    tmp_path: Path, act: Callable[[sa.Connection], None]
) -> None:
    """Else a reason or a note would be all that is left of somebody, and no search would find it."""
    with closing(open_dossiers(tmp_path, ZONE)) as store:
        with store.writing() as db:
            sources.save(db, Source("portal", "Cổng", Mapping(persons=True)), "chief", NOW)
        store.bring(SOME[:2], Delivery(NOW, "test", "portal"), NOW)
        store.bring(SOME[2:], Delivery(NOW, "test"), NOW)
        with store.writing() as db:
            for code, reason in (
                (MINE, f"Chờ bà {NAME} ký"),
                (ALSO, "Chờ số liệu"),
                (OTHER, "Gọi Trần Văn Ba"),
            ):
                renew(db, code, reason)
            publications.note(db, "2026-10", "justice", "", f"Bận vì {NAME}", "ha", NOW)
            publications.note(db, "2026-10", "justice", "ha", "Trần Văn Ba", "ha", NOW)
            act(db)
        with store.reading() as db:
            assert list(applicants.known(db, [MINE, ALSO, OTHER])) == [OTHER]
            r = reappointment_table.c
            reasons = {row.code: row.reason for row in db.execute(sa.select(r.code, r.reason))}
            assert reasons == {MINE: "", ALSO: "Chờ số liệu", OTHER: "Gọi Trần Văn Ba"}
            assert publications.notes(db, "2026-10") == {("justice", "ha"): "Trần Văn Ba"}


@given(
    st.lists(
        st.sampled_from(["Lê An", "An", "Lê", "Đặng Thị  Hoà", "Phương", "nguyễn-văn an", ""]), max_size=4
    ),
    st.lists(st.sampled_from(["bà", "lê", "An", "an,", "Đặng", "thị", "hòa", "Phuong", "Nguyễn Văn", "."])),
)
def test_many_names_are_looked_for_as_one_is(persons: list[str], words: list[str]) -> None:
    text = " ".join(words)
    assert Names(persons).within(text) == any(names(person, text) for person in persons)
