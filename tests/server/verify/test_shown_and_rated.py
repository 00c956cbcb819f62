"""`motcua verify` on what citizens saw and said: calls on the walls (I5), ratings (I6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server import verify
from tests.server.verify.damage import change, edit, one, seq_of, told


def record(data: Path, how: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change what the wall wrote down."""
    path = data / "devices" / "wall-1" / "shown.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.endswith("}")]
    how(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


@pytest.mark.parametrize("wrong", [{"number": "A777"}, {"counter": "9"}, {"seq": 99}, {"recall": 7}])
def test_i5_a_call_shown_that_nobody_made_is_named(
    data: Path, wrong: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    record(data, lambda lines: lines[2].update(wrong))
    breach = told(data, capsys)[0]
    assert breach.startswith("I5 devices/wall-1/shown.jsonl:3: showed call ")
    assert breach.endswith("on 2026-11-23, which nobody made")


def test_i5_calls_shown_in_another_order_are_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(data, lambda lines: lines.insert(4, lines.pop(5)))
    assert told(data, capsys) == ["I5 devices/wall-1/shown.jsonl:6: showed call 8 of 2026-11-23 after call 9"]


def test_i5_an_older_file_counts_as_shown_before(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(
        data,
        lambda lines: lines.insert(0, {**lines[0], "seq": 2, "number": "A98", "recall": 1, "counter": "1"}),
    )
    assert told(data, capsys) == ["I5 devices/wall-1/shown.jsonl:1: showed call 2 of 2026-11-23 after call 3"]


def test_i5_a_wall_of_a_day_that_never_was_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(data, lambda lines: lines.append({**lines[-1], "day": "2026-11-26"}))
    (breach,) = told(data, capsys)
    assert breach.endswith("on 2026-11-26, a day the log does not have")


def test_i5_a_wall_may_miss_calls_and_begin_late(data: Path) -> None:
    record(data, lambda lines: lines.__delitem__(slice(0, 3)))
    assert verify.run(data) == 0


def test_i5_a_call_number_left_out_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = one(data, "SELECT max(seq) FROM event WHERE kind = 'Called' AND day = '2026-11-23'")
    edit(data, last, lambda body: body.update(seq=body["seq"] + 1))
    assert f"I5 event {last} is call 16 of 2026-11-23, but 14 went before it" in told(data, capsys)


def test_i6_a_rating_of_somebody_who_was_not_served_is_named(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rated = seq_of(data, "Rated")
    other = one(data, "SELECT id FROM ticket WHERE number = 'A100' AND day = '2026-11-23'")
    edit(data, rated, lambda body: body.update(ticket=other))
    change(data, f"UPDATE event SET ticket = '{other}' WHERE seq = {rated}")
    assert f"I6 event {rated} rates A100, which was waiting" in told(data, capsys)


def test_i6_a_rating_that_only_the_table_has_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(
        data,
        "INSERT INTO rating SELECT id, ended_at, day, service, counter, officer, 4, 4, NULL, NULL FROM ticket"
        " WHERE number = 'A99' AND day = '2026-11-23'",
    )
    (breach,) = told(data, capsys)
    assert breach.startswith("I6 2026-11-23: the table has a rating of ticket")


def test_rubbish_in_a_walls_record_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = data / "devices" / "wall-1" / "shown.jsonl"
    path.write_bytes(b"\xff\xfe\n[]\n" + path.read_bytes())
    assert told(data, capsys) == [
        "I5 devices/wall-1/shown.jsonl:1: not a line of a display's record",
        "I5 devices/wall-1/shown.jsonl:2: not a line of a display's record",
    ]
