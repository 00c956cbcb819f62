"""A due date of ours that stands on a receipt is a promise: another calendar moves it no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from server.dossiers.bringing import Brought, Delivery
from server.dossiers.reckoning import Reckoned, recompute
from server.dossiers.register import Dossier
from server.dossiers.status import Status
from server.people.rights import Role
from tests.web.place import Place

TAKEN, LEFT = "H42.13-261123-0001", "H42.13-261123-0002"


def test_a_date_on_a_receipt_is_kept_when_the_calendar_changes(place: Place) -> None:
    now, store, rules = place.clock.now(), place.register, place.config.due_rules
    both = [Dossier(code, "justice", "x", Status.ACCEPTED, now, limit="5d") for code in (TAKEN, LEFT)]
    store.bring([Brought(d) for d in both], Delivery(now, "test"), now)
    recompute(store, rules, now)
    lan = place.log_in("lan", Role.MANAGER)
    receipt = lan.client.post(f"/dossiers/{TAKEN}/papers/receipt.docx", data={"csrf": lan.csrf})
    assert receipt.status_code == 200
    longer = replace(rules.calendar, off=rules.calendar.off | {date(2026, 11, 27)})
    assert recompute(store, replace(rules, calendar=longer), now) == Reckoned(now, 2, later=1, kept=1)

    def due(code: str) -> datetime:
        whole = store.find(code)
        assert whole is not None and whole.due is not None
        return whole.due.astimezone(rules.calendar.zone)

    assert [f"{due(code):%d/%m %H:%M}" for code in (TAKEN, LEFT)] == ["01/12 10:42", "02/12 10:42"]
