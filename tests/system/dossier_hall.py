"""A hall that sources send dossiers to: a broker, a server and one wall, each a process of its own.

The three doors of the register answer as they do anywhere: REST its changes, MQTT a receipt, and a file of
the folder lies in `done`. What the wall shows and what the stream of `/board` says is heard as it happens.
"""

from __future__ import annotations

import csv
import http.client
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from broker import codec, topics
from broker.link import Connected, Credentials, Received, open_link
from broker.provision import provision
from hardware.clock import set_clock
from server.demo.files import Place, accounts, lay_out, own_hall
from server.demo.supervisor import answers_http, listens
from tests.brokers import Inbox
from tests.server.dossiers.tables import NOW
from tests.system.running import PATIENCE_S, ROOT, RunningHall, until

WALL, SOURCE = "display-2", "portal"  # the wall of examples/hanam that has dossiers below its calls


def dossier(serial: int, due: str = "2026-11-30") -> dict[str, str]:
    """A dossier in process of the department of justice."""
    return {
        "code": f"H42.13-261109-{serial:04d}",
        "authority": "justice",
        "procedure": "Cấp phiếu lý lịch tư pháp",
        "status": "4",
        "received": "2026-11-09",
        "due": due,
    }


class DossierHall(RunningHall):
    """`with` starts and stops it. `wall` hears what is seen there, `news` what the stream of `/board` says of
    dossiers: {"at": monotonic seconds, "rows": of code, standing or stage, and day}."""

    def __init__(self, data: Path, broker: str = "nats") -> None:
        """broker: `nats`, which the broker program is, or `mosquitto`."""
        super().__init__(data)
        self._broker = broker
        self._ends = ExitStack()
        self.wall, self.news = Inbox(), Inbox()

    def start(self) -> None:
        with ExitStack() as ends:
            self._start(ends)
            self._ends = ends.pop_all()

    def stop(self) -> str:
        self._ends.close()
        return ""

    def sends(self, door: str, dossier: dict[str, str]) -> float:
        """Bring a dossier; when the sender knew that it was taken (CLOCK_MONOTONIC, seconds)."""
        {"rest": self._by_rest, "mqtt": self._by_mqtt, "folder": self._by_folder}[door](dossier)
        return time.monotonic()

    # --- doors ----------------------------------------------------------------------------------------

    def _by_rest(self, dossier: dict[str, str]) -> None:
        body = {**dossier, "source": SOURCE}
        taken = self._boss.ask("PUT", f"/dossiers/{body.pop('code')}", body)
        assert taken["new"] + taken["changed"] == 1, taken

    def _by_mqtt(self, dossier: dict[str, str]) -> None:
        message = {"v": 1, "id": uuid.uuid4().hex, "dossiers": [dossier]}
        self._source.publish(self._sends, json.dumps(message).encode(), qos=1, retain=False)
        receipt = codec.decode(topics.TAKEN, self._receipts.until(Received).payload)
        assert (receipt.id, receipt.taken) == (message["id"], True), receipt

    def _by_folder(self, dossier: dict[str, str]) -> None:
        self.takes(self.lays(dossier))

    def lays(self, dossier: dict[str, str]) -> str:
        """Lay a file into the folder as an export is, under a name that is left alone, and rename it. Its
        name."""
        folder = self.data / "server" / "inbox" / SOURCE
        folder.mkdir(exist_ok=True)
        name = f"{uuid.uuid4().hex}.csv"
        with (folder / f"{name}.tmp").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows((dossier.keys(), dossier.values()))
        (folder / f"{name}.tmp").rename(folder / name)
        return name

    def takes(self, name: str) -> None:
        """Wait until a file was taken."""
        done = self.data / "server" / "inbox" / SOURCE / "done"
        until("the file in done", lambda: any(path.name.endswith(name) for path in done.glob("*")))

    # --- programs -------------------------------------------------------------------------------------

    def _start(self, ends: ExitStack) -> None:
        sockets = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="motcua-")))
        place = Place(self.data, self.http, self.mqtt, sockets, f"hall:{self.data / 'clock.json'}", False)
        self.data.mkdir(parents=True, exist_ok=True)
        config = own_hall(self.data, None)
        set_clock(self.data / "clock.json", NOW, 1.0)
        files = lay_out(
            place, config, dict.fromkeys(("server", *config.devices), f"mqtt://{self.mqtt}"), None
        )
        accounts(self.data, config)
        self._run(ends, *self._broker_words(files["broker"], list(config.devices)))
        until("the broker", lambda: listens(self.mqtt))
        self._run(ends, sys.executable, "-m", "motcua", "server", str(files["server"]))
        until("the server", lambda: answers_http(self.http))
        self._boss = self.staff("administrator")
        mapping = {"folder": True, "whole": False}
        self._boss.ask("POST", "/dossiers/sources", {"id": SOURCE, "name": "Cổng", "mapping": mapping})
        self._connect(ends)
        wall = self._run(ends, sys.executable, "-m", "tests.system.telling_wall", str(files[WALL]))
        threading.Thread(target=self._hear_wall, args=(wall,), daemon=True).start()
        threading.Thread(target=self._hear_news, daemon=True).start()

    def _broker_words(self, settings: Path, devices: list[str]) -> list[str]:
        if self._broker == "nats":
            return [sys.executable, "-m", "motcua", "broker", str(settings)]
        path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
        program = shutil.which("mosquitto", path=path)
        assert program is not None, "Mosquitto is not installed: apt-get install mosquitto"
        run_as = pwd.getpwuid(os.getuid()).pw_name if os.getuid() == 0 else None
        made = provision(self.data / "broker", "hanam", devices, listen=self.mqtt, run_as=run_as)
        return [program, "-c", str(made.mosquitto)]

    def _run(self, ends: ExitStack, *words: str) -> subprocess.Popen[str]:
        logs = self.data / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{len(list(logs.iterdir()))}.log").open("ab") as log:
            process = subprocess.Popen(
                words,
                cwd=ROOT,
                env=os.environ | {"MOTCUA_PARENT": str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        ends.callback(_end, process)
        return process

    def _connect(self, ends: ExitStack) -> None:
        """As the system of record does, with the password that its page shows once."""
        told = self._boss.ask("POST", f"/dossiers/sources/{SOURCE}/key")
        self._sends, self._receipts = told["sends"], Inbox()
        known = Credentials(told["user"], told["password"])
        address = f"mqtt://127.0.0.1:{told['port']}"
        self._source = open_link(address, known, SOURCE, self._receipts, [(told["hears"], 1)])
        ends.callback(self._source.stop, 0.5)
        self._source.start()
        self._receipts.until(Connected)

    def _hear_wall(self, wall: subprocess.Popen[str]) -> None:
        assert wall.stdout is not None
        for line in wall.stdout:
            self.wall.put(json.loads(line))

    def _hear_news(self) -> None:
        """As a browser's wall does, until the server ends the stream."""
        wire = http.client.HTTPConnection(self.http, timeout=PATIENCE_S)
        with suppress(OSError, http.client.HTTPException):
            wire.request("GET", "/board/events")
            for line in wire.getresponse():
                at, news = time.monotonic(), json.loads(line[6:]) if line.startswith(b"data: ") else {}
                if "dossiers" in news:
                    lines = news["dossiers"].get("lines", ())
                    rows = [[row["code"], row["stage"], row.get("due")] for row in lines]
                    self.news.put({"at": at, "rows": rows})
        wire.close()


def _end(process: subprocess.Popen[Any]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
