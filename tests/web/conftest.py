from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.device_there import There, look_at
from tests.web.place import Place, open_place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    opened = open_place(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def there(place: Place, tmp_path: Path) -> There:
    return look_at(place, tmp_path)
