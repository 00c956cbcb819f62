"""Numbers when nothing else works: the kiosk gives its own, never one twice, and never before it may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, strategies as st

from broker import messages as m, vocabulary as heard
from broker.vocabulary import Now
from hardware.printer import PrinterStatus, PrintResult
from kiosk.state.series import UNCONFIRMED, Series, own_number, worth_keeping
from kiosk.view import Choices, Done, Held, Leftover, NoServer, Shut, Verb
from kiosk.vocabulary import (
    Abandon,
    Answer,
    Ask,
    AskFloors,
    Booted,
    Give,
    Keep,
    KeepConfig,
    KeepSeries,
    Print,
    Report,
    TellAlone,
    Tick,
    Unfinished,
)
from tests.kiosk import sample
from tests.kiosk.story import Story, none, only

DAY = "2026-11-23"
FLOORS = dict.fromkeys("ABCEGHKLMTWZ", 1)
CONFIRMED = Series(2, DAY, FLOORS)


def plan(**changes: object) -> m.DeviceConfig:
    config = sample.config()
    assert config.kiosk is not None
    own = {"series": 2, "url": "http://hanam.example.vn/t/", "grace_min": 15, **changes}
    return msgspec.structs.replace(config, kiosk=msgspec.structs.replace(config.kiosk, **own))


def confirmed(story: Story, day: str = DAY, **floors: int) -> list[object]:
    """Answer the kiosk's question about its series."""
    asked = only(story.done, AskFloors).request
    story.done = []
    reply = m.FloorsReply(id=asked.id, at=story.wall, day=day, next={**FLOORS, **floors})
    return list(story.answer(reply))


def ready(**changes: object) -> Story:
    story = Story(plan(**changes))
    confirmed(story)
    return story


def alone(**changes: object) -> Story:
    story = ready(**changes)
    story.hear(heard.ServerDown())
    return story


def own(story: Story, service: str = "tai-nguyen") -> Give:
    """Take a number that the kiosk gives at once."""
    story.tap(Verb.SERVICE, service)
    effects = story.tap(Verb.CLASS, "")
    give = only(effects, Give)
    story.ended(effects, PrintResult.PRINTED)
    story.tap(Verb.DONE)
    return give


# --- with a server ----------------------------------------------------------------------------------------


def test_the_servers_number_comes_first_while_it_answers_in_time() -> None:
    story = ready()
    story.tap(Verb.SERVICE, "tai-nguyen")
    ask = only(story.tap(Verb.CLASS, ""), Ask)
    assert ask.deadline_s == 0.3
    effects = story.answer(sample.ticket(ask.request.id))
    assert only(effects, Keep).ticket.number == "B047" and none(effects, Give)


def test_no_answer_in_time_prints_the_kiosks_own_number_and_voids_the_late_one() -> None:
    story = ready()
    request = story.take()
    effects = story.hear(heard.NoAnswer(request))
    give = only(effects, Give)
    assert (give.ticket.number, give.gave_up) == ("B2-001", request)
    assert only(effects, Print).job.ticket == give.ticket
    assert only(effects, TellAlone).alone
    assert effects.index(give) < effects.index(only(effects, Print))
    assert none(story.answer(sample.ticket(request)), Keep), "the late answer is nobody's"
    screen = story.screen
    assert isinstance(screen, Done) and screen.ticket.number == "B2-001"
    assert (screen.ticket.ahead, screen.ticket.wait) == (None, None), "what is not known is not said"


def test_with_the_server_back_and_all_numbers_taken_the_kiosk_is_not_alone_any_more() -> None:
    story = alone()
    own(story)
    asked = only(story.hear(heard.ServerUp(2)), AskFloors).request
    told = story.answer(m.FloorsReply(id=asked.id, at=story.wall, day=DAY, next={**FLOORS, "B": 2}))
    assert not only(told, TellAlone).alone


def test_a_kiosk_that_cannot_give_its_own_asks_longer_and_then_says_so() -> None:
    story = Story(plan())
    story.tap(Verb.SERVICE, "tai-nguyen")
    ask = only(story.tap(Verb.CLASS, ""), Ask)
    assert ask.deadline_s == 3.0
    effects = story.hear(heard.NoAnswer(ask.request.id))
    assert only(effects, Abandon).request == ask.request.id and none(effects, Give)
    assert isinstance(story.screen, NoServer)


def test_the_fact_tells_all_that_the_server_needs_and_nothing_of_a_person() -> None:
    story = alone()
    story.tap(Verb.SERVICE, "tai-nguyen")
    give = only(story.tap(Verb.CLASS, "elderly"), Give)
    fact = give.fact
    assert (fact.number, fact.letter, fact.ordinal, fact.klass) == ("B2-001", "B", 1, "priority")
    assert fact.ticket == give.ticket.ticket and give.ticket.url.endswith(f"/t/{fact.token}")
    assert fact.secret == give.ticket.secret == "4821"
    assert fact.trusted and fact.stamp.mono == story.mono
    assert b"elderly" not in msgspec.json.encode(fact)


# --- without one ------------------------------------------------------------------------------------------


def test_while_the_server_is_away_numbers_go_on_by_letter_and_nobody_is_kept_waiting() -> None:
    story = alone()
    numbers = []
    for service in ("tai-nguyen", "y-te", "tai-nguyen", "giao-thong-1", "giao-thong-2"):
        story.wait(11)
        if service.startswith("giao"):
            story.tap(Verb.AUTHORITY, "giao-thong")
        numbers.append(own(story, service).ticket.number)
    assert numbers == ["B2-001", "H2-001", "B2-002", "E2-001", "E2-002"]


def test_a_start_without_server_and_broker_works_from_what_was_kept() -> None:
    story = Story(ready=False)
    story.hear(Booted((), CONFIRMED, plan(), "boot-1"))
    story.printer(PrinterStatus.OK)
    story.wait(11)
    assert isinstance(story.screen, Choices)
    assert own(story).ticket.number == "B2-001"
    assert story.view.alone


def test_a_wiped_card_gives_nothing_before_the_server_has_spoken() -> None:
    story = Story(ready=False)
    story.hear(Booted((), UNCONFIRMED, plan(), "boot-1"))
    story.wait(11)
    assert isinstance(story.screen, NoServer)
    story.done = story.hear(heard.ServerUp(1))
    confirmed(story, B=38)
    story.printer(PrinterStatus.OK)
    story.hear(heard.ServerDown())
    story.wait(5)
    assert own(story).ticket.number == "B2-038", "behind all that the old card gave"


def test_a_service_that_came_after_the_last_confirmation_waits_for_the_server() -> None:
    story = Story(ready=False)
    few = replace(CONFIRMED, next={"A": 1})
    story.hear(Booted((), few, plan(), "boot-1"))
    story.printer(PrinterStatus.OK)
    story.wait(11)
    story.tap(Verb.SERVICE, "tai-nguyen")
    effects = story.tap(Verb.CLASS, "")
    assert none(effects, Give) and only(effects, Ask)


def test_the_series_is_asked_for_at_each_contact_each_day_and_every_ten_minutes() -> None:
    story = Story(plan())
    kept = confirmed(story)
    assert only(kept, KeepSeries).series.next["B"] == 1  # type: ignore[arg-type]
    asked = [e for e in story.wait(599) if isinstance(e, AskFloors)]
    assert asked == []
    assert len([e for e in story.wait(5) if isinstance(e, AskFloors)]) == 1
    story.hear(heard.ServerDown())
    story.hear(heard.NoAnswer("r-2"))
    assert any(isinstance(e, AskFloors) for e in story.hear(heard.ServerUp(2)))
    story.answer(m.FloorsReply(id="r-3", at=story.wall, day=DAY, next=FLOORS))
    tomorrow = msgspec.structs.replace(sample.board(rev=9), day="2026-11-24")
    assert any(isinstance(e, AskFloors) for e in story.hear(heard.BoardArrived(tomorrow)))


def test_a_question_without_an_answer_is_asked_again() -> None:
    story = Story(plan())
    asked = only(story.done, AskFloors).request.id
    story.hear(heard.NoAnswer(asked))
    again = [e for e in story.wait(11) if isinstance(e, AskFloors)]
    assert len(again) == 1 and again[0].request.id != asked


def test_the_configuration_is_kept_for_a_start_without_the_server() -> None:
    story = Story(ready=False)
    story.hear(heard.ServerUp(1))
    assert only(story.hear(heard.ConfigArrived(plan())), KeepConfig).config == plan()


# --- clocks -----------------------------------------------------------------------------------------------


class Unclocked(Story):
    """A machine without a battery: nothing keeps its clock right."""

    @property
    def now(self) -> Now:
        return Now(self.mono, self.wall, False)


def test_a_clock_that_nobody_keeps_right_closes_nothing_and_is_printed_nowhere() -> None:
    story = Unclocked(ready=False, wall=sample.MORNING.replace(hour=20))  # after hours, it believes
    story.hear(Booted((), CONFIRMED, plan(), "boot-2"))
    story.printer(PrinterStatus.OK)
    story.wait(11)
    give = own(story)
    assert not give.ticket.timed and not give.fact.trusted
    assert story.view.clock_wrong and story.view.at is None, "no wrong hour on the panel either"


def test_a_clock_that_the_server_corrected_in_this_start_is_believed() -> None:
    story = Unclocked(ready=False, wall=sample.MORNING - timedelta(hours=5))
    told = replace(CONFIRMED, offset_s=5 * 3600.0, boot="boot-2")
    story.hear(Booted((), told, plan(), "boot-2"))
    story.printer(PrinterStatus.OK)
    story.wait(11)
    give = own(story)
    assert give.ticket.timed and give.fact.trusted and story.view.at is not None
    assert abs(give.ticket.issued_at - sample.MORNING) < timedelta(minutes=1)


# --- paper ------------------------------------------------------------------------------------------------


def test_out_of_paper_an_own_number_is_shown_and_counts() -> None:
    story = alone()
    story.printer(PrinterStatus.PAPER_OUT)
    story.tap(Verb.SERVICE, "tai-nguyen")
    effects = story.tap(Verb.CLASS, "")
    assert only(effects, Report).outcome == "failed" and none(effects, Print)
    assert isinstance(story.screen, Held) and story.screen.ticket.number == "B2-001"


def test_where_only_paper_counts_a_kiosk_without_paper_names_the_others() -> None:
    other = m.Words("Máy lấy số 1", "Kiosk 1")
    story = alone(paperless=False, elsewhere=(other,))
    story.printer(PrinterStatus.PAPER_OUT)
    screen = story.screen
    assert isinstance(screen, Shut) and screen.whole and screen.closing.code == "no-paper"
    assert screen.elsewhere == (other,)
    assert story.targets().isdisjoint({Verb.SERVICE, Verb.AUTHORITY})


def test_where_only_paper_counts_a_failed_print_takes_the_number_back() -> None:
    story = ready(paperless=False)
    effects = story.answer(sample.ticket(story.take()))
    report = only(story.ended(effects, PrintResult.COVER_OPEN), Report)
    assert report.outcome == "failed"
    screen = story.screen
    assert isinstance(screen, Shut) and screen.closing.code == "not-printed"


def test_a_printer_that_never_answers_is_trusted_on_the_screen_and_not_in_the_books() -> None:
    story = ready()
    effects = story.answer(sample.ticket(story.take()))
    assert only(story.ended(effects, PrintResult.SENT), Report).outcome == "maybe"
    assert isinstance(story.screen, Done)


def test_after_a_power_cut_in_mid_print_an_own_number_is_offered_again() -> None:
    story = Story(ready=False)
    ticket = own(alone()).ticket
    left = Unfinished(ticket.id, "printing", 1, ticket)
    effects = story.hear(Booted((left,), CONFIRMED, plan(), "boot-1"))
    assert only(effects, Report).outcome == "maybe"
    story.printer(PrinterStatus.OK)
    assert isinstance(story.screen, Leftover)
    again = only(story.tap(Verb.PRINT_AGAIN), Print)
    assert again.job.ticket == ticket and again.job.attempt == 2, "the same number, never a new one"


# --- by order of the staff --------------------------------------------------------------------------------


def reprint(id: str = "c-1") -> heard.ControlArrived:
    return heard.ControlArrived(m.Control(do="reprint", id=id, ticket=sample.ticket("x", "B012")))


def test_the_staff_has_a_number_printed_again_without_touching_the_screen() -> None:
    story = ready()
    before = story.screen
    effects = story.hear(reprint())
    job = only(effects, Print).job
    assert (job.request, job.ticket.number) == ("c-1", "B012") and only(effects, Keep)
    assert story.screen == before
    assert only(story.ended(effects, PrintResult.PRINTED), Report).job == job


def test_an_order_that_comes_twice_prints_once_and_one_without_paper_is_answered() -> None:
    story = ready()
    story.hear(reprint())
    assert story.hear(reprint()) == [Answer("c-1")]
    story.printer(PrinterStatus.PAPER_OUT)
    effects = story.hear(reprint("c-2"))
    assert only(effects, Report).outcome == "failed" and none(effects, Print)


# --- the series -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ordinal", "text"), [(1, "A2-001"), (17, "A2-017"), (999, "A2-999"), (1000, "A2-1000")]
)
def test_numbers_are_readable_and_never_exhausted(ordinal: int, text: str) -> None:
    assert own_number("A", 2, ordinal, 3) == text


Steps = st.lists(st.sampled_from(["give", "sync", "confirm", "day", "wipe", "ask", "told"]), max_size=60)


@given(Steps)
def test_no_number_of_a_day_is_ever_given_twice(steps: list[str]) -> None:
    """Against a server that knows only what reached it; the day of a number is the day it was given on."""
    series, today = UNCONFIRMED, 1
    known: dict[int, set[int]] = {}
    outbox: list[tuple[int, int]] = []
    given: list[tuple[int, int]] = []
    answer: tuple[Series, str, dict[str, int]] | None = None  # on its way: the series asked about, the word

    def word() -> tuple[str, dict[str, int]]:
        return str(today), {"A": max(known.get(today, {0})) + 1}

    for step in steps:
        match step:
            case "give" if series.covers("A", 2):
                ordinal, series = series.take("A")
                given.append((today, ordinal))
                outbox.append((today, ordinal))
            case "sync" | "wipe" | "confirm":
                for day, ordinal in outbox:
                    known.setdefault(day, set()).add(ordinal)
                outbox = []
                if step == "wipe":  # after its facts were taken in: what was not, is lost with the card
                    series, answer = UNCONFIRMED, None
                if step == "confirm":
                    series, answer = series.confirmed(series, 2, *word(), 0.0, ""), None
            case "ask" if series.number is not None:  # facts are still on their way, and so is the answer
                answer = series, *word()
            case "told" if answer is not None:
                series, answer = series.confirmed(answer[0], 2, answer[1], answer[2], 0.0, ""), None
            case "day":
                today += 1
    assert len(given) == len(set(given))


def test_a_confirmation_that_says_nothing_new_costs_the_card_nothing() -> None:
    same = CONFIRMED.confirmed(CONFIRMED, 2, DAY, FLOORS, 0.4, "")
    assert not worth_keeping(CONFIRMED, same)
    assert worth_keeping(CONFIRMED, CONFIRMED.confirmed(CONFIRMED, 2, DAY, {**FLOORS, "B": 9}, 0.0, ""))
    assert worth_keeping(CONFIRMED, CONFIRMED.confirmed(CONFIRMED, 2, DAY, FLOORS, 30.0, ""))


def test_another_figure_for_the_kiosk_begins_other_series() -> None:
    series = Series(2, DAY, {"A": 40}, since=True)
    assert not series.covers("A", 3)
    assert series.confirmed(series, 3, DAY, {"A": 1}, 0.0, "").next == {"A": 1}


def test_time_passing_alone_asks_nothing_of_a_kiosk_without_series() -> None:
    story = Story()
    assert none(story.wait(1300), AskFloors) and none(story.hear(Tick()), AskFloors)
