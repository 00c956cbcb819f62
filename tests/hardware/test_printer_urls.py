"""What a printer's URL may say, and the one sentence where it says something else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hardware import printer_profiles
from hardware.clock import SystemClock
from hardware.print_head import HEADS
from hardware.printer import EXAMPLES, PrinterStatus, UnknownPrinter, open_printer
from hardware.printer_profiles import head_of


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("", "sim:80"),
        ("lp0", "sim:80"),
        ("tpc://10.0.0.5", "tcp://192.168.1.50:9100"),
        ("USB://04b8:0202", "usb://04b8:0202"),
        ("seriel:///dev/ttyUSB0", "serial:///dev/ttyUSB0?baud=115200"),
        ("cup://ticket", "cups://ticket"),
        ("/dev/usb/lp0", "file:///dev/usb/lp0"),
        ("sim:72", "58 or 80"),
        ("sim:80?speed=3", "lean, mm_per_s, mode"),
        ("sim:80?mm_per_sec=3", "'mm_per_s'"),
        ("sim:80?mm_per_s=-1", "0 to 1000"),
        ("sim:80?profile=TM-T20I", "'TM-T20II'"),
        ("sim:80?profile=tm-t88v", "'TM-T88V'"),
        ("sim:80?mode=rastr", "'raster'"),
        ("sim:80?width=79", "58 or 80"),
        ("sim:80?width", "name=value"),
        ("tcp://", "tcp://host:9100"),
        ("tcp://printer:port", "a port is 1 to 65535, nearly always tcp://host:9100"),
        ("tcp://printer:0", "a port is 1 to 65535"),
        ("tcp://printer:99999", "a port is 1 to 65535"),
        ("tcp://me@printer", "tcp://host:9100"),
        ("tcp://a..b", "tcp://192.168.1.50:9100"),
        ("tcp://[::1", "IPv6 is written in [], others as in 'tcp://192.168.1.50:9100'"),
        ("cups://a[b", "'cups://ticket'"),
        ("tcp://printer#x", "say 'tcp://printer'"),
        ("sim:80#", "say 'sim:80'"),
        ("tcp://prin\x00ter\n", "say 'tcp://printer'"),
        ("lp0\n", "sim:80"),
        ("tcp://printer?width=58&width=80", "say only width=80"),
        ("tcp://printer?width=58&width=58", "say only width=58"),
        ("tcp://printer:9100/lp", "tcp://host:9100"),
        ("tcp://printer?baud=9600", "unknown option 'baud'"),
        ("serial:///dev/ttyUSB0?baud=115000", "115200"),
        (
            "serial:///dev/ttyUSB0?baud=9600",
            "57 s under way and nobody waits longer than 15, say baud=57600 or mode=text",
        ),
        ("serial:///dev/ttyUSB0?baud=19200&lean=no", "baud=115200 or mode=text"),
        ("serial:///dev/ttyUSB0?baud=57600&lean=no", "baud=115200 or lean=yes"),
        ("serial:///dev/ttyUSB0?baud=9600&width=58", "baud=38400 or mode=text"),
        ("serial:///dev/ttyUSB0?baud=19200&width=58&lean=no", "baud=57600 or mode=text"),
        ("serial:///dev/ttyUSB0?bauds=9600", "'baud'"),
        ("serial:///dev/ttyUSB0?flow=rtsct", "'rtscts'"),
        ("serial://dev/ttyUSB0", "serial:///dev/"),
        ("file://dev/usb/lp0", "file:///dev/"),
        ("file:///", "'/' is no device's file, say file:///dev/usb/lp0"),
        ("file:///dev", "say file:///dev/usb/lp0"),
        ("file:///a%00b", "say file:///dev/usb/lp0"),
        ("serial:///dev", "say serial:///dev/ttyUSB0"),
        ("serial:///a%00b", "say serial:///dev/ttyUSB0"),
        ("usb://04b8", "usb://VVVV:PPPP"),
        ("usb://04b8:02021", "usb://VVVV:PPPP"),
        ("cups://", "cups://NAME"),
        ("cups://-oraw", "cups://NAME"),
        ("cups://a%00b", "cups://NAME"),
        ("cups://ticket?answers=yes", "unknown option 'answers' (there are lean, mode, profile, width)"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_nearest_right_thing(url: str, meant: str) -> None:
    with pytest.raises(UnknownPrinter) as refused:
        open_printer(url, SystemClock())
    assert "\n" not in str(refused.value) and meant in str(refused.value)


@pytest.mark.parametrize("scheme", [scheme for scheme in EXAMPLES if scheme != "sim"])
def test_a_printer_that_is_not_there_is_unplugged_and_no_reason_to_refuse(
    scheme: str, tmp_path: Path
) -> None:
    there = {
        "tcp": "tcp://127.0.0.1:9",  # the discard port, which nobody serves
        "serial": f"serial://{tmp_path}/ttyS9?baud=115200&flow=rtscts&lean=no",
        "file": f"file://{tmp_path}/lp0?answers=no&width=58&mode=text",
        "usb": "usb://1209:0001/A%20B",
        "cups": "cups://nobody-has-this-queue",
    }
    printer = open_printer(there[scheme], SystemClock())
    assert printer.status is PrinterStatus.UNPLUGGED
    assert printer.width_mm == (58 if scheme == "file" else 80)
    assert printer.head.raster is (scheme != "file")
    printer.close()


@pytest.mark.parametrize(
    ("profile", "width", "dots", "dpi", "cutter", "raster"),
    [
        ("TM-T20II", 80, 576, 203, True, True),
        ("TM-T88V", 80, 512, 180, True, True),
        ("POS-5890", 58, 384, 203, False, True),
        ("ZJ-5870", 58, 384, 203, False, True),
        ("RP-F10-58mm", 58, 432, 203, True, True),
        ("RP326", 80, 576, 203, True, True),  # says "Unknown" for its width
        ("TM-U220B", 80, 400, 203, True, False),
        ("default", 80, 576, 203, True, True),
    ],
)
def test_a_profile_says_how_wide_the_head_is_and_what_it_can_do(
    profile: str, width: int, dots: int, dpi: int, cutter: bool, raster: bool
) -> None:
    head = head_of(profile, None)
    assert (head.width_mm, head.dots, head.dpi, head.cutter, head.raster) == (
        width,
        dots,
        dpi,
        cutter,
        raster,
    )


def test_every_profile_there_is_makes_a_head_that_a_ticket_fits_on() -> None:
    assert len(printer_profiles.names()) >= 35
    for name in printer_profiles.names():
        head = head_of(name, None, mode="text")
        assert head.width_mm in HEADS and head.letters >= 8 and not head.raster


def test_narrow_paper_in_a_wide_printer_is_as_wide_as_the_paper() -> None:
    head = head_of("TM-T20II", 58)
    assert (head.width_mm, head.dots) == (58, 384)


def test_a_profile_costs_no_import_of_its_library_and_leaves_no_folder(tmp_path: Path) -> None:
    """python-escpos is read as data: importing it takes half a second and leaves a folder behind."""
    program = (
        "import sys\n"
        "from hardware.clock import SystemClock\n"
        "from hardware.printer import open_printer\n"
        "open_printer('tcp://127.0.0.1:9?profile=TM-T88V', SystemClock()).close()\n"
        "print('escpos' in sys.modules, 'serial' in sys.modules, 'usb' in sys.modules)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout.split() == ["False"] * 3, "nor is any other wire's library loaded"
    assert list(tmp_path.iterdir()) == []
