"""A hall for tests of the web: real rules, real store, real writer, a clock in the hand, no broker and
no devices.
"""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from broker.messages import Control
from hardware.settings import load
from server.devices import Devices
from server.dossiers.applicants import open_seals
from server.dossiers.desk import Desk
from server.dossiers.following import Following
from server.dossiers.lookups import Lookups
from server.dossiers.store import DossierStore, open_dossiers
from server.drafting.drafts import Drafts
from server.hall import commands as c
from server.hall.tickets import Klass
from server.outcomes import Outcomes, open_outcomes
from server.papers.shelf import Shelf
from server.people.accounts import Accounts, open_accounts
from server.people.audit import Audit, open_audit
from server.people.rights import Role
from server.setup import Setup, file_version, rows_of_file, stored
from server.site_file import HallConfig
from server.site_shape import File
from server.store import Batch, Store, sqlite_url
from server.web.app import create_app
from server.web.hall import Demo, Hall
from server.webhooks.logs import HallLog
from server.webhooks.sender import Sender, Source
from server.webhooks.store import open_hooks
from server.writer import Writer
from tests import prepared

HANAM = Path(__file__).parents[2] / "examples" / "hanam" / "hall.toml"
MORNING = datetime(2026, 11, 23, 1, 12, tzinfo=UTC)  # Monday, 08:12 in the hall
PASSWORD = "mot-hai-ba-bon"


class HandClock:
    """Stands still until it is moved."""

    synchronised = True

    def __init__(self, now: datetime = MORNING) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def real_seconds(self, hall_seconds: float) -> float:
        return hall_seconds

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Place:
    """The hall, its application, and short ways to let things happen in it."""

    app: Flask
    hall: Hall
    writer: Writer
    clock: HandClock
    devices: Devices
    accounts: Accounts
    audit: Audit
    outcomes: Outcomes
    store: Store
    register: DossierStore
    orders: list[tuple[str, Control]] = field(default_factory=list)
    wall: list[float] = field(default_factory=lambda: [1_800_000_000.0])
    tick: list[float] = field(default_factory=lambda: [1000.0])

    @property
    def config(self) -> HallConfig:
        return self.hall.config

    def issue(
        self, service: str, klass: str = "normal", lang: str = "vi", secret: str = ""
    ) -> dict[str, Any]:
        fresh = uuid.uuid4().hex
        return self.writer.ask(
            c.Issue(
                id=fresh,
                by="device:kiosk-1",
                ticket=f"t-{fresh}",
                token=fresh[:22],
                source="kiosk-1",
                service=service,
                klass=Klass(klass),
                lang=lang,
                secret=secret,
            )
        ).result

    def at(self, counter: str, kind: type[c.AtCounter], **more: Any) -> dict[str, Any]:
        return self.writer.ask(kind(id=uuid.uuid4().hex, by="test", counter=counter, **more)).result

    def account(self, name: str, role: Role = Role.OFFICER) -> None:
        self.accounts.add(name, role, PASSWORD, self.wall[0])

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def log_in(self, name: str, role: Role = Role.OFFICER, lang: str = "vi") -> Staff:
        """A client that is logged in as a new account."""
        self.account(name, role)
        client = self.client()
        answer = client.post(
            "/api/v1/login", json={"name": name, "password": PASSWORD}, headers={"Accept-Language": lang}
        )
        assert answer.status_code == 200, answer.text
        return Staff(client, answer.get_json()["csrf"])

    def close(self) -> None:
        self.app.extensions["streams"].stopping.set()
        self.writer.stop()
        if self.hall.handovers is not None:
            self.hall.handovers.stop()
        self.accounts.close()
        self.audit.close()
        self.outcomes.close()
        self.hall.webhooks.store.close()
        self.register.close()
        self.store.close()


@dataclass
class Staff:
    client: FlaskClient
    csrf: str
    count: int = 0

    def post(self, path: str, told: Any = None, **more: Any) -> Any:
        headers = {"X-CSRF-Token": self.csrf, **more.pop("headers", {})}
        return self.client.post(path, json=told, headers=headers, **more)

    def press(self, counter: str, verb: str, id: str | None = None, **told: Any) -> Any:
        self.count += 1
        return self.post(f"/api/v1/counters/{counter}/{verb}", {"id": id or f"p{self.count}", **told})

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)

    @property
    def cookie(self) -> tuple[str, str]:
        """Name and value, as a browser keeps them."""
        name = self.client.application.config["SESSION_COOKIE_NAME"]
        kept = self.client.get_cookie(name)
        assert kept is not None
        return name, kept.value


def open_place(
    folder: Path,
    demo: Demo | None = None,
    clock: Any = None,
    hall_file: Path = HANAM,
    frozen: bool = True,
    oidc: Any = None,
) -> Place:
    """frozen: the machine's own clocks stand still too; a real browser needs them to run."""
    setup = Setup.of(1, load(hall_file, File))
    clock = clock or HandClock()
    prepared.databases(folder)
    store = Store(sqlite_url(folder / "hall.db"))
    if stored(store.engine) is None:
        store.commit(Batch(setups=rows_of_file(setup, file_version(hall_file), None, clock.now())))
    writer = Writer(setup, store, clock, lambda view: None)
    accounts, audit = open_accounts(folder / "accounts.db"), open_audit(folder / "audit.db")
    devices, outcomes = Devices(), open_outcomes(folder / "outcomes.db")
    log = HallLog(store.engine)
    source = Source(setup.site.id, log, lambda s: writer.wait(writer.view.rev, s), time.time)
    wall, tick = [1_800_000_000.0], [1000.0]
    orders: list[tuple[str, Control]] = []
    register = open_dossiers(folder, setup.site.zone)
    clocks: dict[str, Any] = {"wall": lambda: wall[0], "tick": lambda: tick[0]} if frozen else {}
    hall = Hall(
        writer=writer,
        engine=store.engine,
        clock=clock,
        devices=devices,
        accounts=accounts,
        secret=b"a secret for tests only, 32 bytes",
        order=lambda device, order: orders.append((device, order)),
        outcomes=outcomes,
        webhooks=Sender(open_hooks(folder / "webhooks.db"), source),
        demo=demo,
        desk=Desk(lambda: writer.view.setup, folder, register),
        audit=audit,
        oidc=oidc,
        drafts=Drafts(folder / "drafts"),
        papers=Shelf(folder / "papers"),
        handovers=Following(store.engine, lambda: store.seq, register),
        lookups=Lookups(lambda: writer.view.setup.config, register, open_seals(folder)),
        **clocks,
    )
    writer.start()
    if hall.handovers is not None:
        hall.handovers.start()
    app = create_app(hall)
    app.jinja_env.bytecode_cache = prepared.TRANSLATED
    return Place(
        app,
        hall,
        writer,
        clock,
        devices,
        accounts,
        audit,
        outcomes,
        store,
        register,
        orders,
        wall,
        tick,
    )


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]
