"""A wall in a browser for tests: a hall in which something goes on, and what stands on the page."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from broker import messages as m
from server.hall import commands as c
from tests.browser.conftest import Reader
from tests.web.place import MORNING, Place

LAND = "environment-land"
COUNTERS = ("7", "8")  # both serve LAND


class RunningClock:
    """A Monday morning that goes on, at this speed."""

    synchronised = True

    def __init__(self, speed: float = 1.0) -> None:
        self._speed, self._began = speed, time.monotonic()

    def now(self) -> datetime:
        return MORNING + timedelta(seconds=self._speed * (time.monotonic() - self._began))

    def real_seconds(self, hall_seconds: float) -> float:
        return hall_seconds / self._speed

    def pass_(self, seconds: float) -> None:
        self._began -= seconds / self._speed


class Caller:
    """Officers at two counters who call one after the other."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._turn = itertools.cycle(COUNTERS)
        self.called: list[str] = []
        for counter in COUNTERS:
            place.at(counter, c.OpenCounter)

    def call(self, times: int = 1) -> list[str]:
        """New numbers, called at once; in the order of the calls."""
        for _ in range(times):
            self._place.issue(LAND)
            self.called.append(self._place.at(next(self._turn), c.CallNext)["number"])
        return self.called[-times:]


def dossiers(place: Place, rev: int = 1, **changes: Any) -> m.Dossiers:
    """A register with six dossiers on its first page, as in the design's picture."""
    now = place.clock.now()
    names = [m.Words(a.short.vi, a.short.en) for a in place.config.site.authorities]
    rows: tuple[tuple[str, m.Stage, timedelta | None, str], ...] = (
        ("261109-0118", "ready", None, "14"),
        ("H42.05-261112-0042", "ready", None, "14"),
        ("261116-0207", "supplement", None, "7"),
        ("261117-0031", "payment", None, "5"),
        ("261118-0090", "processing", timedelta(days=2), ""),
        ("261119-0153", "processing", -timedelta(days=2), ""),
        ("261119-0154", "processing", timedelta(days=3), ""),
    )
    lines = tuple(
        m.DossierLine(code, names[i], stage, None if due is None else now + due, where)
        for i, (code, stage, due, where) in enumerate(rows)
    )
    totals: dict[m.Stage, int] = {"ready": 18, "supplement": 5, "payment": 2}
    made = m.Dossiers(rev=rev, at=now, known_at=now, lines=lines, totals=totals)
    return replace_message(made, **changes)


def replace_message(message: m.Dossiers, **changes: Any) -> m.Dossiers:
    return m.Dossiers(**{f: changes.get(f, getattr(message, f)) for f in message.__struct_fields__})


def publish(place: Place, told: m.Dossiers) -> None:
    """Let the hall's register be this from now on."""
    place.app.extensions["hall"] = replace(place.hall, dossiers=lambda: told)


def hero(reader: Reader) -> list[str]:
    """Number and counter of the call, as they are seen."""
    found: list[str] = reader.js(
        "return [...document.querySelectorAll('#hero .call, #hero .to .n')].map(e => e.textContent)"
    )
    return found


def rows(reader: Reader) -> list[str]:
    found: list[str] = reader.js(
        "return [...document.querySelectorAll('#list li b:first-child')].map(e => e.textContent)"
    )
    return found


def live(reader: Reader) -> None:
    """Wait until the page's script has drawn what the server told it."""
    reader.until(lambda: reader.js("return document.body.dataset.heard"), "the page has heard the hall")


# What has text and is seen: cut off, or outside of the window.
OVERFLOW = """
const out = [];
for (const e of document.querySelectorAll("body *")) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!own || !e.checkVisibility() || e.closest(".hidden")) continue;
  if (e.className === "authority" && /^H[0-9]/.test(e.textContent)) continue;  // with agency: "…"
  const range = document.createRange();
  range.selectNodeContents(e);
  const r = range.getBoundingClientRect(), box = (e.closest("td, th, li, #hero, #band, #slide") || e);
  const b = box.getBoundingClientRect();
  if (getComputedStyle(box).clip !== "auto" || b.width < 2) continue;
  if (r.left < -1 || r.right > innerWidth + 1 || r.left < b.left - 2 || r.right > b.right + 2) {
    out.push(`${e.tagName}.${e.className} ${e.textContent.slice(0, 30)} ${r.left}-${r.right}`);
  }
}
const root = document.documentElement;
return [root.scrollWidth - innerWidth, root.scrollHeight - innerHeight, out];
"""


def overflow(reader: Reader) -> list[Any]:
    """[wider than the window, higher than the window, texts that are cut]."""
    found: list[Any] = reader.js(OVERFLOW)
    return found
