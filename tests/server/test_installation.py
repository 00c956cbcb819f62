"""Many centres in one server: each with its own numbers, pages and log; they come and go while it runs."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from msgspec.structs import replace

from server.centre import Broker, Centre
from server.hall.refusals import Refusal
from server.installation import Installation
from server.people.accounts import Accounts, open_accounts
from server.people.rights import Role
from server.site_file import load_document
from server.site_shape import Words
from server.web.app import create_app
from server.web.hall import Hall
from tests.server.small_server import HandClock
from tests.web.place import HANAM, PASSWORD, Staff
from tests.web.sending import send

DOCUMENT = load_document(HANAM)
FIRST, OTHER = DOCUMENT.id, "ly-nhan"
ELSEWHERE = replace(DOCUMENT, id=OTHER, name=Words("Bộ phận Một cửa Lý Nhân", "One-stop hall of Ly Nhan"))


@dataclass
class Province:
    installation: Installation
    app: Flask
    accounts: Accounts
    data: Path

    def log_in(self, name: str, roles: dict[str, Role]) -> Staff:
        self.accounts.add(name, roles, PASSWORD, 0.0)
        client = self.app.test_client()
        answer = client.post("/api/v1/login", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Staff(client, answer.get_json()["csrf"])


def province(data: Path) -> Province:
    accounts, clock = open_accounts(data / "accounts.db"), HandClock()
    furnish = partial(Hall, accounts=accounts, secret=b"a secret for tests only, 32 bytes", wall=lambda: 1.0)
    nowhere = Broker("mqtt://127.0.0.1:1", None)

    def make(hall_file: Path, folder: Path) -> Centre:
        return Centre(hall_file, folder, None, nowhere, clock, furnish)

    first = make(HANAM, data)
    installation = Installation(first, data, make)
    app = create_app(first.hall, installation)
    installation.start()
    return Province(installation, app, accounts, data)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Province]:
    found = province(tmp_path)
    found.installation.add(ELSEWHERE)
    yield found
    found.installation.stop()
    found.accounts.close()


def number(staff: Staff, prefix: str, service: str) -> Any:
    told = {"id": uuid.uuid4().hex, "service": service}
    return staff.post(f"{prefix}/api/v1/tickets", told)


def test_each_centre_gives_its_own_numbers_and_keeps_its_own_log(two: Province) -> None:
    staff = two.log_in("ha", {"*": Role.OFFICER})
    service = DOCUMENT.authority[0].service[0].id
    here = [number(staff, "", service).get_json()["number"] for _ in range(3)]
    there = number(staff, f"/at/{OTHER}", service).get_json()["number"]
    assert there == here[0]
    halls = two.installation.halls
    assert list(halls) == [FIRST, OTHER]
    assert [len(hall.writer.view.state.tickets) for hall in halls.values()] == [3, 1]
    assert (two.data / "sites" / OTHER / "hall.db").exists()


def test_a_role_holds_at_its_centre_and_at_no_other(two: Province) -> None:
    staff = two.log_in("quan", {OTHER: Role.MANAGER})
    assert staff.get(f"/at/{OTHER}/figures/").status_code == 200
    assert staff.get("/figures/").status_code == 403
    assert staff.get(f"/at/{FIRST}/figures/").status_code == 403
    press = staff.post(f"/api/v1/counters/{DOCUMENT.counter[0].id}/open", {"id": "x"})
    assert press.status_code == 403
    page = staff.get("/centres").text
    assert "Lý Nhân" in page and "Hà Nam" not in page.split("<main")[1]


def test_who_logs_in_where_he_has_no_role_finds_the_centres_where_he_has(two: Province) -> None:
    two.log_in("quan", {OTHER: Role.MANAGER})
    client, typed = two.app.test_client(), {"name": "quan", "password": PASSWORD}
    answer = send(client, "/login", "/login", **typed)
    assert f'href="/at/{OTHER}/"' in client.get(answer.headers["Location"]).text
    there = two.app.test_client()
    answer = send(there, f"/at/{OTHER}/login", f"/at/{OTHER}/login", **typed)
    assert answer.headers["Location"] == f"/at/{OTHER}/figures/"


def test_links_of_a_page_stay_within_its_centre(two: Province) -> None:
    staff = two.log_in("thu", {"*": Role.OFFICER})
    page = staff.get(f"/at/{OTHER}/console/").text
    assert "Lý Nhân" in page
    assert f'action="/at/{OTHER}/' in page
    answer = staff.get(f"/at/{OTHER}/console/7")
    assert answer.headers["Location"].startswith(f"/at/{OTHER}/")


def test_the_page_of_a_number_stays_within_its_centre(two: Province) -> None:
    staff = two.log_in("thu", {"*": Role.RECEPTION})
    given = number(staff, f"/at/{OTHER}", DOCUMENT.authority[0].service[0].id).get_json()
    hall = two.installation.halls[OTHER]
    token = hall.writer.view.state.tickets[given["ticket"]].token
    phone, way = two.app.test_client(), f"/at/{OTHER}/t/{token}"
    assert phone.get(f"/t/{token}").status_code == 404
    for page in ("", "/live", "/late", "/cancel"):
        text = phone.get(way + page).text
        links = re.findall(r'(?:href|action|src|data-live|data-events)="(/[^"]+)"', text)
        assert links and all(link.startswith(f"/at/{OTHER}/") for link in links), (page, links)
    with phone.get(f"{way}/events") as pushed:
        told = next(line for line in map(bytes.decode, pushed.response) if line.startswith("data: "))
    assert f"{way}/late" in told
    away = phone.post(f"{way}/late", data={"id": "1" * 16})
    assert away.headers["Location"] == way
    assert phone.get(f"{way}/here").headers["Location"] == way


def test_presses_at_counters_of_the_same_name_are_two(two: Province) -> None:
    counter = DOCUMENT.counter[0].id
    staff = {
        "": two.log_in("ha", {FIRST: Role.OFFICER}),
        f"/at/{OTHER}": two.log_in("lan", {OTHER: Role.OFFICER}),
    }
    service = DOCUMENT.counter[0].services[0]
    for prefix, who in staff.items():
        assert number(who, prefix, service).status_code == 201
        assert (
            who.post(f"{prefix}/api/v1/counters/{counter}/open", {"id": f"o{prefix[-1:]}"}).status_code == 200
        )
    said = [
        who.post(f"{prefix}/api/v1/counters/{counter}/next", {"id": f"n{prefix[-1:]}"}).get_json()
        for prefix, who in staff.items()
    ]
    assert [answer["repeats"] for answer in said] == [False, False]
    assert all(answer["number"] for answer in said)


def test_an_address_of_no_centre_is_not_found(two: Province) -> None:
    client = two.app.test_client()
    for path in ("/at/nowhere/board", "/at/nowhere/", "/at/", "/at/..%2f/", "/at/nowhere/api/v1/hall"):
        assert client.get(path).status_code == 404, path
    assert client.get(f"/at/{OTHER}/board").status_code == 200


def test_a_taken_id_and_a_wrong_document_are_refused(two: Province) -> None:
    for document, code in (
        (ELSEWHERE, "site-taken"),
        (DOCUMENT, "site-taken"),
        (replace(DOCUMENT, id="third", counter=DOCUMENT.counter[:1]), "setup-wrong"),
    ):
        with pytest.raises(Refusal) as refused:
            two.installation.add(document)
        assert refused.value.code == code
    assert list(two.installation.halls) == [FIRST, OTHER]
    assert not (two.data / "sites" / "third").exists()


def test_a_retired_centre_is_gone_and_its_log_is_put_aside(two: Province) -> None:
    two.installation.retire(OTHER)
    assert two.app.test_client().get(f"/at/{OTHER}/board").status_code == 404
    assert (two.data / "retired" / f"{OTHER}.1" / "hall.db").exists()
    for site, code in ((OTHER, "unknown-site"), (FIRST, "first-site")):
        with pytest.raises(Refusal) as refused:
            two.installation.retire(site)
        assert refused.value.code == code
    assert two.installation.add(ELSEWHERE).writer.view.state.tickets == {}


@pytest.mark.parametrize("path", ["/events", "/board/events", "/devices/events", "/api/v1/events"])
def test_a_page_of_a_retired_centre_hears_nothing_more(two: Province, path: str) -> None:
    """Else it would believe what it shows, and a centre that is added again would not reach it."""
    staff = two.log_in("ha", {"*": Role.ADMINISTRATOR})
    with staff.get(f"/at/{OTHER}{path}") as pushed:
        lines = iter(pushed.response)
        next(lines)
        two.installation.retire(OTHER)
        assert [line for line, _ in zip(lines, range(2), strict=False)] == []


def test_a_restart_opens_every_centre_again_but_one_that_is_broken(tmp_path: Path) -> None:
    before = province(tmp_path)
    before.installation.add(ELSEWHERE)
    staff = before.log_in("ha", {"*": Role.OFFICER})
    number(staff, f"/at/{OTHER}", DOCUMENT.authority[0].service[0].id)
    before.installation.stop()
    before.accounts.close()
    (tmp_path / "sites" / "broken").mkdir()
    (tmp_path / "sites" / "broken" / "hall.toml").write_text("id = ", encoding="utf-8")
    after = province(tmp_path)
    try:
        after.installation.opened()
        assert list(after.installation.broken) == ["broken"]
        assert [len(h.writer.view.state.tickets) for h in after.installation.halls.values()] == [0, 1]
    finally:
        after.installation.stop()
        after.accounts.close()
