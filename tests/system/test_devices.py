"""A device's life with real programs and both real brokers: enrolled by a code, ordered about, revoked."""

from __future__ import annotations

import http.cookiejar
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from broker.program import nats_server
from broker.provision import provision
from broker.wire import Credentials
from server.people.accounts import open_accounts
from server.people.rights import Role
from tests.system.running import ROOT, free_port, until

SITE = "hanam"
DEVICE = "kiosk-1"
PASSWORD = "mot-hai-ba-bon-nam"


@contextmanager
def process(*command: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as words:
        running = subprocess.Popen(command, cwd=ROOT, stdout=words, stderr=words, stdin=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


class Administrator:
    """Somebody at a browser, without scripts."""

    def __init__(self, server: str) -> None:
        self.server = server
        jar = http.cookiejar.CookieJar()
        self._web = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def get(self, path: str) -> str:
        with self._web.open(self.server + path, timeout=20) as answer:
            return str(answer.read().decode(errors="replace"))

    def post(self, page: str, path: str, **form: str) -> str:
        """Send a form of a page; the answer's text, whatever its status."""
        csrf = re.search(r'name="csrf" value="([^"]+)"', self.get(page))
        assert csrf is not None
        data = urllib.parse.urlencode({"csrf": csrf[1], **form}).encode()
        try:
            with self._web.open(self.server + path, data, timeout=20) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return str(error.read().decode())

    def log_in(self) -> None:
        self.post("/login", "/login", name="boss", password=PASSWORD)

    def code(self, **form: str) -> str:
        page = f"/devices/{DEVICE}"
        found = re.search(r'<p class="code n">([^<]+)</p>', self.post(page, f"{page}/code", **form))
        assert found is not None
        return found[1]

    def state(self) -> str:
        return " ".join(re.sub(r"<[^>]*>", " ", self.get(f"/devices/{DEVICE}/live")).split())

    def order(self, do: str) -> str:
        """Give an order; what the page says of it once it is over."""
        page = f"/devices/{DEVICE}"
        self.post(page, f"{page}/orders", do=do)
        return until(f"the end of {do}", lambda: s if "tag half" not in (s := self.latest()) else None)

    def latest(self) -> str:
        """What the page says of the newest order."""
        found = re.search(r'<ul class="orders">(.*?)</li>', self.get(f"/devices/{DEVICE}/live"), re.S)
        return found[1] if found else ""


def accepted(port: int, credentials: Credentials) -> bool:
    """Whether the broker lets somebody with these in: a CONNECT of MQTT 3.1.1, byte by byte."""

    def text(words: str) -> bytes:
        return len(words).to_bytes(2, "big") + words.encode()

    body = text("MQTT") + bytes([4, 0b1100_0010, 0, 10])
    body += text("thief") + text(credentials.user) + text(credentials.password)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(bytes([0x10, len(body)]) + body)
        return wire.recv(4) == b"\x20\x02\x00\x00"


class Hall:
    """A broker, a server and what an installer has in the hand."""

    def __init__(self, folder: Path, kind: str, opened: ExitStack) -> None:
        self.folder, self.mqtt = folder, free_port()
        self.server = f"127.0.0.1:{free_port()}"
        run_as = pwd.getpwuid(os.getuid()).pw_name if os.getuid() == 0 else None
        made = provision(folder / "broker", SITE, [], listen=f"127.0.0.1:{self.mqtt}", run_as=run_as)
        program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        assert program is not None, "Mosquitto is not installed: apt-get install mosquitto"
        nats, mosquitto = (str(nats_server()), "-c", str(made.nats)), (program, "-c", str(made.mosquitto))
        opened.enter_context(
            process(*{"nats": nats, "mosquitto": mosquitto}[kind], log=folder / "broker.log")
        )
        accounts = open_accounts(folder / "accounts.db")
        accounts.add("boss", Role.ADMINISTRATOR, PASSWORD, time.time())
        accounts.close()
        settings = folder / "server.toml"
        settings.write_text(
            f'program = "server"\nhall = "{ROOT}/examples/hanam/hall.toml"\ndata = "{folder}"\n'
            f'http = "{self.server}"\n[broker]\naddress = "mqtt://127.0.0.1:{self.mqtt}"\n'
            f'password_file = "{made.credentials["server"]}"\nfolder = "{folder / "broker"}"\n'
        )
        opened.enter_context(
            process(sys.executable, "-m", "motcua", "server", str(settings), log=folder / "server.log")
        )
        self.boss = Administrator(f"http://{self.server}")
        until("the server", lambda: self._answers())
        self.boss.log_in()

    def _answers(self) -> bool:
        with suppress(OSError):
            return "ok" in self.boss.get("/healthz")
        return False

    def enrol(self, code: str, folder: Path) -> tuple[int, str]:
        """Type a code on a device; exit status and what it said."""
        folder.mkdir(exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "motcua", "enrol", f"http://{self.server}", code, "--folder", str(folder)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(params=["nats", "mosquitto"])
def hall(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hall]:
    with ExitStack() as opened:
        yield Hall(tmp_path, request.param, opened)


def device_of(folder: Path) -> Credentials:
    table = tomllib.loads((folder / "kiosk.toml").read_text(encoding="utf-8"))["broker"]
    return Credentials(table["user"], Path(table["password_file"]).read_text().strip())


def test_a_device_is_enrolled_works_and_is_shut_out(hall: Hall, tmp_path: Path) -> None:
    etc, boss = tmp_path / "etc", hall.boss
    etc.mkdir()
    hardware = f'program = "kiosk"\ndata = "{tmp_path}/kiosk"\nscreen = "sim:1080x1920"\nprinter = "sim:80"\n'
    (etc / "kiosk.toml").write_text(hardware + 'machine = "sim:temperature=84"\n')
    status, said = hall.enrol(boss.code(), etc)
    assert status == 0 and DEVICE in said, said
    settings = str(etc / "kiosk.toml")
    with process(sys.executable, "-m", "motcua", "kiosk", settings, log=tmp_path / "kiosk.log") as kiosk:
        until("a warm kiosk on its page", lambda: "quá nóng" in boss.state())
        assert "xong" in boss.order("identify") and "xong" in boss.order("test-print")
        # In its first seconds somebody may stand there.
        until("a picture of its screen", lambda: "screen.png" in boss.order("screenshot"))
        assert "link up" in boss.order("logs")
        boss.post(f"/devices/{DEVICE}", f"/devices/{DEVICE}/orders", do="restart")
        assert kiosk.wait(20) == 0  # systemd, or the demo, starts it again
    with process(sys.executable, "-m", "motcua", "kiosk", settings, log=tmp_path / "second.log") as kiosk:
        until("the restart is done", lambda: "xong" in boss.latest())
        stolen = device_of(etc)
        assert accepted(hall.mqtt, stolen)
        boss.post(f"/devices/{DEVICE}", f"/devices/{DEVICE}/revoke")
        until("the kiosk's connection cut", lambda: "link down" in (tmp_path / "second.log").read_text())
        assert not accepted(hall.mqtt, stolen) and "đã thu hồi" in boss.state()
        # The same device, enrolled anew: it comes back, and the stolen card stays out.
        status, said = hall.enrol(boss.code(), etc)
        assert status == 0, said
        kiosk.send_signal(signal.SIGTERM)
        assert kiosk.wait(20) == 0
    with process(sys.executable, "-m", "motcua", "kiosk", settings, log=tmp_path / "kiosk.log"):
        until("the kiosk is back", lambda: "quá nóng" in boss.state())
        assert not accepted(hall.mqtt, stolen) and accepted(hall.mqtt, device_of(etc))


def test_a_code_opens_once_and_never_to_who_guesses(hall: Hall, tmp_path: Path) -> None:
    boss = hall.boss
    used = boss.code()
    assert hall.enrol(used, tmp_path / "first")[0] == 0
    status, said = hall.enrol(used, tmp_path / "second")
    assert status == 2 and "make a new one" in said
    assert not (tmp_path / "second" / "kiosk.toml").exists()
    elsewhere = boss.code(network="10.77.0.0/16")  # this machine is not in that network
    assert hall.enrol(elsewhere, tmp_path / "second")[0] == 2
    good = boss.code()
    for n in "2345":  # with the two above: five and more from this address
        hall.enrol(good[:-1] + next(sign for sign in n + "6789" if sign != good[-1]), tmp_path / "second")
    status, said = hall.enrol(good, tmp_path / "second")
    assert status == 2 and ("too many wrong codes" in said or "make a new one" in said)
    assert not (tmp_path / "second" / "kiosk.toml").exists()
    log = (tmp_path / "server.log").read_text()
    assert used not in log and good not in log and "code refused" in log


@pytest.mark.parametrize("hall", ["nats"], indirect=True)
def test_the_door_for_devices_answers_nonsense_in_one_way(hall: Hall) -> None:
    def ask(body: bytes, kind: str = "application/json") -> int:
        request = urllib.request.Request(f"http://{hall.server}/enrol", body, {"Content-Type": kind})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            assert "Traceback" not in error.read().decode()
            return error.code

    for body in (b"", b"{", b"[]", b"\xff", b'{"handle": 1, "proof": 2}', b'{"handle": "abc", "proof": ""}'):
        assert ask(body) == 400
    assert ask(b'{"handle": "ABC", "proof": "' + b"x" * 100_000 + b'"}') == 413
    assert ask(json.dumps({"handle": "ABC", "proof": "0" * 64, "role": "server"}).encode()) == 400
    assert ask(json.dumps({"handle": "ABC", "proof": "0" * 64}).encode()) == 403
