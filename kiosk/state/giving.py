"""From a number to its paper: the server's, or one of the kiosk's own when the server does not answer.

A number is durable before it is shown and before the first byte goes to the printer. Whether a number without
paper counts is the hall's rule, which the plan says.
"""

from __future__ import annotations

from broker import messages as m
from broker.outbox import UNNUMBERED
from broker.vocabulary import Now
from hardware.printer import REFUSES, PrinterStatus, PrintResult
from kiosk.state.memory import Memory
from kiosk.state.series import own_number
from kiosk.state.steps import Explaining, Home, Showing, Wish
from kiosk.view import Closing
from kiosk.vocabulary import Effect, Give, Job, Keep, Note, Outcome, Print, Report, TellAlone

NOT_PRINTED = "not-printed"  # the hall gives numbers on paper only, and this one has none

_OUTCOME_OF: dict[PrintResult, Outcome] = {
    PrintResult.PRINTED: "printed",
    PrintResult.SENT: "maybe",
    PrintResult.MAYBE: "maybe",
}


def outcome_of(result: PrintResult) -> Outcome:
    return _OUTCOME_OF.get(result, "failed")


def refused_by(printer: PrinterStatus | None) -> PrintResult | None:
    """What a job would come to that is not even tried: a printer without paper might print it later."""
    return None if printer is None else REFUSES.get(printer)


def given(kiosk: Memory, wish: Wish, ticket: m.TicketReply, now: Now) -> list[Effect]:
    """The server has given a number."""
    return [Keep(ticket.id, ticket), *_shown(kiosk, wish, ticket, now), *told_alone(kiosk, False)]


def give(kiosk: Memory, wish: Wish, gave_up: str | None, now: Now) -> list[Effect]:
    """Give a number of the kiosk's own series. `gave_up`: the request that was not answered in time."""
    plan, found = kiosk.hall.plan, kiosk.hall.service(wish.service)
    assert plan is not None and plan.series is not None and found is not None, "can_give was asked before"
    authority, service = found
    ordinal, kiosk.series = kiosk.series.take(service.letter)
    request, token, at = kiosk.new_id(), kiosk.new_token(), kiosk.wall(now)
    secret = kiosk.new_secret()
    ticket = m.TicketReply(
        id=request,
        ticket=request,
        number=own_number(service.letter, plan.series, ordinal, service.digits),
        issued_at=at,
        service=service.name,
        authority=authority.name,
        klass=wish.klass,
        lang=kiosk.look.lang,
        ahead=None,
        wait=None,
        place=service.place,
        url=f"{plan.url}{token}" if plan.url else "",
        grace_min=plan.grace_min,
        dossier=wish.dossier,
        timed=kiosk.time_known(now),
        secret=secret,
    )
    fact = m.TicketFact(
        id=f"{request}.t",
        seq=UNNUMBERED,
        at=at,
        ticket=request,
        number=ticket.number,
        letter=service.letter,
        ordinal=ordinal,
        service=service.id,
        klass=wish.klass,
        lang=ticket.lang,
        token=token,
        dossier=wish.dossier,
        trusted=ticket.timed,
        stamp=m.Stamp(kiosk.boot, now.mono),
        secret=secret,
    )
    give = Give(ticket, fact, kiosk.series, gave_up)
    return [give, *_shown(kiosk, wish, ticket, now), *told_alone(kiosk, True)]


def print_ended(kiosk: Memory, job: Job, result: PrintResult, now: Now) -> list[Effect]:
    """The paper is out, or it is known that it is not; perhaps only after patience with the printer ended."""
    if job.request in kiosk.reprints:
        return [Report(job, outcome_of(result))]
    step = kiosk.step
    late = isinstance(step, Showing) and step.result is PrintResult.MAYBE and result is not PrintResult.MAYBE
    if not isinstance(step, Showing) or step.job != job or not (step.result is None or late):
        return [Note(f"print result ignored request={job.request} result={result}")]
    _rest_on(kiosk, job, result, step.last_try, now)
    return [Report(job, outcome_of(result), late)]


def _shown(kiosk: Memory, wish: Wish, ticket: m.TicketReply, now: Now) -> list[Effect]:
    kiosk.pace.took(wish.service, ticket.number, kiosk.wall(now))
    job = Job(ticket.id, 1, ticket)
    refusal = refused_by(kiosk.printer)
    if refusal is None:
        kiosk.go(Showing(job, None, now.mono), now)
        return [Print(job)]
    _rest_on(kiosk, job, refusal, False, now)
    return [Report(job, "failed")]


def _rest_on(kiosk: Memory, job: Job, result: PrintResult, last_try: bool, now: Now) -> None:
    """Show what came of the paper. Where only paper counts, a number without it is nobody's."""
    plan = kiosk.hall.plan
    if outcome_of(result) == "failed" and plan is not None and not plan.paperless:
        kiosk.go(Explaining(Closing(NOT_PRINTED), job.ticket.service, Home(), plan.elsewhere), now)
        return
    kiosk.go(Showing(job, result, now.mono, last_try), now)


def told_alone(kiosk: Memory, alone: bool) -> list[Effect]:
    """Tell the server, once, whether the kiosk gives numbers of its own."""
    if kiosk.alone == alone:
        return []
    kiosk.alone = alone
    return [TellAlone(alone)]
