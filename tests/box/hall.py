"""The hall in the box: its site, its devices, what people hold, and what a machine has around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from broker.seal import Sealer
from server.hall.site import Counter, Words
from server.site_file import Device, HallConfig
from tests.box.net import Net
from tests.hall.small_hall import service, site

SERVICES = ("land", "health")
SITE = site(
    (service("land", "A"), service("health", "B")),
    (Counter("1", ("land",)), Counter("2", ("health",)), Counter("3", ("land", "health"))),
    own_series={"1": "kiosk-1", "2": "kiosk-2"},
)
KIOSKS = ("kiosk-1", "kiosk-2")
SEALER = Sealer(bytes(range(32)))
CONFIG = HallConfig(
    site=SITE,
    devices={
        "kiosk-1": Device("kiosk", series="1"),
        "kiosk-2": Device("kiosk", series="2"),
        "wall": Device("display"),
    },
    officers={},
    groups={},
    reasons={},
    hotline="1022",
    documents=Words("Căn cước", "ID card"),
    notices=(),
    url="http://hall.test",
)


@dataclass
class Paper:
    """What one person holds, on paper or copied from the screen. `at`: the true time of issue."""

    number: str
    service: str
    kiosk: str
    at: datetime
    nth: int  # in the order of the whole hall
    pieces: int = 0  # of paper that came out


class Around(Protocol):
    """What a machine of the hall has around it: time, a disk, the network, and people who look at it."""

    folder: Path
    time: datetime  # true
    mono: float  # seconds of a clock that nobody sets
    net: Net
    papers: list[Paper]

    def passes(self, seconds: float) -> None:
        """Time goes by; whoever wants to act, acts."""

    def held(self, number: str, service: str, kiosk: str) -> Paper:
        """Somebody sees a number: from now on it must not be lost."""


class HandClock:
    """A machine's clock: wrong by `skew`, and perhaps nobody keeps it right."""

    def __init__(self, world: Around, skew_s: float = 0.0, synchronised: bool = True) -> None:
        self._world, self.skew, self.synchronised = world, timedelta(seconds=skew_s), synchronised

    def now(self) -> datetime:
        return self._world.time + self.skew

    def real_seconds(self, hall_seconds: float) -> float:
        return hall_seconds
