"""What somebody keeps of themselves, over the interface: log-ins, password, second step; with a session.

What asks for the password again is not kept by a key: a hash of the request would be a hash of the password,
in a file that is not made for such. Each of these changes refuses by itself to be done twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from flask import session
from msgspec import Meta
from werkzeug.exceptions import NotFound

from server.people import second
from server.people.accounts import Account, AccountError
from server.people.contacts import BadContact
from server.web import guard, login, me_page
from server.web.asked import refuse
from server.web.my_dossiers import my_authorities
from server.web.problems import Declined
from server.web.rest.endpoint import Asked, Endpoint, Nothing, instant

Password = Annotated[str, Meta(max_length=1000)]
Code = Annotated[str, Meta(max_length=64)]


class LogInRow(msgspec.Struct, frozen=True, kw_only=True):
    """agent: the browser and its machine. mine: the one that asks."""

    login: str
    began_at: datetime
    seen_at: datetime
    address: str
    agent: str
    mine: bool


class LogInRows(msgspec.Struct, frozen=True):
    """The latest seen first."""

    logins: tuple[LogInRow, ...]


class EmailBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Blank: none."""

    email: Annotated[str, Meta(max_length=254)]


class MyContact(msgspec.Struct, frozen=True):
    """source_name: what the system of record calls whoever asks. authorities: of this centre, that they stand
    for."""

    email: str
    source_name: str
    authorities: tuple[str, ...]


class Ended(msgspec.Struct, frozen=True):
    """count: log-ins that ended."""

    count: int


class PasswordBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """password: the one until now."""

    password: Password
    new: Password


class Anew(msgspec.Struct, frozen=True):
    """The answer sets a new cookie. csrf: to be sent with every change from now on."""

    csrf: str


class SecondTold(msgspec.Struct, frozen=True):
    """on: a code is asked for at the log-in. left: recovery codes."""

    on: bool
    left: int


class Wanted(msgspec.Struct, frozen=True):
    """What an authenticator takes: the secret, and the same as an address for a picture. In force with the
    first code.
    """

    secret: str
    address: str


class SecondBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """code: of the authenticator, for the secret that was wanted."""

    password: Password
    code: Code


class SecondOn(msgspec.Struct, frozen=True):
    """codes: each lets in once, for a lost phone. Seen once. csrf: as of a new password."""

    codes: tuple[str, ...]
    csrf: str


class ProofBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    password: Password


def logins(asked: Asked) -> LogInRows:
    """Where one is logged in."""
    found = asked.hall.accounts.logins.of(_who().name, asked.hall.wall(), str(session["key"]))
    return LogInRows(
        tuple(
            LogInRow(
                login=seen.id,
                began_at=instant(seen.began_at),
                seen_at=instant(seen.seen_at),
                address=seen.address,
                agent=me_page.machine(seen.agent),
                mine=seen.mine,
            )
            for seen in found
        )
    )


def end_login(asked: Asked) -> Nothing:
    """End one of one's log-ins."""
    if not asked.hall.accounts.logins.end_one(_who().name, asked.at["login"]):
        raise NotFound
    guard.audit("login.ended", count=1)
    return Nothing()


def end_others(asked: Asked) -> Ended:
    """End all of one's log-ins but this one."""
    count = asked.hall.accounts.logins.end_all(_who().name, str(session["key"]))
    guard.audit("login.ended", count=count)
    return Ended(count)


def contact(asked: Asked) -> MyContact:
    """Where one's reminders go."""
    found = asked.hall.accounts.contacts.of(_who().name)
    return MyContact(found.email, found.source_name, my_authorities())


def set_email(asked: Asked) -> MyContact:
    """Send one's reminders there."""
    name = _who().name
    try:
        asked.hall.accounts.contacts.set_email(name, asked.body.email)
    except BadContact:
        refuse([("/email", "form")])
    guard.audit("account.contact", account=name)
    return contact(asked)


def password(asked: Asked) -> Anew:
    """Choose another password: every other log-in ends, this one gets a new key."""
    who = _proved(asked)
    try:
        asked.hall.accounts.set_password(who.name, asked.body.new)
    except AccountError as error:
        refuse([("/new", f"password-{error.code}" if error.code in WEAK else "wrong")])
    guard.audit("password.changed")
    return Anew(me_page.anew(who))


def second_told(asked: Asked) -> SecondTold:
    """Whether one's log-in asks for a code."""
    of, name = asked.hall.accounts.second, _who().name
    return SecondTold(of.is_on(name), of.codes_left(name))


def second_wanted(asked: Asked) -> Wanted:
    """A secret for an authenticator; nothing is in force before a code of it came back."""
    name, hall = _off().name, asked.hall
    secret = hall.accounts.second.want(name)
    return Wanted(secret, second.address(secret, name, f"motcua {hall.config.site.id}"))


def second_on(asked: Asked) -> SecondOn:
    """Ask for a code at every log-in from now on; every other log-in ends."""
    _off()
    who, accounts = _proved(asked), asked.hall.accounts
    codes = accounts.second.turn_on(who.name, asked.body.code.replace(" ", ""), asked.hall.wall())
    if codes is None:
        refuse([("/code", "wrong")])
    guard.audit("second.on")
    accounts.logins.end_all(who.name)
    return SecondOn(codes, me_page.anew(who))


def second_off(asked: Asked) -> SecondTold:
    """From now on the password alone is enough."""
    who = _proved(asked)
    asked.hall.accounts.second.turn_off(who.name)
    guard.audit("second.off", account=who.name)
    return second_told(asked)


WEAK = ("short", "long", "guessed")


def _who() -> Account:
    who = guard.account()
    assert who is not None
    return who


def _off() -> Account:
    """Whoever asks, who has no second step."""
    who = _who()
    if guard.hall().accounts.second.is_on(who.name):
        raise Declined("cannot-be", {"why": "on"})
    return who


def _proved(asked: Asked) -> Account:
    """Whoever asks, whose password came along. Wrong ones wait as at the log-in."""
    who = _who()
    if login.check_password(who.name, asked.body.password) is None:
        refuse([("/password", "wrong")])
    return who


def _row(name: str, method: Any, path: str, does: Any, answer: Any, **more: Any) -> Endpoint:
    """A row for whoever is logged in, and for no program."""
    told: dict[str, Any] = {"right": None, "area": "me", "people_only": True, **more}
    return Endpoint(name=name, method=method, path=f"/me{path}", does=does, answer=answer, **told)


_UNKEYED: dict[str, Any] = {"keyed": False}
_MAY_NOT: dict[str, Any] = {"refusals": ("cannot-be",)}
ENDPOINTS = (
    _row("list-my-logins", "GET", "/logins", logins, LogInRows),
    _row("end-my-login", "DELETE", "/logins/{login}", end_login, Nothing),
    _row("end-my-other-logins", "POST", "/end-other-logins", end_others, Ended),
    _row("get-my-contact", "GET", "/contact", contact, MyContact),
    _row("set-my-email", "PUT", "/contact", set_email, MyContact, body=EmailBody),
    _row("change-my-password", "PUT", "/password", password, Anew, body=PasswordBody, **_UNKEYED),
    _row("get-my-second", "GET", "/second", second_told, SecondTold),
    _row("want-my-second", "POST", "/second/want", second_wanted, Wanted, shown_once=True, **_MAY_NOT),
    _row("my-second-on", "POST", "/second/on", second_on, SecondOn, body=SecondBody, **_UNKEYED, **_MAY_NOT),
    _row("my-second-off", "POST", "/second/off", second_off, SecondTold, body=ProofBody, **_UNKEYED),
)
