"""Returned, not recorded: results that are in people's hands while their source does not say so; and those
that were returned in time and only recorded late. Neither is late.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from server.dossiers.authorities import Authorities
from server.dossiers.handovers import A_LIST, Kind, Returned, returned as listed, unrecorded
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.parts import around, desk_here
from server.web.words import TEXTS, figure_text

HOURS_A_DAY = 24

returned = Blueprint("dossier_returned", __name__, url_prefix="/dossiers/returned")


@dataclass(frozen=True, slots=True)
class Line:
    """age: in the reader's words."""

    of: Returned
    authority: str
    by: str
    age: str


@returned.get("")
@guard.needs(Right.DOSSIERS)
def page() -> ResponseReturnValue:
    desk, now = desk_here(), guard.hall().clock.now()
    with desk.store.reading() as db:
        count = unrecorded(db, now)
        lists = {kind: listed(db, kind, now) for kind in (Kind.UNRECORDED, Kind.RECORDED_LATE, Kind.RECORDED)}
    return render_template(
        "dossiers_returned.html",
        unrecorded=count,
        lists={kind.value: [_line(row) for row in rows] for kind, rows in lists.items()},
        most=A_LIST,
        **around(desk.store.stamp()),
    )


def _line(row: Returned) -> Line:
    hall, lang = guard.hall(), guard.language()
    name = Authorities(hall.config).shorts.get(row.authority)
    hours = row.open_s(hall.clock.now()) / 3600
    key, n = ("returned.days", hours / HOURS_A_DAY) if hours >= HOURS_A_DAY else ("returned.hours", hours)
    age = TEXTS(key, lang, n=int(n), figure=figure_text(int(n), lang))
    return Line(row, name[lang] if name else "", hall.config.officers.get(row.by, row.by), age)
