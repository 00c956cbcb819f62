"""The whole display, with a broker in memory: a server publishes, a wall shows, a speaker sounds."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from broker import codec, messages as m, topics
from broker.device import BrokerSettings
from display.program import TRIALS, Settings, run
from tests.display.hall import HALL, MORNING, ZONE
from tests.display.running import DEVICE, SITE, Running, status_of


def shown(folder):
    path = folder / "display-1" / "shown.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def texts(display):
    return [sound["text"] for sound in display.ask("/heard")]


def test_a_call_is_seen_heard_and_recorded(place, tmp_path):
    _, server, display = place()
    server.up()
    server.publish()
    before = display.until(lambda: display.ask("/state")["screen_rev"])
    server.call("A031", counter="7")
    display.until(lambda: display.ask("/state")["heard_rev"] == 1)
    display.until(lambda: display.ask("/state")["screen_rev"] > before)
    assert texts(display) == ["Mời công dân có số a ba mươi mốt đến quầy số bảy."]
    [line] = shown(tmp_path)
    assert (line["day"], line["seq"], line["number"], line["counter"]) == ("2026-11-23", 1, "A031", "7")
    status, kind, body = display.ask("/screen.png?width=320")
    assert (status, kind) == (200, "image/png")
    assert body.startswith(b"\x89PNG")
    status, kind, body = display.ask("/sound.wav?n=1")
    assert (status, kind) == (200, "audio/wav")
    assert body.startswith(b"RIFF")


def test_five_calls_at_once_are_five_heroes_and_five_sounds_in_order(place, tmp_path):
    _, server, display = place(speed=100)
    server.up()
    server.publish()
    display.until(lambda: display.ask("/state")["screen_rev"])
    server.call("A001", "A002", "B001", "A003", "B002")
    display.until(lambda: display.ask("/state")["heard_rev"] == 5)
    lines = shown(tmp_path)
    assert [line["number"] for line in lines] == ["A001", "A002", "B001", "A003", "B002"]
    begins = [codec.msgspec.convert(line["at"], type=m.Instant) for line in lines]
    assert all(b - a >= timedelta(seconds=8) for a, b in pairwise(begins))
    heard = display.ask("/heard")
    assert ["một" in h["text"] or "hai" in h["text"] or "ba" in h["text"] for h in heard] == [True] * 5
    assert {h["kind"] for h in heard} == {"chime"}


def test_a_ticket_taken_in_english_is_announced_in_both_languages(place):
    _, server, display = place(speed=50)
    server.up()
    server.publish()
    server.call("B042", lang="en", counter="3")
    display.until(lambda: display.ask("/state")["heard_rev"] == 1)
    [said] = texts(display)
    assert "bê bốn mươi hai" in said
    assert "B forty-two" in said


def test_a_cut_cable_is_healed_in_silence_and_nothing_is_shown_twice(place, tmp_path):
    broker, server, display = place(speed=200)
    server.up()
    server.publish()
    server.call("A001")
    display.until(lambda: display.ask("/state")["heard_rev"] == 1)
    broker.cut(DEVICE)
    server.hall.call(server.clock.now(), "A002")
    passed = server.clock.now() + timedelta(seconds=120)
    display.until(lambda: server.clock.now() > passed)
    server.publish()
    broker.heal(DEVICE)
    display.until(lambda: [line["number"] for line in shown(tmp_path)] == ["A001", "A002"])
    server.call("A003")
    display.until(lambda: display.ask("/state")["heard_rev"] == 2)
    assert ["một" in texts(display)[0], "ba" in texts(display)[1]] == [True, True]


def test_a_display_started_again_shows_the_day_in_silence(place, tmp_path):
    broker, server, display = place(speed=50)
    server.up()
    server.publish()
    server.call("A001")
    server.call("A002")
    display.until(lambda: len(shown(tmp_path)) == 2)
    display.stop()
    assert display.status == 0
    again = Running(display.program._settings, broker)
    again.until(lambda: again.ask("/state")["screen_rev"] > 0)
    server.call("A003")
    again.until(lambda: again.ask("/state")["heard_rev"] == 1)
    again.stop()
    assert [line["number"] for line in shown(tmp_path)] == ["A001", "A002", "A003"]


def test_duplicated_and_malformed_messages_leave_the_wall_as_it_is(place, tmp_path):
    broker, server, display = place(speed=50)
    server.up()
    server.publish()
    broker.duplicate_next()
    server.call("A001")
    server._link.publish(topics.BOARD.of(SITE), b"\xff{", qos=1, retain=True)
    server.call("A002")
    display.until(lambda: display.ask("/state")["heard_rev"] == 2)
    assert [line["seq"] for line in shown(tmp_path)] == [1, 2]


def test_rows_that_the_panel_cannot_hold_are_reported_and_the_wall_goes_on(place):
    broker, server, display = place(diagonal_inch=43, farthest_seat_m=10)
    server.up()
    server.say(
        topics.CONFIG,
        m.DeviceConfig(
            rev=1, at=MORNING, hall=HALL, time_zone=ZONE, display=m.DisplayPlan(dwell_s=8, rows=5)
        ),
        DEVICE,
    )
    server.publish()
    server.call("A001")
    display.until(lambda: display.ask("/state")["heard_rev"] == 1)
    display.until(lambda: status_of(broker).error)
    assert status_of(broker).error == '43" at 10 m holds 3 rows, not 5'


def test_a_silent_loudspeaker_is_reported_and_the_picture_goes_on(place, tmp_path, monkeypatch):
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    broker, server, display = place(speed=50, speaker="alsa:")
    server.up()
    server.publish()
    server.call("A001", "A002")
    display.until(lambda: len(shown(tmp_path)) == 2)
    display.until(lambda: "cannot be opened" in (status_of(broker).error or ""))


def test_a_restart_can_be_ordered(place):
    _, server, display = place()
    server.up()
    display.until(lambda: display.program._link.network == "up")
    server.say(topics.CONTROL, m.Control(do="restart"), DEVICE)
    display._thread.join(20)
    assert display.status == 0


def test_staff_can_look_at_it_hear_it_and_find_it_and_calls_go_on(place):
    _, server, display = place(speaker="sim:", voice="chime")
    server.up()
    server.publish()
    display.until(lambda: display.program._link.network == "up")
    words, before = server.orders("screenshot")
    assert words == ["heard", "done"] and before.startswith(b"\x89PNG")
    assert server.orders("test-sound") == (["heard", "done"], b"")
    assert [sound["kind"] for sound in display.ask("/heard")] == ["chime"]
    rev = display.ask("/state")["screen_rev"]
    assert server.orders("identify", name=m.Words("Màn hình 1", "Display 1"))[0] == ["heard", "done"]
    display.until(lambda: display.ask("/state")["screen_rev"] > rev)
    assert server.orders("screenshot")[1] != before
    server.call("A001")
    display.until(lambda: display.program._stage._shown[0].calls.hero is not None)
    assert display.program._stage.identity is not None  # the call is seen beside it
    assert server.orders("test-print")[0] == ["heard", "cannot"]
    assert server.orders("logs")[0] == ["heard", "done"]


def test_a_sound_that_fails_or_would_be_none_is_refused(place, monkeypatch):
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    _, server, display = place(speaker="alsa:")
    server.up()
    display.until(lambda: display.program._link.network == "up")
    for _ in range(2):
        assert server.orders("test-sound")[0] == ["heard", "no-sound"]


def test_a_quiet_wall_does_not_wake_for_nothing(place):
    """One look at the demo's clock every half second, and no picture that nobody needs."""
    _, server, display = place()
    server.up()
    server.publish()
    display.until(lambda: display.ask("/state")["screen_rev"])
    display.until(lambda: 0.3 < display.program._wait_s() <= 0.5)


def settings(folder, **changes):
    return Settings(
        **{
            "broker": BrokerSettings(site=SITE, device=DEVICE),
            "data": folder,
            "screen": "sim:640x360",
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"screen": "sin:1x1"}, "did you mean 'sim:'"),
        ({"diagonal_inch": 32, "farthest_seat_m": 12}, "good for seats up to"),
        ({"speaker": "alas:"}, "no speaker"),
        ({"voice": "anna"}, "no voice"),
        ({"clock": "moon"}, "no clock"),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"broker": BrokerSettings(site=SITE, device=DEVICE, address="http://x")}, "mqtt://"),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_line(tmp_path, capsys, changes, words):
    assert run(settings(tmp_path, **changes)) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_check_says_what_the_panel_holds(tmp_path):
    said = TRIALS["wall"](settings(tmp_path, screen="sim:1920x1080", farthest_seat_m=10))
    assert said.startswith('55" at 10 m: a call and 5 rows')


def test_sigterm_ends_the_program_within_a_moment(tmp_path):
    file = tmp_path / "display.toml"
    file.write_text(
        f'data = "{tmp_path}/data"\nscreen = "sim:640x360"\npanel = "{tmp_path}/panel"\n'
        f'[broker]\nsite = "{SITE}"\ndevice = "{DEVICE}"\naddress = "mqtt://127.0.0.1:9"\n',
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "motcua", "display", str(file)],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"MOTCUA_LOG": "warning"},
    )
    try:
        deadline = time.monotonic() + 30
        while not (tmp_path / "panel").exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not (tmp_path / "panel").exists()
    finally:
        process.kill()
        process.wait()
