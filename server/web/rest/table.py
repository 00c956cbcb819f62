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
    lookup,
    me,
    now,
    opinions,
    papers,
    people,
    previews,
    reception,
    register,
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
    *now.ENDPOINTS,
    *opinions.ENDPOINTS,
    *devices.ENDPOINTS,
    *setup.ENDPOINTS,
    *drafts.ENDPOINTS,
    *previews.ENDPOINTS,
    *dossiers.ENDPOINTS,
    *lookup.ENDPOINTS,
    *register.ENDPOINTS,
    *papers.ENDPOINTS,
    *centres.ENDPOINTS,
    *people.ENDPOINTS,
    *webhooks.ENDPOINTS,
)
