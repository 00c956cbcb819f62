"""From a draft to a version in force: what is refused, planned and brought back, and two people at once."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image

from server.drafting.files import exported, imported
from server.hall import commands as c
from server.people.audit import Wanted
from server.people.rights import Right, Role
from server.setup import Change, document_of, versions
from server.web.setup_preview import Pictures
from server.web.words import TEXTS
from tests.web.forms import form_of
from tests.web.place import Place, Staff
from tests.web.programs import program
from tests.web.test_setup_pages import ROOT, draft, page, send, typed


@pytest.fixture
def chief(place: Place) -> Staff:
    return place.log_in("chief", Role.ADMINISTRATOR)


def apply(staff: Staff, when: str = "now", **more: str) -> Any:
    """What the reader of the review presses."""
    form = form_of(page(staff, "review"))
    return send(staff, "apply", {"mark": form["mark"], "when": when, **more})


def in_force(place: Place) -> Any:
    return place.writer.view.setup


def told(answer: Any) -> str:
    return str(answer.headers["Location"]).rpartition("said=")[2]


def test_a_draft_is_shown_as_differences_and_comes_into_force_with_a_note(place: Place, chief: Staff) -> None:
    typed(chief, "texts", hotline="1900 1234")
    review = page(chief, "review")
    assert "<del>1022</del>" in review and "<ins>1900 1234</ins>" in review
    assert TEXTS("field.hotline", "vi") in review
    rev = place.writer.view.rev
    assert told(apply(chief, note="Đổi <b>số</b> hỏi")) == "applied"
    view = place.writer.wait(rev, 5)
    assert view.setup.version == 2 and place.hall.config.hotline == "1900 1234"
    assert draft(place) is None
    history = page(chief, "versions")
    assert "Đổi &lt;b&gt;số&lt;/b&gt; hỏi" in history and ">chief<" in history
    (entry,) = place.audit.entries(Wanted(what="setup"), 9)
    assert (entry.who, entry.what, entry.about["version"]) == ("chief", "setup.changed", 2)


def test_walls_and_pages_have_the_new_texts_with_the_next_view(place: Place, chief: Staff) -> None:
    typed(chief, "texts", notice__0__vi="Nghỉ trưa đến 13 giờ 30", notice__0__en="Back at half past one")
    board = place.client().get("/board").text
    assert "Nghỉ trưa" not in board
    apply(chief)
    assert place.writer.view.board.notices[0].vi == "Nghỉ trưa đến 13 giờ 30"
    assert "Nghỉ trưa đến 13 giờ 30" in place.client().get("/board").text


def test_a_service_of_a_moment_ago_gives_numbers_without_a_restart(place: Place, chief: Staff) -> None:
    form = form_of(page(chief, "authority/military"))
    form |= {
        "authority.19.service.1.name.vi": "Tuyển quân", "authority.19.service.1.name.en": "Recruiting",
        "authority.19.service.1.digits": "3", "authority.19.service.1.start": "1",
        "authority.19.service.1.typical_min": "8", "authority.19.service.1.target_min": "15",
    }  # fmt: skip
    assert send(chief, "authority/military", form).status_code == 303
    typed(chief, "counter/12", **{"skill__tuyen-quan__12": "services"})
    assert told(apply(chief)) == "applied"
    assert place.issue("tuyen-quan")["number"] == "Z001"


def test_the_same_press_twice_is_one_version(place: Place, chief: Staff) -> None:
    typed(chief, "calls", calls__undo_s="20")
    form = {"mark": form_of(page(chief, "review"))["mark"], "when": "now", "note": "one"}
    first = send(chief, "apply", form)
    second = send(chief, "apply", form)
    assert told(first) == "applied" and second.status_code == 303
    assert len(versions(place.store.engine)) == 2


def test_presses_at_the_same_moment_are_one_version(place: Place, chief: Staff) -> None:
    typed(chief, "calls", calls__undo_s="20")
    form = {"csrf": chief.csrf, "mark": form_of(page(chief, "review"))["mark"], "when": "now"}
    name, value = chief.cookie
    answers: list[int] = []

    def press() -> None:
        client = place.client()
        client.set_cookie(name, value)
        answers.append(client.post(f"{ROOT}/apply", data=form).status_code)

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 6
    assert len(versions(place.store.engine)) == 2


def test_another_draft_than_was_reviewed_is_not_applied(place: Place, chief: Staff) -> None:
    typed(chief, "calls", calls__undo_s="20")
    mark = form_of(page(chief, "review"))["mark"]
    typed(chief, "calls", calls__undo_s="30")
    answer = send(chief, "apply", {"mark": mark, "when": "now"})
    assert answer.status_code == 409 and TEXTS("setup.wrong-draft", "vi") in answer.text
    assert in_force(place).version == 1 and draft(place).calls.undo_s == 30


def test_what_would_break_the_day_is_refused_and_kept_for_tomorrow(place: Place, chief: Staff) -> None:
    place.issue("justice-records")
    form = form_of(page(chief, "authority/justice")) | {"authority.0.service.0.drop": "1"}
    send(chief, "authority/justice", form)
    review = page(chief, "review")
    reason = TEXTS("mistake.service-in-use", "vi", n=1, id="Lý lịch tư pháp")
    assert reason in review and TEXTS("setup.way_out", "vi") in review
    answer = apply(chief, "now")
    assert answer.status_code == 409 and reason in answer.text and in_force(place).version == 1
    assert told(apply(chief, "tomorrow")) == "planned"
    assert in_force(place).version == 1 and place.issue("justice-records")["number"] == "A002"
    assert TEXTS("setup.planned", "vi", version=2, date="24/11/2026") in page(chief, "")
    place.clock.pass_(days=1)
    place.writer.look(lambda view: None)
    place.writer.wait(place.writer.view.rev, 3)
    assert in_force(place).version == 2 and "justice-records" not in place.hall.config.site.services


def test_what_is_edited_beside_a_plan_comes_at_once_and_the_plan_stays(place: Place, chief: Staff) -> None:
    typed(chief, "calls", calls__undo_s="20")
    assert told(apply(chief, "date", date="2026-12-01")) == "planned"
    usual = in_force(place).document.calls
    typed(chief, "calls", calls__grace_min="25")
    assert told(apply(chief, "now")) == "applied"
    document, plan = in_force(place).document, place.writer.planned
    assert (document.calls.undo_s, document.calls.grace_min) == (usual.undo_s, 25)
    assert plan is not None and plan.document is not None
    assert (plan.document.calls.undo_s, plan.document.calls.grace_min) == (20, 25)
    assert TEXTS("setup.planned", "vi", version=4, date="01/12/2026") in page(chief, "")
    typed(chief, "calls", calls__undo_s="30")
    refused = apply(chief, "now")
    assert refused.status_code == 409 and in_force(place).version == 3
    assert TEXTS("refusal.setup-planned", "vi", version=4) in refused.text


def test_a_plan_is_taken_back_or_followed(place: Place, chief: Staff) -> None:
    typed(chief, "calls", calls__undo_s="20")
    assert told(apply(chief, "date", date="2026-12-01")) == "planned"
    typed(chief, "calls", calls__grace_min="25")
    assert (draft(place).calls.undo_s, draft(place).calls.grace_min) == (20, 25)
    assert told(apply(chief, "date", date="2026-12-02")) == "planned"
    assert place.writer.planned is not None and place.writer.planned.version == 3
    assert told(send(chief, "withdraw", {})) == "withdrawn" and place.writer.planned is None
    assert [v.state for v in versions(place.store.engine)] == ["withdrawn", "withdrawn", "in-force"]


@pytest.mark.parametrize("date", ["", "2026-11-23", "2020-01-01", "2028-01-01", "soon", "9" * 50])
def test_a_day_that_is_none_or_not_ahead_is_told(place: Place, chief: Staff, date: str) -> None:
    typed(chief, "calls", calls__undo_s="20")
    answer = apply(chief, "date", date=date)
    assert answer.status_code == 422 and TEXTS("setup.wrong-date", "vi") in answer.text
    assert in_force(place).version == 1 and draft(place) is not None


def test_a_note_that_is_too_long_is_told(place: Place, chief: Staff) -> None:
    typed(chief, "calls", calls__undo_s="20")
    answer = apply(chief, note="x" * 201)
    assert answer.status_code == 422 and TEXTS("setup.wrong-note", "vi") in answer.text
    assert in_force(place).version == 1


def test_closing_on_waiting_people_takes_a_tick(place: Place, chief: Staff) -> None:
    place.issue("justice-records")
    typed(chief, "hours", hours__mon="13:30-17:00")
    answer = apply(chief)
    assert answer.status_code == 422 and TEXTS("setup.wrong-agree", "vi") in answer.text
    assert in_force(place).version == 1
    assert told(apply(chief, agree="1")) == "applied"


# --- two administrators


def test_a_change_of_somebody_else_is_told_and_taken_over(place: Place, chief: Staff) -> None:
    other = place.log_in("other", Role.ADMINISTRATOR)
    typed(chief, "calls", calls__undo_s="20", calls__recall_limit="5")
    typed(other, "calls", calls__grace_min="30", calls__recall_limit="7")
    assert told(apply(other)) == "applied"
    stale = apply(chief)
    assert stale.status_code == 409 and in_force(place).version == 2
    review = page(chief, "review")
    assert TEXTS("setup.theirs", "vi", version=2) in review and "<ins>30</ins>" in review
    assert told(send(chief, "take-over", {})) == "taken"
    calls = draft(place).calls
    assert (calls.undo_s, calls.grace_min, calls.recall_limit) == (20, 30, 5)
    assert TEXTS("setup.clashes", "vi") in page(chief, "review")
    assert told(apply(chief)) == "applied"
    calls = in_force(place).document.calls
    assert (calls.undo_s, calls.grace_min, calls.recall_limit) == (20, 30, 5)


# --- versions


def test_versions_are_compared_and_brought_back(place: Place, chief: Staff) -> None:
    first = in_force(place).document
    typed(chief, "texts", hotline="115")
    apply(chief, note="nhầm")
    compared = page(chief, "versions?old=1&new=2")
    assert "<del>1022</del>" in compared and "<ins>115</ins>" in compared
    assert TEXTS("setup.same", "vi") in page(chief, "versions?old=2&new=2")
    form = form_of(page(chief, "versions/1"), "newest")
    assert told(send(chief, "versions/1", form | {"when": "now"})) == "restored"
    assert told(send(chief, "versions/1", form | {"when": "now"})) == "restored"  # the same press
    assert in_force(place).version == 3 and in_force(place).document == first
    assert [v.version for v in versions(place.store.engine)] == [3, 2, 1]


def test_a_version_that_would_break_the_day_comes_back_tomorrow(place: Place, chief: Staff) -> None:
    form = form_of(page(chief, "authority/military")) | {
        "authority.19.service.1.name.vi": "Mới", "authority.19.service.1.name.en": "New",
        "authority.19.service.1.digits": "3", "authority.19.service.1.start": "1",
        "authority.19.service.1.typical_min": "8", "authority.19.service.1.target_min": "15",
    }  # fmt: skip
    send(chief, "authority/military", form)
    typed(chief, "counter/12", skill__moi__12="services")
    assert told(apply(chief)) == "applied"
    place.issue("moi")
    form = form_of(page(chief, "versions/1"), "newest")
    answer = send(chief, "versions/1", form | {"when": "now"})
    assert answer.status_code == 409 and TEXTS("mistake.service-in-use", "vi", n=1, id="Mới") in answer.text
    assert in_force(place).version == 2
    assert told(send(chief, "versions/1", form | {"when": "tomorrow"})) == "planned"


@pytest.mark.parametrize("newest", ["", "0", "x", "99", "-1"])
def test_bringing_back_from_another_state_is_refused(place: Place, chief: Staff, newest: str) -> None:
    typed(chief, "texts", hotline="115")
    apply(chief)
    answer = send(chief, "versions/1", {"newest": newest, "when": "now"})
    assert answer.status_code in (409, 422) and in_force(place).version == 2


def test_versions_are_told_fifty_at_a_time(place: Place, chief: Staff) -> None:
    document = in_force(place).document
    for n in range(1, 61):
        place.writer.change(Change(id=f"v{n}", by="test", base=n, document=replace(document, hotline=str(n))))
    first = page(chief, "versions")
    assert first.count("<tr>") == 51 and "versions?before=12" in first and len(first) < 40_000
    last = page(chief, "versions?before=12")
    assert last.count("<tr>") == 12 and "versions?before=" not in last
    assert chief.get(f"{ROOT}/versions?before=x&old=%3Cb%3E&new=1").status_code == 200
    assert chief.get(f"{ROOT}/versions?old=1&new=99999999999999999999").status_code == 404


def test_a_draft_is_discarded(place: Place, chief: Staff) -> None:
    typed(chief, "calls", calls__undo_s="20")
    old = form_of(page(chief, "review"))["mark"]
    typed(chief, "calls", calls__undo_s="30")
    send(chief, "discard", {"mark": old})
    assert draft(place) is not None
    send(chief, "discard", {"mark": form_of(page(chief, "review"))["mark"]})
    assert draft(place) is None


# --- files


def sent(staff: Staff, content: bytes, **more: str) -> Any:
    data = {"csrf": staff.csrf, "file": (io.BytesIO(content), "hall.toml"), **more}
    return staff.client.post(f"{ROOT}/import", data=data, content_type="multipart/form-data")


def test_a_configuration_goes_out_as_a_file_and_comes_back_as_a_draft(place: Place, chief: Staff) -> None:
    answer = chief.get(f"{ROOT}/hall.toml")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert imported(answer.data) == in_force(place).document
    assert told(sent(chief, answer.data)) == "imported" and draft(place) is None
    other = answer.data.replace(b'id = "hanam"', b'id = "other"').replace(b'"1022"', b'"113"')
    assert told(sent(chief, other)) == "imported-other"
    assert (draft(place).id, draft(place).hotline) == ("hanam", "113")
    assert told(sent(chief, answer.data)).startswith("draft-stands") and draft(place).hotline == "113"
    assert told(sent(chief, answer.data, replace="1")) == "imported" and draft(place) is None
    typed(chief, "texts", hotline="114")
    apply(chief)
    assert imported(chief.get(f"{ROOT}/hall.toml?version=1").data).hotline == "1022"
    assert chief.get(f"{ROOT}/hall.toml?version=77").status_code == 404


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"id = [", b"id = 'hanam'"])
def test_a_file_that_is_none_is_told_and_changes_nothing(place: Place, chief: Staff, content: bytes) -> None:
    answer = sent(chief, content)
    assert answer.status_code == 422 and "file-wrong" in answer.text
    assert draft(place) is None


def test_a_file_is_refused_in_the_readers_language(place: Place, chief: Staff) -> None:
    whole = chief.get(f"{ROOT}/hall.toml").data
    page = sent(chief, whole.replace(b'role = "kiosk"', b'role = "kisok"', 1)).text
    assert "Chỗ sai: device[0].role" in page and "“kisok” không có trong danh sách" in page
    asks = program(place, Right.SETUP)
    told = asks.client.put(
        f"/api/v1/setup/draft/hall.toml?mark={asks.get('/setup/draft').get_json()['mark']}",
        data=whole.replace(b"hotline = ", b"hotlin = ", 1),
        headers={**asks.headers, "Content-Type": "application/toml", "Idempotency-Key": "file-1"},
    ).get_json()
    assert (told["why"], told["wrong"], told["where"]) == ("file", "no-key", "hotlin")
    assert told["detail"].startswith("Không có khóa này.") and "Có phải: hotline?" in told["detail"]


def test_a_file_that_is_too_large_is_refused(place: Place, chief: Staff) -> None:
    kind = "multipart/form-data; boundary=x"
    answer = chief.client.post(f"{ROOT}/import", data=b"x" * 2_000_000, content_type=kind)
    assert answer.status_code == 413 and draft(place) is None


# --- previews


def test_the_ticket_is_drawn_by_the_kiosks_renderer_from_the_draft(place: Place, chief: Staff) -> None:
    def drawn(query: str = "") -> Any:
        answer = chief.get(f"{ROOT}/preview/ticket.png{query}")
        assert answer.status_code == 200 and answer.content_type == "image/png"
        return Image.open(io.BytesIO(answer.data))

    before = drawn()
    assert before.width == 576 and before.mode == "1"
    assert drawn("?width=58").width < 576 and drawn("?lang=en").tobytes() != before.tobytes()
    typed(chief, "texts", documents__vi="Mang theo bản chính và hai bản sao có chứng thực")
    assert drawn().tobytes() != before.tobytes()
    assert chief.get(f"{ROOT}/preview/ticket.png?width=<b>&service=nobody").status_code == 200
    typed(chief, "authority/justice", authority__0__letter="B")
    assert chief.get(f"{ROOT}/preview/ticket.png").status_code == 404  # no hall could work by this draft


def test_a_picture_is_drawn_once_and_not_for_ever() -> None:
    pictures = Pictures()
    with pytest.raises(OSError, match=r"kiosk\.preview"):
        pictures.drawn(b"no ticket")
    with pytest.raises(OSError, match=r"kiosk\.preview"):
        pictures.drawn(b"no ticket")  # a mistake is not kept


def test_the_wall_is_shown_with_the_drafts_texts(place: Place, chief: Staff) -> None:
    typed(chief, "texts", notice__0__vi="Dòng của bản nháp")
    shown = chief.get(f"{ROOT}/preview/wall")
    assert "Dòng của bản nháp" in shown.text and f"{ROOT}/preview/wall/state" in shown.text
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    news = chief.get(f"{ROOT}/preview/wall/state").get_json()
    assert news["board"]["notices"][0]["vi"] == "Dòng của bản nháp"
    assert "Dòng của bản nháp" not in place.client().get("/board").text


def test_an_hour_of_editing_never_waits_for_the_writer_nor_stops_it(place: Place, chief: Staff) -> None:
    """The hall's own log has nothing of a draft."""
    before = place.store.seq
    typed(chief, "calls", calls__undo_s="20")
    page(chief, "review")
    chief.get(f"{ROOT}/preview/ticket.png")
    assert place.store.seq == before
    place.at("4", c.OpenCounter, officer="officer-4")
    assert place.store.seq == before + 1


def test_a_document_of_every_version_is_kept(place: Place, chief: Staff) -> None:
    typed(chief, "texts", hotline="115")
    apply(chief)
    first, second = (document_of(place.store.engine, n) for n in (1, 2))
    assert first is not None and second is not None and first.hotline == "1022" and second.hotline == "115"
    assert "115" in exported(second)
    assert versions(place.store.engine)[0].at - place.clock.now() < timedelta(seconds=1)
