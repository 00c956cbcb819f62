"""What managers put down of authorities, kept with who did and when: the last word counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from server.dossiers.rows import entered_table, text_of


class Kind(StrEnum):
    INDICATOR = "indicator"  # span: a quarter, "2026-Q3"; key: "5"
    GROUP = "group"  # span: a month, "2026-10"; key: "CKMB"


Figures = Mapping[tuple[str, str], int | None]  # authority and key -> hundredths; None takes it back


def put(db: sa.Connection, kind: Kind, span: str, figures: Figures, by: str, now: datetime) -> None:
    """Write these, in the transaction of `db`."""
    e = entered_table.c
    rows, gone = [], []
    for (authority, key), hundredths in figures.items():
        if hundredths is None:
            gone.append(sa.and_(e.authority == authority, e.key == key))
            continue
        own = {"kind": kind.value, "span": span, "authority": authority, "key": key}
        rows.append({**own, "hundredths": hundredths, "by": by, "at": text_of(now)})
    if gone:
        db.execute(entered_table.delete().where(e.kind == kind.value, e.span == span, sa.or_(*gone)))
    if rows:
        new = insert(entered_table)
        told = {name: new.excluded[name] for name in ("hundredths", "by", "at")}
        db.execute(new.on_conflict_do_update(index_elements=list(entered_table.primary_key), set_=told), rows)


def got(db: sa.Connection, kind: Kind, spans: Iterable[str]) -> dict[str, dict[tuple[str, str], int]]:
    """Span -> authority and key -> hundredths."""
    e = entered_table.c
    wanted = sa.select(e.span, e.authority, e.key, e.hundredths)
    found: dict[str, dict[tuple[str, str], int]] = {}
    for span, authority, key, n in db.execute(wanted.where(e.kind == kind.value, e.span.in_(list(spans)))):
        found.setdefault(span, {})[authority, key] = n
    return found
