"""The programs of the demo as child processes: started, watched, started again, ended in order.

A child runs in a session of its own, so that Ctrl-C in the terminal reaches only the supervisor, and dies
with it however that ends (`MOTCUA_PARENT`, see motcua.py). What it says goes into its own log file.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.2  # before the first restart; doubles with each that follows soon
LONGEST_WAIT_S = 5.0
LOOK_EVERY_S = 0.05
STEADY_S = 5.0  # a child that lived so long starts the waits anew
HOPELESS = 4  # restarts before it ever answered
LONGEST_LOG = 2_000_000  # bytes; a longer one is put aside at the next start
# glibc keeps what was once used, for each thread anew: 19 MiB for every password that is checked.
FRUGAL = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
SETTINGS_STATUS = 2  # a child that cannot use its settings or its port ends with it, and will again


class CannotStart(Exception):
    """A child that ends before it ever worked; the last thing it said."""


class Child:
    """One program. `on` is its plug: `keep` starts it again for as long as it is plugged in."""

    def __init__(
        self, name: str, command: Sequence[str], log_file: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.restarts = -1  # becomes 0 with the first start
        self._command = tuple(command)
        self._log_file = log_file
        self._environment = dict(os.environ if environment is None else environment)
        self._plugged = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._leaving = False
        self._keeper: asyncio.Task[None] | None = None
        self.ended_with: int | None = None

    @property
    def on(self) -> bool:
        return self._plugged.is_set()

    @property
    def pid(self) -> int | None:
        """The living process, or None."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    def start(self) -> None:
        """Plug it in. Call from the main thread's loop: a child is tied to the thread that starts it."""
        self._plugged.set()
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name=f"keep-{self.name}")

    def power_off(self) -> None:
        """Pull the plug: `kill -9`, and nobody starts it again."""
        self._plugged.clear()
        self.kill()

    def kill(self) -> None:
        """`kill -9` of the program and whatever it started; it is started again while it is plugged in."""
        self._signal(signal.SIGKILL)

    async def stop(self, patience_s: float) -> None:
        """Ask it to end, and after `patience_s` seconds end it."""
        self._leaving = True
        self._plugged.clear()
        self._signal(signal.SIGTERM)
        if self._keeper is None:
            return
        if self.pid is None:
            self._keeper.cancel()
        done, _ = await asyncio.wait([self._keeper], timeout=patience_s)
        if not done:
            log.warning("child killed name=%s patience_s=%s", self.name, patience_s)
            self.kill()
            await asyncio.wait([self._keeper])

    def last_words(self) -> str:
        """The last line of its log."""
        with contextlib.suppress(OSError):
            lines = self._log_file.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
            if lines:
                return lines[-1]
        return "it said nothing"

    def _signal(self, number: signal.Signals) -> None:
        pid = self.pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, number)

    async def _keep(self) -> None:
        wait_s = FIRST_WAIT_S
        while not self._leaving:
            await self._plugged.wait()
            began = time.monotonic()
            try:
                status: int | str = await self._live()
            except (
                OSError
            ) as error:  # a full disk or memory: it may pass, and the hall wants its program back
                status = repr(error)
            if self._leaving:
                return
            wait_s = FIRST_WAIT_S if time.monotonic() - began > STEADY_S else wait_s
            log.warning("child ended name=%s status=%s plugged=%s", self.name, status, self.on)
            if self.on:
                await asyncio.sleep(wait_s)
                wait_s = min(LONGEST_WAIT_S, wait_s * 2)

    async def _live(self) -> int:
        """One life of the process; its exit status, or minus the signal that ended it."""
        with self._open_log() as words:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
                env={**FRUGAL, **self._environment, "MOTCUA_PARENT": str(os.getpid())},
            )
        self.restarts += 1
        if not self.on:  # unplugged while it was being started
            self.kill()
        self.ended_with = await self._process.wait()
        return self.ended_with

    def _open_log(self) -> BinaryIO:
        if self._log_file.exists() and self._log_file.stat().st_size > LONGEST_LOG:
            self._log_file.replace(self._log_file.with_suffix(".old.log"))
        return self._log_file.open("ab")


async def until_ready(child: Child, answers: Callable[[], bool], limit_s: float) -> None:
    """Wait until `answers()` is true.

    Raises CannotStart when the child gives up on its settings, falls over again and again, or does not answer
    within `limit_s`.
    """
    give_up_at = time.monotonic() + limit_s
    while not await asyncio.to_thread(answers):
        if child.pid is None and child.ended_with == SETTINGS_STATUS:
            raise CannotStart(child.last_words())
        if child.restarts >= HOPELESS:
            raise CannotStart(f"{child.name} ends as soon as it starts: {child.last_words()}")
        if time.monotonic() > give_up_at:
            raise CannotStart(f"{child.name} does not answer after {limit_s:.0f} s: {child.last_words()}")
        await asyncio.sleep(LOOK_EVERY_S)
