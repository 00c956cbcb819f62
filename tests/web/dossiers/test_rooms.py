"""The rooms together: who may enter, and the way between them."""

from __future__ import annotations

from server.people.rights import Role
from tests.web.dossiers.rooms import LATE, OPEN, send, take, upload, words
from tests.web.place import Place, Staff


def test_the_page_is_for_managers_and_administrators(place: Place, chief: Staff) -> None:
    officer, it = place.log_in("ha"), place.log_in("it", Role.ADMINISTRATOR)
    assert chief.get("/dossiers/").status_code == it.get("/dossiers/").status_code == 200
    assert officer.get("/dossiers/").status_code == 403
    assert upload(officer, OPEN).status_code == send(officer, "import/confirm", token="x").status_code == 403
    answer = place.client().get("/dossiers/")
    assert answer.status_code == 302 and answer.location == "/login?next=/dossiers/"
    assert "Chưa nhập hồ sơ nào" in chief.get("/dossiers/").text
    assert 'href="/dossiers/"' in chief.get("/figures/").text


def test_forms_of_other_pages_are_refused(place: Place, chief: Staff) -> None:
    for path in ("import/preview", "import/confirm", "late/approve", "late/withdraw"):
        assert chief.client.post(f"/dossiers/{path}", data={"csrf": "x"}).status_code == 400
        strange = {"Sec-Fetch-Site": "cross-site"}
        sent = chief.client.post(f"/dossiers/{path}", data={"csrf": chief.csrf}, headers=strange)
        assert sent.status_code == 403
        assert chief.get(f"/dossiers/{path}").status_code == 405


def test_it_speaks_english(place: Place, chief: Staff) -> None:
    take(place, LATE)
    assert "Dossiers received" in words(chief.get("/dossiers/report?lang=en"))
    assert "Approve 10/2026" in words(chief.get("/dossiers/late"))
