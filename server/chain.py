"""The chain of the log: each event's row is sealed with the one before it, so that a row that was changed or
taken out later no longer fits.

Knows rows as the log stores them. Who rewrites the whole rest of the log can seal it anew: the last seal,
which `motcua verify` prints, written down elsewhere, tells that apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

COLUMNS = ("seq", "at", "day", "kind", "command", "by", "ticket", "body")


def sealed(before: str, row: dict[str, Any], columns: Iterable[str] = COLUMNS) -> str:
    """The seal of an event's row behind the seal `before`, empty for the first: SHA-256, hexadecimal.

    columns: what is sealed of it, for rows of another list.
    """
    texts = ["" if row[name] is None else str(row[name]) for name in columns]
    parts = [f"{len(text)}:{text}" for text in texts]
    return hashlib.sha256("".join([before, *parts]).encode()).hexdigest()
