"""A hall with a dossier of each kind of promise, and what its pages say of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.dossiers import reminders, steps
from server.dossiers.applicants import Applicant
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.register import Dossier, Leg, Step
from server.dossiers.rows import handover_table, text_of
from server.dossiers.status import Status
from server.people.audit import Wanted
from tests.web.place import MORNING, Place, Staff, csrf_of, open_place

PERSON = Applicant(name="Phạm Thị Hà", phone="0912345678", address="12 Trần Phú", email="ha@example.vn")
LATE, AFTER, NEAR, WAITS, HANDED, LINKED = (f"H42.13-261102-000{n}" for n in range(6))


def here(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+07:00").astimezone(UTC)


def dossier(code: str, due: str, officer: str = "Nguyễn Văn An", **of: Any) -> Dossier:
    told = {"status": Status.PROCESSING, **of}
    return Dossier(
        code,
        "justice",
        "Lý lịch tư pháp",
        received=here("11-02 08:00"),
        due=here(due),
        officer=officer,
        **told,
    )


def open_town(folder: Path) -> Place:
    """Monday morning with a dossier of each kind. Tests only look at it, or at one of their own."""
    place = open_place(folder)
    history = (
        Step(here("11-03 08:00"), Status.PROCESSING, "justice", "Nguyễn Văn An"),
        Step(here("11-05 08:00"), Status.AWAITING_SUPPLEMENT, "justice"),
        Step(here("11-09 08:00"), Status.PROCESSING, "justice"),
    )
    legs = (
        Leg(1, "justice", here("11-02 08:00"), here("11-06 17:00"), here("11-05 09:00")),
        Leg(2, "health", here("11-05 09:00"), here("11-16 17:00")),
        Leg(3, "justice", None, here("11-24 17:00")),
    )
    brought = [
        Brought(dossier(LATE, "11-20 17:00"), history, applicant=PERSON),
        Brought(dossier(AFTER, "11-19 17:00", "Trần Bình", reappointed=2)),
        Brought(dossier(NEAR, "11-24 17:00", limit="3d", status=Status.ACCEPTED)),
        Brought(dossier(WAITS, "11-20 17:00", status=Status.AWAITING_PAYMENT, fee=200_000, paid=False)),
        Brought(dossier(HANDED, "11-20 17:00", "", fee=0)),
        Brought(dossier(LINKED, "11-30 17:00", ""), legs=legs),
    ]
    place.register.bring(brought, Delivery(MORNING, "test"), MORNING)
    with place.register.writing() as db:
        row = {"code": HANDED, "ticket": "t", "at": text_of(MORNING), "counter": "7", "by": "officer-7"}
        db.execute(handover_table.insert().values(**row))
    reminders.note(place.register, steps.AS_USUAL, place.config.due_rules.calendar, MORNING)
    return place


def fresh(text: str) -> set[str]:
    """The dossiers of a page's list that are marked as new, by their last figure."""
    rows = re.findall(r"<tr><th.*?</tr>", text, re.S)
    return {code for row in rows if ">Mới</span>" in row for code in listed(row)}


def listed(text: str) -> set[str]:
    """The dossiers of a page's list, by their last figure."""
    return set(re.findall(r'<th scope="row" class="n"><a href="/dossiers/H42\.13-261102-000(\d)', text))


def send(staff: Staff, code: str, what: str, **form: Any) -> Any:
    csrf = csrf_of(staff.get("/me").text)
    return staff.client.post(f"/dossiers/{code}/{what}", data={"csrf": csrf, **form})


def audited(place: Place, what: str) -> list[tuple[str, dict[str, Any]]]:
    return [(entry.who, dict(entry.about)) for entry in place.audit.entries(Wanted(what=what), 50)]


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]
