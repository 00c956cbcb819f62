"""Sources that send by MQTT: over a real broker, through the hall's own door, into the register."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broker import codec, messages as m, topics
from broker.link import Connected, Link, Received, open_link
from broker.users import Users
from server.devices import Devices
from server.doors import SUBSCRIPTIONS, Doors, Stop
from server.dossiers import sources
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.desk import Desk
from server.dossiers.door import MOST_WAITING, SourceDoor
from server.dossiers.importing import rules_of
from server.dossiers.mapping import Mapping, Source
from server.dossiers.sent import SentReader
from server.dossiers.store import FILE, DossierStore, open_dossiers
from server.outlet import Outlet
from server.setup import Setup
from server.site_file import load_document, load_site
from tests.brokers import PATIENCE_S, Inbox, running
from tests.server.dossiers.tables import HANAM, NOW, SEALER, ZONE
from tests.server.small_server import SMALL, HandClock, SmallServer

SITE = SMALL.id
ONE = m.CodedDossier(
    code="H42.13-261109-0118",
    authority="justice",
    procedure="Lý lịch",
    status="4",
    received="2026-11-09",
    due="30/11/2026",
)


class Portal:
    """The system of record: what it says, and what it hears."""

    def __init__(self, link: Link, inbox: Inbox, store: DossierStore, told: list[tuple[str, int]]) -> None:
        self._link, self._inbox, self.store, self.told = link, inbox, store, told

    def say(self, message: Any, source: str = "portal") -> None:
        payload = message if isinstance(message, bytes) else msgspec.json.encode(message)
        self._link.publish(topics.SENT.of(SITE, source), payload, qos=1, retain=False)

    def heard(self) -> m.SentReceipt:
        received: Received = self._inbox.until(Received)
        receipt: m.SentReceipt = codec.decode(topics.TAKEN, received.payload)
        return receipt

    def imports(self) -> int:
        stamp = self.store.stamp()
        return 0 if stamp is None else stamp.id


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("hall")
    clock = HandClock()
    clock.time = NOW
    store = open_dossiers(folder, ZONE)
    with store.writing() as db:
        sources.save(db, Source("portal", "Cổng", Mapping(persons=True)), "chief", NOW)
    setup = Setup.of(1, load_document(HANAM / "hall.toml"))
    (folder / "small").mkdir()
    server = SmallServer(folder / "small", clock)
    server.writer.start()
    with running("nats", folder / "broker") as broker:
        users = Users(broker.folder)
        users.open_site(SITE)
        credentials, _ = users.admit_source(SITE, "portal", 1.0)
        outlet = Outlet(SITE, "test", SEALER)
        inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        filters = [(topic.of_all(SITE), topic.qos) for topic in SUBSCRIPTIONS]
        link = open_link(broker.address, broker.credentials("server"), "server", inbox, filters)
        outlet.speak_through(link, 1)
        told: list[tuple[str, int]] = []
        desk = Desk(lambda: setup, folder, store)
        sent = SourceDoor(desk, clock, outlet.taken, lambda source, changed: told.append((source, changed)))
        doors = Doors(server.writer, outlet, clock, Devices(), inbox, sources=sent)
        thread = threading.Thread(target=doors.run)
        link.start()
        inbox.put(inbox.get(timeout=PATIENCE_S))  # connected: what is sent before, nobody hears
        sent.start()
        thread.start()
        heard = Inbox()
        own = open_link(broker.address, credentials, "portal", heard, [(topics.TAKEN.of(SITE, "portal"), 1)])
        own.start()
        heard.until(Connected)
        yield Portal(own, heard, store, told)
        own.stop()
        inbox.put(Stop())
        thread.join(PATIENCE_S)
        sent.stop()
        link.stop()
    server.writer.stop()
    server.store.close()
    store.close()


def test_a_message_is_taken_once_and_answered_each_time(portal: Portal) -> None:
    message = m.SentDossiers(id="m1", dossiers=(ONE,))
    portal.say(message)
    first = portal.heard()
    assert first == m.SentReceipt(id="m1", taken=True, new=1)
    imports = portal.imports()
    portal.say(message)
    assert portal.heard() == first and portal.imports() == imports, "the same message writes nothing"
    portal.say(m.SentDossiers(id="m1", dossiers=(msgspec.structs.replace(ONE, status="5"),)))
    assert portal.heard() == m.SentReceipt(id="m1", taken=False, reason="id-used")
    assert portal.imports() == imports and portal.told == [("portal", 1)]
    portal.say(m.SentDossiers(id="m2", dossiers=(ONE,)))
    assert portal.heard() == m.SentReceipt(id="m2", taken=True, same=1)
    found = portal.store.find(ONE.code)
    assert found is not None and found.source == "portal"


def test_what_is_wrong_is_told_by_its_place_and_nothing_is_taken(portal: Portal) -> None:
    imports = portal.imports()
    wrong = msgspec.structs.replace(ONE, code="H42.13-261109-0119", status="Nguyễn Văn An")
    portal.say(m.SentDossiers(id="m3", dossiers=(ONE, wrong)))
    told = portal.heard()
    assert (told.taken, told.reason, told.refused_count) == (False, "refused", 1)
    assert told.refused == (m.SentFault(1, "/status", "no-status"),)
    person = {**msgspec.to_builtins(ONE), "applicant": {"name": "Trần Thị Bưởi"}}
    portal.say(msgspec.json.encode({"v": 1, "id": "m4", "dossiers": [person]}))
    fault = m.SentFault(0, "/applicant", "no-applicants")
    assert portal.heard() == m.SentReceipt(
        id="m4", taken=False, reason="bad-request", refused=(fault,), refused_count=1
    )
    plain = msgspec.to_builtins(ONE)
    for id, dossiers, fault in (
        ("m4a", [plain, {**plain, "fee": "a"}], m.SentFault(1, "/fee", "type")),
        ("m4b", [plain, {**plain, "mã": 1}], m.SentFault(1, "/m\\xe3", "unknown")),
        ("m4c", [], m.SentFault(-1, "/dossiers", "length")),
    ):
        portal.say(msgspec.json.encode({"v": 1, "id": id, "dossiers": dossiers}))
        assert portal.heard().refused == (fault,)
    portal.say(b"\xff\x00 no JSON")
    portal.say(m.SentDossiers(id="m5", dossiers=(ONE,)), source="other")  # not its topic: nobody hears it
    portal.say(m.SentDossiers(id="m6", dossiers=(ONE,)))
    assert portal.heard().id == "m6"
    assert portal.imports() == imports + 1


def test_a_dossier_of_another_source_is_refused_with_its_name(portal: Portal) -> None:
    other = msgspec.structs.replace(ONE, code="H42.13-261109-0120")
    rules = rules_of(load_site(HANAM / "hall.toml"), Source("ministry", "Bộ", Mapping()), NOW)
    rows, _ = SentReader(rules).read([(other.code, other)])
    with portal.store.writing() as db:
        sources.save(db, Source("ministry", "Bộ", Mapping()), "chief", NOW)
    portal.store.bring([Brought(rows[0].dossier)], Delivery(NOW, "x", "ministry", whole=False), NOW)
    imports = portal.imports()
    portal.say(m.SentDossiers(id="m7", dossiers=(msgspec.structs.replace(ONE, status="5"), other)))
    told = portal.heard()
    assert (told.reason, told.refused) == ("refused", (m.SentFault(1, "/code", "other-source", "Bộ"),))
    assert portal.imports() == imports, "nor is what is its own taken"


def test_where_another_writes_for_too_long_a_source_is_told_to_send_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("server.dossiers.store.BUSY_MS", 50)
    store, told, clock = open_dossiers(tmp_path, ZONE), queue.SimpleQueue[m.SentReceipt](), HandClock()
    clock.time = NOW
    with store.writing() as db:
        sources.save(db, Source("portal", "Cổng", Mapping()), "chief", NOW)
    setup = Setup.of(1, load_document(HANAM / "hall.toml"))
    desk = Desk(lambda: setup, tmp_path, store)
    door = SourceDoor(desk, clock, lambda source, receipt: told.put(receipt))
    door.start()
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        door.take("portal", m.SentDossiers(id="b", dossiers=(ONE,)))
        assert told.get(timeout=PATIENCE_S) == m.SentReceipt(id="b", taken=False, reason="busy")
    door.take("portal", m.SentDossiers(id="b", dossiers=(ONE,)))
    assert told.get(timeout=PATIENCE_S) == m.SentReceipt(id="b", taken=True, new=1)
    assert "Traceback" not in caplog.text
    desk.bring_once = None  # type: ignore[assignment, method-assign]
    door.take("portal", m.SentDossiers(id="c", dossiers=(ONE,)))
    assert told.get(timeout=PATIENCE_S).reason == "mistake" and "Traceback" in caplog.text
    door.stop()
    store.close()


def test_where_too_much_waits_a_source_is_told_to_send_it_again(portal: Portal) -> None:
    told: list[m.SentReceipt] = []
    clock = HandClock()
    setup = Setup.of(1, load_document(HANAM / "hall.toml"))
    door = SourceDoor(
        Desk(lambda: setup, Path(), portal.store), clock, lambda source, receipt: told.append(receipt)
    )
    for n in range(MOST_WAITING + 2):
        door.take("portal", m.SentDossiers(id=f"b{n}", dossiers=(ONE,)))
    assert [(r.id, r.reason) for r in told] == [(f"b{MOST_WAITING + n}", "busy") for n in range(2)]
