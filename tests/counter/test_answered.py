"""What had its say is remembered across a power cut, and only for its day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broker.disk import Disk
from kiosk.counter.answered import Answered
from tests.counter.story import DAY, rate


@contextmanager
def memory(folder: Path) -> Iterator[Answered]:
    """The memory as a start of the program finds it."""
    disk = Disk(folder / "outbox.db")
    try:
        yield Answered(disk)
    finally:
        disk.close()


def test_the_numbers_of_the_day_survive_a_restart(tmp_path: Path) -> None:
    with memory(tmp_path) as answered:
        answered.add(DAY, "B047")
    with memory(tmp_path) as answered:
        answered.add(DAY, "B048")
        answered.add(DAY, "B048")
    with memory(tmp_path) as answered:
        assert answered.pairs() == [(DAY, "B047"), (DAY, "B048")]


def test_another_day_lets_yesterdays_numbers_go(tmp_path: Path) -> None:
    with memory(tmp_path) as answered:
        answered.add(DAY, "B047")
        answered.add("2026-11-24", "B001")
        assert answered.pairs() == [("2026-11-24", "B001")]


def test_one_answer_is_under_way_until_its_number_had_its_say(tmp_path: Path) -> None:
    with memory(tmp_path) as answered:
        answered.keep(rate(1))
        answered.keep(rate(1, "late"))
    with memory(tmp_path) as answered:
        assert answered.draft == rate(1, "late")
        answered.add(DAY, "B099")
        assert answered.draft == rate(1, "late"), "that was another number"
        answered.add(DAY, "B047")
        assert answered.draft is None
        answered.keep(rate(4))
        answered.drop()
        assert answered.draft is None
