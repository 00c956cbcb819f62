"""One person, and every door by which they come in. Who adds a door to the product adds a row to DOORS."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from openpyxl import Workbook

from broker import codec, messages as m
from broker.seal import Sealer
from broker.sent import SentDossiers, SentReceipt
from broker.whisper import Whisper
from server.dossiers.door import SourceDoor
from server.dossiers.folders import make
from server.dossiers.inbox import Inbox
from server.lookup_door import LookupDoor
from tests.server.dossiers.tables import row, table
from tests.web.dossiers.rooms import desk_of, hidden, send
from tests.web.place import Place, Staff
from tests.web.programs import LAND, Program

NAME, PHONE, NUMBER = "Khuất Thụy Ngà Xuyến", "0913579246", "035183779911"
ADDRESS, EMAIL, SECRET = "Số 917 ngõ Đinh Lăng, phường Lam Hạ", "khuat.nga@thu.example", "ZK7QW4"
PERSON: Final = (NAME, PHONE, NUMBER, ADDRESS, EMAIL, SECRET)
CODE: Final = "H42.13-261102-{:04}"
COLUMNS: Final = {
    "person_name": "Người nộp",
    "person_phone": "Điện thoại",
    "person_address": "Địa chỉ",
    "person_email": "Thư điện tử",
    "person_id": "Số CCCD",
    "person_secret": "Mã bí mật",
}
OURS: Final = dict(zip(COLUMNS.values(), (NAME, PHONE, ADDRESS, EMAIL, NUMBER, SECRET), strict=True))


@dataclass
class Day:
    """A centre that works a day, and everything that it said to others by where."""

    place: Place
    chief: Staff
    program: Program
    folder: Path
    said: dict[str, list[bytes]] = field(default_factory=dict)

    def say(self, where: str, *raw: bytes) -> None:
        self.said.setdefault(where, []).extend(raw)

    def page(self, answer: Any) -> Any:
        """What a browser is led to; the page itself is the reader's own."""
        self.say("addresses", (answer.location or "").encode(), answer.request.full_path.encode())
        return answer

    def post(self, path: str, **fields: Any) -> Any:
        return self.page(send(self.chief, path, **fields))


# --- doors ----------------------------------------------------------------------------------------------


def by_csv(day: Day) -> None:
    rows = [{**row(code=CODE.format(1), received="02/11/2026", due="10/11/2026"), **OURS}]
    upload(day, "export.csv", table(*rows).encode())


def by_bad_csv(day: Day) -> None:
    """The person in every column that is not the person's, so that rows are refused."""
    columns = ("code", "status", "received", "counter", "authority")
    rows = [
        {**row(code=f"H99.99-261102-{n:04}"), column: text}
        for n, (column, text) in enumerate((c, t) for c in columns for t in PERSON)
    ]
    upload(day, "bad.csv", table(*rows).encode())


def by_xlsx(day: Day) -> None:
    book = Workbook()
    cells = {**row(code=CODE.format(3), received="02/11/2026", due="10/11/2026"), **OURS}
    book.active.append(list(cells))
    book.active.append(list(cells.values()))
    raw = io.BytesIO()
    book.save(raw)
    upload(day, "export.xlsx", raw.getvalue())


def by_rest(day: Day) -> None:
    one = {
        "authority": "justice",
        "procedure": "Cấp phiếu",
        "status": "processing",
        "received": "2026-11-02",
        "due": "2026-11-10",
        "source": "portal",
        "applicant": {
            "name": NAME,
            "phone": PHONE,
            "address": ADDRESS,
            "email": EMAIL,
            "id_number": NUMBER,
            "secret": SECRET,
        },
    }
    answer = day.program.ask("PUT", f"/dossiers/{CODE.format(4)}", one, "")
    assert answer.status_code == 200, answer.text
    day.say("answers", answer.data)
    for name in ("authority", "status", "received", "procedure"):
        answer = day.program.ask(
            "PUT", "/dossiers/H99.99-261102-0005", {**one, name: f"{PHONE} {NUMBER}"}, ""
        )
        assert answer.status_code == 400
        day.say("answers", answer.data)


def by_folder(day: Day) -> None:
    inbox = Inbox(desk_of(day.place), day.folder, day.place.clock)
    at = make(day.folder / "inbox", "portal")
    good = table({**row(code=CODE.format(6), received="02/11/2026", due="10/11/2026"), **OURS})
    (at / "export.csv").write_text(good, encoding="utf-8")
    (at / "bad.csv").write_text(table({**row(code=NAME), **OURS}), encoding="utf-8")
    assert sum(inbox.look() for _ in range(3)) == 2
    for report in at.rglob("*"):
        if report.is_file() and report.suffix != ".csv":
            day.say("reports", report.read_bytes())


def by_mqtt(day: Day) -> None:
    """A source that sends by itself: its messages have no place for a person, and refusals repeat nothing."""
    receipts: list[SentReceipt] = []
    door = SourceDoor(desk_of(day.place), day.place.clock, lambda source, receipt: receipts.append(receipt))
    door.start()
    good: dict[str, Any] = {
        "code": "H99.99-261102-0007",
        "authority": "",
        "status": "4",
        "received": "2026-11-02",
    }
    for n, text in enumerate(PERSON):
        for name in ("code", "authority", "status", "received", "due", "counter"):
            told = {"v": 1, "id": f"m{n}-{name}", "dossiers": [{**good, name: text}]}
            door.take("portal", msgspec.json.decode(msgspec.json.encode(told), type=SentDossiers))
    with pytest.raises(msgspec.ValidationError):
        told = {"v": 1, "id": "x", "dossiers": [{**good, "applicant": {"name": NAME}}]}
        msgspec.json.decode(msgspec.json.encode(told), type=SentDossiers)
    until(lambda: len(receipts) == 6 * len(PERSON))
    door.stop()
    assert not any(receipt.taken for receipt in receipts)
    day.say("answers", *map(codec.encode, receipts))


def until(there: Callable[[], bool]) -> None:
    patience, waited = threading.Event(), 0.0
    while not there():
        patience.wait(0.02)
        waited += 0.02
        assert waited < 60


def by_forms(day: Day) -> None:
    for text in PERSON:
        day.post("import/preview", source=text, as_of=text)
        day.post("late/approve", period="2026-11", mark=text)
        day.post("person", by="code", text=text)
        day.page(day.place.client().post("/login", data={"name": text, "password": text}))
        day.page(day.chief.get("/dossiers/late?period=2026-11", headers={"Referer": "http://localhost/"}))
    day.post("import/confirm", token=" ".join(PERSON))
    day.post("person", by="number", text=NUMBER)
    day.post("person", by="phone", text=PHONE)


def by_notes(day: Day) -> None:
    """What authorities say of lines, and why a promise is renewed."""
    for text in PERSON[:5]:
        answer = day.post("late/notes", period="2026-11", **{"note.justice": f"Hồ sơ của {text}"})
        if text not in (ADDRESS,):  # an address alone is nobody's
            assert answer.status_code == 422, text
    day.post("late/notes", period="2026-11", **{"note.justice": "Chờ ý kiến"})
    due = "2026-12-10T10:00"
    day.post(f"{CODE.format(1)}/renew", due=due, reason=f"Chờ {NAME}, {PHONE}", number="1", listed="other")


def by_look_up(day: Day) -> None:
    """As a scanner and a phone send it: whole card, code, slip."""
    card = f"{NUMBER}||{NAME}|01011990|Nữ|{ADDRESS}|01012021"
    for text in (*PERSON, card):
        for code in (CODE.format(1), text):
            answer = day.place.client().post("/api/v1/lookup", json={"code": code[:64], "factor": text[:40]})
            if answer.status_code >= 400:
                day.say("answers", answer.data)


def by_scanner(day: Day) -> None:
    """At a kiosk: sealed on its way, so that on the broker neither question nor answer tells anything."""
    sealer, lookups = Sealer(bytes(range(32))), day.place.hall.lookups
    assert lookups is not None
    door = LookupDoor(lookups, sealer)
    for text in (NUMBER, PHONE[-4:], SECRET, NAME[:40]):
        asked = Whisper(sealer.public_key, CODE.format(1), text)
        request = m.LookupRequest(id="q", at=day.place.clock.now(), code=CODE.format(1), box=asked.box)
        reply = door.reply("kiosk-1", request)
        day.say("answers", codec.encode(request), codec.encode(reply))
        if text == NUMBER:
            assert isinstance(reply, m.LookupReply) and reply.box is not None
            rest = asked.answer(reply.box).rest
            assert rest is not None, "the card is the person's"
            assert NAME not in rest.name and PHONE not in rest.phone


def by_reception(day: Day) -> None:
    """A note about a number; it is for staff, and no wall or paper has it."""
    issued = day.place.issue(LAND)
    day.say("tickets", json.dumps(issued).encode())
    body = {"number": issued["number"], "note": f"{NAME} {PHONE}"}
    day.chief.post("/api/v1/numbers/note", body, headers={"Idempotency-Key": "note"})


def by_accident(day: Day) -> None:
    """A mistake of ours while a person is in the hand: a real one, told in the log and answered with 500."""
    with day.place.register.writing() as db:
        db.exec_driver_sql("ALTER TABLE late_note RENAME TO gone")
        db.exec_driver_sql("ALTER TABLE applicant RENAME TO nobody")
    day.place.app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        for path, fields in (
            ("late/notes", {"period": "2026-11", "note.justice": f"{NAME} {PHONE}"}),
            ("person", {"by": "number", "text": NUMBER}),
            ("person", {"by": "phone", "text": PHONE}),
        ):
            answer = day.post(path, **fields)
            assert answer.status_code == 500
            day.say("answers", answer.data)
    finally:
        with day.place.register.writing() as db:
            db.exec_driver_sql("ALTER TABLE gone RENAME TO late_note")
            db.exec_driver_sql("ALTER TABLE nobody RENAME TO applicant")


DOORS: Final[tuple[Callable[[Day], None], ...]] = (
    by_csv,
    by_bad_csv,
    by_xlsx,
    by_rest,
    by_folder,
    by_mqtt,
    by_forms,
    by_notes,
    by_look_up,
    by_scanner,
    by_reception,
    by_accident,
)


def upload(day: Day, name: str, raw: bytes) -> None:
    answer = day.post("import/preview", source="portal", table=(io.BytesIO(raw), name))
    assert answer.status_code in (200, 422), answer.text
    day.say("answers", answer.data)
    if 'name="token"' in answer.text:
        day.post("import/confirm", token=hidden(answer, "token"))
