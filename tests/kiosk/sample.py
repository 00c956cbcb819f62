"""A hall to test a kiosk with: twenty authorities, their services, the wall's figures, a ticket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from broker import messages as m
from broker.vocabulary import Now
from broker.whisper import Past, Rest

ICT = timezone(timedelta(hours=7))
MORNING = datetime(2026, 11, 23, 8, 12, tzinfo=ICT).astimezone(UTC)  # a Monday
OPENINGS = tuple(
    m.Opening(
        datetime(2026, 11, day, opens[0], opens[1], tzinfo=ICT).astimezone(UTC),
        datetime(2026, 11, day, closes[0], closes[1], tzinfo=ICT).astimezone(UTC),
    )
    for day in (23, 25)
    for opens, closes in (((7, 30), (11, 15)), ((13, 30), (16, 45)))
)

# id, letter, Vietnamese, English, the short names, how many services
AUTHORITIES = (
    ("tu-phap", "A", "Sở Tư pháp", "Department of Justice", "Tư pháp", "Justice", 1),
    (
        "tai-nguyen",
        "B",
        "Sở Tài nguyên và Môi trường",
        "Department of Natural Resources and Environment",
        "Tài nguyên",
        "Resources",
        1,
    ),
    ("xay-dung", "C", "Sở Xây dựng", "Department of Construction", "Xây dựng", "Construction", 1),
    ("giao-thong", "E", "Sở Giao thông vận tải", "Department of Transport", "Giao thông", "Transport", 3),
    (
        "ke-hoach",
        "G",
        "Sở Kế hoạch và Đầu tư",
        "Department of Planning and Investment",
        "Kế hoạch",
        "Planning",
        1,
    ),
    ("y-te", "H", "Sở Y tế", "Department of Health", "Y tế", "Health", 1),
    ("noi-vu", "K", "Sở Nội vụ", "Department of Home Affairs", "Nội vụ", "Home affairs", 1),
    (
        "kcn",
        "L",
        "Ban Quản lý các KCN",
        "Industrial Zones Management Board",
        "Khu công nghiệp",
        "Industrial zones",
        1,
    ),
    (
        "lao-dong",
        "M",
        "Sở Lao động- Thương binh và XH",
        "Department of Labour, Invalids and Social Affairs",
        "Lao động",
        "Labour",
        2,
    ),
    (
        "van-hoa",
        "T",
        "Sở Văn hóa, Thể thao và Du lịch",
        "Department of Culture, Sports and Tourism",
        "Văn hóa",
        "Culture",
        2,
    ),
    (
        "dai-hoc",
        "W",
        "Ban Quản lý khu Đại học Nam Cao",
        "Nam Cao University Zone Board",
        "Đại học Nam Cao",
        "University zone",
        1,
    ),
    ("quan-su", "Z", "Bộ CHQS tỉnh", "Provincial Military Command", "Quân sự", "Military", 1),
)
SERVICES = (
    ("Giấy phép lái xe", "Driving licences"),
    ("Vận tải – Phù hiệu xe", "Transport business, vehicle badges"),
    ("Đăng kiểm – Phương tiện thủy nội địa", "Vehicle inspection, inland vessels"),
)
GROUPS = (
    m.PriorityGroup("elderly", m.Words("Người cao tuổi, từ 60 tuổi", "Aged 60 or over")),
    m.PriorityGroup("pregnant", m.Words("Phụ nữ mang thai", "Pregnant")),
    m.PriorityGroup("disabled", m.Words("Người khuyết tật", "Person with a disability")),
    m.PriorityGroup("merit", m.Words("Người có công, thương binh", "Person of merit, war invalid")),
    m.PriorityGroup("infant", m.Words("Có con dưới 36 tháng tuổi", "With a child under 36 months")),
)
HALL = m.Words("Trung tâm Phục vụ hành chính công tỉnh Hà Nam", "Hà Nam Public Administration Service Centre")
# waiting, range; None: closed until 13:30
FIGURES: dict[str, tuple[int, tuple[int, int] | None] | None] = {
    "tu-phap": (6, (5, 15)),
    "tai-nguyen": (4, (15, 25)),
    "xay-dung": (8, (10, 20)),
    "giao-thong-1": (9, (25, 30)),
    "giao-thong-2": (12, (30, 40)),
    "giao-thong-3": (0, (25, 35)),
    "ke-hoach": (1, (0, 5)),
    "y-te": (3, (10, 15)),
    "noi-vu": (0, (0, 0)),
    "kcn": None,
    "lao-dong-1": (2, None),
    "lao-dong-2": (0, None),
    "van-hoa-1": (0, None),
    "van-hoa-2": (0, None),
    "dai-hoc": (1, None),
    "quan-su": (120, (150, 180)),
}


def service(id: str, letter: str, name: m.Words) -> m.ServicePlan:
    return m.ServicePlan(id, letter, name, OPENINGS)


def authority(
    id: str, letter: str, vi: str, en: str, short_vi: str, short_en: str, n: int
) -> m.AuthorityPlan:
    name = m.Words(vi, en)
    names = [(id, name)] if n == 1 else [(f"{id}-{i + 1}", m.Words(*SERVICES[i])) for i in range(n)]
    services = tuple(service(of, letter, words) for of, words in names)
    return m.AuthorityPlan(id, letter, name, m.Words(short_vi, short_en), services)


def config(
    authorities: tuple[m.AuthorityPlan, ...] | None = None,
    groups: tuple[m.PriorityGroup, ...] = GROUPS,
    rev: int = 1,
    hall: m.Words = HALL,
    **more: Any,
) -> m.DeviceConfig:
    """more: other fields of the kiosk's plan."""
    plan = m.KioskPlan(
        tuple(authority(*row) for row in AUTHORITIES) if authorities is None else authorities,
        groups,
        m.Words("Căn cước, bản chính giấy tờ", "ID card, original papers"),
        "1022",
        **more,
    )
    return m.DeviceConfig(rev=rev, at=MORNING, hall=hall, time_zone="Asia/Ho_Chi_Minh", kiosk=plan)


def board(rev: int = 1, lines: tuple[m.WaitingLine, ...] | None = None) -> m.Board:
    return m.Board(
        epoch=1,
        rev=rev,
        at=MORNING,
        day="2026-11-23",
        hall=HALL,
        calls=(),
        counters=(),
        waiting=tuple(line(id, figures) for id, figures in FIGURES.items()) if lines is None else lines,
    )


def line(id: str, figures: tuple[int, tuple[int, int] | None] | None) -> m.WaitingLine:
    if figures is None:
        return closed_line(id, "lunch", OPENINGS[1].opens)
    waiting, wait = figures
    return m.WaitingLine(id, "A", m.Words(id, id), waiting, m.Range(*wait) if wait else None, True)


def closed_line(id: str, reason: str, reopens_at: datetime | None) -> m.WaitingLine:
    return m.WaitingLine(id, "A", m.Words(id, id), 0, None, False, reason, reopens_at)


def ticket(request: str = "r-1", number: str = "B047", **changes: object) -> m.TicketReply:
    fields: dict[str, object] = {
        "id": request,
        "ticket": "t-1",
        "number": number,
        "issued_at": MORNING,
        "service": m.Words("Sở Tài nguyên và Môi trường", "Department of Natural Resources and Environment"),
        "authority": m.Words(
            "Sở Tài nguyên và Môi trường", "Department of Natural Resources and Environment"
        ),
        "klass": "normal",
        "lang": "vi",
        "ahead": 4,
        "wait": m.Range(15, 25),
        "place": m.Words("Khu B, quầy 6–8", "Area B, counters 6–8"),
        "url": "http://hanam.example.vn/t/AbCdEfGhIjKlMnOpQrStUv",
        "secret": "4821",
        "grace_min": 15,
    }
    return m.TicketReply(**(fields | changes))  # type: ignore[arg-type]


def now(seconds: float = 0.0, wall: datetime = MORNING) -> Now:
    """So many seconds after 08:12 of that morning, on both clocks."""
    return Now(1000.0 + seconds, wall + timedelta(seconds=seconds))


def rest(**changes: Any) -> Rest:
    """What somebody is told of his own dossier."""
    past = ((9, "accepted"), (10, "processing"), (17, "awaiting_supplement"), (19, "processing"))
    known: dict[str, Any] = {
        "name": "N*** V*** A***",
        "phone": "*** *** 123",
        "procedure": "Cấp Giấy chứng nhận quyền sử dụng đất lần đầu",
        "authority": m.Words(
            "Sở Tài nguyên và Môi trường", "Department of Natural Resources and Environment"
        ),
        "received": datetime(2026, 11, 9, 8, 5, tzinfo=ICT),
        "fee": 200_000,
        "paid": True,
        "place": "",
        "first_due": None,
        "history": tuple(Past(datetime(2026, 11, day, 9, 0, tzinfo=ICT), word) for day, word in past),
    }
    return Rest(**{**known, **changes})
