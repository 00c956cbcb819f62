"""/dossiers/<code>: all that is known of one dossier, and a new date where its promise cannot be kept.

Who handed it in is masked, and shown to whoever has the right once they ask for it, which the audit is told.
Officers see the dossiers that they handle, and those of an authority that they stand for. Works without
JavaScript.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from server.dossiers import apologies, applicants, legs, reminders
from server.dossiers.applicants import FORGOTTEN, Applicant
from server.dossiers.code import read_code
from server.dossiers.due import Rules
from server.dossiers.promises import promise
from server.dossiers.reappointing import LONGEST, REASONS, NotRenewed, Renewal, letter_sent, renew
from server.dossiers.reckoning import clock_of
from server.dossiers.register import Step
from server.dossiers.reminders import Reminder
from server.dossiers.status import ENDED, PAUSED, UNCOUNTED, Status
from server.dossiers.steps import LATE, OVERDUE
from server.dossiers.store import Whole
from server.dossiers.working_time import NoTime
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.parts import desk_here
from server.web.dossiers.promises import span_text
from server.web.dossiers.standing_view import step_word, words
from server.web.my_dossiers import marks_now, may_see
from server.web.words import TEXTS

dossier = Blueprint("dossier", __name__, url_prefix="/<code>")

DONE = ("renewed", "letter")


@dataclass(frozen=True, slots=True)
class Pause:
    """From when until when the citizen was waited for; None: still. worked_s: seconds of work meanwhile."""

    begins: datetime
    ends: datetime | None
    status: Any
    worked_s: int


@dossier.get("")
@guard.needs(Right.CALL)
def page(code: str) -> ResponseReturnValue:
    read = read_code(code)
    if read is not None and read.text != code:
        return redirect(url_for("dossier_promises.dossier.page", code=read.text))
    return _page(_whole(code))


@dossier.post("/person")
@guard.needs(Right.PERSONS)
def person(code: str) -> ResponseReturnValue:
    """The page with who handed it in."""
    guard.check()
    whole = _whole(code)
    guard.audit("dossier.person-seen", code=whole.dossier.code)
    return _page(whole, shown=True)


@dossier.post("/renew")
@guard.needs(Right.CALL)
def renewed(code: str) -> ResponseReturnValue:
    """Apologise and set a new date."""
    guard.check()
    whole, hall, who = _whole(code), guard.hall(), guard.account()
    assert who is not None
    due = instant(request.form.get("due", ""))
    number = request.form.get("number", "")
    listed, typed = request.form.get("listed", ""), request.form.get("reason", "")
    reason = typed.strip() or (TEXTS(f"promise.reason-{listed}", "vi") if listed in REASONS else "")
    try:
        if due is None:
            raise NotRenewed("due", "no-date")
        asked = Renewal(
            whole.dossier.code,
            int(number) if number.isdecimal() and len(number) < 4 else 0,
            due,
            reason,
            who.name,
            "twice" in request.form,
        )
        made = renew(desk_here().store, asked, hall.config.due_rules.calendar, hall.clock.now())
    except NotRenewed as error:
        return _page(whole, errors={error.field or "all": TEXTS(f"promise.{error.code}", guard.language())})
    guard.audit("dossier.reappointed", code=made.code, number=made.number, due=made.new_due.isoformat())
    return redirect(url_for("dossier_promises.dossier.page", code=made.code, done="renewed"), 303)


@dossier.post("/letter")
@guard.needs(Right.CALL)
def letter(code: str) -> ResponseReturnValue:
    """The apology is on its way."""
    guard.check()
    whole, number = _whole(code), request.form.get("number", "")
    known = whole.dossier.code
    if number.isdecimal() and len(number) < 4:
        if letter_sent(desk_here().store, known, int(number), guard.hall().clock.now()):
            guard.audit("dossier.apologised", code=known, number=int(number))
        return redirect(url_for("dossier_promises.dossier.page", code=known, done="letter"), 303)
    raise NotFound


def instant(text: str) -> datetime | None:
    """Of a field for day and time, in the centre's zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.tzinfo is not None or not 2000 <= at.year < 2100:
        return None
    return at.replace(tzinfo=guard.hall().config.site.zone)


def _whole(code: str) -> Whole:
    """Raises 404, and 403 for somebody whose it is not."""
    read = read_code(code)
    whole = desk_here().store.find(read.text) if read is not None else None
    if whole is None:
        raise NotFound
    if not may_see(whole.dossier):
        guard.refused(Right.DOSSIERS)
        raise Forbidden("role")
    return whole


def _page(whole: Whole, shown: bool = False, errors: Mapping[str, str] | None = None) -> Response:
    hall, lang, marks = guard.hall(), guard.language(), marks_now()
    d, rules, store = whole.dossier, hall.config.due_rules, desk_here().store
    told = promise(d, whole.reappointments, bool(whole.handovers), marks)
    running = d.status not in ENDED | UNCOUNTED and told.due is not None
    letter = apologies.told(whole)
    owed = letter.old_due if letter is not None and told.unwritten else told.due
    with store.reading() as db:
        reminded = reminders.of_dossier(db, d.code)
        people = applicants.known(db, [d.code]) if guard.has(Right.PERSONS) else {}
    done = request.args.get("done", "")
    drawn = render_template(
        "dossier.html",
        whole=whole,
        d=d,
        told=told,
        running=running,
        counted=_counted(whole, rules, told.due) if running else None,
        forward_by=_forward_by(whole, rules) if d.status is Status.ACCEPTED else None,
        excuse_by=apologies.due_by(owed, rules) if running and not told.excused else None,
        letter=letter if running and not whole.handovers else None,
        missed=lambda one: apologies.missed(one.old_due, one.letter_at, rules, marks.now),
        applicant=seen(people.get(d.code), shown, lang),
        gone=people.get(d.code) is FORGOTTEN,
        may_persons=guard.has(Right.PERSONS),
        shown=shown,
        legs=legs.seen(d, whole.legs, rules.calendar, marks.now),
        pauses=pauses(whole.steps, rules, marks.now),
        reminded=_reminded(reminded, lang),
        number=len(whole.reappointments) + 1,
        reasons=[(key, TEXTS(f"promise.reason-{key}", lang)) for key in REASONS],
        longest=LONGEST,
        form=request.form,
        errors=errors or {},
        done=done if done in DONE else "",
        span=lambda seconds: span_text(seconds, rules.by.day_s, lang),
        **words(lang),
    )
    return Response(drawn, 422 if errors else 200)


def _counted(whole: Whole, rules: Rules, told: datetime | None) -> datetime | None:
    """When it is due by the limit and the rules of today, where something else was promised."""
    clock = clock_of(whole.dossier, rules, whole.steps)
    return None if clock is None or clock.state != "runs" or clock.due == told else clock.due


def _forward_by(whole: Whole, rules: Rules) -> datetime | None:
    """Until when what came is with the authority."""
    try:
        return rules.forward_by(whole.dossier.complete or whole.dossier.received)
    except NoTime:
        return None


def _reminded(told: Sequence[Reminder], lang: str) -> list[tuple[datetime, str, bool, list[str]]]:
    """When, of what, whether that is past, and whom; those of one moment together."""
    found: dict[tuple[datetime, str], list[str]] = {}
    for one in told:
        found.setdefault((one.at, one.step), []).append(one.recipient.partition(":")[2])
    return [
        (at, step_word(step, lang), step.startswith((OVERDUE, LATE)), whom)
        for (at, step), whom in found.items()
    ]


def pauses(steps: Sequence[Step], rules: Any, now: datetime) -> list[Pause]:
    """When the citizen was waited for, in order; steps in order."""
    found: list[Pause] = []
    begun: Step | None = None
    for step in steps:
        if step.status in PAUSED:
            begun = begun or step
        elif begun is not None:
            worked = legs.elapsed(rules.calendar, begun.at, step.at)
            found.append(Pause(begun.at, step.at, begun.status, worked))
            begun = None
    if begun is not None:
        found.append(Pause(begun.at, None, begun.status, legs.elapsed(rules.calendar, begun.at, now)))
    return found


def seen(applicant: Applicant | None, whole: bool, lang: str) -> list[tuple[str, str]] | None:
    """Label and value of what is known of whoever handed it in, masked unless `whole`; None: nobody."""
    if applicant is None:
        return None
    if applicant is FORGOTTEN:
        return [(TEXTS("person.name", lang), TEXTS("person.forgotten", lang))]
    rows = (
        ("name", applicant.name, initials(applicant.name)),
        ("phone", applicant.phone, f"•••• {applicant.phone[-3:]}"),
        ("address", applicant.address, "••••"),
        ("email", applicant.email, "••••"),
    )
    return [(TEXTS(f"person.{key}", lang), full if whole else mask) for key, full, mask in rows if full]


def initials(name: str) -> str:
    """`N. V. A.`"""
    return " ".join(f"{word[0].upper()}." for word in name.split())
