"""A late list is seen, then approved by a name."""

from __future__ import annotations

from datetime import timedelta

from server.dossiers.status import Status
from server.people.rights import Role
from tests.web.dossiers.rooms import LATE, OPEN, OVERDUE, hidden, send, take, words
from tests.web.place import Place, Staff


def test_a_late_list_is_published_as_it_was_seen_and_by_a_name(place: Place, chief: Staff) -> None:
    take(place, LATE, OVERDUE, OPEN)
    page = chief.get("/dossiers/late")
    assert "Tư pháp 0 1" in words(page) and "Y tế 1 0" in words(page)
    assert place.register.published() is None and "Chưa công khai danh sách nào" in page.text
    answer = send(chief, "late/approve", month=hidden(page, "month"), mark=hidden(page, "mark"))
    assert answer.location == "/dossiers/late?said=approved&month=2026-10"
    published = place.register.published()
    assert published is not None and published.approved_by == "chief"
    assert [(u.authority.vi, u.overdue, u.resolved_late) for u in published.list.units] == [
        ("Tư pháp", 0, 1),
        ("Y tế", 1, 0),
    ]
    assert "Đang công khai tháng 10/2026: chief duyệt lúc 08:12 23/11/2026." in words(
        chief.get("/dossiers/late")
    )
    take(place, LATE, OPEN, {**OVERDUE, "status": str(list(Status).index(Status.RETURNED) + 1)})
    assert "Số liệu đã đổi từ khi duyệt" in chief.get("/dossiers/late").text
    place.clock.at += timedelta(minutes=5)
    deputy = place.log_in("deputy", Role.ADMINISTRATOR)
    assert send(deputy, "late/withdraw").location == "/dossiers/late?said=withdrawn"
    assert place.register.published() is None
    (kept,) = place.register.publications()
    assert (kept.approved_by, kept.withdrawn_by) == ("chief", "deputy")
    assert "10/2026 chief 08:12 23/11/2026 deputy 08:17 23/11/2026" in words(chief.get("/dossiers/late"))


def test_figures_that_nobody_saw_are_not_approved(place: Place, chief: Staff) -> None:
    take(place, LATE, OPEN)
    seen = hidden(chief.get("/dossiers/late?month=2026-10"), "mark")
    take(place, LATE, OPEN, OVERDUE)
    answer = send(chief, "late/approve", month="2026-10", mark=seen)
    assert "changed_since" in answer.location and place.register.published() is None
    other = hidden(chief.get("/dossiers/late?month=2026-11"), "mark")
    assert "changed_since" in send(chief, "late/approve", month="2026-10", mark=other).location


def test_only_a_manager_approves(place: Place, chief: Staff) -> None:
    take(place, LATE)
    it = place.log_in("it", Role.ADMINISTRATOR)
    page = it.get("/dossiers/late")
    assert "Duyệt công khai" not in page.text
    mark = hidden(chief.get("/dossiers/late"), "mark")
    assert send(it, "late/approve", month="2026-10", mark=mark).status_code == 403
    assert place.register.published() is None
