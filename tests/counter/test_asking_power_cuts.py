"""A power cut on the pages after the faces: what was answered counts once, as one fact."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker import messages as m
from broker.outbox import Outbox
from kiosk.counter.answered import Answered
from kiosk.counter.records import Records, rating_fact
from kiosk.counter.view import Idle, Points, Reason, Skip
from kiosk.counter.vocabulary import Booted, Keep, Rate, Record, Settle
from tests.counter.questionnaire import ASKED, asked
from tests.counter.story import DAY, Story, rate


@pytest.mark.parametrize("level", [1, 4])
def test_an_answer_that_a_power_cut_stopped_counts_as_it_stood(level: int) -> None:
    story = asked(level)
    if level == 1:
        story.touch(Reason("attitude"))
    story.touch(Points(2))
    kept = [effect.rate for effect in story.done if isinstance(effect, Keep)][-1]
    after = Story(plan=ASKED, draft=kept)
    assert after(Booted()) == [kept, Settle(DAY, "B047")]
    assert kept.answers == (("1", 2),) and kept.level == level
    after.served()
    assert isinstance(after.page, Idle), "and the citizen is not asked again"


def test_a_power_cut_on_the_page_of_reasons_loses_no_rating() -> None:
    assert [effect for effect in asked(1).done if isinstance(effect, Keep)] == [Keep(rate(1))]


class Memory:
    """A terminal's memory, from one start to the next power cut, and what it records there."""

    def __init__(self, folder: Path) -> None:
        self.outbox = Outbox(folder / "outbox.db")
        self.answered = Answered(self.outbox.disk)
        self.carry_out = Records("counter-7", self.answered, self.facts).carry_out

    def facts(self, *drafts: m.RatingFact, beside: Any = None) -> None:
        """As `DeviceLink.facts`."""
        with self.outbox.disk.transaction():
            beside()
            for draft in drafts:
                self.outbox.append(draft)

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self.outbox.close()


@pytest.mark.parametrize("cut", range(8))
def test_a_power_cut_between_any_two_inputs_leaves_one_rating(tmp_path: Path, cut: int) -> None:
    story = asked(1)
    story.touch(Reason("wait"))
    for points in (2, 1, 0):
        story.touch(Points(points))
    story.touch(Skip())
    *kept, rated, settled = [effect for effect in story.done if isinstance(effect, Rate | Keep | Settle)]
    inputs: list[list[Record]] = [*([one] for one in kept), [rated, settled]]  # type: ignore[list-item]
    with Memory(tmp_path) as memory:
        for records in inputs[:cut]:
            commits = memory.outbox.disk.commits
            memory.carry_out(records)
            assert memory.outbox.disk.commits == commits + 1, "one sync of the card for each touch"
    with Memory(tmp_path) as memory:
        after = Story(plan=ASKED, settled=memory.answered.pairs(), draft=memory.answered.draft)
        memory.carry_out([effect for effect in after(Booted()) if isinstance(effect, Rate | Settle)])
    with Memory(tmp_path) as memory:
        facts = memory.outbox.pending()
        assert memory.answered.draft is None
        assert memory.answered.pairs() == ([(DAY, "B047")] if cut else [])
    assert len(facts) == min(cut, 1)
    for fact in facts:
        assert isinstance(fact, m.RatingFact) and (fact.number, fact.level) == ("B047", 1)
        after.served()
        assert isinstance(after.page, Idle)


def test_a_rating_is_one_fact_with_its_answers() -> None:
    fact = rating_fact("counter-7", replace(rate(2, "late"), answers=(("1", 2), ("7", 0))))
    assert (fact.number, fact.level, fact.levels, fact.reason) == ("B047", 2, 4, "late")
    assert fact.answers == {"1": 2, "7": 0}
    assert fact.id == rating_fact("counter-7", rate(4)).id, "one a number and day, whatever was pressed"
    assert fact.id != rating_fact("counter-7", replace(rate(4), day="2026-11-24")).id
