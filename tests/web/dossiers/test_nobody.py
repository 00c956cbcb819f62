"""One person comes in by every door and goes out by none.

A row of DOORS is a way in: whoever adds a door adds a row. A row of SINKS is where something is said to
others. The person is kept where a source says that people are kept, and shown to staff who may see persons;
everywhere else there is no trace, however it is written.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import queue
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from msgspec.structs import replace as with_
from openpyxl import Workbook

from broker import codec, messages as m, topics
from broker.link import Received
from broker.memory import MemoryBroker
from broker.seal import Sealer
from broker.sent import SentDossiers, SentReceipt
from broker.whisper import Whisper
from server.dossiers import late_desk
from server.dossiers.door import SourceDoor
from server.dossiers.feed import Feed
from server.dossiers.folding import fold
from server.dossiers.inbox import Inbox, make
from server.dossiers.mapping import Mapping, Source
from server.dossiers.outward import DossierLog
from server.dossiers.rows import applicant_table
from server.lookup_door import LookupDoor
from server.mail import MailTable, Postman
from server.outlet import Outlet
from server.people.contacts import Contact
from server.people.rights import Right, Role
from server.reminding import Reminding
from server.site_shape import Retention
from server.tidying import Tidying
from server.webhooks.aside import Aside
from server.webhooks.sender import Pace, Sender, Source as Told
from tests.mailbox import Mailbox
from tests.server.dossiers.tables import row, table
from tests.web.dossiers.rooms import desk_of, hidden, send
from tests.web.place import Place, Staff, open_place
from tests.web.programs import LAND, Program, program
from tests.webhooks.receiver import Receiver

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


def traces() -> Iterator[str]:
    """Every way in which the person may be written."""
    for text in PERSON:
        for form in ("NFC", "NFD"):
            found = unicodedata.normalize(form, text)
            yield from (found, found.upper(), found.replace(" ", ""), found.replace(" ", "+"))
            yield json.dumps(found)[1:-1]
    for text in (PHONE, NUMBER):
        yield from (text[1:], f"{text[:4]} {text[4:7]} {text[7:]}", f"{text[:4]}.{text[4:7]}.{text[7:]}")


TRACES: Final = tuple(dict.fromkeys(traces()))
FOLDED: Final = tuple(fold(text) for text in (NAME, ADDRESS, EMAIL))


def found_in(raw: bytes) -> list[str]:
    """The traces in some bytes: as they are, folded, escaped, or in base64."""
    texts = [raw.decode("utf-8", "replace")]
    for part in re.findall(r"[A-Za-z0-9+/_-]{12,}={0,2}", texts[0]):
        plain = part.translate(str.maketrans("-_", "+/")).rstrip("=")
        try:
            texts.append(base64.b64decode(plain + "=" * (-len(plain) % 4)).decode("utf-8", "replace"))
        except ValueError:
            continue
    every = "\n".join(texts)
    return [t for t in TRACES if t in every] + [t for t in FOLDED if t in fold(every)]


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


# --- a day ----------------------------------------------------------------------------------------------


class Record(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[bytes] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record).encode())


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Everything happened once; what was said is in `said`."""
    folder = tmp_path_factory.mktemp("nobody")
    record, root = Record(), logging.getLogger()
    with ExitStack() as ending:
        level = root.level
        root.addHandler(record)
        root.setLevel(logging.DEBUG)
        ending.callback(root.setLevel, level)
        ending.callback(root.removeHandler, record)
        place = open_place(folder)
        ending.callback(place.close)
        mapping = Mapping(
            columns={**{c: c for c in row()}, **COLUMNS}, persons=True, folder=True, whole=False
        )
        desk_of(place).save(Source("portal", "portal", mapping), "chief", place.clock.now())
        chief = place.log_in("chief", Role.MANAGER)
        found = Day(place, chief, program(place, Right.DOSSIERS), folder)
        for door in DOORS:
            door(found)
        with place.register.reading() as db:
            kept = {r.code for r in db.execute(applicant_table.select()) if NAME in r.name}
        assert kept == {CODE.format(n) for n in (1, 3, 4, 6)}, "the person did come in"
        publish(found)
        remind(found, ending)
        walls(found)
        tidying = replace(place.config, retention=with_(Retention(), persons=1, secrets=1))
        place.clock.at += timedelta(days=2)
        Tidying(lambda: tidying, place.register, place.clock).look()
        with place.audit._engine.connect() as db:
            found.say("audit", *(str(entry).encode() for entry in db.exec_driver_sql("SELECT * FROM audit")))
        found.say("logs", *record.lines)
        yield found


def publish(day: Day) -> None:
    draft = late_desk.draft(day.place.register, day.place.config, "2026-11")
    assert draft is not None and draft.total.overdue == 4
    day.post("late/approve", period="2026-11", mark=draft.mark, officers="yes")
    client = day.place.client()
    for path in ("/late/2026-11", "/late", "/board?lang=vi"):
        answer = client.get(path)
        day.say("public pages", answer.data)
    for kind in ("csv", "xlsx", "docx", "pdf"):
        day.say("late files", unpacked(client.get(f"/late/2026-11/motcua-late.{kind}").data))
        day.say("late files", unpacked(day.chief.get(f"/dossiers/late/export.{kind}?period=2026-11").data))
        day.say("reports", unpacked(day.chief.get(f"/dossiers/report/export.{kind}").data))
    for path in ("late/public", "wall", "promises", "late?period=2026-11"):
        day.say("answers", day.chief.get(f"/api/v1/dossiers/{path}").data)


def unpacked(raw: bytes) -> bytes:
    """What a file says: of a packed one its parts, of a PDF its text."""
    if raw.startswith(b"PK"):
        from zipfile import ZipFile

        with ZipFile(io.BytesIO(raw)) as parts:
            return b"\n".join(parts.read(name) for name in parts.namelist())
    if raw.startswith(b"%PDF"):
        from pypdf import PdfReader

        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages).encode()
    return raw


def remind(day: Day, ending: ExitStack) -> None:
    """By a real mail server, and by a webhook."""
    box, to, place = Mailbox(), Receiver(), day.place
    ending.callback(box.close)
    ending.callback(to.close)
    log = DossierLog(place.register)
    hooks = place.hall.webhooks.store
    hooks.add(to.url, ("dossier.overdue",), 0, "chief", place.wall[0])
    aside = Aside(hooks, "dossiers", log.last)
    told = Told(place.config.site.id, log, lambda s: None, lambda: place.wall[0])
    sender = Sender(aside, told, Pace(0.01, 0.02))
    sender.start()
    ending.callback(sender.stop)
    postman = Postman(MailTable(host="127.0.0.1", sender="a@example.vn", port=box.port, security="none"))
    config = replace(place.config, emails={"justice": "justice@example.vn"})
    contacts = (Contact("ha", "ha@example.vn", "Nguyễn Thị Hạnh"),)
    Reminding(lambda: config, place.register, place.clock, lambda: contacts, postman).look()
    day.say("mails", *(mail.as_bytes() for mail in box.wait(1)), *(m.get_content().encode() for m in box.got))
    day.say("webhooks", *(got.body for got in to.until(lambda got: len(got) >= 1)))


def walls(day: Day) -> None:
    """What reaches the broker of the dossiers, the board, and every device's plan: the bytes themselves."""
    place, broker, heard = day.place, MemoryBroker(), queue.SimpleQueue[Any]()
    outlet, link = (
        Outlet(place.config.site.id, "test", Sealer(bytes(range(32)))),
        broker.link("server", queue.SimpleQueue(), []),
    )
    link.start()
    outlet.speak_through(link, 1)
    broker.link("wall", heard, [(topics.DOSSIERS.of(place.config.site.id), 1)]).start()
    Feed(lambda: place.config, place.register, place.clock, outlet.dossiers).look()
    while not heard.empty():
        item = heard.get()
        if isinstance(item, Received):
            message = codec.decode(topics.DOSSIERS, item.payload)
            day.say("walls", item.payload)
    assert message.late is not None and len(message.lines) == 4
    view, now = place.writer.view, place.clock.now()
    day.say("walls", codec.encode(view.board))
    for device in place.config.devices:
        day.say("plans", codec.encode(place.hall.projection.device_config(device, now, 1, view.state)))


SINKS: Final = (
    "addresses",
    "answers",
    "audit",
    "late files",
    "logs",
    "mails",
    "plans",
    "public pages",
    "reports",
    "tickets",
    "walls",
    "webhooks",
)


@pytest.mark.parametrize("sink", SINKS)
def test_nobody_is_told_of_the_person(day: Day, sink: str) -> None:
    said = [raw for raw in day.said[sink] if raw]
    assert said, "something was said here"
    for raw in said:
        assert not found_in(raw), (sink, found_in(raw), raw[:2000])


def test_there_is_no_sink_that_nobody_looks_at(day: Day) -> None:
    assert set(day.said) == set(SINKS)


def test_after_their_days_the_person_is_in_no_file(day: Day) -> None:
    """Of the register; the secret was a seal all along, as the number was."""
    with day.place.register.reading() as db:
        codes = {r.code for r in db.execute(applicant_table.select())}
    assert codes, "open dossiers keep theirs"
    raw = b"".join(file.read_bytes() for file in day.folder.glob("dossiers.db*"))
    assert NUMBER.encode() not in raw and SECRET.encode() not in raw


def test_traces_are_found_however_they_are_written() -> None:
    for text in (
        NAME.upper(),
        fold(NAME),
        unicodedata.normalize("NFD", NAME),
        f"x{PHONE}",
        f"+84{PHONE[1:]}",
    ):
        assert found_in(text.encode()), text
        assert found_in(base64.b64encode(f"{{{text}}}".encode())), text
    assert not found_in("Sở Tư pháp, 12 hồ sơ, H42.13-261102-0001".encode())
