"""A template that somebody sent: everything that keeps it from being used, told at once.

In the order in which it is safe: the container, what its PDF would not have, its tags; then it is filled in
for trial, once with all that a form may know and once with nothing.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

import docx
import msgspec
from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from lxml import etree

from server.papers import container, drawable, tags
from server.papers.as_pdf import pdf
from server.papers.blanks import Filled
from server.papers.filling import Unfilled, clean, filled, sandbox
from server.papers.flaws import Flaw, Flawed
from server.papers.forms import Form
from server.papers.setting import TooLong

TOLD: Final = 20


class Checked(msgspec.Struct, frozen=True):
    """flaws: none when it may be used. plain: what of its letters the PDF draws more plainly."""

    flaws: tuple[Flaw, ...] = ()
    plain: tuple[str, ...] = ()


def checked(raw: bytes, form: Form, trials: tuple[Filled, ...]) -> Checked:
    """trials: what a paper of this form may be filled with."""
    try:
        container.check(raw)
        opened = _opened(raw)
    except Flawed as error:
        return Checked((error.flaw,))
    found = [*dict.fromkeys([*drawable.flaws(opened), *tags.flaws(raw, form)])]
    if not found:
        found = _tried(raw, trials)
    return Checked(tuple(found[:TOLD]), drawable.notes(opened))


def _opened(raw: bytes) -> Any:
    try:
        opened = docx.Document(BytesIO(raw))
        _ = opened.element.body, opened.styles.element, opened.settings.element, opened.sections[0]
    except (OpcError, KeyError, ValueError, TypeError, AttributeError, IndexError, etree.LxmlError):
        raise Flawed("no-docx") from None
    return opened


def _tried(raw: bytes, trials: tuple[Filled, ...]) -> list[Flaw]:
    for trial in trials:
        try:
            paper = DocxTemplate(BytesIO(raw))
            paper.render_init()
            told = {name: clean(value) for name, value in trial.blanks.items()}
            told |= dict.fromkeys(trial.pictures, "")
            etree.fromstring(paper.build_xml(told, sandbox()))  # docxtpl itself mends what is broken
            document = filled(raw, trial.blanks, trial.pictures)
            again = [*drawable.flaws(docx.Document(BytesIO(document)))]
            pdf(document, "", "vi")
        except etree.XMLSyntaxError:
            return [Flaw("tag-place")]
        except TooLong:
            return [Flaw("too-long")]
        except (
            Unfilled,
            TemplateError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            IndexError,
            ZeroDivisionError,
        ):
            return [Flaw("tag-broken")]
        if again:
            return again
    return []
