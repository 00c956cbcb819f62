"""A sheet out of the table of 2019, and the ten figures of its lines as every file must have them."""

from __future__ import annotations

from pathlib import Path

from server.dossiers.reports.printed import read, read_text
from server.dossiers.reports.sheet import HEADER, Line, Sheet

HANAM = Path(__file__).parents[4] / "examples" / "hanam"
TABLE = (HANAM / "hanam_table.csv").read_text("utf-8")


def sheet(times: int = 1, lang: str = "vi") -> Sheet:
    """The table `times` times over, so that it fills more than one page. A line is named as a formula."""
    found = read(read_text(TABLE), lambda name: (name, ""))
    lines = [*found.lines] * times
    lines[3] = Line("4", "x", '=HYPERLINK("http://a")', lines[3].figures, "3 hẹn lại; +1")
    total = found.total
    assert total is not None
    return Sheet(
        "Tình hình, kết quả giải quyết thủ tục hành chính",
        ("Trung tâm Phục vụ hành chính công", "Từ 03/07/2017 đến 30/06/2019"),
        {head.key: f"{head.key} ữ" for head in HEADER},
        tuple(lines),
        Line("", "", "Tổng số", total.figures),
        ("Đã giải quyết trên tổng số tiếp nhận: 98,30 % (34.985 / 35.591)",),
        lang,
    )
