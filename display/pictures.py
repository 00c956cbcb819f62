"""Pictures: a view and a panel in, the marks of the whole wall out, whichever face it has. Pure.

Knows which part of the wall draws which face, and what this panel can hold of each zone; keeps out when.
"""

from __future__ import annotations

from broker.messages import Zone
from display import layout
from display.fit import Panel
from display.marks import Picture
from display.progress import Room
from display.view import View
from hardware.texts import Texts


def picture_of(
    view: View, panel: Panel, table: Panel, texts: Texts, lang: str, rows: int | None = None
) -> Picture:
    """Every region of the wall. `table` is the panel as who reads dossiers sees it.

    Raises `fit.LayoutRefused` as `fit.arrange` does.
    """
    return layout.picture(view.calls, panel, texts, lang, rows)


def rooms(panel: Panel, table: Panel) -> tuple[dict[Zone, Room], dict[Zone, str]]:
    """What a page of dossiers holds in each zone, and why a zone has none on this panel."""
    return {}, {}
