"""What a holder says on his page: late, here, no longer wanted; and what strangers cannot (abuse 36, 37)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from server.hall import commands as c
from server.web.phone import TRIES
from tests.web.place import Place

LAND = "environment-land"
SECRET = "4821"


def issue(place: Place, secret: str = SECRET, **more: Any) -> dict[str, Any]:
    return place.issue(LAND, secret=secret, **more)


def state(place: Place, mine: dict[str, Any]) -> str:
    return place.writer.view.state.tickets[mine["ticket"]].state.value


def form(place: Place, mine: dict[str, Any], page: str = "") -> str:
    """The id of the form that the page shows."""
    found = re.search(
        r'name="id" value="([0-9a-f]{16})"', place.client().get(f"/t/{mine['token']}{page}").text
    )
    assert found is not None
    return found[1]


def late(place: Place, mine: dict[str, Any]) -> Any:
    return place.client().post(f"/t/{mine['token']}/late", data={"id": form(place, mine, "/late")})


def cancel(place: Place, mine: dict[str, Any], code: str, id: str = "", **more: Any) -> Any:
    told = {"id": id or form(place, mine, "/cancel"), "code": code}
    return place.client().post(f"/t/{mine['token']}/cancel", data=told, **more)


def test_late_and_here_and_back_at_the_old_place(place: Place) -> None:
    mine, other = issue(place), issue(place)
    answer = late(place, mine)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/t/{mine['token']}")
    page = place.client().get(f"/t/{mine['token']}").text
    assert "Đã báo đến muộn" in page and "Tôi đã đến" in page and 'id="ahead"' not in page
    assert place.at("7", c.CallNext)["number"] == other["number"]
    assert "bấm trước 08:27" in place.client().get(f"/t/{mine['token']}").text
    place.client().post(f"/t/{mine['token']}/here", data={"id": form(place, mine)})
    page = place.client().get(f"/t/{mine['token']}").text
    assert ">0 người<" in page and "Tôi đến muộn" not in page and "Hủy số" in page
    assert place.at("7", c.CallNext)["number"] == mine["number"]


def test_after_the_grace_the_page_sends_him_to_the_counter(place: Place) -> None:
    mine, _ = issue(place), issue(place)
    late(place, mine)
    place.at("7", c.CallNext)
    id = form(place, mine)
    place.clock.pass_(minutes=16)
    page = place.client().get(f"/t/{mine['token']}").text
    assert "Xin báo quầy để được gọi" in page and 'id="here"' not in page
    refused = place.client().post(f"/t/{mine['token']}/here", data={"id": id})
    assert refused.status_code == 409 and "Xin báo quầy" in refused.text
    place.at("7", c.BringBack, number=mine["number"])
    assert state(place, mine) == "waiting"


def test_a_hundred_parks_are_one_and_a_double_tap_is_one_command(place: Place) -> None:
    mine = issue(place)
    id = form(place, mine, "/late")
    for _ in range(20):
        answer = place.client().post(f"/t/{mine['token']}/late", data={"id": id})
        assert answer.status_code == 303
    place.client().post(f"/t/{mine['token']}/here", data={"id": form(place, mine)})
    codes = {
        place.client().post(f"/t/{mine['token']}/late", data={"id": f"{n:016x}"}).status_code
        for n in range(25)
    }
    assert codes == {409}
    kinds = [type(event).__name__ for _, event in place.store.events()]
    assert kinds.count("SaidLate") == kinds.count("SaidHere") == 1


def test_the_code_on_the_paper_and_a_second_tap_cancel_the_number(place: Place) -> None:
    mine = issue(place)
    page = place.client().get(f"/t/{mine['token']}/cancel").text
    assert "4 chữ số in trên phiếu" in page and SECRET not in page
    assert state(place, mine) == "waiting"  # looking cancels nothing
    answer = cancel(place, mine, " 4821 ")
    assert (answer.status_code, state(place, mine)) == (303, "cancelled")
    page = place.client().get(f"/t/{mine['token']}").text
    assert "Số đã hủy" in page and "http-equiv" not in page and "<script" not in page
    last = [event for _, event in place.store.events()][-1]
    assert (last.by, getattr(last, "reason", "")) == ("phone", "holder")


def test_without_the_code_nobody_cancels_anothers_number(place: Place) -> None:
    mine, neighbour = issue(place), issue(place, "1111")
    tries = ["0000", neighbour["secret"], "", "４８２１", "4821; DROP"]
    for n, wrong in enumerate(tries, 1):
        answer = cancel(place, mine, wrong)
        assert answer.status_code == 422
        told = f"Còn {TRIES - n} lần thử" if n < TRIES else "Đã nhập sai mã quá nhiều lần"
        assert told in answer.text
    refused = place.client().post(f"/t/{mine['token']}/cancel", data={"id": "0" * 16, "code": SECRET})
    assert refused.status_code == 409 and "Xin báo quầy" in refused.text
    assert "code" not in re.findall(r'name="(\w+)"', place.client().get(f"/t/{mine['token']}/cancel").text)
    assert state(place, mine) == "waiting"
    assert place.at("7", c.CallNext)["number"] == mine["number"]


def test_many_tries_at_once_are_not_more_than_five(place: Place) -> None:
    mine = issue(place)
    told = [{"id": f"{n:016x}", "code": f"{n:04}"} for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(place.client().post, f"/t/{mine['token']}/cancel", data=data) for data in told]
        codes = sorted(a.result().status_code for a in asked)
    assert codes == [409] * 35 + [422] * 5
    assert place.writer.view.state.tickets[mine["ticket"]].tries == TRIES


def test_one_form_with_corrected_figures_is_another_try(place: Place) -> None:
    mine = issue(place)
    id = form(place, mine, "/cancel")
    assert cancel(place, mine, "4812", id).status_code == 422
    assert cancel(place, mine, "4812", id).status_code == 422  # a double tap: no second try
    assert place.writer.view.state.tickets[mine["ticket"]].tries == 1
    assert cancel(place, mine, SECRET, id).status_code == 303


@pytest.mark.parametrize("then", [(), (c.Start,), (c.Finish,), (c.Park,), (c.MarkNoShow,)])
def test_from_the_call_on_the_number_is_the_officers(
    place: Place, then: tuple[type[c.AtCounter], ...]
) -> None:
    mine = issue(place)
    place.at("7", c.CallNext)
    for kind in then:
        place.at("7", kind)
    before = state(place, mine)
    page = place.client().get(f"/t/{mine['token']}").text
    assert "/late" not in page and "/cancel" not in page and "/here" not in page
    for verb in ("late", "here", "cancel"):
        answer = place.client().post(f"/t/{mine['token']}/{verb}", data={"id": "0" * 16, "code": SECRET})
        assert answer.status_code == 409, verb
    assert place.client().get(f"/t/{mine['token']}/cancel").text.count("<form") == 0
    assert state(place, mine) == before


def test_a_paper_without_a_code_sends_its_holder_to_the_counter(place: Place) -> None:
    mine = issue(place, "")
    page = place.client().get(f"/t/{mine['token']}/cancel").text
    assert "không có mã hủy" in page and "<form" not in page


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_a_form_of_another_site_is_refused(place: Place, headers: dict[str, str]) -> None:
    mine = issue(place)
    for verb in ("late", "cancel"):
        told = {"id": "0" * 16, "code": SECRET}
        answer = place.client().post(f"/t/{mine['token']}/{verb}", data=told, headers=headers)
        assert answer.status_code == 403 and "Set-Cookie" not in answer.headers
    assert state(place, mine) == "waiting"


@pytest.mark.parametrize("id", ["", "x", "0" * 15, "0" * 17, "0" * 16 + "\n", "../../x", "Ấ" * 16])
def test_a_form_that_is_not_ours_is_a_bad_request(place: Place, id: str) -> None:
    mine = issue(place)
    assert place.client().post(f"/t/{mine['token']}/late", data={"id": id}).status_code == 400
    assert state(place, mine) == "waiting"


def test_looking_changes_nothing(place: Place) -> None:
    mine = issue(place)
    client = place.client()
    rev = place.writer.view.rev
    for verb in ("", "/live", "/late", "/cancel"):
        assert client.get(f"/t/{mine['token']}{verb}").status_code == 200
        assert client.head(f"/t/{mine['token']}{verb}").status_code == 200
    for verb in ("here", "late?id=0", "cancel?id=0&code=4821"):
        client.get(f"/t/{mine['token']}/{verb}")
    for method in ("put", "delete", "patch"):
        assert getattr(client, method)(f"/t/{mine['token']}/cancel").status_code == 405
    assert place.writer.view.rev == rev


def test_a_chosen_language_stays_through_every_form_without_a_cookie(place: Place) -> None:
    mine = issue(place)
    client = place.client()
    for page in ("", "/late", "/cancel"):
        answer = client.get(f"/t/{mine['token']}{page}?lang=en")
        links = re.findall(r'(?:href|action|data-live|data-events)="(/t/[^"]+)"', answer.text)
        assert links and all(link.endswith("?lang=en") for link in links)
        assert "Set-Cookie" not in answer.headers
    wrong = client.post(f"/t/{mine['token']}/cancel?lang=en", data={"id": "0" * 16, "code": "0000"})
    assert "Wrong code. Tries left: 4." in wrong.text
    early = client.post(f"/t/{mine['token']}/here", data={"id": "0" * 16})
    assert early.status_code == 409 and 'href="?lang=en"' in early.text
    assert client.get(f"/t/{mine['token']}/here?lang=en").headers["Location"] == f"/t/{mine['token']}?lang=en"
    away = client.post(f"/t/{mine['token']}/late?lang=en", data={"id": "1" * 16})
    assert away.headers["Location"].endswith("?lang=en")


def test_the_officer_sees_who_said_that_he_is_late(place: Place) -> None:
    mine = issue(place)
    late(place, mine)
    staff = place.log_in("officer-7")
    staff.press("7", "open")
    page = staff.get("/console/7").text
    assert re.search(rf"{mine['number']}</span> đến muộn", page)
    assert staff.press("7", "bring-back", number=mine["number"]).status_code == 200
    assert state(place, mine) == "waiting"


def test_a_number_of_the_reception_has_a_code_that_only_its_paper_says(place: Place) -> None:
    staff = place.log_in("officer-7")
    given = staff.post("/api/v1/tickets", {"id": "1", "service": LAND}).get_json()
    ticket = place.writer.view.state.tickets[given["ticket"]]
    assert "secret" not in given
    assert re.fullmatch("[0-9]{4}", ticket.secret)
