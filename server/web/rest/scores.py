"""Scores by the nine indicators and groups of Decision 766 for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

import msgspec
from flask import Response
from msgspec import Meta
from werkzeug.exceptions import NotFound

from server.dossiers.reports import entered
from server.dossiers.reports.groups import MOST, total
from server.dossiers.store import DossierStore
from server.history.periods import Unit
from server.people.rights import Right
from server.web.asked import refuse
from server.web.dossiers.groups import figures_of
from server.web.dossiers.score_view import Scored, Scores, own_scores, report_of, scores_of
from server.web.dossiers.scores import FILES
from server.web.dossiers.spans import Span, chosen, months, scored
from server.web.history_page import FORMS, file_of, history_of, made_at, today_here
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint
from server.web.words import said

Quarter = Annotated[str, Meta(pattern=r"^[0-9]{4}-Q[1-4](?!\n)$")]
SpanName = Annotated[str, Meta(pattern=r"^[0-9]{4}(-Q[1-4])?(?!\n)$")]
Month = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}(?!\n)$")]
Id = Annotated[str, Meta(min_length=1, max_length=80)]
GroupName = Literal["CKMB", "TDGQ", "CLGQ", "TTTT", "MDHL", "MDSH"]


class ScoresWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """span: a quarter or a year; the quarter before this one without it. of: whose officers; else of all."""

    span: SpanName | None = None
    of: Id | None = None


class OwnScoresWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    span: SpanName | None = None


class PointsTold(msgspec.Struct, frozen=True):
    """n: how many it is the mean of. source: `register`, `ratings`, `entered` or `share`."""

    mean: float
    n: int
    source: str


class ScoreTold(msgspec.Struct, frozen=True, kw_only=True):
    """points: by indicator; those of `missing` have no data and are left out. why: of each of these,
    `no-data`, or `no-history` where no source told how often papers were asked for. scaled: as if out of all;
    null without any. grade: the class by it, "" without any.
    """

    id: str
    name: str
    authority: str
    points: dict[str, PointsTold]
    missing: tuple[int, ...]
    why: dict[str, str]
    total: float
    out_of: int
    scaled: float | None
    grade: str


class ScoresTold(msgspec.Struct, frozen=True):
    span: str
    authorities: tuple[ScoreTold, ...]
    officers: tuple[ScoreTold, ...]


class PointPut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """points: null takes it back."""

    authority: Id
    indicator: Literal[5, 6, 8, 9]
    points: Literal[0, 1, 2] | None


class PointsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    span: Quarter
    points: Annotated[tuple[PointPut, ...], Meta(min_length=1, max_length=400)]


class GroupsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """month: the one before this without it."""

    month: Month | None = None


class GroupTold(msgspec.Struct, frozen=True):
    """brought: as published; else worked out here of part and whole, unofficial. most: what it can be."""

    score: float
    most: int
    brought: bool
    part: int
    whole: int


class GroupsOfAuthority(msgspec.Struct, frozen=True):
    """groups: those that there is something of. total: of them, out of `out_of`."""

    authority: str
    groups: dict[str, GroupTold]
    total: float
    out_of: int


class GroupsTold(msgspec.Struct, frozen=True):
    """official: never; the national portal's alone are."""

    month: str
    authorities: tuple[GroupsOfAuthority, ...]
    official: Literal[False] = False


class GroupPut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """score: as published, two decimals are kept; null takes it back."""

    authority: Id
    group: GroupName
    score: Annotated[float, Meta(ge=0, le=22)] | None


class GroupsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    month: Month
    scores: Annotated[tuple[GroupPut, ...], Meta(min_length=1, max_length=600)]


def get_scores(asked: Asked) -> ScoresTold:
    """Scores of authorities and officers by the nine indicators, as far as there is data."""
    seen = _scores(asked)
    told = (tuple(map(_told, rows)) for rows in (seen.authorities, seen.officers))
    return ScoresTold(seen.span.value, *told)


def own(asked: Asked) -> ScoresTold:
    """The scores of whoever asks, found by the account's name."""
    hall = asked.hall
    today, now = today_here(hall)
    history_of(hall).refresh(hall.config.site, today, now)
    span = _span(asked, asked.query.span)
    rows = own_scores(_store(asked), history_of(hall), hall.config, span, today, asked.who.name)
    return ScoresTold(span.value, (), tuple(map(_told, rows)))


def enter(asked: Asked) -> ScoresTold:
    """Put down points of a quarter that only people know; the last word counts."""
    span = _span(asked, asked.body.span)
    known = {a.id for a in asked.hall.config.site.authorities}
    strange = [n for n, one in enumerate(asked.body.points) if one.authority not in known]
    if strange or span.dates.unit is not Unit.QUARTER:
        refuse([(f"/points/{n}/authority", "choice") for n in strange] or [("/span", "choice")])
    figures = {
        (one.authority, str(one.indicator)): None if one.points is None else 100 * one.points
        for one in asked.body.points
    }
    with _store(asked).writing() as db:
        entered.put(db, entered.Kind.INDICATOR, span.value, figures, asked.who.name, asked.hall.clock.now())
    audit(asked.who.name, "score.entered", span=span.value)
    return get_scores(replace(asked, query=ScoresWanted(span=span.value)))


def get_groups(asked: Asked) -> GroupsTold:
    """The six groups of Decision 766 of a month: brought in, or worked out and unofficial."""
    return _groups(asked, _month(asked, asked.query.month))


def bring(asked: Asked) -> GroupsTold:
    """Put down published scores of a month; the last word counts."""
    span = _month(asked, asked.body.month)
    known = {a.id for a in asked.hall.config.site.authorities}
    told: list[tuple[int, GroupPut]] = list(enumerate(asked.body.scores))
    wrong = [(f"/scores/{n}/authority", "choice") for n, one in told if one.authority not in known]
    wrong += [(f"/scores/{n}/score", "range") for n, one in told if (one.score or 0) > MOST[one.group]]
    if wrong:
        refuse(wrong)
    figures = {
        (one.authority, one.group): None if one.score is None else round(100 * one.score)
        for one in asked.body.scores
    }
    with _store(asked).writing() as db:
        entered.put(db, entered.Kind.GROUP, span.value, figures, asked.who.name, asked.hall.clock.now())
    audit(asked.who.name, "groups.entered", month=span.value)
    return _groups(asked, span)


def export_as(kind: str) -> Callable[[Asked], Response]:
    """What an endpoint does that gives the scores as a file."""

    def exported(asked: Asked) -> Response:
        seen, hall = _scores(asked), asked.hall
        audit(asked.who.name, "score.exported", form=kind, span=seen.span.value)
        made = made_at(hall, today_here(hall)[1])
        return file_of(report_of(seen, said(hall.config.site.name, asked.lang), made, asked.lang), kind)

    return exported


def _scores(asked: Asked) -> Scores:
    hall, of = asked.hall, asked.query.of or ""
    if of and of not in [a.id for a in hall.config.site.authorities]:
        refuse([("/of", "choice")])
    today, now = today_here(hall)
    history_of(hall).refresh(hall.config.site, today, now)
    span = _span(asked, asked.query.span)
    return scores_of(_store(asked), history_of(hall), hall.config, span, today, of, asked.lang)


def _groups(asked: Asked, span: Span) -> GroupsTold:
    hall = asked.hall
    _store(asked)
    today, now = today_here(hall)
    history_of(hall).refresh(hall.config.site, today, now)
    rows = []
    for id, found in figures_of(hall, span):
        told = {g: GroupTold(float(f.value), MOST[g], f.brought, f.part, f.whole) for g, f in found.items()}
        value, out_of = total(found)
        rows.append(GroupsOfAuthority(id, told, float(value), out_of))
    return GroupsTold(span.value, tuple(rows))


def _told(row: Scored) -> ScoreTold:
    found = row.score
    return ScoreTold(
        id=row.id,
        name=row.name,
        authority=row.whose,
        points={str(n): PointsTold(float(p.mean), p.n, p.source.value) for n, p in found.points.items()},
        missing=found.missing,
        why={str(n): found.why(n) for n in found.missing},
        total=float(found.total),
        out_of=found.out_of,
        scaled=None if found.scaled is None else float(found.scaled),
        grade=found.klass,
    )


def _span(asked: Asked, text: str | None) -> Span:
    span = chosen(text or "", scored(today_here(asked.hall)[0]))
    if span is None:
        refuse([("/span", "choice")])
    return span


def _month(asked: Asked, text: str | None) -> Span:
    span = chosen(text or "", months(today_here(asked.hall)[0]))
    if span is None:
        refuse([("/month", "choice")])
    return span


def _store(asked: Asked) -> DossierStore:
    if asked.hall.desk is None:
        raise NotFound
    return asked.hall.desk.store


ENDPOINTS = (
    Endpoint(
        name="get-scores",
        method="GET",
        path="/dossiers/scores",
        does=get_scores,
        answer=ScoresTold,
        right=Right.FIGURES,
        area="dossiers",
        query=ScoresWanted,
    ),
    Endpoint(
        name="get-my-scores",
        method="GET",
        path="/dossiers/scores/mine",
        does=own,
        answer=ScoresTold,
        right=Right.CALL,
        area="dossiers",
        query=OwnScoresWanted,
    ),
    Endpoint(
        name="enter-points",
        method="POST",
        path="/dossiers/scores",
        does=enter,
        answer=ScoresTold,
        right=Right.APPROVE,
        area="dossiers",
        body=PointsBody,
    ),
    *(
        Endpoint(
            name=f"export-scores-{kind}",
            method="GET",
            path=f"/dossiers/scores/export.{kind}",
            does=export_as(kind),
            answer=bytes,
            right=Right.FIGURES,
            area="dossiers",
            about=f"The scores of the same query, to take away as {kind.upper()}.",
            query=ScoresWanted,
            media=FORMS[kind][1].partition(";")[0],
        )
        for kind in FILES
    ),
    Endpoint(
        name="get-groups",
        method="GET",
        path="/dossiers/groups",
        does=get_groups,
        answer=GroupsTold,
        right=Right.FIGURES,
        area="dossiers",
        query=GroupsWanted,
    ),
    Endpoint(
        name="bring-groups",
        method="POST",
        path="/dossiers/groups",
        does=bring,
        answer=GroupsTold,
        right=Right.APPROVE,
        area="dossiers",
        body=GroupsBody,
    ),
)
