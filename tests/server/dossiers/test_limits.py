"""Limits as provinces write them."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from server.dossiers.limits import Limit, NoLimit, read_limit


@pytest.mark.parametrize(
    ("text", "compact"),
    [
        ("3 ngày", "3d"), ("03 ngày làm việc", "3d"), ("NGÀY LÀM VIỆC", None),
        ("10 (mười) ngày làm việc", "10d"),
        ("0,5 ngày", "0.5d"), ("0.5d", "0.5d"), ("1/2 ngày làm việc", "0.5d"), ("nửa ngày", "0.5d"),
        ("1/4 ngày", "0.25d"), ("¼ ngày", "0.25d"), ("1 1/2 ngày", "1.5d"), ("1½ ngày", "1.5d"),
        ("1/3 ngày", "1/3d"), ("1 1/3 ngày", "1 1/3d"), ("11/2 ngày", None),
        ("04 giờ", "4h"), ("4h", "4h"), ("08 giờ làm việc", "8h"), ("1,5 giờ", "1.5h"), ("4 hours", "4h"),
        ("3 working days", "3d"), ("half a day", "0.5d"), ("1/4 of a day", "0.25d"),
        ("trong ngày", "0d"), ("Ngay trong ngày", "0d"), ("same day", "0d"), ("0d", "0d"),
        ("07 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ", "7d"), ("03 nga\u0300y", "3d"),
        ("không quá 03 ngày", "3d"),
        ("Không quá 10 ngày làm việc kể từ ngày nhận đủ hồ sơ", "10d"),
        ("tối đa 4 giờ", "4h"), ("trong vòng 0,5 ngày", "0.5d"), ("không quá ngày", None),
        ("3 ngày (24 giờ)", "3d"), ("03 (ba) ngày làm việc (24 giờ làm việc)", "3d"),
        ("3 ngày (20 giờ)", None),
        ("3 ngày (24 giờ", None), ("24 giờ (3 ngày)", None),
        ("3", None), ("", None), ("3 tháng", None), ("0 giờ", None), ("-1 ngày", None), ("1/0 ngày", None),
        ("3/2 ngày", None), ("0,5 1/2 ngày", None), ("4000 ngày", None), ("3 ngày 4 giờ", None),
        ("1.2.3d", None), ("ngày", None), ("9" * 400 + "d", None), ("1.500 ngày", None), ("1/8 ngày", "1/8d"),
    ],
)  # fmt: skip
def test_limits_are_read_as_they_are_written_and_nothing_is_guessed(text: str, compact: str | None) -> None:
    if compact is None:
        with pytest.raises(NoLimit):
            read_limit(text)
    else:
        assert read_limit(text).text == compact


@given(st.fractions(0, 3650, max_denominator=24), st.sampled_from(("d", "h")))
def test_the_compact_spelling_is_read_as_the_same_limit(amount: Fraction, unit: str) -> None:
    limit = Limit(amount if unit == "d" else amount + Fraction(1, 4), unit)  # type: ignore[arg-type]
    assert read_limit(limit.text) == limit


@given(st.text())
def test_any_text_is_a_limit_or_none(text: str) -> None:
    with contextlib.suppress(NoLimit):
        assert read_limit(text).amount >= 0
