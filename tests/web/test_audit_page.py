from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.people.rights import Role
from server.web.words import TEXTS
from tests.web.place import PASSWORD, Place, Staff

PAGE = "/admin/audit/"


@pytest.fixture
def chief(place: Place) -> Staff:
    return place.log_in("goc", Role.ADMINISTRATOR)


def tell(place: Place, count: int, who: str = "ha", what: str = "account.made", site: str = "hanam") -> None:
    for n in range(count):
        place.audit.tell(place.wall[0] + n, who, what, site, {"account": f"officer-{n}"})


def test_entries_are_shown_in_words_and_found_by_day_person_and_deed(place: Place, chief: Staff) -> None:
    tell(place, 3)
    tell(place, 1, who="nam", what="device.revoked-by-nobody")
    page = chief.get(PAGE).text
    assert page.count("Tạo tài khoản") >= 3 and "officer-2" in page and "device: revoked-by-nobody" in page
    assert "Đăng nhập" in page and "bằng</span> mật khẩu" in page
    assert "officer-2" not in chief.get(PAGE + "?who=nam").text
    assert "officer-2" not in chief.get(PAGE + "?what=login").text
    day = "2027-01-15"  # of the clock in the hand
    assert "officer-2" in chief.get(f"{PAGE}?day={day}").text
    assert "officer-2" in chief.get(f"{PAGE}?day=15/01/2027").text
    assert "Không có dòng nào" in chief.get(f"{PAGE}?day=2027-01-16").text


@pytest.mark.parametrize("day", ["x", "2027-13-01", "32/01/2027", "0000-00-00", "9" * 500, "<script>"])
def test_a_day_that_is_none_is_said_beside_the_field(place: Place, chief: Staff, day: str) -> None:
    answer = chief.get(PAGE, query_string={"day": day})
    assert answer.status_code == 200 and "Nhập ngày như" in answer.text and "<script>" not in answer.text


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=-1", f"before={'9' * 400}", "what=%25", "who=%27%20OR%201=1--", "what=login%00"],
)
def test_odd_questions_find_nothing_and_break_nothing(place: Place, chief: Staff, query: str) -> None:
    assert chief.get(f"{PAGE}?{query}").status_code == 200


def test_older_entries_are_a_page_away(place: Place, chief: Staff) -> None:
    tell(place, 120)
    page = chief.get(PAGE + "?who=ha").text
    assert page.count("<tr>") == 51 and "officer-119" in page and "officer-69" not in page
    page = chief.get(PAGE + "?who=ha&before=72").text
    assert "officer-69" in page and "Mới nhất" in page and "who=ha&amp;before=22" in page


def test_a_manager_of_one_centre_reads_nothing_of_another(place: Place, chief: Staff) -> None:
    tell(place, 1, site="phu-ly", who="somebody-far")
    assert "somebody-far" in chief.get(PAGE).text
    place.accounts.add("thanh-tra", {"hanam": Role.INSPECTOR}, PASSWORD, place.wall[0])
    client = place.client()
    client.post("/api/v1/login", json={"name": "thanh-tra", "password": PASSWORD})
    page = client.get(PAGE).text
    assert "somebody-far" not in page and "thanh-tra" in page
    assert "Không có dòng nào" in client.get(PAGE + "?who=somebody-far").text


def test_markup_of_an_entry_is_text(place: Place, chief: Staff) -> None:
    place.audit.tell(
        place.wall[0], "ha", "account.made", "hanam", {"<img>": "<script>alert(1)</script>{{7*7}}"}
    )
    page = chief.get(PAGE).text
    assert "<script>alert" not in page and "<img>" not in page and "{{7*7}}" in page


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit WHERE seq = 2", "UPDATE audit SET who = 'nam' WHERE seq = 2"]
)
def test_a_row_that_was_changed_in_the_database_is_shown(
    place: Place, chief: Staff, tmp_path: Path, statement: str
) -> None:
    """Abuse case 43."""
    tell(place, 3)
    assert "Chuỗi khớp: 4 dòng còn nguyên" in chief.get(PAGE + "?check=1").text
    with sqlite3.connect(tmp_path / "audit.db") as db:
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(statement)
        db.execute("DROP TRIGGER audit_keeps")
        db.execute("DROP TRIGGER audit_stays")
        db.execute(statement)
    db.close()
    for path in (PAGE + "?check=1", PAGE):
        page = chief.get(path).text
        assert "Chuỗi bị đứt tại dòng 2. 1 dòng trước còn nguyên" in page and "Chuỗi khớp" not in page


def test_the_whole_list_is_read_behind_the_page_and_again_after_a_while(
    place: Place, chief: Staff, tmp_path: Path
) -> None:
    checks = place.app.extensions["checks"]
    assert "Đang kiểm tra" in chief.get(PAGE).text
    checks.wait()
    assert "Chuỗi khớp: 1 dòng còn nguyên" in chief.get(PAGE).text
    with sqlite3.connect(tmp_path / "audit.db") as db:
        db.execute("DROP TRIGGER audit_keeps")
        db.execute("UPDATE audit SET at = at + 1")
    db.close()
    for passed, words in ((299, "Chuỗi khớp"), (2, "Chuỗi khớp"), (0, "Chuỗi bị đứt tại dòng 1")):
        place.tick[0] += passed
        page = chief.get(PAGE).text
        checks.wait()
        assert words in page


def test_no_page_changes_or_takes_away_an_entry(place: Place, chief: Staff) -> None:
    tell(place, 1)
    before = place.audit.check()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = chief.client.open(PAGE, method=method, data={"csrf": chief.csrf})
        assert answer.status_code == 405
    assert place.audit.check() == before


def test_every_deed_that_is_told_has_words() -> None:
    """Found in the source: whoever tells the audit of something new gives it words in both languages."""
    server = Path(__file__).parents[2] / "server"
    sources = "".join(file.read_text(encoding="utf-8") for file in server.rglob("*.py"))
    deeds = set(
        re.findall(r"(?:audit|audit_as|tell|told|_change|_in)\([^\"()]*\"([a-z-]+\.[a-z.-]+)\"", sources)
    )
    deeds.discard("audit.db")
    assert len(deeds) > 25
    assert {f"did.{deed}" for deed in deeds} <= set(TEXTS.keys())


def test_what_is_told_of_a_deed_has_words(place: Place, chief: Staff) -> None:
    told = {"device": "kiosk-1", "do": "restart", "broker": "told", "network": "10.0.0.0/8"}
    place.audit.tell(place.wall[0], "ha", "device.order", "hanam", told)
    place.audit.tell(place.wall[0], "ha", "access.refused", "hanam", {"right": "work-devices"})
    text = re.sub(r"<[^>]+>", "", chief.get(PAGE).text)
    assert "trạm tin đã báo · thiết bị kiosk-1 · lệnh Khởi động lại · mạng 10.0.0.0/8" in text
    assert f"quyền {TEXTS('right.work-devices', 'vi')}" in text
    place.audit.tell(
        place.wall[0], "folder:portal", "dossiers.folder", "hanam", {"source": "portal", "rows": 2}
    )
    for told in (
        {"by": "phone", "found": 1},
        {"by": "code", "found": 1},
    ):
        place.audit.tell(place.wall[0], "ha", "persons.searched", "hanam", told)
    place.audit.tell(place.wall[0], "ha", "report.exported", "hanam", {"form": "pdf", "by": "field"})
    saved = {"source": "portal", "persons": True, "folder": False}
    place.audit.tell(place.wall[0], "ha", "dossiers.source-saved", "hanam", saved)
    text = re.sub(r"<[^>]+>", "", chief.get(PAGE).text)
    for words in (
        "bằng Số điện thoại",
        "bằng Mã hồ sơ",
        "theo lĩnh vực",
        "giữ người nộp có",
        "thư mục không",
    ):
        assert words in text
    assert "thư mục của nguồn portal" in text and "folder:" not in text


def test_every_field_that_is_told_has_a_word() -> None:
    """Found in the source, however it is told: by keyword, or in a dict that is made in the same function."""
    named = {
        name
        for file in Path("server").rglob("*.py")
        for made in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(made, ast.FunctionDef)
        for name in _fields(made)
    }
    assert {"begins", "unit", "dossier", "delivery", "rows"} <= named, "the test finds what it did not once"
    assert {f"about.{name}" for name in named} - set(TEXTS.keys()) == set()


def _fields(made: ast.FunctionDef) -> Iterator[str]:
    """What a function tells the audit of, and what the addresses have that are told with it."""
    tells = [call for call in ast.walk(made) if isinstance(call, ast.Call) and _is_deed(call)]
    dicts = [arg for call in tells for arg in call.args if isinstance(arg, ast.Dict)]
    if made.name == "span_query" or (made.name == "query" and "self.by" in ast.unparse(made)):
        dicts += [node for node in ast.walk(made) if isinstance(node, ast.Dict)]
    for node in ast.walk(made):
        if tells and isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "about":
            dicts += [node.value] if isinstance(node.value, ast.Dict) else []
    yield from (key.arg for call in tells for key in call.keywords if key.arg)
    yield from (str(key.value) for each in dicts for key in each.keys if isinstance(key, ast.Constant))


def _is_deed(call: ast.Call) -> bool:
    name = ast.unparse(call.func).rpartition(".")[2]
    first = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return name in ("audit", "audit_as", "tell") and any(re.fullmatch(r"[a-z-]+\.[a-z.-]+", a) for a in first)
