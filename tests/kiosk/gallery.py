"""Every state of the kiosk, as a view: what the picture tests draw, and what a person looks at.

`python -m tests.kiosk.gallery FOLDER` writes all of them as PNG, `--golden` those of the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pygame

from hardware.canvas import Canvas
from hardware.identity import Identity
from hardware.printer import PrinterStatus, PrintResult
from hardware.texts import Texts
from hardware.theme import THEMES, ThemeName
from kiosk.layout.panel import Panel
from kiosk.layout.shelf import make_shelf
from kiosk.paint.painter import paint, theme_of
from kiosk.state import showing
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
    Wish,
)
from kiosk.view import NORMAL, Closing, Look, NoServer, Scan, Starting, Target, Verb, View
from kiosk.vocabulary import Job
from tests.golden import write
from tests.kiosk import sample

PANELS = {"tall": Panel.of((1080, 1920)), "wide": Panel.of((1280, 800))}
BUTTONS = {f"{size}-buttons": replace(panel, touch=False) for size, panel in PANELS.items()}
TEXTS = Texts.load("kiosk")
PROMISED = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
LONG = sample.m.Words(
    "Cấp Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản gắn liền đất",
    "Certificates of land use rights, house ownership and other property attached to it",
)


def whole_hall() -> Hall:
    return Hall(fresh=True).with_config(sample.config()).with_board(sample.board())


def view_of(
    step: Step,
    panel: Panel,
    look: Look,
    hall: Hall | None = None,
    printer: PrinterStatus = PrinterStatus.OK,
    at: datetime = sample.MORNING,
    asked: bool = False,
    unknown: Starting | NoServer | None = None,
    **more: Any,
) -> View:
    """The view of a step, as the core would make it. more: what else the situation holds."""
    hall = hall or whole_hall()
    if not panel.touch:
        more = {"wired": {f"service-{id}" for id in hall.services}, **more}
    situation = showing.Situation(
        hall, look, make_shelf(panel), printer, at, True, 0.0, 20.0, unknown, **more
    )
    config, plan = hall.config, hall.plan
    return View(
        screen=showing.screen_of(step, situation),
        look=look,
        at=hall.local(at) if config else None,
        hall=config.hall if config else None,
        hotline=plan.hotline if plan else "",
        dialog=showing.dialog_of(step, 0.0 if asked else None, situation),
        pressed=showing.pressed_of(step),
        trouble=None if printer in showing.READY else str(printer),
    )


def closed_hall(code: str, reopens_at: datetime | None) -> Hall:
    lines = tuple(sample.closed_line(id, code, reopens_at) for id in sample.FIGURES)
    return Hall(fresh=True).with_config(sample.config()).with_board(sample.board(lines=lines))


def hall_with(*authorities: sample.m.AuthorityPlan) -> Hall:
    return Hall(fresh=True).with_config(sample.config(authorities)).with_board(sample.board())


def states(panel: Panel, look: Look) -> Iterator[tuple[str, View]]:
    """Every state by name."""
    job = Job("r-1", 1, sample.ticket(lang=look.lang))
    two = Job(
        "r-1",
        1,
        sample.ticket(
            lang=look.lang,
            number="E113",
            service=LONG,
            authority=sample.m.Words("Sở Giao thông vận tải", "Department of Transport"),
            wait=None,
            place=sample.m.Words("Khu A – quầy 1, 2, 3, 4, 5, 9", "Area A – counters 1, 2, 3, 4, 5, 9"),
        ),
    )
    question = Question("tai-nguyen", Home())
    normal = Target(Verb.CLASS, NORMAL)
    afternoon, tuesday = sample.OPENINGS[1].opens, sample.OPENINGS[2].opens

    def seen(step: Step, **more: object) -> View:
        return view_of(step, panel, look, **more)  # type: ignore[arg-type]

    yield "home", seen(Home())
    yield "home-2", seen(Home(1))
    yield "home-no-paper", seen(Home(), printer=PrinterStatus.PAPER_OUT)
    yield "home-no-printer", seen(Home(), printer=PrinterStatus.UNPLUGGED)
    yield "home-clock-wrong", replace(seen(Home()), clock_wrong=True)
    yield "home-clock-unknown", replace(seen(Home()), clock_wrong=True, at=None)
    yield "home-alone", replace(seen(Home(), hall=replace(whole_hall(), fresh=False)), alone=True)
    yield "home-scanner", seen(Home(), scanner=True)
    yield "home-scanner-alone", replace(seen(Home(), scanner=True), alone=True)
    yield "home-card", replace(seen(Home(), scanner=True), card=True)
    yield "home-identify", replace(seen(Home()), identify=Identity("Ki-ốt 1", "kiosk-1"))
    yield "home-small", seen(Home(), hall=hall_with(*(sample.authority(*r) for r in sample.AUTHORITIES[:5])))
    yield "home-single", seen(Home(), hall=hall_with(sample.authority(*sample.AUTHORITIES[3])))
    long_one = sample.authority("a", "A", LONG.vi, LONG.en, LONG.vi, LONG.en, 1)
    many = [replace_id(long_one, f"a-{n}") for n in range(12)]
    yield "home-long-names", seen(Home(), hall=hall_with(*many))
    yield "services", seen(Services("giao-thong", Home()))
    yield "priority", seen(question)
    elderly = sample.config(elderly="elderly")
    card = Hall(fresh=True).with_config(elderly).with_board(sample.board())
    yield "priority-card", replace(seen(question, hall=card, elderly=True), card=True)
    code = "000.05.14.H42-261122-0007"
    one_queue = Collecting(code, ("tu-phap",), Home())
    yield "collect", seen(one_queue)
    yield "collect-where", seen(Collecting(code, ("lao-dong-1", "lao-dong-2", "y-te"), Home()))
    yield "collect-priority", seen(Question("tu-phap", one_queue))
    along = Collecting("H42.07-261123-0001", ("giao-thong-1", "giao-thong-2"), Home(), collects=False)
    yield "taken-along", seen(along)
    if panel.touch:
        yield from looking_up(seen)
    for scan in Scan:
        yield f"scan-{scan}", seen(Remarked(scan, Home()))
    yield "busy", seen(Asking(Wish("tai-nguyen", "normal", normal, question), "r"))
    one = Target(Verb.SERVICE, "y-te")
    yield "busy-home", seen(Asking(Wish("y-te", "normal", one, Home()), "r"))
    yield "another", seen(Again(Wish("tai-nguyen", "normal", normal, question), "B047"))
    yield "printing", seen(Showing(job, None, 0.0))
    yield "done", seen(Showing(job, PrintResult.PRINTED, 0.0))
    yield "done-long", seen(Showing(two, PrintResult.PRINTED, 0.0))
    own = replace_ticket(job, number="B2-017", ahead=None, wait=None, dossier=None)
    thousand = replace_ticket(two, number="A12-1000", ahead=None, timed=False)
    collected = replace_ticket(job, number="A018", dossier=code)
    yield "done-own", replace(seen(Showing(own, PrintResult.PRINTED, 0.0)), alone=True)
    yield "done-own-long", replace(seen(Showing(thousand, PrintResult.PRINTED, 0.0)), alone=True)
    yield "done-dossier", seen(Showing(collected, PrintResult.PRINTED, 0.0))
    out = PrinterStatus.PAPER_OUT
    yield "paper-out-own", replace(seen(Showing(own, PrintResult.PAPER_OUT, 0.0), printer=out), alone=True)
    yield "paper-out-own-long", seen(Showing(thousand, PrintResult.PAPER_OUT, 0.0), printer=out)
    yield "paper-out", seen(Showing(job, PrintResult.PAPER_OUT, 0.0), printer=out)
    yield "paper-out-long", seen(Showing(two, PrintResult.PAPER_OUT, 0.0), printer=out)
    yield "paper-back", seen(Showing(job, PrintResult.PAPER_OUT, 0.0))
    yield "printer-back", seen(Showing(job, PrintResult.COVER_OPEN, 0.0))
    for result in (PrintResult.COVER_OPEN, PrintResult.CUTTER_ERROR, PrintResult.UNPLUGGED):
        yield f"held-{result}", seen(Showing(job, result, 0.0), printer=PrinterStatus(str(result)))
    yield "held-maybe", seen(Showing(two, PrintResult.MAYBE, 0.0))
    yield "leftover", seen(Recalled(job, 0.0))
    yield "leftover-no-paper", seen(Recalled(job, 0.0), printer=out)
    for code, back in (
        ("before-opening", sample.OPENINGS[0].opens),
        ("lunch", afternoon),
        ("cut-off", afternoon),
        ("after-hours", tuesday),
        ("holiday", tuesday),
        ("closed-day", None),
        ("session-full", afternoon),
        ("no-counter", None),
    ):
        early = sample.MORNING.replace(hour=0)
        yield f"closed-{code}", seen(Home(), hall=closed_hall(code, back), at=early)
    name = sample.m.Words("Ban Quản lý các KCN", "Industrial Zones Management Board")
    yield "explain", seen(Explaining(Closing("lunch", afternoon), name, Home()))
    others = (sample.m.Words("Máy lấy số 1", "Kiosk 1"), sample.m.Words("Máy lấy số 3", "Kiosk 3"))
    paper_only = Hall(fresh=True).with_config(sample.config(paperless=False, elsewhere=others))
    yield "closed-no-paper", seen(Home(), hall=paper_only, printer=out, no_paper=True)
    yield "not-printed", seen(Explaining(Closing("not-printed"), own.ticket.service, Home(), others))
    yield "not-printed-nowhere", seen(Explaining(Closing("not-printed"), own.ticket.service, Home()))
    yield "explain-unknown", seen(Explaining(Closing("bad-request"), None, Home()))
    yield "unanswered", seen(Unanswered())
    yield "no-server", seen(Home(), unknown=NoServer(asked=False))
    yield "no-server-no-hall", seen(Home(), hall=Hall(), unknown=NoServer(asked=False))
    yield "starting", seen(Home(), hall=Hall(), unknown=Starting())
    yield "pause", seen(Pausing(sample.MORNING.replace(second=35)))
    yield "help", seen(Helping(Home()))
    yield "help-away", seen(Helping(Home()), away=True)
    yield "help-told", seen(Helping(Home(), 0.0))
    held = Showing(job, PrintResult.PAPER_OUT, 0.0)
    yield "help-with-number", seen(Helping(held, 0.0), printer=out)
    yield "help-with-number-offered", seen(Helping(held), printer=out)
    yield "help-with-number-away", seen(Helping(Recalled(job, 0.0)), away=True)
    yield "more-time", seen(question, asked=True)
    yield "more-time-with-number", seen(Helping(Showing(job, PrintResult.PAPER_OUT, 0.0)), asked=True)


def looking_up(seen: Callable[..., View]) -> Iterator[tuple[str, View]]:
    """The states of a look-up, which takes fingers."""
    asks = Hall(fresh=True).with_config(sample.config(lookup=True)).with_board(sample.board())
    yield "home-lookup", seen(Home(), hall=asks)
    few = sample.config(tuple(sample.authority(*r) for r in sample.AUTHORITIES[:5]), lookup=True)
    short = Hall(fresh=True).with_config(few).with_board(sample.board())
    yield "home-lookup-few", seen(Home(), hall=short, scanner=True)
    yield "lookup-code", seen(Typing())
    yield "lookup-letters", seen(Typing("000.05.14.H42-26112", 1), scanner=True)
    waiting = Looked("H42.13-261109-0118", "processing", PROMISED, (), 0.0)
    yield "lookup-shows", seen(Typing("51", told=waiting), scanner=True)
    yield "lookup-asking", seen(Typing("5123", told=waiting, request="r"))
    yield "told", seen(waiting, seals=True)
    result = Looked("000.05.14.H42-261122-0007", "resolved", None, ("tu-phap",), 0.0)
    yield "told-ready", seen(result, seals=True)
    yield "told-rest", seen(replace(waiting, rest=sample.rest()), seals=True)
    place = sample.rest(place="7", paid=False, first_due=PROMISED)
    yield "told-rest-ready", seen(replace(result, rest=place), seals=True)
    yield "told-past", seen(replace(waiting, rest=sample.rest(), page=1))
    long = sample.rest(procedure=LONG.vi * 2, place="KCN-1", first_due=PROMISED)
    yield "told-long", seen(replace(result, rest=long))
    yield "told-supplement", seen(replace(waiting, status="awaiting_supplement", rest=sample.rest()))


def replace_ticket(job: Job, **changes: Any) -> Job:
    return replace(job, ticket=msgspec.structs.replace(job.ticket, **changes))


def replace_id(authority: sample.m.AuthorityPlan, id: str) -> sample.m.AuthorityPlan:
    services = tuple(sample.service(id, s.letter, s.name) for s in authority.services)
    return sample.m.AuthorityPlan(id, authority.letter, authority.name, authority.short, services)


def draw(view: View, panel: Panel, theme: ThemeName = "light") -> pygame.Surface:
    surface = pygame.Surface((panel.width, panel.height))
    paint(Canvas(surface, THEMES[theme_of(theme, view.look)]), view, panel, TEXTS)
    return surface


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for size, panel in (PANELS | BUTTONS).items():
        for word, look in (
            ("vi", Look()),
            ("en", Look(lang="en")),
            ("large", Look(large=True)),
            ("contrast", Look(contrast=True)),
            ("low", Look(low=True)),
        ):
            for name, view in states(panel, look):
                pygame.image.save(draw(view, panel), str(folder / f"{size}-{name}-{word}.png"))


if __name__ == "__main__":
    if sys.argv[1] == "--golden":
        from tests.kiosk import compare  # which draws what is here

        write(compare.FOLDER, compare.pictures())
    else:
        main(Path(sys.argv[1]))
