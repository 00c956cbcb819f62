"""What can be measured of a page in the browser: see `measure.js`, which this puts there."""

from __future__ import annotations

from pathlib import Path

from tests.browser.conftest import Reader

SOURCE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")
WIDTHS = [(320, 568), (390, 844), (768, 1024), (1366, 768)]


def bring(reader: Reader) -> None:
    """`measure` in the page that is open; a new page is without it."""
    if not reader.js("return 'measure' in window"):
        reader.driver.execute_script(SOURCE)


def flows(reader: Reader) -> list[str]:
    """What is wider than the window or cut off, a line each."""
    bring(reader)
    found: list[str] = reader.js("return measure.flows()")
    return found


def small(reader: Reader, least: int) -> list[str]:
    """Targets that are smaller than `least` px."""
    bring(reader)
    return [f"small: {line}" for line in reader.js("return measure.small(arguments[0])", least)]
