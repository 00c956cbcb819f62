"""Live streams, and the staff's: a line whenever the hall changed, so that an open page knows to look again.

A stream is an iterator that never waits: "" says that there is nothing for now. The web server feeds all of
them (`feeds`); under a server that cannot, each one waits in its own thread. There is a cap on streams from
one address, or of one account, and on all of a pool, and a beat every ten seconds that finds out who has
left. A log-in that ended ends its streams. Everybody has pools of their own: however many boards, phones
and programs listen, no officer's page is kept out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from flask import Blueprint, Response, current_app, request, session
from flask.typing import ResponseReturnValue

from server.pace import near
from server.people.rights import Right
from server.web import guard
from server.web.centres import Installation
from server.web.feeds import SLICE_S, Feed
from server.web.hall import Hall
from server.web.problems import TooMany

# 500 in all. The staff's are counted by account: a centre's counters may be one address to the server.
PER_ACCOUNT = 20
IN_ALL = 200
PUBLIC_PER_ADDRESS = 16  # a hall's televisions behind one router
PUBLIC_IN_ALL = 64
PHONES_PER_ADDRESS = 20  # who comes later asks now and then instead
PHONES_IN_ALL = 204
BEAT_S = 10.0
CALM_S = 0.2  # at most five lines a second, however busy the hall
HAND_OVER = "motcua.hand_over"  # in the environment: takes a hall, a pool and a feed off the request's hands

live = Blueprint("live", __name__)


class Streams:
    """How many streams are open. `stopping` ends them all, also those of other pools that share it."""

    def __init__(
        self,
        per_address: int = PER_ACCOUNT,
        in_all: int = IN_ALL,
        stopping: threading.Event | None = None,
        calm_s: float = CALM_S,
    ) -> None:
        """calm_s: the shortest time between two lines of one stream."""
        self._lock = threading.Lock()
        self._open: dict[str, int] = {}
        self._per_address, self._in_all = per_address, in_all
        self.stopping = stopping or threading.Event()
        self.calm_s = calm_s

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
    hall, key, who = guard.hall(), str(session["key"]), guard.account()
    name = f"account {who.name}" if who else None
    return stream(streams, lambda: follow(hall, key, streams.stopping), name)


def stream(streams: Streams, lines: Callable[[], Iterator[str]], who: str | None = None) -> Response:
    """The answer that sends `lines` as they come. who: for whom it counts, instead of the address.

    Raises 403 for another site's page, 429 when there are too many.
    """
    guard.check_same_site()
    leave = streams.enter(who or near(request.remote_addr or ""))
    if leave is None:
        raise TooMany(BEAT_S)
    hall, hand_over = guard.hall(), request.environ.get(HAND_OVER)
    told = until_retired(lines(), hall, current_app.extensions["installation"])
    said: Iterator[str] = iter(())
    if request.method == "HEAD":
        leave()
    elif hand_over is not None:
        hand_over(hall, streams, Feed(told, leave, streams.calm_s))
    else:
        said = patiently(told, hall, streams)
    answer = Response(said, content_type="text/event-stream; charset=utf-8")
    answer.headers["X-Accel-Buffering"] = "no"
    if hand_over is None:
        answer.call_on_close(leave)
    return answer


def until_retired(lines: Iterator[str], hall: Hall, installation: Installation) -> Iterator[str]:
    """The same lines while the centre is there: a page that goes on hearing beats believes what it shows."""
    site = hall.config.site.id
    while (here := installation.halls.get(site)) is not None and here.writer is hall.writer:
        line = next(lines, None)
        if line is None:
            return
        yield line


def patiently(lines: Iterator[str], hall: Hall, streams: Streams) -> Iterator[str]:
    """The same lines for a server that gives each stream a thread: nothing is said while there is nothing."""
    while True:
        rev = hall.writer.view.rev
        line = next(lines, None)
        if line is None:
            return
        if line:
            yield line
        elif hall.writer.wait(rev, SLICE_S).rev != rev:
            streams.stopping.wait(streams.calm_s)


def follow(hall: Hall, key: str, stopping: threading.Event) -> Iterator[str]:
    """The lines of one stream, until the server stops or the log-in ends."""
    yield "retry: 2000\n\n"
    seen, spoke, checked = (-1, -1, -1), hall.tick(), hall.tick()
    while not stopping.is_set():
        view, now = hall.writer.view, hall.tick()
        if now - checked >= BEAT_S / 2:
            checked = now
            if hall.accounts.who(key, hall.wall()) is None:
                return
        changed = (view.epoch, view.rev, hall.devices.changes)
        if changed != seen:
            seen, spoke = changed, now
            yield 'data: {{"epoch": {}, "rev": {}, "devices": {}}}\n\n'.format(*changed)
        elif now - spoke >= BEAT_S:
            spoke = now
            yield ": beat\n\n"
        else:
            yield ""
