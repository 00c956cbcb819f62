"""Every page of the satisfaction question, on the panels that show it: what tests draw, and people look at.

`python -m tests.counter.gallery FOLDER` writes all of them as PNG, `--golden` those of the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pygame

from broker import messages as m
from hardware.canvas import Canvas
from hardware.identity import Identity
from hardware.texts import Texts
from hardware.theme import THEMES, ThemeName
from kiosk.counter.layout import AT_HAND_MM, Layout
from kiosk.counter.screen import Painter
from kiosk.counter.view import SCALES, Asked, Faces, Idle, Inquiry, Line, Reasons, Thanks, View
from kiosk.layout.panel import NEEDED_MM
from server.questionnaire import legal_questions
from server.site_file import load_site
from tests.golden import Picture, write
from tests.web.place import HANAM

FOLDER = Path(__file__).parent / "golden"
TEXTS = Texts.load("kiosk.counter")
OFFICER = "Nguyễn Thị Hồng Hạnh"
LONG_OFFICER = "Công Tằng Tôn Nữ Thị Hồng Hạnh"


class Surface(NamedTuple):
    """pixels, diagonal in inches, capitals that must be readable in mm, and whether it is a kiosk's."""

    size: tuple[int, int]
    inches: float
    needed_mm: float
    guest: bool


PANELS = {
    "terminal": Surface((800, 480), 7.0, AT_HAND_MM, False),
    "wide": Surface((1280, 800), 10.1, NEEDED_MM, True),
    "tall": Surface((1080, 1920), 21.5, NEEDED_MM, True),
}
QUESTIONS = tuple(
    m.Question(
        q.id,
        m.Words(q.text.vi, q.text.en),
        tuple(m.Words(a.vi, a.en) for a in q.answers),  # type: ignore[arg-type]
    )
    for q in legal_questions().values()
)
REASONS = tuple(m.PriorityGroup(id, m.Words(w.vi, w.en)) for id, w in load_site(HANAM).reasons.items())
# In every look: faces, much to touch, and a question; a call where there is one.
BY_LOOKS = ("faces-4", "reasons", "question-7", "called")
THEMED: dict[str, tuple[ThemeName, ...]] = {
    "terminal": ("contrast", "dark"),
    "wide": ("dark",),
    "tall": ("contrast",),
}


def asked(lang: m.Lang, guest: bool) -> dict[str, Asked]:
    """All that a citizen is asked, by name."""
    return {
        **{f"faces-{levels}": Faces("B047", "7", levels, lang, OFFICER, guest) for levels in SCALES},
        **{
            f"faces-{levels}-long": Faces("A2-017", "12", levels, lang, LONG_OFFICER, guest)
            for levels in (4, 5)
        },
        "nobody-named": Faces("A2-017", "12", 4, lang, "", guest),
        "reasons": Reasons(REASONS[:4], True, lang),
        "more-reasons": Reasons(REASONS[4:], True, lang),
        **{f"question-{q.id}": Inquiry(q, n, 4, lang) for n, q in enumerate(QUESTIONS, 1)},
        "thanks": Thanks(lang),
    }


def views(lang: m.Lang, guest: bool) -> Iterator[tuple[str, View]]:
    """Every state by name; a kiosk shows its own pages while nobody is asked."""
    for name, page in asked(lang, guest).items():
        yield name, View(page)
    if guest:
        return
    for standing in ("starting", "unknown", "closed", "paused", "ready"):
        yield standing, View(Idle(standing, "7", lang=lang))
    yield "called", View(Idle("called", "7", "B047", lang), Line("done.next", (("number", "B047"),)))
    yield "serving", View(Idle("serving", "7", "B047", lang))
    yield "serving-refused", View(Idle("serving", "7", "B047", lang), Line("refused.not-now", (), "refused"))
    yield "unknown-fault", View(Idle("unknown", "7", lang=lang), Line("line.no-connection", (), "fault"))
    yield "identify", View(Idle("ready", "7", lang=lang), identify=Identity("Quầy 7", "counter-7"))


def draw(view: View, panel: Surface, theme: ThemeName = "light") -> pygame.Surface:
    surface = pygame.Surface(panel.size, depth=32)
    layout = Layout.of_panel(panel.size, panel.inches, panel.needed_mm)
    Painter(Canvas(surface, THEMES[theme]), TEXTS, layout).paint(view)
    return surface


def pictures() -> Iterator[Picture]:
    """Every state that is kept, `tall-faces-4-vi` or `tall-faces-4-vi-dark`."""
    spoken: tuple[m.Lang, ...] = ("vi", "en")
    for size, panel in PANELS.items():
        for lang in spoken:
            for name, view in views(lang, panel.guest):
                yield Picture(f"{size}-{name}-{lang}", partial(draw, view, panel), by=3)
        for name, view in views("vi", panel.guest):
            if name in BY_LOOKS:
                for theme in THEMED[size]:
                    paint = partial(draw, view, panel, theme)
                    yield Picture(f"{size}-{name}-vi-{theme}", paint, theme, 3)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for each in pictures():
        pygame.image.save(each.draw(), str(folder / f"{each.name}.png"))


if __name__ == "__main__":
    if sys.argv[1] == "--golden":
        write(FOLDER, pictures())
    else:
        main(Path(sys.argv[1]))
