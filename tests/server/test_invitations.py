"""A code that is guessed, used again, too old, or from elsewhere: one answer for all, and no way in."""

from __future__ import annotations

import pytest

from broker.invitation import SIGNS, Code, Grant, Unreadable, ask, new_code, opened, proof_of, seal, typed
from broker.messages import Words
from server.invitations import (
    HOLDS_S,
    WRONG,
    Invitations,
    NotTaken,
    TooManyTries,
    network_of,
    within,
)

HERE = "192.168.1.20"
GRANT = Grant("kiosk", "hn", "k1", Words("Ki-ốt 1", "Kiosk 1"), "hn_k1", "secret", "mqtt://:1883", "k" * 43)


def wrong_of(code: Code) -> str:
    return proof_of(b"x" * 32) if code else ""


def test_a_code_is_used_once() -> None:
    codes = Invitations()
    code = codes.make("k1", "boss", 0.0)
    asked = ask(code)
    assert codes.take(asked.handle, asked.proof, HERE, 1.0).device == "k1"
    with pytest.raises(NotTaken):
        codes.take(asked.handle, asked.proof, HERE, 2.0)


def test_a_code_holds_ten_minutes() -> None:
    codes = Invitations()
    first, second = (ask(codes.make(device, "boss", 0.0)) for device in ("k1", "k2"))
    assert codes.waiting(1.0) == {"k1": HOLDS_S - 1, "k2": HOLDS_S - 1}
    assert codes.take(first.handle, first.proof, HERE, HOLDS_S - 0.1).device == "k1"
    with pytest.raises(NotTaken):
        codes.take(second.handle, second.proof, HERE, HOLDS_S)
    assert codes.waiting(HOLDS_S) == {}


def test_a_new_code_for_a_device_ends_the_one_before() -> None:
    codes = Invitations()
    old, new = (ask(codes.make("k1", "boss", 0.0)) for _ in range(2))
    with pytest.raises(NotTaken):
        codes.take(old.handle, old.proof, HERE, 1.0)
    codes.take(new.handle, new.proof, HERE, 1.0)


def test_a_code_is_burnt_after_five_wrong_tries_from_whatever_addresses() -> None:
    codes = Invitations()
    code = codes.make("k1", "boss", 0.0)
    for n in range(WRONG):
        with pytest.raises(NotTaken):
            codes.take(code.handle, wrong_of(code), f"192.168.1.{n + 1}", 1.0)
    with pytest.raises(NotTaken):
        codes.take(code.handle, ask(code).proof, "192.168.1.99", 2.0)


def test_an_address_that_guesses_is_kept_out_and_others_are_not() -> None:
    codes = Invitations()
    code = codes.make("k1", "boss", 0.0)
    for n in range(WRONG):  # handles that there are not
        with pytest.raises(NotTaken):
            codes.take("222", wrong_of(code), "192.168.1.66", float(n))
    with pytest.raises(TooManyTries) as late:
        codes.take(code.handle, ask(code).proof, "192.168.1.66", 10.0)
    assert late.value.wait_s == HOLDS_S - 10.0
    codes.take(code.handle, ask(code).proof, HERE, 11.0)


def test_a_code_is_taken_only_from_the_network_that_was_said() -> None:
    codes = Invitations()
    code = codes.make("k1", "boss", 0.0, network_of("10.20.30.0/24"))
    for address in (HERE, "10.20.31.5", "203.0.113.9", "::1", "", "nonsense"):
        with pytest.raises(NotTaken):
            codes.take(code.handle, ask(code).proof, address, 1.0)
        if address == "203.0.113.9":
            break
    codes.take(code.handle, ask(code).proof, "10.20.30.40", 1.0)


@pytest.mark.parametrize(
    ("address", "network", "taken"),
    [
        ("127.0.0.1", "", True),
        ("192.168.4.7", "", True),
        ("fe80::1", "", True),
        ("8.8.8.8", "", False),
        ("::ffff:8.8.8.8", "", False),
        ("::ffff:10.0.0.7", "10.0.0.0/24", True),
        ("10.0.0.7", "10.0.0.7", True),
        ("10.0.0.7", "2001:db8::/32", False),
        ("", "", False),
    ],
)
def test_who_is_within(address: str, network: str, taken: bool) -> None:
    assert within(address, network_of(network)) is taken


@pytest.mark.parametrize("text", ["10.0.0.0/33", "x", "10.0.0", "10.0.0.0/24; rm", "::/129"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        network_of(text)


# --- the code itself ----------------------------------------------------------------------------------------


def test_a_code_is_easy_to_type_and_hard_to_guess() -> None:
    code = new_code()
    shown = str(code)
    assert len(SIGNS) == 32 and not set("01IO") & set(SIGNS)  # nine signs of five bits: 45
    for said in (
        shown,
        shown.lower(),
        shown.replace("-", ""),
        f"  {shown.replace('-', ' ')}\n",
        shown.replace("-", "–"),
    ):
        assert typed(said) == code
    for bad in ("", shown[:-1], shown + "A", shown.replace(shown[0], "0", 1), "ABCD-EFGH-JKL!", "Ạ" * 12):
        with pytest.raises(Unreadable):
            typed(bad)
    assert shown not in repr(code) and len({str(new_code()) for _ in range(50)}) == 50


def test_what_is_granted_can_be_read_with_the_code_alone() -> None:
    code, other = new_code(), new_code()
    sealed = seal(code.key(), GRANT)
    assert opened(code, sealed) == GRANT
    assert "secret" not in sealed.box and ask(code).proof not in sealed.box
    for forged in (sealed.box[:-4], sealed.box[::-1], "", "x" * 400, seal(other.key(), GRANT).box):
        with pytest.raises(Unreadable):
            opened(code, type(sealed)(forged))
