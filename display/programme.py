"""Programme: which zone a wall has at a time of day, as its plan says.

Knows weekdays and minutes of the hall; keeps out what is shown in a zone. A span that ends before it starts
goes on past midnight and belongs to the weekday of its start; the first span that fits wins.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from broker.messages import DisplayPlan, Zone, ZoneSpan


def zone_at(plan: DisplayPlan | None, local: datetime) -> Zone:
    """The zone at this time of the hall's clock; calls alone while there is no plan."""
    if plan is None:
        return "calls"
    return next((span.zone for span in plan.schedule if holds(span, local)), plan.zone)


def holds(span: ZoneSpan, local: datetime) -> bool:
    """Whether the span holds this minute. `starts` equal to `ends` is the whole day."""
    now, today, yesterday = f"{local:%H:%M}", local.weekday(), (local - timedelta(days=1)).weekday()
    if span.starts < span.ends:
        return today in span.days and span.starts <= now < span.ends
    return (today in span.days and now >= span.starts) or (yesterday in span.days and now < span.ends)


def zones_of(plan: DisplayPlan) -> list[Zone]:
    """All zones that this wall may have, each once, the usual one first."""
    return list(dict.fromkeys([plan.zone, *(span.zone for span in plan.schedule)]))
