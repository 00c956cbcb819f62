"""Every state as a picture: nothing is cut, letters are large, contrast is high."""

from __future__ import annotations

from dataclasses import replace

import pygame
import pytest

from broker import messages as m
from hardware.printer import PrinterStatus, PrintResult
from hardware.texts import LANGUAGES
from hardware.theme import THEMES, ThemeName
from hardware.type import CAP_HEIGHT
from kiosk.layout.panel import LEAST_MM, NEEDED_MM, Panel
from kiosk.paint.painter import paint, theme_of
from kiosk.state.steps import Collecting, Home, Showing
from kiosk.view import Done, Held, Help, Leftover, Look, View
from kiosk.vocabulary import Job
from server.hall.refusals import CODES
from tests.kiosk import sample
from tests.kiosk.gallery import BUTTONS, PANELS, TEXTS, draw, hall_with, replace_id, states, view_of
from tests.recorder import Recorder

KIOSK_CODES = (
    "before-opening",
    "lunch",
    "cut-off",
    "after-hours",
    "holiday",
    "closed-day",
    "session-full",
    "unknown-service",
    "too-soon",
)


def recorded(view: View, panel: Panel, theme: ThemeName = "light") -> Recorder:
    surface = pygame.Surface((panel.width, panel.height))
    canvas = Recorder(surface, THEMES[theme_of(theme, view.look)])
    paint(canvas, view, panel, TEXTS)
    for line in canvas.lines:
        px = round(line.cap / CAP_HEIGHT)
        assert canvas.rect.inflate(0, px // 2).contains(line.box), f"{line.words!r} leaves the panel"
    return canvas


EVERY = PANELS | BUTTONS
PICTURES = [
    pytest.param(size, look, id=f"{size}-{look.lang}-{'large' if look.large else 'normal'}")
    for size in EVERY
    for look in (Look(), Look(lang="en"), Look(large=True), Look(lang="en", large=True, low=True))
]


@pytest.mark.parametrize(("size", "look"), PICTURES)
def test_no_words_of_ours_are_cut_in_any_state(size: str, look: Look) -> None:
    for name, view in states(EVERY[size], look):
        if "long" not in name and name not in ("held-maybe",):  # whose names are longer than any paper
            cut = [line.words for line in recorded(view, EVERY[size]).lines if line.words.endswith("…")]
            assert not cut, name


@pytest.mark.parametrize(("size", "look"), PICTURES)
def test_no_letters_are_smaller_than_can_be_read(size: str, look: Look) -> None:
    panel = EVERY[size]
    for name, view in states(panel, look):
        for words, cap, *_ in recorded(view, panel).lines:
            assert cap >= LEAST_MM * panel.px_per_mm - 0.01, (name, words)


@pytest.mark.parametrize("look", [Look(), Look(lang="en")], ids=["vi", "en"])
def test_what_must_be_read_is_large_on_the_panel_of_the_pictures(look: Look) -> None:
    panel = PANELS["tall"]
    needed = {
        TEXTS(key, look.lang)
        for key in (
            "home.title",
            "home.hint",
            "priority.normal",
            "priority.papers",
            "done.done",
            "done.watch",
            "held.noted",
            "held.recorded_untimed",
            "scan.collect",
            "scan.hint",
            "scan.go_on",
            "scan.title_ticket",
        )
    }
    met = set()
    for name, view in states(panel, look):
        for words, cap, *_ in recorded(view, panel).lines:
            offered = name.startswith("home") and words in {r[2] for r in sample.AUTHORITIES} | {"Sở Y tế"}
            if words in needed or offered:
                met.add(words)
                assert cap >= NEEDED_MM * panel.px_per_mm - 0.5, (name, words)
    assert needed <= met


@pytest.mark.parametrize("size", EVERY)
@pytest.mark.parametrize(
    ("theme", "look"),
    [("light", Look()), ("dark", Look()), ("light", Look(contrast=True)), ("contrast", Look())],
    ids=["light", "dark", "chosen", "contrast"],
)
def test_contrast_is_at_least_seven_for_all_words(size: str, theme: ThemeName, look: Look) -> None:
    panel = EVERY[size]
    for name, view in states(panel, look):
        for words, _, _, ratio, _ in recorded(view, panel, theme).lines:
            assert ratio >= 7.0, (name, words)


def test_the_number_has_capitals_of_sixty_millimetres_where_it_fits() -> None:
    panel = PANELS["tall"]
    for name, view in states(panel, Look()):
        if name in ("done", "paper-out"):
            (cap,) = [cap for words, cap, *_ in recorded(view, panel).lines if words == "B047"]
            assert cap / panel.px_per_mm >= 60


@pytest.mark.parametrize("size", EVERY)
def test_larger_words_never_make_the_number_smaller(size: str) -> None:
    panel = EVERY[size]
    usual, large = dict(states(panel, Look())), dict(states(panel, Look(large=True)))
    for name in (
        "done",
        "done-long",
        "done-own",
        "done-dossier",
        "paper-out",
        "leftover",
        "help-with-number",
    ):
        shown = usual[name].screen
        assert isinstance(shown, Done | Held | Leftover | Help) and shown.ticket is not None
        caps = [
            max(cap for words, cap, *_ in recorded(view, panel).lines if words == shown.ticket.number)
            for view in (usual[name], large[name])
        ]
        assert caps[1] >= caps[0], name


def test_what_is_switched_on_says_so_in_a_word() -> None:
    for size, panel in PANELS.items():
        for look in (Look(large=True), Look(contrast=True), Look(lang="en", large=True, contrast=True)):
            said = [words for words, *_ in recorded(view_of(Home(), panel, look), panel).lines]
            assert said.count(TEXTS("bar.on", look.lang)) == look.large + look.contrast, (size, look)


def test_no_two_buttons_of_a_screen_have_the_same_words() -> None:
    for panel in PANELS.values():
        view = view_of(Collecting("H42.05-261123-0001", tuple(sample.FIGURES), Home()), panel, Look("en"))
        said = [words for words, *_ in recorded(view, panel).lines]
        assert said.count("Back") == said.count("Previous") == 1


def test_a_number_of_any_length_stays_on_its_card() -> None:
    for panel in PANELS.values():
        for number in ("A1", "A2-017", "W" * 12, "1" * 12):
            job = Job("r", 1, sample.ticket(number=number))
            recorded(view_of(Showing(job, PrintResult.PRINTED, 0.0), panel, Look()), panel)


def test_states_look_different_from_each_other() -> None:
    panel = PANELS["wide"]
    seen: dict[bytes, str] = {}
    for name, view in states(panel, Look()):
        picture = draw(view, panel).get_buffer().raw
        # A small panel's question has one line, which is the question.
        alike = name in ("home-long-names", "collect-priority")
        assert picture not in seen or alike, (name, seen[picture])
        seen[picture] = name


def test_the_same_view_is_the_same_picture() -> None:
    panel = PANELS["tall"]
    view = view_of(Home(), panel, Look())
    assert draw(view, panel).get_buffer().raw == draw(replace(view), panel).get_buffer().raw


def test_every_reason_the_server_can_give_has_words_of_its_own() -> None:
    for code in KIOSK_CODES:
        assert code in CODES
        assert f"closed.{code}" in TEXTS
    for status in list(PrinterStatus)[2:]:
        assert f"trouble.{status.value}" in TEXTS and f"held.title_{status.value}" in TEXTS
    assert LANGUAGES == ("vi", "en")


SAYS = {
    "home": "home.title",
    "home-no-paper": "trouble.paper-out",
    "home-no-printer": "trouble.unplugged",
    "home-clock-wrong": "trouble.clock",
    "busy": "offer.busy",
    "printing": "done.printing",
    "done": "done.title",
    "paper-out": "held.title_paper-out",
    "held-cover-open": "held.title_cover-open",
    "held-cutter-error": "held.title_cutter-error",
    "held-unplugged": "held.title_unplugged",
    "held-maybe": "held.title_maybe",
    "leftover": "leftover.hint",
    "unanswered": "offline.nothing",
    "no-server": "offline.title",
    "starting": "starting.title",
    "pause": "pause.title",
    "help": "help.title",
    "help-told": "help.told",
    "help-away": "help.staff",
    "help-with-number": "help.wait",
    "help-with-number-away": "help.staff",
    "paper-back": "held.back_paper",
    "printer-back": "held.back",
    "more-time": "more.title",
    "another": "another.title",
    **{f"closed-{code}": f"closed.{code}" for code in KIOSK_CODES[:7]},
}


@pytest.mark.parametrize("size", PANELS)
@pytest.mark.parametrize("look", [Look(), Look(lang="en")], ids=["vi", "en"])
def test_every_state_says_in_words_what_it_is(size: str, look: Look) -> None:
    met = set()
    for name, view in states(PANELS[size], look):
        if name in SAYS:
            met.add(name)
            said = " ".join(words for words, *_ in recorded(view, PANELS[size]).lines)
            key = "home.title_small" if (name, size) == ("home", "wide") else SAYS[name]
            assert TEXTS(key, look.lang) in said, name
    assert met == set(SAYS)


@pytest.mark.parametrize(("size", "look"), PICTURES)
def test_before_anything_is_chosen_every_panel_says_that_the_server_is_away_and_that_there_is_a_scanner(
    size: str, look: Look
) -> None:
    panel = EVERY[size]
    shown = dict(states(panel, look))
    said = " ".join(words for words, *_ in recorded(shown["home-scanner-alone"], panel).lines)
    assert TEXTS("offline.alone" if panel.portrait else "offline.alone_short", look.lang) in said
    assert TEXTS("scan.hint", look.lang) in said
    calm = " ".join(words for words, *_ in recorded(shown["home"], panel).lines)
    assert TEXTS("offline.alone_short", look.lang) not in calm and TEXTS("scan.hint", look.lang) not in calm


HOSTILE = [
    "<script>alert(1)</script>",
    "%s%n{0}{x}",
    "\x1b@\x1dV\x00\x07",
    "\u202edlrow\u2066",
    "Z̴̡̢̧̛̖̗̘̙̜̝̞̟̠̣̤̥̦̩̪̫̬̭̮̯̰̱̲̳̹̺̻̼͇͈͉͍͎̀́̂̃̄̅̆̇̈̉̊̋̌̍̎̏",
    "🎫" * 20,
    "A" * 5000,
    "chữ " * 1500,
    "",
    " \n\t ",
    "ệ" * 300,
    "漢字かな",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_are_shown_harmlessly(text: str) -> None:
    words = m.Words(text, text)
    one = sample.authority("a", text, text, text, text, text, 1)
    hall = hall_with(*(replace_id(one, f"a-{n}") for n in range(9)))
    assert hall.config is not None and hall.plan is not None
    config = replace_words(hall.config, words, text)
    hall = hall.with_config(config)
    reply = sample.ticket(
        number=text[:12] or " ", service=words, authority=words, place=words, url=text[:60], ahead=10**9
    )
    for panel in PANELS.values():
        recorded(view_of(Home(), panel, Look(), hall=hall), panel)
        for result in (PrintResult.PRINTED, PrintResult.PAPER_OUT):
            recorded(view_of(Showing(Job("r", 1, reply), result, 0.0), panel, Look(), hall=hall), panel)


def replace_words(config: m.DeviceConfig, words: m.Words, text: str) -> m.DeviceConfig:
    assert config.kiosk is not None
    groups = tuple(m.PriorityGroup(g.id, words) for g in config.kiosk.groups)
    plan = m.KioskPlan(config.kiosk.authorities, groups, words, text)
    return m.DeviceConfig(rev=9, at=config.at, hall=words, time_zone=config.time_zone, kiosk=plan)
