"""How often one address may ask for phone pages: so many times within any minute, and no more.

Everybody behind one router has one address, so each ticket that is there has an allowance of its own, and
all guesses of one address share one. Instants are monotonic seconds; state lives as long as the process.
"""

from __future__ import annotations

import threading
from collections import deque
from ipaddress import IPv6Address, ip_address

PER_MINUTE = 60
MINUTE_S = 60.0
KEPT = 10_000  # addresses and tickets that are remembered, the longest silent forgotten first
OWN_BITS = 64  # of an IPv6 address: what one household has


class Pace:
    """`wait_s` before every answer. Safe from any thread."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._lock = threading.Lock()
        self._most = per_minute
        self._asked: dict[tuple[str, str], deque[float]] = {}

    def wait_s(self, address: str, what: str, now: float) -> float:
        """0, and the question counts; else the seconds until the next one would.

        what: the ticket that is asked for, "" for none that is there.
        """
        key = (near(address), what)
        with self._lock:
            asked = self._asked.pop(key, None) or deque()
            self._asked[key] = asked  # at the end: spoke last
            while asked and now - asked[0] >= MINUTE_S:
                asked.popleft()
            if len(asked) >= self._most:
                return asked[0] + MINUTE_S - now
            asked.append(now)
            while len(self._asked) > KEPT:
                del self._asked[next(iter(self._asked))]
            return 0.0


def near(address: str) -> str:
    """The address, or of an IPv6 one the part that its owner cannot change at will."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if not isinstance(read, IPv6Address) or read.ipv4_mapped is not None:
        return address
    return str(IPv6Address(int(read) >> OWN_BITS << OWN_BITS))
