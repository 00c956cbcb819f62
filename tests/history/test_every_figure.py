"""Every figure of every page leads to exactly what it counts: on the page, in the list, in the raw log."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from server.hall import commands as c
from server.history.drill import PAGE, Listed, find
from server.history.ledger import History
from server.people.rights import Role
from server.web.history_form import wanted
from server.web.history_page import history_of, today_here
from server.web.words import TEXTS
from tests.history.recompute import Log
from tests.history.test_told_alike import MONTH, QUERIES, Tables, canonical, page_tables
from tests.web.place import Place, Staff, open_place

Behind = Callable[[str], list[Listed]]

# What is told of numbers and calls one by one; the rest are shares, waits and times of these.
COUNTS = {
    "issued": "issued", "served": "served", "no_show": "no_show", "cancelled": "cancelled",
    "expired": "expired", "unfinished": "unfinished", "called": "called", "rated": "rated",
    "requeued": "requeued", "transferred": "transferred", "out_of_turn": "out_of_turn",
    "priority": "priority",
}  # fmt: skip
OF_COUNTS = {
    "lost_share": "lost", "p50": "called", "p90": "called", "longest": "called", "kept": "judged",
    "service": "timed", "handling": "handled", "occupancy": "open", "response": "rated",
}  # fmt: skip
SECRET = {"said", "satisfied", "low", "high"}  # nothing leads from a score to people (decision 0033)
KEYS = {TEXTS(f"measure.{key}", "vi"): key for key in (*COUNTS, *OF_COUNTS, *SECRET)}


def lister(place: Place, history: History) -> Behind:
    """All pages of the list that an address leads to."""
    today, _ = today_here(place.hall)
    site, known = place.config.site, dict[str, list[Listed]]()

    def listed(href: str) -> list[Listed]:
        if href not in known:
            asked = wanted(dict(parse_qsl(urlsplit(href).query)), today)
            assert asked is not None, href
            found = find(history, place.store.engine, site, asked, 1)
            rows = [*found.rows]
            for page in range(2, found.pages + 1):
                rows += find(history, place.store.engine, site, asked, page).rows
            assert len(rows) == found.total and found.pages == max(1, -(-found.total // PAGE)), href
            known[href] = rows
        return known[href]

    return listed


def what_of(href: str) -> str:
    return dict(parse_qsl(urlsplit(href).query))["what"]


@pytest.mark.parametrize("query", [*QUERIES, f"{MONTH}&of=officer:officer-7&by=weekday"])
def test_every_figure_of_the_history_leads_to_what_it_counts(
    chief: Staff, lived: Place, history: History, query: str
) -> None:
    behind, walked = lister(lived, history), 0
    for id, rows in page_tables(chief, query).items():
        if id == "buttons":
            assert not any(href for row in rows for _, href in row)
            continue
        heads = [text for text, _ in rows[0]]
        for row in rows[1:]:
            cells = row[1:3] if id == "summary" else row[1:]
            for place, (text, href) in enumerate(cells, 1):
                key = "heat" if id == "heat" else KEYS[row[0][0] if id == "summary" else heads[place]]
                if key in SECRET or text in ("–", "0"):
                    assert not href or key in OF_COUNTS or key == "heat", (query, key, text)
                    continue
                if not href:
                    assert text in ("0,0", "0:00"), (query, id, row[0][0], key, text)
                    continue
                listed = behind(href)
                walked += 1
                assert listed and all(one.ticket is not None or key == "occupancy" for one in listed)
                if key in COUNTS:
                    assert (what_of(href), len(listed)) == (COUNTS[key], canonical(text)), (href, text)
                else:
                    assert what_of(href) == ("called" if key == "heat" else OF_COUNTS[key])
    assert walked > 30


def test_lists_of_the_month_are_those_of_the_raw_log(lived: Place, history: History, log: Log) -> None:
    """Not only as many: the same numbers, as often, at the same counters under the same officers."""
    behind = lister(lived, history)
    for what in ("requeued", "transferred", "out_of_turn"):
        found = Counter(
            one.deed.ticket for one in behind(f"?what={what}&unit=month&day=2026-11-01") if one.deed
        )
        assert found == Counter({id: p.counts[what] for id, p in log.people.items() if p.counts[what]})
        assert found
    calls = [one.deed for one in behind("?what=calls&unit=month&day=2026-11-01") if one.deed]
    assert Counter((d.ticket, d.counter, d.officer, d.service, d.at) for d in calls) == Counter(
        (s.person, s.counter, s.officer, s.service, s.called) for s in log.standings
    )
    handled = [s for s in log.standings if s.ended is not None and not s.by_closing]
    served = [s for s in handled if s.how == "Finished"]
    assert len(behind("?what=handled&unit=month&day=2026-11-01")) == len(handled)
    assert len(behind("?what=timed&unit=month&day=2026-11-01")) == len(served)
    breaks = behind("?what=breaks&unit=month&day=2026-11-01")
    assert len(breaks) == sum(bool(o.paused) for o in log.opens) > 0


def test_a_list_says_how_often_and_of_how_many_numbers(chief: Staff, history: History, log: Log) -> None:
    counts = [p.counts["requeued"] for p in log.people.values() if p.counts["requeued"]]
    page = chief.get("/history/tickets?what=requeued&span=month:2026-11-01").text
    assert sum(counts) > len(counts)
    assert f'<span id="total" class="n">{sum(counts)}</span> lần, {len(counts)} số</h1>' in page


def test_every_figure_of_working_time_leads_to_what_it_counts(
    chief: Staff, lived: Place, history: History
) -> None:
    behind = lister(lived, history)
    counts = {"Lượt gọi": "calls", "Kết thúc": "timed", "Số lần nghỉ": "breaks"}
    seen: dict[str, int] = defaultdict(int)
    for week in ("2026-11-09", "2026-11-16"):
        rows = Tables(chief.get(f"/working-time/?unit=week&day={week}").text).found["t-work"]
        heads = [text for text, _ in rows[0]]
        for row in rows[1:]:
            counter = row[2][0]
            for head, (text, href) in list(zip(heads, row, strict=True))[3:-1]:
                if text in ("–", "0", "0:00", "0,0"):
                    continue
                assert href, (head, text)
                listed = behind(href)
                assert {one.deed.counter for one in listed if one.deed} == {counter}
                if head in counts:
                    assert (what_of(href), str(len(listed))) == (counts[head], text)
                seen[head] += 1
    assert set(seen) == set(heads[3:-1])


def rich_day(place: Place) -> None:
    """A running day with something of everything."""
    for counter in ("6", "7", "8"):
        place.at(counter, c.OpenCounter, officer=f"officer-{counter}")
    for n in range(22):
        place.issue(
            "environment-permits" if n % 3 else "environment-land", "priority" if n == 7 else "normal"
        )
        place.clock.pass_(minutes=1)
    for n in range(11):
        number = place.at("7" if n % 2 else "6", c.CallNext)["number"]
        place.clock.pass_(minutes=4)
        place.at("7" if n % 2 else "6", c.Finish)
        place.at("7" if n % 2 else "6", c.Rate, number=number, level=1 + n % 4, levels=4)
    place.clock.pass_(minutes=30)
    for end in (c.MarkNoShow, c.Park):
        place.at("7", c.CallNext), place.at("7", end)
    place.at("7", c.CallNext), place.at("7", c.Transfer, to_service="environment-land")
    place.at("7", c.CallNext), place.at("7", c.Start)
    place.at("6", c.CallNext)
    place.at("8", c.PauseCounter, reason="break")
    waiting = next(t for t in place.writer.view.state.tickets.values() if t.state == "waiting")
    place.writer.ask(c.Cancel(id="cancel", by="test", number=waiting.number, reason="test"))
    place.clock.pass_(minutes=7)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = open_place(tmp_path)
    yield place
    place.close()


@pytest.mark.parametrize("over", [False, True])
def test_every_figure_of_a_day_leads_to_what_it_counts(place: Place, over: bool) -> None:
    rich_day(place)
    day = place.writer.view.state.day
    if over:
        rev = place.writer.view.rev
        place.clock.at += timedelta(days=1)
        place.writer.wait(rev, 5)
    staff = place.log_in("chief", Role.MANAGER)
    page = staff.get(f"/figures/?day={day}").text
    with place.app.app_context():
        history = history_of(place.hall)
    history.refresh(place.config.site, *today_here(place.hall), 600)
    behind, texts = lister(place, history), defaultdict[str, set[str]](set)
    for href, text in re.findall(r'<a href="(/history/tickets\?[^"]*)">(.*?)</a>', page, re.S):
        texts[href.replace("&amp;", "&")].add(re.sub("<[^>]+>", "", text).strip())
    whats = {what_of(href) for href in texts}
    assert whats >= {"issued", "served", "no_show", "dropped", "called", "judged", "rated"}
    assert over or whats >= {"waiting", "parked", "at_call", "serving", "lately", "open_now"}
    for href, told in texts.items():
        n = len(behind(href))
        assert n, href
        counts = {count for text in told for count in re.findall(r"\d+", text)}
        of_counts = what_of(href) in ("judged", "lately") or "hour=" in href
        assert str(n) in counts or of_counts, (href, told, n)
        opened = staff.get(href)
        assert opened.status_code == 200 and f'id="total" class="n">{n}<' in opened.text, href
    if not over:
        levels = re.search(r"<table>.*?</table>\s*<p[^>]*id=.told", page, re.S)
        assert levels is not None and "<a " not in levels[0], "nothing leads from a score to people"
        bare = re.findall(r'<td class="n"[^>]*>(?:<strong>)?(\d+)<', page.replace(levels[0], ""))
        assert set(bare) == {"0"}, "no figure stands there without a way"
    called = [t for t in place.writer.view.state.tickets.values() if t.called_at is not None]
    heat = [href for href in texts if "hour=" in href]
    assert over or sum(len(behind(href)) for href in heat) == len(called), "a median of each hour"
    judged = next(href for href in texts if what_of(href) == "judged")
    assert over or len(behind(judged)) == len(called)
