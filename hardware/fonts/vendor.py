"""Makes the shipped fonts out of the package they come from. Run by hand when the package changes, never
at run time.

    npm pack @fontsource/be-vietnam-pro@5.3.0 && tar xf fontsource-be-vietnam-pro-5.3.0.tgz
    pip install fonttools brotli
    python hardware/fonts/vendor.py package

The package cuts each weight into the three subsets latin, latin-ext and vietnamese. They are joined again
here, because SDL_ttf and Pillow take a word from one file. Four kinds of files come out, the same bytes
each time:

- hardware/fonts/BeVietnamPro-{weight}.ttf: for screens and tickets. The ascent is raised to hold stacked
  accents (Ế reaches 1.1 em): SDL_ttf sizes its pictures by the ascent.
- server/web/static/fonts/be-vietnam-pro-{weight}.woff2: for pages. The ascent stays, because browsers
  centre by it.
- server/web/static/fonts/motcua-figures-{weight}.woff2: ten figures of equal width, for numbers and
  columns on pages.
- server/web/static/fonts/lean-{weight}.woff2: a third as heavy: the letters of Vietnamese and English alone,
  without hints. All that a phone loads, and all that other pages load unless a name needs more.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

# Through import_module, so that the type checker does not want a tool that only this script needs.
ttlib: Any = import_module("fontTools.ttLib")
merge: Any = import_module("fontTools.merge")
subset: Any = import_module("fontTools.subset")

HERE = Path(__file__).parent
WEB = HERE.parent.parent / "server" / "web" / "static" / "fonts"
STYLES = {400: "Regular", 600: "SemiBold", 700: "Bold", 800: "ExtraBold"}
LAYOUT = ["kern", "mark", "mkmk", "ccmp", "liga", "locl"]
SUBSETS = ("latin", "latin-ext", "vietnamese")
FIGURE_CELL = {600: 650, 700: 680, 800: 700}  # thousandths of an em; the widest figure, 4, has 720 in 800
VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
LEAN = {*range(0x20, 0x7F), 0xA0} | {ord(c) for c in VIETNAMESE + VIETNAMESE.upper() + "–—…“”‘’·×₫°"}
FIGURES = {ord(c) for c in "0123456789"}
COPYRIGHT = "Copyright 2021 The Be Vietnam Pro Project Authors (https://github.com/bettergui/BeVietnamPro)"
OFL_URL = "https://openfontlicense.org"


def keep(font: Any, codes: set[int], layout: list[str], hinting: bool = True) -> Any:
    """The font with only these characters."""
    options = subset.Options(layout_features=layout, notdef_outline=True, hinting=hinting, glyph_names=True)
    options.recalc_timestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    return font


def joined(package: Path, weight: int) -> Any:
    """One font of a weight out of its three subsets; the first subset that has a character gives it."""
    taken: set[int] = set()
    parts = []
    dates: tuple[int, int] = (0, 0)
    for name in SUBSETS:
        part = ttlib.TTFont(package / "files" / f"be-vietnam-pro-{name}-{weight}-normal.woff2")
        fresh = set(part.getBestCmap()) - taken
        taken |= fresh
        dates = part["head"].created, part["head"].modified
        part = keep(part, fresh, LAYOUT)
        part.flavor = None
        held = io.BytesIO()
        part.save(held)
        held.seek(0)
        parts.append(held)
    font = merge.Merger().merge(parts)
    font.recalcTimestamp = False
    font["head"].created, font["head"].modified = dates  # not the hour of this run: the same bytes each time
    name_it(font, "Be Vietnam Pro", STYLES[weight], weight)
    return font


def name_it(font: Any, family: str, style: str, weight: int) -> None:
    names = font["name"]
    names.names = []
    regular = style in ("Regular", "Bold")
    table = {
        0: COPYRIGHT,
        1: family if regular else f"{family} {style}",
        2: style if regular else "Regular",
        3: f"1.002;{family} {style}",
        4: f"{family} {style}",
        5: "Version 1.002",
        6: f"{family.replace(' ', '')}-{style}",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: OFL_URL,
    }
    if not regular:
        table |= {16: family, 17: style}
    for number, text in table.items():
        names.setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight


def raise_ascent(font: Any) -> None:
    """Make the ascent hold every glyph of the font, so that no renderer cuts an accent."""
    top = max(int(font["OS/2"].usWinAscent), int(font["head"].yMax))
    font["hhea"].ascent = font["OS/2"].sTypoAscender = font["OS/2"].usWinAscent = top


def figures(package: Path, weight: int) -> Any:
    """Ten figures, each centred by its advance in a cell of equal width."""
    font = ttlib.TTFont(package / "files" / f"be-vietnam-pro-latin-{weight}-normal.woff2")
    font = keep(font, FIGURES, [])
    for table in ("GPOS", "GSUB", "GDEF"):
        if table in font:
            del font[table]
    cell = FIGURE_CELL[weight]
    cmap, advances, outlines = font.getBestCmap(), font["hmtx"].metrics, font["glyf"]
    for code in FIGURES:
        glyph = cmap[code]
        width, bearing = advances[glyph]
        shift = round((cell - width) / 2)
        outline = outlines[glyph]
        outline.coordinates.translate((shift, 0))
        outline.recalcBounds(outlines)
        advances[glyph] = (cell, bearing + shift)
    font.recalcTimestamp = False
    name_it(font, "Motcua Figures", STYLES[weight], weight)
    return font


def lean(weight: int) -> Any:
    """What most pages need of the font for pages, which stands there already."""
    font = keep(ttlib.TTFont(WEB / f"be-vietnam-pro-{weight}.woff2"), LEAN, LAYOUT, hinting=False)
    font.recalcTimestamp = False
    return font


def licence(package: Path) -> str:
    """The licence of the package under the one line of copyright that its sixteen fonts share."""
    text = (package / "LICENSE").read_text(encoding="utf-8")
    body = text[text.index("This Font Software is licensed") :]
    return f"{COPYRIGHT}\n\n{body.rstrip()}\n"


def write_manifest(folder: Path, source: str) -> None:
    """One line a file as `sha256sum -c` reads it, under comments that name the source."""
    names = sorted(p for p in folder.iterdir() if p.suffix in (".ttf", ".woff2", ".txt"))
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}" for p in names]
    head = ["# Made by hardware/fonts/vendor.py; sha256sum -c MANIFEST", f"# Source: {source} (npm)"]
    (folder / "MANIFEST").write_text("\n".join(head + lines) + "\n", encoding="utf-8")


def main(package: Path) -> None:
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    WEB.mkdir(parents=True, exist_ok=True)
    for weight in STYLES:
        font = joined(package, weight)
        font.flavor = "woff2"
        font.save(WEB / f"be-vietnam-pro-{weight}.woff2")
        font.flavor = None
        raise_ascent(font)
        font.save(HERE / f"BeVietnamPro-{weight}.ttf")
    for weight in FIGURE_CELL:
        font = figures(package, weight)
        font.flavor = "woff2"
        font.save(WEB / f"motcua-figures-{weight}.woff2")
    for weight in STYLES:
        lean(weight).save(WEB / f"lean-{weight}.woff2")
    for folder in (HERE, WEB):
        (folder / "OFL.txt").write_text(licence(package), encoding="utf-8")
        write_manifest(folder, f"{about['name']} {about['version']}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python hardware/fonts/vendor.py PACKAGE_FOLDER")
    main(Path(sys.argv[1]))
