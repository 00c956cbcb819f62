"""Papers of a made-up dossier, their DOCX and PDF as text, and DOCX files put together wrongly."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from zoneinfo import ZoneInfo

import docx
import pypdf

from server.dossiers.applicants import Applicant
from server.dossiers.register import Channel, Dossier, Leg, Reappointment
from server.dossiers.status import Status
from server.dossiers.store import Whole
from server.hall.site import Words
from server.papers import layout
from server.papers.blanks import Centre
from server.papers.forms import Form

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type, misc]


NOW = at(2026, 11, 25, 9, 0)
CENTRE = Centre(
    Words("Trung tâm Phục vụ hành chính công tỉnh Hà Nam", "Hà Nam Public Administration Service Centre"),
    ZONE,
    "1022",
    {"environment": Words("Sở Nông nghiệp và Môi trường", "Department of Agriculture and Environment")},
)
CODE = "H42.13-261120-0118"
NAME = "Trần Văn Bình & <Đồng> {{7*7}} {% for %} ạẮấỘợữỲ"
PERSON = Applicant(name=NAME, phone="0912345678", address="Thôn 3, xã Liêm Tuyền", email="binh@example.vn")
DOSSIER = Dossier(
    CODE,
    "environment",
    "Đăng ký biến động quyền sử dụng đất",
    Status.PROCESSING,
    at(2026, 11, 20, 9, 30),
    at(2026, 11, 26, 17, 0),
    channel=Channel.IN_PERSON,
    officer="Nguyễn Thị Thuỷ",
    limit="0.5d",
    fee=120000,
)
LEGS = (
    Leg(1, "land", at(2026, 11, 20, 10, 0), at(2026, 11, 24, 11, 30), at(2026, 11, 23, 10, 0)),
    Leg(2, "tax", at(2026, 11, 23, 10, 5), at(2026, 11, 25, 17, 0), at(2026, 11, 26, 8, 0), "chờ giá"),
)
AGAIN = Reappointment(
    CODE, 1, NOW, "chief", at(2026, 11, 26, 17, 0), at(2026, 12, 1, 17, 0), "Thiếu ý kiến của cơ quan thuế"
)
WHOLE = Whole(DOSSIER, "portal", (), LEGS, (), (AGAIN,))
BARE = Whole(Dossier(CODE, "", "", Status.PROCESSING, at(2026, 11, 20)), "", (), (), (), ())


def in_one(text: str) -> str:
    """As one reads it: a gap is a gap, wherever a line ends, and a word may end at a hyphen."""
    return re.sub(r"\s+", "", text)


def docx_text(raw: bytes) -> str:
    """Every text of a DOCX in its order, as python-docx reads it."""
    opened = docx.Document(io.BytesIO(raw))
    found = []
    for part in opened.iter_inner_content():
        if isinstance(part, docx.table.Table):
            seen = []
            for row in part.rows:
                for cell in row.cells:
                    if not any(cell._tc is known for known in seen):
                        seen.append(cell._tc)
                        found.append(cell.text)
        else:
            found.append(part.text)
    return "\n".join(found)


def pdf_text(raw: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages)


def with_part(name: str, content: bytes, form: Form = Form.APOLOGY, raw: bytes | None = None) -> bytes:
    """A template with one part put in or put in place of another."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw or layout.template(form))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info, old.read(info))
        new.writestr(name, content)
    return out.getvalue()


def part_of(name: str, form: Form = Form.APOLOGY) -> bytes:
    with zipfile.ZipFile(io.BytesIO(layout.template(form))) as packed:
        return packed.read(name)


def with_body(xml: str, form: Form = Form.APOLOGY) -> bytes:
    """A template whose document begins with this."""
    document = part_of("word/document.xml", form).decode()
    return with_part("word/document.xml", document.replace("<w:body>", f"<w:body>{xml}", 1).encode(), form)


def with_text(text: str, form: Form = Form.APOLOGY) -> bytes:
    return with_body(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>", form)
