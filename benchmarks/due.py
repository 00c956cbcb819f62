"""How long due dates take: `python -m benchmarks.due [COUNT]`.

Works out COUNT due dates (100,000) of three years of receipts and eleven limits in the calendar of 2026, by
each convention, the calendar's own laying out included, and prints what each took by the clock. 2 s is the
promise for 100,000.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

from server.dossiers.due import Counting, Rules
from server.dossiers.limits import read_limit
from server.dossiers.working_time import WorkCalendar
from server.drafting.calendars import years
from server.hall.site import Session

COUNT = 100_000
PROMISED_S = 2.0
LIMITS = ("0d", "1/4d", "0.5d", "1d", "3d", "7d", "15d", "30d", "180d", "4h", "20h")
SESSIONS = (Session(time(7, 30), time(11, 30)), Session(time(13, 30), time(17, 0)))
SPAN_S = 3 * 366 * 86_400


def calendar() -> WorkCalendar:
    """Nothing of it is laid out yet."""
    year = years()[2026]
    return WorkCalendar(ZoneInfo("Asia/Ho_Chi_Minh"), (*[SESSIONS] * 5, (), ()), year.off, year.worked)


def main(count: int) -> int:
    """0 when all were quick enough."""
    dice = random.Random(2026)
    first = datetime(2025, 1, 1, tzinfo=UTC)
    asked = [
        (first + timedelta(seconds=dice.randrange(SPAN_S)), read_limit(dice.choice(LIMITS)))
        for _ in range(count)
    ]
    slowest = 0.0
    for name, rules in {
        "hours": Rules(calendar()),
        "hours, clock after 15:00": Rules(calendar(), Counting(late_rule="clock")),
        "days, due at the close": Rules(calendar(), Counting("days")),
        "days, due at the same time": Rules(calendar(), Counting("days", "same-time")),
    }.items():
        began = perf_counter()
        for received, limit in asked:
            rules.due(received, limit)
        took = perf_counter() - began
        slowest = max(slowest, took)
        print(f"{count:>9,} due dates, {name:<28}{took:6.2f} s")
    return 0 if slowest * COUNT <= PROMISED_S * count else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
