"""What the register knows of the indicators: how promises were kept, how often people were asked again."""

from __future__ import annotations

from collections import Counter
from datetime import tzinfo
from typing import Any, Final

import sqlalchemy as sa

from server.dossiers import sums
from server.dossiers.reports.scores import Points, of_requests, of_share, of_time
from server.dossiers.rows import dossier_table, instant_of, leg_table, text_of
from server.dossiers.sums import Dimension
from server.dossiers.tally import Judgement, Period

KEPT: Final = (Judgement.EARLY.value, Judgement.ON_TIME.value, Judgement.LATE.value)
_d: Any = dossier_table.c

Known = dict[str, dict[int, Points]]  # whose -> indicator -> points


def authorities(db: sa.Connection, period: Period, zone: tzinfo) -> Known:
    """Indicators 1, 2, 3 and 9 of each authority."""
    found = sums.bounds(db, Dimension.AUTHORITY, period, zone)
    own, legs = _with_legs(db, period), _legs(db, period, zone)
    known: Known = {}
    for id in {*found.until, *legs}:
        kept = Counter({how: found.within(id, how) for how in KEPT})
        parts = kept - own.get(id, Counter()) + legs.get(id, Counter())
        known[id] = {
            1: of_time(*(kept[how] for how in KEPT)),
            2: of_time(*(parts[how] for how in KEPT)),
            3: _requests(found, id),
            9: of_share(found.within(id, sums.ONLINE), found.within(id, sums.SENT)),
        }
    return known


def officers(db: sa.Connection, period: Period, zone: tzinfo, authority: str | None = None) -> Known:
    """Indicators 1, 2 and 3 of each officer ("justice/Nguyễn Văn A"), of one authority or of all.

    An officer is of one agency, whose time is the dossier's.
    """
    found = sums.bounds(db, Dimension.OFFICER, period, zone, authority or "")
    known: Known = {}
    for id in found.until:
        if authority is None or id.startswith(f"{authority}/"):
            kept = Counter({how: found.within(id, how) for how in KEPT})
            time = of_time(*(kept[how] for how in KEPT))
            known[id] = {1: time, 2: time, 3: _requests(found, id)}
    return known


def _requests(found: sums.Bounds, id: str) -> Points:
    """Of those alone whose history is known; of the others a request may have come and gone unseen."""
    return of_requests(*(found.within(id, kind) for kind in sums.ASKED))


def _within(period: Period) -> tuple[sa.ColumnElement[bool], ...]:
    """Resolved in the period, on a day that is known."""
    begins = "" if period.begins is None else text_of(period.begins)
    return _d.over >= begins, _d.over < text_of(period.ends), _d.judged.in_(KEPT)


def _with_legs(db: sa.Connection, period: Period) -> dict[str, Counter[str]]:
    """Interlinked dossiers by the authority that answers for them: their time is that of several agencies."""
    wanted = (
        sa.select(_d.authority, _d.judged, sa.func.count())
        .where(*_within(period), _d.code.in_(sa.select(leg_table.c.code)))
        .group_by(_d.authority, _d.judged)
    )
    found: dict[str, Counter[str]] = {}
    for id, how, n in db.execute(wanted):
        found.setdefault(id, Counter())[how] = n
    return found


def _legs(db: sa.Connection, period: Period, zone: tzinfo) -> dict[str, Counter[str]]:
    """What each agency did of interlinked ones, in its own time."""
    leg = leg_table.c
    begins = "" if period.begins is None else text_of(period.begins)
    wanted = sa.select(leg.authority, leg.due, leg.done).where(
        leg.due.is_not(None), leg.done >= begins, leg.done < text_of(period.ends)
    )
    found: dict[str, Counter[str]] = {}
    for id, due_text, done_text in db.execute(wanted):
        due, done = instant_of(due_text), instant_of(done_text)
        early = done.astimezone(zone).date() < due.astimezone(zone).date()
        how = KEPT[2] if done > due else KEPT[0] if early else KEPT[1]
        found.setdefault(id, Counter())[how] += 1
    return found
