from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from broker.messages import DeviceStatus
from server.hall import commands as c
from server.web.feeds import SLICE_S
from server.web.live import BEAT_S, Streams, follow
from tests.web.place import Place


def patient(place: Place, lines: Iterator[str]) -> Iterator[str]:
    """What is said; a second passes whenever there is nothing to say."""
    for line in lines:
        if line:
            yield line
        else:
            place.tick[0] += SLICE_S


def data(place: Place, rev: int) -> str:
    epoch, devices = place.writer.view.epoch, place.devices.changes
    return f'data: {{"epoch": {epoch}, "rev": {rev}, "devices": {devices}}}\n\n'


def lines(place: Place, key: str, stopping: threading.Event) -> Any:
    return patient(place, follow(place.hall, key, stopping))


@pytest.fixture
def key(place: Place) -> str:
    place.account("officer-7")
    login = place.accounts.log_in("officer-7", "mot-hai-ba-bon", place.wall[0])
    assert login is not None
    return login.key


def test_a_stream_tells_every_revision_and_beats_in_between(place: Place, key: str) -> None:
    stream = lines(place, key, threading.Event())
    rev = place.writer.view.rev
    assert next(stream).startswith("retry:")
    assert next(stream) == data(place, rev)
    before = place.tick[0]
    assert next(stream) == ": beat\n\n"
    assert place.tick[0] - before >= BEAT_S
    place.at("7", c.OpenCounter)
    assert next(stream) == data(place, rev + 1)


def test_revisions_that_come_at_once_are_told_as_the_newest(place: Place, key: str) -> None:
    stream = lines(place, key, threading.Event())
    list(islice(stream, 2))
    for _ in range(5):
        place.issue("environment-land")
    assert next(stream) == data(place, place.writer.view.rev)


def test_paper_that_runs_out_is_told_at_the_next_look_and_what_only_creeps_is_not(
    place: Place, key: str
) -> None:
    """A stream looks every SLICE_S, 1 s: it is counted in looks, not in time."""
    place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="ok"))
    stream, looks = lines(place, key, threading.Event()), place.tick
    list(islice(stream, 2))
    rev, before = place.writer.view.rev, looks[0]
    place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="paper-out"))
    assert next(stream) == data(place, rev)
    assert looks[0] - before <= 2 * SLICE_S <= 5
    place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="paper-out", paper_m=9.0))
    assert next(stream) == ": beat\n\n"


def test_a_log_in_that_ends_ends_its_stream_within_ten_seconds(place: Place, key: str) -> None:
    stream = lines(place, key, threading.Event())
    list(islice(stream, 2))
    began = place.tick[0]
    place.accounts.disable("officer-7")
    assert list(stream) == []
    assert place.tick[0] - began <= 10


def test_a_server_that_stops_ends_its_streams(place: Place, key: str) -> None:
    stopping = threading.Event()
    stream = lines(place, key, stopping)
    list(islice(stream, 2))
    stopping.set()
    assert list(stream) == []


def test_streams_are_capped_by_address_and_in_all() -> None:
    streams = Streams(per_address=2, in_all=3)
    first = streams.enter("10.0.0.1")
    assert first is not None and streams.enter("10.0.0.1") is not None
    assert streams.enter("10.0.0.1") is None
    assert streams.enter("10.0.0.2") is not None
    assert streams.enter("10.0.0.3") is None
    first()
    first()  # leaving twice frees one place
    assert streams.enter("10.0.0.3") is not None
    assert streams.enter("10.0.0.4") is None


def test_the_cap_is_kept_by_the_page_and_places_come_back(place: Place) -> None:
    staff = place.log_in("officer-7")
    open_streams = [staff.get("/events") for _ in range(20)]
    assert all(s.status_code == 200 for s in open_streams)
    assert open_streams[0].content_type == "text/event-stream; charset=utf-8"
    full = staff.get("/events")
    assert full.status_code == 429 and "Retry-After" in full.headers
    for stream in open_streams:
        stream.close()
    again = staff.get("/events")
    assert again.status_code == 200
    again.close()


def test_strangers_get_no_stream(place: Place) -> None:
    assert place.client().get("/events", headers={"Accept": "text/event-stream"}).status_code == 401
