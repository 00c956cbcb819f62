"""The words of the papers: data in `wording/<area>.toml`, and what a centre says instead.

An area is a form, or the head that all forms share. A text may hold blanks of its form between braces. What a
centre changed is kept beside ours, text by text, so that what it did not touch follows new programs.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from server.papers.forms import BLANKS, HERE, SHAPES, Form, Kind

LANGUAGES: Final = ("vi", "en")
HEAD: Final = "letterhead"
AREAS: Final = (*(form.value for form in Form), HEAD)
LONGEST: Final = 600  # characters of a text

BLANK: Final = re.compile(r"\{([a-z_]+)\}")
_FOR_ALL: Final = frozenset({"centre", "centre_upper", "hotline", "today", "form_number", "circular"})

Words = Mapping[str, Mapping[str, str]]  # language -> key -> text


@cache
def ours(area: str) -> Words:
    """The texts that we ship. Raises KeyError for no area."""
    if area not in AREAS:
        raise KeyError(area)
    told = tomllib.loads((HERE / "wording" / f"{area}.toml").read_text(encoding="utf-8"))
    return {
        lang: {key: unicodedata.normalize("NFC", text) for key, text in told[lang].items()}
        for lang in LANGUAGES
    }


def words_of(form: Form, lang: str, changes: Mapping[str, Words]) -> dict[str, str]:
    """Key -> text for one form: the head's and its own. changes: area -> what a centre says instead; what
    names a blank that we do not have any more is ours again."""
    found: dict[str, str] = {}
    for area in (HEAD, form.value):
        found |= ours(area)[lang]
        said = changes.get(area, {}).get(lang, {})
        found |= {key: text for key, text in said.items() if _known(area, lang, key, text)}
    return found


def _known(area: str, lang: str, key: str, text: str) -> bool:
    return key in ours(area)[lang] and allowed(area, lang, key).issuperset(BLANK.findall(text))


def allowed(area: str, lang: str, key: str) -> frozenset[str]:
    """The blanks that a text may hold."""
    its_own = frozenset(BLANK.findall(ours(area)[lang][key]))
    if area == HEAD:
        return its_own | _FOR_ALL
    lines = (Kind.LINES, Kind.ROWS, Kind.PICTURE)
    return its_own | {name for name in SHAPES[Form(area)].blanks if BLANKS[name].kind not in lines}


def changed(area: str, told: Words) -> Words:
    """What of `told` differs from ours, tidied. Keys that we do not have are left out."""
    found = {}
    for lang in LANGUAGES:
        mine = ours(area)[lang]
        texts = {key: tidied(text) for key, text in told.get(lang, {}).items() if key in mine}
        found[lang] = {key: text for key, text in texts.items() if text != mine[key]}
    return {lang: texts for lang, texts in found.items() if texts}


def tidied(text: str) -> str:
    """NFC, and one line."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def mistakes(area: str, told: Words) -> Iterator[tuple[str, str, str, str]]:
    """What cannot be said: language, key, code (`length`, `control`, `brace`, `blank`) and what of it."""
    for lang, texts in told.items():
        for key, text in texts.items():
            if len(text) > LONGEST:
                yield lang, key, "length", str(LONGEST)
            elif any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") for letter in text):
                yield lang, key, "control", ""
            elif "{" in (bare := BLANK.sub("", text)) or "}" in bare:
                yield lang, key, "brace", ""
            else:
                unknown = [name for name in BLANK.findall(text) if name not in allowed(area, lang, key)]
                if unknown:
                    yield lang, key, "blank", ", ".join(unknown)


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its blanks filled in; one without a value stays as it is. Values are never read again."""
    return BLANK.sub(lambda found: values.get(found[1], found[0]), text)
