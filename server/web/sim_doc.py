"""What scripts find below `/sim/`: the documentation served there, which the routes are tested against."""

from __future__ import annotations

from typing import NamedTuple


class Endpoint(NamedTuple):
    """One way to use the simulated hall. Words in braces stand for ids."""

    method: str
    path: str
    body: str
    answer: str
    what: str


CLOCK = "{now, clock, speed, open, next_opening, opens}"
STATE = "{device, role, screen_rev, ticket_rev, heard_rev, buttons, switches}"
SWITCH = (
    '{"paper": "ok|low|out", "cover": "closed|open", "printer": "plugged|unplugged", '
    '"network": "plugged|cut", "power": "on|off|kill"}'
)

ENDPOINTS = (
    Endpoint(
        "GET",
        "/sim/state",
        "",
        "{now, speed, open, devices: {id: state}, counters: {id: line}, bench: {devices: {id: plugs}}}",
        "All devices at once. `alive` false: a dark one, without power or just starting.",
    ),
    Endpoint("GET", "/sim/{device}/state", "", STATE, "One device."),
    Endpoint("GET", "/sim/{device}/screen.png?width=", "", "PNG", "What its screen shows."),
    Endpoint(
        "POST", "/sim/{device}/touch", '{"x": 540, "y": 960}', "JSON", "Touch its screen, in panel pixels."
    ),
    Endpoint(
        "POST", "/sim/{device}/press", '{"button": "next"}', "JSON", "Press a button named in `buttons`."
    ),
    Endpoint(
        "POST", "/sim/{kiosk}/scan", '{"text": "H42.05-261123-0001"}', "JSON", "Hold a code to its scanner."
    ),
    Endpoint("GET", "/sim/{kiosk}/tickets", "", "[{n, number, at}]", "Papers that came out, oldest first."),
    Endpoint("GET", "/sim/{kiosk}/ticket.png?n=", "", "PNG", "One of them, the last without `n`."),
    Endpoint(
        "GET", "/sim/{display}/heard", "", "[{n, at, kind, text, seconds, voice}]", "What the speaker said."
    ),
    Endpoint("GET", "/sim/{display}/sound.wav?n=", "", "WAV", "One sound of that list."),
    Endpoint(
        "POST",
        "/sim/{device}/switch",
        SWITCH,
        "JSON",
        "Any of these. `server` and `broker` have power and network too. `off` and `kill` are `kill -9`; "
        "what is killed is started again; what is `off` stays so until it is switched on, the server, which "
        "answers here, until the demo is started again.",
    ),
    Endpoint("GET", "/sim/clock", "", CLOCK, "The hall's clock."),
    Endpoint(
        "POST",
        "/sim/clock",
        '{"to": "next-opening"} or {"now": "2026-11-23T01:00:00Z"} and/or {"speed": 60}',
        CLOCK,
        "Move the clock forward, or change its speed (1 to 600).",
    ),
)
