"""A wall's picture as a file: the same as the wall's, and nobody in the hall notices."""

import os
import subprocess
import sys
from pathlib import Path

import pygame
import pytest

from broker import messages as m, topics
from broker.device import BrokerSettings
from broker.memory import MemoryBroker
from display import snapshot
from display.settings import Settings
from hardware.screen import ScreenError, in_memory
from tests.display.hall import HALL, MORNING, ZONE
from tests.display.running import DEVICE, SITE, Running, Server
from tests.display.zones.register import dossiers

PATIENCE_S = 30.0


@pytest.fixture
def hall(tmp_path):
    """A broker, a server and `settings(**changes)` of a display."""
    broker = MemoryBroker()
    server = Server(broker, tmp_path, 0.001)  # time hardly passes

    def settings(**changes):
        told = {
            "broker": BrokerSettings(site=SITE, device=DEVICE),
            "data": tmp_path / "display-1",
            "screen": "sim:960x540",
            "clock": f"hall:{server.path}",
            "calm": True,
        }
        return Settings(**{**told, **changes})

    return broker, server, settings


def plan(server, **changes):
    shown = m.DisplayPlan(dwell_s=8, **changes)
    told = m.DeviceConfig(rev=1, at=MORNING, hall=HALL, time_zone=ZONE, display=shown)
    server.say(topics.CONFIG, told, DEVICE)


def take(settings, file, broker, wait_s=PATIENCE_S):
    return snapshot.run(settings, file, wait_s, broker.open_link)


def pixels(file):
    picture = pygame.image.load(file)
    return picture.get_size(), pygame.image.tobytes(picture, "RGB")


def test_it_is_what_the_display_shows_and_leaves_no_trace(hall, tmp_path):
    broker, server, settings = hall
    server.up()
    plan(server)
    server.call("A031", counter="7")
    display = Running(settings(panel=tmp_path / "panel"), broker)
    try:
        file = tmp_path / "wall.png"
        display.until(lambda: display.program._wall.calls.view(display.program._now()).hero)
        display.until(lambda: broker.retained(topics.STATUS.of(SITE, DEVICE)))
        status = broker.retained(topics.STATUS.of(SITE, DEVICE))
        record = display.until((tmp_path / "display-1" / "shown.jsonl").read_bytes)
        assert take(settings(screen="kms:?size=960x540"), file, broker) == 0
        assert display.program._link.network == "up"
        assert broker.retained(topics.STATUS.of(SITE, DEVICE)) == status
        display.until(lambda: pixels(file)[1] == pygame.image.tobytes(display.program.screen.surface, "RGB"))
    finally:
        display.stop()
    assert (tmp_path / "display-1" / "shown.jsonl").read_bytes() == record
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_a_wall_of_dossiers_waits_for_the_dossiers(hall, tmp_path, capsys):
    broker, server, settings = hall
    server.up()
    plan(server, zone="progress", page_s=12)
    server.publish()
    file = tmp_path / "wall.png"
    wide = settings(screen="sim:1920x1080")
    assert take(wide, file, broker, 0.3) == 1
    assert "did not say the dossiers within 0.3 s" in capsys.readouterr().err
    without = pixels(file)
    server.say(topics.DOSSIERS, dossiers())
    assert take(wide, file, broker) == 0
    assert pixels(file) != without


def test_a_hall_that_says_nothing_is_said(hall, tmp_path, capsys):
    broker, _, settings = hall
    file = tmp_path / "wall.png"
    assert take(settings(), file, broker, 0.2) == 1
    said = capsys.readouterr().err
    assert "did not say its plan, the board within 0.2 s" in said and said.count("\n") == 1
    assert pixels(file)[0] == (960, 540)


def test_what_cannot_be_read_or_written_is_refused(hall, tmp_path, capsys):
    broker, server, settings = hall
    server.up()
    plan(server, rows=9)
    server.publish()
    file = tmp_path / "wall.png"
    for changes, target, words in (
        ({"diagonal_inch": 32, "farthest_seat_m": 12}, file, "good for seats up to"),
        ({"screen": "sin:1x1"}, file, "did you mean 'sim:'"),
        ({}, tmp_path / "no-such" / "wall.png", "No such file"),
        ({"farthest_seat_m": 10}, file, "not 9"),
    ):
        assert take(settings(**changes), target, broker) == 2
        said = capsys.readouterr().err
        assert words in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "size"),
    [
        ("sim:640x360", (640, 360)),
        ("window:800x600?scale=0.5", (800, 600)),
        ("kms:", (1920, 1080)),
        ("kms:?rotate=90", (1080, 1920)),
        ("kms:?rotate=270&size=1280x720", (720, 1280)),
    ],
)
def test_a_screen_in_memory_is_as_large_as_the_real_one(url, size):
    assert in_memory(url).size == size


@pytest.mark.parametrize("url", ["kms:?turn=90", "window:9x9", "paper:"])
def test_a_screen_that_cannot_be_cannot_be_in_memory(url):
    with pytest.raises(ScreenError):
        in_memory(url)


def test_the_command_writes_it_and_says_what_it_did_not_hear(tmp_path):
    file = tmp_path / "display.toml"
    file.write_text(
        f'data = "{tmp_path}/data"\nscreen = "kms:"\n'
        f'[broker]\nsite = "{SITE}"\ndevice = "{DEVICE}"\naddress = "mqtt://127.0.0.1:9"\n',
        encoding="utf-8",
    )
    words = ("-m", "motcua", "display", str(file), "--snapshot", str(tmp_path / "wall.png"), "--wait", "0.1")
    ran = subprocess.run(
        [sys.executable, *words],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"MOTCUA_LOG": "error"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("motcua: mqtt://127.0.0.1:9 did not say")
    assert pixels(tmp_path / "wall.png")[0] == (1920, 1080)
    assert not (tmp_path / "data").exists()
