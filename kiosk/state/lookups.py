"""How does my dossier stand? A code is typed or scanned, and then what shows whose it is.

The server alone knows. What it tells of a person comes and goes here: it is shown for half a minute and kept
nowhere. Without the server's key nothing personal is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from broker.vocabulary import Now
from kiosk.scanned import DossierScan, card_number, read, way_of
from kiosk.state.memory import Memory
from kiosk.state.steps import LAYERS, READY, Choosing, Collecting, Home, Looked, Remarked, Typing
from kiosk.view import Scan, Target, Verb
from kiosk.vocabulary import Effect, Note, Seek, Sought

PATIENCE_S: Final = 3.0


def offered(kiosk: Memory) -> bool:
    """Whether the first screen leads here."""
    return kiosk.touch and kiosk.hall.plan is not None and kiosk.hall.plan.lookup


def tapped(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    """A key of the keyboard."""
    step = kiosk.step
    if not isinstance(step, Typing) or step.request is not None:
        return []
    shows = step.told is not None
    match target.verb:
        case Verb.KEY if target.of in step.keys and len(step.text) < step.longest:
            kiosk.step = replace(step, text=step.text + target.of)
        case Verb.ERASE:
            kiosk.step = replace(step, text=step.text[:-1])
        case Verb.SHIFT:
            kiosk.step = replace(step, layer=(step.layer + 1) % len(LAYERS))
        case Verb.ENTER if step.ready:
            return _shown(kiosk, step, step.text, now) if shows else _code(kiosk, step, step.text, now)
    return []


def begin(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    if offered(kiosk):
        kiosk.go(Typing(), now)
    return []


def more(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    """All of a dossier, for who can show that it is theirs."""
    if isinstance(kiosk.step, Looked) and kiosk.seals and kiosk.step.rest is None:
        kiosk.go(Typing(told=kiosk.step), now)
    return []


def collect(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    """To the queue of its result: as the server knows it, else by the agency in the code."""
    step = kiosk.step
    if not isinstance(step, Looked) or step.status != READY:
        return []
    known = tuple(id for id in step.collect if kiosk.hall.service(id) is not None)
    if known:
        kiosk.go(Collecting(step.code, known, Home()), now)
    else:
        _queue(kiosk, step.code, Home(), now)
    return []


def turn(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    """The other page; the time until it is wiped runs on."""
    if isinstance(kiosk.step, Looked) and kiosk.step.rest is not None:
        kiosk.step = replace(kiosk.step, page=1 - kiosk.step.page)
    return []


def wiped(kiosk: Memory, target: Target, now: Now) -> list[Effect]:
    kiosk.end(now)
    return []


def scanned(kiosk: Memory, text: str, now: Now) -> list[Effect]:
    """A slip, or the card that shows whose a dossier is, was held to the scanner instead of typing."""
    step, plan = kiosk.step, kiosk.hall.plan
    if isinstance(step, Remarked):
        step = step.before if isinstance(step.before, Typing) else step
    found = None if plan is None else read(text, plan.url)
    if isinstance(step, Looked) and isinstance(found, DossierScan):
        return held(kiosk, found.code, Home(), now)  # the next one's slip wipes what the one before asked
    if not isinstance(step, Typing) or step.request is not None or found is None:
        return []
    number = card_number(text) if step.told is not None else None
    if isinstance(found, DossierScan):
        return _code(kiosk, Typing(), found.code, now)
    if number is not None:
        return _shown(kiosk, step, number, now)
    kiosk.go(Remarked(Scan.UNKNOWN, step), now)
    return [Note("scanned kind=other for=lookup")]


def held(kiosk: Memory, code: str, on: Choosing, now: Now) -> list[Effect]:
    """A slip was held to the scanner before a choice: how its dossier stands, where somebody can tell; else
    the way to its result's queue."""
    if offered(kiosk) and kiosk.down_since is None:
        return _ask(kiosk, Typing(code, slip=True), code, "", now)
    _queue(kiosk, code, on, now)
    return []


def _queue(kiosk: Memory, code: str, on: Choosing, now: Now) -> None:
    """Lead to where the result is given out, else to the services of the agency that has the dossier."""
    plan = kiosk.hall.plan
    assert plan is not None
    services, collects = way_of(code, plan)
    if services:
        kiosk.go(Collecting(code, services, Home(), collects=collects), now)
    elif kiosk.step != (remark := Remarked(Scan.NO_QUEUE, on)):  # said once, as all remarks
        kiosk.go(remark, now)


def sought(kiosk: Memory, answer: Sought, now: Now) -> list[Effect]:
    """The server's answer. What was shown for it is forgotten, right or wrong."""
    step = kiosk.step
    if not isinstance(step, Typing) or step.request != answer.request:
        return [Note(f"answer ignored request={answer.request}")]
    again = replace(step, request=None, text=step.text if step.told is None else "")
    if step.slip and (answer.wait_s or answer.status is None):
        _queue(kiosk, step.text, Home(), now)
    elif answer.wait_s:
        kiosk.go(Remarked(Scan.TOO_OFTEN, again.before), now)
    elif answer.tried and answer.rest is None:
        kiosk.go(Remarked(Scan.NO_MATCH, again), now)
    elif answer.status is None:
        kiosk.go(Remarked(Scan.NOT_FOUND, again), now)
    else:
        code = step.told.code if step.told is not None else step.text
        looked = Looked(code, answer.status, answer.due, answer.collect, now.mono, answer.rest)
        kiosk.go(looked, now)
    return []


def unanswered(kiosk: Memory, step: Typing, now: Now) -> None:
    """The server is away, or an older one that knows no look-ups."""
    if step.slip:
        _queue(kiosk, step.text, Home(), now)
        return
    again = replace(step, request=None, text=step.text if step.told is None else "")
    kiosk.go(Remarked(Scan.NO_LOOKUP, again), now)


def _code(kiosk: Memory, step: Typing, text: str, now: Now) -> list[Effect]:
    found = read(text)
    if not isinstance(found, DossierScan):
        kiosk.go(Remarked(Scan.NO_CODE, step), now)
        return []
    return _ask(kiosk, replace(step, text=found.code), found.code, "", now)


def _shown(kiosk: Memory, step: Typing, factor: str, now: Now) -> list[Effect]:
    assert step.told is not None
    return _ask(kiosk, step, step.told.code, factor, now)


def _ask(kiosk: Memory, step: Typing, code: str, factor: str, now: Now) -> list[Effect]:
    request = kiosk.new_id()
    asking = replace(step, request=request)
    kiosk.go(asking, now)
    if kiosk.down_since is not None:
        unanswered(kiosk, asking, now)
        return []
    return [Seek(request, code, factor, PATIENCE_S)]
