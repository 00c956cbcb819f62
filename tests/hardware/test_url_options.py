"""What no device's URL may say, whichever the device: each mistake is refused, in one sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hardware.buttons import UnknownButtons, open_buttons
from hardware.clock import SystemClock
from hardware.printer import UnknownPrinter, open_printer
from hardware.scanner import UnknownScanner, open_scanner
from hardware.screen import ScreenError, open_screen

# How each device is opened, its error, a URL without options, and an option with its value and another.
DEVICES: dict[str, tuple[Callable[[str], object], type[Exception], str, tuple[str, str, str]]] = {
    "printer": (
        lambda url: open_printer(url, SystemClock()),
        UnknownPrinter,
        "sim:80",
        ("width", "58", "80"),
    ),
    "scanner": (
        lambda url: open_scanner(url, lambda scan: None),
        UnknownScanner,
        "serial:///dev/ttyACM-nowhere",
        ("baud", "9600", "115200"),
    ),
    "buttons": (
        lambda url: open_buttons(url, lambda press: None),
        UnknownButtons,
        "gpio:help=5",
        ("pull", "up", "down"),
    ),
    "screen": (open_screen, ScreenError, "kms:", ("rotate", "0", "90")),
}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("?{name}={one}&{name}={other}", "'{name}' is said twice, say only {name}={other}"),
        ("?{name}={one}&{name}={one}", "'{name}' is said twice, say only {name}={one}"),
        ("?{name}", "options are written name=value&name=value, not '{name}'"),
        ("?{name}=", "options are written name=value&name=value, not '{name}='"),
        ("?={one}", "options are written name=value&name=value, not '={one}'"),
        ("?{name}={one}&", "options are written name=value&name=value, not '{name}={one}&'"),
        ("?{name}=%0A{one}", "options are written name=value&name=value, not '{name}=%0A{one}'"),
        ("?{name}s={one}", "unknown option '{name}s' (did you mean '{name}'?)"),
        ("#x?{name}={one}", "nothing may stand after '#', say '{bare}', or %23 for a '#'"),
        ("?{name}={one}#", "nothing may stand after '#', say '{bare}?{name}={one}', or %23 for a '#'"),
        ("\n?{name}={one}", "it has a letter that nobody sees, say '{bare}?{name}={one}'"),
        ("?{name}=\u202e{one}", "it has a letter that nobody sees, say '{bare}?{name}={one}'"),
    ],
)
def test_what_no_url_may_say_is_refused_in_one_sentence(device: str, more: str, said: str) -> None:
    opened, refusal, bare, (name, one, other) = DEVICES[device]
    words = {"bare": bare, "name": name, "one": one, "other": other}
    url = bare + more.format(**words)
    with pytest.raises(refusal) as refused:
        opened(url)
    sentence = str(refused.value)
    assert sentence.endswith(said.format(**words)) and sentence.count(repr(url)) == 1
    assert sentence.isprintable()


@pytest.mark.parametrize("device", ["printer", "buttons", "screen"])
def test_a_value_that_there_is_not_is_answered_with_those_there_are(device: str) -> None:
    opened, refusal, bare, (name, one, other) = DEVICES[device]
    with pytest.raises(refusal, match=rf"{name} is {one}.* or .*, not '1{other}'"):
        opened(f"{bare}?{name}=1{other}")


@pytest.mark.parametrize("device", ["scanner", "buttons", "screen"])
def test_a_driver_that_there_is_not_is_answered_with_those_there_are(device: str) -> None:
    opened, refusal, bare, _ = DEVICES[device]
    with pytest.raises(refusal, match=r"no driver of ours has this name, known are .*:"):
        opened("crt" + bare)
