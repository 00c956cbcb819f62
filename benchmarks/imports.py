"""How long tables of dossiers take, and whether they grow as their files do: `python -m benchmarks.imports`.

Tables of 9,000, 36,000 and 90,000 dossiers with people and two legs each, as CSV and XLSX, from their bytes
to the last commit, in a process with an import's own bounds; then the same file again, which writes nothing.
Seconds, of these on the processor (other work on a machine makes an import, which is a nice one, wait), the
peak of the process's memory in MB. The last line is how much slower a dossier
of the largest table is than one of the smallest: 1.0 is linear. An import of 36,000 that takes more than
`LIMIT_S` is marked.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from server.dossiers import sources
from server.dossiers.applicants import open_seals
from server.dossiers.bounds import confine
from server.dossiers.importing import delivery_of, examine
from server.dossiers.mapping import Mapping, Source
from server.dossiers.store import open_dossiers
from server.site_file import load_site
from tests.server.dossiers.hostile import peak_mb

SIZES: Final = (9_000, 36_000, 90_000)
LIMIT_S: Final = 20
ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
NOW: Final = datetime(2026, 11, 25, 8, tzinfo=ZONE)
HALL: Final = Path(__file__).parent.parent / "examples" / "hanam" / "hall.toml"
COLUMNS: Final = {
    "code": "Mã hồ sơ",
    "procedure": "Thủ tục",
    "procedure_code": "Mã thủ tục",
    "field": "Lĩnh vực",
    "status": "Trạng thái",
    "channel": "Hình thức nộp",
    "officer": "Cán bộ xử lý",
    "received": "Ngày tiếp nhận",
    "due": "Ngày hẹn trả",
    "resolved": "Ngày có kết quả",
    "fee": "Lệ phí",
    "paid": "Đã nộp phí",
    "leg1_authority": "Cơ quan phối hợp 1",
    "leg1_given": "Ngày chuyển 1",
    "leg1_due": "Hạn phối hợp 1",
    "leg2_authority": "Cơ quan phối hợp 2",
    "leg2_given": "Ngày chuyển 2",
    "leg2_due": "Hạn phối hợp 2",
    "person_name": "Người nộp",
    "person_phone": "Điện thoại",
    "person_address": "Địa chỉ",
    "person_id": "Số định danh",
    "person_secret": "Mã tra cứu",
}
SOURCE: Final = Source("bench", "Bench", Mapping(COLUMNS, numbers="vi", persons=True))


def rows(count: int) -> Iterator[list[str]]:
    """As a province's portal exports them."""
    yield list(COLUMNS.values())
    for n in range(count):
        day = date(2026, 1, 5) + timedelta(days=n % 300)
        done = n % 20 != 0
        yield [
            f"H42.{11 + n % 9}-{day:%y%m%d}-{n // 300 + 1:04d}",
            f"Cấp giấy chứng nhận {n % 400}",
            f"1.{n % 400:06d}",
            f"Lĩnh vực {n % 40}",
            "Đã trả kết quả" if done else "Đang xử lý",
            ("Trực tiếp", "Trực tuyến", "Bưu chính")[n % 3],
            f"Nguyễn Thị Hạnh {n % 60}",
            f"{day:%d/%m/%Y} 08:{n % 60:02d}",
            f"{day + timedelta(days=15):%d/%m/%Y}",
            f"{day + timedelta(days=1 + n % 17):%d/%m/%Y} 15:00" if done else "",
            f"{n % 90 * 10}.000",
            "Đã nộp",
            "Sở Tư pháp",
            f"{day:%d/%m/%Y}",
            f"{day + timedelta(days=5):%d/%m/%Y}",
            "Thuế khu vực 3",
            f"{day + timedelta(days=6):%d/%m/%Y}",
            f"{day + timedelta(days=10):%d/%m/%Y}",
            f"Trần Văn Bưởi {n}",
            f"09{n:08d}",
            f"Số {n % 400} Trần Phú",
            f"0350{n:08d}",
            f"{n * 7919 % 10**6:06d}",
        ]


def table(kind: str, count: int) -> bytes:
    if kind == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows(count))
        return text.getvalue().encode()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Hồ sơ")
    for row in rows(count):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def measure(file: Path, folder: Path) -> None:
    """In a process of its own: import twice, print what it took."""
    confine()
    config, seals = load_site(HALL), open_seals(folder)
    took: list[tuple[float, float]] = []
    written: list[int] = []
    with closing(open_dossiers(folder, ZONE, lambda: config.due_rules)) as store:
        with store.writing() as db:
            sources.save(db, SOURCE, "bench", NOW)
        delivery = delivery_of(SOURCE, NOW, "bench")
        for _ in range(2):
            begun = time.perf_counter(), time.process_time()
            found = examine(file.read_bytes(), config, store, delivery, seals)
            assert found.report.good, found.report
            changes = store.bring(found.brought, delivery, NOW)
            took.append((time.perf_counter() - begun[0], time.process_time() - begun[1]))
            written.append(changes.new + changes.changed)
    print(json.dumps({"took": took, "written": written, "peak": peak_mb()}))


def main() -> int:
    over = 0
    for kind in ("csv", "xlsx"):
        speeds = []
        for count in SIZES:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"table.{kind}"
                file.write_bytes(table(kind, count))
                done = subprocess.run(
                    [sys.executable, "-m", "benchmarks.imports", str(file), folder],
                    stdout=subprocess.PIPE,
                    check=True,
                )
                told = json.loads(done.stdout)
                (first, worked), (again, _) = told["took"]
                late = count == 36_000 and first > LIMIT_S
                over += late
                speeds.append(count / worked)
                print(
                    f"{kind:4} {count:6,} dossiers, {file.stat().st_size / 1e6:5.1f} MB: {first:5.1f} s"
                    f" ({worked:4.1f} s of work), again {again:5.1f} s and {told['written'][1]} written,"
                    f" {told['peak']} MB{'  OVER' if late else ''}",
                    flush=True,
                )
        print(f"{kind:4} growth {speeds[0] / speeds[-1]:.2f}", flush=True)
    return 1 if over else 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        sys.exit(main())
