"""The MQTT door: what it leaves on the broker for whoever connects, and what it hears of devices."""

from __future__ import annotations

from datetime import date
from typing import Any

from broker import codec, messages as m, topics
from tests.hall.small_hall import local
from tests.server.door import SITE, Hall


def retained(hall: Hall, topic: topics.Topic, device: str | None = None) -> Any:
    payload = hall.broker.retained(topic.of(SITE, device))
    return None if payload is None else codec.decode(topic, payload)


def test_whoever_connects_finds_the_board_the_plans_and_the_server(hall: Hall) -> None:
    hall.settle()
    assert retained(hall, topics.BOARD).day == "2026-11-23"
    assert retained(hall, topics.SERVER_STATUS).online
    assert retained(hall, topics.DOSSIERS).lines == ()
    for device in hall.server.config.devices:
        assert retained(hall, topics.CONFIG, device).hall.vi == "small"


def test_a_broker_that_forgot_everything_is_told_it_again(hall: Hall) -> None:
    hall.kiosk.take(hall.clock.now())
    hall.terminal.press("next", hall.clock.now())
    hall.broker.kill()
    assert retained(hall, topics.BOARD) is None
    hall.broker.revive()
    hall.settle()
    assert [call.number for call in retained(hall, topics.BOARD).calls] == ["A98"]
    assert retained(hall, topics.CONFIG, "kiosk-1").kiosk is not None
    assert retained(hall, topics.SERVER_STATUS).online


def test_the_answer_to_a_cut_off_request_is_heard_after_it_is_asked_again(hall: Hall) -> None:
    request = hall.kiosk.ask(hall.clock.now())
    hall.broker.cut("server")
    hall.kiosk.say(topics.REQUEST, request)  # into the void
    hall.broker.heal("server")
    hall.kiosk.say(topics.REQUEST, request)
    assert hall.kiosk.hear(topics.REPLY).number == "A98"


def test_a_server_that_vanishes_is_missed(hall: Hall) -> None:
    hall.settle()
    hall.broker.cut("server")
    assert not retained(hall, topics.SERVER_STATUS).online
    hall.broker.heal("server")


def test_a_board_is_newer_with_every_commit(hall: Hall) -> None:
    hall.settle()
    before = retained(hall, topics.BOARD)
    hall.kiosk.take(hall.clock.now())
    after = retained(hall, topics.BOARD)
    assert (after.epoch, after.rev) > (before.epoch, before.rev)


def test_a_new_day_brings_new_plans(hall: Hall) -> None:
    hall.settle()
    before = retained(hall, topics.CONFIG, "kiosk-1")
    hall.clock.time = local("08:00", date(2026, 11, 25))
    hall.settle()
    after = retained(hall, topics.CONFIG, "kiosk-1")
    assert after.rev > before.rev
    openings = after.kiosk.authorities[0].services[0].openings
    assert openings[0].opens == local("07:30", date(2026, 11, 25))


def test_the_last_word_of_each_device_is_known(hall: Hall) -> None:
    status = m.DeviceStatus(online=True, role="kiosk", printer="paper-low", outbox=3)
    hall.kiosk.say(topics.STATUS, status)
    hall.settle()
    assert hall.devices.snapshot() == {"kiosk-1": status}
