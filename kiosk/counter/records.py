"""Carrying out what `Asking` wants recorded: facts for the outbox, and the file of who had their say.

Knows how an answer becomes a fact, and in which order things are written, so that a power cut between two of
them neither loses an answer nor makes two. For the terminal, and for a kiosk that stands at a counter.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable

from broker import messages as m
from broker.outbox import UNNUMBERED
from kiosk.counter.answered import Answered
from kiosk.counter.vocabulary import Drop, Keep, Rate, Record, Settle

log = logging.getLogger(__name__)


class Records:
    """device: whose facts they are. fact: records one durably before it returns (`DeviceLink.fact`)."""

    def __init__(self, device: str, answered: Answered, fact: Callable[[m.RatingFact], object]) -> None:
        self._device, self._answered, self._fact = device, answered, fact

    def carry_out(self, record: Record) -> None:
        """Durable when this returns. Raises OSError or sqlite3.Error when the disk refuses."""
        match record:
            case Rate():
                self._fact(rating_fact(self._device, record))
                log.info("rating number=%s", record.number)  # what was answered is nobody's to read here
            case Settle(day, number):
                self._answered.add(day, number)
            case Keep(rate):
                self._answered.keep(rate)
            case Drop():
                self._answered.drop()


def rating_fact(device: str, rate: Rate) -> m.RatingFact:
    """Its id follows from whom it is about: recorded again after a power cut, it is the same answer."""
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
