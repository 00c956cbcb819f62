"""The kiosk as a program: fingers at its panel, paper in its printer, the server at the end of a broker."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from PIL import Image

from broker import codec, messages as m, topics
from broker.device import BrokerSettings
from broker.link import Link, Received
from broker.memory import MemoryBroker
from broker.outbox import Outbox
from hardware.panel import PanelClient, PanelGone
from kiosk.program import KioskProgram, Settings, run
from kiosk.store import Store
from kiosk.view import NORMAL
from tests.brokers import SITE, Inbox, eventually
from tests.kiosk import sample

T = TypeVar("T")

DEVICE = "kiosk-1"
SUBSCRIPTIONS = [(topic.of_all(SITE), topic.qos) for topic in (topics.REQUEST, topics.FACT, topics.STATUS)]


def now() -> datetime:
    return datetime.now(UTC)


def opened(config: m.DeviceConfig, groups: bool) -> m.DeviceConfig:
    """The sample hall, open around the present moment."""
    assert config.kiosk is not None
    openings = (m.Opening(now() - timedelta(hours=1), now() + timedelta(hours=1)),)
    authorities = tuple(
        msgspec.structs.replace(
            a, services=tuple(msgspec.structs.replace(s, openings=openings) for s in a.services)
        )
        for a in config.kiosk.authorities
    )
    plan = msgspec.structs.replace(
        config.kiosk, authorities=authorities, groups=config.kiosk.groups if groups else ()
    )
    return msgspec.structs.replace(config, kiosk=plan)


@dataclass
class Server:
    """A server of few words, and the panel of the kiosk it talks to."""

    inbox: Inbox
    link: Link
    client: PanelClient
    rev: int = 0

    @classmethod
    def of(cls, broker: MemoryBroker, folder: Path, groups: bool = True) -> Server:
        inbox = Inbox()
        link = broker.link("server", inbox, SUBSCRIPTIONS)
        link.start()
        server = cls(inbox, link, PanelClient(folder / "panel"))
        server.say(topics.SERVER_STATUS, m.ServerStatus(online=True, epoch=1))
        server.say(topics.CONFIG, opened(sample.config(), groups))
        server.say(topics.BOARD, msgspec.structs.replace(sample.board(lines=()), at=now()))
        return server

    def say(self, topic: topics.Topic, payload: m.Message) -> None:
        concrete = topic.of(SITE, DEVICE if "{device}" in topic.path else None)
        self.link.publish(concrete, codec.encode(payload), qos=topic.qos, retain=topic.retain)

    def hears(self, topic: topics.Topic) -> Any:
        concrete = topic.of(SITE, DEVICE)
        received = self.inbox.until(lambda item: isinstance(item, Received) and item.topic == concrete)
        return codec.decode(topic, received.payload)

    def gives(self, number: str = "B047") -> str:
        """Answer the request that comes with a number; the request's id."""
        request = self.hears(topics.REQUEST)
        assert isinstance(request, m.IssueRequest)
        self.say(topics.REPLY, sample.ticket(request.id, number, ticket=f"t-{number}", issued_at=now()))
        return request.id

    def status(self, printer: str) -> bool:
        """Wait until the kiosk says how its printer is."""
        topic = topics.STATUS.of(SITE, DEVICE)
        self.inbox.until(
            lambda item: (
                isinstance(item, Received)
                and item.topic == topic
                and codec.decode(topics.STATUS, item.payload).printer == printer
            )
        )
        return True

    # --- at the panel -----------------------------------------------------------------------------------

    def ask(self, path: str) -> Any:
        return json.loads(self.client.ask("GET", path)[2])

    def post(self, path: str, **body: Any) -> int:
        return self.client.ask("POST", path, json.dumps(body).encode())[0]

    def target(self, verb: str, of: str = "") -> list[int] | None:
        for target in self.ask("/state")["targets"]:
            if (target["verb"], target["of"]) == (verb, of):
                return list(target["box"])
        return None

    def tap(self, verb: str, of: str = "") -> None:
        """Wait for a target, then touch its middle."""
        boxes: list[list[int]] = []

        def seen() -> bool:
            boxes.extend(box for box in [self.target(verb, of)] if box is not None)
            return bool(boxes)

        assert eventually(seen), (verb, of)
        x, y, width, height = boxes[0]
        assert self.post("/touch", x=x + width // 2, y=y + height // 2) == 200

    def take(self) -> None:
        self.tap("service", "tai-nguyen")
        self.tap("class", NORMAL)


def settings(folder: Path, **changes: Any) -> Settings:
    broker = BrokerSettings(site=SITE, device=DEVICE)
    return Settings(data=folder / "data", broker=broker, panel=folder / "panel", **changes)


@contextmanager
def kiosk(folder: Path, broker: MemoryBroker, **changes: Any) -> Iterator[KioskProgram]:
    program = KioskProgram(settings(folder, **changes), open_link=broker.open_link)
    ended: list[int] = []
    thread = threading.Thread(target=lambda: ended.append(program.run()))
    thread.start()
    assert eventually(lambda: answers(folder / "panel"))
    try:
        yield program
    finally:
        program.stop()
        thread.join(20)
        assert ended == [0]


def facts(folder: Path) -> list[m.AnyFact]:
    outbox = Outbox(folder / "data" / "kiosk.db")
    try:
        return outbox.pending()
    finally:
        outbox.close()


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
        server.say(topics.CONTROL, m.Control(do="test-print"))
        assert eventually(lambda: [t["number"] for t in server.ask("/tickets")] == ["TEST"])
        server.say(topics.CONTROL, m.Control(do="restart"))
        assert eventually(lambda: program._ending == 0)
    assert facts(tmp_path) == []


# --- after a power cut ----------------------------------------------------------------------------------


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


# --- as a process ---------------------------------------------------------------------------------------


def test_sigterm_ends_it_in_good_order(tmp_path: Path) -> None:
    """As a process of its own, without a broker to talk to."""
    file = tmp_path / "kiosk.toml"
    file.write_text(
        f'data = "data"\npanel = "panel"\n[broker]\nsite = "{SITE}"\ndevice = "{DEVICE}"\n'
        'address = "mqtt://127.0.0.1:9"\n',
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "motcua", "kiosk", str(file)],
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert eventually(lambda: answers(tmp_path / "panel"))
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert b"Traceback" not in said
    assert not (tmp_path / "panel").exists()


def answers(panel: Path) -> bool:
    try:
        return PanelClient(panel).ask("GET", "/state")[0] == 200
    except PanelGone:
        return False


def test_an_idle_kiosk_sleeps(tmp_path: Path) -> None:
    """Its loop turns a few times a second at most: counted, not timed."""
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker) as program:
        assert eventually(lambda: server.target("service", "y-te") is not None)
        assert program._wait_s() > 0.1 or eventually(lambda: program._wait_s() > 0.1)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"screen": "crt:"}, "crt:"),
        ({"printer": "lpt:1"}, "lpt:1"),
        ({"keys": "gpio:4"}, "gpio:4"),
        ({"clock": "sundial"}, "sundial"),
        ({"diagonal_in": 5.0}, "5 inches"),
    ],
)
def test_hardware_that_is_not_there_is_named_and_the_program_does_not_start(
    tmp_path: Path, changes: dict[str, Any], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings(tmp_path, **changes)) == 2
    said = capsys.readouterr().err
    assert named in said and said.count("\n") == 1


def test_nothing_of_a_citizen_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with caplog.at_level("DEBUG"), kiosk(tmp_path, broker):
        server.tap("service", "tai-nguyen")
        server.tap("class", "disabled")
        server.gives()
        server.hears(topics.FACT)
    assert not re.search("disabled|priority", caplog.text)


# --- alone ------------------------------------------------------------------------------------------------


def kept(folder: Path, what: Callable[[Store], T]) -> T:
    """What the kiosk's card remembers."""
    store = Store(folder / "data" / "kiosk.db")
    try:
        return what(store)
    finally:
        store.close()


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
