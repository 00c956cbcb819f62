"""The manager's page: the figures of a day, each beside its definition, and the hall now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.figures import (
    TARGET_SHARE,
    DayFigures,
    Visit,
    day_figures,
    read_day,
    read_officer,
    served,
)
from server.hall.calendar import sessions_on
from server.hall.refusals import Refusal
from server.history.cube import slot_of
from server.history.whats import SPELLS
from server.patterns import Kind, Pattern, patterns
from server.people.rights import Right
from server.questionnaire import Question
from server.satisfaction import RATING, Opinion, Rating, opinion
from server.unseen import LEAST
from server.web import guard
from server.web.chart import wait_chart
from server.web.console_view import hall_lines
from server.web.fields import day_of
from server.web.hall import Hall
from server.web.heat import usual_target
from server.web.history_page import cell_text, history_of, teller, today_here
from server.web.live_view import SHOWN, alert_lines, heat_of_weeks, idle_counters
from server.web.opinions import NOTES, asked_on, opinion_tables

figures = Blueprint("figures", __name__, url_prefix="/figures")
DAYS_BACK = 3660
# What is behind each part of the day's sum: a number is in exactly one.
BEHIND_SUMS: Final = {
    "served": "served",
    "no_show": "no_show",
    "cancelled": "dropped",
    "waiting": "waiting",
    "parked": "parked",
    "called": "at_call",
    "serving": "serving",
}
WEEKS_SHOWN = 4  # of an officer's own figures: who sees each day sees each citizen


@figures.get("/")
@guard.needs(Right.FIGURES)
def page() -> ResponseReturnValue:
    """`?day=YYYY-MM-DD`; today without it. The hall now is shown for today only."""
    hall = guard.hall()
    view = hall.writer.view
    today, _ = today_here(hall)
    day = wanted_day(request.args.get("day"), today)
    told = of_day(hall, day)
    found: DayFigures = told["found"]
    return render_template(
        "figures.html",
        **told,
        **(live_fields(hall, told) if day == today else {}),
        way=ways_of(day),
        opinions=opinion_tables(hall.config, found.opinions),
        note_keys=NOTES,
        reason_names=hall.config.reasons,
        levels=view.site.rating_levels,
        least=LEAST,
        sums=sum_parts(found),
        behind_sum=BEHIND_SUMS,
        today=today,
        before=(day - timedelta(days=1)).isoformat(),
        after=(day + timedelta(days=1)).isoformat() if day < today else None,
    )


@figures.get("/live")
@guard.needs(Right.FIGURES)
def fragment() -> ResponseReturnValue:
    """The hall now alone, which the page puts in place of the old one."""
    hall = guard.hall()
    today = today_here(hall)[0]
    told = of_day(hall, today)
    return render_template("figures_live.html", **told, **live_fields(hall, told), way=ways_of(today))


def ways_of(day: date) -> Callable[..., str]:
    """The ways to what is behind a day's figures, for whoever asks; "" where there is none for them, or no
    figure: `way(what, n, of="counter:7", half=17)`."""
    may_know = guard.has(Right.WORKING_TIME)

    def way(what: str, n: object, of: str = "", **more: object) -> str:
        if n in (None, 0) or (not may_know and (what in SPELLS or of.startswith("officer:"))):
            return ""
        told = {"of": of, **more}
        carried: dict[str, Any] = {k: v for k, v in told.items() if v not in ("", None)}
        return url_for("history.tickets", span=f"day:{day}", what=what, **carried)

    return way


def of_day(hall: Hall, day: date) -> dict[str, Any]:
    """What page and live part need of a business day."""
    site = hall.config.site
    visits, ratings = read_day(hall.engine, day.isoformat())
    spans = [(s.opens, s.closes) for s in sessions_on(site, day)]
    asked = asked_on(hall.config.questions, ratings)
    today, now = today_here(hall)
    questions = [q.id for q in asked]
    found = day_figures(site, visits, ratings, spans, questions, hall.config.officers, over=day < today)
    target = usual_target(site)
    return {
        "visits": visits,
        "ratings": ratings,
        "asked": asked,
        "found": found,
        "said_in_all": found.opinions.all.satisfaction,
        "notes": notes_of(found, ratings, visits),
        "chart": wait_chart(found.half_hours, site.zone, target),
        "target_share": TARGET_SHARE,
        "day_shown": day,
        "now": now,
        "half_of": lambda at: int(slot_of(at, 0, site.zone).partition(".")[2]),
    }


def notes_of(found: DayFigures, ratings: Sequence[Rating], visits: Sequence[Visit]) -> tuple[Pattern, ...]:
    """What is worth a look. What notes count of the buttons that were pressed they tell of the counters of
    which it is told at all: of none while the day runs."""
    told = {one.id for one in found.opinions.counters if one.satisfaction.satisfied is not None}
    noted = patterns(ratings, Counter(v.counter for v in served(visits)))
    return tuple(note for note in noted if note.kind is Kind.RUSH or note.counter in told)


def live_fields(hall: Hall, told: dict[str, Any]) -> dict[str, Any]:
    """The hall now: lines, counters, alerts, and how the last weeks were at this hour."""
    view, now, lang = hall.writer.view, told["now"], guard.language()
    site, state = view.site, view.state
    lines = hall_lines(site, state, told["visits"], now)
    waited = [line for line in lines if line.longest is not None]
    worst = max(waited, key=lambda line: line.longest or 0, default=None)
    today = told["day_shown"]
    found = alert_lines(hall, view, lines, now, lang)
    return {
        "lines": lines,
        "worst": worst,
        "worst_word": worst.word.value if worst else "",
        "shorts": {a.id: a.short for a in site.authorities},
        "open_counters": sum(state.counter(c).status == "open" for c in site.counters),
        "idle": idle_counters(site, state),
        "counters": len(site.counters),
        "alerts": found[:SHOWN],
        "more_alerts": found[SHOWN:],
        "heat": heat_of_weeks(teller(hall, today), history_of(hall), today, now),
        "cell": cell_text(),
        "behind": lambda way: url_for("history.tickets", **way),
    }


@figures.get("/mine")
@guard.needs(Right.CALL)
def mine() -> ResponseReturnValue:
    """What citizens said of whoever is logged in: whole weeks that are over, and never one rating."""
    hall, who = guard.hall(), guard.account()
    assert who is not None
    found, asked, begins, ends = opinion_of(hall, who.name, guard.has(Right.FIGURES))
    return render_template(
        "mine.html",
        opinion=found,
        asked=asked,
        least=LEAST,
        levels=hall.writer.view.site.rating_levels,
        reason_names=hall.config.reasons,
        begins=begins,
        last=ends - timedelta(days=1),
    )


def opinion_of(hall: Hall, name: str, sees_days: bool) -> tuple[Opinion, tuple[Question, ...], date, date]:
    """What was said of an officer, the questions, and from when until before when.

    sees_days: whoever asks may see the figures, where few of a day are hidden: the weeks less the days would
    be these few. So the weeks are only counted.
    """
    begins, ends = weeks_over(today_here(hall)[0])
    times, ratings = read_officer(hall.engine, name, begins.isoformat(), ends.isoformat())
    asked = asked_on(hall.config.questions, ratings)
    ids, levels = [q.id for q in asked], hall.writer.view.site.rating_levels
    return opinion(name, ratings, times, levels, ids, (RATING,) if sees_days else ()), asked, begins, ends


def weeks_over(today: date) -> tuple[date, date]:
    """The last four weeks, Monday to Sunday, that ended before today's: from, and up to, not including.

    Always the same fours: of two that have weeks in common, one less the other is what two weeks' few said.
    """
    weeks = (today - timedelta(days=today.weekday())).toordinal() // 7
    ends = date.fromordinal((weeks - weeks % WEEKS_SHOWN) * 7 + 1)
    return ends - timedelta(weeks=WEEKS_SHOWN), ends


def wanted_day(text: str | None, today: date) -> date:
    """The day of the address. Raises Refusal for one that is none, or out of reach."""
    if not text:
        return today
    try:
        day = day_of(text)
    except ValueError:
        raise Refusal("bad-request", detail="day: YYYY-MM-DD") from None
    if not today - timedelta(days=DAYS_BACK) <= day <= today:
        raise Refusal("bad-request", detail="day: not in the future")
    return day


def sum_parts(found: DayFigures) -> list[tuple[str, int]]:
    return [(name, getattr(found.sums, name)) for name in BEHIND_SUMS]
