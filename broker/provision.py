"""The files of a real broker: credentials of every user, and the configurations of NATS and Mosquitto.

Credentials are made once and kept; configurations follow from the table of topics and are written anew each
time. Everything here is a secret of the machine: folders 0700, files 0600.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from broker import mosquitto, nats
from broker.access import PUBLIC, all_grants

PASSWORD_BYTES = 32


@dataclass(frozen=True)
class Provisioned:
    """Where things lie. `credentials` has a password file for `server`, `public` and each device."""

    credentials: dict[str, Path]
    nats: Path
    mosquitto: Path


def provision(
    folder: Path,
    site: str,
    devices: Iterable[str],
    listen: str = "127.0.0.1:1883",
    websocket: str | None = None,
    run_as: str | None = None,
) -> Provisioned:
    """Write everything a broker of this site needs into `folder`; safe to repeat, and at the same time.

    `listen` and `websocket` are `host:port`. `run_as`: the user a Mosquitto started by root becomes.
    Raises ValueError for a device id that is no topic level or is another user's name.
    """
    users = all_grants(site, devices)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for name in (".", "credentials", "nats", "mosquitto", "mosquitto/store"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    credentials = {user: _credential(folder / "credentials" / user) for user in users}
    passwords = {user: path.read_text(encoding="utf-8").strip() for user, path in credentials.items()}
    folder = folder.resolve()

    nats_config = folder / "nats.conf"
    _write(nats_config, nats.config(listen, websocket, folder / "nats", users, passwords))
    home = folder / "mosquitto"
    _write(home / "acl", mosquitto.access_list(users))
    _write(
        home / "passwd",
        "".join(
            mosquitto.password_line(user, password, os.urandom(mosquitto.SALT_BYTES))
            for user, password in passwords.items()
            if user != PUBLIC  # there the public has no name
        ),
    )
    mosquitto_config = home / "mosquitto.conf"
    _write(mosquitto_config, mosquitto.config(listen, websocket, home, home / "store", run_as))
    return Provisioned(credentials, nats_config, mosquitto_config)


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


def _write(path: Path, text: str) -> None:
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
