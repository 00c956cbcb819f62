"""How much a wall does: counted over an idle hour, for one call, and through a day and a night of calls.

The real core, layout and painter on a clock in the hand; no thread and no broker.
"""

import functools
import gc
import importlib
import inspect
import json
import pkgutil
from datetime import timedelta

import display
import hardware
from broker import messages as m
from broker.device import BoardArrived, BrokerSettings, ConfigArrived, DossiersArrived, ServerDown, ServerUp
from display.core import Announce, Shown, SoundLasts, Tick, Withdrawn
from display.record import Record
from display.settings import Settings
from display.stage import Stage
from display.wall import Wall
from hardware.screen import Screen
from hardware.type import KEPT_BYTES, RENDERINGS
from tests.display.hall import MORNING, ZONE, Hall
from tests.display.zones.register import config, dossiers, many, plan

HOUR = timedelta(hours=1)


class Counting(Screen):
    """The simulated screen; `shows` and `boxes` count what reaches it."""

    def __init__(self, size):
        super().__init__(size)
        self.shows = self.boxes = 0

    def show(self, rects=None):
        self.shows += 1
        self.boxes += len(rects)
        super().show(rects)


class Life:
    """A whole wall but for its program: it wakes at every deadline and paints what has changed."""

    def __init__(self, folder, zone="calls", size=(640, 360), calm=False, **changes):
        self.screen = Counting(size)
        settings = Settings(broker=BrokerSettings(site="hanam", device="display-1"), data=folder)
        self.stage = Stage(self.screen, settings)
        self.wall = Wall(MORNING, ZONE, "vi", self.stage.rooms, calm=calm)
        self.hall, self.now, self.wakes, self.shown, self.announced = Hall(), MORNING, 0, [], []
        shown = plan(zone, slides=(), **changes)
        self.stage.ask(shown)
        assert self.stage.unreadable() is None
        self.tell(ServerUp(1))
        self.tell(ConfigArrived(config(shown)))
        if zone != "calls":
            self.tell(DossiersArrived(dossiers(many(600))))
        self.publish()

    def tell(self, input):
        for effect in self.wall.handle(input, self.now):
            match effect:
                case Shown():
                    self.shown.append(effect)
                case Announce(call):
                    self.announced.append(call.seq)
                case Withdrawn():
                    raise AssertionError("nothing was taken back")
        self.stage.show(self.wall.view(self.now), self.now)

    def publish(self):
        self.tell(BoardArrived(self.hall.board(self.now)))

    def call(self, number=None):
        self.hall.call(self.now, number, str(1 + self.hall.seq % 20))
        self.publish()

    def live(self, span):
        """Until then; how often it woke, showed something, and how many boxes of it were others."""
        end = self.now + span
        before = (self.wakes, self.screen.shows, self.screen.boxes)
        while (due := self.wall.next_deadline(self.now)) <= end:
            self.now = due
            self.wakes += 1
            self.tell(Tick())
        self.now = end
        return tuple(
            b - a for a, b in zip(before, (self.wakes, self.screen.shows, self.screen.boxes), strict=True)
        )


def test_in_an_idle_hour_only_the_clock_changes(tmp_path):
    """Sixty minutes; at six of them what stands still moves by a hair."""
    life = Life(tmp_path)
    life.call("A031")
    life.live(timedelta(seconds=48))  # 08:12:48; the call has had its time
    rev = life.screen.rev
    wakes, shows, boxes = life.live(HOUR)
    assert (shows, life.screen.rev - rev) == (60, 60)
    assert wakes <= 60 + 300  # and whatever has pages is asked every twelve seconds
    assert boxes <= 60 + 6 * 5


def test_in_an_idle_hour_of_dossiers_only_the_clock_and_the_pages_change(tmp_path):
    life = Life(tmp_path, "progress", page_s=12)
    life.live(timedelta(seconds=48))
    wakes, shows, _ = life.live(HOUR)
    assert 300 <= shows <= 300 + 60
    assert wakes <= 2 * 300 + 60


def test_a_wall_at_rest_changes_once_a_minute(tmp_path):
    closed = m.Opening(MORNING + 20 * HOUR, MORNING + 24 * HOUR)
    life = Life(tmp_path, openings=(closed,))
    assert life.wall.view(life.now).face == "rest"
    _, shows, boxes = life.live(HOUR)
    assert shows == boxes == 60


def test_a_call_is_one_picture_and_then_its_frame(tmp_path):
    """One picture with the call, ten for a frame that pulses for five seconds, of the call's card alone."""
    life = Life(tmp_path)
    life.call("A001")
    life.live(timedelta(seconds=8.5))
    before = life.screen.shows, life.screen.boxes
    life.call("A002")
    assert life.screen.shows == before[0] + 1
    assert life.screen.boxes - before[1] <= 3  # the call, the list, and who waits
    _, shows, boxes = life.live(timedelta(seconds=8.5))
    assert shows == boxes == 10


def test_what_arrives_twice_or_says_nothing_new_is_not_painted(tmp_path):
    life = Life(tmp_path)
    life.call("A001")
    shows = life.screen.shows
    for _ in range(100):
        life.publish()
    assert life.screen.shows == shows


def modules(package):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".fonts" not in found.name:
            yield importlib.import_module(found.name)


def test_every_memory_of_a_wall_has_an_end():
    caches = [
        (module.__name__, name, value.cache_parameters()["maxsize"])
        for package in (display, hardware)
        for module in modules(package)
        for name, value in vars(module).items()
        if isinstance(value, functools._lru_cache_wrapper) and inspect.signature(value).parameters
    ]
    assert caches
    assert [cache for cache in caches if cache[2] is None] == []


def test_a_day_and_a_night_of_calls_leave_nothing_behind(tmp_path):
    """Calls one by one and in bursts, a server that goes and comes, new dossiers, and a midnight."""
    life = Life(tmp_path, "calls-progress", calm=True, page_s=12)
    record = Record(tmp_path / "record")
    held = []
    for turn in range(4):
        for _ in range(15):
            life.call()
            life.tell(SoundLasts(life.hall.seq, 3.0))
            life.live(timedelta(seconds=20))
        for _ in range(5):
            life.call()
        life.live(timedelta(seconds=60))
        life.tell(ServerDown())
        life.live(timedelta(seconds=400))
        life.tell(ServerUp(1))
        life.tell(DossiersArrived(dossiers(many(600 - turn), 2 + turn, life.now)))
        life.live(timedelta(minutes=5))
        if turn == 1:
            assert len(life.shown) == 40
            rev = life.hall.rev
            life.hall = Hall(day="2026-11-24")
            life.hall.rev = rev
            life.now = MORNING + timedelta(hours=24)
            life.publish()
        gc.collect()
        held.append(len(gc.get_objects()))
        assert len(life.wall.calls._known) <= 60
        assert RENDERINGS.held_bytes <= KEPT_BYTES
    assert [effect.call.seq for effect in life.shown] == [*range(1, 41), *range(1, 41)]
    assert life.announced == [effect.call.seq for effect in life.shown]
    for effect in life.shown:
        record.add(effect)
    record.close()
    lines = (tmp_path / "record" / "shown.jsonl").read_text("utf-8").splitlines()
    told = [(json.loads(line)["day"], json.loads(line)["seq"]) for line in lines]
    assert told == [*(("2026-11-23", n) for n in range(1, 41)), *(("2026-11-24", n) for n in range(1, 41))]
    life.shown.clear()
    assert held[3] - held[2] < 0.02 * held[2], held
