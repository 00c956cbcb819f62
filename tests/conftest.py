"""What all tests share: properties are searched without a time limit, because machines differ, and the
assertions of a state machine's books say what they saw."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.hall.day_books")

settings.register_profile("motcua", deadline=None)
settings.load_profile("motcua")
