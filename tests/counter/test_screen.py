"""The rating screen can be hit, read and never breaks."""

from __future__ import annotations

from itertools import combinations

import pygame
import pytest

from broker.messages import PriorityGroup, Words
from hardware.canvas import Canvas
from hardware.texts import Texts
from hardware.theme import THEMES, ThemeName
from kiosk.counter.layout import Layout
from kiosk.counter.screen import Painter, Targets, hit
from kiosk.counter.view import (
    SCALES,
    Faces,
    Idle,
    Level,
    Line,
    More,
    Page,
    Reason,
    Reasons,
    Skip,
    Thanks,
    View,
    face_of,
)

PX_PER_MM = 5.25  # 7 inches, 800 x 480
TEXTS = Texts.load("kiosk.counter")
REASONS = tuple(
    PriorityGroup(f"r{n}", Words(vi=words, en=words))
    for n, words in enumerate(
        ("Chờ lâu", "Hướng dẫn chưa rõ", "Thái độ chưa tốt", "Đi lại nhiều lần", "Lý do khác")
    )
)
PAGES: dict[str, Page] = {
    **{
        f"faces {levels} {lang}": Faces("B047", "7", levels, lang)
        for levels in SCALES
        for lang in ("vi", "en")
    },
    "long": Faces("A12-0047", "Một cửa 12", 5),
    "reasons": Reasons(REASONS, False),
    "more reasons": Reasons(REASONS[:4], True),
    "thanks": Thanks(),
    "called": Idle("called", "7", "B047"),
    "closed": Idle("closed", "7"),
}


def painted(
    page: Page, size: tuple[int, int] = (800, 480), theme: ThemeName = "light"
) -> tuple[pygame.Surface, Targets]:
    surface = pygame.Surface(size, depth=32)
    return surface, painter(surface, theme).paint(View(page))


def painter(surface: pygame.Surface, theme: ThemeName = "light") -> Painter:
    return Painter(Canvas(surface, THEMES[theme]), TEXTS, Layout.of_panel(surface.get_size(), 7.0))


@pytest.mark.parametrize("name", PAGES)
def test_every_target_is_a_finger_wide_and_a_gap_apart(name: str) -> None:
    _, targets = painted(PAGES[name])
    for rect, _ in targets:
        assert min(rect.size) >= 20 * PX_PER_MM
        assert pygame.Rect(0, 0, 800, 480).contains(rect)
    for (one, _), (other, _) in combinations(targets, 2):
        assert not one.inflate(4.9 * PX_PER_MM, 2 * PX_PER_MM).colliderect(other)


@pytest.mark.parametrize("levels", SCALES)
def test_the_faces_are_of_equal_size_and_the_best_is_first(levels: int) -> None:
    _, targets = painted(Faces("B047", "7", levels))
    faces = [(rect, target) for rect, target in targets if isinstance(target, Level)]
    assert [target.level for _, target in faces] == list(range(levels, 0, -1))
    assert max(rect.width for rect, _ in faces) - min(rect.width for rect, _ in faces) <= 1
    assert len({rect.height for rect, _ in faces}) == 1
    assert [rect for rect, _ in faces] == sorted((rect for rect, _ in faces), key=lambda r: (r.y, r.x))
    assert targets[-1][1] == Skip()


def test_every_page_of_reasons_can_be_skipped() -> None:
    for more in (False, True):
        _, targets = painted(Reasons(REASONS[: 4 if more else 5], more))
        kinds = [type(target) for _, target in targets]
        assert kinds == [Reason] * (4 if more else 5) + [More] * more + [Skip]


@pytest.mark.parametrize("levels", SCALES)
def test_a_scale_goes_from_the_worst_to_the_best_face_it_uses(levels: int) -> None:
    faces = [face_of(level, levels) for level in range(1, levels + 1)]
    assert faces == sorted(set(faces)) and len(faces) == levels
    assert faces[0] <= 2 and faces[-1] >= 4


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_paints_in_every_theme_and_the_same_twice(name: str, theme: ThemeName) -> None:
    one, other = (painted(PAGES[name], theme=theme)[0] for _ in range(2))
    assert one.get_buffer().raw == other.get_buffer().raw


@pytest.mark.parametrize("size", [(1280, 800), (1024, 600), (480, 320), (480, 800)])
def test_the_page_fills_other_panels_too(size: tuple[int, int]) -> None:
    for page in PAGES.values():
        _, targets = painted(page, size)
        for rect, _ in targets:
            assert pygame.Rect((0, 0), size).contains(rect)


def test_a_touch_finds_its_target_and_nothing_beside_it() -> None:
    _, targets = painted(Faces("B047", "7", 4))
    assert hit(targets, 100, 200) == Level(4)
    assert hit(targets, 700, 200) == Level(1)
    assert hit(targets, 670, 410) == Skip()
    assert hit(targets, 200, 200) is None and hit(targets, -5, 9000) is None


@pytest.mark.parametrize(
    "words",
    ["W" * 400, "ẪỆỰỠ " * 100, " ", "", "\n\n", "🏛" * 50],
    ids=["wide", "accents", "space", "nothing", "lines", "pictures"],
)
def test_texts_that_somebody_configured_wrong_break_nothing(words: str) -> None:
    reasons = tuple(PriorityGroup(f"r{n}", Words(vi=words, en=words)) for n in range(5))
    for page in (
        Reasons(reasons, False),
        Faces(words[:12] or "-", words, 4),
        Idle("called", words, words[:12]),
    ):
        surface = pygame.Surface((800, 480), depth=32)
        line = Line("refused.brand-new", (("code", words),), "refused")
        painter(surface).paint(View(page, line))


def test_a_refusal_that_is_not_known_yet_is_told_with_its_code() -> None:
    line = painter(pygame.Surface((800, 480), depth=32)).line
    assert "brand-new" in line(Line("refused.brand-new", (("code", "brand-new"),)))
    assert line(Line("done.recall", (("number", "B047"),))) == "Đã gọi lại B047"
    assert line(None) == ""
