"""The hall's own file: `hall.toml`, typed, read into the `Site` that the rules compare against.

Knows the shape of the file and where in it each mistake stands; what makes sense in a hall is the business of
`server.hall.site.problems`. Every mistake becomes one `SettingsError` with file, key and, where a word was
nearly right, what was meant. `docs` of each key: `examples/hanam/hall.toml`.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec
from msgspec import Meta

from hardware.settings import SettingsError, load
from server.hall.site import (
    Authority,
    Counter,
    Hours,
    Policy,
    PolicyKind,
    Service,
    Session,
    Site,
    Words,
    problems,
)
from server.questionnaire import Question, legal_questions

Role = Literal["kiosk", "counter", "display"]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Id = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}(?!\n)$")]  # a level of an MQTT topic
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Minutes = Annotated[float, Meta(ge=0, le=1440)]
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d(?!\n)$")]
Stretch = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d(?!\n)$")]

Url = Annotated[str, Meta(pattern=r"^https?://[^\s/]+(/[^\s]*)?(?!\n)$", max_length=35)]  # a ticket's has 60


@dataclass(frozen=True, slots=True)
class Device:
    """What a device may do. counter: where a terminal stands, or whose visits a kiosk beside it asks about.
    temporary: comes, goes, and is not missed.
    """

    role: Role
    counter: str | None = None
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class HallConfig:
    """The whole file: the rules' part (`site`) and what only edges need.

    devices: id -> Device. officers: id -> name, for staff pages only. groups, reasons: id -> words, in the
    order of the file. url: how phones reach this hall, without a slash at the end. questions: of the
    questionnaire after a rating, none without one; shuffle: its reasons come in another order each time.
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


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Words(_Row, frozen=True):
    vi: Name
    en: Name


class _Policy(_Row, frozen=True):
    kind: PolicyKind
    weight: float | None = None
    age_limit_min: Minutes | None = None
    normals: Annotated[int, Meta(ge=1)] | None = None


class _Service(_Row, frozen=True):
    id: Id
    name: _Words
    letter: str | None = None  # the authority's, unless the service has a series of its own
    digits: int = 3
    start: int = 1
    policy: _Policy | None = None
    typical_min: Minutes = 8
    target_min: Minutes = 15
    cap: Annotated[int, Meta(ge=1)] | None = None


class _Authority(_Row, frozen=True):
    id: Id
    letter: str
    name: _Words
    short: _Words
    service: Annotated[tuple[_Service, ...], Meta(min_length=1)]


class _Counter(_Row, frozen=True):
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,8}(?!\n)$")]
    services: tuple[Id, ...]
    then: tuple[Id, ...] = ()
    area: Annotated[str, Meta(max_length=20)] = ""


class _Hours(_Row, frozen=True):
    mon: tuple[Stretch, ...] = ()
    tue: tuple[Stretch, ...] = ()
    wed: tuple[Stretch, ...] = ()
    thu: tuple[Stretch, ...] = ()
    fri: tuple[Stretch, ...] = ()
    sat: tuple[Stretch, ...] = ()
    sun: tuple[Stretch, ...] = ()
    holidays: tuple[date, ...] = ()
    made_up: tuple[date, ...] = ()
    cut_off_min: Minutes = 15
    day_changes: Clock = "04:00"


class _Calls(_Row, frozen=True):
    recall_limit: Annotated[int, Meta(ge=0, le=20)] = 3
    recall_gap_s: Annotated[float, Meta(ge=0, le=600)] = 5
    grace_min: Minutes = 15
    undo_s: Annotated[float, Meta(ge=0, le=600)] = 10


class _Choice(_Row, frozen=True):
    """Something with an id that a person can choose."""

    id: Id
    name: _Words


class _Question(_Row, frozen=True):
    """A question of the questionnaire; the law's own may leave out what it says. answers: for 2, 1, 0."""

    id: Id
    text: _Words | None = None
    answers: tuple[_Words, _Words, _Words] | None = None


class _Rating(_Row, frozen=True):
    levels: Annotated[int, Meta(ge=2, le=5)] = 4
    window_min: Minutes = 10
    reason: tuple[_Choice, ...] = ()
    shuffle: bool = False
    questionnaire: bool = False
    question: Annotated[tuple[_Question, ...], Meta(max_length=8)] = ()


class _Officer(_Row, frozen=True):
    id: Id
    name: Name


class _Device(_Row, frozen=True):
    id: Id
    role: Role
    counter: str | None = None
    temporary: bool = False


class _File(_Row, frozen=True):
    id: Id
    name: _Words
    time_zone: str
    url: Url
    hours: _Hours
    authority: Annotated[tuple[_Authority, ...], Meta(min_length=1)]
    counter: Annotated[tuple[_Counter, ...], Meta(min_length=1)]
    hotline: str = ""
    documents: _Words = _Words("Căn cước, bản chính giấy tờ", "ID card, original papers")
    notice: tuple[_Words, ...] = ()
    policy: _Policy = _Policy(PolicyKind.ACCUMULATING)
    calls: _Calls = _Calls()
    rating: _Rating = _Rating()
    priority_group: tuple[_Choice, ...] = ()
    officer: tuple[_Officer, ...] = ()
    device: tuple[_Device, ...] = ()


def load_site(path: Path) -> HallConfig:
    """Read `hall.toml`. Raises SettingsError for the first thing that is wrong or would break the day."""
    file = load(path, _File)
    _check_ids(path, file)
    _check_references(path, file)
    site = _site(path, file)
    for problem in problems(site):
        raise SettingsError(path, _key_of(problem, file), problem)
    return HallConfig(
        site=site,
        devices={d.id: Device(d.role, d.counter, d.temporary) for d in file.device},
        officers={o.id: o.name for o in file.officer},
        groups={g.id: _words(g.name) for g in file.priority_group},
        reasons={r.id: _words(r.name) for r in file.rating.reason},
        hotline=file.hotline,
        documents=_words(file.documents),
        notices=tuple(_words(n) for n in file.notice),
        url=file.url.rstrip("/"),
        questions=_questions(path, file.rating),
        shuffle=file.rating.shuffle,
    )


def _site(path: Path, file: _File) -> Site:
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
        rating_window=timedelta(minutes=file.rating.window_min),
        rating_levels=file.rating.levels,
        rating_reasons=frozenset(r.id for r in file.rating.reason),
        rating_questions=frozenset(q.id for q in _questions(path, file.rating)),
    )


def _service(file: _File, authority: _Authority, service: _Service) -> Service:
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


def _policy(row: _Policy) -> Policy:
    """What the file leaves out has the value that `Policy` has by default; an age limit of 0 means none."""
    usual = Policy()
    age = row.age_limit_min
    return Policy(
        kind=row.kind,
        weight=usual.weight if row.weight is None else row.weight,
        age_limit=usual.age_limit if age is None else timedelta(minutes=age) if age else None,
        normals=usual.normals if row.normals is None else row.normals,
    )


def _hours(row: _Hours) -> Hours:
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


def _questions(path: Path, rating: _Rating) -> tuple[Question, ...]:
    """The rows of the file, or all of the law's; what a row leaves out is as the law's question has it."""
    law = legal_questions()
    if not rating.questionnaire:
        return ()
    if not rating.question:
        return tuple(law.values())
    return tuple(_question(path, place, row, law) for place, row in enumerate(rating.question))


def _question(path: Path, place: int, row: _Question, law: dict[str, Question]) -> Question:
    usual = law.get(row.id)
    text = usual.text if row.text is None and usual else row.text
    answers = usual.answers if row.answers is None and usual else row.answers
    if text is None or answers is None:
        what = f"'{row.id}' is none of the law's ({', '.join(law)}): it needs a text and three answers"
        raise SettingsError(path, f"rating.question[{place}]", what)
    two, one, none = answers
    return Question(row.id, _words(text), (_words(two), _words(one), _words(none)))


def _words(row: _Words | Words) -> Words:
    return Words(row.vi, row.en)


def _zone(path: Path, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        nearest = _nearest(name, available_timezones())
        raise SettingsError(path, "time_zone", f"there is no time zone '{name}'", nearest) from None


def _check_ids(path: Path, file: _File) -> None:
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


def _check_references(path: Path, file: _File) -> None:
    """What one row says of another must be there; a near miss is a misspelling."""
    services = {s.id for a in file.authority for s in a.service}
    counters = {c.id for c in file.counter}
    for key, wanted, known, noun in _references(file, services, counters):
        if wanted not in known:
            raise SettingsError(path, key, f"there is no {noun} '{wanted}'", _nearest(wanted, known))
    for place, device in enumerate(file.device):
        if device.counter is None and device.role == "counter":
            raise SettingsError(path, f"device[{place}].counter", "a counter needs counter")
        if device.counter is not None and device.role == "display":
            raise SettingsError(path, f"device[{place}].counter", "a display has no counter")


def _references(
    file: _File, services: set[str], counters: set[str]
) -> Iterator[tuple[str, str, set[str], str]]:
    for place, counter in enumerate(file.counter):
        for key in ("services", "then"):
            for at, wanted in enumerate(getattr(counter, key)):
                yield f"counter[{place}].{key}[{at}]", wanted, services, "service"
    for place, device in enumerate(file.device):
        if device.counter is not None:
            yield f"device[{place}].counter", device.counter, counters, "counter"


def _key_of(problem: str, file: _File) -> str:
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


def _nearest(word: str, known: Iterable[str]) -> str | None:
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return close[0] if close else None
