"""Events for programs: a stream (text/event-stream) that misses nothing.

Each event has its place in the hall's log as its `id`. Whoever comes back says the last one that he had
(`Last-Event-ID`, which a browser's EventSource sends by itself) and gets what happened since, out of the log,
before anything new. The stream ends within some seconds of its token or log-in.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Annotated

import msgspec
from flask import Response, current_app, request
from msgspec import Meta

from server.happenings import TYPES, Happening, Type, happenings, last_seq
from server.people.rights import Right
from server.web import live
from server.web.asked import refuse
from server.web.hall import Hall
from server.web.live import BEAT_S, Streams
from server.web.problems import Declined
from server.web.rest.endpoint import Asked, Caller, Endpoint

PER_ADDRESS = 10
IN_ALL = 32
AT_ONCE = 100  # of one text
SEQ_DIGITS = 18


class EventsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """since: like `Last-Event-ID`, for programs that cannot send it. type: only these; all without it."""

    since: Annotated[int, Meta(ge=0, lt=10**SEQ_DIGITS)] | None = None
    type: tuple[Type, ...] = ()


def events(asked: Asked) -> Response:
    """A stream of what happens: `id:` its place in the log, `event:` its type, `data:` it as JSON.

    Without `Last-Event-ID` or `since` it begins now.
    """
    hall, wanted = asked.hall, asked.query
    newest = last_seq(hall.engine)
    since = _last_heard(wanted)
    if since is not None and since > newest:
        raise Declined("ahead-of-log")
    types = frozenset(wanted.type or TYPES)
    streams: Streams = current_app.extensions["programs"]
    begin = newest if since is None else since
    return live.stream(streams, lambda: follow(hall, asked.who, begin, types, streams.stopping))


def _last_heard(wanted: EventsWanted) -> int | None:
    said = request.headers.get("Last-Event-ID")
    if not said:
        return wanted.since
    if not (said.isascii() and said.isdecimal() and len(said) <= SEQ_DIGITS):
        refuse([("/Last-Event-ID", "type")])
    return int(said)


def follow(
    hall: Hall, who: Caller, since: int, types: frozenset[str], stopping: threading.Event
) -> Iterator[str]:
    """The texts of one stream, "" while there is none, until the server stops or whoever asked may not ask
    any more.
    """
    yield "retry: 2000\n\n"
    rev, spoke, checked = -1, hall.tick(), hall.tick()
    while not stopping.is_set():
        now, newest, said = hall.tick(), hall.writer.view.rev, ""
        if now - checked >= BEAT_S / 2:
            checked = now
            if not who.may(Right.LOOK):
                return
        if newest != rev:
            found, since = happenings(hall.engine, since, types, AT_ONCE)
            said = "".join(map(_line, found))
            rev = newest if len(found) < AT_ONCE else -1
        if not said and now - spoke >= BEAT_S:
            said = ": beat\n\n"
        if said:
            spoke = now
        yield said


def _line(happening: Happening) -> str:
    data = msgspec.json.encode(happening).decode()
    return f"id: {happening.seq}\nevent: {happening.type}\ndata: {data}\n\n"


ENDPOINTS = (
    Endpoint(
        name="follow-events",
        method="GET",
        path="/events",
        does=events,
        answer=Happening,
        right=Right.LOOK,
        area="events",
        query=EventsWanted,
        media="text/event-stream",
        refusals=("ahead-of-log",),
    ),
)
