"""What the server says, what the printer did and what the last run left behind: its meaning for the kiosk.

A number is kept before it is shown and shown before it is printed; a request without an answer is given up
for good, so that a late reply belongs to nobody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from broker import messages as m
from broker import vocabulary as heard
from broker.vocabulary import Now
from hardware.printer import PrinterStatus, PrintResult
from kiosk.state.hall import BadPlan
from kiosk.state.memory import Memory
from kiosk.state.steps import (
    Again,
    Asking,
    Explaining,
    Helping,
    Home,
    Question,
    Recalled,
    Services,
    Showing,
    Step,
    Unanswered,
)
from kiosk.view import Closing
from kiosk.vocabulary import (
    Abandon,
    Effect,
    Forget,
    Job,
    Keep,
    Note,
    Outcome,
    Print,
    PrintTest,
    Report,
    Restart,
    Unfinished,
)

RECALL_AGE = timedelta(minutes=30)  # who took an older number has gone, or was called
IDENTIFY_S = 10.0
CLOCK_WRONG_S = 300.0  # beyond, the server's clock is believed and the panel says so (faults F13)

_RESULT_OF = {
    PrinterStatus.PAPER_OUT: PrintResult.PAPER_OUT,
    PrinterStatus.COVER_OPEN: PrintResult.COVER_OPEN,
    PrinterStatus.CUTTER_ERROR: PrintResult.CUTTER_ERROR,
    PrinterStatus.UNPLUGGED: PrintResult.UNPLUGGED,
}
_OUTCOME_OF: dict[PrintResult, Outcome] = {PrintResult.PRINTED: "printed", PrintResult.MAYBE: "maybe"}


def server_said(kiosk: Memory, input: heard.Heard, now: Now) -> list[Effect]:
    match input:
        case heard.ReplyArrived(reply):
            return _replied(kiosk, reply, now)
        case heard.NoAnswer(request):
            return _no_answer(kiosk, request, now)
        case heard.BoardArrived(board):
            kiosk.hall = kiosk.hall.with_board(board)
        case heard.ConfigArrived(config):
            return _configured(kiosk, config, now)
        case heard.ServerUp():
            kiosk.down_since = None
            kiosk.hall = replace(kiosk.hall, fresh=True)
            if isinstance(kiosk.step, Unanswered):
                kiosk.go(Home(), now)
        case heard.ServerDown():
            kiosk.down_since = now.mono
            kiosk.hall = replace(kiosk.hall, fresh=False)
        case heard.ClockOffset(seconds):
            wrong = abs(seconds) > CLOCK_WRONG_S
            kiosk.offset = timedelta(seconds=seconds) if wrong else timedelta(0)
        case heard.ControlArrived(control):
            return _ordered(kiosk, control, now)
    return []


def print_ended(kiosk: Memory, job: Job, result: PrintResult, now: Now) -> list[Effect]:
    """The paper is out, or it is known that it is not. A result that comes after patience ended is noted."""
    step = kiosk.step
    if not isinstance(step, Showing) or step.job != job or step.result is not None:
        return [Note(f"print result ignored request={job.request} result={result}")]
    kiosk.step = replace(step, result=result, since=now.mono)
    kiosk.changed = now.mono
    return [Report(job, _OUTCOME_OF.get(result, "failed"))]


def booted(kiosk: Memory, unfinished: tuple[Unfinished, ...]) -> list[Effect]:
    """Bring every ticket of the last run to its end; the newest is offered again once there is a hall."""
    effects: list[Effect] = []
    for left in unfinished:
        if left.ticket is None:
            effects.append(Abandon(left.request))
            continue
        kiosk.recall = Job(left.request, max(1, left.attempt), left.ticket)
        effects.append(Report(kiosk.recall, "maybe" if left.phase == "printing" else "failed"))
    return effects


def _replied(kiosk: Memory, reply: m.AnyReply, now: Now) -> list[Effect]:
    step = kiosk.step
    if not isinstance(step, Asking) or step.request != reply.id:
        return [Note(f"reply ignored request={reply.id}")]
    match reply:
        case m.TicketReply():
            return _issued(kiosk, reply, step, now)
        case m.RefusedReply(code=code, reopens_at=reopens_at):
            name = kiosk.name_of(step.wish.service)
            kiosk.go(Explaining(Closing(code, reopens_at), name, step.wish.on), now)
            return [Forget(reply.id), Note(f"refused request={reply.id} code={code[:40]!a}")]
    return [Note(f"reply of a wrong kind request={reply.id}")]


def _issued(kiosk: Memory, ticket: m.TicketReply, step: Asking, now: Now) -> list[Effect]:
    kiosk.pace.took(step.wish.service, ticket.number, kiosk.wall(now))
    job = Job(ticket.id, 1, ticket)
    result = _RESULT_OF.get(kiosk.printer) if kiosk.printer is not None else None
    kiosk.go(Showing(job, result, now.mono), now)
    keep = Keep(ticket.id, ticket)
    # A printer that is known to have no paper is not tried: it might print when the roll is put in.
    return [keep, Print(job)] if result is None else [keep, Report(job, "failed")]


def _no_answer(kiosk: Memory, request: str, now: Now) -> list[Effect]:
    if isinstance(kiosk.step, Asking) and kiosk.step.request == request:
        kiosk.go(Unanswered(), now)
    return [Abandon(request), Note(f"no answer request={request}")]


def _configured(kiosk: Memory, config: m.DeviceConfig, now: Now) -> list[Effect]:
    try:
        kiosk.hall = kiosk.hall.with_config(config)
    except BadPlan as error:
        return [Note(f"configuration refused rev={config.rev} reason={str(error)!r}")]
    match kiosk.step:
        case Asking(wish) if not _still_there(kiosk, wish.on):
            kiosk.step = replace(kiosk.step, wish=replace(wish, on=Home()))  # its answer is still to come
        case step if not _still_there(kiosk, step):
            kiosk.go(Home(), now)
    job, kiosk.recall = kiosk.recall, None
    if (
        job is not None
        and isinstance(kiosk.step, Home)
        and abs(kiosk.wall(now) - job.ticket.issued_at) < RECALL_AGE
    ):
        kiosk.go(Recalled(job, now.mono), now)
    return [Note(f"configured rev={config.rev} authorities={len(kiosk.hall.authorities)}")]


def _still_there(kiosk: Memory, step: Step) -> bool:
    """Whether what a step is about is in the plan."""
    match step:
        case Services(authority):
            return kiosk.hall.authority(authority) is not None
        case Question(service, before):
            return kiosk.hall.service(service) is not None and _still_there(kiosk, before)
        case Again(wish):
            return _still_there(kiosk, wish.on)
        case Explaining(before=before) | Helping(before=before):
            return _still_there(kiosk, before)
    return True


def _ordered(kiosk: Memory, control: m.Control, now: Now) -> list[Effect]:
    match control.do:
        case "identify":
            kiosk.identify_until = now.mono + IDENTIFY_S
            return []
        case "test-print":
            return [PrintTest()]
        case "restart":
            return [Restart()]
        case "reload":
            return [Note("reload: nothing to do, the configuration is always the newest")]
