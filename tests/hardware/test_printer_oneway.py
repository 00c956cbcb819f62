"""Printers that never answer: a ticket is handed over and nobody claims more. A real CUPS, files, FIFOs."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware import escpos
from hardware.clock import SystemClock
from hardware.paper_machine import PaperMachine
from hardware.print_head import STANDARD
from hardware.printer import PrinterStatus, PrintResult, open_printer
from hardware.printer_file import port_status
from hardware.printer_oneway import OneWayPrinter
from hardware.printer_outlets import CupsQueue, queue_status
from tests.hardware.independent import Independent
from tests.hardware.printers import Terminal
from tests.hardware.tcp_printer import TcpPrinter
from tests.hardware.test_printer_contract import PICTURE, SOON_S

JOB = escpos.raster_job(PICTURE)
READY_QUEUE = 'echo "printer ticket is idle."; echo "ticket accepting requests since"'


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

# It says what is in the file `says`, as backends say how a printer is, and waits while that file is there.
BACKEND = """#!/bin/sh
[ $# = 0 ] && exit 0
file="${DEVICE_URI#tickets:}"
cd "${file%/*}"
if [ -e says ]; then cat says >&2; while [ -e says ]; do sleep 0.05; done; echo "STATE: none" >&2; fi
cat "${6:--}" >> "$file"
"""
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


def cups_told(command: str) -> None:
    subprocess.run([f"/usr/sbin/{command}", "ticket"], check=True, timeout=SOON_S)


@pytest.mark.parametrize(
    ("shut", "opened", "said"),
    [
        ("cupsdisable", "cupsenable", "printer ticket disabled since"),
        ("cupsreject", "cupsaccept", "ticket not accepting requests"),
    ],
)
def test_a_queue_that_is_shut_takes_no_ticket_and_one_that_is_back_takes_it_at_once(
    cups: Path, shut: str, opened: str, said: str
) -> None:
    printer = open_printer("cups://Ticket", SystemClock())  # CUPS's names have no case
    cups_told(shut)
    assert printer.print(JOB, "A001") is PrintResult.UNPLUGGED
    assert printer.status is PrinterStatus.UNPLUGGED
    assert said in printer.trouble
    cups_told(opened)
    assert printer.print(JOB, "A002") is PrintResult.SENT
    assert printer.trouble == ""
    cups_told(shut)
    late = open_printer("cups://ticket", SystemClock())
    assert late.status is PrinterStatus.UNPLUGGED
    late.close()
    printer.close()


def until(done: Callable[[], bool]) -> None:
    limit = time.monotonic() + SOON_S
    while not done():
        assert time.monotonic() < limit
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("says", "status", "result"),
    [
        ("media-empty-error", PrinterStatus.PAPER_OUT, PrintResult.PAPER_OUT),
        ("cover-open-report", PrinterStatus.COVER_OPEN, PrintResult.COVER_OPEN),
    ],
)
def test_a_job_that_waits_for_paper_or_the_cover_is_seen(
    cups: Path, says: str, status: PrinterStatus, result: PrintResult
) -> None:
    (cups / "says").write_text(f"STATE: +{says}\n")
    queue = CupsQueue("ticket")
    printer = OneWayPrinter(queue, STANDARD)
    assert printer.print(JOB, "A001") is PrintResult.SENT
    until(lambda: queue.state(fresh=True) is status)
    assert printer.print(JOB, "A002") is result
    (cups / "says").unlink()
    until(lambda: queue.state(fresh=True) is PrinterStatus.OK)
    assert printer.print(JOB, "A003") is PrintResult.SENT
    until(lambda: (cups / "tickets").exists() and (cups / "tickets").read_bytes() == JOB + JOB)
    printer.close()


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("printer q is idle.  enabled\nq accepting requests since\n", PrinterStatus.OK),
        ("printer q now printing q-1.  enabled\nq accepting requests since\n", PrinterStatus.OK),
        ("printer q is idle.  enabled\nq not accepting requests since\n", PrinterStatus.UNPLUGGED),
        ("printer q disabled since -\n\tis idle.\nq accepting requests since\n", PrinterStatus.UNPLUGGED),
        ("printer idle disabled since\nidle accepting requests since\n", PrinterStatus.UNPLUGGED),
        (
            "printer q is idle.\n\tAlerts: media-empty-error\nq accepting requests since\n",
            PrinterStatus.OK,  # left by the last job, and only another takes it away
        ),
        ("", PrinterStatus.UNPLUGGED),
    ],
)
def test_what_lpstat_says_of_a_queue_is_read_to_the_letter(told: str, status: PrinterStatus) -> None:
    assert queue_status("idle" if told.startswith("printer idle") else "q", told) is status


def test_an_idle_queue_is_hardly_asked_and_before_a_ticket_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted: each question is a process."""
    asked, ready = tmp_path / "asked", tmp_path / "ready"
    asked.touch()
    ready.touch()
    told = "printer ticket is idle.\\nticket accepting requests since\\n"
    stub = f'#!/bin/sh\necho "${{0##*/}}" >> {asked}\n[ -e {ready} ] && printf "{told}"\n'
    for name in ("lpstat", "lp"):
        (tmp_path / name).write_text(stub)
        (tmp_path / name).chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("hardware.printer_outlets.IDLE_S", 3600.0)  # however slow this machine is
    printer = open_printer("cups://ticket", SystemClock())
    assert [printer.look() for _ in range(50)] == [PrinterStatus.OK] * 50
    assert asked.read_text().split() == ["lpstat"]
    assert printer.print(JOB, "A001") is PrintResult.SENT
    assert asked.read_text().split() == ["lpstat", "lpstat", "lp"]
    ready.unlink()  # somebody has disabled it: CUPS would keep the ticket and print it long after
    assert printer.print(JOB, "A002") is PrintResult.UNPLUGGED
    assert asked.read_text().split()[2:] == ["lp", "lpstat"], "nothing was handed over"
    printer.close()


@pytest.mark.parametrize(
    ("programs", "why"),
    [
        ({}, "CUPS: lpstat: [Errno 2] No such file or directory: 'lpstat'"),
        ({"lpstat": READY_QUEUE, "lp": "echo lp: full >&2; exit 1"}, "lp: full"),
        ({"lpstat": READY_QUEUE}, "lp: [Errno 2] No such file or directory: 'lp'"),
    ],
)
def test_why_a_queue_takes_no_ticket_is_told_and_logged_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    programs: dict[str, str],
    why: str,
) -> None:
    for name, body in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    caplog.set_level("INFO", "hardware.printer_watched")
    printer = open_printer("cups://ticket", SystemClock())
    assert printer.print(JOB, "A001") is PrintResult.UNPLUGGED
    assert (printer.status, printer.trouble) == (PrinterStatus.UNPLUGGED, why)
    assert [f"trouble={why}" in line for line in caplog.messages].count(True) == 1
    printer.close()


def test_a_queue_that_says_nothing_in_time_is_given_up_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lpstat").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "lpstat").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("hardware.printer_outlets.LPSTAT_S", 0.2)
    printer = open_printer("cups://ticket", SystemClock())
    assert printer.trouble == "CUPS: lpstat gave no answer within 0.2 s"
    printer.close()


def test_a_queue_that_cups_does_not_have_is_unplugged(cups: Path) -> None:
    printer = open_printer("cups://tickets", SystemClock())
    assert printer.status is PrinterStatus.UNPLUGGED
    assert 'lpstat: Invalid destination name in list "tickets"' in printer.trouble
    assert printer.print(JOB) is PrintResult.UNPLUGGED
    printer.close()
