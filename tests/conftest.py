"""What all tests share: properties are searched without a time limit, because machines differ, and the
assertions of a state machine's books say what they saw."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.hall.day_books")

settings.register_profile("motcua", deadline=None)
settings.load_profile("motcua")


@pytest.fixture(autouse=True)
def log_of_one_test() -> Iterator[None]:
    """A program that was called in a test logs to a stream that is closed after it; the next one must not."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in list(root.handlers):
        if handler not in before:
            root.removeHandler(handler)
    root.setLevel(level)
