"""Looking dossiers up: what a code tells, what a second factor adds, and that neither tells whose it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from broker import messages as m, whisper
from broker.seal import Forged
from broker.whisper import Whisper
from server.dossiers import lookups as lookups_module
from server.dossiers.applicants import Applicant, Seals, open_seals, write
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.handovers import record
from server.dossiers.lookup import NOBODY, masked_name, masked_phone, shows, tidied
from server.dossiers.lookups import Found, Lookups
from server.dossiers.register import Dossier, Reappointment, Step
from server.dossiers.rows import reappointment_table, text_of
from server.dossiers.status import Status
from server.dossiers.store import DossierStore, open_dossiers
from server.lookup_door import LookupDoor
from tests.server.dossiers.tables import CONFIG, NOW, SEALER, ZONE

OPEN, READY, NOBODYS, UNKNOWN = (f"H42.13-261109-01{n}" for n in (18, 19, 20, 21))
CARD, SECRET, PHONE = "001090123456", "K7QP", "0912345123"
PERSONAL = ("Nguyễn", "Văn An", "0912345123", "345123", "12 Trần Phú", CARD, SECRET, "an@vidu.vn")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    opened, seals = open_dossiers(tmp_path, ZONE), open_seals(tmp_path)
    day = timedelta(days=1)
    asked = Dossier(
        OPEN,
        "justice",
        "Cấp phiếu lý lịch",
        Status.PROCESSING,
        NOW - 9 * day,
        NOW + day,
        fee=200_000,
        paid=True,
    )
    steps = (Step(NOW - 9 * day, Status.ACCEPTED), Step(NOW - 8 * day, Status.PROCESSING))
    ready = msgspec.structs.replace(asked, code=READY, status=Status.RESOLVED, resolved=NOW - day)
    nobodys = msgspec.structs.replace(asked, code=NOBODYS)
    opened.bring([Brought(asked, steps=steps), Brought(ready), Brought(nobodys)], Delivery(NOW, "test"), NOW)
    with opened.writing() as db:
        write(db, {code: person(code, seals) for code in (OPEN, READY)})
    yield opened
    opened.close()


def person(code: str, seals: Seals) -> Applicant:
    return Applicant(
        name="Nguyễn Văn An",
        phone=PHONE,
        address="12 Trần Phú",
        email="an@vidu.vn",
        id_seal=seals.of_id(CARD),
        secret_seal=seals.of_secret(code, SECRET),
    )


@pytest.fixture
def lookups(store: DossierStore, tmp_path: Path) -> Lookups:
    return Lookups(lambda: CONFIG, store, open_seals(tmp_path), a_minute=10_000)


# --- what is told ---------------------------------------------------------------------------------------


def test_a_code_alone_tells_how_it_stands_and_until_when(lookups: Lookups) -> None:
    found = lookups.find(f"  {OPEN.lower()} ", "", "10.0.0.1", 0.0)
    assert (found.code, found.status, found.due) == (OPEN, "processing", NOW + timedelta(days=1))
    assert found.rest is None and found.collect == () and not found.tried
    ready = lookups.find(READY, "", "10.0.0.1", 0.0)
    assert (ready.status, ready.due, ready.rest) == ("resolved", None, None)
    assert ready.collect == tuple(
        s for s in CONFIG.collecting if CONFIG.site.services[s].authority == "justice"
    )


def test_a_second_factor_adds_the_rest_with_the_person_masked(lookups: Lookups) -> None:
    factors = (SECRET, "k7-qp", "5123", CARD, "001 090 123 456")
    rest, *others = (lookups.find(OPEN, factor, "10.0.0.1", 0.0).rest for factor in factors)
    assert rest is not None and others == [rest] * 4
    assert (rest.name, rest.phone) == ("N*** V*** A***", "*** *** 123")
    assert (rest.procedure, rest.authority.vi) == ("Cấp phiếu lý lịch", "Sở Tư pháp")
    assert (rest.fee, rest.paid, rest.place) == (200_000, True, "")
    assert [past.status for past in rest.history] == ["accepted", "processing"]
    told = msgspec.json.encode(rest).decode()
    assert not [word for word in PERSONAL if word in told]


def test_nothing_else_shows_whose_it_is(lookups: Lookups) -> None:
    wrong = (
        "0000",
        "123",
        "45123",
        PHONE,
        "K7Q",
        "K7QPX",
        "5123 OR 1=1",
        "%",
        "____",
        "' --",
        "<b>x</b>",
        "٥١٢٣",
    )
    for n, factor in enumerate(wrong):
        found = lookups.find(OPEN, factor, f"10.0.{n}.1", 90_000.0 * n)
        assert (found.rest, found.tried, found.status, found.wait_s) == (None, True, "processing", 0.0), (
            factor
        )


def test_a_dossier_without_a_person_is_shown_to_nobody(lookups: Lookups, tmp_path: Path) -> None:
    """Empty seals and an empty phone fit nothing, whatever is tried."""
    seals = open_seals(tmp_path)
    for factor in ("", "0000", SECRET, CARD, " "):
        assert not shows(tidied(factor), NOBODYS, NOBODY, seals)
        assert lookups.find(NOBODYS, factor, "10.0.0.1", 0.0).rest is None


def test_the_promise_is_the_one_that_holds_and_the_first_is_told_with_the_rest(
    store: DossierStore, lookups: Lookups
) -> None:
    renewed = NOW + timedelta(days=5)
    row = Reappointment(OPEN, 1, NOW, "ha", NOW + timedelta(days=1), renewed, "Chờ xác minh")
    told = {name: getattr(row, name) for name in ("code", "number", "by", "reason")}
    with store.writing() as db:
        times = {name: text_of(getattr(row, name)) for name in ("at", "old_due", "new_due")}
        db.execute(reappointment_table.insert().values(**told, **times))
    found = lookups.find(OPEN, SECRET, "10.0.0.1", 0.0)
    assert found.due == renewed
    assert found.rest is not None and found.rest.first_due == NOW + timedelta(days=1)


def test_who_has_the_result_is_not_told_to_come_for_it(store: DossierStore, lookups: Lookups) -> None:
    with store.writing() as db:
        record(db, [READY], NOW, "t-1", "7", "ha")
    found = lookups.find(READY, "", "10.0.0.1", 0.0)
    assert (found.status, found.collect) == ("returned", ())


def test_what_is_no_code_is_not_looked_for(lookups: Lookups) -> None:
    markup, sql = "<script>alert(1)</script>", "'; DROP TABLE dossier; --"
    for code in ("", "x", sql, markup, "H42.13-261309-0118", f"{OPEN}'", "A" * 1_000_000, OPEN * 30_000):
        assert lookups.find(code, SECRET, "10.0.0.1", 0.0) == Found("")


def test_names_and_phones_are_masked_whatever_they_are() -> None:
    assert masked_name("Đặng  Ánh") == "Đ*** Á***"
    assert masked_name("") == "" and len(masked_name("a " * 500)) < 60
    assert (masked_phone(PHONE), masked_phone("0912"), masked_phone("")) == ("*** *** 123", "", "")


# --- tries ----------------------------------------------------------------------------------------------


def tries(lookups: Lookups, code: str, addresses: list[str], now: float = 0.0) -> list[float]:
    return [lookups.find(code, "0000", address, now).wait_s for address in addresses]


@pytest.mark.parametrize("code", [OPEN, NOBODYS, UNKNOWN])
def test_five_wrong_factors_lock_a_code_for_everybody(lookups: Lookups, code: str) -> None:
    """The web and the kiosks count together, and a code that nobody has is locked like any other."""
    waits = tries(lookups, code, ["10.0.0.1", "device:kiosk-1", "10.0.0.2", "device:kiosk-2", "10.0.0.3"])
    assert waits == [0.0] * 5
    locked = lookups.find(code, SECRET, "10.9.9.9", 0.0)
    assert locked.wait_s == 60.0 and locked.rest is None
    assert lookups.find(code, "", "10.9.9.9", 0.0).wait_s == 0.0  # the code alone still tells
    assert lookups.find(code, "0000", "10.9.9.9", 60.0).wait_s == 0.0
    assert lookups.find(code, "0000", "10.9.9.9", 60.0).wait_s == 120.0


def test_in_the_end_a_code_may_be_tried_once_an_hour(lookups: Lookups) -> None:
    now, tried = 0.0, 0
    while now < 24 * 3600:
        wait = lookups.find(OPEN, "0000", f"10.0.{tried}.1", now).wait_s
        tried += wait == 0.0
        now += wait
    assert tried < 36


@pytest.mark.parametrize("address", ["10.0.0.1", "2001:db8::{}"])
def test_one_address_is_slowed_down_over_many_codes(lookups: Lookups, address: str) -> None:
    """Of IPv6 a household, whose 2^64 addresses are one."""
    waits = [lookups.find(f"H42.13-261109-{n:04}", "0000", address.format(n), 0.0).wait_s for n in range(25)]
    assert waits[:20] == [0.0] * 20 and all(wait > 0 for wait in waits[20:])
    assert lookups.find(OPEN, SECRET, "10.0.0.2", 0.0).rest is not None


def test_who_knows_it_counts_for_nothing_and_makes_the_code_free_again(lookups: Lookups) -> None:
    for _ in range(3):
        tries(lookups, OPEN, ["10.0.0.1"] * 4)
        assert lookups.find(OPEN, SECRET, "10.0.0.1", 0.0).rest is not None


def test_look_ups_of_one_address_are_bounded_by_the_minute(store: DossierStore, tmp_path: Path) -> None:
    lookups = Lookups(lambda: CONFIG, store, open_seals(tmp_path))
    found = [lookups.find(OPEN, "", "10.0.0.1", 0.0) for _ in range(lookups_module.A_MINUTE + 1)]
    assert [f.asked_too_often > 0 for f in found] == [False] * lookups_module.A_MINUTE + [True]
    assert found[-1].status is None
    assert lookups.find(OPEN, "", "10.0.0.2", 0.0).status == "processing"


def test_unknown_and_nobodys_are_the_same_work(lookups: Lookups, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same seals are made and compared, whatever is known."""
    made: list[str] = []
    original = Seals._sealed
    monkeypatch.setattr(
        Seals, "_sealed", lambda self, what, text: made.append(what) or original(self, what, text)
    )
    for code in (OPEN, NOBODYS, UNKNOWN):
        lookups.find(code, "0000", "10.0.0.1", 0.0)
    assert made == ["secret", "id"] * 3


# --- at a kiosk -----------------------------------------------------------------------------------------


@pytest.fixture
def door(lookups: Lookups) -> LookupDoor:
    return LookupDoor(lookups, SEALER, lambda: 0.0)


def asked(code: str, box: bytes | None = None) -> m.LookupRequest:
    return m.LookupRequest(id="r-1", at=NOW, code=code, box=box)


def test_over_the_broker_nobody_can_read_a_person(door: LookupDoor) -> None:
    whispered = Whisper(SEALER.public_key, OPEN, CARD)
    request = asked(OPEN, whispered.box)
    reply = door.reply("kiosk-1", request)
    assert isinstance(reply, m.LookupReply) and reply.box is not None
    for sent in (msgspec.json.encode(request), msgspec.json.encode(reply)):
        assert not [word for word in (*PERSONAL, "N***", "lý lịch", "200000") if word.encode() in sent]
    bare = json.loads(msgspec.json.encode(reply))
    assert {k for k, v in bare.items() if v not in (None, 0, [])} == {
        "v",
        "kind",
        "id",
        "status",
        "due",
        "box",
    }
    answer = whispered.answer(reply.box)
    assert answer.rest is not None and answer.rest.name == "N*** V*** A***"


def test_right_wrong_and_unknown_look_alike_on_the_broker(door: LookupDoor) -> None:
    boxes = []
    for code, factor in ((OPEN, SECRET), (OPEN, "0000"), (NOBODYS, "0000"), (UNKNOWN, "0000")):
        whispered = Whisper(SEALER.public_key, code, factor)
        reply = door.reply("kiosk-1", asked(code, whispered.box))
        assert isinstance(reply, m.LookupReply) and reply.box is not None
        assert (whispered.answer(reply.box).rest is not None) == (factor == SECRET)
        boxes.append((len(whispered.box), len(reply.box)))
    assert len(set(boxes)) == 1


def test_a_question_is_about_its_own_dossier_and_for_this_server(door: LookupDoor) -> None:
    heard = Whisper(SEALER.public_key, OPEN, SECRET)
    for request in (
        asked(READY, heard.box),
        asked(OPEN, heard.box[:-1]),
        asked(OPEN, b"x" * 304),
        asked(OPEN, b""),
    ):
        reply = door.reply("kiosk-1", request)
        assert isinstance(reply, m.RefusedReply) and reply.code == "bad-request"
    reply = door.reply("kiosk-1", asked(OPEN, heard.box))
    assert isinstance(reply, m.LookupReply) and reply.box is not None
    with pytest.raises(Forged):
        Whisper(SEALER.public_key, OPEN, SECRET).answer(reply.box)


def test_the_longest_answer_has_room(store: DossierStore, door: LookupDoor) -> None:
    steps = tuple(Step(NOW - timedelta(hours=n), Status.AWAITING_SUPPLEMENT) for n in range(300))
    long = Dossier("H42.13-261109-0130", "justice", "Đ" * 600, Status.PROCESSING, NOW, NOW)
    store.bring([Brought(long, steps=steps)], Delivery(NOW, "test", whole=False), NOW)
    with store.writing() as db:
        write(db, {long.code: Applicant(name="Ễ" * 100 + " Ễ" * 300, phone=PHONE)})
    whispered = Whisper(SEALER.public_key, long.code, "5123")
    reply = door.reply("kiosk-1", asked(long.code, whispered.box))
    assert isinstance(reply, m.LookupReply) and reply.box is not None
    assert len(reply.box) == whisper.ANSWER_BYTES + whisper.OVERHEAD
    rest = whispered.answer(reply.box).rest
    assert rest is not None and len(rest.history) == whisper.MOST_PAST
