"""How hard the properties of the hall are searched: the same cases every time, or, where MOTCUA_SEARCH says
how many, new ones."""

import os

from hypothesis import settings

SEARCH = int(os.environ.get("MOTCUA_SEARCH", 0))
SEARCHED = settings(derandomize=not SEARCH, deadline=None, max_examples=SEARCH or 250)
