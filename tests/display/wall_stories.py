"""Days of a whole wall, for both implementations: zones by the hour, dossiers, slides, rest, and calls."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import time
from typing import Any

from broker import messages as m
from broker.device import BoardArrived, ConfigArrived, DossiersArrived, ServerDown, ServerUp
from broker.vocabulary import Tick
from display.progress import Room
from display.view import DossierRow, View
from display.wall import Wall
from tests.display.hall import HALL, ZONE, Hall, at
from tests.display.scenarios import Input, Scenario

ROOMS: dict[m.Zone, Room] = {"calls-progress": Room(4, 3), "progress": Room(7, 5)}
OFFICERS = ("Trần Thị Bình", "Lê Văn Cường")
NAMES = (
    m.Words("Tư pháp", "Justice"),
    m.Words("Sở Xây dựng", "Department of Construction"),
    m.Words("Y tế", "Health"),
)
CODES = (
    "261109-0118",
    "H42.05-261112-0042",
    "000.05.14.H42-261116-0207",
    "261117–003",
    "261199-0001",  # no such day
    "Nguyễn Văn A",
    "0912345678",
    "261109-0118 Nguyễn",
    "271109-0118",  # of next year
)
DAYS = ("", "2026-11-26", "2026-02-30")
STAGES: tuple[m.Stage, ...] = ("ready", "supplement", "payment", "processing")
SLIDES = (
    m.Slide(m.Words("Nội quy", "Rules"), (m.Words("Giữ trật tự", "Quiet"), m.Words(" ", " "))),
    m.Slide(m.Words("Tổng đài 1022", "Hotline 1022")),
)


def plan(luck: random.Random) -> m.DisplayPlan:
    zones: tuple[m.Zone, ...] = ("calls", "calls-progress", "progress", "slides")
    spans = tuple(
        m.ZoneSpan(
            tuple(sorted(luck.sample(range(7), luck.randrange(1, 8)))),
            f"{luck.randrange(24):02}:{luck.choice((0, 30)):02}",
            f"{luck.randrange(24):02}:{luck.choice((0, 15, 59)):02}",
            luck.choice(zones),
        )
        for _ in range(luck.randrange(4))
    )
    hours = m.Opening(at(-2400), at(11_000)), m.Opening(at(84_000), at(97_000))
    return m.DisplayPlan(
        dwell_s=8,
        zone=luck.choice(zones),
        schedule=spans,
        slides=SLIDES[: luck.randrange(3)],
        page_s=luck.choice((12, 15)),
        old_min=luck.choice((1, 60)),
        openings=hours[: luck.randrange(3)],
        authorities=NAMES,
        officers=luck.choice(((), OFFICERS)),
    )


def dossiers(luck: random.Random, rev: int, now: float) -> m.Dossiers:
    lines = tuple(
        m.DossierLine(
            luck.choice(CODES) if luck.random() < 0.5 else f"2611{luck.randrange(1, 25):02}-{n:04}",
            luck.choice((*NAMES, m.Words("Bà Nguyễn Thị B", "Mrs B"))),
            luck.choice(STAGES),
            luck.choice((None, at(now - 90_000), at(now + 600), at(now + 400_000))),
            luck.choice(("", "14", "7", "KCN-1", "0912345", "Anh A")),
        )
        for n in range(luck.choice((0, 3, 30, 90)))
    )
    units = tuple(
        m.LateUnit(name, luck.randrange(4), luck.randrange(3), tuple(late_officers(luck))) for name in NAMES
    )
    month = luck.choice(("2026-11", "2026-1", "11/2026", "2026-13"))
    totals: dict[m.Stage, int] = luck.choice(({}, {"ready": 18, "supplement": 5, "payment": 2}))
    return m.Dossiers(
        rev=rev,
        at=at(now),
        known_at=luck.choice((None, at(now), at(now - 200), at(now - 90_000))),
        lines=lines,
        totals=totals,
        late=luck.choice((None, m.LateList(month, units, luck.choice(DAYS)))),
        late_year=luck.choice((None, m.LateList(luck.choice(("2026", "26", "2026-01")), units[:2]))),
    )


def late_officers(luck: random.Random) -> Iterator[m.LateOfficer]:
    for name in (*OFFICERS, "Ai Đó") if luck.random() < 0.3 else ():
        yield m.LateOfficer(name, luck.randrange(3), luck.randrange(3))


def wall_stories(count: int, length: int = 50) -> Iterator[Scenario]:
    for seed in range(count):
        luck, hall, now = random.Random(seed), Hall(), 0.0
        made = Scenario(f"wall {seed}")
        config = m.DeviceConfig(rev=1, at=at(0), hall=HALL, time_zone=ZONE, display=plan(luck))
        made.steps += [Input(0, "up"), Input(0, "config", config), Input(0, "board", hall.board(at(0)))]
        for rev in range(1, length):
            now += luck.choice((0, 1, 4, 8, 12.2, 12.2, 15.2, 40, 900, 5000))
            act = luck.choice(("call", "dossiers", "dossiers", "plan", "down", "up", *["tick"] * 6))
            if act == "call":
                hall.call(at(now), f"B{rev:03}", str(luck.randrange(1, 13)))
                made.steps.append(Input(now, "board", hall.board(at(now))))
            elif act == "dossiers":
                told = dossiers(luck, luck.choice((rev, max(1, rev - 5))), now)
                made.steps.append(Input(now, "dossiers", told))
            elif act == "plan" and luck.random() < 0.3:
                config = m.DeviceConfig(rev=rev, at=at(now), hall=HALL, time_zone=ZONE, display=plan(luck))
                made.steps.append(Input(now, "config", config))
            else:
                made.steps.append(Input(now, act if act in ("down", "up") else "tick"))
        yield made


def display_wall(scenario: Scenario) -> Wall:
    return Wall(at(scenario.steps[0].at), ZONE, "vi", ROOMS)


def tell(wall: Wall, step: Input) -> None:
    made: Any = {
        "board": lambda: BoardArrived(step.message),
        "config": lambda: ConfigArrived(step.message),
        "dossiers": lambda: DossiersArrived(step.message),
        "up": lambda: ServerUp(1),
        "down": ServerDown,
        "tick": Tick,
    }[step.kind]()
    wall.handle(made, at(step.at))


def due_of(row: DossierRow) -> str:
    if isinstance(row.due, time):
        return f"{row.due:%H:%M}"
    return row.due.isoformat() if row.due else ""


def seen(view: View) -> dict[str, Any]:
    """A view in plain values; the page in a browser says the same of its own."""
    told: dict[str, Any] = {"face": view.face, "progress": None, "slides": None, "rest": None}
    if (shown := view.progress) is not None:
        old = shown.old
        page = shown.page
        told["progress"] = {
            "page": None
            if page is None
            else {
                "number": page.number,
                "of": page.of,
                "rows": [[r.code, r.authority, r.standing, r.place, due_of(r)] for r in page.rows],
                "late": [[u.authority, u.officer, u.overdue, u.resolved_late] for u in page.late],
                "month": page.month,
                "as_of": page.as_of,
            },
            "ready": shown.ready,
            "waiting": shown.waiting,
            "old": None if old is None else [old[0].isoformat() if old[0] else "", f"{old[1]:%H:%M}"],
        }
    if view.slides is not None:
        slides = [[s.title, list(s.lines)] for s in view.slides.slides]
        told["slides"] = [slides, view.slides.turn]
    if (rest := view.rest) is not None:
        opens = rest.opens
        told["rest"] = [
            rest.minute,
            None if opens is None else [opens[0].isoformat(), f"{opens[1]:%H:%M}"],
        ]
    return told
