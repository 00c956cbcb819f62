"""What is wrong with a template, as a code that never changes and what it is about."""

from __future__ import annotations

import msgspec


class Flaw(msgspec.Struct, frozen=True):
    """code: its sentence is `flaw.<code>` in the catalogues. what: a tag, a name in the file, a letter; shown
    to whoever sent the file, as text."""

    code: str
    what: str = ""


class Flawed(Exception):
    """The first thing that makes it useless to look further."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(code)
        self.flaw = Flaw(code, what[:80])
