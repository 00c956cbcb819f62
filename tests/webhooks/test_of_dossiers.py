"""Webhooks are told of promises too: beside the hall's log, each once, over a restart."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from server.dossiers import reminders, steps
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.outward import DossierLog
from server.dossiers.register import Dossier
from server.dossiers.status import Status
from server.webhooks.aside import Aside
from server.webhooks.desk import progress
from server.webhooks.sender import Pace, Sender, Source
from server.webhooks.signing import headers
from tests.web.place import MORNING, Place
from tests.webhooks.receiver import Receiver

WALL = 1_800_000_000.0


@pytest.fixture
def to() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def sender(place: Place) -> Sender:
    log = DossierLog(place.register)
    aside = Aside(place.hall.webhooks.store, "dossiers", log.last)
    source = Source("hanam", log, lambda s: None, lambda: WALL)
    return Sender(aside, source, Pace(0.01, 0.02))


def tell(place: Place, *numbers: int) -> None:
    due = MORNING - timedelta(hours=1)
    brought = [
        Brought(
            Dossier(f"H42.13-261102-{n:04}", "justice", "", Status.PROCESSING, due - timedelta(days=9), due)
        )
        for n in numbers
    ]
    place.register.bring(brought, Delivery(MORNING, "test", source="x", whole=False), MORNING)
    reminders.note(place.register, steps.AS_USUAL, place.config.due_rules.calendar, MORNING)


def test_a_step_is_told_once_signed_and_after_a_restart_goes_on(place: Place, to: Receiver) -> None:
    tell(place, 1)  # before anybody subscribed
    hooks = place.hall.webhooks.store
    hook = hooks.add(to.url, ("called", "dossier.overdue"), 0, "chief", WALL)
    first = sender(place)
    first.start()
    assert first.store.find(hook.id) is not None  # its place is the end of the log
    tell(place, 2, 3)
    got = to.until(lambda got: len(got) == 2)
    while progress((first,), hook).behind:  # else the last one goes again: it was not known to be taken
        time.sleep(0.01)
    first.stop()
    assert [one.json["data"]["code"][-4:] for one in got] == ["0002", "0003"]
    assert {one.json["type"] for one in got} == {"dossier.overdue"}
    data = got[0].json["data"]
    assert set(data) == {"seq", "type", "at", "code", "authority", "step", "due"}
    id, at = got[0].headers["webhook-id"], int(got[0].headers["webhook-timestamp"])
    signed = headers([hook.secret], id, at, got[0].body)["webhook-signature"]
    assert got[0].headers["webhook-signature"] == signed
    tell(place, 4)
    second = sender(place)
    assert progress((second,), hook).behind == 1
    second.start()
    got = to.until(lambda got: len(got) == 3)
    second.stop()
    assert got[2].json["data"]["code"] == "H42.13-261102-0004"
    assert hooks.remove(hook.id) and second.store.find(hook.id) is None
