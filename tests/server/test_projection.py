"""What leaves the server: nothing personal, whatever people type; the wall; the plans of devices."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace as with_

from broker import codec, messages as m, topics
from server.hall import commands as c
from server.hall.refusals import Refusal
from server.hall.site import Counter
from server.hall.state import HallState
from server.hall.tickets import Klass
from server.projection import Projection
from tests.hall.searching import SEARCHED
from tests.hall.small_hall import SMALL, SmallHall, local, same, service, site
from tests.server.small_server import config

SECRET = "§"  # stands in everything that a person typed, and in nothing that may leave
PEOPLE = (
    "Nguyễn Thị Bí Mật", "0912 345 678", "036098001234", "số 5 ngõ 12 Lê Hoàn", "khuyết tật nặng",
    "<script>alert(1)</script>", "'; DROP TABLE ticket; --", "${jndi:ldap://x}", "%s%n", "\x1b@\x1dV",
    "\u202e",
)  # fmt: skip
typed = st.builds(
    lambda a, b: f"{a}{SECRET}{b}", st.sampled_from(PEOPLE) | st.text(max_size=20), st.text(max_size=9)
)
projection = Projection(replace(config(), officers={"ha": f"Trần {SECRET}"}))
DEVICES = config().devices
ROLES = {"kiosk-3": {"kiosk", "counter"}}  # it stands at a counter


def board(hall: SmallHall, of: Projection = projection) -> m.Board:
    return of.board(hall.state, hall.now, epoch=1, rev=1)


def counter(hall: SmallHall, id: str = "1") -> m.CounterLine:
    return next(line for line in board(hall).counters if line.counter == id)


def waiting(hall: SmallHall, service: str = "land", of: Projection = projection) -> m.WaitingLine:
    return next(line for line in board(hall, of).waiting if line.service == service)


# --- nothing personal --------------------------------------------------------------------------

counters = st.sampled_from(["1", "2", "3"])
numbers = st.sampled_from(["A98", "A99", "A100", "B001", "A2-01", "A2-02/2"]) | typed
# Every command in which somebody can type something, and those that move what was typed about.
TYPED: list[tuple[type[c.Command], dict[str, st.SearchStrategy[Any]]]] = [
    (c.OpenCounter, {"counter": counters, "officer": typed}),
    (c.PauseCounter, {"counter": counters, "reason": typed}),
    (c.CallNumber, {"counter": counters, "number": numbers, "reason": typed}),
    (c.Park, {"counter": counters, "note": typed}),
    (c.Transfer, {"counter": counters, "to_service": st.just("health"), "note": typed}),
    (c.Cancel, {"number": numbers, "reason": typed}),
    (c.BringBack, {"counter": counters, "number": numbers}),
    *((kind, {"counter": counters}) for kind in (c.CallNext, c.Recall, c.Finish, c.MarkNoShow, c.Undo)),
    (
        c.Rate,
        {"counter": counters, "number": numbers, "level": st.just(2), "levels": st.just(4), "reason": typed},
    ),
]
asked = st.one_of([st.fixed_dictionaries({"kind": st.just(kind), **what}) for kind, what in TYPED])


@SEARCHED
@given(by=typed, commands=st.lists(asked, min_size=5, max_size=25))
def test_nothing_that_anybody_typed_reaches_a_wall_a_ticket_or_a_device(
    by: str, commands: list[dict[str, Any]]
) -> None:
    hall = SmallHall()
    for s in ("land", "land", "land", "health"):
        hall.issue(s, Klass.PRIORITY, source=by, dossier=by, token=f"{by}{s}")
    hall.call_untold("A2-02", "2")
    said: list[bytes] = []
    for number in ("A2-01", "A2-02", "A2-02"):
        told = hall.tell(number, dossier=by, token=f"{by}{number}", box=by, klass=Klass.PRIORITY)
        said.append(msgspec.json.encode(projection.result(hall.state, told, hall.now)))
        said.append(codec.encode(board(hall)))
    for command in commands:
        what = dict(command)
        try:
            events = hall.ask(what.pop("kind"), **what, by=by)
        except Refusal:
            continue
        said.append(msgspec.json.encode(projection.result(hall.state, events, hall.now)))
        said.append(codec.encode(board(hall)))
    for device in DEVICES:
        told_to = projection.device_config(device, hall.now, 1, hall.state)
        if (
            told_to.display is not None
        ):  # whom a late list may name is in the hall's file, typed by nobody here
            assert told_to.display.officers == (f"Trần {SECRET}",)
            told_to = with_(told_to, display=with_(told_to.display, officers=()))
        said.append(codec.encode(told_to))
    for payload in said:
        assert SECRET not in payload.decode()


def test_the_answer_to_a_kiosk_has_a_mark_and_no_reason() -> None:
    hall = SmallHall()
    command = {"service": "land", "klass": Klass.PRIORITY, "ticket": "t1", "token": "k1", "source": SECRET}
    result = projection.result(hall.state, hall.ask(c.Issue, by=SECRET, **command), hall.now)
    reply = projection.ticket_reply("r1", result)
    assert codec.decode(topics.REPLY, codec.encode(reply)) == reply
    assert SECRET not in codec.encode(reply).decode()
    assert (reply.number, reply.klass, reply.ahead, reply.wait) == ("A98", "priority", 0, None)
    assert (reply.url, reply.grace_min) == ("http://hall.test/t/k1", 15)
    assert reply.place.vi == "quầy 1, 2"


def test_the_wall_does_not_say_who_is_a_priority_person() -> None:
    boards = []
    for klass in Klass:
        hall = SmallHall()
        for _ in range(3):
            hall.issue("land", klass)
        hall.next("1")
        hall.next("2")
        hall.at_counter(c.Park, "2")
        boards.append(board(hall))
    assert boards[0] == boards[1]
    assert "priority" not in codec.encode(boards[1]).decode()


def test_a_board_is_of_the_contract() -> None:
    hall = SmallHall()
    hall.issue()
    hall.next("1")
    assert codec.decode(topics.BOARD, codec.encode(board(hall))) == board(hall)


# --- the wall as the hall is --------------------------------------------------------------------------------


def test_a_counter_shows_who_stands_there_and_then_who_was_served() -> None:
    hall = SmallHall()
    hall.issue()
    assert counter(hall) == m.CounterLine("1", "closed")
    hall.next("1")
    assert counter(hall) == m.CounterLine("1", "open", "A98", "called", hall.now)
    hall.after(minutes=1)
    hall.at_counter(c.Start)
    assert counter(hall) == m.CounterLine("1", "open", "A98", "serving", hall.now)
    hall.after(minutes=5)
    hall.at_counter(c.Finish)
    assert counter(hall) == m.CounterLine("1", "open", "A98", "served", hall.now)
    hall.at_counter(c.PauseCounter, reason="break")
    assert counter(hall) == m.CounterLine("1", "paused", "A98", "served", hall.now)


def test_a_counter_names_who_is_leaving_while_the_next_one_comes() -> None:
    hall = SmallHall()
    hall.issue(), hall.issue()
    hall.next("1")
    hall.after(minutes=5)
    hall.next("1")
    line = counter(hall)
    assert (line.number, line.state, line.leaving, line.left_at) == ("A99", "called", "A98", hall.now)
    hall.at_counter(c.Start)
    assert counter(hall).leaving is None


@pytest.mark.parametrize("kind", [c.Park, c.MarkNoShow, c.Undo])
def test_a_counter_whose_citizen_is_gone_shows_nobody(kind: type[c.AtCounter]) -> None:
    hall = SmallHall()
    hall.issue()
    hall.next("1")
    hall.at_counter(kind)
    assert counter(hall).number is None


def test_a_served_number_that_was_taken_back_elsewhere_is_not_shown() -> None:
    hall = SmallHall()
    hall.issue()
    hall.next("1")
    hall.at_counter(c.Finish)
    hall.at_counter(c.Undo)
    assert counter(hall).state == "called"


def test_a_call_taken_back_leaves_the_wall() -> None:
    hall = SmallHall()
    hall.issue()
    hall.next("1")
    hall.at_counter(c.Undo)
    hall.next("1")
    assert [(call.seq, call.number) for call in board(hall).calls] == [(2, "A98")]


def test_a_line_says_how_many_wait_and_whether_numbers_are_given() -> None:
    hall = SmallHall()
    for _ in range(3):
        hall.issue("trade")
    line = waiting(hall, "trade")
    assert (line.waiting, line.open, line.reason) == (3, False, "session-full")
    hall.at("11:20")
    line = waiting(hall)
    assert (line.waiting, line.open, line.reason, line.reopens_at) == (0, False, "cut-off", local("13:30"))


def test_what_is_told_before_the_tap_is_what_the_ticket_says() -> None:
    services = (service("forms", "A"), service("results", "A"), service("advice", "B"), service("law", "C"))
    told = site(services, (Counter("1", ("forms", "results")), Counter("2", ("forms", "advice"), ("law",))))
    hall = SmallHall(told)
    of = Projection(replace(config(), site=told))
    seen: list[int | None] = []
    for id in ("forms", "advice", "law", "forms", "results", "forms"):
        hall.after(seconds=5)
        before = waiting(hall, id, of).ahead
        asked = {"ticket": f"t-{len(seen)}", "token": f"k-{len(seen)}", "source": "kiosk-1"}
        events = hall.ask(c.Issue, service=id, klass=Klass.NORMAL, **asked)
        assert of.result(hall.state, events, hall.now)["ahead"] == before
        seen.append(before)
    assert seen == [0, 0, 1, 3, 0, 5]
    assert [line.waiting for line in board(hall, of).waiting] == [3, 1, 1, 1], "the wall counts each line"


def test_a_wait_is_told_after_thirty_calls_and_not_before() -> None:
    hall = SmallHall()
    for n in range(30):
        hall.issue("justice")
        assert waiting(hall, "justice").wait is None, n
        hall.next("3")
        hall.after(minutes=5)
    assert waiting(hall, "justice").wait == m.Range(0, 15)  # one turn of some five minutes at one counter
    events = hall.ask(c.Issue, service="justice", ticket="t", token="t", source="kiosk-1", klass=Klass.NORMAL)
    assert projection.result(hall.state, events, hall.now)["wait"] == [0, 15]  # itself not counted


def test_the_wall_of_a_new_day_has_nothing_of_the_old() -> None:
    hall = SmallHall()
    hall.issue()
    hall.next("1")
    hall.at_counter(c.Finish)
    hall.at("08:00", date(2026, 11, 25))
    wall = board(hall)
    assert (wall.day, wall.calls) == ("2026-11-25", ())
    assert {(line.status, line.number) for line in wall.counters} == {("closed", None)}
    assert sum(line.waiting for line in wall.waiting) == 0


# --- results ------------------------------------------------------------------------------------------------


def test_the_result_of_a_key_names_the_ticket_it_moved_last() -> None:
    hall = SmallHall()
    hall.issue(), hall.issue()
    hall.next("1")
    called = projection.result(hall.state, hall.at_counter(c.CallNext), hall.now)
    assert called == {"number": "A99", "state": "called", "counter": "1"}
    finished = projection.result(hall.state, hall.at_counter(c.CallNext), hall.now)
    assert finished == {"number": "A99", "state": "served", "counter": "1"}
    undone = projection.result(hall.state, hall.at_counter(c.Undo), hall.now)
    assert undone == {"number": None, "state": None, "counter": "1"}


def test_the_turn_of_a_day_has_a_result_whoever_is_left() -> None:
    hall = SmallHall()
    hall.issue(), hall.issue()
    hall.next("1")
    log = len(hall.log)
    hall.at("08:00", date(2026, 11, 25))
    result = projection.result(hall.state, hall.log[log:], hall.now)
    assert json.loads(json.dumps(result)) == {}


# --- devices ------------------------------------------------------------------------------------------------


def test_each_device_is_told_what_it_needs_and_no_more() -> None:
    now = local("08:00")
    plans = {id: projection.device_config(id, now, 7, HallState()) for id in DEVICES}
    for id, plan in plans.items():
        assert (plan.rev, plan.at, plan.time_zone) == (7, now, "Asia/Ho_Chi_Minh")
        role = {"kiosk": plan.kiosk, "counter": plan.counter, "display": plan.display}
        assert {name for name, part in role.items() if part is not None} == ROLES.get(id, {DEVICES[id].role})
        assert codec.decode(topics.CONFIG, codec.encode(plan)) == plan
    terminal = plans["counter-2"].counter
    assert terminal is not None
    assert (terminal.counter, terminal.levels, terminal.window_s) == ("2", 4, 600)
    assert [reason.id for reason in terminal.reasons] == ["late", "attitude"]


def test_a_kiosk_is_told_when_it_may_give_numbers() -> None:
    plan = projection.device_config("kiosk-1", local("08:00"), 1, HallState()).kiosk
    assert plan is not None
    (land, _roads) = plan.authorities[0].services
    assert (land.id, land.letter) == ("land", "A")
    first, second, *_ = land.openings
    assert (first.opens, first.closes) == (local("07:30"), local("11:15"))
    assert second.opens == local("13:30")
    assert land.openings[2].opens == local("07:30", date(2026, 11, 25))  # Tuesday is a holiday


def test_a_kiosk_is_told_what_it_needs_to_give_numbers_by_itself() -> None:
    told = replace(
        config(replace(SMALL, paperless=False)),
        elderly=("elderly", 75),
        agencies={"of-a": ("H42.05",)},
        collecting=frozenset({"roads"}),
    )
    plan = Projection(told).device_config("kiosk-1", local("08:00"), 1, HallState()).kiosk
    assert plan is not None
    assert (plan.series, plan.paperless, plan.url, plan.grace_min) == (1, False, "http://hall.test/t/", 15)
    assert (plan.elderly, plan.elderly_years) == ("elderly", 75)
    assert [name.vi for name in plan.elsewhere] == ["Máy cạnh cửa", "máy lấy số 3"]
    of_a, of_b, *_ = plan.authorities
    assert (of_a.agencies, of_b.agencies) == (("H42.05",), ())
    assert [(s.digits, s.collect, s.place.vi) for s in of_a.services] == [
        (2, False, "quầy 1, 2"),
        (2, True, "quầy 1"),
    ]
    without = projection.device_config("kiosk-3", local("08:00"), 1, HallState()).kiosk
    assert without is not None
    assert (without.series, without.paperless, without.elderly) == (None, True, None)


def test_a_reprint_says_what_the_first_paper_said() -> None:
    hall = SmallHall()
    code = "H42.05-261123-0007"
    events = hall.ask(c.Issue, service="land", ticket="t", token="k", source="kiosk-1", dossier=code)
    first = projection.ticket_reply("r1", projection.result(hall.state, events, hall.now))
    hall.after(minutes=20)
    again = projection.reprint("order", hall.ticket("t"))
    assert again == msgspec.structs.replace(first, id="order", ahead=None, wait=None)
    assert again.dossier == code


def test_a_device_that_the_hall_does_not_have_gets_no_plan() -> None:
    with pytest.raises(KeyError):
        projection.device_config("kiosk-99", local("08:00"), 1, HallState())


@pytest.mark.parametrize(
    ("counters", "vi"),
    [
        ((Counter("1", ("x",)),), "quầy 1"),
        ((Counter("6", ("x",), area="B"), Counter("7", ("x",), area="B")), "Khu B – quầy 6, 7"),
        ((Counter("1", ("x",), area="A"), Counter("7", ("x",), area="B")), "quầy 1, 7"),
        ((Counter("1", ("y",), ("x",)), Counter("2", ("x",))), "quầy 2"),  # not where it is served only then
        ((Counter("1", ("y",), ("x",)),), "quầy 1"),
    ],
)
def test_a_ticket_says_where_to_sit(counters: tuple[Counter, ...], vi: str) -> None:
    here = site((service("x", "A"), service("y", "B")), (*counters, Counter("9", ("y",))))
    assert Projection(config(here)).place("x").vi == vi


def test_a_service_that_no_counter_serves_sends_people_to_the_wall() -> None:
    assert Projection(config(site((service("x", "A"),), ()))).place("x").vi == "theo màn hình"


def test_the_largest_hall_fits_into_its_messages() -> None:
    """30 authorities of 4 services, 40 counters, 2 sessions a day: a board and a kiosk's plan."""
    names = [f"service-of-some-length-{n}" for n in range(120)]
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    services = [
        replace(service(n, letters[i % len(letters)]), name=same("Thủ tục hành chính " + "dài " * 20))
        for i, n in enumerate(names)
    ]
    counters = [Counter(str(n), tuple(names[n * 3 : n * 3 + 3])) for n in range(40)]
    here = site(services, counters)
    big, hall = Projection(config(here)), SmallHall(here)
    for _ in range(40):
        hall.at_counter(c.CallNumber, "0", number=hall.issue(names[0]).number, reason="test")
    assert len(board(hall, big).calls) == 30
    assert len(codec.encode(board(hall, big))) < codec.MAX_BYTES / 2
    assert len(codec.encode(big.device_config("kiosk-1", hall.now, 1, hall.state))) < codec.MAX_BYTES
