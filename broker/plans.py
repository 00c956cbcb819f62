"""What the server tells a device beforehand, so that it can work, also alone: concrete answers, no policy."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from broker.basics import Count, Instant, Level, Message, Words


class Opening(msgspec.Struct, frozen=True):
    """A stretch in which numbers are given: from `opens` up to, not including, `closes` (the cut-off)."""

    opens: Instant
    closes: Instant


class ServicePlan(msgspec.Struct, frozen=True):
    id: Level
    letter: str
    name: Words
    openings: tuple[Opening, ...]  # today and the coming days, in order
    place: Words = Words("", "")  # where to sit, for a ticket that the kiosk makes by itself
    digits: int = 3  # of a number at least
    collect: bool = False  # results are collected here


class AuthorityPlan(msgspec.Struct, frozen=True):
    id: Level
    letter: str
    name: Words
    short: Words
    services: tuple[ServicePlan, ...]
    agencies: tuple[str, ...] = ()  # how its dossiers' codes begin: "H42.05", "000.05.14.H42"


class PriorityGroup(msgspec.Struct, frozen=True):
    """A legal group a citizen may declare. Only the class leaves the kiosk, never the group."""

    id: Level
    name: Words


class KioskPlan(msgspec.Struct, frozen=True):
    """What a kiosk works from, also alone.

    series: the figure between letter and ordinal in numbers of its own (`A2-017`); None: it has none.
    paperless: a number without paper counts as issued; else numbers are given on paper only, and a kiosk
    without paper names the others, `elsewhere`. url: a phone page's address up to its token. elderly: the id
    of the priority group that an age of `elderly_years` or more belongs to. lookup: the server answers
    who asks how a dossier stands.
    """

    authorities: tuple[AuthorityPlan, ...]
    groups: tuple[PriorityGroup, ...]
    documents: Words  # "Mang theo: ..." at the foot of the ticket
    hotline: str
    series: Annotated[int, Meta(ge=1, le=99)] | None = None
    paperless: bool = True
    elsewhere: tuple[Words, ...] = ()
    url: Annotated[str, Meta(max_length=38)] = ""
    grace_min: Count = 0
    elderly: Level | None = None
    elderly_years: Count = 60
    lookup: bool = False


class Question(msgspec.Struct, frozen=True):
    """One question of the optional questionnaire. answers: the words for 2, 1 and 0 points, in this order."""

    id: Level
    text: Words
    answers: tuple[Words, Words, Words]


class CounterPlan(msgspec.Struct, frozen=True):
    """What the satisfaction terminal of a counter works from.

    officer: who serves there now, by name and title, so that the citizen can say "this is who served me".
    questions: asked after the rating, each may be skipped. shuffle: reasons come in another order each time.
    """

    counter: str
    levels: Annotated[int, Meta(ge=2, le=5)]
    reasons: tuple[PriorityGroup, ...]  # id and words of each reason after a negative answer
    window_s: Count  # how long after the end a rating is open
    officer: str = ""
    questions: tuple[Question, ...] = ()
    shuffle: bool = False


# What a wall shows: calls alone, calls above the dossiers' progress, progress alone, or slides.
Zone = Literal["calls", "calls-progress", "progress", "slides"]
Minute = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d(?!\n)$")]  # of the hall's day, HH:MM


class ZoneSpan(msgspec.Struct, frozen=True):
    """From `starts` up to, not including, `ends` on these weekdays (0 Monday) a wall shows `zone`."""

    days: tuple[Annotated[int, Meta(ge=0, le=6)], ...]
    starts: Minute
    ends: Minute
    zone: Zone


class VolumeSpan(msgspec.Struct, frozen=True):
    """From `starts` up to, not including, `ends` every day speakers sound at `volume` per cent; 0: quiet."""

    starts: Minute
    ends: Minute
    volume: Annotated[int, Meta(ge=0, le=100)]


class Slide(msgspec.Struct, frozen=True):
    """What an idle wall shows: the house rules, the motto, the hot line, what to bring."""

    title: Words
    lines: tuple[Words, ...] = ()


class DisplayPlan(msgspec.Struct, frozen=True):
    """What a wall works from.

    zone: outside of every span of `schedule`; a call always comes through. counters: what stands at each
    counter takes turns with the latest calls. page_s: how long a page stands. old_min: dossiers known for
    longer are marked as old. openings: when people are in the hall; outside of them a wall rests its
    panel, unless there are none. repeats: how often a call is spoken; volume: outside of every span of
    `volumes`. authorities: as the hall's file names them, short and in full: with dossiers a wall shows no
    other words. officers: who may be named in a list of late dossiers; nobody else ever is.
    """

    dwell_s: float
    rows: Count | None = None
    zone: Zone = "calls"
    schedule: tuple[ZoneSpan, ...] = ()
    slides: tuple[Slide, ...] = ()
    counters: bool = True
    page_s: Annotated[float, Meta(ge=12)] = 12.0
    old_min: Annotated[int, Meta(ge=1)] = 60
    openings: tuple[Opening, ...] = ()
    repeats: Annotated[int, Meta(ge=1, le=3)] = 1
    volume: Annotated[int, Meta(ge=0, le=100)] = 100
    volumes: tuple[VolumeSpan, ...] = ()
    authorities: tuple[Words, ...] = ()
    officers: tuple[Annotated[str, Meta(max_length=60)], ...] = ()


class DeviceConfig(Message, frozen=True, kw_only=True):
    """Retained, one for each device: concrete answers, no policy."""

    rev: Count
    at: Instant
    hall: Words
    time_zone: str
    kiosk: KioskPlan | None = None
    counter: CounterPlan | None = None
    display: DisplayPlan | None = None
