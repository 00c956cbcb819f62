"""Results that are handed over as a ticket is finished: by one press, once, and taken back with it."""

from __future__ import annotations

import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from server.dossiers.bringing import Brought, Delivery
from server.dossiers.following import READ, Following
from server.dossiers.handovers import Kind, returned
from server.dossiers.register import Dossier
from server.dossiers.rows import fact_table, handover_table
from server.dossiers.status import Status
from server.dossiers.store import DossierStore, open_dossiers
from server.hall import commands as c
from server.hall.tickets import Klass
from server.people.rights import Role
from tests.prepared import ZONE
from tests.web.dossiers.rooms import words
from tests.web.place import Place, Staff, open_place

CODE, OTHER, NEW = "H42.13-261109-0118", "H42.13-261109-0119", "H42.13-261109-0999"


def bring(place: Place, *dossiers: Dossier) -> None:
    now = place.clock.now()
    place.register.bring([Brought(d) for d in dossiers], Delivery(now, "test", whole=False), now)


def ready(place: Place, code: str, **more: Any) -> Dossier:
    now = place.clock.now()
    due = now + timedelta(hours=4)
    plain = Dossier(code, "environment", "Đất đai", Status.RESOLVED, now - timedelta(days=9), due, now)
    return replace(plain, officer="Trần Văn B", **more)


def called(place: Place, dossier: str | None = CODE) -> Staff:
    """An officer with a citizen who came for a result."""
    fresh = uuid.uuid4().hex
    place.writer.ask(
        c.Issue(
            id=fresh,
            by="device:kiosk-1",
            ticket=f"t-{fresh}",
            token=fresh[:22],
            source="kiosk-1",
            service="environment-land",
            klass=Klass.NORMAL,
            lang="vi",
            dossier=dossier,
        )
    )
    officer = place.log_in("ha")
    assert officer.press("7", "open").status_code == 200
    assert officer.press("7", "next").status_code == 200
    return officer


def handed(place: Place, code: str = CODE) -> list[tuple[str, str, str]]:
    follow(place)
    whole = place.register.find(code)
    return [] if whole is None else [(h.code, h.counter, h.by) for h in whole.handovers]


def test_one_press_finishes_and_puts_down_the_dossier_of_the_ticket(place: Place) -> None:
    bring(place, ready(place, CODE), ready(place, OTHER))
    officer = called(place)
    page = officer.get("/console/7").text
    assert 'data-verb="finish" data-key="returned" data-returned' in page and "Shift+F9" in page
    told = {"returned": True, "codes": [OTHER.lower(), CODE]}
    first = officer.press("7", "finish", "one", **told)
    assert (first.status_code, first.get_json()["state"]) == (200, "served")
    assert officer.press("7", "finish", "one", **told).status_code == 200  # the answer was lost
    assert handed(place) == [(CODE, "7", "ha")] and handed(place, OTHER) == [(OTHER, "7", "ha")]


def test_nothing_is_ever_put_down_by_itself(place: Place) -> None:
    bring(place, ready(place, CODE))
    officer = called(place)
    assert officer.press("7", "finish").status_code == 200
    assert handed(place) == []


def test_undoing_the_end_takes_the_result_back(place: Place) -> None:
    bring(place, ready(place, CODE))
    officer = called(place)
    officer.press("7", "finish", returned=True)
    place.tick[0] += 5
    assert officer.press("7", "undo").status_code == 200
    assert handed(place) == []
    place.tick[0] += 5
    officer.press("7", "finish", returned=True)
    assert handed(place) == [(CODE, "7", "ha")]


@pytest.mark.parametrize("press", ["finish", "undo"])
def test_a_process_that_ends_between_log_and_register_loses_nothing(tmp_path: Path, press: str) -> None:
    """And puts nothing down twice: however often it starts, and when the press is sent again."""
    died = subprocess.run([sys.executable, "-m", "tests.web.dying_hall", str(tmp_path), press], timeout=60)
    assert died.returncode == -9
    wanted = [(CODE, "7", "ha")] if press == "finish" else []
    register = open_dossiers(tmp_path, ZONE)
    assert rows(register) != wanted  # what the kill left
    register.close()
    for _ in range(2):
        place = open_place(tmp_path)
        try:
            follow(place)
            assert rows(place.register) == wanted
        finally:
            place.close()


def follow(place: Place) -> None:
    """What the thread does as well, but by now."""
    assert place.hall.handovers is not None and place.hall.handovers.look()


def rows(register: DossierStore) -> list[tuple[str, str, str]]:
    with register.reading() as db:
        return [(r.code, r.counter, r.by) for r in db.execute(handover_table.select())]


def test_what_was_deleted_at_its_time_does_not_come_again(place: Place) -> None:
    """The log is read on from where it was read to, not from its beginning."""
    officer = called(place)
    officer.press("7", "finish", returned=True)
    follow(place)
    assert rows(place.register) == [(CODE, "7", "ha")]
    with place.register.writing() as db:
        db.execute(handover_table.delete())
    anew = Following(place.hall.engine, lambda: place.store.seq, place.register)
    assert anew.look() and rows(place.register) == []


def test_a_log_that_was_brought_back_from_a_backup_is_followed_from_its_end(place: Place) -> None:
    officer = called(place)
    assert place.hall.handovers is not None
    place.hall.handovers.stop()
    with place.register.writing() as db:
        db.execute(fact_table.insert().values(key=READ, value="100000"))
    for press in (False, True):  # a start, and the next one after a crash
        if press:
            officer.press("7", "finish", returned=True)
        assert Following(place.hall.engine, lambda: place.store.seq, place.register).look()
    assert rows(place.register) == [(CODE, "7", "ha")]


def test_a_press_waits_for_no_import(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    officer = called(place)
    with place.register.writing():  # as an import of a whole register does, for seconds
        assert officer.press("7", "finish", returned=True).get_json()["state"] == "served"
        assert "not put down" not in caplog.text and rows(place.register) == []
    follow(place)
    assert rows(place.register) == [(CODE, "7", "ha")]


def test_codes_that_are_none_and_no_dossier_at_all_finish_nothing(place: Place) -> None:
    officer = called(place, dossier=None)
    assert officer.press("7", "finish", returned=True).get_json()["code"] == "no-dossier"
    unsaid = officer.press("7", "finish", codes=[OTHER]).get_json()["errors"]
    assert [(one["pointer"], one["code"]) for one in unsaid] == [("/returned", "missing")]
    wrong = officer.press("7", "finish", returned=True, codes=[OTHER, "'; DROP TABLE handover"])
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "bad-code")
    many = officer.press("7", "finish", returned=True, codes=[f"H42.13-261109-{n:04}" for n in range(21)])
    assert (many.status_code, many.get_json()["code"]) == (422, "too-many-codes")
    assert "20 mã" in many.get_json()["title"]
    view = place.writer.view.state
    assert view.counter("7").current is not None
    assert officer.press("7", "finish", returned=True, codes=[NEW]).status_code == 200


def test_returned_and_not_recorded_is_its_own_list_until_the_source_says_so(place: Place) -> None:
    bring(place, ready(place, CODE), ready(place, OTHER))
    officer = called(place)
    officer.press("7", "finish", returned=True, codes=[OTHER, NEW])
    follow(place)
    place.clock.pass_(hours=30)
    chief = place.log_in("chief", Role.MANAGER)
    seen = words(chief.get("/dossiers/returned"))
    assert "3 kết quả đã trả, chưa ghi nhận." in seen and "chưa có trong sổ" in seen and "1 ngày" in seen
    assert "Trần Văn B" in seen
    told = chief.get("/api/v1/dossiers/returned").get_json()
    assert (told["unrecorded"], {r["code"] for r in told["results"]}) == (3, {CODE, OTHER, NEW})
    assert told["results"][0]["open_hours"] == 30.0
    # One source says so with the true hour, one only when it is late by its own clock.
    now = place.clock.now()
    true = ready(place, CODE, status=Status.RETURNED, returned=now - timedelta(hours=30), recorded=now)
    bring(place, replace(true, due=now - timedelta(hours=26)))
    told = chief.get("/api/v1/dossiers/returned").get_json()
    assert told["unrecorded"] == 2
    (late,) = chief.get("/api/v1/dossiers/returned?kind=recorded-late").get_json()["results"]
    assert (late["code"], late["open_hours"]) == (CODE, 30.0)
    with place.register.reading() as db:
        assert [r.code for r in returned(db, Kind.RECORDED, now)] == [CODE]
    assert "Trả đúng hạn, ghi nhận muộn" in words(chief.get("/dossiers/returned"))
    assert "1 trả đúng hạn, ghi nhận muộn" in words(chief.get("/dossiers/report"))
    assert officer.get("/dossiers/returned").status_code == 403
