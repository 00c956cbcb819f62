"""The rules of the wall in a browser are those of the display: every scenario, and many random days."""

from __future__ import annotations

from typing import Any

import msgspec

from display import rest
from tests.browser.conftest import Reader
from tests.display import wall_stories
from tests.display.hall import ZONE, at
from tests.display.scenarios import Input, Look, Scenario, scenarios, stories
from tests.display.test_scenarios import ROOM, seen, tell, wall_of

STORIES = 40
AFTER_S = (0.0, 3.0, 190.0)  # a picture is looked at when something came, and a while later

# (scenarios) -> for each scenario and step what is seen at the step and after it, and what was announced.
RUN = """
const done = arguments[arguments.length - 1], [scenarios, zone, after] = arguments;
const card = page => page.kind === "latest" ? page.rows.map(r => `${r.number}>${r.counter}`)
  : page.kind === "present" ? page.rows.map(d => `${d.counter}:${d.number || "-"}`)
  : page.rows.map(row => "paused " + row.join(" "));
const seen = (s, pageOf) => ({
  card: card(pageOf(s, ROOM)),
  hero: s.hero ? `${s.hero.number}>${s.hero.counter}` : "", fresh: Boolean(s.hero && s.hero.fresh),
  pulse: Boolean(s.hero && s.hero.pulse), rows: s.rows.map(r => `${r.number}>${r.counter}`).join(" "),
  due: s.rows.filter(r => r.due).map(r => r.number).join(" "),
  desks: s.desks.map(d => `${d.counter}:${d.paused ? "paused" : d.number || "-"}`).join(" "),
  waiting: s.waiting.map(w => `${w.letter}${w.count === null ? "-" : w.count}`).join(" "),
  upcoming: s.upcoming, notices: s.notices, called: s.called, page: s.page, stale: s.staleness,
  known_at: s.knownAt || "", clock: s.clock, day: s.day, hall: s.hall,
});
Promise.all([import("/static/board-core.js"), import("/static/board-facts.js")])
  .then(([{ Calls }, { pageOf }]) => done(scenarios.map(({ calm, steps }) => {
  const calls = new Calls(steps[0].at, { zone, calm }), heard = [], shown = [];
  return steps.map(step => {
    if (step.input) {
      for (const effect of calls.handle(step.input, step.at)) {
        (effect.kind === "announce" ? heard : shown).push(effect.call.seq);
      }
    }
    const due = calls.nextDeadline(step.at), looks = after.map(ms => seen(calls.view(step.at + ms), pageOf));
    return { heard: [...heard], shown: [...shown], due, seen: looks };
  });
}))).catch(error => done(String(error.stack)));
"""


def told(step: Input | Look) -> dict[str, Any]:
    made: dict[str, Any] = {"at": at(step.at).timestamp() * 1000}
    if isinstance(step, Input):
        made["input"] = {"kind": step.kind}
        if step.message is not None:
            made["input"][step.kind] = msgspec.to_builtins(step.message)
    return made


def in_browser(reader: Reader, told_scenarios: list[Scenario]) -> list[list[dict[str, Any]]]:
    script = [{"calm": s.calm, "steps": [told(step) for step in s.steps]} for s in told_scenarios]
    reader.open("/login")
    done = reader.driver.execute_async_script(
        RUN.replace("ROOM", str(ROOM)), script, ZONE, [s * 1000 for s in AFTER_S]
    )
    assert isinstance(done, list), done
    return done


def test_the_page_passes_every_scenario_of_the_display(reader: Reader) -> None:
    every = list(scenarios())
    for scenario, looks in zip(every, in_browser(reader, every), strict=True):
        for step, look in zip(scenario.steps, looks, strict=True):
            if isinstance(step, Look):
                there = look["seen"][0]
                where = (scenario.name, step.at, there)
                assert {key: there[key] for key in step.seen} == step.seen, where
                assert step.heard in (None, look["heard"]), where


RUN_WALL = """
const done = arguments[arguments.length - 1], [scenarios, zone, rooms] = arguments;
const seen = ({ face, progress, slides, rest }) => ({
  face,
  progress: progress && {
    page: progress.page && {
      number: progress.page.number, of: progress.page.of, month: progress.page.month,
      as_of: progress.page.asOf,
      rows: progress.page.rows.map(r => [r.code, r.authority, r.standing, r.place, r.due]),
      late: progress.page.late.map(u => [u.authority, u.officer, u.overdue, u.resolved]),
    },
    ready: progress.ready, waiting: progress.waiting,
    old: progress.old && [progress.old.day, progress.old.clock],
  },
  slides: slides && [slides.slides.map(s => [s.title, s.lines]), slides.turn],
  rest: rest && [rest.minute, rest.opens && [rest.opens.day, rest.opens.clock]],
});
import("/static/board-wall.js").then(({ Wall, drift }) => done(scenarios.map(({ steps }) => {
  const wall = new Wall(steps[0].at, { zone, rooms });
  return steps.map(step => {
    wall.handle(step.input, step.at);
    return { seen: seen(wall.view(step.at)), due: wall.nextDeadline(step.at), drift: drift(step.at) };
  });
}))).catch(error => done(String(error.stack)));
"""


def test_page_and_display_turn_zones_dossiers_and_slides_alike(reader: Reader) -> None:
    every = list(wall_stories.wall_stories(STORIES))
    script = [{"steps": [told(step) for step in s.steps]} for s in every]
    rooms = {
        zone: {"dossiers": room.dossiers, "late": room.late} for zone, room in wall_stories.ROOMS.items()
    }
    reader.open("/login")
    done = reader.driver.execute_async_script(RUN_WALL, script, ZONE, rooms)
    assert isinstance(done, list), done
    faces = set()
    for scenario, looks in zip(every, done, strict=True):
        wall = wall_stories.display_wall(scenario)
        for step, look in zip(scenario.steps, looks, strict=True):
            assert isinstance(step, Input)
            wall_stories.tell(wall, step)
            now = at(step.at)
            there = wall_stories.seen(wall.view(now))
            assert look["seen"] == there, (scenario.name, step.at)
            assert abs(look["due"] - wall.next_deadline(now).timestamp() * 1000) < 1, (scenario.name, step.at)
            assert tuple(look["drift"]) == rest.drift(now)
            faces.add(there["face"])
    assert faces == {"calls", "calls-progress", "progress", "slides", "rest"}


def test_page_and_display_see_the_same_whatever_happens(reader: Reader) -> None:
    every = [*scenarios(), *stories(STORIES)]
    for scenario, looks in zip(every, in_browser(reader, every), strict=True):
        wall = wall_of(scenario)
        for step, look in zip(scenario.steps, looks, strict=True):
            if isinstance(step, Input):
                tell(wall, step)
            where = (scenario.name, step.at)
            for seconds, there in zip(AFTER_S, look["seen"], strict=True):
                assert there == seen(wall.view(at(step.at + seconds))), (*where, seconds)
            assert look["heard"] == [call.seq for call in wall.announced], where
            assert look["shown"] == [shown.call.seq for shown in wall.shown], where
            due = wall.display.next_deadline(at(step.at))
            assert abs(look["due"] - due.timestamp() * 1000) < 1, where
