"""Whom the panel of a kiosk at a counter is for."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from broker import messages as m, vocabulary as heard
from broker.memory import MemoryBroker
from broker.vocabulary import Now
from kiosk.program import KioskProgram
from tests.kiosk import sample
from tests.kiosk.running import now, settings


@pytest.mark.parametrize(
    ("touch", "keys", "asks"),
    [
        (True, "sim:", True),
        (False, "sim:service-tai-nguyen,ok,rate-1,rate-2,rate-3,rate-4", True),
        (False, "sim:service-tai-nguyen,ok,back", False),
    ],
)
def test_nobody_is_asked_who_has_no_way_to_answer(tmp_path: Path, touch: bool, keys: str, asks: bool) -> None:
    program = KioskProgram(settings(tmp_path, touch=touch, keys=keys), open_link=MemoryBroker().open_link)
    at_counter = m.CounterPlan(counter="3", levels=4, reasons=(), window_s=600)
    here = m.CounterLine("3", "open", "B012", "served", now())
    board = msgspec.structs.replace(sample.board(2, lines=()), at=now(), counters=(here,))
    later = Now(time.monotonic() + 60, now())
    for said in (
        heard.ConfigArrived(msgspec.structs.replace(sample.config(), counter=at_counter)),
        heard.BoardArrived(board),
    ):
        program._guest.hear(said, later)
        program._core.handle(said, later)
    assert program._guest.page is not None
    program._stage.refresh(later)
    assert program._stage.asking is asks
    program.stop()
    assert program.run() == 0
