"""The administrator's page of webhooks, with a real receiver and the sender at work."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from server.happenings import count
from server.people.rights import Role
from tests.web.place import Place, Staff, csrf_of
from tests.webhooks.receiver import Receiver

LAND = "environment-land"
HOME = "/admin/webhooks/"


@pytest.fixture
def to() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def working(place: Place) -> Iterator[Place]:
    """The place with its sender at work."""
    place.hall.webhooks.start()
    yield place
    place.hall.webhooks.stop()


@pytest.fixture
def chief(working: Place) -> Staff:
    return working.log_in("chief", Role.ADMINISTRATOR)


def send(staff: Staff, path: str, **form: Any) -> Any:
    csrf = csrf_of(staff.get(HOME).text)
    return staff.client.post(path, data={"csrf": csrf, **form})


def add(staff: Staff, url: str, events: Any = ("issued", "called")) -> Any:
    return send(staff, HOME, url=url, events=list(events))


def audited(place: Place) -> list[str]:
    from server.people.audit import Wanted

    return [entry.what for entry in place.audit.entries(Wanted(what="webhook"), 50)]


def test_an_address_is_added_told_and_its_secret_shown_once(
    working: Place, chief: Staff, to: Receiver
) -> None:
    page = add(chief, to.url)
    assert page.status_code == 200
    secret = re.search(r"<pre>(whsec_[A-Za-z0-9+/=]+)</pre>", page.text)
    assert secret is not None
    (hook,) = working.hall.webhooks.store.all()
    assert hook.secret == secret[1]
    assert secret[1] not in chief.get(f"{HOME}{hook.id}").text + chief.get(HOME).text
    number = working.issue(LAND)["number"]
    (got,) = to.until(lambda got: len(got) == 1)
    assert got.json["data"]["number"] == number
    assert audited(working) == ["webhook.added"]


@pytest.mark.parametrize(
    ("url", "events", "field", "words"),
    [
        ("", ["issued"], "url", "https://"),
        ("ftp://x.example/", ["issued"], "url", "https://"),
        ("http://169.254.169.254/", ["issued"], "url", "Không gửi tới địa chỉ này được."),
        ('https://x.example/"><script>alert(1)</script>', ["issued"], "url", "Viết địa chỉ như"),
        ("https://x.example/", [], "events", "Chọn ít nhất một sự kiện."),
        ("https://x.example/", ["issued", "everything"], "events", "Chọn ít nhất một sự kiện."),
        ("https://x.example/" + "x" * 5000, ["issued"], "url", "Viết địa chỉ như"),
        ("https://x.example/\x00", ["issued"], "url", "Viết địa chỉ như"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_changes(
    working: Place, chief: Staff, url: str, events: list[str], field: str, words: str
) -> None:
    page = add(chief, url, events)
    assert page.status_code == 422
    wrong = re.search(rf'id="{field}-wrong">([^<]+)<', page.text)
    assert wrong is not None and words in wrong[1]
    assert "<script>" not in page.text
    assert working.hall.webhooks.store.all() == []
    assert audited(working) == []


def test_one_address_is_on_the_list_once(working: Place, chief: Staff, to: Receiver) -> None:
    add(chief, to.url)
    page = add(chief, to.url)
    assert page.status_code == 422 and "đã có trong danh sách" in page.text
    assert len(working.hall.webhooks.store.all()) == 1


def test_it_is_tried_held_changed_and_removed(working: Place, chief: Staff, to: Receiver) -> None:
    add(chief, to.url)
    (hook,) = working.hall.webhooks.store.all()
    at = f"{HOME}{hook.id}"
    page = send(chief, f"{at}/test")
    assert "Đã nhận (204)" in page.text
    assert to.got[0].json["type"] == "test"
    assert "Đã tạm dừng" in chief.get(send(chief, f"{at}/pause", paused="yes").location).text
    working.issue(LAND)
    assert "Số tin chờ gửi: 1" in chief.get(at).text
    assert send(chief, f"{at}/change", url=to.url, events=["issued", "rated"]).status_code == 303
    assert send(chief, f"{at}/pause", paused="no").status_code == 303
    to.until(lambda got: len(got) == 2)
    page = send(chief, f"{at}/rotate")
    assert "whsec_" in page.text and "Khóa cũ còn ký cùng đến" in page.text
    assert send(chief, f"{at}/remove").status_code == 303
    assert working.hall.webhooks.store.all() == []
    assert chief.get(at).status_code == 404
    assert audited(working) == [
        "webhook.removed",
        "webhook.rotated",
        "webhook.resumed",
        "webhook.changed",
        "webhook.paused",
        "webhook.added",
    ]


def test_a_delivery_is_sent_again(working: Place, chief: Staff, to: Receiver) -> None:
    add(chief, to.url)
    (hook,) = working.hall.webhooks.store.all()
    working.issue(LAND)
    to.until(lambda got: len(got) == 1)
    store, ends = working.hall.webhooks.store, time.monotonic() + 20
    while not store.deliveries(hook.id):
        assert time.monotonic() < ends
        time.sleep(0.01)
    (found,) = store.deliveries(hook.id)
    assert send(chief, f"{HOME}{hook.id}/deliveries/{found.n}/again").status_code == 200
    got = to.until(lambda got: len(got) == 2)
    assert got[0].id == got[1].id and got[0].body == got[1].body
    assert send(chief, f"{HOME}{hook.id}/deliveries/999/again").status_code == 404


def test_only_who_sets_up_may_and_only_from_our_own_page(working: Place, chief: Staff, to: Receiver) -> None:
    add(chief, to.url)
    (hook,) = working.hall.webhooks.store.all()
    boss, officer = working.log_in("boss", Role.MANAGER), working.log_in("officer-7")
    paths = ("/change", "/pause", "/rotate", "/remove", "/test", "/deliveries/1/again")
    for staff in (boss, officer):
        assert staff.get(HOME).status_code == staff.get(f"{HOME}{hook.id}").status_code == 403
        for path in paths:
            assert staff.client.post(f"{HOME}{hook.id}{path}", data={"csrf": staff.csrf}).status_code == 403
    for path in paths:
        answer = chief.client.post(f"{HOME}{hook.id}{path}", data={"csrf": "wrong"})
        assert answer.status_code == 400
        csrf = csrf_of(chief.get(HOME).text)
        answer = chief.client.post(
            f"{HOME}{hook.id}{path}", data={"csrf": csrf}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code == 403
        assert chief.get(f"{HOME}{hook.id}{path}").status_code == 405
    assert working.hall.webhooks.store.all() == [hook]
    assert to.got == []


def test_what_waits_is_counted_to_a_thousand(working: Place) -> None:
    for _ in range(3):
        working.issue(LAND)
    engine = working.hall.engine
    assert count(engine, 0, ("issued",)) == 3
    assert count(engine, 0, ("issued",), most=2) == 3 and count(engine, 0, ("issued",), most=1) == 2
