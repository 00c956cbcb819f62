"""From a draft to a version in force, and back: what would change, why it may not, and every version.

A change is validated before it is asked for, and again by the writer, which alone decides. Keeps out the
pages that edit a draft.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace as with_id
from werkzeug.exceptions import NotFound

from server.drafting.files import MOST_BYTES, WrongFile, exported, imported
from server.drafting.forms import clean
from server.drafting.trees import compare
from server.hall.calendar import business_day
from server.hall.mistakes import Problem
from server.hall.refusals import Refusal
from server.people.rights import Right
from server.setup import Change, digest, document_of, versions
from server.site_check import placed
from server.site_shape import File
from server.web import guard, problems
from server.web.fields import day_of
from server.web.setup_bench import Bench, bench
from server.web.setup_pages import drawn, in_turn, ours, problems_by_page, setup
from server.web.setup_words import Names, file_sentence, lines, place_text

NOTE = 200  # characters
SHOWN = 50  # versions a page
AHEAD = timedelta(days=366)  # for how long a change may be planned


@setup.get("/")
@guard.needs(Right.SETUP)
def overview() -> ResponseReturnValue:
    """What is in force, what is planned, and the ways to everything that can be edited."""
    return _overview(bench())


def _overview(here: Bench, wrong: Problem | None = None) -> str:
    known = versions(here.hall.engine)
    in_force = next((v for v in known if v.state == "in-force"), None)
    more = {
        "in_force": in_force,
        "count": len(known),
        "file_wrong": "" if wrong is None else file_sentence(wrong, guard.language()),
    }
    return drawn("setup.html", here, "overview", at_local=_at_local(here), **more)


@setup.get("/review")
@guard.needs(Right.SETUP)
def review() -> ResponseReturnValue:
    """The draft beside what it would follow, in words, and what stands against it."""
    return _reviewed(bench())


@setup.post("/apply")
@guard.needs(Right.SETUP)
@in_turn
def apply() -> ResponseReturnValue:
    """Ask the writer for what was reviewed: exactly that draft, or nothing."""
    ours()
    here, typed = bench(), request.form
    if here.draft is None:
        return redirect(url_for("setup.overview"), 303)  # the second press of the same button
    note = clean(typed.get("note", ""))
    try:
        starts = when(typed.get("when", ""), typed.get("date", ""), tomorrow(here))
    except ValueError:
        return _reviewed(here, typed, "date"), 422
    wrong = _stands_against(here, typed, note, starts)
    if wrong:
        return _reviewed(here, typed, wrong), 422 if wrong in ("note", "agree", "faults") else 409
    try:
        _ask(here, here.draft.base, here.asked_for(starts), note, starts)
    except Refusal as refusal:
        return _reviewed(bench(), typed, f"refusal.{refusal.code}", refusal), 409
    here.drafts.drop(here.owner)
    return redirect(url_for("setup.overview", said="planned" if starts else "applied"), 303)


@setup.post("/discard")
@guard.needs(Right.SETUP)
@in_turn
def discard() -> ResponseReturnValue:
    ours()
    here = bench()
    if request.form.get("mark") == here.mark():  # not what another window edited meanwhile
        here.drafts.drop(here.owner)
    return redirect(url_for("setup.overview", said="discarded"), 303)


@setup.post("/take-over")
@guard.needs(Right.SETUP)
@in_turn
def take_over() -> ResponseReturnValue:
    """Bring what others changed meanwhile into the draft."""
    ours()
    bench().take_over()
    return redirect(url_for("setup.review", said="taken"), 303)


@setup.post("/withdraw")
@guard.needs(Right.SETUP)
@in_turn
def withdraw() -> ResponseReturnValue:
    """Take back what was planned for a coming day."""
    ours()
    here = bench()
    planned = here.planned
    if planned is not None:
        try:
            _ask(here, here.newest, None, "", None)
        except Refusal:
            return redirect(url_for("setup.overview", said="not-withdrawn"), 303)
        guard.audit("setup.withdrawn", version=planned.version)
    return redirect(url_for("setup.overview", said="withdrawn"), 303)


# --- versions


@setup.get("/versions")
@guard.needs(Right.SETUP)
def history() -> ResponseReturnValue:
    """Every version, the newest first, `?before=60`: older ones; `?old=3&new=5`: what differs between two."""
    here, lang = bench(), guard.language()
    asked = request.args.get("before", "")
    known = [v for v in versions(here.hall.engine) if not asked.isdecimal() or v.version < int(asked)]
    two = _two(here, request.args.get("old", ""), request.args.get("new", ""))
    differs = None if two is None else lines(compare(*two), *two, lang)
    return drawn(
        "setup_versions.html",
        here,
        "versions",
        versions=known[:SHOWN],
        older=known[SHOWN - 1].version if len(known) > SHOWN else None,
        differs=differs,
        old=request.args.get("old", ""),
        new=request.args.get("new", ""),
        at_local=_at_local(here),
    )


@setup.get("/versions/<int:version>")
@guard.needs(Right.SETUP)
def one_version(version: int) -> ResponseReturnValue:
    """What would change if this version came back."""
    return _version(bench(), version)


@setup.post("/versions/<int:version>")
@guard.needs(Right.SETUP)
@in_turn
def restore(version: int) -> ResponseReturnValue:
    """Bring a version back, as a new one. A draft stays what it is, and is then of an older version."""
    ours()
    here, document = bench(), _document(bench(), version)
    try:
        base = int(request.form.get("newest", ""))
        starts = when(request.form.get("when", ""), "", tomorrow(here))
    except ValueError:
        return _version(here, version, "date"), 422
    note = clean(request.form.get("note", "")) or f"↶ {version}"
    if len(note) > NOTE:
        return _version(here, version, "note"), 422
    try:
        _ask(here, base, document, note, starts)
    except Refusal as refusal:
        return _version(here, version, f"refusal.{refusal.code}", refusal), 409
    return redirect(url_for("setup.overview", said="planned" if starts else "restored"), 303)


# --- files


@setup.get("/hall.toml")
@guard.needs(Right.SETUP)
def export() -> ResponseReturnValue:
    """`?version=3`, else what is in force, as the file that a server starts with."""
    here = bench()
    asked = request.args.get("version", "")
    version = int(asked) if asked.isdecimal() else here.hall.writer.view.setup.version
    return file_of(_document(here, version), version)


def file_of(document: File, version: int) -> Response:
    """A document as the file that a server starts with, to take away."""
    text = exported(document, f"{document.name.vi}", f"motcua: {document.id}, version {version}")
    answer = Response(text, content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="hall-{document.id}-{version}.toml"'
    return answer


@setup.post("/import")
@guard.needs(Right.SETUP)
@in_turn
def bring() -> ResponseReturnValue:
    """A file becomes the draft. One of another centre keeps this one's id."""
    ours()
    here, sent = bench(), request.files.get("file")
    if sent is None or not sent.filename:
        return redirect(url_for("setup.overview", said="no-file", _anchor="file"), 303)
    content = sent.stream.read(MOST_BYTES + 1)
    sent.close()
    try:
        document = imported(content)
    except WrongFile as error:
        return _overview(here, error.problem), 422
    if here.draft is not None and not request.form.get("replace"):
        return redirect(url_for("setup.overview", said="draft-stands", _anchor="file"), 303)
    other = document.id != here.tip.id
    here.start_from(with_id(document, id=here.tip.id))
    return redirect(url_for("setup.review", said="imported-other" if other else "imported"), 303)


# --- asking


def when(choice: str, day: str, tomorrow: date) -> date | None:
    """From which business day a change holds, None for at once. Raises ValueError for a day that is none, or
    not ahead."""
    match choice:
        case "now":
            return None
        case "tomorrow":
            return tomorrow
        case "date":
            starts = day_of(day)
            if tomorrow <= starts <= tomorrow + AHEAD:
                return starts
    raise ValueError(choice)


def tomorrow(here: Bench) -> date:
    """The business day after the one that runs."""
    view = here.hall.writer.view
    return business_day(view.site, max(here.hall.clock.now(), view.at)) + timedelta(days=1)


def _stands_against(here: Bench, typed: Any, note: str, starts: date | None) -> str:
    """Why the writer need not be asked; nothing where it is."""
    if typed.get("mark") != here.mark():
        return "draft"
    if here.stale:
        return "refusal.setup-stale"
    if here.faults:
        return "faults"
    if len(note) > NOTE:
        return "note"
    if starts is None and here.breaks:
        return "refusal.setup-breaks"
    if starts is None and here.strains and not typed.get("agree"):
        return "agree"
    return ""


def _ask(here: Bench, base: int, document: File | None, note: str, starts: date | None) -> None:
    """The same press twice is one change. Raises Refusal."""
    who = guard.account()
    assert who is not None
    told = (here.owner, base, digest(document) if document is not None else "", note, str(starts))
    outcome = here.hall.writer.change(
        Change(
            id=f"setup:{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}",
            by=f"officer:{who.name}",
            base=base,
            document=document,
            note=note,
            starts=starts,
        )
    )
    if document is not None:
        version = outcome.result.get("version")
        guard.audit("setup.changed", version=version, note=note, starts=str(starts or ""))


# --- drawing


def _reviewed(here: Bench, typed: Any = None, wrong: str = "", refusal: Refusal | None = None) -> str:
    lang = guard.language()
    names = Names(lang, here.document, here.tip)
    typed = typed or {}
    return drawn(
        "setup_review.html",
        here,
        "review",
        differs=lines(here.edits, here.tip, here.document, lang),
        theirs=lines(here.theirs, here.tip, here.tip, lang),
        faults=problems_by_page(here.faults, names),
        breaks=problems_by_page(here.breaks, names),
        strains=problems_by_page(here.strains, names),
        clashes=[place_text(c, here.document, lang) for c in here.draft.clashes] if here.draft else [],
        wrong=wrong,
        refusal=refusal,
        blanks=_blanks,
        note=typed.get("note", ""),
        chosen=typed.get("when", "tomorrow" if here.breaks else "now"),
        date=typed.get("date", ""),
        tomorrow=tomorrow(here),
        last=tomorrow(here) + AHEAD,
    )


def _version(here: Bench, version: int, wrong: str = "", refusal: Refusal | None = None) -> str:
    lang, document = guard.language(), _document(here, version)
    return drawn(
        "setup_version.html",
        here,
        "versions",
        version=next(v for v in versions(here.hall.engine) if v.version == version),
        differs=lines(compare(here.tip, document), here.tip, document, lang),
        wrong=wrong,
        refusal=refusal,
        blanks=_blanks,
        broken=problems_by_page(_told(refusal, document), Names(lang, document, here.tip)),
        note=request.form.get("note", ""),
        tomorrow=tomorrow(here),
        at_local=_at_local(here),
    )


def _blanks(refusal: Refusal) -> dict[str, str]:
    """What the sentence of a refusal may fill in."""
    return {**problems.BLANKS, **{k: str(v) for k, v in refusal.params.items() if isinstance(v, str | int)}}


def _told(refusal: Refusal | None, document: File) -> tuple[Problem, ...]:
    """The problems that the writer refused with, at their places in the document."""
    found = () if refusal is None else refusal.params.get("problems", ())
    return tuple(replace(p, where=placed(p, document)) for p in found)


def _at_local(here: Bench) -> Any:
    zone = here.hall.config.site.zone
    return lambda at: f"{at.astimezone(zone):%H:%M %d/%m/%Y}" if at is not None else ""


def _two(here: Bench, old: str, new: str) -> tuple[File, File] | None:
    if not (old.isdecimal() and new.isdecimal()):
        return None
    return _document(here, int(old)), _document(here, int(new))


def _document(here: Bench, version: int) -> File:
    document = document_of(here.hall.engine, version) if 0 < version < 2**31 else None
    if document is None:
        raise NotFound
    return document
