"""Whose dossier it is: found by id, by the agency in the code, or by the name, in a hall's own list. Pure.

A name that the hall does not know, and a code of an agency that it does not know, are refused: such a row
would be in nobody's line of the form.
"""

from __future__ import annotations

from functools import lru_cache

from broker.messages import Words
from server.dossiers.folding import fold, nearest
from server.site_file import HallConfig


class Unknown(Exception):
    """No authority of the hall, or two of them. key: of the reason; near: a name of the hall, or ""."""

    def __init__(self, key: str, near: str = "") -> None:
        super().__init__(key)
        self.key, self.near = key, near


class Authorities:
    """The authorities of one hall, for comparing."""

    def __init__(self, config: HallConfig) -> None:
        rows = config.site.authorities
        self.shorts = {a.id: Words(a.short.vi, a.short.en) for a in rows}
        self.names = {a.id: Words(a.name.vi, a.name.en) for a in rows}
        self._agencies = {agency: id for id, some in config.agencies.items() for agency in some}
        self._folded: dict[str, str] = {}
        for words in (self.names, self.shorts):
            for id, name in words.items():
                for text in (name.vi, name.en):
                    self._folded.setdefault(fold(text), id)
        self._shown = {name.vi: id for id, name in self.names.items()}
        self.of = lru_cache(maxsize=4096)(self._of)

    def _of(self, text: str, agency: str) -> str:
        """The id for the words of a row and the agency of its code. Raises Unknown.

        An id is believed. Else code and name must not contradict each other, and one of them is enough: names
        are spelt in many ways, and of a name that nobody knows the code is as good.
        """
        if text in self.shorts:
            return text
        by_code = self._by_agency(agency)
        by_name = self._folded.get(fold(text)) if text else None
        if by_code and by_name and by_code != by_name:
            raise Unknown("two-authorities", self.names[by_code].vi)
        found = by_code or by_name
        if found is None:
            raise Unknown("unknown-authority", nearest(text, tuple(self._shown)))
        return found

    def named(self, text: str) -> str | None:
        """The id of the hall's authority that goes by this id or name, or None."""
        return text if text in self.shorts else self._folded.get(fold(text))

    def _by_agency(self, agency: str) -> str | None:
        """Whose the longest agency is that the code begins with."""
        parts = agency.split(".")
        for length in range(len(parts), 1, -1):
            found = self._agencies.get(".".join(parts[:length]))
            if found is not None:
                return found
        return None
