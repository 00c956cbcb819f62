"""How long to wait before another try at logging in, growing with each failure.

Knows failures by account, by address and by both together; keeps out passwords. Many wrong tries at one
account from many addresses must not lock its owner out, so an address from which the account has logged
in before is held only to its own failures. Instants are monotonic seconds. State lives as long as the
process.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

FREE = 5  # failures that cost nothing
FORGET_S = 15 * 60  # without failures for so long: a clean slate
KEPT = 10_000  # remembered names and addresses, the oldest forgotten first


@dataclass(frozen=True, slots=True)
class Limit:
    """From `free` failures on, the wait doubles from one second up to `cap_s`."""

    free: int
    cap_s: float


PAIR = Limit(FREE, 900.0)
ADDRESS = Limit(20, 900.0)
ACCOUNT = Limit(20, 60.0)


@dataclass(slots=True)
class _Failures:
    count: int
    last: float


class Throttle:
    """`wait_s` before a try, then `failed` or `succeeded` after it. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[tuple[str, ...], _Failures] = {}
        self._known: dict[tuple[str, str], None] = {}  # (account, address) that logged in

    def wait_s(self, account: str, address: str, now: float) -> float:
        """Seconds until this account may be tried from this address; 0 for now."""
        with self._lock:
            keys = [(PAIR, ("pair", account, address)), (ADDRESS, ("address", address))]
            if (account, address) not in self._known:
                keys.append((ACCOUNT, ("account", account)))
            return max(self._left(limit, key, now) for limit, key in keys)

    def failed(self, account: str, address: str, now: float) -> None:
        with self._lock:
            for key in (("pair", account, address), ("address", address), ("account", account)):
                before = self._failures.pop(key, None)
                fresh = before is None or now - before.last > FORGET_S
                self._failures[key] = _Failures(1 if fresh or before is None else before.count + 1, now)
            while len(self._failures) > KEPT:
                del self._failures[next(iter(self._failures))]

    def succeeded(self, account: str, address: str) -> None:
        with self._lock:
            self._failures.pop(("pair", account, address), None)
            self._known[(account, address)] = None
            while len(self._known) > KEPT:
                del self._known[next(iter(self._known))]

    def _left(self, limit: Limit, key: tuple[str, ...], now: float) -> float:
        failures = self._failures.get(key)
        if failures is None or failures.count < limit.free:
            return 0.0
        wait = min(2.0 ** min(failures.count - limit.free, 30), limit.cap_s)
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
