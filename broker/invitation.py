"""The one-time code by which a device is enrolled, and what travels under its protection.

A person types it at the device, so that it never goes over the network: the device proves that it knows the
code, and what it gets (its password, the server's public key) is encrypted with a key made of it. So a hall
without HTTPS gives nothing away to who listens, and nobody between can hand a device another server's key.
Keeps out who makes codes, how long they hold and how often somebody may be wrong.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Annotated, Final

import msgspec

from broker import messages as m

SIGNS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 of them: 0 and O, 1 and I are too much alike
GROUP, GROUPS = 4, 3  # ABCD-EFGH-JKLM
HANDLE: Final = 3  # the first signs say which code it is, the other nine, 45 bits, are its secret
SCRYPT: Final = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}  # 0.1 s and 32 MB on a PC, once


class Unreadable(ValueError):
    """What was typed is no code, or what came is not for this code; one sentence."""


@dataclass(frozen=True)
class Code:
    """A code as it stands before whoever makes it or types it."""

    signs: str = field(repr=False)

    def __str__(self) -> str:
        return "-".join(self.signs[at : at + GROUP] for at in range(0, len(self.signs), GROUP))

    @property
    def handle(self) -> str:
        return self.signs[:HANDLE]

    def key(self) -> bytes:
        """What is kept of it by the server: 32 bytes that lead nowhere back."""
        return hashlib.scrypt(
            self.signs[HANDLE:].encode(), salt=f"motcua {self.handle}".encode(), dklen=32, **SCRYPT
        )


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a device sends: which code, and that it knows the rest of it."""

    handle: Annotated[str, msgspec.Meta(pattern=f"^[{SIGNS}]{{{HANDLE}}}(?!\\n)$")]
    proof: Annotated[str, msgspec.Meta(max_length=64)]


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it gets, encrypted."""

    box: Annotated[str, msgspec.Meta(max_length=8192)]


class Grant(msgspec.Struct, frozen=True):
    """Everything that a device needs to talk to its server. address: `mqtt://host:port`, or `mqtt://:port` of
    the host that the device asked."""

    role: str
    site: m.Level
    device: m.Level
    name: m.Words
    user: str
    password: str
    address: str
    server_key: str


def new_code() -> Code:
    return Code("".join(secrets.choice(SIGNS) for _ in range(GROUP * GROUPS)))


def typed(text: str) -> Code:
    """The code that somebody typed: small letters, spaces and dashes are forgiven. Raises Unreadable."""
    signs = re.sub(r"[\s\u2010-\u2015-]", "", text).upper()
    if len(signs) != GROUP * GROUPS or not set(signs) <= set(SIGNS):
        raise Unreadable(f"a code has {GROUPS} groups of {GROUP} letters and figures, as in ABCD-EF23-GH45")
    return Code(signs)


def ask(code: Code) -> Ask:
    return Ask(code.handle, proof_of(code.key()))


def proof_of(key: bytes) -> str:
    return hmac.digest(key, b"motcua device", "sha256").hex()


def knows(key: bytes, proof: str) -> bool:
    """Whether this proof was made with this key."""
    return hmac.compare_digest(proof_of(key).encode(), proof.encode())


def seal(key: bytes, grant: Grant) -> Sealed:
    from nacl.secret import SecretBox

    return Sealed(base64.b64encode(SecretBox(key).encrypt(msgspec.json.encode(grant))).decode())


def opened(code: Code, sealed: Sealed) -> Grant:
    """What the server granted. Raises Unreadable: another server, or somebody between."""
    from nacl.exceptions import CryptoError
    from nacl.secret import SecretBox

    try:
        plain = SecretBox(code.key()).decrypt(base64.b64decode(sealed.box, validate=True))
        return msgspec.json.decode(plain, type=Grant)
    except (binascii.Error, CryptoError, ValueError, msgspec.DecodeError):
        raise Unreadable("the answer is not of a server that knows this code") from None
