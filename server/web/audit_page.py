"""/admin/audit: who did what at this centre, and whether the list is still what was written.

Reading the whole list takes about a second for 100,000 rows. It is done behind a page that is looked at, at
most every `CHECK_S` seconds, and at once for a reader who asks for it. A reader with the right at all centres
sees all of them.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.people.audit import Audit, Finding, Wanted
from server.people.rights import EVERYWHERE, Right, may
from server.web import guard
from server.web.words import TEXTS, doer_text

audit = Blueprint("audit", __name__, url_prefix="/admin/audit")

A_PAGE = 50
CHECK_S = 300.0
# How the words begin for what is told under a name, of one area of deeds or of all; else `about.is-`.
VALUES = {
    "do": "order.do-",
    "right": "right.",
    "persons.by": "held.by-",
    "report.by": "about.split-",
    "figures.by": "about.split-",
    "figures.unit": "history.unit-",
    "paper.form": "papers.form-",
}
NAMES = {"report.by": "split", "figures.by": "split"}  # what a name means there, where that is not the usual


@dataclass(frozen=True, slots=True)
class Checked:
    finding: Finding
    at: float  # Unix seconds
    tick: float


class Checks:
    """The last look at the whole list. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Checked | None = None
        self._looking: threading.Thread | None = None

    def look(self, book: Audit, now: float, tick: float) -> Checked:
        """At the whole list, here and now."""
        self._last = Checked(book.check(), now, tick)
        return self._last

    def last(self, book: Audit, now: float, tick: float) -> Checked | None:
        """What was found; None before the first time. When it is long ago, somebody looks again meanwhile."""
        with self._lock:
            found = self._last
            old = found is None or tick - found.tick >= CHECK_S
            if old and (self._looking is None or not self._looking.is_alive()):
                self._looking = threading.Thread(
                    target=self.look, args=(book, now, tick), name="audit", daemon=True
                )
                self._looking.start()
        return found

    def wait(self) -> None:
        """Until nobody is looking any more."""
        if self._looking is not None:
            self._looking.join()


@audit.get("/")
@guard.needs(Right.AUDIT)
def page() -> ResponseReturnValue:
    """Query: `day` (2026-11-23), `who`, `what`, `before` (a row), `check` to look at everything now."""
    hall, lang = guard.hall(), guard.language()
    if hall.audit is None:
        raise NotFound
    checks: Checks = current_app.extensions["checks"]
    who, zone, asked = guard.account(), hall.config.site.zone, request.args
    assert who is not None
    everywhere = may(who.roles.get(EVERYWHERE), Right.AUDIT)
    day, wrong = _day(asked.get("day", ""))
    before = asked.get("before", "")
    wanted = Wanted(
        site=None if everywhere else hall.config.site.id,
        who=asked.get("who", "").strip().lower()[:80],
        what=asked.get("what", "")[:64],
        since=_midnight(day, zone) if day else None,
        until=_midnight(day + timedelta(days=1), zone) if day else None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )
    entries = hall.audit.entries(wanted, A_PAGE + 1) if not wrong else ()
    look = checks.look if "check" in asked else checks.last
    found = look(hall.audit, hall.wall(), hall.tick())
    kept = {name: asked[name] for name in ("day", "who", "what") if asked.get(name)}
    return render_template(
        "audit.html",
        rows=[_row(entry, zone, lang) for entry in entries[:A_PAGE]],
        older="?" + urlencode({**kept, "before": entries[A_PAGE - 1].seq}) if len(entries) > A_PAGE else "",
        newest="?" + urlencode(kept) if wanted.before else "",
        words=[("", TEXTS("audit.all", lang)), *((word, told(word, lang)) for word in hall.audit.words())],
        asked={"day": asked.get("day", "")[:40], "who": wanted.who, "what": wanted.what},
        errors={"day": TEXTS("audit.bad_day", lang)} if wrong else {},
        found=found.finding if found is not None else None,
        checked=_when(found.at, zone) if found is not None else "",
        again="?" + urlencode({**kept, "check": "1"}),
        everywhere=everywhere,
    )


def told(what: str, lang: str) -> str:
    """A word of the audit as people say it."""
    key = f"did.{what}"
    return TEXTS(key, lang) if key in TEXTS else what.replace(".", ": ")


def _row(entry: Any, zone: tzinfo, lang: str) -> dict[str, Any]:
    area = entry.what.partition(".")[0]
    return {
        "seq": entry.seq,
        "at": _when(entry.at, zone),
        "who": doer_text(entry.who, lang) if entry.who else TEXTS("audit.stranger", lang),
        "what": told(entry.what, lang),
        "site": entry.site,
        "about": [_fact(area, name, value, lang) for name, value in entry.about.items()],
    }


def _fact(area: str, name: str, value: Any, lang: str) -> tuple[str, str]:
    """The words of one thing that was told, and of its value. area: of the deed."""
    where = f"{area}.{name}"
    begin = VALUES.get(where, VALUES.get(name, "about.is-"))
    return _word("about.", NAMES.get(where, name), lang), _text(value, begin, lang)


def _text(value: Any, begin: str, lang: str) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{inner} {_text(of, begin, lang)}" for inner, of in value.items())
    if isinstance(value, list):
        return ", ".join(_text(inner, begin, lang) for inner in value)
    return _word(begin, str(value), lang)


def _word(begin: str, text: str, lang: str) -> str:
    """The word of the catalogues for what was told, where there is one."""
    key = begin + text
    return TEXTS(key, lang) if key in TEXTS else text


def _when(at: Any, zone: tzinfo) -> str:
    """Also for a row that somebody changed into nonsense."""
    try:
        return f"{datetime.fromtimestamp(float(at), UTC).astimezone(zone):%d/%m/%Y %H:%M:%S}"
    except (TypeError, ValueError, OverflowError, OSError):
        return str(at)[:40]


def _day(text: str) -> tuple[date | None, bool]:
    """The day that was asked for, and whether it is none: 2026-11-23, or as it is read, 23/11/2026."""
    if not text.strip():
        return None, False
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date(), False
        except ValueError:
            continue
    return None, True


def _midnight(day: date, zone: tzinfo) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
