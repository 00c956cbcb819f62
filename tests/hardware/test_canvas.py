"""Words, numbers, cards and icons land where they were sent, whole and in their colours."""

import unicodedata

import pygame
import pytest

from hardware import icons, type as letters
from hardware.canvas import Anchor, Canvas, DoesNotFit
from hardware.theme import BLACK, RGB, THEMES, WHITE

LIGHT = THEMES["light"]
RED: RGB = (255, 0, 0)


def sheet(width: int = 800, height: int = 400) -> Canvas:
    canvas = Canvas(pygame.Surface((width, height), depth=32), LIGHT)
    canvas.clear(WHITE)
    return canvas


def ink_of(canvas: Canvas) -> pygame.Rect:
    """The smallest rectangle around everything that is not white."""
    mask = pygame.mask.from_threshold(canvas.surface, WHITE, (1, 1, 1, 255))
    mask.invert()
    boxes = mask.get_bounding_rects()
    return boxes[0].unionall(boxes[1:]) if boxes else pygame.Rect(0, 0, 0, 0)


def at(canvas: Canvas, x: int, y: int) -> tuple[int, int, int]:
    red, green, blue, _ = canvas.surface.get_at((x, y))
    return red, green, blue


@pytest.mark.parametrize("weight", letters.WEIGHTS)
def test_the_rectangle_of_a_text_holds_all_its_ink(weight: int) -> None:
    canvas = sheet()
    held = canvas.text("ẾẪỘỰặgỹQuầy", (60, 200), 96, weight)
    assert held.contains(ink_of(canvas))


def test_text_stands_where_its_anchor_says() -> None:
    wide = sheet().width("HIỂN", 60, 700)
    places: dict[Anchor, float] = {"left": 400, "centre": 400 - wide / 2, "right": 400 - wide}
    for anchor, left in places.items():
        canvas = sheet()
        held = canvas.text("HIỂN", (400, 200), 60, 700, anchor=anchor)
        assert abs(held.left - left) <= 1
        assert held.width == wide
        assert ink_of(canvas).bottom == 200


def test_the_middle_of_the_capitals_is_the_middle() -> None:
    canvas = sheet()
    canvas.text("H", (400, 200), 100, 700, level="middle")
    assert abs(ink_of(canvas).centery - 200) <= 1


def test_the_top_is_the_top_of_a_line_box_with_room_for_accents() -> None:
    canvas = sheet()
    canvas.text("H", (40, 100), 100, 700, level="top")
    ink = ink_of(canvas)
    assert ink.bottom == round(100 + letters.BASELINE_IN_LINE * 100)
    assert ink.top > 100


def test_words_wrap_into_lines_of_about_equal_width() -> None:
    canvas = sheet()
    size, lines = canvas.fit("Sở Tài nguyên và Môi trường", (0, 0, 380, 150), 42, 700, max_lines=2)
    assert (size, lines) == (42, ["Sở Tài nguyên", "và Môi trường"])
    held = canvas.text_box("Sở Tài nguyên và Môi trường", (100, 100, 380, 150), 42, 700, RED, max_lines=2)
    assert held.height == 2 * letters.line_px(42)
    assert held.topleft == (100, 100)
    assert held.inflate(2, 20).contains(ink_of(canvas))


def test_line_feeds_are_kept() -> None:
    assert sheet().fit("một\nhai ba", (0, 0, 800, 400), 40)[1] == ["một", "hai ba"]


def test_words_shrink_only_as_far_as_allowed() -> None:
    canvas = sheet()
    size, lines = canvas.fit("Văn phòng Đăng ký đất đai", (0, 0, 400, 60), 42, 700, max_lines=1, min_px=20)
    assert lines == ["Văn phòng Đăng ký đất đai"]
    assert 20 <= size < 42
    assert canvas.width(lines[0], size, 700) <= 400 < canvas.width(lines[0], size + 1, 700)


@pytest.mark.parametrize(
    ("text", "box", "most"),
    [
        ("Văn phòng Đăng ký đất đai", (0, 0, 300, 400), 1),  # too many lines
        ("Văn phòng Đăng ký đất đai", (0, 0, 300, 60), None),  # too high
        ("Nghiêng", (0, 0, 60, 400), None),  # one word too wide
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_drawn(
    text: str, box: tuple[int, int, int, int], most: int | None
) -> None:
    canvas = sheet()
    with pytest.raises(DoesNotFit) as caught:
        canvas.text_box(text, box, 40, max_lines=most, min_px=38)
    assert (caught.value.text, caught.value.px) == (text, 38)
    assert ink_of(canvas).size == (0, 0)


def test_a_box_can_be_filled_from_the_middle_and_the_bottom() -> None:
    box = pygame.Rect(100, 50, 400, 300)
    assert sheet().text_box("một hai", box, 40).top == 50
    assert sheet().text_box("một hai", box, 40, valign="middle").top == 50 + (300 - 54) // 2
    assert sheet().text_box("một hai", box, 40, valign="bottom").bottom == 350


def test_numbers_of_equal_length_are_equally_wide() -> None:
    canvas = sheet()
    for weight in letters.WEIGHTS:
        widths = {canvas.figures_width(f"{n:03}", 100, weight) for n in range(0, 1000, 37)}
        assert widths == {3 * letters.cell_px(weight, 100)}


def test_each_figure_is_centred_in_its_cell() -> None:
    for figure in "0123456789":
        canvas = sheet()
        held = canvas.figures(figure, (100, 300), 300, 800)
        assert held.width == letters.cell_px(800, 300)
        assert abs(ink_of(canvas).centerx - held.centerx) <= 9, (
            figure
        )  # half of the font's own unequal margins


def test_letters_in_numbers_keep_their_own_width() -> None:
    canvas = sheet()
    wide = canvas.figures_width("A031", 200)
    assert wide == canvas.width("A", 200, 800) + 3 * letters.cell_px(800, 200)
    held = canvas.figures("A031", (700, 300), 200, anchor="right")
    assert (held.left, held.width) == (700 - wide, wide)
    assert held.contains(ink_of(canvas))


def test_decomposed_words_are_composed_before_they_are_drawn() -> None:
    one, other = sheet(), sheet()
    one.text("Nguyễn Thị Ẩm", (10, 200), 60)
    other.text(unicodedata.normalize("NFD", "Nguyễn Thị Ẩm"), (10, 200), 60)
    assert one.surface.get_buffer().raw == other.surface.get_buffer().raw


def test_a_card_is_filled_framed_and_round() -> None:
    canvas = sheet()
    canvas.card((100, 100, 200, 120), LIGHT.surface, 20, RED, 3)
    canvas.card((400, 100, 200, 120), RED)
    assert ink_of(canvas) == pygame.Rect(100, 100, 500, 120)
    assert at(canvas, 100, 100) == WHITE  # outside the corner
    for edge in ((200, 100), (200, 102), (100, 160), (299, 160), (200, 219), (200, 217)):
        assert at(canvas, *edge) == RED
    assert at(canvas, 200, 103) == at(canvas, 200, 160) == LIGHT.surface
    assert at(canvas, 500, 160) == RED
    blends = {at(canvas, x, y) for x in range(400, 420) for y in range(100, 120)} - {RED, WHITE}
    assert blends, "round corners have steps"
    assert all(red == 255 and green == blue for red, green, blue in blends), "an edge got dark"


def test_a_card_without_fill_leaves_what_is_under_it() -> None:
    canvas = sheet()
    canvas.fill((0, 0, 800, 400), (10, 200, 30))
    canvas.card((100, 100, 200, 120), None, 20, RED, 3)
    assert at(canvas, 200, 160) == at(canvas, 108, 108) == (10, 200, 30)
    assert at(canvas, 200, 100) == RED


def test_a_dashed_border_has_gaps_on_every_side() -> None:
    canvas = sheet()
    canvas.card((100, 100, 300, 200), LIGHT.off, 20, BLACK, 3, dashed=True)
    sides = [[at(canvas, x, y) for x in range(120, 380)] for y in (101, 298)] + [
        [at(canvas, x, y) for y in range(120, 280)] for x in (101, 398)
    ]
    for side in sides:
        assert {BLACK, LIGHT.off} <= set(side)


def test_a_card_smaller_than_its_corners_is_a_pill() -> None:
    canvas = sheet()
    canvas.card((100, 100, 30, 12), RED, 20, BLACK, 2)
    assert ink_of(canvas) == pygame.Rect(100, 100, 30, 12)


def test_a_code_is_square_black_on_white_with_its_quiet_zone() -> None:
    canvas = sheet()
    canvas.clear(RED)
    matrix = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    taken = canvas.image((100, 100, 240, 230), matrix)
    assert taken.size == (11 * 20, 11 * 20)
    assert taken.center == (220, 215)
    corner = taken.x + 4 * 20, taken.y + 4 * 20
    assert at(canvas, *corner) == BLACK
    assert at(canvas, corner[0] - 1, corner[1]) == at(canvas, corner[0] + 20, corner[1]) == WHITE
    with pytest.raises(DoesNotFit):
        canvas.image((0, 0, 10, 10), matrix)


@pytest.mark.parametrize("name", icons.ICONS)
@pytest.mark.parametrize("side", [20, 64, 200])
def test_every_icon_fills_its_square_without_leaving_it(name: str, side: int) -> None:
    canvas = sheet()
    place = icons.draw(canvas, name, (100, 100, side, side + 40), BLACK)
    assert place == pygame.Rect(100, 120, side, side)
    ink = ink_of(canvas)
    assert place.contains(ink)
    assert max(ink.size) >= 0.8 * side


def test_icons_differ_in_shape_and_not_only_in_colour() -> None:
    pictures = {name: icons.picture(name, 64, BLACK).get_buffer().raw for name in icons.ICONS}
    assert len(set(pictures.values())) == len(pictures)
    wanted = "arrow person clock info warning tick half diamond star contrast text_size low_mode scan"
    assert {*wanted.split(), *icons.FACES} == set(icons.ICONS)


def test_an_icon_is_cut_out_of_its_ground() -> None:
    canvas = sheet()
    canvas.clear(RED)
    icons.draw(canvas, "info", (0, 0, 240, 240), BLACK)
    assert at(canvas, 120, 150) == RED
    assert at(canvas, 60, 120) == BLACK
