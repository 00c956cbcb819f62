"""The files of a real broker: credentials of every user, and the configurations of NATS and Mosquitto.

Credentials are made once and kept; configurations follow from the table of topics, the broker's file and who
was enrolled since (`broker.users`), and are written anew each time. Everything here is a secret of the
machine: folders 0700, files 0600.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from broker import messages as m, mosquitto, nats
from broker.access import PUBLIC, all_grants

PASSWORD_BYTES = 32
MADE, ADMISSIONS, PID = "made.json", "admissions.json", "broker.pid"


@dataclass(frozen=True)
class Provisioned:
    """Where things lie. `credentials` has a password file for `server`, `public` and each device."""

    credentials: dict[str, Path]
    nats: Path
    mosquitto: Path


class Made(msgspec.Struct, frozen=True):
    """How a broker's folder was provisioned: what follows from its file."""

    site: m.Level
    devices: tuple[m.Level, ...]
    listen: str
    websocket: str | None = None
    run_as: str | None = None


class Admission(msgspec.Struct, frozen=True):
    """A device that was enrolled. at: Unix seconds."""

    site: m.Level
    device: m.Level
    at: float


class Admissions(msgspec.Struct, frozen=True):
    """Who was admitted and who was shut out since, by whoever enrols devices; by user name. sources: of
    dossiers, where `device` is the source's id."""

    sites: tuple[m.Level, ...] = ()
    users: dict[str, Admission] = msgspec.field(default_factory=dict)
    sources: dict[str, Admission] = msgspec.field(default_factory=dict)
    shut: tuple[str, ...] = ()


def provision(
    folder: Path,
    site: str,
    devices: Iterable[str],
    listen: str = "127.0.0.1:1883",
    websocket: str | None = None,
    run_as: str | None = None,
) -> Provisioned:
    """Write everything a broker of this site needs into `folder`; safe to repeat, and at the same time.

    `listen` and `websocket` are `host:port`. `run_as`: the user a Mosquitto started by root becomes. Devices
    that were enrolled since stay admitted, and those that were shut out stay out.
    Raises ValueError for a device id that is no topic level or is another user's name.
    """
    made = Made(site, tuple(devices), listen, websocket, run_as)
    all_grants(site, made.devices)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for name in (".", "credentials", "nats", "mosquitto", "mosquitto/store"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    with locked(folder):
        write(folder / MADE, msgspec.json.encode(made).decode())
        return written(folder, made, admissions_of(folder))


def written(folder: Path, made: Made, admissions: Admissions) -> Provisioned:
    """Write the configurations anew; whoever calls holds the lock."""
    users = all_grants(
        made.site,
        made.devices,
        {user: (row.site, row.device) for user, row in admissions.users.items()},
        admissions.sites,
        admissions.shut,
        {user: (row.site, row.device) for user, row in admissions.sources.items()},
    )
    credentials = {user: _credential(folder / "credentials" / user) for user in users}
    passwords = {user: path.read_text(encoding="utf-8").strip() for user, path in credentials.items()}
    folder = folder.resolve()
    pid_file = folder / PID

    nats_config = folder / "nats.conf"
    write(
        nats_config,
        nats.config(made.listen, made.websocket, folder / "nats", users, passwords, pid_file),
    )
    home = folder / "mosquitto"
    write(home / "acl", mosquitto.access_list(users))
    write(
        home / "passwd",
        "".join(
            mosquitto.password_line(user, password, os.urandom(mosquitto.SALT_BYTES))
            for user, password in passwords.items()
            if user != PUBLIC  # there the public has no name
        ),
    )
    mosquitto_config = home / "mosquitto.conf"
    write(
        mosquitto_config,
        mosquitto.config(made.listen, made.websocket, home, home / "store", made.run_as, pid_file),
    )
    return Provisioned(credentials, nats_config, mosquitto_config)


def admissions_of(folder: Path) -> Admissions:
    """Who was admitted and shut out. Raises ValueError for a file that is none: who guessed would let in."""
    path = folder / ADMISSIONS
    try:
        return msgspec.json.decode(path.read_bytes(), type=Admissions)
    except FileNotFoundError:
        return Admissions()
    except msgspec.DecodeError as error:
        raise ValueError(f"{path} cannot be read: {error}") from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One at a time changes the files of a broker, whichever program it is in."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _credential(path: Path) -> Path:
    """The password file at `path`, made when there is none; whoever comes second takes the first one's."""
    if not path.exists():
        draft = _draft(path, secrets.token_urlsafe(PASSWORD_BYTES) + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another program provisions the same folder
        finally:
            draft.unlink()
    return path


def write(path: Path, text: str) -> None:
    """Replace a file in one step, so that a broker starting now reads the old one or the new one."""
    os.replace(_draft(path, text), path)


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft
