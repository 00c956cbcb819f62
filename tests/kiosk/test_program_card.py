"""What the kiosk's card is for: power cuts, numbers given alone, paper counted across restarts."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from broker import messages as m, topics
from broker.memory import MemoryBroker
from kiosk.store import Store
from tests.brokers import eventually
from tests.kiosk import sample
from tests.kiosk.running import Server, facts, kept, kiosk, now, opened

# --- after a power cut ------------------------------------------------------------------------------------


def left_behind(folder: Path, phase: str) -> None:
    """What a kill leaves on the disk in each phase of a ticket's life."""
    store = Store(folder / "data" / "kiosk.db")
    ticket = sample.ticket("r-0", "A012", ticket="t-A012", issued_at=now())
    store.pending("r-0")
    if phase != "pending":
        store.issued("r-0", ticket)
    if phase == "printing":
        store.printing("r-0", 1)
    store.close()


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        ("pending", ("r-0.a", None)),
        ("issued", ("r-0.p1", "failed")),
        ("printing", ("r-0.p1", "maybe")),
    ],
)
def test_a_kill_in_any_phase_is_brought_to_its_end_once(
    tmp_path: Path, phase: str, told: tuple[str, str | None]
) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    left_behind(tmp_path, phase)
    with kiosk(tmp_path, broker):
        fact = server.hears(topics.FACT)
        assert (fact.id, getattr(fact, "outcome", None)) == told
        if phase != "pending":
            server.tap("print-again")
            assert server.hears(topics.FACT).id == "r-0.p2"
            assert [t["number"] for t in server.ask("/tickets")] == ["A012"]
    with kiosk(tmp_path, broker):
        assert eventually(lambda: server.target("service", "y-te") is not None)
    assert len(facts(tmp_path)) == (1 if phase == "pending" else 2)


# --- alone ------------------------------------------------------------------------------------------------


def test_a_kiosk_that_starts_alone_prints_its_own_number_and_tells_it_later(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    config = opened(sample.config(), True)
    assert config.kiosk is not None
    own = msgspec.structs.replace(config.kiosk, series=2, url="http://hall.test/t/")
    server.say(topics.CONFIG, msgspec.structs.replace(config, rev=2, kiosk=own))
    with kiosk(tmp_path, broker):
        asked = server.hears(topics.REQUEST)
        assert isinstance(asked, m.FloorsRequest)
        free = m.FloorsReply(id=asked.id, at=now(), day="2026-11-23", next={"B": 38})
        server.say(topics.REPLY, free)
        assert eventually(lambda: kept(tmp_path, Store.series).next == {"B": 38})
    broker.kill()
    with kiosk(tmp_path, broker):
        server.take()
        assert eventually(lambda: [t["number"] for t in server.ask("/tickets")] == ["B2-038"])
        assert eventually(lambda: len(facts(tmp_path)) == 2)  # what became of the paper is written after it
    told = facts(tmp_path)
    assert [type(fact) for fact in told] == [m.TicketFact, m.PrintFact]
    assert isinstance(told[0], m.TicketFact) and told[0].number == "B2-038"
    assert len({fact.box for fact in told}) == 1


def test_a_number_costs_the_card_few_syncs(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker) as program:
        assert eventually(lambda: server.target("service", "y-te") is not None)
        before = program._outbox.disk.commits
        server.take()
        server.gives()
        fact = server.hears(topics.FACT)
        server.say(topics.RECEIPT, m.Receipt(ids=(fact.id,)))
        assert eventually(lambda: program._outbox.count() == 0)
        # asked; number and "printing begins"; paper, its count and the fact; the receipt
        assert program._outbox.disk.commits - before == 4


def test_paper_is_counted_across_restarts_and_told(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    for n in (1, 2):
        with kiosk(tmp_path, broker):
            server.take()
            server.gives(f"B00{n}")
            server.hears(topics.FACT)
    count = kept(tmp_path, Store.paper)
    assert count.cuts == 2 and 0.15 < count.metres < 0.3
