"""A paper made of the words and the template that hold, and its blanks: as DOCX, and the same as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from server.papers import layout
from server.papers.as_pdf import pdf
from server.papers.blanks import Filled
from server.papers.filling import filled
from server.papers.forms import Form
from server.papers.shelf import Shelf
from server.papers.wording import words_of

Format = Literal["docx", "pdf"]
MEDIA: Final[Mapping[str, str]] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Stock:
    """What a centre makes its papers of."""

    shelf: Shelf | None

    def words(self, form: Form, lang: str) -> dict[str, str]:
        return words_of(form, lang, self.shelf.words(form) if self.shelf else {})

    def template(self, form: Form) -> bytes:
        return (self.shelf.template(form) if self.shelf else None) or layout.template(form)


def made(stock: Stock, form: Form, told: Filled, format: Format, lang: str) -> bytes:
    """Raises `server.papers.setting.TooLong` and `server.papers.filling.Unfilled`."""
    return printed(stock.template(form), told, format, stock.words(form, lang)["title"], lang)


def printed(template: bytes, told: Filled, format: Format, title: str, lang: str) -> bytes:
    document = filled(template, told.blanks, told.pictures)
    return pdf(document, title, lang) if format == "pdf" else document
