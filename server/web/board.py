"""The wall for any television or stick with a browser: the page, and what it is told as it happens.

Everything here is public, as the same messages are over MQTT. One shape of news serves the stream and those
who ask every few seconds because all streams are taken. Keeps out when a call is shown, which is what
`static/board-core.js` knows.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import get_args

import msgspec
from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from broker import codec, messages as m
from broker.plans import Zone
from hardware.release import release
from server.projection import words
from server.web import guard, live
from server.web.board_view import present
from server.web.hall import Hall
from server.web.words import TEXTS, date_text

BEAT_S = (
    5.0  # of streams, unless the application's BOARD_BEAT_S says another; a page without one asks as often
)
CALM_S = 0.05  # at most twenty boards a second: a call that follows a ticket must not wait for longer
REFRESH_S = 10  # without scripts
PLAN_AGE = timedelta(hours=1)  # of the hall: opening times reach some days ahead
ZONES: tuple[str, ...] = tuple(zone for zone in get_args(Zone) if zone != "slides")
THEMES = ("light", "dark", "contrast")
STATIC = Path(__file__).parent / "static"
BLANKS = ("time", "date", "number", "counter", "n", "of", "month")
PAGE = (*sorted(STATIC.glob("board*")), Path(__file__).parent / "templates" / "board.html")

board = Blueprint("board", __name__)


class News(msgspec.Struct, omit_defaults=True):
    """What a page is told. at: the hall's time now, which passes `speed` times as fast as the page's own.

    mark: of the page; another one than its own tells a page to load itself anew. plan, board, dossiers: the
    messages of the contract, only what the page does not know yet.
    """

    at: datetime
    speed: float
    mark: str
    plan: m.DeviceConfig | msgspec.UnsetType = msgspec.UNSET
    board: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    dossiers: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


@cache
def mark() -> str:
    """Of this release's page: changes with whatever the page is made of."""
    made = hashlib.sha256(release().encode())
    for file in PAGE:
        made.update(file.read_bytes())
    return made.hexdigest()[:16]


@board.get("/board")
def page() -> ResponseReturnValue:
    """The present state, in words and numbers; scripts make it live."""
    hall = guard.hall()
    asked = request.args.get("lang")
    lang: m.Lang = "en" if asked == "en" else "vi"
    view = hall.writer.view
    now = max(hall.clock.now(), view.at)
    shown = present(view.board, view.site, now, lang)
    return render_template(
        "board.html",
        lang=lang,
        t=lambda key, **params: TEXTS(key, lang, **params),
        said=view.site.name.en if lang == "en" else view.site.name.vi,
        theme=one_of(THEMES, "theme"),
        zone=one_of(ZONES, "zone"),
        time_zone=str(view.site.zone),
        sound=request.args.get("sound") == "1",
        mark=mark(),
        beat_ms=round(beat_s() * 1000),
        shown=shown,
        spoken_day=spoken_day(shown.day, lang),
        texts=msgspec.json.encode(page_texts(lang)).decode().replace("<", "\\u003c"),
        refresh=REFRESH_S,
    )


@board.get("/board/events")
def events() -> ResponseReturnValue:
    """The stream: `data: News`, at once when something changed and every BEAT_S."""
    hall = guard.hall()
    streams: live.Streams = current_app.extensions["boards"]
    beat = beat_s()
    return live.stream(streams, lambda: follow(hall, streams.stopping, beat))


@board.get("/board/state")
def state() -> ResponseReturnValue:
    """The same for a page without a stream. board=EPOCH.REV&dossiers=REV: what it knows already."""
    hall = guard.hall()
    view, dossiers = hall.writer.view, hall.dossiers()
    news = now_of(hall)
    news.plan = plan_of(hall)
    if request.args.get("board") != f"{view.epoch}.{view.rev}":
        news.board = msgspec.Raw(codec.encode(view.board))
    if request.args.get("dossiers") != str(dossiers.rev):
        news.dossiers = msgspec.Raw(codec.encode(dossiers))
    return Response(msgspec.json.encode(news), content_type="application/json; charset=utf-8")


def beat_s() -> float:
    return float(current_app.config.get("BOARD_BEAT_S", BEAT_S))


def follow(hall: Hall, stopping: threading.Event, beat_s: float = BEAT_S) -> Iterator[str]:
    """The lines of one stream, until the server stops."""
    yield "retry: 2000\n\n"
    seen, rev, spoke = (-1, -1), -1, hall.tick()
    planned: datetime | None = None
    version = -1
    while not stopping.is_set():
        view = hall.writer.view
        dossiers = hall.dossiers()
        news = now_of(hall)
        changed = planned is None or news.at - planned >= PLAN_AGE or view.setup.version != version
        if changed:
            planned, version, news.plan = news.at, view.setup.version, plan_of(hall)
        if (view.epoch, view.rev) != seen:
            seen, changed = (view.epoch, view.rev), True
            news.board = msgspec.Raw(codec.encode(view.board))
        if dossiers.rev != rev:
            rev, changed = dossiers.rev, True
            news.dossiers = msgspec.Raw(codec.encode(dossiers))
        if changed or hall.tick() - spoke >= beat_s:
            spoke = hall.tick()
            yield f"data: {msgspec.json.encode(news).decode()}\n\n"
        else:
            yield ""


def now_of(hall: Hall) -> News:
    real_s = hall.clock.real_seconds(1.0)
    return News(at=hall.clock.now(), speed=round(1 / real_s, 3) if real_s > 0 else 1.0, mark=mark())


def plan_of(hall: Hall) -> m.DeviceConfig:
    """What a page works from: that of a wall without a place of its own in the hall's file."""
    site, now = hall.config.site, hall.clock.now()
    return m.DeviceConfig(
        rev=0,
        at=now,
        hall=words(site.name),
        time_zone=str(site.zone),
        display=hall.projection.wall_plan(None, now),
    )


def one_of(known: tuple[str, ...], name: str) -> str:
    """What the address asks for, where that is one of these; else nothing."""
    asked = request.args.get(name, "")
    return asked if asked in known else ""


def spoken_day(day: date, lang: str) -> str:
    """`Thứ hai, 23/11/2026`."""
    return f"{TEXTS(f'board.day_{day.weekday()}', lang)}, {date_text(day)}"


def page_texts(lang: str) -> dict[str, str]:
    """The words of the page by their keys; what its script fills in stands in braces, as in the catalogue."""
    begin = "board."
    return {
        key.removeprefix(begin): TEXTS(key, lang, **{blank: f"{{{blank}}}" for blank in BLANKS})
        for key in tuple(TEXTS.keys())
        if key.startswith(begin)
    }
