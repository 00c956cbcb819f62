"""What kiosks say at the MQTT door: numbers they gave by themselves, floors, dossiers, late answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from broker import messages as m, topics
from server import verify
from server.hall import commands as c
from server.hall.tickets import State
from server.store import fact_table, ticket_table
from tests.hall.small_hall import local
from tests.server.door import Hall, Kiosk, Peer
from tests.server.small_server import HandClock

CODE = "H42.05-261123-0007"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path, HandClock())
    hall.start()
    yield hall
    hall.stop()
    assert verify.run(tmp_path) == 0  # whatever happened: the books are sound


def fact(n: int = 1, **what: Any) -> m.TicketFact:
    """The nth own number of kiosk 1."""
    told = {
        "id": f"f{n}", "seq": n, "at": local("07:50"), "ticket": f"own-{n}", "number": f"A1-{n:03}",
        "letter": "A", "ordinal": n, "service": "land", "token": f"{n:022}", "trusted": True,
        "stamp": m.Stamp("boot", 100.0), "box": "b1",
    }  # fmt: skip
    return m.TicketFact(**{**told, **what})


def tell(hall: Hall, *facts: m.AnyFact, kiosk: Peer | None = None) -> m.Receipt:
    """The last receipt."""
    teller = kiosk or hall.kiosk
    for one in facts:
        teller.say(topics.FACT, one)
    heard = [teller.hear(topics.RECEIPT) for _ in facts]
    return heard[-1]


def ticket(hall: Hall, number: str) -> Any:
    state = hall.server.writer.view.state
    return state.tickets[state.by_number[number]]


def floors(hall: Hall, kiosk: Peer | None = None, id: str = "floors") -> Any:
    asker = kiosk or hall.kiosk
    asker.say(topics.REQUEST, m.FloorsRequest(id=id, at=local("08:00", date(1970, 1, 2))))
    return asker.hear(topics.REPLY)


# --- own numbers --------------------------------------------------------------------------------------------


def test_a_number_told_any_number_of_times_is_one_ticket(hall: Hall) -> None:
    for _ in range(3):
        assert tell(hall, fact(lang="en", klass="priority", dossier=CODE)) == m.Receipt(ids=("f1",))
    found = ticket(hall, "A1-001")
    assert (found.id, found.token, found.source, found.lang) == ("own-1", "1".zfill(22), "kiosk-1", "en")
    assert (found.issued_at, found.dossier, found.klass) == (local("07:50"), CODE, "priority")
    assert [(f.seq, f.kind, f.box) for f in hall.rows(fact_table)] == [(1, "ticket", "b1")]


@pytest.mark.parametrize(
    ("sent", "speed", "issued"),
    [
        (m.Stamp("boot", 400.0), 1.0, "07:55:00"),
        (m.Stamp("boot", 102.0), 60.0, "07:58:00"),  # a played day: two seconds are two minutes
        (m.Stamp("boot", 99.0), 1.0, "08:00:00"),  # a stopwatch that ran backwards
        (m.Stamp("boot", 1e300), 1.0, "08:00:00"),
        (m.Stamp("other", 400.0), 1.0, "08:00:00"),
        (None, 1.0, "08:00:00"),
    ],
)
def test_a_wrong_clock_is_corrected_by_the_stopwatch(
    hall: Hall, sent: m.Stamp | None, speed: float, issued: str
) -> None:
    hall.clock.speed = speed
    tell(hall, fact(at=local("08:00", date(1970, 1, 2)), trusted=False, sent=sent))
    assert ticket(hall, "A1-001").issued_at == local(issued)


def test_it_is_called_served_and_rated_like_any_other(hall: Hall) -> None:
    tell(hall, fact())
    now = hall.clock.now
    assert hall.terminal.press("next", now()).number == "A1-001"
    assert hall.terminal.press("finish", now()).state == "served"
    rating = m.RatingFact(id="r1", seq=1, at=now(), number="A1-001", level=4, levels=4)
    assert tell(hall, rating, kiosk=hall.terminal).ids == ("r1",)


def test_facts_in_any_order_and_twice_are_one_line_in_the_kiosks_order(hall: Hall) -> None:
    facts = [fact(n, at=local("07:40") + timedelta(minutes=n)) for n in range(1, 6)]
    tell(hall, facts[3], facts[0], facts[3], facts[4], facts[1], facts[0], facts[2])
    pressed = [hall.terminal.press("next", hall.clock.now()).number for _ in range(5)]
    assert pressed == [f"A1-00{n}" for n in range(1, 6)]


def test_no_closing_and_no_late_arrival_refuses_a_number(hall: Hall) -> None:
    hall.clock.time = local("12:00")
    assert tell(hall, fact()).ids == ("f1",)
    assert ticket(hall, "A1-001").state is State.WAITING


def test_a_number_of_yesterday_is_in_yesterdays_books(hall: Hall) -> None:
    sunday = local("16:00", date(2026, 11, 22))
    assert tell(hall, fact(at=sunday), fact(2, at=sunday, number="A1-001", ordinal=1)).ids == ("f2",)
    rows = {row.number: (row.day, row.state, row.reason) for row in hall.rows(ticket_table)}
    assert rows == dict.fromkeys(("A1-001", "A1-001/2"), ("2026-11-22", "cancelled", "expired"))
    assert hall.server.writer.view.state.tickets == {}


def test_two_papers_of_one_number_are_two_people_and_a_warning(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    other = fact(2, number="A1-001", ordinal=1, token=fact(1).token, box="copy")
    assert tell(hall, fact(1), other).ids == ("f2",)
    assert ticket(hall, "A1-001/2").token != ticket(hall, "A1-001").token
    assert "own number twice device=kiosk-1 number=A1-001 taken as A1-001/2" in caplog.text


def test_ids_and_tokens_of_other_days_stay_whose_they_are(hall: Hall) -> None:
    tell(hall, fact(1))
    hall.clock.time = local("08:00", date(2026, 11, 25))
    at = hall.clock.now()
    receipt = tell(hall, fact(2, at=at, token=fact(1).token), fact(3, at=at, ticket="own-1"))
    assert receipt.refused == (m.Refusal("f3", "already-told"),)
    rows = {(row.day, row.id): row.token for row in hall.rows(ticket_table)}
    assert rows["2026-11-23", "own-1"] == fact(1).token != rows["2026-11-25", "own-2"]


@pytest.mark.parametrize("device", ["counter-1", "wall"])
def test_only_kiosks_give_numbers(hall: Hall, device: str) -> None:
    receipt = tell(hall, fact(), kiosk=Peer(hall.broker, device))
    assert receipt.refused == (m.Refusal("f1", "unknown-device"),)


def test_a_number_that_is_none_is_refused_for_good(hall: Hall) -> None:
    receipt = tell(hall, fact(number="A017"), fact(2, number="A1-003/9"))
    assert receipt.refused == (m.Refusal("f2", "bad-request"),)
    assert hall.server.writer.view.state.tickets == {}


def test_an_untold_number_is_called_and_then_told(hall: Hall) -> None:
    fresh = {"ticket": "untold", "token": "t" * 22}
    result = hall.server.ask(c.CallNumber, counter="1", number="A1-01", **fresh)
    known = {"ticket": "untold", "number": "A1-01", "state": "called", "counter": "1"}
    assert result == known  # and not the secret of a phone page
    paper = m.PrintFact(id="p2", seq=2, at=local("07:50"), ticket="own-1", outcome="printed", box="b1")
    tell(hall, fact(1, service="roads"), paper)
    found = ticket(hall, "A1-01")
    assert (found.id, found.service, found.token, found.paper) == (
        "untold",
        "roads",
        fact(1).token,
        "printed",
    )


# --- floors -------------------------------------------------------------------------------------------------


def test_floors_come_behind_every_fact_that_came_before_the_question(hall: Hall) -> None:
    assert floors(hall).next == dict.fromkeys("ABCE", 1)
    for n in range(1, 40):
        hall.kiosk.say(topics.FACT, fact(n))
    asked = m.FloorsRequest(id="again", at=hall.clock.now())
    hall.kiosk.say(topics.REQUEST, asked)
    reply = hall.kiosk.hear(topics.REPLY)
    assert (reply.id, reply.day, reply.next["A"]) == ("again", "2026-11-23", 40)
    assert reply.at == hall.clock.now()


def test_floors_are_never_what_an_earlier_answer_was(hall: Hall) -> None:
    assert floors(hall, id="same").next["A"] == 1
    tell(hall, fact(7))
    assert floors(hall, id="same").next["A"] == 8
    assert floors(hall, Kiosk(hall.broker, "kiosk-2")).next["A"] == 1  # its own series


def test_floors_begin_again_with_the_day(hall: Hall) -> None:
    tell(hall, fact(7))
    hall.clock.time = local("08:00", date(2026, 11, 25))
    hall.settle()
    reply = floors(hall)
    assert (reply.day, reply.next["A"]) == ("2026-11-25", 1)


@pytest.mark.parametrize("device", ["kiosk-3", "counter-1", "wall"])
def test_who_has_no_series_has_no_floors(hall: Hall, device: str) -> None:
    assert floors(hall, Peer(hall.broker, device)).code == "unknown-device"


# --- late answers and dossiers ------------------------------------------------------------------------------


def test_a_number_given_up_after_it_was_given_is_void_however_often_it_is_asked_for(hall: Hall) -> None:
    request = hall.kiosk.ask(hall.clock.now())
    hall.kiosk.say(topics.REQUEST, request)
    given = hall.kiosk.hear(topics.REPLY)
    tell(hall, m.AbandonFact(id="f1", seq=1, at=hall.clock.now(), request=request.id))
    for _ in range(2):
        hall.kiosk.say(topics.REQUEST, request)
        assert hall.kiosk.hear(topics.REPLY) == m.RefusedReply(id=request.id, code="abandoned")
    assert [t.state for t in hall.server.writer.view.state.tickets.values()] == [State.CANCELLED]
    assert ticket(hall, given.number).reason == "abandoned"


def test_a_dossier_comes_back_with_the_number(hall: Hall) -> None:
    reply = hall.kiosk.take(hall.clock.now(), dossier=CODE)
    assert reply.dossier == CODE and ticket(hall, reply.number).dossier == CODE
    assert hall.kiosk.take(hall.clock.now()).dossier is None
    with hall.server.store.engine.connect() as db:
        codes = db.execute(sa.select(ticket_table.c.dossier).order_by(ticket_table.c.ordinal)).scalars()
        assert list(codes) == [CODE, None]


def test_an_order_to_print_again_reaches_its_kiosk_and_what_came_of_it_is_kept(hall: Hall) -> None:
    given = hall.kiosk.take(hall.clock.now())
    projection, state = hall.server.projection, hall.server.writer.view.state
    again = projection.reprint("order", state.tickets[given.ticket])
    hall.outlet.control("kiosk-1", m.Control(do="reprint", id="order", ticket=again))
    heard = hall.kiosk.hear(topics.CONTROL)
    assert (heard.do, heard.ticket.number, heard.ticket.url) == ("reprint", given.number, given.url)
    paper = m.PrintFact(id="p", seq=1, at=hall.clock.now(), ticket=heard.ticket.ticket, outcome="printed")
    tell(hall, paper)
    assert ticket(hall, given.number).paper == "printed"
    assert Peer(hall.broker, "kiosk-1").silent()  # no broker keeps an order


def test_a_kiosk_at_a_counter_asks_how_it_was_and_calls_nobody(hall: Hall) -> None:
    kiosk = Peer(hall.broker, "kiosk-3")  # stands at counter 3
    hall.kiosk.take(hall.clock.now(), service="justice")
    key = m.KeyRequest(id="x", at=hall.clock.now(), key="next")
    kiosk.say(topics.REQUEST, key)
    assert kiosk.hear(topics.REPLY).code == "unknown-device"
    hall.server.ask(c.CallNext, counter="3")
    hall.server.ask(c.Finish, counter="3")
    rating = m.RatingFact(id="r", seq=1, at=hall.clock.now(), number="E001", level=4, levels=4)
    assert tell(hall, rating, kiosk=kiosk).ids == ("r",)


def test_a_number_of_a_letter_that_the_hall_gave_up_waits_in_the_kiosk(hall: Hall) -> None:
    """Perhaps it is a slip in the hall's file: its holder stands there."""
    given_up = fact(number="Z1-001", letter="Z", service="zoo")
    hall.kiosk.say(topics.FACT, given_up)
    hall.settle()
    assert hall.kiosk.silent()
    assert hall.server.store.recorded(f"kiosk-1/fact/{given_up.id}") is None, "asked again, decided anew"
