from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.door import Hall
from tests.server.small_server import HandClock


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path, HandClock())
    hall.start()
    yield hall
    hall.stop()
