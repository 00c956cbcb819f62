"""What programs send and are told of papers: forms, their words, templates and versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from server.papers.wording import LONGEST
from server.web.dossiers.paper_desk import Written
from server.web.rest.tickets import Day

Base = Annotated[int, Meta(ge=0, le=100_000)]
Text = Annotated[str, Meta(max_length=LONGEST)]
LineText = Annotated[str, Meta(max_length=200)]
Lines = Annotated[tuple[LineText, ...], Meta(max_length=20)]
Short = Annotated[str, Meta(max_length=120)]


class PaperTold(msgspec.Struct, frozen=True, kw_only=True):
    """area: a form by its key, or `letterhead`, which all forms share. number: of the form in the circular of
    today. version: what the next change is based on; 0 is as shipped. template: whether it is the centre's
    own. changed: texts that are the centre's own.
    """

    area: str
    number: str
    version: int
    template: bool
    changed: int
    at: datetime | None
    by: str


class PapersTold(msgspec.Struct, frozen=True):
    papers: tuple[PaperTold, ...]


class VersionTold(msgspec.Struct, frozen=True):
    """deed: what made it. of: the version that was gone back to."""

    version: int
    at: datetime
    by: str
    deed: Literal["template", "wording", "restored"]
    template: bool
    of: int


class OnePaper(msgspec.Struct, frozen=True, kw_only=True):
    """words: language -> key -> text, as they are printed. blanks: what a template may ask for, and `row` in
    a line of its table. versions: the newest first.
    """

    paper: PaperTold
    words: dict[str, dict[str, str]]
    blanks: tuple[str, ...]
    row: tuple[str, ...]
    versions: tuple[VersionTold, ...]


class WordsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """base: the version that was seen. words: language -> key -> text; what is not said is as shipped."""

    base: Base
    words: dict[str, dict[str, Text]]


class BackBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """version: the one to go back to; 0 is as shipped."""

    base: Base
    version: Base


class TemplateWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """base: the version that was seen; without it whatever is in use is replaced."""

    base: Base | None = None


class VersionWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: Base | None = None


class SampleWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """written: the language of the paper."""

    written: Written = "vi"


class BookWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """begins, ends: days of receipt, both included."""

    begins: Day
    ends: Day
    written: Written = "vi"


class PaperBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What nobody else knows. reason, items: one a line. Nothing of it is kept."""

    written: Written = "vi"
    reason: Lines = ()
    items: Lines = ()
    sets: Short = ""
    place: Short = ""
    secret: Short = ""
