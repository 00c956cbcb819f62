"""What the columns of a table probably are, by their names and by what stands in them. Pure.

Only proposed, to whoever describes a source. What a guess opens is shown unmasked, so that a column is
guessed by what nobody's name, birthday or address is: codes, days that agree with codes, words of statuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final, TypeVar

from server.dossiers.cells import flat
from server.dossiers.code import read_code
from server.dossiers.dates import NoDate, Style, read_instant
from server.dossiers.fields import NAMES, proposals
from server.dossiers.folding import fold
from server.dossiers.mapping import channel_of
from server.dossiers.status import status_of
from server.dossiers.workbook import Cell

T = TypeVar("T")

MOST: Final = 0.8  # of the cells that are not blank, for a column to be something
HALF: Final = 0.5
FULL: Final = 0.95  # of the rows: what every dossier has
MOST_WORDS: Final = 40  # different ones, in a column of words that repeat themselves
NEAR: Final = timedelta(days=7)  # between the day in a code and the one of receipt
LONGEST: Final = timedelta(days=3 * 365)  # from receipt to anything else

# Names by which some systems call such a column, beside those of `fields.NAMES`: only to propose it.
ALSO: Final[dict[str, tuple[str, ...]]] = {
    "code": ("Số biên nhận", "Mã biên nhận", "Số HS", "Mã HS", "Mã số biên nhận", "Số tiếp nhận"),
    "authority": (
        "Phòng giải quyết",
        "Phòng chuyên môn",
        "Phòng ban",
        "Đơn vị xử lý",
        "Cơ quan thực hiện",
        "Đơn vị thực hiện",
        "Cơ quan xử lý",
    ),
    "procedure": ("Tên TTHC", "Loại hồ sơ", "Loại thủ tục", "Tên hồ sơ"),
    "status": ("Tình trạng xử lý", "Trạng thái xử lý", "Tình trạng giải quyết", "Tình trạng HS"),
    "received": ("Nhận lúc", "Tiếp nhận lúc", "Thời điểm tiếp nhận", "Ngày nhận hồ sơ", "Ngày giờ tiếp nhận"),
    "due": ("Hẹn lúc", "Hẹn trả lúc", "Ngày hẹn", "Hạn xử lí", "Thời điểm hẹn trả"),
    "resolved": ("Xong lúc", "Ngày xong", "Giải quyết xong lúc", "Ngày kết thúc", "Thời điểm có kết quả"),
    "returned": ("Trả lúc", "Ngày trả cho dân", "Thời điểm trả kết quả"),
    "channel": ("Hình thức", "Kênh nộp", "Kênh", "Nơi nộp", "Nguồn nộp", "Phương thức nộp"),
    "officer": ("Người thụ lý", "Cán bộ", "Cán bộ giải quyết"),
}
USUAL: Final = {
    fold(text): field for field, names in (*NAMES.items(), *ALSO.items()) for text in (field, *names)
}
# How a status begins, and what a way of handing in has in it: nobody's name does.
_STATUS_BEGINS: Final = tuple(
    f"{words} "
    for words in (
        *("cho", "dang", "da", "chua", "tu choi", "yeu cau", "tam dung", "dung xu ly", "dung giai quyet"),
        *("tra lai", "tra ket qua", "moi tiep nhan", "moi dang ky", "hoan thanh", "bo sung", "khong du"),
        *("qua han", "rut ho so", "duoc tiep nhan", "khong duoc", "ket thuc", "bi tu choi"),
    )
)
_CHANNEL_HAS: Final = tuple(
    f" {words} "
    for words in (
        *("truc tiep", "truc tuyen", "buu chinh", "buu dien", "bcci", "dvc", "dvctt", "dich vu cong"),
        *("mot cua", "qua mang", "tai quay", "online", "vneid", "zalo"),
    )
)
_AUTHORITY_BEGINS: Final = tuple(
    f"{words} "
    for words in (
        *("so", "phong", "ubnd", "uy ban nhan dan", "chi cuc", "cuc", "ban quan ly", "trung tam"),
        *("bao hiem xa hoi", "cong an", "thue", "van phong"),
    )
)
# Columns about somebody are nothing else, whatever stands in them.
_OF_SOMEBODY: Final = (
    *("nguoi", "ho ten", "ho va ten", "dia chi", "sinh", "cccd", "cmnd", "dien thoai", "sdt", "email"),
    *(
        "chu ho so",
        "cong dan",
        "khach",
        "to chuc",
        "doanh nghiep",
        "dinh danh",
        "noi o",
        "gioi tinh",
        "ghi chu",
    ),
)


def guessed(
    head: Sequence[str], rows: Sequence[Sequence[Cell]], known: Mapping[str, str], dates: Style = "dmy"
) -> dict[str, str]:
    """Our field -> the column of theirs that it probably is, beside those that are `known`. Every column is
    one thing; names count before what stands below them."""
    found = {field: column for field, column in known.items() if column in head}
    for field, column in by_name(head).items():
        if field not in found and column not in found.values():
            found[field] = column
    free = {
        name: [row[place] if place < len(row) else "" for row in rows]
        for place, name in enumerate(head)
        if head.index(name) == place and name not in found.values() and not _of_somebody(name)
    }
    for name, field in _by_words(free, found):
        found[field] = name
        del free[name]
    codes, begun = (
        [row[head.index(found[field])] if head.index(found[field]) < len(row) else "" for row in rows]
        if field in found
        else []
        for field in ("code", "received")
    )
    days = {name: cells for name, cells in free.items() if _share(cells, lambda c: _day(c, dates)) >= MOST}
    for name, field in _by_days(days, codes, begun, found, dates):
        found[field] = name
    return found


def by_name(head: Sequence[str]) -> dict[str, str]:
    """Likewise, by names alone."""
    found = proposals(list(head))
    by_fold = {fold(column[:120]): column for column in reversed(head)}
    for field, names in ALSO.items():
        columns = (by_fold.get(fold(name), "") for name in names)
        column = next((column for column in columns if column and column not in found.values()), "")
        if field not in found and column:
            found[field] = column
    return found


def is_status(text: str) -> bool:
    """Whether a text is surely how somebody spells a status, known or not."""
    return status_of(text) is not None or f"{fold(text)} ".startswith(_STATUS_BEGINS)


def is_channel(text: str) -> bool:
    """Likewise of a way of handing in."""
    folded = f" {fold(text)} "
    return channel_of(text) is not None or any(words in folded for words in _CHANNEL_HAS)


def _is_authority(text: str) -> bool:
    return f"{fold(text)} ".startswith(_AUTHORITY_BEGINS)


def _of_somebody(name: str) -> bool:
    folded = f" {fold(name[:120])} "
    return any(f" {words} " in folded for words in _OF_SOMEBODY)


def _by_words(columns: Mapping[str, Sequence[Cell]], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Columns of codes, and of few words. Figures are no words: `4` may be anything."""
    taken = set(known)
    for name, cells in list(columns.items()):
        words = {flat(cell) for cell in cells if isinstance(cell, str)} - {""}
        few = len(words) <= MOST_WORDS and not any(word.isdigit() for word in words)
        kinds = (
            ("code", _share(cells, lambda c: isinstance(c, str) and read_code(c)) >= MOST),
            ("channel", few and _share(cells, _of_word(is_channel)) >= HALF),
            ("status", few and _share(cells, _of_word(is_status)) >= HALF),
            ("authority", few and _share(cells, _of_word(_is_authority)) >= MOST),
        )
        field = next((field for field, is_it in kinds if is_it and field not in taken), "")
        if field:
            taken.add(field)
            yield name, field


def _by_days(
    columns: Mapping[str, Sequence[Cell]],
    codes: Sequence[Cell],
    begun: Sequence[Cell],
    known: Mapping[str, str],
    dates: Style,
) -> Iterator[tuple[str, str]]:
    """The day of receipt is near the one in the code. What every dossier has that is later was promised; what
    only some have is when they were over. codes, begun: what is known of each row, [] for nothing."""
    days = {name: [_day(cell, dates) for cell in cells] for name, cells in columns.items()}
    if begun:
        starts = [_day(cell, dates) for cell in begun]
    else:
        coded = [_day_of_code(cell) for cell in codes]
        near = [name for name in days if _apart(coded, days[name], -NEAR, NEAR)]
        first = min(near, key=lambda name: min(day for day in days[name] if day), default="")
        if not first:
            return
        starts = days.pop(first)
        yield first, "received"
    later = [name for name in days if _apart(starts, days[name], timedelta(), LONGEST)]
    whole = [name for name in later if sum(1 for day in days[name] if day) >= FULL * len(starts)]
    if whole and "due" not in known:
        yield whole[0], "due"
    ends = [name for name in later if name not in whole]
    yield from zip(ends, [f for f in ("resolved", "returned") if f not in known], strict=False)


def _apart(
    some: Sequence[datetime | None], others: Sequence[datetime | None], least: timedelta, most: timedelta
) -> bool:
    """Whether nearly all of the others are so far from theirs, where both are known."""
    spans = [other - one for one, other in zip(some, others, strict=True) if one and other]
    return bool(spans) and sum(1 for span in spans if least <= span <= most) >= FULL * len(spans)


def _day(cell: Cell, dates: Style) -> datetime | None:
    """The start of the day that a cell is, whatever the zone."""
    if isinstance(cell, datetime):
        return datetime.combine(cell.date(), time(), UTC)
    try:
        at = read_instant(cell.strip(), UTC, style=dates) if isinstance(cell, str) else None
    except NoDate:
        return None
    return None if at is None else datetime.combine(at.date(), time(), UTC)


def _day_of_code(cell: Cell) -> datetime | None:
    code = read_code(cell) if isinstance(cell, str) else None
    return None if code is None else datetime.combine(code.day, time(), UTC)


def _of_word(holds: Callable[[str], bool]) -> Callable[[Cell], bool]:
    return lambda cell: isinstance(cell, str) and holds(flat(cell))


def _share(cells: Sequence[Cell], holds: Callable[[Cell], object]) -> float:
    """Of those that are not blank."""
    filled = [cell for cell in cells if not isinstance(cell, str) or cell.strip()]
    return sum(1 for cell in filled if holds(cell)) / len(filled) if filled else 0.0
