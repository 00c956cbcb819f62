"""Slides: the house rules, the motto, the hot line, in place of the calls. Pure.

Knows one card with a title and lines; keeps out what is around it. The words are the manager's, and so is
their number: what has no room at the least size for the farthest seat goes on in the next turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from display.fit import WORD_RATIO, Panel
from display.marks import Box, Card, Mark, Region, Rule, Word
from display.view import Slides, SlideText
from hardware import type as letters
from hardware.canvas import balanced, wrap
from hardware.type import LINE

TITLE_PX, LINE_PX = 128, 84  # where there is room, on a panel whose short side has 1080
PAD: Final = 64
RADIUS: Final = 20
BETWEEN: Final = 0.42  # em between two lines of a slide, beside the usual
UNDER_TITLE: Final = 0.5  # em of the title
MARK: Final = 0.34  # em: the square before a line
INDENT: Final = 0.75


@dataclass(frozen=True)
class Part:
    """What is shown in one turn: title and lines, wrapped, and their ems."""

    title: tuple[str, ...]
    title_px: int
    lines: tuple[tuple[str, ...], ...]
    px: int


def slide_region(panel: Panel, box: Box, slides: Slides) -> Region:
    """The turn's part of the turn's slide."""
    pad = panel.space(PAD)
    shown = parts(slides.slides, panel, box.width - 2 * pad, box.height - 2 * pad)
    part = shown[slides.turn % len(shown)]
    marks: list[Mark] = [Card(box, "surface", panel.space(RADIUS))]
    if not part.lines:
        first = box.middle - (len(part.title) - 1) / 2 * LINE * part.title_px
        centre = box.x + box.width / 2
        marks += [
            Word(line, centre, first + i * LINE * part.title_px, part.title_px, 700, "accent", "centre")
            for i, line in enumerate(part.title)
        ]
        return Region("slide", box, tuple(marks))
    y = box.y + pad + (box.height - 2 * pad - tall(part)) / 3
    for line in part.title:
        marks.append(Word(line, box.x + pad, y + LINE * part.title_px / 2, part.title_px, 700, "accent"))
        y += LINE * part.title_px
    y += UNDER_TITLE * part.title_px if part.title else 0
    side = round(MARK * part.px)
    for lines in part.lines:
        middle = y + LINE * part.px / 2
        marks.append(Rule(Box(box.x + pad, round(middle - side / 2), side, side), "accent"))
        for line in lines:
            x = box.x + pad + round(INDENT * part.px)
            marks.append(Word(line, x, y + LINE * part.px / 2, part.px, 600, "ink"))
            y += LINE * part.px
        y += BETWEEN * part.px
    return Region("slide", box, tuple(marks))


def tall(part: Part) -> float:
    """The height of a part with its spaces."""
    words = sum(len(lines) for lines in part.lines) * LINE + BETWEEN * max(0, len(part.lines) - 1)
    title = len(part.title) * LINE + (UNDER_TITLE if part.lines and part.title else 0)
    return title * part.title_px + words * part.px


@lru_cache(maxsize=8)
def parts(slides: Sequence[SlideText], panel: Panel, width: int, height: int) -> tuple[Part, ...]:
    """All slides in as few turns as there is room for."""
    return tuple(part for slide in slides for part in parts_of(slide, panel, width, height))


def parts_of(slide: SlideText, panel: Panel, width: int, height: int) -> list[Part]:
    least = panel.least(WORD_RATIO)
    most = max(least, panel.space(LINE_PX))
    ratio = TITLE_PX / LINE_PX
    for px in range(most, least - 1, -2):
        part = part_of(slide.title, slide.lines, round(px * ratio), px, width)
        if part is not None and tall(part) <= height:
            return [part]
    best = in_turns(slide, least, width, height, len(slide.lines))
    for most in range(1, len(slide.lines)):  # about equally long: no turn of a single last line
        evenly = in_turns(slide, least, width, height, most)
        if len(evenly) == len(best):
            return evenly
    return best


def in_turns(slide: SlideText, px: int, width: int, height: int, most: int) -> list[Part]:
    """The slide in turns of at most so many lines, each as full as it can be."""
    found: list[Part] = []
    left = list(slide.lines)
    while left or not found:
        count = min(most, len(left))
        part = forced(slide.title, left[:count], px, width)
        while count > 1 and tall(part) > height:
            count -= 1
            part = forced(slide.title, left[:count], px, width)
        found += [part] if tall(part) <= height else pieces(part, height)
        left = left[max(1, count) :]
    return found


def pieces(part: Part, height: int) -> list[Part]:
    """A part with one line that is too long for a turn, in several; a title too tall is one of them."""
    words = [line for lines in part.lines for line in lines]
    titled = int((height - tall(replace(part, lines=(("",),))) + LINE * part.px) / (LINE * part.px))
    if words and titled >= 1:
        return [replace(part, lines=(tuple(words[i : i + titled]),)) for i in range(0, len(words), titled)]
    px = min(part.title_px, int(height / len(part.title) / LINE))
    alone = max(1, int(height / (LINE * part.px)))
    bare = replace(part, title=())
    return [
        replace(part, title_px=px, lines=()),
        *(replace(bare, lines=(tuple(words[i : i + alone]),)) for i in range(0, len(words), alone)),
    ]


def part_of(title: str, lines: Sequence[str], title_px: int, px: int, width: int) -> Part | None:
    """Title and lines at these ems; None when a single word is wider than the card."""
    head = dashes_back(balanced(title, width, title_px, 700), width, title_px)
    wrapped = [wrap(line, width - round(INDENT * px), px, 600) for line in lines]
    if head is None or any(each is None for each in wrapped):
        return None
    return Part(tuple(head), title_px, tuple(tuple(each) for each in wrapped if each), px)


def dashes_back(lines: list[str] | None, width: int, px: int) -> list[str] | None:
    """A dash between words stays on the line of the word before it, where it has room."""
    for number, line in enumerate(lines or ()):
        before = f"{lines[number - 1]} {line[0]}" if lines and number else ""
        if lines and before and line[:2] in ("– ", "- ") and letters.width(before, px, 700) <= width:
            lines[number - 1 : number + 1] = [before, line[2:]]
    return lines


def forced(title: str, lines: Sequence[str], px: int, width: int) -> Part:
    """As `part_of`, but a word that is wider than the card goes on in its next line."""
    inner = width - round(INDENT * px)
    part = part_of(
        broken(title, width, px, 700), [broken(line, inner, px, 600) for line in lines], px, px, width
    )
    assert part is not None  # a single sign is narrower than any card
    return part


def broken(text: str, width: int, px: int, weight: int) -> str:
    """The text with spaces in words wider than that, each piece as long as it can be."""
    words: list[str] = []
    for word in text.split():
        while len(word) > 1 and letters.width(word, px, weight) > width:
            end = next(
                n
                for n in range(len(word) - 1, 0, -1)
                if n == 1 or letters.width(word[:n], px, weight) <= width
            )
            words.append(word[:end])
            word = word[end:]
        words.append(word)
    return " ".join(words)
