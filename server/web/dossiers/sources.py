"""Who brings dossiers, and how each writes them: a mapping is made by showing a sample, and saved.

A sample is read by a process of its own, shown masked, and kept nowhere. Keeping people needs the right to
see them. A password for MQTT is shown once, on the answer to the form that asked for it.
"""

from __future__ import annotations

import shutil
import tempfile
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from broker.users import NoBroker
from server.dossiers import applicants, sources as kept
from server.dossiers.fields import PERSON
from server.dossiers.importing import Report
from server.dossiers.mapping import KEEP_DAYS, STANDARD_MAPPING, Source, people_change
from server.dossiers.sources import MOST, NoSource
from server.dossiers.status import SPELLINGS
from server.dossiers.telling import problem_text, thousands
from server.people.rights import Right
from server.web import guard
from server.web.dossiers import source_form as form
from server.web.dossiers.imports import UPLOAD_BYTES
from server.web.dossiers.parts import desk_here
from server.web.dossiers.standing_view import status_word
from server.web.words import TEXTS

sources = Blueprint("dossier_sources", __name__, url_prefix="/dossiers/sources")

DONE: Final = ("saved", "deleted", "shut", "taken")
OF_FILE: Final = ("coding", "delimiter", "sheet", "header_row")  # without which no sample can be read
TOLD: Final = 5  # lines of a field that are wrong


@sources.get("")
@guard.needs(Right.DOSSIERS)
def page() -> ResponseReturnValue:
    return _list()


@sources.post("/sample")
@guard.needs(Right.DOSSIERS)
def sample() -> ResponseReturnValue:
    """The form, with what a sample shows. `source`: whose mapping is to be looked at anew; `again`: the form
    itself, whose columns were chosen by now."""
    request.max_content_length = UPLOAD_BYTES
    _check()
    id, file = request.form.get("source", "")[:40], request.files.get("table")
    source = _one(id) if id else Source("", "", STANDARD_MAPPING)
    again = request.form.get("again") == "yes"
    if again:
        typed, mapping = form.read(request.form, id, source.mapping, guard.has(Right.PERSONS))
        typed.wrong = {key: code for key, code in typed.wrong.items() if key in OF_FILE}
    else:
        typed, mapping = _typed(source), source.mapping
    if file is None or not file.filename:
        if again:
            typed.wrong["table"] = "no-file"
            return _form(typed, id, again=True), 422
        return _list(no_file=True) if not id else redirect(url_for("dossier_sources.one", id=id), 303)
    with tempfile.TemporaryFile() as table:  # has no name, and is gone with the answer
        shutil.copyfileobj(file.stream, table)
        file.close()
        table.seek(0)
        found = desk_here().sample(table, mapping, chosen=again)
    if found.problem:
        problem = problem_text(Report(problem=found.problem, params=found.params), guard.language())
        shown = _form(typed, id, problem=problem, again=again) if id or again else _list(problem=problem)
        return shown, 422
    typed.head = found.head
    if not again:
        typed.columns = {n: c for n, c in found.proposed.items() if mapping.persons or n not in PERSON}
    if not guard.has(Right.PERSONS):
        form.people_stay(typed, source.mapping)
    asked = {
        "statuses": typed.ask("statuses", found.strange),
        "channels": typed.ask("channels", found.strange_channels),
    }
    return _form(typed, id, rows=found.rows, coding=found.coding, asked=asked, again=True)


@sources.get("/<id>")
@guard.needs(Right.DOSSIERS)
def one(id: str) -> ResponseReturnValue:
    return _form(_typed(_one(id)), id)


@sources.post("/save")
@guard.needs(Right.DOSSIERS)
def add() -> ResponseReturnValue:
    return _save("")


@sources.post("/<id>/save")
@guard.needs(Right.DOSSIERS)
def change(id: str) -> ResponseReturnValue:
    return _save(_one(id).id)


@sources.post("/<id>/delete")
@guard.needs(Right.DOSSIERS)
def delete(id: str) -> ResponseReturnValue:
    """Its dossiers stay; the files in its folder go, and whatever it could send by, it can no more."""
    _check()
    _one(id)
    keys = guard.hall().keys
    if keys is not None and id in keys.sources():
        keys.shut_source(id)
    files = desk_here().delete(id)
    guard.audit("dossiers.source-deleted", source=id, files=files)
    return redirect(url_for("dossier_sources.page", done="deleted"), 303)


@sources.post("/<id>/take")
@guard.needs(Right.DOSSIERS)
def take(id: str) -> ResponseReturnValue:
    """All dossiers of another source, or of none, become this one's."""
    _check()
    _one(id)
    desk, of = desk_here(), request.form.get("of")
    if of is None or of not in _owners(id):
        raise BadRequest
    count = desk.take_over(id, of)
    guard.audit("dossiers.taken-over", source=id, of=of, dossiers=count)
    return redirect(url_for("dossier_sources.one", id=id, done="taken"), 303)


@sources.post("/<id>/key")
@guard.needs(Right.WORK_DEVICES)
def key(id: str) -> ResponseReturnValue:
    """A new password for MQTT, shown once: on this answer and nowhere else."""
    _check()
    source, keys = _one(id), guard.hall().keys
    if keys is None or not keys.manages:
        raise NotFound
    try:
        made = keys.admit_source(id)
    except NoBroker as error:
        return _form(_typed(source), id, problem=str(error)), 503
    guard.audit("dossiers.source-enrolled", source=id)
    return _form(_typed(source), id, key=made)


@sources.post("/<id>/shut")
@guard.needs(Right.WORK_DEVICES)
def shut(id: str) -> ResponseReturnValue:
    """Take the password back: its connection ends."""
    _check()
    source, keys = _one(id), guard.hall().keys
    if keys is None or not keys.manages:
        raise NotFound
    try:
        keys.shut_source(id)
    except NoBroker as error:
        return _form(_typed(source), id, problem=str(error)), 503
    guard.audit("dossiers.source-shut", source=id)
    return redirect(url_for("dossier_sources.one", id=id, done="shut"), 303)


def _check() -> None:
    guard.check_same_site()
    guard.check_csrf()


def _one(id: str) -> Source:
    try:
        return desk_here().source(id)
    except NoSource:
        raise NotFound from None


def _typed(source: Source) -> form.Typed:
    return form.typed_of(source.id, source.name, source.mapping)


def _save(id: str) -> ResponseReturnValue:
    _check()
    desk, hall, who = desk_here(), guard.hall(), guard.account()
    assert who is not None
    before = desk.source(id).mapping if id else STANDARD_MAPPING
    typed, mapping = form.read(request.form, id, before, guard.has(Right.PERSONS))
    known = {source.id for source in desk.sources()}
    if not id and typed.id in known:
        typed.wrong["id"] = "id-taken"
    if not id and len(known) >= MOST:
        typed.wrong["id"] = "too-many"
    if people_change(before, mapping) and not guard.has(Right.PERSONS):
        guard.refused(Right.PERSONS)
        raise Forbidden("role")
    if typed.wrong:
        return _form(typed, id, again=bool(typed.head)), 422
    desk.save(Source(typed.id, typed.name, mapping), who.name, hall.clock.now())
    guard.audit("dossiers.source-saved", source=typed.id, persons=mapping.persons, folder=mapping.folder)
    return redirect(url_for("dossier_sources.one", id=typed.id, done="saved"), 303)


def _done() -> str:
    said = request.args.get("done", "")
    return said if said in DONE else ""


def _owners(id: str) -> dict[str, tuple[str, int, int]]:
    """Who else than `id` has dossiers: id, "" for imports without a source, -> name, how many, and of how
    many of these a take-over by `id` deletes the person."""
    with desk_here().store.reading() as db:
        every = {source.id: source for source in kept.every(db)}
        counts = {one: n for one, n in sorted(kept.counts(db).items()) if one != id} if id else {}
        keeps = id in every and every[id].mapping.persons
        lost = {one: 0 if keeps else applicants.count_of(db, one) for one in counts}
    return {one: (every[one].name if one in every else one, n, lost[one]) for one, n in counts.items()}


def _wrong(typed: form.Typed, name: str, code: str) -> str:
    """What is wrong with a field; of one with many lines, with which."""
    lang, told = guard.language(), []
    for n, key, said, near in typed.strays.get(name, ())[:TOLD]:
        told.append(TEXTS(f"source.stray-{key}", lang, n=n, said=said))
        if near:
            told.append(TEXTS("source.stray-near", lang, near=near))
    return " ".join(told) or TEXTS(f"source.wrong-{code}", lang)


def _thousands(n: int) -> str:
    return thousands(n, guard.language())


def _list(**more: Any) -> str:
    desk = desk_here()
    with desk.store.reading() as db:
        counts = kept.counts(db)
        rows = [(source, counts.get(source.id, 0)) for source in kept.every(db)]
    return render_template(
        "dossiers_sources.html",
        rows=rows,
        free=counts.get("", 0),
        lost=desk.lost(),
        days=KEEP_DAYS,
        count=_thousands,
        most=MOST,
        done=_done(),
        **more,
    )


def _form(typed: form.Typed, id: str, **more: Any) -> str:
    """id: of the source that is there, or ""."""
    keys, lang = guard.hall().keys, guard.language()
    enrolled = keys.sources() if keys is not None else {}
    options = tuple(dict.fromkeys((*typed.head, *typed.columns.values())))
    return render_template(
        "dossiers_source.html",
        of=typed,
        id=id,
        groups=form.GROUPS,
        wrong_groups=[
            group for group, names in form.GROUPS if {f"column-{n}" for n in names} & {*typed.wrong}
        ],
        options=options,
        choices={
            "dates": ("dmy", "mdy"),
            "numbers": form.NUMBERS,
            "limit_unit": ("", "d", "h"),
            "coding": form.CODING_CHOICES,
            "delimiter": form.DELIMITERS,
        },
        errors={name: _wrong(typed, name, code) for name, code in typed.wrong.items()},
        statuses=[said[0] if lang == "vi" else status_word(one, lang) for one, said in SPELLINGS.items()],
        unclear=[f for f in form.NEEDED if f not in typed.columns] if typed.head else [],
        nobody="persons" in typed.on and not any(name in PERSON for name in typed.columns),
        may_persons=guard.has(Right.PERSONS),
        may_key=guard.has(Right.WORK_DEVICES) and keys is not None and keys.manages,
        enrolled=id in enrolled,
        owners=_owners(id),
        lying=desk_here().lying(id) if id else 0,
        people=desk_here().people(id) if id else 0,
        count=_thousands,
        folder=f"{desk_here().folder(id)}/" if id else "",
        done=_done(),
        **more,
    )
