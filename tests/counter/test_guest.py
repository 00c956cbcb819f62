"""A kiosk that stands at a counter asks, records, gives way, and comes through a power cut."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pygame
import pytest

from broker import messages as m, vocabulary as heard
from broker.outbox import Outbox
from broker.vocabulary import Now
from hardware.canvas import Canvas
from hardware.theme import THEMES
from kiosk.counter.asking import ASIDE_S, DWELL_S
from kiosk.counter.guest import Guest
from kiosk.counter.layout import Layout
from kiosk.counter.view import Faces, Inquiry, Reasons, Thanks
from kiosk.layout.panel import NEEDED_MM
from tests.counter.story import DAY, PLAN, START, replace_plan

HALL = m.Words(vi="Trung tâm", en="Centre")
PANELS = {"across": ((1280, 800), 5.884), "upright": ((1080, 1920), 4.034)}
QUESTION = m.Question("7", HALL, (HALL, HALL, HALL))


class Kiosk:
    """A kiosk's program, as far as the guest is concerned: a clock, a screen, and the facts it recorded."""

    def __init__(self, folder: Path, panel: str = "upright") -> None:
        self.size, self.px_per_mm = PANELS[panel]
        self.mono, self.wall = 500.0, START
        self.outbox = Outbox(folder / "outbox.db")
        self.guest = Guest("kiosk-1", self.outbox.disk, self.record)
        self.canvas = Canvas(pygame.Surface(self.size, depth=32), THEMES["light"])
        self.guest.begin()

    def record(self, *drafts: m.RatingFact, beside: Any = None) -> None:
        """As `DeviceLink.facts`."""
        with self.outbox.disk.transaction():
            beside()
            for draft in drafts:
                self.outbox.append(draft)

    @property
    def facts(self) -> list[Any]:
        return self.outbox.pending()

    def power_cut(self) -> None:
        self.outbox.close()

    @property
    def now(self) -> Now:
        return Now(self.mono, self.wall)

    def wait(self, seconds: float) -> None:
        self.mono += seconds
        self.wall += timedelta(seconds=seconds)
        self.guest.tick(self.now)

    def configured(self, plan: m.CounterPlan | None) -> None:
        config = m.DeviceConfig(rev=1, at=START, hall=HALL, time_zone="Asia/Ho_Chi_Minh", counter=plan)
        self.guest.hear(heard.ConfigArrived(config), self.now)

    def board(self, number: str | None, state: Any, since: datetime | None = None) -> None:
        line = m.CounterLine("7", "open", number, state, since or self.wall)
        board = m.Board(
            epoch=1, rev=1, at=self.wall, day=DAY, hall=HALL, calls=(), counters=(line,), waiting=()
        )
        self.guest.hear(heard.BoardArrived(board), self.now)

    def touch(self, at: pygame.Rect) -> None:
        self.wait(DWELL_S)
        self.guest.paint(self.canvas, self.px_per_mm)
        self.guest.touch(*at.center, self.now)

    @property
    def layout(self) -> Layout:
        return Layout(self.size, self.px_per_mm, NEEDED_MM)


@pytest.fixture(params=PANELS)
def kiosk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kiosk]:
    kiosk = Kiosk(tmp_path, request.param)
    kiosk.configured(replace_plan(questions=(QUESTION,), officer="Nguyễn Thị Hạnh"))
    yield kiosk
    kiosk.power_cut()


def test_a_citizen_is_asked_and_answers_at_the_kiosk(kiosk: Kiosk) -> None:
    assert kiosk.guest.page is None
    kiosk.board("B047", "served")
    assert kiosk.guest.page == Faces("B047", "7", 4, officer="Nguyễn Thị Hạnh", guest=True)
    assert kiosk.guest.lit == {"rate-1", "rate-2", "rate-3", "rate-4"}
    kiosk.touch(kiosk.layout.faces(4, True).choices[3])
    assert isinstance(kiosk.guest.page, Reasons)
    kiosk.touch(kiosk.layout.reasons(5).choices[0])
    assert isinstance(kiosk.guest.page, Inquiry) and kiosk.facts == []
    kiosk.touch(kiosk.layout.inquiry().choices[2])
    assert isinstance(kiosk.guest.page, Thanks)
    (fact,) = kiosk.facts
    assert (fact.number, fact.level, fact.reason, fact.answers) == ("B047", 1, "wait", {"7": 0})
    kiosk.wait(3)
    assert kiosk.guest.page is None


def test_whoever_wants_a_number_gets_the_screen(kiosk: Kiosk) -> None:
    kiosk.board("B047", "served")
    away = kiosk.layout.faces(4, True).away
    assert away is not None
    kiosk.touch(away)
    assert kiosk.guest.page is None and kiosk.facts == []
    wake = kiosk.guest.wake().mono
    assert wake is not None and wake <= kiosk.mono + ASIDE_S
    kiosk.wait(ASIDE_S)
    assert isinstance(kiosk.guest.page, Faces)


def test_skip_is_no_answer_and_lasts(kiosk: Kiosk, tmp_path: Path) -> None:
    kiosk.board("B047", "served")
    kiosk.touch(kiosk.layout.faces(4, True).skip)
    assert kiosk.guest.page is None and kiosk.facts == []
    kiosk.power_cut()
    again = Kiosk(tmp_path)
    again.configured(PLAN)
    again.board("B047", "served")
    assert again.guest.page is None
    again.power_cut()


def test_wired_faces_beside_a_kiosk_count(kiosk: Kiosk) -> None:
    kiosk.board("B047", "served")
    kiosk.wait(DWELL_S)
    assert not kiosk.guest.press("help", kiosk.now), "is the kiosk's own"
    assert kiosk.guest.press("rate-4", kiosk.now)
    assert isinstance(kiosk.guest.page, Inquiry)


def test_a_finger_on_its_way_to_the_kiosk_is_no_answer(kiosk: Kiosk) -> None:
    kiosk.board("B047", "served")
    kiosk.wait(30)
    kiosk.guest.appear(kiosk.now)
    kiosk.guest.paint(kiosk.canvas, kiosk.px_per_mm)
    kiosk.guest.touch(*kiosk.layout.faces(4, True).choices[0].center, kiosk.now)
    assert isinstance(kiosk.guest.page, Faces)


def test_a_power_cut_in_the_questions_leaves_the_rating(kiosk: Kiosk, tmp_path: Path) -> None:
    kiosk.board("B047", "served")
    kiosk.touch(kiosk.layout.faces(4, True).choices[0])
    assert kiosk.facts == []
    kiosk.power_cut()
    again = Kiosk(tmp_path)
    (fact,) = again.facts
    assert (fact.number, fact.level, fact.answers) == ("B047", 4, {})
    again.power_cut()


def test_a_kiosk_that_stands_at_no_counter_asks_nobody(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path)
    kiosk.configured(None)
    kiosk.board("B047", "served")
    assert kiosk.guest.page is None and kiosk.guest.wake().mono is None
    kiosk.guest.paint(kiosk.canvas, kiosk.px_per_mm)
    kiosk.guest.touch(10, 10, kiosk.now)
    kiosk.guest.leave(kiosk.now)
    assert kiosk.facts == []
    kiosk.power_cut()


def test_the_end_of_the_program_records_what_was_answered(kiosk: Kiosk) -> None:
    kiosk.board("B047", "served")
    kiosk.touch(kiosk.layout.faces(4, True).choices[1])
    kiosk.guest.leave(kiosk.now)
    assert [fact.level for fact in kiosk.facts] == [3]
