"""Where officers are reached, and who they are in the system of record, which knows them by another name.

Whoever handles a dossier is a name in its source; the account that has this name is reminded of it. Whoever
stands for an authority at a centre is shown what its dossiers need there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from server.mail import is_address
from server.people.rights import EVERYWHERE
from server.people.tables import account_table, authority_table, role_table

LONGEST = 120  # characters of a name


class BadContact(ValueError):
    """field: email or source_name; code: stable, `people.<code>`."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field, self.code = field, code


@dataclass(frozen=True, slots=True)
class Contact:
    """email: "" for none. source_name: as the source of dossiers names this person, "" for nobody of them."""

    account: str
    email: str
    source_name: str


class Contacts:
    """Safe to use from any thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, account: str) -> Contact:
        """Of an account; blank for one that there is not."""
        a = account_table.c
        with self._engine.connect() as db:
            row = db.execute(sa.select(a.email, a.source_name).where(a.name == account)).one_or_none()
        return Contact(account, "", "") if row is None else Contact(account, row.email, row.source_name)

    def at(self, site: str) -> tuple[Contact, ...]:
        """Everybody with a role there who can log in and has a name in the source, by account."""
        a, held = account_table.c, role_table.c
        rows = (
            sa.select(a.name, a.email, a.source_name)
            .distinct()
            .join_from(account_table, role_table, held.account == a.name)
            .where(~a.disabled, held.site.in_((site, EVERYWHERE)), a.source_name != "")
            .order_by(a.name)
        )
        with self._engine.connect() as db:
            return tuple(Contact(*row) for row in db.execute(rows))

    def stands_for(self, account: str, site: str) -> frozenset[str]:
        """The authorities of a centre that an account stands for there."""
        a = authority_table.c
        with self._engine.connect() as db:
            rows = db.execute(sa.select(a.authority).where(a.account == account, a.site == site))
            return frozenset(rows.scalars())

    def set_email(self, account: str, email: str) -> None:
        """Raises BadContact."""
        columns = {"email": _email(email)}
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            db.execute(account_table.update().where(account_table.c.name == account).values(**columns))

    def set(
        self, account: str, email: str, source_name: str, site: str = "", stands_for: Iterable[str] = ()
    ) -> None:
        """All at once, or nothing. site: of whose authorities the account stands for these and no others; ""
        leaves them as they are. Raises BadContact."""
        name = spelled(source_name)
        if len(name) > LONGEST or not name.isprintable():
            raise BadContact("source_name", "odd-source-name")
        columns = {"email": _email(email), "source_name": name}
        a = authority_table.c
        with self._engine.connect().execution_options(writes=True) as db, db.begin():
            db.execute(account_table.update().where(account_table.c.name == account).values(**columns))
            if site:
                db.execute(authority_table.delete().where(a.account == account, a.site == site))
                for authority in sorted(set(stands_for)):
                    row = {"account": account, "site": site, "authority": authority}
                    db.execute(authority_table.insert().values(**row))


def _email(text: str) -> str:
    text = text.strip()
    if text and not is_address(text):
        raise BadContact("email", "odd-email")
    return text


def spelled(name: str) -> str:
    """One spelling for one name: NFC, single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).split())
