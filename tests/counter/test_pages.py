"""What a citizen answers can be hit and read on every panel, the terminal's own and the kiosks'."""

from __future__ import annotations

from itertools import combinations

import pygame
import pytest

from hardware.canvas import Canvas
from hardware.texts import LANGUAGES
from hardware.theme import THEMES, ThemeName
from kiosk.counter.layout import Layout
from kiosk.counter.screen import Painter, Targets
from kiosk.counter.view import SCALES, Faces, Points, Skip, TakeNumber, View
from kiosk.layout.panel import LEAST_MM
from tests.counter.gallery import LONG_OFFICER, OFFICER, PANELS, TEXTS, asked
from tests.recorder import Recorder

NAMES = tuple(asked("vi", False))
CASES = [(panel, name, lang) for panel in PANELS for name in NAMES for lang in LANGUAGES]
FACES = [name for name in NAMES if name.startswith("faces-")]


def shown(panel: str, name: str, lang: str, theme: ThemeName = "light") -> tuple[Recorder, Targets, Layout]:
    size, inches, needed, guest = PANELS[panel]
    canvas = Recorder(pygame.Surface(size, depth=32), THEMES[theme])
    layout = Layout.of_panel(size, inches, needed)
    page = asked("en" if lang == "en" else "vi", guest)[name]
    targets = Painter(canvas, TEXTS, layout).paint(View(page))
    return canvas, targets, layout


def px_per_mm(panel: str) -> float:
    (wide, high), inches, _, _ = PANELS[panel]
    return float((wide**2 + high**2) ** 0.5 / (inches * 25.4))


@pytest.mark.parametrize(("panel", "name", "lang"), CASES)
def test_every_target_is_a_finger_wide_and_a_gap_apart(panel: str, name: str, lang: str) -> None:
    canvas, targets, _ = shown(panel, name, lang)
    mm = px_per_mm(panel)
    for rect, _ in targets:
        assert min(rect.size) >= 20 * mm
        assert canvas.rect.contains(rect)
    for (one, _), (other, _) in combinations(targets, 2):
        assert not one.inflate(9.9 * mm, 0).colliderect(other), "5 mm beside each other"
        assert not one.inflate(0, 9.9 * mm).colliderect(other), "5 mm below each other"


@pytest.mark.parametrize(("panel", "name", "lang"), CASES)
def test_all_words_are_whole_large_enough_and_inside(panel: str, name: str, lang: str) -> None:
    canvas, _, _ = shown(panel, name, lang)
    _, _, needed, _ = PANELS[panel]
    mm = px_per_mm(panel)
    for words, cap, rect, *_ in canvas.lines:
        capital = cap / mm
        beside_the_question = any(words in sentence for sentence in who_served(lang))
        assert capital >= (LEAST_MM if beside_the_question else needed) - 0.05, words
        assert "…" not in words, words
        assert canvas.rect.contains(rect), words


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("panel", PANELS)
def test_every_word_stands_out_from_its_ground(panel: str, theme: ThemeName) -> None:
    for name in NAMES:
        canvas, _, _ = shown(panel, name, "vi", theme)
        for words, _, _, ratio, _ in canvas.lines:
            assert ratio >= 7.0, (name, words)


def who_served(lang: str) -> list[str]:
    """What a citizen is asked to confirm, in all the ways that it is said."""
    keys, names = ("officer", "officer_short", "officer_shortest"), (OFFICER, LONG_OFFICER)
    return [TEXTS(f"rate.{key}", lang, name=name) for key in keys for name in names]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("panel", PANELS)
def test_who_served_is_named_to_be_confirmed_or_skipped(panel: str, lang: str) -> None:
    for name in FACES:
        canvas, targets, _ = shown(panel, name, lang)
        told = " ".join(words for words, *_ in canvas.lines)
        assert any(sentence in told for sentence in who_served(lang)), told
        assert all(TEXTS("rate.skip", lang) in sentence for sentence in who_served(lang))
        assert targets[-1][1] == Skip()
        ((where, _),) = [each for each in targets if isinstance(each[1], Skip)]
        written = [rect for words, _, rect, *_ in canvas.lines if any(words in s for s in who_served(lang))]
        assert sum(not where.contains(rect) for rect in written) >= 2, "beside the button, on its own lines"
    canvas, _, _ = shown(panel, "nobody-named", lang)
    assert not any(TEXTS("rate.officer", lang, name="")[:9] in words for words, *_ in canvas.lines)


@pytest.mark.parametrize("panel", PANELS)
def test_a_name_that_is_too_long_is_cut_and_not_what_is_asked(panel: str) -> None:
    size, inches, needed, guest = PANELS[panel]
    for levels in SCALES:
        canvas = Recorder(pygame.Surface(size, depth=32), THEMES["light"])
        page = Faces("A2-017", "12", levels, "vi", "Ủy ban " * 30, guest)
        Painter(canvas, TEXTS, Layout.of_panel(size, inches, needed)).paint(View(page))
        told = " ".join(words for words, *_ in canvas.lines)
        assert "… Sai? Bấm Bỏ qua." in told


@pytest.mark.parametrize("panel", PANELS)
def test_a_kiosk_offers_a_number_and_a_terminal_does_not(panel: str) -> None:
    for levels in SCALES:
        _, targets, _ = shown(panel, f"faces-{levels}", "vi")
        kinds = [type(target) for _, target in targets]
        assert kinds.count(TakeNumber) == PANELS[panel][3]
        assert kinds.count(Skip) == 1 and kinds[-1] is Skip


@pytest.mark.parametrize("panel", PANELS)
def test_a_question_has_three_equal_answers_the_best_first(panel: str) -> None:
    _, targets, _ = shown(panel, "question-7", "vi")
    assert [target for _, target in targets] == [Points(2), Points(1), Points(0), Skip()]
    answers = [rect for rect, target in targets if isinstance(target, Points)]
    assert len({rect.width for rect in answers}) == 1
    assert max(rect.height for rect in answers) - min(rect.height for rect in answers) <= 1


def test_upright_everything_is_within_reach_of_a_seated_person() -> None:
    """Of a panel whose picture begins at 770 mm: centres between 800 and 1100 mm."""
    mm = px_per_mm("tall")
    for name in NAMES:
        _, targets, _ = shown("tall", name, "vi")
        for rect, _ in targets:
            assert 800 <= 770 + (1920 - rect.centery) / mm <= 1100


@pytest.mark.parametrize("size", [(480, 320), (320, 480), (480, 800), (1024, 600), (600, 1024)])
def test_panels_too_small_for_people_still_show_every_page(size: tuple[int, int]) -> None:
    for guest in (False, True):
        for page in asked("vi", guest).values():
            canvas = Canvas(pygame.Surface(size, depth=32), THEMES["light"])
            for rect, _ in Painter(canvas, TEXTS, Layout.of_panel(size, 7.0)).paint(View(page)):
                assert canvas.rect.contains(rect)
