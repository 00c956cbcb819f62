"""The server signs what the whole hall believes, with one key that stays."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest

from broker import codec, topics
from broker.seal import KEY_FILE, Opener
from broker.topics import Topic
from server.program import Settings, print_public_key, run
from tests.server.door import SEALER, SITE, Hall
from tests.server.small_server import HandClock

OPENER = Opener(SEALER.public_key)


@pytest.mark.parametrize("topic", [topics.BOARD, topics.DOSSIERS], ids=lambda topic: topic.name)
def test_boards_and_dossiers_go_out_signed_and_with_their_site(tmp_path: Path, topic: Topic) -> None:
    hall = Hall(tmp_path, HandClock())
    hall.start()
    try:
        hall.settle()
        payload = hall.broker.retained(topic.of(SITE))
        assert payload is not None
        message = codec.decode(topic, OPENER.opened(topic.of(SITE), payload))
    finally:
        hall.stop()
    assert message.site == SITE


def test_what_somebody_else_left_at_the_broker_is_said_over_with_the_next_beat(tmp_path: Path) -> None:
    """A wall that starts meanwhile drops the fake, and waits for the true one no longer than until then."""
    hall = Hall(tmp_path, HandClock())
    hall.start()
    try:
        hall.settle()
        thief = hall.broker.link("thief", queue.SimpleQueue[object](), [])
        thief.start()
        for topic in (topics.BOARD, topics.DOSSIERS):
            thief.publish(topic.of(SITE), b'{"fake": true}', qos=1, retain=True)
        hall.outlet.beat(hall.server.writer.view, hall.clock.now())
        for topic in (topics.BOARD, topics.DOSSIERS):
            payload = hall.broker.retained(topic.of(SITE))
            assert payload is not None and OPENER.opened(topic.of(SITE), payload)
    finally:
        hall.stop()


def test_a_board_tells_who_comes_next(tmp_path: Path) -> None:
    hall = Hall(tmp_path, HandClock())
    hall.start()
    try:
        numbers = [hall.kiosk.take(hall.clock.now()).number for _ in range(3)]
        hall.terminal.press("next", hall.clock.now())
        hall.settle()
        payload = hall.broker.retained(topics.BOARD.of(SITE))
        assert payload is not None
        board = codec.decode(topics.BOARD, payload)
    finally:
        hall.stop()
    assert [call.number for call in board.calls] == numbers[:1]
    assert list(board.upcoming) == numbers[1:2]  # one counter is open: it would call one


def test_the_public_key_is_printed_and_the_private_one_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(hall=tmp_path / "hall.toml", data=tmp_path / "data")
    assert [print_public_key(settings), print_public_key(settings)] == [0, 0]
    one, again = capsys.readouterr().out.splitlines()
    assert one == again and Opener(one)
    secret = (settings.data / KEY_FILE).read_bytes()
    assert secret.hex() not in one + caplog.text


def test_a_server_whose_key_is_damaged_does_not_start_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example = Path(__file__).resolve().parents[2] / "examples" / "hanam" / "hall.toml"
    settings = Settings(hall=example, data=tmp_path)
    (tmp_path / KEY_FILE).write_bytes(b"short")
    assert run(settings) == print_public_key(settings) == 2
    assert capsys.readouterr().err.count("has 5 bytes and not 32") == 2
