"""The whole display with a register: dossiers arrive, zones change, and what cannot be read is reported."""

from datetime import timedelta

from broker import messages as m, topics
from display.program import TRIALS
from tests.display.hall import HALL, MORNING, ZONE
from tests.display.running import DEVICE, status_of
from tests.display.test_program import settings
from tests.display.zones.register import LATE, many, plan


def told(server, display, rev=1):
    config = m.DeviceConfig(rev=rev, at=MORNING, hall=HALL, time_zone=ZONE, display=display)
    server.say(topics.CONFIG, config, DEVICE)


def register(server, rev, lines):
    now = server.clock.now()
    server.say(topics.DOSSIERS, m.Dossiers(rev=rev, at=now, known_at=now, lines=lines, late=LATE))


def face(display):
    shown = display.program._stage._shown
    return None if shown is None else shown[0]


def test_dossiers_arrive_and_a_call_comes_through(place):
    _, server, display = place(speed=20, screen="sim:1920x1080")
    server.up()
    told(server, plan("progress"))
    server.publish()
    register(server, 1, many(20))
    display.until(lambda: (view := face(display)) and view.progress and view.progress.page)
    before = display.ask("/state")["screen_rev"]
    server.call("A031", counter="7")
    display.until(lambda: face(display).face == "calls" and face(display).calls.hero.number == "A031")
    display.until(lambda: face(display).face == "progress")
    assert display.ask("/state")["screen_rev"] > before


def test_a_zone_that_cannot_be_read_is_reported_and_the_calls_are_shown(place):
    broker, server, display = place(
        screen="sim:1920x1080", diagonal_inch=32, farthest_seat_m=7.5, table_seat_m=7.5
    )
    server.up()
    told(server, plan("calls-progress"))
    server.publish()
    display.until(lambda: status_of(broker).error)
    assert "no room for legible dossiers in zone calls-progress" in status_of(broker).error
    server.call("A031")
    display.until(lambda: face(display).calls.hero)
    assert face(display).face == "calls"
    told(server, plan("calls"), rev=2)
    display.until(lambda: status_of(broker).error is None)


def test_a_wall_rests_and_wakes_by_itself(place):
    _, server, display = place(speed=600)
    server.up()
    soon = server.clock.now() + timedelta(minutes=50)
    told(server, plan("calls", openings=(m.Opening(soon, soon + timedelta(hours=2)),)))
    server.publish()
    display.until(lambda: (view := face(display)) and view.face == "rest")
    display.until(lambda: face(display).face == "calls")


def test_check_says_how_many_dossiers_the_panel_holds(tmp_path):
    said = TRIALS["wall"](settings(tmp_path, screen="sim:1920x1080", farthest_seat_m=8))
    assert said.endswith("a page of 6 dossiers below calls or 8 alone, read from 5 m")
