"""What is held about one person as one readable document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from server.dossiers.persons import Held
from server.history.as_pdf import pdf
from server.history.table import Cell, Column, Kind, Report, Table
from server.site_file import HallConfig
from server.web.dossiers.standing_view import status_word
from server.web.words import TEXTS, said


def as_json(found: Sequence[Held]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(list(found)), indent=2)


def as_pdf(found: Sequence[Held], config: HallConfig, at: datetime, lang: str) -> bytes:
    return pdf(report_of(found, config, at, lang))


def report_of(found: Sequence[Held], config: HallConfig, at: datetime, lang: str) -> Report:
    def word(key: str, **blanks: object) -> str:
        return TEXTS(f"held.{key}", lang, **blanks)

    def when(moment: datetime | None) -> str:
        return "" if moment is None else f"{moment.astimezone(config.site.zone):%H:%M %d/%m/%Y}"

    tables = [_table(one, word, when, config, lang) for one in found]
    notes = (
        (word("ratings"), word("ratings-about")),
        (word("seals"), word("seals-about")),
        (word("files"), word("files-about")),
    )
    lines = (said(config.site.name, lang), word("made-at", at=when(at)))
    return Report("person", word("title"), lines, tuple(tables), notes, word("notes"), lang)


def _table(
    one: Held,
    word: Callable[..., str],
    when: Callable[[datetime | None], str],
    config: HallConfig,
    lang: str,
) -> Table:
    names = {a.id: said(a.name, lang) for a in config.site.authorities}
    rows: list[tuple[str, str]] = []
    if (p := one.person) is not None:
        rows += [(word(key), getattr(p, key)) for key in ("name", "phone", "address", "email")]
        rows += [(word("number"), word("sealed" if p.number else "none"))]
        rows += [(word("secret"), word("sealed" if p.secret else "none"))]
    else:
        rows.append((word("name"), word("forgotten" if one.forgotten else "none")))
    if (d := one.dossier) is not None:
        rows.append((word("procedure"), d.procedure))
        rows += [(word(key), when(getattr(d, key))) for key in ("received", "due", "resolved", "returned")]
        rows.append((word("handler"), d.officer))
    rows += [(word("step"), f"{when(s.at)}, {status_word(s.status, lang)}") for s in one.steps]
    rows += [(word("renewed"), f"{when(r.at)}: {when(r.new_due)}. {r.reason}") for r in one.reappointments]
    rows += [
        (word("leg"), f"{names.get(g.authority, g.authority)}, {when(g.given)}. {g.note}") for g in one.legs
    ]
    rows += [(word("handover"), f"{when(h.at)}, {h.counter}") for h in one.handovers]
    rows += [(word("reminder"), f"{when(r.at)}, {r.recipient}") for r in one.reminders]
    rows += [(word("visit"), f"{v.day}, {v.number}") for v in one.visits]
    columns = Column(word("what"), Kind.TEXT), Column(word("value"), Kind.TEXT)
    return Table(one.code, one.code, columns, tuple((Cell(k), Cell(v)) for k, v in rows if v))
