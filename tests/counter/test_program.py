"""The terminal as a program: keys and faces at its panel, the server at the other end of a broker."""

from __future__ import annotations

import json
import queue
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from broker import codec, messages as m, topics
from broker.device import BrokerSettings
from broker.disk import Disk
from broker.link import Link, Received
from broker.memory import MemoryBroker
from broker.outbox import Outbox
from hardware.buttons import STUCK_S, SimulatedButtons
from hardware.panel import PanelClient, PanelGone
from kiosk.counter.answered import Answered
from kiosk.counter.asking import RATINGS
from kiosk.counter.layout import Layout
from kiosk.counter.program import CounterProgram, Settings, open_keys, run
from kiosk.counter.vocabulary import Rate
from tests.brokers import SITE, Inbox, eventually
from tests.orders import answered

DEVICE = "counter-7"
DAY = "2026-11-23"
SUBSCRIPTIONS = [
    (topic.of_all(SITE), topic.qos) for topic in (topics.REQUEST, topics.FACT, topics.STATUS, topics.OUTCOME)
]


class Server:
    """A server of few words, and the panel of the terminal it talks to."""

    def __init__(
        self,
        broker: MemoryBroker,
        folder: Path,
        questions: tuple[m.Question, ...] = (),
        officer: str = "",
    ) -> None:
        self.inbox = Inbox()
        self.link: Link = broker.link("server", self.inbox, SUBSCRIPTIONS)
        self.link.start()
        self.rev = 0
        self.ask = PanelClient(folder / "panel").ask
        self.up()
        hall = m.Words(vi="Trung tâm", en="Centre")
        reasons = (m.PriorityGroup("wait", m.Words(vi="Chờ lâu", en="Long wait")),)
        plan = m.CounterPlan(
            counter="7", levels=4, reasons=reasons, window_s=600, questions=questions, officer=officer
        )
        config = m.DeviceConfig(rev=1, at=now(), hall=hall, time_zone="Asia/Ho_Chi_Minh", counter=plan)
        self.say(topics.CONFIG, config)

    def say(self, topic: topics.Topic, payload: m.Message) -> None:
        concrete = topic.of(SITE, DEVICE if "{device}" in topic.path else None)
        self.link.publish(concrete, codec.encode(payload), qos=topic.qos, retain=topic.retain)

    def up(self, online: bool = True) -> None:
        self.say(topics.SERVER_STATUS, m.ServerStatus(online=online, epoch=1))

    def board(self, number: str | None, state: Any) -> None:
        self.rev += 1
        line = m.CounterLine("7", "open", number, state, now())
        hall = m.Words(vi="Trung tâm", en="Centre")
        board = m.Board(
            epoch=1, rev=self.rev, at=now(), day=DAY, hall=hall, calls=(), counters=(line,), waiting=()
        )
        self.say(topics.BOARD, board)

    def hears(self, topic: topics.Topic) -> Any:
        concrete = topic.of(SITE, DEVICE)
        received = self.inbox.until(lambda item: isinstance(item, Received) and item.topic == concrete)
        return codec.decode(topic, received.payload)

    def orders(self, do: m.Order) -> tuple[list[str], bytes]:
        """Order something, and wait for what comes of it."""
        id = uuid.uuid4().hex
        self.say(topics.CONTROL, m.Control(do=do, id=id))
        return answered(id, lambda: self.hears(topics.OUTCOME))

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.ask("GET", "/state")[2])
        return state

    def lit(self) -> set[str]:
        return {button["id"] for button in self.state()["buttons"] if button["lit"]}

    def press(self, button: str) -> int:
        return self.ask("POST", "/press", json.dumps({"button": button}).encode())[0]


def now() -> datetime:
    return datetime.now(UTC)


def settings(folder: Path) -> Settings:
    return Settings(
        data=folder / "data",
        broker=BrokerSettings(site=SITE, device=DEVICE),
        counter="7",
        panel=folder / "panel",
    )


@contextmanager
def terminal(folder: Path, broker: MemoryBroker, keys: Any = open_keys) -> Iterator[CounterProgram]:
    program = CounterProgram(settings(folder), open_link=broker.open_link, open_keys=keys)
    ended: list[int] = []
    thread = threading.Thread(target=lambda: ended.append(program.run()))
    thread.start()
    assert eventually((folder / "panel").exists)
    try:
        yield program
    finally:
        program.stop()
        thread.join(20)
        assert ended == [0]


def rated(server: Server, button: str) -> bool:
    """Press until the faces have been open for long enough for a press to count."""
    time.sleep(0.1)  # a finger: presses that come quicker are a bouncing contact, and none of them counts
    server.press(button)
    return button not in server.lit()


def pressed(server: Server, key: str) -> bool:
    """Press a key until it is on its way."""
    time.sleep(0.1)
    return server.press(key) == 200 and server.lit() == {key}


def test_orders_of_staff_are_carried_out_but_nobody_sees_an_answer_being_given(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server(broker, tmp_path)
    with terminal(tmp_path, broker):
        server.hears(topics.STATUS)  # it listens: orders are kept for nobody who is away
        words, png = server.orders("screenshot")
        assert words == ["heard", "done"] and png.startswith(b"\x89PNG")
        assert server.orders("logs")[0] == ["heard", "done"]
        assert server.orders("test-print")[0] == ["heard", "cannot"]
        server.board("B047", "serving")
        server.board("B047", "served")
        assert eventually(lambda: server.lit() == set(RATINGS[:4]))
        assert server.orders("screenshot") == (["heard", "somebody-there"], b"")
        assert server.orders("identify")[0] == ["heard", "done"]
        assert eventually(lambda: "next" in server.lit())


def test_a_key_goes_to_the_server_and_its_answer_to_the_officer(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server(broker, tmp_path)
    with terminal(tmp_path, broker):
        assert eventually(lambda: pressed(server, "next"))
        request = server.hears(topics.REQUEST)
        assert isinstance(request, m.KeyRequest) and request.key == "next"
        server.say(topics.REPLY, m.DoneReply(id=request.id, number="B047", state="called"))
        assert eventually(lambda: server.state()["line"] == "Đã gọi B047")
        assert server.press("eject") == 400


def test_an_answer_waits_on_the_disk_until_the_server_is_back(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server(broker, tmp_path)
    with terminal(tmp_path, broker):
        server.board("B047", "served")
        assert eventually(lambda: "rate-4" in server.lit())
        server.up(False)
        assert eventually(lambda: rated(server, "rate-4"))
    outbox = Outbox(tmp_path / "data" / "outbox.db")
    (fact,) = outbox.pending()
    outbox.close()
    assert isinstance(fact, m.RatingFact)
    assert (fact.number, fact.level, fact.levels, fact.reason) == ("B047", 4, 4, None)
    server.up()
    with terminal(tmp_path, broker):
        sent = server.hears(topics.FACT)
        assert sent == fact
        server.say(topics.RECEIPT, m.Receipt(ids=(fact.id,)))
        server.board("B047", "served")
        server.board("B048", "served")
        assert eventually(lambda: "rate-4" in server.lit()), "the next number is asked"
        assert eventually(lambda: rated(server, "rate-1"))
        assert server.ask("POST", "/touch", b'{"x": 100, "y": 140}')[0] == 200
    outbox = Outbox(tmp_path / "data" / "outbox.db")
    assert [f.number for f in outbox.pending() if isinstance(f, m.RatingFact)] == ["B048"]
    outbox.close()


def question(id: str) -> m.Question:
    words = m.Words(vi=id, en=id)
    return m.Question(id, words, (words, words, words))


def test_a_power_cut_in_the_questionnaire_loses_neither_rating_nor_answers(tmp_path: Path) -> None:
    """The folder is copied while the terminal runs: that is what a power cut leaves."""
    broker = MemoryBroker()
    server = Server(broker, tmp_path, (question("1"), question("7")))
    best = Layout.of_panel((800, 480), 7.0).inquiry().choices[0].center
    with terminal(tmp_path, broker):
        server.board("B047", "served")
        assert eventually(lambda: rated(server, "rate-4"))
        draft = under_way(tmp_path)
        assert draft is not None and (draft.number, draft.level, draft.answers) == ("B047", 4, ())
        assert eventually(lambda: touched(server, best) and under_way(tmp_path) != draft)
        shutil.copytree(tmp_path / "data", tmp_path / "cut" / "data")
    outbox = Outbox(tmp_path / "cut" / "data" / "outbox.db")
    assert outbox.pending() == []
    outbox.close()
    broker = MemoryBroker()
    server = Server(broker, tmp_path / "cut")
    with terminal(tmp_path / "cut", broker):
        fact = server.hears(topics.FACT)
    assert (fact.number, fact.level, fact.answers) == ("B047", 4, {"1": 2})
    assert fact.at == draft.at
    assert under_way(tmp_path / "cut") is None


def under_way(folder: Path) -> Rate | None:
    """The answer that a power cut would leave now."""
    disk = Disk(folder / "data" / "outbox.db")
    draft = Answered(disk).draft
    disk.close()
    return draft


def touched(server: Server, at: tuple[int, int]) -> bool:
    return server.ask("POST", "/touch", json.dumps({"x": at[0], "y": at[1]}).encode())[0] == 200


def test_the_officer_is_on_the_screen(tmp_path: Path) -> None:
    pictures = []
    for name in ("", "Nguyễn Thị Hạnh"):
        folder = tmp_path / ((name and "named") or "nobody")
        folder.mkdir()
        broker = MemoryBroker()
        server = Server(broker, folder, officer=name)
        with terminal(folder, broker):
            server.board("B047", "served")
            assert eventually(lambda server=server: "rate-4" in server.lit())
            pictures.append(server.ask("GET", "/screen.png")[2])
    assert pictures[0] != pictures[1]


def test_a_button_that_hangs_is_told_and_rates_nobody(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server(broker, tmp_path)
    later, made = [0.0], []

    def keys(settings: Settings, inbox: queue.SimpleQueue[Any]) -> SimulatedButtons:
        made.append(SimulatedButtons(RATINGS, inbox.put, lambda: time.monotonic() + later[0]))
        return made[0]

    with terminal(tmp_path, broker, keys):
        made[0].hold("rate-1")
        later[0] = STUCK_S + 1
        assert eventually(lambda: server.hears(topics.STATUS).stuck == ("rate-1",))
        server.board("B047", "served")
        assert eventually(lambda: server.lit() == {"rate-2", "rate-3", "rate-4"})
        made[0].release("rate-1")
        assert eventually(lambda: server.hears(topics.STATUS).error is None)
        assert eventually(lambda: "rate-1" in server.lit())


def test_without_a_server_a_key_is_refused_and_never_sent_later(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server(broker, tmp_path)
    with terminal(tmp_path, broker):
        assert eventually(lambda: server.state()["line"] == "")
        server.up(False)
        assert eventually(lambda: "Mất kết nối" in server.state()["line"])
        server.press("next")
        assert server.lit() == set()
        server.up()
        assert eventually(lambda: pressed(server, "recall"))
        assert server.hears(topics.REQUEST).key == "recall"


def test_the_panel_shows_the_screen_and_refuses_nonsense(tmp_path: Path) -> None:
    broker = MemoryBroker()
    server = Server(broker, tmp_path)
    with terminal(tmp_path, broker):
        status, kind, picture = server.ask("GET", "/screen.png?width=400")
        assert (status, kind) == (200, "image/png") and picture.startswith(b"\x89PNG")
        state = server.state()
        assert (state["device"], state["role"], state["ticket_rev"]) == (DEVICE, "counter", 0)
        labels = {button["id"]: button["label"] for button in state["buttons"]}
        assert labels["next"] == "Gọi tiếp" and labels["rate-4"] == "4"
        for method, path, body in (
            ("POST", "/touch", b"{}"),
            ("POST", "/touch", b'{"x": "1", "y": 2}'),
            ("POST", "/press", b"\xff"),
            ("GET", "/screen.png?width=wide", b""),
        ):
            assert server.ask(method, path, body)[0] == 400


def answers(panel: Path) -> bool:
    try:
        return PanelClient(panel).ask("GET", "/state")[0] == 200
    except PanelGone:
        return False


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"screen": "crt:"}, "crt:"), ({"keys": "gpio:4"}, "gpio:4"), ({"clock": "sundial"}, "sundial")],
)
def test_hardware_that_is_not_there_is_named_and_the_program_does_not_start(
    tmp_path: Path, changes: dict[str, str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    broker = BrokerSettings(site=SITE, device=DEVICE)
    assert run(Settings(data=tmp_path / "data", broker=broker, **changes)) == 2  # type: ignore[arg-type]
    said = capsys.readouterr().err
    assert named in said and said.count("\n") == 1
