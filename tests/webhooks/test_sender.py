"""Webhooks against a real receiver that fails, hangs and moves: what happened comes in order, once by id."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from server.hall import commands as c
from server.happenings import last_seq
from server.people.rights import Role
from server.webhooks.sender import EVENTS, Pace, Sender
from server.webhooks.store import Delivery, HookStore, Subscription
from tests.web.place import Place
from tests.webhooks.receiver import Got, Receiver

LAND = "environment-land"
Receive = Callable[..., Receiver]
Start = Callable[..., Sender]


def subscribe(place: Place, hooks: HookStore, to: Receiver, events: Any = EVENTS) -> Subscription:
    return hooks.add(to.url, events, last_seq(place.store.engine), "chief", 0.0)


def serve_one(place: Place) -> str:
    """A whole visit: issued, called, finished, rated."""
    number = str(place.issue(LAND)["number"])
    place.at("7", c.CallNumber, number=number, reason="thử")
    place.at("7", c.Start)
    place.at("7", c.Finish)
    place.at("7", c.Rate, number=number, level=4, levels=4)
    return number


def until(there: Callable[[], bool], timeout_s: float = 20.0) -> None:
    ends = time.monotonic() + timeout_s
    while not there():
        assert time.monotonic() < ends
        time.sleep(0.01)


def kinds(got: list[Got]) -> list[str]:
    """The types that came, repeats by id left out, in the order of their first coming."""
    return list({one.id: one.json["type"] for one in got}.values())


def test_a_visit_is_told_in_order_and_signed(
    place: Place, hooks: HookStore, receive: Receive, sender: Start
) -> None:
    to = receive()
    hook = subscribe(place, hooks, to)
    sender()
    number = serve_one(place)
    got = to.until(lambda got: len(got) == 4)
    assert kinds(got) == ["issued", "called", "finished", "rated"]
    for one in got:
        told = f"{one.id}.{one.headers['webhook-timestamp']}.".encode() + one.body
        key = base64.b64decode(hook.secret.removeprefix("whsec_"))
        mine = "v1," + base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
        assert hmac.compare_digest(one.headers["webhook-signature"], mine)
        assert abs(int(one.headers["webhook-timestamp"]) - time.time()) < 60
    assert got[0].json["data"]["number"] == got[1].json["data"]["number"] == number
    assert got[1].json["data"]["counter"] == "7"
    until(lambda: len(hooks.deliveries(hook.id)) == 4)


def test_what_is_sent_names_nobody_and_no_rating(
    place: Place, hooks: HookStore, receive: Receive, sender: Start
) -> None:
    to = receive()
    subscribe(place, hooks, to)
    sender()
    staff = place.log_in("officer-7", Role.MANAGER)
    assert staff.press("7", "open").status_code == 200
    serve_one(place)
    got = to.until(lambda got: len(got) == 4)
    whole = b" ".join(one.body for one in got)
    for nobody in (b"officer", b"level", b"token", b"secret", b"reason", b"note", b"chief"):
        assert nobody not in whole
    rated = got[3].json["data"]
    assert set(rated) == {"seq", "type", "at", "day", "service"}


def test_a_receiver_that_fails_gets_the_same_again_and_nothing_overtakes(
    place: Place, hooks: HookStore, receive: Receive, sender: Start
) -> None:
    to = receive(does=lambda n: 204 if n >= 5 else [500, 404, 302, 429, 503][n])
    hook = subscribe(place, hooks, to)
    sender()
    serve_one(place)
    got = to.until(lambda got: len(got) == 9)
    assert [one.id for one in got[:6]] == [got[0].id] * 6
    assert len({one.body for one in got[:6]}) == 1
    assert kinds(got) == ["issued", "called", "finished", "rated"]
    until(lambda: len(hooks.deliveries(hook.id)) == 4)
    assert [d.tries for d in reversed(hooks.deliveries(hook.id))] == [6, 1, 1, 1]


def test_a_redirect_is_not_followed(place: Place, hooks: HookStore, receive: Receive, sender: Start) -> None:
    elsewhere = receive()
    to = receive(does=lambda n: 307, moves_to=elsewhere.url)
    hook = subscribe(place, hooks, to)
    sender()
    place.issue(LAND)
    to.until(lambda got: len(got) >= 2)
    until(lambda: getattr(hooks.find(hook.id), "error", None) == "redirect")
    assert elsewhere.got == []


def test_a_receiver_that_hangs_keeps_nobody_else_waiting(
    place: Place, hooks: HookStore, receive: Receive, sender: Start
) -> None:
    hangs, well = receive(does=lambda n: None), receive()
    hook = subscribe(place, hooks, hangs)
    subscribe(place, hooks, well)
    sender(deadline_s=3600.0)
    place.issue(LAND)
    hangs.until(lambda got: len(got) == 1)
    for _ in range(5):
        place.issue(LAND)  # the hall goes on
    well.until(lambda got: len(got) == 6)
    assert len(hangs.got) == 1
    found = hooks.find(hook.id)
    assert found is not None and found.tries == 0


def test_a_try_has_an_end(place: Place, hooks: HookStore, receive: Receive, sender: Start) -> None:
    to = receive(does=lambda n: None if n == 0 else 204)
    hook = subscribe(place, hooks, to)
    sender(deadline_s=0.3)
    place.issue(LAND)
    got = to.until(lambda got: len(got) == 2)
    assert got[0].id == got[1].id
    until(lambda: len(hooks.deliveries(hook.id)) == 1)


def test_nothing_is_lost_or_invented_over_a_restart(
    place: Place, hooks: HookStore, receive: Receive, sender: Start
) -> None:
    to = receive(does=lambda n: 204 if n != 2 else 500)
    subscribe(place, hooks, to)
    first = sender(pace=Pace(first_s=3600.0))
    serve_one(place)
    to.until(lambda got: len(got) == 3)
    first.stop()  # the third waits for an hour
    serve_one(place)  # nobody sends
    assert len(to.got) == 3
    for hook in hooks.all():
        hooks.pause(hook.id, False)  # "try again now"
    sender()
    got = to.until(lambda got: len({one.id for one in got}) == 8)
    assert kinds(got) == ["issued", "called", "finished", "rated"] * 2
    assert all(len({one.body for one in got if one.id == id}) == 1 for id in {one.id for one in got})


def test_a_stop_in_the_middle_of_a_try_sends_it_again(
    place: Place, hooks: HookStore, receive: Receive, sender: Start
) -> None:
    to = receive(does=lambda n: None if n == 0 else 204)
    subscribe(place, hooks, to)
    first = sender(deadline_s=3600.0)
    place.issue(LAND)
    to.until(lambda got: len(got) == 1)
    first.stop()  # cuts the connection, and does not wait for its end
    sender()
    got = to.until(lambda got: len(got) == 2)
    assert got[0].id == got[1].id


def test_after_a_day_it_is_given_up_shown_and_can_be_sent_again(
    place: Place, hooks: HookStore, receive: Receive, sender: Start
) -> None:
    to = receive(does=lambda n: 500 if n < 3 else 204)
    hook = subscribe(place, hooks, to, ["issued"])
    working = sender(pace=Pace(first_s=0.05, most_s=0.05, all_s=0.05))
    place.issue(LAND)
    until(lambda: any(d.state == "failed" for d in hooks.deliveries(hook.id)))
    failed = next(d for d in hooks.deliveries(hook.id) if d.state == "failed")
    assert (failed.status, failed.error) == (500, "status")
    while len(to.got) < 3:  # tries that are not its own: the answers are counted
        working.again(hook, failed)
    assert working.again(hook, failed).error is None
    found = hooks.delivery(hook.id, failed.n)
    assert isinstance(found, Delivery) and found.state == "done" and found.body == failed.body
    place.issue(LAND)
    until(lambda: [d.state for d in hooks.deliveries(hook.id)] == ["done", "done"])


def test_a_held_subscription_goes_on_where_it_was(
    place: Place, hooks: HookStore, receive: Receive, sender: Start
) -> None:
    to = receive()
    hook = subscribe(place, hooks, to, ["issued"])
    sender()
    place.issue(LAND)
    to.until(lambda got: len(got) == 1)
    hooks.pause(hook.id, True)
    until(lambda: getattr(hooks.find(hook.id), "cursor", 0) > 0)
    numbers = [place.issue(LAND)["number"] for _ in range(3)]
    hooks.pause(hook.id, False)
    got = to.until(lambda got: len(got) == 4)
    assert [one.json["data"]["number"] for one in got[1:]] == numbers


def test_both_secrets_sign_while_one_replaces_the_other(
    place: Place, hooks: HookStore, receive: Receive, sender: Start
) -> None:
    to = receive()
    hook = subscribe(place, hooks, to, ["issued"])
    new = hooks.rotate(hook.id, time.time())
    assert new is not None and new != hook.secret
    sender()
    place.issue(LAND)
    (got,) = to.until(lambda got: len(got) == 1)
    assert len(got.headers["webhook-signature"].split()) == 2
    found = hooks.find(hook.id)
    assert found is not None and found.keys(time.time()) == [new, hook.secret]
    assert found.keys(time.time() + 25 * 3600) == [new]


def test_a_log_that_was_restored_from_a_backup_is_followed_again(
    place: Place, hooks: HookStore, receive: Receive, sender: Start
) -> None:
    to = receive()
    place.issue(LAND)
    hook = hooks.add(to.url, ["issued"], 10_000, "chief", 0.0)  # further than this log has come
    sender()
    until(lambda: getattr(hooks.find(hook.id), "cursor", 10_000) < 10_000)
    number = place.issue(LAND)["number"]
    (got,) = to.until(lambda got: len(got) == 1)
    assert got.json["data"]["number"] == number


def test_the_test_message_says_nothing(
    place: Place, hooks: HookStore, receive: Receive, sender: Start
) -> None:
    to = receive()
    hook = subscribe(place, hooks, to)
    assert sender().test(hook).status == 204
    (got,) = to.until(lambda got: len(got) == 1)
    assert json.loads(got.body) | {"timestamp": ""} == {
        "type": "test",
        "timestamp": "",
        "site": "hanam",
        "data": {},
    }
