"""Numbers: a series a letter and day, given in sessions, up to a cap, never twice; the day that ends them."""

from dataclasses import replace
from datetime import date

import pytest

from server.hall import commands as c, events as e
from server.hall.refusals import Refusal
from server.hall.site import Counter, Site, problems
from server.hall.tickets import Klass, State, number_text
from tests.hall.small_hall import MONDAY, SMALL, SmallHall, frozen, local, service, site

WEDNESDAY = date(2026, 11, 25)


def refused(hall: SmallHall, *args: object, **what: object) -> Refusal:
    before = frozen(hall.state)
    with pytest.raises(Refusal) as told:
        hall.issue(*args, **what)  # type: ignore[arg-type]
    assert frozen(hall.state) == before
    return told.value


# --- the series ---------------------------------------------------------------------------------------------


def test_services_of_one_letter_share_one_series() -> None:
    hall = SmallHall()
    numbers = [hall.issue(s).number for s in ("land", "roads", "health", "land")]
    assert numbers == ["A98", "A99", "B001", "A100"]


@pytest.mark.parametrize(
    ("ordinal", "digits", "number"),
    [(7, 3, "A007"), (999, 3, "A999"), (1000, 3, "A1000"), (0, 2, "A00"), (99, 2, "A99"), (100, 2, "A100")],
)
def test_a_number_grows_wider_rather_than_begin_again(ordinal: int, digits: int, number: str) -> None:
    assert number_text("A", ordinal, digits) == number


def test_a_thousand_numbers_of_a_day_are_a_thousand_numbers() -> None:
    hall = SmallHall()
    numbers = [hall.issue("justice").number for _ in range(1_005)]
    assert numbers[0] == "E001" and numbers[998:1000] == ["E999", "E1000"]
    assert len(set(numbers)) == 1_005


def test_a_series_begins_where_the_hall_says() -> None:
    high = site((service("land", "A", start=501, digits=4),), (Counter("1", ("land",)),))
    assert SmallHall(high).issue().number == "A0501"


def test_numbers_begin_again_with_the_day_and_not_with_the_session() -> None:
    hall = SmallHall()
    hall.issue()
    hall.at("13:30")
    assert hall.issue().number == "A99"
    hall.at("08:00", WEDNESDAY)
    ticket = hall.issue()
    assert (ticket.number, ticket.day) == ("A98", "2026-11-25")


def test_a_number_is_kept_for_ever_however_the_ticket_ended() -> None:
    hall = SmallHall()
    first = hall.issue()
    hall.ask(c.Cancel, number=first.number, reason="changed his mind")
    assert hall.issue().number == "A99"


# --- who gets one -------------------------------------------------------------------------------------------


def test_a_number_remembers_what_was_asked() -> None:
    hall = SmallHall()
    ticket = hall.issue("health", Klass.PRIORITY, lang="en", source="kiosk-2")
    assert (ticket.service, ticket.klass, ticket.lang, ticket.source) == (
        "health",
        "priority",
        "en",
        "kiosk-2",
    )
    assert ticket.issued_at == ticket.order == hall.now
    assert hall.state.tickets[ticket.id] == ticket
    assert list(hall.state.waiting) == [ticket.id]


def test_no_number_is_given_for_a_service_that_is_not_there() -> None:
    assert refused(SmallHall(), "weather").code == "unknown-service"


@pytest.mark.parametrize(
    ("at", "day", "code", "again"),
    [
        ("06:00", MONDAY, "before-opening", local("07:30")),
        ("11:20", MONDAY, "cut-off", local("13:30")),
        ("12:00", MONDAY, "lunch", local("13:30")),
        ("17:01", MONDAY, "after-hours", local("07:30", WEDNESDAY)),
        ("09:00", date(2026, 11, 24), "holiday", local("07:30", WEDNESDAY)),
        ("09:00", date(2026, 11, 29), "closed-day", local("07:30", date(2026, 11, 30))),
    ],
)
def test_a_closed_hall_says_why_and_when_it_opens(at: str, day: date, code: str, again: object) -> None:
    hall = SmallHall(at="05:00")
    hall.at(at, day)
    told = refused(hall)
    assert (told.code, told.params["reopens_at"]) == (code, again)


def test_a_cap_counts_the_numbers_of_one_session_and_service() -> None:
    hall = SmallHall()
    for _ in range(3):
        hall.issue("trade")
    assert refused(hall, "trade").code == "session-full"
    hall.issue("justice")
    hall.at("13:30")
    assert hall.issue("trade").number == "C004"


def test_a_cancelled_number_counts_towards_the_cap() -> None:
    hall = SmallHall()
    numbers = [hall.issue("trade").number for _ in range(3)]
    hall.ask(c.Cancel, number=numbers[0], reason="left")
    assert refused(hall, "trade").code == "session-full"


# --- given up -----------------------------------------------------------------------------------------------


def test_a_request_given_up_after_its_number_gives_the_number_up() -> None:
    hall = SmallHall()
    ticket = hall.issue(id="kiosk-1/r1")
    (event,) = hall.ask(c.Abandon, request="kiosk-1/r1")
    assert isinstance(event, e.Cancelled) and event.reason == "abandoned"
    assert hall.ticket(ticket.id).state is State.CANCELLED
    assert not hall.state.waiting


def test_a_request_given_up_before_it_came_gets_no_number() -> None:
    hall = SmallHall()
    hall.ask(c.Abandon, request="kiosk-1/r1")
    assert refused(hall, id="kiosk-1/r1").code == "abandoned"
    assert hall.issue().number == "A98"


def test_a_number_that_nobody_holds_leaves_the_counter_that_called_it() -> None:
    hall = SmallHall()
    ticket = hall.issue(id="kiosk-1/r1")
    hall.next()
    hall.ask(c.Abandon, request="kiosk-1/r1")
    assert hall.ticket(ticket.id).state is State.CANCELLED
    assert hall.state.counter("1").current is None


def test_a_number_that_an_officer_has_dealt_with_is_not_given_up_any_more() -> None:
    hall = SmallHall()
    ticket = hall.issue(id="kiosk-1/r1")
    hall.next()
    hall.ask(c.MarkNoShow, counter="1")
    assert hall.ask(c.Abandon, request="kiosk-1/r1") == []
    assert hall.ticket(ticket.id).state is State.NO_SHOW


def test_what_became_of_the_paper_is_kept_with_the_ticket() -> None:
    hall = SmallHall()
    ticket = hall.issue()
    hall.ask(c.RecordPaper, ticket=ticket.id, outcome="maybe")
    assert hall.ticket(ticket.id).paper == "maybe"


def test_news_of_yesterdays_paper_goes_into_the_log_only() -> None:
    hall = SmallHall()
    ticket = hall.issue()
    hall.at("08:00", WEDNESDAY)
    before = frozen(hall.state)
    (event,) = hall.ask(c.RecordPaper, ticket=ticket.id, outcome="printed")
    assert isinstance(event, e.PaperRecorded) and event.ticket == ticket.id
    assert frozen(replace(hall.state, early_papers={})) == before


# --- the day ------------------------------------------------------------------------------------------------


def test_the_day_ends_every_ticket_as_it_stands() -> None:
    hall = SmallHall()
    parked, missed, serving, called, waiting = (hall.issue("land") for _ in range(5))
    hall.next("1")
    hall.at_counter(c.Park, "1")
    hall.next("1")
    hall.at_counter(c.MarkNoShow, "1")
    hall.next("1")
    hall.at_counter(c.Start, "1")
    hall.next("2")
    log = len(hall.log)
    hall.at("04:00", WEDNESDAY)
    turned = hall.log[log:]
    assert [type(event) for event in turned] == [
        e.Cancelled, e.Finished, e.MarkedNoShow, e.Cancelled,  # in the order in which they came
        e.CounterClosed, e.CounterClosed, e.DayClosed, e.DayOpened,
    ]  # fmt: skip
    ends = {event.ticket: event for event in turned if isinstance(event, e.OfTicket)}
    assert list(ends) == [parked.id, serving.id, called.id, waiting.id]
    assert missed.id not in ends  # it had ended
    for expired in (ends[parked.id], ends[waiting.id]):
        assert isinstance(expired, e.Cancelled) and expired.reason == "expired"
    for auto in (ends[serving.id], ends[called.id]):
        assert isinstance(auto, e.Finished | e.MarkedNoShow) and auto.auto
    assert hall.state.tickets == {} and hall.state.day == "2026-11-25"
    assert hall.state.counter("1").status == "closed"


def test_a_clock_set_back_opens_no_old_day() -> None:
    hall = SmallHall()
    hall.at("08:00", WEDNESDAY)
    log = len(hall.log)
    hall.at("08:00", MONDAY)
    assert len(hall.log) == log and hall.state.day == "2026-11-25"


# --- prefixes -----------------------------------------------------------------------------------------------


def told(of: Site) -> list[str]:
    return [problem.sentence for problem in problems(of)]


def lettered(*letters: str) -> Site:
    services = [service(f"s{n}", letter) for n, letter in enumerate(letters)]
    return site(services, (Counter("1", tuple(s.id for s in services)),))


@pytest.mark.parametrize("letter", ["I", "O", "Q"])
def test_letters_that_read_like_figures_are_refused(letter: str) -> None:
    assert told(lettered(letter)) == [f"service 's0': prefix '{letter}' reads like a figure"]


@pytest.mark.parametrize("letter", ["", "a", "AB", "Đ", "1", "É"])
def test_a_prefix_is_one_plain_letter(letter: str) -> None:
    assert told(lettered(letter)) == [f"service 's0': prefix '{letter}' must be one letter A to Z"]


@pytest.mark.parametrize("pair", [("S", "X"), ("B", "P"), ("M", "N")])
def test_letters_that_sound_alike_are_refused_together_and_allowed_alone(pair: tuple[str, str]) -> None:
    (problem,) = problems(lettered(*pair))
    assert problem.sentence.startswith(f"prefixes '{pair[0]}' and '{pair[1]}' sound alike")
    assert list(problems(lettered(pair[0]))) == list(problems(lettered(pair[1]))) == []


def test_one_letter_numbers_in_one_way() -> None:
    two = site((service("a", "A", digits=3), service("b", "A", digits=2)), (Counter("1", ("a", "b")),))
    assert told(two) == ["services 'a' and 'b' share prefix 'A' but number differently"]


def test_one_letter_belongs_to_one_authority() -> None:
    one, two = service("a", "A"), replace(service("b", "A"), authority="of-b")
    both = site((one, two, service("c", "B")), (Counter("1", ("a", "b", "c")),))
    assert told(both) == ["prefix 'A' is used by both 'of-a' and 'of-b'"]


def test_a_site_that_would_break_the_day_is_told_in_sentences() -> None:
    broken = site(
        (
            service("a", "A", digits=5),
            service("b", "B", policy=replace(SMALL.services["land"].policy, weight=11)),
        ),
        (Counter("1", ("a", "nobody")), Counter("2", ())),
    )
    assert told(broken) == [
        "service 'a': numbers start at 0 or more and have 2 to 4 digits",
        "service 'b' is served by no counter",
        "service 'b': the priority weight must be 1 to 10",
        "counter '1' serves 'nobody', which does not exist",
        "counter '2' serves nothing",
    ]
