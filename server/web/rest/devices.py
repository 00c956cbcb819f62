"""Devices for programs: how each stands, and what can be done with it. Orders are wishes of the moment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from flask import Response
from msgspec import Meta
from msgspec.structs import replace
from werkzeug.exceptions import NotFound, ServiceUnavailable

from broker.messages import DeviceStatus
from broker.users import NoBroker
from server.invitations import network_of
from server.orders import CannotOrder, Order
from server.people.rights import Right
from server.web import device_view
from server.web.asked import refuse
from server.web.devices_page import log_of, picture_of
from server.web.problems import Declined
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint, Nothing

Do = Literal["identify", "screenshot", "test-print", "test-sound", "logs", "restart"]


class DeviceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One device. wrongs: what needs a person, the most urgent first. heard_at: by the machine's clock.
    standing: whether it may talk to the hall, where the server keeps that. status: its last word.
    """

    device: str
    name: str
    role: str
    wrongs: tuple[str, ...]
    tickets_left: int | None
    clock_offset_s: float | None
    heard_at: datetime | None
    standing: str | None
    status: DeviceStatus | None


class DeviceList(msgspec.Struct, frozen=True):
    """Those that need a person first. strangers: ids that speak and are not in the configuration."""

    devices: tuple[DeviceRow, ...]
    strangers: tuple[str, ...]


class OrderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    do: Do


class OrderTold(msgspec.Struct, frozen=True, kw_only=True):
    """word: how far it came. code: why it was refused. lines: of a log that was wanted. screen: whether a
    picture is there; the next one takes its place.
    """

    order: str
    do: str
    by: str
    at: datetime
    word: Literal["sent", "heard", "done", "refused", "no-answer"]
    code: str
    lines: tuple[str, ...] | None
    screen: bool


class OrdersTold(msgspec.Struct, frozen=True):
    """The newest first."""

    orders: tuple[OrderTold, ...]


class CodeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """network: from where alone it may be used, `10.0.1.0/24`."""

    network: Annotated[str, Meta(max_length=60)] = ""


class Code(msgspec.Struct, frozen=True):
    """Lets one device in, once, for some minutes. Seen once."""

    code: str


def listed(asked: Asked) -> DeviceList:
    """Every device of this centre and how it stands."""
    lines = device_view.lines(asked.hall, asked.lang)
    return DeviceList(tuple(map(_row, lines)), tuple(id for id, _ in device_view.strangers(asked.hall)))


def one(asked: Asked) -> DeviceRow:
    """One device and how it stands."""
    return _row(_line(asked))


def order(asked: Asked) -> OrderTold:
    """Let a device do something now; what comes of it is told by the list of its orders."""
    hall, line, do = asked.hall, _line(asked), asked.body.do
    try:
        name = device_view.name_of(hall, line.id)
        given = hall.orders.give(line.id, do, asked.who.name, line.status, name, hall.order)
    except CannotOrder as error:
        audit(asked.who.name, "device.order", device=line.id, do=do, refused=error.code)
        raise Declined("cannot-order", {"why": error.code}) from None
    audit(asked.who.name, "device.order", device=line.id, do=do, order=given.id)
    return _told(given)


def orders(asked: Asked) -> OrdersTold:
    """The last orders to a device, and what came of each; logs are told to whoever may order them alone."""
    found = map(_told, asked.hall.orders.of(_line(asked).id))
    may = asked.who.may(Right.WORK_DEVICES)
    return OrdersTold(tuple(told if may else replace(told, lines=None) for told in found))


def screen(asked: Asked) -> Response:
    """What a device showed when it was ordered to: pixels that were drawn anew here."""
    found = _order(asked)
    if found.picture is None:
        raise NotFound
    return picture_of(found.picture)


def log(asked: Asked) -> Response:
    """The lines of a log that was wanted, as a file."""
    found = _order(asked)
    if found.lines is None:
        raise NotFound
    return log_of(found.device, found.at, found.lines)


def code(asked: Asked) -> Code:
    """A one-time code that lets a device in; one that it had before opens nothing any more."""
    keys, line = asked.hall.keys, _line(asked)
    if keys is None or not keys.manages:
        raise NotFound
    try:
        network = network_of(asked.body.network)
    except ValueError:
        refuse([("/network", "form")])
    made = keys.code_for(line.id, asked.who.name, network)
    audit(asked.who.name, "device.code", device=line.id, network=str(network or ""))
    return Code(str(made))


def revoke(asked: Asked) -> Nothing:
    """Shut a device out: its connection ends, and nothing that it has opens anything."""
    keys, line = asked.hall.keys, _line(asked)
    if keys is None or not keys.manages:
        raise NotFound
    try:
        told: str = keys.shut_out(line.id)
    except NoBroker:
        told = "failed"
    audit(asked.who.name, "device.revoked", device=line.id, broker=told)
    if told in ("failed", "not-allowed"):
        raise ServiceUnavailable
    return Nothing()


def _line(asked: Asked) -> device_view.Line:
    hall, id = asked.hall, asked.at["device"]
    row = hall.config.devices.get(id)
    if row is None:
        raise NotFound
    known = device_view.knower(hall)(id)
    return device_view.line_of(hall, id, row, hall.devices.snapshot().get(id), known, asked.lang)


def _order(asked: Asked) -> Order:
    found = asked.hall.orders.find(_line(asked).id, asked.at["order"])
    if found is None:
        raise NotFound
    return found


def _row(line: device_view.Line) -> DeviceRow:
    return DeviceRow(
        device=line.id,
        name=line.name,
        role=line.role,
        wrongs=line.words,
        tickets_left=line.tickets_left,
        clock_offset_s=line.offset_s,
        heard_at=line.heard_at,
        standing=None if line.known is None else line.known.standing,
        status=line.status,
    )


def _told(given: Order) -> OrderTold:
    return OrderTold(
        order=given.id,
        do=given.do,
        by=given.by,
        at=datetime.fromtimestamp(given.at, UTC),
        word=given.word,
        code=given.code,
        lines=given.lines,
        screen=given.picture is not None,
    )


ENDPOINTS = (
    Endpoint(
        name="list-devices",
        method="GET",
        path="/devices",
        does=listed,
        answer=DeviceList,
        right=Right.DEVICES,
        area="devices",
    ),
    Endpoint(
        name="get-device",
        method="GET",
        path="/devices/{device}",
        does=one,
        answer=DeviceRow,
        right=Right.DEVICES,
        area="devices",
    ),
    Endpoint(
        name="order-device",
        method="POST",
        path="/devices/{device}/orders",
        does=order,
        answer=OrderTold,
        right=Right.WORK_DEVICES,
        area="devices",
        body=OrderBody,
        status=201,
        refusals=("cannot-order",),
    ),
    Endpoint(
        name="list-orders",
        method="GET",
        path="/devices/{device}/orders",
        does=orders,
        answer=OrdersTold,
        right=Right.DEVICES,
        area="devices",
    ),
    Endpoint(
        name="get-screen",
        method="GET",
        path="/devices/{device}/orders/{order}/screen.png",
        does=screen,
        answer=bytes,
        right=Right.WORK_DEVICES,
        area="devices",
        media="image/png",
    ),
    Endpoint(
        name="get-log",
        method="GET",
        path="/devices/{device}/orders/{order}/log.txt",
        does=log,
        answer=bytes,
        right=Right.WORK_DEVICES,
        area="devices",
        media="text/plain",
    ),
    Endpoint(
        name="make-device-code",
        method="POST",
        path="/devices/{device}/code",
        does=code,
        answer=Code,
        right=Right.WORK_DEVICES,
        area="devices",
        body=CodeBody,
        status=201,
        shown_once=True,
    ),
    Endpoint(
        name="revoke-device",
        method="POST",
        path="/devices/{device}/revoke",
        does=revoke,
        answer=Nothing,
        right=Right.WORK_DEVICES,
        area="devices",
    ),
)
