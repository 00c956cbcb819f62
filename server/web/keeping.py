"""Who may keep which accounts, for the pages and for the interface for programs.

Whoever keeps accounts at one centre gives roles there, and touches only accounts that hold none elsewhere
(`rights.governs`): nobody gets into a centre through somebody else's account.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import request, url_for
from werkzeug.exceptions import Forbidden, NotFound

from server.people.accounts import Row
from server.people.once import Kind
from server.people.rights import EVERYWHERE, Right, Role, governs, may, role_at
from server.web import guard
from server.web.sites import names
from server.web.words import TEXTS


def my_roles() -> Mapping[str, Role]:
    who = guard.account()
    assert who is not None
    return who.roles


def sites(lang: str) -> dict[str, str]:
    """Where whoever asks may give roles: centre -> name, all centres first."""
    mine = my_roles()
    everywhere = (
        {EVERYWHERE: TEXTS("people.everywhere", lang)} if governs(mine, {EVERYWHERE: Role.OFFICER}) else {}
    )
    return everywhere | {
        site: name for site, name in names(lang).items() if may(role_at(mine, site), Right.USERS)
    }


def shown() -> tuple[Row, ...]:
    """The accounts that whoever asks is shown: those with a role where they keep accounts, or with none."""
    mine, kept = my_roles(), set(sites("vi")) | {EVERYWHERE}
    rows = guard.hall().accounts.rows()
    return tuple(r for r in rows if kept & set(r.account.roles) or governs(mine, r.account.roles))


def found(name: str) -> Row:
    """Raises 404 for an account that is not there, or not theirs to see."""
    for row in shown():
        if row.account.name == name:
            return row
    raise NotFound


def governed(name: str) -> Row:
    """Raises 403 for an account that may more, elsewhere, than whoever asks."""
    row = found(name)
    if not governs(my_roles(), row.account.roles):
        guard.refused(Right.USERS)
        raise Forbidden("role")
    return row


def link(name: str) -> str:
    """Where somebody chooses a password. The address of a centre has its prefix already."""
    hall = guard.hall()
    key = hall.accounts.once.give(Kind.PASSWORD, name, hall.wall())
    return hall.config.url + url_for("keys.choose", key=key).removeprefix(request.script_root)
