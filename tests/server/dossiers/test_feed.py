"""The running server notices what another process committed, says it once, and starts with what is there."""

from __future__ import annotations

import dataclasses
import queue
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from broker import codec, messages as m, topics
from broker.link import Received
from broker.messages import Words
from server.dossiers import handovers, publications
from server.dossiers.bringing import Delivery
from server.dossiers.feed import LOOK_EVERY_S
from server.dossiers.late import Figures, LateSheet, UnitLine, span, wall_list
from server.dossiers.rows import reappointment_table, text_of
from server.dossiers.shown import shown
from server.dossiers.status import STAGES
from server.dossiers.store import FILE, open_dossiers
from server.dossiers.wall import Publishing
from tests.server.door import SITE, Hall
from tests.server.dossiers.tables import (
    CONFIG,
    DELIVERY,
    NOW,
    ZONE,
    Public,
    brought,
    read,
    resolved,
    row,
    table,
)
from tests.server.small_server import HandClock

WORDS = Words("Tư pháp", "Justice")
LATE = LateSheet("2026-10", span("2026-10", ZONE).ends, (UnitLine("justice", WORDS, WORDS, Figures(1, 2)),))
OPEN = {"status": "Đang xử lý", "resolved": "", "returned": "", "counter": ""}
PATIENCE_S = 20.0


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Public]:
    opened = Public(tmp_path)
    yield opened
    opened.close()


def messages(public: Public) -> list[m.Dossiers]:
    return [codec.decode(topics.DOSSIERS, payload) for payload in public.heard()]


def test_it_looks_often_enough_for_two_seconds() -> None:
    assert LOOK_EVERY_S <= 1.0


def test_each_change_is_said_once_and_each_revision_is_above_the_one_before(public: Public) -> None:
    assert public.feed.look() is False and public.feed.latest().known_at is None, "there is no register"
    public.take(row())
    assert public.feed.look() is True and public.feed.look() is False
    public.take(row(), resolved(code="H42.13-261109-0119"))
    public.feed.look()
    with public.store.writing() as db:
        published = publications.approve(db, LATE, "chief", NOW)
    public.feed.look()
    with public.store.writing() as db:
        publications.withdraw(db, published.id, "chief", NOW)
    public.feed.look()
    said = messages(public)
    late = replace(wall_list(LATE, False), overdue_on="2026-10-31")  # of that day, whenever it was approved
    assert [(len(d.lines), d.late) for d in said] == [(1, None), (2, None), (2, late), (2, None)]
    assert [d.rev for d in said] == sorted({d.rev for d in said})
    assert {(d.site, d.known_at, d.at) for d in said} == {(CONFIG.site.id, NOW, NOW)}
    assert public.feed.latest() == said[-1]


def test_a_draft_is_no_news(public: Public) -> None:
    public.take(row())
    public.feed.look()
    public.store.draft(brought(read(table(row(status="9"))).dossiers), DELIVERY, "token", NOW)
    assert public.feed.look() is False and len(messages(public)) == 1


def test_data_that_is_the_same_but_newer_is_news(public: Public) -> None:
    public.take(row())
    public.feed.look()
    later = NOW + timedelta(hours=1)
    public.store.bring(brought(read(table(row())).dossiers), Delivery(later, "test"), later)
    assert public.feed.look() is True and messages(public)[-1].known_at == later


def test_an_import_beside_it_comes_through_while_it_watches(public: Public, tmp_path: Path) -> None:
    public.feed.look()
    public.feed.start()
    other = open_dossiers(tmp_path, ZONE)
    other.bring(brought(read(table(row())).dossiers), DELIVERY, NOW)
    patience, waited = threading.Event(), 0.0
    while public.feed.latest().known_at is None and waited < PATIENCE_S:
        waited += 0.02
        patience.wait(0.02)
    public.feed.stop()
    other.close()
    assert [line.code for line in public.feed.latest().lines] == ["261109-0118"]
    assert len(messages(public)) == 1


def test_what_one_source_sends_of_its_own_is_shown_as_soon(public: Public) -> None:
    public.take(row())
    public.feed.look()
    other = replace(brought(read(table(row(code="H42.13-261109-0120"))).dossiers)[0])
    public.store.bring([other], Delivery(NOW, "program", source="tax", whole=False), NOW)
    assert public.feed.look() is True
    assert {line.code for line in messages(public)[-1].lines} == {"261109-0118", "261109-0120"}


def test_a_register_is_as_old_as_its_oldest_source(public: Public) -> None:
    """One that sends every minute does not make another's dossiers new; one without dossiers says nothing."""
    day, later = timedelta(days=1), NOW + timedelta(hours=1)
    public.take(row())
    one = brought(read(table(row(code="H42.13-261109-0120"))).dossiers)
    for some, known_at, whole, oldest, newest in (
        (one, later, False, NOW, later),
        (one, NOW - day, False, NOW - day, NOW),  # a small file of before
        ([], NOW - day, True, NOW, NOW),
    ):
        public.store.bring(some, Delivery(known_at, "program", source="tax", whole=whole), later)
        stamp = public.store.stamp()
        assert stamp is not None and (stamp.whole_at, stamp.known_at) == (oldest, newest)
        assert public.said().known_at == oldest
    assert [(last.source, last.rows) for last in stamp.sources] == [("", 1)]


def test_a_wall_says_the_promise_that_holds(public: Public) -> None:
    """Two are promised for the same day; of one it was renewed, so that the other comes first."""
    codes = ("H42.13-261109-0118", "H42.13-261109-0119")
    public.take(*(row(code=code, due="20/11/2026 10:00", **OPEN) for code in codes))
    public.feed.look()
    first = public.store.find(codes[0])
    assert first is not None and first.dossier.due is not None
    later = first.dossier.due + timedelta(days=14)
    with public.store.writing() as db:
        db.execute(
            reappointment_table.insert().values(
                code=codes[0],
                number=1,
                at=text_of(NOW),
                by="chief",
                old_due=text_of(first.dossier.due),
                new_due=text_of(later),
                reason="x",
            )
        )
    public.feed.look()
    said = {line.code: line.due for line in messages(public)[-1].lines}
    assert said == {"261109-0118": later, "261109-0119": first.dossier.due}


def test_only_what_walls_show_is_read(public: Public) -> None:
    """The register may have millions: the message is the same as of all that are shown."""
    codes = [f"H42.13-2611{n % 28 + 1:02}-{n:04}" for n in range(300)]
    public.take(
        *(resolved(code=code) for code in codes[:100]),
        *(row(code=code, due=f"{n % 28 + 1:02}/12/2026", **OPEN) for n, code in enumerate(codes[100:])),
    )
    with public.store.reading() as db:
        some, totals = shown(db, [a.id for a in CONFIG.site.authorities], 20)
    assert len(some) == 40 and totals == {"ready": 100, "processing": 200}
    small = dataclasses.replace(CONFIG, dossier_lines=20)
    few = Publishing(small).dossiers(some, NOW, None, NOW, None, totals)
    assert few == Publishing(small).dossiers(public.store.dossiers(STAGES), NOW, None, NOW)


def test_a_file_that_breaks_does_not_stop_the_hall(
    public: Public, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    public.take(row())
    public.feed.look()
    other = open_dossiers(tmp_path, ZONE)
    with other.writing() as db:
        db.exec_driver_sql("DROP TABLE dossier")
    other.close()
    assert public.feed.look() is False and public.feed.look() is False
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == [
        "dossiers unreadable error=OperationalError"
    ]
    assert len(public.feed.latest().lines) == 1, "what was said stands, and grows old"


def test_a_file_that_could_not_be_read_for_a_while_is_told_once_and_read_again(
    public: Public, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    public.take(row())
    file, aside = tmp_path / FILE, tmp_path / "aside"
    public.store._engine.dispose()  # the next who reads opens it anew
    file.rename(aside)
    file.mkdir()
    assert [public.feed.look() for _ in range(3)] == [False] * 3
    file.rmdir()
    aside.rename(file)
    assert public.feed.look() is True and len(public.feed.latest().lines) == 1
    assert sum(r.levelname == "ERROR" for r in caplog.records) == 1


def test_a_broker_that_forgot_everything_is_told_again(tmp_path: Path) -> None:
    hall = Hall(tmp_path, HandClock())
    hall.start()
    heard = queue.SimpleQueue[Any]()
    hall.broker.link("wall", heard, [(topics.DOSSIERS.of(SITE), 1)]).start()
    said = hall.outlet.dossiers(m.Dossiers(rev=0, at=NOW, known_at=NOW, totals={"ready": 3}))
    hall.outlet.connected(hall.server.writer.view, NOW + timedelta(hours=1))
    hall.stop()
    told = []
    while not heard.empty():
        if isinstance(item := heard.get(), Received):
            told.append(codec.decode(topics.DOSSIERS, item.payload))
    assert [(d.totals, d.known_at) for d in told[-2:]] == [({"ready": 3}, NOW)] * 2
    assert told[-1].rev > said.rev and told[-1].site == SITE


def test_a_result_that_was_handed_over_waits_for_nobody(public: Public) -> None:
    """Whatever its source says, and until it says so: decision 0048."""
    public.take(resolved())
    public.feed.look()
    assert messages(public)[-1].totals["ready"] == 1
    with public.store.writing() as db:
        handovers.record(db, [resolved()["code"]], NOW, "t-1", "7", "officer")
    public.feed.look()
    last = messages(public)[-1]
    assert not last.lines and not last.totals.get("ready")
    with public.store.writing() as db:
        handovers.take_back(db, "t-1", NOW)
    public.feed.look()
    assert messages(public)[-1].totals["ready"] == 1


def test_a_list_of_a_month_that_ran_says_of_which_day_it_is() -> None:
    publishing, ends = Publishing(CONFIG), span("2026-10", ZONE).ends
    said = [
        publishing.as_of(wall_list(LATE, False), ends - timedelta(hours=h)).overdue_on for h in (0, 1, 30)
    ]
    assert said == ["2026-10-31", "2026-10-31", "2026-10-30"]
