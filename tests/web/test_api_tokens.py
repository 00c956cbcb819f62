"""Programs: what their tokens let them do, and what not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from server.people.audit import Wanted
from server.people.rights import EVERYWHERE, Right
from server.web.api import A_MINUTE
from server.web.rest.table import ENDPOINTS
from tests.web.place import Place, open_place
from tests.web.programs import LAND, program


def audited(place: Place, what: str) -> list[dict[str, object]]:
    return [{"who": e.who, **e.about} for e in place.audit.entries(Wanted(what=what), 100)]


def test_a_program_does_what_its_scopes_say_without_cookie_and_csrf(place: Place) -> None:
    portal = program(place, Right.ISSUE, Right.LOOK)
    given = portal.post("/tickets", {"service": LAND})
    assert given.status_code == 201
    found = portal.get(f"/tickets/{given.get_json()['ticket']}")
    assert [e["type"] for e in found.get_json()["events"]] == ["issued"]
    assert "Set-Cookie" not in given.headers
    me = portal.get("/me").get_json()
    assert me == {"name": f"token:{portal.id}", "site": "hanam", "rights": ["look", "issue"], "program": True}


def test_the_log_says_which_program_it_was(place: Place) -> None:
    portal = program(place, Right.CALL, Right.ISSUE)
    portal.post("/tickets", {"service": LAND})
    portal.post("/counters/7/open", {})
    assert portal.post("/counters/7/next", {}).get_json()["state"] == "called"
    with place.store.engine.connect() as db:
        whose = {row[0] for row in db.exec_driver_sql("SELECT by FROM event WHERE kind <> 'DayOpened'")}
    assert whose == {f"token:{portal.id}"}


@pytest.mark.parametrize(
    "header",
    ["Bearer ", "Bearer motcua_wrong", "Basic YTpi", "motcua_x", "Bearer \xe4", "Bearer " + "x" * 5000],
)
def test_a_token_that_is_none_is_401_and_told_to_the_audit(place: Place, header: str) -> None:
    answer = place.client().get("/api/v1/hall", headers={"Authorization": header})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "token-wrong")
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="motcua"')
    assert len(audited(place, "token.unknown")) == 1


def test_without_any_it_is_401_and_says_what_is_wanted(place: Place) -> None:
    answer = place.client().get("/api/v1/hall")
    assert (answer.status_code, answer.get_json()["code"]) == (401, "login-needed")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="motcua"'


def test_a_token_ends_with_its_day_and_when_it_is_revoked(place: Place) -> None:
    over = program(place, Right.LOOK, until=place.wall[0] + 10)
    gone = program(place, Right.LOOK)
    assert over.get("/hall").status_code == gone.get("/hall").status_code == 200
    place.wall[0] += 11
    place.accounts.tokens.revoke(gone.id, place.wall[0])
    assert over.get("/hall").status_code == gone.get("/hall").status_code == 401


def test_a_wrong_token_is_not_saved_by_a_cookie(place: Place) -> None:
    staff = place.log_in("officer-7")
    answer = staff.get("/api/v1/hall", headers={"Authorization": "Bearer motcua_wrong"})
    assert answer.status_code == 401


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A hall of which no program gets what it asks."""
    place = open_place(tmp_path_factory.mktemp("refusing"))
    place.issue(LAND)  # the day has begun
    yield place
    place.close()


@pytest.mark.parametrize(
    "row", [r for r in ENDPOINTS if r.right is not None and not r.people_only], ids=lambda r: r.name
)
def test_every_endpoint_wants_its_right_here(refusing: Place, row: object) -> None:
    from server.web.rest.endpoint import Endpoint

    assert isinstance(row, Endpoint) and row.right is not None
    others = [right for right in Right if right is not row.right]
    lacking = program(refusing, *others)
    elsewhere = program(refusing, *Right, site="ninh-binh")
    before = refusing.store.seq
    for asks in (lacking, elsewhere):
        path = row.path.replace("{counter}", "7")
        answer = asks.ask(row.method, path, {} if row.body else None)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "not-allowed")
        assert audited(refusing, "token.refused")[0] == {
            "who": f"token:{asks.id}",
            "endpoint": row.name,
            "right": row.right.value,
        }
    assert refusing.store.seq == before


def test_a_token_of_all_centres_works_here(place: Place) -> None:
    assert program(place, Right.LOOK, site=EVERYWHERE).get("/hall").status_code == 200


def test_a_program_that_asks_too_often_waits_and_others_do_not(place: Place) -> None:
    busy, calm = program(place, Right.LOOK), program(place, Right.LOOK)
    for _ in range(A_MINUTE):
        assert busy.get("/me").status_code == 200
    answer = busy.get("/me")
    assert (answer.status_code, answer.get_json()["code"]) == (429, "too-many")
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert calm.get("/me").status_code == 200
    place.tick[0] += 61
    assert busy.get("/me").status_code == 200


def test_who_guesses_tokens_waits_longer_and_longer(place: Place) -> None:
    codes = []
    for n in range(12):
        answer = place.client().get("/api/v1/hall", headers={"Authorization": f"Bearer motcua_{n}"})
        codes.append(answer.status_code)
    assert codes == [401] * 5 + [429] * 7
    place.tick[0] += 2
    assert program(place, Right.LOOK).get("/hall").status_code == 200


def test_a_program_keeps_off_an_officers_counter(place: Place) -> None:
    staff = place.log_in("officer-7")
    staff.press("7", "open")
    place.issue(LAND)
    portal = program(place, Right.CALL)
    answer = portal.post("/counters/7/next", {})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "counter-taken")
    assert program(place, Right.CALL, Right.ANY_COUNTER).post("/counters/7/next", {}).status_code == 200


def test_another_site_s_page_gets_no_leave_to_read(place: Place) -> None:
    portal = program(place, Right.LOOK)
    for path in ("/hall", "/board", "/me"):
        answer = portal.get(path, headers={"Origin": "https://evil.example"})
        assert not [name for name in dict(answer.headers) if name.startswith("Access-Control")]
    asked = place.client().options(
        "/api/v1/tickets",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert not [name for name in dict(asked.headers) if name.startswith("Access-Control")]
