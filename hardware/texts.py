"""Texts: the words that a program shows, prints or speaks, by key and language.

Knows the catalogues `<package>/texts/vi.toml` and `en.toml`; keeps out what the words are used for. A
catalogue holds keys, or tables of keys one level deep: `[home] title = "Chọn cơ quan"` is the text
`home.title`. Words between braces are filled in: `"Quầy {counter}"`. Both languages have the same keys
with the same words to fill in.
"""

from __future__ import annotations

import string
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

LANGUAGES: Final = ("vi", "en")


class TextsError(Exception):
    """A catalogue that is not whole, or a text that no catalogue has. A mistake of ours, never of a user."""


class MissingText(TextsError):
    def __init__(self, key: str, lang: str) -> None:
        super().__init__(f"no text {key!r} in language {lang!r}")
        self.key, self.lang = key, lang


class Texts:
    """The catalogue of one program: `texts("home.title", "vi")`, `texts("call.go", lang, counter=7)`."""

    def __init__(self, catalogues: Mapping[str, Mapping[str, str]]) -> None:
        """`catalogues`: language -> key -> text. Raises `TextsError` when the languages do not match."""
        self._texts = catalogues
        first = catalogues[LANGUAGES[0]]
        for lang, texts in catalogues.items():
            if odd := set(first) ^ set(texts):
                raise TextsError(f"only in {LANGUAGES[0]} or only in {lang}: {', '.join(sorted(odd))}")
            for key, text in texts.items():
                if blanks(text) != blanks(first[key]):
                    raise TextsError(f"{key}: {LANGUAGES[0]} and {lang} fill in different words")

    @classmethod
    def load(cls, package: str) -> Texts:
        """The catalogues of an importable package, for example `Texts.load("kiosk")`."""
        return cls.read(files(package) / "texts")

    @classmethod
    def read(cls, folder: Traversable) -> Texts:
        """The catalogues `vi.toml` and `en.toml` of a folder."""
        return cls({lang: flat(folder / f"{lang}.toml") for lang in LANGUAGES})

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


def flat(file: Traversable) -> dict[str, str]:
    """Dotted key -> text out of one catalogue file."""
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for name, value in table.items():
        rows: dict[str, Any] = value if isinstance(value, dict) else {"": value}
        for row, text in rows.items():
            key = f"{name}.{row}" if row else name
            if not isinstance(text, str):
                raise TextsError(f"{file.name}: {key} is not a text")
            found[key] = unicodedata.normalize("NFC", text)
    return found


def blanks(text: str) -> frozenset[str]:
    """The names to fill in: {"counter"} for "Quầy {counter}"."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
