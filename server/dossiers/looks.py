"""What somebody in front of a screen is reminded of: whose dossiers, how they stand, and what of it is new.

The dossiers are asked, not the reminders, so that nothing stays on a list that was done. A reminder makes its
dossier new, to each account for itself, until this account says that it has seen the list; then the dossier
stays on it quietly, up to the next step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from server.dossiers.officers import same, spellings
from server.dossiers.promises import EXCEPTIONS, URGENT, Marks, Standing
from server.dossiers.reminders import AUTHORITY, OFFICER
from server.dossiers.rows import dossier_table, looked_table, reminder_table
from server.dossiers.standings import WITH_LAST, Told, Wanted, heaps, standing, told
from server.dossiers.store import DossierStore

# What a line on a screen tells apart, in the order of its urgency; each is a list of its own.
PILES: Final[Mapping[str, tuple[Standing, ...]]] = {
    "late": (Standing.UNEXCUSED, Standing.OVERDUE),
    "apology": (Standing.APOLOGY_DUE,),
    "soon": (Standing.DUE_SOON,),
}


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose dossiers: an officer's, by the name in their source however that spells it, or ("") an
    authority's, by its id. within: of an officer at these authorities alone, since another has that name; ()
    of all."""

    officer: str = ""
    authority: str = ""
    within: tuple[str, ...] = ()

    @property
    def recipient(self) -> str:
        """As reminders name it, where their source spells an officer as the account does."""
        return OFFICER + self.officer if self.officer else AUTHORITY + self.authority

    def wanted(self, db: sa.Connection, standings: Collection[Standing] = EXCEPTIONS) -> Wanted:
        return Wanted(standings, self.authority, self.names(db), within=self.within)

    def handles(self, officer: str, authority: str) -> bool:
        """Whether a dossier of that officer, as its source spells the name, and authority is theirs."""
        at_home = not self.within or authority in self.within
        return bool(officer) and at_home and same(officer) == same(self.officer)

    def new(self, db: sa.Connection, seen: int, standings: Collection[Standing] = ()) -> Wanted:
        """Of what is urgent, only what is new to whoever has seen reminders up to `seen`."""
        found = self.wanted(db, standings or URGENT)
        return replace(found, told=self.told(found.officers, seen))

    def names(self, db: sa.Connection) -> tuple[str, ...]:
        """Of an officer, as sources spell it; nothing of an authority."""
        return spellings(db, self.officer) if self.officer else ()

    def told(self, names: tuple[str, ...], seen: int) -> Told:
        """What was told of it after the reminder of that number."""
        return Told(tuple(OFFICER + name for name in names) or (self.recipient,), seen)


@dataclass(frozen=True, slots=True)
class Heard:
    """How a list stands for one account. counts: by standing. new: how many of the urgent ones are new to it.
    seen: the last reminder that it has seen; last: the last that there is now."""

    whose: Whose
    counts: Mapping[Standing, int]
    new: int
    seen: int
    last: int

    @property
    def urgent(self) -> int:
        return sum(n for standing, n in self.counts.items() if standing in URGENT)

    @property
    def piles(self) -> list[tuple[str, tuple[Standing, ...], int]]:
        """Those of `PILES` that have something."""
        every = ((name, of, sum(self.counts.get(one, 0) for one in of)) for name, of in PILES.items())
        return [pile for pile in every if pile[2]]


def heard(db: sa.Connection, marks: Marks, whose: Whose, account: str) -> Heard:
    """By indexes of what is open, whatever else the register has."""
    counts: Counter[Standing] = Counter()
    for heap in heaps(db, marks, whose.wanted(db)):
        if heap.standing in EXCEPTIONS:
            counts[heap.standing] += heap.count
    seen = seen_by(db, account, whose)
    fresh = heaps(db, marks, whose.new(db, seen)) if any(one in URGENT for one in counts) else []
    last = db.execute(sa.select(sa.func.max(reminder_table.c.id))).scalar() or 0
    return Heard(whose, counts, sum(heap.count for heap in fresh if heap.standing in URGENT), seen, last)


def new_of(
    db: sa.Connection, marks: Marks, whose: Whose, seen: int, codes: Collection[str]
) -> frozenset[str]:
    """Those of these dossiers that are urgent, and new to whoever has seen reminders up to `seen`."""
    urgent = standing(marks).in_([one.value for one in URGENT])
    of = dossier_table.c.code
    fresh = told(whose.told(whose.names(db), seen))
    wanted = sa.select(of).select_from(WITH_LAST).where(of.in_(codes), urgent, fresh)
    return frozenset(db.execute(wanted).scalars())


def seen_by(db: sa.Connection, account: str, whose: Whose) -> int:
    """The last reminder of a list that an account has seen; 0: none."""
    of = looked_table.c
    wanted = sa.select(of.reminder).where(of.account == account, of.recipient == whose.recipient)
    return db.execute(wanted).scalar() or 0


def see(store: DossierStore, account: str, whose: Whose, last: int) -> None:
    """An account has seen a list as it was when `last` was the last reminder. Never takes anything back."""
    of, r = looked_table.c, reminder_table.c
    with store.writing() as db:
        known = db.execute(sa.select(sa.func.max(r.id))).scalar() or 0
        row = {"account": account, "recipient": whose.recipient, "reminder": min(last, known)}
        add = insert(looked_table).values(**row)
        later = {"reminder": sa.func.max(of.reminder, add.excluded.reminder)}
        db.execute(add.on_conflict_do_update(index_elements=[of.account, of.recipient], set_=later))
