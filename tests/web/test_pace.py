"""How often one address may ask for phone pages."""

from __future__ import annotations

import pytest

from server.pace import KEPT, Pace, near


def test_sixty_within_any_minute_and_then_it_says_how_long_to_wait() -> None:
    pace = Pace()
    assert [pace.wait_s("10.0.0.1", "", second) for second in range(60)] == [0.0] * 60
    assert pace.wait_s("10.0.0.1", "", 59.5) == pytest.approx(0.5)
    assert pace.wait_s("10.0.0.1", "", 60.0) == 0.0  # the first one is a minute old
    assert pace.wait_s("10.0.0.1", "", 60.0) == pytest.approx(1.0)


def test_who_is_refused_is_not_made_to_wait_longer_by_asking() -> None:
    pace = Pace(1)
    pace.wait_s("10.0.0.1", "", 0.0)
    assert [pace.wait_s("10.0.0.1", "", t) for t in (10.0, 30.0, 59.0)] == [50.0, 30.0, 1.0]
    assert pace.wait_s("10.0.0.1", "", 60.0) == 0.0


def test_people_behind_one_router_do_not_share_what_their_tickets_may() -> None:
    pace = Pace(2)
    for ticket in ("a", "b", "c", ""):
        assert [pace.wait_s("10.0.0.1", ticket, 0.0) for _ in range(3)] == [0.0, 0.0, 60.0]
    assert pace.wait_s("10.0.0.2", "a", 0.0) == 0.0


def test_a_household_of_ipv6_is_one_address() -> None:
    assert near("2001:db8:1:2::1") == near("2001:db8:1:2:ffff::9") != near("2001:db8:1:3::1")
    assert near("10.0.0.1") == "10.0.0.1" and near("") == ""


def test_a_million_addresses_are_not_remembered() -> None:
    pace = Pace(1)
    for n in range(KEPT + 50):
        assert pace.wait_s(f"a{n}", "", 0.0) == 0.0
    assert pace.wait_s("a0", "", 0.0) == 0.0 and pace.wait_s(f"a{KEPT}", "", 0.0) > 0
