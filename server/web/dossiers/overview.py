"""The entry to the dossiers: from when the figures are, how the register stands, and where to go on."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from server.dossiers.handovers import unrecorded
from server.dossiers.promises import Standing
from server.dossiers.publications import on_walls
from server.dossiers.standings import heaps
from server.dossiers.sums import Dimension
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.late_report import period_text
from server.web.dossiers.parts import around, desk_here, period_of
from server.web.my_dossiers import marks_now

TO_CHASE: Final = (Standing.UNEXCUSED, Standing.OVERDUE, Standing.APOLOGY_DUE, Standing.DUE_SOON)

dossiers = Blueprint("dossiers", __name__, url_prefix="/dossiers")


@dossiers.get("/")
@guard.needs(Right.DOSSIERS)
def page() -> ResponseReturnValue:
    desk, hall = desk_here(), guard.hall()
    stamp = desk.store.stamp()
    begins, ends, period = period_of(stamp, hall.clock.now())
    form = None
    if stamp is not None:
        form = desk.store.form(Dimension.AUTHORITY, None, period, stamp.known_at)
    with desk.store.reading() as db:
        published, _ = on_walls(db)
        open_returns = unrecorded(db, hall.clock.now())
        counted = heaps(db, marks_now())
    return render_template(
        "dossiers.html",
        total=None if form is None else form.total,
        begins=begins,
        ends=ends,
        published=published,
        unrecorded=open_returns,
        urgent=[(one, sum(h.count for h in counted if h.standing is one)) for one in TO_CHASE],
        period_text=lambda text: period_text(text, guard.language()),
        **around(stamp),
    )
