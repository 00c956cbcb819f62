"""The centres of this installation: a list, and for whoever governs all of them one more, or one less.

A centre keeps its id for ever: numbers, log and reports of old go by it, so that another name changes what
people read and nothing that was counted. Keeps out what a centre is made of.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace
from werkzeug.exceptions import Forbidden, NotFound

from server.drafting.files import MOST_BYTES, WrongFile, imported
from server.drafting.forms import clean, hint_at, kind_of, value_of
from server.hall.mistakes import Problem
from server.hall.refusals import Refusal
from server.people.rights import EVERYWHERE, Right, may
from server.setup import Change
from server.site_shape import File, Words
from server.web import guard, problems
from server.web.centres import PREFIX
from server.web.hall import Hall
from server.web.setup_words import Names, file_sentence, place_text, sentence
from server.web.words import TEXTS, said

sites = Blueprint("sites", __name__, url_prefix="/admin/sites")

FIELDS = ("id", "name.vi", "name.en", "url")


@runtime_checkable
class Changing(Protocol):
    """An installation that may have more centres, or fewer."""

    @property
    def halls(self) -> Mapping[str, Hall]: ...
    def add(self, document: File) -> Hall: ...
    def retire(self, site: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A centre in the list. waiting: people; counters: at which somebody works now."""

    site: str
    name: str
    version: int
    waiting: int
    counters: int


@sites.get("/")
@guard.needs(Right.SITES)
def page() -> ResponseReturnValue:
    """`?find=`: those whose name or id has these letters, however accented."""
    who, lang = guard.account(), guard.language()
    find = request.args.get("find", "")[:60]
    rows = [
        _row(site, hall, lang)
        for site, hall in _installation().halls.items()
        if who is not None and may(who.role_at(site), Right.SITES)
    ]
    found = [row for row in rows if plain(find) in plain(f"{row.name} {row.site}")]
    return _drawn(rows=found, count=len(rows), find=find)


@sites.get("/new")
@guard.needs(Right.SITES)
def new() -> ResponseReturnValue:
    governs_all()
    return _new_drawn({})


@sites.post("/new")
@guard.needs(Right.SITES)
def add() -> ResponseReturnValue:
    """A centre out of another one's configuration, or out of a file, under an id of its own."""
    _ours()
    installation, typed = governs_all(), request.form.to_dict()
    sent = request.files.get("file")
    try:
        if sent is not None and sent.filename:
            content = sent.stream.read(MOST_BYTES + 1)
            sent.close()
            origin: File | None = imported(content)
        else:
            origin = _origin(installation, typed.get("from", ""))
    except WrongFile as error:
        return _new_drawn(typed, {"file": file_sentence(error.problem, guard.language())}), 422
    if origin is None:
        return _new_drawn(typed, {"from": TEXTS("mistake.choice", guard.language())}), 422
    document, wrong = named(origin, typed)
    if document is None:
        return _new_drawn(typed, wrong), 422
    try:
        hall = installation.add(document)
    except Refusal as refusal:
        return _new_drawn(typed, _told(refusal, document)), 409
    guard.audit("site.added", added=document.id, name=document.name.vi)
    return redirect(url_for("sites.one", site=hall.config.site.id, said="added"), 303)


@sites.get("/<site>")
@guard.needs(Right.SITES)
def one(site: str) -> ResponseReturnValue:
    return _one_drawn(site, hall_of(site))


@sites.post("/<site>/name")
@guard.needs(Right.SITES)
def rename(site: str) -> ResponseReturnValue:
    """Another name from now on, as a version of that centre's configuration."""
    _ours()
    hall, typed = hall_of(site), request.form.to_dict()
    other, wrong = renamed(hall, typed)
    if other is None:
        return _one_drawn(site, hall, wrong, typed), 422
    who = guard.account()
    assert who is not None
    try:
        rename_to(hall, other, f"rename:{uuid.uuid4().hex}", f"officer:{who.name}")
    except Refusal as refusal:
        return _one_drawn(site, hall, _told(refusal, other), typed), 409
    return redirect(url_for("sites.one", site=site, said="renamed"), 303)


@sites.post("/<site>/retire")
@guard.needs(Right.SITES)
def retire(site: str) -> ResponseReturnValue:
    """End a centre; its log stays on disk. Whoever means it writes its id."""
    _ours()
    installation, hall = governs_all(), hall_of(site)
    if clean(request.form.get("id", "")) != site:
        return _one_drawn(site, hall, {"retire": TEXTS("sites.write_id", guard.language(), site=site)}), 422
    try:
        end(installation, site)
    except Refusal as refusal:
        return _one_drawn(site, hall, {"retire": _sentence(refusal)}), 409
    first = next(iter(installation.halls))
    there = url_for("sites.page", said="retired")
    if guard.hall().config.site.id == site:  # the address itself has just gone
        there = f"{PREFIX}{first}/admin/sites/?said=retired"
    return redirect(there, 303)


def end(installation: Changing, site: str) -> None:
    """End a centre, and what people and programs held there: another one of that id is not theirs. Raises
    Refusal.
    """
    accounts, now = guard.hall().accounts, guard.hall().wall()
    installation.retire(site)
    guard.audit("site.retired", retired=site)
    before = {row.account.name: dict(row.account.roles) for row in accounts.rows()}
    for name in accounts.end_at(site):
        after = {at: role for at, role in before[name].items() if at != site}
        guard.audit("account.roles", account=name, before=before[name], after=after)
    for token in accounts.tokens.all():
        if token.program.site == site and accounts.tokens.revoke(token.program.id, now):
            guard.audit("token.revoked", token=token.program.id, name=token.program.name)


def renamed(hall: Hall, typed: Mapping[str, str]) -> tuple[File | None, dict[str, str]]:
    """What a centre's next configuration would be under another name; or what is wrong with which field.
    Raises 404."""
    document = _in_force(hall)
    return named(document, {**typed, "id": document.id, "url": document.url})


def rename_to(hall: Hall, other: File, id: str, by: str) -> int:
    """The version that has the name. id: of the change, once a press. Raises Refusal."""
    note = TEXTS("sites.renamed_note", "vi", old=_in_force(hall).name.vi)
    change = Change(id=id, by=by, base=hall.writer.newest, document=other, note=note[:200])
    outcome = hall.writer.change(change)
    guard.audit("site.renamed", renamed=other.id, name=other.name.vi)
    return int(outcome.result["version"])


def _in_force(hall: Hall) -> File:
    document = hall.writer.view.setup.document
    if document is None:
        raise NotFound
    return document


def named(origin: File, typed: Mapping[str, str]) -> tuple[File | None, dict[str, str]]:
    """A centre's document under another id, name and address; or what is wrong with which of them."""
    lang = guard.language()
    read: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in FIELDS:
        value = value_of(typed.get(field, ""), kind_of(hint_at(field)), field)
        if isinstance(value, Problem):
            wrong[field] = sentence(value, Names(lang))
        else:
            read[field] = value
    if wrong:
        return None, wrong
    name = Words(read["name.vi"], read["name.en"])
    return replace(origin, id=read["id"], name=name, url=read["url"]), {}


def plain(text: str) -> str:
    """Without accents and capitals, as people type when they look for something."""
    signs = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


def _installation() -> Any:
    return current_app.extensions["installation"]


def governs_all() -> Changing:
    """The installation, for whoever has the right at every centre. Raises 403, or 404 where there can be no
    others."""
    who, installation = guard.account(), _installation()
    if who is None or not may(who.roles.get(EVERYWHERE), Right.SITES):
        raise Forbidden("role")
    if not isinstance(installation, Changing):
        raise NotFound
    return installation


def _ours() -> None:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    guard.check_same_site()
    guard.check_csrf()


def hall_of(site: str) -> Hall:
    """Raises 404 for a centre that is not there, and for one where whoever asks has nothing to say."""
    who, hall = guard.account(), _installation().halls.get(site)
    if hall is None or who is None or not may(who.role_at(site), Right.SITES):
        raise NotFound
    found: Hall = hall
    return found


def _origin(installation: Changing, site: str) -> File | None:
    """The configuration of another centre; None where there is none to take."""
    hall = installation.halls.get(site)
    return None if hall is None else hall.writer.view.setup.document


def _row(site: str, hall: Hall, lang: str) -> Row:
    view = hall.writer.view
    at_work = sum(counter.status == "open" for counter in view.state.counters.values())
    return Row(site, said(view.site.name, lang), view.setup.version, len(view.state.waiting), at_work)


def _sentence(refusal: Refusal) -> str:
    return problems.sentence(refusal.code, guard.language(), refusal.params)


def _told(refusal: Refusal, document: File) -> dict[str, str]:
    """A refusal beside the field that it is about, and the problems of a configuration below it."""
    lang, names = guard.language(), Names(guard.language(), document)
    found = [p for p in refusal.params.get("problems", ()) if isinstance(p, Problem)][:5]
    more = [f"{place_text(tuple(p.where.split('.')), document, lang)}: {sentence(p, names)}" for p in found]
    text = " ".join((_sentence(refusal), *more))
    return {"id" if refusal.code == "site-taken" else "all": text}


def _drawn(**more: Any) -> str:
    who = guard.account()
    governs = who is not None and may(who.roles.get(EVERYWHERE), Right.SITES)
    told = request.args.get("said", "")
    may_add = governs and isinstance(_installation(), Changing)
    return render_template("sites.html", prefix=PREFIX, told=told, may_add=may_add, wrong={}, **more)


def _new_drawn(typed: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> str:
    lang = guard.language()
    rows = [(site, said(hall.config.site.name, lang)) for site, hall in _installation().halls.items()]
    first = next(iter(_installation().halls.values())).config.url
    return render_template("sites_new.html", typed=typed, wrong=wrong or {}, origins=rows, base=first)


def _one_drawn(
    site: str, hall: Hall, wrong: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None
) -> str:
    lang = guard.language()
    who = guard.account()
    return render_template(
        "sites_one.html",
        row=_row(site, hall, lang),
        centre=hall.config.site,
        wrong=wrong or {},
        typed=typed or {},
        told=request.args.get("said", ""),
        prefix=PREFIX,
        may_retire=site != next(iter(_installation().halls))
        and who is not None
        and may(who.roles.get(EVERYWHERE), Right.SITES)
        and isinstance(_installation(), Changing),
    )
