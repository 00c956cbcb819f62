"""One person comes in by every door and goes out by none.

A row of DOORS (`one_person`) is a way in: whoever adds a door adds a row. A row of SINKS is where something
is said to others. The person is kept where a source says that people are kept, and shown to staff who may see
persons; everywhere else there is no trace, however it is written.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import queue
import re
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from msgspec.structs import replace as with_

from broker import codec, topics
from broker.link import Received
from broker.memory import MemoryBroker
from broker.seal import Sealer
from server.dossiers import late_desk
from server.dossiers.feed import Feed
from server.dossiers.folding import fold
from server.dossiers.mapping import Mapping, Source
from server.dossiers.outward import DossierLog
from server.dossiers.rows import applicant_table
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
from tests.server.dossiers.tables import row
from tests.web.dossiers.one_person import (
    ADDRESS,
    CODE,
    COLUMNS,
    DOORS,
    EMAIL,
    NAME,
    NUMBER,
    PERSON,
    PHONE,
    SECRET,
    Day,
)
from tests.web.dossiers.rooms import desk_of
from tests.web.place import open_place
from tests.web.programs import program
from tests.webhooks.receiver import Receiver


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
