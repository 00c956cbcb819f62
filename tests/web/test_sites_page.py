"""The centres of an installation on the web: added, renamed, retired, and by whom."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from server.drafting.files import exported
from server.people.rights import EVERYWHERE, Role
from server.setup import Change
from server.web.words import TEXTS
from tests.server.test_installation import DOCUMENT, ELSEWHERE, FIRST, OTHER, Province, province
from tests.web.forms import form_of, told_at
from tests.web.place import Staff
from tests.web.sending import send as sent

ROOT = "/admin/sites"
THIRD = {
    "id": "kim-bang",
    "name.vi": "Một cửa Kim Bảng",
    "name.en": "Kim Bang",
    "url": "http://a.vn/at/kim-bang",
}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Province]:
    found = province(tmp_path)
    found.installation.add(ELSEWHERE)
    yield found
    found.installation.stop()
    found.accounts.close()


@pytest.fixture
def chief(two: Province) -> Staff:
    return two.log_in("chief", {EVERYWHERE: Role.ADMINISTRATOR})


def send(staff: Staff, path: str, form: dict[str, Any], **more: Any) -> Any:
    kind = {"content_type": "multipart/form-data"} if "file" in form else {}
    return staff.client.post(f"{ROOT}/{path}", data={"csrf": staff.csrf, **form}, **kind, **more)


def test_centres_are_listed_and_found_however_they_are_typed(two: Province, chief: Staff) -> None:
    text = chief.get(f"{ROOT}/").text
    assert "Lý Nhân" in text and DOCUMENT.name.vi in text
    found = chief.get(f"{ROOT}/?find=ly nhan").text
    assert "Lý Nhân" in found and f"{ROOT}/{FIRST}" not in found
    assert TEXTS("sites.none", "vi") in chief.get(f"{ROOT}/?find=%27%3B--").text


def test_a_centre_is_added_like_another_and_works_at_once(two: Province, chief: Staff) -> None:
    answer = send(chief, "new", {**THIRD, "from": FIRST})
    assert answer.status_code == 303 and "kim-bang" in two.installation.halls
    assert "Một cửa Kim Bảng" in chief.get("/at/kim-bang/admin/setup/").text
    assert chief.get(f"{ROOT}/kim-bang").status_code == 200
    twice = send(chief, "new", {**THIRD, "from": FIRST})
    assert twice.status_code == 409 and TEXTS("refusal.site-taken", "vi", site="kim-bang") in twice.text


def test_a_centre_is_added_from_a_file(two: Province, chief: Staff) -> None:
    file = (io.BytesIO(exported(DOCUMENT).encode()), "hall.toml")
    assert send(chief, "new", {**THIRD, "file": file}).status_code == 303
    wrong = (io.BytesIO(b"id = ["), "hall.toml")
    answer = send(chief, "new", {**THIRD, "id": "x", "file": wrong})
    assert answer.status_code == 422 and "wrong-file" in answer.text and "x" not in two.installation.halls


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", ""), ("id", "../etc"), ("id", "Kim Bảng"), ("id", "a" * 33), ("name.vi", ""),
     ("name.en", "x" * 121), ("url", "kim-bang.vn"), ("url", "http://" + "a" * 40),
     ("url", "javascript:alert(1)")],
)  # fmt: skip
def test_bad_input_is_told_at_its_field_and_adds_nothing(
    two: Province, chief: Staff, field: str, value: str
) -> None:
    answer = send(chief, "new", {**THIRD, field: value, "from": FIRST})
    assert answer.status_code == 422 and f'id="wrong-{field.replace(".", "-")}"' in answer.text
    assert len(two.installation.halls) == 2


@pytest.mark.parametrize("origin", ["", "nowhere", "../etc"])
def test_a_centre_like_none_that_there_is_is_told_beside_the_field(
    two: Province, chief: Staff, origin: str
) -> None:
    answer = send(chief, "new", {**THIRD, "from": origin})
    assert answer.status_code == 422 and len(two.installation.halls) == 2
    assert told_at(answer.text, "from") == TEXTS("mistake.choice", "vi")
    assert form_of(answer.text, "url")["name.vi"] == THIRD["name.vi"]


def test_another_name_is_a_version_and_the_id_stays(two: Province, chief: Staff) -> None:
    form = {"name.vi": "Trung tâm Lý Nhân", "name.en": "Ly Nhan", "id": "other"}
    answer = send(chief, f"{OTHER}/name", form)
    assert answer.status_code == 303
    hall = two.installation.halls[OTHER]
    assert (hall.config.site.id, hall.config.site.name.vi) == (OTHER, "Trung tâm Lý Nhân")
    assert hall.writer.view.setup.version == 2
    assert send(chief, f"{OTHER}/name", {"name.vi": "", "name.en": "x"}).status_code == 422
    assert hall.writer.view.setup.version == 2


def test_another_name_beside_a_plan_brings_no_plan_early(two: Province, chief: Staff) -> None:
    writer = two.installation.halls[OTHER].writer
    plan = replace(ELSEWHERE, hotline="1900 1234")
    writer.change(Change(id="plan", by="test", base=1, document=plan, starts=date(2030, 1, 1)))
    assert send(chief, f"{OTHER}/name", {"name.vi": "Lý Nhân mới", "name.en": "New"}).status_code == 303
    document = writer.view.setup.document
    assert document is not None and document.name.vi == "Lý Nhân mới"
    assert document.hotline == ELSEWHERE.hotline
    planned = writer.planned
    assert planned is not None and planned.document is not None
    assert (planned.document.name.vi, planned.document.hotline) == ("Lý Nhân mới", "1900 1234")


def test_a_centre_is_retired_by_whoever_writes_its_id(two: Province, chief: Staff) -> None:
    assert (
        send(chief, f"{OTHER}/retire", {"id": "yes"}).status_code == 422 and OTHER in two.installation.halls
    )
    assert send(chief, f"{FIRST}/retire", {"id": FIRST}).status_code == 409
    assert send(chief, f"{OTHER}/retire", {"id": OTHER}).status_code == 303
    assert OTHER not in two.installation.halls and chief.get(f"/at/{OTHER}/").status_code == 404
    assert list((two.data / "retired").glob(f"{OTHER}*"))
    assert chief.get(f"{ROOT}/{OTHER}").status_code == 404


def test_an_administrator_of_one_centre_governs_no_other(two: Province) -> None:
    here = two.log_in("here", {FIRST: Role.ADMINISTRATOR})
    text = here.get(f"{ROOT}/").text
    assert "Lý Nhân" not in text and DOCUMENT.name.vi in text
    assert here.get(f"{ROOT}/new").status_code == 403
    assert send(here, "new", {**THIRD, "from": FIRST}).status_code == 403
    assert here.get(f"{ROOT}/{OTHER}").status_code == 404
    assert send(here, f"{OTHER}/name", {"name.vi": "x", "name.en": "x"}).status_code == 404
    assert send(here, f"{FIRST}/retire", {"id": FIRST}).status_code == 403
    assert here.get(f"/at/{OTHER}/admin/setup/").status_code == 403
    assert two.installation.halls[OTHER].writer.view.setup.version == 1


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.INSPECTOR, Role.RECEPTION])
def test_nobody_else_sees_them(two: Province, role: Role) -> None:
    other = two.log_in("other", {EVERYWHERE: role})
    for path in ("", "new", FIRST):
        assert other.get(f"{ROOT}/{path}").status_code == 403


def test_nothing_is_done_for_another_site_or_without_a_token(two: Province, chief: Staff) -> None:
    for path in ("new", f"{OTHER}/name", f"{OTHER}/retire"):
        form = {**THIRD, "from": FIRST, "csrf": "x"}
        assert chief.client.post(f"{ROOT}/{path}", data=form).status_code == 400
        answer = send(chief, path, {**THIRD, "id": OTHER}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
        assert path == "new" or chief.get(f"{ROOT}/{path}").status_code == 405
    assert set(two.installation.halls) == {FIRST, OTHER}


def test_each_centre_has_drafts_and_versions_of_its_own(two: Province, chief: Staff) -> None:
    """A page of one centre leads, posts and comes back to that centre."""
    path = f"/at/{OTHER}/admin/setup/texts"
    form = form_of(chief.get(path).text) | {"hotline": "0226"}
    answer = chief.client.post(path, data={"csrf": chief.csrf, **form})
    assert answer.headers["Location"].startswith(path)
    assert f'data-live="{path}"' in chief.get(path).text
    mark = form_of(chief.get(f"/at/{OTHER}/admin/setup/review").text)["mark"]
    applied = chief.client.post(
        f"/at/{OTHER}/admin/setup/apply", data={"csrf": chief.csrf, "mark": mark, "when": "now"}
    )
    assert applied.headers["Location"].startswith(f"/at/{OTHER}/admin/setup/")
    assert two.installation.halls[OTHER].config.hotline == "0226"
    assert two.installation.halls[FIRST].config.hotline == "1022"


def test_a_link_for_a_new_person_of_another_centre_leads_there(two: Province, chief: Staff) -> None:
    """Whether that centre's address has its prefix, as most have, or is one of its own."""
    send(chief, "new", {**THIRD, "from": FIRST})
    people = "/at/kim-bang/admin/people/"
    answer = sent(chief.client, people, people, name="ngoc", role="officer")
    found = re.search(r"http://a\.vn(/at/kim-bang/password/[\w-]+)\b", answer.text)
    assert found is not None, answer.text
    assert "ngoc" in two.app.test_client().get(found[1]).text
