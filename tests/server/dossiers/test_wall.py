"""What walls are told: the order, the places, how much of a code, and never more than a message holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, strategies as st

from broker import codec, messages as m
from broker.messages import LateList, LateUnit
from server.dossiers.register import Dossier
from server.dossiers.status import STAGES, Status
from server.dossiers.wall import GROUPS, Publishing, shares
from server.hall.site import Words
from tests.server.dossiers.tables import CONFIG, NOW, read, resolved, row, table

PUBLISHING = Publishing(CONFIG)


def codes(*rows: dict[str, str]) -> list[str]:
    found = read(table(*rows))
    assert not found.refused
    return [line.code for line in PUBLISHING.dossiers(found.dossiers, NOW, None, NOW).lines]


def many(count: int, status: Status, **more: object) -> list[Dossier]:
    base = {"authority": "justice", "procedure": "x", "received": NOW, "due": NOW, "resolved": None}
    return [
        msgspec.convert(
            {**base, "code": f"H42.13-261109-{n:04d}", "status": status, **more}, Dossier, strict=False
        )
        for n in range(count)
    ]


def test_ready_first_then_those_that_wait_for_the_citizen_then_by_the_nearest_promise() -> None:
    assert codes(
        row(code="H42.13-261109-0001", due="30/11/2026"),
        row(code="H42.13-261109-0002", due="10/11/2026"),  # overdue
        row(code="H42.13-261109-0003", status="5", due="29/11/2026"),
        row(code="H42.13-261109-0004", status="6", due="28/11/2026"),
        resolved(code="H42.13-261109-0005", resolved="20/11/2026"),
        resolved(code="H42.13-261109-0006", resolved="21/11/2026"),
        row(code="H42.13-261109-0007", status="2", due="12/11/2026"),
    ) == [f"261109-000{n}" for n in (6, 5, 4, 3, 2, 7, 1)]


def test_what_is_over_or_not_taken_in_is_not_shown() -> None:
    rows = [row(code=f"H42.13-261109-000{n}", status=str(n)) for n in (1, 3, 7, 8)]
    assert codes(*rows, row(code="H42.13-261109-0009", status="10")) == []
    found = read(table(*rows, row(status="4")))
    assert PUBLISHING.dossiers(found.dossiers, NOW, None, NOW).totals == {"processing": 1}


def test_a_line_says_the_halls_short_name_a_place_or_a_day_and_nothing_else() -> None:
    found = read(
        table(
            resolved(code="000.00.13.H42-261109-0118", counter="4"),
            row(code="000.00.13.H42-261109-0119", status="6", counter="quầy 5"),
            row(code="000.00.13.H42-261109-0120", due="30/11/2026", counter="5"),
            row(code="000.00.13.H42-261109-0121", due="27/11/2026 10:00"),
        )
    )
    said = PUBLISHING.dossiers(found.dossiers, NOW, None, NOW)
    assert msgspec.to_builtins(said.lines[0]) == {
        "code": "261109-0118",
        "authority": {"vi": "Tư pháp", "en": "Justice"},
        "stage": "ready",
        "due": None,
        "place": "4",
    }
    assert [(line.place, line.due) for line in said.lines[1:]] == [
        ("5", None),
        ("", datetime(2026, 11, 27, 3, tzinfo=UTC)),
        ("", datetime(2026, 11, 30, 10, tzinfo=UTC)),  # a day without an hour: until the hall closes at 17:00
    ]


def test_the_place_follows_from_the_hall_only_where_there_is_one() -> None:
    counters = {
        id: replace(c, services=tuple(s for s in c.services if s != "justice-results" or id == "5"))
        for id, c in CONFIG.site.counters.items()
    }
    one = Publishing(replace(CONFIG, site=replace(CONFIG.site, counters=counters)))
    ready = many(1, Status.RESOLVED)
    assert one.dossiers(ready, NOW, None, NOW).lines[0].place == "5"
    assert PUBLISHING.dossiers(ready, NOW, None, NOW).lines[0].place == "", "two counters give results out"


def test_a_hall_may_show_whole_codes() -> None:
    whole = Publishing(replace(CONFIG, codes="whole"))
    assert whole.dossiers(many(1, Status.RESOLVED), NOW, None, NOW).lines[0].code == "H42.13-261109-0000"


@pytest.mark.parametrize(("most", "given_"), [(600, [300, 150, 150]), (180, [90, 45, 45]), (6, [4, 1, 1])])
def test_totals_are_true_where_lines_end_and_every_group_has_its_share(most: int, given_: list[int]) -> None:
    some = many(5000, Status.RESOLVED) + many(400, Status.AWAITING_PAYMENT) + many(500, Status.PROCESSING)
    said = Publishing(replace(CONFIG, dossier_lines=most)).dossiers(some, NOW, None, NOW)
    assert said.totals == {"ready": 5000, "payment": 400, "processing": 500}
    stages = [line.stage for line in said.lines]
    assert [stages.count(stage) for stage in ("ready", "payment", "processing")] == given_


def test_long_names_do_not_break_the_message() -> None:
    long = Words("Ữ" * 120, "ữ" * 120)
    site = replace(CONFIG.site, authorities=tuple(replace(a, short=long) for a in CONFIG.site.authorities))
    units = (LateUnit(m.Words("Ữ" * 120, "x" * 120), 1, 1),) * 60
    said = Publishing(replace(CONFIG, site=site, dossier_lines=600)).dossiers(
        many(2000, Status.RESOLVED), NOW, LateList("2026-10", units), NOW
    )
    assert 200 < len(said.lines) < 600 and said.totals == {"ready": 2000}
    assert len(codec.encode(said, 200)) <= codec.MAX_BYTES


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=3))
def test_no_place_is_left_empty_while_anybody_waits(wanted: list[int]) -> None:
    least = [int(part * 600) for _, part in GROUPS]
    given_ = shares(wanted, least, 600)
    assert sum(given_) == min(600, sum(wanted))
    for want, got, share in zip(wanted, given_, least, strict=True):
        assert min(want, share) <= got <= want


def test_every_stage_is_in_one_group() -> None:
    assert sorted(s for stages, _ in GROUPS for s in stages) == sorted(set(STAGES.values()))


def test_without_a_register_there_is_nothing_and_it_says_so() -> None:
    said = PUBLISHING.dossiers([], None, None, NOW + timedelta(days=1))
    assert (said.lines, said.totals, said.known_at) == ((), {}, None)
