"""Workbooks as systems and as bad people make them: by another program's writer, or part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from openpyxl import Workbook

HEAD: Final = (
    "Mã hồ sơ",
    "Cơ quan",
    "Thủ tục",
    "Trạng thái",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
)
TYPES: Final = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/></Types>'
)
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS: Final = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)


def book(
    rows: Sequence[Sequence[Any]],
    head: Sequence[str] = HEAD,
    change: Callable[[Workbook], object] = lambda book: None,
) -> bytes:
    """Written by openpyxl. change: what is done to it before it is saved."""
    made = Workbook()
    sheet = made.active
    sheet.title = "Hồ sơ"
    for row in (head, *rows):
        sheet.append(list(row))
    change(made)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def parts(sheet: bytes, more: Mapping[str, bytes] | None = None, doctype: str = "") -> bytes:
    """Written part by part. sheet: all of its XML; doctype: before the list of sheets."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("[Content_Types].xml", TYPES)
        file.writestr("_rels/.rels", RELATIONS.format(_relation("r1", "officeDocument", "xl/workbook.xml")))
        file.writestr(
            "xl/workbook.xml",
            f'{doctype}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        related = _relation("r1", "worksheet", "worksheets/s.xml")
        if "xl/sharedStrings.xml" in (more or {}):
            related += _relation("r2", "sharedStrings", "sharedStrings.xml")
        file.writestr("xl/_rels/workbook.xml.rels", RELATIONS.format(related))
        file.writestr("xl/worksheets/s.xml", sheet)
        for name, content in (more or {}).items():
            file.writestr(name, content)
    return stream.getvalue()


def sheet(rows: bytes, before: bytes = b"") -> bytes:
    return before + f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + rows + b"</sheetData></worksheet>"


def _relation(id: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>'
