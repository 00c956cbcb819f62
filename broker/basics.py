"""What the payloads of the contract are made of: ids, instants, words in two languages, and their base."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Instant = Annotated[datetime, Meta(tz=True)]  # an instant without its zone is refused
# `$` alone would let a line break through at the end.
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+(?!\n)$")]
Level = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}(?!\n)$")]
Number = Annotated[str, Meta(min_length=1, max_length=12)]
Letter = Annotated[str, Meta(pattern=r"^[A-Z](?!\n)$")]
Token = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}(?!\n)$")]  # 128 bits, base64url
Secret = Annotated[str, Meta(pattern=r"^([0-9]{4})?(?!\n)$")]  # four figures, or none
# A dossier's code as agencies write it. It names a file, never a person.
DossierCode = Annotated[str, Meta(min_length=6, max_length=48, pattern=r"^[A-Z0-9][A-Z0-9.-]+(?!\n)$")]
Note = Annotated[str, Meta(max_length=500)]
Lang = Literal["vi", "en"]
Klass = Literal["normal", "priority"]
Count = Annotated[int, Meta(ge=0)]


def new_secret() -> str:
    """The figures on a ticket's paper that cancel it by phone, drawn anew for each ticket."""
    return f"{secrets.randbelow(10_000):04}"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every payload."""

    v: Literal[1] = 1


class Words(msgspec.Struct, frozen=True):
    """One text in both languages."""

    vi: str
    en: str

    def __getitem__(self, lang: str) -> str:
        return self.en if lang == "en" else self.vi


class Range(msgspec.Struct, frozen=True):
    """An announced wait in minutes, rounded outward: `low` to `high`; low 0 means "under `high`"."""

    low: Count
    high: Count
