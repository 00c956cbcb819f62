"""A device's key on its page: a code that is shown once, and one click that shuts the device out."""

from __future__ import annotations

import re

from broker.users import Users
from server.people.rights import Role
from tests.web.device_there import There
from tests.web.place import Place, csrf_of


def test_a_code_is_shown_once_and_nowhere_kept(there: There) -> None:
    answer = there.post("code", network="")
    assert answer.status_code == 200
    (code,) = re.findall(r'<p class="code n">([A-Z2-9-]{14})</p>', answer.text)
    assert f"sudo motcua enrol http://localhost {code}" in answer.text
    assert code not in there.page() and "mã đang chờ, còn 10 phút" in there.page("/live")
    assert code.replace("-", "") not in repr(vars(there.place.hall.keys)) and code not in repr(
        there.audited()
    )
    assert there.audited()[0] == ("device.code", {"device": "kiosk-1", "network": ""})


def test_a_network_that_is_none_is_said_beside_its_field_and_kept(there: There) -> None:
    answer = there.post("code", network="192.168.1.0/99<b>")
    assert answer.status_code == 422 and "Ghi một mạng" in answer.text
    assert 'value="192.168.1.0/99&lt;b&gt;"' in answer.text and 'class="code' not in answer.text


def test_one_click_revokes(there: There) -> None:
    site = there.place.config.site.id
    assert "mang đến bằng tay" in there.page("/live")
    assert there.post("revoke").status_code == 303
    assert Users(there.folder).known(site)("kiosk-1").standing == "shut"
    assert "đã thu hồi" in there.page("/live") and there.place.hall.keys.is_shut("kiosk-1")  # type: ignore[union-attr]
    assert there.audited()[0] == ("device.revoked", {"device": "kiosk-1", "broker": "not-running"})
    assert not (there.folder / "credentials" / "kiosk-1").exists()


def test_a_broker_that_cannot_be_written_is_said(there: There) -> None:
    (there.folder / "made.json").unlink()
    answer = there.post("revoke")
    assert answer.status_code == 503 and "start the broker once" in answer.text


def test_without_a_brokers_folder_there_is_nothing_to_enrol(place: Place) -> None:
    staff = place.log_in("boss", Role.ADMINISTRATOR)
    page = staff.get("/devices/kiosk-1").text
    assert "Thu hồi" not in page
    for path in ("code", "revoke"):
        form = {"csrf": csrf_of(page)}
        assert staff.client.post(f"/devices/kiosk-1/{path}", data=form).status_code == 404
    assert place.client().post("/enrol", json={"handle": "ABC", "proof": ""}).status_code == 404
