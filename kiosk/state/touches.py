"""What a touch does at each step: one table, and the functions it names.

A pair of step and verb that is not in the table does nothing; an id that is not in the plan does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from broker import messages as m
from broker.vocabulary import Now
from hardware.printer import READY, PrintResult
from kiosk.state import lookups, showing
from kiosk.state.giving import give
from kiosk.state.memory import Memory
from kiosk.state.pace import GAP
from kiosk.state.steps import (
    INNER,
    Again,
    Asking,
    Choosing,
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
    Wish,
    dossier_of,
    held_anew,
)
from kiosk.view import NORMAL, ONLY, PRIORITY, Closing, Target, Verb
from kiosk.vocabulary import Ask, Effect, Job, Print

OWN_AFTER_S = 0.3  # the server answers in some ten milliseconds, or the kiosk gives its own number
PATIENCE_S = 3.0  # a kiosk that cannot give its own asks for so long; then the wish is given up for good


def tapped(kiosk: Memory, target: Target | None, now: Now) -> list[Effect]:
    """A finger on the screen. Beside every target it only shows that somebody is there."""
    if not kiosk.settled(now):
        return []
    if kiosk.asked_at is not None:
        if target == Target(Verb.MORE_TIME):
            kiosk.go(kiosk.step, now)
        elif target == Target(Verb.HOME):
            kiosk.end(now)
        return []
    kiosk.touched = now.mono
    act = ACTS.get((type(kiosk.step), target.verb)) if target is not None else None
    return act(kiosk, target, now) if act is not None and target is not None else []


def send(kiosk: Memory, wish: Wish, now: Now) -> list[Effect]:
    """Ask the server for the number; where it is known to be away, or does not answer, give one's own."""
    wall = kiosk.wall(now)
    kiosk.pace.asked(wall)
    request = m.IssueRequest(
        id=kiosk.new_id(),
        at=wall,
        service=wish.service,
        klass=wish.klass,
        lang=kiosk.look.lang,
        dossier=wish.dossier,
    )
    own = kiosk.can_give(wish.service)
    if own and kiosk.down_since is not None:
        return give(kiosk, wish, None, now)
    kiosk.go(Asking(wish, request.id), now)
    return [Ask(request, OWN_AFTER_S if own else PATIENCE_S)]


# --- choosing -------------------------------------------------------------------------------------------


def _pick_authority(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    authority = kiosk.hall.authority(target.of)
    if authority is None or not isinstance(kiosk.step, Home):
        return []
    closing = kiosk.hall.authority_closing(authority, kiosk.at(now))
    if closing is not None:
        kiosk.go(Explaining(closing, authority.name, kiosk.step), now)
    else:
        kiosk.go(Services(authority.id, kiosk.step), now)
    return []


def pick_service(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    """A service is chosen: where something keeps it from giving numbers, it says what."""
    on, plan = kiosk.step, kiosk.hall.plan
    if isinstance(on, Collecting) and target.of == ONLY:
        target = replace(target, of=on.services[0])
    if plan is None or kiosk.hall.service(target.of) is None or not isinstance(on, PICKING):
        return []
    if isinstance(on, Collecting) and target.of not in on.services:
        return []
    if _explained(kiosk, target.of, on, now):
        return []
    if plan.groups:
        kiosk.go(Question(target.of, on), now)
        return []
    return _want(kiosk, Wish(target.of, "normal", target, on, dossier_of(on)), now)


def _explained(kiosk: Memory, service: str, on: Choosing, now: Now) -> bool:
    """Whether a choice led to the screen that says why it gives no number."""
    plan, closing = kiosk.hall.plan, kiosk.hall.closing(service, kiosk.at(now))
    elsewhere: tuple[m.Words, ...] = ()
    if plan is not None and kiosk.no_paper:
        closing, elsewhere = Closing(showing.NO_PAPER), plan.elsewhere
    if closing is None:
        return False
    kiosk.go(Explaining(closing, kiosk.name_of(service), on, elsewhere), now)
    return True


def _answer(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    on, plan = kiosk.step, kiosk.hall.plan
    known = {NORMAL, PRIORITY, *(group.id for group in plan.groups)} if plan else set()
    if not isinstance(on, Question) or target.of not in known:
        return []
    # Only the class leaves the kiosk: which group it was stays between the citizen and the counter.
    klass: m.Klass = "normal" if target.of == NORMAL else "priority"
    return _want(kiosk, Wish(on.service, klass, target, on, dossier_of(on)), now)


def _want(kiosk: Memory, wish: Wish, now: Now, meant: bool = False) -> list[Effect]:
    """Everything is chosen. `meant`: yes, the same service again."""
    wall = kiosk.wall(now)
    number = kiosk.pace.just_taken(wish.service, wall)
    free_at = kiosk.pace.free_at(wall)
    if _explained(kiosk, wish.service, wish.on, now):
        return []
    if number is not None and not meant:
        kiosk.go(Again(wish, number), now)
    elif free_at - wall > GAP:
        kiosk.go(Pausing(free_at), now)
    elif free_at > wall:
        kiosk.go(Asking(wish, None, free_at), now)
    else:
        return send(kiosk, wish, now)
    return []


def _take_another(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    return _want(kiosk, kiosk.step.wish, now, meant=True) if isinstance(kiosk.step, Again) else []


# --- moving about ---------------------------------------------------------------------------------------


def _turn(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    page, pages = page_of(kiosk, now)
    to = {
        Verb.NEXT_PAGE: min(page + 1, pages - 1),
        Verb.PREVIOUS_PAGE: max(page - 1, 0),
        Verb.TURN_PAGE: (page + 1) % pages,
    }
    if isinstance(kiosk.step, Choosing):
        kiosk.step = replace(kiosk.step, page=to[target.verb])
    return []


def page_of(kiosk: Memory, now: Now) -> tuple[int, int]:
    """The page that is shown, from 0, and how many there are."""
    shown = showing.screen_of(kiosk.step, kiosk.situation(now))
    return getattr(shown, "page", 0), getattr(shown, "pages", 1)


def _back(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    match kiosk.step:
        case Helping(Showing() | Recalled() as before):
            kiosk.go(held_anew(before, now), now)
        case Services(before=before) | Question(before=before) | Collecting(before=before):
            kiosk.go(before, now)
        case Typing(told=Looked() as told):
            kiosk.go(replace(told, since=now.mono), now)
        case Explaining(before=before) | Helping(before=before) | Remarked(before=before):
            kiosk.go(before, now)
        case _:
            kiosk.go(Home(), now)
    return []


def _home(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    kiosk.go(Home(), now)
    return []


def _help(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    kiosk.go(Helping(kiosk.step), now)
    return []


def _call(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    """Somebody is to come. While the server is away nobody hears: the screen says whom to ask."""
    if callable_now(kiosk, now):
        before = kiosk.step.before if isinstance(kiosk.step, Helping) else kiosk.step
        kiosk.go(Helping(before, None if kiosk.away(now) else now.mono), now)
    return []


def callable_now(kiosk: Memory, now: Now) -> bool:
    """Whether asking for staff leads anywhere from here."""
    asked = isinstance(kiosk.step, Helping) and (kiosk.called or kiosk.away(now))
    return not kiosk.printing and not asked


def _change_look(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    look = kiosk.look
    kiosk.look = {
        Verb.LANGUAGE: replace(look, lang="en" if look.lang == "vi" else "vi"),
        Verb.TEXT_SIZE: replace(look, large=not look.large),
        Verb.CONTRAST: replace(look, contrast=not look.contrast),
        Verb.LOW: replace(look, low=not look.low),
    }[target.verb]
    return []


# --- with a number --------------------------------------------------------------------------------------


def _finish(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    if not kiosk.printing:
        kiosk.end(now)
    return []


def _print_again(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    job = printable_again(kiosk)
    if job is None:
        return []
    again = replace(job, attempt=job.attempt + 1)
    kiosk.go(Showing(again, None, now.mono, last_try=True), now)
    return [Print(again)]


def printable_again(kiosk: Memory) -> Job | None:
    """The ticket that may be printed once more now."""
    match kiosk.step:
        case Showing(result=None | PrintResult.PRINTED | PrintResult.SENT) | Showing(last_try=True):
            return None
        case Showing(job) | Recalled(job) if kiosk.printer in READY:
            return job
    return None


Act = Callable[[Memory, Target, Now], list[Effect]]

PICKING = (Home, Services, Collecting)
TURNS = (Verb.NEXT_PAGE, Verb.PREVIOUS_PAGE, Verb.TURN_PAGE)
_CHOOSING: tuple[type[Choosing], ...] = (Home, Services, Question, Collecting)
_LOOKS = (Verb.LANGUAGE, Verb.TEXT_SIZE, Verb.CONTRAST, Verb.LOW)
_LOOKED_AT: tuple[type[Step], ...] = (
    *_CHOOSING,
    Typing,
    Looked,
    Explaining,
    Unanswered,
    Helping,
    Pausing,
)
_STAFFED: tuple[type[Step], ...] = (
    *_CHOOSING[1:],
    Helping,
    Explaining,
    Unanswered,
    Pausing,
    Showing,
    Recalled,
)

ACTS: dict[tuple[type[Step], Verb], Act] = {
    (Home, Verb.AUTHORITY): _pick_authority,
    **{(step, Verb.SERVICE): pick_service for step in PICKING},
    (Question, Verb.CLASS): _answer,
    (Home, Verb.LOOKUP): lookups.begin,
    **{(Typing, verb): lookups.tapped for verb in (Verb.KEY, Verb.ERASE, Verb.SHIFT, Verb.ENTER)},
    (Looked, Verb.MORE): lookups.more,
    (Looked, Verb.COLLECT): lookups.collect,
    (Looked, Verb.TURN_PAGE): lookups.turn,
    (Looked, Verb.HOME): lookups.wiped,
    (Again, Verb.TAKE_ANOTHER): _take_another,
    (Showing, Verb.PRINT_AGAIN): _print_again,
    (Recalled, Verb.PRINT_AGAIN): _print_again,
    (Showing, Verb.DONE): _finish,
    (Recalled, Verb.DONE): _finish,
    (Pausing, Verb.HOME): _home,
    **{(step, turn): _turn for step in _CHOOSING for turn in TURNS},
    **{(step, Verb.BACK): _back for step in (*INNER, Remarked)},
    **{(step, Verb.HOME): _home for step in INNER},
    (Home, Verb.HELP): _help,
    **{(step, Verb.STAFF): _call for step in _STAFFED},
    **{(step, verb): _change_look for step in _LOOKED_AT for verb in _LOOKS},
}
