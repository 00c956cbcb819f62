"""A register as a province has after years: made up, the same every time, and without anybody in it.

A fifth of the dossiers is handed in online; each has a history of five steps; three of a hundred are late;
what came in last is in process, and a tenth of that waits for its citizen.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from server.dossiers.bringing import Brought
from server.dossiers.register import Channel, Dossier, Step
from server.dossiers.status import Status

BEGINS: Final = datetime(2021, 11, 22, 1, tzinfo=UTC)
STANDS: Final = datetime(2026, 11, 24, 10, tzinfo=UTC)  # when the register is like this
AUTHORITIES: Final = tuple(f"authority-{n:02d}" for n in range(1, 21))
OFFICERS_EACH: Final = 25
FIELDS: Final = tuple(f"field {n}" for n in range(40))
SUPPLEMENTED: Final = 1 / 7  # of those that are over, somebody was asked for more papers
LIMITS: Final = (1, 3, 5, 10, 15, 20)  # days


def province(count: int, seed: int = 7) -> Iterator[Brought]:
    """`count` dossiers in the order in which they were handed in."""
    chance = random.Random(seed)
    apart = (STANDS - BEGINS) / count
    for n in range(count):
        yield _dossier(n, BEGINS + n * apart, chance)


def _dossier(n: int, received: datetime, chance: random.Random) -> Brought:
    place = chance.randrange(len(AUTHORITIES))
    authority = AUTHORITIES[place]
    officer = f"officer {chance.randrange(OFFICERS_EACH):02d} of {place:02d}"
    limit = chance.choice(LIMITS)
    due = received + timedelta(days=limit)
    late = chance.random() < 0.03
    done = (
        due + timedelta(hours=chance.randrange(1, 90))
        if late
        else received + (due - received) * chance.random()
    )
    returned = done + timedelta(hours=chance.randrange(1, 100))
    steps = [
        Step(received, Status.REGISTERED, authority),
        Step(_soon(received, 20), Status.ACCEPTED, authority),
    ]
    middle = received + (min(done, STANDS) - received) / 2
    steps.append(Step(middle, Status.PROCESSING, authority, officer))
    if done < STANDS and chance.random() < SUPPLEMENTED:
        steps.append(Step(_soon(middle, 5), Status.AWAITING_SUPPLEMENT, authority, officer))
    status = Status.PROCESSING
    if done < STANDS:
        steps.append(Step(done, Status.RESOLVED, authority, officer))
        status = Status.RESOLVED
    elif chance.random() < 0.1:
        status = Status.AWAITING_SUPPLEMENT
        steps.append(Step(_soon(middle, 5), status, authority, officer))
    if returned < STANDS:
        steps.append(Step(returned, Status.RETURNED, authority))
        status = Status.RETURNED
    ended = status in (Status.RESOLVED, Status.RETURNED)
    dossier = Dossier(
        code=f"H42.{place + 10}-{received:%y%m%d}-{n % 1_000_000:06d}",
        authority=authority,
        procedure=f"procedure {chance.randrange(1400)}",
        status=status,
        received=received,
        due=due,
        resolved=done if ended else None,
        returned=returned if status is Status.RETURNED else None,
        field=chance.choice(FIELDS),
        channel=Channel.ONLINE if chance.random() < 0.2 else Channel.IN_PERSON,
        officer=officer,
        limit=f"{limit}d",
    )
    return Brought(dossier, steps=tuple(steps))


def _soon(at: datetime, minutes: int) -> datetime:
    return at + timedelta(minutes=minutes)
