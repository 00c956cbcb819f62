"""A voice pack for tests: every clip by espeak-ng, as `motcua voice make` makes it; real words, each once."""

import shutil
from argparse import Namespace

import pytest

from display import voice_tool


def make_pack(folder, lang="vi"):
    """Both end in `folder/lang`; the pack says itself that a program made it."""
    if shutil.which("espeak-ng") is None:
        pytest.fail("espeak-ng is not installed: make test installs it")
    chosen = Namespace(pack=folder, lang=lang, dialect="", licence="", may_use="", source="espeak-ng")
    assert voice_tool.run("make", chosen) == 0
