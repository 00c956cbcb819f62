"""Scores by the nine indicators, of what register, citizens and managers say, as a page and as a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from server.dossiers.folding import fold
from server.dossiers.reports import entered, scoring
from server.dossiers.reports.scores import (
    ENTERED,
    REQUESTS,
    Points,
    Score,
    Whose,
    of_answers,
    of_entered,
    scheme,
    score,
)
from server.dossiers.store import DossierStore
from server.history.cube import OFFICER, SERVICE
from server.history.ledger import History
from server.history.table import Cell, Column, Kind, Report, Table
from server.site_file import HallConfig
from server.web.dossiers.spans import Span, upto
from server.web.words import TEXTS, date_text, said

ASKED = (4, 7)  # what citizens are asked; 1 the register knows better, and REQUESTS where it has histories


@dataclass(frozen=True, slots=True)
class Scored:
    """id: an authority, or an officer: "justice/Nguyễn Văn A"; "/officer-7": only the hall has that one."""

    id: str
    name: str
    whose: str
    score: Score


@dataclass(frozen=True, slots=True)
class Scores:
    """entered: authority and indicator -> points of the quarter, as they were put down."""

    span: Span
    authorities: tuple[Scored, ...]
    officers: tuple[Scored, ...]
    entered: Mapping[tuple[str, str], int]


def scores_of(
    store: DossierStore, history: History, config: HallConfig, span: Span, today: date, of: str, lang: str
) -> Scores:
    """of: an authority whose officers are wanted, or "" for all."""
    with store.reading() as db:
        known = scoring.authorities(db, span.days, store.zone)
        officers = scoring.officers(db, span.days, store.zone, of or None)
        put = entered.got(db, entered.Kind.INDICATOR, span.quarters)
    first, end = upto(span, today)
    by_authority = _answers_by_authority(history, config, first, end)
    names = {a.id: said(a.name, lang) for a in config.site.authorities}

    def authority(id: str) -> Score:
        points: dict[int, Points | None] = {**known.get(id, {})}
        points |= _answered(by_authority.get(id, {}), points)
        for n in ENTERED:
            told = [quarter[id, str(n)] for quarter in put.values() if (id, str(n)) in quarter]
            if told:
                points[n] = of_entered(told)
        return score(Whose.AUTHORITY, points)

    return Scores(
        span,
        tuple(Scored(id, name, "", authority(id)) for id, name in names.items()),
        tuple(_officers(officers, _answers_by_officer(history, first, end), config, names, of)),
        put.get(span.value, {}),
    )


def own_scores(
    store: DossierStore, history: History, config: HallConfig, span: Span, today: date, account: str
) -> list[Scored]:
    """The scores of whoever is logged in, found by name. What citizens said is told once the span is over."""
    with store.reading() as db:
        officers = scoring.officers(db, span.days, store.zone)
    mine = {fold(account), fold(config.officers.get(account, account))}
    theirs = {id: known for id, known in officers.items() if fold(id.partition("/")[2]) in mine}
    answers = _answers_by_officer(history, *upto(span, today)) if span.over(today) else {}
    names = {a.id: said(a.name, "vi") for a in config.site.authorities}
    only = {account: answers[account]} if account in answers else {}
    return list(_officers(theirs, only, config, names, ""))


def report_of(seen: Scores, hall_name: str, made: str, lang: str) -> Report:
    """The tables of the page, for a file."""
    title = TEXTS("score.title", lang)
    dates = seen.span.dates
    days = f"{date_text(dates.first)} – {date_text(dates.last)}"
    tables = (
        _table(Whose.AUTHORITY, seen.authorities, lang),
        _table(Whose.OFFICER, seen.officers, lang),
    )
    about = tuple(
        (TEXTS("score.indicator", lang, number=n), TEXTS(f"score.about-{n}", lang))
        for n in scheme(Whose.AUTHORITY).indicators
    )
    lines = (hall_name, f"{span_text(seen.span, lang)} ({days})", made, TEXTS("score.rule", lang))
    return Report(f"scores-{seen.span.value}", title, lines, tables, about, TEXTS("score.about", lang), lang)


def span_text(span: Span, lang: str) -> str:
    """Quý 3/2026, or Năm 2026."""
    year, _, quarter = span.value.partition("-Q")
    return (
        TEXTS("score.quarter", lang, quarter=quarter, year=year)
        if quarter
        else TEXTS("score.year", lang, year=year)
    )


def _table(whose: Whose, rows: tuple[Scored, ...], lang: str) -> Table:
    wanted = scheme(whose).indicators
    heads = [Column(TEXTS(f"score.{whose.value}", lang), Kind.TEXT)]
    if whose is Whose.OFFICER:
        heads.append(Column(TEXTS("score.authority", lang), Kind.TEXT))
    numbers = [Column(TEXTS("score.indicator", lang, number=n), Kind.SCORE) for n in wanted]
    ends = [
        Column(TEXTS("score.total", lang), Kind.SCORE),
        Column(TEXTS("score.out-of", lang), Kind.COUNT),
        Column(TEXTS("score.scaled", lang, full=2 * len(wanted)), Kind.SCORE),
        Column(TEXTS("score.class", lang), Kind.TEXT),
        Column(TEXTS("score.missing", lang), Kind.TEXT),
    ]
    return Table(
        whose.value,
        TEXTS(f"score.of-{whose.value}", lang),
        (*heads, *numbers, *ends),
        tuple(tuple(_cells(whose, row, lang)) for row in rows),
        heads=len(heads),
    )


def _cells(whose: Whose, row: Scored, lang: str) -> Iterator[Cell]:
    yield Cell(row.name)
    if whose is Whose.OFFICER:
        yield Cell(row.whose)
    for n in scheme(whose).indicators:
        points = row.score.points.get(n)
        yield Cell(None if points is None else points.mean)
    found = row.score
    yield Cell(found.total if found.points else None)
    yield Cell(found.out_of if found.points else None)
    yield Cell(found.scaled)
    yield Cell(TEXTS(f"score.class-{found.klass}", lang) if found.klass else "")
    yield Cell(", ".join(_missing(n, found.why(n), lang) for n in found.missing))


def _missing(n: int, why: str, lang: str) -> str:
    return f"{n} ({TEXTS('score.no-history', lang)})" if why == "no-history" else str(n)


def _officers(
    known: scoring.Known,
    answers: Mapping[str, Mapping[str, int]],
    config: HallConfig,
    names: Mapping[str, str],
    of: str,
) -> Iterator[Scored]:
    """Those of the register with what was said of the one of that name, then those that only the hall has."""
    by_name: dict[str, list[str]] = {}
    for id in sorted({*config.officers, *answers} - {""}):
        for name in {fold(id), fold(config.officers.get(id, id))}:
            by_name.setdefault(name, []).append(id)
    taken = set()
    often = Counter(fold(key.partition("/")[2]) for key in known)
    for key in sorted(known):
        authority, _, name = key.partition("/")
        same = by_name.get(fold(name), [])
        who = same[0] if len(same) == 1 and often[fold(name)] == 1 else None
        points: dict[int, Points | None] = {**known[key]}
        if who is not None:
            taken.add(who)
            points |= _answered(answers.get(who, {}), points)
        yield Scored(key, name, names.get(authority, authority), score(Whose.OFFICER, points))
    for id in sorted(answers.keys() - taken - {""}) if not of else ():
        found = score(Whose.OFFICER, _answered(answers[id], {}))
        if found.points:
            yield Scored(f"/{id}", config.officers.get(id, id), "", found)


def _answered(answers: Mapping[str, int], points: Mapping[int, Points | None]) -> dict[int, Points | None]:
    """The indicators of the questionnaire. points: what the register knows."""
    known = points.get(REQUESTS)
    wanted = ASKED if known is not None and known.n else (REQUESTS, *ASKED)
    return {n: of_answers(answers, str(n)) for n in wanted}


def _answers_by_officer(history: History, first: date, end: date) -> dict[str, Mapping[str, int]]:
    return {id: part.answers for id, part in history.total(OFFICER, first, end).items()}


def _answers_by_authority(
    history: History, config: HallConfig, first: date, end: date
) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for id, part in history.total(SERVICE, first, end).items():
        service = config.site.services.get(id)
        if service is not None:
            found.setdefault(service.authority, Counter()).update(part.answers)
    return found
