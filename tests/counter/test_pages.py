"""What a citizen answers can be hit and read on every panel, the terminal's own and the kiosks'."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pygame
import pytest

from broker import messages as m
from hardware.canvas import Anchor, Canvas, Level, Point, baseline_of
from hardware.texts import LANGUAGES, Texts
from hardware.theme import RGB, THEMES, Theme, ThemeName, contrast
from hardware.type import CAP_HEIGHT, RENDERINGS, nfc
from kiosk.counter.layout import AT_HAND_MM, LEAST_MM, STANDING_MM, Layout
from kiosk.counter.screen import Painter, Targets
from kiosk.counter.view import SCALES, Asked, Faces, Inquiry, Points, Reasons, Skip, TakeNumber, Thanks, View
from server.questionnaire import legal_questions
from server.site_file import load_site
from tests.web.place import HANAM

TEXTS = Texts.load("kiosk.counter")
OFFICER = "Nguyễn Thị Hồng Hạnh"
# size in pixels, diagonal in inches, capitals that must be readable, and whether it is a kiosk's
PANELS: dict[str, tuple[tuple[int, int], float, float, bool]] = {
    "terminal": ((800, 480), 7.0, AT_HAND_MM, False),
    "kiosk across": ((1280, 800), 10.1, STANDING_MM, True),
    "kiosk upright": ((1080, 1920), 21.5, STANDING_MM, True),
}
QUESTIONS = tuple(
    m.Question(
        q.id,
        m.Words(q.text.vi, q.text.en),
        tuple(m.Words(a.vi, a.en) for a in q.answers),  # type: ignore[arg-type]
    )
    for q in legal_questions().values()
)
REASONS = tuple(m.PriorityGroup(id, m.Words(w.vi, w.en)) for id, w in load_site(HANAM).reasons.items())


def pages(lang: Any, guest: bool) -> dict[str, Asked]:
    return {
        **{f"faces {levels}": Faces("B047", "7", levels, lang, OFFICER, guest) for levels in SCALES},
        "nobody named": Faces("A2-017", "12", 4, lang, "", guest),
        "reasons": Reasons(REASONS[:4], True, lang),
        "more reasons": Reasons(REASONS[4:], True, lang),
        **{f"question {q.id}": Inquiry(q, n, 4, lang) for n, q in enumerate(QUESTIONS, 1)},
        "thanks": Thanks(lang),
    }


NAMES = tuple(pages("vi", False))
CASES = [(panel, name, lang) for panel in PANELS for name in NAMES for lang in LANGUAGES]


class Recorder(Canvas):
    """Draws as always, and remembers each line: words, size, place, and contrast to what lay there."""

    def __init__(self, surface: pygame.Surface, theme: Theme) -> None:
        super().__init__(surface, theme)
        self.lines: list[tuple[str, int, pygame.Rect, float]] = []

    def text(
        self,
        s: str,
        pos: Point,
        px: int,
        weight: int = 400,
        colour: RGB | None = None,
        anchor: Anchor = "left",
        level: Level = "baseline",
    ) -> pygame.Rect:
        before = self.surface.copy()
        rect = super().text(s, pos, px, weight, colour, anchor, level)
        line = RENDERINGS.get(nfc(s), px, weight, colour or self.theme.ink)
        ink = line.surface.get_rect(
            topleft=(rect.left + line.left, baseline_of(pos[1], px, level) + line.top)
        )
        ground = tuple(before.get_at(ink.clamp(self.rect).center))[:3]
        self.lines.append((s, px, ink, contrast(colour or self.theme.ink, ground)))  # type: ignore[arg-type]
        return rect


def shown(
    panel: str, name: str, lang: str, theme: ThemeName = "light", large: bool = False
) -> tuple[Recorder, Targets, Layout]:
    size, inches, needed, guest = PANELS[panel]
    canvas = Recorder(pygame.Surface(size, depth=32), THEMES[theme])
    layout = Layout.of_panel(size, inches, needed)
    targets = Painter(canvas, TEXTS, layout).paint(View(pages(lang, guest)[name]), large=large)
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
@pytest.mark.parametrize("large", [False, True])
def test_all_words_are_whole_large_enough_and_inside(panel: str, name: str, lang: str, large: bool) -> None:
    canvas, _, _ = shown(panel, name, lang, large=large)
    _, _, needed, _ = PANELS[panel]
    mm = px_per_mm(panel)
    for words, px, rect, _ in canvas.lines:
        capital = px * CAP_HEIGHT / mm
        beside_the_question = OFFICER.startswith(words) or any(part in words for part in OFFICER.split())
        served_by = words.startswith(("Người phục vụ", "Served by"))
        assert capital >= (LEAST_MM if beside_the_question or served_by else needed) - 0.05, words
        assert "…" not in words, words
        assert canvas.rect.contains(rect), words


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("panel", PANELS)
def test_every_word_stands_out_from_its_ground(panel: str, theme: ThemeName) -> None:
    for name in NAMES:
        canvas, _, _ = shown(panel, name, "vi", theme)
        for words, _, _, ratio in canvas.lines:
            assert ratio >= 7.0, (name, words)


@pytest.mark.parametrize("panel", PANELS)
def test_who_served_is_named_and_so_is_the_visit(panel: str) -> None:
    for levels in SCALES:
        canvas, _, _ = shown(panel, f"faces {levels}", "vi")
        told = " ".join(words for words, _, _, _ in canvas.lines)
        assert OFFICER in told
    canvas, _, _ = shown(panel, "nobody named", "vi")
    assert not any("phục vụ:" in words for words, _, _, _ in canvas.lines)


@pytest.mark.parametrize("panel", PANELS)
def test_a_kiosk_offers_a_number_and_a_terminal_does_not(panel: str) -> None:
    for levels in SCALES:
        _, targets, _ = shown(panel, f"faces {levels}", "vi")
        kinds = [type(target) for _, target in targets]
        assert kinds.count(TakeNumber) == PANELS[panel][3]
        assert kinds.count(Skip) == 1 and kinds[-1] is Skip


@pytest.mark.parametrize("panel", PANELS)
def test_a_question_has_three_equal_answers_the_best_first(panel: str) -> None:
    _, targets, _ = shown(panel, "question 7", "vi")
    assert [target for _, target in targets] == [Points(2), Points(1), Points(0), Skip()]
    answers = [rect for rect, target in targets if isinstance(target, Points)]
    assert len({rect.width for rect in answers}) == 1
    assert max(rect.height for rect in answers) - min(rect.height for rect in answers) <= 1


def test_upright_everything_is_within_reach_of_a_seated_person() -> None:
    """Of a panel whose picture begins at 770 mm: centres between 800 and 1100 mm (K02)."""
    mm = px_per_mm("kiosk upright")
    for name in NAMES:
        _, targets, _ = shown("kiosk upright", name, "vi")
        for rect, _ in targets:
            assert 800 <= 770 + (1920 - rect.centery) / mm <= 1100


def test_text_size_makes_words_larger() -> None:
    for panel in ("kiosk across", "kiosk upright"):
        usual, large = (shown(panel, "faces 4", "vi", large=x)[0].lines for x in (False, True))
        size = {words: px for words, px, _, _ in usual}
        assert any(px > size.get(words, px) for words, px, _, _ in large)


@pytest.mark.parametrize("size", [(480, 320), (320, 480), (480, 800), (1024, 600), (600, 1024)])
def test_panels_too_small_for_people_still_show_every_page(size: tuple[int, int]) -> None:
    for guest in (False, True):
        for page in pages("vi", guest).values():
            canvas = Canvas(pygame.Surface(size, depth=32), THEMES["light"])
            for rect, _ in Painter(canvas, TEXTS, Layout.of_panel(size, 7.0)).paint(View(page)):
                assert canvas.rect.contains(rect)
