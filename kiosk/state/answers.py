"""What the server says, what the printer did and what the last run left behind: its meaning for the kiosk.

A number is kept before it is shown and shown before it is printed; a request without an answer is given up
for good, so that a late reply belongs to nobody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec

from broker import messages as m, vocabulary as heard
from broker.vocabulary import Now
from hardware.identity import Identity
from kiosk.state import lookups
from kiosk.state.giving import give, given, refused_by, told_alone
from kiosk.state.hall import BadPlan
from kiosk.state.memory import Memory
from kiosk.state.series import worth_keeping
from kiosk.state.steps import (
    Again,
    Asking,
    Collecting,
    Explaining,
    Helping,
    Home,
    Question,
    Recalled,
    Remarked,
    Services,
    Step,
    Typing,
    Unanswered,
)
from kiosk.view import Closing
from kiosk.vocabulary import (
    Abandon,
    Answer,
    AskFloors,
    Booted,
    Effect,
    Forget,
    Job,
    Keep,
    KeepConfig,
    KeepSeries,
    Note,
    Print,
    PrintTest,
    Report,
    Restart,
)

RECALL_AGE = timedelta(minutes=30)  # who took an older number has gone, or was called
IDENTIFY_S = 10.0

FLOORS_EVERY_S = 600.0  # the own series are confirmed anew so often while the server is there
FLOORS_AGAIN_S = 10.0  # after a question without an answer
REPRINTS_KEPT = 50


def server_said(kiosk: Memory, input: heard.Heard, now: Now) -> list[Effect]:
    match input:
        case heard.ReplyArrived(reply):
            return _replied(kiosk, reply, now)
        case heard.NoAnswer(request):
            return _no_answer(kiosk, request, now)
        case heard.BoardArrived(board):
            kiosk.hall = kiosk.hall.with_board(board)
            if board.day != kiosk.series.day:  # a new day, whose numbers begin anew
                kiosk.floors_at = min(kiosk.floors_at, now.mono)
        case heard.ConfigArrived(config):
            kept = msgspec.structs.replace(config, counter=None)
            return [*_configured(kiosk, config, now), KeepConfig(kept)]
        case heard.ServerUp():
            kiosk.down_since = None
            kiosk.floors_at = now.mono
            kiosk.hall = replace(kiosk.hall, fresh=True)
            if isinstance(kiosk.step, Unanswered):
                kiosk.go(Home(), now)
        case heard.ServerDown():
            kiosk.down_since = now.mono
            kiosk.hall = replace(kiosk.hall, fresh=False)
        case heard.ClockOffset(seconds):
            kiosk.offset = timedelta(seconds=seconds)
        case heard.ControlArrived(control):
            return _ordered(kiosk, control, now)
    return []


def booted(kiosk: Memory, input: Booted, now: Now) -> list[Effect]:
    """Bring every ticket of the last run to its end; the newest is offered again once there is a hall."""
    kiosk.series, kiosk.boot = input.series, input.boot
    if input.series.boot == input.boot:
        kiosk.offset = timedelta(seconds=input.series.offset_s)  # told before, and the clock ran on since
    effects: list[Effect] = []
    for left in input.unfinished:
        if left.ticket is None:
            effects.append(Abandon(left.request))
            continue
        kiosk.recall = Job(left.request, max(1, left.attempt), left.ticket)
        effects.append(Report(kiosk.recall, "maybe" if left.phase == "printing" else "failed"))
    if input.config is not None:
        effects += _configured(kiosk, input.config, now)
    return effects


def _replied(kiosk: Memory, reply: m.AnyReply, now: Now) -> list[Effect]:
    if reply.id == kiosk.floors_asked:
        return _floors(kiosk, reply, now)
    step = kiosk.step
    if isinstance(step, Typing) and step.request == reply.id:  # no answer to a look-up: see Sought
        lookups.unanswered(kiosk, step, now)
        return [Note(f"look-up refused request={reply.id}")]
    if not isinstance(step, Asking) or step.request != reply.id:
        return [Note(f"reply ignored request={reply.id}")]
    match reply:
        case m.TicketReply():
            return given(kiosk, step.wish, reply, now)
        case m.RefusedReply(code=code, reopens_at=reopens_at):
            name = kiosk.name_of(step.wish.service)
            kiosk.go(Explaining(Closing(code, reopens_at), name, step.wish.on), now)
            return [Forget(reply.id), Note(f"refused request={reply.id} code={code[:40]!a}")]
    return [Note(f"reply of a wrong kind request={reply.id}")]


def _no_answer(kiosk: Memory, request: str, now: Now) -> list[Effect]:
    """The server did not answer in time. What it may still answer is void: the paper decides."""
    if request == kiosk.floors_asked:
        kiosk.floors_asked, kiosk.floors_at = None, now.mono + FLOORS_AGAIN_S
        return []
    note = Note(f"no answer request={request}")
    step = kiosk.step
    if isinstance(step, Typing) and step.request == request:
        lookups.unanswered(kiosk, step, now)
        return [note]
    if not isinstance(step, Asking) or step.request != request:
        return [Abandon(request), note]
    if kiosk.can_give(step.wish.service):
        return [*give(kiosk, step.wish, request, now), note]
    kiosk.go(Unanswered(), now)
    return [Abandon(request), note]


# --- the kiosk's own series -----------------------------------------------------------------------------


def floors_due(kiosk: Memory, now: Now) -> list[Effect]:
    """Ask the server to confirm the own series, when it is time and the server is there."""
    waiting = kiosk.down_since is not None or kiosk.floors_asked is not None or now.mono < kiosk.floors_at
    if waiting or not kiosk.has_series:
        return []
    kiosk.floors_asked, kiosk.series_asked = kiosk.new_id(), kiosk.series
    return [AskFloors(m.FloorsRequest(id=kiosk.floors_asked, at=kiosk.wall(now)))]


def _floors(kiosk: Memory, reply: m.AnyReply, now: Now) -> list[Effect]:
    kiosk.floors_asked, kiosk.floors_at = None, now.mono + FLOORS_EVERY_S
    plan = kiosk.hall.plan
    if not isinstance(reply, m.FloorsReply) or plan is None or plan.series is None:
        return [Note(f"floors refused code={getattr(reply, 'code', '')[:40]!a}")]
    offset_s = kiosk.offset.total_seconds() if kiosk.offset is not None else 0.0
    before = kiosk.series
    kiosk.series = before.confirmed(
        kiosk.series_asked, plan.series, reply.day, reply.next, offset_s, kiosk.boot
    )
    caught_up = told_alone(kiosk, False)  # it has taken every number that was given without it
    if not worth_keeping(before, kiosk.series):
        return caught_up
    return [KeepSeries(kiosk.series), Note(f"series confirmed day={reply.day}"), *caught_up]


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
    _offer_again(kiosk, now)
    return [Note(f"configured rev={config.rev} authorities={len(kiosk.hall.authorities)}")]


def _offer_again(kiosk: Memory, now: Now) -> None:
    """The number of before the power cut: printed again? Not when it is old: then nobody waits for it."""
    job, kiosk.recall = kiosk.recall, None
    if job is None or not isinstance(kiosk.step, Home):
        return
    if not kiosk.time_known(now) or abs(kiosk.wall(now) - job.ticket.issued_at) < RECALL_AGE:
        kiosk.go(Recalled(job, now.mono), now)


def _still_there(kiosk: Memory, step: Step) -> bool:
    """Whether what a step is about is in the plan."""
    match step:
        case Services(authority):
            return kiosk.hall.authority(authority) is not None
        case Collecting(_, services):
            return all(kiosk.hall.service(id) is not None for id in services)
        case Question(service, before):
            return kiosk.hall.service(service) is not None and _still_there(kiosk, before)
        case Again(wish):
            return _still_there(kiosk, wish.on)
        case Explaining(before=before) | Helping(before=before) | Remarked(before=before):
            return _still_there(kiosk, before)
    return True


def _ordered(kiosk: Memory, control: m.Control, now: Now) -> list[Effect]:
    match control.do:
        case "identify":
            kiosk.identify = Identity(control.name.vi if control.name else kiosk.device, kiosk.device)
            kiosk.identify_until = now.mono + IDENTIFY_S
            return [Answer(control.id)]
        case "test-print" if kiosk.hall.plan is None:
            return [Answer(control.id, "no-plan")]
        case "test-print" if refused_by(kiosk.printer) is not None:
            return [Answer(control.id, str(kiosk.printer))]
        case "test-print":
            return [PrintTest(control.id)]
        case "restart":
            return [Restart()]
        case "reprint":
            return [*_reprint(kiosk, control), Answer(control.id)]
    return [Answer(control.id, "cannot")]


def _reprint(kiosk: Memory, control: m.Control) -> list[Effect]:
    """The staff wants a ticket on paper once more. The screen belongs to whoever stands in front of it."""
    id, ticket = control.id, control.ticket
    if id is None or ticket is None:
        return [Note("reprint without a ticket")]
    if id in kiosk.reprints:
        return []  # the order came twice
    kiosk.reprints = (*kiosk.reprints, id)[-REPRINTS_KEPT:]
    job = Job(id, 1, ticket)
    tried = refused_by(kiosk.printer) is None
    return [Keep(id, ticket), Print(job) if tried else Report(job, "failed")]
