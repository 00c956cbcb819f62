"""What the pages of devices say, as facts: how each stands, what is wrong, what to do, its figures in words.

Knows a device's status, its keys and orders; keeps out requests and markup. A state is a shape and a word: no
colour speaks alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from broker.messages import DeviceStatus, Words
from broker.users import Known
from server.devices import CLOCK_MARKED_S, MINOR, tickets_left, wrongs
from server.orders import ABILITIES, Order
from server.site_file import Device
from server.web.hall import Hall
from server.web.words import TEXTS, named

Shape = Literal["okay", "soon", "late", "closed"]

# Shape of how an order stands.
ORDER_SHAPES: Final = {
    "sent": "half",
    "heard": "half",
    "done": "okay",
    "refused": "soon",
    "no-answer": "late",
}
SHUT: Final = "shut"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """One device. words: what is wrong, the most urgent first. heard_at: when it was last heard, by this
    machine's clock. offset_s: the server's clock minus its own."""

    name: str
    id: str
    role: str
    status: DeviceStatus | None
    shape: Shape
    words: tuple[str, ...]
    tickets_left: int | None
    offset_s: float | None
    offset_marked: bool
    heard_at: datetime | None
    known: Known | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure of a device: its name's key, and its value: a text, or a text's key with what fills it in."""

    key: str
    text: str = ""
    said: str = ""
    params: tuple[tuple[str, object], ...] = ()
    marked: bool = False


def lines(hall: Hall, lang: str) -> list[Line]:
    """Every device of the hall's file in its order; those that need a person first. Then strangers."""
    statuses, known = hall.devices.snapshot(), knower(hall)
    found = [
        line_of(hall, id, device, statuses.get(id), known(id), lang)
        for id, device in hall.config.devices.items()
        if not device.temporary
    ]
    order = ("late", "soon", "closed", "okay")
    return sorted(found, key=lambda line: order.index(line.shape))


def strangers(hall: Hall) -> list[tuple[str, DeviceStatus]]:
    """Devices that speak and are not in the hall's file."""
    known = hall.config.devices
    return [(id, s) for id, s in hall.devices.snapshot().items() if id not in known and s.online]


def knower(hall: Hall) -> Callable[[str], Known | None]:
    """How each device stands at the broker, as far as that is known here."""
    return hall.keys.known() if hall.keys is not None else lambda id: None


def line_of(
    hall: Hall, id: str, device: Device, status: DeviceStatus | None, known: Known | None, lang: str
) -> Line:
    words = () if status is None else wrongs(status)
    shape: Shape = "okay"
    if known is not None and known.standing == "shut":
        shape, words = "closed", (SHUT,)
    elif status is None:
        shape, words = "closed", (UNKNOWN,)
    elif words:
        shape = "soon" if MINOR.issuperset(words) else "late"
    offset_s = None if status is None else status.clock_offset_s
    heard = hall.devices.heard_at(id)
    return Line(
        name=named(hall.config, id, lang),
        id=id,
        role=device.role,
        status=status,
        shape=shape,
        words=words,
        tickets_left=None if status is None else tickets_left(status),
        offset_s=offset_s,
        offset_marked=offset_s is not None and abs(offset_s) > CLOCK_MARKED_S,
        heard_at=None if heard is None else datetime.fromtimestamp(heard, UTC),
        known=known,
    )


def abilities(line: Line) -> tuple[str, ...]:
    """What this device can be asked for."""
    return tuple(do for do in ABILITIES.get(line.role, ()))


def name_of(hall: Hall, id: str) -> Words:
    return Words(named(hall.config, id, "vi"), named(hall.config, id, "en"))


def facts(line: Line, at: Callable[[datetime], str], decimal: str) -> list[Fact]:
    """Everything that a device says of itself, in the order of the page; what it does not know is left out.

    at: how an instant is written; decimal: the sign between a figure's whole and its parts.
    """
    status = line.status
    if status is None:
        return []

    def figure(value: float, places: int = 1) -> str:
        return f"{value:.{places}f}".replace(".", decimal)

    found: list[Fact | None] = [
        _said("version", status.version),
        None if status.printer is None else Fact("printer", said=f"device.printer-{status.printer}"),
        _counted("left", "devices.about_n", line.tickets_left),
        None if status.paper_m is None else Fact("roll", f"{figure(status.paper_m)} m"),
        None if status.metres is None else Fact("printed", f"{figure(status.metres, 0)} m"),
        _counted("cuts", "devices.cuts", status.cuts),
        None if status.scanner is None else Fact("scanner", said=f"device.scanner-{status.scanner}"),
        None if status.voice is None else Fact("voice", said=f"spoken.{status.voice}"),
        Fact("unsent", str(status.outbox)),
        None
        if line.offset_s is None
        else Fact(
            "offset",
            f"{round(line.offset_s, 1) + 0.0:+.1f} s".replace(".", decimal),
            marked=line.offset_marked,
        ),
        Fact("clock", said=f"device.clock-{'kept' if status.clock_synchronised else 'own'}"),
        _span("uptime", status.uptime_s),
        None if status.started_at is None else Fact("started", at(status.started_at)),
        None if status.temperature_c is None else Fact("temperature", f"{status.temperature_c:.0f} °C"),
        *(Fact("throttled", said=f"device.throttled-{flag}", marked=True) for flag in status.throttled),
        _megabytes("disk", status.disk_free_mb),
        _megabytes("memory", status.memory_free_mb),
        _megabytes("program", status.memory_mb),
        None if status.error is None else Fact("error", status.error, marked=True),
        None
        if status.last_error is None
        else Fact(
            "last_error",
            f"{at(status.last_error_at)} · {status.last_error}"
            if status.last_error_at
            else status.last_error,
        ),
    ]
    return [fact for fact in found if fact is not None]


def _said(key: str, text: str) -> Fact | None:
    return Fact(key, text) if text else None


def _counted(key: str, said: str, n: int | None) -> Fact | None:
    return None if n is None else Fact(key, said=said, params=(("n", n),))


def _megabytes(key: str, n: int | None) -> Fact | None:
    return None if n is None else Fact(key, f"{n} MB" if n < 10_000 else f"{n // 1000} GB")


def _span(key: str, seconds: int | None) -> Fact | None:
    if seconds is None:
        return None
    days, rest = divmod(seconds, 86_400)
    hours, minutes = divmod(rest // 60, 60)
    said = "device.days" if days else "device.hours"
    return Fact(key, said=said, params=(("days", days), ("hours", hours), ("minutes", minutes)))


def order_shape(order: Order) -> str:
    return ORDER_SHAPES[order.word]


def why(code: str, lang: str) -> str:
    """Why a device refused, in words; a newer device has newer reasons."""
    key = f"order.{code}"
    return TEXTS(key, lang) if key in TEXTS else TEXTS("order.other", lang, code=code)
