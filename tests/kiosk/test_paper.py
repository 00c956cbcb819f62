"""Paper: what the citizen sees and what the server is told when it does not come out as it should."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hardware.printer import PrinterStatus, PrintResult
from kiosk.view import Calling, Choices, Done, Held, Help, Leftover, Verb
from kiosk.vocabulary import Abandon, CallStaff, Job, Keep, Note, Print, PrintEnded, Report, Unfinished
from tests.kiosk import sample
from tests.kiosk.story import Story, none, only

FAILURES = [
    (PrintResult.PAPER_OUT, PrinterStatus.PAPER_OUT),
    (PrintResult.COVER_OPEN, PrinterStatus.COVER_OPEN),
    (PrintResult.CUTTER_ERROR, PrinterStatus.CUTTER_ERROR),
    (PrintResult.UNPLUGGED, PrinterStatus.UNPLUGGED),
]


@pytest.mark.parametrize(("result", "status"), FAILURES)
def test_a_number_whose_paper_failed_is_held_for_forty_seconds_with_two_ways_on(
    result: PrintResult, status: PrinterStatus
) -> None:
    story = Story()
    effects = story.number()
    story.printer(status)
    assert only(story.ended(effects, result), Report).outcome == "failed"
    assert story.screen == Held(sample.ticket("r-1"), result.value, again=False, left_s=40)
    assert story.targets() == {Verb.STAFF, Verb.DONE}
    story.wait(39.5)
    assert isinstance(story.screen, Held)
    story.wait(0.6)
    assert isinstance(story.screen, Choices)


@pytest.mark.parametrize(("result", "status"), FAILURES)
def test_with_a_printer_known_to_be_out_the_tap_still_gives_a_number_and_nothing_is_sent_to_it(
    result: PrintResult, status: PrinterStatus
) -> None:
    story = Story()
    story.printer(status)
    assert story.view.trouble == status.value
    effects = story.number()
    assert only(effects, Keep) and none(effects, Print)
    assert only(effects, Report).outcome == "failed"
    shown = story.screen
    assert isinstance(shown, Held) and shown.cause == result.value


def test_paper_that_runs_low_still_prints_and_troubles_nobody() -> None:
    story = Story()
    story.printer(PrinterStatus.PAPER_LOW)
    assert story.view.trouble is None
    assert only(story.number(), Print)


def test_printing_again_is_offered_once_and_only_while_the_printer_can() -> None:
    story = Story()
    effects = story.number()
    story.printer(PrinterStatus.PAPER_OUT)
    story.ended(effects, PrintResult.PAPER_OUT)
    assert Verb.PRINT_AGAIN not in story.targets()
    story.printer(PrinterStatus.OK)
    again = story.tap(Verb.PRINT_AGAIN)
    assert only(again, Print).job.attempt == 2
    assert story.screen == Done(sample.ticket("r-1"), printing=True, left_s=15)
    report = only(story.ended(again, PrintResult.CUTTER_ERROR), Report)
    assert (report.job.attempt, report.outcome) == (2, "failed")
    assert Verb.PRINT_AGAIN not in story.targets()


def test_a_ticket_printed_again_ends_like_any_other() -> None:
    story = Story()
    story.ended(story.number(), PrintResult.MAYBE)
    again = story.tap(Verb.PRINT_AGAIN)
    assert only(story.ended(again, PrintResult.PRINTED), Report).outcome == "printed"
    story.wait(10.1)
    assert isinstance(story.screen, Choices)


def test_a_printer_that_cannot_tell_counts_as_maybe() -> None:
    story = Story()
    assert only(story.ended(story.number(), PrintResult.MAYBE), Report).outcome == "maybe"
    assert isinstance(story.screen, Held)


def test_a_printer_that_never_answers_does_not_keep_the_citizen() -> None:
    story = Story()
    story.number()
    assert only(story.wait(15.1), Report).outcome == "maybe"
    assert isinstance(story.screen, Held)


@pytest.mark.parametrize(
    ("result", "outcome"), [(PrintResult.PRINTED, "printed"), (PrintResult.PAPER_OUT, "failed")]
)
def test_a_printer_that_answers_after_all_is_believed(result: PrintResult, outcome: str) -> None:
    story = Story()
    effects = story.number()
    story.wait(15.1)
    assert Verb.PRINT_AGAIN in story.targets()
    late = only(story.ended(effects, result), Report)
    assert (late.outcome, late.late) == (outcome, True)
    assert isinstance(story.screen, Done) == (result is PrintResult.PRINTED)
    assert none(story.ended(effects, result), Report), "once"


def test_an_answer_about_the_first_paper_says_nothing_about_the_second() -> None:
    story = Story()
    first = story.number()
    story.wait(15.1)
    story.tap(Verb.PRINT_AGAIN)
    late = story.ended(first, PrintResult.PAPER_OUT)
    assert none(late, Report) and only(late, Note)
    assert isinstance(story.screen, Done) and story.screen.printing


def test_nobody_is_sent_home_while_the_paper_is_on_its_way() -> None:
    story = Story()
    story.number()
    assert story.targets() == set()


def test_help_keeps_the_number_on_the_screen_and_back_holds_it_again() -> None:
    story = Story()
    story.ended(story.number(), PrintResult.UNPLUGGED)
    story.wait(30)
    assert only(story.tap(Verb.STAFF), CallStaff).wanted
    assert story.screen == Help(sample.ticket("r-1"), Calling.TOLD)
    assert {"number", "code"} <= story.arrangement.boxes.keys(), "as large as before, with its code"
    assert not only(story.tap(Verb.BACK), CallStaff).wanted
    shown = story.screen
    assert isinstance(shown, Held) and shown.left_s == 40


# --- after a power cut ----------------------------------------------------------------------------------


def left(phase: str, ticket: bool = True, attempt: int = 1, minutes: float = 1) -> Unfinished:
    issued_at = sample.MORNING - timedelta(minutes=minutes)
    return Unfinished(
        "r-0",
        phase,
        attempt,
        sample.ticket("r-0", "A012", issued_at=issued_at) if ticket else None,  # type: ignore[arg-type]
    )


def test_a_request_that_was_under_way_is_given_up() -> None:
    story = Story(left=(left("pending", ticket=False),))
    assert only(story.done, Abandon).request == "r-0"
    assert isinstance(story.screen, Choices)


def test_a_ticket_that_was_printing_may_be_printed_and_is_offered_for_two_minutes() -> None:
    story = Story(left=(left("printing"),))
    report = only(story.done, Report)
    assert (report.outcome, report.job.attempt) == ("maybe", 1)
    shown = story.screen
    assert isinstance(shown, Leftover) and shown.ticket.number == "A012" and shown.again
    story.wait(119)
    assert isinstance(story.screen, Leftover)
    story.wait(1.5)
    assert isinstance(story.screen, Choices)


def test_a_number_that_was_issued_and_not_printed_failed_and_is_offered() -> None:
    story = Story(left=(left("issued", attempt=0),))
    assert only(story.done, Report).outcome == "failed"
    again = story.tap(Verb.PRINT_AGAIN)
    assert only(again, Print).job == Job("r-0", 2, story.screen.ticket)  # type: ignore[union-attr]
    assert only(story.ended(again, PrintResult.PRINTED), Report).outcome == "printed"


def test_an_old_number_is_reported_and_not_offered() -> None:
    story = Story(left=(left("printing", minutes=31),))
    assert only(story.done, Report).outcome == "maybe"
    assert isinstance(story.screen, Choices)


def test_without_paper_the_number_of_before_is_shown_and_not_offered_again() -> None:
    story = Story(left=(left("printing"),))
    story.printer(PrinterStatus.PAPER_OUT)
    assert Verb.PRINT_AGAIN not in story.targets()
    story.tap(Verb.DONE)
    assert isinstance(story.screen, Choices)


def test_results_of_other_jobs_are_noted_only() -> None:
    story = Story()
    story.number()
    stray = story.hear(PrintEnded(Job("r-7", 1, sample.ticket("r-7")), PrintResult.PRINTED))
    assert none(stray, Report) and only(stray, Note)
