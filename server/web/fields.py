"""What single fields of bodies may be: ids, numbers, lines of text, as the interface's document shows them.

Patterns are read by Python and by JavaScript alike; `$` alone would let a line break through at the end.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final

from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+(?!\n)$")]
Code = Annotated[str, Meta(min_length=1, max_length=64)]  # of a dossier, as it is typed
Number = Annotated[str, Meta(min_length=1, max_length=12, pattern=r"^[A-Za-z0-9-]+(/[0-9]{1,2})?(?!\n)$")]
NumberOrNobody = Annotated[str, Meta(max_length=12, pattern=r"^([A-Za-z0-9-]+(/[0-9]{1,2})?)?(?!\n)$")]
Level = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}(?!\n)$")]
CounterId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,8}(?!\n)$")]
# No control signs, and none that turn the direction of reading.
LINE = r"^[^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]*(?!\n)$"
Line = Annotated[str, Meta(max_length=200, pattern=LINE)]
NeededLine = Annotated[str, Meta(min_length=1, max_length=200, pattern=LINE)]

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def day_of(text: str) -> date:
    """A day as it stands in addresses and forms: YYYY-MM-DD, in no other of ISO's ways (2026-W01-1,
    20260101). Raises ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError("YYYY-MM-DD")
    return date.fromisoformat(text)
