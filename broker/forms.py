"""The forms in which numbers, counters and letters may stand before everybody: on walls, boards and phones.

Knows how they look, so that nothing else passes for one of them: no name, no phone, no identity card.
"""

from __future__ import annotations

import re
from typing import Final

# What printed tickets carry: A031, K1000, of a kiosk alone A2-017; and a hall without letters.
NUMBER: Final = re.compile(r"[A-ZĐ]{0,2}(?:[0-9]{1,2}-)?[0-9]{1,4}")
# As hall files name counters: 3, 12B, KCN-1. Four figures at most: no part of a phone or an identity card. No
# four small letters in a row: that is a word, and may be a reason for priority.
COUNTER: Final = re.compile(r"(?!.*[a-z]{4})(?=[A-Za-z0-9-]{1,8}\Z)[^0-9]*(?:[0-9][^0-9]*){0,4}")
LETTER: Final = re.compile(r"[A-ZĐ]{1,2}[0-9]{0,2}")
