"""What a kiosk and the server say to each other of a person, so that nobody on the broker can read it.

A question is sealed for the server's own key, the one that devices check boards with (`broker.seal`), turned
from Ed25519 into Curve25519; it carries a key that is made for it alone and forgotten with its answer, which
is sealed for that one. Both are padded, so that their lengths say nothing. What is in a question names the
dossier it is about: it cannot be sent again about another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from broker.basics import Count, DossierCode, Instant, Words
from broker.seal import Forged, Sealer, key_bytes

if TYPE_CHECKING:
    from nacl.public import PrivateKey

QUESTION_BYTES: Final = 256
ANSWER_BYTES: Final = 4096
OVERHEAD: Final = 48  # of a sealed box
MOST_PAST: Final = 8  # lines of history in an answer

# How a dossier stands, in the portal's order.
StatusWord = Literal[
    "registered",
    "accepted",
    "rejected",
    "processing",
    "awaiting_supplement",
    "awaiting_payment",
    "withdrawn",
    "stopped",
    "resolved",
    "returned",
]
Line = Annotated[str, Meta(max_length=200)]


class Past(msgspec.Struct, frozen=True):
    """How a dossier stood from `at` on."""

    at: Instant
    status: StatusWord


class Rest(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody may see of a dossier who showed that it is theirs. name, phone: masked, or "".

    fee: in VND. place: the counter where its result is, or "". first_due: the promise before another took its
    place. history: the oldest first.
    """

    name: Line
    phone: Line
    procedure: Line
    authority: Words
    received: Instant
    fee: int | None
    paid: bool | None
    place: Line
    first_due: Instant | None
    history: tuple[Past, ...]


class Question(msgspec.Struct, frozen=True):
    """factor: what was typed, or the number on a card. key: whom the answer is sealed for."""

    code: DossierCode
    factor: Annotated[str, Meta(max_length=40)]
    key: Annotated[bytes, Meta(min_length=32, max_length=32)]


class Answer(msgspec.Struct, frozen=True):
    """rest: None when the factor is not this dossier's. wait_s: too many were wrong; none is looked at."""

    rest: Rest | None
    wait_s: Count = 0


class Whisper:
    """One question of a kiosk, and the only one who can read its answer."""

    def __init__(self, server_key: str, code: str, factor: str) -> None:
        """server_key: as `BrokerSettings` has it. Raises ValueError for what is none."""
        from nacl.public import PrivateKey, SealedBox
        from nacl.signing import VerifyKey

        self._key: PrivateKey = PrivateKey.generate()
        question = msgspec.json.encode(Question(code, factor, bytes(self._key.public_key)))
        server = VerifyKey(key_bytes(server_key)).to_curve25519_public_key()
        self.box: bytes = bytes(SealedBox(server).encrypt(question.ljust(QUESTION_BYTES)))

    def answer(self, box: bytes) -> Answer:
        """Raises Forged for one that is not the answer to this question."""
        return msgspec.json.decode(_opened(self._key, box), type=Answer)


def question(sealer: Sealer, box: bytes, code: str) -> Question:
    """What a kiosk asks about this dossier. Raises Forged."""
    try:
        asked = msgspec.json.decode(_opened(sealer.ear, box), type=Question)
    except msgspec.MsgspecError:
        raise Forged("not a question") from None
    if asked.code != code:
        raise Forged("a question about another dossier")
    return asked


def answered(question: Question, answer: Answer) -> bytes:
    """The answer, for whoever asked."""
    from nacl.public import PublicKey, SealedBox

    told = msgspec.json.encode(answer).ljust(ANSWER_BYTES)
    return bytes(SealedBox(PublicKey(question.key)).encrypt(told))


def _opened(key: PrivateKey, box: bytes) -> bytes:
    from nacl.exceptions import CryptoError
    from nacl.public import SealedBox

    try:
        return bytes(SealedBox(key).decrypt(box))
    except (CryptoError, TypeError, ValueError):
        raise Forged("not sealed for this one") from None
