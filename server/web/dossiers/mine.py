"""/dossiers/mine: what whoever is logged in has to do something about, of their own and of their authorities.

What they were reminded of since they last said that they saw the list is marked as new. Of the promises'
room, and also the line of it that the console shows. Works without JavaScript.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from server.dossiers import looks
from server.dossiers.looks import Whose
from server.dossiers.promises import EXCEPTIONS
from server.dossiers.standings import A_PAGE, lines
from server.people.rights import Right
from server.web import guard
from server.web.dossiers.parts import desk_here
from server.web.dossiers.promises import promises
from server.web.dossiers.standing_view import page_asked, words
from server.web.my_dossiers import marks_now, may_list, my_lists
from server.web.words import said


@promises.get("/mine")
@guard.needs(Right.CALL)
def mine() -> ResponseReturnValue:
    """`?authority=` (none: one's own), `standing` (several), `new`, `page`."""
    marks, whose, n = marks_now(), _whose(request.args.get("authority", "")), page_asked()
    who = guard.account()
    assert who is not None
    chosen = tuple(one for one in EXCEPTIONS if one.value in request.args.getlist("standing"))
    shown: dict[str, Any] = {"heard": None, "lines": [], "new": frozenset(), "more": False}
    only_new = "new" in request.args
    if whose is not None:
        with desk_here().store.reading() as db:
            found = looks.heard(db, marks, whose, who.name)
            wanted = (
                whose.wanted(db, chosen or EXCEPTIONS) if not only_new else whose.new(db, found.seen, chosen)
            )
            listed = lines(db, marks, wanted, A_PAGE + 1, (n - 1) * A_PAGE)
            new = looks.new_of(db, marks, whose, found.seen, [line.code for line in listed])
        shown = {"heard": found, "lines": listed[:A_PAGE], "new": new, "more": len(listed) > A_PAGE}
    lang = guard.language()
    names = {a.id: said(a.name, lang) for a in guard.hall().config.site.authorities}
    return render_template(
        "promises_mine.html",
        whose=whose,
        whole_name=names.get(whose.authority, "") if whose is not None else "",
        lists=my_lists(),
        standings=EXCEPTIONS,
        chosen=chosen,
        only_new=only_new,
        n=n,
        **shown,
        **words(lang),
    )


@promises.post("/mine/seen")
@guard.needs(Right.CALL)
def mine_seen() -> ResponseReturnValue:
    """What the list had when it was shown is new no more."""
    guard.check()
    authority, last, who = request.form.get("authority", ""), request.form.get("last", ""), guard.account()
    whose = _whose(authority)
    assert who is not None
    if whose is not None and last.isascii() and last.isdecimal() and len(last) < 16:
        looks.see(desk_here().store, who.name, whose, int(last))
    return redirect(url_for("dossier_promises.mine", authority=authority or None), 303)


@promises.get("/mine/line")
@guard.needs(Right.CALL)
def mine_line() -> ResponseReturnValue:
    """The line alone, which the console puts in place of the old one now and then."""
    return render_template("promises_line.html")


def _whose(authority: str) -> Whose | None:
    """The list that is asked for, without one the first of one's own; None for somebody who has none.

    Raises 403 for an authority's that is not theirs.
    """
    mine = my_lists()
    whose = Whose(authority=authority) if authority else mine[0] if mine else None
    if whose is not None and not may_list(whose):
        guard.refused(Right.DOSSIERS)
        raise Forbidden("role")
    return whose
