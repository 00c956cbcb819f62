"""Golden tickets: the paper as somebody looked at it, dot for dot, and how far another is off.

`python -m tests.kiosk.tickets` draws them anew; then look at them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from broker.messages import Words
from hardware.print_head import HEADS, Head
from hardware.printer_profiles import head_of
from kiosk.ticket import draw, slip
from tests.kiosk.test_ticket import CASES, HALL, PLAN, ZONE, reply

FOLDER = Path(__file__).parent / "tickets"
TILE = 8  # dots: a millimetre
MOST = (
    40.0  # of 255 in the worst tile, about ten dots of 64: what a newer renderer may do to edges of letters
)

HARD = Words(vi="Ệ Ẫ Ự Ỡ ẵ ỷ Ặ Ổ đĐ – Hộ tịch Nghĩa Ẳng", en="")  # what breaks first
TICKETS: dict[str, tuple[dict[str, Any], Head]] = {
    "80mm": ({}, HEADS[80]),
    "58mm": ({}, HEADS[58]),
    "80mm-english": ({"lang": "en"}, HEADS[80]),
    "80mm-longest": (CASES["longest"], HEADS[80]),
    "58mm-longest": (CASES["longest"], HEADS[58]),
    "80mm-slow-wire": ({}, replace(HEADS[80], lean=True)),
    "58mm-slow-wire": ({}, replace(HEADS[58], lean=True)),
    "80mm-180dpi": ({"klass": "priority"}, head_of("TM-T88V", None)),
    "58mm-alone": (
        {"number": "A12-1000", "ahead": None, "wait": None, "timed": False, "dossier": "H42.05-260117-0001"},
        HEADS[58],
    ),
    "80mm-accents": ({"service": HARD, "authority": HARD, "place": HARD}, HEADS[80]),
}


def pictures() -> Iterator[tuple[str, Image.Image]]:
    for name, (changes, head) in TICKETS.items():
        yield name, drawn(changes, head)


def drawn(changes: dict[str, Any], head: Head) -> Image.Image:
    return draw(slip(reply(**changes), PLAN, HALL, ZONE), head)


def golden(name: str) -> Image.Image:
    with Image.open(FOLDER / f"{name}.png") as kept:
        return kept.convert("1")


def off(one: Image.Image, other: Image.Image) -> float:
    """How different two tickets are in their most different tile, 0 to 255."""
    if one.size != other.size:
        return 255.0
    return float(ImageChops.logical_xor(one, other).convert("L").reduce(TILE).getextrema()[1])


def write(folder: Path = FOLDER) -> None:
    folder.mkdir(exist_ok=True)
    for name, picture in pictures():
        picture.save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    write()
