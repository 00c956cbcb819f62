"""Asking the citizens of one counter how they were served, page by page. Pure.

Each number of a day is asked once, and only after it was served at this counter: the faces, a reason after a
negative one, then the questionnaire. An answer is a fact as soon as its level is known, whatever the server
does and whatever happens to the rest of the pages. Knows no pixels, disks, threads, chance or keys; the
terminal (`kiosk.counter.core`) and a kiosk that stands at a counter both ask through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from broker import messages as m, vocabulary as heard
from broker.vocabulary import Now
from kiosk.counter.known import Known
from kiosk.counter.view import (
    NEGATIVE,
    OTHER,
    Asked,
    Faces,
    Inquiry,
    Level,
    More,
    Points,
    Reason,
    Reasons,
    Skip,
    TakeNumber,
    Target,
    Thanks,
    face_of,
    reasons_page,
)
from kiosk.counter.vocabulary import Drop, Keep, Rate, Record, Settle, Wake

RATINGS: Final = tuple(f"rate-{level}" for level in range(1, 6))

DWELL_S: Final = 0.5  # a new page is dead so long: nobody reads faster, and a double tap is one tap
REASON_S: Final = 20.0  # who gave an answer and walked away gave no reason
QUESTION_S: Final = 20.0  # nor more answers
THANKS_S: Final = 3.0
LEAVING_S: Final = 30.0  # who was ended by "next" may answer while the next one walks up
ASIDE_S: Final = 60.0  # a question that gave way to somebody who wants a number comes back after so long

Reasoned = tuple[m.PriorityGroup, ...]
Mixed = Callable[[Reasoned], Sequence[m.PriorityGroup]]


@dataclass(frozen=True)
class _Open:
    """`number` is asked; its faces close at `closes`, by the hall's time.

    rate: the answer so far, None while the faces are open. Then `reasons` are open, in this citizen's order,
    or else the first of `questions`, which are those still to be asked, of `total`.
    """

    day: str
    number: str
    closes: datetime
    rate: Rate | None = None
    reasons: Reasoned = ()
    page: int = 0
    questions: tuple[m.Question, ...] = ()
    total: int = 0


@dataclass(frozen=True)
class _Thanking:
    lang: m.Lang


class Asking:
    """What one counter's citizens are asked.

    settled: (day, number) that had their say. draft: an answer kept when a power cut came. mixed: reasons in
    another order, the only chance there is. guest: on a kiosk's screen, whose next citizen wants a number.
    """

    def __init__(
        self,
        known: Known,
        settled: Iterable[tuple[str, str]],
        draft: Rate | None,
        mixed: Mixed,
        *,
        guest: bool = False,
    ) -> None:
        self._known, self._settled, self._draft = known, set(settled), draft
        self._mixed, self._guest = mixed, guest
        self._step: _Open | _Thanking | None = None
        self._changed = float("-inf")
        self._aside_until: float | None = None

    # --- what happens -----------------------------------------------------------------------------------

    def begin(self) -> list[Record]:
        """At the start, once: the answer that a power cut left behind counts as it stands."""
        draft, self._draft = self._draft, None
        if draft is None:
            return []
        self._settled.add((draft.day, draft.number))
        return [draft, Settle(draft.day, draft.number)]

    def hear(self, input: heard.Heard, now: Now) -> list[Record]:
        """The server said something: close what is over, ask who was served just now."""
        if not self._known.take(input):
            return []
        if self._known.board is not None:
            day = self._known.day
            self._settled = {pair for pair in self._settled if pair[0] == day}
        return self._reconsider(now)

    def tap(self, target: Target | None, now: Now) -> list[Record]:
        """A finger on a target of the page."""
        step, plan = self._step, self._known.plan
        if now.mono < self._changed + DWELL_S or not isinstance(step, _Open) or plan is None:
            return []
        if step.rate is None:
            return [] if self._aside_until is not None else self._rated(step, plan, target, now)
        match target:
            case Reason(id) if step.reasons:
                return self._inquire(step, replace(step.rate, reason=id), plan, now)
            case Skip() if step.reasons:
                return self._inquire(step, step.rate, plan, now)
            case More() if step.reasons:
                self._go(replace(step, page=step.page + 1), now)
            case Points(points) if step.questions:
                answers = (*step.rate.answers, (step.questions[0].id, points))
                return self._next_question(step, replace(step.rate, answers=answers), now)
            case Skip() if step.questions:
                return self._next_question(step, step.rate, now)
        return []

    def press(self, button: str, now: Now) -> list[Record]:
        """A wired button of `RATINGS`: a face. It answers no question, which says nothing of faces."""
        return self.tap(Level(RATINGS.index(button) + 1), now)

    def tick(self, now: Now) -> list[Record]:
        """Time has passed. To be called before anything else that happens."""
        if self._aside_until is not None and now.mono >= self._aside_until:
            self.appear(now)
        step, end = self._step, self._end_of_page()
        if isinstance(step, _Open) and step.rate is None:
            if now.wall >= step.closes:
                self._go(None, now)
        elif end is not None and now.mono >= end:
            if isinstance(step, _Open):
                return self._finish(step, now)
            self._go(None, now)
        return []

    def leave(self, now: Now) -> list[Record]:
        """The program ends, or somebody else wants the screen: what was answered is recorded."""
        return self._finish(self._step, now) if isinstance(self._step, _Open) else []

    def appear(self, now: Now) -> None:
        """The page comes on the screen now: a finger that is on its way was meant for something else."""
        self._aside_until = None
        if isinstance(self._step, _Open):
            self._changed = now.mono

    # --- what can be seen -------------------------------------------------------------------------------

    @property
    def page(self) -> Asked | None:
        """What is asked now; None: nothing."""
        step, plan = self._step, self._known.plan
        if plan is None or step is None or self._aside_until is not None:
            return None
        if isinstance(step, _Thanking):
            return Thanks(step.lang)
        lang = self._known.lang(step.number)
        if step.reasons:
            return Reasons(*reasons_page(step.reasons, step.page), lang)
        if step.questions:
            return Inquiry(step.questions[0], step.total - len(step.questions) + 1, step.total, lang)
        return Faces(step.number, plan.counter, plan.levels, lang, plan.officer, self._guest)

    @property
    def wanted(self) -> frozenset[str]:
        """The wired buttons that would be an answer now."""
        page = self.page
        return frozenset(RATINGS[: page.levels]) if isinstance(page, Faces) else frozenset()

    def wake(self) -> Wake:
        """When to `tick` at the latest."""
        monos = [t for t in (self._end_of_page(), self._aside_until) if t is not None]
        step = self._step
        closes = step.closes if isinstance(step, _Open) and step.rate is None else None
        return Wake(min(monos, default=None), closes)

    # --- inside -----------------------------------------------------------------------------------------

    def _end_of_page(self) -> float | None:
        match self._step:
            case _Thanking():
                return self._changed + THANKS_S
            case _Open(rate=Rate(), reasons=reasons):
                return self._changed + (REASON_S if reasons else QUESTION_S)
        return None

    def _go(self, step: _Open | _Thanking | None, now: Now) -> None:
        self._step, self._changed, self._aside_until = step, now.mono, None

    def _reconsider(self, now: Now) -> list[Record]:
        line, day = self._known.here, self._known.day
        served, ended_at, open_s = self._served(line)
        effects: list[Record] = []
        if isinstance(self._step, _Open) and (self._step.day, self._step.number) != (day, served):
            # The next one is served: an answer given stays given. Taken back: the visit goes on, it is void.
            undone = line is not None and line.number == self._step.number and line.state != "served"
            void: list[Record] = [Drop()] if self._step.rate else []
            effects = void if undone else self._finish(self._step, now)
            self._go(None, now)
        if served is None or (day, served) in self._settled:
            return effects
        left = timedelta(seconds=open_s) - self._known.ago(ended_at, now)
        if isinstance(self._step, _Open):
            closes = min(self._step.closes, now.wall + left)
            self._step = replace(self._step, closes=closes)  # the next one is on the way: be quick
        elif left > timedelta(0):
            self._go(_Open(day, served, now.wall + left), now)
        return effects

    def _served(self, line: m.CounterLine | None) -> tuple[str | None, datetime | None, float]:
        """Who may be asked now, since when, and for how many seconds of the hall's time."""
        if line is None or self._known.plan is None:
            return None, None, 0.0
        if line.state == "served":
            return line.number, line.since, self._known.plan.window_s
        return line.leaving, line.left_at, LEAVING_S

    def _rated(self, step: _Open, plan: m.CounterPlan, target: Target | None, now: Now) -> list[Record]:
        match target:
            case Level(level) if level <= plan.levels:
                at, trusted = self._known.server_time(now), self._known.trusted(now)
                rate = Rate(step.day, step.number, level, plan.levels, at, trusted=trusted)
                if face_of(level, plan.levels) > NEGATIVE or not plan.reasons:
                    return self._inquire(step, rate, plan, now)
                reasons = self._order(plan)
                self._go(replace(step, rate=rate, reasons=reasons), now)
                return [Keep(rate)]
            case Skip():
                self._settled.add((step.day, step.number))
                self._go(None, now)
                return [Settle(step.day, step.number)]
            case TakeNumber() if self._guest:
                self._aside_until = now.mono + ASIDE_S
        return []

    def _order(self, plan: m.CounterPlan) -> Reasoned:
        """The reasons, where the plan says so in another order; "other" stays the last."""
        if not plan.shuffle:
            return plan.reasons
        named = tuple(reason for reason in plan.reasons if reason.id != OTHER)
        return (*self._mixed(named), *(reason for reason in plan.reasons if reason.id == OTHER))

    def _inquire(self, step: _Open, rate: Rate, plan: m.CounterPlan, now: Now) -> list[Record]:
        """Level and reason are known: the first question, or the end."""
        open_ = replace(step, rate=rate, reasons=(), questions=plan.questions, total=len(plan.questions))
        if not plan.questions:
            return self._finish(open_, now)
        self._go(open_, now)
        return [Keep(rate)]

    def _next_question(self, step: _Open, rate: Rate, now: Now) -> list[Record]:
        after = replace(step, rate=rate, questions=step.questions[1:])
        if not after.questions:
            return self._finish(after, now)
        self._go(after, now)
        return [Keep(rate)] if rate != step.rate else []

    def _finish(self, step: _Open, now: Now) -> list[Record]:
        """Record the answer, thank, and never ask this number again; without an answer nothing."""
        if step.rate is None:
            return []
        self._settled.add((step.day, step.number))
        self._go(_Thanking(self._known.lang(step.number)), now)
        return [step.rate, Settle(step.day, step.number)]
