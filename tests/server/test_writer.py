"""One writer: commands once each, committed in groups, answered after the commit, whatever the clock does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.hall import commands as c, events as e
from server.hall.refusals import Refusal
from server.store import Batch, Store, command_table, fact_table, rating_table, ticket_table
from server.writer import FactMark, Outcome, WriterGone
from tests.hall.small_hall import frozen, local
from tests.server.small_server import HandClock, SmallServer, running

WEDNESDAY = date(2026, 11, 25)


class Told(list[str]):
    """What happened, in order, from any thread."""


class RecordingStore(Store):
    """A store that says when it commits."""

    told: Told

    def __init__(self, url: str) -> None:
        self.told = Told()
        super().__init__(url)

    def commit(self, batch: Batch) -> None:
        super().commit(batch)
        self.told.append(f"committed {len(batch.outcomes)}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmallServer]:
    with running(tmp_path) as server:
        yield server


def rows(server: SmallServer, table: sa.Table) -> list[Any]:
    with server.store.engine.connect() as db:
        return list(db.execute(table.select()))


# --- once each ----------------------------------------------------------------------------------------------


def test_the_same_id_is_the_same_command(server: SmallServer) -> None:
    command = server.issuing()
    first = server.writer.ask(command)
    assert server.writer.ask(command) == first
    assert server.writer.ask(server.issuing(id=command.id)) == first  # whatever it says the second time
    assert len(rows(server, ticket_table)) == 1


def test_a_refusal_too_is_given_once(server: SmallServer) -> None:
    command = server.command(c.CallNext, counter="1")
    with pytest.raises(Refusal, match="nobody-waiting"):
        server.writer.ask(command)
    server.issue()
    with pytest.raises(Refusal, match="nobody-waiting"):
        server.writer.ask(command)


def test_a_refusal_keeps_what_it_says(tmp_path: Path) -> None:
    with running(tmp_path, HandClock("12:00")) as server:
        command = server.issuing()
        with pytest.raises(Refusal) as told:
            server.writer.ask(command)
        with pytest.raises(Refusal) as again:
            server.writer.ask(command)
    assert again.value.params == told.value.params == {"reopens_at": "2026-11-23T06:30:00Z"}


def test_a_command_is_taken_once_across_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        given, refused = server.issuing(), server.command(c.CallNext, counter="3")
        first = server.writer.ask(given)
        with pytest.raises(Refusal):
            server.writer.ask(refused)
    with running(tmp_path) as server:
        assert server.writer.ask(given) == first
        with pytest.raises(Refusal, match="nobody-waiting"):
            server.writer.ask(refused)
        assert server.issue() == "A99"


def test_a_command_that_comes_twice_in_one_group_is_taken_once(tmp_path: Path) -> None:
    server = SmallServer(tmp_path)
    command = server.issuing()
    outcomes: list[Outcome] = []
    for _ in range(3):
        server.writer.submit(command, outcomes.append)
    server.writer.start()
    server.writer.stop()
    assert len(outcomes) == 3 and outcomes[0] == outcomes[1] == outcomes[2]
    assert len(rows(server, ticket_table)) == 1
    server.store.close()


def test_where_a_fact_came_from_is_kept_once_and_with_its_refusal(server: SmallServer) -> None:
    mark = FactMark("counter-1", 7, "rating", local("08:00"))
    rate = server.command(c.Rate, counter="1", number="A98", level=4, levels=4)
    told: list[Outcome] = []
    for _ in range(2):
        server.writer.submit(rate, told.append, mark)
    server.issue()  # and with it the group is over
    assert [x.refusal for x in told] == ["not-rateable"] * 2
    (fact,) = rows(server, fact_table)
    assert (fact.id, fact.device, fact.seq, fact.kind) == (rate.id, "counter-1", 7, "rating")


# --- commits ------------------------------------------------------------------------------------------------


def test_all_that_wait_share_one_commit_and_are_answered_after_it(tmp_path: Path) -> None:
    server = SmallServer(tmp_path, store=RecordingStore)
    told = server.store.told  # type: ignore[attr-defined]
    commands = [server.issuing() for _ in range(50)]

    def answer(n: int) -> Callable[[Outcome], None]:
        return lambda _: told.append(f"answered {n}")

    for n, command in enumerate(commands):
        server.writer.submit(command, answer(n))
    server.writer.start()
    server.writer.stop()
    server.store.close()
    assert told == ["committed 1", "committed 50", *(f"answered {n}" for n in range(50))]


def test_a_group_is_not_longer_than_it_may_be(tmp_path: Path) -> None:
    server = SmallServer(tmp_path, store=RecordingStore)
    for _ in range(600):
        server.writer.submit(server.issuing(), lambda _: None)
    server.writer.start()
    server.writer.stop()
    assert server.store.told == ["committed 1", "committed 256", "committed 256", "committed 88"]  # type: ignore[attr-defined]
    server.store.close()


def test_what_is_asked_again_needs_no_commit(tmp_path: Path) -> None:
    with running(tmp_path, store=RecordingStore) as server:
        command = server.issuing()
        server.writer.ask(command)
        before = len(server.store.told)  # type: ignore[attr-defined]
        server.writer.ask(command)
        assert len(server.store.told) == before  # type: ignore[attr-defined]


def test_nothing_is_shown_before_it_is_on_disk(tmp_path: Path) -> None:
    server = SmallServer(
        tmp_path, store=RecordingStore, shown=lambda view: told.append(f"shown {len(view.state.tickets)}")
    )
    told = server.store.told  # type: ignore[attr-defined]
    server.writer.submit(server.issuing(), lambda _: told.append("answered"))
    server.writer.start()
    server.writer.stop()
    server.store.close()
    assert told == ["committed 1", "shown 0", "committed 1", "shown 1", "answered"]


def test_two_counters_that_call_at_once_share_one_citizen_between_them(server: SmallServer) -> None:
    for _ in range(20):
        number = server.issue()
        got: list[str | None] = []
        start = threading.Barrier(2)

        def call(counter: str, got: list[str | None] = got, start: threading.Barrier = start) -> None:
            start.wait()
            try:
                got.append(server.ask(c.CallNext, counter=counter)["number"])
            except Refusal as refusal:
                got.append(refusal.code)

        threads = [threading.Thread(target=call, args=(counter,)) for counter in ("1", "2")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(map(str, got)) == [number, "nobody-waiting"]
        for counter in ("1", "2"):
            if server.writer.view.state.counter(counter).current:
                server.ask(c.Finish, counter=counter)


def test_many_kiosks_at_once_get_as_many_numbers(server: SmallServer) -> None:
    numbers: list[str] = []

    def take() -> None:
        numbers.extend(server.issue("justice") for _ in range(25))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"E{n:03}" for n in range(1, 101)]


# --- time ---------------------------------------------------------------------------------------------------


def test_a_clock_set_back_moves_no_order(server: SmallServer) -> None:
    first = server.issue()
    server.clock.passes(seconds=-90)
    second = server.issue()
    assert [server.ask(c.CallNext, counter="1")["number"] for _ in range(2)] == [first, second]
    at = [event.at for _, event in server.store.events()]
    assert at == sorted(at)


def test_a_clock_set_back_before_a_restart_moves_no_order(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.issue()
    with running(tmp_path, HandClock("07:45")) as server:
        server.issue()
        at = [event.at for _, event in server.store.events()]
    assert at == sorted(at)


def test_the_day_turns_by_itself(server: SmallServer) -> None:
    server.issue()
    rev = server.writer.view.rev
    server.clock.time = local("04:00", WEDNESDAY)
    assert server.writer.wait(rev, timeout_s=10).board.day == "2026-11-25"


def test_the_day_ends_whoever_is_left_and_the_tables_say_so(server: SmallServer) -> None:
    for _ in range(3):
        server.issue()
    server.ask(c.CallNext, counter="1")
    server.ask(c.CallNext, counter="2")
    server.ask(c.Start, counter="2")
    server.clock.time = local("08:00", WEDNESDAY)
    assert server.issue() == "A98"
    states = {(row.day, row.number): (row.state, row.reason) for row in rows(server, ticket_table)}
    assert states == {
        ("2026-11-23", "A98"): ("no_show", "auto"),
        ("2026-11-23", "A99"): ("served", "auto"),
        ("2026-11-23", "A100"): ("cancelled", "expired"),
        ("2026-11-25", "A98"): ("waiting", None),
    }


def test_a_hall_that_slept_for_days_wakes_on_the_right_one(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.issue()
    clock = HandClock()
    clock.time = local("08:00", WEDNESDAY)
    with running(tmp_path, clock) as server:
        assert server.issue() == "A98"
        days = [event.day for _, event in server.store.events() if isinstance(event, e.DayOpened)]
    assert days == ["2026-11-23", "2026-11-25"]


# --- views --------------------------------------------------------------------------------------------------


def test_a_view_does_not_change_any_more(server: SmallServer) -> None:
    server.issue()
    view = server.writer.view
    before = frozen(view.state)
    server.ask(c.CallNext, counter="1")
    assert frozen(view.state) == before
    assert server.writer.view.rev == view.rev + 1


def test_whoever_waits_for_a_newer_view_gets_it(server: SmallServer) -> None:
    server.issue()
    rev = server.writer.view.rev
    assert server.writer.wait(rev, timeout_s=0.01).rev == rev
    threading.Timer(0.05, server.issue).start()
    assert server.writer.wait(rev, timeout_s=10).rev == rev + 1


def test_the_wall_is_told_when_its_picture_changes_and_only_then(server: SmallServer) -> None:
    server.issue()
    told = len(server.shown)
    with pytest.raises(Refusal):
        server.ask(c.Recall, counter="1")
    assert len(server.shown) == told
    server.clock.time = local("11:15")  # and nobody did anything: the cut-off
    server.writer.wait(server.writer.view.rev, timeout_s=10)
    assert [line.reason for line in server.shown[-1].board.waiting] == ["cut-off"] * 5


def test_every_start_is_an_epoch_of_its_own(tmp_path: Path) -> None:
    epochs, at = [], int(local("08:00").timestamp())
    for _ in range(3):
        with running(tmp_path) as server:
            epochs.append(server.writer.view.board.epoch)
    assert epochs == [at, at + 1, at + 2]


def test_an_epoch_follows_the_clock_and_never_steps_back(tmp_path: Path) -> None:
    epochs = []
    for at in ("08:00", "09:00", "08:30"):
        with running(tmp_path, HandClock(at)) as server:
            epochs.append(server.writer.view.epoch)
    begin = int(local("08:00").timestamp())
    assert epochs == [begin, begin + 3600, begin + 3601]


def test_what_waits_when_the_writer_stops_is_still_done(tmp_path: Path) -> None:
    server = SmallServer(tmp_path)
    told: list[Outcome] = []
    server.writer.start()
    for _ in range(30):
        server.writer.submit(server.issuing(), told.append)
    server.writer.stop()
    server.store.close()
    assert len(told) == 30


def test_a_writer_that_does_not_answer_is_said_to_be_gone(tmp_path: Path) -> None:
    server = SmallServer(tmp_path)
    with pytest.raises(WriterGone):
        server.writer.ask(server.issuing(), timeout=0.01)
    server.store.close()


# --- the tables beside the log ------------------------------------------------------------------------------


def test_the_tables_follow_a_command_and_its_undo(server: SmallServer) -> None:
    server.issue()
    server.ask(c.CallNext, counter="1")
    server.ask(c.Finish, counter="1")
    assert [row.state for row in rows(server, ticket_table)] == ["served"]
    server.ask(c.Undo, counter="1")
    (row,) = rows(server, ticket_table)
    assert (row.state, row.ended_at) == ("called", None)


def test_a_rating_has_its_row(server: SmallServer) -> None:
    server.ask(c.OpenCounter, counter="1", officer="ha")
    number = server.issue()
    server.ask(c.CallNext, counter="1")
    server.ask(c.Finish, counter="1")
    server.ask(c.Rate, counter="1", number=number, level=2, levels=4, reason="late")
    (row,) = rows(server, rating_table)
    assert (row.day, row.service, row.counter, row.officer) == ("2026-11-23", "land", "1", "ha")
    assert (row.level, row.levels, row.reason) == (2, 4, "late")


def test_every_command_has_its_outcome(server: SmallServer) -> None:
    server.issue()
    with pytest.raises(Refusal):
        server.ask(c.Recall, counter="1")
    outcomes = {row.id: row.refusal for row in rows(server, command_table)}
    assert list(outcomes.values()) == [None, None, "nobody-here"]  # the day, the number, the key
