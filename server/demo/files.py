"""What the demo lays out in its data folder: the hall's file, one settings file for each program, passwords.

`hall.toml` is copied there once and then belongs to whoever runs the demo; all other files follow from it and
are written anew at each start, because ports and sockets change. The programs themselves are only known by
their settings.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broker.provision import ADMISSIONS, provision
from broker.seal import open_sealer
from server.site_file import Device, HallConfig, load_site

SOURCE = Path(__file__).resolve().parents[2]
EXAMPLE = SOURCE / "examples" / "hanam" / "hall.toml"
VOLUMES = SOURCE / "examples" / "hanam" / "hanam_table.csv"
CROWD = "crowd-"  # how the names of a played day's own devices begin

# Each kind of panel that is sold: (screen, window on a desktop, paper in mm).
KIOSKS = (("1080x1920", "?scale=0.4", 80), ("1280x800", "?scale=0.6", 58))
DISPLAY = ("1920x1080", "?scale=0.45")
COUNTER = ("800x480", "?scale=0.8")


class NoHall(Exception):
    """There is no hall to show; one sentence."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day to be played: how many times faster than life, which one, and how many citizens come."""

    speed: float
    seed: int
    citizens: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where this demo lives. http, mqtt: host:port. sockets: a folder with a short name."""

    data: Path
    http: str
    mqtt: str
    sockets: Path
    clock: str  # as hardware.clock.open_clock takes it
    windows: bool

    @property
    def bench(self) -> Path:
        return self.sockets / "bench.sock"

    def panel(self, device: str) -> Path:
        return self.sockets / f"{device}.sock"


def own_hall(data: Path, source: Path | None) -> HallConfig:
    """The hall of `data/hall.toml`: a copy of `source` (or of the example) the first time, then left alone.

    Raises NoHall, or SettingsError for a hall that would not open.
    """
    mine = data / "hall.toml"
    if not mine.exists():
        origin = source or EXAMPLE
        try:
            text = origin.read_text(encoding="utf-8")
        except OSError as error:
            raise NoHall(f"{origin}: cannot be read: {error.strerror}; name a hall with --hall") from None
        load_site(origin)
        mine.write_text(text, encoding="utf-8")
    return load_site(mine)


def crowd_of(config: HallConfig) -> dict[str, Device]:
    """A played day's devices: two kiosks for its citizens, and at each counter buttons to rate with."""
    kiosks = {f"{CROWD}{n}": Device("kiosk") for n in (1, 2)}
    return kiosks | {f"{CROWD}at-{c.lower()}": Device("counter", c) for c in config.site.counters}


def _todays_hall(place: Place, crowd: Mapping[str, Device]) -> str:
    """The hall's file as this start plays it: its pages are where they are today, and a crowd may come."""
    text = (place.data / "hall.toml").read_text(encoding="utf-8")
    text = re.sub(
        r"(?m)^url *=.*$", f'url = "http://{address_of(place.http)}"  # where this demo is', text, count=1
    )
    rows = [
        f'\n[[device]]\nid = "{id}"\nrole = "{d.role}"\ntemporary = true\n' + _stands_at(d)
        for id, d in crowd.items()
    ]
    return f"{text.rstrip()}\n{''.join(rows)}"


def _stands_at(device: Device) -> str:
    return f'counter = "{device.counter}"\n' if device.counter is not None else ""


def lay_out(
    place: Place, config: HallConfig, addresses: Mapping[str, str], day: Day | None
) -> dict[str, Path]:
    """Write the settings of every program; name -> file. day: a crowd will come, and has its own kiosks.

    addresses: what each connecting program (`server`, and each device) is to connect to, `mqtt://host:port`.
    """
    folder = place.data / "programs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    crowd = crowd_of(config) if day is not None else {}
    users = [*config.devices, *crowd]
    (place.data / "broker" / ADMISSIONS).unlink(missing_ok=True)  # who was shut out is back in the next demo
    known = provision(place.data / "broker", config.site.id, users, place.mqtt)
    server = place.data / "server"
    server.mkdir(parents=True, exist_ok=True)
    server_key = open_sealer(server).public_key
    hall = folder / "hall.toml"
    hall.write_text(_todays_hall(place, crowd), encoding="utf-8")
    tables: dict[str, dict[str, Any]] = {
        "broker": {
            "program": "broker",
            "site": config.site.id,
            "devices": users,
            "listen": place.mqtt,
            "data": str(place.data / "broker"),
        },
        "server": {
            "program": "server",
            "hall": str(hall),
            "data": str(server),
            "http": place.http,
            "clock": place.clock,
            "broker": {
                "address": addresses["server"],
                "password_file": str(known.credentials["server"]),
                "folder": str(place.data / "broker"),
                "for_devices": f"mqtt://{address_of(place.mqtt)}",
            },
            "demo": {
                "panels": str(place.sockets),
                "bench": str(place.bench),
                "clock": str(place.data / "clock.json"),
                "accounts": accounts(place.data, config),
            },
        },
    }
    if day is not None:
        tables["crowd"] = {
            "program": "crowd",
            "hall": str(hall),
            "clock": str(place.data / "clock.json"),
            "http": address_of(place.http),
            "mqtt": address_of(place.mqtt),
            "data": str(place.data / "devices"),
            "accounts": accounts(place.data, config),
            "passwords": {id: str(known.credentials[id]) for id in crowd},
            "server_key": server_key,
            "volumes": str(VOLUMES),
            "speed": day.speed,
            "seed": day.seed,
            "citizens": day.citizens,
        }
    seen = {"kiosk": 0, "display": 0, "counter": 0}
    for id, device in config.devices.items():
        broker = {
            "site": config.site.id,
            "device": id,
            "address": addresses[id],
            "password_file": str(known.credentials[id]),
            "server_key": server_key,
        }
        tables[id] = {
            "program": device.role,
            "data": str(place.data / "devices" / id),
            "clock": place.clock,
            "machine": "sim:",
            "panel": str(place.panel(id)),
            "broker": broker,
            **_hardware(device, seen[device.role], place.windows),
            # Nobody follows the words of a day that is played in a minute, and a voice would cost a core.
            **({"voice": "chime"} if day is not None and device.role == "display" else {}),
        }
        seen[device.role] += 1
    files = {name: folder / f"{name}.toml" for name in tables}
    for name, table in tables.items():
        _write(
            files[name], "# Written by the demo at every start; change hall.toml instead.\n\n" + toml(table)
        )
    return files


def _hardware(device: Device, nth: int, windows: bool) -> dict[str, Any]:
    """Which simulated hardware the nth device of its role has."""
    if device.role == "kiosk":
        size, window, paper = KIOSKS[nth % len(KIOSKS)]
        screen = _screen(size, window if windows else None)
        return {"screen": screen, "printer": f"sim:{paper}", "scanner": "sim:"}
    if device.role == "display":
        return {"screen": _screen(*DISPLAY) if windows else f"sim:{DISPLAY[0]}", "speaker": "sim:"}
    return {
        "counter": device.counter,
        "screen": _screen(COUNTER[0], COUNTER[1] if windows else None),
        "keys": "sim:",
    }


def _screen(size: str, window: str | None) -> str:
    return f"sim:{size}" if window is None else f"window:{size}{window}"


def address_of(listen: str) -> str:
    """The `host:port` to call what listens on `listen`; "everywhere" is called by this machine's address."""
    host, _, port = listen.rpartition(":")
    if host not in ("", "0.0.0.0", "[::]", "*"):
        return listen
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(
                ("192.0.2.1", 9)
            )  # sends nothing; the system chooses the address it would send from
            return f"{probe.getsockname()[0]}:{port}"
        except OSError:
            return f"127.0.0.1:{port}"


def accounts(data: Path, config: HallConfig) -> list[dict[str, str]]:
    """Who may log in to this demo's pages: one of each role, all officers, with one password, made once."""
    path = data / "password"
    if not path.exists():
        _write(path, "-".join(secrets.token_hex(2) for _ in range(3)) + "\n")
    password = path.read_text(encoding="utf-8").strip()
    others = ("reception", "manager", "inspector", "administrator")
    people = [*((role, role) for role in others), *((id, "officer") for id in config.officers)]
    return [{"name": name, "password": password, "role": role} for name, role in people]


def _write(path: Path, text: str) -> None:
    """Replace a file that only its owner may read."""
    draft = path.with_name(f".{path.name}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def toml(table: Mapping[str, Any], path: str = "") -> str:
    """A table as TOML: text, numbers, truth, lists of these, tables, and lists of tables."""
    plain = {k: v for k, v in table.items() if not isinstance(v, Mapping)}
    lines = [f"{key} = {_value(value)}" for key, value in plain.items()]
    for key, inner in table.items():
        if isinstance(inner, Mapping):
            name = f"{path}{key}"
            lines += ["", f"[{name}]", toml(inner, f"{name}.").rstrip()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)  # a JSON string is a TOML string
