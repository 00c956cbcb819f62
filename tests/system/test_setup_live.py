"""A change on the web reaches devices over a real broker, and nothing is started anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask
from msgspec.structs import replace

from broker import codec, topics
from broker.link import Received
from server.centre import Broker, Centre
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.register import Dossier
from server.dossiers.status import Status
from server.drafting.files import exported
from server.people.accounts import open_accounts
from server.people.rights import EVERYWHERE, Role
from server.site_file import load_document
from server.site_shape import Device
from server.web.app import create_app
from server.web.hall import Hall
from server.web.words import TEXTS
from tests.brokers import SITE, Inbox, nats
from tests.server.small_server import HandClock
from tests.web.forms import form_of
from tests.web.place import HANAM, PASSWORD, Staff

ROOT = "/admin/setup"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[tuple[Staff, Centre, Inbox]]:
    """A centre at work behind a NATS, an administrator, and what the kiosk k1 hears."""
    terminals = tuple(d for d in load_document(HANAM).device if d.role == "counter")
    devices = (Device("k1", "kiosk", series=1), Device("k2", "kiosk"), Device("d1", "display"), *terminals)
    file = tmp_path / "hall.toml"
    file.write_text(exported(replace(load_document(HANAM), id=SITE, device=devices)), encoding="utf-8")
    broker = nats(tmp_path / "broker")
    broker.start()
    accounts = open_accounts(tmp_path / "accounts.db")
    furnish = partial(Hall, accounts=accounts, secret=b"a secret for tests only, 32 bytes", wall=lambda: 1.0)
    (tmp_path / "data").mkdir()
    at = Broker(broker.address, broker.credentials("server"))
    centre = Centre(file, tmp_path / "data", None, at, HandClock(), furnish)
    app = create_app(centre.hall)
    centre.start()
    heard = [(topics.CONFIG.of(SITE, "k1"), 1), (topics.BOARD.of(SITE), 1)]
    link, inbox = broker.link("k1", "k1", heard)
    yield log_in(app, accounts), centre, inbox
    link.stop()
    app.extensions["streams"].stopping.set()
    centre.stop()
    accounts.close()
    broker.stop()


def log_in(app: Flask, accounts: Any) -> Staff:
    accounts.add("chief", {EVERYWHERE: Role.ADMINISTRATOR}, PASSWORD, 0.0)
    client = app.test_client()
    answer = client.post("/api/v1/login", json={"name": "chief", "password": PASSWORD})
    return Staff(client, answer.get_json()["csrf"])


def apply(staff: Staff, page: str, typed: dict[str, str]) -> None:
    """Type into a page of the configuration, review and apply, as a browser without scripts does."""
    form = form_of(staff.get(f"{ROOT}/{page}").text) | typed
    assert staff.client.post(f"{ROOT}/{page}", data={"csrf": staff.csrf, **form}).status_code == 303
    mark = form_of(staff.get(f"{ROOT}/review").text)["mark"]
    told = {"csrf": staff.csrf, "mark": mark, "when": "now"}
    answer = staff.client.post(f"{ROOT}/apply", data=told)
    assert answer.headers["Location"].endswith("said=applied"), answer.text


def told(inbox: Inbox, topic: topics.Topic, says: Any) -> Any:
    """The first message of this topic of which `says` is true."""

    def wanted(item: Any) -> bool:
        if not isinstance(item, Received):
            return False
        address = topics.parse(item.topic)
        return address is not None and address.topic is topic and says(codec.decode(topic, item.payload))

    return codec.decode(topic, inbox.until(wanted).payload)


def test_kiosks_and_walls_have_a_change_without_a_restart(hall: tuple[Staff, Centre, Inbox]) -> None:
    staff, centre, inbox = hall
    before = told(inbox, topics.CONFIG, lambda config: config.kiosk is not None)
    assert before.kiosk.hotline == "1022"
    typed = {
        "hotline": "1900 8098",
        "notice.0.vi": "Chiều nay nghỉ lúc 16 giờ",
        "notice.0.en": "Closing at four",
    }
    apply(staff, "texts", typed)
    after = told(inbox, topics.CONFIG, lambda config: config.kiosk.hotline == "1900 8098")
    assert after.rev > before.rev
    board = told(inbox, topics.BOARD, lambda board: board.notices[0]["vi"] == "Chiều nay nghỉ lúc 16 giờ")
    assert board.epoch == centre.writer.view.epoch  # the same start of the server


def test_a_kiosk_has_the_services_that_there_are_now(
    hall: tuple[Staff, Centre, Inbox],
) -> None:
    staff, _, inbox = hall
    apply(
        staff, "authority/trade", {"authority.9.service.1.drop": "1", "authority.9.service.0.name.vi": "Công"}
    )
    config = told(inbox, topics.CONFIG, lambda c: any(a.id == "trade" for a in c.kiosk.authorities))
    while len(next(a for a in config.kiosk.authorities if a.id == "trade").services) > 1:
        config = told(inbox, topics.CONFIG, lambda c: True)
    (service,) = next(a for a in config.kiosk.authorities if a.id == "trade").services
    assert service.name["vi"] == "Công"


def test_due_dates_follow_the_calendar_that_holds(hall: tuple[Staff, Centre, Inbox]) -> None:
    staff, centre, _ = hall
    assert centre.hall.desk is not None
    store, zone = centre.hall.desk.store, centre.writer.view.site.zone
    received = datetime(2026, 11, 25, 9, 30, tzinfo=zone)
    dossier = Dossier("H42.13-261125-0001", "justice", "x", Status.ACCEPTED, received, limit="2d")
    store.bring([Brought(dossier)], Delivery(received, "test"), received)

    def due() -> datetime:
        whole = store.find(dossier.code)
        assert whole is not None and whole.due is not None
        return whole.due.astimezone(zone)

    before = due()
    assert f"{before:%d/%m %H:%M}" == "27/11 10:30"
    apply(staff, "calendar?year=2026", {"day.1126": "on"})
    patience = Event()
    for _ in range(300):
        if due() != before:
            break
        patience.wait(0.1)
    assert f"{due():%d/%m %H:%M}" == "30/11 10:30"
    assert TEXTS("due.last", "vi") in staff.get(f"{ROOT}/time").text
