"""All of Vietnamese is whole on the surface: what is painted is what free room would have shown (B09)."""

from dataclasses import replace

import pygame
import pytest

from display.fit import Panel
from display.layout import picture
from display.marks import Box, Icon, Region, Rule, Word
from display.paint import Painter
from display.pictures import picture_of
from display.scene import Desk, Hero, Line, Staleness, Waiting
from display.top import on_top
from display.view import DossierRow, LateRow, Page, Progress, Slides, SlideText, View
from hardware.theme import THEMES
from tests.display.test_layout import PANELS, SCENE, TEXTS, WALL, drawn, said
from tests.hardware.test_type import ACCENTED

FREE = 200  # pixels of free room all around
GROUPS = [ACCENTED[i : i + 15] for i in range(0, len(ACCENTED), 15)]
FEW = [panel for panel in PANELS if panel.width * panel.height <= 1920 * 1080]  # pixels only scale
HARDEST = "Ế Ẫ Ộ ặ Ễ Ỗ ự g Ậy"


def free(mark, by):
    """The same mark, moved right and down."""
    if isinstance(mark, Word):
        return replace(mark, x=mark.x + by, y=mark.y + by)
    box = mark.box
    return replace(mark, box=Box(box.x + by, box.y + by, box.width, box.height))


def whole_on_the_surface(regions, panel, theme="light"):
    """Painted region by region on the panel, and as one region with free room around: the same pixels."""
    surface = pygame.Surface((panel.width, panel.height), depth=32)
    Painter(surface, THEMES[theme]).paint(regions)
    size = (panel.width + 2 * FREE, panel.height + 2 * FREE)
    large = pygame.Surface(size, depth=32)
    marks = tuple(free(mark, FREE) for region in regions for mark in region.marks)
    Painter(large, THEMES[theme]).paint((Region("all", Box(0, 0, *size), marks),))
    inner = pygame.Rect(FREE, FREE, panel.width, panel.height)
    same = pygame.image.tobytes(large.subsurface(inner), "RGB") == pygame.image.tobytes(surface, "RGB")
    large.fill(THEMES[theme].ground, inner)
    outside = pygame.mask.from_threshold(large, (*THEMES[theme].ground, 255), (1, 1, 1, 255))
    return same and outside.count() == size[0] * size[1]


@pytest.mark.parametrize("panel", FEW, ids=str)
def test_every_letter_is_whole_in_names_and_notices(panel):
    seen = set()
    for group in GROUPS:
        scene = replace(SCENE, hall="".join(group), notices=(" ".join(group),))
        for page in range(8):
            regions = picture(replace(scene, page=page), panel, TEXTS, "vi")
            if page and regions == picture(replace(scene, page=page - 1), panel, TEXTS, "vi"):
                break
            assert whole_on_the_surface(regions, panel)
            seen |= {
                sign for region in regions if region.name == "band" for text in said(region) for sign in text
            }
    assert set(ACCENTED) <= seen


STATES = {
    "counters": replace(SCENE, page=1, desks=(Desk("3", "A031"), Desk("Ẫ", "Ệ031"), Desk("4", paused=True))),
    "paused": replace(SCENE, page=1, desks=(Desk("3", paused=True), Desk("Ậ", paused=True))),
    "next": replace(SCENE, page=1, upcoming=("Ế032", "Ộ033")),
    "letters": replace(
        SCENE,
        hero=Hero("Ẫ031", "Ộ3", fresh=True),
        rows=(Line("Ễ042", "Ậ7"), Line("ặ008", "ị12")),
        waiting=(Waiting("Ế", 6), Waiting("ặ", 4), Waiting("Ỗ", 21)),
    ),
    "lost": replace(SCENE, staleness=Staleness.LOST, hall=HARDEST),
    "blank": replace(SCENE, staleness=Staleness.BLANK, hero=None),
    "empty": replace(SCENE, hero=None, rows=()),
}


@pytest.mark.parametrize("panel", FEW, ids=str)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_word_of_every_state_is_whole(panel, lang):
    for name, scene in STATES.items():
        assert whole_on_the_surface(picture(scene, panel, TEXTS, lang), panel), name


def test_a_page_of_counters_is_whole_where_its_rows_are_lower_than_its_words_could_be():
    wide, panel = "AĐ12-1234", Panel(1280, 1024, 19, 2)
    rows = (Line(wide, "KCN-1"),) * 5
    for desk in STATES["counters"].desks:
        scene = replace(SCENE, page=1, hero=Hero(wide, "KCN-1"), rows=rows, desks=(desk,))
        assert whole_on_the_surface(picture(scene, panel, TEXTS, "vi"), panel)


def test_calls_above_something_else_are_whole():
    for scene in (*STATES.values(), replace(SCENE, hero=Hero("Ẫ031", "Ộ3"), rows=(Line("Ễ042", "ặ7"),))):
        regions, _ = on_top(scene, replace(WALL, seat_m=8), TEXTS, "vi")
        assert whole_on_the_surface(regions, WALL)


@pytest.mark.parametrize("panel", FEW, ids=str)
def test_every_letter_is_whole_on_slides(panel):
    for group in GROUPS:
        text = SlideText(" ".join(group), (" ".join(group), HARDEST))
        for turn in range(3):
            view = View("slides", SCENE, slides=Slides((text, SlideText(HARDEST)), turn))
            assert whole_on_the_surface(picture_of(view, panel, panel, TEXTS, "vi"), panel)


@pytest.mark.parametrize("face", ["calls-progress", "progress"])
def test_every_letter_is_whole_among_the_dossiers(face):
    panel, table = replace(WALL, seat_m=8), replace(WALL, seat_m=5)
    stages = ("ready", "supplement", "payment", "processing", "overdue")
    for group in GROUPS:
        rows = tuple(
            DossierRow("261109-0118", "".join(group[i * 3 : i * 3 + 3]) + " ẲỵỘ", stage, "14")
            for i, stage in enumerate(stages)
        )
        late = tuple(LateRow("".join(group[i * 3 : i * 3 + 3]) + " ẲỵỘ", 3, 5) for i in range(5))
        for page in (Page(1, 2, rows=rows), Page(2, 2, late=late, month="2026-10")):
            view = View(face, SCENE, progress=Progress(page, 18, 7))
            assert whole_on_the_surface(picture_of(view, panel, table, TEXTS, "vi"), panel)


def test_a_clipped_accent_would_be_found():
    """The comparison is worth something: a region one accent too low, or a word at the panel's edge."""
    regions = list(picture(replace(SCENE, notices=("Ẫ Ế Ộ",)), WALL, TEXTS, "vi"))
    band = regions[-1]
    words = tuple(mark for mark in band.marks if not isinstance(mark, Icon | Rule))
    low = Box(band.box.x, band.box.y + 12, band.box.width, band.box.height - 12)
    assert not whole_on_the_surface((*regions[:-1], Region("band", low, words)), WALL)
    edge = Word("Ẫ", 30, 20, 60, 600, "ink")
    assert not whole_on_the_surface((Region("edge", Box(0, 0, 1920, 1080), (edge,)),), WALL)
    assert drawn(SCENE)["band"]
