"""What `motcua check` says of each device, and that it prints nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware import check
from hardware.clock import SystemClock
from hardware.paper_machine import PaperMachine
from tests.hardware.tcp_printer import TcpPrinter

MOUNTS = """\
overlay / overlay rw,lowerdir=/lower 0 0
proc /proc proc rw 0 0
tmpfs /run tmpfs rw 0 0
/dev/mmcblk0p3 /var/lib/motcua ext4 rw,noatime 0 0
/dev/sda1 /media/usb\\040stick vfat rw 0 0
tmpfs /var/lib/motcua/kiosk/cache tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("place", "forgets"),
    [
        ("/var/lib/motcua/kiosk", False),
        ("/var/lib/motcua", False),
        ("/var/lib/motcua2", True),
        ("/var/lib", True),
        ("/", True),
        ("/var/lib/motcua/kiosk/cache/x", True),
        ("/media/usb stick/data", False),
    ],
)
def test_a_folder_that_lies_in_memory_is_known(tmp_path: Path, place: str, forgets: bool) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert check.in_memory(Path(place), mounts) is forgets


def test_where_the_kernel_cannot_be_asked_nothing_is_claimed(tmp_path: Path) -> None:
    assert check.in_memory(tmp_path, tmp_path / "no-mounts") is False


def test_a_folder_is_looked_at_and_not_made(tmp_path: Path) -> None:
    said = check.folder(tmp_path / "a" / "b")
    assert "can be written" in said and "MB free" in said
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(PermissionError, match="cannot be written"):
        check.folder(tmp_path / "data" / "kiosk")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("tcp://127.0.0.1:9", "Connection refused"),
        ("serial:///dev/null", "Inappropriate ioctl for device"),
        ("file:///dev/nowhere", "No such file or directory"),
    ],
)
def test_a_printer_that_cannot_be_reached_has_failed_and_why_is_said(url: str, why: str) -> None:
    with pytest.raises(check.NotReady, match=f"^{url} cannot be reached: .*{why}"):
        check.printer(url)


def test_a_printer_that_is_only_silent_may_be_off() -> None:
    with pytest.raises(check.NotReady, match="does not answer: is it switched on and plugged in"):
        check.printer("file:///dev/null")


def test_a_simulated_printer_answers_and_prints_nothing() -> None:
    assert check.printer("sim:58") == "58 mm of paper, says ok"


def test_keys_are_named() -> None:
    assert check.keys("sim:help,back") == "opened: help, back"
    assert check.keys("none:") == "none, as it says"


def test_a_screen_says_its_size_and_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    for _ in range(2):
        assert check.screen("kms:?driver=dummy&rotate=90") == "opened, 768 x 1024 pixels"
    assert check.screen("sim:800x480") == "opened, 800 x 480 pixels"


def test_the_clock_says_whether_it_can_be_believed() -> None:
    assert " UTC, " in check.clock("system")


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        (("paper", "ok"), "80 mm of paper, says ok"),
        (("paper", "low"), "80 mm of paper, says paper-low"),
        (("paper", "out"), "answers, but says paper-out: no ticket would come out"),
        (("cover", "open"), "answers, but says cover-open: no ticket would come out"),
    ],
)
def test_a_real_driver_is_asked_over_its_wire_and_nothing_moves(switch: tuple[str, str], words: str) -> None:
    machine = PaperMachine(80, SystemClock())
    machine.switch(*switch)
    with TcpPrinter(machine) as far:
        try:
            said = check.printer(far.url)
        except check.NotReady as refused:
            said = str(refused).removeprefix(f"{far.url} ")
        assert said == words
        assert far.connections >= 1
    assert (machine.papers(), machine.metres) == ([], 0.0)
