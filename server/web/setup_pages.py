"""The pages that edit a hall's configuration in a draft: one page a thing, checked at once.

Nothing here changes the hall: a form that is sent changes the draft of whoever sent it, or nothing. A form
carries a mark of what it was made from; sent from an older one it is shown again with what was typed, so that
no window silently undoes another. Works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from server.drafting import pages
from server.drafting.calendars import with_year, years
from server.drafting.pages import PAGES, Edited, fields_of
from server.hall.mistakes import Problem
from server.people.rights import Right
from server.site_shape import File
from server.web import guard
from server.web.setup_bench import Bench, bench
from server.web.setup_calendar import Swap, Year, read_swap, ticked_days, year_of
from server.web.setup_form import Form
from server.web.setup_time import beside_time
from server.web.setup_words import Names, page_of, sentence

setup = Blueprint("setup", __name__, url_prefix="/admin/setup")

MOST_BYTES = 1024 * 1024  # of a form: twenty slides of nine lines in two languages
P = ParamSpec("P")
Edit = Callable[[File, Mapping[str, str], str], Edited]
CALENDAR = ("hours.holidays", "hours.made_up")
LIVE = "X-Live"  # a form that is sent while somebody types: answered with its mistakes alone


def in_turn(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Of the forms that one person sends at once, one after the other is looked at."""

    @wraps(view)
    def alone(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        here = bench()
        with here.drafts.turn(here.owner):
            return view(*args, **kwargs)

    return alone


@setup.before_request
def larger_forms() -> None:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES


ONE_OF = "/<any({}):page>".format(", ".join(PAGES))


@setup.get(ONE_OF)
@guard.needs(Right.SETUP)
def form(page: str) -> ResponseReturnValue:
    """A page of plain fields, as the draft has them."""
    return _shown(page, PAGES[page])


@setup.post(ONE_OF)
@guard.needs(Right.SETUP)
@in_turn
def save(page: str) -> ResponseReturnValue:
    paths = PAGES[page]
    return _saved(page, paths, lambda document, typed, op: pages.edited(document, paths, typed, op))


# --- authorities and their services


@setup.get("/authorities")
@guard.needs(Right.SETUP)
def authorities() -> ResponseReturnValue:
    here = bench()
    names = Names(guard.language(), here.document)
    wrong = {
        n: [sentence(p, names) for p in here.faults if f"{p.where}.".startswith(f"authority.{n}.")]
        for n in range(len(here.document.authority))
    }
    return drawn("setup_authorities.html", here, "authorities", wrong=wrong)


@setup.post("/authorities")
@guard.needs(Right.SETUP)
@in_turn
def order_authorities() -> ResponseReturnValue:
    return _ordered("authority", "authorities")


@setup.get("/authority/<id>")
@setup.get("/new-authority", defaults={"id": None})
@guard.needs(Right.SETUP)
def authority(id: str | None) -> ResponseReturnValue:
    here = bench()
    n = _place(here.document.authority, id)
    return _shown("authority", (f"authority.{n}",), n=n, id=id)


@setup.post("/authority/<id>")
@setup.post("/new-authority", defaults={"id": None})
@guard.needs(Right.SETUP)
@in_turn
def save_authority(id: str | None) -> ResponseReturnValue:
    n = _place(bench().document.authority, id)

    def edit(document: File, typed: Mapping[str, str], op: str) -> Edited:
        return pages.with_authority(document, n, typed, op)

    def there(document: File) -> str:
        return url_for("setup.authority", id=document.authority[n].id)

    return _saved("authority", (f"authority.{n}",), edit, there, n=n, id=id)


# --- counters and what they serve


@setup.get("/counters")
@guard.needs(Right.SETUP)
def counters() -> ResponseReturnValue:
    here = bench()
    names = Names(guard.language(), here.document)
    found = [sentence(p, names) for p in here.faults if p.where.startswith("counter") or p.code == "unserved"]
    return drawn("setup_counters.html", here, "counters", wrong=found)


@setup.post("/counters")
@guard.needs(Right.SETUP)
@in_turn
def order_counters() -> ResponseReturnValue:
    return _ordered("counter", "counters")


@setup.get("/counter/<id>")
@setup.get("/new-counter", defaults={"id": None})
@guard.needs(Right.SETUP)
def counter(id: str | None) -> ResponseReturnValue:
    n = _place(bench().document.counter, id)
    return _shown("counter", (f"counter.{n}",), n=n, id=id)


@setup.post("/counter/<id>")
@setup.post("/new-counter", defaults={"id": None})
@guard.needs(Right.SETUP)
@in_turn
def save_counter(id: str | None) -> ResponseReturnValue:
    n = _place(bench().document.counter, id)

    def edit(document: File, typed: Mapping[str, str], op: str) -> Edited:
        return pages.with_counter(document, n, typed)

    def there(document: File) -> str:
        return url_for("setup.counters")

    return _saved("counter", (f"counter.{n}",), edit, there, n=n, id=id)


# --- the calendar


@setup.get("/calendar")
@guard.needs(Right.SETUP)
def calendar() -> ResponseReturnValue:
    """`?year=2026`: the days of a year, and which of them differ from the week."""
    here = bench()
    return _calendar(here, _year(here, here.document, request.args.get("year")))


@setup.post("/calendar")
@guard.needs(Right.SETUP)
@in_turn
def save_calendar() -> ResponseReturnValue:
    """The ticked days, with `do=official` the year as the state announced it, with `do=swap` two days that
    change places."""
    ours()
    here = bench()
    typed, do = request.form, request.form.get("do", "save")
    if do not in ("save", "official", "swap"):
        raise BadRequest
    swap = read_swap(typed, here.document, guard.language()) if do == "swap" else None
    if swap is not None and swap.document is None:
        return _calendar(here, _year(here, here.document, typed.get("year")), swap=swap), 422
    year = _year(here, here.document, typed.get("year")).year
    official = years().get(year)
    if swap is not None and swap.document is not None:
        document = swap.document
    elif do == "official":
        if official is None:
            raise BadRequest
        document = pages.with_hours(here.document, with_year(here.document.hours, official))
    else:
        document = pages.with_calendar(here.document, year, ticked_days(typed, year))
    if typed.get("mark") != here.mark(CALENDAR) and document != here.document:
        return _calendar(here, _year(here, document, str(year)), other_window=True), 409
    here.keep(document)
    return redirect(url_for("setup.calendar", year=year, said="saved"), 303)


def _calendar(here: Bench, shown: Year, other_window: bool = False, swap: Swap | None = None) -> str:
    return drawn(
        "setup_calendar.html",
        here,
        "calendar",
        year=shown,
        official=years().get(shown.year),
        swap=swap or Swap(),
        mark=here.mark(CALENDAR),
        other_window=other_window,
    )


def _year(here: Bench, document: File, text: str | None) -> Year:
    today = here.hall.clock.now().astimezone(here.hall.config.site.zone).date()
    year = int(text) if text and text.isdecimal() and 2000 <= int(text) <= 2100 else today.year
    return year_of(document.hours, year, today, guard.language())


# --- what all pages do


def ours() -> None:
    guard.check_same_site()
    guard.check_csrf()


def _place(rows: Any, id: str | None) -> int:
    """Where the row of this id stands, or past the end for a new one. 404 for an id that there is not."""
    if id is None:
        return len(rows)
    place = next((n for n, row in enumerate(rows) if row.id == id), None)
    if place is None:
        raise NotFound
    return place


def _shown(page: str, paths: tuple[str, ...], **more: Any) -> ResponseReturnValue:
    here = bench()
    found = [p for p in here.faults if any(f"{p.where}.".startswith(f"{path}.") for path in paths)]
    return _form(here, page, paths, fields_of(here.document, paths), found, **more)


def _saved(
    page: str,
    paths: tuple[str, ...],
    edit: Edit,
    there: Callable[[File], str] | None = None,
    **more: Any,
) -> ResponseReturnValue:
    """Keep what was sent, or show it again with what is wrong."""
    ours()
    here, typed = bench(), request.form.to_dict()
    result = edit(here.document, typed, typed.get("do", ""))
    if request.headers.get(LIVE):
        return _checked(here, paths, result, typed)
    if result.document is None:
        return _form(here, page, paths, typed, result.problems, **more), 422
    if typed.get("mark") != here.mark(paths) and result.document != here.document:
        return _form(here, page, paths, typed, (), other_window=True, **more), 409
    here.keep(result.document)
    to = there(result.document) if there else request.script_root + request.path
    return redirect(f"{to}?said=saved", 303)


def _checked(
    here: Bench, paths: tuple[str, ...], result: Edited, typed: Mapping[str, str]
) -> ResponseReturnValue:
    """For a page that asks while somebody types: kept where it can be, and what is wrong by field."""
    problems, kept = list(result.problems), False
    if result.document is not None and typed.get("mark") == here.mark(paths):
        here, kept = here.keep(result.document), True
        problems = [p for p in here.faults if any(f"{p.where}.".startswith(f"{path}.") for path in paths)]
    names = Names(guard.language(), here.document)
    wrong: dict[str, str] = {}
    for problem in problems:
        wrong[problem.where] = f"{wrong.get(problem.where, '')} {sentence(problem, names)}".strip()
    mark = here.mark(paths) if kept else typed.get("mark", "")
    return {"kept": kept, "mark": mark, "all": here.mark(), "wrong": wrong, "edits": len(here.edits)}


def _ordered(list_of: str, page: str) -> ResponseReturnValue:
    """`do=up 3` puts a row one higher, `do=drop 3` takes it out of the draft."""
    ours()
    here = bench()
    verb, _, place = request.form.get("do", "").partition(" ")
    rows = getattr(here.document, list_of)
    if request.form.get("mark") != here.mark((list_of,)):
        return redirect(url_for(f"setup.{page}", said="changed"), 303)
    if not place.isdecimal() or int(place) >= len(rows) or verb not in ("up", "drop"):
        raise NotFound
    if verb == "up":
        here.keep(pages.raised(here.document, list_of, int(place)))
        return redirect(url_for(f"setup.{page}", said="saved"), 303)
    result = pages.without(here.document, list_of, int(place))
    if result.document is None:
        return redirect(url_for(f"setup.{page}", said="last"), 303)
    here.keep(result.document)
    return redirect(url_for(f"setup.{page}", said="saved"), 303)


def _form(
    here: Bench,
    page: str,
    paths: tuple[str, ...],
    values: Mapping[str, str],
    problems: Any,
    **more: Any,
) -> str:
    lang = guard.language()
    template = {"authority": "setup_authority.html", "counter": "setup_counter.html"}
    return drawn(
        template.get(page, "setup_form.html"),
        here,
        page_of(paths[0]) if page in template else page,
        form=Form(values, tuple(problems), here.document, lang),
        paths=paths,
        mark=here.mark(paths),
        **{"other_window": False, **more, **(beside_time(here, lang) if page == "time" else {})},
    )


def drawn(template: str, here: Bench, page: str, **more: Any) -> str:
    lang = guard.language()
    marked = {page_of(".".join(edit.where)) for edit in here.edits}
    wrong = {page_of(problem.where) for problem in here.faults}
    return render_template(
        template,
        bench=here,
        document=here.document,
        page=page,
        marked=marked,
        wrong_pages=wrong,
        names=Names(lang, here.document),
        told=request.args.get("said", ""),
        **{"mark": here.mark(), **more},
    )


def problems_by_page(found: tuple[Problem, ...], names: Names) -> list[tuple[str, str]]:
    """Each problem's page and sentence, for a list of them."""
    return [(page_of(problem.where), sentence(problem, names)) for problem in found]
