"""Which states of the kiosk are kept as golden pictures: all with touch, fewer without, few in each look."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from hardware.theme import ThemeName
from kiosk.layout.panel import Panel
from kiosk.paint.painter import theme_of
from kiosk.view import Look
from tests.golden import Picture
from tests.kiosk.gallery import BUTTONS, PANELS, draw, states

FOLDER = Path(__file__).parent / "golden"
# Each look on the panel on which it changes most: low moves what a tall one has, large fills a wide one.
LOOKS: dict[str, tuple[str, Look, ThemeName]] = {
    "large": ("wide", Look(large=True), "light"),
    "contrast": ("tall", Look(contrast=True), "light"),
    "low": ("tall", Look(low=True), "light"),
    "dark": ("wide", Look(), "dark"),
}
# In every look: much to touch, a question, a number, and something that is wrong.
BY_LOOKS = ("home", "priority", "done", "home-no-paper")
# Another state with one thing changed: kept smaller.
VARIANTS = (
    "home-2",
    "home-no-printer",
    "home-identify",
    "home-scanner-alone",
    "collect-priority",
    "lookup-shows",
    "told-ready",
    "busy",
    "done-long",
    "done-own",
    "done-own-long",
    "done-dossier",
    "paper-out-own",
    "paper-out-own-long",
    "paper-out-long",
    "printer-back",
    "held-cover-open",
    "held-cutter-error",
    "held-unplugged",
    "leftover-no-paper",
    "help-away",
    "help-with-number-offered",
    "help-with-number-away",
)
# Looked over by the tests of words, sizes and contrast alone: another state of these kinds is kept.
UNKEPT = (
    "home-lookup-few",
    "lookup-code",
    "lookup-letters",
    "lookup-asking",
    "told",
    "told-rest-ready",
    "told-past",
    "told-long",
    "told-supplement",
    *(f"scan-{word}" for word in ("no-code", "not-found", "no-match", "too-often")),
)
# Without touch the words are others, and the targets; what is the same is not drawn twice.
BY_BUTTONS = (
    "home",
    "home-scanner",
    "services",
    "priority",
    "priority-card",
    "collect",
    "scan-unknown",
    "another",
    "done",
    "paper-out",
    "paper-back",
    "closed-lunch",
    "help",
    "help-told",
    "more-time",
)


def pictures() -> Iterator[Picture]:
    """Every state that is kept, `tall-home-vi` or `tall-home-vi-large`."""
    spoken = (("vi", Look()), ("en", Look(lang="en")))
    for size, panel in PANELS.items():
        for lang, look in spoken:
            yield from _pictures(size, panel, lang, look)
    for word, (size, look, theme) in LOOKS.items():
        yield from _pictures(size, PANELS[size], f"vi-{word}", look, theme, BY_LOOKS, 3)
    for size, panel in BUTTONS.items():
        for lang, look in spoken:
            yield from _pictures(size, panel, lang, look, only=BY_BUTTONS, by=3)


def _pictures(
    size: str,
    panel: Panel,
    ending: str,
    look: Look,
    theme: ThemeName = "light",
    only: tuple[str, ...] | None = None,
    by: int = 2,
) -> Iterator[Picture]:
    for name, view in states(panel, look):
        if name not in UNKEPT and (only is None or name in only):
            paint = partial(draw, view, panel, theme)
            less = 3 if name in VARIANTS else by
            yield Picture(f"{size}-{name}-{ending}", paint, theme_of(theme, look), less)
