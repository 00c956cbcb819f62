"""`motcua check` tries the way to the server: what it says of the broker, the server, and the signature."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker import codec, messages as m, topics
from broker.check import UNSIGNED, NoAnswer, try_broker
from broker.seal import Sealer
from tests.broker.talk import board, server
from tests.brokers import SITE, RealBroker

SEALER = Sealer(bytes(range(32)))
BOARD = topics.BOARD.of(SITE)


def tried(broker: RealBroker, key: str | None) -> str:
    said = try_broker(broker.address, "d1", broker.provisioned.credentials["d1"], SITE, key)
    begins = f"{broker.address} takes 'd1'"
    assert said.startswith(begins)
    return said.removeprefix(begins)


def test_it_says_whether_a_server_is_there_and_whether_its_boards_are_signed(real_broker: RealBroker) -> None:
    assert tried(real_broker, "") == f"; no server has ever been there; {UNSIGNED}"
    link, _ = real_broker.link("server", "server")
    _, inbox = real_broker.link("k1", "k1", [(BOARD, 1)])
    status: m.Message = server(1)
    link.publish(topics.SERVER_STATUS.of(SITE), codec.encode(status), qos=1, retain=True)
    payload = codec.encode(board(1, 1))
    link.publish(BOARD, SEALER.sealed(BOARD, payload), qos=1, retain=True)
    inbox.until(lambda item: getattr(item, "topic", "") == BOARD)
    assert tried(real_broker, None) == "; the server is there"
    assert tried(real_broker, "") == f"; the server is there; {UNSIGNED}"
    assert tried(real_broker, SEALER.public_key) == "; the server is there, and its board is signed"
    with pytest.raises(NoAnswer, match=r"not signed by this hall's server.*--public-key"):
        tried(real_broker, Sealer(bytes(32)).public_key)
    link.publish(BOARD, payload, qos=1, retain=True)
    inbox.until(lambda item: getattr(item, "payload", b"") == payload)
    with pytest.raises(NoAnswer, match="the board there is not signed"):
        tried(real_broker, SEALER.public_key)


def test_a_password_that_is_not_there_is_told(real_broker: RealBroker, tmp_path: Path) -> None:
    with pytest.raises(NoAnswer, match="is not there"):
        try_broker(real_broker.address, "d1", tmp_path / "nowhere", SITE)
