"""Buttons and lamps wired to the header of a Raspberry Pi, through gpiozero.

Knows gpiozero's pin API and lgpio's leavings. Keeps out the URL (`hardware.buttons_wiring`) and which presses
are one press (`hardware.buttons.Debounce`, the same as for simulated ones): gpiozero's own `bounce_time` eats
short taps. Edges are taken from the pin with the level they carry, since reading again in a handler was
measured to show the opposite in 60 % of the edges of a bouncing contact. An edge that the kernel lost is
found after a quiet moment by looking.
"""

from __future__ import annotations

import importlib
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from hardware.broken import observed
from hardware.buttons import Debounce, Press, Put, UnknownButtons
from hardware.buttons_wiring import Wire, Wiring, read_wiring

log = logging.getLogger(__name__)

QUIET_S: Final = 0.05  # no edge for so long: the contact has come to rest


class GpioButtons:
    """Buttons on the pins of `factory`, a gpiozero pin factory, which is theirs and is closed with them.

    `monotonic`: seconds, read in the moment an edge is heard. A contact that is closed at the start was not
    pressed now. Raises UnknownButtons when the pins cannot be had.
    """

    def __init__(
        self,
        wiring: Wiring,
        put: Put,
        factory: Any,
        monotonic: Callable[[], float] = time.monotonic,
        quiet_s: float = QUIET_S,
    ) -> None:
        from gpiozero import LED, GPIOZeroError

        self._put, self._monotonic, self._factory, self._quiet_s = put, monotonic, factory, quiet_s
        self._lock = threading.Lock()
        self._moved, self._ended = threading.Event(), threading.Event()
        self._contacts: dict[str, _Contact] = {}
        self._lamps: dict[str, Any] = {}
        self._lit: frozenset[str] = frozenset()
        try:
            for wire in wiring.wires:
                if wire.lamp is not None:
                    self._lamps[wire.id] = LED(
                        wire.lamp, active_high=wiring.lamps_high, initial_value=False, pin_factory=factory
                    )
                self._contacts[wire.id] = _Contact(wire, wiring.pull == "up", factory, self._edge)
        except Exception as error:
            self._let_go()
            if isinstance(error, GPIOZeroError) or _from_lgpio(error):
                raise UnknownButtons(f"the buttons' pins cannot be had: {error}") from error
            raise
        for contact in self._contacts.values():
            contact.watch(self._monotonic())
        self._watcher = threading.Thread(target=self._watch, name="buttons", daemon=True)
        self._watcher.start()

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._contacts)

    @property
    def lamps(self) -> Mapping[str, bool]:
        return {id: id in self._lit and id in self._lamps for id in self._contacts}

    def light(self, lit: frozenset[str]) -> None:
        with self._lock:
            changed, self._lit = lit ^ self._lit, lit
            if not self._ended.is_set():
                for id in changed & self._lamps.keys():
                    self._lamps[id].value = id in lit

    def stuck(self) -> tuple[str, ...]:
        self.look()
        with self._lock:
            now = self._monotonic()
            return tuple(id for id, contact in self._contacts.items() if contact.debounce.stuck(now))

    def look(self) -> None:
        """Read every pin: an edge that was lost counts from now on."""
        presses = []
        with self._lock:
            if self._ended.is_set():
                return
            now = self._monotonic()
            for contact in self._contacts.values():
                level = contact.level
                if level != contact.debounce.closed:
                    log.info("button_edge_lost button=%s", contact.wire.id)
                    presses.append(contact.debounce.edge(level, now))
        self._deliver(presses)

    def close(self) -> None:
        with self._lock:
            if self._ended.is_set():
                return
            self._ended.set()
        self._moved.set()
        self._watcher.join()
        self._let_go()

    def _let_go(self) -> None:
        """Lamps off, and every pin as it was. gpiozero remembers who has a pin until that one is closed."""
        for lamp in self._lamps.values():
            lamp.off()
            lamp.close()
        for contact in self._contacts.values():
            contact.close()
        self._factory.close()

    def _edge(self, contact: _Contact, level: bool) -> None:
        """In gpiozero's thread, which nobody else observes."""
        with observed("buttons", self._put):
            with self._lock:
                if self._ended.is_set():
                    return
                press = contact.debounce.edge(level, self._monotonic())
            self._moved.set()
            self._deliver([press])

    def _deliver(self, presses: list[Press | None]) -> None:
        for press in presses:
            if press is not None:
                self._put(press)

    def _watch(self) -> None:
        """After edges, and then a quiet moment: look. Sleeps while nobody presses anything."""
        with observed("buttons", self._put):
            while True:
                self._moved.wait()
                while self._moved.is_set():
                    self._moved.clear()
                    if self._ended.wait(self._quiet_s):
                        return
                self.look()


class _Contact:
    """One button's pin and its debounced history."""

    def __init__(
        self, wire: Wire, pull_up: bool, factory: Any, edge: Callable[[_Contact, bool], None]
    ) -> None:
        from gpiozero import InputDevice

        self.wire = wire
        self.debounce = Debounce(button=wire.id)
        self._edge, self._pull_up = edge, pull_up
        self._device: Any = InputDevice(wire.pin, pull_up=pull_up, pin_factory=factory)

    @property
    def level(self) -> bool:
        """Whether the contact is closed now."""
        return bool(self._device.is_active)

    def watch(self, now: float) -> None:
        """Take the level as it is, without a press, and hear edges from now on."""
        if self.level:
            self.debounce.edge(True, now)
        self._device.pin.bounce = None
        self._device.pin.edges = "both"
        self._device.pin.when_changed = self._changed  # gpiozero keeps it weakly

    def close(self) -> None:
        # gpiozero leaves the callback with lgpio otherwise, whose thread then dies of the next edge.
        self._device.pin.when_changed = None
        self._device.close()

    def _changed(self, ticks: float, state: bool | int) -> None:
        # `ticks` is the kernel's time of the edge, of a clock that depends on the kernel: not used.
        self._edge(self, bool(state) is not self._pull_up)


def open_gpio(rest: str, put: Put) -> GpioButtons:
    """The driver behind `gpio:`. Raises ValueError for a bad URL, UnknownButtons without such pins."""
    wiring = read_wiring(rest)
    return GpioButtons(wiring, put, _open_pins(wiring.chip))


def _open_pins(chip: int | None) -> Any:
    """The header's pins, through lgpio: the only way that works on every Pi with a current system."""
    from gpiozero import GPIOZeroError

    try:
        load_lgpio()
        from gpiozero.pins.lgpio import LGPIOFactory
    except ImportError as error:
        raise UnknownButtons(f"wired buttons need lgpio, Debian's python3-lgpio: {error}") from error
    which = "the GPIO header" if chip is None else f"gpiochip{chip}"
    try:
        factory = LGPIOFactory(chip=chip)
        try:
            factory.board_info  # noqa: B018  asks which Pi this is, as the first pin would
        except GPIOZeroError:
            factory.close()
            raise
    except Exception as error:
        if isinstance(error, GPIOZeroError) or _from_lgpio(error):
            raise UnknownButtons(
                f"{which} cannot be opened, this machine has none or the program may not use it "
                f"(group gpio): {error}"
            ) from error
        raise
    return factory


def _from_lgpio(error: Exception) -> bool:
    """lgpio's errors derive from Exception and nothing else."""
    return type(error).__module__ == "lgpio"


def load_lgpio() -> None:
    """Import lgpio without its leavings. Call it before other threads work with files.

    It makes a FIFO for its own use when imported, in the folder LG_WD or else the working one, which may be
    read-only, and makes LG_WD the working folder of the whole process. Both ends are open afterwards, so the
    name may go: the FIFO is made in a private folder (of RUNTIME_DIRECTORY, else of the system's temporary
    ones) that is removed at once, and the working folder is put back.
    """
    place = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0] or None
    here = os.open(".", os.O_PATH | os.O_DIRECTORY)
    private = tempfile.mkdtemp(prefix="motcua-gpio-", dir=place)
    before = os.environ.get("LG_WD")
    os.environ["LG_WD"] = private
    try:
        importlib.import_module("lgpio")
    finally:
        os.fchdir(here)
        os.close(here)
        shutil.rmtree(private)
        if before is None:
            del os.environ["LG_WD"]
        else:
            os.environ["LG_WD"] = before
