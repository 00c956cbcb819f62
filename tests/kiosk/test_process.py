"""The kiosk as a process: how it starts, sleeps and ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from broker.memory import MemoryBroker
from kiosk.program import run
from tests.brokers import eventually
from tests.kiosk.running import Server, kiosk, settings


def test_an_idle_kiosk_sleeps(tmp_path: Path) -> None:
    """Its loop turns a few times a second at most: counted, not timed."""
    broker = MemoryBroker()
    server = Server.of(broker, tmp_path)
    with kiosk(tmp_path, broker) as program:
        assert eventually(lambda: server.target("service", "y-te") is not None)
        assert program._wait_s() > 0.1 or eventually(lambda: program._wait_s() > 0.1)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"screen": "crt:"}, "crt:"),
        ({"printer": "lpt:1"}, "lpt:1"),
        ({"keys": "gpio:4"}, "gpio:4"),
        ({"clock": "sundial"}, "sundial"),
        ({"diagonal_in": 5.0}, "5 inches"),
    ],
)
def test_hardware_that_is_not_there_is_named_and_the_program_does_not_start(
    tmp_path: Path, changes: dict[str, Any], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings(tmp_path, **changes)) == 2
    said = capsys.readouterr().err
    assert named in said and said.count("\n") == 1
