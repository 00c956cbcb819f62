"""How long to wait before another try at a secret, growing with each failure: a log-in, or a dossier's.

Knows failures by account, by address and by both together; keeps out what was tried. Many wrong tries at one
account from many addresses must not lock its owner out, so an address from which the account has logged
in before is held only to its own failures; a dossier has no such address. Instants are monotonic seconds.
State lives as long as the process.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

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
    a clean slate."""

    pair: Limit | None
    address: Limit
    account: Limit
    forget_s: float


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
        self._failures: dict[tuple[str, ...], _Failures] = {}
        self._known: dict[tuple[str, str], None] = {}  # (account, address) that logged in

    def wait_s(self, account: str, address: str, now: float) -> float:
        """Seconds until this account may be tried from this address; 0 for now."""
        with self._lock:
            return max(self._left(limit, key, now) for limit, key in self._keys(account, address))

    def failed(self, account: str, address: str, now: float) -> None:
        with self._lock:
            self._count(account, address, now)

    def attempt(self, account: str, address: str, now: float) -> float:
        """The same as `wait_s`, and where that is 0 a failure at once, which `forgive` takes back: no more
        get through at the same moment than one after the other would."""
        with self._lock:
            wait = max(self._left(limit, key, now) for limit, key in self._keys(account, address))
            if wait == 0:
                self._count(account, address, now)
            return wait

    def forgive(self, account: str, address: str) -> None:
        """The last attempt was no failure: the account is as if none had been, the address as before."""
        with self._lock:
            self._failures.pop(("account", account), None)
            for key in (("address", address), ("pair", account, address)):
                found = self._failures.get(key)
                if found is not None:
                    found.count, found.last = found.count - 1, found.before

    def succeeded(self, account: str, address: str) -> None:
        with self._lock:
            self._failures.pop(("pair", account, address), None)
            self._known[(account, address)] = None
            while len(self._known) > KEPT:
                del self._known[next(iter(self._known))]

    def _keys(self, account: str, address: str) -> list[tuple[Limit, tuple[str, ...]]]:
        """What holds for a try at this account from this address."""
        keys: list[tuple[Limit, tuple[str, ...]]] = [(self._limits.address, ("address", address))]
        if self._limits.pair is not None:
            keys.append((self._limits.pair, ("pair", account, address)))
        if (account, address) not in self._known:
            keys.append((self._limits.account, ("account", account)))
        return keys

    def _count(self, account: str, address: str, now: float) -> None:
        keys: list[tuple[str, ...]] = [("address", address), ("account", account)]
        if self._limits.pair is not None:
            keys.append(("pair", account, address))
        for key in keys:
            before = self._failures.pop(key, None)
            if before is None or now - before.last > self._limits.forget_s:
                before = _Failures(0, now, now)
            self._failures[key] = _Failures(before.count + 1, now, before.last)
        while len(self._failures) > KEPT:
            del self._failures[next(iter(self._failures))]

    def _left(self, limit: Limit, key: tuple[str, ...], now: float) -> float:
        failures = self._failures.get(key)
        if failures is None or failures.count < limit.free or now - failures.last > self._limits.forget_s:
            return 0.0
        wait = min(limit.first_s * 2.0 ** min(failures.count - limit.free, 30), limit.cap_s)
        return max(0.0, failures.last + wait - now)


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
            while len(self._seen) > KEPT:
                del self._seen[next(iter(self._seen))]
            return True
