"""/working-time: when officers opened, called, paused and left, day by day; with the right of its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.history.cube import Work
from server.history.periods import Unit
from server.history.table import Cell, Column, Kind, Report, Table, percent, seconds
from server.people.rights import Right
from server.web import guard
from server.web.hall import Hall
from server.web.history_asked import period_text, span_query
from server.web.history_form import LONGEST_ID, Form, read
from server.web.history_page import FORMS, cell_text, file_of, history_of, made_at, summed, today_here
from server.web.words import TEXTS, clock_text, said

work = Blueprint("work", __name__, url_prefix="/working-time")

UNITS: Final = (Unit.DAY, Unit.WEEK, Unit.MONTH)
ROWS_SHOWN: Final = 120  # on the page; what is taken away has all
DEFINITIONS: Final = ("work_open", "work_break", "work_calls", "occupancy")


@work.get("/")
@guard.needs(Right.WORKING_TIME)
def page() -> ResponseReturnValue:
    """`?unit=week&day=2026-11-23&officer=officer-7`; this week without them."""
    hall, lang = guard.hall(), guard.language()
    today, now = today_here(hall)
    form, whose = _read(today)
    choices: dict[str, Any] = {
        "units": [u.value for u in UNITS],
        "officers": list(hall.config.officers.items()),
        "form": form,
        "whose": whose,
        "today": today,
    }
    if form.errors:
        return render_template("working_time.html", table=None, **choices), 400
    summed(hall, today, now)
    table = table_of(hall, form, whose, lang)
    period = form.asked.period
    query: dict[str, Any] = {**span_query(period), **({"officer": whose} if whose else {})}
    return render_template(
        "working_time.html",
        table=Table(table.id, table.title, table.columns, table.rows[:ROWS_SHOWN], heads=table.heads),
        more=max(0, len(table.rows) - ROWS_SHOWN),
        period_is=period_text(period, lang),
        earlier_link={**query, **span_query(period.before())},
        later_link={**query, **span_query(period.after())} if period.end <= today else None,
        query=query,
        definitions=_definitions(lang),
        cell=cell_text(),
        behind=lambda way: url_for("history.tickets", **way),
        **choices,
    )


@work.get("/export.<form>")
@guard.needs(Right.WORKING_TIME)
def export(form: str) -> ResponseReturnValue:
    hall, lang = guard.hall(), guard.language()
    today, now = today_here(hall)
    asked, whose = _read(today)
    if form not in FORMS or asked.errors:
        raise NotFound
    summed(hall, today, now)
    guard.audit("figures.exported", form=form, working_time=True, **span_query(asked.asked.period))
    return file_of(report_of(hall, asked, whose, lang, now), form)


def report_of(hall: Hall, form: Form, whose: str, lang: str, now: datetime) -> Report:
    """What is taken away: all rows of a period, of one officer or ("") of all."""
    period = form.asked.period
    return Report(
        id=f"{period.first}-work",
        title=TEXTS("work.title", lang),
        lines=(
            said(hall.config.site.name, lang),
            period_text(period, lang),
            TEXTS("history.made", lang, at=made_at(hall, now)),
        ),
        tables=(table_of(hall, form, whose, lang),),
        definitions=_definitions(lang),
        about=TEXTS("history.definitions", lang),
        lang=lang,
    )


def _read(today: date) -> tuple[Form, str]:
    """The period, a month at the longest, and the one officer that is meant, "" for all."""
    form = read(request.args, today, Unit.WEEK)
    errors = dict(form.errors)
    if form.asked.period.unit not in UNITS:
        errors["unit"] = "work.too_long"
    whose = request.args.get("officer", "")
    if len(whose) > LONGEST_ID or not whose.isprintable():
        errors["of"], whose = "history.bad_of", ""
    return Form(form.asked, form.typed, errors), whose


def table_of(hall: Hall, form: Form, whose: str, lang: str) -> Table:
    """A row for each officer at each counter on each day, by officer and day."""
    period = form.asked.period
    rows = [w for w in history_of(hall).work(period.first, period.end) if w.calls or w.open_us or w.breaks]
    rows = [w for w in rows if not whose or w.officer == whose]
    place = {id: n for n, id in enumerate(hall.config.officers)}
    handed = _handed(rows)
    rows.sort(key=lambda w: (not w.officer, place.get(w.officer, len(place)), w.officer, w.day, w.begins))

    def t(key: str, **params: object) -> str:
        return TEXTS(key, lang, **params)

    columns = (
        Column(t("work.officer"), Kind.TEXT),
        Column(t("work.day"), Kind.DATE),
        Column(t("work.counter"), Kind.TEXT),
        *(Column(t(f"work.{name}"), Kind.TIME) for name in ("begins", "first", "last", "ends")),
        Column(t("work.open"), Kind.DURATION),
        Column(t("work.breaks"), Kind.COUNT),
        Column(t("work.away"), Kind.DURATION),
        Column(t("work.calls"), Kind.COUNT),
        Column(t("work.finished"), Kind.COUNT),
        Column(t("work.busy"), Kind.PERCENT),
        Column(t("work.note"), Kind.TEXT),
    )
    lines = (tuple(_cells(hall, one, one in handed, lang)) for one in rows)
    return Table("work", t("work.title"), columns, tuple(lines), heads=2)


def _handed(rows: list[Work]) -> set[Work]:
    """Those whose counter another officer had at the very moment they left it."""
    begun = {(w.day, w.counter, w.begins): w.officer for w in rows}
    return {w for w in rows if begun.get((w.day, w.counter, w.ends), w.officer) != w.officer}


def _cells(hall: Hall, w: Work, handed: bool, lang: str) -> Iterator[Cell]:
    zone = hall.config.site.zone

    def local(at: datetime | None) -> datetime | None:
        return None if at is None else at.astimezone(zone).replace(tzinfo=None)

    def behind(what: str, n: object) -> Mapping[str, str]:
        way = {"span": f"day:{w.day}", "of": f"officer:{w.officer}", "counter": w.counter, "what": what}
        return way if n and guard.has(Right.FIGURES) else {}

    away = sum(((until - since) for since, until, _ in w.breaks), timedelta())
    yield Cell(hall.config.officers.get(w.officer, w.officer) or TEXTS("work.nobody", lang))
    yield Cell(date.fromisoformat(w.day))
    yield Cell(w.counter)
    spells = behind("open", w.open_us) or behind("calls", w.calls) or behind("breaks", w.breaks)
    for at, way in (
        (w.begins, spells),
        (w.first_call, behind("calls", w.calls)),
        (w.last_call, behind("calls", w.calls)),
        (w.ends, spells),
    ):
        yield Cell(local(at), way)
    yield Cell(seconds(w.open_us, 1), behind("open", w.open_us))
    yield Cell(len(w.breaks), behind("breaks", w.breaks))
    yield Cell(round(away.total_seconds()), behind("breaks", w.breaks))
    yield Cell(w.calls, behind("calls", w.calls))
    yield Cell(w.finished, behind("timed", w.finished))
    yield Cell(_share(w), behind("handled", w.busy_us))
    yield Cell("; ".join(_notes(w, handed, zone, lang)))


def _share(w: Work) -> Decimal | None:
    return percent(w.busy_us, w.open_us)


def _notes(w: Work, handed: bool, zone: Any, lang: str) -> Iterator[str]:
    for since, until, reason in w.breaks:
        key = f"pause.{reason}"
        words = TEXTS(key, lang) if key in TEXTS else reason
        span = {"from_": clock_text(since, zone), "to": clock_text(until, zone)}
        yield TEXTS("work.break_is", lang, reason=words, **span)
    if handed:
        yield TEXTS("work.handed", lang)
    if w.left:
        yield TEXTS("work.left", lang)


def _definitions(lang: str) -> tuple[tuple[str, str], ...]:
    return tuple((TEXTS(f"define.{key}_is", lang), TEXTS(f"define.{key}", lang)) for key in DEFINITIONS)
