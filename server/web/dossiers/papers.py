"""/dossiers/papers: the forms of this centre, what they say, their templates and every version; the register
book. Who may set the centre up changes them; whoever works with dossiers looks. Works without JavaScript."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.dossiers.book import TooMany
from server.papers import layout
from server.papers.container import MOST_BYTES
from server.papers.flaws import Flaw
from server.papers.forms import BLANKS, SHAPES, Form, Kind
from server.papers.making import MEDIA
from server.papers.shelf import Full, Moved, Version
from server.papers.wording import AREAS, HEAD, LANGUAGES, LONGEST, ours
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.paper_desk import MOST_LINES, BookFormat, PaperDesk, Refused, Written
from server.web.fields import day_of
from server.web.words import TEXTS

papers = Blueprint("papers", __name__, url_prefix="/dossiers")

UPLOAD_BYTES: Final = MOST_BYTES + 64 * 1024  # the form around the file
FORM = f"<any({','.join(Form)}):form>"
AREA = f"<any({','.join(AREAS)}):area>"
SAID: Final = ("template", "wording", "restored", "same")
DRAWN: Final = (  # what a reader is told by a word of its own
    *("floating", "list", "hidden", "turned", "ragged", "page-border", "first-page", "line-numbers"),
    *("sections", "columns", "nested", "field", "tracked", "note", "comment", "control", "symbol"),
    *("formula", "embedded-object"),
)


def desk() -> PaperDesk:
    """Of whoever asks for this page."""
    who, here = guard.account(), guard.hall()
    if here.papers is None or here.desk is None:
        raise NotFound
    return PaperDesk(here, who.name if who else "", guard.has, guard.audit)


def written() -> Written:
    """The language that a paper is written in: Vietnamese, unless `?written=en` wants the other one."""
    return "en" if request.values.get("written") == "en" else "vi"


def area_name(area: str, lang: str) -> str:
    return TEXTS(f"papers.form-{area}", lang)


@papers.get("/papers")
@guard.needs(Right.DOSSIERS)
def page() -> ResponseReturnValue:
    return _page()


@papers.post("/papers")
@guard.needs(Right.DOSSIERS)
def find() -> ResponseReturnValue:
    """To the papers of one dossier, by its code as somebody typed it."""
    guard.check()
    code = request.form.get("code", "")[:64]
    try:
        whole = desk().find(code)
    except LookupError:
        return _page({"code": TEXTS("papers.no-dossier", guard.language())})
    return redirect(url_for("papers.letters.page", code=whole.dossier.code), 303)


@papers.get(f"/papers/{AREA}")
@guard.needs(Right.SETUP)
def one(area: str) -> ResponseReturnValue:
    return _one(area)


@papers.post(f"/papers/{AREA}/words")
@guard.needs(Right.SETUP)
def words(area: str) -> ResponseReturnValue:
    guard.check()
    told = {
        lang: {key: request.form.get(f"{lang}.{key}", text) for key, text in ours(area)[lang].items()}
        for lang in LANGUAGES
    }
    try:
        before, now = desk().shelf.now(area), desk().put_words(area, _base(), told)
    except Refused as error:
        lang = guard.language()
        wrong = {f"{m[0]}.{m[1]}": TEXTS(f"papers.wrong-{m[2]}", lang, what=m[3]) for m in error.words}
        return _one(area, wrong=wrong, typed=told)
    except (Moved, Full) as error:
        return _one(area, problem=_cannot(error), typed=told)
    return _back(area, "same" if now == before else "wording")


@papers.post(f"/papers/{FORM}/template")
@guard.needs(Right.SETUP)
def template(form: str) -> ResponseReturnValue:
    request.max_content_length = UPLOAD_BYTES
    guard.check()
    file = request.files.get("template")
    if file is None or not file.filename:
        return _one(form, flaws=(Flaw("no-file"),))
    raw = file.stream.read(MOST_BYTES + 1)
    try:
        before = desk().shelf.now(form)
        now, found = desk().put_template(Form(form), _base(), raw)
    except Refused as error:
        assert error.checked is not None
        return _one(form, flaws=error.checked.flaws)
    except (Moved, Full) as error:
        return _one(form, problem=_cannot(error))
    plain = "yes" if found.plain else None
    return _back(form, "same" if now == before else "template", plain=plain)


@papers.post(f"/papers/{AREA}/restore")
@guard.needs(Right.SETUP)
def restore(area: str) -> ResponseReturnValue:
    guard.check()
    try:
        desk().go_back(area, _base(), request.form.get("version", -1, type=int))
    except Refused as error:
        return _one(area, problem=cannot(error))
    except (Moved, Full) as error:
        return _one(area, problem=_cannot(error))
    except LookupError:
        raise NotFound from None
    return _back(area, "restored")


@papers.get(f"/papers/{FORM}/template.docx")
@guard.needs(Right.DOSSIERS)
def download(form: str) -> ResponseReturnValue:
    """`?version=`: one of before, 0 is ours; without it the one that holds."""
    n = request.args.get("version", None, type=int)
    try:
        raw = desk().shelf.template(Form(form), n) or layout.template(Form(form))
    except LookupError:
        raise NotFound from None
    return sent(raw, "docx", f"{form}-template")


@papers.get(f"/papers/{FORM}/sample.<any(docx,pdf):format>")
@guard.needs(Right.DOSSIERS)
def look(form: str, format: Any) -> ResponseReturnValue:
    try:
        return sent(desk().sample(Form(form), format, written()), format, f"{form}-sample")
    except Refused as error:
        return _page(problem=cannot(error))


@papers.get("/papers/book.<any(docx,pdf,xlsx):format>")
@guard.needs(Right.DOSSIERS)
def book(format: BookFormat) -> ResponseReturnValue:
    """`?begins=&ends=` (YYYY-MM-DD): the days of the register book, both included."""
    begins, ends = (_day(request.args.get(name, "")) for name in ("begins", "ends"))
    if begins is None or ends is None or begins > ends:
        return _page({"begins": TEXTS("papers.bad-days", guard.language())})
    try:
        raw = desk().book(begins, ends, format, written())
    except TooMany as error:
        most, lang = MOST_LINES[format], guard.language()
        return _page({"begins": TEXTS("papers.too-many", lang, count=error.count, most=most)})
    except Refused as error:
        return _page(problem=cannot(error))
    return sent(raw, format, f"register-book-{begins}-{ends}")


def sent(raw: bytes, format: str, name: str) -> Response:
    """A file to keep. name: ASCII."""
    answer = Response(raw, content_type=MEDIA[format])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    return answer


def flaw_text(flaw: Flaw, lang: str) -> str:
    """What is wrong, for a reader."""
    if flaw.code == "not-drawn":
        known = flaw.what in DRAWN
        thing = TEXTS(f"papers.drawn-{flaw.what}", lang) if known else flaw.what
        return TEXTS("papers.flaw-not-drawn", lang, what=thing)
    return TEXTS(f"papers.flaw-{flaw.code}", lang, what=flaw.what)


def cannot(error: Refused) -> str:
    """Why no paper can be made of the template in use."""
    return _outworn(() if error.checked is None else error.checked.flaws)


def _outworn(flaws: tuple[Flaw, ...]) -> str:
    lang = guard.language()
    told = "; ".join(flaw_text(flaw, lang) for flaw in flaws)
    return TEXTS("papers.outworn", lang, flaws=told) if told else ""


def _page(errors: dict[str, str] | None = None, problem: str = "") -> Response:
    here, lang = desk(), guard.language()
    today = here.today()
    shown = render_template(
        "papers.html",
        forms=[
            {
                "key": form.value,
                "name": area_name(form, lang),
                "number": here.number(form),
                "version": here.shelf.now(form),
            }
            for form in Form
        ],
        head={"key": HEAD, "name": area_name(HEAD, lang), "version": here.shelf.now(HEAD)},
        may_edit=guard.has(Right.SETUP),
        when=_when,
        person=_person,
        begins=request.args.get("begins", f"{today.replace(day=1)}")[:10],
        ends=request.args.get("ends", f"{today}")[:10],
        written=written(),
        code=request.form.get("code", "")[:64],
        errors=errors or {},
        persons=guard.has(Right.PERSONS),
        problem=problem,
    )
    return Response(shown, 422 if errors or problem else 200)


def _one(
    area: str,
    flaws: tuple[Flaw, ...] = (),
    wrong: dict[str, str] | None = None,
    typed: dict[str, dict[str, str]] | None = None,
    problem: str = "",
) -> Response:
    here, lang = desk(), guard.language()
    version, done = here.shelf.now(area), request.args.get("done", "")
    form = None if area == HEAD else Form(area)
    shown = render_template(
        "papers_one.html",
        area=area,
        name=area_name(area, lang),
        form=form,
        version=version,
        history=here.shelf.history(area)[::-1],
        texts=[
            (code, [_text(area, code, key, version, typed) for key in ours(area)[code]]) for code in LANGUAGES
        ],
        longest=LONGEST,
        flaws=[flaw_text(flaw, lang) for flaw in flaws],
        wrong=wrong or {},
        problem=problem or ("" if form is None or flaws else _outworn(here.flaws(form))),
        done=done if done in SAID and not (flaws or wrong or problem) else "",
        plain="plain" in request.args,
        when=_when,
        person=_person,
        blanks=_blanks(form, lang) if form else [],
        row=sorted(SHAPES[form].row) if form else [],
        most_mb=MOST_BYTES // (1024 * 1024),
    )
    return Response(shown, 422 if flaws or wrong or problem else 200)


def _text(
    area: str, lang: str, key: str, version: Version, typed: dict[str, dict[str, str]] | None
) -> dict[str, Any]:
    """A text as the page edits it."""
    mine = ours(area)[lang][key]
    said = version.words.get(lang, {}).get(key, mine)
    return {
        "id": f"{lang}.{key}",
        "ours": mine,
        "value": typed[lang][key][: 2 * LONGEST] if typed else said,
        "changed": said != mine,
    }


def _blanks(form: Form, lang: str) -> list[tuple[str, str]]:
    """What a template may ask for: the tag, and what it is."""
    found = []
    for name in sorted(SHAPES[form].blanks):
        kind = BLANKS[name].kind
        tag = f"{{{{ {name} }}}}"
        if kind in (Kind.LINES, Kind.ROWS):
            tag = f"{{%p for line in {name} %}}" if kind is Kind.LINES else "{%tr for row in rows %}"
        found.append((tag, TEXTS(f"papers.blank-{name}", lang)))
    return found


def _base() -> int:
    return request.form.get("base", -1, type=int)


def _cannot(error: Moved | Full) -> str:
    return TEXTS("papers.moved" if isinstance(error, Moved) else "papers.full", guard.language())


def _back(area: str, done: str, **query: Any) -> ResponseReturnValue:
    return redirect(url_for("papers.one", area=area, done=done, **query), 303)


def _when(version: Version) -> str:
    return f"{version.at.astimezone(guard.hall().config.site.zone):%H:%M %d/%m/%Y}"


def _person(account: str) -> str:
    """The name that staff know an account by."""
    return guard.hall().config.officers.get(account, account)


def _day(text: str) -> date | None:
    try:
        day = day_of(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None
