"""Working time for programs: when officers opened, called, paused and left; the files as well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Literal

import msgspec
from flask import Response

from server.history.periods import Unit
from server.people.rights import Right
from server.web.history_asked import span_query
from server.web.history_form import Form, read
from server.web.history_page import FORMS, file_of, history_of, summed, today_here
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint
from server.web.rest.figures import Of, must_be_good, told_of
from server.web.rest.tickets import Day
from server.web.work_page import report_of


class WorkWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day, a week or a month around `day`. officer: of one alone."""

    unit: Literal["day", "week", "month"] = "week"
    day: Day | None = None
    officer: Of | None = None


class Break(msgspec.Struct, frozen=True):
    since: datetime
    until: datetime
    reason: str


class WorkRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one officer did at one counter on one day. left: the counter was never closed; `ends` is the last
    thing done there.
    """

    day: date
    officer: str
    counter: str
    begins: datetime
    ends: datetime
    left: bool
    open_s: int
    busy_s: int
    breaks: tuple[Break, ...]
    calls: int
    finished: int
    first_call: datetime | None
    last_call: datetime | None


class WorkingTime(msgspec.Struct, frozen=True):
    first: date
    last: date
    rows: tuple[WorkRow, ...]


def working_time(asked: Asked) -> WorkingTime:
    """When officers opened, called, paused and left."""
    hall = asked.hall
    today, now = today_here(hall)
    form = _week(asked, today)
    summed(hall, today, now)
    period = form.asked.period
    rows = (w for w in history_of(hall).work(period.first, period.end))
    mine = [w for w in rows if asked.query.officer in (None, w.officer)]
    return WorkingTime(
        period.first,
        period.last,
        tuple(
            WorkRow(
                day=date.fromisoformat(w.day),
                officer=w.officer,
                counter=w.counter,
                begins=w.begins,
                ends=w.ends,
                left=w.left,
                open_s=round(w.open_us / 1e6),
                busy_s=round(w.busy_us / 1e6),
                breaks=tuple(Break(*one) for one in w.breaks),
                calls=w.calls,
                finished=w.finished,
                first_call=w.first_call,
                last_call=w.last_call,
            )
            for w in mine
        ),
    )


def work_as(form: str) -> Callable[[Asked], Response]:
    """The same of working time."""

    def exported(asked: Asked) -> Response:
        hall = asked.hall
        today, now = today_here(hall)
        week = _week(asked, today)
        summed(hall, today, now)
        span = span_query(week.asked.period)
        audit(asked.who.name, "figures.exported", form=form, working_time=True, **span)
        return file_of(report_of(hall, week, asked.query.officer or "", asked.lang, now), form)

    return exported


def _week(asked: Asked, today: date) -> Form:
    form = read(told_of(asked), today, Unit.WEEK)
    must_be_good(form)
    return form


ENDPOINTS = (
    Endpoint(
        name="get-working-time",
        method="GET",
        path="/working-time",
        does=working_time,
        answer=WorkingTime,
        right=Right.WORKING_TIME,
        area="figures",
        query=WorkWanted,
    ),
    *(
        Endpoint(
            name=f"export-working-time-{form}",
            method="GET",
            path=f"/working-time/export.{form}",
            does=work_as(form),
            answer=bytes,
            right=Right.WORKING_TIME,
            area="figures",
            about=f"Working time, to take away as {form.upper()}.",
            query=WorkWanted,
            media=kind.partition(";")[0],
        )
        for form, (_, kind) in FORMS.items()
    ),
)
