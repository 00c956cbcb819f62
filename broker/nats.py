"""The configuration of the embedded broker: NATS, which speaks MQTT 3.1.1 on JetStream. Text only, no files.

NATS checks MQTT clients against subjects: `/` becomes `.`, `+` becomes `*`. No rights on its own `$MQTT`
subjects are needed (measured with 2.15.1).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from broker.access import PUBLIC, Grants
from broker.codec import MAX_BYTES

PACKET_BYTES = 1_024  # NATS counts the topic and the packet's header as well (measured)
MAX_FILE_STORE = "1GB"  # sessions and retained state of a hall take some megabytes


def subject(filter: str) -> str:
    """The NATS subject of an MQTT filter of the contract (whose levels hold no dots)."""
    return filter.replace("/", ".").replace("+", "*")


def config(
    listen: str,
    websocket: str | None,
    store: Path,
    users: Mapping[str, Grants],
    passwords: Mapping[str, str],
    pid_file: Path | None = None,
) -> str:
    """The text of nats.conf. Addresses are `host:port`; it holds passwords: mode 0600. pid_file: where the
    server says which process it is, for whoever tells it to read this again (SIGHUP)."""
    lines = [
        "# Written by motcua at every start: changes are lost.",
        'server_name: "motcua"',
        'listen: "127.0.0.1:-1"  # its own protocol is not used: any free port, loopback only',
        f"max_payload: {MAX_BYTES + PACKET_BYTES}",
        f"jetstream {{ store_dir: {_quote(str(store))}, max_memory_store: 64MB,"
        f" max_file_store: {MAX_FILE_STORE} }}",
        f"mqtt {{ listen: {_quote(listen)}, no_auth_user: {PUBLIC} }}",
    ]
    if pid_file is not None:
        lines.append(f"pid_file: {_quote(str(pid_file))}")
    if websocket is not None:
        lines.append(f"websocket {{ listen: {_quote(websocket)}, no_tls: true, no_auth_user: {PUBLIC} }}")
    lines += ["authorization {", "  users: ["]
    for user, grants in users.items():
        lines.append(
            f"    {{ user: {_quote(user)}, password: {_quote(passwords[user])}, permissions: {{"
            f" publish: {_allowed(grants.publish)}, subscribe: {_allowed(grants.read)} }} }}"
        )
    lines += ["  ]", "}", ""]
    return "\n".join(lines)


def _allowed(filters: tuple[str, ...]) -> str:
    if not filters:
        return '{ deny: ">" }'
    return "{ allow: [" + ", ".join(_quote(subject(filter)) for filter in filters) + "] }"


def _quote(text: str) -> str:
    return json.dumps(text)
