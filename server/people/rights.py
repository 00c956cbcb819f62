"""Who may do what: roles are rows of a table, and every page and every door asks for one right.

A role is held at a site, or at all of them (`EVERYWHERE`); what it may do there is the same at every site.
Pure. Source: the issue of roles in `docs/decisions/0025-roles-and-rights.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

EVERYWHERE = "*"


class Role(StrEnum):
    RECEPTION = "reception"
    OFFICER = "officer"
    MANAGER = "manager"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """What a page or an endpoint asks for. Each is one thing that somebody may be kept from."""

    LOOK = "look"  # the hall as staff see it: lines, counters, devices in trouble
    ISSUE = "issue"  # numbers for people who cannot use a kiosk, numbers written by hand
    CALL = "call"  # work at a counter
    ANY_COUNTER = "any-counter"  # also at one where another officer sits
    FIGURES = "figures"  # figures of days, and what is behind each
    WORKING_TIME = "working-time"  # when officers began, paused and ended
    DOSSIERS = "dossiers"  # see and import dossiers
    PERSONS = "persons"  # who handed one in: letters with names, what is held about one person
    APPROVE = "approve"  # the list of late authorities that walls show
    DEVICES = "devices"  # see devices
    WORK_DEVICES = "work-devices"  # order them about, enrol and revoke them
    SETUP = "setup"  # authorities, services, counters, hours, texts, notices
    USERS = "users"  # accounts, their roles, tokens of programs
    SITES = "sites"  # centres of this installation
    AUDIT = "audit"  # who did what


_STAFF = frozenset({Right.LOOK, Right.ISSUE})

MAY: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.RECEPTION: _STAFF,
        Role.OFFICER: _STAFF | {Right.CALL},
        Role.MANAGER: _STAFF
        | {
            Right.CALL,
            Right.ANY_COUNTER,
            Right.FIGURES,
            Right.WORKING_TIME,
            Right.DOSSIERS,
            Right.PERSONS,
            Right.APPROVE,
            Right.DEVICES,
        },
        Role.INSPECTOR: frozenset(
            {
                Right.LOOK,
                Right.FIGURES,
                Right.WORKING_TIME,
                Right.DEVICES,
                Right.AUDIT,
            }
        ),
        Role.ADMINISTRATOR: _STAFF
        | {
            Right.CALL,
            Right.ANY_COUNTER,
            Right.FIGURES,
            Right.DOSSIERS,
            Right.DEVICES,
            Right.WORK_DEVICES,
            Right.SETUP,
            Right.USERS,
            Right.SITES,
            Right.AUDIT,
        },
    }
)


def may(role: Role | None, right: Right) -> bool:
    """Whether somebody with this role (None: with none here) has the right."""
    return role is not None and right in MAY[role]


def role_at(roles: Mapping[str, Role], site: str) -> Role | None:
    """The role that `roles` (site or EVERYWHERE -> role) gives at a site: its own before the general one."""
    return roles.get(site, roles.get(EVERYWHERE))


def governs(mine: Mapping[str, Role], others: Mapping[str, Role]) -> bool:
    """Whether whoever holds the roles `mine` may change an account that holds `others`: accounts may be kept
    at every centre where it holds one, so that nobody reaches through it where they have no right themselves.
    """
    return all(
        may(role_at(mine, site) if site != EVERYWHERE else mine.get(site), Right.USERS) for site in others
    )
