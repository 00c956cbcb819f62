"""What a touch does at each step: one table, and the functions it names.

A pair of step and verb that is not in the table does nothing; an id that is not in the plan does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from broker import messages as m
from broker.vocabulary import Now
from hardware.printer import PrintResult
from kiosk.state import showing
from kiosk.state.giving import give
from kiosk.state.memory import Memory
from kiosk.state.pace import GAP
from kiosk.state.steps import (
    INNER,
    Again,
    Asking,
    Choosing,
    Explaining,
    Helping,
    Home,
    Pausing,
    Question,
    Recalled,
    Services,
    Showing,
    Step,
    Unanswered,
    Wish,
)
from kiosk.view import NORMAL, Target, Verb
from kiosk.vocabulary import Ask, Effect, Note, Print

OWN_AFTER_S = 0.3  # the server answers in some ten milliseconds, or the kiosk gives its own number
OUT = (PrintResult.PRINTED, PrintResult.SENT)  # the paper is out, as far as anybody can know
PATIENCE_S = 3.0  # a kiosk that cannot give its own asks for so long; then the wish is given up for good

BUTTONS = {"help": Verb.HELP, "back": Verb.BACK}


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


def pressed(kiosk: Memory, button: str, now: Now) -> list[Effect]:
    """A wired button. One of a service works on the first screen, whichever page it shows."""
    kind, _, service = button.partition("-")
    if kind != "service":
        verb = BUTTONS.get(button)
        return (
            [Note(f"button unknown id={button[:40]!a}")] if verb is None else tapped(kiosk, Target(verb), now)
        )
    if isinstance(kiosk.step, Showing) and kiosk.step.result in OUT:
        kiosk.end(now)  # the paper is out: whoever presses is the next one
    if isinstance(kiosk.step, Home) and kiosk.resting(now) is None:
        kiosk.touched = now.mono
        return _pick_service(kiosk, Target(Verb.SERVICE, service), now)
    return []


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


def _pick_service(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    on, plan = kiosk.step, kiosk.hall.plan
    if plan is None or kiosk.hall.service(target.of) is None or not isinstance(on, Home | Services):
        return []
    closing = kiosk.hall.closing(target.of, kiosk.at(now))
    if closing is not None:
        kiosk.go(Explaining(closing, kiosk.name_of(target.of), on), now)
    elif plan.groups:
        kiosk.go(Question(target.of, on), now)
    else:
        return _want(kiosk, Wish(target.of, "normal", target, on), now)
    return []


def _answer(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    on, plan = kiosk.step, kiosk.hall.plan
    known = {NORMAL, *(group.id for group in plan.groups)} if plan else set()
    if not isinstance(on, Question) or target.of not in known:
        return []
    # Only the class leaves the kiosk: which group it was stays between the citizen and the counter.
    klass: m.Klass = "normal" if target.of == NORMAL else "priority"
    return _want(kiosk, Wish(on.service, klass, target, on), now)


def _want(kiosk: Memory, wish: Wish, now: Now, meant: bool = False) -> list[Effect]:
    """Everything is chosen. `meant`: yes, the same service again."""
    wall = kiosk.wall(now)
    closing = kiosk.hall.closing(wish.service, kiosk.at(now))
    number = kiosk.pace.just_taken(wish.service, wall)
    free_at = kiosk.pace.free_at(wall)
    if closing is not None:
        kiosk.go(Explaining(closing, kiosk.name_of(wish.service), wish.on), now)
    elif number is not None and not meant:
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
    if isinstance(kiosk.step, Home | Services | Question):
        by = 1 if target.verb is Verb.NEXT_PAGE else -1
        shown = showing.screen_of(kiosk.step, kiosk.situation(now))
        page, pages = getattr(shown, "page", 0), getattr(shown, "pages", 1)
        kiosk.step = replace(kiosk.step, page=max(0, min(page + by, pages - 1)))
    return []


def _back(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    match kiosk.step:
        case Helping(Showing() | Recalled() as before):
            kiosk.go(replace(before, since=now.mono), now)  # the number is held as long as if it were new
        case Services(before=before) | Question(before=before):
            kiosk.go(before, now)
        case Explaining(before=before) | Helping(before=before):
            kiosk.go(before, now)
        case Again(wish):
            kiosk.go(wish.on, now)
        case _:
            kiosk.go(Home(), now)
    return []


def _home(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    kiosk.go(Home(), now)
    return []


def _help(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    if not kiosk.printing:
        kiosk.go(Helping(kiosk.step), now)
    return []


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
    match kiosk.step:
        case Showing(result=None | PrintResult.PRINTED | PrintResult.SENT) | Showing(last_try=True):
            return []
        case Showing(job) | Recalled(job) if kiosk.printer in showing.READY:
            again = replace(job, attempt=job.attempt + 1)
            kiosk.go(Showing(again, None, now.mono, last_try=True), now)
            return [Print(again)]
    return []


Act = Callable[[Memory, Target, Now], list[Effect]]

_CHOOSING: tuple[type[Choosing], ...] = (Home, Services, Question)
_LOOKS = (Verb.LANGUAGE, Verb.TEXT_SIZE, Verb.CONTRAST, Verb.LOW)
_LOOKED_AT: tuple[type[Step], ...] = (
    Home,
    Services,
    Question,
    Explaining,
    Unanswered,
    Helping,
    Pausing,
)
_HELPED: tuple[type[Step], ...] = (
    Home,
    Services,
    Question,
    Explaining,
    Unanswered,
    Pausing,
    Showing,
    Recalled,
)

ACTS: dict[tuple[type[Step], Verb], Act] = {
    (Home, Verb.AUTHORITY): _pick_authority,
    (Home, Verb.SERVICE): _pick_service,
    (Services, Verb.SERVICE): _pick_service,
    (Question, Verb.CLASS): _answer,
    (Again, Verb.TAKE_ANOTHER): _take_another,
    (Showing, Verb.PRINT_AGAIN): _print_again,
    (Recalled, Verb.PRINT_AGAIN): _print_again,
    (Showing, Verb.DONE): _finish,
    (Recalled, Verb.DONE): _finish,
    (Pausing, Verb.HOME): _home,
    **{(step, Verb.NEXT_PAGE): _turn for step in _CHOOSING},
    **{(step, Verb.PREVIOUS_PAGE): _turn for step in _CHOOSING},
    **{(step, Verb.BACK): _back for step in INNER},
    **{(step, Verb.HOME): _home for step in INNER},
    **{(step, Verb.HELP): _help for step in _HELPED},
    **{(step, verb): _change_look for step in _LOOKED_AT for verb in _LOOKS},
}
