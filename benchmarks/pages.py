"""How long the server takes for every page of staff and citizens with a year behind it: `python -m
benchmarks.pages`.

The pages are those that the tests look at in the browser (`tests/browser/pages.py`). Asked through the
application, without the network, each `TIMES` times: milliseconds of the processor (median) and by the
clock (the quickest), and the weight of the page alone as it is sent. A page over 50 ms or 100 kB is marked.
"""

from __future__ import annotations

import argparse
import secrets
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks.history import LIMIT_KB, LIMIT_MS, STANDS, measure, opened
from benchmarks.year_of_people import write
from server.hall import commands as c
from server.happenings import last_seq
from server.people.rights import Role
from server.web.history_page import history_of, today_here
from tests.browser.conftest import Served
from tests.browser.pages import HALF, LAND, NOBODY, PAGES, Town
from tests.web.place import PASSWORD, Place, Staff


def report(place: Place) -> int:
    """How many pages are over a limit."""
    with place.app.app_context():
        history = history_of(place.hall)
    today, at = today_here(place.hall)
    history.refresh(place.config.site, today, at, 3600)  # as the server does in the night
    run = secrets.token_hex(3)  # a year that is kept knows the accounts of earlier runs
    roles = (Role.ADMINISTRATOR, Role.MANAGER)
    staff = {role.value: place.log_in(f"bench-{run}-{role.value}", role) for role in roles}
    staff[NOBODY] = Staff(place.client(), "")
    place.accounts.ensure("forgetful", Role.OFFICER, PASSWORD, place.hall.wall())
    hooks, now = place.hall.webhooks.store, place.hall.wall()
    hook = hooks.add("https://example.invalid/", ("called",), last_seq(place.hall.engine), "bench", now)
    for _ in range(3):  # somebody waits and somebody is called, whatever the year has left
        place.issue(LAND)
    place.at("7", c.CallNext)
    town = Town(place, Served(place), {}, hook.id)
    over = 0
    print(f"{'':<26} {'cpu':>7} {'clock':>7} ms {'page':>7} kB")
    for name, page in PAGES.items():
        if page.who == HALF:
            continue
        used, quickest, weight = measure(staff[page.who], page.address(town), page.status)
        bad = used > LIMIT_MS or weight > LIMIT_KB
        over += bad
        print(f"{name:<26} {used:7.1f} {quickest:7.1f}    {weight:7.1f}{'  over' if bad else ''}", flush=True)
    return over


def main() -> int:
    parser = argparse.ArgumentParser(description="How long every page takes with a year behind it.")
    parser.add_argument("--days", type=int, default=250)
    parser.add_argument("--tickets", type=int, default=500, help="a day")
    parser.add_argument("--keep", type=Path, help="a folder in which the year is kept, or was")
    told = parser.parse_args()
    with ExitStack() as stack:
        folder = told.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="motcua-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "hall.db").exists():
            write(folder / "hall.db", told.days, told.tickets, until=STANDS)
        with closing(opened(folder)) as place:
            return 1 if report(place) else 0


if __name__ == "__main__":
    raise SystemExit(main())
