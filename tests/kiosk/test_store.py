"""The ticket's life on disk: what a power cut leaves is found again, whatever the phase."""

from __future__ import annotations

from pathlib import Path

import msgspec

from broker import messages as m, vocabulary as heard
from kiosk.store import KEPT, Store
from kiosk.vocabulary import KeepConfig, Unfinished
from tests.kiosk import sample
from tests.kiosk.story import Story


def reopened(path: Path) -> Store:
    """The store after a power cut: nobody closed it before."""
    return Store(path)


def test_each_phase_is_on_the_disk_when_the_next_begins(tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "tickets.db"
    store, ticket = Store(path), sample.ticket("r-1")
    assert store.unfinished() == ()
    store.pending("r-1")
    assert reopened(path).unfinished() == (Unfinished("r-1", "pending", 0, None),)
    store.issued("r-1", ticket)
    assert reopened(path).unfinished() == (Unfinished("r-1", "issued", 0, ticket),)
    store.printing("r-1", 1)
    assert reopened(path).unfinished() == (Unfinished("r-1", "printing", 1, ticket),)
    store.ended("r-1", "maybe")
    assert reopened(path).unfinished() == ()
    store.printing("r-1", 2)
    assert reopened(path).unfinished() == (Unfinished("r-1", "printing", 2, ticket),)
    store.ended("r-1", "printed")
    assert reopened(path).endings() == [("r-1", "printed")]


def test_unfinished_lives_come_oldest_first_and_are_never_pruned(tmp_path: Path) -> None:
    store = Store(tmp_path / "tickets.db")
    store.pending("r-b")
    store.issued("r-a", sample.ticket("r-a"))
    for n in range(KEPT + 20):
        store.pending(f"r-{n}")
        store.ended(f"r-{n}", "abandoned")
    assert [u.request for u in store.unfinished()] == ["r-b", "r-a"]
    assert len(store.endings()) <= KEPT + 2


def test_doing_it_twice_is_doing_it_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "tickets.db")
    for _ in range(2):
        store.pending("r-1")
        store.issued("r-1", sample.ticket("r-1"))
        store.ended("r-1", "printed")
    assert store.endings() == [("r-1", "printed")]


def test_a_life_that_has_ended_keeps_its_number_and_not_what_it_was_about(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    store = Store(path)
    ticket = sample.ticket("r-1", dossier="H42.05-261123-0001")
    store.issued("r-1", ticket)
    assert store.unfinished()[0].ticket == ticket
    store.ended("r-1", "printed")
    store.printing("r-1", 2)  # once more, and the power goes
    (left,) = store.unfinished()
    assert left.ticket == sample.ticket("r-1")
    store.close()
    assert b"H42.05-261123" not in path.read_bytes()


def test_a_card_has_no_name_of_whoever_serves(tmp_path: Path) -> None:
    story = Story(ready=False)
    plan = m.CounterPlan(counter="3", levels=4, reasons=(), window_s=600, officer="Nguyễn Thị Hà")
    config = msgspec.structs.replace(sample.config(), counter=plan)
    (kept,) = [e for e in story.hear(heard.ConfigArrived(config)) if isinstance(e, KeepConfig)]
    store = Store(tmp_path / "kiosk.db")
    store.keep_config(kept.config)
    assert store.config() == sample.config()
    store.close()
