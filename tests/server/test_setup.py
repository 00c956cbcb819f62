"""The hall becomes another one while people wait: versions, refusals, plans, and what a restart finds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from broker import messages as m, topics
from hardware.settings import SettingsError
from server.hall import commands as c
from server.hall.refusals import Refusal
from server.hall.tickets import Klass
from server.setup import Change, Setup, Setups, document_of, stored, versions
from server.site_file import load_document, load_site
from server.site_shape import Counter, Device, File, Words
from server.store import Store, sqlite_url
from server.verify import Verification
from server.writer import Writer
from tests.server.door import Hall
from tests.server.small_server import HandClock, running as small_hall
from tests.web.place import HANAM

DOCUMENT = load_document(HANAM)


@dataclass
class Running:
    writer: Writer
    store: Store
    clock: HandClock
    ids: Iterator[int]

    def change(self, document: File | None, base: int | None = None, **more: Any) -> int:
        change = Change(
            id=f"change-{next(self.ids)}",
            by="officer:quan",
            base=self.writer.newest if base is None else base,
            document=document,
            **more,
        )
        return int(self.writer.change(change).result["version"])

    def issue(self, service: str) -> str:
        n = next(self.ids)
        asked = c.Issue(
            id=f"i{n}", by="test", ticket=f"t{n}", token=f"k{n}", source="kiosk-1", service=service,
            klass=Klass.NORMAL,
        )  # fmt: skip
        return str(self.writer.ask(asked).result["number"])


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    store, clock = Store(sqlite_url(tmp_path / "hall.db")), HandClock()
    setups = Setups(Setup.of(1, DOCUMENT))
    writer = Writer(setups, store, clock, lambda view: None)
    writer.start()
    yield Running(writer, store, clock, count())
    writer.stop()
    store.close()


def first_service(document: File = DOCUMENT) -> str:
    return document.authority[0].service[0].id


def notice(text: str) -> File:
    return replace(DOCUMENT, notice=(Words(text, text),))


def test_a_change_holds_for_the_very_next_command_and_board(running: Running) -> None:
    before = running.writer.view
    assert running.change(notice("Nghỉ trưa muộn"), note="theo công văn 12") == 2
    view = running.writer.view
    assert view.setup.version == 2 and view.rev > before.rev
    assert [n.vi for n in view.board.notices] == ["Nghỉ trưa muộn"]
    [newest, *_] = versions(running.store.engine)
    assert (newest.version, newest.by, newest.note, newest.state) == (
        2, "officer:quan", "theo công văn 12", "in-force",
    )  # fmt: skip
    assert document_of(running.store.engine, 2) == notice("Nghỉ trưa muộn")
    assert document_of(running.store.engine, 9) is None


def test_whoever_did_not_see_the_newest_version_is_told_and_nothing_changes(running: Running) -> None:
    running.change(notice("một"))
    with pytest.raises(Refusal) as stale:
        running.change(notice("hai"), base=1)
    assert (stale.value.code, stale.value.params) == ("setup-stale", {"version": 2})
    assert running.writer.view.board.notices[0].vi == "một"


def test_two_at_once_are_one_after_the_other_and_the_second_is_told(running: Running) -> None:
    said: list[object] = []

    def change(text: str) -> None:
        try:
            said.append(running.change(notice(text), base=1))
        except Refusal as refusal:
            said.append(refusal.code)

    threads = [threading.Thread(target=change, args=(f"thông báo {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, said)) == ["2", *["setup-stale"] * 7]


def test_the_same_change_sent_twice_is_one(running: Running) -> None:
    change = Change(id="one", by="officer:quan", base=1, document=notice("một"))
    again = [running.writer.change(change).result["version"] for _ in range(2)]
    assert (again, running.writer.newest) == ([2, 2], 2)


def test_what_makes_no_sense_is_refused_with_its_place(running: Running) -> None:
    counter = replace(DOCUMENT.counter[0], services=("no-such-service",), then=())
    with pytest.raises(Refusal) as wrong:
        running.change(replace(DOCUMENT, counter=(counter, *DOCUMENT.counter[1:])))
    assert wrong.value.code == "setup-wrong"
    assert any(p.where.startswith("counter.0.services") for p in wrong.value.params["problems"])
    assert running.writer.newest == 1


def test_what_would_break_the_day_is_refused_now_and_taken_for_tomorrow(running: Running) -> None:
    service = first_service()
    number = running.issue(service)
    first = DOCUMENT.authority[0]
    other = replace(
        DOCUMENT, authority=(replace(first, service=tuple(replace(s, digits=4) for s in first.service)),
                             *DOCUMENT.authority[1:])
    )  # fmt: skip
    with pytest.raises(Refusal) as broken:
        running.change(other)
    assert broken.value.code == "setup-breaks" and broken.value.params["problems"]
    running.clock.passes(seconds=1)
    today = date.fromisoformat(running.writer.view.state.day or "")
    assert running.change(other, starts=date.fromordinal(today.toordinal() + 2)) == 2
    assert running.writer.view.setup.version == 1 and running.writer.planned is not None
    assert len(running.issue(service)) == len(number)

    running.clock.passes(days=2)
    assert len(running.issue(service)) == len(number) + 1
    assert running.writer.view.setup.version == 2 and running.writer.planned is None
    assert [(v.version, v.state) for v in versions(running.store.engine)] == [(2, "in-force")]


def test_a_plan_can_be_replaced_and_taken_back(running: Running) -> None:
    running.issue(first_service())
    tomorrow = date.fromordinal(date.fromisoformat(running.writer.view.state.day or "").toordinal() + 2)
    assert running.change(notice("mai"), starts=tomorrow) == 2
    assert running.change(notice("mai nữa"), starts=tomorrow) == 3
    assert running.change(None) == 3
    with pytest.raises(Refusal) as nothing:
        running.change(None)
    assert nothing.value.code == "nothing-planned"
    running.clock.passes(days=2)
    running.issue(first_service())
    assert running.writer.view.setup.version == 1
    assert [v.state for v in versions(running.store.engine) if v.version > 1] == ["withdrawn", "withdrawn"]


def in_days(running: Running, days: int) -> date:
    running.issue(first_service())
    return date.fromordinal(date.fromisoformat(running.writer.view.state.day or "").toordinal() + days)


def test_a_change_at_once_carries_what_is_planned_over(running: Running, tmp_path: Path) -> None:
    starts = in_days(running, 2)
    assert running.change(replace(DOCUMENT, hotline="1900 1234"), starts=starts, note="đổi số") == 2
    assert running.change(notice("Nghỉ trưa muộn")) == 3
    view, plan = running.writer.view, running.writer.planned
    assert (view.setup.version, view.setup.document) == (3, notice("Nghỉ trưa muộn"))
    assert plan is not None and (plan.version, plan.starts, running.writer.newest) == (4, starts, 4)
    assert plan.document == replace(notice("Nghỉ trưa muộn"), hotline="1900 1234")
    told = [(v.version, v.state, v.note) for v in versions(running.store.engine)]
    assert told == [(4, "planned", "↷ 2"), (3, "in-force", ""), (2, "withdrawn", "đổi số")]
    kinds = [type(event).__name__ for _, event in running.store.events()]
    assert kinds[-3:] == ["SetupPlanned", "SetupChanged", "SetupPlanned"]
    found = stored(running.store.engine)
    assert found is not None and found.planned is not None and found.planned.document == plan.document
    assert Verification(tmp_path).run() == 0

    running.clock.passes(days=2)
    running.issue(first_service())
    assert running.writer.view.setup.document == plan.document and running.writer.planned is None
    assert Verification(tmp_path).run() == 0


def test_a_change_at_once_that_clashes_with_the_plan_is_refused(running: Running) -> None:
    starts = in_days(running, 2)
    running.change(replace(DOCUMENT, hotline="1900 1234"), starts=starts)
    with pytest.raises(Refusal) as planned:
        running.change(replace(DOCUMENT, hotline="1900 9999"))
    assert planned.value.code == "setup-planned"
    assert planned.value.params == {"version": 2, "starts": str(starts)}
    assert (running.writer.view.setup.version, running.writer.newest) == (1, 2)


def test_a_plan_that_would_make_no_sense_any_more_refuses_the_change(running: Running) -> None:
    starts = in_days(running, 2)
    spare = Counter("99", services=(first_service(),))
    assert running.change(replace(DOCUMENT, counter=(*DOCUMENT.counter, spare))) == 2
    now = running.writer.view.setup.document
    assert now is not None
    running.change(DOCUMENT, starts=starts)  # takes the counter away
    screen = Device("screen-99", "counter", counter="99")
    now = replace(now, device=(*now.device, screen))
    with pytest.raises(Refusal) as planned:
        running.change(now)
    assert planned.value.code == "setup-planned" and running.writer.view.setup.version == 2


def test_another_centres_document_is_refused(running: Running) -> None:
    with pytest.raises(Refusal) as other:
        running.change(replace(DOCUMENT, id="elsewhere"))
    assert other.value.code == "setup-other-site"


def test_a_restart_goes_on_with_what_holds_and_what_is_planned(running: Running, tmp_path: Path) -> None:
    running.issue(first_service())
    running.change(notice("một"))
    tomorrow = date.fromordinal(date.fromisoformat(running.writer.view.state.day or "").toordinal() + 2)
    running.change(notice("mai"), starts=tomorrow)
    found = stored(running.store.engine)
    assert found is not None and found.planned is not None
    assert (found.now.version, found.planned.version, found.planned.starts) == (2, 3, tomorrow)
    assert found.now.document == notice("một")


def test_the_log_says_which_configuration_held(running: Running, tmp_path: Path) -> None:
    running.issue(first_service())
    running.change(notice("một"))
    kinds = [type(event).__name__ for _, event in running.store.events()]
    assert kinds[-1] == "SetupChanged"
    assert Verification(tmp_path).run() == 0


def test_a_document_survives_its_way_through_the_database() -> None:
    body = msgspec.json.encode(DOCUMENT)
    assert msgspec.json.decode(body, type=File) == DOCUMENT


def test_a_hall_file_that_is_wrong_names_its_place(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(HANAM.read_text(encoding="utf-8").replace("Asia/Ho_Chi_Minh", "Asia/Hanoi"), "utf-8")
    with pytest.raises(SettingsError) as wrong:
        load_site(path)
    assert "time_zone" in str(wrong.value)


def test_every_device_is_told_after_a_change_and_before_the_board(tmp_path: Path) -> None:
    hall = Hall(tmp_path, HandClock(), Setup.of(1, replace(DOCUMENT, id="small")))
    hall.start()
    try:
        kiosk = hall.kiosk
        first = kiosk.hear(topics.CONFIG)
        assert isinstance(first, m.DeviceConfig)
        changed = replace(DOCUMENT, id="small", hotline="0226 1022")
        hall.server.writer.change(Change(id="c", by="test", base=1, document=changed))
        told = kiosk.hear(topics.CONFIG)
        while told.kiosk is None or told.kiosk.hotline != "0226 1022":
            told = kiosk.hear(topics.CONFIG)
        assert told.rev > first.rev
    finally:
        hall.stop()


def test_a_hall_whose_configuration_no_file_holds_is_not_changed(tmp_path: Path) -> None:
    with small_hall(tmp_path) as server:
        change = Change(id="c", by="test", base=1, document=replace(DOCUMENT, id="small"))
        with pytest.raises(Refusal) as fixed:
            server.writer.change(change)
        assert (fixed.value.code, server.writer.newest) == ("setup-fixed", 1)
