"""Two kiosks, five hundred numbers each, and everything that can go wrong on the way in between."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.box.hall import KIOSKS, SERVICES
from tests.box.world import World

EACH = 500
FAULTS = ("cut", "restart", "kill-server", "kill-broker", "double", "late", "shuffle")


@contextmanager
def world(folder: Path, **what: object) -> Iterator[World]:
    made = World(folder, **what)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.close()


def fault(hall: World, dice: random.Random) -> None:
    """Break something, or mend it."""
    kiosk = dice.choice(KIOSKS)
    match dice.choice(FAULTS):
        case "cut":
            dice.choice((hall.net.cut, hall.net.heal, hall.net.heal))(dice.choice((kiosk, kiosk, "server")))
        case "restart":
            hall.kiosks[kiosk].power_off()
            hall.passes(dice.uniform(1, 20))
            hall.kiosks[kiosk].power_on()
        case "kill-server":
            hall.kill_server()
            if dice.random() < 0.8:
                hall.start_server()
        case "kill-broker":
            hall.net.forget()
        case "double" if hall.net.flights:
            hall.net.double(dice.randrange(len(hall.net.flights)))
        case "late":
            hall.passes(dice.uniform(0.1, 3))
        case "shuffle":
            dice.shuffle(hall.net.flights)
    if dice.random() < 0.3:
        hall.start_server()


def wander(hall: World, dice: random.Random) -> None:
    """Some of what is on its way arrives, in some order."""
    for _ in range(dice.randrange(12)):
        if hall.net.flights:
            hall.net.deliver(dice.randrange(min(len(hall.net.flights), 6)))
            hall.turn()


@pytest.mark.parametrize(
    ("seed", "skew_s", "kept_right", "fair_s"),
    [
        (1, 0.2, True, 1.0),  # clocks that something keeps right: order to the second, across kiosks
        # One clock is slow and nobody keeps it right: the server's word corrects it, as late as a message may
        # be; a start without the server knows nothing better than the slow clock.
        (2, -40.0, False, 46.0),
    ],
)
def test_two_kiosks_through_everything_lose_nothing_and_give_nothing_twice(
    tmp_path: Path, seed: int, skew_s: float, kept_right: bool, fair_s: float
) -> None:
    dice = random.Random(seed)
    with world(tmp_path, skews=(0.0, skew_s), synchronised=kept_right) as hall:
        while min(hall_of(hall).values()) < EACH:
            kiosk = min(KIOSKS, key=lambda id: (hall_of(hall)[id], dice.random()))
            hall.passes(dice.uniform(0.5, 6))
            if dice.random() < 0.12:
                fault(hall, dice)
            hall.kiosks[kiosk].touch(dice.choice(SERVICES))
            if dice.random() < 0.55:
                hall.settle()
            wander(hall, dice)
            hall.kiosks[kiosk].finish()
        hall.heal()
        hall.reckon()
        own = [p for p in hall.papers if "-" in p.number]
        assert len(own) > EACH / 10 and len(own) < 2 * EACH, "some by the server, some alone"
        assert all(p.pieces <= 2 for p in hall.papers), "printed, and once more after a power cut"
        in_order(hall, fair_s)


def hall_of(hall: World) -> dict[str, int]:
    return {id: sum(p.kiosk == id for p in hall.papers) for id in KIOSKS}


def in_order(hall: World, fair_s: float) -> None:
    """All are called now: who came first goes first, as nearly as clocks that were corrected can tell."""
    true = {p.number: p for p in hall.papers}
    for counter, of in (("1", "land"), ("2", "health")):
        order = []
        while (number := hall.call(counter)) is not None:
            order.append(true[number])
            hall.passes(10)
        assert {p.number for p in order} == {p.number for p in hall.papers if p.service == of}
        for id in KIOSKS:
            mine = [p.nth for p in order if p.kiosk == id]
            assert mine == sorted(mine), f"{id}: first come, first served, whatever the clocks say"
        for one, other in pairwise(order):
            assert one.at - other.at < timedelta(seconds=fair_s), f"{other.number} before {one.number}"
