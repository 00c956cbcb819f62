"""Every endpoint of the interface for programs, area by area."""

from __future__ import annotations

from server.web.rest import counters, events, hall, reception, session, tickets, webhooks
from server.web.rest.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *session.ENDPOINTS,
    *hall.ENDPOINTS,
    *counters.ENDPOINTS,
    *tickets.ENDPOINTS,
    *reception.ENDPOINTS,
    *events.ENDPOINTS,
    *webhooks.ENDPOINTS,
)
