"""A draft of the configuration for programs: what somebody edits before it is in force, as on the pages.

Each asker has one draft at a centre, kept beside the hall; a person's is the one of the pages. A change of it
says the `mark` of what was seen, so that no window and no program silently undoes another. Keeps out the
writer, which alone decides about what is applied.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace as with_id

from server.drafting.files import MOST_BYTES, WrongFile, imported
from server.hall.mistakes import Problem
from server.people.rights import Right
from server.site_shape import File
from server.web.fields import Line
from server.web.problems import Declined
from server.web.rest.endpoint import Asked, Endpoint, Nothing
from server.web.rest.setup import REFUSALS, Changed, Difference, InWords, bring, difference, in_words
from server.web.setup_bench import Bench, bench_of
from server.web.setup_words import Names, sentence

Mark = Annotated[str, Meta(min_length=1, max_length=32)]


class DraftTold(msgspec.Struct, frozen=True, kw_only=True):
    """edited: there is a draft, else `document` is what one would be made of. base: the version it was begun
    from. newest: the newest version there is; stale: they differ. mark: of all that stands here.
    """

    mark: str
    edited: bool
    base: int
    newest: int
    stale: bool
    document: File


class DraftBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """mark: of what was seen."""

    mark: Mark
    document: File


class MarkBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """mark: of what was seen."""

    mark: Mark


class FileWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """mark: of what was seen."""

    mark: Mark


class ApplyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """mark: of the draft that was looked at: that one is applied, or none. starts: the business day from
    which it holds; at once without it. agree: also where people ought to know more of it first (`strained`).
    """

    mark: Mark
    note: Line = ""
    starts: date | None = None
    agree: bool = False


class Fault(msgspec.Struct, frozen=True):
    """where: a place in the document. detail: in the reader's language."""

    code: str
    where: str
    detail: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """faults: what a hall could not work by. breaks: what would break the day if it came into force now.
    strains: what people ought to know before it does.
    """

    mark: str
    faults: tuple[Fault, ...]
    breaks: tuple[Fault, ...]
    strains: tuple[Fault, ...]


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """differences: what the draft would change. theirs: what others changed since it was begun. clashes: what
    both changed, where theirs was taken over.
    """

    mark: str
    differences: tuple[Difference, ...]
    words: tuple[InWords, ...]
    theirs: tuple[Difference, ...]
    clashes: tuple[tuple[str, ...], ...]


def read(asked: Asked) -> DraftTold:
    """The asker's draft of the configuration, or what one would be made of."""
    return draft_told(bench(asked))


def replace(asked: Asked) -> DraftTold:
    """Put a document in the place of the draft; it may have faults, which `check` tells."""
    here = bench(asked)
    with here.drafts.turn(here.owner):
        here = seen(asked, asked.body.mark)
        return draft_told(here.keep(with_id(asked.body.document, id=here.tip.id)))


def replace_by_file(asked: Asked) -> DraftTold:
    """The same with a `hall.toml`; one of another centre keeps this one's id."""
    assert asked.file is not None
    try:
        document = imported(asked.file.stream.read(MOST_BYTES + 1))
    except WrongFile as error:
        wrong = error.problem
        detail = sentence(wrong, Names(asked.lang))
        told = {"why": "file", "wrong": wrong.code, "where": wrong.where, "detail": detail}
        raise Declined("cannot-be", told) from None
    here = bench(asked)
    with here.drafts.turn(here.owner):
        here = seen(asked, asked.query.mark)
        return draft_told(here.start_from(with_id(document, id=here.tip.id)))


def check(asked: Asked) -> Checked:
    """What is wrong with the draft, and what it would break or strain if it came into force now."""
    here = bench(asked)
    names = Names(asked.lang, here.document, here.tip)

    def faults(found: tuple[Problem, ...]) -> tuple[Fault, ...]:
        return tuple(Fault(p.code, p.where, sentence(p, names)) for p in found)

    return Checked(
        mark=here.mark(),
        faults=faults(here.faults),
        breaks=faults(here.breaks),
        strains=faults(here.strains),
    )


def differences(asked: Asked) -> Differences:
    """What the draft would change, and what others changed since it was begun."""
    here = bench(asked)
    return Differences(
        mark=here.mark(),
        differences=tuple(map(difference, here.edits)),
        words=in_words(here.edits, here.tip, here.document, asked.lang),
        theirs=tuple(map(difference, here.theirs)),
        clashes=here.draft.clashes if here.draft is not None else (),
    )


def take_over(asked: Asked) -> DraftTold:
    """Bring what others changed meanwhile into the draft; what both changed stays as in the draft."""
    here = bench(asked)
    with here.drafts.turn(here.owner):
        seen(asked, asked.body.mark).take_over()
        return draft_told(bench(asked))


def apply(asked: Asked) -> Changed:
    """Bring the draft into force, or plan it for a coming day."""
    here = bench(asked)
    with here.drafts.turn(here.owner):
        here = seen(asked, asked.body.mark)
        if here.draft is None:
            raise Declined("cannot-be", {"why": "no-draft"})
        changed = bring(asked, here.draft.base, here.asked_for(asked.body.starts), asked.body)
        here.drafts.drop(here.owner)
        return changed


def discard(asked: Asked) -> Nothing:
    """Throw the draft away."""
    here = bench(asked)
    with here.drafts.turn(here.owner):
        seen(asked, asked.body.mark)
        here.drafts.drop(here.owner)
    return Nothing()


def bench(asked: Asked) -> Bench:
    return bench_of(asked.hall, asked.who.name)


def seen(asked: Asked, mark: str) -> Bench:
    """The bench, if it is still as the asker saw it."""
    here = bench(asked)
    if mark != here.mark():
        raise Declined("cannot-be", {"why": "changed"})
    return here


def draft_told(here: Bench) -> DraftTold:
    return DraftTold(
        mark=here.mark(),
        edited=here.draft is not None,
        base=here.newest if here.draft is None else here.draft.base,
        newest=here.newest,
        stale=here.stale,
        document=here.document,
    )


def _row(name: str, method: Any, path: str, does: Any, answer: Any, **more: Any) -> Endpoint:
    told: dict[str, Any] = {"right": Right.SETUP, "area": "drafts", **more}
    if method != "GET":
        told["refusals"] = ("cannot-be", *told.get("refusals", ()))
    return Endpoint(name=name, method=method, path=f"/setup/draft{path}", does=does, answer=answer, **told)


_FILE: dict[str, Any] = {"query": FileWanted, "file": "application/toml", "most": MOST_BYTES}
ENDPOINTS = (
    _row("get-draft", "GET", "", read, DraftTold),
    _row("replace-draft", "PUT", "", replace, DraftTold, body=DraftBody, most=MOST_BYTES),
    _row("replace-draft-by-file", "PUT", "/hall.toml", replace_by_file, DraftTold, **_FILE),
    _row("check-draft", "GET", "/check", check, Checked),
    _row("get-draft-differences", "GET", "/differences", differences, Differences),
    _row("take-over-into-draft", "POST", "/take-over", take_over, DraftTold, body=MarkBody),
    _row(
        "apply-draft",
        "POST",
        "/apply",
        apply,
        Changed,
        body=ApplyBody,
        refusals=(*REFUSALS, "strained"),
    ),
    _row("discard-draft", "POST", "/discard", discard, Nothing, body=MarkBody),
)
