"""Ed25519 over what the whole hall believes: a board or the dossiers, sealed by the server as one message.

A sealed payload is the message's JSON object with one more member, the last: `,"sig":"<86 signs>"}`. What is
signed are the topic, a line break, and the object without that member; so a message of another site or topic
is refused like one that was changed in a single byte, and any reader of JSON still reads it. Keys are texts
in base64url without padding. The library is loaded by those who sign or check, and by nobody else.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nacl.public import PrivateKey

KEY_FILE: Final = "board.key"
KEY_BYTES: Final = 32
KEY_SIGNS: Final = 43
SIGNATURE_SIGNS: Final = 86
BEGINS: Final = b',"sig":"'
ENDS: Final = b'"}'
SEAL_BYTES: Final = len(BEGINS) + SIGNATURE_SIGNS + len(ENDS) - 1  # what a seal adds to a payload


class Forged(ValueError):
    """A payload that the server's key did not seal for this topic; one short sentence."""


class Sealer:
    """The server's side: seals with its private key, which is in no text and no log."""

    def __init__(self, seed: bytes) -> None:
        """`seed`: 32 random bytes, the private key."""
        from nacl.signing import SigningKey

        self._key = SigningKey(seed)

    @property
    def public_key(self) -> str:
        """What devices check with."""
        return _text(bytes(self._key.verify_key))

    @property
    def ear(self) -> PrivateKey:
        """Opens what devices seal for the public key (`broker.whisper`)."""
        return self._key.to_curve25519_private_key()

    def sealed(self, topic: str, payload: bytes) -> bytes:
        """The payload, a JSON object with at least one member, as it goes out on the concrete topic."""
        signature = self._key.sign(_signed(topic, payload)).signature
        return payload[:-1] + BEGINS + _text(signature).encode() + ENDS


class Opener:
    """A device's side: knows the server's public key, from the device's own file."""

    def __init__(self, public_key: str) -> None:
        """Raises ValueError with a sentence for what is no public key."""
        from nacl.signing import VerifyKey

        self._key = VerifyKey(key_bytes(public_key))

    def opened(self, topic: str, payload: bytes) -> bytes:
        """The message's own bytes, as the server sealed them for this concrete topic. Raises Forged."""
        from nacl.exceptions import BadSignatureError

        begin = len(payload) - SEAL_BYTES - 1
        if begin < 0 or payload[begin : begin + len(BEGINS)] != BEGINS or payload[-len(ENDS) :] != ENDS:
            raise Forged("not signed")
        text = payload[begin + len(BEGINS) : -len(ENDS)]
        message = payload[:begin] + b"}"
        try:
            signature = base64.b64decode(text + b"==", altchars=b"-_", validate=True)
            if _text(signature).encode() != text:  # the last sign has four bits to spare: only one is right
                raise Forged("its signature is not written as signatures are")
            self._key.verify(_signed(topic, message), signature)
        except (binascii.Error, BadSignatureError):
            raise Forged("not signed by this hall's server, or not for this topic") from None
        return message


def key_bytes(text: str) -> bytes:
    """A public key as it stands in a file. Raises ValueError with a sentence."""
    try:
        key = base64.b64decode(text.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        key = b""
    if len(key) != KEY_BYTES or _text(key) != text:
        raise ValueError(
            f"a server's key has {KEY_SIGNS} signs, A-Z a-z 0-9 - and _, and this one has {len(text)}:"
            " `motcua server FILE --public-key` prints it"
        )
    return key


def open_sealer(folder: Path) -> Sealer:
    """The server's private key in its data folder, made once, whole or not at all, and for its owner alone.

    Raises OSError; ValueError for a file that is no key, since a new one would silence every wall.
    """
    path = folder / KEY_FILE
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)  # whoever comes second takes the first one's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    seed = path.read_bytes()
    if len(seed) != KEY_BYTES:
        raise ValueError(
            f"{path} has {len(seed)} bytes and not {KEY_BYTES}: bring the key back from a backup, or delete"
            " the file and give every device the new public key"
        )
    return Sealer(seed)


def _signed(topic: str, message: bytes) -> bytes:
    return topic.encode() + b"\n" + message


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
