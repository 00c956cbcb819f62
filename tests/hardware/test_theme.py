"""Contrasts of the colour table: text 7:1, controls 3:1 (WCAG 2.2, AAA and 1.4.11)."""

import pytest

from hardware.theme import BLACK, THEMES, WHITE, Theme, ThemeName, contrast

themes = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)

TEXT = ("ink", "ink2", "accent", "ok", "amber", "alarm")
GROUNDS = ("ground", "surface", "tint", "tint_ok", "tint_amber", "tint_alarm")
ON_FILLS = [
    ("on_accent", "accent"),
    ("on_alarm", "alarm"),
    ("on_deep", "deep"),
    ("on_deep", "deep_pulse"),
    ("on_deep2", "deep"),
    ("gold", "deep"),
    ("gold", "deep_pulse"),
    ("ink", "off"),
    ("ink2", "off"),
]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast((119, 119, 119), WHITE) == pytest.approx(4.48, abs=0.01)


@themes
def test_every_text_colour_can_be_read_on_every_ground(theme: Theme) -> None:
    for text in TEXT:
        for ground in GROUNDS:
            assert contrast(getattr(theme, text), getattr(theme, ground)) >= 7, (text, ground)


@themes
def test_text_on_fills_can_be_read(theme: Theme) -> None:
    for text, fill in ON_FILLS:
        assert contrast(getattr(theme, text), getattr(theme, fill)) >= 7, (text, fill)


@themes
def test_controls_stand_out_from_what_lies_under_them(theme: Theme) -> None:
    for ground in ("ground", "surface"):
        for control in ("edge", "accent"):
            assert contrast(getattr(theme, control), getattr(theme, ground)) >= 3


@themes
def test_a_new_call_is_a_change_and_not_a_flash(theme: Theme) -> None:
    both = contrast(theme.deep, WHITE), contrast(theme.deep_pulse, WHITE)
    assert abs(1.05 / both[0] - 1.05 / both[1]) < 0.05


def test_where_all_fills_are_black_cards_have_a_border() -> None:
    names: list[ThemeName] = ["light", "dark", "contrast"]
    assert list(THEMES) == names
    for theme in THEMES.values():
        assert (theme.card_border is not None) == (theme.surface == theme.ground)
