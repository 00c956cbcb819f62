"""A kiosk's look-up over the broker: the bare answer in the open, all else sealed for who asked.

Whatever the second factor was worth, the answer to one is a box of the same length: a listener on the broker
learns no more than the code alone tells.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil

from msgspec.structs import replace

from broker import messages as m, whisper
from broker.seal import Forged, Sealer
from server.dossiers.lookups import Found, Lookups


class LookupDoor:
    """Of one centre."""

    def __init__(self, lookups: Lookups, sealer: Sealer, tick: Callable[[], float] = time.monotonic) -> None:
        """tick: monotonic seconds, the same that the web counts tries by."""
        self._lookups, self._sealer, self._tick = lookups, sealer, tick

    def reply(self, device: str, request: m.LookupRequest) -> m.AnyReply:
        """What is told to a kiosk."""
        try:
            question = self._question(request)
        except Forged:
            return m.RefusedReply(id=request.id, code="bad-request")
        factor = question.factor if question is not None else ""
        found = self._lookups.find(request.code, factor, f"device:{device}", self._tick())
        if found.asked_too_often:
            return m.LookupReply(id=request.id, wait_s=ceil(found.asked_too_often))
        bare = m.LookupReply(id=request.id, status=found.status, due=found.due, collect=found.collect)
        if question is None:
            return bare
        try:
            return replace(bare, box=whisper.answered(question, _answer(found)))
        except Forged:
            return m.RefusedReply(id=request.id, code="bad-request")

    def _question(self, request: m.LookupRequest) -> whisper.Question | None:
        return None if request.box is None else whisper.question(self._sealer, request.box, request.code)


def _answer(found: Found) -> whisper.Answer:
    """The newest lines of a history are enough for a screen."""
    rest = found.rest
    if rest is not None:
        rest = replace(rest, history=rest.history[-whisper.MOST_PAST :])
    return whisper.Answer(rest, ceil(found.wait_s))
