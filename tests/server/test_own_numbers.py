"""Own numbers and what other days use of theirs: the same in one group of commands as in groups apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from server import verify
from server.hall import commands as c
from server.store import ticket_table
from server.writer import Outcome
from tests.hall.small_hall import local
from tests.server.small_server import SmallServer

SATURDAY, SUNDAY = local("08:10", date(2026, 11, 21)), local("08:10", date(2026, 11, 22))
TODAY = local("07:50")
DAYS = [(SATURDAY, SUNDAY), (SATURDAY, TODAY), (TODAY, SATURDAY)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmallServer]:
    """A writer without a thread: what waits when it is pumped is one group."""
    server = SmallServer(tmp_path)
    server.writer.pump()
    yield server
    server.store.close()
    assert verify.run(tmp_path) == 0


def paper(n: int, at: datetime, ticket: str, token: str, number: str) -> c.TakeOwnNumber:
    """The nth number that kiosk 1 tells of, with the right time."""
    return c.TakeOwnNumber(
        id=f"c{n}", by="device:kiosk-1", ticket=ticket, token=token, spare=f"spare-{n}", source="kiosk-1",
        number=number, service="land", box=f"b{n}", seq=n, at=at, trusted=True, age=None,
    )  # fmt: skip


def told(server: SmallServer, together: bool, *papers: c.TakeOwnNumber) -> list[str | None]:
    """What each was refused with."""
    outcomes: list[Outcome] = []
    for one in papers:
        server.writer.submit(one, outcomes.append)
        if not together:
            server.writer.pump()
    server.writer.pump()
    return [outcome.refusal for outcome in outcomes]


def books(server: SmallServer) -> dict[str, tuple[str, str]]:
    """Ticket -> its number and its token."""
    with server.store.engine.connect() as db:
        return {row.id: (row.number, row.token) for row in db.execute(ticket_table.select())}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("first", "second"), DAYS)
def test_a_token_belongs_to_one_ticket_of_all_days(
    server: SmallServer, first: datetime, second: datetime, together: bool
) -> None:
    one, two = paper(1, first, "own-1", "same", "A1-001"), paper(2, second, "own-2", "same", "A1-002")
    assert told(server, together, one, two) == [None, None]
    assert books(server) == {"own-1": ("A1-001", "same"), "own-2": ("A1-002", "spare-2")}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("first", "second"), DAYS)
def test_an_id_belongs_to_one_ticket_of_all_days(
    server: SmallServer, first: datetime, second: datetime, together: bool
) -> None:
    one, two = paper(1, first, "same", "mine", "A1-001"), paper(2, second, "same", "yours", "A1-002")
    assert told(server, together, one, two) == [None, "already-told"]
    assert books(server) == {"same": ("A1-001", "mine")}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("first", "second"), DAYS)
def test_a_number_belongs_to_one_ticket_of_its_day_only(
    server: SmallServer, first: datetime, second: datetime, together: bool
) -> None:
    one, two = paper(1, first, "own-1", "mine", "A1-001"), paper(2, second, "own-2", "yours", "A1-001")
    assert told(server, together, one, two) == [None, None]
    assert books(server) == {"own-1": ("A1-001", "mine"), "own-2": ("A1-001", "yours")}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("day", [SATURDAY, TODAY])
def test_every_paper_that_says_the_same_is_told_apart_on_its_day(
    server: SmallServer, day: datetime, together: bool
) -> None:
    papers = [paper(n, day, f"own-{n}", f"token-{n}", "A1-001") for n in range(1, 5)]
    assert told(server, together, *papers) == [None] * 4
    numbers = [number for number, _ in books(server).values()]
    assert sorted(numbers) == ["A1-001", "A1-001/2", "A1-001/3", "A1-001/4"]
