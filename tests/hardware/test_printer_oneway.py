"""Printers that never answer: a ticket is handed over and nobody claims more. A real CUPS, files, FIFOs."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware import escpos
from hardware.clock import SystemClock
from hardware.paper_machine import PaperMachine
from hardware.printer import PrinterStatus, PrintResult, open_printer
from hardware.printer_file import port_status
from hardware.printer_oneway import NothingLeft
from hardware.printer_outlets import CupsQueue
from tests.hardware.independent import Independent
from tests.hardware.printers import Terminal
from tests.hardware.tcp_printer import TcpPrinter
from tests.hardware.test_printer_contract import PICTURE, SOON_S

JOB = escpos.raster_job(PICTURE)


def shown(data: bytes) -> bool:
    """Whether these bytes make the picture, cut, on a printer."""
    paper = Independent()
    paper.write(data)
    (picture,) = paper.papers
    return picture.tobytes() == PICTURE.crop((0, 0, 576, picture.height)).tobytes() and paper.cut == [True]


def test_a_plain_file_takes_ticket_after_ticket(tmp_path: Path) -> None:
    path = tmp_path / "tickets"
    path.touch()
    printer = open_printer(f"file://{path}", SystemClock())
    assert printer.look() is PrinterStatus.OK
    assert printer.print(JOB, "A001") is PrintResult.SENT
    assert printer.print(JOB, "A002") is PrintResult.SENT
    assert path.read_bytes() == JOB + JOB and shown(JOB)
    path.unlink()
    assert printer.print(JOB) is PrintResult.UNPLUGGED
    assert not path.exists(), "a file that is not there is not made"
    printer.close()


def test_a_fifo_without_a_reader_is_unplugged_and_one_that_nobody_empties_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    printer = open_printer(f"file://{path}", SystemClock())
    assert printer.print(JOB) is PrintResult.UNPLUGGED
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    assert printer.look() is PrinterStatus.OK
    os.set_blocking(reader, True)
    got = bytearray()

    def drain() -> None:
        while data := os.read(reader, 4096):
            got.extend(data)
            if got.endswith(escpos.CUT):
                return

    emptied = threading.Thread(target=drain)
    emptied.start()
    assert printer.print(JOB) is PrintResult.SENT
    emptied.join()
    assert shown(bytes(got))
    big = escpos.raster_job(PICTURE) * 3  # more than a pipe holds
    assert printer.print(big) is PrintResult.MAYBE
    os.close(reader)
    assert printer.look() is PrinterStatus.UNPLUGGED
    printer.close()


def test_a_silent_network_printer_is_handed_tickets_where_it_is_said_to_be_silent() -> None:
    machine = PaperMachine(80, SystemClock())
    with TcpPrinter(machine) as far:
        far.answer = lambda told: b""
        printer = open_printer(f"{far.url}?answers=no", SystemClock())
        assert printer.status is PrinterStatus.OK
        assert printer.print(JOB) is PrintResult.SENT
        limit = time.monotonic() + SOON_S
        while not machine.papers():
            assert time.monotonic() < limit
            time.sleep(0.01)
        far.unplug()
        assert printer.print(JOB) in (PrintResult.UNPLUGGED, PrintResult.MAYBE)
        assert printer.print(JOB) is PrintResult.UNPLUGGED
        printer.close()
        far.replug()


@pytest.mark.parametrize(
    ("byte", "status"),
    [
        (0x18, PrinterStatus.OK),
        (0x30, PrinterStatus.PAPER_OUT),
        (0x38, PrinterStatus.PAPER_OUT),
        (0x08, PrinterStatus.UNPLUGGED),
        (0x10, PrinterStatus.CUTTER_ERROR),
    ],
)
def test_the_wires_of_a_printer_port_are_understood(byte: int, status: PrinterStatus) -> None:
    assert port_status(byte) is status


def test_a_silent_device_file_is_handed_tickets_where_it_is_said_to_be_silent(tmp_path: Path) -> None:
    """A terminal is no printer port: nothing is known but that it is there."""
    machine = PaperMachine(80, SystemClock())
    with Terminal(machine, tmp_path / "lp0") as far:
        printer = open_printer(f"file://{far.link}?answers=no", SystemClock())
        assert printer.look() is PrinterStatus.OK
        assert printer.print(JOB) is PrintResult.SENT
        limit = time.monotonic() + SOON_S
        while not machine.papers():
            assert time.monotonic() < limit
            time.sleep(0.01)
        far.unplug()
        assert printer.look() is PrinterStatus.UNPLUGGED
        printer.close()


# --- a print server ---------------------------------------------------------------------------------------

BACKEND = '#!/bin/sh\n[ $# = 0 ] && exit 0\ncat "${6:--}" >> "${DEVICE_URI#tickets:}"\n'
CUPSD_CONF = "Listen {0}/s\nBrowsing No\nWebInterface No\n<Location />\n  Allow all\n</Location>\n"
FILES_CONF = (
    "ServerRoot {0}/etc\nServerBin {0}/bin\nDataDir /usr/share/cups\nRequestRoot {0}/spool\n"
    "TempDir {0}/spool/tmp\nCacheDir {0}/cache\nStateDir {0}/state\nAccessLog {0}/log/access\n"
    "ErrorLog {0}/log/error\nPageLog {0}/log/page\n"
)
QUEUE = (
    "<Printer ticket>\nDeviceURI tickets:{0}/tickets\nState Idle\nAccepting {1}\nShared No\n"
    "JobSheets none none\nErrorPolicy abort-job\n</Printer>\n"
)


@pytest.fixture
def cups(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A CUPS of our own: its socket, its spool, and a raw queue `ticket` whose backend writes a file."""
    here = tmp_path_factory.mktemp("cups")
    for name in ("etc", "spool/tmp", "cache", "state", "log", "bin/backend", "bin/daemon", "bin/filter"):
        (here / name).mkdir(parents=True)
    (here / "etc/cupsd.conf").write_text(CUPSD_CONF.format(here))
    (here / "etc/cups-files.conf").write_text(FILES_CONF.format(here))
    (here / "etc/printers.conf").write_text(QUEUE.format(here, "Yes"))
    (here / "bin/daemon/cups-exec").symlink_to("/usr/lib/cups/daemon/cups-exec")
    backend = here / "bin/backend/tickets"
    backend.write_text(BACKEND)
    backend.chmod(0o700)  # run as whoever runs the server
    monkeypatch.setenv("CUPS_SERVER", str(here / "s"))
    conf = ["-c", str(here / "etc/cupsd.conf"), "-s", str(here / "etc/cups-files.conf")]
    with (here / "out").open("wb") as out:
        server = subprocess.Popen(["/usr/sbin/cupsd", "-f", *conf], stdout=out, stderr=out)
        limit = time.monotonic() + SOON_S
        while not (here / "s").exists():
            assert server.poll() is None and time.monotonic() < limit, (here / "out").read_text()
            time.sleep(0.01)
        yield here
        server.terminate()
        server.wait()


def test_a_cups_queue_passes_the_bytes_on_and_what_became_of_them_is_nobodys_guess(cups: Path) -> None:
    printer = open_printer("cups://ticket", SystemClock())
    assert printer.status is PrinterStatus.OK
    assert printer.print(JOB, "A001") is PrintResult.SENT
    tickets = cups / "tickets"
    limit = time.monotonic() + SOON_S
    while not tickets.exists() or tickets.read_bytes() != JOB:
        assert time.monotonic() < limit, (cups / "log/error").read_text()
        time.sleep(0.02)
    assert shown(tickets.read_bytes())
    printer.close()


def test_an_idle_queue_is_hardly_asked_and_before_a_ticket_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted: each question is two processes."""
    asked, ready = tmp_path / "asked", tmp_path / "ready"
    asked.touch()
    ready.touch()
    stub = f'#!/bin/sh\necho "$1" >> {asked}\n[ -e {ready} ] && echo "printer is idle, accepting requests"\n'
    for name in ("lpstat", "lp"):
        (tmp_path / name).write_text(stub)
        (tmp_path / name).chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    queue = CupsQueue("ticket")
    assert [queue.state() for _ in range(50)] == [PrinterStatus.OK] * 50
    assert asked.read_text().split() == ["-p", "-a"]
    queue.hand_over(JOB, "A001", SOON_S)
    assert asked.read_text().split() == ["-p", "-a", "-p", "-a", "-s"]
    ready.unlink()  # somebody has disabled it: CUPS would keep the ticket and print it long after
    with pytest.raises(NothingLeft):
        queue.hand_over(JOB, "A002", SOON_S)
    assert asked.read_text().split()[-1] == "-p", "nothing was handed over"


def test_a_queue_that_cups_does_not_have_is_unplugged(cups: Path) -> None:
    printer = open_printer("cups://tickets", SystemClock())
    assert printer.status is PrinterStatus.UNPLUGGED
    assert printer.print(JOB) is PrintResult.UNPLUGGED
    printer.close()
