"""/dossiers/groups: the six groups of Decision 766 by month, brought in or worked out, and never official."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.dossiers.authorities import Authorities, Unknown
from server.dossiers.reports import entered, on_time
from server.dossiers.reports.groups import MOST, Figure, Known, Wrong, brought, computed, read_lines, total
from server.history.cube import SERVICE
from server.people.rights import Right
from server.satisfaction import SATISFIED_FROM
from server.web import guard
from server.web.dossiers.parts import around, desk_here
from server.web.dossiers.spans import Span, chosen, months, upto
from server.web.hall import Hall
from server.web.history_page import history_of, today_here
from server.web.words import TEXTS, said

groups = Blueprint("dossier_groups", __name__, url_prefix="/dossiers/groups")

LONGEST_PASTE: Final = 60_000  # characters


@groups.get("")
@guard.needs(Right.FIGURES)
def page() -> ResponseReturnValue:
    """`?month=2026-10`"""
    return _page(_asked(request.args), "", [])


@groups.post("")
@guard.needs(Right.APPROVE)
def bring() -> ResponseReturnValue:
    """Take over published scores of a month: lines of an authority and six scores, all of them or none."""
    guard.check()
    hall, who = guard.hall(), guard.account()
    assert who is not None
    span, pasted = _asked(request.form), request.form.get("pasted", "")[:LONGEST_PASTE]
    figures, wrong = take(hall, pasted)
    if wrong:
        return _page(span, pasted, wrong), 400
    with desk_here().store.writing() as db:
        entered.put(db, entered.Kind.GROUP, span.value, figures, who.name, hall.clock.now())
    guard.audit("groups.entered", month=span.value)
    return redirect(url_for("dossier_groups.page", month=span.value, said="entered"), 303)


def take(hall: Hall, pasted: str) -> tuple[dict[tuple[str, str], int | None], list[Wrong]]:
    """What pasted lines say, or what is wrong with them."""
    known = Authorities(hall.config)

    def whose(name: str) -> str:
        try:
            return known.of(name, "")
        except Unknown:
            return ""

    return read_lines(pasted, whose)


def figures_of(hall: Hall, span: Span) -> list[tuple[str, dict[str, Figure]]]:
    """Authority and its groups: what was brought, else what can be worked out."""
    store = desk_here().store
    stamp = store.stamp()
    told: Mapping[str, Known] = {}
    with store.reading() as db:
        put = entered.got(db, entered.Kind.GROUP, [span.value]).get(span.value, {})
        if stamp is not None:
            told = on_time.known(db, span.days, stamp.known_at, store.zone)
    said_of = _unsatisfied(hall, span)
    found = []
    for a in hall.config.site.authorities:
        unsatisfied, rated = said_of.get(a.id, (0, 0))
        own = computed(replace(told.get(a.id, Known()), unsatisfied=unsatisfied, rated=rated))
        theirs = brought({group: n for (id, group), n in put.items() if id == a.id})
        found.append((a.id, {g: (own | theirs)[g] for g in MOST if g in own or g in theirs}))
    return found


def wrong_text(one: Wrong, lang: str) -> str:
    blanks = {"line": one.line, "column": one.column, "most": MOST.get(one.column, 0), "cells": one.cells}
    return TEXTS(f"group.wrong-{one.key}", lang, **blanks)


def _unsatisfied(hall: Hall, span: Span) -> dict[str, tuple[int, int]]:
    """Authority -> who pressed below satisfied, and all, of those whose answer a day may show."""
    found: dict[str, tuple[int, int]] = {}
    for id, part in history_of(hall).total(SERVICE, *upto(span, today_here(hall)[0])).items():
        service = hall.config.site.services.get(id)
        if service is None:
            continue
        bad, n = found.get(service.authority, (0, 0))
        for key, count in part.said.items():
            of, level = (int(half) for half in key.split("-"))
            bad += count * (level < SATISFIED_FROM.get(of, of))
        found[service.authority] = bad, n + part.said_n
    return found


def _page(span: Span, pasted: str, wrong: list[Wrong]) -> str:
    hall, lang = guard.hall(), guard.language()
    today, now = today_here(hall)
    history_of(hall).refresh(hall.config.site, today, now)
    names = {a.id: said(a.name, lang) for a in hall.config.site.authorities}
    return render_template(
        "dossiers_groups.html",
        rows=[(names[id], found, *total(found)) for id, found in figures_of(hall, span)],
        most=MOST,
        whole=sum(MOST.values()),
        span=span,
        spans=[(one.value, _month(one)) for one in months(today)],
        month_is=_month(span),
        may_enter=guard.has(Right.APPROVE),
        pasted=pasted,
        longest=LONGEST_PASTE,
        wrong=[wrong_text(one, lang) for one in wrong],
        told_entered=request.args.get("said") == "entered",
        **around(desk_here().store.stamp()),
    )


def _month(span: Span) -> str:
    return f"{span.dates.first:%m/%Y}"


def _asked(args: Mapping[str, str]) -> Span:
    span = chosen(args.get("month", ""), months(today_here(guard.hall())[0]))
    if span is None:
        raise NotFound
    return span
