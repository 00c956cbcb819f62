"""Bytes become scans, URLs become scanners, and neither can be talked into anything else."""

from __future__ import annotations

import queue
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from hardware.scanner import (
    Gather,
    Scan,
    ScannerStatus,
    SimulatedScanner,
    UnknownScanner,
    cleaned,
    open_scanner,
)

NO_EVDEV = "evdev has no wheel for this machine: Debian's python3-evdev"


@given(st.lists(st.binary(max_size=300), max_size=12))
def test_any_bytes_in_any_pieces_give_the_same_clean_scans(pieces: list[bytes]) -> None:
    one, many = Gather(), Gather()
    whole = list(one.feed(b"".join(pieces)))
    assert [text for piece in pieces for text in many.feed(piece)] == whole
    for text in whole:
        assert text == text.strip() != "" and unicodedata.is_normalized("NFC", text)
        assert not any(unicodedata.category(letter) in ("Cc", "Cf") for letter in text)
        assert len(text.encode()) <= 3000  # each of a thousand bad bytes may become U+FFFD


def test_controls_escape_sequences_and_turned_letters_are_dropped() -> None:
    assert cleaned(b"\x1b@\x1dVA\x00B\x7f\tC") == "@VABC"
    assert cleaned("\ufeffH42\u202e\u200b.05\u2028\u00a0".encode()) == "H42.05"
    assert cleaned(b"Nguy\xe1\xbb|01011990") == "Nguy\ufffd|01011990"


def test_a_cancelled_scan_is_dropped_up_to_its_end() -> None:
    gather = Gather()
    assert list(gather.feed(b"first\x18 half\rsecond\r")) == ["second"]
    assert gather.dropped == 1


def test_silence_ends_a_scan_that_was_too_long() -> None:
    gather = Gather()
    assert list(gather.feed(b"x" * 5000)) == []
    gather.quiet()
    assert list(gather.feed(b"good\r")) == ["good"]
    assert gather.dropped == 1


def test_the_simulated_scanner_scans_texts() -> None:
    heard: queue.Queue[Scan] = queue.Queue()
    scanner = open_scanner("sim:", heard.put)
    assert isinstance(scanner, SimulatedScanner)
    scanner.scan("H42.05-260101-0001")
    assert heard.get_nowait().text == "H42.05-260101-0001"
    scanner.plug(False)
    scanner.scan("H42.05-260101-0002")
    assert scanner.status is ScannerStatus.UNPLUGGED and heard.empty()


def test_there_may_be_no_scanner() -> None:
    assert open_scanner("none:", lambda scan: None) is None


@pytest.mark.parametrize(
    "url",
    [
        "serial:///dev/ttyACM-nowhere?baud=115200",
        "evdev:///dev/input/by-id/usb-nowhere-event-kbd",
        "evdev:dead:BEEF",
    ],
)
def test_a_scanner_that_is_not_there_is_unplugged_and_looked_for(url: str) -> None:
    if url.startswith("evdev:"):
        pytest.importorskip("evdev", reason=NO_EVDEV)
    scanner = open_scanner(url, lambda scan: None)
    assert scanner is not None
    try:
        assert scanner.status is ScannerStatus.UNPLUGGED
        assert scanner.trouble and "\n" not in scanner.trouble
    finally:
        scanner.close()


def test_a_file_that_is_no_device_is_no_scanner(tmp_path: Path) -> None:
    pytest.importorskip("evdev", reason=NO_EVDEV)
    (tmp_path / "file").write_text("12345678\n")
    for url in (f"serial://{tmp_path}/file", f"evdev://{tmp_path}/file"):
        scanner = open_scanner(url, lambda scan: None)
        assert scanner is not None
        try:
            assert scanner.status is ScannerStatus.UNPLUGGED
        finally:
            scanner.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "known are"),
        ("seriel:///dev/ttyACM0", "did you mean 'serial:'"),
        ("usb:0c2e:0b61", "known are"),
        ("sim:1", "nothing after it"),
        ("none:1", "nothing after it"),
        ("serial:/", "no device's file"),
        ("serial:", "no device's file"),
        ("serial://dev/ttyACM0", "three slashes"),
        ("serial:///dev/../etc/passwd", "no device's file"),
        ("serial:///dev/ttyACM0?baud=9601", "did you mean 9600"),
        ("serial:///dev/ttyACM0?baud=1000000000000", "did you mean 9600"),
        ("serial:///dev/ttyACM0?baud=fast", "did you mean 9600"),
        ("serial:///dev/ttyACM0?speed=9600", "did you mean 'baud'"),
        ("serial:///dev/ttyACM0?baud", "options are written name=value&name=value, not 'baud'"),
        ("evdev:", "lsusb"),
        ("evdev:12345:1", "lsusb"),
        ("evdev:xxxx:0b61", "lsusb"),
        ("evdev://input/event0", "three slashes"),
        ("evdev:///dev/input/event0?grab=no", "no options"),
        ("serial:///dev/a%00b", "no device's file"),
        ("serial://[::1", "three slashes"),
    ],
)
def test_a_bad_url_is_refused_in_one_sentence(url: str, said: str) -> None:
    with pytest.raises(UnknownScanner, match=said) as refused:
        open_scanner(url, lambda scan: None)
    assert "\n" not in str(refused.value) and f"'{url}'" in str(refused.value)
