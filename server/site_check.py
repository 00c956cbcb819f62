"""What makes no sense in the document of a centre, row by row, and where in it each mistake stands.

Pure: a typed document in, problems out. What is wrong with the centre that it describes is the business of
`server.hall.site.problems`; `placed` finds where in the document such a problem stands.
"""

from __future__ import annotations

import difflib
from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from broker.forms import COUNTER
from server import site_shape as shape
from server.hall.mistakes import Problem
from server.questionnaire import legal_questions

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY: Final = tuple(range(len(DAYS)))
MIDNIGHT, DAYS_END = "00:00", "24:00"  # what a span ends with that lasts until the next day, and what that is


def mistakes(document: shape.File) -> Iterator[Problem]:
    """Everything that is wrong with the rows, in the order of what one looks at first."""
    yield from _zone(document)
    yield from _ids(document)
    yield from _references(document)
    yield from _devices(document)
    yield from _once(document)
    yield from _questions(document.rating)
    yield from _wall(document)
    yield from _counted(document.dossiers.time.hours)


def placed(problem: Problem, document: shape.File) -> str:
    """Where in the document the thing stands that a problem of the rules names by its id."""
    row, _, rest = problem.where.partition(".")
    id, _, field = rest.partition(".")
    match row:
        case "service":
            found = _service_at(document, id)
            return "authority" if found is None else _service_field(document, *found, field)
        case "counter" | "device" | "authority":
            rows: Iterable[shape.Counter | shape.Device | shape.Authority] = getattr(document, row)
            place = next((n for n, one in enumerate(rows) if one.id == id), None)
            return row if place is None else _joined(f"{row}.{place}", field)
    return problem.where


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be."""
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return close[0] if close else None


def zone_of(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def days_of(text: str) -> tuple[int, ...] | None:
    """The weekdays of "fri" or "mon-fri", Monday 0; "sat-mon" goes over the week's end. None: no such day."""
    first, dash, last = text.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        return None
    begins, ends = DAYS.index(first), DAYS.index(last if dash else first)
    return tuple((begins + n) % len(DAYS) for n in range((ends - begins) % len(DAYS) + 1))


def day_names(row: shape.Span) -> tuple[str, ...]:
    return (row.days,) if isinstance(row.days, str) else row.days


# --- rows ---------------------------------------------------------------------------------------------------


def _zone(document: shape.File) -> Iterator[Problem]:
    name = document.time_zone
    if zone_of(name) is None:
        yield Problem("no-zone", "time_zone", {"id": name}, nearest(name, available_timezones()))


def _ids(document: shape.File) -> Iterator[Problem]:
    """Ids are names: the same one twice would silently mean the last."""
    lists: tuple[list[tuple[str, str]], ...] = (
        [(f"authority.{n}", a.id) for n, a in enumerate(document.authority)],
        [
            (f"authority.{n}.service.{k}", s.id)
            for n, a in enumerate(document.authority)
            for k, s in enumerate(a.service)
        ],
        [(f"counter.{n}", c.id) for n, c in enumerate(document.counter)],
        [(f"priority_group.{n}", g.id) for n, g in enumerate(document.priority_group)],
        [(f"rating.reason.{n}", r.id) for n, r in enumerate(document.rating.reason)],
        [(f"rating.question.{n}", q.id) for n, q in enumerate(document.rating.question)],
        [(f"officer.{n}", o.id) for n, o in enumerate(document.officer)],
        [(f"device.{n}", d.id) for n, d in enumerate(document.device)],
    )
    for rows in lists:
        counts = Tally(id for _, id in rows)
        seen: set[str] = set()
        for where, id in rows:
            if id in seen:
                yield Problem("twice", f"{where}.id", {"id": id, "n": counts[id]})
            seen.add(id)
    for n, counter in enumerate(document.counter):
        if not COUNTER.fullmatch(counter.id):
            near = counter.id.upper()
            meant = near if COUNTER.fullmatch(near) else None
            yield Problem("not-shown", f"counter.{n}.id", {"id": counter.id}, meant)


def _references(document: shape.File) -> Iterator[Problem]:
    """What one row says of another must be there; a near miss is a misspelling."""
    services = {s.id for a in document.authority for s in a.service}
    counters = {c.id for c in document.counter}
    for n, counter in enumerate(document.counter):
        for key, wanted in (("services", counter.services), ("then", counter.then)):
            for k, id in enumerate(wanted):
                if id not in services:
                    yield Problem("no-service", f"counter.{n}.{key}.{k}", {"id": id}, nearest(id, services))
    for n, device in enumerate(document.device):
        at = device.counter
        if at is not None and at not in counters and device.role != "display":
            yield Problem("no-counter", f"device.{n}.counter", {"id": at}, nearest(at, counters))


def _devices(document: shape.File) -> Iterator[Problem]:
    for n, device in enumerate(document.device):
        here, told = f"device.{n}", {"role": device.role}
        if device.counter is None and device.role == "counter":
            yield Problem("counter-needed", f"{here}.counter")
        if device.counter is not None and device.role == "display":
            yield Problem("display-counter", f"{here}.counter")
        if device.series is not None and device.role != "kiosk":
            yield Problem("no-numbers", f"{here}.series", told)
        if device.zone is not None and device.role != "display":
            yield Problem("no-wall", f"{here}.zone", told)
        elif device.zone == "slides" and not document.wall.slide:
            yield Problem("no-slide", f"{here}.zone", meant="calls")


def _once(document: shape.File) -> Iterator[Problem]:
    """What only one row may say."""
    said = Tally(d.series for d in document.device if d.series is not None)
    for n, device in enumerate(document.device):
        if device.series is not None and said[device.series] > 1:
            free = next(number for number in range(1, 100) if number not in said)
            told = {"series": device.series, "n": said[device.series], "free": free}
            yield Problem("series-twice", f"device.{n}.series", told)
    aged = [n for n, group in enumerate(document.priority_group) if group.from_years is not None]
    for n in aged[1:]:
        yield Problem("aged-twice", f"priority_group.{n}.from_years")
    whose: dict[str, str] = {}
    for n, authority in enumerate(document.authority):
        for agency in authority.agencies:
            other = whose.setdefault(agency, authority.id)
            if other != authority.id:
                yield Problem("agency-twice", f"authority.{n}.agencies", {"agency": agency, "other": other})


def _questions(rating: shape.Rating) -> Iterator[Problem]:
    law = legal_questions()
    for n, row in enumerate(rating.question):
        if row.id not in law and (row.text is None or row.answers is None):
            told = {"id": row.id, "known": ", ".join(law)}
            yield Problem("no-question", f"rating.question.{n}", told)


def _counted(week: shape.Week) -> Iterator[Problem]:
    """Sessions that count for due dates end after they begin, and one after the other."""
    for day in DAYS:
        last, here = "", f"dossiers.time.hours.{day}"
        for opens, _, closes in (stretch.partition("-") for stretch in getattr(week, day)):
            if closes <= opens:
                yield Problem("closes-first", here, {"day": day.capitalize(), "closes": closes})
            if opens < last:
                yield Problem("sessions-overlap", here, {"day": day.capitalize(), "opens": opens})
            last = closes


# --- the wall's day -----------------------------------------------------------------------------------------


def _wall(document: shape.File) -> Iterator[Problem]:
    wall, sound = document.wall, document.sound
    days: list[tuple[int, ...]] = []
    for n, row in enumerate(wall.schedule):
        named: set[int] = set()
        for text in day_names(row):
            found = days_of(text)
            if found is None:
                yield _no_day(f"wall.schedule.{n}.days", text)
            named |= set(found or ())
        if not day_names(row):
            yield Problem("no-days", f"wall.schedule.{n}.days")
        days.append(tuple(sorted(named)))
    times = [(row.starts, row.ends) for row in wall.schedule]
    yield from _spans("wall.schedule", times, days)
    quiet = [(row.starts, row.ends) for row in sound.span]
    yield from _spans("sound.span", quiet, [EVERY_DAY for _ in quiet])
    if not wall.slide:
        zones = [("wall.zone", wall.zone)]
        zones += [(f"wall.schedule.{n}.zone", row.zone) for n, row in enumerate(wall.schedule)]
        for where, zone in zones:
            if zone == "slides":
                yield Problem("no-slide", where, meant="calls")


def _no_day(where: str, text: str) -> Problem:
    first, _, last = text.partition("-")
    wrong = next(name for name in (first, last) if name not in DAYS)
    return Problem("no-day", where, {"id": wrong, "known": ", ".join(DAYS)}, nearest(wrong.lower(), DAYS))


def _spans(key: str, spans: list[tuple[str, str]], days: list[tuple[int, ...]]) -> Iterator[Problem]:
    """Each ends after it starts, at midnight at the latest, and no two say something of the same minute."""
    ends = [DAYS_END if end == MIDNIGHT else end for _, end in spans]
    for n, (starts, end) in enumerate(spans):
        if ends[n] <= starts:
            yield Problem("ends-first", f"{key}.{n}.ends", {"starts": starts, "ends": end}, MIDNIGHT)
            continue
        for other in range(n):
            other_starts, other_ends = spans[other]
            shared = [DAYS[day] for day in days[n] if day in days[other]]
            if shared and other_starts < ends[n] and starts < ends[other]:
                told: dict[str, str | int] = {"starts": starts, "ends": end, "other": other}
                told |= {"other_starts": other_starts, "other_ends": other_ends, "days": ", ".join(shared)}
                yield Problem("overlaps", f"{key}.{n}.starts", told, other_ends)


# --- places -------------------------------------------------------------------------------------------------


def _service_at(document: shape.File, id: str) -> tuple[int, int] | None:
    for n, authority in enumerate(document.authority):
        for k, service in enumerate(authority.service):
            if service.id == id:
                return n, k
    return None


def _service_field(document: shape.File, n: int, k: int, field: str) -> str:
    """A letter and a policy may be the authority's or the hall's own, and are mended there."""
    authority = document.authority[n]
    service = authority.service[k]
    if field == "letter" and service.letter is None:
        return f"authority.{n}.letter"
    if field.startswith("policy.") and service.policy is None:
        return field
    return _joined(f"authority.{n}.service.{k}", field)


def _joined(where: str, field: str) -> str:
    return f"{where}.{field}" if field else where
