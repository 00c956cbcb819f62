"""/dossiers/<code>/papers: the papers of one dossier. Choose a form, add what nobody knows, take the file.

Nothing that is typed here is kept: it is in the paper that goes out, and nowhere else. Dates are not typed:
an apology tells the new one that was set. Who may see a dossier may print its papers. Works without
JavaScript.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from server.dossiers.apologies import NoApology, apology, missed
from server.dossiers.store import Whole
from server.papers.blanks import Typed
from server.papers.filling import clean
from server.papers.forms import SHAPES, Form
from server.papers.making import Format
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.paper_desk import Refused, lines_of, several
from server.web.dossiers.papers import area_name, cannot, desk, sent, written
from server.web.dossiers.standing_view import words
from server.web.my_dossiers import may_see
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
@guard.needs(Right.CALL)
def page(code: str) -> ResponseReturnValue:
    """`?form=`: the paper that is wanted."""
    form = request.args.get("form", "")
    return _page(_whole(code), Form(form) if form in OF_DOSSIER else Form.RECEIPT)


@letters.get(f"/{PLAIN}.<any(docx,pdf):format>")
@guard.needs(Right.CALL)
def plain(code: str, form: str, format: Format) -> ResponseReturnValue:
    """The paper with what the register knows; the rest is left to the hand."""
    return _made(_whole(code), Form(form), format, Typed())


@letters.post(f"/{FORM}.<any(docx,pdf):format>")
@guard.needs(Right.CALL)
def typed(code: str, form: str, format: Format) -> ResponseReturnValue:
    guard.check()
    whole = _whole(code)
    wrong: dict[str, str] = {}
    told: dict[str, Any] = {}
    for name in SHAPES[Form(form)].typed:
        said = request.form.get(name, "").strip()
        if several(name):
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
        return _page(whole, Form(form), wrong)
    return _made(whole, Form(form), format, Typed(**told))


def _whole(code: str) -> Whole:
    """Raises 404, and 403 for somebody whose it is not."""
    try:
        whole = desk().find(code)
    except LookupError:
        raise NotFound from None
    if not may_see(whole.dossier):
        guard.refused(Right.DOSSIERS)
        raise Forbidden("role")
    return whole


def _made(whole: Whole, form: Form, format: Format, told: Typed) -> Response:
    try:
        paper = desk().letter(whole, form, format, written(), told)
    except Refused as error:
        return _page(whole, form, problem=cannot(error))
    except NoApology:
        return _page(whole, form, refused=True)
    return sent(paper, format, f"{whole.dossier.code}-{form}")


def _page(
    whole: Whole, form: Form, wrong: dict[str, str] | None = None, problem: str = "", refused: bool = False
) -> Response:
    lang = guard.language()
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
        **(_apology(whole) if form is Form.APOLOGY else {}),
        all_forms=guard.has(Right.DOSSIERS),
        when=words(lang)["when"],
        written=written(),
        persons=guard.has(Right.PERSONS),
        longest={True: MOST_LETTERS, False: SHORT},
    )
    return Response(shown, 422 if wrong or problem or refused else 200)


def _apology(whole: Whole) -> dict[str, Any]:
    """What an apology for it would tell, what is amiss about that, or why there is none."""
    hall = guard.hall()
    try:
        found = apology(whole)
    except NoApology as error:
        return {"no_apology": error.code}
    late = missed(found.old_due, found.sent, hall.config.due_rules, hall.clock.now())
    return {"apology": found, "missed": late}
