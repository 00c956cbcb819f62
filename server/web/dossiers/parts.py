"""What the dossiers' rooms have in common: the desk, its words, and days as readers give them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.dossiers.desk import Desk
from server.dossiers.store import Stamp
from server.dossiers.tally import Period, months_back
from server.dossiers.telling import TEXTS, thousands
from server.hall.refusals import Refusal
from server.web import fields, guard
from server.web.words import doer_text

MONTHS: Final = 13
OLD: Final = timedelta(hours=24)  # staff are told; walls have an age of their own
# What a page says after a form was sent, and whether it is a problem.
SAID: Final = {
    "done": False,
    "approved": False,
    "withdrawn": False,
    "noted": False,
    "changed_since": True,
    "no_file": True,
    "bad_as_of": True,
}


def desk_here() -> Desk:
    desk = guard.hall().desk
    if desk is None:
        abort(404)
    return desk


def back(endpoint: str, said: str, **query: Any) -> ResponseReturnValue:
    """To a page after its form was sent, which then says so."""
    return redirect(url_for(endpoint, said=said, **query), 303)


def text_in(lang: str) -> Callable[..., str]:
    def text(key: str, **params: object) -> str:
        return TEXTS(f"page.{key}", lang, **params)

    return text


def around(stamp: Stamp | None) -> dict[str, Any]:
    """What every room's template is given: `d` for its words, times, counts, and what was said."""
    hall, lang = guard.hall(), guard.language()
    zone, said, text = hall.config.site.zone, request.args.get("said", ""), text_in(lang)
    return {
        "d": text,
        "stamp": stamp,
        "source_is": lambda one: one.name or one.source or text("unnamed"),
        "doer": lambda by: doer_text(by, lang),
        "old_hours": _old_hours(stamp, hall.clock.now()),
        "when": lambda at: f"{at.astimezone(zone):%H:%M %d/%m/%Y}",
        "count": lambda n: thousands(n, lang),
        "said": said if said in SAID else "",
        "said_problem": SAID.get(said, False),
    }


def period_of(stamp: Stamp | None, now: datetime) -> tuple[date, date, Period]:
    """First day, last day and the period that `?begins=&ends=` name. Without being asked: where the import
    says that it begins, or else the year so far. Raises Refusal."""
    zone = guard.hall().config.site.zone
    known = (now if stamp is None else stamp.known_at).astimezone(zone).date()
    usual = known.replace(month=1, day=1)
    if stamp is not None and stamp.begins is not None:
        usual = stamp.begins.astimezone(zone).date()
    begins, ends = day_of(request.args.get("begins"), usual), day_of(request.args.get("ends"), known)
    if begins > ends:
        raise Refusal("bad-request", detail=text_in(guard.language())("bad_period"))
    return begins, ends, days(begins, ends)


def days(begins: date, ends: date) -> Period:
    """The period of whole days of this centre, both included."""
    return Period(_midnight(begins), _midnight(ends + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), guard.hall().config.site.zone).astimezone(UTC)


def day_of(text: str | None, usual: date) -> date:
    if not text:
        return usual
    try:
        day = fields.day_of(text)
    except ValueError:
        raise Refusal("bad-request", detail="YYYY-MM-DD") from None
    if not 2000 <= day.year < 2100:
        raise Refusal("bad-request", detail="YYYY-MM-DD")
    return day


def months_here() -> Sequence[str]:
    """The months that can be asked for, this one first."""
    hall = guard.hall()
    return months_back(hall.clock.now().astimezone(hall.config.site.zone).date(), MONTHS)


def month_of(text: str | None, months: Sequence[str]) -> str:
    """One of the last months; the one before this without being asked."""
    return text if text is not None and text in months else months[1]


def month_text(month: str) -> str:
    """10/2026"""
    year, _, number = month.partition("-")
    return f"{number}/{year}"


def _old_hours(stamp: Stamp | None, now: datetime) -> int:
    """How old the data is, once that is worth a word; else 0."""
    age = now - stamp.whole_at if stamp is not None else timedelta()
    return int(age.total_seconds() // 3600) if age >= OLD else 0
