"""The demo's dossiers: as many as the Hà Nam table of 2019 has, in two years that end on the demo's day.

Made from the table alone, so that the form on the page shows the table again, each cell of it; the same every
time for the same day. They go through the door that real ones use: a CSV file, read and imported. What is
approved for the walls is approved by "demo", and says so.
"""

from __future__ import annotations

import csv
import io
import os
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

from hardware.clock import open_clock
from server.demo.files import VOLUMES
from server.dossiers import publications
from server.dossiers.authorities import Authorities
from server.dossiers.bringing import Delivery
from server.dossiers.fields import NAMES, STANDARD
from server.dossiers.importing import examine
from server.dossiers.late import sheet
from server.dossiers.status import PAUSED, SPELLINGS, Status
from server.dossiers.store import DossierStore, open_dossiers
from server.dossiers.tally import months_back
from server.hall.calendar import sessions_on
from server.program import Settings
from server.site_file import HallConfig, load_site

BY: Final = "demo"
YEARS: Final = 2
LONGEST: Final = 20  # working days that a procedure is promised in
READY_OF: Final = 650  # one result of so many is not collected yet
RECENT: Final = 8  # working days in which those came
# Shares of what is in process and not overdue; the rest is being worked on.
STANDINGS: Final = (
    (0.05, Status.AWAITING_SUPPLEMENT),
    (0.03, Status.AWAITING_PAYMENT),
    (0.15, Status.ACCEPTED),
)


class OtherHall(Exception):
    """The hall does not have the authorities of the table."""


@dataclass(slots=True)
class _Made:
    """A dossier before it has a code."""

    authority: str
    received: datetime
    due: datetime
    resolved: datetime | None = None
    returned: datetime | None = None
    status: Status = Status.RETURNED
    counter: str = ""


class Calendar:
    """The working days of a hall around a day, by their place: `days[today]` is the first not before it."""

    def __init__(self, config: HallConfig, day: date) -> None:
        begins = begins_on(day)
        around = (begins - timedelta(days=60) + timedelta(days=n) for n in range(366 * YEARS + 130))
        self.spans = {d: sessions for d in around if (sessions := sessions_on(config.site, d))}
        self.days = list(self.spans)
        self.today = next(n for n, d in enumerate(self.days) if d >= day)
        self.first = next(n for n, d in enumerate(self.days) if d >= begins)

    def closes(self, place: int) -> datetime:
        return self.spans[self.days[place]][-1].closes

    def moment(self, place: int, chance: random.Random) -> datetime:
        """A minute of the morning or the afternoon, half an hour before closing at the latest."""
        span = chance.choice(self.spans[self.days[place]])
        minutes = int((span.closes - span.opens).total_seconds() // 60) - 30
        return span.opens + timedelta(minutes=chance.randrange(max(1, minutes)))


def begins_on(day: date) -> date:
    """Where the period begins that ends on `day`; the 29th of February began on a 28th."""
    return day.replace(year=day.year - YEARS, day=min(day.day, 28) if day.month == 2 else day.day)


def table_of(config: HallConfig, day: date, volumes: Path = VOLUMES) -> bytes:
    """The register of the demo's day as a CSV file. Raises OtherHall."""
    calendar, authorities = Calendar(config, day), Authorities(config)
    names = {name.vi: id for id, name in authorities.names.items()}
    made: list[_Made] = []
    with volumes.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if not row["no"]:
                continue  # the total
            if row["unit"] not in names or not config.agencies.get(names[row["unit"]]):
                raise OtherHall(row["unit"])
            figures = {name: int(cell) for name, cell in row.items() if name not in ("no", "unit") and cell}
            if figures:
                made += _authority(names[row["unit"]], figures, calendar, config)
    return _csv(sorted(made, key=lambda d: (d.received, d.authority, d.due)), config, authorities)


def _authority(id: str, figures: dict[str, int], c: Calendar, config: HallConfig) -> list[_Made]:
    """One line of the table as dossiers."""
    chance = random.Random(f"{c.days[c.today]}/{id}")
    carried = figures["carried_over"]
    made = [_early(id, chance, c, n < carried) for n in range(figures["resolved_early"])]
    made += [_resolved(id, chance, c, 0) for _ in range(figures["resolved_on_time"])]
    late = figures["resolved_late"]
    made += [_resolved(id, chance, c, chance.randint(1, 4), _last_month(c, n, late)) for n in range(late)]
    counters = _counters(id, config)
    _keep_ready(made, c, chance, counters)
    for _ in range(figures["pending_not_due"]):
        promised = chance.randint(2, LONGEST)
        received = c.today - 1 - chance.randrange(promised - 1)
        made.append(_Made(id, c.moment(received, chance), c.closes(received + promised)))
        made[-1].status, made[-1].counter = _standing(chance, counters)
    for n in range(figures["pending_overdue"]):
        came, promised_for = c.moment(c.today - LONGEST - n, chance), c.closes(c.today - 1 - n)
        made.append(_Made(id, came, promised_for, status=Status.PROCESSING))
    return made


def _early(id: str, chance: random.Random, c: Calendar, carried: bool) -> _Made:
    if not carried:
        return _resolved(id, chance, c, -chance.randint(1, 3))
    received, done = c.first - chance.randint(1, 8), c.first + chance.randrange(6)
    return _Made(
        id,
        c.moment(received, chance),
        c.closes(done + chance.randint(1, 5)),
        c.moment(done, chance),
        c.closes(done + 1),
    )


def _resolved(id: str, chance: random.Random, c: Calendar, beyond: int, done: int | None = None) -> _Made:
    """Resolved `beyond` working days after its promise, before it when negative."""
    promised = chance.randint(max(2, 1 - beyond), LONGEST)
    if done is None:
        done = chance.randint(c.first + promised + beyond, c.today - 1)
    received = max(c.first, done - promised - beyond)
    resolved = c.moment(done, chance)
    handed = min(done + chance.randrange(4), c.today - 1)
    returned = max(resolved, c.moment(handed, chance))
    return _Made(id, min(c.moment(received, chance), resolved), c.closes(done - beyond), resolved, returned)


def _last_month(c: Calendar, n: int, late: int) -> int | None:
    """A working day of last month for every third of the late ones, so that there is a list to show."""
    if n % 3:
        return None
    month = months_back(c.days[c.today], 2)[1]
    places = [place for place, d in enumerate(c.days) if f"{d:%Y-%m}" == month]
    return places[(n * 5) % len(places)]


def _keep_ready(made: list[_Made], c: Calendar, chance: random.Random, counters: tuple[str, ...]) -> None:
    """The newest results are not collected yet."""
    newest = sorted(made, key=lambda d: d.resolved or d.received, reverse=True)
    ready = [d for d in newest if d.resolved is not None and d.resolved >= c.closes(c.today - RECENT)]
    for dossier in ready[: 1 + len(made) // READY_OF]:
        dossier.status, dossier.returned = Status.RESOLVED, None
        dossier.counter = chance.choice(counters)


def _standing(chance: random.Random, counters: tuple[str, ...]) -> tuple[Status, str]:
    """How a dossier in process stands, and at which counter its citizen is waited for."""
    dice = chance.random()
    for share, status in STANDINGS:
        if dice < share:
            return status, chance.choice(counters) if status in PAUSED else ""
        dice -= share
    return Status.PROCESSING, ""


def _counters(id: str, config: HallConfig) -> tuple[str, ...]:
    """Where this authority's results are given out, or else its services are."""
    services = config.site.services.values()
    own = {s.id for s in services if s.authority == id}
    wanted = own & config.collecting or own
    return tuple(c.id for c in config.site.counters.values() if wanted & set(c.services))


def _csv(made: list[_Made], config: HallConfig, authorities: Authorities) -> bytes:
    """With Vietnamese names of columns and statuses, and semicolons, as systems export it."""
    zone = config.site.zone
    procedures: dict[str, list[str]] = {}
    for service in config.site.services.values():
        if service.id not in config.collecting:
            procedures.setdefault(service.authority, []).append(service.name.vi)
    serials: Counter[str] = Counter()

    def day(at: datetime | None) -> str:
        return "" if at is None else f"{at.astimezone(zone):%d/%m/%Y %H:%M}"

    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=";")
    table.writerow(NAMES[name][0] for name in STANDARD)
    for dossier, n in zip(made, count(), strict=False):
        date_of = f"{dossier.received.astimezone(zone):%y%m%d}"
        serials[date_of] += 1
        some = procedures[dossier.authority]
        table.writerow(
            (
                f"{config.agencies[dossier.authority][-1]}-{date_of}-{serials[date_of]:04d}",
                authorities.names[dossier.authority].vi,
                some[n % len(some)],
                SPELLINGS[dossier.status][0],
                day(dossier.received),
                day(dossier.due),
                day(dossier.resolved),
                day(dossier.returned),
                dossier.counter,
            )
        )
    return text.getvalue().encode()


def fill(store: DossierStore, config: HallConfig, now: datetime) -> bool:
    """Import the demo's register of today, unless it is there, or a person has imported another one or handed
    it over to a source.

    False when there was nothing to do.
    """
    known = store.stamp()
    today = now.astimezone(config.site.zone).date()
    if known is not None and (known.by != BY or known.known_at.astimezone(config.site.zone).date() == today):
        return False
    zone = config.site.zone
    delivery = Delivery(now, BY, begins=datetime.combine(begins_on(today), datetime.min.time(), zone))
    try:
        found = examine(table_of(config, today), config, store, delivery)
    except OtherHall:
        return False
    if any(row.key == "other-source" for row in found.refused):
        return False
    if not found.report.good:
        raise RuntimeError(f"the demo's own table is refused: {found.report}")
    store.bring(found.brought, delivery, now)
    last_month = months_back(today, 2)[1]
    with store.writing() as db:
        if all(p.approved_by == BY for p in publications.history(db)):  # a person's word stands
            publications.approve(db, sheet(db, config, last_month, now), BY, now)
    return True


def run(settings: Settings) -> int:
    """Fill the register of the server whose settings these are. A nice process: the hall comes first."""
    os.nice(10)
    config = load_site(settings.hall)
    store = open_dossiers(settings.data, config.site.zone, lambda: config.due_rules)
    try:
        fill(store, config, open_clock(settings.clock).now().astimezone(UTC))
    finally:
        store.close()
    return 0
