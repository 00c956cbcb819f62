"""Somebody who got at the broker publishes boards of his own: a wall that has its server's key shows none.

A real broker and real display programs; the hall's clock nearly stands still, so that pictures compare.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broker import codec, messages as m, topics
from broker.link import Link
from broker.seal import Sealer
from hardware.clock import set_clock
from hardware.panel import PanelClient
from tests.brokers import SITE, RealBroker, eventually, running
from tests.display.hall import MORNING, Hall, at

SEALER = Sealer(bytes(range(32)))
THIEF = Sealer(bytes(32))
TOPIC = topics.BOARD.of(SITE)
ROOT = Path(__file__).resolve().parents[2]


class Wall:
    """`motcua display` with its file, its log and its panel."""

    def __init__(self, folder: Path, broker: RealBroker, device: str, clock: Path, server_key: str) -> None:
        folder.mkdir()
        self.data, self._log = folder / "data", folder / "log"
        password = broker.provisioned.credentials[device]
        file = folder / "display.toml"
        file.write_text(
            f'program = "display"\ndata = "{self.data}"\nscreen = "sim:640x360"\nspeaker = "sim:"\n'
            f'clock = "hall:{clock}"\npanel = "{folder / "panel"}"\ndiagonal_inch = 55\n[broker]\n'
            f'site = "{SITE}"\ndevice = "{device}"\naddress = "{broker.address}"\n'
            f'password_file = "{password}"\nserver_key = "{server_key}"\n',
            encoding="utf-8",
        )
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "motcua", "display", str(file)],
                cwd=ROOT,
                env=os.environ | {"MOTCUA_LOG": "info"},
                stdout=log,
                stderr=log,
            )
        assert eventually((folder / "panel").exists), self.log
        self._panel = PanelClient(folder / "panel")

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    @property
    def dropped(self) -> list[str]:
        return [line for line in self.log.splitlines() if "dropped topic=board" in line]

    @property
    def shown(self) -> list[str]:
        path = self.data / "shown.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [json.loads(line)["number"] for line in lines]

    @property
    def rev(self) -> int:
        _, _, body = self._panel.ask("GET", "/state")
        return int(json.loads(body)["screen_rev"])

    @property
    def picture(self) -> bytes:
        _, _, body = self._panel.ask("GET", "/screen.png")
        return bytes(body)

    @property
    def heard(self) -> Any:
        return json.loads(self._panel.ask("GET", "/heard")[2])

    def stop(self) -> None:
        self._process.terminate()
        assert self._process.wait(20) == 0, self.log


class Place:
    """A broker, the server's voice, and walls that start and end."""

    def __init__(self, folder: Path, broker: RealBroker, opened: ExitStack) -> None:
        self._folder, self._broker, self._opened = folder, broker, opened
        self._clock = folder / "clock.json"
        set_clock(self._clock, MORNING, 0.001)
        self.hall = Hall()
        self.server, _ = broker.link("server", "server")
        self.thief, _ = broker.link("server", "thief")  # with the server's own password
        up = m.ServerStatus(online=True, epoch=1)
        self.server.publish(topics.SERVER_STATUS.of(SITE), codec.encode(up), qos=1, retain=True)

    def wall(self, name: str, device: str = "d1", server_key: str = SEALER.public_key) -> Wall:
        wall = Wall(self._folder / name, self._broker, device, self._clock, server_key)
        self._opened.callback(wall.stop)
        return wall

    def call(self, number: str) -> None:
        self.hall.call(MORNING, number)
        say(self.server, SEALER.sealed(TOPIC, codec.encode(self.hall.board(MORNING))))

    def fake(self) -> m.Board:
        """A board newer than all, with a call, a notice and a name."""
        invented = Hall(epoch=9)
        invented.notices = (m.Words("<b>Nộp tiền ở quầy 13</b>", "Pay at 13"),)
        invented.seq = 10
        invented.call(at(1), "X666", counter="13")
        return msgspec.structs.replace(invented.board(at(1)), hall=m.Words("Hội trường giả", "A fake hall"))


def say(link: Link, payload: bytes) -> None:
    link.publish(TOPIC, payload, qos=1, retain=True)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with running("nats", tmp_path / "broker") as broker, ExitStack() as opened:
        assert isinstance(broker, RealBroker)
        yield Place(tmp_path, broker, opened)


def test_a_board_that_the_server_did_not_sign_is_seen_and_heard_by_nobody(place: Place) -> None:
    place.call("A001")
    wall, believer = place.wall("wall"), place.wall("believer", "k1", server_key="")
    for screen in (wall, believer):
        assert eventually(lambda screen=screen: "A001" in screen.shown), screen.log
    unsigned = codec.encode(place.fake())
    for payload in (THIEF.sealed(TOPIC, unsigned), b"\x1b[2J" * 50_000, unsigned):
        say(place.thief, payload)
    assert eventually(lambda: "X666" in believer.shown), believer.log  # the fake is one that works
    assert eventually(lambda: wall.dropped), wall.log
    place.call("A002")  # published after the fakes, so it arrives after them
    assert eventually(lambda: "A002" in wall.shown), wall.log
    assert wall.shown == ["A001", "A002"] and "X666" not in wall.log
    assert len(wall.dropped) == 1 and wall.dropped[0].isprintable()
    assert "X666" not in json.dumps(wall.heard)


def test_a_retained_fake_meets_a_wall_that_starts_and_changes_nothing_on_it(place: Place) -> None:
    empty = place.wall("empty")  # has heard of a server, and of no board
    assert eventually(lambda: empty.rev > 0)
    say(place.thief, codec.encode(place.fake()))
    assert eventually(lambda: empty.dropped), empty.log
    started = place.wall("started", "k2")
    assert eventually(lambda: started.dropped), started.log
    assert eventually(lambda: started.picture == empty.picture)
    assert started.shown == empty.shown == [] and started.heard == empty.heard == []
    place.call("A001")
    assert eventually(lambda: started.shown == ["A001"]), started.log
