"""What a citizen holds to the scanner: a slip tells how its dossier stands, or leads to its result's queue
where nobody can tell; a card leads to nothing but an offer.

What was read is looked at and forgotten: of a citizen's card one bit is left until the session ends, of a
dossier its code, on the way to the number that collects its result.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from broker.vocabulary import Now
from kiosk.scanned import (
    Address,
    CitizenCard,
    DossierScan,
    HealthCard,
    TicketLink,
    Unknown,
    age_on,
    read,
)
from kiosk.state import lookups
from kiosk.state.memory import Memory
from kiosk.state.steps import Choosing, Question, Remarked, dossier_of
from kiosk.view import Scan
from kiosk.vocabulary import Effect, Note

STILL_S = 2.0  # scanners read a thing that stays before them about every second

REFUSED = {
    HealthCard: Scan.HEALTH_CARD,
    TicketLink: Scan.TICKET,
    Address: Scan.ADDRESS,
    Unknown: Scan.UNKNOWN,
}


def scanned(kiosk: Memory, text: str, now: Now) -> list[Effect]:
    """Something was held to the scanner. It means something only where there is something to choose."""
    plan, on = kiosk.hall.plan, _choosing(kiosk)
    if on is None and not _read_before(kiosk, text, now):
        return lookups.scanned(kiosk, text, now)
    if _read_before(kiosk, text, now) or plan is None or on is None or not kiosk.open(now):
        return []
    found, effects = read(text, plan.url), list[Effect]()
    match found:
        case DossierScan(code) if code == dossier_of(on) and not isinstance(kiosk.step, Remarked):
            kiosk.touched = now.mono  # it leads here already
        case DossierScan(code):
            effects = lookups.held(kiosk, code, on, now)
        case CitizenCard(birth):
            _greet(kiosk, birth, on, now)
        case _:
            _remark(kiosk, REFUSED[type(found)], on, now)
    return [Note(f"scanned kind={type(found).__name__}"), *effects]


def _read_before(kiosk: Memory, text: str, now: Now) -> bool:
    """Whether this was read a moment ago: a slip that lies under the scanner is read again and again."""
    last, kiosk.scanned = kiosk.scanned, (hash(text), now.mono)
    return last is not None and last[0] == hash(text) and now.mono - last[1] < STILL_S


def _remark(kiosk: Memory, scan: Scan, on: Choosing, now: Now) -> None:
    remark = Remarked(scan, on)
    if kiosk.step != remark:  # said once: a scanner that babbles does not keep the screen
        kiosk.go(remark, now)


def _choosing(kiosk: Memory) -> Choosing | None:
    """The choice that a citizen stands before."""
    step = kiosk.step
    if isinstance(step, Remarked):
        step = step.before
    return step if isinstance(step, Choosing) else None


def _greet(kiosk: Memory, birth: date, on: Choosing, now: Now) -> None:
    """A card says how old its holder is: who is old enough is offered the group, and may leave it."""
    plan, at = kiosk.hall.plan, kiosk.at(now)
    assert plan is not None
    kiosk.card = True
    day = kiosk.hall.local(at).date() if at is not None else None
    kiosk.elderly = day is not None and plan.elderly is not None and age_on(birth, day) >= plan.elderly_years
    kiosk.go(replace(on, page=0) if isinstance(on, Question) else on, now)
