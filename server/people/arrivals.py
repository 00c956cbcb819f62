"""Which account somebody has who comes from the provider.

Theirs from before; one that an administrator made for that name and nobody took yet; or, where the server's
file says so, a new one. Roles follow the provider where the file maps them, at every log-in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from server.people.accounts import NAME, Account, AccountError, Accounts
from server.people.oidc import Person

Told = Callable[..., None]  # the audit: account, what, and about


def admit(accounts: Accounts, person: Person, makes: bool, now: float, told: Told) -> Account:
    """The account that `person` logs in with. Raises `AccountError`: `unknown`, `taken` or `no-role`."""
    account = accounts.by_subject(person.subject) or _first_time(accounts, person, makes, now, told)
    if person.roles is not None and dict(account.roles) != dict(person.roles):
        accounts.set_roles(account.name, person.roles)
        changed: dict[str, Any] = {"before": dict(account.roles), "after": dict(person.roles)}
        told(account.name, "account.roles", **changed, account=account.name, by="provider")
        account = Account(account.name, person.roles)
    if not account.roles:
        raise AccountError("no-role", f"'{account.name}' has no role")
    return account


def _first_time(accounts: Accounts, person: Person, makes: bool, now: float, told: Told) -> Account:
    known = accounts.find(person.name) if NAME.fullmatch(person.name) else None
    if known is not None:
        if not accounts.link(person.name, person.subject):
            raise AccountError("taken", f"the account '{person.name}' is somebody's")
        told(person.name, "account.linked", account=person.name)
        return known
    if not makes:
        raise AccountError("unknown", f"there is no account '{person.name}'")
    if person.roles == {}:
        raise AccountError("no-role", "no role follows from what the provider says")
    made = accounts.add(person.name, person.roles or {}, None, now, person.subject)
    told(made.name, "account.made", account=made.name, roles=dict(made.roles), by="provider")
    return made
