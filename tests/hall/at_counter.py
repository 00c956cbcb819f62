"""A hall with somebody called to counter 1, and wishes there that are refused."""

from typing import Any

import pytest

from server.hall import commands as c
from server.hall.refusals import Refusal
from tests.hall.small_hall import SmallHall, frozen


def refused(hall: SmallHall, kind: type[c.Command], **what: Any) -> str:
    """The code of the refusal, which changed nothing."""
    before = frozen(hall.state)
    with pytest.raises(Refusal) as told:
        hall.ask(kind, **what)
    assert frozen(hall.state) == before
    return told.value.code


def calling(*services: str) -> SmallHall:
    """People waiting; the first of them called to counter 1."""
    hall = SmallHall()
    for service in services or ("land",):
        hall.issue(service)
    hall.next("1")
    return hall
