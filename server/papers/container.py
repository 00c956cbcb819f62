"""Whether a file that somebody sent is a DOCX that may be opened at all: before anything else reads it.

A DOCX is a ZIP of XML. What is refused: macros, files that grow, entities, everything that is fetched from
elsewhere or runs, pictures of other kinds. Each part is unpacked within bounds and forgotten.
"""

from __future__ import annotations

import warnings
import zipfile
from io import BytesIO
from typing import Final

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from PIL import Image, UnidentifiedImageError

from server.papers.flaws import Flawed

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_PARTS: Final = 200
MOST_UNPACKED: Final = 24 * 1024 * 1024
MOST_OF_XML: Final = 1536 * 1024
MOST_PIXELS: Final = 12_000_000
PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif")
PICTURE_KINDS: Final = ("PNG", "JPEG", "GIF")
MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS: Final = ("macroenabled", "vbaproject", "vbadata")
RUNS: Final = ("word/embeddings/", "word/activex/", "word/charts/", "word/diagrams/", "word/ink/")


def check(raw: bytes) -> None:
    """Raises Flawed."""
    if len(raw) > MOST_BYTES:
        raise Flawed("too-large")
    try:
        with zipfile.ZipFile(BytesIO(raw)) as packed:
            _parts(packed)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, OSError):
        raise Flawed("no-docx") from None
    except (ValueError, OverflowError):
        raise Flawed("no-docx") from None


def _parts(packed: zipfile.ZipFile) -> None:
    infos = packed.infolist()
    names = [info.filename for info in infos]
    if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise Flawed("bomb")
    if any(mark in name.lower() for name in names for mark in MACROS):
        raise Flawed("macros")
    if len(set(names)) < len(names) or "[Content_Types].xml" not in names or "word/document.xml" not in names:
        raise Flawed("no-docx")
    for info in infos:
        name = info.filename
        if any(name.lower().startswith(folder) for folder in RUNS):
            raise Flawed("embedded", name)
        if name.lower().endswith((".xml", ".rels")):
            _xml(name, _unpacked(packed, info, MOST_OF_XML))
        elif name.startswith("word/media/"):
            _picture(name, _unpacked(packed, info, MOST_UNPACKED))
        else:
            _unpacked(packed, info, MOST_UNPACKED)


def _unpacked(packed: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    if info.file_size > most:
        raise Flawed("bomb", info.filename)
    with packed.open(info) as part:
        found = part.read(most + 1)
    if len(found) > most:
        raise Flawed("bomb", info.filename)
    return found


def _xml(name: str, raw: bytes) -> None:
    try:
        root = fromstring(raw, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError):
        raise Flawed("xml", name) from None
    if name == "[Content_Types].xml":
        kinds = [str(part.get("ContentType", "")) for part in root]
        if any(mark in kind.lower() for kind in kinds for mark in MACROS):
            raise Flawed("macros")
        if MAIN not in kinds:
            raise Flawed("no-docx")
    elif name.endswith(".rels"):
        for relation in root:
            if str(relation.get("TargetMode", "")).lower() == "external":
                raise Flawed("external", str(relation.get("Target", "")))


def _picture(name: str, raw: bytes) -> None:
    if not name.lower().endswith(PICTURES):
        raise Flawed("picture", name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its size is looked at here
            with Image.open(BytesIO(raw), formats=PICTURE_KINDS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Flawed("bomb", name)
                picture.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise Flawed("picture", name) from None
