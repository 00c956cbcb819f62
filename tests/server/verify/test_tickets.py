"""`motcua verify` on the lives of tickets: numbers once (I1), steps (I2), counters (I3), turns (I4)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from server import verify
from tests.server.verify.damage import change, edit, one, seq_of, told


def test_i1_a_number_given_twice_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = seq_of(data, "Issued"), seq_of(data, "Issued", n=1)
    edit(data, second, lambda body: body["ticket"].update(number="A98"))
    assert f"I1 A98 was issued twice on 2026-11-23: events {first} and {second}" in told(data, capsys)


def test_i2_a_step_that_a_ticket_cannot_take_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started = seq_of(data, "Started")
    change(data, f"UPDATE event SET kind = 'Parked' WHERE seq = {started}")
    finished = seq_of(data, "Finished")
    breaches = told(data, capsys)
    assert f"I2 A98 went from parked to served by event {finished} (Finished)" in breaches


def test_i2_a_ticket_that_outlives_its_day_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expired = seq_of(data, "Cancelled", "body LIKE '%expired%'")
    change(data, f"UPDATE event SET kind = 'PaperRecorded' WHERE seq = {expired}")
    assert any(
        line.startswith("I2 A") and line.endswith("when day 2026-11-23 was closed")
        for line in told(data, capsys)
    )


def test_i2_a_ticket_moved_at_another_counter_is_named(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started = seq_of(data, "Started")
    edit(data, started, lambda body: body.update(counter="2"))
    assert told(data, capsys) == [f"I2 A98 stood at counter 1, but event {started} (Started) was at 2"]


def test_i2_an_undo_of_what_had_gone_on_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    undone = seq_of(data, "Undone")
    number = json.loads(one(data, f"SELECT body FROM event WHERE seq = {undone}"))["tickets"][0]["number"]
    edit(data, undone, lambda body: body["tickets"][0].update(state="served"))
    assert f"I2 event {undone} takes {number} back to where it had not been" in told(data, capsys)


def test_i3_a_counter_that_serves_two_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = seq_of(data, "Called", "ticket <> (SELECT ticket FROM event WHERE kind = 'Called' ORDER BY seq)")
    finished = seq_of(data, "Finished")
    change(data, f"UPDATE event SET kind = 'PaperRecorded' WHERE seq = {finished}")
    assert f"I3 counter 1 called A99 while A98 stood there, event {second}" in told(data, capsys)


def test_i4_a_ticket_called_before_an_earlier_one_is_named(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    called = seq_of(data, "Called")
    other = one(data, "SELECT id FROM ticket WHERE number = 'A99' AND day = '2026-11-23'")
    edit(data, called, lambda body: body.update(ticket=other))
    assert f"I4 A99 called before A98 (land, normal) at counter 1, event {called}" in told(data, capsys)


def test_i4_an_exception_that_lost_its_reason_is_named(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out_of_turn = seq_of(data, "Called", "body LIKE '%interpreter%'")
    edit(data, out_of_turn, lambda body: body.update(exception=None))
    (breach,) = told(data, capsys)
    assert breach.startswith("I4 A107 called before A1")
    returned = seq_of(data, "Called", "body LIKE '%returned%'")
    edit(data, returned, lambda body: body.update(exception=None))
    assert f"I4 A99 was called back without a logged exception, event {returned}" in told(data, capsys)


def test_i4_one_who_was_not_known_yet_was_not_passed_over(data: Path) -> None:
    """E2-001 was told of after E001 had been given, with an earlier time of issue: nobody is to blame."""
    told = seq_of(data, "Issued", "body LIKE '%E2-001\"%'")
    issued = json.loads(one(data, f"SELECT body FROM event WHERE seq = {told}"))["ticket"]["issued_at"]
    assert issued == "2026-11-23T01:01:00Z" < one(data, f"SELECT at FROM event WHERE seq = {told}")
    assert verify.run(data) == 0


def test_i1_a_late_number_that_was_there_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    late = seq_of(data, "ToldTooLate", "body LIKE '%A2-008%'")
    edit(data, late, lambda body: body["ticket"].update(number="A98"))
    assert "I1 A98 of 2026-11-23 was there when it was told of too late" in told(data, capsys)


def test_i2_a_merge_that_nobody_waited_for_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    merged = seq_of(data, "Merged")
    other = one(data, "SELECT id FROM ticket WHERE number = 'A98' AND day = '2026-11-23'")
    edit(data, merged, lambda body: body.update(ticket=other))
    assert f"I2 event {merged} merges ticket {other}, which nobody waited for" in told(data, capsys)


def test_i2_what_a_phone_may_not_do_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here, missed = seq_of(data, "SaidHere"), seq_of(data, "SecretMissed")
    change(data, f"UPDATE event SET kind = 'SaidLate' WHERE seq = {here}")
    change(data, f"UPDATE event SET kind = 'SaidHere' WHERE seq = {missed}")
    breaches = told(data, capsys)
    assert f"I2 E002 was late a second time, event {here}" in breaches
    assert f"I2 E003 came by event {missed}, and had not said that it is late" in breaches


def test_i2_a_number_that_a_phone_cancelled_at_a_counter_is_named(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = seq_of(data, "Finished")
    change(data, f"UPDATE event SET kind = 'Cancelled' WHERE seq = {finished}")
    edit(data, finished, lambda body: body.update(reason="holder"))
    assert f"I2 A98 was cancelled by phone while serving, event {finished}" in told(data, capsys)


def test_i2_a_number_entered_by_hand_that_is_not_over_is_named(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seq = seq_of(data, "Entered", "body LIKE '%E0-002%'")
    edit(data, seq, lambda body: body["ticket"].update(state="serving"))
    assert f"I2 E0-002 was entered by hand as serving, event {seq}" in told(data, capsys)


def test_i1_a_number_written_by_hand_twice_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = seq_of(data, "Entered"), seq_of(data, "Entered", n=1)
    edit(data, second, lambda body: body["ticket"].update(number="E0-002"))
    assert f"I1 E0-002 was issued twice on 2026-11-23: events {first} and {second}" in told(data, capsys)


def test_i1_a_number_of_an_old_sheet_that_was_there_is_named(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = seq_of(data, "Entered", "body LIKE '%\"day\":\"2026-11-22\"%' AND body LIKE '%E0-003%'")
    edit(data, old, lambda body: body["ticket"].update(number="A2-009"))
    assert "I1 A2-009 of 2026-11-22 was there when it was told of too late" in told(data, capsys)


def test_i2_a_class_that_nobody_had_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seq = seq_of(data, "PriorityChecked")
    edit(data, seq, lambda body: body.update(was="normal"))
    assert f"I2 A111 was priority, not normal, at event {seq}" in told(data, capsys)


def test_i9_a_class_that_the_table_has_otherwise_is_named(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seq = seq_of(data, "PriorityChecked", n=1)
    edit(data, seq, lambda body: body.update(klass="normal"))
    assert "I9 A111 of 2026-11-23: klass is normal in the log and priority in the table" in told(data, capsys)


def test_i2_a_note_of_somebody_who_was_not_there_is_named(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seq = seq_of(data, "Noted")
    edit(data, seq, lambda body: body.update(ticket="nobody"))
    assert f"I2 event {seq} (Noted) is of nobody, which was not there" in told(data, capsys)
