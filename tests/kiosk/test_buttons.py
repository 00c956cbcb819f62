"""A kiosk without touch screen: its wired buttons do everything, and its lamps and words tell no lies."""

from __future__ import annotations

import copy
import random

import pytest

from broker import vocabulary as heard
from hardware.printer import PrinterStatus, PrintResult
from kiosk.layout.panel import Panel
from kiosk.paint.keys import word_of
from kiosk.state import buttons
from kiosk.state.touches import ACTS
from kiosk.view import (
    Another,
    Choices,
    Done,
    Held,
    Help,
    Leftover,
    MoreTime,
    NoServer,
    Pause,
    Question,
    Remark,
    Shut,
    Verb,
    View,
)
from kiosk.vocabulary import Ask, ButtonPressed, Effect, Note, Print, PrintEnded, Scanned, Unfinished
from tests.kiosk import sample
from tests.kiosk.gallery import BUTTONS as PANELS, LONG, replace_id
from tests.kiosk.story import Story, none, only
from tests.kiosk.test_scans import CODE, OTHER, config

EVERY_SERVICE = [s.id for row in sample.AUTHORITIES for s in sample.authority(*row).services]
OPEN = [id for id in EVERY_SERVICE if id != "kcn"]
WORDS = ("ok", "priority", "back", "help", "language", "page")
ALL = (*WORDS, *(f"service-{id}" for id in EVERY_SERVICE))
TALL = PANELS["tall-buttons"]


def untouched(panel: Panel = TALL, **more: object) -> Story:
    return Story(config(**more), panel=panel)  # type: ignore[arg-type]


# --- to a number ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", OPEN)
@pytest.mark.parametrize(("button", "klass"), [("ok", "normal"), ("priority", "priority")])
def test_every_service_is_two_presses_away(service: str, button: str, klass: str) -> None:
    story = untouched()
    assert none(story.push(f"service-{service}"), Ask)
    request = only(story.push(button), Ask).request
    assert (request.service, request.klass) == (service, klass)
    story.ended(story.answer(sample.ticket(request.id)), PrintResult.PRINTED)
    story.push("ok")
    assert isinstance(story.screen, Choices)


def test_without_priority_groups_one_press_takes_a_number() -> None:
    story = untouched(groups=())
    assert only(story.push("service-giao-thong-2"), Ask).request.service == "giao-thong-2"


def test_a_slip_is_collected_by_ok_or_by_the_button_of_its_service() -> None:
    story = untouched()
    story.hear(Scanned(CODE))
    story.push("ok")
    assert only(story.push("ok"), Ask).request.dossier == CODE
    story = untouched()
    story.hear(Scanned(OTHER))
    assert "ok" not in story.kiosk.lit(story.now), "there are two to choose from"
    assert "service-xay-dung" not in story.kiosk.lit(story.now)
    story.push("service-y-te")
    request = only(story.push("priority"), Ask).request
    assert (request.dossier, request.klass) == (OTHER, "priority")


def test_the_first_screen_shows_every_wired_service_page_by_page_and_round() -> None:
    story = untouched()
    met: list[str] = []
    for _ in range(len(EVERY_SERVICE)):
        shown = story.screen
        assert isinstance(shown, Choices)
        met += [o.target.of for o in shown.offers]
        story.push("page")
        if len(met) >= len(EVERY_SERVICE):
            break
    assert met == EVERY_SERVICE
    shown = story.screen
    assert isinstance(shown, Choices) and shown.page == 0


@pytest.mark.parametrize("panel", PANELS.values(), ids=list(PANELS))
def test_two_hundred_long_names_are_turned_by_one_button(panel: Panel) -> None:
    one = sample.authority("a", "A", LONG.vi, LONG.en, LONG.vi, LONG.en, 1)
    many = sample.config(tuple(replace_id(one, f"a-{n}") for n in range(200)))
    story = Story(many, sample.board(lines=()), panel=panel)
    met: list[str] = []
    while len(met) < 200:
        shown = story.screen
        assert isinstance(shown, Choices) and shown.offers
        met += [o.target.of for o in shown.offers]
        story.push("page")
    assert met == [f"a-{n}" for n in range(200)]


def test_services_without_a_button_are_not_shown() -> None:
    wired = {"service-y-te", "service-tu-phap", "ok", "back"}
    story = Story(config(), panel=TALL, wired=wired)
    shown = story.screen
    assert isinstance(shown, Choices) and [o.target.of for o in shown.offers] == ["tu-phap", "y-te"]


def test_the_language_of_the_button_is_the_language_of_the_ticket() -> None:
    story = untouched()
    story.push("language")
    story.push("service-y-te")
    assert only(story.push("ok"), Ask).request.lang == "en"


def test_fingers_on_a_panel_that_feels_none_find_nothing() -> None:
    story = untouched()
    assert story.targets() == set()
    assert all(
        story.arrangement.spot_at(x, y) is None for x in range(0, 1080, 60) for y in range(0, 1920, 60)
    )


# --- with and without paper -----------------------------------------------------------------------------


def test_a_number_without_paper_is_printed_again_by_ok_or_left_by_back() -> None:
    for button, screen in (("ok", Done), ("back", Choices)):
        story = untouched()
        story.push("service-y-te")
        story.ended(story.answer(sample.ticket(only(story.push("ok"), Ask).request.id)), PrintResult.MAYBE)
        assert isinstance(story.screen, Held)
        assert none(story.push(button), Print) == (button == "back")
        assert isinstance(story.screen, screen)


def test_without_a_second_try_ok_ends_the_showing() -> None:
    story = untouched()
    story.printer(PrinterStatus.PAPER_OUT)
    story.push("service-y-te")
    story.answer(sample.ticket(only(story.push("ok"), Ask).request.id))
    assert isinstance(story.screen, Held)
    story.push("ok")
    assert isinstance(story.screen, Choices)


def test_where_only_paper_counts_no_button_takes_a_number_without_it() -> None:
    story = untouched(paperless=False)
    story.push("service-y-te")
    story.printer(PrinterStatus.PAPER_OUT)
    assert none(story.push("ok"), Ask)
    shown = story.screen
    assert isinstance(shown, Shut) and shown.closing.code == "no-paper"
    story.push("ok")
    story.push("back")
    story.wait(0.3)
    assert isinstance(story.screen, Shut), "the first screen rests on it, too"
    for service in EVERY_SERVICE:
        assert story.press(f"service-{service}") == [] and isinstance(story.screen, Shut)


def test_while_a_number_is_taken_or_printed_every_lamp_is_dark() -> None:
    story = untouched()
    story.push("service-y-te")
    request = only(story.push("ok"), Ask).request.id
    assert story.kiosk.lit(story.now) == frozenset()
    printing = story.answer(sample.ticket(request))
    story.wait(0.3)
    assert story.kiosk.lit(story.now) == frozenset()
    assert all(story.press(b) == [] for b in ALL)
    story.ended(printing, PrintResult.PRINTED)
    assert {"ok", "back", "help", "service-tu-phap"} <= story.kiosk.lit(story.now)


def test_more_time_is_ok_and_home_is_back() -> None:
    for button, kind in (("ok", Question), ("back", Choices)):
        story = untouched()
        story.push("service-y-te")
        story.wait(30.1)
        assert isinstance(story.view.dialog, MoreTime)
        assert story.kiosk.lit(story.now) == {"ok", "back"}
        story.push(button)
        assert isinstance(story.screen, kind) and story.view.dialog is None


# --- lamps and words: a walk by buttons through everything ----------------------------------------------


def did(story: Story, button: str) -> bool:
    """Whether pressing `button` now would change anything that anybody sees; on a copy of the kiosk."""
    other = copy.deepcopy(story.kiosk)
    before = state(story.kiosk)
    effects = other.handle(ButtonPressed(button), story.now)
    return state(other) != before or any(not isinstance(e, Note) for e in effects)


def state(kiosk: object) -> tuple[object, ...]:
    memory = kiosk._memory  # type: ignore[attr-defined]
    return memory.step, memory.look, memory.asked_at


def closed(story: Story, button: str) -> bool:
    """The button of a service that gives no number now: its lamp is dark, and it says why."""
    hall = story.kiosk.hall
    return button.startswith("service-") and hall.closing(button[8:], sample.MORNING) is not None


def words_tell_no_lies(story: Story) -> None:
    """Each button that the screen names does what is said of it, and every lit one is named."""
    view, found = story.view, story.arrangement
    named = {}
    for spot in found.spots:
        if spot.target.verb in (Verb.AUTHORITY, Verb.SERVICE) and spot.target.of:
            continue
        if spot.target.verb is Verb.CLASS and spot.target.of:
            continue
        named[word_of(view, spot, found)] = spot.target
    lit = story.kiosk.lit(story.now)
    for button, target in named.items():
        if button in lit:
            assert buttons.meaning(story.kiosk._memory, button, story.now) == target, (button, target)
        else:  # it waits for the server or the printer
            assert view.pressed is not None or isinstance(view.screen, Done), (button, view.screen)
    for button in lit - set(named) - unnamed(view):
        assert button.startswith("service-"), (button, view.screen, view.dialog)


def unnamed(view: View) -> set[str]:
    """Buttons that lead the same way as the one that is named, or whose words stand in the answers."""
    if isinstance(view.dialog, Remark):
        return {"back"}
    match view.screen:
        case _ if view.dialog is not None:
            return set()
        case Question():
            return {"ok", "priority"}
        case Done():
            return {"back", "help"}
        case Held() | Leftover() | Help() | Shut() | NoServer() | Pause():
            return {"ok", "back"}
    return set()


def carried_out(story: Story, effects: list[Effect], dice: random.Random) -> None:
    """The server answers, mostly, and the printer prints, mostly."""
    waiting = list(effects)
    while waiting:
        match waiting.pop(0):
            case Ask(request) if dice.random() < 0.3:
                waiting += story.hear(heard.NoAnswer(request.id))
            case Ask(request):
                waiting += story.answer(sample.ticket(request.id))
            case Print(job):
                result = dice.choice([PrintResult.PRINTED, PrintResult.PRINTED, PrintResult.MAYBE])
                waiting += story.hear(PrintEnded(job, result))


@pytest.mark.parametrize("panel", PANELS.values(), ids=list(PANELS))
def test_on_a_long_walk_by_buttons_lamps_are_lit_exactly_where_a_press_does_something(panel: Panel) -> None:
    dice = random.Random(8)
    left = Unfinished("r-0", "printing", 1, sample.ticket("r-0", "A012"))
    story = Story(config(), panel=panel, left=(left,))
    met: set[object] = set()
    for _ in range(400):
        for seconds in (dice.choice([*[0.1] * 10, 5.0, 31.0]), 0.3):
            carried_out(story, story.wait(seconds), dice)
        if not story.kiosk._memory.settled(story.now):
            continue  # a screen that came this moment takes no press
        lit = story.kiosk.lit(story.now)
        for button in ALL:
            assert (button in lit) == did(story, button) or closed(story, button), (button, story.screen)
        words_tell_no_lies(story)
        met |= {type(story.screen), type(story.view.dialog)}
        match dice.random():
            case x if x < 0.06:
                story.hear(Scanned(dice.choice([CODE, OTHER, "?"])))
            case x if x < 0.12:
                story.printer(dice.choice([PrinterStatus.OK, PrinterStatus.OK, PrinterStatus.PAPER_OUT]))
            case _:
                few = sorted(lit & {*WORDS, "service-y-te"})
                carried_out(story, story.press(dice.choice([*few, *few, "service-kcn"])), dice)
    kinds = {Choices, Question, Done, Held, Leftover, Help, NoServer, MoreTime, Another, Remark, Shut}
    assert kinds <= met


def test_every_step_that_a_finger_can_leave_a_button_can_leave() -> None:
    """But for the looks, which a panel without touch does not offer."""
    by_buttons = {(place, t.verb) for (_, place), row in buttons.KEYS.items() for t in row}
    lent = {Verb.TEXT_SIZE, Verb.CONTRAST, Verb.LOW, Verb.NEXT_PAGE, Verb.PREVIOUS_PAGE}
    home = {Verb.HOME}  # two steps back, or one after the other
    fingers = {Verb.LOOKUP, Verb.KEY, Verb.SHIFT, Verb.ERASE, Verb.ENTER, Verb.MORE, Verb.COLLECT}
    for step, verb in ACTS:
        if verb not in lent | home | fingers | {Verb.AUTHORITY, Verb.SERVICE}:
            assert (step, verb) in by_buttons, (step, verb)


def test_an_unknown_button_is_noted() -> None:
    assert only(untouched().press("sesame"), Note)


def test_a_wired_button_beside_a_touch_screen_keeps_working() -> None:
    story = Story()
    assert {"service-y-te", "help"} <= story.kiosk.lit(story.now)
    story.press("service-y-te")
    story.wait(0.3)
    assert only(story.press("ok"), Ask).request.service == "y-te"


def test_two_presses_at_once_are_one() -> None:
    story = untouched()
    story.push("service-y-te")
    assert story.press("ok") == [], "the second half of a double press"
    assert only(story.push("ok"), Ask)
    assert story.press("ok") == []
