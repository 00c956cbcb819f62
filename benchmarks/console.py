"""How soon an officer's press is answered: twenty consoles with open streams before a real server on a disk.

    press     from the key to the answer, which comes when the call is on the disk
    page      from the key to the console that shows it: the answer, then the page's changed part
    look      the changed part alone, which every console asks for whenever the hall changed

`python -m benchmarks.console [PRESSES] [PAUSE_S]`: of each officer, and how long he waits between two. Broker
and server are processes of their own; each console logs in, keeps a stream open and looks again at every line
of it, as the page's script does. Each row is p50, p95, p99 and the worst, in milliseconds.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import random
import re
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

from benchmarks.hall import made, process, row, wait_for
from server.demo.files import Place
from server.demo.supervisor import answers_http, listens
from server.people.accounts import open_accounts
from server.people.rights import Role

CONSOLES = 20
EXAMPLE = Path(__file__).parents[1] / "examples" / "hanam" / "hall.toml"
SERVICE = "environment-land"
PASSWORD = "mot-hai-ba-bon-nam"
FIRST = 21  # the counters of this benchmark, all for one line
VERBS = ("next", "start", "note", "finish")
TIMEOUT_S = 30.0
SPREAD_S = 0.15  # as the page's script looks: not all at one instant, and not for what it shows already
MARK = re.compile(r'data-mark="([^"]+)"')


class Console:
    """One officer's browser: a log-in, a connection for presses, one for looking, and the stream."""

    def __init__(self, address: str, counter: str) -> None:
        self.counter = counter
        self._address = address
        self._presses, self._looks = self._connection(), self._connection()
        answer = self._ask(
            self._presses, "POST", "/api/v1/login", {"name": f"bench-{counter}", "password": PASSWORD}
        )
        self._csrf = str(answer["csrf"])
        self._mark = ""
        self.waits: list[float] = []
        self.pages: list[float] = []
        self.looks: list[float] = []
        self._over = threading.Event()
        self._stream = threading.Thread(target=self._follow, name=f"stream-{counter}", daemon=True)
        self.press("open")
        self._stream.start()

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._address, timeout=TIMEOUT_S)

    def _ask(
        self, over: http.client.HTTPConnection, method: str, path: str, body: dict[str, Any] | None = None
    ) -> Any:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if over is not self._presses or hasattr(self, "_csrf"):
            headers |= {"Cookie": self._cookie, "X-CSRF-Token": self._csrf}
        over.request(method, path, None if body is None else json.dumps(body), headers)
        answer = over.getresponse()
        raw = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {raw[:200]!r}")
        if cookie := answer.getheader("Set-Cookie"):
            self._cookie = cookie.partition(";")[0]
        return json.loads(raw) if raw[:1] == b"{" else raw

    def press(self, verb: str, **told: str) -> None:
        began = time.monotonic()
        path = f"/api/v1/counters/{self.counter}/{verb}"
        self._ask(self._presses, "POST", path, {"id": uuid.uuid4().hex, **told})
        answered = time.monotonic()
        self._look(self._presses)
        if verb != "open":
            self.waits.append(answered - began)
            self.pages.append(time.monotonic() - began)

    def issue(self) -> None:
        self._ask(self._presses, "POST", "/api/v1/tickets", {"id": uuid.uuid4().hex, "service": SERVICE})

    def work(self, presses: int, pause_s: float, after_s: float) -> None:
        time.sleep(after_s)
        for n in range(presses):
            verb = VERBS[n % len(VERBS)]
            self.press(verb, **({"note": f"note {n}"} if verb == "note" else {}))
            time.sleep(pause_s)

    def _follow(self) -> None:
        """Look again at every line of the stream."""
        stream = self._connection()
        stream.request("GET", "/events", headers={"Cookie": self._cookie})
        lines = stream.getresponse()
        while not self._over.is_set():
            try:
                line = lines.readline()
            except OSError:
                return
            if not line.startswith(b"data:"):
                continue
            time.sleep(random.random() * SPREAD_S)
            told = json.loads(line[5:])
            if self._mark != "{epoch} {rev} {devices}".format(**told):
                began = time.monotonic()
                self._look(self._looks)
                self.looks.append(time.monotonic() - began)

    def _look(self, over: http.client.HTTPConnection) -> None:
        page = self._ask(over, "GET", f"/console/{self.counter}/live").decode()
        found = MARK.search(page)
        assert found is not None
        self._mark = found[1]

    def stop(self) -> None:
        self._over.set()


def run(presses: int = 20, pause_s: float = 5.0) -> int:
    logging.getLogger().setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder, contextlib.ExitStack() as stack:
        place = made(Path(folder), wide_hall(Path(folder)))
        hire(place)
        stack.enter_context(process("broker", place))
        wait_for(lambda: listens(place.mqtt))
        stack.enter_context(process("server", place))
        wait_for(lambda: answers_http(place.http))
        consoles = [Console(place.http, str(FIRST + n)) for n in range(CONSOLES)]
        for n in range(CONSOLES * (presses // len(VERBS) + 1)):
            consoles[n % CONSOLES].issue()
        began = time.monotonic()
        threads = [
            threading.Thread(target=one.work, args=(presses, pause_s, n * pause_s / CONSOLES))
            for n, one in enumerate(consoles)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - began
        for one in consoles:
            one.stop()
        every = [wait for one in consoles for wait in one.waits]
        looks = [wait for one in consoles for wait in one.looks]
        print(f"{'':<10} {'p50':>8} {'p95':>8} {'p99':>8} {'worst':>8}  ms")
        row("press", every)
        row("page", [wait for one in consoles for wait in one.pages])
        row("look", looks)
        print(
            f"{'':<10} {CONSOLES} consoles, {len(every)} presses ({len(every) / took:.1f} a second), "
            f"{len(looks) / took:.0f} looks a second"
        )
    return 0


def wide_hall(folder: Path) -> Path:
    """The example's hall with twenty counters more, all for one line."""
    counters = "".join(
        f'\n[[counter]]\nid = "{FIRST + n}"\nservices = ["{SERVICE}"]\n' for n in range(CONSOLES)
    )
    file = folder / "wide.toml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8") + counters, encoding="utf-8")
    return file


def hire(place: Place) -> None:
    """An account for the officer of each counter."""
    data = place.data / "server"
    data.mkdir(exist_ok=True)
    accounts = open_accounts(data / "accounts.db")
    for n in range(CONSOLES):
        accounts.add(f"bench-{FIRST + n}", Role.OFFICER, PASSWORD, time.time())
    accounts.close()


if __name__ == "__main__":
    asked = [float(word) for word in sys.argv[1:3]]
    sys.exit(run(*([int(asked[0])] if asked else []), *asked[1:]))
