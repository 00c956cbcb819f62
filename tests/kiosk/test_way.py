"""The way to a number: taps, pages, languages, how fast numbers come, a hall that changes meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broker import messages as m, vocabulary as heard
from hardware.printer import PrintResult
from kiosk.view import NORMAL, Another, Choices, Done, Help, Look, Pause, Question, Shut, Target, Verb
from kiosk.vocabulary import Ask, Keep, Print, Tapped
from tests.kiosk import sample
from tests.kiosk.story import Story, none, only

EVERY_SERVICE = [s.id for row in sample.AUTHORITIES for s in sample.authority(*row).services if s.id != "kcn"]


def taps_to(story: Story, service: str, klass: str = NORMAL) -> int:
    """Taps from the first screen to the request, pages not counted."""
    authority = next(a for a in story.kiosk.hall.authorities if any(s.id == service for s in a.services))
    taps = 0
    if len(authority.services) > 1:
        turn_to(story, Target(Verb.AUTHORITY, authority.id))
        story.tap(Verb.AUTHORITY, authority.id)
        taps += 1
    turn_to(story, Target(Verb.SERVICE, service))
    effects = story.tap(Verb.SERVICE, service)
    taps += 1
    if none(effects, Ask):
        effects = story.tap(Verb.CLASS, klass)
        taps += 1
    assert only(effects, Ask).request.service == service
    return taps


def turn_to(story: Story, target: Target) -> None:
    for _ in range(40):
        if target in {s.target for s in story.arrangement.spots}:
            return
        story.tap(Verb.NEXT_PAGE)
    raise AssertionError(f"no page has {target}")


@pytest.mark.parametrize("service", EVERY_SERVICE)
def test_a_number_takes_two_taps_or_three_with_a_group_of_services(service: str) -> None:
    several = service.rpartition("-")[2].isdigit()
    assert taps_to(Story(), service) == (3 if several else 2)


def test_without_priority_groups_one_tap_takes_a_number() -> None:
    story = Story(sample.config(groups=()))
    assert taps_to(story, "y-te") == 1


def test_a_hall_with_one_authority_shows_its_services_at_once() -> None:
    story = Story(sample.config((sample.authority(*sample.AUTHORITIES[3]),), groups=()))
    assert only(story.tap(Verb.SERVICE, "giao-thong-2"), Ask)


def test_only_the_class_leaves_the_kiosk_never_the_group() -> None:
    story = Story()
    story.tap(Verb.SERVICE, "y-te")
    request = only(story.tap(Verb.CLASS, "disabled"), Ask).request
    assert request.klass == "priority"
    assert "disabled" not in repr(request)


def test_a_number_is_kept_before_it_is_shown_and_shown_before_it_is_printed() -> None:
    story = Story()
    effects = story.number()
    assert [type(e) for e in effects] == [Keep, Print]
    assert story.screen == Done(sample.ticket("r-1"), printing=True, left_s=15)
    story.ended(effects, PrintResult.PRINTED)
    assert story.screen == Done(sample.ticket("r-1"), printing=False, left_s=10)


def test_after_printing_home_comes_by_a_tap_or_after_ten_seconds() -> None:
    story = Story()
    story.ended(story.number(), PrintResult.PRINTED)
    story.wait(9.5)
    assert isinstance(story.screen, Done)
    story.wait(0.6)
    assert isinstance(story.screen, Choices)
    story.ended(story.number(number="B048"), PrintResult.PRINTED)
    story.tap(Verb.DONE)
    assert isinstance(story.screen, Choices)


def test_all_targets_are_dead_until_the_answer() -> None:
    story = Story()
    story.take()
    assert story.view.pressed == Target(Verb.CLASS, NORMAL)
    assert story.targets() == set()
    for verb in Verb:
        assert story.hear(Tapped(Target(verb, "y-te"))) == []
    assert isinstance(story.screen, Question)


def test_the_second_half_of_a_double_tap_hits_nothing() -> None:
    story = Story()
    story.tap(Verb.SERVICE, "y-te")
    assert story.hear(Tapped(Target(Verb.CLASS, NORMAL))) == []
    assert isinstance(story.screen, Question)
    assert only(story.tap(Verb.CLASS, NORMAL), Ask)


def test_the_same_service_twice_in_a_moment_asks_first() -> None:
    story = Story()
    story.ended(story.number(number="B047"), PrintResult.PRINTED)
    story.tap(Verb.DONE)
    story.tap(Verb.SERVICE, "tai-nguyen")
    assert none(story.tap(Verb.CLASS, NORMAL), Ask)
    assert story.view.dialog == Another("B047")
    story.tap(Verb.BACK)
    assert isinstance(story.screen, Choices) and story.view.dialog is None, "no means no"
    story.tap(Verb.SERVICE, "tai-nguyen")
    story.tap(Verb.CLASS, NORMAL)
    effects = story.tap(Verb.TAKE_ANOTHER) + story.wait(3)
    assert only(effects, Ask).request.service == "tai-nguyen"


def test_another_service_does_not_ask_and_neither_does_the_same_one_later() -> None:
    story = Story()
    story.ended(story.number(), PrintResult.PRINTED)
    story.tap(Verb.DONE)
    story.wait(3)
    story.ended(story.number("y-te", "H001"), PrintResult.PRINTED)
    story.wait(11)
    story.tap(Verb.SERVICE, "y-te")
    assert only(story.tap(Verb.CLASS, NORMAL), Ask)


def test_a_wired_button_is_a_tap_on_its_service_on_any_page() -> None:
    story = Story()
    story.tap(Verb.NEXT_PAGE)
    story.press("service-y-te")
    assert isinstance(story.screen, Question)
    story.press("back")
    story.wait(0.3)
    story.press("back")
    assert isinstance(story.screen, Choices)
    story.wait(0.3)
    story.press("help")
    assert isinstance(story.screen, Help)
    assert story.press("service-kcn") == []  # not on the first screen


def test_whoever_presses_while_the_last_ticket_lies_in_the_slot_is_the_next_one() -> None:
    story = Story()
    story.tap(Verb.LANGUAGE)
    story.ended(story.number(), PrintResult.PRINTED)
    story.press("service-y-te")
    assert isinstance(story.screen, Question)
    assert story.look == Look()


def test_pages_stop_at_their_ends() -> None:
    story = Story()
    assert Verb.PREVIOUS_PAGE not in story.targets()
    story.tap(Verb.NEXT_PAGE)
    assert Verb.NEXT_PAGE not in story.targets()
    story.tap(Verb.PREVIOUS_PAGE)
    shown = story.screen
    assert isinstance(shown, Choices) and shown.page == 0 and len(shown.offers) == 8


def test_back_leads_to_the_page_one_came_from() -> None:
    story = Story()
    story.tap(Verb.NEXT_PAGE)
    story.tap(Verb.AUTHORITY, "lao-dong")
    story.tap(Verb.SERVICE, "lao-dong-2")
    story.tap(Verb.BACK)
    shown = story.screen
    assert isinstance(shown, Choices) and shown.authority is not None
    story.tap(Verb.BACK)
    shown = story.screen
    assert isinstance(shown, Choices) and shown.page == 1


# --- the look ---------------------------------------------------------------------------------------------


def test_the_language_of_the_screen_is_the_language_of_the_ticket() -> None:
    story = Story()
    story.tap(Verb.LANGUAGE)
    story.tap(Verb.SERVICE, "y-te")
    assert only(story.tap(Verb.CLASS, NORMAL), Ask).request.lang == "en"


@pytest.mark.parametrize(
    ("verb", "look"),
    [
        (Verb.LANGUAGE, Look(lang="en")),
        (Verb.TEXT_SIZE, Look(large=True)),
        (Verb.CONTRAST, Look(contrast=True)),
        (Verb.LOW, Look(low=True)),
    ],
)
def test_each_way_of_looking_goes_on_and_off_and_ends_with_the_session(verb: Verb, look: Look) -> None:
    story = Story()
    story.tap(verb)
    assert story.look == look
    story.tap(verb)
    assert story.look == Look()
    story.tap(verb)
    story.ended(story.number(), PrintResult.PRINTED)
    assert story.look == look
    story.tap(Verb.DONE)
    assert story.look == Look()


def test_a_look_left_on_the_first_screen_goes_back_by_itself() -> None:
    story = Story()
    story.tap(Verb.LANGUAGE)
    story.tap(Verb.NEXT_PAGE)
    story.wait(31)
    shown = story.screen
    assert story.look == Look() and isinstance(shown, Choices) and shown.page == 0


# --- how fast ---------------------------------------------------------------------------------------------


def test_numbers_come_at_least_three_seconds_apart() -> None:
    story = Story(sample.config(groups=()))
    services = ["tu-phap", "y-te"]
    request = only(story.tap(Verb.SERVICE, services[0]), Ask).request
    story.ended(story.answer(sample.ticket(request.id)), PrintResult.PRINTED)
    story.tap(Verb.DONE)
    assert none(story.tap(Verb.SERVICE, services[1]), Ask)
    assert story.view.pressed == Target(Verb.SERVICE, services[1])
    later = only(story.wait(3), Ask).request
    assert (later.at - request.at).total_seconds() >= 3


def test_after_twelve_numbers_in_a_minute_the_kiosk_pauses_politely() -> None:
    story = Story(sample.config(groups=()))
    services = [s for s in EVERY_SERVICE if s in ("tu-phap", "tai-nguyen", "xay-dung", "ke-hoach", "y-te")]
    for n in range(12):
        effects = story.tap(Verb.SERVICE, services[n % 5])
        if Verb.TAKE_ANOTHER in story.targets():
            effects = story.tap(Verb.TAKE_ANOTHER)
        effects += story.wait(3)
        ticket = sample.ticket(only(effects, Ask).request.id)
        story.ended(story.answer(ticket), PrintResult.PRINTED)
        story.tap(Verb.DONE)
    story.tap(Verb.SERVICE, "noi-vu")
    shown = story.screen
    assert isinstance(shown, Pause) and 0 < shown.seconds <= 60
    assert none(story.wait(shown.seconds), Ask)
    assert isinstance(story.screen, Choices)
    assert only(story.tap(Verb.SERVICE, "noi-vu"), Ask)


def test_a_clock_that_is_set_back_never_locks_the_kiosk() -> None:
    story = Story(sample.config(groups=()))
    request = only(story.tap(Verb.SERVICE, "tu-phap"), Ask).request
    story.ended(story.answer(sample.ticket(request.id)), PrintResult.PRINTED)
    story.tap(Verb.DONE)
    story.tap(Verb.SERVICE, "y-te")
    story.wall -= timedelta(minutes=20)
    assert only(story.wait(0.5), Ask)


# --- the hall changes under one's fingers -----------------------------------------------------------------


def test_a_service_that_closes_meanwhile_is_explained_and_not_asked_for() -> None:
    story = Story()
    story.tap(Verb.SERVICE, "y-te")
    lines = tuple(
        sample.closed_line(id, "session-full", sample.OPENINGS[1].opens)
        if id == "y-te"
        else sample.line(id, f)
        for id, f in sample.FIGURES.items()
    )
    story.hear(heard.BoardArrived(sample.board(2, lines)))
    assert none(story.tap(Verb.CLASS, NORMAL), Ask)
    shown = story.screen
    assert isinstance(shown, Shut) and not shown.whole and shown.closing.code == "session-full"


def test_an_authority_that_vanishes_leads_home() -> None:
    story = Story()
    story.tap(Verb.AUTHORITY, "giao-thong")
    story.hear(heard.ConfigArrived(sample.config((sample.authority(*sample.AUTHORITIES[0]),), rev=2)))
    assert isinstance(story.screen, Choices)


def test_a_service_that_vanishes_while_its_number_is_on_the_way_still_gives_the_number() -> None:
    story = Story()
    story.tap(Verb.AUTHORITY, "giao-thong")
    story.tap(Verb.SERVICE, "giao-thong-2")
    request = only(story.tap(Verb.CLASS, NORMAL), Ask).request
    story.hear(heard.ConfigArrived(sample.config((sample.authority(*sample.AUTHORITIES[0]),), rev=2)))
    assert story.targets() == set()
    assert only(story.answer(sample.ticket(request.id)), Keep)


def test_a_configuration_that_is_not_a_kiosks_or_names_no_zone_is_noted_and_dropped() -> None:
    story = Story()
    good = sample.config(rev=2)
    story.hear(heard.ConfigArrived(m.DeviceConfig(rev=3, at=good.at, hall=good.hall, time_zone="Asia/Hanoi")))
    wrong = m.DeviceConfig(rev=4, at=good.at, hall=good.hall, time_zone="../etc", kiosk=good.kiosk)
    story.hear(heard.ConfigArrived(wrong))
    assert isinstance(story.screen, Choices)
    assert story.kiosk.hall.config is not None and story.kiosk.hall.config.rev == 1
