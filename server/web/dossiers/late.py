"""The late list at the desk: what citizens see of late dossiers is decided by people.

Nothing of it is published before a manager has seen its figures and approved exactly those. Works without
JavaScript.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.dossiers import late_desk, publications
from server.dossiers.late import LateSheet, is_period
from server.dossiers.late_desk import NoteRefused
from server.dossiers.publications import LONGEST_NOTE, Publication
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.late_report import FORMS, approval, file_of, moment, ordered, period_text, report_of
from server.web.dossiers.parts import around, back, desk_here, months_here

late = Blueprint("dossier_late", __name__, url_prefix="/dossiers/late")

YEARS: Final = 3
OTHERS: Final = 6  # published lists that are named where this one is not


@late.get("")
@guard.needs(Right.DOSSIERS)
def page() -> ResponseReturnValue:
    """`?period=` (YYYY-MM or YYYY): the list's."""
    return _drawn(period_here(request.args.get("period")))


@late.get("/export.<kind>")
@guard.needs(Right.DOSSIERS)
def export(kind: str) -> ResponseReturnValue:
    """`?period=`: as it stands now, or `?publication=`: as it was approved; with what authorities say."""
    config, number = guard.hall().config, request.args.get("publication", "")
    approved: Publication | None = None
    found: LateSheet | None
    if number:
        approved = next((p for p in _history() if str(p.id) == number), None)
        found = None if approved is None else approved.sheet
    else:
        found = late_desk.draft(desk_here().store, config, period_here(request.args.get("period")))
    if kind not in FORMS or found is None:
        raise NotFound
    guard.audit("late.exported", form=kind, period=found.period)
    return file_of(report_of(found, config, guard.language(), approved, staff=True), kind)


@late.post("/notes")
@guard.needs(Right.DOSSIERS)
def note() -> ResponseReturnValue:
    """What authorities say of their lines: `note.<authority>` and `note.<authority>.<officer>`."""
    guard.check()
    hall, who, period = guard.hall(), guard.account(), period_here(request.form.get("period"))
    assert who is not None
    refused: dict[str, str] = {}
    known = late_desk.draft(desk_here().store, hall.config, period)
    for unit in known.units if known is not None else ():
        lines = [("", unit.note), *((one.name, one.note) for one in unit.officers)]
        for officer, before in lines:
            name = f"note.{unit.authority}.{officer}".rstrip(".")
            text = request.form.get(name)
            if text is None or text.strip() == before:
                continue
            line = unit.authority, officer
            try:
                late_desk.note(desk_here().store, hall.config, period, line, text, who.name, hall.clock.now())
                guard.audit("late.noted", period=period, authority=unit.authority)
            except NoteRefused as error:
                refused[name] = error.code
    if refused:
        return _drawn(period, refused), 422
    return back("dossier_late.page", "noted", period=period)


@late.post("/approve")
@guard.needs(Right.APPROVE)
def approve() -> ResponseReturnValue:
    """Publish the list of a period: the figures that were on the page, or none."""
    guard.check()
    hall, who, period = guard.hall(), guard.account(), period_here(request.form.get("period"))
    assert who is not None
    officers, mark = request.form.get("officers") == "yes", request.form.get("mark", "")
    done = late_desk.approve(
        desk_here().store, hall.config, period, mark, who.name, officers, hall.clock.now()
    )
    if done is None:
        return back("dossier_late.page", "changed_since", period=period)
    published, new = done
    if new:
        guard.audit("dossiers.approved", month=period, officers=officers, replaces=published.replaces)
    return back("dossier_late.page", "approved", period=period)


@late.post("/withdraw")
@guard.needs(Right.DOSSIERS)
def withdraw() -> ResponseReturnValue:
    guard.check()
    who, number = guard.account(), request.form.get("publication", "")
    assert who is not None
    found = next((p for p in _history() if str(p.id) == number), None)
    if found is None:
        raise NotFound
    with desk_here().store.writing() as db:
        done = publications.withdraw(db, found.id, who.name, guard.hall().clock.now())
    if done:
        guard.audit("dossiers.withdrawn", month=found.period)
    return back("dossier_late.page", "withdrawn", period=found.period)


def periods() -> tuple[Sequence[str], Sequence[str]]:
    """The months and the years that can be asked for, these first."""
    months = months_here()
    year = int(months[0][:4])
    return months, [str(year - n) for n in range(YEARS)]


def period_here(text: str | None) -> str:
    """One that has begun, however long ago; the last whole month without being asked. Raises 404."""
    months = months_here()
    if not text:
        return months[1]
    if not is_period(text) or text > (months[0] if len(text) == 7 else months[0][:4]):
        raise NotFound
    return text


def _history() -> list[Publication]:
    with desk_here().store.reading() as db:
        return publications.history(db, most=200)


def _drawn(period: str, refused: dict[str, str] | None = None) -> str:
    desk, hall, lang = desk_here(), guard.hall(), guard.language()
    store, config = desk.store, hall.config
    stamp, found = store.stamp(), late_desk.draft(store, config, period)
    with store.reading() as db:
        standing = publications.standing(db, period)
        history, shown = publications.history(db), publications.periods(db)
    months, years = periods()
    account = guard.account()
    who = account.name if account is not None else ""
    return render_template(
        "dossiers_late.html",
        found=found,
        units=ordered(found) if found is not None else (),
        moment=moment(found, config, lang) if found is not None else "",
        period=period,
        periods=[*months, *years] if period in (*months, *years) else [period, *months, *years],
        period_text=lambda text: period_text(text, lang),
        published=standing[0] if standing else None,
        approved=approval(standing[0], config, lang) if standing else "",
        others=shown[:OTHERS],
        differs=bool(standing) and late_desk.differs(store, config, standing[0]),
        history=history,
        may_approve=guard.has(Right.APPROVE),
        signed=late_desk.approver(config, who),
        listed=who in config.officers,
        officers=standing[0].officers if standing else config.late_officers,
        forms=tuple(FORMS),
        longest=LONGEST_NOTE,
        refused=refused or {},
        typed=request.form if refused else {},
        **around(stamp),
    )
