"""Who may say and hear what at a broker, worked out from the table of topics: one rule for every broker.

The users of a broker are `server`, `public` (anyone without credentials), one for each source of dossiers
that may send by itself, and one for each device: called by its id where the broker's file names it,
`<site>_<id>` where it was enrolled, for two centres of one installation may have devices of the same id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from broker.topics import BOARD, TABLE, Party, Topic

SERVER = "server"
PUBLIC = "public"


@dataclass(frozen=True)
class Grants:
    """MQTT filters of what a user may publish and of what it may read. Everything else is refused."""

    publish: tuple[str, ...]
    read: tuple[str, ...]


def grants(site: str, user: str, source: bool = False) -> Grants:
    """What a user of the site may do: `server`, `public`, or a device's id; with `source` that of a source.

    Raises ValueError for a site or device that is no topic level: nobody smuggles a wildcard in by a name.
    """
    parties = {SERVER: {Party.SERVER}, PUBLIC: {Party.PUBLIC}}.get(user, {Party.DEVICE, Party.DEVICES})
    if source:
        parties = {Party.SOURCE}
    BOARD.of(site)

    def path(topic: Topic) -> str:
        if not parties & {Party.DEVICE, Party.SOURCE}:
            return topic.of_all(site)
        return topic.of(site, user if "{device}" in topic.path else None)

    return Grants(
        publish=tuple(path(topic) for topic in TABLE if topic.speaker in parties),
        read=tuple(path(topic) for topic in TABLE if topic.listeners & parties),
    )


def user_of(site: str, device: str) -> str:
    """The user name, and MQTT client id, of an enrolled device: no id has the sign between."""
    return f"{site}_{device}"


def source_user_of(site: str, source: str) -> str:
    """The user name of a source of dossiers; no enrolled device has such a one."""
    return f"{site}_source_{source}"


def all_grants(
    site: str,
    devices: Iterable[str],
    admitted: Mapping[str, tuple[str, str]] | None = None,
    sites: Iterable[str] = (),
    shut: Collection[str] = (),
    sources: Mapping[str, tuple[str, str]] | None = None,
) -> dict[str, Grants]:
    """The grants of every user of a broker. Raises ValueError for a device that takes another user's name.

    devices: of `site`, by their ids. admitted: user -> site and device. sites: further ones that the server
    speaks for. shut: users that are none any more. sources: user -> site and source of dossiers.
    """
    found = dict.fromkeys((SERVER, PUBLIC), Grants((), ()))
    places = dict.fromkeys([site, *sites, *(place for place, _ in (admitted or {}).values())])
    for user in (SERVER, PUBLIC):
        for place in places:
            more = grants(place, user)
            before = found[user]
            found[user] = Grants((*before.publish, *more.publish), (*before.read, *more.read))
    for device in devices:
        if device in found:
            raise ValueError(f"'{device}' cannot name a device: the name is taken")
        found[device] = grants(site, device)
    for user, (place, device) in (admitted or {}).items():
        found[user] = grants(place, device)
    for user, (place, source) in (sources or {}).items():
        found[user] = grants(place, source, source=True)
    return {user: grant for user, grant in found.items() if user not in shut}
