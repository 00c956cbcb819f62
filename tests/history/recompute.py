"""The figures of a log once more, from its raw rows, by other words than the product's.

Imports nothing of the product. It reads JSON and knows from the design what each figure is; whoever changes a
definition has to change it here too, and will think twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

CLOSES = {"Finished": "served", "MarkedNoShow": "no_show", "Parked": "parked", "Cancelled": "cancelled",
          "Transferred": "waiting"}  # fmt: skip


@dataclass
class Person:
    day: str
    service: str
    priority: bool
    issued: datetime
    state: str = "waiting"
    why: str = ""
    counter: str = ""
    officer: str = ""
    first_call: datetime | None = None
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class Standing:
    person: str
    counter: str
    officer: str
    service: str
    called: datetime
    started: datetime | None = None
    ended: datetime | None = None
    how: str = ""
    by_closing: bool = False
    gap: timedelta = timedelta()


@dataclass
class Open:
    counter: str
    officer: str
    since: datetime
    until: datetime | None = None
    paused: str = ""


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Log:
    """The whole log, read row by row. Undone commands are dropped before anything is counted."""

    def __init__(self, file: Path, zone: str = "Asia/Ho_Chi_Minh") -> None:
        db = sqlite3.connect(file)
        rows = [
            (seq, day, kind, command, by, json.loads(body))
            for seq, day, kind, command, by, body in db.execute(
                'select seq, day, kind, command, "by", body from event order by seq'
            )
        ]
        db.close()
        self.zone = ZoneInfo(zone)
        self.people: dict[str, Person] = {}
        self.standings: list[Standing] = []
        self.opens: list[Open] = []
        self.ratings: list[tuple[str, str, str, str, int, int]] = []
        taken_back = {body["undoes"] for _, _, kind, _, _, body in rows if kind == "Undone"}
        here: dict[str, Standing] = {}
        open_now: dict[str, Open] = {}
        last: dict[str, datetime] = {}
        for _, day, kind, command, by, body in rows:
            at = when(body["at"])
            if kind == "Undone":
                last[body["counter"]] = at
                continue
            if command in taken_back and kind not in ("CounterOpened", "Issued"):
                if body.get("counter") and by != "hall":
                    last[body["counter"]] = at
                continue
            if kind in ("Issued", "ToldTooLate", "Entered"):
                self._new(body["ticket"])
            elif kind in ("CounterOpened", "CounterPaused", "CounterClosed"):
                self._counter(kind, body, at, by, open_now, last)
            elif kind == "Rated":
                self.ratings.append((day, body["service"], body["counter"], body["officer"] or "",
                                     body["level"], body["levels"]))  # fmt: skip
            elif kind == "Merged":
                raise AssertionError("this month has none")
            elif "ticket" in body and isinstance(body["ticket"], str) and body["ticket"] in self.people:
                if body.get("counter") and by != "hall":
                    last[body["counter"]] = at
                self._moved(kind, body, at, here)
        self._gaps()

    def _new(self, t: dict[str, Any]) -> None:
        self.people[t["id"]] = Person(
            t["day"], t["service"], t["klass"] == "priority", when(t["issued_at"]), t["state"],
            t["reason"] or "", t["counter"] or "", t["officer"] or "",
            None if t["called_at"] is None else when(t["called_at"]),
        )  # fmt: skip

    def _counter(self, kind: str, body: dict[str, Any], at: datetime, by: str, open_now: dict[str, Open],
                 last: dict[str, datetime]) -> None:  # fmt: skip
        id = body["counter"]
        old = open_now.pop(id, None)
        if old is not None:
            forgotten = kind == "CounterClosed" and by == "hall"
            old.until = max(old.since, last.get(id, old.since)) if forgotten else at
        if kind != "CounterClosed":
            officer = body.get("officer") or "" if kind == "CounterOpened" else (old.officer if old else "")
            made = Open(id, officer, at, None, body.get("reason", "") if kind == "CounterPaused" else "")
            if kind == "CounterPaused":
                made.paused = body["reason"]
            open_now[id] = made
            self.opens.append(made)

    def _moved(self, kind: str, body: dict[str, Any], at: datetime, here: dict[str, Standing]) -> None:
        person, id, counter = self.people[body["ticket"]], body["ticket"], body.get("counter")
        standing = here.get(counter) if counter else None
        if standing is not None and standing.person != id:
            standing = None
        if kind == "Called":
            person.counts["requeued"] += person.state in ("parked", "no_show")
            person.counts["out_of_turn"] += person.state == "waiting" and body["exception"] is not None
            person.state, person.counter, person.officer = "called", counter, body["officer"] or ""
            person.first_call = person.first_call or at
            here[counter] = Standing(id, counter, body["officer"] or "", person.service, at)
            self.standings.append(here[counter])
        elif kind == "Started":
            person.state = "serving"
            if standing:
                standing.started = at
        elif kind == "BroughtBack":
            person.state = "waiting"
            person.counts["requeued"] += 1
        elif kind in CLOSES:
            person.state = CLOSES[kind]
            person.why = body.get("reason") or ("auto" if body.get("auto") else "")
            person.counts["transferred"] += kind == "Transferred"
            if kind == "Transferred":
                person.service = body["to_service"]
            if standing is not None and counter:
                standing.ended, standing.how = at, kind
                standing.by_closing = bool(body.get("auto"))
                del here[counter]

    def _gaps(self) -> None:
        by_counter: dict[str, list[Standing]] = defaultdict(list)
        for s in self.standings:
            by_counter[s.counter].append(s)
        for counter, row in by_counter.items():
            for one, after in pairwise(row):
                if one.ended is None or one.by_closing:
                    continue
                for o in self.opens:
                    inside = o.counter == counter and not o.paused and o.until is not None
                    if inside and o.since <= one.ended <= o.until and after.called <= o.until:  # type: ignore[operator]
                        one.gap = min(timedelta(seconds=20), after.called - one.ended)
                        break

    # --- figures ----------------------------------------------------------------------------------------

    def figures(self, days: set[str], targets: dict[str, int], **only: str) -> dict[str, Any]:
        """only: service=, counter= or officer=. Counts, percentiles, shares as exact fractions of counts."""
        people = [
            p
            for p in self.people.values()
            if p.day in days and all(getattr(p, k) == v for k, v in only.items())
        ]
        local = {id(s): s.called.astimezone(self.zone).date().isoformat() for s in self.standings}
        standings = [
            s
            for s in self.standings
            if local[id(s)] in days and all(getattr(s, k) == v for k, v in only.items())
        ]
        waits = sorted((p.first_call - p.issued) for p in people if p.first_call is not None)
        waits = [max(timedelta(), w) for w in waits]
        handled = [s for s in standings if s.ended is not None and not s.by_closing]
        served = [s for s in handled if s.how == "Finished"]
        opened = [
            o for o in self.opens
            if not o.paused and o.until and o.since.astimezone(self.zone).date().isoformat() in days
            and all(getattr(o, k) == v for k, v in only.items() if k != "service")
        ]  # fmt: skip
        called = [p for p in people if p.first_call is not None]
        gone = {"served": 0, "no_show": 0, "cancelled": 0, "expired": 0}
        for p in people:
            key = "expired" if p.state == "cancelled" and p.why == "expired" else p.state
            gone[key] = gone.get(key, 0) + 1
        return {
            "issued": len(people),
            **{k: gone[k] for k in ("served", "no_show", "cancelled", "expired")},
            "called": len(called),
            "p50": self._rank(waits, 50),
            "p90": self._rank(waits, 90),
            "longest": max(waits) // timedelta(minutes=1) if waits else None,
            "kept": sum(p.first_call - p.issued <= timedelta(minutes=targets[p.service]) for p in called),  # type: ignore[operator]
            "service": sum((s.ended - (s.started or s.called) for s in served), timedelta()),  # type: ignore[operator]
            "service_n": len(served),
            "handling": sum((s.ended - s.called + s.gap for s in handled), timedelta()),  # type: ignore[operator]
            "handling_n": len(handled),
            "busy": sum((self._open_part(s) for s in handled), timedelta()),
            "open": sum((o.until - o.since for o in opened), timedelta()),  # type: ignore[operator]
            "rated": sum(1 for r in self.ratings if r[0] in days and self._of(r, only)),
            "requeued": sum(p.counts["requeued"] for p in people),
            "transferred": sum(p.counts["transferred"] for p in people),
            "out_of_turn": sum(p.counts["out_of_turn"] for p in people),
            "priority": sum(p.priority for p in people),
        }

    @staticmethod
    def _of(rating: tuple[str, str, str, str, int, int], only: dict[str, str]) -> bool:
        return all(
            {"service": rating[1], "counter": rating[2], "officer": rating[3]}[k] == v
            for k, v in only.items()
        )

    def _open_part(self, s: Standing) -> timedelta:
        assert s.ended is not None
        until, found = s.ended + s.gap, timedelta()
        for o in self.opens:
            if o.counter == s.counter and not o.paused and o.until is not None:
                found += max(timedelta(), min(until, o.until) - max(s.called, o.since))
        return found

    @staticmethod
    def _rank(waits: list[timedelta], percent: int) -> int | None:
        return None if not waits else waits[ceil(len(waits) * percent / 100) - 1] // timedelta(minutes=1)

    def satisfied(self, days: set[str], **only: str) -> tuple[int, int]:
        """(how many were satisfied, n), of days and groups with five answers or more."""
        dims = {"service": 1, "counter": 2, "officer": 3}
        hits = n = 0
        for day in days:
            todays = [r for r in self.ratings if r[0] == day]
            if not only:
                groups = {"": todays}
            else:
                place = dims[next(iter(only))]
                groups = defaultdict(list)
                for r in todays:
                    groups[r[place]].append(r)
            hidden = {k for k, v in groups.items() if 0 < len(v) < 5}
            large = sorted((k for k in groups if k not in hidden), key=lambda k: -len(groups[k]))
            while hidden and large and sum(len(groups[k]) for k in hidden) < 5:
                hidden.add(large.pop())
            wanted = next(iter(only.values())) if only else ""
            if wanted in groups and wanted not in hidden:
                n += len(groups[wanted])
                hits += sum(r[4] >= 3 for r in groups[wanted])  # of four levels
        return hits, n
