"""The engine itself: that it is the file it says, and that it finds what is wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.browser import axe
from tests.browser.conftest import Reader
from tests.web.place import Place

VENDOR = Path(__file__).parent / "vendor"


def test_the_vendored_files_are_those_of_the_manifest() -> None:
    lines = (VENDOR / "MANIFEST").read_text(encoding="utf-8").splitlines()
    told = dict(reversed(line.split("  ")) for line in lines if not line.startswith("#"))
    found = {
        f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in VENDOR.iterdir() if f.name != "MANIFEST"
    }
    assert found == told


def test_a_page_with_faults_is_told_of_them(reader: Reader) -> None:
    reader.open("/login")
    assert axe.findings(reader) == []
    reader.js("document.querySelector('label').remove(); document.documentElement.lang = ''")
    told = {line.split(":")[0] for line in axe.findings(reader)}
    assert {"html-has-lang", "label"} <= told


def test_pale_words_are_measured(reader: Reader) -> None:
    reader.open("/login")
    reader.js("document.querySelector('h1').style.color = '#DDD'")
    ratio, where = axe.contrasts(reader)[0]
    assert ratio < 1.5 and where.startswith("H1")


@pytest.mark.parametrize("path", ["/", "/login"])
def test_doors_of_the_staff_are_open_to_everybody(reader: Reader, place: Place, path: str) -> None:
    assert axe.faults(reader, path, widths=axe.WIDTHS[:2]) == []
