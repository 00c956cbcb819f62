"""Pictures: a view and a panel in, the marks of the whole wall out, whichever face it has. Pure.

Knows which part of the wall draws which face, and what this panel can hold of each zone; keeps out when.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

from broker.messages import Zone
from display import layout, top
from display.fit import COMFORTABLE, LayoutRefused, Panel, Shape, Sizes, em, header_height, on
from display.marks import Box, Picture, Region
from display.progress import Room
from display.resting import rest_region
from display.slides import slide_region
from display.table import table_regions, widths
from display.table_fit import Grid, grid, squeezed
from display.view import Face, View
from hardware.texts import Texts

CALLS: Final = frozenset({"hero", "list"})  # the regions in whose place slides stand
# Numbers of kiosks that gave them alone are wider, and may want another arrangement of the calls.
SHAPES: Final = (Shape(), Shape(number=em("A2-017", 800), row=em("A2-017", 700) + em("12", 700) + 0.18))


def picture_of(
    view: View, panel: Panel, table: Panel, texts: Texts, lang: str, rows: int | None = None
) -> Picture:
    """Every region of the wall. `table` is the panel as who reads dossiers sees it.

    Raises `fit.LayoutRefused` as `fit.arrange` does.
    """
    if view.rest is not None:
        return (rest_region(panel, view, view.rest, texts, lang),)
    if view.progress is not None:
        return with_progress(view, panel, table, texts, lang)
    picture = layout.picture(view.calls, panel, texts, lang, rows)
    if view.slides is None:
        return picture
    box = around([region.box for region in picture if region.name in CALLS])
    around_it = tuple(region for region in picture if region.name not in CALLS)
    return (*around_it, slide_region(panel, box, view.slides))


def with_progress(view: View, panel: Panel, table: Panel, texts: Texts, lang: str) -> Picture:
    """Calls, or the header alone, above the dossiers."""
    above: tuple[Region, ...]
    if view.face == "progress":
        sizes = header_sizes(panel)
        above = (layout.header(sizes, view.calls, texts, lang),)
        box = below_header(panel)
    else:
        above, box = top.on_top(view.calls, panel, texts, lang)
    page = view.progress.page if view.progress is not None else None
    room = room_of(view.face, panel, table, texts, lang)
    count = None if page is None else max(room.dossiers, len(page.rows), len(page.late))
    found = grid(box, margin(panel), table, widths(texts, lang), count)
    if found is None:
        raise LayoutRefused(refusal(view.face, table, texts, lang), 0, 0)
    return (*above, *table_regions(found, panel, view, texts, lang))


def around(boxes: list[Box]) -> Box:
    left, upper = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(left, upper, max(b.right for b in boxes) - left, max(b.bottom for b in boxes) - upper)


def margin(panel: Panel) -> int:
    return panel.space(36)


def header_sizes(panel: Panel) -> Sizes:
    """A header as above the calls, where there are none."""
    ease = replace(on(panel, COMFORTABLE), margin=margin(panel))
    return Sizes(panel, "above", 1, 1, 1, 1, 1, 1, ease, 0)


def below_header(panel: Panel) -> Box:
    upper = header_height(panel, on(panel, COMFORTABLE))
    return Box(0, upper, panel.width, panel.height - upper)


# --- what the panel holds -------------------------------------------------------------------------------


def rooms(panel: Panel, table: Panel, texts: Texts, lang: str) -> tuple[dict[Zone, Room], dict[Zone, str]]:
    """What a page of dossiers holds in each zone, and why a zone has none on this panel."""
    held: dict[Zone, Room] = {}
    refused: dict[Zone, str] = {}
    zones: tuple[Zone, ...] = ("calls-progress", "progress")
    for zone in zones:
        try:
            held[zone] = room_of(zone, panel, table, texts, lang)
        except LayoutRefused as refusal:
            refused[zone] = str(refusal)
    return held, refused


def room_of(face: Face, panel: Panel, table: Panel, texts: Texts, lang: str) -> Room:
    """Rows of a page. Raises `LayoutRefused` when calls or dossiers could not be read.

    As many as the usual call leaves room for; a wider one takes more, but the letters stay legible.
    """
    grids = grids_of(face, panel, table, texts, lang)
    rows = 0 if grids[0] is None else grids[0].rows
    while rows and any(found is None or squeezed(found, rows).px < found.word for found in grids):
        rows -= 1
    if not rows:
        raise LayoutRefused(refusal(face, table, texts, lang), 0, 0)
    return Room(rows, rows)


@lru_cache(maxsize=16)
def grids_of(face: Face, panel: Panel, table: Panel, texts: Texts, lang: str) -> tuple[Grid | None, ...]:
    boxes = (
        [below_header(panel)] if face == "progress" else [top.places(panel, shape).below for shape in SHAPES]
    )
    return tuple(grid(box, margin(panel), table, widths(texts, lang)) for box in boxes)


def refusal(face: Face, table: Panel, texts: Texts, lang: str) -> str:
    """Why dossiers have no place, and from where they could be read, in steps of half a metre."""
    box, far = below_header(table), 0.0
    wide = widths(texts, lang)
    while far < 100 and grid(box, margin(table), replace(table, seat_m=far + 0.5), wide) is not None:
        far += 0.5
    reach = f"; alone they can be read up to {far:g} m" if far else " at any distance"
    return f"{table} has no room for legible dossiers in zone {face}{reach}"
