"""The hall live: what needs somebody now, by which rule, and where its one way leads."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from broker.messages import DeviceStatus
from server.alerts import Kind, Seen, Thresholds, alerts, at_risk
from server.devices import troubles
from server.hall import commands as c
from server.people.rights import Role
from server.web.console_view import hall_lines, visits_of
from tests.web.place import Place

LAND = "environment-land"


def raised(place: Place, limits: Thresholds | None = None) -> dict[tuple[Kind, str], Any]:
    site, state, now = place.config.site, place.writer.view.state, place.clock.now()
    risk, closes = at_risk(site, state, now)
    lines = tuple(hall_lines(site, state, visits_of(state), now))
    found = troubles(place.config.devices, place.devices.snapshot())
    seen = Seen(site, state, now, lines, found, risk, closes)
    return {(a.kind, a.of): a for a in alerts(seen, limits or Thresholds())}


def test_a_quiet_hall_has_none(place: Place) -> None:
    assert raised(place) == {}
    page = place.log_in("chief", Role.MANAGER).get("/figures/").text
    assert "Không có cảnh báo" in page


def test_a_wait_above_its_promise_and_not_a_moment_before(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    place.issue(LAND)
    place.at("7", c.CallNext)
    place.issue(LAND)
    target = place.config.site.services[LAND].target
    place.clock.at += target
    assert (Kind.WAIT, "environment") not in raised(place)
    place.clock.pass_(seconds=1)
    alert = raised(place)[Kind.WAIT, "environment"]
    assert alert.urgent and alert.n == 1 and alert.minutes == target // timedelta(minutes=1)


def test_a_long_queue_by_the_halls_own_limit(place: Place) -> None:
    for _ in range(4):
        place.issue(LAND)
    assert (Kind.QUEUE, "environment") in raised(place, Thresholds(queue=3))
    assert (Kind.QUEUE, "environment") not in raised(place, Thresholds(queue=4))


def test_a_silent_counter_only_while_people_wait_for_it(place: Place) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    place.clock.pass_(minutes=11)
    assert (Kind.SILENT, "7") not in raised(place)
    place.issue(LAND)
    alert = raised(place)[Kind.SILENT, "7"]
    assert alert.n == 1 and alert.at == place.clock.now() - timedelta(minutes=11)
    place.at("7", c.PauseCounter, reason="break")
    assert (Kind.SILENT, "7") not in raised(place)
    place.at("7", c.OpenCounter, officer="officer-7")
    place.at("7", c.CallNext)
    place.issue(LAND)
    typical = place.config.site.services[LAND].typical
    place.clock.at += max(timedelta(minutes=10), 3 * typical)
    assert (Kind.SILENT, "7") not in raised(place)  # somebody is being served
    place.clock.pass_(seconds=1)
    assert (Kind.SILENT, "7") in raised(place)


def test_kiosks_without_paper_and_lost_devices(place: Place) -> None:
    place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="paper-out"))
    place.devices.put("kiosk-2", DeviceStatus(online=True, role="kiosk", printer="paper-low"))
    place.devices.put("display-1", DeviceStatus(online=False, role="display"))
    found = raised(place)
    assert found[Kind.PAPER, "kiosk-1"].urgent and not found[Kind.PAPER, "kiosk-2"].urgent
    assert found[Kind.LOST, "display-1"].urgent


def test_who_may_not_be_called_before_the_session_closes(place: Place) -> None:
    zone = place.config.site.zone
    place.clock.at = datetime(2026, 11, 23, 11, 0, tzinfo=zone).astimezone(UTC)
    place.at("7", c.OpenCounter, officer="officer-7")
    for _ in range(12):
        place.issue(LAND)
    risk, closes = at_risk(place.config.site, place.writer.view.state, place.clock.now())
    assert closes is not None and closes.astimezone(zone).strftime("%H:%M") == "11:30"
    some = risk["environment"]
    assert 0 < some < 12
    place.at("6", c.OpenCounter, officer="officer-6")
    assert at_risk(place.config.site, place.writer.view.state, place.clock.now())[0]["environment"] < some
    place.clock.at = datetime(2026, 11, 23, 12, 0, tzinfo=zone).astimezone(UTC)
    assert at_risk(place.config.site, place.writer.view.state, place.clock.now()) == ({}, None)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.INSPECTOR])
def test_each_alert_leads_to_what_is_behind_it(place: Place, role: Role) -> None:
    place.at("7", c.OpenCounter, officer="officer-7")
    for _ in range(5):
        place.issue(LAND)
    place.clock.pass_(minutes=16)
    place.issue(LAND)
    place.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="paper-out"))
    staff = place.log_in("reader", role)
    page = staff.get("/figures/live").text
    bands = re.findall(
        r'<p class="band (\w+)" id="alert-([^"]+)">.*?<a class="button"[^>]*href="([^"]+)"', page
    )
    assert {id for _, id, _ in bands} >= {"wait-environment", "silent-7", "paper-kiosk-1"}
    for _, id, href in bands:
        answer = staff.get(href.replace("&amp;", "&"))
        assert answer.status_code == 200, id
        if id == "wait-environment":
            assert 'id="total" class="n">5<' in answer.text, "not the one who only just came"
    urgent = [word for word, _, _ in bands]
    assert urgent == sorted(urgent, key=lambda word: word != "late")


def test_the_live_part_needs_no_reload_and_works_without_scripts(place: Place) -> None:
    chief = place.log_in("chief", Role.MANAGER)
    page = chief.get("/figures/").text
    assert 'data-fragment="/figures/live"' in page and "live.js" in page
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page
    before = chief.get("/figures/live").text
    place.issue(LAND)
    assert 'id="waiting">0<' in before and 'id="waiting">1<' in chief.get("/figures/live").text
