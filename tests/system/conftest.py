"""One hall that runs while a module's tests use it; what breaks a hall starts one of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system.running import RunningHall


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHall]:
    with RunningHall(tmp_path_factory.mktemp("system") / "hall") as hall:
        yield hall
