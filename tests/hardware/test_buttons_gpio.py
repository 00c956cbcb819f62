"""Wired buttons: pins, lost edges, lamps, bad wiring, and lgpio's leavings."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from gpiozero import LED
from gpiozero.pins.mock import MockFactory, MockPin

from hardware.buttons import Press, UnknownButtons, open_buttons
from hardware.buttons_gpio import GpioButtons
from hardware.buttons_wiring import HEADER, PULLED_UP, Wire, Wiring, read_wiring

GPIO_SIM = Path("/sys/kernel/config/gpio-sim")


def test_the_url_says_pins_lamps_and_how_they_are_wired() -> None:
    assert read_wiring("help=5, service-tu-phap=13/19") == Wiring(
        (Wire("help", 5), Wire("service-tu-phap", 13, 19))
    )
    assert read_wiring("next=27?chip=4&pull=down&lamps=low") == Wiring((Wire("next", 27),), "down", False, 4)


def test_every_wiring_of_the_documents_and_examples_can_be_built() -> None:
    root = Path(__file__).parents[2]
    files = (root / "docs" / "wiring.md", *sorted((root / "examples").rglob("*.toml")))
    urls = [url for file in files for url in re.findall(r'"gpio:([^"]+)"', file.read_text(encoding="utf-8"))]
    assert len(urls) >= 5
    for url in urls:
        assert read_wiring(url).wires


def test_the_header_is_gpiozeros() -> None:
    header = MockFactory().board_info.headers["J8"].pins
    named = {int(pin.name.removeprefix("GPIO")) for pin in header.values() if pin.name.startswith("GPIO")}
    assert named == {0, 1, *HEADER}
    assert {n for n in HEADER if MockFactory().pin(n).info.pull == "up"} == set(PULLED_UP)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("", "not an id"),
        ("help", "GPIO number"),
        ("help=", "GPIO number"),
        ("help=five", "not 'five'"),
        ("help=-1", "GPIO number"),
        ("help=5/", "lamp of help"),
        ("help=5/6/7", "not '6/7'"),
        ("Help=5", "did you mean 'help'"),
        ("service_tax=5", "did you mean 'service-tax'"),
        ("help=5,help=6", "named twice"),
        ("help=5,back=5", "taken twice.* GPIO 4|taken twice.* GPIO 6"),
        ("help=5/5", "taken twice, by button help and lamp of help"),
        ("help=0", "keeps for itself, the nearest free one is GPIO 2"),
        ("help=1", "keeps for itself"),
        ("help=28", "not on the header, the nearest free one is GPIO 27"),
        ("help=27,back=40", "the nearest free one is GPIO 26"),
        ("help=٥", "GPIO number"),
        ("help=5?pul=up", "did you mean 'pull'"),
        ("help=5?pull=left", "pull is up or down"),
        ("help=5?lamps=1", "lamps is high or low"),
        ("help=5?chip=x", "number of a gpiochip"),
        ("help=5?chip", "options are written"),
        ("help=2?pull=down", "pulled up on the board.* GPIO 4"),
    ],
)
def test_bad_wiring_is_refused_in_one_sentence_before_any_pin_is_touched(rest: str, said: str) -> None:
    with pytest.raises(UnknownButtons, match=said) as refused:
        open_buttons(f"gpio:{rest}", lambda press: None)
    assert "\n" not in str(refused.value) and f"gpio:{rest}" in str(refused.value)


def test_a_misspelt_driver_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownButtons, match="did you mean 'gpio:'"):
        open_buttons("gipo:help=5", lambda press: None)


@pytest.mark.parametrize(("options", "lit"), [("", True), ("?lamps=high", True), ("?lamps=low", False)])
def test_a_lamp_is_dark_at_the_start_lit_when_asked_and_dark_at_the_end(options: str, lit: bool) -> None:
    factory = MockFactory()
    lamp = factory.pin(19)
    buttons = GpioButtons(read_wiring(f"help=5/19,back=6{options}"), lambda press: None, factory)
    try:
        assert lamp.function == "output" and lamp.state is not lit
        buttons.light(frozenset({"help", "back"}))
        assert lamp.state is lit
        assert buttons.lamps == {"help": True, "back": False}, "back has no lamp"
        lamp.clear_states()
    finally:
        buttons.close()
    assert [entry.state for entry in lamp.states][:2] == [lit, not lit]
    assert lamp.function == "input"


class LeantOn(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin whose contact is closed whatever pulls at it."""

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        self.drive_low()


def test_a_button_that_is_closed_at_the_start_was_not_pressed_and_may_be_stuck() -> None:
    now, heard, factory = [50.0], list[Press](), MockFactory()
    pin = factory.pin(5, pin_class=LeantOn)
    buttons = GpioButtons(read_wiring("help=5"), heard.append, factory, lambda: now[0])
    try:
        now[0] = 81.0
        assert buttons.stuck() == ("help",) and heard == []
        pin.drive_high()
        now[0] = 90.0
        pin.drive_low()
        assert heard == [Press("help", 90.0)]
    finally:
        buttons.close()


def test_a_lost_opening_edge_leaves_no_button_held() -> None:
    now, heard, factory = [10.0], list[Press](), MockFactory()
    pin = factory.pin(5)
    buttons = GpioButtons(read_wiring("help=5"), heard.append, factory, lambda: now[0], quiet_s=3600)
    try:
        pin.drive_low()
        pin.edges = "none"  # the kernel's queue is full
        pin.drive_high()
        pin.edges = "both"
        now[0] = 60.0
        assert buttons.stuck() == (), "looked, and found it open"
        now[0] = 61.0
        pin.drive_low()
        assert heard == [Press("help", 10.0), Press("help", 61.0)]
    finally:
        buttons.close()


def test_a_lost_closing_edge_is_found_after_a_quiet_moment() -> None:
    heard: queue.Queue[Press] = queue.Queue()
    factory = MockFactory()
    pin, other = factory.pin(5), factory.pin(6)
    buttons = GpioButtons(read_wiring("help=5,back=6"), heard.put, factory, quiet_s=0.01)
    try:
        pin.edges = "none"
        pin.drive_low()
        pin.edges = "both"
        other.drive_low()
        assert {heard.get(timeout=30).button, heard.get(timeout=30).button} == {"help", "back"}
    finally:
        buttons.close()


def test_pins_that_another_program_has_are_refused_in_one_sentence_and_let_go() -> None:
    factory = MockFactory()
    other = LED(6, pin_factory=factory)
    with pytest.raises(UnknownButtons, match="cannot be had") as refused:
        GpioButtons(read_wiring("help=5,back=6"), lambda press: None, factory)
    assert "\n" not in str(refused.value)
    other.close()
    GpioButtons(read_wiring("help=5"), lambda press: None, factory).close()


@pytest.mark.skipif(find_spec("lgpio") is None, reason="lgpio has no wheel here: Debian's python3-lgpio")
def test_lgpio_leaves_nothing_behind_and_a_machine_without_gpio_is_refused(tmp_path: Path) -> None:
    """In a process of its own: lgpio keeps a thread until the end. Its folder is one nobody may write to."""
    bare, runtime = tmp_path / "bare", tmp_path / "run"
    bare.mkdir()
    runtime.mkdir()
    bare.chmod(0o555)
    program = (
        "import os\n"
        "from hardware.buttons import UnknownButtons, open_buttons\n"
        "from hardware.buttons_gpio import load_lgpio\n"
        "load_lgpio()\n"
        "import lgpio\n"
        "print(os.getcwd(), os.listdir('.'), os.environ.get('LG_WD'))\n"
        "ends = [os.path.realpath(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd')]\n"
        "print(sum(end.endswith('.lgd-nfy0 (deleted)') for end in ends))\n"
        "try:\n"
        "    open_buttons('gpio:help=5?chip=250', print)\n"
        "except UnknownButtons as refused:\n"
        "    print(refused)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=bare,
        env={**os.environ, "RUNTIME_DIRECTORY": f"{runtime}:/nowhere"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    where, ends, refusal = ran.stdout.splitlines()
    assert where == f"{bare} [] None"
    assert ends == "2", "the FIFO is open at both ends though its name is gone"
    assert refusal.startswith("gpiochip250 cannot be opened")
    assert ran.returncode == 0 and ran.stderr == ""
    assert list(runtime.iterdir()) == []


@pytest.fixture
def simulated_chip() -> Iterator[tuple[int, Path]]:
    """A chip of the kernel's own simulation: its number, and the folder of its lines."""
    if not GPIO_SIM.is_dir() or not os.access(GPIO_SIM, os.W_OK):
        pytest.skip("this kernel has no gpio-sim, or it needs root: modprobe gpio-sim, mount configfs")
    device = GPIO_SIM / f"motcua-{uuid.uuid4().hex[:8]}"
    bank = device / "bank0"
    bank.mkdir(parents=True)
    (bank / "num_lines").write_text("32")
    (device / "live").write_text("1")
    chip = (bank / "chip_name").read_text().strip()
    lines = Path("/sys/devices/platform") / (device / "dev_name").read_text().strip() / chip
    yield int(chip.removeprefix("gpiochip")), lines
    (device / "live").write_text("0")
    bank.rmdir()
    device.rmdir()


def test_a_press_on_the_kernels_own_simulated_chip(simulated_chip: tuple[int, Path]) -> None:
    number, lines = simulated_chip
    from hardware.buttons_gpio import load_lgpio

    load_lgpio()
    from gpiozero.pins.lgpio import LGPIOFactory

    class SomePi(LGPIOFactory):  # type: ignore[misc]  # gpiozero has no types
        def _get_revision(self) -> int:
            return 0xA02082  # a Pi 3: where the header is, whatever this machine

    pull, lamp = lines / "sim_gpio5" / "pull", lines / "sim_gpio19" / "value"
    for _ in range(2):  # what is left of closed ones must not disturb the next
        heard: queue.Queue[Press] = queue.Queue()
        buttons = GpioButtons(read_wiring("help=5/19"), heard.put, SomePi(chip=number))
        try:
            for _ in range(25):
                pull.write_text("pull-down")
                pull.write_text("pull-up")
            assert heard.get(timeout=30).button == "help"
            buttons.light(frozenset({"help"}))
            assert lamp.read_text().strip() == "1"
            buttons.light(frozenset())
            assert lamp.read_text().strip() == "0"
        finally:
            buttons.close()
        assert heard.empty(), "twenty-five bounces are one press"
