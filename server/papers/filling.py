"""A template filled in: a DOCX out of a DOCX, its blanks and its pictures.

Rendered in Jinja's sandbox, escaped, and with no name that is not given. A value is cleaned of what no XML
may hold, and is never read as a template: `{{7*7}}` in a name is printed as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

Value = str | Sequence[str] | Sequence[Mapping[str, str]] | Mapping[str, str]

_NO_XML: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Picture:
    """png, and how wide it is drawn."""

    png: bytes
    width_mm: float


class Unfilled(Exception):
    """A template that asks for what is not given: one of another version, for it was checked once."""


def sandbox() -> SandboxedEnvironment:
    return SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def filled(template: bytes, blanks: Mapping[str, Value], pictures: Mapping[str, Picture]) -> bytes:
    """The DOCX. Raises Unfilled."""
    paper = DocxTemplate(BytesIO(template))
    paper.init_docx()
    told: dict[str, Any] = {name: clean(value) for name, value in blanks.items()}
    for name, picture in pictures.items():
        told[name] = InlineImage(paper, BytesIO(picture.png), width=Mm(picture.width_mm))
    try:
        paper.render(told, sandbox(), autoescape=True)
    except UndefinedError:
        raise Unfilled from None
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


def clean(value: Any) -> Any:
    """Texts with nothing in them that XML or docxtpl would take for something else, however deep."""
    if isinstance(value, str):
        return _NO_XML.sub(" ", value)
    if isinstance(value, Mapping):
        return {name: clean(part) for name, part in value.items()}
    return [clean(part) for part in value]
