"""/history: the figures of any period, the numbers behind each figure, and both to take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound, ServiceUnavailable

from server.hall.calendar import business_day
from server.history.as_csv import csv
from server.history.as_pdf import pdf
from server.history.as_xlsx import xlsx
from server.history.drill import AUTHORITY, WHOSE, find, tells_working_time
from server.history.ledger import History, open_history
from server.history.periods import LONGEST
from server.history.table import Report, percent, shown, tenth
from server.people.rights import Right
from server.web import guard
from server.web.hall import Hall
from server.web.history_asked import OFFERED, period_text, span_query
from server.web.history_form import page_number, read, spelled, wanted
from server.web.history_lists import about, form_of, line_of
from server.web.history_view import Teller
from server.web.ticket_story import story
from server.web.words import clock_text, date_text, said

history = Blueprint("history", __name__, url_prefix="/history")

EXPORT_PATIENCE_S: Final = 60.0  # of summing days that nobody has looked at yet
FORMS: Final[Mapping[str, tuple[Callable[[Report], bytes], str]]] = {
    "csv": (csv, "text/csv; charset=utf-8"),
    "xlsx": (xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (pdf, "application/pdf"),
}


def history_of(hall: Hall) -> History:
    """The history of a centre, opened with the first page of it that is asked for."""
    known: dict[sa.Engine, History] = current_app.extensions.setdefault("histories", {})
    if hall.engine not in known:
        known[hall.engine] = open_history(hall.engine)
    return known[hall.engine]


def today_here(hall: Hall) -> tuple[date, datetime]:
    """The business day that runs, and the hall's time."""
    view = hall.writer.view
    now = max(hall.clock.now(), view.at)
    return business_day(view.site, now), now


def teller(hall: Hall, today: date) -> Teller:
    may_know = guard.has(Right.WORKING_TIME)
    return Teller(hall.config, history_of(hall), today, guard.language(), may_know)


@history.get("/")
@guard.needs(Right.FIGURES)
def page() -> ResponseReturnValue:
    """`?unit=month&day=2026-11-23&by=service&of=counter:7`, or `unit=range&first=...&last=...`."""
    hall, lang = guard.hall(), guard.language()
    today, now = today_here(hall)
    form = read(request.args, today)
    tell = teller(hall, today)
    choices = {
        "units": ("day", "week", "month", "quarter", "year", "range"),
        "subjects": _subjects(tell),
        "offered": OFFERED[form.asked.whose],
        "form": form,
        "today": today,
        "query": form.asked.query,
        "longest": LONGEST,
    }
    if form.errors:
        return render_template("history.html", seen=None, left=0, **choices), 400
    left = history_of(hall).refresh(hall.config.site, today, now)
    before = form.asked.period.comparable(today)
    due = [day for day in left if before.first <= day < form.asked.period.end]
    if due:
        return render_template("history.html", seen=None, left=len(due), **choices)
    seen = tell.show(form.asked)
    running = today < form.asked.period.last
    return render_template(
        "history.html",
        seen=seen,
        left=0,
        sums=seen.sums,
        card=seen.cards,
        earlier=seen.earlier,
        period_is=period_text(form.asked.period, lang),
        whose_is=tell.name(form.asked.whose, form.asked.id) if form.asked.whose else "",
        run=form.asked.period.upto(today).days if running else 0,
        earlier_link=form.asked.query(**_other_span(form.asked.period.before())),
        later_link=form.asked.query(**_other_span(form.asked.period.after()))
        if form.asked.period.end <= today
        else None,
        levels=hall.config.site.rating_levels,
        definitions=tell.definitions(),
        cell=cell_text(),
        behind=behind,
        percent=percent,
        tenth=tenth,
        **choices,
    )


def _other_span(period: Any) -> dict[str, str]:
    return {"day": "", "first": "", "last": "", **span_query(period)}


def behind(way: Mapping[str, str]) -> str:
    """The way to the numbers behind a figure, from the history page: short, for there are hundreds."""
    return "tickets?" + "&".join(f"{name}={spelt(value)}" for name, value in way.items())


@lru_cache(maxsize=1024)
def spelt(value: str) -> str:
    return quote(value, safe=":")


def cell_text() -> Callable[[Any, Any], str]:
    """How a cell reads in the language of this request."""
    lang = guard.language()
    return lambda value, kind: shown(value, kind, lang)


def _subjects(tell: Teller) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the figures can be of: the word of a group, and its (value, name)s."""
    site = tell.site
    ids: Mapping[str, list[str]] = {
        AUTHORITY: [a.id for a in site.authorities],
        "service": list(site.services),
        "counter": list(site.counters),
        "officer": list(tell.config.officers),
    }
    return [
        (f"history.by-{whose}", [(f"{whose}:{id}", tell.name(whose, id)) for id in ids[whose]])
        for whose in (AUTHORITY, *(w for w in WHOSE if w != AUTHORITY))
    ]


@history.get("/export.<form>")
@guard.needs(Right.FIGURES)
def export(form: str) -> ResponseReturnValue:
    """What the page of the same query shows, as `csv`, `xlsx` or `pdf`."""
    hall = guard.hall()
    today, now = today_here(hall)
    asked = read(request.args, today)
    if form not in FORMS or asked.errors:
        raise NotFound
    summed(hall, today, now)
    tell = teller(hall, today)
    report = tell.report(tell.show(asked.asked), made_at(hall, now))
    guard.audit("figures.exported", form=form, **asked.asked.query())
    return file_of(report, form)


def made_at(hall: Hall, now: datetime) -> str:
    """When a report was made, as people there write it."""
    zone = hall.config.site.zone
    return f"{clock_text(now, zone)} {date_text(now.astimezone(zone).date())}"


def summed(hall: Hall, today: date, now: datetime) -> None:
    """Nothing leaves the house before all days are summed. Raises 503 when that takes too long."""
    if history_of(hall).refresh(hall.config.site, today, now, EXPORT_PATIENCE_S):
        raise ServiceUnavailable


def file_of(report: Report, form: str) -> Response:
    write, kind = FORMS[form]
    answer = Response(write(report), content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="motcua-{report.id}.{form}"'
    return answer


@history.get("/tickets")
@guard.needs(Right.FIGURES)
def tickets() -> ResponseReturnValue:
    """What is behind one figure: the page's query, and `what`, `weekday`, `half` or `hour`, of an officer's
    deeds `counter`, of the last hour `until`, and `page`."""
    hall, lang = guard.hall(), guard.language()
    today, now = today_here(hall)
    asked = wanted(request.args, today)
    form = read({**request.args, **spelled(request.args.get("span", ""))}, today)
    if asked is None:
        return render_template("tickets.html", found=None), 400
    tell = teller(hall, today)
    if tells_working_time(asked) and not tell.working_time:
        guard.refused(Right.WORKING_TIME)
        raise Forbidden("role")
    summed(hall, today, now)
    found = find(
        history_of(hall), hall.engine, hall.config.site, asked, page_number(request.args.get("page"))
    )
    told: dict[str, Any] = {k: v for k, v in request.args.items() if k not in ("page", "lang", "look") and v}
    back: dict[str, Any] = form.asked.query()
    return render_template(
        "tickets.html",
        found=found,
        what=asked.what,
        form=form_of(asked.what),
        about=[period_text(form.asked.period, lang), *about(tell, asked)],
        rows=[line_of(tell, row) for row in found.rows],
        late=url_for("history.tickets", **{**told, "what": "late"}) if asked.what == "judged" else None,
        many_days=(asked.end - asked.first).days > 1,
        previous=url_for("history.tickets", **told, page=found.page - 1) if found.page > 1 else None,
        next=url_for("history.tickets", **told, page=found.page + 1) if found.page < found.pages else None,
        back=url_for("history.page", **back),
    )


@history.get("/tickets/<id>")
@guard.needs(Right.FIGURES)
def ticket(id: str) -> ResponseReturnValue:
    """What happened to one number: who, when, what, why. Nothing of its holder, and not what was rated."""
    hall = guard.hall()
    told = story(hall, id, guard.language(), names=guard.has(Right.WORKING_TIME))
    if told is None:
        raise NotFound
    service = hall.config.site.services.get(told.service)
    name = told.service if service is None else said(service.name, guard.language())
    return render_template("ticket.html", told=told, service=name)
