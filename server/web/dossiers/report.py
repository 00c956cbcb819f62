"""The form of the Hà Nam report for any period, by authority."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from server.dossiers.tally import COLUMNS
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.parts import around, desk_here, month_of, months_here, period_of
from server.web.words import said as said_words

report = Blueprint("dossier_report", __name__, url_prefix="/dossiers/report")


@report.get("")
@guard.needs(Right.DOSSIERS)
def page() -> ResponseReturnValue:
    """`?begins=&ends=` (YYYY-MM-DD, the last day included): the form's period."""
    desk, hall = desk_here(), guard.hall()
    stamp = desk.store.stamp()
    begins, ends, period = period_of(stamp, hall.clock.now())
    look = desk.look(stamp, period, month_of(None, months_here())) if stamp is not None else None
    return render_template(
        "dossiers_report.html",
        look=look,
        columns=COLUMNS,
        names=[(a.id, a.name) for a in hall.config.site.authorities],
        begins=begins,
        ends=ends,
        said_words=said_words,
        **around(stamp),
    )
