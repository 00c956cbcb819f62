"""A device whose thread dies of a bug ends the program, which is started again: no kiosk lives on deaf."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory

from broker.device import BrokerSettings
from broker.memory import MemoryBroker
from hardware import buttons, printer, scanner
from hardware.buttons_gpio import GpioButtons
from hardware.buttons_wiring import read_wiring
from hardware.escpos_printer import EscposPrinter
from hardware.print_head import STANDARD
from hardware.scanner_wired import WiredScanner
from kiosk.counter.program import CounterProgram, Settings as CounterSettings
from kiosk.program import KioskProgram, Settings
from tests.brokers import SITE
from tests.hardware.test_broken import BrokenPin, BrokenScan, BrokenWire, Bug

PATIENCE_S = 30  # a machine may be as slow as it likes
TROUBLE = "broken:"


def ends_with(run: Callable[[], int], spoil: Callable[[], object] = lambda: None) -> BaseException | None:
    """What a program ends with that is spoiled when it runs; None where it ends well."""
    found: list[BaseException | None] = []

    def to_the_end() -> None:
        try:
            run()
            found.append(None)
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=to_the_end)
    thread.start()
    spoil()
    thread.join(PATIENCE_S)
    assert found, "it lives on"
    return found[0]


def kiosk(folder: Path, **changes: Any) -> KioskProgram:
    broker = BrokerSettings(site=SITE, device="kiosk-1")
    return KioskProgram(
        Settings(data=folder / "data", broker=broker, **changes), open_link=MemoryBroker().open_link
    )


def test_a_kiosk_whose_printer_nobody_looks_after_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = BrokenWire()
    monkeypatch.setitem(printer.DRIVERS, "broken", lambda url, clock: EscposPrinter(wire, STANDARD))
    assert isinstance(ends_with(kiosk(tmp_path, printer=TROUBLE).run, wire.armed.set), Bug)


def test_a_kiosk_that_no_longer_hears_its_scanner_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        scanner.DRIVERS, "broken", lambda rest, put: WiredScanner(lambda quiet_s: BrokenScan(), put)
    )
    assert isinstance(ends_with(kiosk(tmp_path, scanner=TROUBLE).run), Bug)


@pytest.mark.parametrize("program", ["kiosk", "counter"])
def test_a_device_that_no_longer_hears_its_buttons_ends(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory = MockFactory(pin_class=BrokenPin)

    def wired(rest: str, put: buttons.Put) -> GpioButtons:
        return GpioButtons(read_wiring("help=5,back=6"), put, factory)

    monkeypatch.setitem(buttons.DRIVERS, "broken", wired)
    if program == "kiosk":
        run = kiosk(tmp_path, keys=TROUBLE).run
    else:
        settings = CounterSettings(
            data=tmp_path / "data", broker=BrokerSettings(site=SITE, device="counter-7"), keys=TROUBLE
        )
        run = CounterProgram(settings, open_link=MemoryBroker().open_link).run

    def spoil() -> None:
        factory.pin(6).armed = True
        factory.pin(5).drive_low()

    assert isinstance(ends_with(run, spoil), Bug)
