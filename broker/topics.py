"""The topics of the contract: each named once, with its QoS, its retain flag and who may speak and listen.

Access lists of real brokers, the AsyncAPI document and the programs all read this table; nothing else
spells a topic. Levels are `[a-z0-9-]{1,32}`: NATS refuses spaces, and one bad level can poison a bridge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

ROOT = "motcua/v1"
_LEVEL = re.compile(r"[a-z0-9-]{1,32}")


class Party(StrEnum):
    """Who stands at an end of a topic."""

    DEVICE = "device"  # the one device whose id is in the topic
    DEVICES = "devices"  # every device of the site
    SERVER = "server"
    SOURCE = "source"  # the one source of dossiers whose id is in the topic
    PUBLIC = "public"  # anyone on the demo's loopback, without credentials


@dataclass(frozen=True)
class Topic:
    """One row of the contract. `path` has `{site}` and, for the own topics of a device, or of a source of
    dossiers, `{device}`.

    sealed: its payloads carry the server's signature (`broker.seal`), because the whole hall believes them,
    or a device obeys.
    """

    name: str
    path: str
    qos: int
    retain: bool
    speaker: Party
    listeners: frozenset[Party]
    sealed: bool = False

    def of(self, site: str, device: str | None = None) -> str:
        """The concrete topic. Raises ValueError for an id that is not a valid topic level."""
        for level in (site, device):
            if level is not None and not _LEVEL.fullmatch(level):
                raise ValueError(f"'{level}' is not a valid id: use a-z, 0-9 and -, at most 32 characters")
        if ("{device}" in self.path) != (device is not None):
            raise ValueError(f"topic {self.name} {'needs a' if device is None else 'has no'} device id")
        return self.path.format(site=site, device=device)

    def of_all(self, site: str) -> str:
        """The filter that matches this topic for every device of the site."""
        return self.path.format(site=site, device="+")


def _row(
    name: str, tail: str, qos: int, retain: bool, speaker: Party, *listeners: Party, sealed: bool = False
) -> Topic:
    return Topic(name, f"{ROOT}/{{site}}/{tail}", qos, retain, speaker, frozenset(listeners), sealed)


STATUS = _row("status", "device/{device}/status", 1, True, Party.DEVICE, Party.SERVER)
REQUEST = _row("request", "device/{device}/request", 1, False, Party.DEVICE, Party.SERVER)
REPLY = _row("reply", "device/{device}/reply", 1, False, Party.SERVER, Party.DEVICE)
FACT = _row("fact", "device/{device}/fact", 1, False, Party.DEVICE, Party.SERVER)
RECEIPT = _row("receipt", "device/{device}/receipt", 1, False, Party.SERVER, Party.DEVICE)
CONFIG = _row("config", "device/{device}/config", 1, True, Party.SERVER, Party.DEVICE)
CONTROL = _row("control", "device/{device}/control", 1, False, Party.SERVER, Party.DEVICE, sealed=True)
OUTCOME = _row("outcome", "device/{device}/outcome", 1, False, Party.DEVICE, Party.SERVER)
SENT = _row("sent", "source/{device}/dossiers", 1, False, Party.SOURCE, Party.SERVER)
TAKEN = _row("taken", "source/{device}/receipt", 1, False, Party.SERVER, Party.SOURCE)
SERVER_STATUS = _row("server-status", "server/status", 1, True, Party.SERVER, Party.DEVICES)
TIME = _row("time", "time", 0, False, Party.SERVER, Party.DEVICES)
BOARD = _row("board", "board", 1, True, Party.SERVER, Party.DEVICES, Party.PUBLIC, sealed=True)
DOSSIERS = _row("dossiers", "dossiers", 1, True, Party.SERVER, Party.DEVICES, Party.PUBLIC, sealed=True)

TABLE: tuple[Topic, ...] = (
    STATUS,
    REQUEST,
    REPLY,
    FACT,
    RECEIPT,
    CONFIG,
    CONTROL,
    OUTCOME,
    SENT,
    TAKEN,
    SERVER_STATUS,
    TIME,
    BOARD,
    DOSSIERS,
)


@dataclass(frozen=True)
class Address:
    """What a concrete topic means: its row, its site, and the device or source (None for the site's own)."""

    topic: Topic
    site: str
    device: str | None


def parse(concrete: str) -> Address | None:
    """The row a received topic belongs to, or None when it is not of this contract."""
    levels = concrete.split("/")
    for topic in TABLE:
        pattern = topic.path.split("/")
        if len(pattern) != len(levels):
            continue
        found: dict[str, str] = {}
        for want, got in zip(pattern, levels, strict=True):
            if want.startswith("{"):
                if not _LEVEL.fullmatch(got):
                    break
                found[want] = got
            elif want != got:
                break
        else:
            return Address(topic, found["{site}"], found.get("{device}"))
    return None
