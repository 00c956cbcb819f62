"""Marks: a picture as values, in pixels and in names of colours.

Knows shapes, words and where they lie; keeps out why, and how they get onto a surface. Because marks are
plain values, tests read places and sizes from them, and a region is painted only when it differs.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from hardware import type as letters
from hardware.canvas import Anchor, pieces as cells

# Attributes of hardware.theme.Theme.
Tint = Literal[
    "ground", "surface", "ink", "ink2", "accent", "on_accent", "deep", "deep_pulse", "on_deep", "on_deep2",
    "gold", "ok", "amber", "alarm", "on_alarm", "tint", "tint_ok", "tint_amber", "tint_alarm", "off",
    "line", "edge",
]  # fmt: skip


class Box(NamedTuple):
    """A rectangle in whole pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True)
class Card:
    """A rounded rectangle with its border inside."""

    box: Box
    fill: Tint
    radius: int
    border: Tint | None = None
    border_width: int = 0
    dashed: bool = False


@dataclass(frozen=True)
class Rule:
    """A plain rectangle that divides."""

    box: Box
    colour: Tint


@dataclass(frozen=True)
class Icon:
    """A square picture from `hardware.icons`."""

    name: str
    box: Box
    colour: Tint


@dataclass(frozen=True)
class Word:
    """A line of words; `y` is at the middle of its capitals. With `figures` each figure has its own cell."""

    text: str
    x: float
    y: float
    px: int
    weight: int
    colour: Tint
    anchor: Anchor = "left"
    figures: bool = False

    @property
    def width(self) -> int:
        """The advance of the line."""
        if self.figures:
            return sum(cell for _, cell in cells(self.text, self.px, self.weight))
        return letters.width(self.text, self.px, self.weight)

    @property
    def capitals(self) -> Box:
        """What the capitals and figures of the line take up; accents and tails reach beyond."""
        left = self.x - {"left": 0.0, "centre": self.width / 2, "right": float(self.width)}[self.anchor]
        height = self.px * letters.CAP_HEIGHT
        return Box(round(left), round(self.y - height / 2), self.width, round(height))


Mark = Card | Rule | Icon | Word


@dataclass(frozen=True)
class Region:
    """A part of the wall that is painted as one, on the ground."""

    name: str
    box: Box
    marks: tuple[Mark, ...]


Picture = tuple[Region, ...]


def number(
    text: str, x: float, y: float, px: int, weight: int, colour: Tint, anchor: Anchor = "left"
) -> Word:
    """A ticket number, a counter or a clock. One with accents is smaller, so that they stay in its row."""
    if accented(text):
        px = max(1, int(px * ACCENTED))
    return Word(text, x, y, px, weight, colour, anchor, figures=True)


def accented(text: str) -> bool:
    return any(unicodedata.decomposition(sign) for sign in letters.nfc(text))


def arrow(left: float, y: float, side: float, colour: Tint) -> Icon:
    """An arrow whose ink starts at `left`; it fills 21 of the 24 units of its square."""
    return Icon(
        "arrow", Box(round(left - side * 1.5 / 24), round(y - side / 2), round(side), round(side)), colour
    )


ARROW_INK = 21 / 24  # of an arrow's square
ACCENTED = 0.55  # em of a number with an Ẩ in it, in ems of its row: its ink is as high as the row


def fitted(text: str, px: int, weight: int, width: float, least: int = 1) -> int:
    """The largest em up to `px`, not below `least`, at which the line is at most `width` wide."""
    while px > least and letters.width(text, px, weight) > width:
        px = max(least, min(px - 1, int(px * width / letters.width(text, px, weight))))
    return px


def moved(picture: Picture, right: int, down: int) -> Picture:
    """The same picture, so many pixels further right and down."""
    if not right and not down:
        return picture
    return tuple(
        Region(name, along(box, right, down), tuple(shifted(mark, right, down) for mark in marks))
        for name, box, marks in ((region.name, region.box, region.marks) for region in picture)
    )


def along(box: Box, right: int, down: int) -> Box:
    return Box(box.x + right, box.y + down, box.width, box.height)


def shifted(mark: Mark, right: int, down: int) -> Mark:
    if isinstance(mark, Word):
        return replace(mark, x=mark.x + right, y=mark.y + down)
    return replace(mark, box=along(mark.box, right, down))
