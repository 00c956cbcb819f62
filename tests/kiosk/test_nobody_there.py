"""Nobody there: the clock that asks on every inner screen, and leads home."""

from __future__ import annotations

import msgspec
import pytest

from broker import vocabulary as heard
from hardware.printer import PrintResult
from kiosk.view import NORMAL, Choices, Done, Look, MoreTime, Question, Verb
from kiosk.vocabulary import Ask, Scanned, Tapped
from tests.kiosk import sample
from tests.kiosk.story import Story, none


def to_services(story: Story) -> None:
    story.tap(Verb.AUTHORITY, "giao-thong")


def to_question(story: Story) -> None:
    story.tap(Verb.SERVICE, "y-te")


def to_help(story: Story) -> None:
    story.tap(Verb.HELP)


def to_explanation(story: Story) -> None:
    story.tap(Verb.SERVICE, "kcn")


def to_another(story: Story) -> None:
    story.ended(story.number(), PrintResult.PRINTED)
    story.tap(Verb.DONE)
    to_question_of = story.tap(Verb.SERVICE, "tai-nguyen")
    assert to_question_of == []
    story.tap(Verb.CLASS, NORMAL)


def to_no_answer(story: Story) -> None:
    story.hear(heard.NoAnswer(story.take()))


def to_collecting(story: Story) -> None:
    assert story.kiosk.hall.config is not None and story.kiosk.hall.config.kiosk is not None
    services = tuple(
        msgspec.structs.replace(
            a, services=tuple(msgspec.structs.replace(s, collect=True) for s in a.services)
        )
        for a in story.kiosk.hall.config.kiosk.authorities
    )
    story.hear(heard.ConfigArrived(sample.config(services, rev=2)))
    story.hear(Scanned("000.05.14.H42-261122-0007"))
    shown = story.screen
    assert isinstance(shown, Choices) and shown.dossier


INNER = [to_services, to_question, to_collecting, to_help, to_explanation, to_another, to_no_answer]


@pytest.mark.parametrize("way", INNER, ids=lambda way: way.__name__)
def test_on_every_inner_screen_thirty_idle_seconds_ask_and_twenty_more_lead_home(way) -> None:  # type: ignore[no-untyped-def]
    story = Story()
    story.tap(Verb.LANGUAGE)
    way(story)
    before = story.screen
    story.wait(29.9)
    assert not isinstance(story.view.dialog, MoreTime)
    story.wait(0.2)
    assert isinstance(story.view.dialog, MoreTime)
    story.wait(19.8)
    assert isinstance(story.view.dialog, MoreTime) and story.screen == before
    effects = story.wait(0.4)
    assert isinstance(story.screen, Choices) and story.view.dialog is None
    assert story.look == Look()
    assert none(effects, Ask)


def test_more_time_can_be_had_more_than_ten_times() -> None:
    story = Story()
    to_question(story)
    for _ in range(15):
        story.wait(30.1)
        assert isinstance(story.view.dialog, MoreTime)
        story.wait(19)
        story.tap(Verb.MORE_TIME)
        assert isinstance(story.screen, Question) and story.view.dialog is None


def test_a_finger_anywhere_keeps_the_screen() -> None:
    story = Story()
    to_question(story)
    for _ in range(5):
        story.wait(29)
        story.hear(Tapped(None))
    assert story.view.dialog is None


def test_seconds_that_run_down_change_the_view_no_faster_than_every_five() -> None:
    story = Story()
    story.ended(story.number(), PrintResult.PRINTED)
    seen = []
    for _ in range(98):
        shown = story.screen
        assert isinstance(shown, Done)
        seen.append(shown.left_s)
        story.wait(0.1)
    assert sorted(set(seen), reverse=True) == [10, 5]
