"""/dossiers/promises: what comes due, what is late and who was not told; late legs; letters to staff.

And /dossiers/list, a search of all dossiers. Nobody who handed something in is on these pages.
"""

from __future__ import annotations

import secrets
from collections import Counter

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.dossiers import legs, mails
from server.dossiers.finding import LONGEST, Search, found
from server.dossiers.promises import EXCEPTIONS, Standing
from server.dossiers.standings import A_PAGE, Heap, Wanted, heaps, lines
from server.dossiers.status import Status
from server.mail import Letter, is_address
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.parts import desk_here
from server.web.dossiers.standing_view import chosen_standings, page_asked, words
from server.web.my_dossiers import marks_now
from server.web.words import TEXTS, said

promises = Blueprint("dossier_promises", __name__, url_prefix="/dossiers")

# What is re-appointed more than once is counted beside the others, however it stands.
COLUMNS = tuple(one for one in EXCEPTIONS if one is not Standing.TWICE)
NAME = 120  # characters of an officer's name


@promises.get("/promises")
@guard.needs(Right.DOSSIERS)
def page() -> ResponseReturnValue:
    """`?standing=`, `authority`, `officer`, `flagged`, `page`."""
    lang, marks, store, n = guard.language(), marks_now(), desk_here().store, page_asked()
    authority, officer = _authority(), request.args.get("officer", "")[:NAME]
    chosen = chosen_standings(request.args.get("standing", ""))
    flagged = "flagged" in request.args
    wanted = Wanted(chosen or EXCEPTIONS, authority, (officer,) if officer else (), flagged)
    with store.reading() as db:
        counted = heaps(db, marks, Wanted(authority=authority))
        listed = lines(db, marks, wanted, A_PAGE + 1, (n - 1) * A_PAGE) if chosen or flagged else []
        late_legs = sum(legs.late_counts(db, marks.now).values())
        letters = mails.counts(db)
    return render_template(
        "promises.html",
        columns=COLUMNS,
        shown=[one for one in COLUMNS if any(h.standing is one for h in counted)],
        table=_table(counted, by_officer=bool(authority)),
        totals=Counter({s: sum(h.count for h in counted if h.standing is s) for s in Standing}),
        twice=sum(h.flagged for h in counted),
        lines=listed[:A_PAGE],
        more=len(listed) > A_PAGE,
        n=n,
        chosen=chosen[0] if chosen else None,
        flagged=flagged,
        at_authority=authority,
        officer=officer,
        authorities=[(a.id, said(a.short, lang)) for a in guard.hall().config.site.authorities],
        late_legs=late_legs,
        letters=letters,
        **words(lang),
    )


@promises.get("/list")
@guard.needs(Right.DOSSIERS)
def search() -> ResponseReturnValue:
    """`?q=`, `status`, `authority`, `officer`, `standing`, `page`."""
    lang, n, args = guard.language(), page_asked(), request.args
    status = args.get("status", "")
    asked = Search(
        args.get("q", "")[:LONGEST],
        Status(status) if status in set(Status) else None,
        _authority(),
        args.get("officer", "").strip()[:NAME],
        chosen_standings(args.get("standing", "")),
    )
    with desk_here().store.reading() as db:
        listed = found(db, marks_now(), asked, n)
    if n == 1 and len(listed.lines) == 1 and asked.text:
        return redirect(url_for("dossier_promises.dossier.page", code=listed.lines[0].code))
    return render_template(
        "promises_list.html",
        asked=asked,
        lines=listed.lines,
        more=listed.more,
        n=n,
        longest=LONGEST,
        statuses=tuple(Status),
        standings=EXCEPTIONS,
        authorities=[(a.id, said(a.short, lang)) for a in guard.hall().config.site.authorities],
        **words(lang),
    )


@promises.get("/legs")
@guard.needs(Right.DOSSIERS)
def late_legs() -> ResponseReturnValue:
    """`?authority=`: who is late with a part of an interlinked dossier."""
    hall, lang, authority = guard.hall(), guard.language(), _authority()
    now, rules = hall.clock.now(), hall.config.due_rules
    with desk_here().store.reading() as db:
        counted = legs.late_counts(db, now)
        late = legs.late(db, rules.calendar, now, authority)
    return render_template(
        "promises_legs.html",
        counted=sorted(counted.items(), key=lambda one: -one[1]),
        late=late,
        at_authority=authority,
        span=lambda seconds: span_text(seconds, rules.by.day_s, lang),
        **words(lang),
    )


@promises.get("/letters")
@guard.needs(Right.DOSSIERS)
def letters() -> ResponseReturnValue:
    return _letters()


@promises.post("/letters/test")
@guard.needs(Right.DOSSIERS)
def try_mail() -> ResponseReturnValue:
    """Send a letter that says nothing, now, to the address that is given."""
    guard.check()
    hall, lang = guard.hall(), guard.language()
    to = request.form.get("to", "").strip()
    if hall.postman is None or not is_address(to):
        return _letters({"to": "mail.odd-address"})
    site = said(hall.config.site.name, lang)
    id = f"<{secrets.token_hex(16)}@{hall.postman.domain}>"
    subject = TEXTS("mail.test-subject", lang, site=site)
    answer = hall.postman.send(Letter((to,), subject, TEXTS("mail.test-text", lang), id, hall.clock.now()))
    guard.audit("mail.tested")
    return _letters(answer="taken" if answer.outcome == "sent" else f"error-{answer.error}")


@promises.post("/letters/<int(max=2147483647):id>/again")
@guard.needs(Right.DOSSIERS)
def again(id: int) -> ResponseReturnValue:
    """Try a letter that was given up once more."""
    guard.check()
    if mails.again(desk_here().store, id, guard.hall().clock.now()):
        guard.audit("mail.again", mail=id)
    return redirect(url_for("dossier_promises.letters"), 303)


def _letters(errors: dict[str, str] | None = None, answer: str = "") -> Response:
    hall, lang = guard.hall(), guard.language()
    with desk_here().store.reading() as db:
        kept, counted = mails.mails(db), mails.counts(db)
    shown = render_template(
        "promises_letters.html",
        mails=kept,
        counted=counted,
        works=hall.postman is not None,
        to=request.form.get("to", "")[:254],
        errors={field: TEXTS(key, lang) for field, key in (errors or {}).items()},
        answer=answer,
        **words(lang),
    )
    return Response(shown, 422 if errors else 200)


def span_text(seconds: int, day_s: int, lang: str) -> str:
    """Working time in days and hours: `2 ngày 3 giờ`; under an hour `< 1 giờ`."""
    days, rest = divmod(seconds, day_s)
    hours = rest // 3600
    if not days and not hours:
        return TEXTS("span.short", lang)
    parts = [TEXTS(f"span.{unit}", lang, n=n) for unit, n in (("days", days), ("hours", hours)) if n]
    return " ".join(parts)


def _authority() -> str:
    text = request.args.get("authority", "")
    return text if text in {a.id for a in guard.hall().config.site.authorities} else ""


def _table(counted: list[Heap], by_officer: bool) -> list[tuple[str, dict[Standing, int], int]]:
    """A line for each authority, or officer: its id, counts by standing, and how many are flagged."""
    rows: dict[str, dict[Standing, int]] = {}
    flagged: Counter[str] = Counter()
    for heap in counted:
        id = heap.officer if by_officer else heap.authority
        row = rows.setdefault(id, {})
        row[heap.standing] = row.get(heap.standing, 0) + heap.count
        flagged[id] += heap.flagged
    late = (Standing.UNEXCUSED, Standing.OVERDUE, Standing.APOLOGY_DUE)
    found = [(id, row, flagged[id]) for id, row in rows.items() if any(row.get(s) for s in EXCEPTIONS)]
    return sorted(found, key=lambda one: (*(-one[1].get(s, 0) for s in late), one[0]))
