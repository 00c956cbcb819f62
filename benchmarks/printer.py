"""What a ticket costs: `python -m benchmarks.printer` from the project's folder.

    draw      the picture of a ticket, in milliseconds: p50, p95 and the worst
    encode    the picture as bytes for the printer
    bytes     of a ticket, and the seconds that they take at common speeds of serial ports, with the questions
    start     from `print()` to the first byte of the ticket at a network printer, its status asked before
    whole     from `print()` to the printer's word that all is on paper, on a printer without inertia
    serial    the same on a pseudo-terminal that carries 11,520 bytes a second, as 115,200 baud do

A real printer's paper takes its time besides: 110 mm at 150 mm/s are 0.74 s, most of it while bytes arrive.
"""

from __future__ import annotations

import os
import pty
import tempfile
import threading
import time
import tty
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from broker.messages import KioskPlan, Range, TicketReply, Words
from hardware.clock import SystemClock
from hardware.escpos import INIT, raster_job
from hardware.paper_machine import PaperMachine
from hardware.print_head import HEADS, Head
from hardware.printer import PrintResult, open_printer
from kiosk.plain import plain_job
from kiosk.slip import Slip, slip
from kiosk.ticket import draw
from tests.hardware.tcp_printer import TcpPrinter

ROUNDS = 200
BAUDS = (9600, 19200, 38400, 115200)
LINE_BYTES_PER_S = 11_520
HALL = Words("Trung tâm Phục vụ hành chính công tỉnh Hà Nam", "Hà Nam Public Administration Service Centre")
OFFICE = Words("Sở Tài nguyên và Môi trường", "Department of Natural Resources and Environment")
LONG = Words("Đăng ký biến động quyền sử dụng đất, quyền sở hữu nhà ở và tài sản gắn liền với đất", "")
PLAN = KioskPlan((), (), Words("Mang theo: CCCD, bản chính giấy tờ.", ""), "1022")


def ticket(number: str, service: Words) -> Slip:
    reply = TicketReply(
        id="r",
        ticket="t",
        number=number,
        issued_at=datetime(2026, 11, 23, 1, 12, tzinfo=UTC),
        service=service,
        authority=OFFICE,
        klass="normal",
        lang="vi",
        ahead=4,
        wait=Range(15, 25),
        place=Words("Khu B – quầy 6, 7, 8", ""),
        url="https://motcua.example/t/7KQ2M9abcdefghijklmnop",
        grace_min=15,
    )
    return slip(reply, PLAN, HALL, ZoneInfo("Asia/Ho_Chi_Minh"))


HEADS_TRIED: dict[str, Head] = {
    "80 mm": HEADS[80],
    "58 mm": HEADS[58],
    "80 mm, slow wire": replace(HEADS[80], lean=True),
    "58 mm, slow wire": replace(HEADS[58], lean=True),
}


def spread(times: list[float]) -> str:
    ranked = sorted(times)
    p50, p95 = (ranked[int(len(ranked) * part)] for part in (0.5, 0.95))
    return f"p50 {p50 * 1000:6.1f}  p95 {p95 * 1000:6.1f}  worst {ranked[-1] * 1000:6.1f} ms"


def timed(work: Callable[[int], object]) -> list[float]:
    found = []
    for n in range(ROUNDS):
        started = time.perf_counter()
        work(n)
        found.append(time.perf_counter() - started)
    return found


def making() -> None:
    for name, head in HEADS_TRIED.items():
        numbers = [ticket(f"B{n:03}", LONG if n % 4 == 0 else OFFICE) for n in range(ROUNDS)]
        print(f"draw    {name:18}", spread(timed(lambda n, h=head, t=numbers: draw(t[n], h))))  # type: ignore[misc]
        picture = draw(numbers[1], head)
        print(f"encode  {name:18}", spread(timed(lambda n, h=head, p=picture: raster_job(p, h))))  # type: ignore[misc]
        job = raster_job(picture, head)
        wire = "  ".join(f"{baud}: {(len(job) + 100) * 10 / baud:.1f} s" for baud in BAUDS)
        print(f"bytes   {name:18} {len(job):6}  {job.mm:.0f} mm  {wire}")
    plain = plain_job(ticket("B047", OFFICE), HEADS[80])
    print(f"bytes   {'80 mm, letters':18} {len(plain):6}  {plain.mm:.0f} mm")


class Watched(PaperMachine):
    """A machine that notes when the first byte of a ticket came; set `began` to None before the next."""

    began: float | None = None  # monotonic seconds

    def write(self, data: bytes, timeout_s: float) -> None:
        if self.began is None and INIT in data:
            self.began = time.monotonic()
        super().write(data, timeout_s)


def network() -> None:
    machine = Watched(80, SystemClock())
    job = raster_job(draw(ticket("B047", OFFICE), HEADS[80]), HEADS[80])
    starts, wholes = [], []
    with TcpPrinter(machine) as far:
        printer = open_printer(far.url, SystemClock())
        for _ in range(ROUNDS):
            machine.began = None
            started = time.monotonic()
            assert printer.print(job) is PrintResult.PRINTED
            wholes.append(time.monotonic() - started)
            assert machine.began is not None
            starts.append(machine.began - started)
        printer.close()
    print(f"start   {'tcp, 80 mm':18}", spread(starts))
    print(f"whole   {'tcp, 80 mm':18}", spread(wholes))


def slow_line(master: int, machine: PaperMachine, ended: threading.Event) -> None:
    """Carry bytes no quicker than a serial line does."""
    due = time.monotonic()
    while not ended.is_set():
        try:
            data = os.read(master, 64)
        except OSError:
            data = b""
        if data:
            machine.write(data, 1.0)
            due = max(due, time.monotonic() - 0.01) + len(data) / LINE_BYTES_PER_S
            time.sleep(max(0.0, due - time.monotonic()))
        if told := machine.read(0):
            os.write(master, told)
        if not data:
            time.sleep(0.0005)


def serial_line() -> None:
    machine = PaperMachine(80, SystemClock())
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    ended = threading.Event()
    thread = threading.Thread(target=slow_line, args=(master, machine, ended))
    thread.start()
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "ttyUSB0"
        link.symlink_to(os.ttyname(slave))
        printer = open_printer(f"serial://{link}?baud=115200", SystemClock())
        job = raster_job(draw(ticket("B047", OFFICE), printer.head), printer.head)
        for _ in range(3):
            started = time.perf_counter()
            assert printer.print(job) is PrintResult.PRINTED
            print(f"serial  {'80 mm, slow wire':18} {time.perf_counter() - started:.2f} s, {len(job)} bytes")
        printer.close()
    ended.set()
    thread.join()
    os.close(slave)
    os.close(master)


if __name__ == "__main__":
    making()
    network()
    serial_line()
