"""The pages that staff walk between: one table, and the navigation that is drawn from it.

A place is a page with a word, a right and a group. Whoever is logged in sees what the rights allow and
nothing else; which page may be opened is decided by the page itself (`guard.needs`), never here. The groups
stand in the header, the places of the group that one is in stand in a line below it. Who adds a page adds a
row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from server.people.rights import Right


class Group(StrEnum):
    """What belongs together in the header. The word is `place.group-<value>`."""

    COUNTER = "counter"
    RECEPTION = "reception"  # a group of its own: the console has no room for a second line
    FIGURES = "figures"
    DOSSIERS = "dossiers"
    DEVICES = "devices"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Place:
    """endpoint: of Flask; key: its word in the catalogues; right: who sees the way there; query: what the way
    carries."""

    endpoint: str
    key: str
    right: Right
    group: Group
    query: str = ""

    @property
    def room(self) -> str:
        """The blueprint: pages of it that have no row of their own belong to its first row."""
        return self.endpoint.partition(".")[0]


PLACES = (
    Place("console.choose", "place.console", Right.CALL, Group.COUNTER, "?other"),
    Place("reception.page", "place.reception", Right.ISSUE, Group.RECEPTION),
    Place("handwritten.form", "place.handwritten", Right.ISSUE, Group.RECEPTION),
    Place("handwritten.sheets", "place.sheets", Right.ISSUE, Group.RECEPTION),
    Place("figures.page", "place.today", Right.FIGURES, Group.FIGURES),
    Place("history.page", "history.title", Right.FIGURES, Group.FIGURES),
    Place("work.page", "work.title", Right.WORKING_TIME, Group.FIGURES),
    Place("dossier_report.page", "place.dossier-report", Right.FIGURES, Group.FIGURES),
    Place("dossier_late.page", "place.dossier-late", Right.DOSSIERS, Group.FIGURES),
    Place("dossier_scores.page", "place.dossier-scores", Right.FIGURES, Group.FIGURES),
    Place("dossier_groups.page", "place.dossier-groups", Right.FIGURES, Group.FIGURES),
    Place("dossiers.page", "place.dossiers", Right.DOSSIERS, Group.DOSSIERS),
    Place("dossier_promises.page", "place.dossier-promises", Right.DOSSIERS, Group.DOSSIERS),
    Place("dossier_promises.search", "place.dossier-list", Right.DOSSIERS, Group.DOSSIERS),
    Place("dossier_returned.page", "returned.title", Right.DOSSIERS, Group.DOSSIERS),
    Place("dossier_import.page", "place.dossier-import", Right.DOSSIERS, Group.DOSSIERS),
    Place("dossier_sources.page", "place.dossier-sources", Right.DOSSIERS, Group.DOSSIERS),
    Place("papers.page", "papers.title", Right.DOSSIERS, Group.DOSSIERS),
    Place("dossier_privacy.page", "place.dossier-privacy", Right.DOSSIERS, Group.DOSSIERS),
    Place("devices.page", "place.devices", Right.DEVICES, Group.DEVICES),
    Place("setup.overview", "place.setup", Right.SETUP, Group.ADMIN),
    Place("sites.page", "place.sites", Right.SITES, Group.ADMIN),
    Place("people.page", "place.people", Right.USERS, Group.ADMIN),
    Place("tokens.page", "place.tokens", Right.USERS, Group.ADMIN),
    Place("webhooks.page", "place.webhooks", Right.SETUP, Group.ADMIN),
    Place("audit.page", "place.audit", Right.AUDIT, Group.ADMIN),
)
# Of the reader: behind the name in the header, in no group. None until there is such a page.
MY_PAGES: tuple[Place, ...] = (
    Place("me.page", "me.title", Right.LOOK, Group.COUNTER),
    Place("figures.mine", "mine.title", Right.CALL, Group.COUNTER),
    Place("dossier_promises.mine", "place.dossier-mine", Right.CALL, Group.COUNTER),
    Place("dossier_scores.mine", "score.mine", Right.CALL, Group.COUNTER),
)


@dataclass(frozen=True, slots=True)
class Way:
    """A group in the header: where it leads, and the places in it. `here`: the reader is in it."""

    group: Group
    first: Place
    places: tuple[Place, ...]
    here: bool


def current(endpoint: str | None) -> Place | None:
    """The place that a page belongs to: its own row, else the first one of the same blueprint."""
    if endpoint is None:
        return None
    room = endpoint.partition(".")[0]
    own = [p for p in PLACES if p.endpoint == endpoint]
    near = [p for p in PLACES if p.room == room]
    found = own or near
    return found[0] if found else None


def ways(may: Callable[[Right], bool], endpoint: str | None) -> tuple[Way, ...]:
    """The navigation for whoever has these rights, on the page with this endpoint."""
    seen = tuple(p for p in PLACES if may(p.right))
    here = current(endpoint) if endpoint not in {p.endpoint for p in MY_PAGES} else None
    found = []
    for group in Group:
        inside = tuple(p for p in seen if p.group is group)
        if inside:
            found.append(Way(group, inside[0], inside, here is not None and here.group is group))
    return tuple(found)
