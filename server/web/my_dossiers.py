"""Whose dossiers whoever asks may look at as their own, and how these stand for them.

An officer's by the name that the source calls them; an authority's where the account stands for it at this
centre. Where two accounts have one name, each has the dossiers of the authorities that it stands for. All
others are seen with the right to dossiers alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.dossiers import looks
from server.dossiers.looks import Whose
from server.dossiers.officers import same
from server.dossiers.promises import Marks
from server.dossiers.register import Dossier
from server.people.rights import Right
from server.web import guard
from server.web.words import said


def marks_now() -> Marks:
    """This moment, as far as this centre's promises go."""
    hall = guard.hall()
    return Marks.at(hall.config.due_rules.calendar, hall.clock.now(), hall.config.reminders.soon)


def my_own() -> Whose | None:
    """What whoever asks handles by the name in the source of dossiers; None for somebody it does not know."""
    who, hall = guard.account(), guard.hall()
    name = "" if who is None else hall.accounts.contacts.of(who.name).source_name
    if who is None or not name:
        return None
    site, contacts = hall.config.site, hall.accounts.contacts
    namesakes = [c.account for c in contacts.at(site.id) if same(c.source_name) == same(name)]
    namesakes = [account for account in namesakes if account != who.name]
    if not namesakes:
        return Whose(officer=name)
    if mine := my_authorities():
        return Whose(officer=name, within=mine)
    theirs = frozenset().union(*(contacts.stands_for(account, site.id) for account in namesakes))
    left = tuple(a.id for a in site.authorities if a.id not in theirs)
    return Whose(officer=name, within=left) if left else None


def my_authorities() -> tuple[str, ...]:
    """The authorities of this centre that whoever asks stands for, in the hall's order."""
    who, hall = guard.account(), guard.hall()
    stands = frozenset() if who is None else hall.accounts.contacts.stands_for(who.name, hall.config.site.id)
    return tuple(a.id for a in hall.config.site.authorities if a.id in stands)


def my_lists() -> tuple[Whose, ...]:
    """One's own dossiers before those of one's authorities."""
    own = my_own()
    theirs = (Whose(authority=id) for id in my_authorities())
    return tuple(theirs) if own is None else (own, *theirs)


def may_see(d: Dossier) -> bool:
    """A dossier: who sees all, whoever handles it, and who stands for its authority."""
    own = my_own()
    mine = own is not None and own.handles(d.officer, d.authority)
    return mine or guard.has(Right.DOSSIERS) or d.authority in my_authorities()


def may_list(whose: Whose) -> bool:
    return whose in my_lists() or (not whose.officer and guard.has(Right.DOSSIERS))


@dataclass(frozen=True, slots=True)
class MyLine:
    """One list in one line. authority: its id, and name in the reader's language; both "" for one's own.
    urgent: dossiers that need something; new: of these, what is new. piles: of `looks.PILES`, each with
    its number."""

    authority: str
    name: str
    urgent: int
    new: int
    piles: tuple[tuple[str, int], ...]


def my_lines() -> Iterator[MyLine]:
    """Of each list of whoever is logged in that has something urgent."""
    who, hall, lang = guard.account(), guard.hall(), guard.language()
    if who is None or hall.desk is None or not guard.has(Right.CALL):
        return
    names = {a.id: said(a.short, lang) for a in hall.config.site.authorities}
    for whose in my_lists():
        with hall.desk.store.reading() as db:
            one = looks.heard(db, marks_now(), whose, who.name)
        if one.urgent:
            piles = tuple((name, count) for name, _, count in one.piles)
            yield MyLine(whose.authority, names.get(whose.authority, ""), one.urgent, one.new, piles)
