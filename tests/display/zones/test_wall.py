"""Zones and pages of a wall: a call always comes through, and every page has its time."""

from datetime import datetime, timedelta
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings, strategies as st

from broker.device import DossiersArrived, ServerDown, ServerUp
from broker.messages import ZoneSpan
from display.core import Complain, SoundLasts
from display.scene import Staleness
from tests.display.hall import MORNING
from tests.display.zones.register import LATE, MORE, NAMES, PICTURED, Told, dossiers, line, many, on

SECOND = timedelta(seconds=1)
ZONES = ("calls", "calls-progress", "progress", "slides")


def runs(seen):
    """What was seen, run by run: the view's face, page and slide, with begin and end."""
    found = []
    for at, view in seen:
        page = view.progress.page if view.progress else None
        what = (view.face, page, view.slides.turn if view.slides else None)
        if found and found[-1][0] == what:
            found[-1][2] = at
        else:
            found.append([what, at, at])
    for one, other in pairwise(found):
        one[2] = other[1]
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_five_calls_in_one_second_are_five_heroes_of_eight_seconds_in_every_zone(zone):
    told = Told(zone, register=dossiers(many(40)))
    told.live(5)
    told.call("A001", "B001", "A002", "E001", "A003")
    seen = told.live(60)
    calling = [(at, view.calls.hero) for at, view in seen if view.face in ("calls", "calls-progress")]
    heroes = [
        (number, [at for at, _ in group])
        for number, group in groupby(
            ((at, hero.number) for at, hero in calling if hero), lambda each: each[1]
        )
    ]
    assert [number for number, _ in heroes] == ["A001", "B001", "A002", "E001", "A003"]
    begins = [times[0] for _, times in heroes]
    assert all(other - one >= 8 * SECOND for one, other in pairwise(begins))
    assert told.heroes == ["A001", "B001", "A002", "E001", "A003"]


@pytest.mark.parametrize("zone", ["progress", "slides"])
def test_a_call_takes_the_wall_for_its_time_and_the_page_goes_on_after_it(zone):
    told = Told(zone, register=dossiers(many(40)))
    [before] = {what for what, *_ in runs(told.live(4))}
    told.call("A031")
    assert told.view.face == "calls"
    during = told.live(7.9)
    assert {view.face for _, view in during} == {"calls"}
    told.live(0.2)
    after = runs(told.live(30))
    assert after[0][0] == before
    assert 7 < (after[0][2] - after[0][1]).total_seconds() <= 8.3  # 4 of its 12 seconds were seen before
    assert after[1][0] != before


def test_a_call_stays_until_it_has_been_spoken():
    told = Told("progress", register=dossiers(many(40)))
    told.call("A031")
    told.tell(SoundLasts(1, 15))
    told.live(14)
    assert told.view.face == "calls"
    told.live(1.5)
    assert told.view.face == "progress"


def test_an_undone_call_gives_the_page_back():
    told = Told("progress", register=dossiers(many(40)))
    told.call("A031")
    told.hall.undo()
    told.publish()
    assert told.view.face == "progress"


def test_calls_above_the_dossiers_stop_no_page():
    told = Told("calls-progress", register=dossiers(many(40)))
    told.live(5)
    told.call("A031")
    assert told.view.face == "calls-progress"
    assert told.view.calls.hero.number == "A031"
    assert [round((end - begin).total_seconds(), 1) for _, begin, end in runs(told.live(40))[1:3]] == [
        12.2
    ] * 2


acts = st.lists(
    st.tuples(
        st.floats(0, 30),
        st.sampled_from(["call", "burst", "dossiers", "nothing"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(zone=st.sampled_from(ZONES[1:]), page_s=st.sampled_from([12.0, 20.0]), acts=acts)
def test_every_page_is_seen_for_its_whole_time_whatever_comes(zone, page_s, acts):
    """Added up over interruptions; and no call is lost by it."""
    told = Told(zone, page_s=page_s, register=dossiers(many(30)))
    seen, made, rev = [], 0, 1
    for wait, act in acts:
        seen += told.live(wait)
        if act == "dossiers":
            rev += 1
            told.tell(DossiersArrived(dossiers(many(30 + 7 * rev), rev, told.now)))
        elif act != "nothing":
            numbers = [f"A{made + n:03}" for n in range(1, 2 if act == "call" else 5)]
            made += len(numbers)
            told.call(*numbers)
    seen += told.live(30 + 8 * made)
    shown: list[list] = []
    for what, begin, end in runs(seen):
        if what[0] == "calls":
            continue
        if shown and shown[-1][0] == what:
            shown[-1][1] += end - begin
        else:
            shown.append([what, end - begin])
    for what, long in shown[:-1]:
        assert long >= page_s * SECOND, what
    assert told.heroes == [f"A{n + 1:03}" for n in range(made)]


def test_new_dossiers_wait_for_the_end_of_the_page():
    told = Told("progress", register=dossiers(PICTURED))
    told.live(5)
    told.tell(DossiersArrived(dossiers(MORE, 2)))
    assert told.page.rows[0].code == "261109-0118"
    told.live(8)
    assert told.page.rows[0].code == "261110-0001"


def test_an_older_register_is_not_believed():
    told = Told("progress", register=dossiers(PICTURED, rev=5))
    told.tell(DossiersArrived(dossiers((), rev=4)))
    told.live(30)
    assert len(told.page.rows) == 6


def test_without_a_register_nothing_is_shown_and_when_it_goes_nothing_is_left():
    told = Told("calls-progress")
    assert told.view.progress.page is None
    told.tell(DossiersArrived(dossiers(PICTURED)))
    assert told.page.rows
    told.tell(DossiersArrived(dossiers((), 2, known_at=None)))
    assert told.view.progress.page is None
    empty = Told("progress", register=dossiers(()))
    assert (empty.page.number, empty.page.of, empty.page.rows) == (1, 1, ())


def test_dossiers_known_for_too_long_are_marked_from_that_minute_on():
    told = Told("progress", old_min=30, register=dossiers(PICTURED))
    seen = told.live(31 * 60)
    marked = next(at for at, view in seen if view.progress.old)
    assert marked == MORNING + timedelta(minutes=30)
    assert told.view.progress.old == (None, datetime(2026, 11, 23, 8, 12).time())
    told.tell(DossiersArrived(dossiers(PICTURED, 2, told.now)))
    assert told.view.progress.old is None


def test_dossiers_of_another_day_are_marked_with_it():
    told = Told("progress", register=dossiers(PICTURED, known_at=on(20)))
    assert told.view.progress.old == (on(20).date(), datetime(2026, 11, 20, 11, 0).time())


def test_the_steps_of_staleness_are_those_of_the_calls():
    told = Told("progress", register=dossiers(PICTURED))
    told.tell(ServerDown())
    steps = [told.live(seconds) and told.view.calls.staleness for seconds in (9, 2, 50, 240)]
    assert steps == [Staleness.FRESH, Staleness.NOTED, Staleness.LOST, Staleness.BLANK]
    assert told.page.rows  # they are of a time, and that time is told
    told.tell(ServerUp(1))
    assert told.view.calls.staleness == Staleness.FRESH


def test_the_schedule_switches_by_itself_and_each_zone_begins_with_its_first_page():
    lunch = ZoneSpan((0,), "08:14", "08:15", "progress")
    told = Told("calls-progress", schedule=(lunch,), register=dossiers(many(40)))
    faces = [(at, view.face) for at, view in told.live(240)]
    switched = [faces[0], *(other for one, other in pairwise(faces) if one[1] != other[1])]
    assert [(at - MORNING).total_seconds() for at, _ in switched] == [0, 120, 180]
    assert [face for _, face in switched] == ["calls-progress", "progress", "calls-progress"]
    again = Told("calls-progress", schedule=(lunch,), register=dossiers(many(40)))
    again.live(125)
    assert (again.page.number, len(again.page.rows)) == (1, 8)


def test_a_zone_that_the_panel_cannot_hold_shows_the_calls():
    told = Told("progress", rooms={}, register=dossiers(PICTURED))
    assert told.view.face == "calls"
    told.replan("slides", slides=())
    assert told.view.face == "calls"


def test_slides_take_turns():
    told = Told("slides")
    turns = [view.slides.turn for _, view in told.live(40)]
    assert sorted(set(turns)) == [0, 1, 2, 3]


def test_a_clock_that_steps_back_lets_no_page_stand_for_hours():
    told = Told("progress", register=dossiers(many(40)))
    told.live(5)
    told.now -= timedelta(hours=2)
    assert [page for (_, page, _), *_ in runs(told.live(30))][1].number == 2


def test_authorities_that_become_known_later_are_named_at_once():
    told = Told("progress", authorities=(), register=dossiers(PICTURED))
    assert {row.authority for row in told.page.rows} == {"–"}
    told.replan("progress")
    assert [row.authority for row in told.page.rows][:2] == ["Tư pháp", "Xây dựng"]


def test_codes_that_say_more_than_a_code_are_counted_and_left_out():
    told = Told("progress")
    told.tell(DossiersArrived(dossiers((*PICTURED, line("Nguyễn Văn An", 0, "ready")), late=LATE)))
    assert [e.reason for e in told.effects if isinstance(e, Complain)] == [
        "dossiers left out=1: codes that say more than a code"
    ]
    assert told.page.of == 2
    told.live(13)
    assert [(unit.authority, unit.overdue) for unit in told.page.late] == [
        (NAMES[7].vi, 3),
        (NAMES[5].vi, 1),
        (NAMES[0].vi, 0),
    ]
