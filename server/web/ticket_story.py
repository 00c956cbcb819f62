"""What happened to one number, as the log tells it, in the reader's words.

Left out: whatever is of its holder (the figures on the paper, the phone's key, a dossier's code), what staff
noted in their own words, and what was rated: a single rating is nobody's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from server.hall.site import Site
from server.history.table import NOTHING
from server.store import event_table, ticket_table
from server.web.hall import Hall
from server.web.words import TEXTS, clock_text, date_text, named, said


@dataclass(frozen=True, slots=True)
class Step:
    at: str
    what: str
    counter: str
    who: str
    why: str
    undone: bool


@dataclass(frozen=True, slots=True)
class Story:
    number: str
    day: str
    service: str
    state: str
    steps: tuple[Step, ...]


def story(hall: Hall, id: str, lang: str, names: bool = True) -> Story | None:
    """None for a ticket that the log does not know. names: the reader may know who did what when."""
    e, t = event_table.c, ticket_table.c
    columns = sa.select(e.seq, e.at, e.kind, e.command, e.by, e.body)
    with hall.engine.connect() as db:
        ticket = db.execute(sa.select(t.number, t.day, t.service, t.state).where(t.id == id)).one_or_none()
        if ticket is None:
            return None
        rows = list(db.execute(columns.where(e.ticket == id)))
        undone = db.execute(columns.where(e.day == ticket.day, e.kind == "Undone"))
        taken_back = {}
        for row in undone:
            body = msgspec.json.decode(row.body)
            if any(one["id"] == id for one in body["tickets"]):
                rows.append(row)
                taken_back[body["undoes"]] = row.seq
    rows.sort(key=lambda row: int(row.seq))
    steps = tuple(_step(hall, row, lang, row.command in taken_back, names) for row in rows)
    day = date_text(date.fromisoformat(ticket.day))
    return Story(ticket.number, day, ticket.service, ticket.state, steps)


def _step(hall: Hall, row: Any, lang: str, undone: bool, names: bool) -> Step:
    body = msgspec.json.decode(row.body)
    key = f"happened.{row.kind}"
    at = datetime.fromisoformat(row.at)
    return Step(
        at=clock_text(at, hall.config.site.zone, seconds=True),
        what=TEXTS(key if key in TEXTS else "happened.other", lang),
        counter=body.get("counter") or "",
        who=_who(hall, row.by, body, lang, names),
        why=", ".join(_why(hall.config.site, body, lang)),
        undone=undone,
    )


def _who(hall: Hall, by: str, body: Mapping[str, Any], lang: str, names: bool) -> str:
    """The officer where the event names one, else whoever asked."""
    officers = hall.config.officers
    if not names and (body.get("officer") or by.startswith(("officer:", "reception:", "user:"))):
        return NOTHING
    if body.get("officer"):
        return officers.get(body["officer"], str(body["officer"]))
    kind, _, id = by.partition(":")
    match kind:
        case "officer" | "reception" | "user":
            return officers.get(id, id)
        case "hall" | "phone":
            return TEXTS(f"by.{kind}", lang)
        case "device":
            known = id in hall.config.devices
            return named(hall.config, id, lang) if known else TEXTS("by.device", lang, id=id)
    return id or TEXTS("by.unknown", lang)


def _why(site: Site, body: Mapping[str, Any], lang: str) -> list[str]:
    found: list[str] = []
    for name in ("exception", "reason"):
        code = body.get(name)
        if code and "level" not in body:
            key = f"why.{code}"
            found.append(TEXTS(key, lang) if key in TEXTS else str(code))
    if body.get("auto"):
        found.append(TEXTS("why.auto", lang))
    if "to_service" in body:
        service = site.services.get(body["to_service"])
        where = body["to_service"] if service is None else said(service.name, lang)
        if body.get("to_counter"):
            where += ", " + TEXTS("opinion.at_counter", lang, id=body["to_counter"])
        found.append(TEXTS("ticket.to", lang, where=where))
    if "klass" in body:
        found.append(TEXTS("ticket.priority_is" if body["klass"] == "priority" else "ticket.normal_is", lang))
    if body.get("note"):
        found.append(TEXTS("ticket.noted", lang))
    outcome = body.get("outcome")
    if outcome:
        key = f"paper.{outcome}"
        found.append(TEXTS(key, lang) if key in TEXTS else str(outcome))
    return found
