"""One-time codes for devices: ten minutes, one use, five wrong tries, from the network that was said.

Knows what is kept of a code (its handle and a key that leads nowhere back, in memory: a restart of the server
burns them all) and when it stops being one; keeps out what a device gets for it. Instants: monotonic seconds.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from broker.invitation import Code, knows, new_code

HOLDS_S: Final = 600.0
WRONG: Final = 5  # tries at one code, and from one address within the time that a code holds
KEPT: Final = 4096  # addresses remembered

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NotTaken(Exception):
    """The code is wrong, used, too old, burnt, or comes from elsewhere: which of them is said to nobody."""


class TooManyTries(Exception):
    """This address was wrong too often; `wait_s`."""

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Invitation:
    """key: of the code, see `broker.invitation`. network: from where it is taken; None: any private one."""

    device: str
    key: bytes
    until: float
    network: Network | None
    by: str


class Invitations:
    """The codes of one centre. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Invitation] = {}  # by handle
        self._wrong: dict[str, int] = {}  # handle -> tries
        self._tries: dict[str, tuple[int, float]] = {}  # address -> how often, since when

    def make(self, device: str, by: str, now: float, network: Network | None = None) -> Code:
        """A code for a device; one that it had before is no code any more."""
        while True:
            code = new_code()
            made = Invitation(device, code.key(), now + HOLDS_S, network, by)
            with self._lock:
                self._forget(now, device)
                if code.handle not in self._open:
                    self._open[code.handle] = made
                    return code

    def take(self, handle: str, proof: str, address: str, now: float) -> Invitation:
        """Use a code up. Raises NotTaken, TooManyTries."""
        with self._lock:
            self._forget(now)
            count, since = self._tries.get(address, (0, now))
            if now - since > HOLDS_S:
                count, since = 0, now
            if count >= WRONG:
                raise TooManyTries(since + HOLDS_S - now)
            found = self._open.get(handle)
            if found is not None and knows(found.key, proof) and within(address, found.network):
                del self._open[handle]
                self._wrong.pop(handle, None)
                return found
            self._tries.pop(address, None)
            self._tries[address] = (count + 1, since)
            while len(self._tries) > KEPT:
                del self._tries[next(iter(self._tries))]
            if found is not None:
                self._wrong[handle] = self._wrong.get(handle, 0) + 1
                if self._wrong[handle] >= WRONG:
                    del self._open[handle], self._wrong[handle]
            raise NotTaken

    def waiting(self, now: float) -> Mapping[str, float]:
        """Device -> for how many seconds its code still holds."""
        with self._lock:
            self._forget(now)
            return {row.device: row.until - now for row in self._open.values()}

    def withdraw(self, device: str) -> None:
        with self._lock:
            self._forget(0.0, device)

    def _forget(self, now: float, device: str | None = None) -> None:
        gone = [h for h, row in self._open.items() if row.until <= now or row.device == device]
        for handle in gone:
            del self._open[handle]
            self._wrong.pop(handle, None)


def within(address: str, network: Network | None) -> bool:
    """Whether somebody at this address may use a code. Without a network: whoever is not on the internet."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if network is None:
        return found.is_private or found.is_link_local
    return found in network  # False where one is of IPv4 and the other of IPv6


def network_of(text: str) -> Network | None:
    """The network that somebody typed, `10.0.1.0/24` or an address; None for nothing. Raises ValueError."""
    said = text.strip()
    return ipaddress.ip_network(said, strict=False) if said else None
