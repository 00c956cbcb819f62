"""From the step a citizen is at to the screen that shows it.

Reads the core's state and changes nothing. Seconds that run down are shown in fives: nothing flickers.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import TypeVar

import msgspec

from broker.messages import Lang, PriorityGroup, Words
from broker.whisper import Past
from hardware.printer import READY, PrinterStatus, PrintResult
from kiosk.scanned import way_of
from kiosk.state import steps
from kiosk.state.hall import Hall
from kiosk.state.steps import (
    Again,
    Asking,
    Collecting,
    Explaining,
    Helping,
    Home,
    Looked,
    Pausing,
    Question,
    Recalled,
    Remarked,
    Services,
    Showing,
    Step,
    Typing,
    Unanswered,
)
from kiosk.view import (
    Another,
    Calling,
    Choices,
    Closing,
    Dialog,
    Done,
    Grid,
    Held,
    Help,
    Keyboard,
    Leftover,
    Look,
    MoreTime,
    NoServer,
    Offer,
    Pause,
    Question as QuestionScreen,
    Remark,
    Screen,
    Shelf,
    Shut,
    Starting,
    Target,
    Told,
)
from kiosk.vocabulary import button_of

COUNT_S = 5  # seconds that run down are shown in steps of
NO_PAPER = "no-paper"  # the hall gives numbers on paper only, and this kiosk has none

T = TypeVar("T")


@dataclass(frozen=True)
class Situation:
    """What a step needs to become a screen. `end` is when the kiosk goes home by itself, as `mono`."""

    hall: Hall
    look: Look
    shelf: Shelf
    printer: PrinterStatus | None
    wall: datetime
    timed: bool  # whether `wall` is to be believed
    mono: float
    end: float | None
    unknown: Starting | NoServer | None  # the resting screen while the hall or the server is not there
    no_paper: bool = False  # and without paper this hall gives no numbers
    scanner: bool = False
    elderly: bool = False  # the citizen's card says so
    wired: Set[str] | None = None  # the buttons that choose, where no finger does
    away: bool = False  # the server does not answer
    seals: bool = False  # what is personal can be asked for

    @property
    def at(self) -> datetime | None:
        """The hall's time, where somebody knows it."""
        return self.wall if self.timed else None


def left_s(end: float | None, mono: float) -> int:
    """Seconds until `end`, rounded up to the next five."""
    return 0 if end is None else max(0, ceil((end - mono) / COUNT_S) * COUNT_S)


def next_count(end: float, mono: float) -> float:
    """When `left_s` changes next."""
    return end - max(0, left_s(end, mono) - COUNT_S)


def screen_of(step: Step, now: Situation) -> Screen:
    """The screen of a step; of a step that is a dialog, the screen beneath."""
    match step:
        case Home():
            return _home(step, now)
        case Services():
            return _services(step, now)
        case Question():
            return _question(step, now)
        case Collecting():
            return _collecting(step, now)
        case Typing(told=told):
            following = steps.LAYERS[(step.layer + 1) % len(steps.LAYERS)]
            code, asking = told.code if told is not None else None, step.request is not None
            return Keyboard(tuple(step.keys), following, step.text, code, step.ready, asking, now.scanner)
        case Looked():
            return _looked(step, now)
        case Remarked(before=before):
            return screen_of(before, now)
        case Asking(wish) | Again(wish):
            return screen_of(wish.on, now)
        case Showing(job, PrintResult.PRINTED | PrintResult.SENT | None):
            return Done(job.ticket, step.result is None, left_s(now.end, now.mono))
        case Showing(job, result):
            again = not step.last_try and now.printer in READY
            return Held(job.ticket, str(result), again, left_s(now.end, now.mono))
        case Recalled(job):
            return Leftover(job.ticket, now.printer in READY, left_s(now.end, now.mono))
        case Explaining(closing, name, _, elsewhere):
            return Shut(closing, whole=False, name=name, elsewhere=elsewhere)
        case Unanswered():
            return NoServer(asked=True)
        case Pausing(until):
            return Pause(left_s((until - now.wall).total_seconds(), 0.0))
        case Helping(called=called):
            calling = Calling.OFFERED if called is None else Calling.TOLD
            return Help(steps.ticket_of(step), Calling.AWAY if now.away else calling)


def dialog_of(step: Step, asked_at: float | None, now: Situation) -> Dialog | None:
    if asked_at is not None:
        ticket = steps.ticket_of(step)
        return MoreTime(left_s(now.end, now.mono), ticket.number if ticket else None)
    match step:
        case Again(number=number):
            return Another(number)
        case Remarked(scan):
            return Remark(scan)
    return None


def pressed_of(step: Step) -> Target | None:
    return step.wish.pressed if isinstance(step, Asking) else None


def _home(step: Home, now: Situation) -> Screen:
    if now.unknown is not None:
        return now.unknown
    plan = now.hall.plan
    if plan is not None and now.no_paper:
        return Shut(Closing(NO_PAPER), whole=True, elsewhere=plan.elsewhere)
    closing = now.hall.all_closed(now.at)
    if closing is not None:
        return Shut(closing, whole=True)
    if now.wired is not None:
        offers = tuple(o for o in now.hall.all_services(now.at) if button_of(o.target.of) in now.wired)
        return _choices(offers, step.page, now, None, single=True, hinted=now.scanner)
    single = len(now.hall.authorities) == 1
    name = now.hall.authorities[0].name if single else None
    shown = _choices(now.hall.offers(now.at), step.page, now, name, single, now.scanner)
    return replace(shown, lookup=plan is not None and plan.lookup)


def _services(step: Services, now: Situation) -> Screen:
    authority = now.hall.authority(step.authority)
    assert authority is not None, "the core leaves an authority that is no more"
    return _choices(now.hall.service_offers(authority, now.at), step.page, now, authority.name)


def _collecting(step: Collecting, now: Situation) -> Screen:
    hall = now.hall
    if step.collects:
        offers = hall.offers_of(step.services, now.at, collecting=True)
        return replace(_choices(offers, step.page, now, None), dossier=step.code)
    names = {found[0].id: found[0].name for id in step.services if (found := hall.service(id))}
    whose = next(iter(names.values())) if len(names) == 1 else None
    shown = _choices(hall.offers_of(step.services, now.at), step.page, now, whose)
    return replace(shown, dossier=step.code, collects=False)


def _looked(step: Looked, now: Situation) -> Told:
    local, rest, plan = now.hall.local, step.rest, now.hall.plan
    if rest is not None:
        past = tuple(Past(local(at.at), at.status) for at in rest.history)
        first = None if rest.first_due is None else local(rest.first_due)
        rest = msgspec.structs.replace(rest, received=local(rest.received), first_due=first, history=past)
    services = () if plan is None else step.collect or way_of(step.code, plan)[0]
    collect = step.status == steps.READY and bool(services)
    due = None if step.due is None else local(step.due)
    more = now.seals and rest is None
    return Told(step.code, step.status, due, rest, more, collect, left_s(now.end, now.mono), step.page)


def _choices(
    offers: Sequence[Offer],
    page: int,
    now: Situation,
    authority: Words | None,
    single: bool = False,
    hinted: bool = False,
) -> Choices:
    lang = now.look.lang
    names = tuple((said(o.name, lang), said(o.short, lang)) for o in offers)
    grid = now.shelf("hinted" if hinted else "choices", names, now.look)
    shown, page, pages = paged(offers, page, grid)
    return Choices(tuple(shown), grid, page, pages, authority, single, hinted)


def _question(step: Question, now: Situation) -> Screen:
    found = now.hall.service(step.service)
    assert found is not None and now.hall.plan is not None, "the core leaves a service that is no more"
    authority, service = found
    elderly = now.hall.plan.elderly if now.elderly else None
    groups = sorted(now.hall.plan.groups, key=lambda group: group.id != elderly)
    names = tuple((said(g.name, now.look.lang),) * 2 for g in groups)
    grid = now.shelf("groups", names, now.look)
    suggested = elderly if any(g.id == elderly for g in groups) else None
    # Where fingers choose, the group of the card and the usual answer change places.
    lead = groups[0] if suggested is not None and now.wired is None else None
    others: list[PriorityGroup | None] = [None, *groups[1:]] if lead is not None else [*groups]
    shown, page, pages = paged(others, step.page, grid)
    return QuestionScreen(
        authority.name if len(authority.services) == 1 else service.name,
        tuple(group for group in shown if group is not None),
        grid,
        page,
        pages,
        suggested,
        now.hall.plan.elderly_years,
        steps.dossier_of(step),
        steps.collects(step),
        lead,
    )


def paged(items: Sequence[T], page: int, grid: Grid) -> tuple[Sequence[T], int, int]:
    """The items of `page`, or of the last page there is; that page's index; how many pages there are."""
    pages = max(1, ceil(len(items) / grid.size))
    page = max(0, min(page, pages - 1))
    return items[page * grid.size : (page + 1) * grid.size], page, pages


def said(words: Words, lang: Lang) -> str:
    """The words in `lang`, or in Vietnamese where nobody has translated them."""
    return words[lang].strip() or words.vi
