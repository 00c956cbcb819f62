"""The books of `motcua verify`: a hall's days told again from its log by somebody who trusts nobody.

Knows the promises I1 to I4, I6 and I10 in its own words. It shares no table and no function with the rules of
the hall: a mistake there shows here. Instants are the log's own texts, which sort as time does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from server.books import (
    OVER,
    Day,
    Rating,
    Row,
    Visit,
    came_before,
    changes,
    ended_of,
    same,
    visit_of,
)

# event kind -> the states it may happen in, and the state after it
EDGES: Final[dict[str, tuple[frozenset[str], str]]] = {
    "Called": (frozenset({"waiting", "parked", "no_show"}), "called"),
    "Recalled": (frozenset({"called"}), "called"),
    "Started": (frozenset({"called"}), "serving"),
    "Finished": (frozenset({"called", "serving"}), "served"),
    "MarkedNoShow": (frozenset({"called"}), "no_show"),
    "Parked": (frozenset({"called", "serving"}), "parked"),
    "BroughtBack": (frozenset({"parked", "no_show"}), "waiting"),
    "Transferred": (frozenset({"waiting", "called", "serving", "parked"}), "waiting"),
    "Cancelled": (frozenset({"waiting", "called", "serving", "parked"}), "cancelled"),
    "SaidLate": (frozenset({"waiting"}), "parked"),
    "SaidHere": (frozenset({"parked"}), "waiting"),
}
PUT_DOWN: Final = frozenset({"PriorityChecked", "Noted"})  # of somebody, who stays where he is
MAY_BE_PUT_DOWN: Final = frozenset({"waiting", "called", "serving", "parked"})
WHERE_IT_STANDS: Final = frozenset(
    {"Recalled", "Started", "Finished", "MarkedNoShow", "Parked", "Transferred"}
)
AT_A_COUNTER: Final = frozenset({"called", "serving"})
NOT_OF_TICKETS: Final = frozenset(
    {
        "RequestVoided", "PaperRecorded", "ReprintOrdered", "CounterOpened", "CounterPaused", "CounterClosed",
        "ToldTooLate", "SetupChanged", "SetupPlanned", "SetupWithdrawn",
    }
)  # fmt: skip


SECRET_TRIES: Final = 5
BY_HAND: Final = "0"  # the series of numbers written by hand
Tell = Callable[[str, str], None]


class Recount:
    """Feed it the log row by row; it tells every breach as (promise, sentence)."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._last: Row | None = None
        self._day: Day | None = None
        self._kinds: dict[str, Callable[[Day, Row], None]] = {
            "Issued": self._issued,
            "Entered": self._entered,
            **dict.fromkeys(PUT_DOWN, self._put_down),
            "Merged": self._merged,
            "Rated": self._rated,
            "SecretMissed": self._secret_missed,
            "Undone": self._undone,
        }

    def take(self, row: Row) -> Day | None:
        """One event. Returns the day that this event closed, if it closed one."""
        self._in_order(row)
        self._last = row
        match row.kind:
            case "DayOpened":
                return self._open(row)
            case "DayClosed":
                return self._close(row)
            case kind if kind in self._kinds:
                if day := self._today(row):
                    self._kinds[kind](day, row)
            case kind if kind in EDGES:
                if day := self._today(row):
                    self._moved(day, row)
            case kind if kind not in NOT_OF_TICKETS:
                self._tell("I2", f"event {row.seq} is a {kind}, and nobody knows what that is")
        return None

    def end(self) -> Day | None:
        """The day that is still open when the log ends."""
        return self._day

    # --- days -----------------------------------------------------------------------------------------------

    def _in_order(self, row: Row) -> None:
        last = self._last
        if datetime.fromisoformat(row.body["at"]) != datetime.fromisoformat(row.at):
            self._tell("I10", f"event {row.seq} is of {row.at} and of {row.body['at']}")
        if last is None:
            if row.seq != 1:
                self._tell("I7", f"the log begins with event {row.seq}")
            return
        if row.seq != last.seq + 1:
            self._tell("I7", f"event {last.seq} is followed by event {row.seq}")
        if row.at < last.at:
            self._tell("I10", f"event {row.seq} is of {row.at}, before event {last.seq} of {last.at}")

    def _open(self, row: Row) -> Day | None:
        left, self._day = self._day, Day(str(row.body["day"]))
        if left is not None:
            self._tell("I2", f"day {self._day.name} opened before day {left.name} was closed")
        return left

    def _close(self, row: Row) -> Day | None:
        day, self._day = self._day, None
        if day is None or day.name != row.body["day"]:
            self._tell("I2", f"event {row.seq} closes day {row.body['day']}, which was not open")
            return day
        for visit in day.here.values():
            self._tell("I2", f"{visit.number} was still {visit.state} when day {day.name} was closed")
        return day

    def _today(self, row: Row) -> Day | None:
        if self._day is None or row.day != self._day.name:
            self._tell("I2", f"event {row.seq} ({row.kind}) is of day {row.day}, which was not open")
            if self._day is not None or row.day is None:
                return None
            self._day = Day(row.day)  # told once; the rest of the day is read as if it had been opened
        return self._day

    # --- tickets --------------------------------------------------------------------------------------------

    def _issued(self, day: Day, row: Row) -> None:
        ticket = row.body["ticket"]
        self._new(day, row, ticket)
        self._begins(day, row, visit_of(ticket, touched=row.command))

    def _new(self, day: Day, row: Row, ticket: dict[str, Any]) -> None:
        number = str(ticket["number"])
        if number in day.numbers:
            self._tell(
                "I1", f"{number} was issued twice on {day.name}: events {day.numbers[number]} and {row.seq}"
            )
        if ticket["id"] in day.visits:
            self._tell("I1", f"ticket {ticket['id']} was issued twice on {day.name}, event {row.seq}")
        day.numbers[number] = row.seq

    def _entered(self, day: Day, row: Row) -> None:
        """A sheet written by hand: of today, or of a day that `server.verify` tells."""
        ticket = row.body["ticket"]
        if ticket["day"] != day.name:
            return
        self._new(day, row, ticket)
        visit = ended_of(ticket, touched=row.command)
        if visit.state not in OVER or visit.series != BY_HAND:
            self._tell("I2", f"{visit.number} was entered by hand as {visit.state}, event {row.seq}")
        stations = [visit.issued_at, visit.called_at, visit.ended_at, row.at]
        known = [at for at in stations if at is not None]
        if known != sorted(known):
            self._tell("I10", f"{visit.number} was entered with times out of order, event {row.seq}")
        self._begins(day, row, visit)

    def _begins(self, day: Day, row: Row, visit: Visit) -> None:
        own = visit.series != "" and visit.guessed is None
        number = visit.number
        if visit.issued_at > row.at or (visit.issued_at < row.at and not own):
            self._tell("I10", f"{number} was issued at {visit.issued_at} by event {row.seq} of {row.at}")
        day.put(visit)

    def _merged(self, day: Day, row: Row) -> None:
        """A kiosk told of a number that was called before: what it was issued for is known from here on."""
        visit = day.visits.get(row.body["ticket"])
        if visit is None or visit.guessed is None:
            self._tell("I2", f"event {row.seq} merges ticket {row.body['ticket']}, which nobody waited for")
            return
        told = visit_of(row.body["told"])
        if told.number != visit.number:
            self._tell("I1", f"event {row.seq} makes {told.number} of {visit.number}")
        if told.issued_at > row.at or told.issued_at > (visit.called_at or row.at):
            self._tell(
                "I10", f"{visit.number} was issued at {told.issued_at}, after event {row.seq} or its call"
            )
        klass = visit.klass if visit.checked else told.klass
        known = {"issued_at": told.issued_at, "klass": klass, "service": row.body["service"]}
        day.put(replace(visit, guessed=None, touched=row.command, **known))

    def _moved(self, day: Day, row: Row) -> None:
        body = row.body
        visit = day.visits.get(body["ticket"])
        if visit is None:
            self._tell(
                "I2", f"event {row.seq} ({row.kind}) is of ticket {body['ticket']}, which was not issued"
            )
            return
        may, after = EDGES[row.kind]
        if visit.state not in may:
            self._tell(
                "I2", f"{visit.number} went from {visit.state} to {after} by event {row.seq} ({row.kind})"
            )
        if row.kind in WHERE_IT_STANDS and body["counter"] != visit.counter:
            self._tell(
                "I2",
                f"{visit.number} stood at counter {visit.counter}, but event {row.seq} ({row.kind}) was at "
                f"{body['counter']}",
            )
        if row.kind == "Called":
            self._counter_is_free(day, row, visit)
            self._nobody_passed_over(day, row, visit)
        if row.kind in ("Called", "Recalled"):
            self._call(day, row, visit)
        self._holder_may(row, visit)
        day.before.setdefault(row.command, {}).setdefault(visit.id, visit)
        moved = {"state": after, "touched": row.command, "away": False}
        day.put(replace(visit, **{**moved, **changes(row, visit)}))

    def _put_down(self, day: Day, row: Row) -> None:
        """What an officer finds out of somebody moves nobody; it may be taken back like any other step."""
        body = row.body
        visit = day.visits.get(body["ticket"])
        if visit is None or visit.state not in MAY_BE_PUT_DOWN:
            of = body["ticket"] if visit is None else visit.number
            self._tell("I2", f"event {row.seq} ({row.kind}) is of {of}, which was not there")
            return
        if row.kind == "PriorityChecked" and body["was"] != visit.klass:
            self._tell("I2", f"{visit.number} was {visit.klass}, not {body['was']}, at event {row.seq}")
        day.before.setdefault(row.command, {}).setdefault(visit.id, visit)
        day.put(replace(visit, touched=row.command, **changes(row, visit)))

    def _holder_may(self, row: Row, visit: Visit) -> None:
        """What is said on the phone: late once, here only after it, cancelled only before the call."""
        holders = row.kind == "Cancelled" and row.body["reason"] == "holder"
        if row.kind == "SaidLate" and visit.late:
            self._tell("I2", f"{visit.number} was late a second time, event {row.seq}")
        if row.kind == "SaidHere" and not visit.away:
            self._tell("I2", f"{visit.number} came by event {row.seq}, and had not said that it is late")
        if holders and not (visit.state == "waiting" or visit.away):
            self._tell("I2", f"{visit.number} was cancelled by phone while {visit.state}, event {row.seq}")
        if holders and visit.missed >= SECRET_TRIES:
            self._tell("I2", f"{visit.number} was cancelled by phone after {visit.missed} wrong tries")

    def _secret_missed(self, day: Day, row: Row) -> None:
        visit = day.visits.get(row.body["ticket"])
        if visit is None or visit.missed >= SECRET_TRIES:
            self._tell("I2", f"event {row.seq} tries figures of ticket {row.body['ticket']} that it may not")
            return
        day.put(replace(visit, missed=visit.missed + 1))

    def _counter_is_free(self, day: Day, row: Row, visit: Visit) -> None:
        for other in day.here.values():
            if other.counter == row.body["counter"] and other.state in AT_A_COUNTER and other is not visit:
                self._tell(
                    "I3",
                    f"counter {other.counter} called {visit.number} while {other.number} stood there, "
                    f"event {row.seq}",
                )

    def _nobody_passed_over(self, day: Day, row: Row, visit: Visit) -> None:
        """Of one service and class the first come goes first; who was sent to a counter waits for it."""
        if row.body["exception"] is not None:
            return
        if visit.state != "waiting":
            self._tell("I4", f"{visit.number} was called back without a logged exception, event {row.seq}")
            return
        counter = row.body["counter"]
        passed = [
            other
            for other in day.here.values()
            if other.state == "waiting"
            and (other.service, other.klass) == (visit.service, visit.klass)
            and other.bound_to in ((counter,) if visit.bound_to else (None, counter))
            and came_before(other, visit)
        ]
        if passed:
            first = min(passed, key=lambda other: other.issued_at)
            self._tell(
                "I4",
                f"{visit.number} called before {first.number} ({visit.service}, {visit.klass}) at counter "
                f"{counter}, event {row.seq}",
            )

    def _call(self, day: Day, row: Row, visit: Visit) -> None:
        seq = int(row.body["seq"])
        if seq != len(day.calls) + 1:
            self._tell(
                "I5", f"event {row.seq} is call {seq} of {day.name}, but {len(day.calls)} went before it"
            )
        recall = visit.recalls + 1 if row.kind == "Recalled" else 0
        day.calls[seq] = (visit.number, str(row.body["counter"]), recall)

    def _rated(self, day: Day, row: Row) -> None:
        id, body = row.body["ticket"], row.body
        visit = day.visits.get(id)
        if visit is None:
            self._tell("I6", f"event {row.seq} rates ticket {id}, which was not issued on {day.name}")
            return
        if visit.state != "served":
            self._tell("I6", f"event {row.seq} rates {visit.number}, which was {visit.state}")
        elif visit.counter != body["counter"]:
            self._tell(
                "I6",
                f"event {row.seq} rates {visit.number} at counter {body['counter']}, but it was served at "
                f"{visit.counter}",
            )
        elif visit.service != body["service"]:
            self._tell("I6", f"event {row.seq} rates {visit.number} of {visit.service} as {body['service']}")
        if id in day.ratings:
            self._tell("I6", f"event {row.seq} rates {visit.number} a second time")
        day.ratings[id] = Rating(
            at=datetime.fromisoformat(body.get("pressed_at") or row.at),
            answers=body.get("answers") or {},
            **{name: body[name] for name in ("service", "counter", "officer", "level", "levels", "reason")},
        )
        day.put(replace(visit, level=body["level"], touched=row.command))

    def _undone(self, day: Day, row: Row) -> None:
        undone = row.body["undoes"]
        found = day.before.pop(undone, {})
        said = {ticket["id"]: ticket for ticket in row.body["tickets"]}
        if not found or found.keys() != said.keys():
            self._tell("I2", f"event {row.seq} takes command {undone} back, which did something else")
        for id, visit in found.items():
            now = day.visits[id]
            if now.touched != undone:
                self._tell("I2", f"event {row.seq} takes {now.number} back, which had gone on since")
            if id in said and not same(said[id], visit):
                self._tell("I2", f"event {row.seq} takes {now.number} back to where it had not been")
            day.put(replace(visit, touched=row.command, missed=now.missed))
        for id in said.keys() - found.keys():
            if id in day.visits:
                day.put(replace(day.visits[id], touched=row.command))
