"""The simulated printer at a panel: look at the paper, pull the roll."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from hardware import escpos
from hardware.clock import SystemClock
from hardware.panel import Panel, PanelClient
from hardware.printer import PrinterStatus, open_printer
from hardware.printer_sim import panel_routes

JOB = escpos.raster_job(Image.new("1", (384, 100), 0))


def test_a_page_sees_the_tickets_and_pulls_the_paper(tmp_path: Path) -> None:
    printer = open_printer("sim:58", SystemClock())
    with Panel(tmp_path / "p", panel_routes(printer)):
        ask = PanelClient(tmp_path / "p").ask
        assert ask("GET", "/tickets")[2] == b"[]"
        assert ask("GET", "/ticket.png")[0] == 404
        printer.print(JOB, "B047")
        status, _, body = ask("GET", "/tickets")
        assert status == 200
        assert [(t["n"], t["number"], t["whole"]) for t in json.loads(body)] == [(1, "B047", True)]
        for path in ("/ticket.png", "/ticket.png?n=1"):
            assert ask("GET", path)[1] == "image/png"
        status, _, body = ask("POST", "/switch", b'{"paper": "out", "cover": "open"}')
        assert status == 200 and json.loads(body)["paper"] == "out"
        assert printer.status is PrinterStatus.COVER_OPEN, "noticed before the answer"
    printer.close()


@pytest.mark.parametrize(
    ("path", "body"), [("/switch", b'{"paper": 3}'), ("/switch", b"paper"), ("/switch", b'{"lid": "open"}')]
)
def test_a_switch_that_makes_no_sense_is_refused(tmp_path: Path, path: str, body: bytes) -> None:
    printer = open_printer("sim:80", SystemClock())
    with Panel(tmp_path / "p", panel_routes(printer)):
        assert PanelClient(tmp_path / "p").ask("POST", path, body)[0] == 400
        assert PanelClient(tmp_path / "p").ask("GET", "/ticket.png?n=x")[0] == 400
    printer.close()
