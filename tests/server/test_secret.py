"""The figures on a ticket's paper: made where the number is given, told to its paper, and to nobody else."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from broker import codec, messages as m, topics
from server.hall import commands as c
from server.store import Batch, Store, sqlite_url
from tests.hall.small_hall import SmallHall, local
from tests.server.door import Hall
from tests.server.small_server import HandClock
from tests.server.test_kiosk_doors import fact, tell, ticket


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path, HandClock())
    hall.start()
    yield hall
    hall.stop()


def test_every_number_of_the_hall_has_its_own_and_a_repeat_hears_the_same(hall: Hall) -> None:
    request = hall.kiosk.ask(local("08:00"))
    replies = []
    for _ in range(2):
        hall.kiosk.say(topics.REQUEST, request)
        replies.append(hall.kiosk.hear(topics.REPLY))
    assert replies[0] == replies[1]
    assert len(replies[0].secret) == 4
    assert ticket(hall, replies[0].number).secret == replies[0].secret


def test_a_kiosks_own_number_keeps_what_its_paper_says(hall: Hall) -> None:
    tell(hall, fact(1, secret="4821"), fact(2))
    assert ticket(hall, "A1-001").secret == "4821"
    assert ticket(hall, "A1-002").secret == ""  # a kiosk of the release before: cancelled at a counter only


def test_the_wall_the_log_and_who_calls_the_number_never_hear_it(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    given = hall.kiosk.take(local("08:00"))
    tell(hall, fact(1, secret="4821"), fact(1, id="f2", seq=2, secret="4821"))
    told = hall.server.ask(c.CallNext, counter="1")
    assert "secret" not in told and given.secret
    assert b"secret" not in codec.encode(hall.server.writer.view.board)
    assert "4821" not in caplog.text


def test_a_reprint_says_the_same(hall: Hall) -> None:
    given = hall.kiosk.take(local("08:00"))
    state = hall.server.writer.view.state
    again = hall.doors._projection.reprint("r", state.tickets[given.ticket])
    assert isinstance(again, m.TicketReply)
    assert (again.secret, again.url, again.number) == (given.secret, given.url, given.number)


def test_a_disk_that_fails_does_not_write_it_into_the_journal(tmp_path: Path) -> None:
    """What a crashing server says is kept for long, and read by more people than its database is."""
    hall, store = SmallHall(), Store(sqlite_url(tmp_path / "hall.db"))
    given, event = hall.issue(secret="4821"), hall.log[-1]
    with sqlite3.connect(tmp_path / "hall.db") as other:
        other.execute("DROP TABLE event")
    other.close()
    with pytest.raises(sa.exc.OperationalError, match="no such table") as failed:
        store.commit(Batch(events=[(hall.state.day, event)]))
    store.close()
    assert "4821" not in str(failed.value) and given.token not in str(failed.value)
