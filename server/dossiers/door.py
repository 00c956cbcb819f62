"""The door for sources that send by MQTT: one message after another, beside the hall's own door.

The hall's door has calls to carry and waits for no database of dossiers. What it hears of a source it puts
down here; where too much waits already, the source is told to send it again.
"""

from __future__ import annotations

import logging
import queue
import re
import threading
from collections.abc import Callable
from typing import Final

from broker.codec import Malformed
from broker.sent import WHOLE, SentDossiers, SentFault, SentReceipt
from hardware.clock import Clock
from server.dossiers.desk import Desk
from server.sqlite import Busy

log = logging.getLogger("dossiers")

_OF_ONE: Final = re.compile(r"/dossiers/(?P<index>[0-9]+)(?P<rest>/.*|)")
MOST_WAITING: Final = 20  # messages of all sources together, of at most 256 KiB each


class SourceDoor:
    """Takes what sources send. `start`, then `stop`."""

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        answer: Callable[[str, SentReceipt], None],
        told: Callable[[str, int], None] = lambda source, changed: None,
    ) -> None:
        """answer: tells a source its receipt. told: hears which source changed how many dossiers."""
        self._desk, self._clock, self._answer, self._told = desk, clock, answer, told
        self._waiting: queue.Queue[tuple[str, SentDossiers] | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="sources", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What waits is not taken: its source has no receipt and sends it again."""
        while True:
            try:
                self._waiting.put_nowait(None)
                break
            except queue.Full:
                self._waiting.get()
        self._thread.join()

    def take(self, source: str, message: SentDossiers) -> None:
        """Never waits."""
        try:
            self._waiting.put_nowait((source, message))
        except queue.Full:
            log.warning("busy source=%s message=%s", source, message.id)
            self._answer(source, SentReceipt(id=message.id, taken=False, reason="busy"))

    def malformed(self, source: str, error: Malformed) -> None:
        """Where it says who it is, it is told what is wrong with it, and where."""
        if error.id is None:
            return
        pointer, code = error.mistake
        found = _OF_ONE.match(pointer)
        index, pointer = (int(found["index"]), found["rest"]) if found else (WHOLE, pointer)
        fault = SentFault(index, pointer, "no-applicants" if pointer == "/applicant" else code)
        receipt = SentReceipt(
            id=error.id, taken=False, reason="bad-request", refused=(fault,), refused_count=1
        )
        self._answer(source, receipt)

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            source, message = item
            try:
                receipt, now = self._desk.bring_once(message, source, self._clock.now())
                if now and receipt.new + receipt.changed:
                    self._told(source, receipt.new + receipt.changed)
            except Busy:
                receipt = SentReceipt(id=message.id, taken=False, reason="busy")
            except Exception:
                log.exception("not taken source=%s message=%s", source, message.id)
                receipt = SentReceipt(id=message.id, taken=False, reason="mistake")
            log.info("taken source=%s message=%s taken=%s", source, message.id, receipt.taken)
            self._answer(source, receipt)
