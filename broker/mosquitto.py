"""The configuration of a Mosquitto (2.0 or later) that keeps the same promises as the embedded broker.

Text only, no files: mosquitto.conf, its password file and its access list.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from broker.access import PUBLIC, Grants
from broker.codec import MAX_BYTES
from broker.link import MAX_INFLIGHT

# Mosquitto's own default. Passwords of 256 random bits do not need a slow hash.
ITERATIONS = 101
SALT_BYTES = 12  # Mosquitto 2.0 knows no other length


def config(
    listen: str,
    websocket: str | None,
    folder: Path,
    store: Path,
    run_as: str | None = None,
    pid_file: Path | None = None,
) -> str:
    """The text of mosquitto.conf; `folder` holds `passwd` and `acl`. Addresses are `host:port`.
    pid_file: where it says which process it is, for whoever tells it to read users and rights again (SIGHUP).
    """
    lines = ["# Written by motcua: changes are lost."]
    if run_as is not None:
        lines.append(f"user {run_as}")
    lines += _listener(listen)
    if websocket is not None:
        lines += [*_listener(websocket), "protocol websockets"]
    lines += [
        "# Anonymous clients get no further than the access list lets them: the public topics.",
        "allow_anonymous true",
        f"password_file {folder / 'passwd'}",
        f"acl_file {folder / 'acl'}",
        "set_tcp_nodelay true",
        "persistence true",
        f"persistence_location {store}/",
        "autosave_interval 30",
        f"max_inflight_messages {MAX_INFLIGHT}",
        "max_queued_messages 10000",
        f"message_size_limit {MAX_BYTES}",
        "persistent_client_expiration 7d",
        "max_keepalive 60",
        *([] if pid_file is None else [f"pid_file {pid_file}"]),
        "",
    ]
    return "\n".join(lines)


def access_list(users: Mapping[str, Grants]) -> str:
    """The text of the acl file. What stands before the first `user` line is for anonymous clients."""
    lines = [f"topic read {filter}" for filter in users[PUBLIC].read]
    for user, grants in users.items():
        if user != PUBLIC:
            lines += ["", f"user {user}"]
            lines += [f"topic write {filter}" for filter in grants.publish]
            lines += [f"topic read {filter}" for filter in grants.read]
    return "\n".join([*lines, ""])


def password_line(user: str, password: str, salt: bytes) -> str:
    """One line of the password file: PBKDF2 with SHA-512, as `mosquitto_passwd` writes it."""
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"{user}:$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}\n"


def _listener(address: str) -> list[str]:
    host, _, port = address.rpartition(":")
    return [f"listener {port} {host.strip('[]')}"]
