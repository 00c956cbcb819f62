"""What an administrator has before him: the configuration that a change would follow, and his draft of it.

Nothing here waits for the writer, and nothing changes the hall: a draft is kept beside it. Keeps out forms
and how pages look.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from werkzeug.exceptions import NotFound

from server.drafting.drafts import Draft, Drafts
from server.drafting.pages import fields_of
from server.drafting.trees import Edit, Path, compare, merge
from server.hall.changing import breaks, strains
from server.hall.mistakes import Problem
from server.hall.refusals import Refusal
from server.hall.site import Site
from server.hall.state import HallState
from server.setup import Setup, digest, document_of
from server.site_check import placed
from server.site_file import config_of, faults
from server.site_shape import File
from server.web import guard
from server.web.hall import Hall

Told = Callable[[Site, Site, HallState, datetime], Iterator[Problem]]


@dataclass(frozen=True)
class Bench:
    """tip: what a change would follow: the planned configuration where there is one, else the one in force.
    draft: None where nothing was edited since."""

    hall: Hall
    owner: str
    drafts: Drafts
    tip: File
    newest: int
    draft: Draft | None

    @property
    def document(self) -> File:
        """What pages show: the draft, or what it would be made of."""
        return self.tip if self.draft is None else self.draft.document

    @property
    def stale(self) -> bool:
        """Somebody else's change came since the draft was begun."""
        return self.draft is not None and self.draft.base != self.newest

    @property
    def planned(self) -> Setup | None:
        return self.hall.writer.planned

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """What a change would change."""
        return () if self.draft is None else compare(self.tip, self.draft.document)

    @cached_property
    def at_once(self) -> File | None:
        """What would be in force if the draft came into force now: what it edits, without what is planned
        for a coming day; None where the two do not go together."""
        in_force = self.hall.writer.view.setup.document
        if self.planned is None or in_force is None:
            return self.document
        document, clashes = merge(self.tip, self.document, in_force)
        return None if clashes or (faults(document) and not self.faults) else document

    @cached_property
    def theirs(self) -> tuple[Edit, ...]:
        """What somebody else changed since the draft was begun."""
        return compare(self._base, self.tip) if self.stale else ()

    @cached_property
    def faults(self) -> tuple[Problem, ...]:
        """What a hall could not work by, with its place in the document."""
        return faults(self.document)

    @cached_property
    def breaks(self) -> tuple[Problem, ...]:
        """What would break the day if the draft came into force now; nothing while it has faults."""
        return tuple(self._now(breaks))

    @cached_property
    def strains(self) -> tuple[Problem, ...]:
        """What people ought to know before it comes into force now."""
        return tuple(self._now(strains))

    def asked_for(self, starts: date | None) -> File:
        """What the writer is asked for: from business day `starts` on, or at once. Raises Refusal."""
        document = self.document if starts else self.at_once
        if document is None:
            assert self.planned is not None
            raise Refusal("setup-planned", version=self.planned.version, starts=str(self.planned.starts))
        return document

    def mark(self, paths: Iterable[str] | None = None) -> str:
        """Of what stands at these paths of the draft, or of all of it: another one when that is another."""
        told = digest(self.document) if paths is None else json.dumps(fields_of(self.document, paths))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def keep(self, document: File, clashes: tuple[Path, ...] = ()) -> Bench:
        """The bench with another draft, which is on disk; one that changes nothing is none."""
        if document == self.tip:
            self.drafts.drop(self.owner)
            return self._again()
        base = self.newest if self.draft is None else self.draft.base
        self.drafts.keep(self.owner, Draft(base, document, clashes))
        return self._again()

    def start_from(self, document: File) -> Bench:
        """The bench with a draft of the newest version, whatever was edited before."""
        self.drafts.drop(self.owner)
        return self._again().keep(document)

    def take_over(self) -> tuple[Path, ...]:
        """Bring what others changed into the draft. What both changed stays as in the draft and is told."""
        if self.draft is None or not self.stale:
            return ()
        document, clashes = merge(self._base, self.draft.document, self.tip)
        self.drafts.keep(self.owner, Draft(self.newest, document, clashes))
        return clashes

    def _again(self) -> Bench:
        return bench_of(self.hall, self.owner)

    @property
    def _base(self) -> File:
        assert self.draft is not None
        return document_of(self.hall.engine, self.draft.base) or self.tip

    def _now(self, told: Told) -> Iterator[Problem]:
        document = self.at_once
        if document is not None and self.draft is not None and not self.faults:
            view, new = self.hall.writer.view, config_of(document).site
            for problem in told(view.site, new, view.state, max(self.hall.clock.now(), view.at)):
                yield replace(problem, where=placed(problem, self.document))


def bench() -> Bench:
    """Of whoever asks, at this request's centre. 404 where no document holds the configuration."""
    who = guard.account()
    if who is None:
        raise NotFound
    return bench_of(guard.hall(), who.name)


def bench_of(hall: Hall, owner: str) -> Bench:
    """owner: an account's name, or a program's `token:<id>`. 404 as above."""
    setup = hall.writer.planned or hall.writer.view.setup
    if setup.document is None or hall.drafts is None:
        raise NotFound
    return Bench(hall, owner, hall.drafts, setup.document, hall.writer.newest, hall.drafts.of(owner))
