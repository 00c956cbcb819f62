"""A search of all dossiers as people type codes, and the legs of interlinked ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from server.dossiers.bringing import Brought, Delivery
from server.dossiers.finding import Search, found
from server.dossiers.legs import LegState, late, late_counts, seen
from server.dossiers.limits import read_limit
from server.dossiers.promises import Marks, Standing
from server.dossiers.register import Dossier, Leg
from server.dossiers.status import Status
from server.dossiers.store import DossierStore, open_dossiers
from tests.server.dossiers.tables import CONFIG, ZONE

CALENDAR = CONFIG.due_rules.calendar


def here(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


NOW = here("11-25 08:10")
MARKS = Marks.at(CALENDAR, NOW, read_limit("3d"))
LEGS = (
    Leg(1, "justice", here("11-09 08:00"), here("11-12 17:00"), here("11-13 09:00")),
    Leg(2, "health", here("11-13 09:00"), here("11-20 17:00")),
    Leg(2, "environment", None, here("12-04 17:00")),
    Leg(3, "justice", None, here("11-23 17:00")),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DossierStore]:
    opened = open_dossiers(tmp_path_factory.mktemp("register"), ZONE)
    received = here("11-09 08:00")
    rows = [
        ("H42.13-261109-0118", Status.PROCESSING, "justice", "An", here("11-20 17:00")),
        ("H42.13-261109-0119", Status.RETURNED, "justice", "An", here("11-20 17:00")),
        ("H42.05-261109-0118", Status.AWAITING_PAYMENT, "health", "Bình", None),
        ("000.00.13.H42-261101-100118", Status.STOPPED, "justice", "", None),
    ]
    brought = [
        Brought(Dossier(code, authority, "", status, received, due, officer=officer, resolved=None), legs=())
        for code, status, authority, officer, due in rows
    ]
    first = brought[0].dossier
    brought[0] = Brought(first, legs=LEGS)
    opened.bring(brought, Delivery(NOW, "test"), NOW)
    yield opened
    opened.close()


def codes(store: DossierStore, **asked: object) -> set[str]:
    with store.reading() as db:
        return {line.code[-11:] for line in found(db, MARKS, Search(**asked)).lines}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("H42.13-261109-0118", {"261109-0118"}),
        (" h42.13 261109 0118 ", {"261109-0118"}),
        ("H42.13–261109–0118", {"261109-0118"}),
        ("h42.13261109 0118", set()),
        ("H42.132611090118", {"261109-0118"}),
        ("261109-0119", {"261109-0119"}),
        ("261101-0118", {"1101-100118"}),  # a wall shows the last four; received eight days later
        ("261109", {"261109-0118", "261109-0119"}),
        ("H42.13", {"261109-0118", "261109-0119"}),
        ("H42.13-2611", {"261109-0118", "261109-0119"}),
        ("0118", {"261109-0118"}),  # of what is open
        ("000.00.13.H42-261101-100118", {"1101-100118"}),
        ("Nguyễn Văn An", set()),
        ("%", set()),
        ("261399", set()),
        ("'; DROP TABLE dossier; --", set()),
    ],
)
def test_a_code_is_found_as_people_type_it(store: DossierStore, typed: str, expected: set[str]) -> None:
    assert codes(store, text=typed) == expected


def test_a_list_is_narrowed_by_how_dossiers_stand(store: DossierStore) -> None:
    assert len(codes(store)) == 3  # two of one short code
    assert codes(store, status=Status.STOPPED) == {"1101-100118"}
    assert codes(store, officer="Bình") == {"261109-0118"}
    assert codes(store, authority="justice", officer="Bình") == set()
    assert codes(store, standings=(Standing.UNEXCUSED,)) == {"261109-0118"}
    assert codes(store, standings=(Standing.UNEXCUSED,), text="261109-0119") == set()
    assert codes(store, standings=(Standing.WAITING,), authority="justice") == set()
    assert codes(store, officer="An") == {"261109-0118", "261109-0119"}
    with store.reading() as db:
        of_agency = found(db, MARKS, Search("H42")).lines
    for one in Standing:  # of an agency, too, by the few that want somebody
        standing = {line.code[-11:] for line in of_agency if line.standing is one}
        assert codes(store, text="H42", standings=(one,)) == standing, one
    assert len({line.standing for line in of_agency}) == 3
    with store.reading() as db:
        first = found(db, MARKS, Search(), page=1, a_page=3)
        second = found(db, MARKS, Search(), page=2, a_page=3)
    assert (len(first.lines), first.more, len(second.lines), second.more) == (3, True, 1, False)


def test_each_leg_says_who_holds_it_and_who_is_late(store: DossierStore) -> None:
    whole = store.find("H42.13-261109-0118")
    assert whole is not None
    one, other, two, three = seen(whole.dossier, whole.legs, CALENDAR, NOW)
    assert (one.leg.authority, one.state, one.over_s) == ("justice", LegState.DONE_LATE, 90 * 60)
    assert (other.leg.authority, other.state, other.begun) == ("environment", LegState.HELD, LEGS[0].done)
    assert (two.leg.authority, two.state) == ("health", LegState.LATE)
    assert two.worked_s == CALENDAR.elapsed(here("11-13 09:00"), NOW)
    assert (three.state, three.begun, three.over_s) == (LegState.AHEAD, None, 0)
    done = [Leg(leg.place, leg.authority, leg.given, leg.due, here("11-24 09:00")) for leg in LEGS]
    assert {one.state for one in seen(whole.dossier, done, CALENDAR, NOW)} == {
        LegState.DONE,
        LegState.DONE_LATE,
    }


def test_late_legs_are_those_of_whoever_holds_them(store: DossierStore) -> None:
    with store.reading() as db:
        (told,) = late(db, CALENDAR, NOW)
        assert (told.code, told.leg.authority) == ("H42.13-261109-0118", "health")
        assert told.over_s == CALENDAR.elapsed(here("11-20 17:00"), NOW) > 0
        assert late_counts(db, NOW) == {"health": 1}
        assert late(db, CALENDAR, NOW, "justice") == [] == late(db, CALENDAR, NOW - timedelta(days=9))
