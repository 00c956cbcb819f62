"""The manager's page: the figures of a day, each beside its definition, and the hall now."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.devices import troubles
from server.figures import (
    TARGET_SHARE,
    DayFigures,
    Word,
    day_figures,
    minutes,
    read_day,
    read_officer,
    served,
)
from server.hall.calendar import business_day, sessions_on
from server.hall.refusals import Refusal
from server.hall.site import Site
from server.patterns import patterns
from server.people.rights import Right
from server.satisfaction import LEAST, opinion
from server.web import guard
from server.web.chart import wait_chart
from server.web.console import trouble_lines
from server.web.console_view import hall_lines
from server.web.opinions import NOTES, asked_on, opinion_tables

figures = Blueprint("figures", __name__, url_prefix="/figures")
DAYS_BACK = 3660
WEEKS_SHOWN = 4  # of an officer's own figures: who sees each day sees each citizen


@figures.get("/")
@guard.needs(Right.FIGURES)
def page() -> ResponseReturnValue:
    """`?day=YYYY-MM-DD`; today without it. The hall now is shown for today only."""
    hall, lang = guard.hall(), guard.language()
    view = hall.writer.view
    now = max(hall.clock.now(), view.at)
    today = business_day(view.site, now)
    day = wanted_day(request.args.get("day"), today)
    visits, ratings = read_day(hall.engine, day.isoformat())
    spans = [(s.opens, s.closes) for s in sessions_on(view.site, day)]
    asked = asked_on(hall.config.questions, ratings)
    found = day_figures(view.site, visits, ratings, spans, [q.id for q in asked], hall.config.officers)
    said = found.opinions.all.satisfaction
    lines = hall_lines(view.site, view.state, visits, now) if day == today else []
    worst = max(
        (line for line in lines if line.longest is not None), key=lambda x: x.longest or 0, default=None
    )
    target = usual_target(view.site)
    return render_template(
        "figures.html",
        found=found,
        said_in_all=said,
        opinions=opinion_tables(hall.config, found.opinions),
        asked=asked,
        note_keys=NOTES,
        reason_names=hall.config.reasons,
        levels=view.site.rating_levels,
        least=LEAST,
        notes=patterns(ratings, Counter(v.counter for v in served(visits))),
        lines=lines,
        worst=worst,
        worst_word=worst.word.value if worst else "",
        shorts={a.id: a.short for a in view.site.authorities},
        chart=wait_chart(found.half_hours, view.site.zone, target),
        target=target,
        target_share=TARGET_SHARE,
        open_counters=sum(view.state.counter(c).status == "open" for c in view.site.counters),
        counters=len(view.site.counters),
        sums=sum_parts(found),
        day_shown=day,
        today=today,
        before=(day - timedelta(days=1)).isoformat(),
        after=(day + timedelta(days=1)).isoformat() if day < today else None,
        now=now,
        troubles=trouble_lines(hall, troubles(hall.config.devices, hall.devices.snapshot()), lang),
        late=[line for line in lines if line.word is Word.LATE],
    )


@figures.get("/mine")
@guard.needs(Right.CALL)
def mine() -> ResponseReturnValue:
    """What citizens said of whoever is logged in: whole weeks that are over, and never one rating."""
    hall, who = guard.hall(), guard.account()
    assert who is not None
    view = hall.writer.view
    begins, ends = weeks_over(business_day(view.site, max(hall.clock.now(), view.at)))
    times, ratings = read_officer(hall.engine, who.name, begins.isoformat(), ends.isoformat())
    asked = asked_on(hall.config.questions, ratings)
    levels = view.site.rating_levels
    return render_template(
        "mine.html",
        opinion=opinion(who.name, ratings, times, levels, [q.id for q in asked]),
        asked=asked,
        least=LEAST,
        levels=levels,
        reason_names=hall.config.reasons,
        begins=begins,
        last=ends - timedelta(days=1),
    )


def weeks_over(today: date) -> tuple[date, date]:
    """The last four weeks, Monday to Sunday, that ended before today's: from, and up to, not including."""
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(weeks=WEEKS_SHOWN), monday


def wanted_day(text: str | None, today: date) -> date:
    """The day of the address. Raises Refusal for one that is none, or out of reach."""
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refusal("bad-request", detail="day: YYYY-MM-DD") from None
    if not today - timedelta(days=DAYS_BACK) <= day <= today:
        raise Refusal("bad-request", detail="day: not in the future")
    return day


def usual_target(site: Site) -> int | None:
    """The promised wait of most services, in minutes."""
    targets = Counter(minutes(s.target) for s in site.services.values())
    return targets.most_common(1)[0][0] if targets else None


def sum_parts(found: DayFigures) -> list[tuple[str, int]]:
    names = ("served", "no_show", "cancelled", "waiting", "parked", "called", "serving")
    return [(name, getattr(found.sums, name)) for name in names]
