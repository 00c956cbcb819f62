from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.webhooks.logs import HallLog
from server.webhooks.posting import Poster
from server.webhooks.sender import Pace, Sender, Source
from server.webhooks.store import HookStore, open_hooks
from tests.web.place import Place, open_place
from tests.webhooks.receiver import Receiver

SOON = Pace(first_s=0.02, most_s=0.05, all_s=1e9)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    opened = open_place(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def hooks(tmp_path: Path) -> Iterator[HookStore]:
    opened = open_hooks(tmp_path / "more-hooks.db")
    yield opened
    opened.close()


@pytest.fixture
def receive() -> Iterator[Callable[..., Receiver]]:
    made: list[Receiver] = []

    def make(**told: Any) -> Receiver:
        made.append(Receiver(**told))
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()


@pytest.fixture
def sender(place: Place, hooks: HookStore) -> Iterator[Callable[..., Sender]]:
    """Start a sender; all are stopped at the end."""
    started: list[Sender] = []

    def start(pace: Pace = SOON, deadline_s: float = 10.0) -> Sender:
        def changed(wait_s: float) -> None:
            place.writer.wait(place.writer.view.rev, min(wait_s, 0.05))

        source = Source(place.config.site.id, HallLog(place.store.engine), changed, time.time)
        found = Sender(hooks, source, pace, Poster(deadline_s))
        found.start()
        started.append(found)
        return found

    yield start
    for one in started:
        one.stop()
