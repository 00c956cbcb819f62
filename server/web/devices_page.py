"""The devices of the hall: a line each, and a page for each with all that it says, and what can be done.

Live by a stream of their own, which beats with every word of a device. Looking is for whoever may see
devices; orders, codes and shutting out are for administrators, and each of them is in the audit.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

from flask import (
    Blueprint,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from broker import messages as m
from broker.users import NoBroker
from server.devices import MINOR
from server.invitations import network_of
from server.orders import CannotOrder, Order
from server.people.rights import Right
from server.web import device_view, guard
from server.web.hall import Hall
from server.web.live import BEAT_S, Streams, stream
from server.web.words import TEXTS, clock_text

devices = Blueprint("devices", __name__, url_prefix="/devices")

WAITING_S = 1.0  # while an order waits, its page looks again so often: no answer is news, too


@devices.get("/")
@guard.needs(Right.DEVICES)
def page() -> ResponseReturnValue:
    return render_template("devices.html", **_all())


@devices.get("/live")
@guard.needs(Right.DEVICES)
def fragment() -> ResponseReturnValue:
    """The table alone, which the page puts in place of the old one."""
    return render_template("devices_live.html", **_all())


@devices.get("/events")
@guard.needs(Right.DEVICES)
def events() -> ResponseReturnValue:
    """`data: {"beats"}` with every word of a device, and of what came of an order."""
    streams: Streams = current_app.extensions["streams"]
    hall, key, who = guard.hall(), str(session["key"]), guard.account()
    return stream(streams, lambda: follow(hall, key, streams), f"account {who.name}" if who else None)


@devices.get("/<device>")
@guard.needs(Right.DEVICES)
def one(device: str) -> ResponseReturnValue:
    return render_template("device.html", **_one(device))


@devices.get("/<device>/live")
@guard.needs(Right.DEVICES)
def one_fragment(device: str) -> ResponseReturnValue:
    return render_template("device_live.html", **_one(device))


@devices.post("/<device>/orders")
@guard.needs(Right.WORK_DEVICES)
def order(device: str) -> ResponseReturnValue:
    """Let a device do something now. What comes of it is on its page."""
    _check()
    hall, line = guard.hall(), _line(device)
    do = request.form.get("do", "")
    if do not in get_args(m.Order):
        return render_template("device.html", **_one(device, refused="unknown")), 422
    wanted: m.Order = do  # type: ignore[assignment]  # one of them
    try:
        given = hall.orders.give(
            device, wanted, _me(), line.status, device_view.name_of(hall, device), hall.order
        )
    except CannotOrder as error:
        guard.audit("device.order", device=device, do=do, refused=error.code)
        return render_template("device.html", **_one(device, refused=error.code)), 409
    guard.audit("device.order", device=device, do=do, order=given.id)
    return redirect(url_for("devices.one", device=device), 303)


@devices.get("/<device>/orders/<id>/screen.png")
@guard.needs(Right.WORK_DEVICES)
def screen(device: str, id: str) -> ResponseReturnValue:
    """What a device showed: pixels that were drawn anew here."""
    found = _order(device, id)
    if found.picture is None:
        raise NotFound
    return picture_of(found.picture)


@devices.get("/<device>/orders/<id>/log.txt")
@guard.needs(Right.WORK_DEVICES)
def log_file(device: str, id: str) -> ResponseReturnValue:
    """The lines of a log as a file, whose name is ours."""
    found = _order(device, id)
    if found.lines is None:
        raise NotFound
    return log_of(device, found.at, found.lines)


def picture_of(picture: bytes) -> Response:
    """A screen as an answer. picture: PNG."""
    return send_file(io.BytesIO(picture), "image/png", max_age=0)


def log_of(device: str, at: float, lines: tuple[str, ...]) -> Response:
    """A log as a file to take away. at: of its order, in Unix seconds."""
    text = "".join(f"{line}\n" for line in lines).encode()
    name = f"{device}-{datetime.fromtimestamp(at, UTC):%Y%m%d-%H%M%S}.txt"
    return send_file(io.BytesIO(text), "text/plain", as_attachment=True, download_name=name, max_age=0)


@devices.post("/<device>/code")
@guard.needs(Right.WORK_DEVICES)
def code(device: str) -> ResponseReturnValue:
    """A one-time code, shown once: on this answer and nowhere else."""
    _check()
    hall = guard.hall()
    _line(device)
    if hall.keys is None or not hall.keys.manages:
        raise NotFound
    typed = request.form.get("network", "")[:60]
    try:
        network = network_of(typed)
    except ValueError:
        wrong = TEXTS("devices.network_wrong", guard.language())
        return render_template("device.html", **_one(device, network=typed, network_wrong=wrong)), 422
    made = hall.keys.code_for(device, _me(), network)
    guard.audit("device.code", device=device, network=str(network or ""))
    command = f"sudo motcua enrol {request.url_root.rstrip('/')} {made}"
    return render_template("device.html", **_one(device, code=str(made), command=command))


@devices.post("/<device>/revoke")
@guard.needs(Right.WORK_DEVICES)
def revoke(device: str) -> ResponseReturnValue:
    """Shut a device out: its connection ends, and nothing that it has opens anything."""
    _check()
    hall = guard.hall()
    _line(device)
    if hall.keys is None or not hall.keys.manages:
        raise NotFound
    try:
        told = hall.keys.shut_out(device)
    except NoBroker as error:
        guard.audit("device.revoked", device=device, broker="failed")
        return render_template("device.html", **_one(device, broker=str(error))), 503
    guard.audit("device.revoked", device=device, broker=told)
    if told == "not-allowed":
        return render_template("device.html", **_one(device, untold=True)), 503
    return redirect(url_for("devices.one", device=device), 303)


def follow(hall: Hall, key: str, streams: Streams) -> Iterator[str]:
    """The lines of one stream, until the server stops or the log-in ends. "" says: nothing for now."""
    yield "retry: 2000\n\n"
    seen, spoke, checked = (-1, -1, -1, -1), hall.tick(), hall.tick()
    while not streams.stopping.is_set():
        now = hall.tick()
        if now - checked >= BEAT_S / 2:
            checked = now
            if hall.accounts.who(key, hall.wall()) is None:
                return
        keys = hall.keys.changes if hall.keys is not None else 0
        known = (hall.devices.beats, hall.devices.changes, hall.orders.changes, keys)
        if known != seen or (hall.orders.waits and now - spoke >= WAITING_S):
            seen, spoke = known, now
            yield f'data: {{"beats": {sum(known)}}}\n\n'
        elif now - spoke >= BEAT_S:
            spoke = now
            yield ": beat\n\n"
        else:
            yield ""


# --- what pages are made of -------------------------------------------------------------------------------


def _check() -> None:
    guard.check_same_site()
    guard.check_csrf()


def _me() -> str:
    who = guard.account()
    return who.name if who is not None else ""


def _all() -> dict[str, object]:
    hall = guard.hall()
    return {
        "lines": device_view.lines(hall, guard.language()),
        "strangers": device_view.strangers(hall),
        "minor": MINOR,
    }


def _line(device: str) -> device_view.Line:
    """Raises NotFound for what is no device of this hall."""
    hall = guard.hall()
    row = hall.config.devices.get(device)
    if row is None:
        raise NotFound
    status, known = hall.devices.snapshot().get(device), device_view.knower(hall)(device)
    return device_view.line_of(hall, device, row, status, known, guard.language())


def _order(device: str, id: str) -> Order:
    _line(device)
    found = guard.hall().orders.find(device, id)
    if found is None:
        raise NotFound
    return found


def _one(device: str, **more: object) -> dict[str, object]:
    hall, line, lang = guard.hall(), _line(device), guard.language()
    zone = hall.config.site.zone
    today = hall.clock.now().astimezone(zone).date()

    def at(instant: datetime) -> str:
        local = instant.astimezone(zone)
        time = clock_text(instant, zone, seconds=True)
        return time if local.date() == today else f"{local:%d/%m/%Y} {time}"

    return {
        "d": line,
        "facts": device_view.facts(line, at, "," if lang == "vi" else "."),
        "abilities": device_view.abilities(line),
        "orders": hall.orders.of(device),
        "shape_of": device_view.order_shape,
        "why": lambda code: device_view.why(code, lang),
        "minor": MINOR,
        "may_work": guard.has(Right.WORK_DEVICES),
        "manages": hall.keys is not None and hall.keys.manages,
        "code_left": None if hall.keys is None else hall.keys.code_left_s(device),
        "on": lambda seconds: at(datetime.fromtimestamp(seconds, UTC)),
        "instant": at,
        **more,
    }
