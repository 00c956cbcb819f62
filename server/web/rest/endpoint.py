"""What an endpoint of the interface for programs is: one row that says everything about it.

Routes, the OpenAPI document and the tests of bad input follow from the rows. Keeps out how a request comes in
and what its doing means.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Literal

import msgspec

from server.people.rights import Right
from server.web.asked import MAX_BODY
from server.web.hall import Hall

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
BLANK = re.compile(r"\{([a-z]+)\}")


def instant(at: float) -> datetime:
    """Seconds since 1970 as answers tell them."""
    return datetime.fromtimestamp(at, UTC)


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An object without members."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. name: an account's, or `token:<id>` of a program. by: as the log has it. may: whether they
    have a right at this centre now; it needs no request, and looks again each time. program: with a token.
    """

    name: str
    by: str
    may: Callable[[Right], bool]
    program: bool = False


NOBODY = Caller("", "", lambda right: False)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent, on disk without a name for as long as its request. digest: of all its bytes."""

    stream: IO[bytes]
    digest: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, typed. at: the blanks of the path. key: chosen by the asker for this change, or ""."""

    hall: Hall
    who: Caller
    at: Mapping[str, str]
    body: Any
    query: Any
    key: str
    lang: str
    file: Sent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One row. path: from `/api/v1` on, blanks in braces. does: what is to be done; returns the answer's
    value.

    name: names it for good, in the document too. about: one sentence; else the first of `does`'s docstring.
    right: what the asker needs, None for everybody. open: also without a log-in. status: of success.
    refusals: codes that it answers beside those of every endpoint. keyed: a change that is carried out once a
    key. shown_once: its answer holds a secret and is kept nowhere. people_only: no program may, whatever its
    scopes. media: of an answer that is no JSON. file: the media type of a body that is a file, and no JSON.
    most: bytes that the body may have.
    """

    name: str
    method: Method
    path: str
    does: Callable[[Asked], Any]
    answer: Any
    right: Right | None
    area: str
    about: str = ""
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] = Nothing
    status: int = 200
    refusals: tuple[str, ...] = ()
    keyed: bool = True
    open: bool = False
    shown_once: bool = False
    people_only: bool = False
    media: str = "application/json"
    file: str = ""
    most: int = MAX_BODY

    @property
    def changes(self) -> bool:
        return self.method != "GET"

    @property
    def needs_key(self) -> bool:
        return self.changes and self.keyed

    @property
    def blanks(self) -> tuple[str, ...]:
        return tuple(BLANK.findall(self.path))

    @property
    def said(self) -> str:
        """What it does, for a reader."""
        return self.about or " ".join((inspect.getdoc(self.does) or "").split("\n\n")[0].split())
