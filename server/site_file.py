"""The hall's own file: `hall.toml`, typed, read into the `Site` that the rules compare against.

Knows the shape of the file and where in it each mistake stands; what makes sense in a hall is the business of
`server.hall.site.problems`. Every mistake becomes one `SettingsError` with file, key and, where a word was
nearly right, what was meant. `docs` of each key: `examples/hanam/hall.toml`.
"""

from __future__ import annotations

import re
from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from broker.forms import COUNTER
from broker.messages import DisplayPlan, Zone
from hardware.settings import SettingsError, load
from server import site_shape as shape
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
from server.wall_file import DAYS, NO_SLIDE, USUAL_WALL, nearest, wall_plan


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
    dossier_lines: how many dossiers at most.
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


def load_site(path: Path) -> HallConfig:
    """Read `hall.toml`. Raises SettingsError for the first thing that is wrong or would break the day."""
    file = load(path, shape.File)
    _check_ids(path, file)
    _check_references(path, file)
    site = _site(path, file)
    for problem in problems(site):
        raise SettingsError(path, _key_of(problem, file), problem)
    return HallConfig(
        site=site,
        devices={d.id: _device(d) for d in file.device},
        officers={o.id: o.name for o in file.officer},
        groups={g.id: _words(g.name) for g in file.priority_group},
        reasons={r.id: _words(r.name) for r in file.rating.reason},
        hotline=file.hotline,
        documents=_words(file.documents),
        notices=tuple(_words(n) for n in file.notice),
        url=file.url.rstrip("/"),
        questions=_questions(path, file.rating),
        shuffle=file.rating.shuffle,
        elderly=next(((g.id, g.from_years) for g in file.priority_group if g.from_years), None),
        agencies={a.id: a.agencies for a in file.authority if a.agencies},
        collecting=frozenset(s.id for a in file.authority for s in a.service if s.collect),
        wall=wall_plan(path, file.wall, file.sound),
        codes=file.dossiers.codes,
        dossier_lines=file.dossiers.lines,
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


def _site(path: Path, file: shape.File) -> Site:
    pairs = tuple((authority, service) for authority in file.authority for service in authority.service)
    return Site(
        id=file.id,
        name=_words(file.name),
        zone=_zone(path, file.time_zone),
        hours=_hours(file.hours),
        authorities=tuple(Authority(a.id, _words(a.name), _words(a.short), a.letter) for a in file.authority),
        services={s.id: _service(file, a, s) for a, s in pairs},
        counters={c.id: Counter(c.id, c.services, c.then, c.area) for c in file.counter},
        recall_limit=file.calls.recall_limit,
        recall_gap=timedelta(seconds=file.calls.recall_gap_s),
        grace=timedelta(minutes=file.calls.grace_min),
        undo=timedelta(seconds=file.calls.undo_s),
        own_series={str(d.series): d.id for d in file.device if d.series is not None},
        paperless=file.paper.without == "issued",
        rating_window=timedelta(minutes=file.rating.window_min),
        rating_levels=file.rating.levels,
        rating_reasons=frozenset(r.id for r in file.rating.reason),
        rating_questions=frozenset(q.id for q in _questions(path, file.rating)),
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
        week=tuple(tuple(_session(stretch) for stretch in getattr(row, day)) for day in DAYS),
        holidays=frozenset(row.holidays),
        made_up=frozenset(row.made_up),
        cut_off=timedelta(minutes=row.cut_off_min),
        day_changes=time.fromisoformat(row.day_changes),
    )


def _session(stretch: str) -> Session:
    opens, _, closes = stretch.partition("-")
    return Session(time.fromisoformat(opens), time.fromisoformat(closes))


def _questions(path: Path, rating: shape.Rating) -> tuple[Question, ...]:
    """The rows of the file, or all of the law's; what a row leaves out is as the law's question has it."""
    law = legal_questions()
    if not rating.questionnaire:
        return ()
    if not rating.question:
        return tuple(law.values())
    return tuple(_question(path, place, row, law) for place, row in enumerate(rating.question))


def _question(path: Path, place: int, row: shape.Question, law: dict[str, Question]) -> Question:
    usual = law.get(row.id)
    text = usual.text if row.text is None and usual else row.text
    answers = usual.answers if row.answers is None and usual else row.answers
    if text is None or answers is None:
        what = f"'{row.id}' is none of the law's ({', '.join(law)}): it needs a text and three answers"
        raise SettingsError(path, f"rating.question[{place}]", what)
    two, one, none = answers
    return Question(row.id, _words(text), (_words(two), _words(one), _words(none)))


def _words(row: shape.Words | Words) -> Words:
    return Words(row.vi, row.en)


def _zone(path: Path, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        close = nearest(name, available_timezones())
        raise SettingsError(path, "time_zone", f"there is no time zone '{name}'", close) from None


def _check_ids(path: Path, file: shape.File) -> None:
    """Ids are names: the same one twice would silently mean the last."""
    services = [(f"authority[{i}].service", s.id) for i, a in enumerate(file.authority) for s in a.service]
    lists: tuple[Iterable[tuple[str, str]], ...] = (
        (("authority", a.id) for a in file.authority),
        services,
        (("counter", c.id) for c in file.counter),
        (("priority_group", g.id) for g in file.priority_group),
        (("rating.reason", r.id) for r in file.rating.reason),
        (("rating.question", q.id) for q in file.rating.question),
        (("officer", o.id) for o in file.officer),
        (("device", d.id) for d in file.device),
    )
    for rows in lists:
        found = list(rows)
        counts = Tally(id for _, id in found)
        for key, id in found:
            if counts[id] > 1:
                raise SettingsError(path, f"{key}.id", f"'{id}' is used {counts[id]} times")
    for place, counter in enumerate(file.counter):
        if not COUNTER.fullmatch(counter.id):
            reason = f"no wall shows '{counter.id}': at most four figures, and no word in small letters"
            near = counter.id.upper()
            meant = near if COUNTER.fullmatch(near) else None
            raise SettingsError(path, f"counter[{place}].id", reason, meant)


def _check_references(path: Path, file: shape.File) -> None:
    """What one row says of another must be there; a near miss is a misspelling."""
    services = {s.id for a in file.authority for s in a.service}
    counters = {c.id for c in file.counter}
    for key, wanted, known, noun in _references(file, services, counters):
        if wanted not in known:
            raise SettingsError(path, key, f"there is no {noun} '{wanted}'", nearest(wanted, known))
    for place, device in enumerate(file.device):
        if device.counter is None and device.role == "counter":
            raise SettingsError(path, f"device[{place}].counter", "a counter needs counter")
        if device.counter is not None and device.role == "display":
            raise SettingsError(path, f"device[{place}].counter", "a display has no counter")
        if device.series is not None and device.role != "kiosk":
            raise SettingsError(path, f"device[{place}].series", f"a {device.role} gives no numbers")
        if device.zone is not None and device.role != "display":
            raise SettingsError(path, f"device[{place}].zone", f"a {device.role} has no zone, only a display")
        if device.zone == "slides" and not file.wall.slide:
            raise SettingsError(path, f"device[{place}].zone", NO_SLIDE, "calls")
    _check_once(path, file)


def _check_once(path: Path, file: shape.File) -> None:
    """What only one row may say."""
    said = Tally(d.series for d in file.device if d.series is not None)
    for place, device in enumerate(file.device):
        if device.series is not None and said[device.series] > 1:
            free = next(n for n in range(1, 100) if n not in said)
            raise SettingsError(
                path,
                f"device[{place}].series",
                f"{device.series} is the series of {said[device.series]} kiosks; {free} is free",
            )
    aged = [place for place, group in enumerate(file.priority_group) if group.from_years is not None]
    if len(aged) > 1:
        key = f"priority_group[{aged[1]}].from_years"
        raise SettingsError(path, key, "only one group goes by age")
    whose: dict[str, str] = {}
    for place, authority in enumerate(file.authority):
        for agency in authority.agencies:
            if whose.setdefault(agency, authority.id) != authority.id:
                key = f"authority[{place}].agencies"
                raise SettingsError(path, key, f"'{agency}' is one of '{whose[agency]}' already")


def _references(
    file: shape.File, services: set[str], counters: set[str]
) -> Iterator[tuple[str, str, set[str], str]]:
    for place, counter in enumerate(file.counter):
        for key in ("services", "then"):
            for at, wanted in enumerate(getattr(counter, key)):
                yield f"counter[{place}].{key}[{at}]", wanted, services, "service"
    for place, device in enumerate(file.device):
        if device.counter is not None:
            yield f"device[{place}].counter", device.counter, counters, "counter"


def _key_of(problem: str, file: shape.File) -> str:
    """Where in the file the thing stands that a problem of the rules names in quotes; "" when it is all."""
    for day in DAYS:
        if problem.startswith(day.title()):
            return f"hours.{day}"
    for quoted in re.findall(r"'([^']+)'", problem):
        for a, authority in enumerate(file.authority):
            for s, service in enumerate(authority.service):
                if quoted == service.id:
                    return f"authority[{a}].service[{s}]"
            if quoted in (authority.letter, authority.id):
                return f"authority[{a}]"
        for c, counter in enumerate(file.counter):
            if quoted == counter.id:
                return f"counter[{c}]"
    return ""
