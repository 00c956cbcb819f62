"""What citizens said, for programs, and what happened to a number as the manager reads it.

Under five answers nothing is told of an officer, and a single rating nowhere: the sums are those of the pages
(`server.satisfaction`), which hide themselves.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
from werkzeug.exceptions import NotFound

from server.patterns import Kind
from server.people.rights import Right
from server.satisfaction import LevelShare, Opinion
from server.web.figures_page import of_day, opinion_of, wanted_day
from server.web.history_page import today_here
from server.web.rest.endpoint import Asked, Endpoint
from server.web.rest.tickets import Day
from server.web.ticket_story import story


class Share(msgspec.Struct, frozen=True):
    """Of one button, in per cent, with its 95 % interval (Wilson). button: 1 is the worst."""

    button: int
    n: int
    share: float
    low: float
    high: float


class Mean(msgspec.Struct, frozen=True):
    """A question of the questionnaire; mean: null under five answers."""

    question: str
    n: int
    mean: float | None


class OpinionOf(msgspec.Struct, frozen=True, kw_only=True):
    """id: of a service, counter or officer; null for nobody known. hidden: too few to be told; then `levels`
    is empty. response: ratings per hundred who were served. reasons: how often each was given. told: how many
    answers levels and reasons are of; all `n`, but on the day that runs.
    """

    id: str | None
    n: int
    told: int
    served: int
    response: float | None
    hidden: bool
    satisfied: Share | None
    levels: tuple[Share, ...]
    reasons: dict[str, int]
    questions: tuple[Mean, ...]


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """Ratings that look as if nobody had meant them: `n` of `of` at a counter. A note, no verdict."""

    kind: Kind
    counter: str
    n: int
    of: int


class OpinionsOfDay(msgspec.Struct, frozen=True, kw_only=True):
    """What was said on a business day, in all and of whom."""

    day: date
    levels: int
    all: OpinionOf
    services: tuple[OpinionOf, ...]
    counters: tuple[OpinionOf, ...]
    officers: tuple[OpinionOf, ...]
    patterns: tuple[Pattern, ...]


class OpinionsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """day: today without it."""

    day: Day | None = None


class MyOpinion(msgspec.Struct, frozen=True, kw_only=True):
    """Of whole weeks that are over. first, last: days, both included."""

    first: date
    last: date
    levels: int
    opinion: OpinionOf


class StepTold(msgspec.Struct, frozen=True):
    """In the reader's words. who: empty for who may not know working time. undone: it was taken back."""

    at: str
    what: str
    counter: str
    who: str
    why: str
    undone: bool


class StoryTold(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one number: who, when, what, why. Nothing of its holder, and not what was rated."""

    number: str
    day: str
    service: str
    state: str
    steps: tuple[StepTold, ...]


def of_one_day(asked: Asked) -> OpinionsOfDay:
    """What citizens said on a day, and what of it looks odd."""
    hall = asked.hall
    day = wanted_day(asked.query.day, today_here(hall)[0])
    told = of_day(hall, day)
    said = told["found"].opinions
    return OpinionsOfDay(
        day=day,
        levels=hall.writer.view.site.rating_levels,
        all=_opinion(said.all),
        services=tuple(map(_opinion, said.services)),
        counters=tuple(map(_opinion, said.counters)),
        officers=tuple(map(_opinion, said.officers)),
        patterns=tuple(Pattern(kind=p.kind, counter=p.counter, n=p.n, of=p.of) for p in told["notes"]),
    )


def mine(asked: Asked) -> MyOpinion:
    """What citizens said of whoever asks: whole weeks that are over, and never one rating."""
    levels = asked.hall.writer.view.site.rating_levels
    found, _, begins, ends = opinion_of(asked.hall, asked.who.name, asked.who.may(Right.FIGURES))
    return MyOpinion(first=begins, last=ends - timedelta(days=1), levels=levels, opinion=_opinion(found))


def behind_one(asked: Asked) -> StoryTold:
    """What happened to one number, in the reader's words."""
    named = asked.who.may(Right.WORKING_TIME)
    told = story(asked.hall, asked.at["ticket"], asked.lang, names=named)
    if told is None:
        raise NotFound
    return msgspec.convert(told, StoryTold, from_attributes=True)


def _opinion(of: Opinion) -> OpinionOf:
    said = of.satisfaction
    return OpinionOf(
        id=of.id,
        n=said.n,
        told=said.told,
        served=said.served,
        response=said.response,
        hidden=said.hidden,
        satisfied=None if said.satisfied is None else _share(said.satisfied),
        levels=tuple(map(_share, said.levels)),
        reasons=dict(of.reasons),
        questions=tuple(Mean(i.question, i.n, i.mean) for i in of.indicators),
    )


def _share(of: LevelShare) -> Share:
    return Share(of.level, of.n, of.share, of.low, of.high)


def _row(name: str, path: str, does: Any, answer: Any, **more: Any) -> Endpoint:
    told: dict[str, Any] = {"right": Right.FIGURES, "area": "figures", **more}
    return Endpoint(name=name, method="GET", path=path, does=does, answer=answer, **told)


ENDPOINTS = (
    _row("get-opinions", "/figures/opinions", of_one_day, OpinionsOfDay, query=OpinionsWanted),
    _row("get-my-opinion", "/me/opinion", mine, MyOpinion, right=Right.CALL, people_only=True, area="me"),
    _row("get-story", "/figures/tickets/{ticket}", behind_one, StoryTold),
)
