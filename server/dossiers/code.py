"""A dossier's code: what is one, and as much of it as a wall shows. Pure.

`000.00.14.H56-200203-0118` as the law writes it, `H56.14.22-260101-0001` as it has been since 2020: agency,
date of receipt, serial of the day. Stricter than a scanner is (`kiosk.scanned`), because these are shown to
everybody: groups of figures, at least one with a letter before them, and a real date. No name, phone or
identity number has this form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Shown = Literal["short", "whole"]

_GROUP: Final = r"(?:[A-Z][0-9]{2}|[0-9]{2,3})"
_CODE: Final = re.compile(
    rf"(?P<agency>{_GROUP}(?:\.{_GROUP}){{1,4}})-(?P<day>[0-9]{{6}})-(?P<serial>[0-9]{{3,6}})"
)
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
LONGEST: Final = 48  # as broker.basics.DossierCode has it
SHOWN_FIGURES: Final = 4  # of the serial, the last
EXAMPLE: Final = "H42.13-261109-0118"


@dataclass(frozen=True, slots=True)
class Code:
    """text: in capitals with plain hyphens. day: of receipt, as the code says."""

    text: str
    agency: str
    day: date
    serial: str


def read_code(text: str) -> Code | None:
    """The code that a text is, or None."""
    found = _CODE.fullmatch(text.strip().upper().translate(_DASHES))
    if found is None or len(found[0]) > LONGEST or not re.search("[A-Z]", found["agency"]):
        return None
    try:
        day = date(2000 + int(found["day"][:2]), int(found["day"][2:4]), int(found["day"][4:]))
    except ValueError:
        return None
    return Code(found[0], found["agency"], day, found["serial"])


def shown_code(text: str, how: Shown) -> str:
    """What a wall shows of a code that was read: all of it, or date and the last four of the serial."""
    if how == "whole":
        return text
    _, day, serial = text.rsplit("-", 2)
    return f"{day}-{serial[-SHOWN_FIGURES:]}"
