"""A day of citizens and officers, played through the hall's real doors: MQTT for numbers and ratings, HTTP
for the officers' presses. The demo starts it as a process of its own; its summary is all that it prints.

Runs the hall's clock faster while the day lasts. What is made up, and from which seed: `server.demo.day`.
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from broker import messages as m
from broker.device import (
    BoardArrived,
    BrokerSettings,
    DeviceLink,
    LinkBroken,
    NoAnswer,
    ReplyArrived,
    ServerUp,
)
from broker.outbox import UNNUMBERED, Outbox
from hardware.clock import HallClock, set_clock
from server.demo import day
from server.demo.officer import Lines, Officer
from server.demo.staff import Staff
from server.hall.calendar import openings, sessions_on
from server.site_file import HallConfig, load_site

NUMBER_S = 5.0  # a citizen waits so long for an answer, then asks again
LINK_S = 30.0
LOOK_S = 0.2
LAST_RATINGS_S = 5.0


class AccountRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    password: str
    role: str


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """crowd.toml. passwords: of the crowd's own devices, id -> file. data: folder for their outboxes."""

    hall: Path
    clock: Path
    http: str
    mqtt: str
    data: Path
    volumes: Path
    accounts: tuple[AccountRow, ...]
    passwords: dict[str, Path]
    server_key: str
    speed: Annotated[float, Meta(ge=1, le=600)]
    seed: int
    citizens: Annotated[int, Meta(ge=1, le=20_000)]


class Journal:
    """What citizens and officers were told, a line each: the hall's log must have all of it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file, self._lock = path.open("a", encoding="utf-8"), threading.Lock()

    def write(self, told: dict[str, object]) -> None:
        with self._lock:
            self._file.write(msgspec.json.encode(told).decode() + "\n")
            self._file.flush()


class Crowd:
    """The devices at which citizens take numbers and rate, and what became of their requests."""

    def __init__(self, settings: Settings, config: HallConfig, clock: HallClock, lines: Lines) -> None:
        self._clock, self._lines = clock, lines
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._links: dict[str, DeviceLink] = {}
        self._outboxes: list[Outbox] = []
        self._asked: dict[str, tuple[str, day.Arrival, float]] = {}  # request -> device, arrival, real time
        self.answers_s: list[float] = []
        self.levels = config.site.rating_levels
        self.kiosks = [id for id in settings.passwords if config.devices[id].role == "kiosk"]
        self._at_counter = {
            str(config.devices[id].counter): id for id in settings.passwords if id not in self.kiosks
        }
        for id, password in settings.passwords.items():
            outbox = Outbox(settings.data / id / "outbox.db")
            here = BrokerSettings(
                site=config.site.id,
                device=id,
                address=f"mqtt://{settings.mqtt}",
                password_file=password,
                server_key=settings.server_key,
            )
            link = DeviceLink(here, config.devices[id].role, "crowd", outbox, self._inbox, clock)
            self._outboxes.append(outbox)
            self._links[id] = link

    def start(self) -> None:
        """Connect; returns when every device has heard of the server. Raises TimeoutError."""
        for link in self._links.values():
            link.start()
        up, give_up_at = 0, time.monotonic() + LINK_S
        while up < len(self._links):
            try:
                up += isinstance(self._inbox.get(timeout=give_up_at - time.monotonic()), ServerUp)
            except (queue.Empty, ValueError):
                raise TimeoutError(f"only {up} of {len(self._links)} devices heard of the server") from None

    def let_in(self, arrivals: Sequence[day.Arrival], over: Callable[[], bool]) -> None:
        """Everyone takes a number when they come, and everybody hears the board, until the day is `over`."""
        to_come = list(reversed(arrivals))
        while to_come or self._asked or not over():
            left = (to_come[-1].at - self._clock.now()).total_seconds() if to_come else 60.0
            if left <= 0:
                arrival = to_come.pop()
                self._ask(self.kiosks[len(to_come) % len(self.kiosks)], arrival)
                continue
            with suppress(queue.Empty):
                self._hear(self._inbox.get(timeout=min(LOOK_S, self._clock.real_seconds(left))))

    def rate(self, counter: str, number: str, said: day.Said) -> None:
        fact = m.RatingFact(
            id=str(uuid.uuid4()),
            seq=UNNUMBERED,
            at=self._clock.now(),
            number=number,
            level=said.level,
            levels=self.levels,
            reason=said.reason,
            answers=said.answers,
        )
        self._links[self._at_counter[counter]].fact(fact)
        self._lines.count("rated")

    def stop(self) -> None:
        """Wait a little for the last receipts, then leave."""
        give_up_at = time.monotonic() + LAST_RATINGS_S
        while any(len(box.pending(1)) for box in self._outboxes) and time.monotonic() < give_up_at:
            time.sleep(0.05)
        for link in self._links.values():
            link.stop(0.5)

    def _ask(self, device: str, arrival: day.Arrival) -> None:
        id = str(uuid.uuid4())
        self._asked[id] = (device, arrival, time.monotonic())
        request = m.IssueRequest(
            id=id, at=self._clock.now(), service=arrival.service, klass=arrival.klass, lang=arrival.lang
        )
        self._links[device].request(request, NUMBER_S)

    def _hear(self, heard: Any) -> None:
        match heard:
            case ReplyArrived(m.TicketReply() as ticket) if ticket.id in self._asked:
                device, arrival, asked_at = self._asked.pop(ticket.id)
                self.answers_s.append(time.monotonic() - asked_at)
                self._lines.service_of[ticket.number] = arrival.service
                self._lines.count("issued")
                self._lines.journal({"ticket": ticket.ticket, "number": ticket.number})
                printed = m.PrintFact(
                    id=str(uuid.uuid4()),
                    seq=UNNUMBERED,
                    at=self._clock.now(),
                    ticket=ticket.ticket,
                    outcome="printed",
                )
                self._links[device].fact(printed)
            case ReplyArrived(m.RefusedReply() as refused) if refused.id in self._asked:
                del self._asked[refused.id]
                self._lines.count(f"turned away: {refused.code}")
            case NoAnswer(id) if id in self._asked:
                device, arrival, _ = self._asked.pop(id)
                self._lines.count("asked again")
                abandoned = m.AbandonFact(
                    id=str(uuid.uuid4()), seq=UNNUMBERED, at=self._clock.now(), request=id
                )
                self._links[device].fact(abandoned)
                self._ask(device, arrival)
            case BoardArrived(board):
                self._lines.waiting = {line.service: line.waiting for line in board.waiting}
            case LinkBroken():
                raise heard


def run(settings: Settings) -> int:
    """Play the hall's present day to its end and print its summary. The clock runs at 1 again afterwards."""
    config, seed = load_site(settings.hall), settings.seed
    site, clock = config.site, HallClock(settings.clock)
    today = clock.now().astimezone(site.zone).date()
    sessions = sessions_on(site, today)
    spans = [s for s in openings(site, clock.now(), 1) if s.opens.astimezone(site.zone).date() == today]
    arrivals = day.arrivals(site, day.shares(site, settings.volumes), settings.citizens, seed, spans)
    lines = Lines(
        clock=clock,
        ended=threading.Event(),
        visit=lambda service, number: day.visit(site, service, number, seed),
        rate=lambda *rating: crowd.rate(*rating),
        journal=Journal(settings.data / "told.jsonl").write,
    )
    crowd = Crowd(settings, config, clock, lines)
    crowd.start()
    officers = [a for a in settings.accounts if a.role == "officer"]
    began = time.monotonic()
    workers = [
        threading.Thread(
            target=Officer(
                counter.id,
                (*counter.services, *counter.then),
                Staff(settings.http, who.name, who.password, lines.ended),
                lines,
                seed,
            ).work,
            args=(sessions,),
            name=f"officer-{counter.id}",
        )
        for counter, who in zip(site.counters.values(), officers, strict=False)
    ]
    set_clock(settings.clock, clock.now(), settings.speed)
    try:
        for worker in workers:
            worker.start()
        crowd.let_in(arrivals, lambda: not any(worker.is_alive() for worker in workers))
        lines.sleep(timedelta(minutes=1))
    finally:
        lines.ended.set()
        set_clock(settings.clock, clock.now(), 1.0)
        crowd.stop()
    print(summary(f"{today:%d/%m/%Y}", lines, crowd.answers_s, time.monotonic() - began), flush=True)
    return 0


def summary(date: str, lines: Lines, answers_s: Sequence[float], took_s: float) -> str:
    """A line for each thing that happened, and how quickly numbers came."""
    done = lines.done
    main = ("issued", "called", "served", "missed", "sent on", "parked", "rated")
    rows = [f"  {what:<10} {done[what]:>6}" for what in main]
    rows.append(f"  {'left over':<10} {sum(lines.waiting.values()):>6}")
    rows += [f"  {what:<10} {count:>6}" for what, count in sorted(done.items()) if what not in main]
    quick = sorted(answers_s)
    if quick:
        p50, p99 = quick[len(quick) // 2], quick[int(len(quick) * 0.99)]
        rows.append(
            f"  a number came after {p50 * 1000:.0f} ms (half of them), {p99 * 1000:.0f} ms (99 of 100)"
        )
    return "\n".join([f"The day of {date} was played in {took_s:.0f} s:", *rows])
