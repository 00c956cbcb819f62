"""A centre that becomes another one while people hold its numbers: what is refused, and what is only told."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.hall import commands as c
from server.hall.changing import breaks, strains
from server.hall.site import Counter, Hours, Service, Session, Site
from tests.hall.small_hall import MONDAY, SMALL, SmallHall, local


def refused(hall: SmallHall, new: Site) -> list[tuple[str, str]]:
    return [(p.code, p.where) for p in breaks(hall.site, new, hall.state, hall.now)]


def told(hall: SmallHall, new: Site) -> list[str]:
    return [p.code for p in strains(hall.site, new, hall.state, hall.now)]


def with_service(id: str, **changes: Any) -> Site:
    return replace(SMALL, services={**SMALL.services, id: replace(SMALL.services[id], **changes)})


def without_service(id: str) -> Site:
    return replace(SMALL, services={s: of for s, of in SMALL.services.items() if s != id})


def with_counter(id: str, counter: Counter | None) -> Site:
    rest = {k: v for k, v in SMALL.counters.items() if k != id}
    return replace(SMALL, counters={**rest, id: counter} if counter else rest)


@pytest.fixture
def hall() -> SmallHall:
    """One number of `land`, A98, waits; nobody sits anywhere."""
    hall = SmallHall()
    hall.issue("land")
    return hall


def test_the_same_centre_breaks_and_strains_nothing(hall: SmallHall) -> None:
    hall.at_counter(c.OpenCounter, "1", officer="ha")
    hall.next("1")
    assert refused(hall, SMALL) == [] and told(hall, SMALL) == []


def test_a_day_without_numbers_takes_everything(hall: SmallHall) -> None:
    fresh = SmallHall(at="06:00")
    other = replace(
        SMALL, services={"new": Service("new", "of-z", SMALL.name, "Z")}, own_series={}, counters={}
    )
    assert refused(fresh, replace(other, zone=ZoneInfo("Asia/Tokyo"))) == []


def test_a_letter_in_peoples_hands_stays_with_its_service(hall: SmallHall) -> None:
    assert refused(hall, with_service("land", letter="G")) == [("letter-in-use", "service.land.letter")]
    assert refused(hall, with_service("health", letter="G")) == []  # of which nobody holds a number


def test_a_letter_in_peoples_hands_goes_to_no_other_authority(hall: SmallHall) -> None:
    taken = with_service("health", letter="A")
    services = {**taken.services, "land": replace(SMALL.services["land"], letter="A")}
    codes = {code for code, _ in refused(hall, replace(taken, services=services))}
    assert "letter-moved" in codes
    moved = with_service("land", authority="of-b")
    assert ("letter-moved", "service.land.letter") in refused(hall, moved)


def test_numbers_of_today_are_written_in_one_way(hall: SmallHall) -> None:
    assert refused(hall, with_service("land", digits=3)) == [("numbers-in-use", "service.land.digits")]
    assert refused(hall, with_service("land", start=1)) == [("numbers-in-use", "service.land.start")]
    assert refused(hall, with_service("health", digits=4)) == []


def test_a_service_with_numbers_of_today_stays(hall: SmallHall) -> None:
    assert refused(hall, without_service("land")) == [("service-in-use", "service.land")]
    assert refused(hall, without_service("trade")) == []
    hall.at_counter(c.OpenCounter, "1", officer="ha")
    hall.next("1")
    hall.at_counter(c.Finish, "1")
    assert refused(hall, without_service("land")) == [("service-in-use", "service.land")]  # may yet be rated


def test_a_counter_goes_only_when_nobody_is_there(hall: SmallHall) -> None:
    assert refused(hall, with_counter("2", None)) == []
    hall.at_counter(c.OpenCounter, "2", officer="ha")
    assert refused(hall, with_counter("2", None)) == [("counter-in-use", "counter.2")]


def test_a_counter_that_numbers_wait_for_stays(hall: SmallHall) -> None:
    hall.at_counter(c.OpenCounter, "1", officer="ha")
    hall.next("1")
    hall.at_counter(c.Transfer, "1", to_counter="2")
    assert refused(hall, with_counter("2", None)) == [("counter-bound", "counter.2")]


def test_a_counter_keeps_the_service_that_stands_there_and_may_lose_another(hall: SmallHall) -> None:
    hall.at_counter(c.OpenCounter, "1", officer="ha")
    hall.next("1")
    lost = with_counter("1", replace(SMALL.counters["1"], services=("roads",)))
    assert refused(hall, lost) == [("counter-serving", "counter.1.services")]
    other = with_counter("1", replace(SMALL.counters["1"], services=("land",)))
    assert refused(hall, other) == []
    hall.at_counter(c.Finish, "1")
    assert refused(hall, lost) == []


def test_a_series_stands_from_the_first_opening_of_the_day_on() -> None:
    """Its kiosk may tell of numbers hours after it gave them."""
    swapped = replace(SMALL, own_series={"1": "kiosk-2", "2": "kiosk-1"})
    more = replace(SMALL, own_series={**SMALL.own_series, "3": "kiosk-3"})
    early, day = SmallHall(at="06:00"), SmallHall(at="18:00")
    assert refused(early, swapped) == [] and refused(day, more) == []
    both = [("series-in-use", f"device.kiosk-{n}.series") for n in (1, 2)]
    assert refused(day, swapped) == both == refused(day, replace(SMALL, own_series={}))


def test_the_day_keeps_its_zone_and_its_beginning_while_numbers_are_held(hall: SmallHall) -> None:
    later = replace(SMALL, hours=replace(SMALL.hours, day_changes=time(5)))
    assert refused(hall, later) == [("day-in-use", "hours.day_changes")]
    assert refused(hall, replace(SMALL, zone=ZoneInfo("Asia/Tokyo"))) == [("day-in-use", "time_zone")]
    assert refused(SmallHall(), later) == []


def test_everything_that_is_refused_today_is_free_on_the_next_day(hall: SmallHall) -> None:
    hall.at_counter(c.OpenCounter, "1", officer="ha")
    hall.next("1")
    changed = replace(
        without_service("land"),
        counters={"9": Counter("9", tuple(SMALL.services))},
        own_series={"7": "kiosk-1"},
        hours=replace(SMALL.hours, day_changes=time(5)),
    )
    assert len(refused(hall, changed)) >= 4
    hall.at("06:00", MONDAY.replace(day=25))
    assert refused(hall, changed) == []


def test_closing_the_hall_on_waiting_people_is_told_and_not_refused(hall: SmallHall) -> None:
    holiday = replace(SMALL, hours=replace(SMALL.hours, holidays=SMALL.hours.holidays | {MONDAY}))
    assert told(hall, holiday) == ["closes-now"] and refused(hall, holiday) == []
    assert told(SmallHall(), holiday) == []  # nobody waits
    noon = SmallHall(at="08:00")
    noon.issue("land")
    noon.at("12:00")
    assert told(noon, holiday) == []  # closed as it is


def test_a_line_that_nobody_would_serve_is_told(hall: SmallHall) -> None:
    hall.at_counter(c.OpenCounter, "1", officer="ha")
    lost = with_counter("1", Counter("1", ("roads",)))
    assert told(hall, lost) == ["nobody-serves"]
    hall.at_counter(c.OpenCounter, "2", officer="ha")  # serves it too
    assert told(hall, lost) == []


def test_a_cap_that_counts_anew_is_told() -> None:
    hall = SmallHall()
    hall.issue("trade")
    earlier = (Session(time(7), time(11, 30)),)
    moved = replace(SMALL, hours=Hours(week=(earlier,) * 7))
    assert told(hall, moved) == ["cap-anew"]


def test_a_problem_is_a_sentence(hall: SmallHall) -> None:
    (problem,) = breaks(SMALL, without_service("land"), hall.state, local("08:00"))
    assert problem.sentence == "1 people have a number of 'land' today: it cannot go now"
