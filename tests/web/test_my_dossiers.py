"""Whose dossiers somebody sees as their own: an officer's, an authority's, and what is new of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import structs

from server.dossiers.bringing import Brought, Delivery
from server.hall import commands as c
from server.people.rights import Role
from tests.web.place import MORNING, Place, Staff, csrf_of
from tests.web.promised import (
    AFTER,
    LATE,
    dossier,
    field,
    fresh,
    listed,
    open_town,
    send,
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    opened = open_town(tmp_path_factory.mktemp("town"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def chief(town: Place) -> Staff:
    return town.log_in("chief", Role.MANAGER)


@pytest.fixture(scope="module")
def an(town: Place) -> Staff:
    found = town.log_in("an", Role.OFFICER)
    town.accounts.contacts.set("an", "an@example.vn", "Nguyễn Văn An")
    return found


def test_an_officer_sees_and_keeps_the_promises_of_their_own(town: Place, an: Staff) -> None:
    assert listed(an.get("/dossiers/mine").text) == {"0", "2", "3"}
    assert 'class="reminded"' in an.get("/me").text
    assert an.get(f"/dossiers/{LATE}").status_code == 200
    assert an.get(f"/dossiers/{AFTER}").status_code == 403
    assert an.get("/dossiers/promises").status_code == an.get("/dossiers/list").status_code == 403
    assert send(an, AFTER, "renew", number=1, due="2026-12-04T16:00", reason="x").status_code == 403
    stranger = town.log_in("other", Role.OFFICER)
    assert "chưa có tên trong hệ thống một cửa" in stranger.get("/dossiers/mine").text
    assert 'class="reminded"' not in stranger.get("/me").text


def test_reminders_are_new_on_the_screen_until_they_were_seen(town: Place, an: Staff) -> None:
    town.at("7", c.OpenCounter, officer="an")
    page = an.get("/dossiers/mine").text
    assert fresh(page) == {"0", "2"} == listed(an.get("/dossiers/mine?new=1").text)
    assert listed(an.get("/dossiers/mine?standing=unexcused&standing=waiting").text) == {"0", "3"}
    assert "2 mới" in an.get("/me").text
    line = '<a href="/dossiers/mine">Hồ sơ của tôi: 1 quá hạn, 1 cần xin lỗi'
    assert line + ', <b class="fresh">2 mới</b></a>' in an.get("/console/7").text
    form = {"csrf": csrf_of(page), "authority": "", "last": field(page, "last")}
    assert an.client.post("/dossiers/mine/seen", data={**form, "csrf": "x"}).status_code == 400
    assert fresh(an.get("/dossiers/mine").text) == {"0", "2"}
    assert an.client.post("/dossiers/mine/seen", data=form).status_code == 303
    page = an.get("/dossiers/mine").text
    assert fresh(page) == set() and listed(page) == {"0", "2", "3"} and "Đã xem" not in page
    assert line + "</a>" in an.get("/dossiers/mine/line").text and "2 mới" not in an.get("/me").text


def test_whoever_stands_for_an_authority_sees_its_list_and_nobody_elses(town: Place, chief: Staff) -> None:
    keeper, desk = town.log_in("keeps", Role.ADMINISTRATOR), town.log_in("desk", Role.OFFICER)
    assert desk.get("/dossiers/mine?authority=justice").status_code == 403
    form = {"csrf": csrf_of(keeper.get("/me").text), "email": "", "source_name": ""}
    told = {**form, "authority": ["justice", "nowhere"]}
    assert keeper.client.post("/admin/people/desk/contact", data=told).status_code == 303
    assert re.search(r'value="justice" checked', keeper.get("/admin/people/desk").text)
    page = desk.get("/dossiers/mine").text
    assert listed(page) == set("01234") and fresh(page) == set("012") and "Trần Bình" in page
    assert '<a class="reminded" href="/dossiers/mine?authority=justice"' in desk.get("/me").text
    assert desk.get(f"/dossiers/{AFTER}").status_code == 200
    form = {"csrf": csrf_of(page), "authority": "justice", "last": field(page, "last")}
    assert desk.client.post("/dossiers/mine/seen", data=form).status_code == 303
    assert fresh(desk.get("/dossiers/mine").text) == set()
    assert fresh(chief.get("/dossiers/mine?authority=justice").text) == set("012")
    for closed in ("mine?authority=health", "promises", "list", "mine?authority=nowhere"):
        assert desk.get(f"/dossiers/{closed}").status_code == 403
    assert desk.client.post("/dossiers/mine/seen", data={**form, "authority": "health"}).status_code == 403


def test_two_officers_of_one_name_have_each_their_own(town: Place) -> None:
    """The source tells them apart by their authorities alone; so do their accounts."""
    one, other, third = (town.log_in(name, Role.OFFICER) for name in ("bich", "bich-y", "bich-x"))
    code = "H42.13-261102-0008"
    at_health = structs.replace(dossier(code, "11-24 17:00", "ĐỖ  THỊ BÍCH"), authority="health")
    at_justice = dossier("H42.13-261102-0009", "11-24 17:00", "Đỗ Thị Bích")
    some = [Brought(at_health), Brought(at_justice)]
    town.register.bring(some, Delivery(MORNING, "test", "bich", whole=False), MORNING)
    site = town.config.site.id
    town.accounts.contacts.set("bich", "", "Đỗ Thị Bích", site, ["justice"])
    assert one.get(f"/dossiers/{code}").status_code == 200, "of one account alone nobody is told apart"
    town.accounts.contacts.set("bich-y", "", "Đỗ Thị Bích", site, ["health"])
    town.accounts.contacts.set("bich-x", "", "Đỗ Thị Bích", site)
    assert one.get(f"/dossiers/{code}").status_code == 403
    assert other.get(f"/dossiers/{code}").status_code == 200
    assert listed(other.get("/dossiers/mine").text) == {"8"}
    assert listed(one.get("/dossiers/mine").text) == {"9"}
    assert listed(third.get("/dossiers/mine").text) == set()
    assert third.get(f"/dossiers/{code}").status_code == 403
    everywhere = [a.id for a in town.config.site.authorities]
    town.accounts.contacts.set("bich-y", "", "Đỗ Thị Bích", site, everywhere)
    assert listed(third.get("/dossiers/mine").text) == set(), "the others stand for all that there is"
    assert third.get(f"/dossiers/{code}").status_code == 403
    town.register.bring([], Delivery(MORNING, "test", "bich"), MORNING)


def test_programs_see_the_same_lists(town: Place) -> None:
    keeper, own = town.log_in("keeps-2", Role.ADMINISTRATOR), town.log_in("own", Role.OFFICER)
    path, body = "/api/v1/people/own/contact", {"email": "", "source_name": "Trần Bình"}

    def put(key: str, **more: Any) -> Any:
        headers = {"X-CSRF-Token": keeper.csrf, "Idempotency-Key": key}
        return keeper.client.put(path, json={**body, **more}, headers=headers)

    wrong = put("x", authorities=["x"])
    assert wrong.get_json()["errors"][0]["pointer"] == "/authorities/0"
    assert put("justice", authorities=["justice"]).get_json()["authorities"] == ["justice"]
    assert put("as-it-is").get_json()["authorities"] == ["justice"]
    assert own.get("/api/v1/me/contact").get_json()["authorities"] == ["justice"]
    root = "/api/v1/dossiers/mine"
    mine, theirs = own.get(root).get_json(), own.get(f"{root}?authority=justice").get_json()
    assert (mine["authority"], mine["authorities"], mine["urgent"], mine["new"]) == ("", ["justice"], 1, 1)
    assert [(d["code"], d["new"]) for d in mine["dossiers"]] == [(AFTER, True)]
    assert theirs["counts"]["unexcused"] == 1 and theirs["urgent"] == 4 and len(theirs["dossiers"]) == 5
    assert own.get(f"{root}?authority=health").status_code == 403
    seen = own.post(f"{root}/seen", {"last": mine["last"]}, headers={"Idempotency-Key": "seen"})
    assert seen.status_code == 200 and own.get(f"{root}?new=true").get_json()["dossiers"] == []
    assert own.get(f"{root}?authority=justice&standing=unexcused&new=true").get_json()["new"] == 3


def test_contacts_are_kept_by_oneself_and_by_who_keeps_accounts(town: Place) -> None:
    town.accounts.contacts.set("own", "", "")  # who was called so above
    root, who = town.log_in("keeper", Role.ADMINISTRATOR), town.log_in("binh", Role.OFFICER)
    csrf = csrf_of(root.get("/me").text)
    form = {"csrf": csrf, "email": "binh@example.vn", "source_name": "  Trần   Bình "}
    assert root.client.post("/admin/people/binh/contact", data=form).status_code == 303
    assert town.accounts.contacts.of("binh").source_name == "Trần Bình"
    bad = root.client.post("/admin/people/binh/contact", data={**form, "email": "no address"})
    assert bad.status_code == 422 and "Địa chỉ thư không đúng." in bad.text and "no address" in bad.text
    mine = {"csrf": csrf_of(who.get("/me").text), "email": "b@example.vn"}
    assert who.client.post("/me/email", data=mine).status_code == 303
    assert who.client.post("/me/email", data={**mine, "email": "b"}).status_code == 422
    assert town.accounts.contacts.of("binh").email == "b@example.vn"
    assert listed(who.get("/dossiers/mine").text) == {"1"}
