"""The one writer of a site: commands in, decided one after another, committed in groups, then answered.

Everything that waits in the inbox shares one commit, so one fsync serves as many people as stand in line.
Nobody is answered, and nothing is shown, before the commit. A failed commit ends the process: the state in
memory would be ahead of the disk, and a restart reads the truth.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from broker.messages import Board
from hardware.clock import Clock
from server.hall.applying import apply
from server.hall.calendar import business_day
from server.hall.commands import Command, EnterHandwritten, TakeOwnNumber
from server.hall.decide import decide
from server.hall.handwritten import standard
from server.hall.numbers import day_due
from server.hall.own_numbers import corrected, papers_of
from server.hall.refusals import PASSING, Refusal
from server.hall.site import Site
from server.hall.state import HallState
from server.mirror import mirror
from server.setup import Change, Decided, Setup, Setups, decide_change, due
from server.store import Batch, Store, instant

log = logging.getLogger("writer")

GROUP = 256  # commands that share one commit at the most
SNAPSHOT_EVERY = 2_000  # events between snapshots: a start reads at most these, in a few milliseconds
TICK_S = 1.0  # real seconds between looks at the clock: openings, closings, new days


class WriterGone(Exception):
    """The writer has stopped, or did not answer in time; whether the command took effect is not known."""


@dataclass(frozen=True, slots=True)
class FactMark:
    """Where a fact came from, logged beside its outcome: a device's own dense sequence, a box at a time."""

    device: str
    seq: int
    kind: str
    at: datetime
    box: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to: a result to show, or the refusal's code and parameters."""

    refusal: str | None
    result: dict[str, Any]

    def unwrap(self) -> Outcome:
        """Itself, or the Refusal it stands for."""
        if self.refusal is not None:
            raise Refusal(self.refusal, **self.result)
        return self


@dataclass(frozen=True, slots=True)
class View:
    """The hall as of one commit, for readers: nothing in it changes any more."""

    rev: int
    epoch: int
    at: datetime
    board: Board
    state: HallState
    setup: Setup

    @property
    def site(self) -> Site:
        return self.setup.site


@dataclass(frozen=True, slots=True)
class _Asked:
    command: Command
    fact: FactMark | None
    answer: Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class _Changing:
    change: Change
    answer: Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class _Looked:
    look: Callable[[View], None]


_Item = _Asked | _Looked | _Changing


class Writer:
    """Owns the state. `submit` and `ask` may be called from any thread; callbacks run on the writer's."""

    def __init__(
        self,
        setups: Setups | Setup,
        store: Store,
        clock: Clock,
        shown: Callable[[View], None],
    ) -> None:
        """`shown` is called after a commit, with the new view, whenever the wall's picture changed."""
        self._setups = setups if isinstance(setups, Setups) else Setups(setups, None, setups.version)
        self._store, self._clock, self._shown = store, clock, shown
        self._inbox: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._state = store.load()
        now = self._now()
        self._epoch = store.next_epoch(now)
        self._view = View(0, self._epoch, now, self._board(now, 0), self._state.copy(), self._setups.now)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take what waits in the inbox, keep a snapshot, and end."""
        self._inbox.put(None)
        self._thread.join()

    @property
    def view(self) -> View:
        return self._view

    def wait(self, rev: int, timeout_s: float) -> View:
        """The view, as soon as it is newer than `rev`, or after the time-out as it is."""
        with self._changed:
            self._changed.wait_for(lambda: self._view.rev > rev, timeout_s)
            return self._view

    def submit(
        self, command: Command, answer: Callable[[Outcome], None], fact: FactMark | None = None
    ) -> None:
        """Ask without waiting; `answer` is called once, after the commit."""
        self._inbox.put(_Asked(command, fact, answer))

    def ask(self, command: Command, timeout: float = 5.0) -> Outcome:
        """Ask and wait. Raises Refusal, or WriterGone after `timeout` seconds."""
        answered: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self.submit(command, answered.put)
        try:
            return answered.get(timeout=timeout).unwrap()
        except queue.Empty:
            raise WriterGone(f"no answer to {command.id} within {timeout} s") from None

    def change(self, change: Change, timeout: float = 5.0) -> Outcome:
        """Another configuration: the result has its `version`. Raises Refusal, or WriterGone."""
        answered: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._inbox.put(_Changing(change, answered.put))
        try:
            return answered.get(timeout=timeout).unwrap()
        except queue.Empty:
            raise WriterGone(f"no answer to {change.id} within {timeout} s") from None

    @property
    def planned(self) -> Setup | None:
        """The configuration that a coming business day brings."""
        return self._setups.planned

    @property
    def newest(self) -> int:
        """The highest version there is, planned ones too: what a change must know."""
        return self._setups.newest

    def look(self, look: Callable[[View], None]) -> None:
        """Without waiting: call `look` with the hall as it is after everything that was submitted before."""
        self._inbox.put(_Looked(look))

    # --- the writer's thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        self._take([])
        while True:
            group, stopping = self._gather()
            self._take(group)
            if stopping:
                self._store.snapshot(self._state)
                return

    def pump(self) -> None:
        """Take all that waits and return. For a caller that gives the writer no thread: a simulation."""
        group: list[_Item] = []
        while not self._inbox.empty():
            asked = self._inbox.get()
            if asked is not None:
                group.append(asked)
        self._take(group)

    def _gather(self) -> tuple[list[_Item], bool]:
        """Wait for a command or a tick, then take all that waits, up to a group."""
        group: list[_Item] = []
        try:
            asked = self._inbox.get(timeout=TICK_S)
            while asked is not None:
                group.append(asked)
                if len(group) == GROUP:
                    return group, False
                asked = self._inbox.get_nowait()
        except queue.Empty:
            return group, False
        return group, True

    def _take(self, group: list[_Item]) -> None:
        now, batch = self._now(), Batch()
        due = day_due(self._site, self._state, now)
        if due is not None:
            self._decide(due, now, batch)
            self._change_day(due.id, now, batch)
        taken: dict[str, Outcome] = {}
        answers = [
            (asked, self._answer(asked, now, batch, taken)) for asked in group if isinstance(asked, _Asked)
        ]
        if batch.outcomes:
            self._store.commit(batch)
        self._show(now, changed=bool(batch.events))
        for asked, outcome in answers:
            asked.answer(outcome)
        for item in group:
            if isinstance(item, _Looked):
                item.look(self._view)
            elif isinstance(item, _Changing):
                item.answer(self._changed_by(item.change, now))
        if self._store.tail >= SNAPSHOT_EVERY or due is not None:
            self._store.snapshot(self._state)

    def _answer(self, asked: _Asked, now: datetime, batch: Batch, taken: dict[str, Outcome]) -> Outcome:
        """The outcome of a command: the one it had before, or a new one."""
        id = asked.command.id
        if id in taken:
            return taken[id]
        before = self._store.recorded(id)
        if before is not None:
            return Outcome(before.refusal, before.result)
        taken[id] = self._decide(asked.command, now, batch)
        if asked.fact is not None and taken[id].refusal not in PASSING:
            mark = asked.fact
            batch.facts.append(
                {
                    "id": id,
                    "device": mark.device,
                    "seq": mark.seq,
                    "kind": mark.kind,
                    "at": instant(mark.at),
                    "box": mark.box,
                }
            )
        return taken[id]

    def _decide(self, command: Command, now: datetime, batch: Batch) -> Outcome:
        try:
            if isinstance(command, TakeOwnNumber):
                command = self._informed(command, now, batch)
            elif isinstance(command, EnterHandwritten):
                command = self._told_of_day(command, batch)
            events = decide(self._site, self._state, command, now)
            for event in events:
                day = self._state.day
                apply(self._state, event)
                batch.events.append((self._state.day or day, event))
                mirror(self._state, event, batch)
            outcome = Outcome(None, self._setups.now.projection.result(self._state, events, now))
        except Refusal as refusal:
            outcome = Outcome(refusal.code, msgspec.to_builtins(refusal.params))
            log.info("refused code=%s command=%s by=%s", refusal.code, command.id, command.by)
            if isinstance(command, TakeOwnNumber) and refusal.code in PASSING:
                return outcome  # not the last word: it is asked again
        text = msgspec.json.encode(outcome.result).decode()
        batch.outcomes.append(
            {"id": command.id, "at": instant(now), "refusal": outcome.refusal, "result": text}
        )
        return outcome

    def _informed(self, command: TakeOwnNumber, now: datetime, batch: Batch) -> TakeOwnNumber:
        """What the rules of today cannot see: which ids, tokens and numbers of other days are in use."""
        day = business_day(self._site, corrected(self._site, self._state, command, now)).isoformat()
        used = self._store.used(command.ticket, command.token, papers_of(command.number), day)
        for ticket in batch.tickets.values():
            used |= {ticket.id, ticket.token}
            if ticket.day == day:
                used.add(ticket.number)
        return replace(command, taken=frozenset(used))

    def _told_of_day(self, command: EnterHandwritten, batch: Batch) -> EnterHandwritten:
        """Which of the numbers the day of the sheet has already, which need not be today."""
        day = command.day.isoformat()
        texts = [text for row in command.rows if (text := standard(self._site, row.number)) is not None]
        used = self._store.used("", "", texts, day) if texts else set()
        used |= {ticket.number for ticket in batch.tickets.values() if ticket.day == day}
        return replace(command, taken=frozenset(used))

    # --- the configuration ------------------------------------------------------------------------------

    @property
    def _site(self) -> Site:
        return self._setups.now.site

    def _changed_by(self, change: Change, now: datetime) -> Outcome:
        """Take a change in a commit of its own: from the next command on it holds."""
        before = self._store.recorded(change.id)
        if before is not None:
            return Outcome(before.refusal, before.result)
        batch = Batch()
        try:
            decided = decide_change(self._setups, change, self._state, now)
        except Refusal as refusal:
            log.info("refused code=%s command=%s by=%s", refusal.code, change.id, change.by)
            return Outcome(refusal.code, refusal.params)
        outcome = Outcome(None, {"version": decided.events[0].version})
        text = msgspec.json.encode(outcome.result).decode()
        batch.outcomes.append({"id": change.id, "at": instant(now), "refusal": None, "result": text})
        self._hold(decided, batch)
        self._store.commit(batch)
        self._show(now, changed=True)
        return outcome

    def _change_day(self, command: str, now: datetime, batch: Batch) -> None:
        """With a new day comes the configuration that was planned for it."""
        decided = due(self._setups, self._state.day or "", now, command)
        if decided is not None:
            self._hold(decided, batch)

    def _hold(self, decided: Decided, batch: Batch) -> None:
        for event in decided.events:
            apply(self._state, event)
            batch.events.append((self._state.day, event))
        batch.setups.extend(decided.rows)
        self._setups = decided.setups

    # --- the picture ------------------------------------------------------------------------------------

    def _show(self, now: datetime, changed: bool) -> None:
        """Make the new view, and tell the wall when its picture differs from the last one."""
        old = self._view
        board = self._board(now, old.rev + 1)
        differs = msgspec.structs.replace(board, at=old.board.at, rev=old.board.rev) != old.board
        if not (differs or changed):
            return
        state = self._state.copy() if changed else old.state
        with self._changed:
            self._view = View(old.rev + 1, self._epoch, now, board, state, self._setups.now)
            self._changed.notify_all()
        self._shown(self._view)

    def _board(self, now: datetime, rev: int) -> Board:
        return self._setups.now.projection.board(self._state, now, self._epoch, rev)

    def _now(self) -> datetime:
        """The clock, never behind the newest event: a clock that was set back moves no order (I10)."""
        now, last = self._clock.now(), self._state.last_at
        return now if last is None else max(now, last)
