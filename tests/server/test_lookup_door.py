"""A kiosk's look-up through the server's door on a broker: who is answered, and what everybody could read."""

from __future__ import annotations

import logging
import queue
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from broker import codec, messages as m, topics
from broker.link import Received
from broker.whisper import Whisper
from server.dossiers.applicants import Applicant, open_seals, write
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.lookups import Lookups
from server.dossiers.register import Dossier
from server.dossiers.status import Status
from server.dossiers.store import open_dossiers
from server.lookup_door import LookupDoor
from tests.server.door import SEALER, Hall, Peer
from tests.server.small_server import HandClock

CODE, SECRET = "H42.13-261109-0118", "K7QP"
PERSONAL = ("Nguyễn", "0912345123", "N***", SECRET, "lý lịch")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path, HandClock())
    now, view = hall.clock.now(), hall.server.writer.view
    register, seals = open_dossiers(tmp_path, view.site.zone), open_seals(tmp_path)
    some = Dossier(CODE, "justice", "Cấp phiếu lý lịch", Status.PROCESSING, now, now + timedelta(days=1))
    register.bring([Brought(some)], Delivery(now, "test"), now)
    person = Applicant(name="Nguyễn Văn An", phone="0912345123", secret_seal=seals.of_secret(CODE, SECRET))
    with register.writing() as db:
        write(db, {CODE: person})
    lookups = Lookups(lambda: view.setup.config, register, seals)
    hall.doors._look_up = LookupDoor(lookups, SEALER, lambda: 0.0).reply
    hall.start()
    yield hall
    hall.stop()
    register.close()


def ask(peer: Peer, at: Any, box: bytes | None = None, id: str = "x") -> Any:
    peer.say(topics.REQUEST, m.LookupRequest(id=id, at=at, code=CODE, box=box))
    return peer.hear(topics.REPLY)


def test_a_kiosk_is_told_and_nobody_who_listens_can_read_a_person(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    everything = queue.SimpleQueue[Any]()
    hall.broker.link("listener", everything, [("#", 1)]).start()
    now, asked = hall.clock.now(), Whisper(SEALER.public_key, CODE, SECRET)
    with caplog.at_level(logging.DEBUG):
        bare = ask(hall.kiosk, now)
        full = ask(hall.kiosk, now, asked.box, "y")
        wrong = Whisper(SEALER.public_key, CODE, "0000")
        nothing = ask(hall.kiosk, now, wrong.box, "z")
    assert (bare.status, bare.due, bare.box) == ("processing", now + timedelta(days=1), None)
    rest = asked.answer(full.box).rest
    assert rest is not None and (rest.name, rest.phone) == ("N*** V*** A***", "*** *** 123")
    assert wrong.answer(nothing.box).rest is None and len(nothing.box) == len(full.box)
    heard = []
    while not everything.empty():
        item = everything.get()
        heard += [item.topic + item.payload.decode()] if isinstance(item, Received) else []
    assert sum("/reply" in text for text in heard) == 3
    assert not [word for word in PERSONAL if any(word in text for text in (*heard, caplog.text))]
    assert CODE not in caplog.text


def test_only_a_kiosk_may_ask_and_not_an_hour_ago(hall: Hall) -> None:
    now = hall.clock.now()
    assert ask(hall.terminal, now) == m.RefusedReply(id="x", code="unknown-device")
    assert ask(hall.kiosk, now - timedelta(hours=1)) == m.RefusedReply(id="x", code="stale")


def test_boxes_and_codes_that_are_none_are_refused_and_the_door_goes_on(hall: Hall) -> None:
    now = hall.clock.now()
    other = Whisper(SEALER.public_key, "H42.13-261109-0999", SECRET)
    for box in (b"", b"x" * 304, other.box):
        assert ask(hall.kiosk, now, box) == m.RefusedReply(id="x", code="bad-request")
    good = codec.encode(m.LookupRequest(id="q", at=now, code=CODE))
    for bad in (b"'; DROP TABLE dossier", b"<b>", b"A" * 100_000):
        hall.kiosk.publish(topics.REQUEST, good.replace(CODE.encode(), bad))
    reply = ask(hall.kiosk, now, id="last")
    while reply.id != "last":
        assert reply == m.RefusedReply(id="q", code="bad-request")
        reply = hall.kiosk.hear(topics.REPLY)
    assert reply.status == "processing"


def test_a_server_without_a_register_refuses(tmp_path: Path) -> None:
    hall = Hall(tmp_path, HandClock())
    hall.start()
    try:
        assert ask(hall.kiosk, hall.clock.now()) == m.RefusedReply(id="x", code="unknown-device")
    finally:
        hall.stop()
