"""axe-core before a page: what it finds wrong, at every width, in every theme, in both languages.

Knows how to ask the browser for a theme and how to read axe's answer; keeps out which page is looked at.
The engine is the vendored file (`vendor/MANIFEST`): on PyPI it comes with other browsers' drivers, or too
old for WCAG 2.2. What axe cannot decide about contrast ("incomplete") is measured here.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

from tests.browser.conftest import Reader

SOURCE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
WIDTHS = ((390, 844), (768, 1024), (1366, 768), (1920, 1080))
THEMES: dict[str, dict[str, str]] = {
    "light": {"prefers-color-scheme": "light", "prefers-contrast": "no-preference"},
    "dark": {"prefers-color-scheme": "dark", "prefers-contrast": "no-preference"},
    "contrast": {"prefers-color-scheme": "light", "prefers-contrast": "more"},
}
LANGS = ("vi", "en")

ASK = """
const done = arguments[arguments.length - 1];
axe.run(document, {
  runOnly: { type: "tag", values: arguments[0] },
  rules: { "target-size": { enabled: true } },
  resultTypes: ["violations", "incomplete"],
}).then(found => {
  const line = (r, n) => `${r.id}: ${n.target.join(" ")}: ${n.failureSummary}`;
  done([found.violations.flatMap(r => r.nodes.map(n => line(r, n))), found.incomplete.map(r => r.id),
        found.passes.length]);
}, error => done([[String(error)], [], 0]));
"""

# Every element with text of its own: contrast of its colour with the nearest ground that is not transparent.
CONTRAST = """
const rgb = text => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const ground = e => {
  for (; e; e = e.parentElement) {
    const colour = rgb(getComputedStyle(e).backgroundColor);
    if (colour.length < 4 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
};
const found = [];
for (const e of document.querySelectorAll("body, body *")) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!own || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
  const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  found.push([Math.round(ratio * 100) / 100, `${e.tagName}.${e.className} ${e.textContent.slice(0, 30)}`]);
}
return found.sort((x, y) => x[0] - y[0]);
"""


def theme(reader: Reader, name: str = "light", calm: bool = False) -> None:
    """Let the browser prefer this theme, and reduced motion if `calm`."""
    wanted = {**THEMES[name], "prefers-reduced-motion": "reduce" if calm else "no-preference"}
    features = [{"name": key, "value": value} for key, value in wanted.items()]
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def unthemed(reader: Reader) -> None:
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def findings(reader: Reader) -> list[str]:
    """What is wrong with the page as it stands: one line for each element; empty when nothing is.

    Contrast that axe could not decide is measured: large text needs 3:1, other text 4.5:1; we ask 4.5 of all.
    """
    if not reader.js("return 'axe' in window"):
        reader.driver.execute_script(SOURCE)
    wrong, undecided, passed = reader.driver.execute_async_script(ASK, TAGS)
    assert passed or wrong, "axe looked at nothing"
    told: list[str] = list(wrong)
    if "color-contrast" in undecided:
        told += pale(reader)
    return told


def pale(reader: Reader) -> list[str]:
    """Text that does not stand out, measured and not by axe: 4.5:1 is asked of all."""
    return [f"contrast {ratio}: {where}" for ratio, where in contrasts(reader) if ratio < 4.5]


def contrasts(reader: Reader) -> list[tuple[float, str]]:
    """(ratio, element) of everything with text that is seen, the worst first."""
    found: list[Any] = reader.js(CONTRAST)
    return [(float(ratio), str(where)) for ratio, where in found]


def faults(
    reader: Reader,
    path: str,
    widths: Iterable[tuple[int, int]] = WIDTHS,
    themes: Iterable[str] = tuple(THEMES),
    langs: Iterable[str] = LANGS,
) -> list[str]:
    """Open `path` in every language, then look at it at every width in every theme."""
    told: list[str] = []
    sizes, looks = tuple(widths), tuple(themes)
    for lang in langs:
        reader.open(path + ("&" if "?" in path else "?") + f"lang={lang}")
        for (width, height), name in product(sizes, looks):
            reader.size(width, height)
            theme(reader, name)
            told += [f"{path} {lang} {width} {name}: {line}" for line in findings(reader)]
    unthemed(reader)
    return told
