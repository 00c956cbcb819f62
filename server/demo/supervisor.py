"""The demo's supervisor: plugs every program of the hall in, and out again in order.

Knows in which order programs start and stop and what a person at the terminal is told. The programs are the
same that run on machines of their own.
"""

from __future__ import annotations

import asyncio
import http.client
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from broker.link import parse_address
from hardware.clock import Clock, open_clock, set_clock
from hardware.panel import Panel, PanelClient, PanelGone
from hardware.texts import LANGUAGES, Texts
from server.demo.bench import BROKER, Bench, routes
from server.demo.cable import Cable
from server.demo.children import Child, until_ready
from server.demo.clock import SEEN_EVERY_S, seen
from server.demo.files import Day, Place, address_of, lay_out
from server.site_file import HallConfig

SERVER = "server"
START_S = 60.0  # a program that does not answer by then will not
DEVICES_STOP_S, SERVER_STOP_S, BROKER_STOP_S = 2.0, 2.0, 0.8  # together under five seconds


class Supervisor:
    """One hall, plugged in."""

    def __init__(self, place: Place, config: HallConfig, day: Day | None) -> None:
        self._place, self._config, self._day = place, config, day
        self._clock: Clock = open_clock(place.clock)
        self._texts = Texts.load("server.demo")
        self._children: dict[str, Child] = {}
        self._cables: dict[str, Cable] = {}
        self._told_to_stop = asyncio.Event()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._told_to_stop.set)
        await self._lay_cables()
        panel = Panel(self._place.bench, routes(Bench(self._children, self._cables), loop))
        panel.start()
        helpers = [asyncio.create_task(self._note_time())]
        opened = False
        try:
            await self._until_stopped(self._open())
            opened = True
            if not self._told_to_stop.is_set():
                self._say("ready", url=f"http://{address_of(self._place.http)}")
                helpers.append(asyncio.create_task(self._fill()))
                if self._day is not None:
                    self._say("playing", citizens=self._day.citizens, speed=self._day.speed)
                    helpers.append(asyncio.create_task(self._play()))
                await self._told_to_stop.wait()
            self._say("stopping")
            return 0
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await self._close()
            await asyncio.to_thread(panel.stop)
            if opened:
                self._say("stopped", data=self._place.data)

    async def _lay_cables(self) -> None:
        """A cable to the broker for everything that talks to it, and a settings file for every program."""
        broker = parse_address(f"mqtt://{self._place.mqtt}")
        for name in (SERVER, *self._config.devices):
            self._cables[name] = Cable(broker)
            await self._cables[name].start()
        addresses = {name: f"mqtt://127.0.0.1:{cable.port}" for name, cable in self._cables.items()}
        files = lay_out(self._place, self._config, addresses, self._day)
        words = {BROKER: BROKER, SERVER: SERVER, **{id: d.role for id, d in self._config.devices.items()}}
        for name, word in words.items():
            self._children[name] = Child(name, _command(word, files[name]), self._log_file(name))

    async def _open(self) -> None:
        """Start everything; returns when everything answers. Raises CannotStart."""
        broker, server = self._children[BROKER], self._children[SERVER]
        broker.start()
        await until_ready(broker, lambda: listens(self._place.mqtt), START_S)
        for name, child in self._children.items():
            if name != BROKER:
                child.start()
        await asyncio.gather(
            until_ready(server, lambda: answers_http(self._place.http), START_S),
            *(
                until_ready(self._children[id], self._panel_answers(id), START_S)
                for id in self._config.devices
            ),
        )

    async def _close(self) -> None:
        """Devices first, so that what they still say is heard; the broker last."""
        async with asyncio.TaskGroup() as group:
            for id in self._config.devices:
                group.create_task(self._children[id].stop(DEVICES_STOP_S))
        await self._children[SERVER].stop(SERVER_STOP_S)
        await self._children[BROKER].stop(BROKER_STOP_S)
        for cable in self._cables.values():
            await cable.close()

    async def _until_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work`, unless we are told to stop first."""
        task = asyncio.create_task(work)
        stopped = asyncio.create_task(self._told_to_stop.wait())
        await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if task.done():
            task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _note_time(self) -> None:
        """A hall that is killed while its clock runs fast must know, next time, how far it came."""
        while True:
            await asyncio.to_thread(seen, self._place.data / "clock.json", self._clock.now())
            await asyncio.sleep(SEEN_EVERY_S)

    async def _fill(self) -> None:
        """Import the demo's dossiers beside the running hall, which shows them when they are there."""
        settings = self._place.data / "programs" / f"{SERVER}.toml"
        with self._log_file("dossiers").open("ab") as words:
            process = await asyncio.create_subprocess_exec(
                *_command("demo-dossiers", settings),
                stdout=words,
                stderr=words,
                env={**os.environ, "MOTCUA_PARENT": str(os.getpid())},
                start_new_session=True,
            )
        try:
            if await process.wait() != 0:
                self._say("unfilled", file=self._log_file("dossiers"))
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _play(self) -> None:
        """Let the citizens of a day in. Their summary goes to the terminal; the hall stays open after it."""
        with self._log_file("crowd").open("ab") as words:
            crowd = await asyncio.create_subprocess_exec(
                *_command("crowd", self._place.data / "programs" / "crowd.toml"),
                stderr=words,
                env={**os.environ, "MOTCUA_PARENT": str(os.getpid())},
                start_new_session=True,
            )
        try:
            if await crowd.wait() != 0:
                self._say("unplayed", file=self._log_file("crowd"))
        finally:
            if crowd.returncode is None:
                crowd.kill()
                await crowd.wait()
            set_clock(self._place.data / "clock.json", self._clock.now(), 1.0)

    def _panel_answers(self, device: str) -> Callable[[], bool]:
        def answers() -> bool:
            try:
                return PanelClient(self._place.panel(device)).ask("GET", "/state", timeout=1.0)[0] == 200
            except PanelGone:
                return False

        return answers

    def _log_file(self, name: str) -> Path:
        return self._place.data / "logs" / f"{name}.log"

    def _say(self, key: str, **words: object) -> None:
        print(" · ".join(self._texts(key, lang, **words) for lang in LANGUAGES), flush=True)


def _command(word: str, file: Path) -> tuple[str, ...]:
    return (sys.executable, "-m", "motcua", word, str(file))


def listens(address: str) -> bool:
    host, port = parse_address(f"mqtt://{address_of(address)}")
    try:
        with socket.create_connection((host, port), timeout=1.0):
            return True
    except OSError:
        return False


def answers_http(address: str) -> bool:
    connection = http.client.HTTPConnection(address_of(address), timeout=2.0)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
