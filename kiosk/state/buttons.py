"""What a wired button does at each step: one table, and what its lamp says of it.

A button means what a finger would have touched; the touch does the rest. Without a touch screen these are all
the ways there are, so every step has one on and one back.
"""

from __future__ import annotations

from collections.abc import Iterator

from broker.vocabulary import Now
from hardware.printer import PrintResult
from kiosk.state.memory import Memory
from kiosk.state.steps import (
    INNER,
    Again,
    Collecting,
    Explaining,
    Helping,
    Home,
    Pausing,
    Question,
    Recalled,
    Remarked,
    Showing,
    Step,
    Unanswered,
)
from kiosk.state.touches import ACTS, callable_now, page_of, pick_service, printable_again, tapped
from kiosk.view import NORMAL, ONLY, PRIORITY, MoreTime, Target, Verb
from kiosk.vocabulary import SERVICE, Effect, Note, button_of

OUT = (PrintResult.PRINTED, PrintResult.SENT)  # the paper is out, as far as anybody can know

Place = type[Step] | type[MoreTime]

_DONE = (Target(Verb.DONE),)
_BACK = (Target(Verb.BACK),)
_HOME = (Target(Verb.HOME),)
_PAPER = (Target(Verb.PRINT_AGAIN), Target(Verb.DONE))
# A button with one meaning, wherever there is one. Help is first the way to a number, then a person.
_EVERYWHERE = (
    ("help", Verb.HELP),
    ("help", Verb.STAFF),
    ("language", Verb.LANGUAGE),
    ("page", Verb.TURN_PAGE),
)

# What a button means at a place: the first of these that would do something there.
KEYS: dict[tuple[str, Place], tuple[Target, ...]] = {
    ("ok", Question): (Target(Verb.CLASS, NORMAL),),
    ("ok", Collecting): (Target(Verb.SERVICE, ONLY),),
    ("ok", Again): (Target(Verb.TAKE_ANOTHER),),
    ("ok", Showing): _PAPER,
    ("ok", Recalled): _PAPER,
    ("ok", Explaining): _BACK,
    ("ok", Unanswered): _BACK,
    ("ok", Helping): _BACK,
    ("ok", Remarked): _BACK,
    ("ok", Pausing): _HOME,
    ("ok", MoreTime): (Target(Verb.MORE_TIME),),
    ("priority", Question): (Target(Verb.CLASS, PRIORITY),),
    **{("back", step): _BACK for step in (*INNER, Remarked)},
    ("back", Showing): _DONE,
    ("back", Recalled): _DONE,
    ("back", Pausing): _HOME,
    ("back", MoreTime): _HOME,
    **{
        (button, step): (Target(verb),) for button, verb in _EVERYWHERE for step, acts in ACTS if acts is verb
    },
}
BUTTONS = frozenset(button for button, _ in KEYS)


def pressed(kiosk: Memory, button: str, now: Now) -> list[Effect]:
    """A wired button. One of a service works wherever services are shown, whichever page it is."""
    if button.startswith(SERVICE):
        return _service(kiosk, button.removeprefix(SERVICE), now)
    if button not in BUTTONS:
        return [Note(f"button unknown id={button[:40]!a}")]
    target = meaning(kiosk, button, now)
    return tapped(kiosk, target, now) if target is not None else []


def lit(kiosk: Memory, now: Now) -> frozenset[str]:
    """The buttons that would lead somewhere: of services, those that give numbers."""
    services = set(map(button_of, _giving(kiosk, now)))
    return frozenset(services | {b for b in BUTTONS if meaning(kiosk, b, now) is not None})


def meaning(kiosk: Memory, button: str, now: Now) -> Target | None:
    """What a finger would have touched, or None where the button does nothing."""
    place = MoreTime if kiosk.asked_at is not None else type(kiosk.step)
    return next((t for t in KEYS.get((button, place), ()) if _would(kiosk, t, now)), None)


def _would(kiosk: Memory, target: Target, now: Now) -> bool:
    match target.verb:
        case Verb.PRINT_AGAIN:
            return printable_again(kiosk) is not None
        case Verb.DONE:
            return not kiosk.printing
        case Verb.STAFF:
            return callable_now(kiosk, now)
        case Verb.TURN_PAGE:
            return page_of(kiosk, now)[1] > 1
        case Verb.SERVICE:
            return isinstance(kiosk.step, Collecting) and len(kiosk.step.services) == 1
    return True


def _service(kiosk: Memory, service: str, now: Now) -> list[Effect]:
    if kiosk.asked_at is not None:
        return []
    if isinstance(kiosk.step, Showing) and kiosk.step.result in OUT:
        kiosk.end(now)  # the paper is out: whoever presses is the next one
    if not _picks(kiosk, now):
        return []
    kiosk.touched = now.mono
    return pick_service(kiosk, Target(Verb.SERVICE, service), now)


def _picks(kiosk: Memory, now: Now) -> bool:
    """Whether the buttons of services choose: a first screen that rests on a reason has nothing to choose."""
    return isinstance(kiosk.step, Collecting) or (isinstance(kiosk.step, Home) and kiosk.open(now))


def _giving(kiosk: Memory, now: Now) -> Iterator[str]:
    """The services whose lamps are lit: pressed now, they lead to a number."""
    match kiosk.step:
        case _ if kiosk.asked_at is not None or not kiosk.open(now):
            return
        case Collecting(_, services):
            pass
        case Home() | Showing(result=PrintResult.PRINTED | PrintResult.SENT):
            services = tuple(kiosk.hall.services)
        case _:
            return
    yield from (id for id in services if kiosk.hall.closing(id, kiosk.at(now)) is None)
