"""A scanner that types: the US layout, what never leaves, and a kernel device where there is one."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from hardware.scanner import CANCEL, Scan, open_scanner
from hardware.scanner_keys import ENTER, PLAIN, SHIFT, SHIFTED, SILENCERS, Keys, keyboard_of

evdev = pytest.importorskip("evdev", reason="evdev has no wheel for this machine: Debian's python3-evdev")
ecodes = evdev.ecodes

Stroke = tuple[int, int]


def typed(strokes: Iterable[Stroke], keys: Keys | None = None) -> bytes:
    keyboard = keys or Keys()
    return b"".join(keyboard.key(code, value) for code, value in strokes)


def test_the_layout_is_the_one_the_kernel_names() -> None:
    named = {
        **{letter: (f"KEY_{letter.upper()}", letter.upper()) for letter in "abcdefghijklmnopqrstuvwxyz"},
        **{figure: (f"KEY_{figure}", sign) for figure, sign in zip("1234567890", "!@#$%^&*()", strict=True)},
        "-": ("KEY_MINUS", "_"),
        "=": ("KEY_EQUAL", "+"),
        "[": ("KEY_LEFTBRACE", "{"),
        "]": ("KEY_RIGHTBRACE", "}"),
        ";": ("KEY_SEMICOLON", ":"),
        "'": ("KEY_APOSTROPHE", '"'),
        "`": ("KEY_GRAVE", "~"),
        "\\": ("KEY_BACKSLASH", "|"),
        ",": ("KEY_COMMA", "<"),
        ".": ("KEY_DOT", ">"),
        "/": ("KEY_SLASH", "?"),
        " ": ("KEY_SPACE", " "),
    }
    for plain, (name, shifted) in named.items():
        code = ecodes.ecodes[name]
        assert (PLAIN[code], SHIFTED[code]) == (plain, shifted), name
    keypad = {f"KEY_KP{n}": str(n) for n in range(10)}
    keypad |= {
        "KEY_KPMINUS": "-",
        "KEY_KPPLUS": "+",
        "KEY_KPDOT": ".",
        "KEY_KPASTERISK": "*",
        "KEY_KPSLASH": "/",
    }
    for name, sign in keypad.items():
        assert PLAIN[ecodes.ecodes[name]] == SHIFTED[ecodes.ecodes[name]] == sign, name
    assert len(PLAIN) == len(named) + len(keypad), "and no key more"
    assert {ecodes.KEY_ENTER, ecodes.KEY_KPENTER} == ENTER
    assert {ecodes.KEY_LEFTSHIFT, ecodes.KEY_RIGHTSHIFT} == SHIFT
    assert {
        ecodes.ecodes[f"KEY_{side}{name}"] for side in ("LEFT", "RIGHT") for name in ("CTRL", "ALT", "META")
    } | {ecodes.KEY_SYSRQ} == SILENCERS


def test_shift_holds_for_what_is_typed_while_it_is_held() -> None:
    a, shift = ecodes.KEY_A, ecodes.KEY_RIGHTSHIFT
    assert typed([(a, 1), (a, 0), (shift, 1), (a, 1), (a, 0), (shift, 0), (a, 1)]) == b"aAa"


def test_both_shifts_held_and_one_let_go_is_still_shift() -> None:
    assert typed([(42, 1), (54, 1), (42, 0), (ecodes.KEY_1, 1), (54, 0), (ecodes.KEY_1, 1)]) == b"!1"


def test_repeats_of_the_kernel_type_nothing() -> None:
    assert typed([(ecodes.KEY_7, 1), (ecodes.KEY_7, 2), (ecodes.KEY_7, 2), (ecodes.KEY_7, 0)]) == b"7"


@pytest.mark.parametrize("silencer", sorted(SILENCERS))
def test_nothing_leaves_that_is_pressed_together_with_ctrl_alt_super_or_sysrq(silencer: int) -> None:
    keys = Keys()
    everything = [(code, 1) for code in range(1, 768) if code not in SHIFT | SILENCERS]
    assert typed([(silencer, 1), *everything, (silencer, 2)], keys) == b""
    assert typed([(silencer, 0), (ecodes.KEY_5, 1)], keys) == b"5"


def test_no_key_but_signs_and_enter_leaves_a_trace() -> None:
    others = set(range(768)) - set(PLAIN) - ENTER
    assert typed((code, value) for code in sorted(others - SHIFT - SILENCERS) for value in (1, 2, 0)) == b""


@given(st.lists(st.tuples(st.integers(0, 767), st.integers(0, 2)), max_size=200))
def test_whatever_is_typed_only_printable_ascii_and_line_feeds_leave(strokes: list[Stroke]) -> None:
    assert all(byte == 10 or 32 <= byte < 127 for byte in typed(strokes))


def test_events_that_the_kernel_lost_cancel_the_scan_and_let_go_of_shift() -> None:
    keys = Keys()
    assert typed([(42, 1), (ecodes.KEY_A, 1)], keys) == b"A"
    assert keys.lost() == bytes([CANCEL])
    assert typed([(ecodes.KEY_A, 1)], keys) == b"a"


def test_the_keyboard_with_these_ids_is_found_among_the_scanners_devices(tmp_path: Path) -> None:
    def device(number: int, vendor: str, product: str, keys: str) -> None:
        about = tmp_path / f"event{number}" / "device"
        (about / "id").mkdir(parents=True)
        (about / "capabilities").mkdir()
        (about / "id" / "vendor").write_text(vendor + "\n")
        (about / "id" / "product").write_text(product + "\n")
        (about / "capabilities" / "key").write_text(keys + "\n")

    keyboard = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
    device(2, "046d", "c31c", keyboard)  # the office's keyboard
    device(
        3, "0c2e", "0b61", "3f 301ff 0 0 4837fff072ff32d bf54444600000000 1 30f908b17c007 0"
    )  # volume keys
    device(11, "0c2e", "0b61", keyboard)
    device(9, "0c2e", "0b61", keyboard)
    device(10, "1234", "0b61", "0")
    assert keyboard_of("0c2e", "0b61", tmp_path) == "/dev/input/event9"
    with pytest.raises(FileNotFoundError, match="ffff:0b61"):
        keyboard_of("ffff", "0b61", tmp_path)


@pytest.mark.skipif(
    not os.access("/dev/uinput", os.W_OK), reason="this kernel has no /dev/uinput that may be written"
)
def test_a_kernel_keyboard_is_taken_away_from_everybody_else_and_read() -> None:
    vendor, product = 0x1209, 0xC0DE
    heard: queue.Queue[Scan] = queue.Queue()
    with evdev.UInput(name="motcua test scanner", vendor=vendor, product=product) as keyboard:
        scanner = open_scanner(f"evdev:{vendor:04x}:{product:04x}", heard.put)
        assert scanner is not None and scanner.trouble == ""
        try:
            with pytest.raises(OSError, match="busy"):
                evdev.InputDevice(keyboard_of(f"{vendor:04x}", f"{product:04x}")).grab()
            for name in ("LEFTSHIFT+H", "4", "2", "F4", "LEFTALT+5", "DOT", "0", "5", "ENTER"):
                codes = [ecodes.ecodes[f"KEY_{key}"] for key in name.split("+")]
                for value in (1, 0):
                    for code in codes:
                        keyboard.write(ecodes.EV_KEY, code, value)
                    keyboard.syn()
            assert heard.get(timeout=30).text == "H42.05"
        finally:
            scanner.close()
