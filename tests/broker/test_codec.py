"""Whatever arrives, the door lets typed messages through, or says one clear line and lives."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, strategies as st

from broker import codec, messages as m, topics
from broker.topics import TABLE, Topic, parse

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
RATING = m.RatingFact(id="f1", seq=1, at=AT, number="A001", level=5, levels=5)

BAD = {
    "empty": b"",
    "nul": b"\x00",
    "not json": b"hello",
    "not utf-8": b'{"id": "\xff\xfe"}',
    "lone surrogate": b'{"id": "\\ud800"}',
    "deep lists": b"[" * 8_000,
    "deep objects": b'{"a":' * 1_500,
    "not an object": b"[1, 2]",
    "nan": b'{"v": NaN}',
    "1e400": b'{"v": 1e400}',
    "negative": b'{"v": -1}',
    "future version": b'{"v": 2}',
    "1 MB": b'{"x": "' + b"x" * 1_048_576 + b'"}',
}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("topic", TABLE, ids=lambda topic: topic.name)
def test_a_malformed_payload_is_refused_in_one_printable_line(topic: Topic, payload: bytes) -> None:
    with pytest.raises(codec.Malformed) as refused:
        codec.decode(topic, payload)
    line = str(refused.value)
    assert line.isascii() and line.isprintable() and len(line) <= 700


@given(st.sampled_from(TABLE), st.binary(max_size=300))
def test_no_bytes_raise_anything_but_malformed(topic: Topic, payload: bytes) -> None:
    try:
        codec.decode(topic, payload)
    except codec.Malformed as refused:
        assert str(refused).isprintable()


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": "a\n"},
        {"id": "số-1"},
        {"id": "x" * 65},
        {"seq": 0},
        {"seq": -1},
        {"at": "2026-11-23T08:00:00"},
        {"at": "0001-01-01T00:00:00+23:59"},
        {"at": "9999-12-31T23:59:59-23:59"},
        {"at": 5},
        {"level": 7},
        {"level": 0},
        {"levels": 100},
        {"kind": "bribe"},
        {"number": "A" * 13},
        {"reason": "Thái độ"},
    ],
    ids=str,
)
def test_a_rating_outside_its_bounds_is_refused(change: dict[str, object]) -> None:
    honest = msgspec.json.decode(codec.encode(RATING))
    assert codec.decode(topics.FACT, msgspec.json.encode(honest)) == RATING
    with pytest.raises(codec.Malformed):
        codec.decode(topics.FACT, msgspec.json.encode(honest | change))


def test_a_refused_message_still_tells_its_id_so_that_it_can_be_answered() -> None:
    with pytest.raises(codec.Malformed) as refused:
        codec.decode(topics.FACT, b'{"kind": "rating", "id": "f7", "seq": 1}')
    assert refused.value.id == "f7"


def test_unknown_fields_are_ignored() -> None:
    newer = msgspec.json.decode(codec.encode(RATING)) | {"mood": "good"}
    assert codec.decode(topics.FACT, msgspec.json.encode(newer)) == RATING


def test_a_device_may_say_less_at_once_than_the_server() -> None:
    padding = "x" * codec.MAX_DEVICE_BYTES
    request = msgspec.json.encode({"kind": "issue", "id": "r", "at": AT, "service": "a", "padding": padding})
    with pytest.raises(codec.Malformed, match="bytes are more than"):
        codec.decode(topics.REQUEST, request)
    reply = msgspec.json.encode({"kind": "done", "id": "r", "padding": padding})
    assert codec.decode(topics.REPLY, reply) == m.DoneReply(id="r")


def test_a_message_too_large_for_the_brokers_is_refused_before_it_is_sent() -> None:
    board = m.Board(
        epoch=1,
        rev=1,
        at=AT,
        day="2026-11-23",
        hall=m.Words("x" * codec.MAX_BYTES, ""),
        calls=(),
        counters=(),
        waiting=(),
    )
    with pytest.raises(ValueError, match="a Board of"):
        codec.encode(board)


@pytest.mark.parametrize("topic", TABLE, ids=lambda topic: topic.name)
def test_every_topic_is_parsed_back_to_its_row(topic: Topic) -> None:
    device = "k-1" if "{device}" in topic.path else None
    address = parse(topic.of("ha-nam", device))
    assert address is not None
    assert (address.topic, address.site, address.device) == (topic, "ha-nam", device)


@given(st.text(max_size=60))
def test_a_foreign_topic_is_none_of_ours(topic: str) -> None:
    assert parse(topic) is None


@pytest.mark.parametrize("device", ["", "K1", "a/b", "+", "#", "a b", "ă", "x" * 33, "k1\n"])
def test_no_topic_is_made_of_a_bad_id(device: str) -> None:
    with pytest.raises(ValueError, match="not a valid id"):
        topics.STATUS.of("hn", device)
    assert parse(f"motcua/v1/hn/device/{device}/status") is None


@pytest.mark.parametrize(
    "payload",
    [
        b'{"kind": "piece", "order": "o1", "n": 1, "of": 1, "data": "' + b"A" * codec.MAX_PIECE_BYTES + b'"}',
        codec.encode(m.Piece(order="o1", n=1, of=1, data=b"x" * (m.PIECE_BYTES + 1))),
        b'{"kind": "piece", "order": "o1", "n": 1, "of": 65, "data": ""}',
        b'{"kind": "piece", "order": "o1", "n": 0, "of": 1, "data": ""}',
        b'{"kind": "piece", "order": "o1", "n": 1, "of": 1, "data": "no base64!"}',
        b'{"kind": "deed", "order": "o1", "what": "done", "code": "<script>"}',
        b'{"kind": "deed", "order": "../o1", "what": "done"}',
    ],
    ids=["too-large", "too-long", "too-many", "before-the-first", "no-base64", "markup", "path"],
)
def test_what_no_device_may_say_of_an_order_is_refused(payload: bytes) -> None:
    with pytest.raises(codec.Malformed):
        codec.decode(topics.OUTCOME, payload)


def test_the_largest_piece_of_a_picture_fits() -> None:
    piece = m.Piece(order="o" * 64, n=64, of=64, data=b"\xff" * m.PIECE_BYTES)
    assert codec.decode(topics.OUTCOME, codec.encode(piece)) == piece
