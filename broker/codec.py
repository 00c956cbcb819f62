"""The door of every program: bytes in, typed messages out, and one clear refusal for anything else.

`Malformed` is the peer's error, never ours: its text is one line, escaped and short, fit for the log.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from broker import messages as m, topics
from broker.mistakes import mistake_of
from broker.topics import Party, Topic

# A board of 40 counters and 60 services has some 20 kB, a kiosk's opening times of a fortnight some 150 kB.
MAX_BYTES = 262_144
MAX_DEVICE_BYTES = 8_192  # the largest honest message of a device has some 300 bytes
MAX_PIECE_BYTES = 49_152  # but for a piece of a picture, which is base64 in JSON
MAX_QUOTED = 120
# A device without a clock battery starts in 1970; beyond these years sums with time zones overflow.
CLOCK_YEARS = range(1970, 2200)

T = TypeVar("T")

PAYLOADS: dict[Topic, Any] = {
    topics.STATUS: m.DeviceStatus,
    topics.REQUEST: m.AnyRequest,
    topics.REPLY: m.AnyReply,
    topics.FACT: m.AnyFact,
    topics.RECEIPT: m.Receipt,
    topics.CONFIG: m.DeviceConfig,
    topics.CONTROL: m.Control,
    topics.OUTCOME: m.AnyOutcome,
    topics.SENT: m.SentDossiers,
    topics.TAKEN: m.SentReceipt,
    topics.SERVER_STATUS: m.ServerStatus,
    topics.TIME: m.Time,
    topics.BOARD: m.Board,
    topics.DOSSIERS: m.Dossiers,
}

_encoder = msgspec.json.Encoder()
_decoders: dict[Topic, msgspec.json.Decoder[Any]] = {t: msgspec.json.Decoder(p) for t, p in PAYLOADS.items()}


class Malformed(ValueError):
    """A payload that is not of the contract. `id` is the message's id where one could be read; `mistake` the
    place and code of what is wrong."""

    def __init__(
        self,
        reason: str,
        payload: bytes,
        id: str | None = None,
        mistake: tuple[str, str] = ("", "malformed"),
    ) -> None:
        super().__init__(f"{reason}: {quoted(payload)}")
        self.reason = reason
        self.id, self.mistake = id, mistake


class _OnlyId(msgspec.Struct):
    id: m.Id


def encode(message: m.Message, room: int = 0) -> bytes:
    """The JSON bytes of a message. Raises ValueError, before a broker does worse, when it is too large.

    room: bytes that have to be left for a seal.
    """
    payload = _encoder.encode(message)
    if len(payload) > MAX_BYTES - room:
        raise ValueError(f"a {type(message).__name__} of {len(payload)} bytes: {MAX_BYTES} is the limit")
    return payload


def limit(topic: Topic) -> int:
    """The most bytes a payload of this topic may have."""
    if topic is topics.OUTCOME:
        return MAX_PIECE_BYTES
    return MAX_DEVICE_BYTES if topic.speaker is Party.DEVICE else MAX_BYTES


def decode(topic: Topic, payload: bytes) -> Any:
    """The typed message of a payload received on `topic`.

    Raises Malformed for what is too large, not UTF-8 JSON, or not of the topic's type.
    """
    if len(payload) > limit(topic):
        raise Malformed(f"{len(payload)} bytes are more than {limit(topic)}", payload)
    try:
        message = _decoders[topic].decode(payload)
    except msgspec.ValidationError as error:
        raise Malformed(str(error)[:200], payload, _id_of(payload), mistake_of(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)[:200], payload, _id_of(payload)) from None
    at = getattr(message, "at", None)
    if at is not None and at.year not in CLOCK_YEARS:
        raise Malformed(f"no clock shows the year {at.year}", payload, _id_of(payload))
    return message


def quoted(payload: bytes) -> str:
    """The start of a payload as printable ASCII, for one log line: no control byte survives."""
    cut = ascii(payload[:MAX_QUOTED])[1:]
    return cut + ("..." if len(payload) > MAX_QUOTED else "")


def _id_of(payload: bytes) -> str | None:
    try:
        return msgspec.json.decode(payload, type=_OnlyId).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
