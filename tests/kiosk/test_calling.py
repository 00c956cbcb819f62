"""Calling the staff: the server is told while a citizen waits at the kiosk, and nobody is told a lie."""

from __future__ import annotations

import pytest

from broker import vocabulary as heard
from hardware.printer import PrinterStatus, PrintResult
from kiosk.view import Calling, Choices, Done, Held, Help, Question, Verb
from kiosk.vocabulary import CallStaff
from tests.kiosk import sample
from tests.kiosk.gallery import BUTTONS
from tests.kiosk.story import Story, none, only


def calling(story: Story) -> Calling:
    shown = story.screen
    assert isinstance(shown, Help)
    return shown.calling


def called() -> Story:
    """Somebody on the way to a number has asked for help."""
    story = Story()
    story.tap(Verb.SERVICE, "tu-phap")
    assert only(story.tap(Verb.STAFF), CallStaff).wanted
    return story


def test_on_the_way_one_touch_calls_and_says_so() -> None:
    story = called()
    assert calling(story) is Calling.TOLD
    assert Verb.STAFF not in story.targets(), "it was said once"


def test_the_first_screen_explains_first_and_calls_by_a_second_touch() -> None:
    story = Story()
    assert none(story.tap(Verb.HELP), CallStaff)
    assert calling(story) is Calling.OFFERED
    assert only(story.tap(Verb.STAFF), CallStaff).wanted
    assert calling(story) is Calling.TOLD
    assert not only(story.tap(Verb.BACK), CallStaff).wanted
    assert isinstance(story.screen, Choices)


def test_going_back_leads_to_where_one_was_and_takes_the_call_back() -> None:
    story = called()
    assert not only(story.tap(Verb.BACK), CallStaff).wanted
    assert isinstance(story.screen, Question)


def test_after_three_minutes_the_call_and_the_session_end_without_a_question() -> None:
    story = called()
    assert none(story.wait(179), CallStaff)
    assert calling(story) is Calling.TOLD and story.view.dialog is None
    assert not only(story.wait(2), CallStaff).wanted
    assert isinstance(story.screen, Choices)


def test_a_number_without_paper_is_still_there_when_nobody_came() -> None:
    story = Story()
    story.ended(story.number(), PrintResult.UNPLUGGED)
    story.tap(Verb.STAFF)
    assert not only(story.wait(181), CallStaff).wanted
    assert isinstance(story.screen, Held)
    story.wait(41)
    assert isinstance(story.screen, Choices)


def test_paper_that_is_back_ends_the_call_and_offers_the_ticket() -> None:
    story = Story()
    story.printer(PrinterStatus.PAPER_OUT)
    story.number()
    story.tap(Verb.STAFF)
    assert calling(story) is Calling.TOLD
    assert not only(story.printer(PrinterStatus.OK), CallStaff).wanted
    assert isinstance(story.screen, Held) and Verb.PRINT_AGAIN in story.targets()


def test_a_hall_that_changes_under_a_call_ends_it() -> None:
    story = called()
    other = sample.config((sample.authority(*sample.AUTHORITIES[1]),), rev=2)
    assert not only(story.hear(heard.ConfigArrived(other)), CallStaff).wanted


def test_while_the_server_is_away_nobody_is_said_to_come() -> None:
    story = Story()
    story.hear(heard.ServerDown())
    story.wait(4)
    story.tap(Verb.HELP)
    assert calling(story) is Calling.AWAY and Verb.STAFF not in story.targets()
    story.hear(heard.ServerUp(2))
    assert calling(story) is Calling.OFFERED
    assert only(story.tap(Verb.STAFF), CallStaff).wanted
    story.hear(heard.ServerDown())
    story.wait(4)
    assert calling(story) is Calling.AWAY, "and who was told so is told the truth"


def test_nobody_is_called_while_the_paper_is_on_its_way() -> None:
    story = Story()
    effects = story.number()
    story.wait(0.3)
    assert none(story.press("help"), CallStaff) and isinstance(story.screen, Done)
    story.ended(effects, PrintResult.UNPLUGGED)
    story.wait(0.3)
    assert only(story.press("help"), CallStaff).wanted


@pytest.mark.parametrize("panel", BUTTONS.values(), ids=list(BUTTONS))
def test_without_touch_the_help_button_explains_first_and_then_calls(panel: object) -> None:
    story = Story(panel=panel)  # type: ignore[arg-type]
    assert none(story.push("help"), CallStaff)
    assert only(story.push("help"), CallStaff).wanted
    assert "help" not in story.kiosk.lit(story.now)
    assert not only(story.push("back"), CallStaff).wanted
