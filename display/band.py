"""Band: one line of words at the foot of the wall, a notice or the loss of the server. Pure.

Knows how a text is parted into turns; keeps out which texts there are. Nothing moves: what is longer than the
band goes on in the next turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from display.fit import BAND_LINE, HEAD, WORD_RATIO, Sizes, band_height, strip_lines
from display.marks import Box, Card, Icon, Mark, Region, Tint, Word
from hardware import type as letters

# Fill, icon and words of the band: a notice, and the loss of the server.
BAND_COLOURS: Final[dict[bool, tuple[Tint, Tint, Tint]]] = {
    False: ("tint_amber", "amber", "ink"),
    True: ("alarm", "on_alarm", "on_alarm"),
}
BELOW: Final = 0.03  # em: how far a g hangs out of the band
LOWER = 0.04  # em: a line of capitals and accents looks centred so much below the middle


def band_region(sizes: Sizes, notices: tuple[str, ...], page: int, lost: bool) -> Region:
    """One notice at a time; what is longer than the band goes on in the next turn."""
    panel, ease, px = sizes.panel, sizes.ease, sizes.word_px
    height, deep = band_height(panel, px), strip_lines(panel)
    box = Box(ease.margin, panel.height - ease.foot - height, panel.width - 2 * ease.margin, height)
    sign, pad = round(0.86 * px), round(0.3 * px)
    frame = Frame(box.width - 2 * pad, sign + pad, panel.least(WORD_RATIO), deep)
    shown = [turn for text in notices for turn in turns(text, px, frame)]
    lines, line_px = shown[page % len(shown)]
    fill, sign_colour, ink = BAND_COLOURS[lost]
    first = box.middle + LOWER * px - (deep - 1) / 2 * BAND_LINE * px
    icon = Box(box.x + pad, round(first - sign / 2), sign, sign)
    marks: list[Mark] = [
        Card(box, fill, panel.space(16)),
        Icon("warning" if lost else "info", icon, sign_colour),
    ]
    for i, line in enumerate(lines):
        x = icon.x if i else icon.right + pad
        marks.append(Word(line, x, first + i * BAND_LINE * px, line_px, 600, ink))
    above = math.ceil(HEAD * px)
    whole = Box(box.x, box.y - above, box.width, above + box.height + math.ceil(BELOW * px))
    return Region("band", whole, tuple(marks))


@dataclass(frozen=True)
class Frame:
    """Room for the words of a band: width, what the icon takes of the first line, least em, lines."""

    width: int
    indent: int
    least: int
    deep: int


Turn = tuple[list[str], int]  # the lines that are shown together, and their em


def turns(text: str, px: int, frame: Frame) -> list[Turn]:
    """The fewest turns in which a notice can be shown; smaller only down to the least em."""
    for size in range(px, frame.least - 1, -1):
        lines, rest = taken(text.split(), size, frame)
        if not rest:
            return [(lines, size)]
    if " – " in text:  # two sentences: each is a turn of its own
        return [turn for part in text.split(" – ") for turn in turns(part, px, frame)]
    best = in_turns(text, frame)
    for tenths in range(9, 4, -1):  # of about the same length: no turn of a single last word
        narrower = in_turns(text, replace(frame, width=frame.width * tenths // 10))
        if len(narrower) > len(best):
            break
        best = narrower
    return best


def in_turns(text: str, frame: Frame) -> list[Turn]:
    """A long notice at the least em, each turn as full as it can be."""
    found: list[Turn] = []
    words = text.split()
    while words:
        if found:
            words[0] = f"… {words[0]}"
        lines, rest = taken(words, frame.least, frame, tail=" …")
        if not lines:  # a single word that is wider than the wall
            part = beginning(words[0], frame)
            lines, rest = [part], [words[0][len(part) :], *words[1:]]
        if rest:
            lines[-1] += " …"
        found.append((lines, frame.least))
        words = rest
    return found


def beginning(word: str, frame: Frame) -> str:
    """As much of a word as goes into the first line with a mark that it goes on; three signs at least."""
    room = frame.width - frame.indent
    end = 3
    while end < len(word) - 1 and letters.width(f"{word[: end + 1]} …", frame.least, 600) <= room:
        end += 1
    return word[:end]


def taken(words: list[str], px: int, frame: Frame, tail: str = "") -> tuple[list[str], list[str]]:
    """As many of the words as go into one turn, as lines, and the words that are left."""
    lines: list[str] = []
    left = list(words)
    while left and len(lines) < frame.deep:
        room = frame.width - (0 if lines else frame.indent)
        end = tail if len(lines) == frame.deep - 1 else ""
        line = left[0]
        if letters.width(line + end, px, 600) > room:
            break
        count = 1
        while count < len(left) and letters.width(f"{line} {left[count]}{end}", px, 600) <= room:
            line = f"{line} {left[count]}"
            count += 1
        lines.append(line)
        left = left[count:]
    return lines, left
