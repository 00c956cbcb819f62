"""Carrying out what `Asking` wants recorded: facts for the outbox, and who had their say beside them.

Knows how an answer becomes a fact, and that all records of one input are one commit, so that a power cut
neither loses an answer nor makes two. For the terminal, and for a kiosk that stands at a counter.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from broker import messages as m
from broker.outbox import UNNUMBERED
from kiosk.counter.answered import Answered
from kiosk.counter.vocabulary import Drop, Keep, Rate, Record, Settle

log = logging.getLogger(__name__)


class Facts(Protocol):
    """`DeviceLink.facts`: records facts, and what `beside` keeps on the same disk, in one commit."""

    def __call__(self, *drafts: m.RatingFact, beside: Callable[[], object] | None = None) -> object: ...


class Records:
    """device: whose facts they are. answered: on the disk of the outbox that `facts` writes to."""

    def __init__(self, device: str, answered: Answered, facts: Facts) -> None:
        self._device, self._answered, self._facts = device, answered, facts

    def carry_out(self, records: Sequence[Record]) -> None:
        """Durable when this returns. Raises sqlite3.Error when the disk refuses."""
        rates = [record for record in records if isinstance(record, Rate)]
        if rates:
            facts = [rating_fact(self._device, rate) for rate in rates]
            self._facts(*facts, beside=lambda: self._remember(records))
            log.info("rating number=%s", ",".join(rate.number for rate in rates))  # not what was answered
        elif records:
            with self._answered.disk.transaction():
                self._remember(records)

    def _remember(self, records: Sequence[Record]) -> None:
        for record in records:
            match record:
                case Settle(day, number):
                    self._answered.add(day, number)
                case Keep(rate):
                    self._answered.keep(rate)
                case Drop():
                    self._answered.drop()


def rating_fact(device: str, rate: Rate) -> m.RatingFact:
    """Its id follows from whom it is about: recorded again, it is the same answer."""
    name = f"{device}/{rate.day}/{rate.number}".encode()
    return m.RatingFact(
        id="rating-" + hashlib.sha256(name).hexdigest()[:32],
        seq=UNNUMBERED,
        at=rate.at,
        number=rate.number,
        level=rate.level,
        levels=rate.levels,
        reason=rate.reason,
        answers=dict(rate.answers),
        trusted=rate.trusted,
    )
