"""Papers for programs: forms, their words, templates and versions; papers of a dossier; the register book.

A template is looked at before it is used, and a refusal says everything that is wrong with it. Names of
citizens are in a paper only for whoever may see persons.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from flask import Response
from werkzeug.exceptions import Forbidden, NotFound

from server.dossiers.apologies import NoApology
from server.dossiers.book import TooMany
from server.papers import layout
from server.papers.blanks import Typed
from server.papers.container import MOST_BYTES
from server.papers.filling import clean
from server.papers.forms import SHAPES, Form
from server.papers.making import MEDIA, Format
from server.papers.shelf import Full, Moved, Version
from server.papers.wording import AREAS, LANGUAGES, ours
from server.people.rights import Right
from server.web.asked import refuse
from server.web.dossiers.paper_desk import BookFormat, PaperDesk, Refused
from server.web.dossiers.papers import flaw_text
from server.web.my_dossiers import may_see
from server.web.problems import Declined
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint
from server.web.rest.paper_shapes import (
    BackBody,
    BookWanted,
    OnePaper,
    PaperBody,
    PapersTold,
    PaperTold,
    SampleWanted,
    TemplateWanted,
    VersionTold,
    VersionWanted,
    WordsBody,
)


def papers(asked: Asked) -> PapersTold:
    """The forms of this centre: which template and whose words they use."""
    desk = _desk(asked)
    return PapersTold(tuple(_told(desk, area) for area in AREAS))


def paper(asked: Asked) -> OnePaper:
    """One form, or the head of all: its words, what a template may ask for, every version."""
    desk, area = _desk(asked), _area(asked)
    shape = SHAPES[Form(area)] if area in tuple(Form) else None
    said = desk.shelf.now(area).words
    return OnePaper(
        paper=_told(desk, area),
        words={lang: {**ours(area)[lang], **said.get(lang, {})} for lang in LANGUAGES},
        blanks=tuple(sorted(shape.blanks)) if shape else (),
        row=tuple(sorted(shape.row)) if shape else (),
        versions=tuple(_version(v) for v in reversed(desk.shelf.history(area))),
    )


def put_words(asked: Asked) -> PaperTold:
    """Say something else on a form, without touching its template."""
    desk, area, body = _desk(asked), _area(asked), asked.body
    known = ours(area)
    wrong = [f"/words/{lang}" for lang in body.words if lang not in known]
    wrong += [
        f"/words/{lang}/{key}"
        for lang, texts in body.words.items()
        for key in texts
        if lang in known and key not in known[lang]
    ]
    if wrong:
        refuse([(pointer, "unknown") for pointer in wrong])
    try:
        _changing(lambda: desk.put_words(area, body.base, body.words))
    except Refused as error:
        codes = {"length": "length"}
        refuse([(f"/words/{lang}/{key}", codes.get(code, "form")) for lang, key, code, _ in error.words])
    return _told(desk, area)


def put_template(asked: Asked) -> PaperTold:
    """Send a DOCX in place of a form's template; it is in use once it was looked through and found good."""
    desk, form = _desk(asked), _form(asked)
    assert asked.file is not None
    raw = asked.file.stream.read(MOST_BYTES + 1)
    base = desk.shelf.now(form).n if asked.query.base is None else asked.query.base
    try:
        _changing(lambda: desk.put_template(form, base, raw))
    except Refused as error:
        raise _flawed(error, asked.lang) from None
    return _told(desk, form.value)


def restore(asked: Asked) -> PaperTold:
    """Use an earlier version of a form again."""
    desk, area = _desk(asked), _area(asked)
    try:
        _changing(lambda: desk.go_back(area, asked.body.base, asked.body.version))
    except Refused as error:
        raise _flawed(error, asked.lang) from None
    except LookupError:
        raise NotFound from None
    return _told(desk, area)


def template(asked: Asked) -> Response:
    """The template of a form, to edit: a version of before, or the one in use."""
    form = _form(asked)
    try:
        raw = _desk(asked).shelf.template(form, asked.query.version) or layout.template(form)
    except LookupError:
        raise NotFound from None
    return Response(raw, content_type=MEDIA["docx"])


def sample(asked: Asked, format: Format) -> Response:
    raw = _made(asked, lambda: _desk(asked).sample(_form(asked), format, asked.query.written))
    return Response(raw, content_type=MEDIA[format])


def letter(asked: Asked, format: Format) -> Response:
    """For who sees all dossiers, or handles this one."""
    desk, form = _desk(asked), _form(asked)
    if not SHAPES[form].of_dossier:
        raise NotFound
    try:
        whole = desk.find(asked.at["code"])
    except LookupError:
        raise NotFound from None
    if not (asked.who.may(Right.DOSSIERS) or (not asked.who.program and may_see(whole.dossier))):
        raise Forbidden("role")
    body = asked.body
    typed = Typed(
        tuple(clean(body.reason)),
        tuple(clean(body.items)),
        clean(body.sets),
        clean(body.place),
        clean(body.secret),
    )
    try:
        raw = _made(asked, lambda: desk.letter(whole, form, format, body.written, typed))
    except NoApology as error:
        raise Declined("cannot-be", {"why": error.code}) from None
    return Response(raw, content_type=MEDIA[format])


def book(asked: Asked, format: BookFormat) -> Response:
    begins, ends = _day(asked.query.begins, "/begins"), _day(asked.query.ends, "/ends")
    if begins > ends:
        refuse([("/begins", "range")])
    try:
        raw = _made(asked, lambda: _desk(asked).book(begins, ends, format, asked.query.written))
    except TooMany as error:
        raise Declined("cannot-be", {"why": "too-many", "count": error.count}) from None
    return Response(raw, content_type=MEDIA[format])


def _day(text: str, place: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        refuse([(place, "form")])
    if not 2000 <= day.year < 2100:
        refuse([(place, "range")])
    return day


def _desk(asked: Asked) -> PaperDesk:
    if asked.hall.papers is None or asked.hall.desk is None:
        raise NotFound
    return PaperDesk(asked.hall, asked.who.name, asked.who.may, partial(audit, asked.who.name))


def _area(asked: Asked) -> str:
    if asked.at["form"] not in AREAS:
        raise NotFound
    return asked.at["form"]


def _form(asked: Asked) -> Form:
    if asked.at["form"] not in tuple(Form):
        raise NotFound
    return Form(asked.at["form"])


def _changing(do: Callable[[], Any]) -> None:
    try:
        do()
    except Moved:
        raise Declined("cannot-be", {"why": "changed"}) from None
    except Full:
        raise Declined("cannot-be", {"why": "too-many"}) from None


def _made(asked: Asked, make: Callable[[], bytes]) -> bytes:
    try:
        return make()
    except Refused as error:
        raise _flawed(error, asked.lang) from None


def _flawed(error: Refused, lang: str) -> Declined:
    flaws = [] if error.checked is None else error.checked.flaws
    told = [{"code": flaw.code, "what": flaw.what, "detail": flaw_text(flaw, lang)} for flaw in flaws]
    return Declined("cannot-be", {"why": "template", "flaws": told})


def _told(desk: PaperDesk, area: str) -> PaperTold:
    now = desk.shelf.now(area)
    return PaperTold(
        area=area,
        number=desk.number(Form(area)) if area in tuple(Form) else "",
        version=now.n,
        template=bool(now.template),
        changed=sum(len(texts) for texts in now.words.values()),
        at=now.at if now.n else None,
        by=now.by,
    )


def _version(of: Version) -> VersionTold:
    return VersionTold(of.n, of.at, of.by, of.deed, bool(of.template), of.of)


def _letters(format: Format) -> Endpoint:
    return Endpoint(
        name=f"make-paper-{format}",
        method="POST",
        path=f"/dossiers/{{code}}/papers/{{form}}.{format}",
        does=partial(letter, format=format),
        about=f"A paper of one dossier, by its form's key, as {format.upper()}. An apology needs a new date.",
        answer=bytes,
        right=None,
        area="papers",
        body=PaperBody,
        media=MEDIA[format],
        keyed=False,
        refusals=("cannot-be",),
    )


def _samples(format: Format) -> Endpoint:
    return Endpoint(
        name=f"get-paper-sample-{format}",
        method="GET",
        path=f"/papers/{{form}}/sample.{format}",
        does=partial(sample, format=format),
        about=f"A form as it is printed now, of a dossier that nobody handed in, as {format.upper()}.",
        answer=bytes,
        right=Right.DOSSIERS,
        area="papers",
        query=SampleWanted,
        media=MEDIA[format],
        refusals=("cannot-be",),
    )


def _books(format: BookFormat) -> Endpoint:
    return Endpoint(
        name=f"get-register-book-{format}",
        method="GET",
        path=f"/papers/book.{format}",
        does=partial(book, format=format),
        about=f"The register book of days of receipt, as {format.upper()}.",
        answer=bytes,
        right=Right.DOSSIERS,
        area="papers",
        query=BookWanted,
        media=MEDIA[format],
        refusals=("cannot-be",),
    )


ENDPOINTS = (
    Endpoint(
        name="list-papers",
        method="GET",
        path="/papers",
        does=papers,
        answer=PapersTold,
        right=Right.DOSSIERS,
        area="papers",
    ),
    Endpoint(
        name="get-paper",
        method="GET",
        path="/papers/{form}",
        does=paper,
        answer=OnePaper,
        right=Right.DOSSIERS,
        area="papers",
    ),
    Endpoint(
        name="change-paper-words",
        method="PUT",
        path="/papers/{form}/words",
        does=put_words,
        answer=PaperTold,
        right=Right.SETUP,
        area="papers",
        body=WordsBody,
        refusals=("cannot-be",),
    ),
    Endpoint(
        name="change-paper-template",
        method="PUT",
        path="/papers/{form}/template",
        does=put_template,
        answer=PaperTold,
        right=Right.SETUP,
        area="papers",
        query=TemplateWanted,
        file=MEDIA["docx"],
        most=MOST_BYTES,
        refusals=("cannot-be",),
    ),
    Endpoint(
        name="restore-paper",
        method="POST",
        path="/papers/{form}/restore",
        does=restore,
        answer=PaperTold,
        right=Right.SETUP,
        area="papers",
        body=BackBody,
        refusals=("cannot-be",),
    ),
    Endpoint(
        name="get-paper-template",
        method="GET",
        path="/papers/{form}/template.docx",
        does=template,
        answer=bytes,
        right=Right.DOSSIERS,
        area="papers",
        query=VersionWanted,
        media=MEDIA["docx"],
    ),
    _samples("docx"),
    _samples("pdf"),
    _letters("docx"),
    _letters("pdf"),
    _books("docx"),
    _books("pdf"),
    _books("xlsx"),
)
