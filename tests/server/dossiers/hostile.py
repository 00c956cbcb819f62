"""Files that want to hurt, read in a process of their own, which then says what they cost it.

`python -m tests.server.dossiers.hostile`: as JSON, for each file why it was refused and how many bytes of it
were unpacked; and the peak of the process's memory, of all of them together. A file that takes more than its
share of the processor ends the process.
"""

from __future__ import annotations

import io
import json
import math
import os
import resource
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from server.dossiers import packed, workbook
from server.dossiers.bounds import confine
from server.dossiers.decoding import FileRefused
from server.dossiers.reading import read_table
from tests.server.dossiers.books import book, parts, sheet
from tests.server.dossiers.tables import GOOD, RULES, table

MB: Final = 1024 * 1024
CPU_S: Final = 5  # for each file
XXE: Final = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS: Final = (
    "<!DOCTYPE x [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(12))
    + "]>"
)
ONE: Final = b'<c t="inlineStr"><is><t>x</t></is></c>'
LINE: Final = table(GOOD).splitlines()[1]
HEAD: Final = table(GOOD).splitlines()[0]


def _renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    return data.replace(old, new)


def _flagged(data: bytes) -> bytes:
    """As if it had a password."""
    at = data.index(b"PK\x01\x02")
    return data[: at + 8] + struct.pack("<H", 1) + data[at + 10 :]


def _many_parts(count: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for n in range(count):
            file.writestr(f"xl/{n}", b"")
    return stream.getvalue()


def _link() -> bytes:
    row = zipfile.ZipInfo("xl/link")
    row.external_attr = 0o120777 << 16
    stream = io.BytesIO(parts(sheet(b"")))
    with zipfile.ZipFile(stream, "a") as file:
        file.writestr(row, "/etc/passwd")
    return stream.getvalue()


def _outside(count: int) -> bytes:
    """Values that are in no cell, and too different from each other to be packed well."""
    some = [b"<v>%d</v>" % (n * 7919) for n in range(256)]
    return b"".join(map(some.__getitem__, os.urandom(count)))


def _numbered(piece: bytes, count: int) -> bytes:
    return b"".join([piece % n for n in range(count)])


FILES: Final[dict[str, Callable[[], bytes]]] = {
    "too-much-inside bomb": lambda: parts(sheet(b""), {"xl/sharedStrings.xml": bytes(400 * MB)}),
    "too-much-inside thin": lambda: parts(sheet(b" " * (17 * MB))),
    "too-many-tags outside": lambda: parts(sheet(b"<row>" + _outside(7_600_000) + b"</row>")),
    "broken-xml names": lambda: parts(sheet(b"".join(b"<a%d/>" % n for n in range(200_000)))),
    "too-many-rows empty": lambda: parts(sheet(b'<row r="7"></row >' + b"<row/>" * 600_000)),
    "too-many-rows numbered": lambda: parts(sheet(b'<row r="1048576">' + ONE + b"</row>")),
    "too-many-columns wide": lambda: parts(sheet(b"<row>" + ONE * 100_000 + b"</row>")),
    "too-many-columns far": lambda: parts(sheet(b'<row><c r="XFD1" t="b"><v>1</v></c></row>')),
    "doctype external": lambda: parts(sheet(b"<row>" + ONE + b"</row>", XXE)),
    "doctype laughs": lambda: parts(sheet(b""), doctype=LAUGHS),
    "broken-xml nested": lambda: parts(sheet(b"<a>" * 100_000)),
    "broken-xml entity": lambda: parts(sheet(b"<row><c><v>&nobody;</v></c></row>")),
    "broken-xml coding": lambda: parts(b"\xff\xfe" + sheet(b"")),
    "too-many-parts": lambda: _many_parts(60_000),
    "broken-zip slip": lambda: parts(sheet(b""), {"../../etc/cron.d/x": b"x"}),
    "broken-zip link": _link,
    "broken-zip password": lambda: _flagged(parts(sheet(b""))),
    "broken-zip cut": lambda: book([])[:-40],
    "broken-zip flipped": lambda: _renamed(parts(sheet(ONE), {"x": b"y"}), b"PK\x05\x06", b"PK\x05\x07"),
    "macros": lambda: parts(sheet(b""), {"xl/vbaProject.bin": b"x"}),
    "external-links": lambda: parts(sheet(b""), {"xl/externalLinks/externalLink1.xml": b"<x/>"}),
    "ods": lambda: parts(sheet(b""), {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
    "old-excel": lambda: packed.OLE + bytes(1000),
    "not-a-table": lambda: _renamed(parts(sheet(b"")), b"xl/workbook.xml", b"xl/document.doc"),
    "too-many-tags attributes": lambda: parts(sheet(b"<row %s/>" % _numbered(b'a%d="1" ', 1_500_000))),
    "too-many-tags texts": lambda: parts(
        sheet(b""), {"xl/sharedStrings.xml": b"<sst>%s</sst>" % _numbered(b"<si><t>%d</t></si>", 1_010_000)}
    ),
    "broken-xml long": lambda: parts(sheet(b'<row a="%s"/>' % _numbered(b"%d", 1_000_000))),
    "broken-xml comment": lambda: parts(sheet(b"<!--%s-->" % _numbered(b"%d", 1_000_000))),
    "merged often": lambda: parts(sheet(_numbered(b'<mergeCell ref="A%d:A9"/>', 400_000))),
    "too-many-rows book": lambda: parts(
        sheet(_numbered(b"<row>" + ONE.replace(b"x", b"H42.13-261109-%06d") + ONE * 5 + b"</row>", 201_000))
    ),
    "too-many-rows text": lambda: (HEAD + "\n" + "a\n" * 1_000_000).encode(),
    "too-many-rows good": lambda: (
        table(GOOD).splitlines()[0].encode()
        + b"\n"
        + _numbered(LINE.encode().replace(b"0118", b"%06d") + b"\n", 240_000)
    ),
    "stopped text": lambda: (HEAD + "\n" + "a\n" * 150_000).encode(),
    "too-many-columns text": lambda: (HEAD + "," + "x," * 1_000_000 + "\n" + LINE).encode(),
    "too-many-columns commas": lambda: b"," * (16 * MB),
    "broken-row quotes": lambda: (HEAD + '\n"' + '""' * (4 * MB)).encode(),
    "broken-row beyond": lambda: (HEAD + '\n"' + "a" * (32 * MB - 400) + "😀").encode(),
    "too-many-cells text": lambda: (HEAD + ",x" * 500 + "\n" + (LINE + "," * 500 + "\n") * 5_000).encode(),
    "nul": lambda: (HEAD + "\n" + LINE).encode() + bytes(MB),
    "too-large": lambda: b"x" * (32 * MB + 1),
    "tcvn3": lambda: (HEAD + "\n" + "®¸" * (3 * MB)).encode("latin-1"),
}


def main() -> int:
    confine()
    told: dict[str, tuple[str, int]] = {}
    opened: list[packed.Parts] = []

    class Watched(packed.Parts):
        def __init__(self, data: bytes) -> None:
            super().__init__(data)
            opened.append(self)

    workbook.Parts = Watched  # type: ignore[misc]
    for name in FILES:
        opened.clear()
        grant(CPU_S)
        try:
            found = read_table(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())), RULES)
            told[name] = ("stopped" if found.stopped else "taken", 0)
        except FileRefused as refused:
            told[name] = (refused.key, sum(book.inflated for book in opened))
    print(json.dumps({"told": told, "peak": peak_mb()}))
    return 0


def grant(seconds: int) -> None:
    """So much of the processor from now on; then the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + seconds, hard))


def peak_mb() -> int:
    """The most memory that this process had; getrusage also counts the parent's from before the exec."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (most,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(most) // 1024


if __name__ == "__main__":
    sys.exit(main())
