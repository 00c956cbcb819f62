"""One officer under all the spellings that sources give a name.

Capitals, blanks and how a letter is composed make nobody another person. Accents do: "Lê An" is not to see
what "Lê Ân" handles, so that names are not folded here as words of tables are.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

import sqlalchemy as sa

MOST: Final = 20_000  # names that are looked through; a province has some thousands

# Each name once, by steps through the index of officers: `DISTINCT` would read all dossiers of each.
_NAMES: Final = sa.text("""
WITH RECURSIVE name (is_) AS (
    SELECT min(officer) FROM dossier WHERE officer != ''
    UNION ALL
    SELECT (SELECT min(officer) FROM dossier WHERE officer != '' AND officer > name.is_)
    FROM name WHERE name.is_ IS NOT NULL
    LIMIT :most
)
SELECT is_ FROM name WHERE is_ IS NOT NULL
""")


@lru_cache(maxsize=8192)
def same(name: str) -> str:
    """What two spellings of one name have in common; never shown."""
    plain = unicodedata.normalize("NFC", name).casefold()
    return " ".join(unicodedata.normalize("NFC", plain).split())


def spellings(db: sa.Connection, name: str) -> tuple[str, ...]:
    """How the register spells a name, besides how it is given."""
    wanted = same(name)
    known = db.execute(_NAMES, {"most": MOST}).scalars()
    return (name, *(one for one in known if one != name and same(one) == wanted))
