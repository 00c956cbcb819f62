"""The questionnaire after a rating: what the law wants asked by an electronic device, and in which words.

Circular 01/2018 scores indicators with 2, 1 or 0 points; its numbers 1, 3, 4 and 7 are the ones that citizens
are asked for (articles 13 and 14). The words are in the catalogue, and a hall may have its own. Keeps out who
asks and who counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from hardware.texts import LANGUAGES, Texts
from server.hall.site import Words

INDICATORS: Final = ("1", "3", "4", "7")
BEST: Final = 2  # points of the first answer


@dataclass(frozen=True, slots=True)
class Question:
    """answers: the words for 2, 1 and 0 points, in this order."""

    id: str
    text: Words
    answers: tuple[Words, Words, Words]


@cache
def legal_questions() -> dict[str, Question]:
    """The questions of the law, by indicator, in its order."""
    texts = Texts.load("server")

    def words(key: str) -> Words:
        return Words(*(texts(f"question.{key}", lang) for lang in LANGUAGES))

    return {
        id: Question(id, words(id), (words(f"{id}_2"), words(f"{id}_1"), words(f"{id}_0")))
        for id in INDICATORS
    }
