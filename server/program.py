"""`motcua server`: the hall's memory and mouth. Puts store, writer, doors and web together, and ends them.

A bug in any thread ends the process with a traceback: systemd, or the demo, starts it again, and the log has
everything that was ever acknowledged.
"""

from __future__ import annotations

import fcntl
import importlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from broker.link import read_credentials
from broker.seal import open_sealer
from hardware.clock import open_clock
from hardware.systemd import Systemd
from server.centre import Broker, Centre
from server.dossiers.store import Unreadable
from server.installation import Installation
from server.mail import MailTable, Postman
from server.people.accounts import (
    AccountError,
    Accounts,
    first_link,
    new_account,
    open_accounts,
    open_secret,
)
from server.people.audit import open_audit
from server.people.oidc_table import OidcTable
from server.people.rights import EVERYWHERE
from server.web.app import create_app
from server.web.hall import Demo, DemoAccount, Hall
from server.web.serving import WebServer

log = logging.getLogger("server")

CRASHED = 70  # EX_SOFTWARE
EVERY_ADDRESS = ("", "0.0.0.0", "[::]", "*")  # where a machine answers to whatever name it has


class BrokerTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[broker]`: where it listens, and who we are there."""

    address: str = "mqtt://127.0.0.1:1883"
    user: str = "server"
    password_file: Path | None = None
    folder: Path | None = None  # the broker's data: with it the server enrols devices and shuts them out
    for_devices: str = ""  # its address as devices see it; else this machine, where they found the server


class DemoRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    password: str
    role: str


class DemoTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[demo]`: present only in the simulated hall. Sockets of the devices' panels and of the bench."""

    panels: Path
    bench: Path
    clock: Path
    accounts: tuple[DemoRow, ...] = ()


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server's file. Paths are taken from the file's own folder."""

    program: str = "server"
    hall: Path
    data: Path
    http: str = "127.0.0.1:8080"
    proxy: str | None = None  # the address of a proxy before it, which says where requests came from
    database: str | None = None  # a SQLAlchemy URL, of the first centre; else SQLite in its folder
    clock: str = "system"
    broker: BrokerTable = BrokerTable()
    demo: DemoTable | None = None
    oidc: OidcTable | None = None
    mail: MailTable | None = None


def run(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C. Raises SettingsError; 2 when the port or the data folder is taken, or
    the key is none, or the register of dossiers is none."""
    threading.excepthook = _crash
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "lock").open("a") as lock:  # until the process ends, however it ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _cannot(f"another server works in {settings.data}; a site has one writer")
        with ExitStack() as ending:
            return _serve(settings, ending)


def _serve(settings: Settings, ending: ExitStack) -> int:
    """ending: closes what was opened, however the server ends."""
    systemd, clock, table = Systemd(), open_clock(settings.clock), settings.broker
    host, _, port = settings.http.rpartition(":")
    credentials = read_credentials(table.user, table.password_file) if table.password_file else None
    accounts = ending.enter_context(closing(open_accounts(settings.data / "accounts.db")))
    audit = ending.enter_context(closing(open_audit(settings.data / "audit.db")))
    try:
        oidc = _oidc(settings.oidc)
        postman = None if settings.mail is None else Postman(settings.mail)
    except ValueError as error:
        return _cannot(str(error))
    except OSError as error:
        return _cannot(f"{error.filename} cannot be read: {error.strerror}")
    furnish = partial(
        Hall,
        oidc=oidc,
        postman=postman,
        accounts=accounts,
        secret=open_secret(settings.data / "secret"),
        demo=_demo(settings.demo),
        audit=audit,
    )
    broker = Broker(table.address, credentials, table.folder, table.for_devices)

    def make(hall_file: Path, folder: Path) -> Centre:
        first = folder == settings.data
        return Centre(hall_file, folder, settings.database if first else None, broker, clock, furnish)

    try:
        centre = make(settings.hall, settings.data)
        installation = Installation(centre, settings.data, make)
    except (Unreadable, ValueError, OSError) as error:
        return _cannot(str(error))
    try:
        web = WebServer(create_app(centre.hall, installation), host or "127.0.0.1", int(port), settings.proxy)
    except OSError as error:
        centre.close()
        return _cannot(
            f"cannot listen on {settings.http}: {error.strerror}. Stop what listens there, or move this "
            f"hall: MOTCUA_HTTP=host:port, or `http` in the server's file."
        )
    installation.start()
    _say_first_link(accounts, host, port, centre.hall.config.url)
    log.info("ready http=%s site=%s events=%d", settings.http, centre.site, centre.store.seq)
    with _until_told():
        systemd.ready(f"site {centre.site}, pages on {settings.http}, {centre.store.seq} events")
        web.run(each_turn=systemd.beat)
    systemd.stopping()
    installation.stop()
    log.info("stopped")
    return 0


def _cannot(why: str) -> int:
    """One line on stderr, and the status of a program that cannot start."""
    print(f"motcua server: {why}", file=sys.stderr)
    return 2


def _say_first_link(accounts: Accounts, host: str, port: str, url: str) -> None:
    """Say where the first administrator is made, at every start while there is none: on this machine, and as
    others reach it."""
    path = first_link(accounts, time.time())
    if path is not None:
        here = "127.0.0.1" if host in EVERY_ADDRESS else host
        links = " or ".join(dict.fromkeys((f"http://{here}:{port}{path}", f"{url}{path}")))
        print(f"motcua server: there is no administrator; within the hour, make one at {links}", flush=True)
        log.warning("no_administrator link=%s", links)


def add_account(settings: Settings, name: str, role: str) -> int:
    """Make a staff account, asking for its password at the terminal; 2 when it cannot be."""
    settings.data.mkdir(parents=True, exist_ok=True)
    accounts, audit = open_accounts(settings.data / "accounts.db"), open_audit(settings.data / "audit.db")
    try:
        made = new_account(accounts, name, role, time.time())
        about = {"account": name, "roles": dict(made.roles), "by": "terminal"}
        audit.tell(time.time(), "", "account.made", EVERYWHERE, about)
    except AccountError as error:
        print(f"motcua server: {error}", file=sys.stderr)
        return 2
    finally:
        accounts.close()
        audit.close()
    print(f"{name} may now log in as {role}")
    return 0


def print_public_key(settings: Settings) -> int:
    """Print the key that devices check boards with, as their files take it; 2 when there is no such key."""
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        print(open_sealer(settings.data).public_key)
    except (ValueError, OSError) as error:
        print(f"motcua server: {error}", file=sys.stderr)
        return 2
    return 0


@contextmanager
def _until_told() -> Iterator[None]:
    """SIGTERM and SIGINT leave the web server's loop."""

    def leave(_signal: int, _frame: Any) -> None:
        raise SystemExit

    before = {s: signal.signal(s, leave) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    except SystemExit:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _demo(table: DemoTable | None) -> Demo | None:
    if table is None:
        return None
    accounts = tuple(DemoAccount(a.name, a.password, a.role) for a in table.accounts)
    return Demo(panels=table.panels, bench=table.bench, clock=table.clock, accounts=accounts)


def _oidc(table: OidcTable | None) -> Any:
    """The provider of `[oidc]`. A hall without it loads nothing of it: its library takes 15 MB."""
    if table is None:
        return None
    return importlib.import_module("server.people.oidc").open_provider(table)


def _crash(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is SystemExit:
        return
    log.critical(
        "thread %s died",
        args.thread.name if args.thread else "?",
        exc_info=(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback),
    )
    logging.shutdown()
    os._exit(CRASHED)
