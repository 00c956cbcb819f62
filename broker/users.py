"""Who may talk to a broker, changed while it runs: devices are admitted and shut out, others stay connected.

The server that enrols devices writes the broker's files and tells its process to read them again (SIGHUP,
which NATS and Mosquitto alike answer by cutting whoever is no user any more). Both have to run as one user of
the machine; else the broker is told by whoever may, and until then `not-allowed` is what comes of it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from broker.access import source_user_of, user_of
from broker.provision import (
    ADMISSIONS,
    MADE,
    PID,
    Admission,
    Admissions,
    Made,
    admissions_of,
    locked,
    write,
    written,
)
from broker.topics import BOARD, SENT, STATUS
from broker.wire import Credentials

log = logging.getLogger(__name__)

# given: the broker's file names it, and whoever installed it carried the password there.
Standing = Literal["none", "given", "admitted", "shut"]
Told = Literal["told", "not-running", "not-allowed"]


class NoBroker(Exception):
    """The folder is not a broker's, or not ours to write; one sentence."""


@dataclass(frozen=True)
class Known:
    """How a device stands. at: when it was admitted, Unix seconds."""

    standing: Standing
    at: float | None = None


class Users:
    """The users of the broker whose data folder this is. Any thread, and several programs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def admit(self, site: str, device: str, at: float) -> tuple[Credentials, Told]:
        """Give a device a new password; whatever it had before opens nothing. Raises NoBroker, ValueError."""
        STATUS.of(site, device)
        user, old = user_of(site, device), self._names(site, device)

        def change(before: Admissions) -> Admissions:
            path = self._folder / "credentials" / user
            path.unlink(missing_ok=True)
            return replace(
                before,
                sites=_with(before.sites, site),
                users={**before.users, user: Admission(site, device, at)},
                shut=tuple(sorted({*before.shut, *old} - {user})),
            )

        told = self._change(change)
        password = (self._folder / "credentials" / user).read_text(encoding="utf-8").strip()
        return Credentials(user, password), told

    def shut_out(self, site: str, device: str) -> Told:
        """No password of this device opens anything from now on, and its connection ends. Raises NoBroker."""
        STATUS.of(site, device)
        user, old = user_of(site, device), self._names(site, device)

        def change(before: Admissions) -> Admissions:
            for name in (user, *old):
                (self._folder / "credentials" / name).unlink(missing_ok=True)
            users = {name: row for name, row in before.users.items() if name != user}
            return replace(before, users=users, shut=tuple(sorted({*before.shut, user, *old})))

        return self._change(change)

    def admit_source(self, site: str, source: str, at: float) -> tuple[Credentials, Told]:
        """Give a source of dossiers a new password, likewise. Raises NoBroker, ValueError."""
        SENT.of(site, source)
        user = source_user_of(site, source)

        def change(before: Admissions) -> Admissions:
            (self._folder / "credentials" / user).unlink(missing_ok=True)
            admitted = {**before.sources, user: Admission(site, source, at)}
            return replace(before, sites=_with(before.sites, site), sources=admitted)

        told = self._change(change)
        password = (self._folder / "credentials" / user).read_text(encoding="utf-8").strip()
        return Credentials(user, password), told

    def shut_source(self, site: str, source: str) -> Told:
        """Its password opens nothing from now on, and its connection ends. Raises NoBroker."""
        user = source_user_of(site, source)

        def change(before: Admissions) -> Admissions:
            (self._folder / "credentials" / user).unlink(missing_ok=True)
            return replace(before, sources={k: v for k, v in before.sources.items() if k != user})

        return self._change(change)

    def sources(self, site: str) -> dict[str, float]:
        """Which sources of a site have a password, and since when (Unix seconds). Raises NoBroker."""
        return {row.device: row.at for row in self._admissions().sources.values() if row.site == site}

    def open_site(self, site: str) -> None:
        """Let the server speak for another centre, if it does not yet. Raises NoBroker, ValueError."""
        BOARD.of(site)
        made = self._made()
        if site != made.site and site not in admissions_of(self._folder).sites:
            self._change(lambda before: replace(before, sites=_with(before.sites, site)))

    def known(self, site: str) -> Callable[[str], Known]:
        """How each device of a site stands now; the files are read once. Raises NoBroker."""
        made, admissions = self._made(), self._admissions()

        def of(device: str) -> Known:
            found = admissions.users.get(user_of(site, device))
            if found is not None:
                return Known("admitted", found.at)
            if user_of(site, device) in admissions.shut:
                return Known("shut")
            return Known("given" if site == made.site and device in made.devices else "none")

        return of

    # --- the files --------------------------------------------------------------------------------------

    def _names(self, site: str, device: str) -> tuple[str, ...]:
        """The names that a device of the broker's own file has besides."""
        made = self._made()
        return (device,) if site == made.site and device in made.devices else ()

    def _made(self) -> Made:
        path = self._folder / MADE
        try:
            return msgspec.json.decode(path.read_bytes(), type=Made)
        except FileNotFoundError:
            raise NoBroker(f"{path} is not there: start the broker once") from None
        except (OSError, msgspec.DecodeError) as error:
            raise NoBroker(f"{path} cannot be read: {error}") from None

    def _admissions(self) -> Admissions:
        try:
            return admissions_of(self._folder)
        except (OSError, ValueError) as error:
            raise NoBroker(str(error)) from None

    def _change(self, change: Callable[[Admissions], Admissions]) -> Told:
        try:
            with locked(self._folder):
                made, admissions = self._made(), change(self._admissions())
                write(self._folder / ADMISSIONS, msgspec.json.encode(admissions).decode())
                written(self._folder, made, admissions)
        except OSError as error:
            raise NoBroker(f"{self._folder} cannot be written: {error.strerror}") from None
        return self._tell()

    def _tell(self) -> Told:
        """Let the broker read its files again, if one runs."""
        process = self._process()
        if process is None:
            return "not-running"
        try:
            os.kill(process, signal.SIGHUP)
        except ProcessLookupError:
            return "not-running"
        except PermissionError:
            log.warning("broker not told process=%d: it is another user's", process)
            return "not-allowed"
        return "told"

    def _process(self) -> int | None:
        """The broker of this folder, and not whoever got its number since."""
        with contextlib.suppress(OSError, ValueError):
            number = int((self._folder / PID).read_text(encoding="ascii"))
            called = Path(f"/proc/{number}/cmdline").read_bytes()
            if str(self._folder.resolve()).encode() in called:
                return number
        return None


def _with(sites: Iterable[str], site: str) -> tuple[str, ...]:
    return tuple(sorted({*sites, site}))
