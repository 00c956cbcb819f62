"""When somebody is reminded of a promise: the steps up to it and past it, as a centre has chosen them. Pure.

A dossier is at one step at a time, the most urgent it has come to; each is told once to each recipient, and a
new due date begins anew. A step is a word: `before-3d`, `apology`, `overdue`, `late-7` (days).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from server.dossiers.limits import Limit, read_limit

APOLOGY: Final = "apology"
OVERDUE: Final = "overdue"
BEFORE: Final = "before-"
LATE: Final = "late-"

# What programs are told, by how a step begins.
KINDS: Final = (
    (BEFORE, "dossier.due-soon"),
    (APOLOGY, "dossier.apology-due"),
    (OVERDUE, "dossier.overdue"),
    (LATE, "dossier.overdue"),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """soon: from how long before its hour something counts as due soon. before: when people are reminded.

    apology: also when one is due. overdue: also when it is past. every_days: and again so often; 0: never.
    """

    soon: Limit
    before: tuple[Limit, ...]
    apology: bool
    overdue: bool
    every_days: int

    @property
    def silent(self) -> bool:
        return not (self.before or self.apology or self.overdue or self.every_days)


def kind_of(step: str) -> str:
    """The kind of event that a step is, for programs."""
    return next(kind for begins, kind in KINDS if step.startswith(begins))


def plan_of(soon: str, before: tuple[str, ...], apology: bool, overdue: bool, every_days: int) -> Plan:
    """As a centre's file has it. Raises NoLimit."""
    return Plan(read_limit(soon), tuple(read_limit(one) for one in before), apology, overdue, every_days)


AS_USUAL: Final = plan_of("3d", ("3d", "1d"), True, True, 7)
