"""What is kept beside the log may go at any time, and never lies about a log that has gone on."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.hall import commands as c
from server.history.cube import ALL, DIMS
from server.history.ledger import History, open_history
from server.history.sums import Sums
from server.site_file import load_site
from server.web.history_page import today_here
from tests.history.month import FIRST_DAY, LAND, Month
from tests.web.place import HANAM, HandClock, Place, open_place

FIRST, END = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def copied(lived: Place, tmp_path: Path) -> Iterator[sa.Engine]:
    """The month's log alone, in a place of its own."""
    source = Path(str(lived.store.engine.url.database))
    with sa.create_engine(f"sqlite:///{source}").connect() as db:
        db.exec_driver_sql(f"VACUUM INTO '{tmp_path / 'hall.db'}'")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'hall.db'}")
    yield engine
    engine.dispose()


def read(history: History, place: Place) -> dict[str, dict[str, Sums]]:
    today, now = today_here(place.hall)
    assert history.refresh(place.config.site, today, now, 600) == []
    return {dim: history.total(dim, FIRST, END) for dim in DIMS}


def test_what_is_kept_can_be_deleted_or_spoiled_at_any_time(copied: sa.Engine, lived: Place) -> None:
    file = Path(str(copied.url.database)).with_name("figures.db")
    history = open_history(copied)
    whole = read(history, lived)
    assert file.exists() and whole[ALL][""].issued > 0
    for beside in file.parent.glob("figures.db*"):
        beside.unlink()
    assert read(history, lived) == whole
    for beside in file.parent.glob("figures.db-*"):
        beside.unlink()
    file.write_bytes(b"this is no database" * 500)
    assert read(open_history(copied), lived) == whole
    history.forget()
    assert read(history, lived) == whole


def test_another_log_under_the_same_name_is_noticed(copied: sa.Engine, lived: Place, tmp_path: Path) -> None:
    """A backup is put back: fewer events, or others under the same numbers."""
    history = open_history(copied)
    whole = read(history, lived)
    with copied.begin() as db:
        last = db.exec_driver_sql("SELECT max(seq) FROM event").scalar()
        db.exec_driver_sql(f"DELETE FROM event WHERE seq > {int(last or 0) - 300}")
    fewer = read(history, lived)
    assert fewer[ALL][""].issued < whole[ALL][""].issued
    assert fewer == read(open_history(_moved(copied, tmp_path / "other")), lived)


def _moved(engine: sa.Engine, folder: Path) -> sa.Engine:
    folder.mkdir()
    engine.dispose()
    shutil.copy(str(engine.url.database), folder / "hall.db")
    return sa.create_engine(f"sqlite:///{folder / 'hall.db'}", poolclass=sa.pool.NullPool)


def test_other_promises_are_judged_anew(copied: sa.Engine, lived: Place) -> None:
    history = open_history(copied)
    before = read(history, lived)[ALL][""]
    site = lived.config.site
    strict = {id: replace(s, target=timedelta(minutes=1)) for id, s in site.services.items()}
    today, now = today_here(lived.hall)
    history.refresh(replace(site, services=strict), today, now, 600)
    after = history.total(ALL, FIRST, END)[""]
    assert after.kept < before.kept and after.judged == before.judged and after.waits == before.waits


def test_numbers_told_for_a_day_that_was_summed_are_seen(tmp_path: Path) -> None:
    place = open_place(tmp_path, clock=HandClock(datetime(2026, 11, 9, 0, 5, tzinfo=UTC)))
    try:
        month = Month(place)
        month.day(0)
        day = FIRST_DAY
        month.clock(day + timedelta(days=1), 7, 10)
        month.day_turned()
        history = open_history(place.hall.engine)
        before = read(history, place)[ALL][""].issued
        month.by_hand(day, (f"{place.config.site.services[LAND].letter}0-001", "served", 20, 41))
        after = read(history, place)[ALL][""]
        assert after.issued == before + 1 and after.agree
        one_day = history.total(ALL, day, day + timedelta(days=1))[""]
        assert one_day == after
    finally:
        place.close()


def test_the_running_day_is_in_the_figures_as_it_goes(tmp_path: Path) -> None:
    place = open_place(tmp_path, clock=HandClock(datetime(2026, 11, 9, 1, 5, tzinfo=UTC)))
    try:
        history = open_history(place.hall.engine)
        place.at("7", c.OpenCounter, officer="officer-7")
        for n in range(3):
            place.issue(LAND)
            place.clock.pass_(minutes=2)
            sums = read(history, place)[ALL][""]
            assert (sums.issued, sums.unfinished, sums.agree) == (n + 1, n + 1, True)
        called = place.at("7", c.CallNext)["number"]
        place.clock.pass_(minutes=3)
        place.at("7", c.Finish)
        place.at("7", c.Rate, number=called, level=4, levels=4)
        sums = read(history, place)[ALL][""]
        assert (sums.served, sums.called, sums.unfinished, sums.rated, sums.said_n) == (1, 1, 2, 1, 0)
        assert sums.open_us == 9 * 60 * 1_000_000
    finally:
        place.close()


def test_little_is_summed_for_one_reader_and_the_newest_first(copied: sa.Engine, lived: Place) -> None:
    history = open_history(copied)
    today, now = today_here(lived.hall)
    left = history.refresh(lived.config.site, today, now, 0.0)
    assert len(left) > 1 and left == sorted(left, reverse=True)
    again = history.refresh(lived.config.site, today, now, 0.0)
    assert again == left[1:]


def test_waits_over_a_zone_of_summer_time_count_in_the_right_half_hour(tmp_path: Path) -> None:
    """In Berlin the clocks went back on 25 October 2026: the hour from 02:00 was there twice."""
    text = HANAM.read_text(encoding="utf-8").replace('"Asia/Ho_Chi_Minh"', '"Europe/Berlin"')
    file = tmp_path / "hall.toml"
    file.write_text(text, encoding="utf-8")
    assert str(load_site(file).site.zone) == "Europe/Berlin"
    place = open_place(tmp_path, clock=HandClock(datetime(2026, 10, 23, 5, 35, tzinfo=UTC)), hall_file=file)
    try:
        history = open_history(place.hall.engine)
        place.issue(LAND)  # 07:35 in summer time
        rev = place.writer.view.rev
        place.clock.at = datetime(2026, 10, 26, 6, 35, tzinfo=UTC)  # 07:35 in winter time
        while place.writer.wait(rev, 5).state.day != "2026-10-26":
            rev = place.writer.view.rev
        place.writer.ask(
            c.Issue(id=uuid.uuid4().hex, by="test", ticket="w", token="w", source="kiosk-1", service=LAND)
        )
        today, now = today_here(place.hall)
        history.refresh(place.config.site, today, now, 60)
        slots = history.total("slot", date(2026, 10, 23), date(2026, 10, 27))
        assert {slot: s.issued for slot, s in slots.items()} == {"4.15": 1, "0.15": 1}
    finally:
        place.close()
