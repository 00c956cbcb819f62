"""Points and classes of the nine indicators, groups of Decision 766, and the answers a day may show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec.structs import replace

from server.dossiers import sums
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.register import Channel, Dossier, Leg, Step
from server.dossiers.reports import entered, on_time, scoring
from server.dossiers.reports.groups import Known, computed, hundredths_of, read_lines, total
from server.dossiers.reports.scores import (
    Points,
    Source,
    Whose,
    of_answers,
    of_entered,
    of_share,
    of_time,
    score,
)
from server.dossiers.status import ENDED, Status
from server.dossiers.store import DossierStore, open_dossiers
from server.dossiers.tally import Period
from tests.server.dossiers.tables import ZONE
from tests.server.dossiers.test_sums import KNOWN, dossiers, midnight

MONTH = Period(midnight(date(2026, 2, 1)), midnight(date(2026, 3, 1)))
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    opened = open_dossiers(tmp_path, ZONE)
    yield opened
    opened.close()


def points(mean: str) -> Points:
    return of_entered([int(Decimal(mean) * 100)])


def test_classes_begin_where_the_circular_says() -> None:
    def klass(whose: Whose, *means: str) -> str:
        numbers = (1, 2, 3, 4, 7) if whose is Whose.OFFICER else range(1, 10)
        return score(whose, dict(zip(numbers, map(points, means), strict=False))).klass

    assert [klass(Whose.OFFICER, *["1"] * 4, last) for last in ("1", "0.9")] == ["full", "mostly"]
    assert klass(Whose.OFFICER, "0.7", "0.7", "0.7", "0.7", "0.6") == "partly"
    two = ["2"] * 6
    assert [klass(Whose.AUTHORITY, *two, "1", "1", end) for end in ("1", "0.9")] == ["excellent", "good"]
    assert klass(Whose.AUTHORITY, *["1"] * 9) == "fair" and klass(Whose.AUTHORITY, *["0.6"] * 9) == "weak"


def test_what_has_no_data_is_left_out_and_said() -> None:
    found = score(Whose.OFFICER, {1: of_time(3, 1, 0), 2: of_time(0, 0, 0), 5: points("2"), 7: None})
    assert dict(found.points) == {1: of_time(3, 1, 0)} and found.missing == (2, 3, 4, 7)
    assert (found.total, found.out_of, found.scaled) == (Decimal("1.8"), 2, Decimal("9.0"))
    nothing = score(Whose.AUTHORITY, {})
    assert (nothing.klass, nothing.scaled, nothing.missing) == ("", None, tuple(range(1, 10)))


def test_means_are_rounded_to_one_decimal_halves_upward() -> None:
    assert of_time(1, 0, 7).mean == Decimal("0.3") and of_time(5, 3, 0).mean == Decimal("1.6")
    assert of_answers({"4-2": 3, "4-1": 1, "7-0": 9}, "4").mean == Decimal("1.8")
    assert [of_share(n, 100).total for n in (50, 49, 25, 24)] == [2, 1, 1, 0] and of_share(0, 0).n == 0


def test_the_register_gives_time_agencies_requests_and_the_online_share(store: DossierStore) -> None:
    start = midnight(date(2026, 2, 2)) + timedelta(hours=2)

    def one(n: int, took: int, asked: int = 0, legs: tuple[Leg, ...] = ()) -> Brought:
        dossier = Dossier(
            f"H42.13-260202-{n:04d}",
            "a",
            "x",
            Status.RESOLVED,
            start,
            start + 5 * DAY,
            start + took * DAY,
            officer="An",
            channel=Channel.ONLINE if n % 2 else Channel.IN_PERSON,
        )
        steps = [Step(start + timedelta(hours=k), Status.AWAITING_SUPPLEMENT) for k in range(asked)]
        return Brought(dossier, (Step(start, Status.ACCEPTED), *steps), legs)

    legs = (Leg(1, "a", start, start + DAY, start), Leg(2, "b", start, start + 3 * DAY, start + 4 * DAY))
    some = [one(1, 3), one(2, 5, asked=1), one(3, 6, asked=2), one(4, 4, legs=legs)]
    store.bring(some, Delivery(KNOWN, "test"), KNOWN)
    with store.reading() as db:
        after = Period(MONTH.ends, MONTH.ends + DAY)
        known = scoring.authorities(db, MONTH, ZONE)
        officers = scoring.officers(db, MONTH, ZONE)
        later = scoring.authorities(db, after, ZONE)
    means = {n: (p.n, p.mean) for n, p in known["a"].items()}
    assert means == {
        1: (4, Decimal("1.3")),
        2: (4, Decimal("1.3")),
        3: (4, Decimal("1.3")),
        9: (1, Decimal(2)),
    }
    assert known["b"][2] == of_time(0, 0, 1) and known["b"][1].n == 0
    assert officers["a/An"][3].total == 5 and scoring_of_nobody(later["a"])


def test_of_dossiers_without_a_history_nobody_says_that_papers_were_never_asked_for(
    store: DossierStore,
) -> None:
    start = midnight(date(2026, 2, 2))

    def one(n: int, authority: str) -> Dossier:
        code, over = f"H42.13-260202-{n:04d}", start + 3 * DAY
        return Dossier(code, authority, "x", Status.RESOLVED, start, over, over, officer="An")

    def requests(authority: str) -> tuple[int, int]:
        with store.reading() as db:
            points = scoring.authorities(db, MONTH, ZONE)[authority]
            assert scoring.officers(db, MONTH, ZONE)[f"{authority}/An"][3] == points[3]
        assert points[1].n == 2, "of time all are known"
        return points[3].n, int(points[3].total)

    asks = replace(one(1, "a"), status=Status.AWAITING_SUPPLEMENT, resolved=None)
    bare = [one(2, "a"), one(3, "b"), one(4, "b")]
    store.bring([Brought(asks), *map(Brought, bare)], Delivery(KNOWN - DAY, "test"), KNOWN)
    store.bring([Brought(one(1, "a")), *map(Brought, bare)], Delivery(KNOWN, "test"), KNOWN)
    assert requests("a") == (0, 0), "one request was seen, and of others nobody knows"
    steps = (Step(start, Status.ACCEPTED), Step(start + DAY, Status.RESOLVED))
    told = [Brought(one(2, "a"), steps), Brought(one(3, "b"), (steps[0],))]
    for changed in (2, 0):
        assert store.bring(told, Delivery(KNOWN, "test", whole=False), KNOWN).changed == changed
    for _ in range(2):
        assert requests("a") == (1, 2) and requests("b") == (1, 2), "of those that are told, as a mixture"
        store.bring([Brought(one(3, "b"))], Delivery(KNOWN, "test", whole=False), KNOWN)
        with store.writing() as db:
            sums.recount(db, ZONE)
    missing = score(Whose.OFFICER, {1: of_time(1, 0, 0), 3: Points(0, Decimal(0), Source.REGISTER)})
    assert [missing.why(n) for n in missing.missing] == ["no-data", "no-history", "no-data", "no-data"]


def scoring_of_nobody(known: dict[int, Points]) -> bool:
    return all(p.n == 0 for p in known.values())


def test_what_managers_put_down_is_kept_taken_back_and_the_last_word_counts(store: DossierStore) -> None:
    kind = entered.Kind.INDICATOR
    with store.writing() as db:
        entered.put(db, kind, "2026-Q1", {("a", "5"): 200, ("a", "6"): 100}, "chief", KNOWN)
        entered.put(db, kind, "2026-Q1", {("a", "5"): 0, ("a", "6"): None, ("b", "8"): None}, "chief", KNOWN)
        entered.put(db, entered.Kind.GROUP, "2026-Q1", {("a", "5"): 77}, "chief", KNOWN)
        assert entered.got(db, kind, ["2026-Q1", "2026-Q2"]) == {"2026-Q1": {("a", "5"): 0}}


@st.composite
def with_steps(draw: st.DrawFn, code: int) -> Brought:
    d = draw(dossiers(code))
    hours = draw(st.lists(st.integers(1, 900), max_size=4, unique=True).map(sorted))
    kinds = st.sampled_from((Status.AWAITING_SUPPLEMENT, Status.AWAITING_SUPPLEMENT, Status.PROCESSING))
    return Brought(
        d,
        (
            Step(d.received, Status.ACCEPTED),
            *(Step(d.received + timedelta(hours=h), draw(kinds)) for h in hours),
        ),
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.integers(0, 8).flatmap(lambda n: st.tuples(*(with_steps(code) for code in range(n)))), st.booleans()
)
def test_on_time_is_what_the_formula_says_dossier_by_dossier(
    store: DossierStore, brought: tuple[Brought, ...], runs: bool
) -> None:
    period = Period(MONTH.begins, midnight(date(2026, 4, 1))) if runs else MONTH
    for some in ((), brought):  # histories are added to, so that none of an earlier example may be left
        store.bring(some, Delivery(KNOWN, "test"), KNOWN)
    with store.reading() as db:
        told = on_time.known(db, period, KNOWN, ZONE)
    naive: dict[str, int] = {}
    for d in [one.dossier for one in brought]:
        whole, begins = store.find(d.code), period.begins
        assert whole is not None
        one = Brought(d, whole.steps)  # with what was seen and no source told
        over = (d.ended_at or max(d.received, min(d.due or KNOWN, KNOWN))) if d.status in ENDED else None
        assert begins is not None
        if d.counts and d.received < period.ends and (over is None or over >= begins):
            naive[d.authority] = naive.get(d.authority, 0) + formula(one, over, period)
    assert {id: known.good for id, known in told.items()} == naive


def formula(one: Brought, over: datetime | None, period: Period) -> bool:
    """The note's words, for one dossier; without a request it is the form's own judgement."""
    d, end = one.dossier, min(period.ends, KNOWN)
    steps = [step for step in one.steps if step.at < period.ends]
    asked = [step for step in steps if step.status is Status.AWAITING_SUPPLEMENT]
    ended = over is not None and over < period.ends
    if not any(step.status is Status.AWAITING_SUPPLEMENT for step in one.steps):
        if ended:
            return d.ended_at is not None and d.due is not None and d.ended_at <= d.due
        states = (Status.AWAITING_SUPPLEMENT, Status.AWAITING_PAYMENT)
        waits = over is None and d.status in states if period.ends > KNOWN else steps[-1].status in states
        if period.ends > KNOWN and over is not None:
            return True
        return d.due is None or waits or d.due >= end
    if len(asked) > 1 or d.due is None:
        return False
    if not ended and asked and steps[-1] is asked[0]:
        return asked[0].at <= d.due
    if ended and over is not None:
        end = over
    waited = timedelta()
    if asked:
        after = [step.at for step in steps if step.at > asked[0].at]
        waited = max(timedelta(), min([*after[:1], end]) - asked[0].at)
    return end - waited <= d.due


def test_groups_are_worked_out_by_their_formulas_or_not_at_all() -> None:
    assert computed(Known()) == {}
    found = computed(Known(good=992, counted=1000, online=20, sent=100, late=8, unsatisfied=1, rated=10))
    assert {g: f.value for g, f in found.items()} == {
        "TDGQ": Decimal("19.84"),
        "CLGQ": Decimal("4.80"),
        "MDHL": Decimal("17.84"),
    }
    assert computed(Known(online=80, sent=100))["CLGQ"].value == 12 and not any(
        f.brought for f in found.values()
    )
    assert total(found) == (Decimal("42.48"), 50)


def test_published_scores_are_read_all_or_nothing() -> None:
    def whose(name: str) -> str:
        return {"A": "a", "B": "b"}.get(name, "")

    good, wrong = read_lines("A\t17,5\t20\t\t10\t18\t22\nB;;", whose)
    assert good == {} and [(one.line, one.key, one.cells) for one in wrong] == [(2, "cells", 1)]
    good, wrong = read_lines("x,TDGQ,CKMB,CLGQ,TTTT,MDHL,MDSH\nA,19.75,17.5,12,,18,22\n", whose)
    assert not wrong and good["a", "TDGQ"] == 1975 and good["a", "CKMB"] == 1750 and good["a", "TTTT"] is None
    rest = "\t" * 5
    for text, key in (
        (f"A\t19{rest}", "too-much"),
        (f"A\t1x{rest}", "no-score"),
        (f"C\t1{rest}", "authority"),
        ("", "nothing"),
        *(
            (text, "cells")
            for text in ("A,16,15,10,8,16,20,99", "A\t17,5\t19", "A,17,5,15,10,8,16,20", "A", f"A{rest}")
        ),
    ):
        taken, told = read_lines(text, whose)
        assert not taken and [one.key for one in told] == [key], text
    assert read_lines(f"A\t1{rest}\nA\t2{rest}", whose)[1][0].key == "twice"
    for head in ("x\tTDGQ\tCKMB", "x;CKMB;TDGQ;CLGQ;TTTT;MDHL;MDSH;note", "x;CKMB;;TDGQ;CLGQ;TTTT;MDHL;MDSH"):
        assert read_lines(head, whose)[1][0].key == "groups"
    good, wrong = read_lines("A, B, C\t1,5\t1,5\t1,5\t1,5\t1,5\t1,5", lambda name: "a")
    assert not wrong and set(good.values()) == {150}, "commas part nothing where tabs stand"
    with pytest.raises(ValueError, match="no-score"):
        hundredths_of("1.234", "CKMB")
