"""The ten statuses of the national portal, how local systems spell them, and what each means to a citizen.

Pure. What the table of spellings does not have is no status: nobody guesses.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from broker.messages import Stage
from server.dossiers.folding import fold, nearest


class Status(StrEnum):
    """In the portal's order: its number is the place in this list, from 1."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PROCESSING = "processing"
    AWAITING_SUPPLEMENT = "awaiting_supplement"
    AWAITING_PAYMENT = "awaiting_payment"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    RESOLVED = "resolved"
    RETURNED = "returned"


# The first spelling is the portal's own, the one that is offered when a word was nearly right.
SPELLINGS: Final[dict[Status, tuple[str, ...]]] = {
    Status.REGISTERED: ("Mới đăng ký", "Chờ tiếp nhận", "newly registered"),
    Status.ACCEPTED: ("Được tiếp nhận", "Đã tiếp nhận", "Mới tiếp nhận"),
    Status.REJECTED: ("Không được tiếp nhận", "Từ chối tiếp nhận", "Không tiếp nhận", "not accepted"),
    Status.PROCESSING: (
        "Đang xử lý",
        "Đang giải quyết",
        "Chờ ký duyệt",
        "Đã bổ sung, chờ tiếp nhận",
        "in process",
        "awaiting signature",
    ),
    Status.AWAITING_SUPPLEMENT: (
        "Yêu cầu bổ sung giấy tờ",
        "Chờ bổ sung",
        "Chờ bổ sung giấy tờ",
        "Chờ bổ sung hồ sơ",
        "supplement requested",
    ),
    Status.AWAITING_PAYMENT: (
        "Yêu cầu thực hiện nghĩa vụ tài chính",
        "Chờ thực hiện nghĩa vụ tài chính",
        "Chờ nộp phí",
        "Chờ nộp phí, lệ phí",
        "financial obligation requested",
    ),
    Status.WITHDRAWN: ("Công dân yêu cầu rút hồ sơ", "Đã rút hồ sơ", "Rút hồ sơ"),
    Status.STOPPED: ("Dừng xử lý", "processing stopped"),
    Status.RESOLVED: (
        "Đã xử lý xong",
        "Đã có kết quả",
        "Có kết quả",
        "Chờ trả kết quả",
        "Đã giải quyết",
        "result ready",
    ),
    Status.RETURNED: ("Đã trả kết quả", "result returned"),
}

# What the wall calls it; what is not here, no wall shows. A stopped dossier is told to its citizen by letter.
STAGES: Final[dict[Status, Stage]] = {
    Status.RESOLVED: "ready",
    Status.AWAITING_SUPPLEMENT: "supplement",
    Status.AWAITING_PAYMENT: "payment",
    Status.ACCEPTED: "processing",
    Status.PROCESSING: "processing",
}

# The form does not count what was never taken in.
UNCOUNTED: Final = frozenset({Status.REGISTERED, Status.REJECTED})
ENDED: Final = frozenset({Status.RESOLVED, Status.RETURNED, Status.WITHDRAWN, Status.STOPPED})
# The clock stands still while the citizen is waited for (Decree 61/2018), so that this is not overdue.
PAUSED: Final = frozenset({Status.AWAITING_SUPPLEMENT, Status.AWAITING_PAYMENT})

_KNOWN: Final[dict[str, Status]] = {
    **{str(number): status for number, status in enumerate(Status, 1)},
    **{fold(status.value): status for status in Status},
    **{fold(spelling): status for status, spellings in SPELLINGS.items() for spelling in spellings},
}


def status_of(text: str) -> Status | None:
    """The status of a portal's number, of our own word, or of a listed spelling, however it is accented."""
    return _KNOWN.get(fold(text))


def nearest_status(text: str, own: Iterable[str] = ()) -> str:
    """The spelling that was probably meant, one of a source's own or a usual one, or "": never the text
    itself, which may be anything."""
    return nearest(text, (*own, *(spelling for spellings in SPELLINGS.values() for spelling in spellings)))
