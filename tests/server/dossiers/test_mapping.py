"""A source's own columns, spellings and numbers: from its file into the register, and again what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from server.dossiers import sources
from server.dossiers.applicants import Applicant, ApplicantKind, Seals, known
from server.dossiers.importing import Examined, delivery_of, examine
from server.dossiers.mapping import Mapping, Source, faults
from server.dossiers.numbers import NoNumber, Style, read_whole
from server.dossiers.register import Channel, Leg
from server.dossiers.sampling import sample_of
from server.dossiers.status import Status
from server.dossiers.store import DossierStore, open_dossiers
from server.dossiers.telling import lines, refused_csv
from tests.server.dossiers.tables import CONFIG, NOW, ZONE, table

COLUMNS = {
    "code": "Số HS",
    "authority": "Đơn vị",
    "procedure": "TTHC",
    "status": "Tình trạng",
    "received": "Nhận",
    "due": "Hạn",
    "channel": "Kênh",
    "fee": "Phí",
    "leg1_authority": "PH 1",
    "leg1_due": "Hạn PH 1",
    "leg2_authority": "PH 2",
    "person_kind": "Loại",
    "person_name": "Họ tên",
    "person_phone": "SĐT",
    "person_id": "CCCD",
    "person_secret": "Mã tra cứu",
}
MAPPING = Mapping(
    COLUMNS,
    statuses={"Chờ thẩm định": Status.PROCESSING},
    channels={"Cổng tỉnh": Channel.ONLINE},
    dates="mdy",
    numbers="vi",
    delimiter="|",
    persons=True,
)
SEALS = Seals(bytes(32))
CODE = "H42.13-261109-0001"


def line(n: int, **cells: str) -> dict[str, str]:
    usual = {
        "Số HS": f"H42.13-261109-{n:04d}",
        "Đơn vị": "Sở Tư pháp",
        "TTHC": "Lý lịch",
        "Tình trạng": "CHỜ THẨM ĐỊNH",
        "Nhận": "11/09/2026 08:05",
        "Hạn": "11/30/2026",
        "Kênh": "cổng tỉnh",
        "Phí": "35.591 đồng",
        "PH 1": "Thuế khu vực 3",
        "Hạn PH 1": "11/16/2026",
        "PH 2": "Sở Tư pháp",
        "Loại": "Doanh nghiệp",
        "Họ tên": "Công ty Bưởi Vàng",
        "SĐT": "(+84) 912.345.678",
        "CCCD": "0700 123 456",
        "Mã tra cứu": "ab-12",
        "Ghi chú": "hạng thương binh 2/4",
    }
    return {**usual, **cells}


def file(*rows: dict[str, str]) -> bytes:
    return table(*rows, delimiter="|").encode()


class Written:
    """How many rows of each table were written since it was asked last."""

    def __init__(self, store: DossierStore) -> None:
        self._count: Counter[str] = Counter()
        sa.event.listen(store._engine, "before_cursor_execute", self._hear)

    def _hear(self, *told: Any) -> None:
        statement, parameters, many = told[2], told[3], told[5]
        words = statement.split()
        if words[0] == "INSERT":
            name = words[words.index("INTO") + 1].strip('"')
            self._count[name] += len(parameters) if many else 1

    def since(self) -> dict[str, int]:
        found = {
            name: n for name, n in self._count.items() if name in ("dossier", "applicant", "leg", "step")
        }
        self._count.clear()
        return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    found = open_dossiers(tmp_path, ZONE)
    yield found
    found.close()


def take(store: DossierStore, data: bytes, mapping: Mapping = MAPPING) -> Examined:
    source = Source("portal", "Cổng", mapping)
    with store.writing() as db:
        sources.save(db, source, "chief", NOW)
    delivery = delivery_of(source, NOW, "chief")
    found = examine(data, CONFIG, store, delivery, SEALS)
    if found.report.good:
        store.bring(found.brought, delivery, NOW)
    return found


def test_legs_go_where_their_columns_are_blank_and_stay_where_there_are_none(store: DossierStore) -> None:
    def legs() -> int:
        whole = store.find(CODE)
        assert whole is not None
        return len(whole.legs)

    take(store, file(line(1)))
    assert legs() == 2
    silent = {name: column for name, column in COLUMNS.items() if not name.startswith("leg")}
    changes = take(store, file(line(1)), msgspec.structs.replace(MAPPING, columns=silent)).report.changes
    assert changes is not None and (changes.same, legs()) == (1, 2)
    blank = {COLUMNS[name]: "" for name in COLUMNS if name.startswith("leg")}
    changes = take(store, file(line(1, **blank))).report.changes
    assert changes is not None and (changes.changed, legs()) == (1, 0)


def test_a_row_is_read_as_its_source_writes_it(store: DossierStore) -> None:
    report = take(store, file(line(1))).report
    assert report.good and report.ignored == 1
    whole = store.find(CODE)
    assert whole is not None and whole.source == "portal"
    d = whole.dossier
    assert (d.status, d.channel, d.fee) == (Status.PROCESSING, Channel.ONLINE, 35_591)
    assert d.received == datetime(2026, 11, 9, 8, 5, tzinfo=ZONE)
    first, second = whole.legs
    assert first == Leg(1, "Thuế khu vực 3", due=datetime(2026, 11, 16, 23, 59, 59, tzinfo=ZONE))
    assert second == Leg(2, "justice")
    with store.reading() as db:
        person = known(db, [CODE])[CODE]
    assert person == Applicant(
        kind=ApplicantKind.ENTERPRISE,
        name="Công ty Bưởi Vàng",
        phone="0912345678",
        id_seal=SEALS.of_id("0700123456"),
        secret_seal=SEALS.of_secret(CODE, "AB12"),
    )
    for path in store._engine.url.database, f"{store._engine.url.database}-wal":
        if path is not None and Path(path).exists():
            assert b"0700123456" not in Path(path).read_bytes() and b"ab-12" not in Path(path).read_bytes()


def test_only_what_changed_is_written_again(store: DossierStore) -> None:
    rows = [line(n) for n in range(1, 41)]
    written = Written(store)
    take(store, file(*rows))
    assert written.since() == {"dossier": 40, "applicant": 40, "leg": 80, "step": 80}
    take(store, file(*rows))
    assert written.since() == {}
    rows[3] = line(4, **{"SĐT": "0987654321"})
    rows[7] = line(8, **{"Hạn PH 1": "11/17/2026"})
    report = take(store, file(*rows)).report
    assert report.changes is not None and (report.changes.changed, report.changes.same) == (2, 38)
    assert written.since() == {"dossier": 2, "applicant": 2, "leg": 4}


def test_where_people_are_not_kept_their_columns_are_not_read(store: DossierStore) -> None:
    bare = {name: column for name, column in COLUMNS.items() if not name.startswith("person_")}
    report = take(
        store,
        file(line(1, Loại="thương binh")),
        Mapping(
            bare,
            dates="mdy",
            numbers="vi",
            delimiter="|",
            statuses=MAPPING.statuses,
            channels=MAPPING.channels,
        ),
    ).report
    assert report.good and report.ignored == 6
    with store.reading() as db:
        assert known(db, [CODE]) == {}
    wrong = take(store, file(line(1, Loại="thương binh", **{"Họ tên": "x" * 300})))
    told = [(r.column, r.key) for r in wrong.refused]
    assert told == [("person_name", "text-long"), ("person_kind", "no-person-kind")]
    assert [*faults(Mapping(COLUMNS))] == [
        (name, "persons-off") for name in COLUMNS if name.startswith("person_")
    ]


def test_what_is_wrong_is_told_by_the_names_of_the_source(store: DossierStore) -> None:
    rows = [
        line(1, **{"Tình trạng": "Chờ trời"}),
        line(2, Kênh="bồ câu"),
        line(3, Phí="35,591.5"),
        line(4, **{"PH 1": "", "Hạn PH 1": "11/16/2026"}),
        line(5, **{"Hạn PH 1": "16/11/2026"}),
        line(6, Loại="bạn"),
    ]
    found = take(store, file(*rows))
    assert [(r.line, r.column, r.key) for r in found.refused] == [
        (2, "status", "no-status"),
        (3, "channel", "no-channel"),
        (4, "fee", "number-style"),
        (5, "leg1_authority", "leg-authority-needed"),
        (6, "leg1_due", "no-date-mdy"),
        (7, "person_kind", "no-person-kind"),
    ]
    assert found.report.columns == COLUMNS and store.dossiers() == []
    told = (
        "\n".join(lines(found.report, "vi", done=False)) + refused_csv(found.refused, COLUMNS, "vi").decode()
    )
    assert not any(text in told for text in ("Bưởi", "912", "0700", "ab-12", "Chờ trời", "bạn"))


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("35591", "", 35_591),
        ("1.250.000", "", 1_250_000),
        ("1,250,000 VND", "", 1_250_000),
        ("1 250 000 ₫", "", 1_250_000),
        ("35.591", "", "number-ambiguous"),
        ("35,591", "", "number-ambiguous"),
        ("35.591", "vi", 35_591),
        ("35,591", "en", 35_591),
        ("35.591", "en", "number-style"),
        ("35,591", "vi", "number-style"),
        ("200,000", "vi", "number-style"),  # two hundred thousand, and not two hundred
        ("200.000", "en", "number-style"),
        ("200,000", "", "number-ambiguous"),
        ("1.200,000", "", "number-ambiguous"),
        ("200,5", "vi", "no-number"),
        ("35.591,00", "vi", 35_591),
        ("1,250,000", "vi", "number-style"),
        ("12.34.567", "", "no-number"),
        ("-5", "", "no-number"),
        ("٣٥", "", "no-number"),
        ("9" * 16, "", "no-number"),
    ],
)
def test_a_number_that_can_be_read_in_two_ways_is_never_guessed(
    text: str, style: Style, value: object
) -> None:
    if isinstance(value, int):
        assert read_whole(text, style) == value
    else:
        with pytest.raises(NoNumber) as wrong:
            read_whole(text, style)
        assert wrong.value.key == value


def test_a_sample_shows_what_is_about_nobody_and_the_shape_of_the_rest() -> None:
    rows = [line(n, **{"Tình trạng": f"Bước {n % 3}"}) for n in range(30)]
    found = sample_of(file(*rows), Mapping(delimiter="|"))
    assert len(found.rows) == 10 and found.strange == ("Bước 0", "Bước 1", "Bước 2")
    shown = "".join("".join(cells) for cells in found.rows)
    assert "Sở Tư pháp" in shown and "Bưởi" not in shown and "912" not in shown and "0700" not in shown
    assert found.proposed["authority"] == "Đơn vị" and found.proposed["person_phone"] == "SĐT"


EXPORT = {
    "Số biên nhận": "H42.13-2611{day:02d}-{n:04d}",
    "Nhận lúc": "{day:02d}/11/2026 08:00",
    "Hẹn": "{later:02d}/11/2026",
    "Xong lúc": "{over}",
    "Tình trạng xử lý": "{status}",
    "Phòng giải quyết": "Phòng Tư pháp",
    "Tên TTHC": "Cấp bản sao trích lục",
    "Nơi nộp": "{channel}",
    "Khách hàng": "Nguyễn Thị Bưởi",
    "Sinh ngày": "{day:02d}/11/2004",
    "Cấp ngày": "{day:02d}/11/2021",
}


def export(names: Sequence[str]) -> bytes:
    statuses = ("Chờ LĐ ký", "Đang thẩm định", "Đã trả dân", "Đang xử lý")
    rows = []
    for n in range(24):
        day, status = 1 + n % 15, statuses[n % 4]
        over = f"{day + 2:02d}/11/2026" if status == "Đã trả dân" else ""
        told = {"n": n, "day": day, "later": day + 9, "status": status, "over": over}
        told["channel"] = ("BCCI", "DVC tỉnh")[n % 2]
        rows.append([cell.format(**told) for cell in EXPORT.values()])
    return "\n".join(",".join(cells) for cells in [names, *rows]).encode()


@pytest.mark.parametrize("names", [list(EXPORT), [f"C{n}" for n in range(len(EXPORT))]])
def test_columns_are_proposed_by_what_stands_in_them_and_no_name_or_birthday_is(names: list[str]) -> None:
    found = sample_of(export(names), Mapping())
    of = dict(zip(names, EXPORT, strict=True))
    said = {field: of[column] for field, column in found.proposed.items()}
    by_value = {
        "code": "Số biên nhận",
        "received": "Nhận lúc",
        "due": "Hẹn",
        "resolved": "Xong lúc",
        "status": "Tình trạng xử lý",
        "authority": "Phòng giải quyết",
        "channel": "Nơi nộp",
    }
    assert said == {**by_value, **({"procedure": "Tên TTHC"} if names[0] in EXPORT else {})}
    assert found.strange == ("Chờ LĐ ký", "Đang thẩm định", "Đã trả dân")
    assert found.strange_channels == ("DVC tỉnh",), "and BCCI is known"
    shown = "".join("".join(cells) for cells in found.rows)
    assert not any(text in shown for text in ("Bưởi", "2004", "2021", "H42"))


def test_of_columns_that_were_chosen_no_other_is_proposed_and_what_is_known_is_not_asked_again() -> None:
    own = Mapping({"code": "C0", "status": "C4"}, statuses={"chờ lđ ký": Status.PROCESSING})
    found = sample_of(export([f"C{n}" for n in range(len(EXPORT))]), own, chosen=True)
    assert found.proposed == {"code": "C0", "status": "C4"}
    assert found.strange == ("Đang thẩm định", "Đã trả dân") and found.strange_channels == ()


def test_the_nearest_of_a_wrong_spelling_may_be_the_sources_own(store: DossierStore) -> None:
    found = take(store, file(line(1, **{"Tình trạng": "Chờ tham dinhh", "Kênh": "Công tinhh"})))
    assert [(r.key, r.nearest) for r in found.refused] == [
        ("no-status", "Chờ thẩm định"),
        ("no-channel", "Cổng tỉnh"),
    ]
