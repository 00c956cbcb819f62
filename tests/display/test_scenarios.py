"""The scenarios that every implementation of the wall's rules must pass, here by the display's own."""

from __future__ import annotations

from typing import Any

import pytest

from broker.device import BoardArrived, ConfigArrived, ServerDown, ServerUp
from display import pages
from display.core import Tick
from display.scene import Scene
from tests.display.hall import Wall, at
from tests.display.scenarios import Input, Look, Scenario, scenarios, stories

ALL = list(scenarios())
ROOM = 3  # rows of the list's card: few, so that there is more than one page


def wall_of(scenario: Scenario) -> Wall:
    first = next(step.at for step in scenario.steps)
    return Wall(at(first), calm=scenario.calm)


def tell(wall: Wall, step: Input) -> None:
    made: Any = {
        "board": lambda: BoardArrived(step.message),
        "config": lambda: ConfigArrived(step.message),
        "up": lambda: ServerUp(1),
        "down": ServerDown,
        "tick": Tick,
    }[step.kind]()
    wall.tell(made, at(step.at))


def seen(scene: Scene) -> dict[str, Any]:
    """A scene in the words of the scenarios; the page in a browser says the same of its own."""
    hero = scene.hero
    return {
        "hero": f"{hero.number}>{hero.counter}" if hero else "",
        "fresh": bool(hero and hero.fresh),
        "pulse": bool(hero and hero.pulse),
        "rows": " ".join(f"{row.number}>{row.counter}" for row in scene.rows),
        "due": " ".join(row.number for row in scene.rows if row.due),
        "desks": " ".join(f"{d.counter}:{'paused' if d.paused else d.number or '-'}" for d in scene.desks),
        "waiting": " ".join(f"{w.letter}{'-' if w.count is None else w.count}" for w in scene.waiting),
        "upcoming": list(scene.upcoming),
        "notices": list(scene.notices),
        "called": scene.called,
        "card": card(pages.page_of(scene, ROOM)),
        "page": scene.page,
        "stale": int(scene.staleness),
        "known_at": f"{scene.known_at:%H:%M}" if scene.known_at else "",
        "clock": f"{scene.clock:%H:%M}",
        "day": scene.day.isoformat(),
        "hall": scene.hall,
    }


def card(page: pages.Page) -> list[str]:
    """What the list's card shows in this turn."""
    match page:
        case pages.Latest(rows):
            return [f"{row.number}>{row.counter}" for row in rows]
        case pages.Present(desks):
            return [f"{desk.counter}:{desk.number or '-'}" for desk in desks]
        case pages.Pausing(rows):
            return ["paused " + " ".join(row) for row in rows]


@pytest.mark.parametrize("scenario", ALL, ids=[scenario.name for scenario in ALL])
def test_the_display_passes_every_scenario(scenario: Scenario) -> None:
    wall = wall_of(scenario)
    for step in scenario.steps:
        if isinstance(step, Input):
            tell(wall, step)
        else:
            there = seen(wall.view(at(step.at)))
            assert {key: there[key] for key in step.seen} == step.seen, (step.at, there)
            if step.heard is not None:
                assert [call.seq for call in wall.announced] == step.heard, step.at


def test_every_scenario_and_every_story_says_something() -> None:
    assert len({scenario.name for scenario in ALL}) == len(ALL)
    assert all(any(isinstance(step, Look) for step in scenario.steps) for scenario in ALL)
    told = [len(wall_after(story).announced) for story in stories(5)]
    assert min(told) > 3


def wall_after(scenario: Scenario) -> Wall:
    wall = wall_of(scenario)
    for step in scenario.steps:
        if isinstance(step, Input):
            tell(wall, step)
    return wall
