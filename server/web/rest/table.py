"""Every endpoint of the interface for programs, area by area."""

from __future__ import annotations

from server.web.rest import counters, events, hall, session, tickets
from server.web.rest.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *session.ENDPOINTS,
    *hall.ENDPOINTS,
    *counters.ENDPOINTS,
    *tickets.ENDPOINTS,
    *events.ENDPOINTS,
)
