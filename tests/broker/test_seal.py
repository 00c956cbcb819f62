"""A seal: whatever is changed of a message, of its topic or of its signature, it does not open any more."""

from __future__ import annotations

import base64
import json
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from broker import codec, topics
from broker.seal import (
    KEY_FILE,
    KEY_SIGNS,
    SEAL_BYTES,
    Forged,
    Opener,
    Sealer,
    key_bytes,
    open_sealer,
)
from tests.broker.talk import board

TOPIC = topics.BOARD.of("hn")
SEALER = Sealer(bytes(range(32)))
OPENER = Opener(SEALER.public_key)
MESSAGE = codec.encode(board(1, 1))
SEALED = SEALER.sealed(TOPIC, MESSAGE)


def test_a_sealed_message_is_the_message_with_one_member_more_and_opens_to_its_very_bytes() -> None:
    assert OPENER.opened(TOPIC, SEALED) == MESSAGE
    read = json.loads(SEALED)
    assert list(read)[-1] == "sig" and {**json.loads(MESSAGE), "sig": read["sig"]} == read
    assert len(SEALED) - len(MESSAGE) == SEAL_BYTES
    assert codec.decode(topics.BOARD, SEALED) == board(1, 1)


def test_it_is_ed25519_as_everybody_has_it() -> None:
    """The key of the first test vector of RFC 8032, 7.1."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert key_bytes(Sealer(seed).public_key) == public


@given(st.integers(0, 8 * len(SEALED) - 1))
def test_a_single_bit_that_flips_is_noticed(bit: int) -> None:
    changed = bytearray(SEALED)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Forged):
        OPENER.opened(TOPIC, bytes(changed))


@given(st.integers(0, len(SEALED) - 1), st.binary(max_size=3))
def test_so_is_what_is_cut_off_or_put_in(at: int, more: bytes) -> None:
    for changed in (SEALED[:at], SEALED[:at] + more + SEALED[at + 1 :], SEALED[at + 1 :], SEALED + more):
        if changed != SEALED:
            with pytest.raises(Forged):
                OPENER.opened(TOPIC, changed)


@given(st.binary(max_size=300))
def test_nonsense_does_not_open_and_breaks_nothing(payload: bytes) -> None:
    for tail in (b"", SEALED[-SEAL_BYTES - 1 :]):
        with pytest.raises(Forged):
            OPENER.opened(TOPIC, payload + tail)


@pytest.mark.parametrize("topic", [topics.BOARD.of("hn2"), topics.DOSSIERS.of("hn"), TOPIC + "/", ""])
def test_a_seal_is_for_one_topic(topic: str) -> None:
    with pytest.raises(Forged, match="not for this topic"):
        OPENER.opened(topic, SEALED)


def test_no_topic_can_pass_for_the_beginning_of_a_message() -> None:
    """What is signed is topic, line break, message: a topic of the contract has no line break."""
    with pytest.raises(Forged):
        OPENER.opened(f"{TOPIC}\n", SEALED)
    assert "\n" not in TOPIC


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(Forged, match="this hall's server"):
        Opener(Sealer(bytes(32)).public_key).opened(TOPIC, SEALED)


def test_every_bit_of_the_signature_is_written_in_one_way_only() -> None:
    """86 signs hold 516 bits, a signature has 512: other texts that mean the same are refused."""
    last = SEALED[-3:-2]
    signs = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    begins = signs.index(last) & ~15
    for other in range(begins, begins + 16):
        changed = SEALED[:-3] + signs[other : other + 1] + SEALED[-2:]
        if changed != SEALED:
            with pytest.raises(Forged, match="written"):
                OPENER.opened(TOPIC, changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AAAA",
        SEALER.public_key[:-1],
        SEALER.public_key + "A",
        SEALER.public_key + "=",
        SEALER.public_key[:-1] + "+",
        base64.b64encode(bytes([255]) * 32).decode().rstrip("="),
        SEALER.public_key[:20] + "ệ" + SEALER.public_key[21:],
        "\n" + SEALER.public_key[1:],
        "A" * 42 + "B",
    ],
)
def test_what_is_no_key_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=rf"has {KEY_SIGNS} signs.* this one has {len(text)}.*--public-key"):
        Opener(text)


# --- the server's own -------------------------------------------------------------------------------------


def test_the_key_is_made_once_for_its_owner_alone_and_stays(tmp_path: Path) -> None:
    first = open_sealer(tmp_path)
    file = tmp_path / KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert open_sealer(tmp_path).public_key == first.public_key
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert file.read_bytes().hex() not in repr(first) and len(first.public_key) == KEY_SIGNS


def test_two_that_start_at_once_have_the_same_key(tmp_path: Path) -> None:
    found: list[str] = []
    begin = threading.Barrier(8)

    def start() -> None:
        begin.wait()
        found.append(open_sealer(tmp_path).public_key)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_damaged_key_is_never_replaced_in_silence(tmp_path: Path, size: int) -> None:
    (tmp_path / KEY_FILE).write_bytes(bytes(size))
    with pytest.raises(ValueError, match=f"has {size} bytes and not 32.*backup"):
        open_sealer(tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_size == size
