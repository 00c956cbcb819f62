"""Files over the interface: tables of dossiers that are sent, and figures, screens and logs to take away."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from broker import messages as m
from server.people.audit import Wanted
from server.people.rights import Right, Role
from server.web.dossiers.imports import UPLOAD_BYTES
from server.web.rest.endpoint import Endpoint
from server.web.rest.table import ENDPOINTS
from server.web.serving import WebServer
from tests.brokers import eventually
from tests.server.dossiers.tables import table as text_of
from tests.server.test_installation import ELSEWHERE, OTHER, province
from tests.web.dossiers.rooms import LATE, OPEN, OVERDUE
from tests.web.place import Place
from tests.web.programs import LAND, Program, program
from tests.web.test_api_bodies import answer_to

ASKED = {"change-paper-template": "?base=0", "replace-draft-by-file": "?mark=x"}
FILES = [row for row in ENDPOINTS if row.file]


def table(*rows: dict[str, str]) -> bytes:
    return text_of(*rows).encode()


@pytest.fixture
def asks(place: Place) -> Program:
    return program(place, *Right)


def send(asks: Program, data: bytes, key: str, path: str = "/dossiers/import", kind: str = "text/csv") -> Any:
    headers = {**asks.headers, "Idempotency-Key": key, "Content-Type": kind}
    return asks.client.post(f"/api/v1{path}", data=data, headers=headers)


# --- dossiers -----------------------------------------------------------------------------------------------


def test_an_import_is_told_before_it_counts_and_happens_once(place: Place, asks: Program) -> None:
    data = table(LATE, {**OPEN, "Họ và tên": "Trần Thị Bưởi"})
    seen = send(asks, data, "look-1")
    assert seen.status_code == 200, seen.text
    told = seen.get_json()
    assert told["changes"] == {"new": 2, "changed": 0, "same": 0, "gone": 0}
    assert len(told["codes"]["new"]) == 2 and told["codes"]["changed"] == told["codes"]["gone"] == []
    assert (told["rows"], told["coding"], told["ignored"], told["problem"]) == (2, "utf-8", 1, "")
    assert not told["shrinks"] and "Bưởi" not in seen.text
    assert place.register.stamp() is None
    assert send(asks, data, "look-1").data == seen.data
    assert send(asks, table(LATE), "look-1").get_json()["code"] == "idempotency-mismatch"
    done = asks.post("/dossiers/import/confirm", {"token": told["token"]}, "yes-1")
    assert done.get_json() == told["changes"]
    stamp = place.register.stamp()
    assert stamp is not None and (stamp.by, stamp.rows) == (f"token:{asks.id}", 2)
    assert asks.post("/dossiers/import/confirm", {"token": told["token"]}, "yes-1").data == done.data
    again = asks.post("/dossiers/import/confirm", {"token": told["token"]}, "yes-2")
    assert (again.status_code, again.get_json()["why"]) == (422, "too-old")
    assert [e.what for e in place.audit.entries(Wanted(what="dossiers"), 9)] == ["dossiers.imported"]
    assert asks.get("/dossiers").get_json()["total"]["received_total"] == 2
    fewer = send(asks, table(), "look-2").get_json()
    assert fewer["token"] is None or fewer["shrinks"]


def test_a_table_with_mistakes_is_told_by_line_and_has_no_token(place: Place, asks: Program) -> None:
    seen = send(asks, table(LATE, {**OPEN, "code": "Nguyễn Văn An"}, OVERDUE), "a").get_json()
    assert (seen["token"], seen["changes"], seen["refused_count"]) == (None, None, 1)
    (row,) = seen["refused"]
    assert row["line"] == 3 and row["column"] == "Mã hồ sơ" and "An" not in row["detail"].split()
    nothing = send(asks, b"\x89PNG", "b").get_json()
    assert nothing["token"] is None and nothing["problem"] and nothing["detail"]


def test_what_an_import_says_of_its_time(place: Place, asks: Program) -> None:
    past = send(asks, table(OPEN), "a", "/dossiers/import?as_of=2026-11-22T07:00:00%2B07:00")
    asks.post("/dossiers/import/confirm", {"token": past.get_json()["token"]})
    assert asks.get("/dossiers").get_json()["known_at"] == "2026-11-22T00:00:00Z"
    for n, wrong in enumerate(("2026-11-24T08:00:00Z", "0001-01-01T00:00:00%2B23:59", "2026-11-22T07:00:00")):
        answer = send(asks, table(OPEN), f"w{n}", f"/dossiers/import?as_of={wrong}")
        assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (400, "/as_of"), wrong


@pytest.mark.parametrize("row", FILES, ids=lambda row: row.name)
def test_a_file_of_another_kind_is_refused(place: Place, asks: Program, row: Endpoint) -> None:
    for n, kind in enumerate(("application/json", "multipart/form-data; boundary=x", "")):
        answer = asks.client.open(
            f"/api/v1{row.path}{ASKED.get(row.name, '')}",
            method=row.method,
            data=b"x",
            headers={**asks.headers, "Idempotency-Key": f"k{n}", "Content-Type": kind},
        )
        assert (answer.status_code, answer.get_json()["code"]) == (415, "not-this-kind")
        assert row.file in answer.get_json()["title"]


@pytest.mark.parametrize("row", FILES, ids=lambda row: row.name)
def test_a_file_has_a_limit_of_its_own(place: Place, asks: Program, row: Endpoint) -> None:
    def status(count: int) -> int:
        headers = {**asks.headers, "Idempotency-Key": f"k{count}", "Content-Type": row.file}
        path = f"/api/v1{row.path}{ASKED.get(row.name, '')}"
        answer = asks.client.open(path, method=row.method, data=b"x" * count, headers=headers)
        return int(answer.status_code)

    assert status(row.most + 1) == 413
    assert status(100_000) != 413


def test_no_table_from_whom_it_is_not_wanted(place: Place) -> None:
    asks = program(place, *(set(Right) - {Right.DOSSIERS}))
    assert send(asks, table(OPEN), "a").status_code == 403
    assert asks.post("/dossiers/import/confirm", {"token": "x"}).status_code == 403
    staff = place.log_in("chief", Role.MANAGER)
    headers = {"Idempotency-Key": "a", "Content-Type": "text/csv"}
    assert staff.client.post("/api/v1/dossiers/import", data=b"x", headers=headers).status_code == 400


def head(port: int, length: int, *lines: str, path: str = "/api/v1/dossiers/import") -> bytes:
    told = (
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: text/csv",
        "Idempotency-Key: k",
        f"Content-Length: {length}",
        *lines,
    )
    return ("\r\n".join(told) + "\r\n\r\n").encode()


def test_only_who_may_import_sends_megabytes(place: Place, asks: Program) -> None:
    """Over a real socket: others are refused by their head, before a byte of their body is kept."""
    server = WebServer(place.app, "127.0.0.1", 0)
    thread = server.start()
    try:
        data, mine = table(OPEN) + b"\n" * 900_000, f"Authorization: {asks.headers['Authorization']}"
        status, told = answer_to(server.port, head(server.port, len(data), mine) + data)
        assert (status, '"token":"' in told) == (200, True), told
        assert answer_to(server.port, head(server.port, UPLOAD_BYTES + 1, mine))[0] == 413
        look = program(place, Right.LOOK).headers["Authorization"]
        for line in ("X: y", "Authorization: Bearer x", f"Authorization: {look}", "Authorization: "):
            assert answer_to(server.port, head(server.port, len(data), line))[0] == 413
        other = head(server.port, len(data), mine, path="/api/v1/dossiers/import/confirm")
        assert answer_to(server.port, other)[0] == 413
    finally:
        server.stop()
        thread.join()


def test_a_table_may_be_as_large_at_every_centre(tmp_path: Any) -> None:
    two = province(tmp_path)
    two.installation.add(ELSEWHERE)
    key, _ = two.accounts.tokens.make("portal", OTHER, ["dossiers"], 4e9, "chief", 0.0)
    server = WebServer(two.app, "127.0.0.1", 0)
    thread = server.start()
    try:
        mine, path = f"Authorization: Bearer {key}", f"/at/{OTHER}/api/v1/dossiers/import"
        raw = head(server.port, 900_000, mine, path=path) + b"x" * 900_000
        assert answer_to(server.port, raw)[0] != 413
        assert answer_to(server.port, head(server.port, 900_000, mine))[0] == 413
        assert (
            answer_to(server.port, head(server.port, 900_000, mine, path=path.replace(OTHER, "x")))[0] == 413
        )
    finally:
        server.stop()
        thread.join()
        two.installation.stop()
        two.accounts.close()


# --- figures ------------------------------------------------------------------------------------------------


def test_figures_are_taken_away_in_every_form(place: Place, asks: Program) -> None:
    for _ in range(3):
        place.issue(LAND)
    page = "/figures/export.{form}?unit=day&by=service&lang=vi"
    csv = asks.get(page.format(form="csv"), headers={"Accept": "text/csv"})
    assert csv.content_type == "text/csv; charset=utf-8"
    assert csv.headers["Content-Disposition"].startswith('attachment; filename="motcua-2026-11-23')
    staff = place.log_in("chief", Role.MANAGER)
    assert csv.data == staff.get("/history/export.csv?unit=day&by=service").data
    book = load_workbook(io.BytesIO(asks.get(page.format(form="xlsx")).data))
    assert any(cell.value == 3 for sheet in book for row in sheet for cell in row)
    assert PdfReader(io.BytesIO(asks.get(page.format(form="pdf")).data)).pages
    told = place.audit.entries(Wanted(what="figures.exported"), 9)
    assert [(e.who, e.about["form"]) for e in reversed(told)] == [
        (f"token:{asks.id}", "csv"),
        ("chief", "csv"),
        (f"token:{asks.id}", "xlsx"),
        (f"token:{asks.id}", "pdf"),
    ]
    wrong = asks.get("/figures/export.csv?day=2030-01-01").get_json()
    assert [e["pointer"] for e in wrong["errors"]] == ["/day"]
    assert asks.get("/figures/export.docx").status_code == 404
    assert program(place, Right.LOOK).get(page.format(form="csv")).status_code == 403


def test_working_time_is_taken_away_by_who_may_know_it(place: Place, asks: Program) -> None:
    staff = place.log_in("officer-7")
    staff.press("7", "open")
    place.clock.pass_(minutes=10)
    staff.press("7", "close")
    csv = asks.get("/working-time/export.csv?unit=day").data.decode("utf-8-sig")
    assert "08:12" in csv and "08:22" in csv
    assert (
        "08:12" not in asks.get("/working-time/export.csv?unit=day&officer=officer-6").text.split("\n", 4)[4]
    )
    assert asks.get("/working-time/export.pdf?unit=day").data.startswith(b"%PDF")
    assert program(place, Right.FIGURES).get("/working-time/export.csv").status_code == 403
    assert place.audit.entries(Wanted(what="figures.exported"), 1)[0].about["working_time"] is True


# --- devices ------------------------------------------------------------------------------------------------


def handed(place: Place, order: str, data: bytes) -> None:
    """What a device says that hands something over."""
    orders = place.hall.orders
    orders.outcome("kiosk-1", m.Deed(order=order, what="heard"))
    orders.outcome("kiosk-1", m.Piece(order=order, n=1, of=1, data=data))
    orders.outcome("kiosk-1", m.Deed(order=order, what="done"))


def test_a_screen_and_a_log_are_fetched_when_they_have_come(place: Place, asks: Program) -> None:
    place.devices.put("kiosk-1", m.DeviceStatus(online=True, role="kiosk", printer="ok"))
    path = "/devices/kiosk-1/orders"
    order = asks.post(path, {"do": "screenshot"}).get_json()["order"]
    assert asks.get(f"{path}/{order}/screen.png").status_code == 404
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "#0a5").save(made, "PNG")
    handed(place, order, made.getvalue())
    assert eventually(lambda: "done" in asks.get(path).text)
    answer = asks.get(f"{path}/{order}/screen.png", headers={"Accept": "image/png"})
    assert answer.content_type == "image/png"
    assert Image.open(io.BytesIO(answer.data)).size == (40, 30)
    (told,) = asks.get(path).get_json()["orders"]
    assert (told["word"], told["screen"], told["lines"]) == ("done", True, None)
    log = asks.post(path, {"do": "logs"}).get_json()["order"]
    handed(place, log, "08:12 khởi động\n".encode())
    text = asks.get(f"{path}/{log}/log.txt")
    assert text.text == "08:12 khởi động\n" and text.mimetype == "text/plain"
    assert text.headers["Content-Disposition"].startswith("attachment; filename=kiosk-1-")
    assert asks.get(f"{path}/{log}/screen.png").status_code == 404
    assert asks.get(f"/devices/kiosk-2/orders/{order}/screen.png").status_code == 404
    assert program(place, Right.DEVICES).get(f"{path}/{order}/screen.png").status_code == 403
