"""What a device needs to talk to its hall: given for a code, taken away with one click.

Puts codes, the broker's users and the server's public key together; keeps out pages and devices' programs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from broker import messages as m, topics
from broker.invitation import Code, Grant, Sealed, seal
from broker.users import Known, NoBroker, Told, Users
from broker.wire import parse_address
from server.invitations import Invitation, Invitations, Network

log = logging.getLogger("keys")

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Way:
    """How devices reach the broker. folder: of the broker's files, None where they are not ours to write.
    address: as the server has it; on loopback devices find the broker on the host where they found us."""

    folder: Path | None
    address: str


@dataclass(frozen=True, slots=True)
class SourceKey:
    """What a program needs to send dossiers by MQTT. sends, hears: its topics."""

    user: str
    password: str
    port: int
    sends: str
    hears: str


class DeviceKeys:
    """The keys of one centre's devices. Any thread."""

    def __init__(
        self,
        site: str,
        server_key: str,
        way: Way,
        wall: Callable[[], float] = time.time,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._site, self._server_key, self._way = site, server_key, way
        self._users = Users(way.folder) if way.folder is not None else None
        self._wall, self._tick = wall, tick
        self._codes = Invitations()
        self._lock = threading.Lock()
        self._shut: set[str] = set()  # since the server started: their word counts for nothing at once
        self._changes = 0

    @property
    def manages(self) -> bool:
        """Whether devices can be enrolled and shut out here."""
        return self._users is not None

    @property
    def changes(self) -> int:
        with self._lock:
            return self._changes

    def open_site(self) -> None:
        """Let the broker know this centre. Where that fails it is a line in the log: the broker's own file
        may name it already."""
        if self._users is not None:
            try:
                self._users.open_site(self._site)
            except (NoBroker, ValueError) as error:
                log.warning("broker not told site=%s reason=%s", self._site, error)

    def known(self) -> Callable[[str], Known | None]:
        """How each device stands at the broker; None where that is not known here."""
        try:
            return self._users.known(self._site) if self._users is not None else _nothing
        except NoBroker:
            return _nothing

    def is_shut(self, device: str) -> bool:
        with self._lock:
            return device in self._shut

    def code_for(self, device: str, by: str, network: Network | None) -> Code:
        """A one-time code."""
        code = self._codes.make(device, by, self._tick(), network)
        self._changed()
        return code

    def code_left_s(self, device: str) -> float | None:
        """For how long the code of a device holds; None without one."""
        return self._codes.waiting(self._tick()).get(device)

    def take(self, handle: str, proof: str, address: str) -> Invitation:
        """Use a code up. Raises NotTaken, TooManyTries."""
        taken = self._codes.take(handle, proof, address, self._tick())
        self._changed()
        return taken

    def enrol(self, invitation: Invitation, role: str, name: m.Words) -> Sealed:
        """What the device gets, encrypted for it alone. Raises NoBroker."""
        if self._users is None:
            raise NoBroker("this server does not keep the broker's users")
        credentials, told = self._users.admit(self._site, invitation.device, self._wall())
        log.info("enrolled site=%s device=%s broker=%s", self._site, invitation.device, told)
        with self._lock:
            self._shut.discard(invitation.device)
        self._changed()
        host, port = parse_address(self._way.address)
        grant = Grant(
            role=role,
            site=self._site,
            device=invitation.device,
            name=name,
            user=credentials.user,
            password=credentials.password,
            address=f"mqtt://:{port}" if host in LOOPBACK else self._way.address,
            server_key=self._server_key,
        )
        return seal(invitation.key, grant)

    def shut_out(self, device: str) -> Told:
        """From now on nothing of this device counts; its connection ends. Raises NoBroker."""
        self._codes.withdraw(device)
        with self._lock:
            self._shut.add(device)
        self._changed()
        if self._users is None:
            raise NoBroker("this server does not keep the broker's users")
        told = self._users.shut_out(self._site, device)
        log.warning("shut out site=%s device=%s broker=%s", self._site, device, told)
        return told

    # --- sources of dossiers --------------------------------------------------------------------------

    def admit_source(self, source: str) -> SourceKey:
        """A new password for a program that sends dossiers, to be shown once. Raises NoBroker, ValueError."""
        if self._users is None:
            raise NoBroker("this server does not keep the broker's users")
        credentials, told = self._users.admit_source(self._site, source, self._wall())
        log.info("source admitted site=%s source=%s broker=%s", self._site, source, told)
        _, port = parse_address(self._way.address)
        sent, taken = topics.SENT.of(self._site, source), topics.TAKEN.of(self._site, source)
        return SourceKey(credentials.user, credentials.password, port, sent, taken)

    def shut_source(self, source: str) -> Told:
        """Raises NoBroker."""
        if self._users is None:
            raise NoBroker("this server does not keep the broker's users")
        told = self._users.shut_source(self._site, source)
        log.warning("source shut out site=%s source=%s broker=%s", self._site, source, told)
        return told

    def sources(self) -> dict[str, float]:
        """Which have a password, and since when (Unix seconds)."""
        try:
            return self._users.sources(self._site) if self._users is not None else {}
        except NoBroker:
            return {}

    def _changed(self) -> None:
        with self._lock:
            self._changes += 1


def _nothing(device: str) -> None:
    return None
