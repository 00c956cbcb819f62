"""The words of the web: gettext catalogues by key, `texts/<language>/<area>.po`, read as they stand.

A key is the msgid: `console.title`. Words between braces are filled in. There is no compiled file that could
lag behind its source: Babel reads the .po files at the start. Both languages have the same keys with
the same words to fill in, or the server does not start. Keeps out what the words are used for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.pofile import read_po

from hardware.texts import LANGUAGES, MissingText, Texts, TextsError


class Catalogues:
    """`texts("console.title", "vi")`, `texts("console.target", lang, n=20)`."""

    def __init__(self, folder: Path) -> None:
        """folder: has a folder for each language. Raises `TextsError` when the languages do not match."""
        self._texts = {lang: flat(folder / lang) for lang in LANGUAGES}
        Texts(self._texts)

    def __call__(self, key: str, lang: str, **params: object) -> str:
        """The text, filled in, NFC. Raises `MissingText`, or `TextsError` when a word was not given."""
        try:
            text = self._texts[lang][key]
        except KeyError:
            raise MissingText(key, lang) from None
        try:
            return unicodedata.normalize("NFC", text.format(**params))
        except (KeyError, IndexError) as error:
            raise TextsError(f"{key}: {error} was not given") from None

    def __contains__(self, key: str) -> bool:
        return key in self._texts[LANGUAGES[0]]

    def keys(self) -> Iterable[str]:
        return self._texts[LANGUAGES[0]].keys()


def flat(folder: Path) -> Mapping[str, str]:
    """Key -> text out of all catalogues of one language."""
    found: dict[str, str] = {}
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as stream:
            catalogue = read_po(stream, locale=folder.name, abort_invalid=True)
        for message in catalogue:
            if not message.id:
                continue
            key, text = str(message.id), str(message.string)
            if key in found:
                raise TextsError(f"{file.name}: {key} is in another catalogue too")
            if not text or message.fuzzy:
                raise TextsError(f"{file.name}: {key} has no text")
            found[key] = unicodedata.normalize("NFC", text)
    return found
