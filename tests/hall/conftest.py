"""How hard the properties of the hall are searched: the same cases every time, or, where MOTCUA_SEARCH says
how many, new ones."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "hall",
    derandomize=True,
    deadline=None,
    max_examples=60,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "hall-search",
    settings.get_profile("hall"),
    derandomize=False,
    max_examples=int(os.environ.get("MOTCUA_SEARCH") or 1),
    stateful_step_count=80,
)
