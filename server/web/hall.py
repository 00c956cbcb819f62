"""What the web needs of a hall, and nothing more: the one value that `create_app` is given.

Handlers translate; they read `writer.view` (a copy that no longer changes) and ask `writer.ask`. The
protocols are the whole of what they touch, so a test can stand a hall up from the rules alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from broker.messages import Board, Control, DeviceStatus, Dossiers
from hardware.clock import Clock
from server.device_keys import DeviceKeys
from server.dossiers.desk import Desk
from server.dossiers.following import Following
from server.dossiers.lookups import Lookups
from server.drafting.drafts import Drafts
from server.hall.commands import Command
from server.hall.site import Site
from server.hall.state import HallState
from server.mail import Postman
from server.orders import Orders
from server.outcomes import Outcomes
from server.papers.shelf import Shelf
from server.people.accounts import Accounts
from server.people.audit import Audit
from server.projection import Projection
from server.setup import Change, Setup
from server.site_file import HallConfig
from server.webhooks.sender import Sender

if TYPE_CHECKING:
    from server.people.oidc import Provider  # only a server with `[oidc]` in its file loads it


class Outcome(Protocol):
    """What came of a command, after the commit. result: JSON values."""

    @property
    def result(self) -> Mapping[str, Any]: ...


class View(Protocol):
    """The hall at one revision. Read only; `epoch` counts server starts, `rev` grows within one."""

    @property
    def rev(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def board(self) -> Board: ...
    @property
    def state(self) -> HallState: ...
    @property
    def site(self) -> Site: ...
    @property
    def setup(self) -> Setup: ...


class Writer(Protocol):
    @property
    def view(self) -> View: ...

    def ask(self, command: Command) -> Outcome:
        """Carried out and committed, or `Refusal`. The same id is the same command."""
        ...

    def change(self, change: Change) -> Outcome:
        """Another configuration, committed and in force (or planned), or `Refusal`."""
        ...

    @property
    def planned(self) -> Setup | None: ...
    @property
    def newest(self) -> int: ...

    def wait(self, rev: int, timeout_s: float) -> View:
        """The view once it is newer than `rev`, or as it is after `timeout_s` real seconds."""
        ...


class Devices(Protocol):
    def snapshot(self) -> Mapping[str, DeviceStatus]:
        """The last known status of each device that ever spoke."""
        ...

    @property
    def changes(self) -> int:
        """Grows whenever a device said something that staff ought to see at once."""
        ...

    @property
    def beats(self) -> int:
        """Grows with every word of every device."""
        ...

    def heard_at(self, device: str) -> float | None:
        """When a device was last heard itself, Unix seconds; None: not since the server started."""
        ...


@dataclass(frozen=True, slots=True)
class DemoAccount:
    name: str
    password: str
    role: str


@dataclass(frozen=True, slots=True)
class Demo:
    """The simulated hall: where each device's panel answers, and the bench that pulls plugs.

    panels: folder of `<device>.sock`; bench: the supervisor's socket; clock: the file of the hall's clock.
    """

    panels: Path
    bench: Path
    clock: Path
    accounts: tuple[DemoAccount, ...] = ()


NO_REGISTER = Dossiers(rev=0, at=datetime(1970, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Hall:
    """engine: the store's, for read-only queries. secret: signs cookies. order: tells a device what to do.
    outcomes: what was answered to the keys of changes. webhooks: who is told of what
    happens. wall, tick: the machine's own clocks in s. dossiers:
    what everybody may know of their progress now. desk: where staff import and approve them. audit: what
    people did; None in a hall that keeps none. drafts: what administrators are editing of this centre.
    orders: to devices, and what came of each. keys: what devices talk to the hall with; None where a person
    brings them there by hand. papers: what this centre made of its papers. dossier_webhooks: the
    same subscribers, told of promises. postman: sends letters to staff; None without a mail server.
    lookups: what citizens may know of their dossiers. handovers: of results, which follow the log.
    """

    writer: Writer
    engine: sa.Engine
    clock: Clock
    devices: Devices
    accounts: Accounts
    secret: bytes
    order: Callable[[str, Control], None]
    outcomes: Outcomes
    webhooks: Sender
    demo: Demo | None = None
    wall: Callable[[], float] = time.time
    tick: Callable[[], float] = time.monotonic
    dossiers: Callable[[], Dossiers] = lambda: NO_REGISTER
    desk: Desk | None = None
    audit: Audit | None = None
    orders: Orders = field(default_factory=Orders)
    keys: DeviceKeys | None = None
    oidc: Provider | None = None
    drafts: Drafts | None = None
    papers: Shelf | None = None
    dossier_webhooks: Sender | None = None
    postman: Postman | None = None
    lookups: Lookups | None = None
    handovers: Following | None = None

    @property
    def senders(self) -> tuple[Sender, ...]:
        """Of webhooks, one for each log that they are told of."""
        aside = self.dossier_webhooks
        return (self.webhooks,) if aside is None else (self.webhooks, aside)

    @property
    def config(self) -> HallConfig:
        """The configuration now: the next request may find another one."""
        return self.writer.view.setup.config

    @property
    def projection(self) -> Projection:
        """The hall seen from outside, by the configuration now."""
        return self.writer.view.setup.projection
