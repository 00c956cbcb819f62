"""Every endpoint of the interface for programs, area by area."""

from __future__ import annotations

from server.web.rest import (
    centres,
    counters,
    devices,
    dossiers,
    drafts,
    events,
    figures,
    hall,
    me,
    people,
    reception,
    session,
    setup,
    tickets,
    webhooks,
)
from server.web.rest.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *session.ENDPOINTS,
    *me.ENDPOINTS,
    *hall.ENDPOINTS,
    *counters.ENDPOINTS,
    *tickets.ENDPOINTS,
    *reception.ENDPOINTS,
    *events.ENDPOINTS,
    *figures.ENDPOINTS,
    *devices.ENDPOINTS,
    *setup.ENDPOINTS,
    *drafts.ENDPOINTS,
    *dossiers.ENDPOINTS,
    *centres.ENDPOINTS,
    *people.ENDPOINTS,
    *webhooks.ENDPOINTS,
)
