"""What had its say is remembered across a power cut, and only for its day."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.counter.answered import Answered


def test_the_numbers_of_the_day_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "answered.json"
    Answered(path).add("2026-11-23", "B047")
    again = Answered(path)
    again.add("2026-11-23", "B048")
    again.add("2026-11-23", "B048")
    assert Answered(path).pairs() == [("2026-11-23", "B047"), ("2026-11-23", "B048")]


def test_another_day_lets_yesterdays_numbers_go(tmp_path: Path) -> None:
    path = tmp_path / "answered.json"
    answered = Answered(path)
    answered.add("2026-11-23", "B047")
    answered.add("2026-11-24", "B001")
    assert Answered(path).pairs() == [("2026-11-24", "B001")]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"day": 3}', b"\xff\xfe", b"[]"])
def test_a_damaged_file_is_a_fresh_start(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "answered.json"
    path.write_bytes(damage)
    answered = Answered(path)
    assert answered.pairs() == []
    answered.add("2026-11-23", "B047")
    assert Answered(path).pairs() == [("2026-11-23", "B047")]
