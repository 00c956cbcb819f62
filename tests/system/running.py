"""A whole hall in a folder: real processes, a real broker, worked through its documented doors.

`RunningHall` starts `motcua demo` on free ports and speaks to it over HTTP, as a stranger's script would.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0  # never a measure of speed: only the end of a test that would hang

T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: str, look: Callable[[], T | None], patience_s: float = PATIENCE_S) -> T:
    """The first true answer of `look`. Fails, naming what was waited for."""
    give_up_at = time.monotonic() + patience_s
    while time.monotonic() < give_up_at:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {patience_s:.0f} s in vain for: {what}")


class Staff:
    """Somebody logged in at the hall's HTTP interface."""

    def __init__(self, hall: RunningHall, name: str, password: str) -> None:
        self._hall = hall
        answer, headers = hall.ask("POST", "/api/v1/login", {"name": name, "password": password})
        cookie = SimpleCookie(headers["Set-Cookie"])
        self._headers = {
            "Cookie": "; ".join(f"{k}={v.value}" for k, v in cookie.items()),
            "X-CSRF-Token": json.loads(answer)["csrf"],
        }

    def at(self, counter: str, verb: str, **told: Any) -> dict[str, Any]:
        return self.ask("POST", f"/counters/{counter}/{verb}", told)

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """What the interface for programs answers, below `/api/v1`."""
        headers = self._headers | {"Idempotency-Key": str(uuid.uuid4())}
        answer, _ = self._hall.ask(method, f"/api/v1{path}", body, headers)
        return dict(json.loads(answer))

    def page(self, path: str) -> str:
        return self._hall.ask("GET", path, headers=self._headers | {"Accept": "text/html, */*;q=0.8"})[
            0
        ].decode()


class RunningHall:
    """`motcua demo` with its data in `data`; `with` starts and stops it."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.data = data
        self.http = f"127.0.0.1:{free_port()}"
        self.mqtt = f"127.0.0.1:{free_port()}"
        self._arguments = arguments
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> RunningHall:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and return when the demo says that everything answers."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "motcua", "demo", *self._arguments],
            cwd=ROOT,
            env=os.environ
            | {"MOTCUA_HTTP": self.http, "MOTCUA_MQTT": self.mqtt, "MOTCUA_DATA": str(self.data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if self.http in line:
                return
        raise AssertionError(f"the hall did not start:\n{''.join(said)}\n{self.logs()}")

    def read_until(self, word: str) -> str:
        """What the demo says in its terminal, up to the line with `word`."""
        assert self.process is not None and self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if word in line:
                return said
        raise AssertionError(f"the demo ended without saying {word!r}:\n{said}\n{self.logs()}")

    def stop(self) -> str:
        """Ctrl-C; what the demo still said. Fails when it does not end."""
        process, self.process = self.process, None
        if process is None:
            return ""
        process.send_signal(signal.SIGINT)
        try:
            said, _ = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise AssertionError("the hall did not stop") from None
        assert process.returncode == 0, said
        return said

    def logs(self) -> str:
        """The end of every program's log, for the report of a failed test."""
        files = sorted((self.data / "logs").glob("*.log")) if self.data.exists() else []
        return "\n".join(f"--- {f.name}\n{f.read_text(encoding='utf-8')[-1500:]}" for f in files)

    # --- doors ----------------------------------------------------------------------------------------

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[bytes, Any]:
        """(body, headers) of an answer. Raises urllib's HTTPError for a refusal."""
        data = None if body is None else json.dumps(body).encode()
        kind = {} if data is None else {"Content-Type": "application/json"}
        asked = urllib.request.Request(
            f"http://{self.http}{path}", data, {**kind, **(headers or {})}, method=method
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.read(), answer.headers

    def get(self, path: str) -> bytes:
        return self.ask("GET", path)[0]

    def state(self, device: str) -> dict[str, Any]:
        """A device's own state; empty while it is dark or the server is away."""
        try:
            return dict(json.loads(self.get(f"/sim/{device}/state")))
        except (OSError, urllib.error.HTTPError):
            return {}

    def sim(self, device: str, what: str, **told: Any) -> dict[str, Any]:
        return dict(json.loads(self.ask("POST", f"/sim/{device}/{what}", told)[0]))

    def targets(self, device: str) -> dict[tuple[str, str], list[int]]:
        """What can be touched on its screen now: (verb, of) -> [x, y, width, height]."""
        return {(t["verb"], t["of"]): t["box"] for t in self.state(device).get("targets", [])}

    def touch(self, device: str, verb: str, of: str = "") -> None:
        """Touch the middle of a target, once it is on the screen."""
        target = (verb, of)
        x, y, w, h = until(f"{target} on the screen of {device}", lambda: self.targets(device).get(target))
        self.sim(device, "touch", x=x + w // 2, y=y + h // 2)

    def lit(self, device: str) -> set[str]:
        """The buttons of a device whose lamps are lit."""
        return {b["id"] for b in self.state(device).get("buttons", []) if b["lit"]}

    def devices(self, role: str) -> dict[str, str | None]:
        """The hall's devices of one role; id -> the counter it stands at."""
        told = tomllib.loads((self.data / "hall.toml").read_text(encoding="utf-8"))
        return {d["id"]: d.get("counter") for d in told["device"] if d["role"] == role}

    def terminal_of(self, counter: str) -> str:
        return next(id for id, stands in self.devices("counter").items() if stands == counter)

    def line_of(self, counter: str) -> dict[str, Any]:
        """What the public board says stands at a counter."""
        return dict(json.loads(self.get("/sim/state"))["counters"][counter])

    def shown(self, display: str) -> list[dict[str, Any]]:
        """The calls a display had in its hero, as it recorded them."""
        file = self.data / "devices" / display / "shown.jsonl"
        rows = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [row for row in map(json.loads, rows) if "seq" in row]

    def tickets(self, kiosk: str) -> list[dict[str, Any]]:
        return list(json.loads(self.get(f"/sim/{kiosk}/tickets")))

    def heard(self, display: str) -> list[dict[str, Any]]:
        return list(json.loads(self.get(f"/sim/{display}/heard")))

    def accounts(self) -> list[dict[str, str]]:
        """Names, passwords and roles of the demo's staff, as the hall's page shows them to its user."""
        told = tomllib.loads((self.data / "programs" / "server.toml").read_text(encoding="utf-8"))
        return list(told["demo"]["accounts"])

    def staff(self, role: str) -> Staff:
        who = next(a for a in self.accounts() if a["role"] == role)
        return Staff(self, who["name"], who["password"])

    def verify(self) -> tuple[int, str]:
        """`motcua verify` of the data folder: its exit status and what it said."""
        told = subprocess.run(
            [sys.executable, "-m", "motcua", "verify", str(self.data)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return told.returncode, told.stdout + told.stderr
