"""What is held about one person as one readable document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from server.dossiers.persons import Held
from server.history.as_pdf import pdf
from server.history.table import Cell, Column, Kind, Report, Table
from server.site_file import HallConfig
from server.web.words import TEXTS, said


def as_json(found: Sequence[Held]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(list(found)), indent=2)


def as_pdf(found: Sequence[Held], config: HallConfig, at: datetime, lang: str) -> bytes:
    return pdf(report_of(found, config, at, lang))


def report_of(found: Sequence[Held], config: HallConfig, at: datetime, lang: str) -> Report:
    def t(key: str, **blanks: object) -> str:
        return TEXTS(f"held.{key}", lang, **blanks)

    def when(moment: datetime | None) -> str:
        return "" if moment is None else f"{moment.astimezone(config.site.zone):%H:%M %d/%m/%Y}"

    tables = [_table(one, t, when) for one in found]
    notes = (
        (t("ratings"), t("ratings-about")),
        (t("seals"), t("seals-about")),
        (t("files"), t("files-about")),
    )
    lines = (said(config.site.name, lang), t("made-at", at=when(at)))
    return Report("person", t("title"), lines, tuple(tables), notes, t("notes"), lang)


def _table(one: Held, t: Callable[..., str], when: Callable[[datetime | None], str]) -> Table:
    rows: list[tuple[str, str]] = []
    if one.person is not None:
        p = one.person
        rows += [(t("name"), p.name), (t("phone"), p.phone), (t("address"), p.address), (t("email"), p.email)]
        rows += [(t("number"), t("sealed" if p.number else "none"))]
        rows += [(t("secret"), t("sealed" if p.secret else "none"))]
    else:
        rows.append((t("name"), t("forgotten" if one.forgotten else "none")))
    if one.dossier is not None:
        d = one.dossier
        rows += [(t("procedure"), d.procedure), (t("received"), when(d.received)), (t("due"), when(d.due))]
        rows += [
            (t("resolved"), when(d.resolved)),
            (t("returned"), when(d.returned)),
            (t("handler"), d.officer),
        ]
    rows += [(t("step"), f"{when(s.at)}, {s.status.value}") for s in one.steps]
    rows += [(t("renewed"), f"{when(r.at)}: {when(r.new_due)}. {r.reason}") for r in one.reappointments]
    rows += [(t("leg"), f"{leg.authority}, {when(leg.given)}. {leg.note}") for leg in one.legs]
    rows += [(t("handover"), f"{when(h.at)}, {h.counter}") for h in one.handovers]
    rows += [(t("reminder"), f"{when(r.at)}, {r.recipient}") for r in one.reminders]
    rows += [(t("visit"), f"{v.day}, {v.number}") for v in one.visits]
    columns = Column(t("what"), Kind.TEXT), Column(t("value"), Kind.TEXT)
    return Table(one.code, one.code, columns, tuple((Cell(k), Cell(v)) for k, v in rows if v))
