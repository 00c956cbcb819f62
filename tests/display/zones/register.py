"""A register for tests of the wall's zones: dossiers, late authorities, a plan, and a wall that knows."""

from datetime import UTC, datetime, timedelta

from broker import messages as m
from broker.device import BoardArrived, ConfigArrived, DossiersArrived, ServerUp
from display.core import Shown, Tick
from display.fit import Panel
from display.pictures import picture_of, rooms
from display.progress import Room
from display.wall import Wall
from tests.display.hall import HALL, MORNING, ZONE, Hall
from tests.display.test_layout import TEXTS

FAR, NEAR = Panel(1920, 1080, 55, 8), Panel(1920, 1080, 55, 5)  # as on the design's picture
ROOMS: dict[m.Zone, Room] = {"calls-progress": Room(6, 6), "progress": Room(8, 8)}
NAMES = tuple(
    m.Words(vi, en)
    for vi, en in (
        ("Tư pháp", "Justice"),
        ("Xây dựng", "Construction"),
        ("Tài nguyên", "Resources"),
        ("Giao thông", "Transport"),
        ("Y tế", "Health"),
        ("Kế hoạch", "Planning"),
        ("Khu công nghiệp", "Industrial zones"),
        ("Sở Tài nguyên và Môi trường", "Department of Natural Resources and Environment"),
    )
)
SLIDES = (
    m.Slide(
        m.Words("Nội quy", "House rules"),
        tuple(
            m.Words(vi, vi)
            for vi in (
                "Giữ trật tự, không hút thuốc",
                "Kê khai hồ sơ đầy đủ, đúng mẫu",
                "Nộp phí, lệ phí theo quy định",
                "Đánh giá trung thực, khách quan",
            )
        ),
    ),
    m.Slide(m.Words("Thân thiện – Tận tình – Đúng hẹn – Hiệu quả", "Friendly – Devoted – On time")),
)
LATE = m.LateList(
    "2026-10",
    (m.LateUnit(NAMES[0], 0, 6), m.LateUnit(NAMES[7], 3, 16), m.LateUnit(NAMES[5], 1, 6)),
    overdue_on="2026-10-31",
)


OFFICERS = ("Trần Thị Bình", "Lê Văn Cường", "Nguyễn Thị Hồng Phượng")
LATE_BY_NAME = m.LateList(
    "2026-10",
    (
        m.LateUnit(NAMES[0], 0, 6, (m.LateOfficer(OFFICERS[0], 0, 4),)),
        m.LateUnit(NAMES[7], 3, 16, (m.LateOfficer(OFFICERS[1], 2, 9), m.LateOfficer(OFFICERS[2], 1, 7))),
    ),
    overdue_on="2026-10-31",
)
LATE_YEAR = m.LateList("2026", (m.LateUnit(NAMES[7], 3, 120), m.LateUnit(NAMES[5], 1, 31)), "2026-11-23")


def on(day, hour=11, month=11):
    """An hour of this month in the hall."""
    return datetime(2026, month, day, hour - 7, tzinfo=UTC)


def line(code, name, stage, place="", due=None):
    return m.DossierLine(code=code, authority=NAMES[name], stage=stage, place=place, due=due)


PICTURED = (  # wall-dossiers.png
    line("261109-0118", 0, "ready", "14"),
    line("261112-0042", 1, "ready", "14"),
    line("261116-0207", 2, "supplement", "7"),
    line("261117-0031", 3, "payment", "5"),
    line("261118-0090", 4, "processing", due=on(25)),
    line("261119-0153", 5, "processing", due=on(27)),
)
MORE = (
    line("261110-0001", 6, "processing", due=on(20)),
    line("261120-0002", 7, "processing", due=on(23, 17)),
    line("261121-0003", 4, "processing", due=on(5, month=12)),
)


def many(count):
    stages: tuple[m.Stage, ...] = ("processing", "ready", "payment", "supplement")
    return tuple(
        line(f"2611{n % 22 + 1:02}-{n:04}", n % len(NAMES), stages[n % 4], "7" if n % 4 else "", on(25))
        for n in range(count)
    )


def dossiers(lines=PICTURED, rev=1, now=MORNING, **changes):
    told = {"rev": rev, "at": now, "known_at": now, "lines": tuple(lines)}
    return m.Dossiers(**{**told, **changes})


def plan(zone="calls-progress", **changes):
    return m.DisplayPlan(**{"dwell_s": 8, "zone": zone, "authorities": NAMES, "slides": SLIDES, **changes})


def config(display, rev=1):
    return m.DeviceConfig(rev=rev, at=MORNING, hall=HALL, time_zone=ZONE, display=display)


class Told:
    """A wall in the middle of the day with its hall and its history; it wakes at every deadline."""

    def __init__(self, zone="calls-progress", now=MORNING, rooms=None, lang="vi", register=None, **changes):
        self.hall, self.now, self.effects = Hall(), now, []
        self.wall = Wall(now, ZONE, lang, ROOMS if rooms is None else rooms)
        self.tell(ServerUp(1))
        self.tell(ConfigArrived(config(plan(zone, **changes))))
        if register is not None:
            self.tell(DossiersArrived(register))
        self.publish()

    def tell(self, input):
        self.effects += self.wall.handle(input, self.now)

    def publish(self):
        self.tell(BoardArrived(self.hall.board(self.now, day=f"{self.now + timedelta(hours=7):%Y-%m-%d}")))

    def call(self, *numbers, counter="3"):
        for number in numbers:
            self.hall.call(self.now, number, counter)
        self.publish()

    def until(self, end):
        """Live up to `end`; what was seen at each waking, with its time."""
        seen = [(self.now, self.view)]
        while (at := self.wall.next_deadline(self.now)) <= end:
            self.now = max(at, self.now + timedelta(milliseconds=1))
            self.tell(Tick())
            seen.append((self.now, self.view))
        self.now = max(end, self.now)
        self.tell(Tick())
        return [*seen, (self.now, self.view)]

    def live(self, seconds):
        return self.until(self.now + timedelta(seconds=seconds))

    def replan(self, zone="calls-progress", **changes):
        self.tell(ConfigArrived(config(plan(zone, **changes), rev=2)))

    @property
    def view(self):
        return self.wall.view(self.now)

    @property
    def page(self):
        return self.view.progress.page

    @property
    def heroes(self):
        return [effect.call.number for effect in self.effects if isinstance(effect, Shown)]


def told_on(panel, table, zone="calls-progress", lang="vi", **changes):
    """A wall whose pages are as long as this panel can hold."""
    return Told(zone, rooms=rooms(panel, table, TEXTS, lang)[0], lang=lang, **changes)


def picture(told, panel=FAR, table=NEAR, lang="vi"):
    return picture_of(told.view, panel, table, TEXTS, lang)
