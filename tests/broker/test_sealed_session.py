"""What a device believes: boards and dossiers that its server sealed, for this site, newer than all."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, strategies as st

from broker import codec, messages as m, topics
from broker.device import BrokerSettings
from broker.link import Connected, Received
from broker.seal import Opener, Sealer
from broker.session import QUIET_S, Session
from broker.topics import Topic
from broker.vocabulary import BoardArrived, ControlArrived, DossiersArrived
from hardware.settings import SettingsError, typed
from tests.broker.talk import DEVICE, SITE, START, Talk, board, message, server

SEALER = Sealer(bytes(range(32)))
STRANGER = Sealer(bytes(32))
PUBLIC = (topics.BOARD, topics.DOSSIERS)


def dossiers(rev: int) -> m.Dossiers:
    return m.Dossiers(rev=rev, at=START)


def sealed(topic: Topic, payload: m.Message, by: Sealer = SEALER, site: str = SITE) -> Received:
    concrete = topic.of(site)
    return Received(concrete, by.sealed(concrete, codec.encode(payload)), True)


def wall(key: str = SEALER.public_key) -> Talk:
    """A display with a server that is there, and nothing left unread."""
    talk = Talk()
    talk.session = Session(SITE, DEVICE, "display", "0.1", opener=Opener(key) if key else None)
    talk.give(Connected(), message(topics.SERVER_STATUS, server(1), retained=True))
    talk.take_heard()
    return talk


def test_what_the_server_sealed_arrives() -> None:
    talk = wall().give(sealed(topics.BOARD, board(1, 1)), sealed(topics.DOSSIERS, dossiers(1)))
    assert talk.take_heard() == [BoardArrived(board(1, 1)), DossiersArrived(dossiers(1))]
    assert talk.notes == []


FAKES = {
    "unsigned": message(topics.BOARD, board(9, 9), retained=True),
    "unsigned dossiers": message(topics.DOSSIERS, dossiers(9), retained=True),
    "signed by a stranger": sealed(topics.BOARD, board(9, 9), STRANGER),
    "sealed for another site": Received(
        topics.BOARD.of(SITE), sealed(topics.BOARD, board(9, 9), site="elsewhere").payload, True
    ),
    "sealed for another topic": Received(
        topics.BOARD.of(SITE), SEALER.sealed(topics.DOSSIERS.of(SITE), codec.encode(board(9, 9))), True
    ),
    "truncated": Received(topics.BOARD.of(SITE), sealed(topics.BOARD, board(9, 9)).payload[:-40], True),
    "a megabyte of nonsense": Received(topics.BOARD.of(SITE), b"\x1b[31m\n" * 200_000, True),
    "a megabyte that is sealed": Received(
        topics.BOARD.of(SITE), SEALER.sealed(topics.BOARD.of(SITE), b'{"' + b"a" * 1_000_000 + b'":1}'), True
    ),
    "nothing": Received(topics.BOARD.of(SITE), b"", True),
    "sealed nonsense": Received(topics.BOARD.of(SITE), SEALER.sealed(topics.BOARD.of(SITE), b"{}"), True),
}


@pytest.mark.parametrize("fake", FAKES.values(), ids=FAKES)
def test_a_fake_is_dropped_with_one_printable_line_and_the_wall_goes_on(fake: Received) -> None:
    talk = wall().give(sealed(topics.BOARD, board(1, 1)), fake, fake)
    assert talk.take_heard() == [BoardArrived(board(1, 1))]
    (line,) = talk.notes
    assert line.startswith("dropped topic=") and line.isprintable() and len(line) <= 500
    talk.give(sealed(topics.BOARD, board(1, 2)), sealed(topics.DOSSIERS, dossiers(1)))
    assert talk.take_heard() == [BoardArrived(board(1, 2)), DossiersArrived(dossiers(1))]


@given(st.data())
def test_no_bit_of_a_sealed_call_can_be_changed(data: st.DataObject) -> None:
    call = m.Call(seq=1, number="A001", counter="3", at=START)
    true = sealed(topics.BOARD, msgspec.structs.replace(board(1, 1), calls=(call,)))
    changed = bytearray(true.payload)
    for bit in data.draw(st.sets(st.integers(0, 8 * len(changed) - 1), min_size=1, max_size=4)):
        changed[bit // 8] ^= 1 << bit % 8
    talk = wall().give(Received(true.topic, bytes(changed), True))
    assert talk.take_heard() == [] and len(talk.notes) == 1


def test_an_older_board_is_dropped_though_it_is_signed() -> None:
    talk = wall().give(*(sealed(topics.BOARD, board(*rev)) for rev in [(2, 5), (2, 5), (2, 4), (1, 99)]))
    assert talk.take_heard() == [BoardArrived(board(2, 5))]
    talk.give(sealed(topics.DOSSIERS, dossiers(8)), sealed(topics.DOSSIERS, dossiers(7)))
    assert talk.take_heard() == [DossiersArrived(dossiers(8))]


@pytest.mark.parametrize("key", [SEALER.public_key, ""], ids=["with a key", "without"])
def test_a_board_that_says_another_site_is_dropped_with_and_without_a_key(key: str) -> None:
    foreign = msgspec.structs.replace(board(9, 9), site="elsewhere")
    own = msgspec.structs.replace(board(1, 1), site=SITE)
    talk = wall(key).give(sealed(topics.BOARD, foreign), sealed(topics.BOARD, own))
    assert talk.take_heard() == [BoardArrived(own)]
    (line,) = talk.notes
    assert line == "dropped topic=board reason='of another site: elsewhere'"


def test_without_a_key_the_broker_is_believed_signed_or_not() -> None:
    talk = wall("").give(message(topics.BOARD, board(1, 1), retained=True))
    talk.give(sealed(topics.BOARD, board(1, 2), STRANGER))
    assert talk.take_heard() == [BoardArrived(board(1, 1)), BoardArrived(board(1, 2))]


def test_only_what_everybody_believes_or_a_device_obeys_is_sealed() -> None:
    assert {topic for topic in topics.TABLE if topic.sealed} == {*PUBLIC, topics.CONTROL}
    talk = wall().give(message(topics.TIME, m.Time(at=START)))
    assert len(talk.take_heard()) == 1 and talk.notes == []


def test_a_device_with_a_key_obeys_nobody_but_its_server() -> None:
    order = m.Control(do="restart", id="o1")
    path = topics.CONTROL.of(SITE, DEVICE)
    other = topics.CONTROL.of(SITE, "k2")
    fakes = [
        codec.encode(order),
        *(s.sealed(p, codec.encode(order)) for s, p in [(STRANGER, path), (SEALER, other)]),
    ]
    talk = wall()
    for fake in fakes:  # unsigned, signed by somebody, signed for another device
        assert talk.give(Received(path, fake, False)).take_heard() == []
    talk.give(Received(path, SEALER.sealed(path, codec.encode(order)), False))
    assert talk.take_heard() == [ControlArrived(order)]


def test_a_flood_is_one_line_a_minute_and_says_how_many_came() -> None:
    talk = wall()
    for _ in range(1000):
        talk.give(FAKES["unsigned"])
    assert len(talk.notes) == 1
    talk.give(FAKES["unsigned dossiers"])
    assert len(talk.notes) == 2  # another topic is another matter
    talk.wait(QUIET_S).give(FAKES["unsigned"])
    assert talk.notes[2].endswith(" besides=999")
    talk.wait(QUIET_S).give(FAKES["unsigned"])
    assert "besides" not in talk.notes[3]


def test_a_flood_of_topics_is_one_line_too() -> None:
    talk = wall()
    for n in range(1000):
        talk.give(Received(f"spam/{n}", b"x", False))
    assert len(talk.notes) == 1


def test_a_key_of_the_wrong_length_is_refused_at_the_start_with_file_key_and_sentence(tmp_path: Path) -> None:
    def load(key: str) -> BrokerSettings:
        return typed(
            {"site": SITE, "device": DEVICE, "server_key": key}, BrokerSettings, tmp_path / "wall.toml"
        )

    with pytest.raises(SettingsError) as caught:
        load("A" * 20)
    assert str(caught.value).startswith(f"{tmp_path}/wall.toml: server_key: a server's key has")
    assert "this one has 20" in str(caught.value) and "--public-key" in str(caught.value)
    assert load(SEALER.public_key).server_key == SEALER.public_key
