"""/dossiers/scores: the nine indicators of authorities and officers, by quarter and by year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from server.dossiers.reports import entered
from server.dossiers.reports.scores import BEST, ENTERED, Whose, scheme
from server.history.periods import Unit
from server.people.rights import Right
from server.unseen import LEAST
from server.web import guard
from server.web.dossiers.parts import around, desk_here
from server.web.dossiers.score_view import own_scores, report_of, scores_of, span_text
from server.web.dossiers.spans import Span, chosen, scored
from server.web.history_page import FORMS, file_of, history_of, made_at, today_here
from server.web.words import said

scores = Blueprint("dossier_scores", __name__, url_prefix="/dossiers/scores")

FILES: Final = ("xlsx", "csv")
POINTS: Final = tuple(str(n) for n in range(BEST, -1, -1))


@scores.get("")
@guard.needs(Right.FIGURES)
def page() -> ResponseReturnValue:
    """`?span=2026-Q3` or `?span=2026`, `&of=` an authority whose officers are wanted."""
    hall, lang = guard.hall(), guard.language()
    today, now = today_here(hall)
    span, of = _asked(request.args)
    left = history_of(hall).refresh(hall.config.site, today, now)
    seen = scores_of(desk_here().store, history_of(hall), hall.config, span, today, of, lang)
    quarter = span.dates.unit is Unit.QUARTER
    return render_template(
        "dossiers_scores.html",
        seen=seen,
        of=of,
        spans=[(one.value, span_text(one, lang)) for one in scored(today)],
        span_is=span_text(span, lang),
        authorities=[(a.id, said(a.name, lang)) for a in hall.config.site.authorities],
        schemes={whose.value: scheme(whose) for whose in Whose},
        left=sum(1 for day in left if span.dates.first <= day < span.dates.end),
        runs=not span.over(today),
        may_enter=guard.has(Right.APPROVE) and quarter,
        to_enter=ENTERED,
        choices=POINTS,
        files=FILES,
        least=LEAST,
        told_entered=request.args.get("said") == "entered",
        **around(None),
    )


@scores.post("")
@guard.needs(Right.APPROVE)
def enter() -> ResponseReturnValue:
    """Put down the points of a quarter that only people know."""
    guard.check()
    hall, who = guard.hall(), guard.account()
    assert who is not None
    span, _ = _asked(request.form)
    if span.dates.unit is not Unit.QUARTER:
        raise NotFound
    figures = read_points(request.form, [a.id for a in hall.config.site.authorities])
    with desk_here().store.writing() as db:
        entered.put(db, entered.Kind.INDICATOR, span.value, figures, who.name, hall.clock.now())
    guard.audit("score.entered", span=span.value)
    return redirect(url_for("dossier_scores.page", span=span.value, said="entered"), 303)


@scores.get("/export.<kind>")
@guard.needs(Right.FIGURES)
def export(kind: str) -> ResponseReturnValue:
    if kind not in FILES or kind not in FORMS:
        raise NotFound
    hall, lang = guard.hall(), guard.language()
    today, now = today_here(hall)
    span, of = _asked(request.args)
    history_of(hall).refresh(hall.config.site, today, now)
    seen = scores_of(desk_here().store, history_of(hall), hall.config, span, today, of, lang)
    guard.audit("score.exported", form=kind, span=span.value)
    return file_of(report_of(seen, said(hall.config.site.name, lang), made_at(hall, now), lang), kind)


@scores.get("/mine")
@guard.needs(Right.CALL)
def mine() -> ResponseReturnValue:
    """Whoever is logged in sees their own, and nobody else's."""
    hall, who, lang = guard.hall(), guard.account(), guard.language()
    assert who is not None
    today, now = today_here(hall)
    span, _ = _asked(request.args)
    history_of(hall).refresh(hall.config.site, today, now)
    return render_template(
        "dossiers_my_scores.html",
        rows=own_scores(desk_here().store, history_of(hall), hall.config, span, today, who.name),
        spans=[(one.value, span_text(one, lang)) for one in scored(today)],
        span=span,
        span_is=span_text(span, lang),
        schemes={whose.value: scheme(whose) for whose in Whose},
        runs=not span.over(today),
        least=LEAST,
        **around(None),
    )


def read_points(form: Mapping[str, str], authorities: list[str]) -> dict[tuple[str, str], int | None]:
    """Points of each authority and indicator out of fields like `justice-5`; blank takes them back. Raises
    BadRequest for what no field of ours sends."""
    found: dict[tuple[str, str], int | None] = {}
    for id in authorities:
        for n in ENTERED:
            text = form.get(f"{id}-{n}")
            if text is None:
                continue
            if text not in ("", *POINTS):
                raise BadRequest
            found[id, str(n)] = int(text) * 100 if text else None
    return found


def _asked(args: Mapping[str, str]) -> tuple[Span, str]:
    hall = guard.hall()
    span = chosen(args.get("span", ""), scored(today_here(hall)[0]))
    of = args.get("of", "")
    if span is None or (of and of not in [a.id for a in hall.config.site.authorities]):
        raise NotFound
    return span, of
