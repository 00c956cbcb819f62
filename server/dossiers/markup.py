"""XML as a spreadsheet has it, heard element by element: Python's own reader with bounds. Pure.

No document type is taken, nor a tag without end, nor a part that has more names than the standard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from xml.parsers import expat

from server.dossiers.decoding import FileRefused

LONGEST_TAG: Final = 1024 * 1024  # bytes; a comment is one, too
MOST_NAMES: Final = 1_000  # different ones in a part: the whole standard has some hundred


class _Bare(dict[str, str]):
    """Name of an element -> without its prefix."""

    def __missing__(self, name: str) -> str:
        found = self[name] = name.rpartition(":")[2]
        return found


def parse(
    pieces: Iterable[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Feed the reader piece by piece; element names come without their prefix. Raises FileRefused."""
    parser = expat.ParserCreate()
    names = _Bare()
    parser.StartElementHandler = lambda name, attributes: start(names[name], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(names[name])
    if text is not None:
        parser.CharacterDataHandler = text
        parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    fed = 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > LONGEST_TAG:  # which it reads again with every piece
                raise FileRefused("broken-xml")
            if len(parser.intern) > MOST_NAMES:  # which it keeps, of elements and attributes
                raise FileRefused("broken-xml")
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, UnicodeDecodeError):
        raise FileRefused("broken-xml") from None
    yield


def whole(pieces: Iterable[bytes], *handlers: Any) -> None:
    """All of a part at once. Raises FileRefused."""
    for _ in parse(pieces, *handlers):
        pass


def _no_doctype(*_: Any) -> None:
    raise FileRefused("doctype")
