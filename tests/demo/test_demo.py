"""`motcua demo` as a person starts and stops it: real processes, in a folder of their own."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0  # never a measure of speed: only the end of a test that would hang
HALL = """
id = "small"
name = { vi = "Một cửa", en = "One door" }
time_zone = "Asia/Ho_Chi_Minh"
url = "http://hall.example"
hours = { mon = ["07:30-17:00"], tue = ["07:30-17:00"] }

[[authority]]
id = "justice"
letter = "A"
name = { vi = "Sở Tư pháp", en = "Justice" }
short = { vi = "Tư pháp", en = "Justice" }
service = [{ id = "records", name = { vi = "Lý lịch", en = "Records" } }]

[[counter]]
id = "1"
services = ["records"]

[[officer]]
id = "ha"
name = "Nguyễn Thu Hà"

[[device]]
id = "display-1"
role = "display"
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(look):
    give_up_at = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.05)
    return found


class Hall:
    """A demo of the small hall; its addresses and folder may be those of another one."""

    def __init__(self, data, http=None, mqtt=None, **surroundings):
        self.data = data
        self.http = http or f"127.0.0.1:{free_port()}"
        self.mqtt = mqtt or f"127.0.0.1:{free_port()}"
        self.surroundings = surroundings
        self.process = None
        self.said = ""

    def start(self, *arguments):
        self.data.parent.mkdir(parents=True, exist_ok=True)
        source = self.data.parent / "source.toml"
        source.write_text(HALL, encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "motcua", "demo", "--hall", str(source), *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                **self.surroundings,
                "MOTCUA_HTTP": self.http,
                "MOTCUA_MQTT": self.mqtt,
                "MOTCUA_DATA": str(self.data),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = self.process.stdout.readline()
        return self

    def end(self, number=signal.SIGINT):
        """The rest of what it said, and its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=PATIENCE_S)
        return said, self.process.returncode

    def refused(self):
        """What it said before it ended by itself, which was with status 2."""
        rest, _ = self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == 2, self.said + rest
        return self.said + rest

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.http}{path}", timeout=10) as answer:
            return json.loads(answer.read())

    def try_get(self, path):
        with contextlib.suppress(OSError):
            return self.get(path)

    def switch(self, name, **switches):
        request = urllib.request.Request(
            f"http://{self.http}/sim/{name}/switch",
            json.dumps(switches).encode(),
            {"Content-Type": "application/json"},
        )
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def row(self, name):
        """What the bench says of a program; nothing while the server is away."""
        state = self.try_get("/sim/state") or {}
        return state.get("bench", {}).get("devices", {}).get(name)

    def programs(self):
        """The processes that run on this hall's files."""
        found = {}
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if any(word.startswith(str(self.data)) for word in words) and not zombie(entry):
                    found[int(entry.name)] = words
        return found


def zombie(entry):
    return (entry / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    """One hall that runs while the tests of this file look at it."""
    running = Hall(tmp_path_factory.mktemp("hall") / "data").start()
    yield running
    running.end()


def test_a_hall_that_is_open_says_so_in_both_languages(hall):
    assert "Trung tâm đã mở cửa" in hall.said and "The hall is open" in hall.said
    assert hall.said.count(f"http://{hall.http}/hall") == 2


def test_when_it_says_open_everything_answers(hall):
    assert hall.get("/healthz")["ok"]
    state = hall.get("/sim/state")
    assert state["open"] and state["devices"]["display-1"]["alive"]
    assert {name: row["alive"] for name, row in state["bench"]["devices"].items()} == {
        "broker": True,
        "server": True,
        "display-1": True,
    }


def test_links_to_the_hall_are_those_of_this_start_and_the_hall_file_stays_as_it_was(hall):
    played = (hall.data / "programs" / "hall.toml").read_text(encoding="utf-8")
    assert f'url = "http://{hall.http}"' in played
    assert (hall.data / "hall.toml").read_text(encoding="utf-8") == HALL


def test_secrets_are_for_their_owner_alone(hall):
    for path in [hall.data / "password", *(hall.data / "programs").glob("*-1.toml")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_device_that_is_killed_is_started_again(hall):
    before = hall.row("display-1")["restarts"]
    hall.switch("display-1", power="kill")
    row = until(lambda: (r := hall.row("display-1")) and r["restarts"] > before and r["alive"] and r)
    assert row["power"] == "on"


def test_a_device_without_power_is_dark_until_it_has_power_again(hall):
    assert hall.switch("display-1", power="off")["power"] == "off"
    until(lambda: not hall.row("display-1")["alive"])
    hall.switch("display-1", power="on")
    until(lambda: hall.row("display-1")["alive"])


def test_a_cable_is_cut_and_healed(hall):
    assert hall.switch("display-1", network="cut")["network"] == "cut"
    assert hall.switch("display-1", network="plugged")["network"] == "plugged"


@pytest.mark.parametrize("name", ["broker", "server"])
def test_broker_and_server_come_back_by_themselves(hall, name):
    before = until(lambda: hall.row(name))["restarts"]
    hall.switch(name, power="kill")
    until(lambda: (r := hall.row(name)) and r["restarts"] > before and r["alive"])


def test_a_second_hall_runs_beside_it(hall, tmp_path):
    other = Hall(tmp_path / "data").start()
    try:
        assert other.get("/healthz")["ok"] and hall.get("/healthz")["ok"]
    finally:
        assert other.end()[1] == 0


def test_a_folder_belongs_to_one_hall(hall):
    said = Hall(hall.data).start().refused()
    assert "MOTCUA_DATA" in said and str(hall.process.pid) in said


@pytest.mark.parametrize("which", ["http", "mqtt"])
def test_a_port_in_use_is_named_with_how_to_move(hall, which, tmp_path):
    taken = getattr(hall, which)
    other = Hall(tmp_path / "data", **{which: taken}).start()
    said = other.refused()
    assert taken in said and f"MOTCUA_{which.upper()}" in said
    assert not other.data.exists()


def test_ctrl_c_ends_everything_and_the_next_start_goes_on(tmp_path):
    hall = Hall(tmp_path / "data").start()
    password, then = (hall.data / "password").read_text(), hall.get("/sim/state")["now"]
    epoch = hall.get("/healthz")["epoch"]
    said, status = hall.end(signal.SIGINT)
    assert status == 0 and "The hall is closed" in said
    assert hall.programs() == {}
    hall.start()
    try:
        assert (hall.data / "password").read_text() == password
        assert hall.get("/sim/state")["now"] >= then
        assert hall.get("/healthz")["epoch"] > epoch
    finally:
        assert hall.end(signal.SIGTERM)[1] == 0


def test_nothing_outlives_a_demo_that_is_killed_and_the_next_start_works(tmp_path):
    hall = Hall(tmp_path / "data").start()
    assert len(hall.programs()) >= 3
    hall.end(signal.SIGKILL)
    until(lambda: hall.programs() == {})
    hall.start()
    assert hall.get("/healthz")["ok"]
    assert hall.end()[1] == 0


def test_a_hall_file_with_a_mistake_is_refused_with_file_and_key(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "hall.toml").write_text(HALL.replace("Ho_Chi_Minh", "Ho_Chi_Min"), encoding="utf-8")
    said = Hall(data).start().refused()
    assert re.search(r"hall\.toml: time_zone: .*did you mean 'Asia/Ho_Chi_Minh'", said)


def test_windows_without_a_desktop_are_refused(tmp_path):
    said = Hall(tmp_path / "data", DISPLAY="", WAYLAND_DISPLAY="").start("--windows").refused()
    assert "--windows needs a desktop" in said
