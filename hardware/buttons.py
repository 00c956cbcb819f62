"""Wired buttons with lamps: keys of a counter, rating buttons, keys beside a kiosk's screen.

Knows which presses are one press: contacts bounce, children hammer, buttons jam. Keeps out what a button
means. A press counts at its first contact, so that a short tap is not eaten (a filter that waits for a quiet
contact was measured to lose 30 ms taps); what follows within the lock-out is the same press.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from hardware.broken import DeviceBroken
from hardware.url_options import parted

STABLE_S: Final = 0.025  # contacts of cheap buttons bounce for up to 20 ms
LOCKOUT_S: Final = 0.3  # nobody means two presses of one button within this
STUCK_S: Final = 30.0  # held so long: jammed, or something leans on it
FREED_S: Final = 1.0  # a button that was stuck counts again after it was let go for so long

_ID = re.compile(r"[a-z0-9-]{1,40}")  # "service-" and the longest id of a service


@dataclass(frozen=True)
class Press:
    """Button `button` was pressed at `at`, monotonic seconds."""

    button: str
    at: float


Put: TypeAlias = Callable[[Press | DeviceBroken], object]


class Debounce:
    """One button's contact: level changes in, presses out. Pure; `at` is monotonic seconds and never falls.

    A press is a closing contact that was open for `stable_s` before, and not within `lockout_s` of the last.
    A button that was stuck gives no press before it was open for 1 s: what jams also trembles.
    """

    def __init__(self, stable_s: float = STABLE_S, lockout_s: float = LOCKOUT_S, button: str = "") -> None:
        self._stable_s, self._lockout_s, self._button = stable_s, lockout_s, button
        self._closed_since: float | None = None
        self._open_since = float("-inf")
        self._pressed_at = float("-inf")
        self._was_stuck = False

    @property
    def closed(self) -> bool:
        """The level that the last edge left."""
        return self._closed_since is not None

    def edge(self, level: bool, at: float) -> Press | None:
        """The contact is closed (`level` true) or open from `at` on. The press this begins, if it does."""
        if not level:
            if self._closed_since is not None:
                self._was_stuck = self._was_stuck or self.stuck(at)
                self._closed_since, self._open_since = None, at
            return None
        if self._closed_since is not None:
            return None
        self._closed_since = at
        self._was_stuck = self._was_stuck and at - self._open_since < FREED_S
        early = at - self._open_since < self._stable_s or at - self._pressed_at < self._lockout_s
        if self._was_stuck or early:
            return None
        self._pressed_at = at
        return Press(self._button, at)

    def stuck(self, at: float) -> bool:
        """Whether the contact has been closed for longer than 30 s."""
        return self._closed_since is not None and at - self._closed_since > STUCK_S


class Buttons(Protocol):
    """A row of buttons by id. Presses go to the `put` that `open_buttons` was given, from any thread."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The buttons there are, from left to right."""

    @property
    def lamps(self) -> Mapping[str, bool]:
        """Which lamps are lit."""

    def light(self, lit: frozenset[str]) -> None:
        """Light exactly the lamps of these buttons; ids that are not wired are nobody's concern."""

    def stuck(self) -> tuple[str, ...]:
        """The buttons that have been held for more than 30 s."""

    def close(self) -> None:
        """Let the wires go. Bounded."""


class NoSuchButton(ValueError):
    """A press of a button that is not wired."""


class UnknownButtons(ValueError):
    """A buttons URL that names no driver of ours, bad ids, or pins that this machine does not have."""


class SimulatedButtons:
    """Buttons without wires, pressed by `press` from a panel or a test; the same debouncing as real ones."""

    def __init__(
        self,
        ids: tuple[str, ...],
        put: Put,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._put, self._monotonic = put, monotonic
        self._lock = threading.Lock()
        self._contacts = {id: Debounce(button=id) for id in ids}
        self._lit: frozenset[str] = frozenset()

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._contacts)

    @property
    def lamps(self) -> Mapping[str, bool]:
        return {id: id in self._lit for id in self._contacts}

    def light(self, lit: frozenset[str]) -> None:
        self._lit = lit

    def stuck(self) -> tuple[str, ...]:
        with self._lock:
            now = self._monotonic()
            return tuple(id for id, contact in self._contacts.items() if contact.stuck(now))

    def press(self, button: str) -> None:
        """A finger taps the button. Raises NoSuchButton."""
        self.hold(button)
        self.release(button)

    def hold(self, button: str) -> None:
        """A finger comes and stays. Raises NoSuchButton."""
        self._edge(button, True)

    def release(self, button: str) -> None:
        """It goes. Raises NoSuchButton."""
        self._edge(button, False)

    def close(self) -> None:
        """Nothing is wired."""

    def _edge(self, button: str, level: bool) -> None:
        with self._lock:
            contact = self._contacts.get(button)
            if contact is None:
                raise NoSuchButton(
                    f"no button '{button}' here: there are {', '.join(self._contacts) or 'none'}"
                )
            press = contact.edge(level, self._monotonic())
        if press is not None:
            self._put(press)


def open_buttons(url: str, put: Put) -> Buttons:
    """The buttons that `url` names. `put` gets each `Press`, and DeviceBroken should a thread die of a bug.

    `gpio:help=5,back=6/13`: wired to the header of a Raspberry Pi (`hardware.buttons_gpio`);
    `sim:next,recall`: simulated buttons with these ids; `none:` a device without buttons. Raises
    UnknownButtons, one sentence, for anything else.
    """
    try:
        driver, rest = parted(url, DRIVERS, EXAMPLES)
        return DRIVERS[driver](rest, put)
    except UnknownButtons:
        raise  # of the pins, whatever the URL
    except ValueError as error:
        raise UnknownButtons(f"buttons {url!r}: {error}") from None


def checked_ids(names: tuple[str, ...]) -> tuple[str, ...]:
    """The ids as they are. Raises ValueError, with the nearest good one, for what is no id."""
    for name in names:
        if not _ID.fullmatch(name):
            near = re.sub("[^a-z0-9-]", "", name.lower().replace("_", "-").replace(" ", "-"))[:40]
            hint = f" (did you mean '{near}'?)" if near else ""
            raise ValueError(f"'{name}' is not an id of a-z, 0-9 and -{hint}")
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"a button is named twice, '{twice[0]}'")
    return names


def _open_sim(ids: str, put: Put) -> Buttons:
    return SimulatedButtons(checked_ids(tuple(name.strip() for name in ids.split(","))), put)


def _open_none(rest: str, put: Put) -> Buttons:
    if rest:
        raise ValueError("none takes no ids")
    return SimulatedButtons((), put)


def _open_gpio(rest: str, put: Put) -> Buttons:
    from hardware.buttons_gpio import open_gpio  # a device without wired buttons never loads gpiozero

    return open_gpio(rest, put)


DRIVERS: dict[str, Callable[[str, Put], Buttons]] = {
    "gpio": _open_gpio,
    "sim": _open_sim,
    "none": _open_none,
}
EXAMPLES: Final = "gpio:next=5, sim:next,recall and none:"
