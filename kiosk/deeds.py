"""Carrying out what the kiosk's core decided: first all that must be remembered, then what the world sees.

The effects of one input are one commit: a number, the series it was taken from, the fact that tells the
server and "printing begins" reach the card together, or none of them does. Only then is a request sent or a
byte given to the printer. A card needs 5 to 50 ms for each sync, and wears.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from broker import messages as m
from broker.device import DeviceLink
from broker.outbox import UNNUMBERED
from broker.seal import Forged
from broker.whisper import Whisper
from hardware.paper_count import PaperCount
from hardware.printer import PrintResult
from kiosk.printing import PaperUsed, Printing, TestPrinted
from kiosk.state.hall import Hall
from kiosk.store import Store
from kiosk.vocabulary import (
    Abandon,
    Answer,
    Ask,
    AskFloors,
    CallStaff,
    Effect,
    Forget,
    Give,
    Job,
    Keep,
    KeepConfig,
    KeepSeries,
    Note,
    Print,
    PrintTest,
    Report,
    Restart,
    Seek,
    Sought,
    TellAlone,
    TellPrinter,
)

log = logging.getLogger("kiosk")

FLOORS_DEADLINE_S = 5.0


class Deeds:
    """The hands of one kiosk: card, outbox, link and printer. One thread."""

    def __init__(
        self,
        device: str,
        store: Store,
        link: DeviceLink,
        printing: Printing,
        now: Callable[[], datetime],
        restart: Callable[[], object],
        roll_m: float | None = None,
        server_key: str = "",
    ) -> None:
        """`now`: the hall's time. `restart` ends the program in good order. `roll_m`: metres on a roll.
        `server_key`: what is personal is sealed for it."""
        self._server_key = server_key
        self._whisper: Whisper | None = None  # the question that waits for its answer
        self._device, self._store, self._link, self._printing = device, store, link, printing
        self._now, self._restart, self._roll_m = now, restart, roll_m
        self._paper = self._kept_paper = store.paper()
        self._tell_paper()

    def carry_out(self, effects: Iterable[Effect], hall: Hall) -> None:
        """All of `effects`, which belong to one input and to the hall as it is after it."""
        listed = list(effects)
        facts = [fact for effect in listed for fact in self._facts(effect)]
        if facts or any(isinstance(effect, REMEMBERED) for effect in listed):
            self._link.facts(*facts, beside=lambda: self._remember(listed))
        for effect in listed:
            self._act(effect, hall)

    def paper_used(self, used: PaperUsed) -> None:
        """Count the paper. It is kept with the fact that follows: a count is not worth a sync of its own."""
        self._count(self._paper.printed(used.piece, used.result))

    def _count(self, count: PaperCount) -> None:
        if count != self._paper:
            self._paper = count
            self._tell_paper()

    def _tell_paper(self) -> None:
        """In tens of centimetres: the state of a roll, not of a ticket."""
        self._link.status(
            paper_m=round(self._paper.roll_m, 1),
            roll_m=self._roll_m,
            metres=round(self._paper.metres, 1),
            cuts=self._paper.cuts,
        )

    def _facts(self, effect: Effect) -> Iterable[m.Fact]:
        """What the server must learn of it. Ids follow from what they are about: told twice, it is one."""
        at = self._now()
        match effect:
            case Give(fact=fact, gave_up=gave_up):
                if gave_up is not None:
                    yield abandoned(gave_up, at)
                yield fact
            case Abandon(request):
                yield abandoned(request, at)
            case Report(job, outcome, late):
                yield m.PrintFact(
                    id=f"{job.request}.p{job.attempt}{'.late' if late else ''}",
                    seq=UNNUMBERED,
                    at=at,
                    ticket=job.ticket.ticket,
                    outcome=outcome,
                )

    def _remember(self, effects: list[Effect]) -> None:
        for effect in effects:
            self._keep(effect)
        if self._paper != self._kept_paper:
            self._store.keep_paper(self._paper)
            self._kept_paper = self._paper

    def _keep(self, effect: Effect) -> None:
        store = self._store
        match effect:
            case Ask(request):
                store.pending(request.id)
            case Keep(request, ticket):
                store.issued(request, ticket)
            case Give(ticket, _, series, gave_up):
                store.keep_series(series)
                store.issued(ticket.id, ticket)
                if gave_up is not None:
                    store.ended(gave_up, "abandoned")
            case Print(job):
                store.printing(job.request, job.attempt)
            case Report(job, outcome):
                store.ended(job.request, outcome)
            case Abandon(request):
                store.ended(request, "abandoned")
            case Forget(request):
                store.ended(request, "refused")
            case KeepSeries(series):
                store.keep_series(series)
            case KeepConfig(config):
                store.keep_config(config)

    def _act(self, effect: Effect, hall: Hall) -> None:
        match effect:
            case Ask(request, deadline_s):
                self._link.request(request, deadline_s)
                log.info("asked request=%s service=%s", request.id, request.service)
            case Seek(request, code, factor, deadline_s):
                self._seek(request, code, factor, deadline_s)
            case AskFloors(request):
                self._link.request(request, FLOORS_DEADLINE_S)
            case Keep(request, ticket):
                log.info("issued request=%s number=%s", request, ascii(ticket.number))
            case Give(ticket, fact):
                log.warning("own number request=%s number=%s", ticket.id, ascii(fact.number))
            case Print(job):
                self._print(job, hall)
            case Report(job, outcome):
                log.info("paper request=%s attempt=%d outcome=%s", job.request, job.attempt, outcome)
            case Abandon(request):
                log.warning("abandoned request=%s", request)
            case TellPrinter(status):
                self._count(self._paper.seen(status))
                self._link.status(printer=status.value)
                log.info("printer status=%s", status.value)
            case TellAlone(alone):
                self._link.status(alone=alone)
            case CallStaff(wanted):
                self._link.status(help=wanted)
                log.info("staff wanted=%s", wanted)
            case PrintTest(order):
                if hall.plan is not None and hall.config is not None:
                    self._printing.print_test(
                        order, self._device, hall.plan, hall.config.hall, hall.zone, self._now()
                    )
            case Answer(order, refused):
                self._answer(order, refused)
            case Restart():
                self._restart()
            case Note(line):
                log.info(line)

    def _seek(self, request: str, code: str, factor: str, deadline_s: float) -> None:
        """Neither the code nor what shows whose it is goes into a log or onto the card."""
        self._whisper = Whisper(self._server_key, code, factor) if factor else None
        box = None if self._whisper is None else self._whisper.box
        self._link.request(m.LookupRequest(id=request, at=self._now(), code=code, box=box), deadline_s)

    def sought(self, reply: m.LookupReply) -> Sought:
        """What a look-up came to: its box is opened here, once."""
        whisper, self._whisper = self._whisper, None
        rest, wait_s = None, reply.wait_s
        if whisper is not None and reply.box is not None:
            try:
                answer = whisper.answer(reply.box)
                rest, wait_s = answer.rest, max(wait_s, answer.wait_s)
            except Forged:
                log.warning("look-up answered with a box that cannot be opened")
        tried = whisper is not None
        return Sought(reply.id, reply.status, reply.due, reply.collect, wait_s, tried, rest)

    def test_printed(self, printed: TestPrinted) -> None:
        """Tell what became of a test page."""
        good = printed.result in (PrintResult.PRINTED, PrintResult.SENT)
        self._answer(printed.order, "" if good else printed.result.value)

    def _answer(self, order: str | None, refused: str) -> None:
        if refused:
            self._link.refuse(order, refused)
        else:
            self._link.done(order)

    def _print(self, job: Job, hall: Hall) -> None:
        assert hall.plan is not None and hall.config is not None, "a ticket is shown in a hall"
        self._printing.print(job, hall.plan, hall.config.hall, hall.zone)


def abandoned(request: str, at: datetime) -> m.AbandonFact:
    return m.AbandonFact(id=f"{request}.a", seq=UNNUMBERED, at=at, request=request)


REMEMBERED = (Ask, Keep, Give, Print, Report, Abandon, Forget, KeepSeries, KeepConfig)
