"""How wide letters are in our own typeface. Read once a process from the files that are embedded."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from fontTools.ttLib import TTFont

import hardware
from server.papers.flow import Style

FONTS: Final = Path(hardware.__file__).parent / "fonts"
FACE: Final = "Be Vietnam Pro"
# Templates name the typeface that the law wants and we may not ship. Ours is wider: drawn so much smaller, a
# line holds about as many words as theirs, and looks as large.
SCALE: Final = 0.87
RISEN: Final = 0.65  # how large letters above or below the line are


def font_file(bold: bool) -> Path:
    return FONTS / f"BeVietnamPro-{700 if bold else 400}.ttf"


@cache
def _font(bold: bool) -> tuple[dict[int, str], Any, float]:
    with TTFont(font_file(bold)) as font:
        return dict(font.getBestCmap()), dict(font["hmtx"].metrics), font["head"].unitsPerEm


@cache
def _advance(letter: str, bold: bool) -> float:
    """In em. A letter that the face does not have is as wide as its box."""
    names, metrics, units = _font(bold)
    wide: int = metrics[names.get(ord(letter), ".notdef")][0]
    return wide / units


def drawn_size(style: Style) -> float:
    return style.size * SCALE * (RISEN if style.rise else 1.0)


def width(text: str, style: Style) -> float:
    """In points."""
    return _ems(text, style.bold) * drawn_size(style)


@lru_cache(maxsize=16384)
def _ems(text: str, bold: bool) -> float:
    return sum(_advance(letter, bold) for letter in text)


def has(letter: str) -> bool:
    return ord(letter) in _font(False)[0]
