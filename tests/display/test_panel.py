"""The wall and its panel: unplugged, exchanged for another one, too narrow, asleep outside the hours."""

import time
from datetime import timedelta

import pygame
import pytest

from broker import codec, messages as m, topics
from broker.device import BrokerSettings
from broker.memory import MemoryBroker
from display.program import Program
from display.settings import Settings
from hardware import screen
from tests.display.hall import HALL, MORNING, ZONE
from tests.display.running import DEVICE, SITE, Server
from tests.hardware.test_panel_plug import Sockets
from tests.hardware.test_screen_full import Replugged

FULL_HD, HD, NARROW = (1920, 1080), (1280, 720), (1920, 360)


class Panel(Replugged):
    """A panel that sleeps as a real one would; `awake` is the story of it."""

    panel = FULL_HD

    def power(self, on):
        if not self.awake or self.awake[-1] != on:
            self.awake.append(on)
        return True


class Wall:
    """A display that is turned by hand, its panel and the plug of that."""

    def __init__(self, program, server, sockets, broker):
        self.program, self.server, self.sockets, self._broker = program, server, sockets, broker

    def until(self, condition):
        for _ in range(2000):
            if condition():
                return
            self.program._turn()
        raise AssertionError("it never happened")

    def unplug(self):
        self.sockets.say("disconnected")
        self.until(lambda: not self.program.screen._plug.connected)

    def plug(self, size):
        before = self.program.screen._window
        self.program.screen.panel = size
        self.sockets.say("connected", "{}x{}\n".format(*size))
        self.until(lambda: self.program.screen._window is not before)
        self.program._turn()

    def status(self):
        return codec.decode(topics.STATUS, self._broker.retained(topics.STATUS.of(SITE, DEVICE)))

    def called(self, number):
        """A call is made, painted and given to the speaker."""
        self.server.call(number)
        self.until(lambda: self.shows(number) and not self.program._unsaid)

    def shows(self, number):
        shown = self.program._stage._shown
        hero = shown and shown[0].calls.hero
        return bool(hero) and hero.number == number


@pytest.fixture
def wall(tmp_path, monkeypatch):
    """`wall(**settings)`: on a Full HD panel, connected to a hall."""
    made = []
    sockets = Sockets(tmp_path / "drm")
    sockets.say("connected", "1920x1080\n")
    for pause in ("LOOK_S", "SETTLE_S", "AGAIN_S"):
        monkeypatch.setattr(f"hardware.panel_plug.{pause}", 0.03)

    def open_panel(where, options, wishes):
        panel = Panel(driver="dummy", drm=sockets.folder, looked_at=wishes.looked_at, fingers=wishes.fingers)
        panel.awake = []
        return panel

    monkeypatch.setitem(screen.DRIVERS, "plugged", (open_panel, ()))

    def make(**changes):
        broker = MemoryBroker()
        server = Server(broker, tmp_path, 50)
        settings = Settings(
            **{
                "broker": BrokerSettings(site=SITE, device=DEVICE),
                "data": tmp_path / "display-1",
                "screen": "plugged:",
                "clock": f"hall:{server.path}",
                "calm": True,
                **changes,
            }
        )
        program = Program(settings, broker.open_link)
        made.append(program)
        program.start()
        server.up()
        server.publish()
        return Wall(program, server, sockets, broker)

    yield make
    for program in made:
        program.close()
    assert not pygame.display.get_init()


def on_the_panel():
    return pygame.image.tobytes(pygame.display.get_surface(), "RGB")


def drawn(wall):
    return pygame.image.tobytes(wall.program.screen.surface, "RGB")


def test_an_unplugged_wall_comes_back_with_what_was_called_meanwhile(wall):
    there = wall()
    there.called("A001")
    before = on_the_panel()
    there.unplug()
    there.called("A002")
    there.plug(FULL_HD)
    assert on_the_panel() == drawn(there) != before


@pytest.mark.parametrize("size", [HD, (1080, 1920), (3840, 2160)])
def test_a_panel_of_another_size_is_laid_out_anew(wall, size):
    there = wall()
    there.called("A001")
    there.unplug()
    there.plug(size)
    there.until(lambda: there.program.screen.size == size)
    there.program._turn()
    assert on_the_panel() == drawn(there)
    hero = next(box for name, box in places(there) if name == "hero")
    assert hero.right <= size[0] and hero.width > size[0] * 0.4
    there.called("A002")
    assert on_the_panel() == drawn(there)
    assert there.status().error is None


def places(wall):
    return [(name, region.box) for name, region in wall.program._stage._painter._painted.items()]


def test_a_panel_on_which_nothing_could_be_read_says_so_and_shows_the_old_picture(wall):
    there = wall(farthest_seat_m=12)
    there.called("A001")
    there.unplug()
    there.plug(NARROW)
    assert there.program.screen.size == FULL_HD
    there.until(lambda: there.status().error)
    assert pygame.display.get_surface().get_size() == NARROW
    there.unplug()
    there.plug(FULL_HD)
    there.until(lambda: there.status().error is None)
    assert on_the_panel() == drawn(there)


def plan(server):
    day = MORNING.replace(hour=0, minute=30)
    opening = m.Opening(day + timedelta(days=2), day + timedelta(days=2, hours=3))
    return m.DeviceConfig(
        rev=1,
        at=server.clock.now(),
        hall=HALL,
        time_zone=ZONE,
        display=m.DisplayPlan(dwell_s=8, openings=(opening,)),
    )


@pytest.mark.parametrize(("at_rest", "story"), [("off", [True, False, True]), ("dark", [True])])
def test_a_panel_sleeps_outside_the_hours_where_that_was_asked_for_and_wakes_for_a_call(wall, at_rest, story):
    there = wall(at_rest=at_rest)
    there.until(lambda: there.program.screen.awake == [True])
    there.server.say(topics.CONFIG, plan(there.server), DEVICE)
    there.until(lambda: there.program._stage._theme == "contrast")
    there.program._turn()
    there.called("A001")
    assert there.program.screen.awake == story
    assert on_the_panel() == drawn(there)


def test_a_call_is_seen_before_it_is_heard(wall):
    there = wall(speaker="sim:", voice="chime")
    there.called("A001")
    seen, play = [], there.program.speaker.play

    def play_and_look(sound):
        seen.append(there.program._stage._shown[0].calls.hero.number)
        play(sound)

    there.program.speaker.play = play_and_look
    for number in ("A002", "A003"):
        there.called(number)
    assert seen == ["A002", "A003"]


def test_what_comes_too_soon_after_a_picture_waits_for_the_next_one_and_no_longer(wall):
    there = wall()
    there.called("A001")
    program = there.program
    program._frame_at = time.monotonic() + 5
    there.server.call("A002")
    program._turn()
    rev = program.screen.rev
    program._paint()
    assert program.screen.rev == rev
    assert 0 < program._wait_s() <= 5
    program._frame_at = 0.0
    there.called("A002")
    assert program.screen.rev > rev
