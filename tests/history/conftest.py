from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.history.ledger import History
from server.people.rights import Role
from server.web.history_page import history_of, today_here
from tests.history.month import Month
from tests.history.recompute import Log
from tests.web.place import HandClock, Place, Staff, open_place

START = datetime(2026, 11, 9, 0, 5, tzinfo=UTC)  # Monday, 07:05 in the hall


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A hall with a month behind it. Nobody may change it."""
    place = open_place(tmp_path_factory.mktemp("month"), clock=HandClock(START))
    Month(place).whole()
    yield place
    place.close()


@pytest.fixture(scope="session")
def log(lived: Place) -> Log:
    return Log(Path(str(lived.store.engine.url.database)))


@pytest.fixture(scope="session")
def chief(lived: Place) -> Staff:
    return lived.log_in("chief", Role.MANAGER)


@pytest.fixture
def history(lived: Place) -> History:
    """Everything of the month summed."""
    with lived.app.app_context():
        found = history_of(lived.hall)
    today, now = today_here(lived.hall)
    assert found.refresh(lived.config.site, today, now, 600) == []
    return found
