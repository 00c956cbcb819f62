"""The shipped fonts draw Vietnamese whole: every letter there, no accent cut, figures in equal cells."""

import hashlib
import itertools
import unicodedata
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from hardware import type as letters
from hardware.theme import BLACK

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
LOWER = [unicodedata.normalize("NFC", v + t) for v, t in itertools.product(VOWELS, TONES)] + ["đ"]
ACCENTED = [c for c in LOWER + [x.upper() for x in LOWER] if not c.isascii()]
SIGNS = "+–—“”’…·₫%/:;,.()?!«»°×" + "0123456789"
weights = pytest.mark.parametrize("weight", letters.WEIGHTS)
WEB_FONTS = letters.FONTS.parent.parent / "server" / "web" / "static" / "fonts"


def drawn(text: str, px: int, weight: int) -> tuple[bytes, tuple[int, int], int]:
    picture = letters.render(text, px, weight, BLACK)
    return picture.surface.get_buffer().raw, picture.surface.get_size(), picture.advance


@weights
def test_every_vietnamese_letter_is_in_the_font_and_unlike_all_others(weight: int) -> None:
    assert len(ACCENTED) == 134
    nothing = drawn("\u4e00", 48, weight)
    pictures = {drawn(letter, 48, weight) for letter in [*ACCENTED, *SIGNS, *"AZaz"]}
    assert nothing not in pictures
    assert len(pictures) == 134 + len(SIGNS) + 4


@weights
@pytest.mark.parametrize("px", [22, 40, 139])
def test_no_accent_and_no_tail_is_cut(weight: int, px: int) -> None:
    """Held against Pillow, which draws the same letters on a sheet with room on all sides."""
    pen = ImageFont.truetype(letters.font_path(weight), px)
    for letter in [*ACCENTED, "g", "Q", "j"]:
        sheet = Image.new("L", (4 * px, 4 * px))
        ImageDraw.Draw(sheet).text((px, 2 * px), letter, font=pen, fill=255, anchor="ls")
        ink = sheet.getbbox()
        assert ink is not None
        ours = letters.render(letter, px, weight, BLACK)
        assert abs(ours.top - (ink[1] - 2 * px)) <= 1, letter
        assert abs(ours.top + ours.surface.get_height() - (ink[3] - 2 * px)) <= 1, letter
        assert abs(ours.surface.get_width() - (ink[2] - ink[0])) <= 2, letter


@weights
def test_composed_and_decomposed_words_are_drawn_alike(weight: int) -> None:
    word = "Nguyễn Thị Ánh Đặng Ngọc Ẩm"
    assert drawn(unicodedata.normalize("NFD", word), 40, weight) == drawn(word, 40, weight)
    assert letters.width(unicodedata.normalize("NFD", word), 40, weight) == letters.width(word, 40, weight)


@weights
def test_capitals_are_as_high_as_said(weight: int) -> None:
    height = letters.render("H", letters.cap_px(222), weight, BLACK).surface.get_height()
    assert abs(height - 222) <= 2


@weights
def test_every_figure_fits_its_cell(weight: int) -> None:
    cell = letters.cell_px(weight, 300)
    for figure in letters.FIGURES:
        assert letters.render(figure, 300, weight, BLACK).surface.get_width() < cell


def test_a_weight_that_is_not_shipped_is_refused() -> None:
    with pytest.raises(ValueError, match="no weight 500"):
        letters.font_path(500)


def test_nothing_to_write_is_no_picture() -> None:
    assert letters.render("", 40, 400, BLACK).advance == 0


@pytest.mark.parametrize("text", ["\U000e0100", "\ufe0f", "\u200b\u200d"])
def test_signs_without_width_are_no_picture(text: str) -> None:
    """A wall fell over a notice of one variation selector."""
    assert drawn(text, 36, 600) == drawn("", 36, 600)


def test_kept_pictures_stay_within_their_memory_and_the_latest_stay() -> None:
    kept = letters.Renderings(200_000)
    first = kept.get("0", 200, 800, BLACK)
    assert kept.get("0", 200, 800, BLACK) is first
    for number in range(100):
        kept.get(str(number), 100, 800, BLACK)
    assert kept.held_bytes <= 200_000
    assert 1 < len(kept) < 100
    assert kept.get("99", 100, 800, BLACK) is kept.get("99", 100, 800, BLACK)
    assert kept.get("0", 200, 800, BLACK) is not first


@pytest.mark.parametrize("folder", [letters.FONTS, WEB_FONTS], ids=["screens", "web"])
def test_shipped_fonts_are_those_of_the_manifest(folder: Path) -> None:
    lines = (folder / "MANIFEST").read_text(encoding="utf-8").splitlines()
    listed = {line[66:]: line[:64] for line in lines if not line.startswith("#")}
    shipped = {p.name for p in folder.iterdir() if p.suffix in (".ttf", ".woff2", ".txt")}
    assert set(listed) == shipped
    assert "OFL.txt" in shipped
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
