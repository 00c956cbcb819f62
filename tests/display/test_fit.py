"""Sizes follow from the panel and the farthest seat, or the layout is refused with what fits (B01)."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from display.fit import LayoutRefused, Panel, Shape, arrange, shape_of
from hardware.type import CAP_HEIGHT

RESOLUTIONS = [
    (1280, 720), (1366, 768), (1920, 1080), (3840, 2160), (1080, 1920), (2160, 3840), (1280, 1024)
]  # fmt: skip


def cap_mm(panel, px):
    return px * CAP_HEIGHT / panel.px_per_mm


@pytest.mark.parametrize("size", RESOLUTIONS)
@pytest.mark.parametrize("inch", [24, 32, 43, 50, 55, 65, 86, 98])
@pytest.mark.parametrize("seat_m", [3, 5, 8, 10, 12, 15])
def test_a_layout_keeps_the_rule_of_its_farthest_seat_or_is_refused(size, inch, seat_m):
    panel = Panel(*size, inch, seat_m)
    try:
        sizes = arrange(panel)
    except LayoutRefused as refusal:
        assert refusal.seat_m < seat_m
        return
    metres = seat_m * 1000
    assert cap_mm(panel, sizes.number_px) >= metres / 82
    assert cap_mm(panel, sizes.counter_px) >= metres / 82
    assert cap_mm(panel, sizes.row_px) >= metres / 155
    assert cap_mm(panel, sizes.word_px) >= metres / 200
    assert 1 <= sizes.rows <= 5


def test_a_55_inch_panel_shows_a_call_and_five_rows_at_ten_metres():
    sizes = arrange(Panel(1920, 1080, 55, 10))
    assert (sizes.kind, sizes.rows) == ("beside", 5)
    # As drawn in the design's picture: 332, 276, 139, 107.
    drawn = (sizes.number_px, sizes.counter_px, sizes.row_px, sizes.word_px)
    assert all(abs(a - b) <= 3 for a, b in zip(drawn, (332, 276, 139, 107), strict=True))


def test_what_looks_right_looks_the_same_at_every_resolution():
    small, large = arrange(Panel(1280, 720, 55, 8)), arrange(Panel(3840, 2160, 55, 8))
    assert large.number_px / small.number_px == pytest.approx(3, rel=0.02)
    assert large.row_px / small.row_px == pytest.approx(3, rel=0.02)


def test_more_rows_than_fit_are_refused_with_the_number_that_does():
    with pytest.raises(LayoutRefused) as refused:
        arrange(Panel(1920, 1080, 43, 10), 5)
    assert str(refused.value) == '43" at 10 m holds 3 rows, not 5'
    assert refused.value.rows == 3
    assert arrange(Panel(1920, 1080, 43, 10), 3).rows == 3


def test_a_panel_too_small_for_its_room_says_for_which_room_it_is_good():
    with pytest.raises(LayoutRefused, match=r'32" at 10 m .* seats up to 7\.5 m'):
        arrange(Panel(1920, 1080, 32, 10))
    assert arrange(Panel(1920, 1080, 32, 7.5)).rows >= 1


panels = st.builds(
    lambda size, inch, seat: Panel(*size, inch, seat),
    st.sampled_from([*RESOLUTIONS, (1366, 768), (768, 1366), (720, 1280)]),
    st.integers(24, 98),
    st.integers(2, 60).map(lambda half: half / 2) | st.floats(0.5, 40),
)


@given(panels, st.none() | st.integers(1, 14))
def test_what_a_refusal_says_would_fit_is_accepted(panel, rows):
    """The installer does what the sentence says, and it works: fewer rows, or a nearer seat."""
    while True:
        try:
            sizes = arrange(panel, rows)
            break
        except LayoutRefused as refusal:
            if refusal.rows:
                assert f"holds {refusal.rows} row" in str(refusal)
                assert rows is not None
                assert refusal.rows < rows
                rows = refusal.rows
            else:
                assert f"up to {refusal.seat_m:g} m" in str(refusal)
                assert refusal.seat_m < panel.seat_m
                panel = replace(panel, seat_m=refusal.seat_m)
    metres = panel.seat_m * 1000
    assert cap_mm(panel, min(sizes.number_px, sizes.counter_px)) >= metres / 82
    assert cap_mm(panel, sizes.row_px) >= metres / 155
    assert cap_mm(panel, sizes.word_px) >= metres / 200
    assert sizes.keeps_the_rule
    assert rows is None or sizes.rows == rows


@given(panels, st.none() | st.integers(1, 14))
def test_a_nearer_seat_never_makes_a_layout_impossible(panel, rows):
    try:
        arrange(panel, rows)
    except LayoutRefused:
        return
    arrange(replace(panel, seat_m=panel.seat_m * 0.9), rows)


def test_a_panel_good_for_nothing_says_so():
    with pytest.raises(LayoutRefused, match="at any distance"):
        arrange(Panel(160, 16, 2, 10))


def test_a_longer_number_gets_another_arrangement_instead_of_smaller_figures():
    panel = Panel(1920, 1080, 55, 10)
    usual = arrange(panel)
    wide = arrange(panel, None, shape_of(("A2-017", "12"), (("B1-003", "11"),)))
    assert wide.kind != usual.kind
    assert wide.keeps_the_rule
    assert cap_mm(panel, wide.number_px) >= 10_000 / 82


def test_a_number_wider_than_any_arrangement_does_not_darken_the_wall():
    sizes = arrange(Panel(1920, 1080, 55, 10), None, Shape(number=9.0))
    assert not sizes.keeps_the_rule
    assert sizes.number_px == arrange(Panel(1920, 1080, 55, 10)).number_px


def test_the_farther_the_seat_the_larger_the_least_em():
    ems = [Panel(1920, 1080, 55, metres).least(82) for metres in (5, 8, 10, 12)]
    assert ems == sorted(ems)
    assert ems[2] == math.ceil(10_000 / 82 * math.hypot(1920, 1080) / (55 * 25.4) / CAP_HEIGHT)
