"""What has to be recorded so that a voice pack can say every call: about sixty clips for each language.

Knows what the sentences of the catalogue, numbers and letters are made of, and how each clip is best read;
keeps out recording. Other sentences in the catalogue are other clips: a pack then lacks them, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from broker.messages import Lang
from display.numbers import WORDS, WORDS_EN
from display.speech import LETTERS, SENTENCES, phrases
from hardware.texts import Texts

Kind = Literal["phrase", "number", "letter"]

# Words that nobody says alone: spoken as they sound in a number.
AS_IN: Final = {
    "mươi": "hai mươi", "mốt": "hai mươi mốt", "tư": "hai mươi tư", "lăm": "mười lăm",
    "linh": "một trăm linh năm", "lẻ": "một trăm lẻ năm", "trăm": "một trăm", "nghìn": "một nghìn",
    "ngàn": "một ngàn", "and": "one hundred and five",
}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """One clip. text: what sentences call it. read: how it is written for a reader; hint: what helps them."""

    text: str
    kind: Kind
    read: str
    hint: str = ""


def wanted(lang: Lang, texts: Texts) -> list[Wanted]:
    """All clips of a language, in the order in which they are best recorded."""
    said = dict.fromkeys(phrase for key in SENTENCES.values() for phrase in phrases(key, lang, texts))
    words = WORDS if lang == "vi" else WORDS_EN
    return [
        *(Wanted(phrase, "phrase", phrase) for phrase in said),
        *(Wanted(word, "number", word, f"as in: {AS_IN[word]}" if word in AS_IN else "") for word in words),
        *(
            Wanted(name.lower(), "letter", name, f"the letter {letter}")
            for letter, name in LETTERS[lang].items()
        ),
    ]
