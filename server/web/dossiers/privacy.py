"""How long what is held of dossiers stays; and what is held about one person, told whole or deleted.

What somebody searches by is in a form's body: in no address, no log, no audit. Works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.dossiers import persons, retention
from server.dossiers.code import read_code
from server.dossiers.mapping import Source
from server.dossiers.persons import By, Held, Reason
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.parts import around, desk_here
from server.web.dossiers.person_report import as_json, as_pdf

privacy = Blueprint("dossier_privacy", __name__, url_prefix="/dossiers")


@privacy.get("/privacy")
@guard.needs(Right.DOSSIERS)
def page() -> ResponseReturnValue:
    """Classes, how long each stays, and what the last nights deleted."""
    store, config = desk_here().store, guard.hall().config
    found = retention.nights(store)
    return render_template(
        "dossiers_privacy.html",
        classes=retention.days(config.retention),
        nights=found,
        sources=[s for s in desk_here().sources() if s.mapping.folder],
        may_set=guard.has(Right.SETUP),
        may_persons=guard.has(Right.PERSONS),
        **around(store.stamp()),
    )


@privacy.get("/person")
@guard.needs(Right.PERSONS)
def person() -> ResponseReturnValue:
    return _drawn()


@privacy.post("/person")
@guard.needs(Right.PERSONS)
def find() -> ResponseReturnValue:
    """`by`, `text`: answered here and now, so that what was searched by stands in no address."""
    guard.check()
    by, text = _one(By, request.form.get("by")), request.form.get("text", "").strip()
    if not persons.readable(by, text):
        return _drawn(by=by, typed=text, problem=f"bad-{by.value}"), 422
    desk = desk_here()
    codes = persons.find(desk.store, desk.seals, by, text)
    guard.audit("persons.searched", by=by.value, found=len(codes))
    if not codes:
        return _drawn(by=by, problem="nobody")
    found = persons.held(desk.store, guard.hall().engine, codes)
    return _drawn(by=by, found=found, ticked=() if persons.several(found) else codes)


@privacy.post("/person/export.<kind>")
@guard.needs(Right.PERSONS)
def export(kind: str) -> ResponseReturnValue:
    """`code`, as often as there are dossiers."""
    guard.check()
    codes = _codes()
    if kind not in ("json", "pdf") or not codes:
        raise NotFound
    hall = guard.hall()
    found = persons.held(desk_here().store, hall.engine, codes)
    guard.audit("persons.exported", form=kind, dossiers=len(found))
    now, lang = hall.clock.now(), guard.language()
    raw = as_json(found) if kind == "json" else as_pdf(found, hall.config, now, lang)
    answer = Response(raw, content_type="application/json" if kind == "json" else "application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="motcua-held.{kind}"'
    return answer


@privacy.post("/person/forget")
@guard.needs(Right.PERSONS)
def forget() -> ResponseReturnValue:
    """`code`s, `reason`, and `sure`: deletes who handed them in."""
    guard.check()
    hall, who, codes = guard.hall(), guard.account(), _codes()
    assert who is not None
    reason = _one(Reason, request.form.get("reason"))
    store = desk_here().store
    if request.form.get("sure") != "yes" or not codes:
        shown = _codes("shown") or codes
        found = persons.held(store, hall.engine, shown)
        return _drawn(found=found, ticked=codes, problem="not-sure" if codes else "no-dossier"), 422
    count = persons.forget(store, codes, who.name, hall.clock.now())
    guard.audit("persons.forgotten", reason=reason.value, dossiers=len(codes), people=count)
    return _drawn(done=len(codes), aside=desk_here().laid_aside())


def _drawn(
    by: By = By.NUMBER,
    typed: str = "",
    found: Sequence[Held] = (),
    ticked: Sequence[str] = (),
    problem: str = "",
    done: int = 0,
    aside: Sequence[Source] = (),
) -> str:
    """ticked: the codes of `found` that are chosen. aside: sources whose imported files may still hold
    whoever was deleted."""
    store = desk_here().store
    more: dict[str, Any] = around(store.stamp())
    return render_template(
        "dossiers_person.html",
        by=by,
        kinds=list(By),
        reasons=list(Reason),
        typed=typed,
        found=found,
        ticked=ticked,
        several=persons.several(found),
        others=persons.others(store, [one.code for one in found]),
        problem=problem,
        done=done,
        aside=aside,
        **more,
    )


def _codes(name: str = "code") -> list[str]:
    read = (read_code(text[:64]) for text in request.form.getlist(name)[: persons.MOST])
    return [one.text for one in read if one is not None]


def _one(kind: type[Any], text: str | None) -> Any:
    """Raises 404 for a word that no form of ours has."""
    try:
        return kind(text)
    except ValueError:
        raise NotFound from None
