"""`motcua verify` on how the books agree: what came (I7), sums (I8), tables (I9), times (I10)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.verify.damage import change, edit, one, seq_of, told

# --- I7: nothing is missing and nothing counts twice ------------------------------------------------------


def test_i7_facts_are_dense_in_each_memory_of_a_device(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(data, "DELETE FROM fact WHERE device = 'kiosk-2' AND box = 'b2' AND seq = 2")
    assert told(data, capsys) == ["I7 kiosk-2 (b2): fact 2 never came"]


def test_i7_an_event_that_is_missing_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = seq_of(data, "PaperRecorded", n=3)
    change(data, f"DELETE FROM event WHERE seq = {recorded}")
    assert told(data, capsys) == [f"I7 event {recorded - 1} is followed by event {recorded + 1}"]


def test_i7_the_beginning_that_is_missing_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(data, "DELETE FROM event WHERE seq = 1")
    assert told(data, capsys) == [
        "I7 the log begins with event 2",
        "I2 event 3 (Issued) is of day 2026-11-23, which was not open",
    ]


def test_i7_a_command_that_took_effect_twice_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, other = seq_of(data, "RequestVoided"), seq_of(data, "CounterPaused")
    command = one(data, f"SELECT command FROM event WHERE seq = {first}")
    change(data, f"UPDATE event SET command = '{command}' WHERE seq = {other}")
    edit(data, other, lambda body: body.update(command=command))
    assert f"I7 command {command} took effect twice, in events {first} to {other}" in told(data, capsys)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ("DELETE FROM command WHERE id = '{}'", "was never asked"),
        ("UPDATE command SET refusal = 'lunch' WHERE id = '{}'", "was refused (lunch)"),
    ],
)
def test_i7_an_effect_without_a_command_is_named(
    data: Path, damage: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seq = seq_of(data, "CounterPaused")
    command = one(data, f"SELECT command FROM event WHERE seq = {seq}")
    change(data, damage.format(command))
    assert told(data, capsys) == [f"I7 command {command} {why}, but took effect in event {seq}"]


def test_i7_facts_that_never_came_are_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(data, "DELETE FROM fact WHERE device = 'kiosk-1' AND seq IN (6, 8, 9)")
    assert told(data, capsys) == ["I7 kiosk-1: fact 6 never came", "I7 kiosk-1: facts 8 to 9 never came"]


def test_i7_two_facts_of_one_number_are_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(data, "UPDATE fact SET seq = 1 WHERE device = 'counter-1'")
    assert told(data, capsys) == ["I7 counter-1: two facts are number 1"]


def test_i7_a_fact_without_an_outcome_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(data, "INSERT INTO fact VALUES ('x', 'counter-1', 3, 'rating', '2026-11-23T01:00:00+00:00', '')")
    assert told(data, capsys) == ["I7 fact x of counter-1 has no outcome"]


# --- I8: the sums agree -----------------------------------------------------------------------------------


def test_i8_a_late_number_counts_in_the_day_it_is_of(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(data, "DELETE FROM ticket WHERE number IN ('A2-008', 'A2-009')")
    assert [line for line in told(data, capsys) if "tickets in the table" in line] == [
        "I8 2026-11-23: 26 issued in the log, 25 tickets in the table",
        "I8 2026-11-22: 3 issued in the log, 2 tickets in the table",
    ]


def test_i8_sums_that_do_not_agree_are_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = one(data, "SELECT count(*) FROM ticket WHERE state = 'served' AND day = '2026-11-23'")
    missed = one(data, "SELECT count(*) FROM ticket WHERE state = 'no_show' AND day = '2026-11-23'")
    change(data, "UPDATE ticket SET state = 'no_show' WHERE number = 'A98' AND day = '2026-11-23'")
    assert told(data, capsys) == [
        f"I8 2026-11-23: {before} served in the log, {before - 1} in the table",
        f"I8 2026-11-23: {missed} no_show in the log, {missed + 1} in the table",
    ]


def test_i8_a_ticket_that_the_table_lost_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(data, "DELETE FROM ticket WHERE number = 'A98' AND day = '2026-11-25'")
    assert told(data, capsys) == [
        "I8 2026-11-25: 1 issued in the log, 0 tickets in the table",
        "I8 2026-11-25: 1 called in the log, 0 in the table",
    ]


def test_i8_rows_of_a_day_that_never_was_are_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(data, "UPDATE ticket SET day = '2026-11-30' WHERE day = '2026-11-25'")
    assert "I8 1 rows of the ticket table are of 2026-11-30, a day the log does not have" in told(
        data, capsys
    )


# --- I9: the tables say what the log says -----------------------------------------------------------------


@pytest.mark.parametrize("column", ["issued_at", "called_at", "started_at", "ended_at"])
def test_i9_a_time_that_figures_would_get_wrong_is_named(
    data: Path, column: str, capsys: pytest.CaptureFixture[str]
) -> None:
    row = "number = 'A98' AND day = '2026-11-23'"
    right, wrong = one(data, f"SELECT {column} FROM ticket WHERE {row}"), "2026-11-23T01:59:59.000000+00:00"
    change(data, f"UPDATE ticket SET {column} = '{wrong}' WHERE {row}")
    (breach,) = told(data, capsys)
    assert breach == f"I9 A98 of 2026-11-23: {column} is {right} in the log and {wrong} in the table"


def test_i9_a_rating_that_figures_would_get_wrong_is_named(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(data, "UPDATE rating SET level = 4")
    assert told(data, capsys) == ["I9 rating of A98 of 2026-11-23: level is 3 in the log and 4 in the table"]


# --- I10: time goes on ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "at"), [("A98", "00:59:00"), ("E2-001", "09:00:00")])
def test_i10_a_number_given_at_another_time_than_it_can_be_is_named(
    data: Path, number: str, at: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seq = seq_of(data, "Issued", f"body LIKE '%{number}\"%'")
    edit(data, seq, lambda body: body["ticket"].update(issued_at=f"2026-11-23T{at}Z"))
    assert any(line.startswith(f"I10 {number} was issued at 2026-11-23T{at}") for line in told(data, capsys))


def test_i10_time_that_went_back_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seq = seq_of(data, "CounterPaused")
    early, before = (
        "2026-11-23T01:00:00.000000+00:00",
        one(data, f"SELECT at FROM event WHERE seq = {seq - 1}"),
    )
    change(data, f"UPDATE event SET at = '{early}' WHERE seq = {seq}")
    edit(data, seq, lambda body: body.update(at=early))
    assert told(data, capsys) == [f"I10 event {seq} is of {early}, before event {seq - 1} of {before}"]
