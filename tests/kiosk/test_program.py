"""The kiosk as a program: fingers at its panel, paper in its printer, the server at the end of a broker."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from broker import messages as m, topics
from broker.memory import MemoryBroker
from kiosk.store import Store
from tests.brokers import SITE, eventually
from tests.kiosk import sample
from tests.kiosk.running import DEVICE, Server, facts, kiosk, now, opened


def test_from_a_touch_to_paper_and_to_the_server(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker, keys="sim:service-y-te,help,back"):
        server.take()
        request = server.gives()
        fact = server.hears(topics.FACT)
        assert isinstance(fact, m.PrintFact)
        assert (fact.id, fact.ticket, fact.outcome) == (f"{request}.p1", "t-B047", "printed")
        assert eventually(lambda: [t["number"] for t in server.ask("/tickets")] == ["B047"])
        state = server.ask("/state")
        assert (state["device"], state["role"], state["ticket_rev"]) == (DEVICE, "kiosk", 1)
        status, kind, picture = server.client.ask("GET", "/ticket.png?n=1")
        assert (status, kind) == (200, "image/png")
        assert Image.open(io.BytesIO(picture)).width == 640
        server.tap("done")
        assert server.post("/press", button="service-y-te") == 200
        server.tap("class", "elderly")
        assert server.hears(topics.REQUEST).klass == "priority"
    assert Store(tmp_path / "data" / "kiosk.db").endings()[0] == (request, "printed")


def test_out_of_paper_the_number_stays_on_the_screen_and_the_server_is_told(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker):
        assert server.post("/switch", paper="out") == 200
        assert server.status("paper-out")
        server.take()
        server.gives()
        assert server.hears(topics.FACT).outcome == "failed"
        assert eventually(lambda: server.target("done") is not None)
        assert server.target("print-again") is None
        assert server.post("/switch", paper="ok") == 200
        server.tap("print-again")
        again = server.hears(topics.FACT)
        assert (again.outcome, again.id[-3:]) == ("printed", ".p2")
        assert [t["number"] for t in server.ask("/tickets")] == ["B047"]


def test_a_citizen_who_calls_the_staff_is_heard_until_somebody_says_back(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker):
        server.tap("help")
        server.tap("staff")
        assert eventually(lambda: server.hears(topics.STATUS).help)
        server.tap("back")
        assert eventually(lambda: not server.hears(topics.STATUS).help)


@pytest.mark.parametrize("switch", [{"cover": "open"}, {"printer": "unplugged"}], ids=["cover", "unplugged"])
def test_a_printer_that_cannot_print_never_costs_a_number(tmp_path: Path, switch: dict[str, str]) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path, groups=False)
    with kiosk(tmp_path, broker, screen="sim:1280x800", printer="sim:58"):
        server.tap("service", "tu-phap")
        assert server.post("/switch", **switch) == 200
        server.gives()
        assert server.hears(topics.FACT).outcome == "failed"
        assert eventually(lambda: server.target("done") is not None)
        assert server.ask("/tickets") == []


def test_a_server_that_does_not_answer_is_given_up_durably_and_its_late_reply_ignored(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker):
        server.take()
        request = server.hears(topics.REQUEST)
        fact = server.hears(topics.FACT)
        assert isinstance(fact, m.AbandonFact) and fact.request == request.id
        server.say(topics.REPLY, sample.ticket(request.id))
        server.tap("back")
        assert eventually(lambda: server.target("service", "y-te") is not None)
    assert facts(tmp_path) == [fact]


def test_a_refusal_is_explained_and_leaves_nothing_behind(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker):
        server.take()
        request = server.hears(topics.REQUEST)
        server.say(topics.REPLY, m.RefusedReply(id=request.id, code="session-full"))
        server.tap("back")
    assert facts(tmp_path) == []
    assert Store(tmp_path / "data" / "kiosk.db").unfinished() == ()


def test_garbage_from_the_broker_changes_nothing(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker):
        assert eventually(lambda: server.target("service", "y-te") is not None)
        rev = server.ask("/state")["screen_rev"]
        for topic in (topics.CONFIG, topics.BOARD, topics.REPLY, topics.CONTROL, topics.TIME):
            concrete = topic.of(SITE, DEVICE if "{device}" in topic.path else None)
            for payload in (b"", b"{", b"\xff\xfe", b'{"v": 2}', b"[" * 20_000, b"x" * 70_000):
                server.link.publish(concrete, payload, qos=1, retain=False)
        server.take()
        server.gives()
        assert server.hears(topics.FACT).outcome == "printed"
        assert server.ask("/state")["screen_rev"] > rev


def test_orders_from_the_server_are_carried_out(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker) as program:
        assert eventually(lambda: server.target("service", "y-te") is not None)
        assert server.orders("test-print")[0] == ["heard", "done"]
        assert [t["number"] for t in server.ask("/tickets")] == ["TEST"]
        assert server.post("/switch", paper="out") == 200
        assert server.status("paper-out")
        assert server.orders("test-print")[0] == ["heard", "paper-out"]
        assert server.orders("test-sound")[0] == ["heard", "cannot"]
        assert server.orders("identify")[0] == ["heard", "done"]
        assert eventually(lambda: server.ask("/state")["targets"] == [])
        server.say(topics.CONTROL, m.Control(do="restart"))
        assert eventually(lambda: program._ending == 0)
    assert facts(tmp_path) == []


def test_its_screen_and_log_can_be_asked_for_but_never_with_somebodys_number(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker):
        assert eventually(lambda: server.target("service", "y-te") is not None)
        assert eventually(lambda: server.orders("screenshot")[0] == ["heard", "done"])  # once it is at rest
        words, png = server.orders("screenshot")
        with Image.open(io.BytesIO(png), formats=["PNG"]) as shown:
            assert shown.size == (720, 1280)
        server.take()
        server.gives()
        assert server.hears(topics.FACT).outcome == "printed"
        assert server.orders("screenshot") == (["heard", "somebody-there"], b"")
        words, log = server.orders("logs")
        assert words == ["heard", "done"] and isinstance(log.decode(), str)


def test_it_says_how_its_machine_is(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker, machine="sim:temperature=71&throttled=under-voltage&disk=420"):
        status = server.says(lambda status: status.temperature_c is not None)
        assert (status.temperature_c, status.throttled, status.disk_free_mb) == (71, ("under-voltage",), 420)
        assert status.life and status.started_at and status.uptime_s


def test_nothing_of_a_citizen_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with caplog.at_level("DEBUG"), kiosk(tmp_path, broker):
        server.tap("service", "tai-nguyen")
        server.tap("class", "disabled")
        server.gives()
        server.hears(topics.FACT)
    assert not re.search("disabled|priority", caplog.text)


def test_a_jammed_button_calls_for_a_person(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker) as program:
        program._keys = Jammed(program._keys)  # type: ignore[assignment]
        assert eventually(lambda: server.hears(topics.STATUS).stuck == ("help",))


class Jammed:
    """Wired buttons, one of them held down for ever: nobody waits half a minute for it in a test."""

    def __init__(self, buttons: Any) -> None:
        self._buttons = buttons

    def stuck(self) -> tuple[str, ...]:
        return ("help",)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._buttons, name)


# --- at a counter -----------------------------------------------------------------------------------------


def test_a_kiosk_at_a_counter_asks_who_was_served_there_and_makes_way_for_the_next(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    config = opened(sample.config(), True)
    at_counter = m.CounterPlan(counter="3", levels=4, reasons=(), window_s=600)
    server.say(topics.CONFIG, msgspec.structs.replace(config, rev=2, counter=at_counter))

    def served(number: str, rev: int) -> None:
        here = m.CounterLine("3", "open", number, "served", now())
        board = msgspec.structs.replace(sample.board(rev, lines=()), at=now(), counters=(here,))
        server.say(topics.BOARD, board)

    with kiosk(tmp_path, broker):
        served("B012", 2)
        assert eventually(lambda: server.target("level", "4") is not None)
        server.tap("level", "4")
        fact = server.hears(topics.FACT)
        assert isinstance(fact, m.RatingFact) and (fact.number, fact.level) == ("B012", 4)
        assert eventually(lambda: server.target("service", "tai-nguyen") is not None)
        served("B013", 3)
        assert eventually(lambda: server.target("takenumber") is not None)
        server.tap("takenumber")
        server.take()
        assert server.hears(topics.REQUEST).service == "tai-nguyen"
