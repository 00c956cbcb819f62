"""What citizens would see of a draft: the ticket, drawn by the kiosk's own renderer, and the wall.

The renderer runs in a process of its own, once for each content, a few at a time. Nothing of a draft reaches
the hall's devices or its writer.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from collections import OrderedDict
from datetime import datetime
from typing import Final

import msgspec
from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from broker import codec, messages as m
from server.hall.site import Words
from server.people.rights import Right
from server.projection import Projection, words
from server.site_file import HallConfig, config_of
from server.web import board as boards, guard
from server.web.board_view import present
from server.web.setup_bench import Bench, bench
from server.web.setup_pages import setup
from server.web.words import TEXTS

WIDTHS: Final = (80, 58)
KEPT: Final = 64  # pictures
DRAWING_S: Final = 20.0
AT_ONCE: Final = 2
AHEAD, WAIT = 4, m.Range(15, 25)
NUMBER: Final = 12


class Pictures:
    """PNG by what is on it; the least recently asked for go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock, self._turn = threading.Lock(), threading.BoundedSemaphore(AT_ONCE)

    def drawn(self, what: bytes) -> bytes:
        """Raises OSError when it cannot be drawn."""
        name = hashlib.sha256(what).hexdigest()
        with self._turn:
            with self._lock:
                if name in self._kept:
                    self._kept.move_to_end(name)
                    return self._kept[name]
            try:
                done = subprocess.run(
                    [sys.executable, "-m", "kiosk.preview"],
                    input=what,
                    capture_output=True,
                    timeout=DRAWING_S,
                    check=True,
                )
            except subprocess.SubprocessError as error:
                raise OSError(f"kiosk.preview: {error}") from error
            with self._lock:
                self._kept[name] = done.stdout
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return done.stdout


@setup.get("/preview/ticket.png")
@guard.needs(Right.SETUP)
def ticket_picture() -> ResponseReturnValue:
    """`?lang=vi&width=80&service=`: a ticket as the draft has it. 404 while no hall could work by it."""
    here = bench()
    if here.faults:
        raise NotFound
    config = config_of(here.document)
    width = int(request.args.get("width", "80")) if request.args.get("width", "80").isdecimal() else 80
    asked = request.args.get("service", "")
    service = asked if asked in config.site.services else next(iter(config.site.services))
    lang: m.Lang = "en" if request.args.get("lang") == "en" else "vi"
    picture = drawn_ticket(here, config, service, lang, width if width in WIDTHS else 80)
    if picture is None:
        return Response(TEXTS("setup.preview_failed", lang), 503, content_type="text/plain; charset=utf-8")
    return Response(picture, content_type="image/png")


def drawn_ticket(here: Bench, config: HallConfig, service: str, lang: m.Lang, width: int) -> bytes | None:
    """A ticket of the draft as PNG, `width` mm wide; None when it could not be drawn."""
    pictures: Pictures = current_app.extensions.setdefault("pictures", Pictures())
    try:
        return pictures.drawn(ticket(here, config, service, lang, width))
    except OSError as error:
        current_app.logger.error("preview_failed %s", error)
        return None


@setup.get("/preview/wall")
@guard.needs(Right.SETUP)
def wall_page() -> ResponseReturnValue:
    """The board in a browser, fed with the draft; only our own pages may show it inside of them."""
    here = bench()
    config, now = _config(here), here.hall.clock.now()
    lang: m.Lang = "en" if guard.language() == "en" else "vi"
    shown = present(_board(here, config, now), config.site, now, lang)
    page = render_template(
        "board.html",
        lang=lang,
        said=config.site.name.en if lang == "en" else config.site.name.vi,
        theme="",
        zone=boards.one_of((*boards.ZONES, "slides"), "zone"),
        time_zone=str(config.site.zone),
        sound=False,
        mark=boards.mark(),
        beat_ms=round(boards.beat_s() * 1000),
        shown=shown,
        spoken_day=boards.spoken_day(shown.day, lang),
        texts=msgspec.json.encode(boards.page_texts(lang)).decode().replace("<", "\\u003c"),
        refresh=boards.REFRESH_S,
        url_for=_from_the_draft,
    )
    answer = Response(page)
    policy = (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; object-src 'none'"
    )
    answer.headers["Content-Security-Policy"] = policy
    return answer


@setup.get("/preview/wall/state")
@guard.needs(Right.SETUP)
def wall_state() -> ResponseReturnValue:
    """What the board asks for every few seconds."""
    here = bench()
    news = boards.now_of(here.hall)
    news.plan, board, dossiers = wall_of(here)
    news.board, news.dossiers = msgspec.Raw(codec.encode(board)), msgspec.Raw(codec.encode(dossiers))
    return Response(msgspec.json.encode(news), content_type="application/json; charset=utf-8")


def wall_of(here: Bench) -> tuple[m.DeviceConfig, m.Board, m.Dossiers]:
    """The hall as it is, as the draft would show it."""
    config, now = _config(here), here.hall.clock.now()
    plan = m.DeviceConfig(
        rev=0,
        at=now,
        hall=words(config.site.name),
        time_zone=str(config.site.zone),
        display=Projection(config).wall_plan(None, now),
    )
    return plan, _board(here, config, now), here.hall.dossiers()


@setup.get("/preview/wall/events")
@guard.needs(Right.SETUP)
def wall_events() -> ResponseReturnValue:
    """No stream for a preview: a page that is answered so asks every few seconds."""
    return Response(status=204)


def ticket(here: Bench, config: HallConfig, service: str, lang: m.Lang, width: int) -> bytes:
    """What the renderer needs of an example number, as JSON."""
    site, projection = config.site, Projection(config)
    of = site.services[service]
    name = next(a.name for a in site.authorities if a.id == of.authority)
    at = here.hall.clock.now().replace(second=0, microsecond=0)
    grace = int(site.grace.total_seconds() // 60)
    plan = m.KioskPlan(
        authorities=(),
        groups=(),
        documents=words(config.documents),
        hotline=config.hotline,
        url=projection.url(""),
        grace_min=grace,
    )
    reply = m.TicketReply(
        id="preview",
        ticket="preview",
        number=f"{of.letter}{NUMBER:0{of.digits}}",
        issued_at=at,
        service=words(of.name),
        authority=words(name),
        klass="normal",
        lang=lang,
        ahead=AHEAD,
        wait=WAIT,
        place=projection.place(service),
        url=projection.url("0" * 22),
        grace_min=grace,
        secret="0000",
    )
    return msgspec.json.encode(
        {
            "reply": reply,
            "plan": plan,
            "hall": words(site.name),
            "time_zone": str(site.zone),
            "width_mm": width,
        }
    )


def _config(here: Bench) -> HallConfig:
    """Of the draft, or of what it would follow while no hall could work by it."""
    return config_of(here.tip if here.faults else here.document)


def _board(here: Bench, config: HallConfig, now: datetime) -> m.Board:
    """The hall's own board with the notices of the draft."""
    notices = tuple(words(Words(n.vi, n.en)) for n in config.notices)
    return msgspec.structs.replace(here.hall.writer.view.board, notices=notices)


def _from_the_draft(endpoint: str, **values: object) -> str:
    """The board's addresses, but for those that would tell of the hall as it is."""
    own = {"board.events": "setup.wall_events", "board.state": "setup.wall_state"}
    return url_for(own.get(endpoint, endpoint), **values)  # type: ignore[arg-type]
