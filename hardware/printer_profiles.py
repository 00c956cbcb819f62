"""Printer profiles: what python-escpos knows of 35 models, read as far as a ticket needs it.

Knows its capabilities file and nothing of wires. The file is read as data: importing the library for it would
cost half a second at every start, also with a simulated printer. Of what it claims we use the head's dots and
pitch, the knife, and whether there are pictures; its QR codes and code pages are wrong too often.
"""

from __future__ import annotations

import difflib
import importlib.util
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from hardware.print_head import HEADS, Head

NARROW_MM: Final = 62  # paper up to this width, or a head that prints so much of it, is the 58 mm kind
DPI: Final = {203: 8.0, 180: 180 / 25.4}


class UnknownProfile(ValueError):
    """A profile that python-escpos does not have; one sentence with the nearest."""


@cache
def _profiles() -> dict[str, dict[str, Any]]:
    found = importlib.util.find_spec("escpos")  # finds the folder, imports nothing
    if found is None or found.origin is None:
        raise UnknownProfile("python-escpos is not installed, so there are no profiles")
    told = json.loads((Path(found.origin).parent / "capabilities.json").read_text(encoding="utf-8"))
    profiles: dict[str, dict[str, Any]] = told["profiles"]
    return profiles


def names() -> list[str]:
    return sorted(_profiles())


def head_of(profile: str | None, width_mm: int | None, mode: str = "auto", lean: bool = False) -> Head:
    """The head of a model, or of a usual printer for that paper. Raises UnknownProfile.

    mode: raster, text, or auto, which is raster where the model prints pictures. A width that is given wins
    over the profile's: many 80 mm printers take 58 mm rolls.
    """
    if profile is None:
        usual = HEADS[width_mm or 80]
        return replace(usual, raster=mode != "text", lean=lean)
    known = _profiles()
    if profile not in known:
        near = difflib.get_close_matches(profile.upper(), [name.upper() for name in known], n=1, cutoff=0.4)
        meant = next((name for name in known if near and name.upper() == near[0]), "default")
        raise UnknownProfile(f"there is no printer profile '{profile}', the nearest is '{meant}'")
    told = known[profile]
    media, features = told.get("media", {}), told.get("features", {})
    across = media.get("width", {})
    dots, mm = _number(across.get("pixels")), _number(across.get("mm"))
    paper = width_mm or (58 if mm and mm <= NARROW_MM and (not dots or dots < 500) else 80)
    usual = HEADS[paper]
    if not dots or (width_mm is not None and dots > usual.dots):
        dots = usual.dots
    columns = int(_number(told.get("fonts", {}).get("0", {}).get("columns")))
    return Head(
        width_mm=paper,
        dots=dots,
        dots_per_mm=DPI.get(_number(media.get("dpi")), 8.0),
        raster=mode == "raster" or (mode == "auto" and bool(features.get("bitImageRaster"))),
        cutter=bool(features.get("paperFullCut") or features.get("paperPartCut")),
        lean=lean,
        columns=min(columns, dots // 12) if columns >= 20 else 0,
    )


def _number(told: Any) -> int:
    """A whole number of the file; 0 where it says "Unknown"."""
    return round(told) if isinstance(told, int | float) else 0
