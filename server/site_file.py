"""The hall's document (`hall.toml`, or a version of it in the database) read into what programs work by.

What is wrong with a document is told as typed problems, each with its place in it; of a file the first one
becomes a `SettingsError` with file, key and, where a word was nearly right, what was meant. What each key
means is said in `examples/hanam/hall.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, time, timedelta
from pathlib import Path
from typing import Literal

from broker.messages import DisplayPlan, Zone
from hardware.settings import SettingsError, load
from server import site_shape as shape
from server.dossiers import steps
from server.dossiers.due import AS_USUAL, Counting, Rules, rules_for
from server.hall.mistakes import Problem
from server.hall.site import (
    Authority,
    Counter,
    Hours,
    Policy,
    Service,
    Session,
    Site,
    Words,
    problems,
)
from server.questionnaire import Question, legal_questions
from server.site_check import DAYS, mistakes, placed, zone_of
from server.wall_file import USUAL_WALL, wall_plan


@dataclass(frozen=True, slots=True)
class Device:
    """What a device may do. counter: where a terminal stands, or whose visits a kiosk beside it asks about.
    temporary: comes, goes, and is not missed. series: the figure in a kiosk's own numbers, "2" in A2-017.
    name: what people call it, where the file says. zone: what a display shows instead of the hall's zone.
    """

    role: shape.Role
    counter: str | None = None
    temporary: bool = False
    series: str | None = None
    name: Words | None = None
    zone: Zone | None = None


@dataclass(frozen=True, slots=True)
class HallConfig:
    """The whole file: the rules' part (`site`) and what only edges need.

    devices: id -> Device. officers: id -> name, for staff pages only. groups, reasons: id -> words, in the
    order of the file. url: how phones reach this hall, without a slash at the end. questions: of the
    questionnaire after a rating, none without one; shuffle: its reasons come in another order each time.
    elderly: the priority group that goes by age, and from how many years. agencies: authority -> how its
    dossiers' codes begin. collecting: the services where results are collected. wall: what its displays work
    from, but for the days' openings. codes: how much of a dossier's code everybody may see.
    dossier_lines: how many dossiers at most. emails: authority -> its address. titles: officer -> title, if
    there is one. late_officers: whether late lists name officers, unless somebody says otherwise. retention:
    how long what is held of dossiers stays.
    """

    site: Site
    devices: dict[str, Device]
    officers: dict[str, str]
    groups: dict[str, Words]
    reasons: dict[str, Words]
    hotline: str
    documents: Words
    notices: tuple[Words, ...]
    url: str
    questions: tuple[Question, ...] = ()
    shuffle: bool = False
    elderly: tuple[str, int] | None = None
    agencies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    collecting: frozenset[str] = frozenset()
    wall: DisplayPlan = USUAL_WALL
    codes: Literal["short", "whole"] = "short"
    dossier_lines: int = 180
    counting: Counting = AS_USUAL
    reminders: steps.Plan = steps.AS_USUAL
    emails: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    late_officers: bool = False
    retention: shape.Retention = field(default_factory=shape.Retention)

    @property
    def due_rules(self) -> Rules:
        """How this hall works out due dates, by its calendar."""
        return rules_for(self.site.hours, self.site.zone, self.counting)


class WrongSetup(Exception):
    """A document that no hall can work by. problems: all that is wrong with it, at least one."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.where}: {p.sentence}" for p in problems))
        self.problems = problems


def load_document(path: Path) -> shape.File:
    """Read `hall.toml` as it stands. Raises SettingsError for what is none."""
    return load(path, shape.File)


def load_site(path: Path) -> HallConfig:
    """Read `hall.toml`. Raises SettingsError for the first thing that is wrong or would break the day."""
    try:
        return config_of(load_document(path))
    except WrongSetup as wrong:
        first = wrong.problems[0]
        key = re.sub(r"\.(\d+)", r"[\1]", first.where)
        raise SettingsError(path, key, first.sentence, first.meant) from None


def faults(document: shape.File) -> tuple[Problem, ...]:
    """Everything that is wrong with a document, its places in it; nothing for one that a hall can work by."""
    found = {(problem.code, problem.where): problem for problem in mistakes(document)}
    if not any(problem.code == "twice" for problem in found.values()):  # else ids name no rows
        for problem in problems(_site(document)):
            where = placed(problem, document)
            if problem.code != "serves-unknown":  # is "no-service" already
                found.setdefault((problem.code, where), replace(problem, where=where))
    return tuple(found.values())


def config_of(document: shape.File) -> HallConfig:
    """What the document means. Raises WrongSetup with all that is wrong."""
    if found := faults(document):
        raise WrongSetup(found)
    return HallConfig(
        site=_site(document),
        devices={d.id: _device(d) for d in document.device},
        officers={o.id: o.name for o in document.officer},
        groups={g.id: _words(g.name) for g in document.priority_group},
        reasons={r.id: _words(r.name) for r in document.rating.reason},
        hotline=document.hotline,
        documents=_words(document.documents),
        notices=tuple(_words(n) for n in document.notice),
        url=document.url.rstrip("/"),
        questions=_questions(document.rating),
        shuffle=document.rating.shuffle,
        elderly=next(((g.id, g.from_years) for g in document.priority_group if g.from_years), None),
        agencies={a.id: a.agencies for a in document.authority if a.agencies},
        collecting=frozenset(s.id for a in document.authority for s in a.service if s.collect),
        wall=wall_plan(document.wall, document.sound),
        codes=document.dossiers.codes,
        dossier_lines=document.dossiers.lines,
        counting=_counting(document.dossiers.time),
        reminders=_reminders(document.dossiers.reminders),
        emails={a.id: a.email for a in document.authority if a.email},
        titles={o.id: o.title for o in document.officer if o.title},
        late_officers=document.dossiers.late_officers,
        retention=document.dossiers.retention,
    )


def _reminders(row: shape.Reminders) -> steps.Plan:
    return steps.plan_of(row.soon, row.before, row.apology, row.overdue, row.every_days)


def _counting(row: shape.WorkTime) -> Counting:
    week = _week(row.hours)
    return Counting(
        row.convention,
        row.due_at,
        round(row.hours_a_day * 3600),
        time.fromisoformat(row.late_hour),
        row.late_rule,
        week if any(week) else (),
    )


def _device(row: shape.Device) -> Device:
    return Device(
        row.role,
        row.counter,
        row.temporary,
        series=None if row.series is None else str(row.series),
        name=None if row.name is None else _words(row.name),
        zone=row.zone,
    )


def _site(document: shape.File) -> Site:
    pairs = tuple((authority, service) for authority in document.authority for service in authority.service)
    return Site(
        id=document.id,
        name=_words(document.name),
        zone=zone_of(document.time_zone) or UTC,
        hours=_hours(document.hours),
        authorities=tuple(
            Authority(a.id, _words(a.name), _words(a.short), a.letter) for a in document.authority
        ),
        services={s.id: _service(document, a, s) for a, s in pairs},
        counters={c.id: Counter(c.id, c.services, c.then, c.area) for c in document.counter},
        recall_limit=document.calls.recall_limit,
        recall_gap=timedelta(seconds=document.calls.recall_gap_s),
        grace=timedelta(minutes=document.calls.grace_min),
        undo=timedelta(seconds=document.calls.undo_s),
        own_series={str(d.series): d.id for d in document.device if d.series is not None},
        paperless=document.paper.without == "issued",
        rating_window=timedelta(minutes=document.rating.window_min),
        rating_levels=document.rating.levels,
        rating_reasons=frozenset(r.id for r in document.rating.reason),
        rating_questions=frozenset(_question_ids(document.rating)),
    )


def _service(file: shape.File, authority: shape.Authority, service: shape.Service) -> Service:
    return Service(
        id=service.id,
        authority=authority.id,
        name=_words(service.name),
        letter=service.letter or authority.letter,
        digits=service.digits,
        start=service.start,
        policy=_policy(service.policy or file.policy),
        typical=timedelta(minutes=service.typical_min),
        target=timedelta(minutes=service.target_min),
        cap=service.cap,
    )


def _policy(row: shape.Policy) -> Policy:
    """What the file leaves out has the value that `Policy` has by default; an age limit of 0 means none."""
    usual = Policy()
    age = row.age_limit_min
    return Policy(
        kind=row.kind,
        weight=usual.weight if row.weight is None else row.weight,
        age_limit=usual.age_limit if age is None else timedelta(minutes=age) if age else None,
        normals=usual.normals if row.normals is None else row.normals,
    )


def _hours(row: shape.Hours) -> Hours:
    return Hours(
        week=_week(row),
        holidays=frozenset(row.holidays),
        made_up=frozenset(row.made_up),
        cut_off=timedelta(minutes=row.cut_off_min),
        day_changes=time.fromisoformat(row.day_changes),
    )


def _week(row: shape.Week) -> tuple[tuple[Session, ...], ...]:
    return tuple(tuple(_session(stretch) for stretch in getattr(row, day)) for day in DAYS)


def _session(stretch: str) -> Session:
    opens, _, closes = stretch.partition("-")
    return Session(time.fromisoformat(opens), time.fromisoformat(closes))


def _questions(rating: shape.Rating) -> tuple[Question, ...]:
    """The rows of the file, or all of the law's; what a row leaves out is as the law's question has it."""
    law = legal_questions()
    if not rating.questionnaire:
        return ()
    if not rating.question:
        return tuple(law.values())
    return tuple(_question(row, law.get(row.id)) for row in rating.question)


def _question_ids(rating: shape.Rating) -> Iterable[str]:
    if not rating.questionnaire:
        return ()
    return [row.id for row in rating.question] or legal_questions().keys()


def _question(row: shape.Question, usual: Question | None) -> Question:
    text = usual.text if row.text is None and usual else row.text
    answers = usual.answers if row.answers is None and usual else row.answers
    assert text is not None and answers is not None  # mistakes() has named every other row
    two, one, none = answers
    return Question(row.id, _words(text), (_words(two), _words(one), _words(none)))


def _words(row: shape.Words | Words) -> Words:
    return Words(row.vi, row.en)
