"""The streams of a web server, all fed by one thread for each hall and pool, however many browsers listen.

A stream is an iterator of texts that never waits: "" says that there is nothing for now. A feed joins it to
the socket on which somebody listens; who feeds waits for the hall, asks each iterator what there is to say,
and sends what the socket takes at once. Who does not read is told nothing more, and let go after half a
minute. Keeps out what is said (`live`, `board`, `phone`) and how a request becomes a stream (`wires`).
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator

from server.web.hall import Hall

log = logging.getLogger(__name__)

SLICE_S = 1.0  # how soon a stream notices that the server stops, that a device changed, that somebody left
ROUND_S = 0.02  # between two rounds, however busy the hall
BEHIND = 64 * 1024  # bytes that wait for a reader; until he has read them he is told nothing more
DEAF_S = 30.0  # a socket that takes nothing for so long is closed
AT_ONCE = 64  # texts of one stream in one round: a program that catches up keeps nobody waiting


class Wire:
    """A socket that somebody reads. Sending never waits."""

    def __init__(self, sock: socket.socket, chunked: bool, begun: bytes = b"") -> None:
        """chunked: as HTTP/1.1 writes bodies without a length. begun: what was not sent yet of the head."""
        self.sock, self._chunked = sock, chunked
        self._waiting = bytearray(begun)
        self._took = time.monotonic()
        sock.setblocking(False)

    @property
    def behind(self) -> int:
        return len(self._waiting)

    @property
    def deaf(self) -> bool:
        return bool(self._waiting) and time.monotonic() - self._took > DEAF_S

    def say(self, text: str) -> None:
        """Raises OSError when nobody is there any more."""
        if not self._waiting:
            self._took = time.monotonic()
        data = text.encode()
        self._waiting += b"%X\r\n%b\r\n" % (len(data), data) if self._chunked else data
        self.flush()

    def flush(self) -> None:
        if not self._waiting:
            return
        try:
            sent = self.sock.send(self._waiting)
        except (BlockingIOError, InterruptedError):
            return
        if sent:
            self._took = time.monotonic()
            del self._waiting[:sent]

    def end(self) -> None:
        """Say that this was all, as far as the socket takes it."""
        try:
            if self._chunked:
                self._waiting += b"0\r\n\r\n"
            self.flush()
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # who has left hears no end


class Feed:
    """One stream and who reads it. calm_s: the shortest time between two rounds for him."""

    def __init__(self, texts: Iterator[str], leave: Callable[[], None], calm_s: float) -> None:
        self._texts, self._leave, self.calm_s = texts, leave, calm_s
        self._lock = threading.Lock()
        self.wire: Wire | None = None
        self.over = False
        self.rev = -1  # of the hall, when he was last thought of
        self.asked_at = self.told_at = float("-inf")

    def step(self, rev: int) -> None:
        """Say what there is to say. rev: of the hall, read before."""
        with self._lock:
            if self.over or self.wire is None:
                return
            self.rev, self.asked_at = rev, time.monotonic()
            try:
                self.wire.flush()
                if self.wire.deaf:
                    self._end()
                elif self.wire.behind <= BEHIND:
                    self._say(self.wire)
            except OSError:
                self._end()
            except Exception:
                log.exception("stream_failed")
                self._end()

    def end(self) -> None:
        with self._lock:
            self._end()

    def _say(self, wire: Wire) -> None:
        said = []
        for text in self._texts:
            if not text:
                break
            said.append(text)
            if len(said) == AT_ONCE:
                self.rev = -1  # there may be more: the next round asks again
                break
        else:
            wire.say("".join(said))
            self._end()
            return
        if said:
            self.told_at = self.asked_at
            wire.say("".join(said))

    def _end(self) -> None:
        if not self.over:
            self.over = True
            if self.wire is not None:
                self.wire.end()
            self._leave()


class Feeds:
    """All feeds of one web server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[tuple[int, int], list[Feed]] = {}

    def add(self, hall: Hall, pool: object, feed: Feed, wire: Wire) -> None:
        """Feed it from now on. Whoever calls says the first texts, so that nobody waits for a round."""
        feed.wire = wire
        key = (id(hall), id(pool))
        with self._lock:
            feeds = self._of.get(key)
            if feeds is None:
                self._of[key] = [feed]
                thread = threading.Thread(target=self._run, args=(key, hall), name="feeds", daemon=True)
                thread.start()
            else:
                feeds.append(feed)
        feed.step(hall.writer.view.rev)

    def stop(self) -> None:
        """End all streams now, what is being said first. Their threads notice within a slice, and close the
        sockets."""
        with self._lock:
            feeds = [feed for some in self._of.values() for feed in some]
        for feed in feeds:
            feed.end()

    def _run(self, key: tuple[int, int], hall: Hall) -> None:
        rev, wait_s = hall.writer.view.rev, SLICE_S
        with selectors.DefaultSelector() as left:
            while feeds := self._living(key, left):
                rev = hall.writer.wait(rev, wait_s).rev
                for gone, _ in left.select(0):  # listeners have nothing to say: whatever comes, they leave
                    gone.data.end()
                wait_s = _round(feeds, rev)
                time.sleep(ROUND_S)

    def _living(self, key: tuple[int, int], left: selectors.BaseSelector) -> list[Feed]:
        """Those who still listen, watched; nobody any more ends the thread.

        Only here sockets are closed, so that no number of one belongs to two while it is watched.
        """
        with self._lock:
            feeds = self._of[key]
            known = left.get_map()
            for feed in feeds:
                assert feed.wire is not None
                sock = feed.wire.sock
                if feed.over and sock in known:
                    left.unregister(sock)
                elif not feed.over and sock not in known:
                    left.register(sock, selectors.EVENT_READ, feed)
                if feed.over:
                    sock.close()
            living = [feed for feed in feeds if feed.wire is not None and feed.wire.sock.fileno() >= 0]
            if living:
                self._of[key] = living
            else:
                del self._of[key]
            return list(living)


def _round(feeds: list[Feed], rev: int) -> float:
    """Ask everybody whose turn it is; how long nobody else's is, in s."""
    now, wait_s = time.monotonic(), SLICE_S
    for feed in feeds:
        calm_s = feed.calm_s - (now - feed.told_at)
        if feed.rev != rev and calm_s > 0:
            wait_s = min(wait_s, calm_s)
        elif feed.rev != rev or now - feed.asked_at >= SLICE_S:
            feed.step(rev)
            if feed.rev != rev and not feed.over:
                wait_s = 0.0
    return wait_s
