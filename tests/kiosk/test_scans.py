"""What a citizen holds to the scanner: a slip, a card, a ticket, anything; and what the kiosk keeps of it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import msgspec
import pytest

from broker import messages as m, vocabulary as heard
from hardware.printer import PrinterStatus, PrintResult
from kiosk.layout.frame import Tone
from kiosk.view import NORMAL, Another, Choices, Done, MoreTime, Question, Remark, Scan, Shut, Verb
from kiosk.vocabulary import Ask, Note, Scanned, ScannerIs
from tests.kiosk import sample
from tests.kiosk.story import Story, none, only

CODE = "000.05.14.H42-261122-0007"  # the Department of Justice's
OTHER = "H42.77-261122-0008"  # of an agency that nobody here knows
OLD = "001050123456||NGUYỄN VĂN A|01011950|Nam|Phường Phủ Lý, Tỉnh Hà Nam|15042021"
YOUNG = "001090123456||TRẦN THỊ B|01011990|Nữ|Phường Phủ Lý, Tỉnh Hà Nam|15042021"
HEALTH = "GD4012345678901|4e677579e1bb856e|01/01/1950|1|50|01001|01/01/2026|-|15/01/2026|0"
URL = "http://hanam.example.vn/t/"
REFUSALS = [
    (HEALTH, Scan.HEALTH_CARD),
    ("https://example.vn/login?x=1", Scan.ADDRESS),
    (f"{URL}AbCdEfGhIjKlMnOpQrStUv", Scan.TICKET),
    ("8934563138165", Scan.UNKNOWN),
    ("\x1b@\x1dV\x00" * 40, Scan.UNKNOWN),
    ("", Scan.UNKNOWN),
]


def config(collect: tuple[str, ...] = ("tu-phap", "y-te"), **more: object) -> m.DeviceConfig:
    """The sample hall; results are collected at some services, and "000.05.14.H42" is the first's agency."""
    made = sample.config(**{"elderly": "elderly", "url": URL, **more})
    assert made.kiosk is not None
    authorities = tuple(
        msgspec.structs.replace(
            a,
            agencies=("000.05.14.H42",) if a.id == "tu-phap" else ("000.06.14.H42",),
            services=tuple(msgspec.structs.replace(s, collect=s.id in collect) for s in a.services),
        )
        for a in made.kiosk.authorities
    )
    return msgspec.structs.replace(made, kiosk=msgspec.structs.replace(made.kiosk, authorities=authorities))


def at_home(**more: object) -> Story:
    return Story(config(**more))  # type: ignore[arg-type]


def choices(story: Story) -> Choices:
    shown = story.screen
    assert isinstance(shown, Choices)
    return shown


# --- a slip -----------------------------------------------------------------------------------------------


def test_a_slip_leads_to_the_queue_of_its_result_in_two_taps_and_goes_with_the_number() -> None:
    story = at_home()
    story.hear(Scanned(CODE))
    page = choices(story)
    assert page.dossier == CODE and [o.target.of for o in page.offers] == ["tu-phap"]
    story.tap(Verb.SERVICE, "tu-phap")
    asked = story.screen
    assert isinstance(asked, Question) and asked.dossier == CODE
    request = only(story.tap(Verb.CLASS, NORMAL), Ask).request
    assert (request.service, request.dossier) == ("tu-phap", CODE)
    story.answer(sample.ticket(request.id, dossier=CODE))
    done = story.screen
    assert isinstance(done, Done) and done.ticket.dossier == CODE


def test_without_priority_groups_a_slip_takes_one_tap() -> None:
    story = at_home(groups=())
    story.hear(Scanned(CODE))
    assert only(story.tap(Verb.SERVICE, "tu-phap"), Ask).request.dossier == CODE


def test_a_slip_of_an_unknown_agency_asks_where() -> None:
    story = at_home()
    story.hear(Scanned(OTHER))
    assert [o.target.of for o in choices(story).offers] == ["tu-phap", "y-te"]
    story.tap(Verb.SERVICE, "y-te")
    assert only(story.tap(Verb.CLASS, "merit"), Ask).request.dossier == OTHER


def test_a_slip_from_anywhere_in_the_way_begins_the_way_to_its_result() -> None:
    story = at_home()
    story.tap(Verb.AUTHORITY, "giao-thong")
    story.tap(Verb.SERVICE, "giao-thong-1")
    story.hear(Scanned(CODE))
    assert choices(story).dossier == CODE
    story.tap(Verb.BACK)
    assert choices(story).dossier is None


def test_who_goes_back_from_a_slip_takes_an_ordinary_number() -> None:
    story = at_home()
    story.hear(Scanned(CODE))
    story.tap(Verb.BACK)
    story.tap(Verb.SERVICE, "tu-phap")
    assert only(story.tap(Verb.CLASS, NORMAL), Ask).request.dossier is None


def test_a_slip_that_still_lies_under_the_scanner_leads_nowhere_again_and_keeps_nobody() -> None:
    story = at_home()
    story.hear(Scanned(CODE))
    story.tap(Verb.SERVICE, "tu-phap")
    story.hear(Scanned(CODE))
    assert isinstance(story.screen, Question)
    story.tap(Verb.BACK)
    story.tap(Verb.BACK)
    for _ in range(60):
        story.wait(1)
        assert story.hear(Scanned(CODE)) == [] and choices(story).dossier is None
    story.wait(3)
    story.hear(Scanned(CODE))
    assert choices(story).dossier == CODE, "taken away and held there again"


def test_the_same_slip_held_there_again_in_the_middle_of_the_way_changes_nothing() -> None:
    story = at_home()
    story.hear(Scanned(CODE))
    story.tap(Verb.SERVICE, "tu-phap")
    story.wait(5)
    story.hear(Scanned(CODE))
    assert isinstance(story.screen, Question)


def test_a_scanner_that_babbles_keeps_neither_the_screen_nor_a_finger_from_it() -> None:
    story = at_home()
    story.hear(Scanned("0"))
    for n in range(1, 40):
        story.wait(0.1)
        story.hear(Scanned(f"{n}"))
    story.tap(Verb.BACK)
    assert story.view.dialog is None
    story.hear(Scanned("?"))
    for n in range(210):
        story.wait(0.1)
        if story.view.dialog is None:
            break
        story.hear(Scanned(f"{n}"))
    assert story.view.dialog is None, "and after twenty seconds it is over"


def test_a_slip_whose_results_nobody_gives_out_leads_to_the_services_of_its_agency() -> None:
    story = at_home(collect=())
    story.hear(Scanned(CODE))
    page = choices(story)
    assert (page.dossier, page.collects) == (CODE, False)
    assert page.authority is not None and page.authority.vi == "Sở Tư pháp"
    assert [o.target.of for o in page.offers] == ["tu-phap"]
    story.tap(Verb.SERVICE, "tu-phap")
    asked = story.screen
    assert isinstance(asked, Question) and not asked.collects
    assert only(story.tap(Verb.CLASS, NORMAL), Ask).request.dossier == CODE


def test_only_a_slip_of_an_unknown_agency_leads_nowhere_where_nobody_gives_results_out() -> None:
    story = at_home(collect=())
    story.hear(Scanned(OTHER))
    assert story.view.dialog == Remark(Scan.NO_QUEUE)


def test_who_does_not_want_another_number_for_a_slip_is_home_without_it() -> None:
    story = at_home()
    for way in (Verb.TAKE_ANOTHER, Verb.BACK):
        story.hear(Scanned(CODE))
        story.tap(Verb.SERVICE, "tu-phap")
        if asked := story.tap(Verb.CLASS, NORMAL):
            story.ended(story.answer(sample.ticket(only(asked, Ask).request.id)), PrintResult.PRINTED)
            story.tap(Verb.DONE)
        else:
            assert way is Verb.BACK and isinstance(story.view.dialog, Another)
            story.tap(way)
    assert choices(story).dossier is None and story.view.dialog is None
    story.tap(Verb.SERVICE, "y-te")
    assert only(story.tap(Verb.CLASS, NORMAL) + story.wait(3), Ask).request.dossier is None


def test_a_slip_for_a_closed_service_says_when_it_opens() -> None:
    story = at_home(collect=("kcn",))
    story.hear(Scanned(OTHER))
    story.tap(Verb.SERVICE, "kcn")
    shown = story.screen
    assert isinstance(shown, Shut) and shown.closing.reopens_at == sample.OPENINGS[1].opens


def test_a_service_that_vanishes_from_the_plan_ends_the_slips_page() -> None:
    story = at_home()
    story.hear(Scanned(CODE))
    story.hear(heard.ConfigArrived(sample.config((sample.authority(*sample.AUTHORITIES[1]),), rev=2)))
    assert choices(story).dossier is None


# --- a citizen's card -------------------------------------------------------------------------------------


def test_an_elderly_citizens_card_offers_the_group_first_and_takes_nothing_from_anybody() -> None:
    story = at_home()
    story.hear(Scanned(OLD))
    assert story.view.card and choices(story).dossier is None
    story.tap(Verb.SERVICE, "y-te")
    asked = story.screen
    assert isinstance(asked, Question)
    assert asked.lead is not None and "elderly" not in {group.id for group in asked.groups}
    assert (asked.lead.id, asked.suggested, asked.years) == ("elderly", "elderly", 60)
    first, second = story.arrangement.spots[:2]
    assert (first.target.of, first.tone, second.target.of, second.tone) == (
        "elderly", Tone.FILLED, NORMAL, Tone.FRAMED,
    )  # fmt: skip
    assert first.rect.width * first.rect.height > second.rect.width * second.rect.height
    request = only(story.tap(Verb.CLASS, NORMAL), Ask).request  # who does not want to says no
    assert request.klass == "normal"


def test_a_young_citizens_card_changes_nothing_but_says_that_it_was_read() -> None:
    story = at_home()
    story.tap(Verb.SERVICE, "y-te")
    before = story.screen
    story.hear(Scanned(YOUNG))
    assert story.screen == before and story.view.card


def test_on_the_day_of_the_sixtieth_birthday_one_is_elderly_and_not_the_day_before() -> None:
    for birth, elderly in (("23111966", True), ("24111966", False)):
        story = at_home()
        story.hear(Scanned(OLD.replace("01011950", birth)))
        story.tap(Verb.SERVICE, "y-te")
        asked = story.screen
        assert isinstance(asked, Question) and (asked.suggested == "elderly") == elderly


def test_where_no_group_is_the_elderlys_or_nobody_knows_the_day_a_card_offers_nothing() -> None:
    story = at_home(elderly=None)
    story.hear(Scanned(OLD))
    story.tap(Verb.SERVICE, "y-te")
    asked = story.screen
    assert isinstance(asked, Question) and asked.suggested is None
    unclocked = at_home()
    later = replace(unclocked.now, synchronised=False)
    unclocked.kiosk.handle(Scanned(OLD), later)
    assert unclocked.kiosk.view(later).card and not unclocked.kiosk._memory.elderly


def test_a_card_is_forgotten_with_the_session() -> None:
    story = at_home()
    story.hear(Scanned(OLD))
    story.ended(story.number("y-te"), PrintResult.PRINTED)
    story.tap(Verb.DONE)
    assert not story.view.card
    story.wait(3)
    story.hear(Scanned(OLD))
    story.wait(30.1)
    assert not story.view.card, "nobody came to the screen"
    story.tap(Verb.SERVICE, "y-te")
    asked = story.screen
    assert isinstance(asked, Question) and asked.suggested is None


def everything(value: object) -> str:
    """All that an object holds, in words."""
    if is_dataclass(value) and not isinstance(value, type):
        return " ".join(everything(getattr(value, f.name)) for f in fields(value))
    return repr(value)


@pytest.mark.parametrize("card", [OLD, YOUNG, HEALTH], ids=["old", "young", "health"])
def test_nothing_of_a_card_stays_in_the_kiosk_or_leaves_it(card: str) -> None:
    story = at_home()
    effects = story.hear(Scanned(card))
    effects += story.tap(Verb.SERVICE, "y-te") if story.view.dialog is None else []
    kept = everything(story.kiosk._memory) + repr(effects)
    for secret in (*card.split("|"), "1950-01-01", "1950, 1, 1", "NGUYỄN", "Nguyễn"):
        assert len(secret) < 3 or secret in ("Nam", "Nữ") or secret not in kept


# --- everything else --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "scan"), REFUSALS, ids=range(len(REFUSALS)))
def test_what_leads_nowhere_is_told_politely_with_one_way_on(text: str, scan: Scan) -> None:
    story = at_home()
    story.tap(Verb.SERVICE, "y-te")
    before = story.screen
    story.hear(Scanned(text))
    assert story.view.dialog == Remark(scan)
    assert story.targets() == {Verb.BACK}
    story.tap(Verb.BACK)
    assert story.view.dialog is None and story.screen == before


def test_a_remark_ends_by_itself_after_twenty_seconds_and_then_the_usual_time_runs() -> None:
    story = at_home()
    story.tap(Verb.SERVICE, "y-te")
    story.hear(Scanned(HEALTH))
    story.wait(19.9)
    assert isinstance(story.view.dialog, Remark)
    story.wait(0.2)
    assert story.view.dialog is None and isinstance(story.screen, Question)
    story.wait(30)
    assert isinstance(story.view.dialog, MoreTime)


def test_the_right_code_after_a_wrong_one_goes_on_at_once() -> None:
    story = at_home()
    story.hear(Scanned(HEALTH))
    story.hear(Scanned(CODE))
    assert story.view.dialog is None and choices(story).dossier == CODE


def test_a_scan_answers_the_question_whether_anybody_is_there() -> None:
    story = at_home()
    story.tap(Verb.SERVICE, "y-te")
    story.wait(30.1)
    assert isinstance(story.view.dialog, MoreTime)
    story.hear(Scanned(CODE))
    assert story.view.dialog is None and choices(story).dossier == CODE


def test_while_a_number_is_taken_printed_or_shown_scans_mean_nothing() -> None:
    story = at_home()
    request = story.take("y-te")
    for text in (CODE, OLD, HEALTH):
        assert story.hear(Scanned(text)) == [] and story.targets() == set()
    printing = story.answer(sample.ticket(request))
    assert story.hear(Scanned(CODE)) == [] and isinstance(story.screen, Done)
    story.ended(printing, PrintResult.PRINTED)
    assert story.hear(Scanned(CODE)) == [] and isinstance(story.screen, Done)
    assert not story.view.card


def test_a_kiosk_that_rests_on_a_reason_reads_nothing() -> None:
    closed = Story(config(), wall=sample.MORNING.replace(hour=14))  # 21:00 in the hall
    assert isinstance(closed.screen, Shut)
    assert closed.hear(Scanned(CODE)) == [] and isinstance(closed.screen, Shut)
    bare = Story(config(paperless=False))
    bare.printer(PrinterStatus.PAPER_OUT)
    assert bare.hear(Scanned(CODE)) == [] and isinstance(bare.screen, Shut)


def test_the_log_tells_the_kind_of_a_scan_and_nothing_else() -> None:
    story = at_home()
    assert only(story.hear(Scanned(OLD)), Note).line == "scanned kind=CitizenCard"
    assert only(story.hear(Scanned(CODE)), Note).line == "scanned kind=DossierScan"


def test_the_first_screen_tells_of_the_scanner_while_there_is_one() -> None:
    story = at_home()
    assert not choices(story).hinted
    story.hear(ScannerIs(True))
    assert choices(story).hinted
    story.tap(Verb.AUTHORITY, "giao-thong")
    assert not choices(story).hinted
    story.tap(Verb.BACK)
    assert none(story.hear(ScannerIs(False)), Note) and not choices(story).hinted
