"""Orders to devices, and what came of each: sent, heard, carried out, refused, or no answer.

Knows ids, patience and the pieces in which a screen or a log comes; keeps out who may order what, and how
words travel. Nothing is kept for a device that is away, and nothing over a restart: an order is a wish of
this moment, and that somebody had it stands in the audit. What a device hands over is taken only for an order
that waits for it, within bounds; a picture is drawn anew before anybody sees it.
"""

from __future__ import annotations

import io
import logging
import secrets
import threading
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from broker import messages as m
from hardware.log import covered

log = logging.getLogger("orders")

ANSWER_S: Final = 20.0  # a printer may take fifteen for a page
KEPT: Final = 12  # orders remembered of each device
MOST_BYTES: Final = m.MOST_PIECES * m.PIECE_BYTES
MOST_PIXELS: Final = 4_000_000  # of a picture; programs send at most 1280 along a side
MOST_LINES: Final = 400

Word = Literal["sent", "heard", "done", "refused", "no-answer"]
OPEN: Final = frozenset({"sent", "heard"})
# What each kind of device can be asked for, in the order of the page. A reprint belongs to the console.
ABILITIES: Final[dict[str, tuple[m.Order, ...]]] = {
    "kiosk": ("identify", "screenshot", "test-print", "logs", "restart"),
    "display": ("identify", "screenshot", "test-sound", "logs", "restart"),
    "counter": ("identify", "screenshot", "logs", "restart"),
}


class CannotOrder(Exception):
    """`code`: `offline`, `cannot`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Order:
    """One order. at: Unix seconds; since: of the machine's stopwatch. code: why it was refused. life: the run
    of the program that it was for. picture: PNG; lines: of a log."""

    id: str
    device: str
    do: m.Order
    by: str
    at: float
    since: float
    word: Word = "sent"
    code: str = ""
    life: str | None = None
    picture: bytes | None = field(default=None, repr=False)
    lines: tuple[str, ...] | None = field(default=None, repr=False)


class Orders:
    """Written by the web and the door, read by pages, from any thread."""

    def __init__(
        self, wall: Callable[[], float] = time.time, tick: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall, self._tick = wall, tick
        self._lock = threading.Lock()
        self._given: dict[str, list[Order]] = {}  # device -> the newest last
        self._pieces: dict[str, list[bytes]] = {}  # order -> what has come
        self._changes = 0

    def give(
        self,
        device: str,
        do: m.Order,
        by: str,
        status: m.DeviceStatus | None,
        name: m.Words,
        say: Callable[[str, m.Control], object],
    ) -> Order:
        """Send an order. Raises CannotOrder where nobody would hear it, or not understand it."""
        if status is None or not status.online:
            raise CannotOrder("offline")
        if do not in ABILITIES.get(status.role, ()):
            raise CannotOrder("cannot")
        order = Order(secrets.token_hex(8), device, do, by, self._wall(), self._tick(), life=status.life)
        open_now = {known.id for known in self.of(device) if known.word in OPEN}
        with self._lock:
            self._given[device] = [*self._given.get(device, []), order][-KEPT:]
            gone = {known.id for known in self._given[device]} - open_now
            self._pieces = {id: parts for id, parts in self._pieces.items() if id not in gone}
            self._changes += 1
        control = m.Control(do=do, id=order.id, life=status.life, name=name if do == "identify" else None)
        say(device, control)
        return order

    def of(self, device: str) -> tuple[Order, ...]:
        """The latest orders to a device, the newest first."""
        with self._lock:
            found = tuple(reversed(self._given.get(device, [])))
        return tuple(self._aged(order) for order in found)

    def find(self, device: str, id: str) -> Order | None:
        return next((order for order in self.of(device) if order.id == id), None)

    @property
    def changes(self) -> int:
        """Grows with every order and every word about one."""
        with self._lock:
            return self._changes

    @property
    def waits(self) -> bool:
        """Whether some order still waits for its word."""
        with self._lock:
            given = [order for orders in self._given.values() for order in orders]
        return any(self._aged(order).word in OPEN for order in given)

    def _aged(self, order: Order) -> Order:
        if order.word in OPEN and self._tick() - order.since > ANSWER_S:
            return replace(order, word="no-answer")
        return order

    # --- what devices say -------------------------------------------------------------------------------

    def outcome(self, device: str, outcome: m.AnyOutcome) -> None:
        """A device's word about an order of its own; any other is nobody's."""
        order = self.find(device, outcome.order)
        if order is None or order.word not in OPEN:
            return
        match outcome:
            case m.Deed(what="heard"):
                self._put(replace(order, word="heard"))
            case m.Deed(what="refused", code=code):
                self._put(replace(order, word="refused", code=code))
            case m.Deed(what="done") if order.do in ("screenshot", "logs"):
                self._handed_over(order)
            case m.Deed(what="done") if order.do != "restart":
                self._put(replace(order, word="done"))
            case m.Piece() if order.do in ("screenshot", "logs"):
                self._piece(order, outcome)

    def living(self, device: str, status: m.DeviceStatus) -> None:
        """A device said how it is: another run of its program is what a restart leads to."""
        if not status.online:
            return
        for order in self.of(device):
            if order.do == "restart" and order.word in OPEN and status.life not in (None, order.life):
                self._put(replace(order, word="done"))

    def _piece(self, order: Order, piece: m.Piece) -> None:
        """In order, each once; anything else spoils the whole."""
        with self._lock:
            before = self._pieces.get(order.id, [])
            if piece.n == len(before) + 1 and sum(map(len, before)) + len(piece.data) <= MOST_BYTES:
                self._pieces[order.id] = [*before, piece.data]
                return
            self._pieces.pop(order.id, None)
        self._put(replace(order, word="refused", code="spoiled"))

    def _handed_over(self, order: Order) -> None:
        with self._lock:
            data = b"".join(self._pieces.pop(order.id, []))
        if order.do == "logs":
            self._put(replace(order, word="done", lines=lines_of(data)))
            return
        # Drawing takes a tenth of a second, and the door has others to listen to.
        threading.Thread(target=self._draw, args=(order, data), name="picture", daemon=True).start()

    def _draw(self, order: Order, data: bytes) -> None:
        try:
            self._put(replace(order, word="done", picture=redrawn(data)))
        except BadPicture as error:
            log.warning("picture refused device=%s reason=%s", order.device, error)
            self._put(replace(order, word="refused", code="bad-picture"))

    def _put(self, order: Order) -> None:
        """Keep how an order stands now; of a device the latest picture alone."""
        with self._lock:
            known = self._given.get(order.device, [])
            if order.picture is not None:
                known = [replace(other, picture=None) for other in known]
            self._given[order.device] = [order if other.id == order.id else other for other in known]
            if order.word not in OPEN:
                self._pieces.pop(order.id, None)
            self._changes += 1


class BadPicture(ValueError):
    """What came is no picture of a screen; one sentence."""


def redrawn(data: bytes) -> bytes:
    """The pixels of a PNG as a PNG of ours: whatever else was in the file, for whoever it was, is gone."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as found:  # reads no pixels yet
            if found.width * found.height > MOST_PIXELS:
                raise BadPicture(f"it has {found.width} x {found.height} pixels")
            picture = found.convert("RGB")
        made = io.BytesIO()
        picture.save(made, "PNG", optimize=True)
        return made.getvalue()
    except BadPicture:
        raise
    except Exception as error:  # of a decoder that somebody feeds with anything
        raise BadPicture(f"it cannot be read: {ascii(str(error))[:80]}") from None


def lines_of(data: bytes) -> tuple[str, ...]:
    """Lines fit to show: no control signs, none without end, and what names somebody covered once more."""
    text = data.decode("utf-8", "replace")
    shown = ("".join(sign if _shown(sign) else "·" for sign in line[:600]) for line in text.splitlines())
    return tuple(covered(line) for line in list(shown)[-MOST_LINES:])


def _shown(sign: str) -> bool:
    return unicodedata.category(sign)[0] != "C"
