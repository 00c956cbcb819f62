"""Theme: the colours of every surface that we draw, by what they are for.

Knows three sets of colours, chosen per device; keeps out shapes and sizes. Every text colour reaches 7:1
on every ground that it may stand on (WCAG 2, level AAA; checked by a test), and no colour carries a
meaning alone: a shape and a word always go with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

RGB = tuple[int, int, int]
ThemeName = Literal["light", "dark", "contrast"]


@dataclass(frozen=True)
class Theme:
    name: ThemeName
    ground: RGB  # page
    surface: RGB  # cards, buttons, rows
    ink: RGB  # text
    ink2: RGB  # secondary text
    accent: RGB  # counter, action, wait
    on_accent: RGB  # text on an accent fill
    deep: RGB  # hero, header, letter tile
    deep_pulse: RGB  # second phase of a call
    on_deep: RGB  # text on deep and deep_pulse
    on_deep2: RGB  # secondary text on deep
    gold: RGB  # counter on deep, frame of a new call; never text on light
    ok: RGB  # done, within target
    amber: RGB  # attention, waits for the citizen
    alarm: RGB  # late, fault
    on_alarm: RGB  # text on an alarm fill
    tint: RGB  # quiet fills of accent, ok, amber, alarm
    tint_ok: RGB
    tint_amber: RGB
    tint_alarm: RGB
    off: RGB  # closed, with a dashed border; carries ink or ink2 only
    line: RGB  # rule: decoration
    edge: RGB  # border of a quiet control
    card_border: RGB | None  # border of every card where fills alone do not tell cards from ground


def rgb(text: str) -> RGB:
    """`#F5F3EC` -> (245, 243, 236)."""
    value = int(text.removeprefix("#"), 16)
    return value >> 16 & 255, value >> 8 & 255, value & 255


WHITE: Final = rgb("#FFFFFF")
BLACK: Final = rgb("#000000")
GOLD: Final = rgb("#FFD27A")

THEMES: Final[dict[ThemeName, Theme]] = {
    # For day light and bright lamps: dark letters on light stay sharper for old eyes.
    "light": Theme(
        name="light",
        ground=rgb("#F5F3EC"),
        surface=WHITE,
        ink=rgb("#15202B"),
        ink2=rgb("#3D4854"),
        accent=rgb("#084B8A"),
        on_accent=WHITE,
        deep=rgb("#06305A"),
        deep_pulse=rgb("#083F78"),
        on_deep=WHITE,
        on_deep2=rgb("#D3E3F3"),
        gold=GOLD,
        ok=rgb("#14532D"),
        amber=rgb("#6A4200"),
        alarm=rgb("#8F1616"),
        on_alarm=WHITE,
        tint=rgb("#E2ECF6"),
        tint_ok=rgb("#DFF0E4"),
        tint_amber=rgb("#FFF1D0"),
        tint_alarm=rgb("#FBE5E2"),
        off=rgb("#E7E4DA"),
        line=rgb("#CFCBBF"),
        edge=rgb("#7A828A"),
        card_border=None,
    ),
    # For dim rooms and night duty.
    "dark": Theme(
        name="dark",
        ground=rgb("#0E1720"),
        surface=rgb("#182430"),
        ink=rgb("#F5F2E9"),
        ink2=rgb("#C5CDD6"),
        accent=rgb("#9CC8F5"),
        on_accent=rgb("#0E1720"),
        deep=rgb("#06305A"),
        deep_pulse=rgb("#083F78"),
        on_deep=WHITE,
        on_deep2=rgb("#D3E3F3"),
        gold=GOLD,
        ok=rgb("#93DBAB"),
        amber=rgb("#FFC860"),
        alarm=rgb("#FFB4AC"),
        on_alarm=rgb("#0E1720"),
        tint=rgb("#17344F"),
        tint_ok=rgb("#153624"),
        tint_amber=rgb("#3E2F0D"),
        tint_alarm=rgb("#4A1512"),
        off=rgb("#1F2A35"),
        line=rgb("#3A4856"),
        edge=rgb("#C5CDD6"),
        card_border=None,
    ),
    # For low sight: chosen by the citizen at the kiosk. All fills are black, so borders do the dividing.
    "contrast": Theme(
        name="contrast",
        ground=BLACK,
        surface=BLACK,
        ink=WHITE,
        ink2=WHITE,
        accent=rgb("#FFE45C"),
        on_accent=BLACK,
        deep=BLACK,
        deep_pulse=rgb("#1A1A1A"),
        on_deep=WHITE,
        on_deep2=WHITE,
        gold=GOLD,
        ok=rgb("#8CFF9E"),
        amber=GOLD,
        alarm=rgb("#FFB4AC"),
        on_alarm=BLACK,
        tint=BLACK,
        tint_ok=BLACK,
        tint_amber=BLACK,
        tint_alarm=BLACK,
        off=BLACK,
        line=WHITE,
        edge=WHITE,
        card_border=WHITE,
    ),
}


def luminance(colour: RGB) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    parts = [c / 255 for c in colour]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: RGB, other: RGB) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
