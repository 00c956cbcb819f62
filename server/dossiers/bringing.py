"""From a source into the register: what would change, and the one transaction that changes it.

A source may bring its whole register, so that what it does not bring is gone, or some dossiers. A dossier is
its source's who brought it first, and nobody else's import touches it. Only what differs is written; what our
own people put down is not touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
import sqlalchemy as sa

from server.dossiers import applicants, erasing, histories, pauses, reckoning, sums
from server.dossiers.due import Rules
from server.dossiers.histories import Heard
from server.dossiers.overdue import Span, untold
from server.dossiers.register import Dossier, Leg, Step
from server.dossiers.rows import (
    FIELDS,
    dossier_of,
    dossier_table,
    draft_table,
    import_table,
    instant_of,
    leg_table,
    pause_table,
    row_of,
    source_table,
    step_table,
    text_of,
)

T = TypeVar("T")

ASKED_AT_ONCE: Final = 500  # codes in one question
NAMED: Final = 50  # codes that a preview names


class Brought(msgspec.Struct, frozen=True):
    """A dossier with what else a source says of it.

    steps: its history, as far as the source has one; else what is seen is written down. legs: of an
    interlinked one; () for none any more, None leaves those that are known. applicant: None leaves what is
    known.
    """

    dossier: Dossier
    steps: tuple[Step, ...] = ()
    legs: tuple[Leg, ...] | None = None
    applicant: applicants.Applicant | None = None


class Changes(msgspec.Struct, frozen=True):
    """What an import does to what was there of its source. gone: of a source that brings all it has."""

    new: int
    changed: int
    same: int
    gone: int

    @property
    def before(self) -> int:
        return self.changed + self.same + self.gone

    @property
    def shrinks(self) -> bool:
        """Whether more than half of what was known would go: perhaps it was part of an export."""
        return self.gone * 2 > self.before


class Codes(msgspec.Struct, frozen=True):
    """Which dossiers an import is about, by their codes: the first 50 of each."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


class OfAnother(Exception):
    """Nothing is taken: some of these dossiers are another source's. owners: code -> whose it is, "" where it
    was imported without a source."""

    def __init__(self, owners: dict[str, str]) -> None:
        super().__init__(f"{len(owners)} dossiers of others")
        self.owners = owners


class Delivery(msgspec.Struct, frozen=True):
    """Who brings dossiers, and of when. source: "" for the centre's one file without a mapping of its own.
    whole: what of this source is not among them is gone. begins: where the form begins, or None for where it
    did."""

    known_at: datetime
    by: str
    source: str = ""
    whole: bool = True
    begins: datetime | None = None


class _Change(NamedTuple):
    """What is to be written. known: as it was, over, asked for papers and waiting as `was_…` say. history:
    whether its source had told it."""

    one: Brought
    known: Dossier | None = None
    was_over: datetime | None = None
    was_asked: int = 0
    was_waiting: Sequence[Span] = ()
    history: bool = False

    @property
    def was_past(self) -> sums.Past:
        return sums.Past(self.was_asked if self.history else None, self.was_waiting)


@dataclass(slots=True)
class _Difference:
    new: int = 0
    same: int = 0
    changed: list[_Change] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    @property
    def changes(self) -> Changes:
        return Changes(self.new, len(self.changed) - self.new, self.same, len(self.gone))

    @property
    def codes(self) -> Codes:
        new = (change.one.dossier.code for change in self.changed if change.known is None)
        changed = (change.one.dossier.code for change in self.changed if change.known is not None)
        return Codes(*(tuple(islice(some, NAMED)) for some in (new, changed, self.gone)))


def compare(
    db: sa.Connection, brought: Sequence[Brought], delivery: Delivery, rules: Rules | None = None
) -> tuple[Changes, Codes]:
    """What `bring` would change. Raises OfAnother."""
    found = _difference(db, brought, delivery, rules)
    return found.changes, found.codes


def bring(
    db: sa.Connection,
    brought: Sequence[Brought],
    delivery: Delivery,
    now: datetime,
    zone: tzinfo,
    rules: Rules | None = None,
) -> Changes:
    """Take these over, in the transaction of `db`. rules: by which to work out due dates that are missing.
    Raises OfAnother."""
    found = _difference(db, brought, delivery, rules)
    if rules is not None:
        reckoning.counted_by(db, rules)
    changes, totals = found.changes, Counter[Any]()
    db.execute(draft_table.delete())  # what they would change is not what they said
    take_away(db, found.gone, totals, zone)
    for change in found.changed:
        if change.known is not None:
            sums.count(totals, change.known, change.was_over, zone, change.was_past, sign=-1)
    for some in _parts(found.changed):  # rows of all at once would take as much memory again
        _write(db, some, delivery, totals, zone)
    sums.add(db, totals)
    begins = delivery.begins or _began(db)
    db.execute(
        import_table.insert().values(
            at=text_of(now),
            known_at=text_of(delivery.known_at),
            begins=None if begins is None else text_of(begins),
            by=delivery.by,
            rows=len(brought),
            changes=msgspec.json.encode(changes).decode(),
            source=delivery.source,
        )
    )
    return changes


def without_forgotten(db: sa.Connection, brought: Sequence[Brought]) -> list[Brought]:
    """The same change without whoever was deleted here, who is to come into no byte of the file again."""
    gone = set[str]()
    for some in _parts(brought):
        gone |= applicants.forgotten(db, [one.dossier.code for one in some])
    return [msgspec.structs.replace(b, applicant=None) if b.dossier.code in gone else b for b in brought]


def _began(db: sa.Connection) -> datetime | None:
    i = import_table.c
    said = db.execute(sa.select(i.begins).order_by(i.id.desc()).limit(1)).scalar()
    return None if said is None else instant_of(said)


def _difference(
    db: sa.Connection, brought: Sequence[Brought], delivery: Delivery, rules: Rules | None
) -> _Difference:
    found, owners = _Difference(), dict[str, str]()
    codes = [one.dossier.code for one in brought]
    there = set(db.execute(sa.select(source_table.c.id)).scalars())
    for some in _parts(brought):
        known = _known(db, [one.dossier.code for one in some])
        people = applicants.known(db, [one.dossier.code for one in some if one.applicant is not None])
        legs = _legs(db, [one.dossier.code for one in some if one.legs is not None])
        steps = histories.known(db, [one.dossier.code for one in some if one.steps])
        waited = pauses.known(db, list(known))
        for one in some if rules is None else _with_due(db, some, known, delivery.known_at, rules):
            code = one.dossier.code
            row = known.get(code)
            if row is None:
                found.new += 1
                found.changed.append(_Change(one))
                continue
            if row.source != delivery.source and (not row.source or row.source in there):
                owners[code] = row.source
                continue
            before = dossier_of(row)
            same = before == one.dossier and row.source == delivery.source
            same = same and (one.applicant is None or applicants.same(people.get(code), one.applicant))
            same = same and (one.legs is None or legs.get(code, set()) == set(one.legs))
            same = same and (not one.steps or (row.history and not set(one.steps) - steps.get(code, set())))
            if same:
                found.same += 1
            else:
                over = None if row.over is None else instant_of(row.over)
                found.changed.append(_Change(one, before, over, row.asked, waited.get(code, ()), row.history))
    if owners:
        raise OfAnother(owners)
    if delivery.whole:
        d = dossier_table.c
        had = db.execute(sa.select(d.code).where(d.source == delivery.source)).scalars()
        found.gone = sorted(set(had).difference(codes))
    return found


def _with_due(
    db: sa.Connection, some: Sequence[Brought], known: dict[str, Any], known_at: datetime, rules: Rules
) -> Iterator[Brought]:
    """Those whose due date is ours with it, by all of their history that is known or new."""
    ours = [one.dossier.code for one in some if reckoning.is_ours(one.dossier)]
    pasts = reckoning.pasts(db, ours)
    for one in some:
        d = one.dossier
        if reckoning.is_ours(d):
            past, row = pasts.get(d.code, reckoning.Past()), known.get(d.code)
            heard = Heard(d, one.steps, None if row is None else dossier_of(row))
            steps = (*past.steps, *heard.steps(known_at))
            step = untold(d, steps, known_at)
            d = reckoning.worked_out(d, rules, past._replace(steps=(*steps, step) if step else steps))
        yield msgspec.structs.replace(one, dossier=d)


def take_away(db: sa.Connection, gone: list[str], totals: Counter[Any], zone: tzinfo) -> None:
    """Dossiers that their source does not know any more, or that were kept for long enough. Facts of ours
    about them stay."""
    for some in _parts(gone):
        waited = pauses.known(db, some)
        for row in _known(db, some).values():
            over = None if row.over is None else instant_of(row.over)
            past = sums.Past(sums.asked_of(row), waited.get(row.code, ()))
            sums.count(totals, dossier_of(row), over, zone, past, sign=-1)
        for table in (dossier_table, step_table, leg_table, pause_table):
            db.execute(table.delete().where(table.c.code.in_(some)))
    erasing.remove(db, gone)


def _write(
    db: sa.Connection,
    changed: Sequence[_Change],
    delivery: Delivery,
    totals: Counter[Any],
    zone: tzinfo,
) -> None:
    heard = [Heard(c.one.dossier, c.one.steps, c.known, c.was_waiting) for c in changed]
    asked, waited = histories.note(db, heard, delivery.known_at)
    rows = []
    for one, known, was_over, was_asked, _, had_history in changed:
        d = one.dossier
        over = sums.over_at(d, delivery.known_at)
        if over is not None and was_over is not None and d.ended_at is None and known is not None:
            over = was_over if known.ended_at is None else over  # on the day that it was heard of first
        times = max(was_asked, asked.get(d.code, 0))  # steps may have been kept for long enough
        history = had_history or bool(one.steps)
        past = sums.Past(times if history else None, waited.get(d.code, ()))
        sums.count(totals, d, over, zone, past)
        row = row_of(d)
        row |= {"source": delivery.source, "judged": sums.judged(d, zone), "asked": times, "history": history}
        row["over"] = None if over is None else text_of(over)
        rows.append(row)
    if rows:
        db.execute(dossier_table.insert().prefix_with("OR REPLACE"), rows)
    with_legs = [one for one, *_ in changed if one.legs is not None]
    if with_legs:
        for part in _parts(with_legs):
            db.execute(leg_table.delete().where(leg_table.c.code.in_([o.dossier.code for o in part])))
        rows = [row for one in with_legs for row in _leg_rows(one)]
        if rows:
            db.execute(leg_table.insert(), rows)
    applicants.write(db, {o.dossier.code: o.applicant for o, *_ in changed if o.applicant is not None})


def _known(db: sa.Connection, codes: Sequence[str]) -> dict[str, Any]:
    columns = [dossier_table.c[name] for name in (*FIELDS, "source", "over", "asked", "history")]
    wanted = sa.select(*columns).where(dossier_table.c.code.in_(codes))
    return {row.code: row for row in db.execute(wanted)}


def _legs(db: sa.Connection, codes: Sequence[str]) -> dict[str, set[Leg]]:
    found: dict[str, set[Leg]] = {}
    for row in db.execute(leg_table.select().where(leg_table.c.code.in_(codes))):
        found.setdefault(row.code, set()).add(leg_of(row))
    return found


def leg_of(row: Any) -> Leg:
    at = {name: getattr(row, name) for name in ("given", "due", "done")}
    instants = {name: None if text is None else instant_of(text) for name, text in at.items()}
    return Leg(row.place, row.authority, note=row.note, **instants)


def _leg_rows(one: Brought) -> Iterable[dict[str, Any]]:
    for leg in one.legs or ():
        at = {name: getattr(leg, name) for name in ("given", "due", "done")}
        texts = {name: None if value is None else text_of(value) for name, value in at.items()}
        yield {
            "code": one.dossier.code,
            "place": leg.place,
            "authority": leg.authority,
            "note": leg.note,
            **texts,
        }


def _parts(all: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(all), ASKED_AT_ONCE):
        yield all[first : first + ASKED_AT_ONCE]
