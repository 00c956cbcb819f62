from __future__ import annotations

import re

import pytest

from server.people.audit import Wanted
from server.people.rights import Role
from tests.web.place import PASSWORD, Place, Staff
from tests.web.sending import send

NEW = "bon-con-ga-trong"
PEOPLE = "/admin/people/"


@pytest.fixture
def chief(place: Place) -> Staff:
    return place.log_in("goc", Role.ADMINISTRATOR)


def link_of(page: str) -> str:
    found = re.search(r"https?://[^/\s]+(/password/[\w-]+)", page)
    assert found is not None, page
    return found[1]


def told(place: Place) -> list[tuple[str, str]]:
    return [(e.who, e.what) for e in place.audit.entries(Wanted(), 10)]


def test_a_new_account_gets_a_link_and_its_owner_chooses_the_password(place: Place, chief: Staff) -> None:
    answer = send(chief.client, PEOPLE, PEOPLE, name="Thu-Ha", role="officer")
    assert answer.status_code == 200 and "Dùng được một lần, trong 24 giờ" in answer.text
    link = link_of(answer.text)
    account = place.accounts.find("thu-ha")
    assert account is not None and account.roles == {"hanam": Role.OFFICER}
    assert "Chưa đặt mật khẩu" in chief.get(PEOPLE).text
    owner = place.client()
    assert place.accounts.check("thu-ha", "") is None
    page = owner.get(link).text
    assert "thu-ha" in page
    for password, again, words in (
        ("ngan", "ngan", "ít nhất 10 ký tự"),
        ("matkhau123", "matkhau123", "quá dễ đoán"),
        ("co-thu-ha-o-trong", "co-thu-ha-o-trong", "quá dễ đoán"),
        (NEW, NEW + "x", "không giống nhau"),
    ):
        answer = send(owner, link, link, password=password, again=again)
        assert answer.status_code == 422 and words in answer.text
        assert password not in answer.text
    answer = send(owner, link, link, password=NEW, again=NEW)
    assert answer.status_code == 303 and owner.get("/console/?other").status_code == 200
    assert owner.get(link).status_code == 404 == place.client().get(link).status_code
    assert told(place)[:2] == [("thu-ha", "password.chosen"), ("thu-ha", "login.ok")]
    kept = "".join(str(e) for e in place.audit.entries(Wanted(), 100))
    assert link.rpartition("/")[2] not in kept and NEW not in kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "Hà", "role": "officer"}, "chữ thường không dấu"),
        ({"name": "", "role": "officer"}, "Cần nhập."),
        ({"name": "<script>alert(1)</script>", "role": "officer"}, "chữ thường không dấu"),
        ({"name": "x" * 5000, "role": "officer"}, "chữ thường không dấu"),
        ({"name": "goc", "role": "officer"}, "đã có người dùng"),
        ({"name": "nam", "role": ""}, "Chọn vai trò"),
        ({"name": "nam", "role": "superuser"}, "Chọn vai trò"),
        ({"name": "nam", "role": "officer", "site": "elsewhere"}, "trong danh sách"),
        ({"name": "nam", "role": "officer", "site": ""}, "trong danh sách"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(
    place: Place, chief: Staff, typed: dict[str, str], words: str
) -> None:
    answer = send(chief.client, PEOPLE, PEOPLE, **typed)
    assert answer.status_code == 422 and words in answer.text and 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text
    if typed["name"].isascii() and 0 < len(typed["name"]) < 30 and "<" not in typed["name"]:
        assert f'value="{typed["name"]}"' in answer.text
    assert [a.name for a in place.accounts.all()] == ["goc"]


def test_nobody_sets_what_no_field_is_for(place: Place, chief: Staff) -> None:
    """Abuse case 25."""
    answer = send(
        chief.client,
        PEOPLE,
        PEOPLE,
        name="nam",
        role="officer",
        hash="x",
        disabled="1",
        subject="x",
        made_at="1",
    )
    assert answer.status_code == 200
    row = next(r for r in place.accounts.rows() if r.account.name == "nam")
    assert not row.disabled and not row.ready
    told = {"name": "goc", "password": PASSWORD, "role": "administrator"}
    assert place.client().post("/api/v1/login", json=told).status_code == 400


def test_roles_change_by_centre_and_log_the_person_out(place: Place, chief: Staff) -> None:
    staff = place.log_in("officer-7")
    page = PEOPLE + "officer-7"
    answer = send(chief.client, page, page + "/roles", **{"role:*": "", "site": "hanam", "role": "manager"})
    assert answer.status_code == 303 and "Đã lưu vai trò" in chief.get(answer.location).text
    account = place.accounts.find("officer-7")
    assert account is not None and account.roles == {"hanam": Role.MANAGER}
    assert staff.get("/figures/").status_code == 302
    entry = place.audit.entries(Wanted(what="account.roles"), 1)[0]
    assert entry.about == {"account": "officer-7", "before": {"*": "officer"}, "after": {"hanam": "manager"}}


def test_a_form_that_is_older_than_somebody_elses_change_changes_nothing(place: Place, chief: Staff) -> None:
    place.account("officer-7")
    page = PEOPLE + "officer-7"
    place.accounts.set_roles("officer-7", {"hanam": Role.RECEPTION})
    answer = send(chief.client, page, page + "/roles", before="*=officer", role__hanam="manager")
    assert answer.status_code == 409 and "người khác thay đổi" in answer.text
    account = place.accounts.find("officer-7")
    assert account is not None and account.roles == {"hanam": Role.RECEPTION}


def test_the_last_administrator_stays(place: Place, chief: Staff) -> None:
    page = PEOPLE + "goc"
    for answer in (
        send(chief.client, page, page + "/disable"),
        send(chief.client, page, page + "/roles", **{"role:*": "officer"}),
        send(chief.client, page, page + "/roles", **{"role:*": ""}),
    ):
        assert answer.status_code == 422 and "ít nhất một người quản trị" in answer.text
    send(chief.client, PEOPLE, PEOPLE, name="hai", role="administrator", site="*")
    answer = send(chief.client, page, page + "/disable")
    assert answer.status_code == 422, "whoever has no password yet keeps nothing"
    place.accounts.set_password("hai", NEW)
    assert send(chief.client, page, page + "/disable").status_code == 303
    assert chief.get(PEOPLE).status_code == 302


def test_who_keeps_one_centre_reaches_no_account_of_another(place: Place, chief: Staff) -> None:
    place.accounts.add("ha", {"hanam": Role.ADMINISTRATOR}, PASSWORD, place.wall[0])
    place.accounts.add("both", {"hanam": Role.OFFICER, "phu-ly": Role.MANAGER}, PASSWORD, place.wall[0])
    place.accounts.add("far", {"phu-ly": Role.MANAGER}, PASSWORD, place.wall[0])
    place.account("everywhere", Role.OFFICER)
    client = place.client()
    csrf = client.post("/api/v1/login", json={"name": "ha", "password": PASSWORD}).get_json()["csrf"]
    page = client.get(PEOPLE).text
    assert ">both<" in page and ">far<" not in page and 'value="*"' not in page
    assert client.get(PEOPLE + "far").status_code == 404
    for name in ("both", "goc", "everywhere"):
        assert "Người quản trị chung mới đổi được" in client.get(PEOPLE + name).text
        for verb in ("reset", "disable", "logout", "second-off"):
            answer = client.post(f"{PEOPLE}{name}/{verb}", data={"csrf": csrf})
            assert answer.status_code == 403, (name, verb)
    answer = send(client, PEOPLE, PEOPLE, name="nam", role="administrator", site="*")
    assert answer.status_code == 422
    told = {"csrf": csrf, "before": "hanam=officer phu-ly=manager", "role:phu-ly": "administrator"}
    client.post(PEOPLE + "both/roles", data={**told, "role:hanam": "reception"})
    account = place.accounts.find("both")
    assert account is not None and account.roles == {"hanam": Role.RECEPTION, "phu-ly": Role.MANAGER}
    told = {
        "csrf": csrf,
        "before": "hanam=reception phu-ly=manager",
        "site": "phu-ly",
        "role": "administrator",
    }
    assert client.post(PEOPLE + "both/roles", data=told).status_code == 422
    assert place.accounts.find("both") == account
    assert send(client, PEOPLE, PEOPLE, name="nam", role="officer").status_code == 200


def test_a_reset_gives_a_link_and_the_old_password_works_until_then(place: Place, chief: Staff) -> None:
    staff = place.log_in("officer-7")
    page = PEOPLE + "officer-7"
    first = link_of(send(chief.client, page, page + "/reset").text)
    second = link_of(send(chief.client, page, page + "/reset").text)
    owner = place.client()
    assert owner.get(first).status_code == 404, "a newer link ends the older one"
    assert staff.get("/console/?other").status_code == 200
    assert send(owner, second, second, password=NEW, again=NEW).status_code == 303
    assert staff.get("/console/?other").status_code == 302
    assert place.accounts.check("officer-7", NEW) is not None
    assert place.accounts.check("officer-7", PASSWORD) is None
    place.wall[0] += 1
    third = link_of(send(chief.client, page, page + "/reset").text)
    place.wall[0] += 24 * 3600
    assert owner.get(third).status_code == 404


def test_disabling_ends_log_ins_links_and_the_next_log_in(place: Place, chief: Staff) -> None:
    staff = place.log_in("officer-7")
    page = PEOPLE + "officer-7"
    link = link_of(send(chief.client, page, page + "/reset").text)
    assert send(chief.client, page, page + "/disable").status_code == 303
    assert staff.get("/console/").status_code == 302
    assert place.client().get(link).status_code == 404
    assert place.accounts.check("officer-7", PASSWORD) is None
    assert send(chief.client, page, page + "/enable").status_code == 303
    assert place.accounts.check("officer-7", PASSWORD) is not None
    assert told(place)[:3] == [
        ("goc", "account.enabled"),
        ("goc", "account.disabled"),
        ("goc", "account.reset"),
    ]


def test_links_cannot_be_guessed_for_long(place: Place) -> None:
    client = place.client()
    codes = [client.get(f"/password/guess-{n}").status_code for n in range(9)]
    assert codes == [404] * 5 + [429] * 4
    other = {"REMOTE_ADDR": "10.0.0.9"}
    assert client.get("/password/guess", environ_overrides=other).status_code == 404


def test_a_token_is_shown_once_and_revoked_at_once(place: Place, chief: Staff) -> None:
    page = "/admin/tokens/"
    answer = send(chief.client, page, page, name="Cổng thông tin", days="30", scopes=["look", "issue"])
    found = re.search(r"motcua_[\w-]+", answer.text)
    assert answer.status_code == 200 and found is not None
    key = found[0]
    assert key not in chief.get(page).text
    who = {"Authorization": f"Bearer {key}"}
    client = place.client()
    assert client.get("/api/v1/me", headers=who).get_json()["rights"] == ["look", "issue"]
    (token,) = place.accounts.tokens.all()
    assert send(chief.client, page, f"{page}{token.program.id}/revoke").status_code == 303
    assert client.get("/api/v1/me", headers=who).status_code == 401
    assert {("goc", "token.revoked"), ("goc", "token.made")} <= set(told(place))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "", "scopes": ["look"]}, "Nhập tên"),
        ({"name": "a\nb", "scopes": ["look"]}, "Nhập tên"),
        ({"name": "x" * 61, "scopes": ["look"]}, "Nhập tên"),
        ({"name": "x", "days": "0", "scopes": ["look"]}, "từ 1 đến 400"),
        ({"name": "x", "days": "1e9", "scopes": ["look"]}, "từ 1 đến 400"),
        ({"name": "x", "days": "９", "scopes": ["look"]}, "từ 1 đến 400"),
        ({"name": "x", "days": "9" * 900, "scopes": ["look"]}, "từ 1 đến 400"),
        ({"name": "x"}, "ít nhất một việc"),
        ({"name": "x", "scopes": ["look", "users"]}, "ít nhất một việc"),
        ({"name": "x", "scopes": ["everything"]}, "ít nhất một việc"),
        ({"name": "x", "scopes": ["look"], "site": "phu-ly"}, "trong danh sách"),
    ],
)
def test_a_token_that_is_badly_asked_for_is_not_made(
    place: Place, chief: Staff, typed: dict[str, str], words: str
) -> None:
    answer = send(chief.client, "/admin/tokens/", "/admin/tokens/", **typed)
    assert answer.status_code == 422 and words in answer.text
    assert place.accounts.tokens.all() == ()


def test_among_thousands_of_people_a_page_shows_a_hundred_of_this_centre(place: Place, chief: Staff) -> None:
    now = place.wall[0]
    for n in range(230):
        site = "hanam" if n < 130 else "phu-ly"
        place.accounts.add(f"officer-{n:03}", {site: Role.OFFICER}, None, now)
    page = chief.get(PEOPLE).text
    assert page.count("<tr>") == 101 and ">officer-129<" not in page and ">goc<" in page
    assert len(page.encode()) < 100_000
    more = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
    assert more is not None
    page = chief.get(PEOPLE + more[1].replace("&amp;", "&")).text
    assert page.count("<tr>") == 32 and ">officer-129<" in page and ">officer-130<" not in page
    page = chief.get(PEOPLE + "?at=&find=Officer-2").text
    assert page.count("<tr>") == 31 and ">officer-229<" in page
    assert "Không có tài khoản nào" in chief.get(PEOPLE + "?find=%25").text
