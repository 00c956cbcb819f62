"""The late list: what citizens see of late dossiers is decided by people.

Nothing of it is published before a manager has seen its figures and approved exactly those. Works without
JavaScript.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.dossiers.desk import Desk
from server.dossiers.store import Publication, Stamp
from server.dossiers.tally import Period
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.parts import around, back, desk_here, month_of, month_text, months_here, period_of
from server.web.words import said as said_words

late = Blueprint("dossier_late", __name__, url_prefix="/dossiers/late")


@late.get("")
@guard.needs(Right.DOSSIERS)
def page() -> ResponseReturnValue:
    """`?month=` (YYYY-MM): the list's."""
    desk, hall = desk_here(), guard.hall()
    stamp, months = desk.store.stamp(), months_here()
    month = month_of(request.args.get("month"), months)
    period = period_of(stamp, hall.clock.now())[2]
    published = desk.published()
    return render_template(
        "dossiers_late.html",
        look=desk.look(stamp, period, month) if stamp is not None else None,
        months=months,
        month=month,
        month_text=month_text,
        published=published,
        differs=_differs(desk, stamp, period, published),
        history=desk.store.publications(),
        may_approve=guard.has(Right.APPROVE),
        said_words=said_words,
        **around(stamp),
    )


@late.post("/approve")
@guard.needs(Right.APPROVE)
def approve() -> ResponseReturnValue:
    """Publish the late list of a month: the figures that were on the page, or none."""
    guard.check_same_site()
    guard.check_csrf()
    desk, now, who = desk_here(), guard.hall().clock.now(), guard.account()
    assert who is not None
    month = month_of(request.form.get("month"), months_here())
    stamp = desk.store.stamp()
    if stamp is None:
        return back("dossier_late.page", "changed_since")
    look = desk.look(stamp, period_of(stamp, now)[2], month)
    if request.form.get("mark") != look.mark:
        return back("dossier_late.page", "changed_since", month=month)
    desk.store.approve(look.late, who.name, now)
    guard.audit("dossiers.approved", month=month)
    return back("dossier_late.page", "approved", month=month)


@late.post("/withdraw")
@guard.needs(Right.DOSSIERS)
def withdraw() -> ResponseReturnValue:
    guard.check_same_site()
    guard.check_csrf()
    who = guard.account()
    assert who is not None
    desk_here().store.withdraw(who.name, guard.hall().clock.now())
    guard.audit("dossiers.withdrawn")
    return back("dossier_late.page", "withdrawn")


def _differs(desk: Desk, stamp: Stamp | None, period: Period, published: Publication | None) -> bool:
    """Whether the figures of the published month are others by now."""
    if stamp is None or published is None:
        return False
    return desk.look(stamp, period, published.list.month).late != published.list
