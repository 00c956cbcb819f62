"""The dossiers' page: import a table after a preview, the form by authority, and the late list for walls.

For managers and administrators. What citizens see is decided here by people: nothing of the late list is
published before a manager has seen its figures and approved exactly those. Works without JavaScript.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.dossiers.dates import NoDate, read_instant
from server.dossiers.desk import Desk
from server.dossiers.importing import Report
from server.dossiers.store import NoDraft, Publication, Stamp
from server.dossiers.tally import COLUMNS, Period, months_back
from server.dossiers.telling import TEXTS, column_name, lines, problem_text, reason_text, thousands
from server.hall.refusals import Refusal
from server.people.rights import Right
from server.web import guard
from server.web.words import said as said_words

dossiers = Blueprint("dossiers", __name__, url_prefix="/dossiers")

UPLOAD_BYTES: Final = 16 * 1024 * 1024  # the command takes larger files; the demo's register has 6 MB
MONTHS: Final = 13
OLD: Final = timedelta(hours=24)  # staff are told; walls have an age of their own
# What the page says after a form was sent, and whether it is a problem.
SAID: Final = {
    "done": False,
    "approved": False,
    "withdrawn": False,
    "changed_since": True,
    "no_file": True,
    "bad_as_of": True,
}


@dossiers.get("/")
@guard.needs(Right.DOSSIERS)
def page() -> ResponseReturnValue:
    """`?begins=&ends=` (YYYY-MM-DD, the last day included): the form's period; `?month=`: the late list's."""
    desk, hall, lang = _desk(), guard.hall(), guard.language()
    zone, now = hall.config.site.zone, hall.clock.now()
    stamp = desk.store.stamp()
    months = months_back(now.astimezone(zone).date(), MONTHS)
    month = month_of(request.args.get("month"), months)
    begins, ends, period = period_of(stamp, now)
    look = desk.look(stamp, period, month) if stamp is not None else None
    published = desk.published()
    said = request.args.get("said", "")
    return render_template(
        "dossiers.html",
        d=_text(lang),
        stamp=stamp,
        look=look,
        columns=COLUMNS,
        names=[(a.id, a.name) for a in hall.config.site.authorities],
        begins=begins,
        ends=ends,
        months=months,
        month=month,
        month_text=_month_text,
        published=published,
        differs=_differs(desk, stamp, period, published),
        history=desk.store.publications(),
        may_approve=guard.has(Right.APPROVE),
        said=said if said in SAID else "",
        said_problem=SAID.get(said, False),
        old_hours=_old_hours(stamp, now),
        said_words=said_words,
        when=lambda at: f"{at.astimezone(zone):%H:%M %d/%m/%Y}",
        count=lambda n: thousands(n, lang),
    )


@dossiers.post("/preview")
@guard.needs(Right.DOSSIERS)
def preview() -> ResponseReturnValue:
    """What an upload would change, or why it is refused; nothing of it counts yet."""
    request.max_content_length = UPLOAD_BYTES
    guard.check_same_site()
    guard.check_csrf()
    hall, lang, now = guard.hall(), guard.language(), guard.hall().clock.now()
    table = request.files.get("table")
    if table is None or not table.filename:
        return _back("no_file")
    try:
        text = request.form.get("as_of", "")
        known_at = read_instant(text, hall.config.site.zone) if text else now
    except NoDate:
        return _back("bad_as_of")
    if known_at > now:
        return _back("bad_as_of")
    with tempfile.TemporaryFile() as file:  # has no name, and is gone with the answer
        shutil.copyfileobj(table.stream, file)
        table.close()
        file.seek(0)
        token, report = _desk().preview(file, known_at, now)
    return render_template(
        "dossiers_preview.html",
        d=_text(lang),
        report=report,
        problem=problem_text(report, lang) if report.problem else "",
        summary=lines(report, lang, done=False) if report.good else [],
        refused=[(row.line, column_name(row.column, lang), reason_text(row, lang)) for row in report.refused],
        count=lambda n: thousands(n, lang),
        token=token,
    )


@dossiers.post("/confirm")
@guard.needs(Right.DOSSIERS)
def confirm() -> ResponseReturnValue:
    """Import what was previewed; the second press finds nothing to do."""
    guard.check_same_site()
    guard.check_csrf()
    who = guard.account()
    assert who is not None
    try:
        _desk().confirm(request.form.get("token", "")[:64], who.name, guard.hall().clock.now())
    except NoDraft:
        report = Report(problem="too-old")
        lang = guard.language()
        return render_template(
            "dossiers_preview.html",
            d=_text(lang),
            report=report,
            problem=problem_text(report, lang),
        )
    guard.audit("dossiers.imported")
    return _back("done")


@dossiers.post("/approve")
@guard.needs(Right.APPROVE)
def approve() -> ResponseReturnValue:
    """Publish the late list of a month: the figures that were on the page, or none."""
    guard.check_same_site()
    guard.check_csrf()
    desk, hall, who = _desk(), guard.hall(), guard.account()
    assert who is not None
    now = hall.clock.now()
    today = now.astimezone(hall.config.site.zone).date()
    month = month_of(request.form.get("month"), months_back(today, MONTHS))
    stamp = desk.store.stamp()
    if stamp is None:
        return _back("changed_since")
    look = desk.look(stamp, period_of(stamp, now)[2], month)
    if request.form.get("mark") != look.mark:
        return _back("changed_since", month=month)
    desk.store.approve(look.late, who.name, now)
    guard.audit("dossiers.approved", month=month)
    return _back("approved", month=month)


@dossiers.post("/withdraw")
@guard.needs(Right.DOSSIERS)
def withdraw() -> ResponseReturnValue:
    guard.check_same_site()
    guard.check_csrf()
    who = guard.account()
    assert who is not None
    _desk().store.withdraw(who.name, guard.hall().clock.now())
    guard.audit("dossiers.withdrawn")
    return _back("withdrawn")


def _desk() -> Desk:
    desk = guard.hall().desk
    if desk is None:
        abort(404)
    return desk


def _back(said: str, month: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("dossiers.page", said=said, month=month), 303)


def _text(lang: str) -> Callable[..., str]:
    def text(key: str, **params: object) -> str:
        return TEXTS(f"page.{key}", lang, **params)

    return text


def period_of(stamp: Stamp | None, now: datetime) -> tuple[date | None, date, Period]:
    """First day, last day and the period of the form. Without being asked: where the import says that it
    begins, or else the year so far. Raises Refusal."""
    zone = guard.hall().config.site.zone
    known = (now if stamp is None else stamp.known_at).astimezone(zone).date()
    usual = known.replace(month=1, day=1)
    if stamp is not None and stamp.begins is not None:
        usual = stamp.begins.astimezone(zone).date()
    begins, ends = _day(request.args.get("begins"), usual), _day(request.args.get("ends"), known)
    if begins > ends:
        raise Refusal("bad-request", detail=_text(guard.language())("bad_period"))
    return begins, ends, Period(_midnight(begins), _midnight(ends + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), guard.hall().config.site.zone).astimezone(UTC)


def _day(text: str | None, usual: date) -> date:
    if not text:
        return usual
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refusal("bad-request", detail="YYYY-MM-DD") from None
    if not 2000 <= day.year < 2100:
        raise Refusal("bad-request", detail="YYYY-MM-DD")
    return day


def month_of(text: str | None, months: Sequence[str]) -> str:
    """One of the last months; the one before this without being asked."""
    return text if text is not None and text in months else months[1]


def _month_text(month: str) -> str:
    """10/2026"""
    year, _, number = month.partition("-")
    return f"{number}/{year}"


def _differs(desk: Desk, stamp: Stamp | None, period: Period, published: Publication | None) -> bool:
    """Whether the figures of the published month are others by now."""
    if stamp is None or published is None:
        return False
    return desk.look(stamp, period, published.list.month).late != published.list


def _old_hours(stamp: Stamp | None, now: datetime) -> int:
    """How old the data is, once that is worth a word; else 0."""
    age = now - stamp.known_at if stamp is not None else timedelta()
    return int(age.total_seconds() // 3600) if age >= OLD else 0
