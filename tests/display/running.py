"""A display at work for tests: a broker in memory, the server's side of it, and the wall with its panel."""

import json
import queue
import threading
import time
import uuid

from broker import codec, messages as m, topics
from broker.wire import Received
from display.program import Program
from hardware.clock import HallClock, set_clock
from hardware.panel import PanelClient
from tests.display.hall import MORNING, Hall
from tests.orders import answered

SITE, DEVICE = "hanam", "display-1"


class Inbox(queue.SimpleQueue):
    """What the server hears of orders."""


class Server:
    """The server's side of the broker, and the clock that all look at."""

    def __init__(self, broker, folder, speed):
        self.path = folder / "clock.json"
        set_clock(self.path, MORNING, speed)
        self.clock = HallClock(self.path)
        self.hall = Hall()
        self._inbox = Inbox()
        self._link = broker.link("server", self._inbox, [(topics.OUTCOME.of_all(SITE), 1)])
        self._link.start()

    def say(self, topic, message, device=None):
        self._link.publish(topic.of(SITE, device), codec.encode(message), qos=topic.qos, retain=topic.retain)

    def orders(self, do, **more):
        """Order something, and wait for what comes of it."""
        id = uuid.uuid4().hex
        self.say(topics.CONTROL, m.Control(do=do, id=id, **more), DEVICE)
        return answered(id, self._outcome)

    def _outcome(self):
        while not isinstance(received := self._inbox.get(timeout=20), Received):
            pass
        return codec.decode(topics.OUTCOME, received.payload)

    def up(self, online=True):
        self.say(topics.SERVER_STATUS, m.ServerStatus(online=online, epoch=self.hall.epoch))

    def publish(self):
        self.say(topics.BOARD, self.hall.board(self.clock.now()))

    def call(self, *numbers, **options):
        for number in numbers:
            self.hall.call(self.clock.now(), number, **options)
        self.publish()


class Running:
    """A display in a thread, with what its panel says."""

    def __init__(self, settings, broker):
        self.program = Program(settings, broker.open_link)
        self.program.start()
        self.status = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self.panel = PanelClient(settings.panel)

    def _run(self):
        self.status = self.program.run()

    def stop(self):
        self.program.stop()
        self._thread.join(20)

    def ask(self, path):
        status, kind, body = self.panel.ask("GET", path)
        return json.loads(body) if kind == "application/json" else (status, kind, body)

    def until(self, condition):
        deadline = time.monotonic() + 30
        while not (found := condition()):
            assert time.monotonic() < deadline, "it never happened"
            time.sleep(0.01)
        return found


def status_of(broker):
    """What the display said of itself last; offline before it has said anything."""
    said = broker.retained(topics.STATUS.of(SITE, DEVICE))
    return codec.decode(topics.STATUS, said) if said else m.DeviceStatus(online=False, role="display")
