"""/dossiers/<code>/papers: the papers of one dossier. Choose a form, add what nobody knows, take the file.

Nothing that is typed here is kept: it is in the paper that goes out, and nowhere else. Works without
JavaScript.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.papers.blanks import Typed
from server.papers.filling import clean
from server.papers.forms import SHAPES, Form
from server.papers.making import Format
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.paper_desk import Refused, lines_of, several
from server.web.dossiers.papers import area_name, cannot, desk, sent, written
from server.web.words import TEXTS

letters = Blueprint("letters", __name__, url_prefix="/<code>/papers")

OF_DOSSIER: Final = tuple(form for form in Form if SHAPES[form].of_dossier)
FORM: Final = f"<any({','.join(OF_DOSSIER)}):form>"
# A receipt is a promise, which is put down: none is taken by a link.
PLAIN: Final = f"<any({','.join(form for form in OF_DOSSIER if form is not Form.RECEIPT)}):form>"
MOST_LETTERS: Final = 2000  # of a field with lines
MOST_LINES: Final = 20
SHORT: Final = 120


@letters.get("")
@guard.needs(Right.DOSSIERS)
def page(code: str) -> ResponseReturnValue:
    """`?form=`: the paper that is wanted."""
    form = request.args.get("form", "")
    return _page(code, Form(form) if form in OF_DOSSIER else Form.RECEIPT)


@letters.get(f"/{PLAIN}.<any(docx,pdf):format>")
@guard.needs(Right.DOSSIERS)
def plain(code: str, form: str, format: Format) -> ResponseReturnValue:
    """The paper with what the register knows; the rest is left to the hand."""
    return _made(code, Form(form), format, Typed())


@letters.post(f"/{FORM}.<any(docx,pdf):format>")
@guard.needs(Right.DOSSIERS)
def typed(code: str, form: str, format: Format) -> ResponseReturnValue:
    guard.check()
    wrong: dict[str, str] = {}
    told: dict[str, Any] = {}
    for name in SHAPES[Form(form)].typed:
        said = request.form.get(name, "").strip()
        if name == "new_due":
            told[name] = _instant(said)
            if said and told[name] is None:
                wrong[name] = TEXTS("papers.bad-time", guard.language())
        elif several(name):
            told[name] = lines_of(said)
            if len(said) > MOST_LETTERS or len(told[name]) > MOST_LINES:
                wrong[name] = TEXTS(
                    "papers.too-long", guard.language(), letters=MOST_LETTERS, lines=MOST_LINES
                )
        else:
            told[name] = clean(said)
            if len(said) > SHORT:
                wrong[name] = TEXTS("papers.too-long-line", guard.language(), letters=SHORT)
    if wrong:
        return _page(code, Form(form), wrong)
    return _made(code, Form(form), format, Typed(**told))


def _made(code: str, form: Form, format: Format, told: Typed) -> Response:
    here = desk()
    try:
        whole = here.find(code)
    except LookupError:
        raise NotFound from None
    try:
        paper = here.letter(whole, form, format, written(), told)
    except Refused as error:
        return _page(code, form, problem=cannot(error))
    return sent(paper, format, f"{whole.dossier.code}-{form}")


def _page(code: str, form: Form, wrong: dict[str, str] | None = None, problem: str = "") -> Response:
    here, lang = desk(), guard.language()
    try:
        whole = here.find(code)
    except LookupError:
        raise NotFound from None
    shown = render_template(
        "papers_dossier.html",
        code=whole.dossier.code,
        procedure=whole.dossier.procedure,
        forms=[(one.value, area_name(one, lang)) for one in OF_DOSSIER],
        form=form.value,
        name=area_name(form, lang),
        fields=[(name, several(name), request.form.get(name, "")) for name in SHAPES[form].typed],
        wrong=wrong or {},
        problem=problem,
        written=written(),
        persons=guard.has(Right.PERSONS),
        longest={True: MOST_LETTERS, False: SHORT},
    )
    return Response(shown, 422 if wrong or problem else 200)


def _instant(text: str) -> datetime | None:
    """Of a field for day and time, in the centre's zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.tzinfo is not None or not 2000 <= at.year < 2100:
        return None
    return at.replace(tzinfo=guard.hall().config.site.zone)
