"""Which contacts are touches, and where a turned panel was touched."""

from __future__ import annotations

from hypothesis import given, strategies as st

from hardware.fingers import HELD_S, TURNS, Fingers, placed, spot, turned_size, upright

shares = st.integers(0, 64).map(lambda n: n / 64)  # exact under 1 - x
sizes = st.tuples(st.integers(16, 200), st.integers(16, 200))


def test_only_the_first_finger_is_a_touch_until_all_have_left() -> None:
    fingers = Fingers()
    assert fingers.down("thumb", 0.0)
    assert not fingers.down("index", 0.0)
    fingers.up("thumb")
    assert not fingers.down("thumb", 0.1)
    fingers.up("index")
    fingers.up("thumb")
    assert fingers.down("index", 0.2)


def test_ten_fingers_at_once_are_one_touch() -> None:
    fingers = Fingers()
    assert [fingers.down(n, 1.0) for n in range(10)] == [True] + [False] * 9


def test_a_resting_arm_or_a_drop_of_water_silences_the_panel_for_seconds_only() -> None:
    fingers = Fingers()
    assert fingers.down("arm", 0.0)
    assert not fingers.down("finger", HELD_S - 0.1)
    fingers.up("finger")
    assert fingers.down("finger", HELD_S)


def test_a_finger_that_leaves_without_having_come_is_nobodys_concern() -> None:
    fingers = Fingers()
    fingers.up("ghost")
    assert fingers.down("finger", 0.0)


@given(x=shares, y=shares)
def test_four_quarter_turns_lead_back(x: float, y: float) -> None:
    there = (x, y)
    for _ in range(4):
        there = upright(*there, 90)
    assert there == (x, y)
    assert upright(x, y, 180) == upright(*upright(x, y, 90), 90)
    assert upright(x, y, 270) == upright(*upright(x, y, 90), 180)


@given(x=st.floats(-2, 3), y=st.floats(-2, 3), size=sizes)
def test_a_touch_is_always_on_the_picture(x: float, y: float, size: tuple[int, int]) -> None:
    column, row = spot(x, y, size)
    assert 0 <= column < size[0] and 0 <= row < size[1]


@given(size=sizes, turn=st.sampled_from(TURNS), data=st.data())
def test_where_a_pixel_is_placed_there_a_finger_finds_it(size, turn, data) -> None:  # type: ignore[no-untyped-def]
    at = data.draw(st.integers(0, size[0] - 1)), data.draw(st.integers(0, size[1] - 1))
    panel = turned_size(size, turn)
    x, y = placed(at, (1, 1), size, turn)
    assert spot(*upright((x + 0.5) / panel[0], (y + 0.5) / panel[1], turn), size) == at
