"""The words of the web: gettext catalogues by key, `texts/<language>/<area>.po`, read as they stand.

A key is the msgid: `console.title`. Words between braces are filled in. Where English has one form for one
and another for many, the entry has plural forms (`msgid_plural` is the key again), chosen by the word `n`.
There is no compiled file that could lag behind its source: Babel reads the .po files at the start. Both
languages have the same keys with the same words to fill in, or the server does not start. Keeps out what
the words are used for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path

import flask_babel
from babel.messages.pofile import read_po
from babel.support import NullTranslations

from hardware.texts import LANGUAGES, MissingText, Texts, TextsError, blanks


@dataclass(frozen=True, slots=True)
class Entry:
    """A text in one language: one form, or as many as its plural has."""

    forms: tuple[str, ...]


class Catalogue(NullTranslations):
    """One language. What gettext asks for in templates and what `Catalogues` asks for are the same words."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.entries, self.form_of = read(folder)

    def text(self, key: str, n: object = None) -> str:
        """As it stands, with its blanks. Raises KeyError."""
        forms = self.entries[key].forms
        return forms[self.form_of(n) if len(forms) > 1 and isinstance(n, int) else -1]

    def gettext(self, message: str) -> str:
        return self.text(message)

    ugettext = gettext

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.text(msgid1, n)

    ungettext = ngettext


class Catalogues(flask_babel.Domain):  # type: ignore[misc]
    """`texts("console.title", "vi")`, `texts("unit.people", lang, n=20)`; and Flask-Babel's words by key."""

    def __init__(self, folder: Path) -> None:
        """folder: has a folder for each language. Raises `TextsError` when the languages do not match."""
        super().__init__()
        self._texts = {lang: Catalogue(folder / lang) for lang in LANGUAGES}
        Texts({lang: whole(catalogue.entries) for lang, catalogue in self._texts.items()})

    def __call__(self, key: str, lang: str, **params: object) -> str:
        """The text, filled in, NFC. Raises `MissingText`, or `TextsError` when a word was not given."""
        try:
            text = self._texts[lang].text(key, params.get("n"))
        except KeyError:
            raise MissingText(key, lang) from None
        try:
            return unicodedata.normalize("NFC", text.format(**params))
        except (KeyError, IndexError) as error:
            raise TextsError(f"{key}: {error} was not given") from None

    def __contains__(self, key: str) -> bool:
        return key in self._texts[LANGUAGES[0]].entries

    def keys(self) -> Iterable[str]:
        return self._texts[LANGUAGES[0]].entries.keys()

    def get_translations(self) -> Catalogue:
        """For Flask-Babel: the words in the language of whoever asks."""
        return self._texts[str(flask_babel.get_locale())]


def read(folder: Path) -> tuple[Mapping[str, Entry], Callable[[int], int]]:
    """Key -> entry out of all catalogues of one language, and which plural form a number takes."""
    found: dict[str, Entry] = {}
    plural = "0"
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as stream:
            catalogue = read_po(stream, locale=folder.name, abort_invalid=True)
        plural = catalogue.plural_expr
        for message in catalogue:
            if not message.id:
                continue
            key, forms = _forms(message.id, message.string)
            if key in found:
                raise TextsError(f"{file.name}: {key} is in another catalogue too")
            if not all(forms) or message.fuzzy:
                raise TextsError(f"{file.name}: {key} has no text")
            found[key] = Entry(tuple(unicodedata.normalize("NFC", text) for text in forms))
    return found, c2py(plural)


def _forms(id: object, string: object) -> tuple[str, tuple[str, ...]]:
    """The key, and the text in each of its forms."""
    key = id[0] if isinstance(id, tuple | list) else id
    forms = string if isinstance(string, tuple | list) else (string,)
    return str(key), tuple(map(str, forms))


def whole(entries: Mapping[str, Entry]) -> dict[str, str]:
    """Key -> the form for many, whose blanks every other form may leave out but not add to."""
    for key, entry in entries.items():
        if any(blanks(form) - blanks(entry.forms[-1]) for form in entry.forms):
            raise TextsError(f"{key}: its plural forms fill in different words")
    return {key: entry.forms[-1] for key, entry in entries.items()}
