"""Whoever looks at the running day after every answer, and at the day when it is over, sees nobody's answer.

What is told is taken as equations in what each citizen said; elimination in fractions, by words of its own,
tells what they give away together.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import combinations, pairwise
from pathlib import Path

from hypothesis import given, settings, strategies as st

from server.hall.events import Rated
from server.history.cube import ALL, COUNTER, OFFICER, SERVICE, cube_of
from server.history.facts import DayFacts
from server.history.sums import Sums
from server.released import told_so_far
from server.satisfaction import LevelShare, Opinion, Rating, Served, opinions_of
from server.site_file import load_site
from server.unseen import LEAST
from tests.server.test_unseen import rank

QUESTIONS = ("1", "7")
SITE = load_site(Path(__file__).parents[2] / "examples" / "hanam" / "hall.toml").site
ANSWERS = st.lists(
    st.builds(
        Rating,
        level=st.integers(1, 4),
        levels=st.just(4),
        service=st.sampled_from("ab"),
        counter=st.sampled_from("67"),
        officer=st.sampled_from(["ha", "nam", "yen"]),
        reason=st.sampled_from([None, "late"]),
        answers=st.dictionaries(st.sampled_from(QUESTIONS), st.integers(0, 2)),
    ),
    max_size=32,
)


def view(ratings: list[Rating], over: bool) -> dict[tuple[str, str | None], Opinion]:
    """Everything that is told, by group and whose it is."""
    served = [Served(r.service, r.counter, r.officer) for r in ratings]
    found = opinions_of(ratings, served, 4, QUESTIONS, over=over)
    groups = (found.services, found.counters, found.officers)
    named = zip(("service", "counter", "officer"), groups, strict=True)
    return {("site", ""): found.all, **{(name, o.id): o for name, group in named for o in group}}


def pressed(levels: tuple[LevelShare, ...]) -> Counter[int]:
    return Counter({share.level: share.n for share in levels})


@given(ANSWERS)
def test_two_looks_one_after_the_other_differ_by_nothing_or_by_five_answers(ratings: list[Rating]) -> None:
    looks = [view(ratings[:n], over=False) for n in range(len(ratings) + 1)]
    looks.append(view(ratings, over=True))
    for before, now in pairwise(looks):
        for group, opinion in now.items():
            said, then = opinion.satisfaction, before[group].satisfaction if group in before else None
            more = said.told - (then.told if then else 0)
            assert more == 0 or more >= LEAST, group
            assert sum(pressed(said.levels).values()) == said.told
            old = pressed(then.levels) if then else Counter[int]()
            assert all(pressed(said.levels)[level] >= old[level] for level in old)
            for place in range(len(QUESTIONS)):
                mine, was = (
                    opinion.indicators[place],
                    before[group].indicators[place] if group in before else None,
                )
                told = mine.n if mine.mean is not None else 0
                known = was.n if was is not None and was.mean is not None else 0
                assert told == known or told - known >= LEAST, group
            if then is not None and more == 0 and (then.told or said.told == 0):
                assert (opinion.reasons, said.levels) == (before[group].reasons, then.levels)
                assert [i.mean for i in opinion.indicators] == [i.mean for i in before[group].indicators] or (
                    now is looks[-1]
                )


@given(ANSWERS)
@settings(max_examples=60)
def test_all_that_was_told_together_gives_nobody_away(ratings: list[Rating]) -> None:
    """The steps of the running day, then every table of the day: no sum of them is fewer than five."""
    for what in ("", *QUESTIONS):
        gave = [n for n, r in enumerate(ratings) if not what or what in r.answers]
        known = set()
        for n in range(len(ratings) + 1):
            all_of = view(ratings[:n], over=False)["site", ""]
            told = all_of.satisfaction.told if not what else all_of.indicators[QUESTIONS.index(what)].n
            known.add(tuple(int(place < told) for place in range(len(gave))))
        whose = {"site": lambda r: "", "service": lambda r: r.service, "counter": lambda r: r.counter,
                 "officer": lambda r: r.officer}  # fmt: skip
        for (group, id), opinion in view(ratings, over=True).items():
            shown = opinion.satisfaction.told if not what else opinion.indicators[QUESTIONS.index(what)].mean
            if shown if not what else shown is not None:
                known.add(tuple(int(whose[group](ratings[n]) == id) for n in gave))
        rows = [list(row) for row in known if any(row)]
        size = rank(rows)
        kinds = [(ratings[n].service, ratings[n].counter, ratings[n].officer) for n in gave]
        for some in ((0,), (1,), (2,), *combinations(range(3), 2), (0, 1, 2)):
            for part, n in Counter(tuple(kind[w] for w in some) for kind in kinds).items():
                if n < LEAST:
                    row = [int(tuple(kind[w] for w in some) == part) for kind in kinds]
                    assert rank([*rows, row]) > size, (what, part)
        for place in range(len(gave)):
            assert rank([*rows, [int(place == other) for other in range(len(gave))]]) > size, "one answer"


@given(ANSWERS)
def test_periods_are_told_of_a_day_what_its_own_page_tells(ratings: list[Rating]) -> None:
    """No more and no less: of two that hide differently one less the other is what somebody said."""
    at = datetime(2026, 11, 9, 2, tzinfo=UTC)
    log = tuple(
        Rated(
            at=at, command=f"c{n}", by="device:counter", ticket=f"t{n}", counter=r.counter, level=r.level,
            levels=r.levels, reason=r.reason, service=r.service, officer=r.officer, answers=dict(r.answers),
        )
        for n, r in enumerate(ratings)
    )  # fmt: skip
    cube = cube_of(SITE, DayFacts("2026-11-09", (), (), (), (), log, {}))
    dims = {"site": ALL, "service": SERVICE, "counter": COUNTER, "officer": OFFICER}
    for (group, id), opinion in view(ratings, over=True).items():
        sums = cube[dims[group]].get(id or "", Sums())
        said = {f"4-{level}": n for level, n in pressed(opinion.satisfaction.levels).items() if n}
        assert (sums.rated, sums.said) == (opinion.satisfaction.n, said), (group, id)
        answered = Counter(key.partition("-")[0] for key, n in sums.answers.items() for _ in range(n))
        shown = {i.question: i.n for i in opinion.indicators if i.mean is not None}
        assert answered == shown, (group, id)


def test_what_is_told_never_shrinks_and_leaves_five_behind() -> None:
    told = [told_so_far(n) for n in range(1000)]
    assert told[:16] == [0] * 10 + [5] * 5 + [10]
    assert all(b - a in (0, LEAST) for a, b in pairwise(told))
    assert all(n - t >= LEAST for n, t in enumerate(told) if t)
