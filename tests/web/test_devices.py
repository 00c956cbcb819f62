"""What a manager and an officer see of the devices, and the paper that comes out once more."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from broker.messages import Control, DeviceStatus, Voice
from server.devices import (
    STRANGER,
    STRANGERS_KEPT,
    TICKET_M,
    WRONGS,
    Devices,
    can_print,
    printing,
    tickets_left,
    troubles,
    wrongs,
)
from server.hall import commands as c
from server.hall.tickets import Klass
from server.people.rights import Role
from server.web.words import TEXTS
from tests.web.place import Place, Staff

LAND = "environment-land"
CODE = "H42.08-261123-0007"
OK = DeviceStatus(online=True, role="kiosk", printer="ok")


def status(**what: Any) -> DeviceStatus:
    return DeviceStatus(online=what.pop("online", True), role="kiosk", **{"printer": "ok", **what})


def own_number(place: Place, number: str = "B2-017", **what: Any) -> str:
    """Kiosk 2 tells of a number that it gave by itself five minutes ago; the ticket's token."""
    fresh = uuid.uuid4().hex
    told = {
        "ticket": fresh, "token": fresh[:22], "spare": fresh[10:], "source": "kiosk-2", "number": number,
        "service": LAND, "box": "b", "seq": 1, "at": place.clock.now() - timedelta(minutes=5),
        "trusted": True, "age": None,
    }  # fmt: skip
    place.writer.ask(c.TakeOwnNumber(id=fresh, by="device:kiosk-2", **{**told, **what}))
    return fresh[:22]


@pytest.fixture
def officer(place: Place) -> Staff:
    place.at("7", c.OpenCounter, officer="officer-7")
    place.devices.put("kiosk-1", OK)
    place.devices.put("kiosk-2", OK)
    return place.log_in("officer-7")


# --- what is wrong ------------------------------------------------------------------------------------------


def test_everything_that_can_be_wrong_has_a_word_and_the_most_urgent_comes_first() -> None:
    for what in ("offline", STRANGER, *WRONGS):
        assert TEXTS(f"trouble.{what}", "vi") and TEXTS(f"trouble.{what}", "en")
    worst = status(printer="paper-out", alone=True, scanner="unplugged", clock_offset_s=-301.0, outbox=99)
    assert wrongs(worst) == ("paper-out", "alone", "scanner", "clock", "unsent")
    assert wrongs(status(stuck=("help",))) == ("stuck",)
    assert wrongs(status(help=True, printer="paper-out")) == ("help", "paper-out")
    assert wrongs(status(clock_synchronised=False)) == ("clock-unsure",)
    assert wrongs(status(clock_synchronised=False, clock_offset_s=0.2)) == ()
    assert wrongs(status(online=False, printer="paper-out", alone=True)) == ("offline",)
    assert wrongs(status(clock_offset_s=299.0, outbox=19, scanner="ok")) == ()


def test_troubles_are_those_of_devices_that_are_missed(place: Place) -> None:
    statuses = {
        "counter-3": DeviceStatus(online=False, role="counter"),
        "kiosk-2": status(printer="paper-low", alone=True),
        "crowd-1": status(online=False),
    }
    found = [(t.device, t.whats) for t in troubles(place.config.devices, statuses)]
    assert found == [("kiosk-2", ("alone", "paper-low")), ("counter-3", ("offline",))]
    told = troubles(place.config.devices, {"kiosk-9": status(), "kiosk-8": status(online=False)})
    assert [(t.device, t.whats) for t in told] == [("kiosk-9", (STRANGER,))]
    statuses["kiosk-2"] = status(printer="paper-low")  # can wait
    assert [t.device for t in troubles(place.config.devices, statuses)] == ["counter-3", "kiosk-2"]
    statuses["kiosk-2"] = status(printer="paper-low", help=True)
    statuses["kiosk-1"] = status(printer="paper-out")
    found = [t.device for t in troubles(place.config.devices, statuses)]
    assert found == ["kiosk-2", "kiosk-1", "counter-3"], "where a citizen waits comes first"


def test_the_halls_own_devices_leave_room_for_strangers() -> None:
    devices = Devices()
    for n in range(STRANGERS_KEPT):
        devices.put(f"counter-{n}", OK)
    devices.put_stranger("kiosk-99", OK)
    assert devices.snapshot()["kiosk-99"] == OK


def test_of_a_crowd_of_strangers_the_first_are_kept_and_heard() -> None:
    devices, out = Devices(), status(printer="paper-out")
    crowd = [f"stranger-{n}" for n in range(STRANGERS_KEPT + 1)]
    for said in (OK, out):
        for id in crowd:
            devices.put_stranger(id, said)
    assert devices.snapshot() == dict.fromkeys(crowd[:STRANGERS_KEPT], out)


def test_without_a_broker_no_device_is_said_to_be_well() -> None:
    devices = Devices()
    devices.put("kiosk-1", OK)
    before = devices.changes
    devices.reach(False)
    assert wrongs(devices.snapshot()["kiosk-1"]) == ("offline",) and devices.changes == before + 1
    devices.reach(True)
    assert wrongs(devices.snapshot()["kiosk-1"]) == () and devices.changes == before + 2


def test_what_staff_ought_to_see_is_counted_and_what_creeps_is_not() -> None:
    devices = Devices()
    steps = [
        (OK, 1),
        (status(paper_m=3.0, metres=70.0, cuts=9, outbox=2, clock_offset_s=0.4), 1),
        (status(printer="paper-low"), 2),
        (status(printer="paper-out"), 3),
        (status(printer="paper-out", alone=True), 4),
        (status(printer="paper-out", alone=True), 4),
        (status(online=False), 5),
        (status(scanner="unplugged"), 6),
    ]
    for said, changes in steps:
        devices.put("kiosk-1", said)
        assert devices.changes == changes


@pytest.mark.parametrize(
    ("roll_m", "paper_m", "left"),
    [(50.0, 0.0, 454), (50.0, 45.5, 40), (50.0, 60.0, 0), (None, 4.0, None), (50.0, None, None)],
)
def test_paper_left_is_counted_in_tickets(
    roll_m: float | None, paper_m: float | None, left: int | None
) -> None:
    assert tickets_left(status(roll_m=roll_m, paper_m=paper_m)) == left
    assert TICKET_M == 0.11


def test_a_roll_that_is_out_is_good_for_nothing_whatever_was_measured() -> None:
    assert tickets_left(status(roll_m=80.0, paper_m=0.0, printer="paper-out")) == 0


def test_a_kiosk_prints_while_it_is_there_and_has_paper(place: Place) -> None:
    for printer in ("ok", "paper-low"):
        assert can_print(status(printer=printer))
    out = (status(printer=state) for state in ("paper-out", "unplugged", None))
    for said in (None, status(online=False), *out):
        assert not can_print(said)
    statuses = {"kiosk-2": OK, "kiosk-1": status(printer="cover-open")}
    assert printing(place.config.devices, statuses) == ("kiosk-2",)


# --- pages --------------------------------------------------------------------------------------------------


def rows(page: str) -> dict[str, str]:
    """Device -> what its line says."""
    found = re.findall(r'<tr data-device="([^"]+)">(.*?)</tr>', page, re.S)
    return {id: " ".join(re.sub(r"<[^>]*>", " ", line).split()) for id, line in found}


def test_a_manager_sees_every_device_and_those_first_that_need_a_person(place: Place) -> None:
    chief = place.log_in("chief", Role.MANAGER)
    at = datetime(2026, 11, 23, 1, 33, tzinfo=UTC)
    place.devices.put(
        "kiosk-1", status(at=at, version="0.2", paper_m=5.6, roll_m=50.0, metres=812.4, cuts=7380)
    )
    place.devices.put("kiosk-2", status(printer="paper-out", alone=True, outbox=31, clock_offset_s=-2.5))
    place.devices.put("display-1", DeviceStatus(online=False, role="display"))
    place.devices.put("display-2", status(clock_offset_s=-0.04))
    found = rows(chief.get("/devices/?lang=vi").text)
    assert list(found)[:2] == ["kiosk-2", "display-1"] and len(found) == len(place.config.devices)
    assert re.fullmatch(
        r"Máy lấy số 1 – cửa chính Tốt khoảng 403 phiếu 0 – 812 m, 7380 lần cắt – 0\.2 \d\d:\d\d:\d\d",
        found["kiosk-1"],
    )
    assert "hết giấy đang tự cấp số nhiều tin chưa gửi" in found["kiosk-2"]
    assert "31 -2.5 s" in found["kiosk-2"] and "+0.0 s" in found["display-2"]
    assert found["display-1"].startswith("Màn hình 1 mất kết nối") and "chưa thấy" in found["counter-3"]
    assert rows(chief.get("/devices/live?lang=en").text)["kiosk-1"].startswith(
        "Ticket machine 1 – main door Good"
    )


@pytest.mark.parametrize(
    ("voice", "vi", "en"),
    [
        ("pack", "giọng thu âm", "recorded"),
        ("espeak-ng", "máy đọc (espeak-ng)", "synthetic (espeak-ng)"),
        ("piper", "máy đọc (Piper)", "synthetic (Piper)"),
        ("chime", "chỉ có chuông", "chime only"),
    ],
)
def test_a_manager_sees_which_voice_spoke_the_last_call(place: Place, voice: Voice, vi: str, en: str) -> None:
    chief = place.log_in("chief", Role.MANAGER)
    place.devices.put("display-1", DeviceStatus(online=True, role="display", version="0.2", voice=voice))
    for lang, words in (("vi", vi), ("en", en)):
        assert f'<dd class="n">{words}</dd>' in chief.get(f"/devices/display-1?lang={lang}").text


def test_a_manager_reads_what_a_device_says_of_its_fault(place: Place) -> None:
    chief = place.log_in("chief", Role.MANAGER)
    fault = "The voice pack's <ba>.wav cannot be read: No such file"
    place.devices.put("display-1", DeviceStatus(online=True, role="display", error=fault))
    assert "&lt;ba&gt;.wav cannot be read" in rows(chief.get("/devices/").text)["display-1"]


def test_devices_are_for_managers(place: Place, officer: Staff) -> None:
    assert officer.get("/devices/").status_code == 403
    assert place.client().get("/devices/live", headers={"Accept": "application/json"}).status_code == 401


def test_the_staff_page_says_what_is_wrong_and_where_paper_comes_out(place: Place, officer: Staff) -> None:
    place.devices.put("kiosk-2", status(printer="paper-out", alone=True))
    page = officer.get("/console/7/live").text
    assert "Máy lấy số 2 – sảnh bên: hết giấy, đang tự cấp số" in page
    for offered in (found := re.findall(r"data-printers='([^']*)'", page)):
        assert "kiosk-1" in offered and "kiosk-2" not in offered
    assert found
    place.devices.put("kiosk-1", status(online=False))
    assert re.search(r"data-printers='\[\]' disabled>", officer.get("/console/7/live").text)


def test_a_dossier_and_missing_paper_are_on_the_staff_page_only(place: Place, officer: Staff) -> None:
    token = own_number(place, dossier=CODE)
    id = place.writer.view.state.by_number["B2-017"]
    place.writer.ask(c.RecordPaper(id="p", by="device:kiosk-2", ticket=id, outcome="failed"))
    for _ in ("waiting", "called"):
        page = officer.get("/console/7/live").text
        assert CODE in page and "chưa in được phiếu" in page
        place.at("7", c.CallNext)
    assert CODE not in place.client().get(f"/t/{token}").text
    assert CODE not in officer.get("/api/v1/hall").text


# --- numbers of a kiosk's own -------------------------------------------------------------------------------


def test_a_number_told_late_has_its_phone_page_and_its_wait(place: Place, officer: Staff) -> None:
    token = own_number(place, klass=Klass.PRIORITY)
    page = place.client().get(f"/t/{token}")
    assert page.status_code == 200 and '<h1 class="number">B2-017</h1>' in page.text
    assert officer.press("7", "next").get_json()["number"] == "B2-017"
    assert "Chờ 5 phút, lấy số 08:07" in officer.get("/console/7/live").text


def test_a_phone_that_asks_too_early_is_told_to_wait_and_asks_again(place: Place) -> None:
    page = place.client().get("/t/" + "x" * 22)
    assert page.status_code == 404
    assert "số sẽ hiện tại đây sau ít phút" in page.text
    assert '<meta http-equiv="refresh" content="30">' in page.text
    assert page.text == place.client().get("/t/" + "y" * 22).text


def test_an_officer_calls_a_number_that_is_not_known_yet(place: Place, officer: Staff) -> None:
    answer = officer.press("7", "call", number="b2-17").get_json()
    assert (answer["number"], answer["state"]) == ("B2-017", "called")
    assert "token" not in answer
    token = own_number(place, "B2-017", service="environment-permits")
    assert "đến quầy" in place.client().get(f"/t/{token}").text.lower()
    own_number(place, "B2-017")
    assert officer.press("7", "call", number="b2-017/2").get_json()["number"] == "B2-017/2"


@pytest.mark.parametrize("number", ["B2-017/", "/2", "B2-017/222", "B2-017\n", "B2 017", "B2-017/2/3"])
def test_what_is_no_number_is_a_bad_request(officer: Staff, number: str) -> None:
    assert officer.press("7", "call", number=number).get_json()["code"] == "bad-request"


@pytest.mark.parametrize(("number", "code"), [("B3-017", "unknown-number"), ("A2-017", "not-served-here")])
def test_what_no_citizen_can_hold_is_not_called(officer: Staff, number: str, code: str) -> None:
    assert officer.press("7", "call", number=number).get_json()["code"] == code


# --- the paper once more ------------------------------------------------------------------------------------


def test_the_same_number_comes_out_where_it_was_given(place: Place, officer: Staff) -> None:
    given = place.issue(LAND)
    answer = officer.press("7", "reprint", number=given["number"]).get_json()
    assert (answer["number"], answer["kiosk"], answer["repeats"]) == (given["number"], "kiosk-1", False)
    ((device, order),) = place.orders
    assert device == "kiosk-1" and isinstance(order, Control) and order.do == "reprint"
    assert order.ticket is not None and order.ticket.id == order.id
    assert (order.ticket.ticket, order.ticket.number) == (given["ticket"], given["number"])
    assert order.ticket.url.endswith(given["token"]) and len(place.writer.view.state.tickets) == 1
    audited = place.writer.ask(c.RecordPaper(id="p", by="x", ticket=given["ticket"], outcome="printed"))
    assert audited is not None and place.writer.view.state.tickets[given["ticket"]].paper == "printed"


def test_a_press_is_one_order_however_often_it_is_sent(place: Place, officer: Staff) -> None:
    given = place.issue(LAND)
    for _ in range(3):
        officer.press("7", "reprint", id="same", number=given["number"], kiosk="kiosk-2")
    assert {device for device, _ in place.orders} == {"kiosk-2"}
    assert len({order.id for _, order in place.orders}) == 1  # the kiosk prints one of them
    place.tick[0] += 60
    officer.press("7", "reprint", id="other", number=given["number"], kiosk="kiosk-2")
    assert len({order.id for _, order in place.orders}) == 2


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"number": "B001", "kiosk": "kiosk-2"}, "cannot-print"),
        ({"number": "B001", "kiosk": "display-1"}, "unknown-device"),
        ({"number": "B001", "kiosk": "kiosk-9"}, "unknown-device"),
        ({"number": "B999"}, "unknown-number"),
        ({"number": "B999", "kiosk": "kiosk-1"}, "unknown-number"),
        ({"kiosk": "kiosk-1"}, "bad-request"),
        ({"number": "B001", "ticket": "mine"}, "bad-request"),
    ],
)
def test_paper_that_cannot_come_out_is_not_ordered(
    place: Place, officer: Staff, told: dict[str, str], code: str
) -> None:
    place.issue(LAND)
    place.devices.put("kiosk-2", status(printer="paper-out"))
    assert officer.press("7", "reprint", **told).get_json()["code"] == code
    assert place.orders == []


def test_a_number_of_the_reception_comes_out_at_the_first_kiosk_that_prints(
    place: Place, officer: Staff
) -> None:
    answer = officer.post("/api/v1/tickets", {"id": "i", "service": LAND}).get_json()
    assert officer.press("7", "reprint", number=answer["number"]).get_json()["kiosk"] == "kiosk-1"
    assert officer.press("7", "reprint", number=answer["number"], kiosk="kiosk-2").status_code == 200


def test_who_is_served_already_needs_no_paper(place: Place, officer: Staff) -> None:
    number = place.issue(LAND)["number"]
    officer.press("7", "next"), officer.press("7", "finish")
    assert officer.press("7", "reprint", number=number).get_json()["code"] == "not-now"
    assert place.orders == []


def test_strangers_and_other_officers_print_nothing(place: Place, officer: Staff) -> None:
    number = place.issue(LAND)["number"]
    other = place.log_in("officer-8")
    assert other.press("7", "reprint", number=number).get_json()["code"] == "counter-taken"
    stranger = place.client().post("/api/v1/counters/7/reprint", json={"id": "x", "number": number})
    assert stranger.status_code == 401
    no_token = officer.client.post("/api/v1/counters/7/reprint", json={"id": "x", "number": number})
    assert no_token.get_json()["code"] == "csrf"
    assert place.orders == []
