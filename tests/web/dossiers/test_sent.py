"""Dossiers that programs send, one or some: taken whole, told by their place, sent again for nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from server.dossiers.applicants import open_seals
from server.dossiers.mapping import Mapping, Source
from server.dossiers.register import Channel, Leg, Step
from server.dossiers.rows import applicant_table
from server.dossiers.status import Status
from server.dossiers.store import FILE
from server.people.audit import Wanted
from server.people.rights import Right
from tests.server.dossiers.tables import ZONE
from tests.web.dossiers.rooms import desk_of
from tests.web.place import Place
from tests.web.programs import Program, program

CODE = "H42.13-261109-0118"
ONE: dict[str, Any] = {
    "authority": "justice",
    "procedure": "Cấp phiếu lý lịch tư pháp",
    "procedure_code": "1.005129",
    "status": "processing",
    "received": "2026-11-09T08:05:00+07:00",
    "channel": "2",
    "limit": "10 ngày làm việc",
    "fee": 200_000,
    "paid": True,
    "source": "portal",
    "steps": [
        {"at": "2026-11-09T08:05:00+07:00", "status": "2", "authority": "Sở Tư pháp"},
        {"at": "10/11/2026 09:00", "status": "Đang xử lý", "officer": "Nguyễn Thị Hạnh"},
    ],
    "legs": [
        {"place": 1, "authority": "Thuế khu vực 3", "given": "2026-11-10", "due": "2026-11-16"},
        {"place": 2, "authority": "Sở Tư pháp", "note": "cấp phiếu"},
    ],
    "applicant": {
        "name": "Trần Thị Bưởi",
        "phone": "+84 912 345 678",
        "id_number": "035201001234",
        "secret": "a-1",
    },
}


@pytest.fixture
def portal(place: Place) -> Program:
    for id, persons in (("portal", True), ("bare", False)):
        desk_of(place).save(Source(id, id, Mapping(persons=persons)), "chief", place.clock.now())
    return program(place, Right.DOSSIERS)


def changes(answer: Any) -> tuple[int, int, int]:
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    return told["new"], told["changed"], told["same"]


def mistakes(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    assert answer.mimetype == "application/problem+json"
    return {error["pointer"]: error["code"] for error in answer.get_json()["errors"]}


def test_one_dossier_is_brought_whole_and_again_for_nothing(
    place: Place, portal: Program, tmp_path: Path
) -> None:
    assert changes(portal.ask("PUT", f"/dossiers/{CODE}", ONE, "")) == (1, 0, 0)
    found = place.register.find(CODE)
    assert found is not None and found.source == "portal"
    d = found.dossier
    assert (d.channel, d.limit, d.fee, d.paid, d.status) == (
        Channel.ONLINE,
        "10d",
        200_000,
        True,
        Status.PROCESSING,
    )
    assert found.steps == (
        Step(datetime(2026, 11, 9, 8, 5, tzinfo=ZONE), Status.ACCEPTED, "justice"),
        Step(datetime(2026, 11, 10, 9, tzinfo=ZONE), Status.PROCESSING, "", "Nguyễn Thị Hạnh"),
    )
    first, second = found.legs
    assert (first.authority, first.due) == ("Thuế khu vực 3", datetime(2026, 11, 16, 23, 59, 59, tzinfo=ZONE))
    assert second == Leg(2, "justice", note="cấp phiếu")
    with place.register.reading() as db:
        (person,) = db.execute(applicant_table.select()).all()
    seals = open_seals(tmp_path)
    assert (person.name, person.phone) == ("Trần Thị Bưởi", "0912345678")
    assert (person.id_seal, person.secret_seal) == (seals.of_id("035201001234"), seals.of_secret(CODE, "A1"))
    seen = portal.get(f"/dossiers/{CODE}").get_json()
    names = ("field", "channel", "limit", "complete", "fee", "paid")
    assert [seen[name] for name in names] == ["", "online", "10d", None, 200_000, True]
    assert changes(portal.ask("PUT", f"/dossiers/{CODE}", ONE, "")) == (0, 0, 1)
    assert changes(portal.ask("PUT", f"/dossiers/{CODE}", {**ONE, "fee": None}, "")) == (0, 1, 0)
    silent = {name: value for name, value in ONE.items() if name not in ("fee", "legs")}
    assert changes(portal.ask("PUT", f"/dossiers/{CODE}", silent, "")) == (0, 0, 1)
    for expected in ((0, 1, 0), (0, 0, 1)):
        assert changes(portal.ask("PUT", f"/dossiers/{CODE}", {**silent, "legs": []}, "")) == expected
    without = place.register.find(CODE)
    assert without is not None and without.legs == () and len(without.steps) == 2
    told = place.audit.entries(Wanted(what="dossiers.sent"), 9)
    assert len(told) == 3, "what changed nothing is no deed"


def test_everything_that_is_wrong_is_told_by_its_place(place: Place, portal: Program) -> None:
    wrong = {
        **ONE,
        "status": "Nguyễn Văn An",
        "fee": -1,
        "limit": "lâu",
        "steps": [*ONE["steps"], {"at": "31/06/2026", "status": "4"}],
        "legs": [{"place": 1, "authority": "labour", "due": "mai"}],
        "source": "bare",
    }
    answer = portal.ask("PUT", f"/dossiers/{CODE}", wrong, "")
    assert mistakes(answer) == {
        "/applicant": "persons-off",
        "/status": "no-status",
        "/fee": "no-number",
        "/limit": "no-limit",
        "/steps/2/at": "no-date",
        "/legs/0/due": "no-date",
    }
    assert "Nguyễn" not in answer.text and "Trần" not in answer.text
    assert portal.ask("PUT", "/dossiers/xyz", ONE, "").status_code == 404
    assert mistakes(portal.ask("PUT", f"/dossiers/{CODE}", {**ONE, "source": "nobody"}, "")) == {
        "/source": "choice"
    }
    assert place.register.find(CODE) is None


def test_what_cannot_have_been_yet_or_in_that_order_is_refused(place: Place, portal: Program) -> None:
    never = {
        **ONE,
        "complete": "2099-01-01",
        "steps": [
            {"at": "2026-11-01", "status": "1"},  # sent in online before it was taken in
            {"at": "2020-11-09", "status": "4"},
            {"at": "2099-11-09", "status": "4"},
        ],
        "legs": [
            {"place": 2, "authority": "Thuế khu vực 3", "given": "2026-11-11", "done": "2026-11-10"},
            {"place": 2, "authority": "Sở Tư pháp", "given": "2020-11-09", "done": "2099-11-09"},
        ],
    }
    assert mistakes(portal.ask("PUT", f"/dossiers/{CODE}", never, "")) == {
        "/complete": "in-the-future",
        "/steps/1/at": "before-received",
        "/steps/2/at": "in-the-future",
        "/legs/0/done": "before-given",
        "/legs/1/given": "before-received",
        "/legs/1/done": "in-the-future",
    }
    assert place.register.find(CODE) is None


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes waits for another for a twentieth of a second only."""
    monkeypatch.setattr("server.dossiers.store.BUSY_MS", 50)


def test_while_a_large_import_writes_a_program_is_told_to_ask_again(
    hurried: None, place: Place, portal: Program, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = portal.ask("PUT", f"/dossiers/{CODE}", ONE, "")
        assert (answer.status_code, answer.get_json()["code"]) == (503, "busy")
        assert answer.headers["Retry-After"] == "10"
    assert changes(portal.ask("PUT", f"/dossiers/{CODE}", ONE, "")) == (1, 0, 0)


def test_a_batch_is_taken_as_a_whole(place: Place, portal: Program) -> None:
    bare = {key: value for key, value in ONE.items() if key not in ("source", "applicant", "legs", "steps")}
    some = [{**bare, "code": f"H42.13-261109-{n:04d}"} for n in range(500)]
    broken = [*some[:2], {**some[2], "received": "hôm qua"}, some[0]]
    assert mistakes(portal.post("/dossiers/batch", {"dossiers": broken})) == {
        "/dossiers/2/received": "no-date",
        "/dossiers/3/code": "code-twice",
    }
    assert place.register.dossiers() == []
    assert changes(portal.post("/dossiers/batch", {"dossiers": some})) == (500, 0, 0)
    assert changes(portal.post("/dossiers/batch", {"dossiers": [some[7]]})) == (0, 0, 1)
    assert len(place.register.dossiers()) == 500, "what was not sent stays"
    assert mistakes(portal.post("/dossiers/batch", {"dossiers": [*some, some[0]]})) == {"/dossiers": "length"}
    told = portal.get("/dossiers/sources").get_json()["sources"]
    assert [(row["id"], row["mapping"]["persons"]) for row in told] == [("bare", False), ("portal", True)]


def test_what_another_source_brought_is_its_own_until_it_is_taken_over(place: Place, portal: Program) -> None:
    assert changes(portal.ask("PUT", f"/dossiers/{CODE}", ONE, "")) == (1, 0, 0)
    bare = {key: value for key, value in ONE.items() if key not in ("applicant", "source")}
    for source in ("bare", ""):
        answer = portal.ask("PUT", f"/dossiers/{CODE}", {**bare, "fee": 1, "source": source}, "")
        assert mistakes(answer) == {"/code": "other-source"} and "«portal»" in answer.text
    some = [{**bare, "code": "H42.13-261109-0001"}, {**bare, "code": CODE}]
    answer = portal.post("/dossiers/batch", {"dossiers": some, "source": "bare"})
    assert mistakes(answer) == {"/dossiers/1/code": "other-source"}
    found = place.register.find(CODE)
    assert found is not None and found.dossier.fee == 200_000 and len(place.register.dossiers()) == 1
    assert mistakes(portal.post("/dossiers/sources/bare/take", {"of": "bare"})) == {"/of": "choice"}
    taken = portal.post("/dossiers/sources/bare/take", {"of": "portal"})
    assert taken.get_json() == {"dossiers": 1}
    assert changes(portal.post("/dossiers/batch", {"dossiers": some, "source": "bare"})) == (1, 0, 1)
    assert mistakes(portal.ask("PUT", f"/dossiers/{CODE}", ONE, "")) == {"/code": "other-source"}


def test_a_source_is_described_by_a_program_as_on_its_page(place: Place, portal: Program) -> None:
    columns = {"code": "Số HS", "status": "Tình trạng", "received": "Nhận", "procedure": "TTHC", "due": "Hạn"}
    mapping: dict[str, Any] = {"columns": columns, "numbers": "vi", "whole": False}
    made = portal.post("/dossiers/sources", {"id": "desk", "name": "Bàn", "mapping": mapping})
    assert made.status_code == 201 and made.get_json()["mapping"]["columns"] == columns
    again = portal.post("/dossiers/sources", {"id": "desk", "name": "Bàn", "mapping": mapping})
    assert mistakes(again) == {"/id": "id-taken"}
    wrong = {**mapping, "columns": {**columns, "fee": "Hạn", "person_name": "Họ tên"}}
    asked = portal.ask("PUT", "/dossiers/sources/desk", {"name": "Bàn", "mapping": wrong}, "")
    assert mistakes(asked) == {
        "/mapping/columns/fee": "column-twice",
        "/mapping/columns/person_name": "persons-off",
    }
    people = {**mapping, "persons": True}
    asked = portal.ask("PUT", "/dossiers/sources/desk", {"name": "Bàn", "mapping": people}, "")
    assert asked.status_code == 403, "its token may not see people"
    headers = {**portal.headers, "Content-Type": "text/csv"}
    table = ("Số HS,Tình trạng,Họ tên\n" + "H42.13-261109-0001,Lạ,Trần Thị Bưởi\n" * 2).encode()
    seen = portal.client.post("/api/v1/dossiers/sample?source=desk", data=table, headers=headers).get_json()
    assert (seen["head"], seen["strange"], seen["problem"]) == (["Số HS", "Tình trạng", "Họ tên"], ["Lạ"], "")
    assert "Bưởi" not in str(seen)
    table = "Số HS,Tình trạng,Nhận,TTHC,Hạn\nx,4,09/11/2026,Lý lịch,30/11/2026\n".encode()
    headers["Idempotency-Key"] = "p1"
    looked = portal.client.post("/api/v1/dossiers/import?source=desk", data=table, headers=headers).get_json()
    assert looked["refused"][0]["column"] == "Số HS" and looked["token"] is None
    assert mistakes(portal.get("/dossiers/import/refused?token=nothing")) == {"/token": "choice"}
    assert portal.ask("DELETE", "/dossiers/sources/desk").status_code == 200
    assert portal.get("/dossiers/sources/desk").status_code == 404
