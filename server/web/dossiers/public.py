"""The late lists that everybody may read: those that a manager approved, as they were approved."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.dossiers import publications
from server.dossiers.late import is_period, public
from server.dossiers.publications import Publication
from server.web import guard
from server.web.dossiers.late_report import (
    FORMS,
    approval,
    file_of,
    moment,
    period_text,
    report_of,
    title_of,
)
from server.web.dossiers.parts import desk_here

late_lists = Blueprint("late_lists", __name__, url_prefix="/late")


@late_lists.get("")
def newest() -> ResponseReturnValue:
    """The newest month's, or the newest there is."""
    found = _standing()
    months = [one for one in found if not one.sheet.yearly]
    if not found:
        return render_template("late.html", shown=None, standing=[])
    return redirect(url_for("late_lists.page", period=(months or found)[0].period), 302)


@late_lists.get("/<period>")
def page(period: str) -> ResponseReturnValue:
    """`YYYY-MM` or `YYYY`."""
    every = _standing()
    one, lang, config = _of(every, period), guard.language(), guard.hall().config
    seen = public(one.sheet, one.officers)
    return render_template(
        "late.html",
        shown=seen,
        publication=one,
        title=title_of(seen, lang),
        moment=moment(seen, config, lang),
        approved=approval(one, config, lang),
        names=lambda units: ", ".join(unit.name[lang] for unit in units),
        standing=every,
        period_text=lambda text: period_text(text, lang),
        forms=tuple(FORMS),
    )


@late_lists.get("/<period>/motcua-late.<kind>")
def export(period: str, kind: str) -> ResponseReturnValue:
    one = _of(_standing(), period)
    if kind not in FORMS:
        raise NotFound
    found = public(one.sheet, one.officers)
    return file_of(report_of(found, guard.hall().config, guard.language(), one), kind)


def _standing() -> list[Publication]:
    with desk_here().store.reading() as db:
        return publications.standing(db)


def _of(every: list[Publication], period: str) -> Publication:
    if is_period(period):
        for one in every:
            if one.period == period:
                return one
    raise NotFound
