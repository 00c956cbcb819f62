"""Live streams, and the staff's: a line whenever the hall changed, so that an open page knows to look again.

A stream holds a thread of the web server, so there is a cap on streams from one address and on all
together, and a beat every ten seconds that finds out who has left. A log-in that ended ends its streams.
What everybody may open has a pool of its own: however many boards look, no officer's page is kept out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from flask import Blueprint, Response, current_app, request, session
from flask.typing import ResponseReturnValue

from server.people.rights import Right
from server.web import guard
from server.web.hall import Hall
from server.web.problems import TooMany

PER_ADDRESS = 20
IN_ALL = 100
PUBLIC_PER_ADDRESS = 16  # a hall's televisions behind one router
PUBLIC_IN_ALL = 64
PHONES_PER_ADDRESS = 20  # who comes later asks now and then instead
PHONES_IN_ALL = 200
BEAT_S = 10.0
SLICE_S = 1.0  # how soon a stream notices that the server stops, or that a device changed
CALM_S = 0.2  # at most five lines a second, however busy the hall

live = Blueprint("live", __name__)


class Streams:
    """How many streams are open. `stopping` ends them all, also those of other pools that share it."""

    def __init__(
        self,
        per_address: int = PER_ADDRESS,
        in_all: int = IN_ALL,
        stopping: threading.Event | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, int] = {}
        self._per_address, self._in_all = per_address, in_all
        self.stopping = stopping or threading.Event()

    def enter(self, address: str) -> Callable[[], None] | None:
        """What to call once at the end of the stream, or None when there are too many."""
        with self._lock:
            here = self._open.get(address, 0)
            if here >= self._per_address or sum(self._open.values()) >= self._in_all:
                return None
            self._open[address] = here + 1
        left = threading.Lock()  # taken by the first who leaves, never given back

        def leave() -> None:
            if left.acquire(blocking=False):
                with self._lock:
                    self._open[address] -= 1
                    if not self._open[address]:
                        del self._open[address]

        return leave


@live.get("/events")
@guard.needs(Right.LOOK)
def events() -> ResponseReturnValue:
    """`data: {"epoch", "rev", "devices"}` for every change, or for the newest of those that came at once."""
    streams: Streams = current_app.extensions["streams"]
    return stream(streams, lambda: follow(guard.hall(), str(session["key"]), streams.stopping))


def stream(streams: Streams, lines: Callable[[], Iterable[str]]) -> Response:
    """The answer that sends `lines` as they come. Raises 403 for another site's page, 429 when it is full."""
    guard.check_same_site()
    leave = streams.enter(request.remote_addr or "")
    if leave is None:
        raise TooMany(BEAT_S)
    answer = Response(lines(), content_type="text/event-stream; charset=utf-8")
    answer.headers["X-Accel-Buffering"] = "no"
    answer.call_on_close(leave)
    return answer


def follow(hall: Hall, key: str, stopping: threading.Event) -> Iterator[str]:
    """The lines of one stream, until the server stops or the log-in ends."""
    yield "retry: 2000\n\n"
    seen, spoke, checked = (-1, -1, -1), hall.tick(), hall.tick()
    while not stopping.is_set():
        view = hall.writer.wait(seen[1], SLICE_S) if seen[0] >= 0 else hall.writer.view
        now = hall.tick()
        if now - checked >= BEAT_S / 2:
            checked = now
            if hall.accounts.who(key, hall.wall()) is None:
                return
        changed = (view.epoch, view.rev, hall.devices.changes)
        if changed != seen:
            seen, spoke = changed, now
            yield 'data: {{"epoch": {}, "rev": {}, "devices": {}}}\n\n'.format(*changed)
            stopping.wait(CALM_S)
        elif now - spoke >= BEAT_S:
            spoke = now
            yield ": beat\n\n"
