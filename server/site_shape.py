"""The shape of `hall.toml`: its tables and keys, what each may hold, and what it is when left out.

Knows no hall: what the rows mean together is the business of `server.site_file`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from broker.messages import Zone
from server.hall.site import PolicyKind

Role = Literal["kiosk", "counter", "display"]

Id = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}(?!\n)$")]  # a level of an MQTT topic
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Minutes = Annotated[float, Meta(ge=0, le=1440)]
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d(?!\n)$")]
Stretch = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d(?!\n)$")]

# How the codes of an authority's dossiers begin, or, as they were written until 2020, where they are from.
Agency = Annotated[str, Meta(pattern=r"^[A-Z0-9]{2,3}(\.[A-Z0-9]{2,3}){1,4}(?!\n)$")]
Ahead = Annotated[str, Meta(pattern=r"^[1-9][0-9]?[dh](?!\n)$")]  # so many working days, or hours of work
# Of an office, never of a citizen; blank where it has none.
_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,8}"
Email = Annotated[str, Meta(pattern=rf"^({_ADDRESS})?(?!\n)$", max_length=254)]
Url = Annotated[str, Meta(pattern=r"^https?://[^\s/]+(/[^\s]*)?(?!\n)$", max_length=35)]  # a ticket's has 60


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Words(Row, frozen=True):
    vi: Name
    en: Name


class Policy(Row, frozen=True):
    kind: PolicyKind
    weight: float | None = None
    age_limit_min: Minutes | None = None
    normals: Annotated[int, Meta(ge=1)] | None = None


class Service(Row, frozen=True):
    id: Id
    name: Words
    letter: Annotated[str, Meta(max_length=4)] | None = None  # the authority's, where it has no own series
    digits: int = 3
    start: int = 1
    policy: Policy | None = None
    typical_min: Minutes = 8
    target_min: Minutes = 15
    cap: Annotated[int, Meta(ge=1)] | None = None
    collect: bool = False  # results are collected here: a scanned dossier code leads to this service


class Authority(Row, frozen=True):
    id: Id
    letter: Annotated[str, Meta(min_length=1, max_length=4)]
    name: Words
    short: Words
    service: Annotated[tuple[Service, ...], Meta(min_length=1)]
    agencies: tuple[Agency, ...] = ()
    email: Email = ""


class Counter(Row, frozen=True):
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,8}(?!\n)$")]
    services: tuple[Id, ...]
    then: tuple[Id, ...] = ()
    area: Annotated[str, Meta(max_length=20)] = ""


class Week(Row, frozen=True):
    mon: tuple[Stretch, ...] = ()
    tue: tuple[Stretch, ...] = ()
    wed: tuple[Stretch, ...] = ()
    thu: tuple[Stretch, ...] = ()
    fri: tuple[Stretch, ...] = ()
    sat: tuple[Stretch, ...] = ()
    sun: tuple[Stretch, ...] = ()


class Hours(Week, frozen=True):
    holidays: tuple[date, ...] = ()
    made_up: tuple[date, ...] = ()
    cut_off_min: Minutes = 15
    day_changes: Clock = "04:00"


class Calls(Row, frozen=True):
    recall_limit: Annotated[int, Meta(ge=0, le=20)] = 3
    recall_gap_s: Annotated[float, Meta(ge=0, le=600)] = 5
    grace_min: Minutes = 15
    undo_s: Annotated[float, Meta(ge=0, le=600)] = 10


class Choice(Row, frozen=True):
    """Something with an id that a person can choose."""

    id: Id
    name: Words


class Question(Row, frozen=True):
    """A question of the questionnaire; the law's own may leave out what it says. answers: for 2, 1, 0."""

    id: Id
    text: Words | None = None
    answers: tuple[Words, Words, Words] | None = None


class Rating(Row, frozen=True):
    levels: Annotated[int, Meta(ge=2, le=5)] = 4
    window_min: Minutes = 10
    reason: tuple[Choice, ...] = ()
    shuffle: bool = False
    questionnaire: bool = False
    question: Annotated[tuple[Question, ...], Meta(max_length=8)] = ()


class Group(Choice, frozen=True):
    """A priority group; from_years: the age at which one belongs to it, if it goes by age."""

    from_years: Annotated[int, Meta(ge=1, le=120)] | None = None


class Paper(Row, frozen=True):
    """without: what a number is worth whose paper did not come out."""

    without: Literal["issued", "void"] = "issued"


class Officer(Row, frozen=True):
    id: Id
    name: Name
    title: Annotated[str, Meta(max_length=60)] = ""


class Span(Row, frozen=True):
    """days: "mon", or "mon-fri"; one of them or a list; every day where left out."""

    starts: Clock
    ends: Clock
    zone: Zone
    days: str | tuple[str, ...] = "mon-sun"


class Slide(Row, frozen=True):
    title: Words
    lines: Annotated[tuple[Words, ...], Meta(max_length=8)] = ()


class Wall(Row, frozen=True):
    """What the hall's displays show when; a display may have a `zone` of its own."""

    zone: Zone = "calls"
    counters: bool = True
    page_s: Annotated[float, Meta(ge=12, le=600)] = 12
    old_min: Annotated[int, Meta(ge=1, le=10_080)] = 60
    rows: Annotated[int, Meta(ge=1, le=30)] | None = None
    schedule: tuple[Span, ...] = ()
    slide: Annotated[tuple[Slide, ...], Meta(max_length=20)] = ()


Volume = Annotated[int, Meta(ge=0, le=100)]


class VolumeSpan(Row, frozen=True):
    starts: Clock
    ends: Clock
    volume: Volume


class Sound(Row, frozen=True):
    """How often a call is spoken, and how loud when; 0 is quiet."""

    repeats: Annotated[int, Meta(ge=1, le=3)] = 1
    volume: Volume = 100
    span: tuple[VolumeSpan, ...] = ()


class Device(Row, frozen=True):
    id: Id
    role: Role
    counter: str | None = None
    temporary: bool = False
    series: Annotated[int, Meta(ge=1, le=99)] | None = None
    name: Words | None = None
    zone: Zone | None = None


class WorkTime(Row, frozen=True):
    """How due dates are worked out. hours: the sessions that count; where none is, the hall's."""

    convention: Literal["hours", "days"] = "hours"
    due_at: Literal["close", "same-time"] = "close"
    hours_a_day: Annotated[float, Meta(ge=1, le=24)] = 8
    late_rule: Literal["off", "forwarding", "clock"] = "forwarding"
    late_hour: Clock = "15:00"
    hours: Week = Week()


class Reminders(Row, frozen=True):
    """soon: how long before its hour something is due soon. before: when officer and authority are reminded.

    apology: also when one is due. overdue: also when it is past; every_days: and again so often, 0: never.
    """

    soon: Ahead = "3d"
    before: Annotated[tuple[Ahead, ...], Meta(max_length=5)] = ("3d", "1d")
    apology: bool = True
    overdue: bool = True
    every_days: Annotated[int, Meta(ge=0, le=90)] = 7


Days = Annotated[int, Meta(ge=0, le=36_500)]  # 0: kept


class Retention(Row, frozen=True):
    """After how many days what is held goes, 0: never. persons, secrets: after the result was handed over, or
    the dossier ended without one; persons of what was never accepted, unended: after it was received; steps,
    dossiers: after it ended. The others: after they were made."""

    persons: Days = 180
    unended: Days = 1095
    secrets: Days = 30
    steps: Days = 1825
    dossiers: Days = 0
    handovers: Days = 1825
    reminders: Days = 730
    imports: Days = 365


class Dossiers(Row, frozen=True):
    """codes: how much of a dossier's code everybody may see: date and last figures, or all of it. lines: how
    many dossiers walls go through in a round, those that concern somebody most. late_officers: whether a late
    list names officers where its approver says nothing else."""

    codes: Literal["short", "whole"] = "short"
    lines: Annotated[int, Meta(ge=6, le=600)] = 180
    late_officers: bool = False
    time: WorkTime = WorkTime()
    reminders: Reminders = Reminders()
    retention: Retention = Retention()


class File(Row, frozen=True):
    id: Id
    name: Words
    time_zone: Annotated[str, Meta(max_length=64)]
    url: Url
    hours: Hours
    authority: Annotated[tuple[Authority, ...], Meta(min_length=1)]
    counter: Annotated[tuple[Counter, ...], Meta(min_length=1)]
    hotline: Annotated[str, Meta(max_length=40)] = ""
    documents: Words = Words("Căn cước, bản chính giấy tờ", "ID card, original papers")
    notice: tuple[Words, ...] = ()
    policy: Policy = Policy(PolicyKind.ACCUMULATING)
    calls: Calls = Calls()
    rating: Rating = Rating()
    paper: Paper = Paper()
    wall: Wall = Wall()
    sound: Sound = Sound()
    dossiers: Dossiers = Dossiers()
    priority_group: tuple[Group, ...] = ()
    officer: tuple[Officer, ...] = ()
    device: tuple[Device, ...] = ()
