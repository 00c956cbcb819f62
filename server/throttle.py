"""How long to wait before another try at a secret, growing with each failure: a log-in, or a dossier's.

Knows failures by account, by address and by both together; keeps out what was tried. Many wrong tries at one
account from many addresses must not lock its owner out, so an address from which the account has logged
in before is held only to its own failures; a dossier has no such address. Of an IPv6 address counts what one
household has. Instants are monotonic seconds.

State lives as long as the process and has a bound. Whoever is forgotten for it may try again, and no stranger
must bring that about for a dossier by trying a million others: dossiers share slots, by a key that nobody
knows, so that none is ever pushed out, and two of one slot wait for each other.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_bytes
from typing import Any

from server.pace import near

FREE = 5  # failures that cost nothing
KEPT = 10_000  # remembered names and addresses, the oldest forgotten first


@dataclass(frozen=True, slots=True)
class Limit:
    """From `free` failures on, the wait doubles from `first_s` up to `cap_s`."""

    free: int
    cap_s: float
    first_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """pair: of one account from one address; None: not counted apart. forget_s: without failures for so long,
    a clean slate. slots: how many accounts share; None: each has its own, KEPT of them."""

    pair: Limit | None
    address: Limit
    account: Limit
    forget_s: float
    slots: int | None = None


LOG_INS = Limits(Limit(FREE, 900.0), Limit(20, 900.0), Limit(20, 60.0), 15 * 60)


@dataclass(slots=True)
class _Failures:
    count: int
    last: float
    before: float  # `last` before the last one


class Throttle:
    """`wait_s` before a try, then `failed` or `succeeded` after it. Safe from any thread."""

    def __init__(self, limits: Limits = LOG_INS) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._secret = token_bytes(16)
        self._failures: dict[tuple[str, ...], _Failures] = {}
        self._slots: dict[tuple[str, ...], _Failures] = {}
        self._known: dict[tuple[str, str], None] = {}  # (account, address) that logged in

    def __len__(self) -> int:
        """How much is remembered."""
        return len(self._failures) + len(self._slots) + len(self._known)

    def wait_s(self, account: str, address: str, now: float) -> float:
        """Seconds until this account may be tried from this address; 0 for now."""
        with self._lock:
            return self._wait_s(account, near(address), now)

    def failed(self, account: str, address: str, now: float) -> None:
        with self._lock:
            self._count(account, near(address), now)

    def attempt(self, account: str, address: str, now: float) -> float:
        """The same as `wait_s`, and where that is 0 a failure at once, which `forgive` takes back: no more
        get through at the same moment than one after the other would."""
        with self._lock:
            wait = self._wait_s(account, near(address), now)
            if wait == 0:
                self._count(account, near(address), now)
            return wait

    def forgive(self, account: str, address: str) -> None:
        """The last attempt was no failure: the account is as if none had been, the address as before."""
        with self._lock:
            of_account = self._of_account(account)
            self._table(of_account).pop(of_account, None)
            for key in self._of_address(account, near(address)):
                found = self._failures.get(key)
                if found is not None:
                    found.count, found.last = found.count - 1, found.before

    def succeeded(self, account: str, address: str) -> None:
        with self._lock:
            self._failures.pop(("pair", account, near(address)), None)
            self._known[(account, near(address))] = None
            _forget_first(self._known)

    def _of_account(self, account: str) -> tuple[str, ...]:
        if self._limits.slots is None:
            return ("account", account)
        sign = blake2b(account.encode(), key=self._secret, digest_size=8).digest()
        return ("slot", str(int.from_bytes(sign) % self._limits.slots))

    def _of_address(self, account: str, address: str) -> list[tuple[str, ...]]:
        pair: list[tuple[str, ...]] = [("pair", account, address)] if self._limits.pair is not None else []
        return [("address", address), *pair]

    def _table(self, key: tuple[str, ...]) -> dict[tuple[str, ...], _Failures]:
        return self._slots if key[0] == "slot" else self._failures

    def _wait_s(self, account: str, address: str, now: float) -> float:
        """The longest of what holds for a try at this account from this address."""
        limits = self._limits
        strange = (account, address) not in self._known
        return max(
            self._left(limits.address, ("address", address), now),
            self._left(limits.pair, ("pair", account, address), now),
            self._left(limits.account, self._of_account(account), now) if strange else 0.0,
        )

    def _count(self, account: str, address: str, now: float) -> None:
        for key in (*self._of_address(account, address), self._of_account(account)):
            table = self._table(key)
            before = table.pop(key, None)
            if before is None or now - before.last > self._limits.forget_s:
                before = _Failures(0, now, now)
            table[key] = _Failures(before.count + 1, now, before.last)
        _forget_first(self._failures)

    def _left(self, limit: Limit | None, key: tuple[str, ...], now: float) -> float:
        failures = self._table(key).get(key)
        if limit is None or failures is None or failures.count < limit.free:
            return 0.0
        if now - failures.last > self._limits.forget_s:
            return 0.0
        wait = min(limit.first_s * 2.0 ** min(failures.count - limit.free, 30), limit.cap_s)
        return max(0.0, failures.last + wait - now)


def _forget_first(kept: dict[Any, Any]) -> None:
    """The longest silent, so that KEPT are left."""
    while len(kept) > KEPT:
        del kept[next(iter(kept))]


class Lately:
    """Tells the first time of something from the next ones within `every_s`. Safe from any thread."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, ...], float] = {}

    def first(self, what: tuple[str, ...], now: float) -> bool:
        with self._lock:
            before = self._seen.get(what)
            if before is not None and now - before < self._every_s:
                return False
            self._seen.pop(what, None)
            self._seen[what] = now
            _forget_first(self._seen)
            return True
