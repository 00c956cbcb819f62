"""What a column of a source can be to us, and by which names such columns go. Pure.

The first nine are the standard columns, which are read without any mapping. The others are read when a
mapping says where they are; who somebody is, only when it also says that people are kept.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from server.dossiers.folding import fold


class Kind(Enum):
    """How a cell is read."""

    CODE = auto()
    AUTHORITY = auto()
    STATUS = auto()
    PROCEDURE = auto()
    COUNTER = auto()
    INSTANT = auto()
    DUE = auto()  # a day alone counts to its end
    PROCEDURE_CODE = auto()
    CHANNEL = auto()
    LIMIT = auto()
    MONEY = auto()
    COUNT = auto()
    FLAG = auto()
    TEXT = auto()
    PERSON = auto()  # text of the applicant


STANDARD: Final = (
    "code",
    "authority",
    "procedure",
    "status",
    "received",
    "due",
    "resolved",
    "returned",
    "counter",
)
LEGS: Final = 5  # of an interlinked dossier, side by side in one row
LEG_PARTS: Final = ("authority", "given", "due", "done", "note")
PERSON: Final = (
    "person_kind",
    "person_name",
    "person_phone",
    "person_address",
    "person_email",
    "person_id",
    "person_secret",
)
KINDS: Final[dict[str, Kind]] = {
    "code": Kind.CODE,
    "authority": Kind.AUTHORITY,
    "procedure": Kind.PROCEDURE,
    "status": Kind.STATUS,
    "received": Kind.INSTANT,
    "due": Kind.DUE,
    "resolved": Kind.INSTANT,
    "returned": Kind.INSTANT,
    "counter": Kind.COUNTER,
    "procedure_code": Kind.PROCEDURE_CODE,
    "field": Kind.TEXT,
    "channel": Kind.CHANNEL,
    "officer": Kind.TEXT,
    "limit": Kind.LIMIT,
    "complete": Kind.INSTANT,
    "fee": Kind.MONEY,
    "paid": Kind.FLAG,
    "recorded": Kind.INSTANT,
    "reappointed": Kind.COUNT,
    "first_due": Kind.DUE,
    "group": Kind.TEXT,
    **{
        f"leg{n}_{part}": {"authority": Kind.AUTHORITY, "due": Kind.DUE, "note": Kind.TEXT}.get(
            part, Kind.INSTANT
        )
        for n in range(1, LEGS + 1)
        for part in LEG_PARTS
    },
    **dict.fromkeys(PERSON, Kind.PERSON),
}
# The longest text of each; a cell that is longer is refused, not cut.
LONGEST: Final[dict[str, int]] = {
    "procedure": 600,
    "field": 200,
    "officer": 120,
    "group": 80,
    "person_kind": 60,
    "person_name": 200,
    "person_phone": 40,
    "person_address": 400,
    "person_email": 200,
    "person_id": 40,
    "person_secret": 40,
}
LONGEST_NOTE: Final = 200

# How systems call such a column: the first is what people here call it.
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "code": ("Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ", "dossier", "dossier code"),
    "authority": (
        "Cơ quan",
        "Đơn vị",
        "Tên cơ quan",
        "Cơ quan giải quyết",
        "Đơn vị giải quyết",
        "agency",
        "unit",
    ),
    "procedure": (
        "Thủ tục",
        "Thủ tục hành chính",
        "Tên thủ tục",
        "Tên thủ tục hành chính",
        "TTHC",
        "Mã TTHC",
        "Mã thủ tục",
    ),
    "status": ("Trạng thái", "Tình trạng", "Trạng thái hồ sơ", "Tình trạng hồ sơ"),
    "received": ("Ngày tiếp nhận", "Ngày nhận", "Thời gian tiếp nhận", "Tiếp nhận", "received at"),
    "due": (
        "Ngày hẹn trả",
        "Hẹn trả",
        "Hạn trả",
        "Ngày hẹn trả kết quả",
        "Hạn giải quyết",
        "Hạn xử lý",
        "due date",
    ),
    "resolved": ("Ngày có kết quả", "Ngày giải quyết", "Ngày xử lý xong", "Ngày hoàn thành", "resolved at"),
    "returned": ("Ngày trả kết quả", "Ngày trả", "Ngày trả KQ", "returned at"),
    "counter": ("Quầy", "Quầy trả kết quả", "Quầy trả"),
    "procedure_code": ("Mã thủ tục", "Mã TTHC", "Mã số TTHC", "procedure code"),
    "field": ("Lĩnh vực", "Tên lĩnh vực", "Nhóm thủ tục", "domain"),
    "channel": ("Hình thức nộp", "Kênh tiếp nhận", "Hình thức tiếp nhận", "Cách nộp", "Nguồn hồ sơ"),
    "officer": ("Cán bộ xử lý", "Người xử lý", "Công chức xử lý", "Cán bộ thụ lý", "Chuyên viên", "handler"),
    "limit": ("Thời hạn giải quyết", "Thời hạn", "Số ngày giải quyết", "Thời gian giải quyết", "time limit"),
    "complete": ("Ngày đủ hồ sơ", "Ngày nhận đủ hồ sơ", "Ngày bổ sung", "Ngày bắt đầu xử lý"),
    "fee": ("Phí, lệ phí", "Lệ phí", "Phí", "Số tiền", "Tổng phí"),
    "paid": ("Đã nộp phí", "Đã thanh toán", "Đã nộp", "Thanh toán"),
    "recorded": ("Ngày ghi nhận trả", "Ngày cập nhật trả kết quả", "Ngày nhập trả"),
    "reappointed": ("Số lần hẹn lại", "Số lần gia hạn", "Hẹn lại"),
    "first_due": ("Ngày hẹn trả ban đầu", "Hạn trả ban đầu", "Hẹn lần đầu"),
    "group": ("Mã liên thông", "Nhóm liên thông", "Hồ sơ liên thông"),
    "person_kind": ("Loại người nộp", "Đối tượng nộp", "Loại đối tượng", "Đối tượng", "applicant type"),
    "person_name": ("Người nộp", "Họ tên", "Họ và tên", "Tên người nộp", "Chủ hồ sơ", "applicant"),
    "person_phone": ("Điện thoại", "Số điện thoại", "SĐT", "Di động", "phone"),
    "person_address": ("Địa chỉ", "Địa chỉ người nộp", "Nơi ở", "address"),
    "person_email": ("Thư điện tử", "Email", "E-mail"),
    "person_id": ("Số định danh", "Số CCCD", "CCCD", "Số CMND", "Số căn cước", "CMND/CCCD", "Mã số thuế"),
    "person_secret": ("Mã bí mật", "Mã tra cứu", "Mã xác thực", "Mã bảo mật"),
}
_LEG_NAMES: Final = {
    "authority": ("Cơ quan phối hợp {n}", "Cơ quan liên thông {n}"),
    "given": ("Ngày chuyển {n}", "Ngày giao {n}"),
    "due": ("Hạn phối hợp {n}", "Hạn {n}"),
    "done": ("Ngày xong {n}", "Ngày trả lời {n}"),
    "note": ("Ghi chú phối hợp {n}", "Ghi chú {n}"),
}
for _n in range(1, LEGS + 1):
    for _part, _names in _LEG_NAMES.items():
        NAMES[f"leg{_n}_{_part}"] = tuple(name.format(n=_n) for name in _names)

STANDARD_NAMES: Final = {fold(text): name for name in STANDARD for text in (name, *NAMES[name])}


def proposals(head: list[str]) -> dict[str, str]:
    """Our field -> the column of theirs that goes by one of its names; each column is proposed once."""
    by_fold = {fold(column[:120]): column for column in reversed(head)}
    found: dict[str, str] = {}
    for name in sorted(NAMES, key=lambda name: name == "procedure"):  # a code is a code before it is a name
        for known in (name, *NAMES[name]):
            column = by_fold.get(fold(known))
            if column and column not in found.values():
                found[name] = column
                break
    return found


def personal(name: str) -> bool:
    """Whether a field says who somebody is."""
    return KINDS[name] is Kind.PERSON
