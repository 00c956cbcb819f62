"""`motcua verify`: a sound log passes, and a log that breaks a promise in one place is told so by name."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from server import verify
from server.chain import sealed
from server.hall import commands as c
from server.hall.tickets import Klass
from server.writer import FactMark
from tests.hall.small_hall import local
from tests.server.small_server import SmallServer, running

SUNDAY, WEDNESDAY = date(2026, 11, 22), date(2026, 11, 25)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a day that has everything in it, the next day begun, and what a wall showed."""
    data = tmp_path_factory.mktemp("sound")
    (data / "server").mkdir()
    with running(data / "server") as server:
        play_a_day(server)
        server.clock.time = local("08:00", WEDNESDAY)
        server.issue()
        server.ask(c.CallNext, counter="1")
        own(server, 2, "A2-008", local("15:00"), box="b2")  # of Monday
        own(server, 3, "A2-009", local("15:00", SUNDAY), box="b2")  # of before this log began
        server.ask(c.OpenCounter, counter="2")
        calls = [call for view in server.shown for call in view.board.calls]
        days = {call.at: view.board.day for view in server.shown for call in view.board.calls}
    record = data / "devices" / "wall-1" / "shown.jsonl"
    record.parent.mkdir(parents=True)
    lines = {
        (days[call.at], call.seq): {
            "day": days[call.at],
            "seq": call.seq,
            "number": call.number,
            "counter": call.counter,
            "at": call.at.isoformat(),
            "recall": call.recall,
        }
        for call in calls
    }
    told = [json.dumps(lines[key]) for key in sorted(lines)]
    record.with_name("shown.1.jsonl").write_text("\n".join(told[:3]) + "\n", "utf-8")
    record.write_text("\n".join(told[3:]) + '\n{"day":"2026-11-25","seq":2,"num', "utf-8")
    return data


def play_a_day(server: SmallServer) -> None:
    """Every kind of event, both classes, three counters, facts of two devices; some left when it closes."""

    def at(kind: type[c.AtCounter], counter: str = "1", **what: Any) -> None:
        server.clock.passes(seconds=7)
        server.ask(kind, counter=counter, **what)

    def fact(device: str, seq: int, kind: type[c.Command], **what: Any) -> None:
        mark = FactMark(device, seq, kind.__name__, server.clock.now())
        server.writer.submit(server.command(kind, **what), lambda _: None, mark)

    at(c.OpenCounter, officer="ha")
    for n in range(12):  # A98 to A109
        server.clock.passes(seconds=20)
        fact("kiosk-1", n + 4, c.RecordPaper, ticket=server.issue("land"), outcome="printed")
    given_up = server.issuing("land")
    server.writer.ask(given_up)
    server.ask(c.Abandon, request=given_up.id)
    server.ask(c.Abandon, request="kiosk-1/never-came")
    at(c.CallNext)  # A98
    at(c.Recall)
    at(c.Start)
    at(c.Finish)
    fact("counter-1", 1, c.Rate, counter="1", number="A98", level=3, levels=4, reason="late")
    at(c.CallNext)  # A99
    at(c.Undo)
    at(c.CallNext)
    at(c.Park, note="copies")
    at(c.CallNext, "2")  # A100
    at(c.MarkNoShow, "2")
    at(c.CallNumber, "2", number="A99")
    at(c.Transfer, "2", to_service="health")
    at(c.CallNext)  # A101
    at(c.Transfer, to_counter="3")
    at(c.CallNext)  # A102
    at(c.CallNext, "3")  # A101
    at(c.CallNext)  # A103
    at(c.PauseCounter, reason="break")
    at(c.CallNumber, "2", number="A107", reason="interpreter leaves")
    at(c.CallNext, "2")  # A99
    server.ask(c.Cancel, number="A108", reason="went home")
    at(c.CallNext, "3")  # nobody
    at(c.CloseCounter, "3")
    server.issue("trade")
    at(c.CallNext, "3")  # C001
    at(c.MarkNoShow, "3")
    at(c.BringBack, "3", number="C001")
    at(c.CallNext, "3")
    at(c.Start, "3")
    fact("counter-1", 2, c.Rate, counter="1", number="A98", level=3, levels=4)
    server.issue("roads", Klass.PRIORITY)
    server.issue("justice")
    own(server, 1, "E2-001", local("08:01"))
    at(c.CallNumber, "2", number="A2-007", ticket="untold", token="t" * 22)
    own(server, 2, "A2-007", local("08:02"), service="land")
    own(server, 3, "E2-001", local("08:03"))  # a card that was copied
    own(server, 1, "E2-002", local("08:04"), box="b2")  # a card that was wiped
    at(c.Reprint, number="E2-001", kiosk="kiosk-1")


def own(
    server: SmallServer, seq: int, number: str, at: datetime, service: str = "justice", box: str = "b1"
) -> None:
    """A kiosk tells of a number that it gave by itself."""
    name = f"{box}-{seq}"
    told = {
        "ticket": name, "token": name, "spare": f"spare-{name}", "source": "kiosk-2", "number": number,
        "service": service, "box": box, "seq": seq, "at": at, "trusted": True, "age": None,
    }  # fmt: skip
    mark = FactMark("kiosk-2", seq, "ticket", at, box)
    server.writer.submit(server.command(c.TakeOwnNumber, **told), lambda _: None, mark)


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "data"))


def change(data: Path, *statements: str) -> None:
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db, db:
        for statement in statements:
            assert db.execute(statement).rowcount > 0, statement
        seal_anew(db)


def seal_anew(db: sqlite3.Connection) -> None:
    """As if a program had written it so: what is changed here is what a mistake of the rules would write."""
    db.row_factory = sqlite3.Row
    seal = ""
    for row in db.execute("SELECT * FROM event ORDER BY seq").fetchall():
        seal = sealed(seal, dict(row))
        db.execute("UPDATE event SET seal = ? WHERE seq = ?", (seal, row["seq"]))


def one(data: Path, query: str) -> Any:
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db:
        return db.execute(query).fetchone()[0]


def edit(data: Path, seq: int, how: Callable[[dict[str, Any]], object]) -> None:
    """Change the body of one event."""
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db, db:
        body = json.loads(db.execute("SELECT body FROM event WHERE seq = ?", (seq,)).fetchone()[0])
        how(body)
        db.execute("UPDATE event SET body = ? WHERE seq = ?", (json.dumps(body), seq))
        seal_anew(db)


def seq_of(data: Path, kind: str, more: str = "1", n: int = 0) -> int:
    """The n-th event of a kind."""
    return int(
        one(data, f"SELECT seq FROM event WHERE kind = '{kind}' AND {more} ORDER BY seq LIMIT 1 OFFSET {n}")
    )


def told(data: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The breaches of a log that is not sound, without the summary."""
    assert verify.run(data) == 1
    *breaches, summary = capsys.readouterr().out.splitlines()
    assert summary.startswith(f"{len(breaches)} breaches: days=3 ")
    return breaches


# --- sound --------------------------------------------------------------------------------------------------


def test_a_sound_log_passes_with_a_summary(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.run(data) == 0
    events, facts = one(data, "SELECT count(*) FROM event"), one(data, "SELECT count(*) FROM fact")
    seal = one(data, "SELECT seal FROM event ORDER BY seq DESC LIMIT 1")
    assert capsys.readouterr().out == (
        f"sound: days=3 events={events} tickets=23 calls=16 ratings=1 facts={facts} shown=16 "
        f"seal={seal[:16]}\n"
    )


def test_the_day_of_the_test_has_every_kind_of_event(data: Path) -> None:
    from server.hall.events import KINDS

    with closing(sqlite3.connect(data / "server" / "hall.db")) as db:
        assert {kind for (kind,) in db.execute("SELECT kind FROM event")} == KINDS.keys()


def test_the_log_of_a_running_hall_is_read_without_disturbing_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(tmp_path) as server:
        server.issue()
        assert verify.run(tmp_path) == 0
        server.issue()
        assert verify.run(tmp_path) == 0
    assert "tickets=2" in capsys.readouterr().out


def test_a_copied_log_is_read_and_not_changed(data: Path) -> None:
    database = data / "server" / "hall.db"
    before = database.read_bytes()
    assert verify.run(data) == verify.run(data / "server") == 0
    assert database.read_bytes() == before


def test_a_log_that_died_with_its_tail_in_the_wal_is_read_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "live").mkdir()
    with running(tmp_path / "live") as server:
        for _ in range(5):
            server.issue()
        shutil.copytree(tmp_path / "live", tmp_path / "copy")
    assert verify.run(tmp_path / "copy") == 0
    assert "tickets=5" in capsys.readouterr().out


def test_a_log_of_nothing_is_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    SmallServer(tmp_path).store.close()
    assert verify.run(tmp_path) == 0
    assert capsys.readouterr().out.startswith("sound: days=0 events=0 ")


# --- I1 to I10 ----------------------------------------------------------------------------------------------


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


def test_i7_facts_are_dense_in_each_memory_of_a_device(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(data, "DELETE FROM fact WHERE device = 'kiosk-2' AND box = 'b2' AND seq = 2")
    assert told(data, capsys) == ["I7 kiosk-2 (b2): fact 2 never came"]


def test_i8_a_late_number_counts_in_the_day_it_is_of(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(data, "DELETE FROM ticket WHERE number IN ('A2-008', 'A2-009')")
    assert [line for line in told(data, capsys) if "tickets in the table" in line] == [
        "I8 2026-11-23: 21 issued in the log, 20 tickets in the table",
        "I8 2026-11-22: 1 issued in the log, 0 tickets in the table",
    ]


@pytest.mark.parametrize(("number", "at"), [("A98", "00:59:00"), ("E2-001", "09:00:00")])
def test_i10_a_number_given_at_another_time_than_it_can_be_is_named(
    data: Path, number: str, at: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seq = seq_of(data, "Issued", f"body LIKE '%{number}\"%'")
    edit(data, seq, lambda body: body["ticket"].update(issued_at=f"2026-11-23T{at}Z"))
    assert any(line.startswith(f"I10 {number} was issued at 2026-11-23T{at}") for line in told(data, capsys))


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


def test_i10_time_that_went_back_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seq = seq_of(data, "CounterPaused")
    early, before = (
        "2026-11-23T01:00:00.000000+00:00",
        one(data, f"SELECT at FROM event WHERE seq = {seq - 1}"),
    )
    change(data, f"UPDATE event SET at = '{early}' WHERE seq = {seq}")
    edit(data, seq, lambda body: body.update(at=early))
    assert told(data, capsys) == [f"I10 event {seq} is of {early}, before event {seq - 1} of {before}"]


# --- what cannot be read ------------------------------------------------------------------------------------


def unreadable(data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert verify.run(data) == 2
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    return line


def test_a_folder_without_a_log_is_said_to_have_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert unreadable(folder, capsys) == f"motcua verify: {folder}: no hall.db here"


def test_a_folder_with_several_logs_asks_which(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(data / "server", data / "backup")
    assert unreadable(data, capsys).endswith("several logs, say which: backup/hall.db, server/hall.db")


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_log_cannot_be_read(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hall.db").write_bytes(content)
    assert "the database cannot be read" in unreadable(tmp_path, capsys)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"command":"another"}', "\x00"])
def test_an_event_that_is_no_event_cannot_be_read(
    data: Path, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db, db:
        db.execute("UPDATE event SET body = ? WHERE seq = 9", (body,))
    assert unreadable(data, capsys).startswith("motcua verify: event 9 (Issued) cannot be read")


def test_an_event_that_lacks_what_it_needs_cannot_be_read(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(data, seq_of(data, "Called"), lambda body: body.pop("counter"))
    assert "(Called) cannot be read: KeyError('counter')" in unreadable(data, capsys)


def test_rubbish_in_a_walls_record_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = data / "devices" / "wall-1" / "shown.jsonl"
    path.write_bytes(b"\xff\xfe\n[]\n" + path.read_bytes())
    assert told(data, capsys) == [
        "I5 devices/wall-1/shown.jsonl:1: not a line of a display's record",
        "I5 devices/wall-1/shown.jsonl:2: not a line of a display's record",
    ]


# --- I11 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE event SET body = replace(body, 'land', 'lane') WHERE seq = 9",
        "UPDATE event SET at = replace(at, '2026', '2025') WHERE seq = 9",
        "UPDATE event SET seal = NULL WHERE seq = 9",
        "DELETE FROM event WHERE seq = (SELECT max(seq) - 1 FROM event)",
    ],
)
def test_i11_a_row_that_somebody_changed_or_took_out_is_named(
    data: Path, deed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db, db:
        assert db.execute(deed).rowcount == 1
    assert verify.run(data) == verify.BROKEN
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("I11")]
    assert told and told[0].startswith("I11 event")


def test_i11_a_log_of_before_there_were_seals_is_sound_and_is_sealed_from_then_on(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(data / "server" / "hall.db")) as db, db:
        db.execute("UPDATE event SET seal = NULL")
    assert verify.run(data) == verify.SOUND
    assert "seal=none" in capsys.readouterr().out
    with running(data / "server") as server:
        server.clock.time = local("08:30", WEDNESDAY)
        server.issue()
    assert verify.run(data) == verify.SOUND
    assert "seal=none" not in capsys.readouterr().out
