"""How long the manager's pages take with a year behind them: `python -m benchmarks.history [DAYS] [TICKETS]`.

Lets people live a year in the hall of the example (`benchmarks.year_of_people`), sums it, and asks for every
page through the application, as the web server would, without the network. Prints milliseconds: of the
processor (median of `TIMES`), which other work on the machine hardly moves, and by the clock (the quickest),
and the weight of each page. `--keep FOLDER` keeps the year.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter, thread_time

import sqlalchemy as sa

from benchmarks.year_of_people import write
from server.people.rights import Role
from server.web.history_page import history_of, today_here
from tests.web.place import HandClock, Place, Staff, open_place

TIMES = 15
LIMIT_MS, LIMIT_KB = 50, 100
STANDS = time(10, 40)  # where the last day is left: people are waiting


def addresses(today: date) -> dict[str, str]:
    """Page -> address. Long periods are whole ones, a while back: the year has 250 days, the month 23."""
    day = min(today, date(today.year, 1, 5) - timedelta(days=20) if today.month == 1 else today).isoformat()
    history = {
        f"history, {unit} by {by}": f"/history/?unit={unit}&day={day}&by={by}"
        for unit in ("day", "week", "month", "quarter", "year")
        for by in ("time", "service", "authority", "counter", "officer", "half", "weekday")
    }
    behind = f"/history/tickets?span=year:{day}"
    return {
        "hall now": "/figures/",
        "hall now, live part": "/figures/live",
        **history,
        "history, year of a service": f"/history/?unit=year&day={day}&of=service:environment-land",
        "history, year of an authority": f"/history/?unit=year&day={day}&of=authority:environment&by=half",
        "history, year of an officer": f"/history/?unit=year&day={day}&of=officer:officer-7&by=weekday",
        "history, 300 days": f"/history/?unit=range&first=2026-03-01&last={day}",
        "numbers behind a year": f"{behind}&what=issued&page=2000",
        "numbers, no-shows of an officer": f"{behind}&what=no_show&of=officer:officer-7",
        "numbers, one half hour": f"{behind}&what=called&weekday=0&half=17",
        "working time, day": f"/working-time/?unit=day&day={day}",
        "working time, week": f"/working-time/?unit=week&day={day}",
        "working time, month": f"/working-time/?unit=month&day={day}",
    }


def opened(folder: Path) -> Place:
    engine = sa.create_engine(f"sqlite:///{folder / 'hall.db'}")
    with engine.begin() as db:
        last = db.execute(sa.text("SELECT max(at) FROM event")).scalar()
        db.execute(sa.text("DELETE FROM setup"))  # the hall of this run is the first one
    engine.dispose()
    return open_place(folder, clock=HandClock(datetime.fromisoformat(str(last))))


def measure(staff: Staff, path: str, status: int = 200) -> tuple[float, float, float]:
    """Median processor ms, quickest ms by the clock, weight in kB."""
    took, used = [], []
    for _ in range(TIMES):
        begin, began = perf_counter(), thread_time()
        answer = staff.get(path)
        took.append(1000 * (perf_counter() - begin))
        used.append(1000 * (thread_time() - began))
        assert answer.status_code == status, (path, answer.status_code)
    return statistics.median(used), min(took), len(answer.data) / 1000


def report(place: Place) -> None:
    with place.app.app_context():
        history = history_of(place.hall)
    today, now = today_here(place.hall)
    begin = perf_counter()
    history.refresh(place.config.site, today, now, 3600)
    print(f"all days summed in {perf_counter() - begin:.1f} s")
    staff = place.log_in(f"bench-{begin:.0f}", Role.MANAGER)
    over = 0
    for name, path in addresses(today).items():
        used, quickest, weight = measure(staff, path)
        bad = used > LIMIT_MS or weight > LIMIT_KB
        over += bad
        print(f"{name:34} {used:6.1f} ms  {quickest:6.1f} ms  {weight:6.1f} kB{'  over' if bad else ''}")
    print(f"{over} pages over {LIMIT_MS} ms or {LIMIT_KB} kB")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("days", type=int, nargs="?", default=250)
    asked.add_argument("tickets", type=int, nargs="?", default=800)
    asked.add_argument("--keep", type=Path)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-history-") as scratch:
        folder = told.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "hall.db").exists():
            begin = perf_counter()
            write(folder / "hall.db", told.days, told.tickets, until=STANDS)
            print(f"{told.days} days of {told.tickets} numbers written in {perf_counter() - begin:.0f} s")
        with closing(opened(folder)) as place:
            report(place)


if __name__ == "__main__":
    main()
