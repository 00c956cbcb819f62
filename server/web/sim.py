"""The simulated hall over HTTP: press, look, listen and break. For people at `/hall`, for scripts; demo only.

Knows where each simulated device answers (its panel's socket) and the bench that holds plugs and cables;
forwards, and adds nothing. Commands are JSON only and never come from another site's page.
"""

from __future__ import annotations

import json as plain_json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Meta
from werkzeug.exceptions import NotFound

from hardware.clock import HallClock, set_clock
from hardware.panel import PanelClient, PanelGone
from server.hall.calendar import admission, openings
from server.hall.refusals import Refusal
from server.people.rights import Role
from server.web import guard
from server.web.api import json, typed_body
from server.web.hall import Demo, Hall
from server.web.sim_doc import ENDPOINTS
from server.web.words import clock_text, date_text, device_name

LOOK_S = 0.5  # a device that does not say its state in this time is shown as dark
ASK_S = 5.0
LOOKERS = 16
NEXT_OPENING_DAYS = 40
PROGRAMS = ("server", "broker")  # beside the devices: what the bench can kill

sim = Blueprint("sim", __name__)
_lookers = ThreadPoolExecutor(LOOKERS, thread_name_prefix="look")

LOOKS = frozenset({"state", "screen.png", "tickets", "ticket.png", "heard", "sound.wav"})
PRESSES = frozenset({"touch", "press", "scan"})


class Switches(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    paper: Literal["ok", "low", "out"] | None = None
    cover: Literal["closed", "open"] | None = None
    printer: Literal["plugged", "unplugged"] | None = None
    network: Literal["plugged", "cut"] | None = None
    power: Literal["on", "off", "kill"] | None = None


class ClockBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    to: Literal["next-opening"] | None = None
    now: Annotated[datetime, Meta(tz=True)] | None = None
    speed: Annotated[float, Meta(ge=1, le=600)] | None = None


def let_in(hall: Hall, demo: Demo) -> None:
    """The people of a simulated hall, who may log in, and officers who stand for the authorities of the
    counter that is theirs, unless they stand for some already."""
    site, contacts = hall.config.site, hall.accounts.contacts
    seats = dict(zip(hall.config.officers, site.counters.values(), strict=False))
    for known in demo.accounts:
        hall.accounts.ensure(known.name, Role(known.role), known.password, hall.wall())
        place, found = seats.get(known.name), contacts.of(known.name)
        if place is not None and not contacts.stands_for(known.name, site.id):
            serves = {site.services[id].authority for id in place.services}
            contacts.set(known.name, found.email, found.source_name, site.id, serves)


@sim.before_request
def ours_only() -> None:
    if request.method != "GET":
        guard.check_same_site()


@sim.get("/hall")
def page() -> ResponseReturnValue:
    """Every simulated device, to see and to use."""
    hall, lang = guard.hall(), guard.language()
    plugged = look_at_bench(demo()).get("devices", hall.config.devices)  # a played day's crowd has no screens
    devices = [
        {"id": id, "role": d.role, "counter": d.counter, "name": device_name(id, d.role, d.counter, lang)}
        for id, d in hall.config.devices.items()
        if id in plugged
    ]
    site = hall.config.site
    letters = {
        c.id: " ".join(dict.fromkeys(site.services[s].letter for s in (*c.services, *c.then)))
        for c in site.counters.values()
    }
    of_role = {role: [d for d in devices if d["role"] == role] for role in ("kiosk", "display", "counter")}
    return render_template(
        "hall.html",
        letters=letters,
        programs=PROGRAMS,
        levels=hall.config.site.rating_levels,
        demo_accounts=demo().accounts,
        **of_role,
    )


@sim.get("/sim/")
def index() -> ResponseReturnValue:
    """How to use the simulated hall from a script."""
    devices = {id: d.role for id, d in guard.hall().config.devices.items()}
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        return render_template("sim.html", endpoints=ENDPOINTS, devices=devices)
    return json({"endpoints": [e._asdict() for e in ENDPOINTS], "devices": devices})


@sim.get("/sim/state")
def state() -> ResponseReturnValue:
    hall, here = guard.hall(), demo()
    asked = {id: _lookers.submit(look, here, id) for id in hall.config.devices}
    bench = _lookers.submit(look_at_bench, here)
    devices = {
        id: {"device": id, "role": hall.config.devices[id].role, **answer.result()}
        for id, answer in asked.items()
    }
    counters = {line.counter: line for line in hall.writer.view.board.counters}
    return json({**clock_now(hall), "devices": devices, "counters": counters, "bench": bench.result()})


def look(here: Demo, device: str) -> dict[str, Any]:
    """The state of one device; only `alive: false` while nobody answers."""
    try:
        status, _, answer = PanelClient(here.panels / f"{device}.sock").ask("GET", "/state", timeout=LOOK_S)
    except PanelGone:
        return {"alive": False}
    said = object_of(answer) if status == 200 else None
    return {"alive": False} if said is None else {**said, "alive": True}


def look_at_bench(here: Demo) -> dict[str, Any]:
    """Which plugs are pulled, as the bench says it; nothing while it does not answer."""
    try:
        status, _, answer = PanelClient(here.bench).ask("GET", "/state", timeout=LOOK_S)
    except PanelGone:
        return {}
    return (object_of(answer) or {}) if status == 200 else {}


def object_of(answer: bytes) -> dict[str, Any] | None:
    try:
        said = plain_json.loads(answer)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


@sim.get("/sim/clock")
def clock() -> ResponseReturnValue:
    return json(clock_now(guard.hall()))


@sim.post("/sim/clock")
def move_clock() -> ResponseReturnValue:
    hall = guard.hall()
    told = typed_body(ClockBody)
    now = hall.clock.now()
    if not isinstance(hall.clock, HallClock):
        raise Refusal("bad-request", detail="this hall runs on the machine's own time")
    goal = told.now or now
    if told.to == "next-opening":
        goal = next_opening(hall, now) or now
    if goal < now:
        raise Refusal("bad-request", detail="a hall's clock does not go back")
    speed = told.speed or hall.clock.speed
    set_clock(demo().clock, goal, speed)
    return json(reading(hall, goal, speed))


def clock_now(hall: Hall) -> dict[str, Any]:
    return reading(hall, hall.clock.now(), 1 / hall.clock.real_seconds(1.0))


def reading(hall: Hall, now: datetime, speed: float) -> dict[str, Any]:
    """What a clock that reads `now` says, and when the hall opens next."""
    site, opens = hall.config.site, next_opening(hall, now)
    return {
        "now": now,
        "clock": clock_text(now, site.zone, seconds=True),
        "speed": round(speed, 3),
        "open": admission(site, now) is None,
        "next_opening": opens,
        "opens": f"{clock_text(opens, site.zone)} {date_text(opens.astimezone(site.zone))}" if opens else "–",
    }


def next_opening(hall: Hall, now: datetime) -> datetime | None:
    """When numbers are given again: the next session's first moment after `now`."""
    spans = openings(hall.config.site, now + timedelta(microseconds=1), NEXT_OPENING_DAYS)
    return next((s.opens for s in spans if s.opens > now), None)


@sim.get("/sim/<device>/<what>")
def see(device: str, what: str) -> ResponseReturnValue:
    if what not in LOOKS or device not in guard.hall().config.devices:
        raise NotFound
    query = request.query_string.decode("ascii", "replace")
    return forward(device, "GET", f"/{what}" + (f"?{query}" if query else ""), b"")


@sim.post("/sim/<device>/<what>")
def act(device: str, what: str) -> ResponseReturnValue:
    if what == "switch":
        return switch(device)
    if what not in PRESSES or device not in guard.hall().config.devices:
        raise NotFound
    told = typed_body(dict[str, Any])
    return forward(device, "POST", f"/{what}", msgspec.json.encode(told))


def switch(device: str) -> ResponseReturnValue:
    """Paper, cover and printer are the device's own; power and network are pulled at the bench."""
    hall = guard.hall()
    if device not in hall.config.devices and device not in PROGRAMS:
        raise NotFound
    told = typed_body(Switches)
    every = {k: v for k, v in msgspec.structs.asdict(told).items() if v is not None}
    plugs = {k: v for k, v in every.items() if k in ("network", "power")}
    own = {k: v for k, v in every.items() if k not in plugs}
    if not every or (own and device in PROGRAMS):
        raise Refusal("bad-request", detail="nothing to switch")
    answer: ResponseReturnValue = json({})
    if own:
        answer = forward(device, "POST", "/switch", msgspec.json.encode(own))
    if plugs:
        answer = ask(PanelClient(demo().bench), "POST", f"/{device}/switch", msgspec.json.encode(plugs))
    return answer


def forward(device: str, method: str, path: str, body: bytes) -> Response:
    return ask(PanelClient(demo().panels / f"{device}.sock"), method, path, body)


def ask(panel: PanelClient, method: str, path: str, body: bytes) -> Response:
    """What the device answered; 503 when it is dark."""
    try:
        status, kind, answer = panel.ask(method, path, body, timeout=ASK_S)
    except PanelGone:
        return json({"error": "dark", "code": "dark"}, 503)
    return Response(answer, status, content_type=kind or "application/octet-stream")


def demo() -> Demo:
    found: Demo | None = current_app.extensions["hall"].demo
    assert found is not None  # registered only with a demo
    return found
