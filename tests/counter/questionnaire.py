"""A hall that asks four questions, and a citizen who has just pressed a face there."""

from __future__ import annotations

from broker import messages as m
from kiosk.counter.view import Level
from kiosk.counter.vocabulary import Tapped
from tests.counter.story import Story, replace_plan


def question(id: str) -> m.Question:
    words = m.Words(vi=id, en=id)
    return m.Question(id, words, (words, words, words))


QUESTIONS = tuple(question(id) for id in ("1", "3", "4", "7"))
ASKED = replace_plan(questions=QUESTIONS)


def asked(level: int = 4, plan: m.CounterPlan = ASKED) -> Story:
    """B047 was served and pressed a level."""
    story = Story(plan=plan)
    story.served()
    story(Tapped(Level(level)))
    return story
