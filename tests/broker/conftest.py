from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import AnyBroker, RealBroker, running


@pytest.fixture(params=["memory", "nats", "mosquitto"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyBroker]:
    """Every broker the contract runs on, one after another."""
    with running(request.param, tmp_path) as broker:
        yield broker


@pytest.fixture(params=["nats", "mosquitto"])
def real_broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RealBroker]:
    """The brokers that are processes."""
    with running(request.param, tmp_path) as broker:
        assert isinstance(broker, RealBroker)
        yield broker
