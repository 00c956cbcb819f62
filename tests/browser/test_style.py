"""The living page of styles: every part of staff pages, in every look, at every width, without a fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from flask import render_template

from tests.browser import axe
from tests.browser.conftest import Reader
from tests.web.place import Place

HERE = Path(__file__).parent
PARTS = ("card", "tabs", "errors", "wrong", "hint", "pair", "option", "actions", "filled", "plain", "danger")
PARTS += ("chip", "tag", "band", "month", "heat", "code", "split", "stack")


@pytest.fixture
def style(place: Place, reader: Reader) -> Iterator[Reader]:
    app = place.app
    loader = app.jinja_env.loader
    assert loader is not None
    app.jinja_env.loader = jinja2.ChoiceLoader([loader, jinja2.FileSystemLoader(HERE)])
    app.add_url_rule("/style", "style", lambda: render_template("style.html"))
    yield reader


def test_every_part_is_shown(style: Reader) -> None:
    style.open("/style")
    assert [name for name in PARTS if not style.all(f".{name}")] == []


def test_every_look_at_every_width_is_without_fault(style: Reader) -> None:
    assert axe.faults(style, "/style", widths=axe.WIDTHS[:3], langs=("vi",)) == []


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
def test_a_chosen_look_is_worn_whatever_the_browser_prefers(style: Reader, look: str) -> None:
    other = "dark" if look == "light" else "light"
    axe.theme(style, other)
    style.open(f"/style?look={look}")
    chosen = style.js("return getComputedStyle(document.body).color")
    axe.theme(style, look)
    style.open("/style?look=auto")
    assert style.js("return getComputedStyle(document.body).color") == chosen
    assert axe.findings(style) == []
    axe.unthemed(style)


def test_windows_own_high_contrast_keeps_every_shape(style: Reader) -> None:
    style.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "forced-colors", "value": "active"}]}
    )
    style.open("/style")
    bare = style.js(
        "return [...document.querySelectorAll('.tag, .band, .filled, .chip, .code')]"
        ".filter(e => parseFloat(getComputedStyle(e).borderTopWidth) < 1).map(e => e.className)"
    )
    axe.unthemed(style)
    assert bare == []
