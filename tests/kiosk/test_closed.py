"""Closed: why, until when, and no number by any gesture."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from broker import messages as m, vocabulary as heard
from hardware.identity import Identity
from kiosk.view import NORMAL, Choices, Closing, NoServer, Shut, Starting, Target, Verb
from kiosk.vocabulary import Abandon, Ask, Forget, Keep, Note, Tapped
from tests.kiosk import sample
from tests.kiosk.sample import ICT, OPENINGS
from tests.kiosk.story import Story, none, only


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ICT)


EMPTY = sample.board(lines=())


@pytest.mark.parametrize(
    ("wall", "code", "back"),
    [
        (at(23, 7, 29), "before-opening", OPENINGS[0].opens),
        (at(23, 11, 15), "lunch", OPENINGS[1].opens),
        (at(23, 12, 0), "lunch", OPENINGS[1].opens),
        (at(23, 16, 45), "after-hours", OPENINGS[2].opens),
        (at(24, 9, 0), "closed-day", OPENINGS[2].opens),
        (at(26, 9, 0), "closed-day", None),
    ],
)
def test_the_kiosk_compares_the_plans_openings(wall: datetime, code: str, back: datetime | None) -> None:
    story = Story(board=EMPTY, wall=wall)
    assert story.screen == Shut(Closing(code, back), whole=True)


@pytest.mark.parametrize("wall", [at(23, 7, 30), at(23, 11, 14), at(23, 13, 30), at(25, 8, 0)])
def test_an_opening_runs_from_its_first_instant_up_to_its_cut_off(wall: datetime) -> None:
    assert isinstance(Story(board=EMPTY, wall=wall).screen, Choices)


def test_the_doors_open_by_themselves_when_the_hour_strikes() -> None:
    story = Story(board=EMPTY, wall=at(23, 7, 29))
    story.wait(59.9)
    assert isinstance(story.screen, Shut)
    story.wait(0.2)
    assert isinstance(story.screen, Choices)


def test_the_servers_reason_goes_before_the_kiosks_own() -> None:
    lines = tuple(sample.closed_line(id, "holiday", OPENINGS[2].opens) for id in sample.FIGURES)
    story = Story(board=sample.board(lines=lines), wall=at(24, 9))
    assert story.screen == Shut(Closing("holiday", OPENINGS[2].opens), whole=True)


def test_a_reason_whose_hour_has_struck_no_longer_closes() -> None:
    lines = tuple(sample.closed_line(id, "before-opening", OPENINGS[0].opens) for id in sample.FIGURES)
    assert isinstance(Story(board=sample.board(lines=lines)).screen, Choices)


def test_one_open_service_keeps_the_kiosk_open() -> None:
    lines = tuple(
        sample.line(id, f) if id == "y-te" else sample.closed_line(id, "no-counter", None)
        for id, f in sample.FIGURES.items()
    )
    story = Story(board=sample.board(lines=lines))
    shown = story.screen
    assert isinstance(shown, Choices)
    assert [o.target.of for o in shown.offers if o.closing is None] == ["y-te"]


def test_a_closed_button_explains_itself() -> None:
    story = Story()
    assert none(story.tap(Verb.SERVICE, "kcn"), Ask)
    shown = story.screen
    assert isinstance(shown, Shut) and not shown.whole
    assert shown.closing == Closing("lunch", OPENINGS[1].opens)
    assert shown.name is not None and shown.name.vi == "Ban Quản lý các KCN"
    story.tap(Verb.BACK)
    assert isinstance(story.screen, Choices)


def test_no_gesture_takes_a_number_from_a_closed_kiosk() -> None:
    story = Story(board=EMPTY, wall=at(23, 12))
    services = [s.id for a in story.kiosk.hall.authorities for s in a.services]
    ids = [*services, *(a.id for a in story.kiosk.hall.authorities), NORMAL, "elderly", ""]
    for _ in range(2):
        for verb in Verb:
            for of in ids:
                story.mono += 0.3
                assert none(story.hear(Tapped(Target(verb, of))), Ask)
        for service in services:
            story.mono += 0.3
            assert none(story.press(f"service-{service}"), Ask)


def test_an_authority_is_closed_until_the_first_of_its_services_reopens() -> None:
    later = OPENINGS[1].opens + timedelta(hours=1)
    times = {"giao-thong-1": later, "giao-thong-2": OPENINGS[1].opens, "giao-thong-3": None}
    lines = tuple(
        sample.closed_line(id, "session-full", times[id]) if id in times else sample.line(id, f)
        for id, f in sample.FIGURES.items()
    )
    shown = Story(board=sample.board(lines=lines)).screen
    assert isinstance(shown, Choices)
    offer = next(o for o in shown.offers if o.target.of == "giao-thong")
    assert offer.closing == Closing("session-full", OPENINGS[1].opens)


def test_an_authoritys_button_adds_its_services_up() -> None:
    shown = Story().screen
    assert isinstance(shown, Choices)
    offer = next(o for o in shown.offers if o.target.of == "giao-thong")
    assert (offer.waiting, offer.wait) == (21, m.Range(25, 40))


def test_nobody_waits_only_where_the_ticket_will_say_so() -> None:
    lines = tuple(
        replace(sample.line(id, (0, None)), ahead=int(id == "giao-thong-2")) for id in sample.FIGURES
    )
    shown = Story(board=sample.board(lines=lines)).screen
    assert isinstance(shown, Choices)
    told = {o.target.of: o.waiting for o in shown.offers}
    assert told.pop("giao-thong") == 1, "somebody of another authority goes first there"
    assert set(told.values()) == {0}


def test_an_authoritys_range_is_told_while_most_of_its_people_wait_for_a_known_service() -> None:
    def range_of(figures: dict[str, tuple[int, tuple[int, int] | None]]) -> m.Range | None:
        lines = tuple(sample.line(id, f) for id, f in (sample.FIGURES | figures).items())
        shown = Story(board=sample.board(lines=lines)).screen
        assert isinstance(shown, Choices)
        return next(o.wait for o in shown.offers if o.target.of == "giao-thong")

    assert range_of({"giao-thong-3": (0, None)}) == m.Range(25, 40)
    assert range_of({"giao-thong-1": (9, None), "giao-thong-3": (0, None)}) == m.Range(30, 40)
    assert range_of({"giao-thong-2": (12, None), "giao-thong-3": (0, None)}) is None
    assert range_of({f"giao-thong-{n}": (0, None) for n in (1, 2, 3)}) is None


# --- the server -----------------------------------------------------------------------------------------


def test_a_request_without_an_answer_is_given_up_and_its_late_reply_ignored() -> None:
    story = Story()
    request = story.take()
    assert only(story.hear(heard.NoAnswer(request)), Abandon).request == request
    assert story.screen == NoServer(asked=True)
    assert Verb.STAFF in story.targets() and Verb.BACK in story.targets()
    late = story.answer(sample.ticket(request))
    assert none(late, Keep) and only(late, Note)
    assert story.screen == NoServer(asked=True)


def test_a_reply_to_another_request_is_nobodys() -> None:
    story = Story()
    story.take()
    assert none(story.answer(sample.ticket("r-99")), Keep)
    assert story.targets() == set()


def test_a_refusal_is_explained_with_its_hour() -> None:
    story = Story()
    request = story.take("y-te")
    back = OPENINGS[1].opens
    effects = story.answer(m.RefusedReply(id=request, code="session-full", reopens_at=back))
    assert only(effects, Forget).request == request
    shown = story.screen
    assert isinstance(shown, Shut) and shown.closing == Closing("session-full", back)


def test_a_server_that_only_restarts_is_not_noticed() -> None:
    story = Story()
    story.hear(heard.ServerDown())
    story.wait(2.5)
    assert isinstance(story.screen, Choices)
    story.hear(heard.ServerUp(2))
    story.wait(5)
    assert isinstance(story.screen, Choices)


def test_a_server_that_stays_away_is_told_in_plain_words_and_comes_back_by_itself() -> None:
    story = Story()
    story.hear(heard.ServerDown())
    story.wait(3.1)
    assert story.screen == NoServer(asked=False)
    assert Verb.HELP in story.targets()
    assert story.press("service-y-te") == []
    story.hear(heard.ServerUp(2))
    assert isinstance(story.screen, Choices)


def test_figures_of_a_server_that_is_away_are_not_shown() -> None:
    story = Story()
    story.hear(heard.ServerDown())
    shown = story.screen
    assert isinstance(shown, Choices)
    assert all(o.waiting is None and o.wait is None for o in shown.offers)


def test_before_it_knows_the_hall_the_kiosk_says_that_it_starts_and_then_that_nobody_answers() -> None:
    story = Story(ready=False)
    assert story.screen == Starting()
    story.wait(10.1)
    assert story.screen == NoServer(asked=False)
    assert Verb.HELP in story.targets()
    story.hear(heard.ServerUp(1))
    story.hear(heard.ConfigArrived(sample.config()))
    assert isinstance(story.screen, Choices)


def test_a_clock_far_off_is_replaced_by_the_servers_and_told() -> None:
    story = Story(board=EMPTY, wall=at(23, 3))
    assert isinstance(story.screen, Shut)
    story.hear(heard.ClockOffset(5 * 3600.0))
    assert story.view.clock_wrong and isinstance(story.screen, Choices)
    assert story.view.at == at(23, 8)
    story.hear(heard.ClockOffset(2.0))
    assert not story.view.clock_wrong and isinstance(story.screen, Shut)


def test_which_kiosk_this_is_can_be_asked() -> None:
    story = Story()
    name = m.Words("Ki-ốt 1", "Kiosk 1")
    story.hear(heard.ControlArrived(m.Control(do="identify", id="o1", name=name)))
    assert story.view.identify == Identity("Ki-ốt 1", "kiosk-1")
    story.wait(10.1)
    assert story.view.identify is None
    story.hear(heard.ControlArrived(m.Control(do="identify", id="o2")))
    assert story.view.identify == Identity("kiosk-1", "kiosk-1")
    assert story.press("help") == [] and story.view.identify is None  # the first touch ends it
    assert isinstance(story.screen, Choices)
