"""What everybody may see of the dossiers: the one way from the register to walls, phones and the broker.

Pure. A line has a code, the hall's own name of an authority, a stage, a promised day and a counter. Nothing
of it is a text of the imported file, except the code, whose form leaves no room for a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import msgspec
from msgspec.structs import replace

from broker import codec
from broker.messages import DossierLine, Dossiers, LateList, Stage, Words
from server.dossiers.code import shown_code
from server.dossiers.dates import END_OF_DAY
from server.dossiers.register import Dossier
from server.dossiers.status import STAGES
from server.hall.calendar import sessions_on
from server.site_file import HallConfig

SPARE_BYTES: Final = 4_096  # for what is said around the lines, and for a signature
# Groups of lines in the order of the wall, and which part of all each has for certain when all are long.
GROUPS: Final[tuple[tuple[frozenset[Stage], float], ...]] = (
    (frozenset({"ready"}), 1 / 2),
    (frozenset({"supplement", "payment"}), 1 / 4),
    (frozenset({"processing"}), 1 / 4),
)
FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)
INSTANT: Final = timedelta(microseconds=1)
NEVER: Final = datetime(1, 1, 2, tzinfo=UTC)


class Publishing:
    """The rules of one hall: which name, which counter, how much of a code."""

    def __init__(self, config: HallConfig) -> None:
        self._site, self._shown, self._most = config.site, config.codes, config.dossier_lines
        self._shorts = {a.id: Words(a.short.vi, a.short.en) for a in config.site.authorities}
        self._places = places(config)

    def dossiers(
        self,
        dossiers: Iterable[Dossier],
        known_at: datetime | None,
        late: LateList | None,
        at: datetime,
        late_year: LateList | None = None,
        counted: Mapping[Stage, int] | None = None,
    ) -> Dossiers:
        """The message, without its site and revision, which are the outlet's. None known: an empty one.

        counted: how many there are of each stage, where `dossiers` are only the first of them.
        """
        shown = [d for d in dossiers if d.status in STAGES and d.authority in self._shorts]
        totals: dict[Stage, int] = {}
        for d in shown:
            totals[STAGES[d.status]] = totals.get(STAGES[d.status], 0) + 1
        totals = totals if counted is None else dict(counted)
        groups = [[d for d in shown if STAGES[d.status] in stages] for stages, _ in GROUPS]
        least = [int(part * self._most) for _, part in GROUPS]
        kept = shares([len(group) for group in groups], least, self._most)
        lines = [
            self._line(d)
            for group, some in zip(groups, kept, strict=True)
            for d in sorted(group, key=_first)[:some]
        ]
        return Dossiers(
            rev=0,
            at=at,
            known_at=known_at,
            lines=tuple(_that_fit(lines, late, late_year)),
            totals=totals,
            late=late,
            late_year=late_year,
        )

    def as_of(self, late: LateList, overdue_at: datetime) -> LateList:
        """The list with the hall's day of which its overdue dossiers are: the one that ends at `overdue_at`,
        or runs then."""
        last = overdue_at.astimezone(self._site.zone) - INSTANT
        return replace(late, overdue_on=f"{last:%Y-%m-%d}")

    def _line(self, d: Dossier) -> DossierLine:
        stage = STAGES[d.status]
        here = stage != "processing"
        return DossierLine(
            code=shown_code(d.code, self._shown),
            authority=self._shorts[d.authority],
            stage=stage,
            due=self._promised(d.due) if d.due is not None and not here else None,
            place=(d.counter or self._places.get(d.authority, "")) if here else "",
        )

    def _promised(self, due: datetime) -> datetime:
        """A due day without an hour is over for a citizen when the hall closes."""
        zone: tzinfo = self._site.zone
        local = due.astimezone(zone)
        sessions = sessions_on(self._site, local.date()) if local.time() == END_OF_DAY else ()
        return (sessions[-1].closes if sessions else due).astimezone(UTC)


def places(config: HallConfig) -> dict[str, str]:
    """Authority -> the one counter where its results are collected; nothing where there are several."""
    counters: dict[str, set[str]] = {}
    for service in config.collecting:
        own = config.site.services[service]
        at = {c.id for c in config.site.counters.values() if service in c.services}
        counters.setdefault(own.authority, set()).update(at)
    return {authority: at.pop() for authority, at in counters.items() if len(at) == 1}


def _first(d: Dossier) -> tuple[float, str]:
    """Ready: the newest result first. All others: the nearest promise first, what is overdue included."""
    if STAGES[d.status] == "ready":
        return -(d.resolved or d.returned or d.due or NEVER).timestamp(), d.code
    return (d.due or FAR).timestamp(), d.code


def shares(wanted: Sequence[int], least: Sequence[int], limit: int) -> list[int]:
    """How many each group gets of `limit` places: at least its own share, and in order what others leave."""
    given = [min(want, share) for want, share in zip(wanted, least, strict=True)]
    for place, want in enumerate(wanted):
        given[place] += min(want - given[place], limit - sum(given))
    return given


def _that_fit(lines: list[DossierLine], *late: LateList | None) -> list[DossierLine]:
    """As many of the first lines as a message with these lists holds; an authority may have a long name."""
    room = codec.MAX_BYTES - SPARE_BYTES - sum(len(msgspec.json.encode(each)) for each in late)
    for place, line in enumerate(lines):
        room -= len(msgspec.json.encode(line)) + 1
        if room < 0:
            return lines[:place]
    return lines
