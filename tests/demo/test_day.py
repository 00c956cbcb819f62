"""The made-up day: the same for the same seed, within the hours, and shaped like the table's work."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.demo.day import arrivals, shares, visit
from server.hall.calendar import openings
from server.site_file import load_site

HANAM = Path(__file__).resolve().parents[2] / "examples" / "hanam"
MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def site():
    return load_site(HANAM / "hall.toml").site


@pytest.fixture(scope="module")
def spans(site):
    return openings(site, MONDAY, 1)[:2]


@pytest.fixture(scope="module")
def day(site, spans):
    return arrivals(site, shares(site, HANAM / "hanam_table.csv"), 1000, 1, spans)


def test_a_seed_is_a_day(site, spans, day):
    share = shares(site, HANAM / "hanam_table.csv")
    assert arrivals(site, share, 1000, 1, spans) == day
    assert arrivals(site, share, 1000, 2, spans) != day


def test_everybody_comes_in_order_and_while_numbers_are_given(day, spans):
    assert len(day) == 1000
    assert day == sorted(day, key=lambda arrival: arrival.at)
    assert all(any(span.opens <= a.at < span.closes for span in spans) for a in day)


def test_the_morning_is_the_busier_half_and_nine_busier_than_eleven(site, day):
    hours = Counter(a.at.astimezone(site.zone).hour for a in day)
    assert sum(hours[h] for h in (7, 8, 9, 10, 11)) > sum(hours[h] for h in (13, 14, 15, 16))
    assert hours[9] > hours[11] > 0


def test_authorities_have_visitors_as_they_have_dossiers(site, day):
    visitors = Counter(site.services[a.service].authority for a in day)
    assert [id for id, _ in visitors.most_common(2)] == ["transport", "justice"]
    assert visitors["transport"] > 5 * visitors["trade"]


def test_an_authority_without_dossiers_has_a_visitor_now_and_then(site):
    share = shares(site, HANAM / "hanam_table.csv")
    assert 0 < share["inspectorate"] == share["university-zone"] < share["culture"]


def test_a_hall_without_a_table_shares_its_visitors_out_evenly(site, tmp_path):
    assert len(set(shares(site, tmp_path / "none.csv").values())) == 1
    assert len(set(shares(site, None).values())) == 1


def test_a_number_has_one_fate(site):
    assert visit(site, "justice-civil", "A001", 1) == visit(site, "justice-civil", "A001", 1)


def test_visits_are_as_the_site_allows(site):
    visits = [visit(site, "transport-licence", f"E{n:03}", 1) for n in range(2000)]
    typical = site.services["transport-licence"].typical
    assert all(timedelta(seconds=45) <= v.service <= typical * 4 for v in visits)
    assert {v.rating[0] for v in visits if v.rating} == {1, 2, 3, 4}
    assert {v.rating[1] for v in visits if v.rating} - {None} <= site.rating_reasons
    assert all(v.rating[1] is None or v.rating[0] == 1 for v in visits if v.rating)
    assert {v.then for v in visits} == {"finish", "transfer", "park"}
    assert all(v.transfer_to in site.services and v.transfer_to != "transport-licence" for v in visits)
    assert any(v.walk is None for v in visits)
