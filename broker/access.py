"""Who may say and hear what at a broker, worked out from the table of topics: one rule for every broker.

The users of a site are `server`, `public` (anyone without credentials) and one for each device, called by
its id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from broker.topics import BOARD, TABLE, Party, Topic

SERVER = "server"
PUBLIC = "public"


@dataclass(frozen=True)
class Grants:
    """MQTT filters of what a user may publish and of what it may read. Everything else is refused."""

    publish: tuple[str, ...]
    read: tuple[str, ...]


def grants(site: str, user: str) -> Grants:
    """What a user of the site may do: `server`, `public`, or a device's id.

    Raises ValueError for a site or device that is no topic level: nobody smuggles a wildcard in by a name.
    """
    parties = {SERVER: {Party.SERVER}, PUBLIC: {Party.PUBLIC}}.get(user, {Party.DEVICE, Party.DEVICES})
    BOARD.of(site)

    def path(topic: Topic) -> str:
        if Party.DEVICE not in parties:
            return topic.of_all(site)
        return topic.of(site, user if "{device}" in topic.path else None)

    return Grants(
        publish=tuple(path(topic) for topic in TABLE if topic.speaker in parties),
        read=tuple(path(topic) for topic in TABLE if topic.listeners & parties),
    )


def all_grants(site: str, devices: Iterable[str]) -> dict[str, Grants]:
    """The grants of every user of a site. Raises ValueError for a device that takes another user's name."""
    users = [SERVER, PUBLIC]
    for device in devices:
        if device in users:
            raise ValueError(f"'{device}' cannot name a device: the name is taken")
        users.append(device)
    return {user: grants(site, user) for user in users}
