"""The logs that webhooks are fed from: the hall's, and what was told of dossiers. Reading alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, Protocol

import sqlalchemy as sa

from server.happenings import Type, count, happenings, last_seq

HALL_EVENTS: Final[tuple[Type, ...]] = ("issued", "called", "finished", "rated")
DOSSIER_EVENTS: Final = ("dossier.due-soon", "dossier.apology-due", "dossier.overdue")


class Told(Protocol):
    """One thing that happened: a struct, sent with all its fields but `mark`. seq: its place in its log."""

    @property
    def seq(self) -> int: ...
    @property
    def mark(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def at(self) -> datetime: ...


class Log(Protocol):
    """far: things for others after which a place in it is worth a write."""

    @property
    def far(self) -> int: ...
    def last(self) -> int:
        """The number of the newest; 0 for an empty one."""
        ...

    def after(self, since: int, types: Collection[str]) -> tuple[Sequence[Told], int]:
        """What happened behind `since`, in order, and how far the log was read for it."""
        ...

    def count(self, since: int, types: Collection[str]) -> int:
        """How many wait behind `since`."""
        ...


class HallLog:
    """The hall's own."""

    far: Final = 200

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def last(self) -> int:
        return last_seq(self._engine)

    def after(self, since: int, types: Collection[str]) -> tuple[Sequence[Told], int]:
        return happenings(self._engine, since, types)

    def count(self, since: int, types: Collection[str]) -> int:
        return count(self._engine, since, types)
