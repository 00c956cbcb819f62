"""Speech: a call as words, never as figures: no synthesiser is trusted to read Vietnamese numbers.

Knows the names of letters, codes, and the sentences of the catalogue; keeps out numbers (`display.numbers`)
and sound. A sentence is said twice here: as text, for a program that reads, and as the recordings that it is
made of. Letters are named as in the domain reference, 5.4.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from broker.messages import Call, Lang
from display.numbers import LARGEST, Four, Region, read_number, read_number_en
from hardware.texts import Texts
from hardware.voice import PAUSE, Sentence

Reading = Literal["number", "digits"]

MOST_SIGNS: Final = 12  # of a number or a counter; what a wall shows of it, too
TONES: Final = "\u0300\u0301\u0303\u0309\u0323"  # no letter of a number has one
LETTERS: Final[dict[Lang, dict[str, str]]] = {
    "vi": {
        "A": "a", "Ă": "á", "Â": "ớ", "B": "bê", "C": "xê", "D": "dê", "Đ": "đê", "E": "e", "Ê": "ê",
        "F": "ép-phờ", "G": "giê", "H": "hát", "I": "i ngắn", "J": "gi", "K": "ca", "L": "e-lờ",
        "M": "em-mờ", "N": "en-nờ", "O": "o", "Ô": "ô", "Ơ": "ơ", "P": "pê", "Q": "quy", "R": "e-rờ",
        "S": "ét-sì", "T": "tê", "U": "u", "Ư": "ư", "V": "vê", "W": "vê kép", "X": "ích-xì", "Y": "i dài",
        "Z": "dét",
    },
    # Letters that English has not are described as they look: who cannot read them sees them on the paper.
    "en": {letter: letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    | {
        "Ă": "A breve", "Â": "A hat", "Đ": "D bar", "Ê": "E hat", "Ô": "O hat", "Ơ": "O horn", "Ư": "U horn",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Manner:
    """How numbers are read. `leading_zeros`: "không không năm" for 005, else "năm". `four`: the last word of
    24, where it is not the region's. `reading` "digits": figure by figure."""

    region: Region = "north"
    reading: Reading = "number"
    leading_zeros: bool = False
    four: Four | None = None


class Piece(NamedTuple):
    """A part of a sentence: how it is written, and the recordings it is made of."""

    text: str
    clips: tuple[str, ...]


STOP: Final = Piece(",", (PAUSE,))
# of the catalogue: (a transfer brought the number here, it is called again)
SENTENCES: Final = {
    (False, False): "say.call",
    (False, True): "say.recall",
    (True, False): "say.onward",
    (True, True): "say.onward_recall",
}


# --- codes --------------------------------------------------------------------------------------------------


def read_code(code: str, lang: Lang, manner: Manner = Manner()) -> str:
    """A ticket number or counter in words: `A105` is "a một trăm linh năm", `A2-017` "a hai, không một bảy".

    Letters are spelled, figures read, anything else is a pause. Behind a pause figures are read one by one:
    who holds `A2-001` must not take the call of `A002`, "a hai", for half of his own.
    """
    return _text(code_pieces(code, lang, manner))


def code_pieces(code: str, lang: Lang, manner: Manner = Manner()) -> list[Piece]:
    """The code piece by piece: at most MOST_SIGNS signs of it, no pause at either end."""
    pieces: list[Piece] = []
    paused = False
    letters = LETTERS[lang]
    for part in re.findall(r"[0-9]+|\S", _plain(code)[:MOST_SIGNS]):
        if part.isascii() and part.isdigit():
            pieces += _figures(part, lang, replace(manner, reading="digits") if paused else manner)
        elif part in letters:
            pieces.append(Piece(letters[part], (letters[part].lower(),)))
        elif pieces and pieces[-1] != STOP:
            pieces.append(STOP)
            paused = True
    return pieces[:-1] if pieces and pieces[-1] == STOP else pieces


def _plain(code: str) -> str:
    """Upper case without tones: "Á" is spelled as "A", but "Ă" is a letter of its own."""
    apart = unicodedata.normalize("NFD", code.upper())
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if sign not in TONES))


def _figures(figures: str, lang: Lang, manner: Manner) -> Iterator[Piece]:
    if manner.reading == "digits" or int(figures) > LARGEST:
        yield from (_number(int(figure), lang, manner) for figure in figures)
        return
    zeros = len(figures) - len(figures.lstrip("0")) if manner.leading_zeros and int(figures) else 0
    yield from (_number(n, lang, manner) for n in (*[0] * zeros, int(figures)))


def _number(n: int, lang: Lang, manner: Manner) -> Piece:
    text = read_number(n, manner.region, manner.four) if lang == "vi" else read_number_en(n)
    return Piece(text, tuple(re.split("[ -]", text)))


def _text(pieces: list[Piece]) -> str:
    return " ".join(piece.text for piece in pieces).replace(" ,", ",")


# --- sentences ----------------------------------------------------------------------------------------------


def announcement(call: Call, texts: Texts, manner: Manner = Manner()) -> tuple[Sentence, ...]:
    """What is said for a call, sentence by sentence: in Vietnamese, then in the language of the ticket.

    Nothing for a number or a counter without a letter or figure: half a sentence would send people astray.
    """
    languages: tuple[Lang, ...] = ("vi",) if call.lang == "vi" else ("vi", call.lang)
    said = [
        _sentence(
            SENTENCES[call.onward, call.recall > 0],
            lang,
            texts,
            number=code_pieces(call.number, lang, manner),
            counter=code_pieces(call.counter, lang, replace(manner, reading="number", leading_zeros=False)),
        )
        for lang in languages
    ]
    return tuple(sentence for sentence in said if sentence is not None)


def _sentence(key: str, lang: Lang, texts: Texts, **filled: list[Piece]) -> Sentence | None:
    if not all(filled.values()):
        return None
    words = {name: _text(pieces) for name, pieces in filled.items()}
    clips: list[str] = []
    for name, phrase in _template(key, lang, texts):
        clips += _clips(phrase)
        if name:
            clips += [clip for piece in filled[name] for clip in piece.clips]
    while clips[-1] == PAUSE:
        clips.pop()
    return Sentence(lang, texts(key, lang, **words), tuple(clips))


def phrases(key: str, lang: Lang, texts: Texts) -> list[str]:
    """The phrases around the blanks of a sentence, as they are recorded."""
    found = [clip for _, phrase in _template(key, lang, texts) for clip in _clips(phrase)]
    return [clip for clip in found if clip != PAUSE]


def _template(key: str, lang: Lang, texts: Texts) -> Iterator[tuple[str, str]]:
    """Each blank's name with the phrase before it; "" with the phrase behind the last one."""
    parts = texts(key, lang, number="|number|", counter="|counter|").split("|")
    yield from zip([*parts[1::2], ""], parts[0::2], strict=True)


def _clips(phrase: str) -> list[str]:
    """A phrase as recordings: lower case, without full stops, a pause at each other sign."""
    parts = re.split(r"\s*([,:;])\s*", phrase.strip(" .!"))
    clips = [PAUSE if part in (",", ":", ";") else part.lower() for part in parts]
    return [clip for clip in clips if clip]
