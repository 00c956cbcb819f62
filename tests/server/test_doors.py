"""The MQTT door: requests are answered, facts are receipted, and nothing that arrives can stop the server."""

from __future__ import annotations

import json
import logging
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from broker import codec, messages as m, topics
from broker.link import LinkBroken, Received
from server.devices import troubles
from server.dossiers.code import EXAMPLE as CODE
from server.dossiers.following import Following
from server.dossiers.rows import handover_table
from server.dossiers.store import open_dossiers
from server.hall import commands as c
from server.store import fact_table
from tests.hall.small_hall import SMALL, local
from tests.server.door import SITE, Hall, Kiosk, Peer
from tests.server.small_server import HandClock

# --- numbers ------------------------------------------------------------------------------------------------


def test_a_kiosk_gets_a_number_with_all_that_stands_on_the_paper(hall: Hall) -> None:
    now = hall.clock.now()
    reply = hall.kiosk.take(now, klass="priority", lang="en")
    assert isinstance(reply, m.TicketReply)
    assert (reply.number, reply.klass, reply.lang, reply.ahead) == ("A98", "priority", "en", 0)
    assert (reply.issued_at, reply.place["vi"]) == (now, "quầy 1, 2")
    token = reply.url.removeprefix("http://hall.test/t/")
    assert len(token) == 22 and hall.server.writer.view.state.tickets[reply.ticket].token == token


def test_a_request_sent_again_hears_the_same_number(hall: Hall) -> None:
    request = hall.kiosk.ask(hall.clock.now())
    replies = []
    for _ in range(3):
        hall.kiosk.say(topics.REQUEST, request)
        replies.append(hall.kiosk.hear(topics.REPLY))
    hall.broker.duplicate_next()
    hall.kiosk.say(topics.REQUEST, request)
    replies += [hall.kiosk.hear(topics.REPLY), hall.kiosk.hear(topics.REPLY)]
    assert replies == [replies[0]] * 5
    assert len(hall.server.writer.view.state.tickets) == 1


def test_ids_of_two_devices_are_not_the_same_id(hall: Hall) -> None:
    other = Kiosk(hall.broker, "kiosk-2")
    assert hall.kiosk.take(hall.clock.now()).number == "A98"  # both say r1
    assert other.take(hall.clock.now()).number == "A99"


def test_a_refusal_says_why_and_when_again(hall: Hall) -> None:
    hall.clock.time = local("12:00")
    reply = hall.kiosk.take(hall.clock.now())
    assert reply == m.RefusedReply(id="r1", code="lunch", reopens_at=local("13:30"))
    assert hall.kiosk.take(hall.clock.now(), service="weather").code == "unknown-service"


def test_a_request_that_took_too_long_is_refused(hall: Hall) -> None:
    assert hall.kiosk.take(hall.clock.now() - timedelta(seconds=29.9)).number == "A98"
    assert hall.kiosk.take(hall.clock.now() - timedelta(seconds=30.1)).code == "stale"
    assert len(hall.server.writer.view.state.tickets) == 1


def test_a_device_without_the_time_is_not_called_late(hall: Hall) -> None:
    status = m.DeviceStatus(online=True, role="kiosk", clock_synchronised=False)
    hall.kiosk.say(topics.STATUS, status)
    assert hall.kiosk.take(local("08:00", date(1970, 1, 2))).number == "A98"


# --- keys ---------------------------------------------------------------------------------------------------


def test_the_keys_of_a_terminal_work_at_its_own_counter(hall: Hall) -> None:
    for _ in range(3):
        hall.kiosk.take(hall.clock.now())
    now, press = hall.clock.now, hall.terminal.press
    assert press("next", now()) == m.DoneReply(id="k1", number="A98", state="called")
    assert press("start", now()).state == "serving"
    assert press("finish", now()).state == "served"
    assert press("undo", now()).number is None
    assert press("park", now()).state == "parked"
    assert press("next", now()).number == "A99"
    assert press("recall", now()).code == "too-soon"
    hall.clock.passes(seconds=5)
    assert press("recall", now()).state == "called"
    assert press("no-show", now()).state == "no_show"
    assert {t.counter for t in hall.server.writer.view.state.tickets.values()} == {"1", None}


def test_a_key_hands_the_result_over_that_its_number_came_for(hall: Hall, tmp_path: Path) -> None:
    """By whoever called the number, until the key is taken back; a number without a dossier stays."""
    now, press, server = hall.clock.now, hall.terminal.press, hall.server
    server.ask(c.OpenCounter, counter="1", officer="ha")
    register = open_dossiers(tmp_path, SMALL.zone)
    following = Following(server.store.engine, lambda: server.store.seq, register)

    def handed() -> list[tuple[str, str, str]]:
        assert following.look()
        with register.reading() as db:
            return [(r.code, r.counter, r.by) for r in db.execute(handover_table.select())]

    for dossier in (CODE, "H42-77", None):  # the second is what a scanner takes for a code, and is none
        hall.kiosk.take(now(), dossier=dossier)
    press("next", now())
    assert (press("returned", now()).state, handed()) == ("served", [(CODE, "1", "ha")])
    assert (press("undo", now()).number, handed()) == (None, [])
    assert (press("returned", now()).state, handed()) == ("served", [(CODE, "1", "ha")])
    for _ in range(2):
        press("next", now())
        assert press("returned", now()).code == "no-dossier"
        assert press("recall", now()).code == "too-soon"  # it stands here as before
    assert handed() == [(CODE, "1", "ha")]
    register.close()


@pytest.mark.parametrize(("device", "makes"), [("kiosk-1", "key"), ("counter-1", "issue"), ("wall", "issue")])
def test_a_device_asks_for_what_is_its_own_affair(hall: Hall, device: str, makes: str) -> None:
    peer = Peer(hall.broker, device)
    at = hall.clock.now()
    key, issue = m.KeyRequest(id="x", at=at, key="next"), m.IssueRequest(id="x", at=at, service="land")
    peer.say(topics.REQUEST, key if makes == "key" else issue)
    assert peer.hear(topics.REPLY) == m.RefusedReply(id="x", code="unknown-device")


# --- facts --------------------------------------------------------------------------------------------------


def serve_one(hall: Hall) -> str:
    number = str(hall.kiosk.take(hall.clock.now()).number)
    hall.terminal.press("next", hall.clock.now())
    hall.terminal.press("finish", hall.clock.now())
    return number


def test_a_fact_is_receipted_as_often_as_it_comes_and_counts_once(hall: Hall) -> None:
    number = serve_one(hall)
    rating = m.RatingFact(id="f1", seq=1, at=hall.clock.now(), number=number, level=4, levels=4)
    for _ in range(3):
        hall.terminal.say(topics.FACT, rating)
        assert hall.terminal.hear(topics.RECEIPT) == m.Receipt(ids=("f1",))
    assert [(f.device, f.seq, f.kind) for f in hall.rows(fact_table)] == [("counter-1", 1, "rating")]


def test_a_fact_that_is_refused_for_good_may_be_forgotten(hall: Hall) -> None:
    rating = m.RatingFact(id="f1", seq=1, at=hall.clock.now(), number="A98", level=4, levels=4)
    hall.terminal.say(topics.FACT, rating)
    assert hall.terminal.hear(topics.RECEIPT) == m.Receipt(ids=(), refused=(m.Refusal("f1", "not-rateable"),))
    assert len(hall.rows(fact_table)) == 1  # that it came is known


def test_a_rating_counts_from_when_the_button_was_pressed(hall: Hall) -> None:
    number = serve_one(hall)
    pressed = hall.clock.now()
    hall.clock.passes(hours=2)
    rating = m.RatingFact(id="f1", seq=1, at=pressed, number=number, level=1, levels=4, reason="late")
    hall.terminal.say(topics.FACT, rating)
    assert hall.terminal.hear(topics.RECEIPT).ids == ("f1",)


def test_a_rating_of_a_device_without_the_time_counts_from_its_arrival(hall: Hall) -> None:
    status = m.DeviceStatus(online=True, role="counter", clock_synchronised=False)
    hall.terminal.say(topics.STATUS, status)
    at = local("08:00", date(1970, 1, 2))
    first = m.RatingFact(id="f1", seq=1, at=at, number=serve_one(hall), level=4, levels=4)
    hall.terminal.say(topics.FACT, first)
    assert hall.terminal.hear(topics.RECEIPT).ids == ("f1",)
    second = m.RatingFact(id="f2", seq=2, at=at, number=serve_one(hall), level=4, levels=4)
    hall.clock.passes(hours=2)
    hall.terminal.say(topics.FACT, second)
    assert hall.terminal.hear(topics.RECEIPT).refused == (m.Refusal("f2", "not-rateable"),)


def test_a_number_given_up_is_given_to_nobody(hall: Hall) -> None:
    request = hall.kiosk.ask(hall.clock.now())
    hall.kiosk.say(topics.FACT, m.AbandonFact(id="f1", seq=1, at=hall.clock.now(), request=request.id))
    assert hall.kiosk.hear(topics.RECEIPT).ids == ("f1",)
    hall.kiosk.say(topics.REQUEST, request)
    assert hall.kiosk.hear(topics.REPLY).code == "abandoned"


def test_no_device_gives_up_the_number_of_another(hall: Hall) -> None:
    mine = hall.kiosk.take(hall.clock.now())
    other = Kiosk(hall.broker, "kiosk-2")
    other.say(topics.FACT, m.AbandonFact(id="f1", seq=1, at=hall.clock.now(), request="r1"))
    assert other.hear(topics.RECEIPT).ids == ("f1",)
    assert hall.server.writer.view.state.tickets[mine.ticket].state == "waiting"


def test_what_became_of_the_paper_is_kept(hall: Hall) -> None:
    reply = hall.kiosk.take(hall.clock.now())
    fact = m.PrintFact(id="f1", seq=1, at=hall.clock.now(), ticket=reply.ticket, outcome="failed")
    hall.kiosk.say(topics.FACT, fact)
    assert hall.kiosk.hear(topics.RECEIPT).ids == ("f1",)
    assert hall.server.writer.view.state.tickets[reply.ticket].paper == "failed"


def test_a_terminal_says_nothing_about_a_kiosks_paper(hall: Hall) -> None:
    reply = hall.kiosk.take(hall.clock.now())
    fact = m.PrintFact(id="f1", seq=1, at=hall.clock.now(), ticket=reply.ticket, outcome="printed")
    hall.terminal.say(topics.FACT, fact)
    assert hall.terminal.hear(topics.RECEIPT).refused == (m.Refusal("f1", "unknown-device"),)
    assert hall.server.writer.view.state.tickets[reply.ticket].paper is None


def test_a_kiosk_rates_nobody(hall: Hall) -> None:
    rating = m.RatingFact(id="f1", seq=1, at=hall.clock.now(), number=serve_one(hall), level=4, levels=4)
    hall.kiosk.say(topics.FACT, rating)
    assert hall.kiosk.hear(topics.RECEIPT).refused == (m.Refusal("f1", "unknown-device"),)


def test_a_request_with_the_id_of_a_fact_is_another_thing(hall: Hall) -> None:
    reply = hall.kiosk.take(hall.clock.now())
    fact = m.PrintFact(id="r2", seq=1, at=hall.clock.now(), ticket=reply.ticket, outcome="printed")
    hall.kiosk.say(topics.FACT, fact)
    assert hall.kiosk.hear(topics.RECEIPT).ids == ("r2",)
    assert hall.kiosk.take(hall.clock.now()).number == "A99"  # its id is r2


# --- what is not of the contract ----------------------------------------------------------------------------

WRONG = {
    "not json": b"\x00\x01\x02",
    "no utf-8": b'{"id":"x","kind":"issue","service":"\xff"}',
    "nothing": b"",
    "an array": b"[1,2,3]",
    "a number": b"1e400",
    "deep": b"[" * 4_000 + b"]" * 4_000,
    "large": b'{"id":"x","kind":"issue","service":"' + b"a" * 9_000 + b'"}',
    "huge": b"x" * 300_000,
    "no kind": b'{"id":"x"}',
    "another kind": b'{"id":"x","kind":"explode"}',
    "no instant": b'{"id":"x","kind":"issue","service":"land","at":"yesterday"}',
    "no zone": b'{"id":"x","kind":"issue","service":"land","at":"2026-11-23T08:00:00"}',
    "no service": b'{"id":"x","kind":"issue","at":"2026-11-23T01:00:00Z"}',
    "a bad id": b'{"id":"x\\n2026 CRITICAL","kind":"issue","service":"land","at":"2026-11-23T01:00:00Z"}',
    "another version": b'{"v":2,"id":"x","kind":"issue","service":"land","at":"2026-11-23T01:00:00Z"}',
    "a lone surrogate": b'{"id":"x","kind":"issue","service":"\\ud800","at":"2026-11-23T01:00:00Z"}',
    "the year 9999": b'{"id":"x","kind":"issue","service":"land","at":"9999-12-31T23:59:59Z"}',
}


@pytest.mark.parametrize("topic", [topics.REQUEST, topics.FACT, topics.STATUS])
@pytest.mark.parametrize("name", WRONG)
def test_what_is_malformed_costs_one_line_and_stops_nothing(
    hall: Hall, topic: topics.Topic, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    hall.settle()
    with caplog.at_level(logging.INFO, logger="doors"):
        caplog.clear()
        hall.kiosk.publish(topic, WRONG[name])
        hall.settle()
    lines = [record.getMessage() for record in caplog.records if record.name == "doors"]
    if name != "huge":  # the broker does not carry it
        (line,) = lines
        assert line.startswith("malformed device=kiosk-1 topic=") and len(line) <= 500
        assert line.isprintable()
    assert hall.kiosk.take(hall.clock.now()).number == "A98"


def test_a_malformed_message_that_says_its_id_is_refused_by_it(hall: Hall) -> None:
    hall.kiosk.publish(topics.REQUEST, WRONG["another kind"])
    assert hall.kiosk.hear(topics.REPLY) == m.RefusedReply(id="x", code="bad-request")
    hall.kiosk.publish(topics.FACT, WRONG["another kind"])
    assert hall.kiosk.hear(topics.RECEIPT).refused == (m.Refusal("x", "bad-request"),)


def test_a_device_that_the_hall_does_not_know_is_told_so(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = Kiosk(hall.broker, "kiosk-99")
    assert stranger.take(hall.clock.now()).code == "unknown-device"
    fact = m.PrintFact(id="f1", seq=1, at=hall.clock.now(), ticket="t", outcome="printed")
    stranger.say(topics.FACT, fact)
    stranger.say(topics.STATUS, m.DeviceStatus(online=True, role="kiosk"))
    hall.settle()
    assert stranger.silent()  # what it holds may be somebody's number: it waits
    assert troubles(hall.server.config.devices, hall.devices.snapshot())[0].whats == ("stranger",)
    assert sum("unknown device=kiosk-99" in record.getMessage() for record in caplog.records) == 3


@pytest.mark.parametrize(
    "topic", ["motcua/v1/small/device/KIOSK/request", "motcua/v1/small/server/x", "", "a/b"]
)
def test_a_topic_that_is_not_of_the_contract_stops_nothing(hall: Hall, topic: str) -> None:
    hall.put(Received(topic, b"{}", False))
    assert hall.kiosk.take(hall.clock.now()).number == "A98"


def test_a_request_that_was_left_on_the_broker_is_old(hall: Hall) -> None:
    request = codec.encode(hall.kiosk.ask(hall.clock.now()))
    hall.put(Received(topics.REQUEST.of(SITE, "kiosk-1"), request, True))
    hall.settle()
    assert hall.kiosk.silent()
    assert [t.source for t in hall.server.writer.view.state.tickets.values()] == ["kiosk-2"]


def test_unknown_fields_are_of_a_newer_program_and_ignored(hall: Hall) -> None:
    request = json.loads(msgspec.json.encode(hall.kiosk.ask(hall.clock.now())))
    request |= {"token": "mine", "ticket": "mine", "issued_at": "2020-01-01T00:00:00Z", "officer": "ha"}
    hall.kiosk.publish(topics.REQUEST, json.dumps(request).encode())
    reply = hall.kiosk.hear(topics.REPLY)
    assert reply.ticket != "mine" and not reply.url.endswith("/mine") and reply.issued_at == hall.clock.now()


# --- a link that died of a bug ------------------------------------------------------------------------------


def test_a_broken_link_ends_the_door_and_with_it_the_server(tmp_path: Path) -> None:
    hall = Hall(tmp_path, HandClock())
    hall.put(LinkBroken("a bug"))
    with pytest.raises(LinkBroken):
        hall.doors.run()
    hall.server.store.close()
