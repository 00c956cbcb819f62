"""The day that `motcua verify` is tried on: every kind of event, both classes, a kiosk that was alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from server.hall import commands as c
from server.hall.tickets import Klass
from server.writer import FactMark
from tests.hall.small_hall import MONDAY, local
from tests.server.small_server import SmallServer

SUNDAY, WEDNESDAY = date(2026, 11, 22), date(2026, 11, 25)


def play_a_day(server: SmallServer) -> None:
    """Every kind of event, both classes, three counters, facts of two devices; some left when it closes."""

    def at(kind: type[c.Command], counter: str = "1", **what: Any) -> None:
        server.clock.passes(seconds=7)
        server.ask(kind, counter=counter, **what)

    def fact(device: str, seq: int, kind: type[c.Command], **what: Any) -> None:
        mark = FactMark(device, seq, kind.__name__, server.clock.now())
        server.writer.submit(server.command(kind, **what), lambda _: None, mark)

    at(c.OpenCounter, officer="ha")
    for n in range(12):  # A98 to A109
        server.clock.passes(seconds=20)
        fact("kiosk-1", n + 4, c.RecordPaper, ticket=server.issue("land"), outcome="printed")
    given_up = server.issuing("land")
    server.writer.ask(given_up)
    server.ask(c.Abandon, request=given_up.id)
    server.ask(c.Abandon, request="kiosk-1/never-came")
    at(c.CallNext)  # A98
    at(c.Recall)
    at(c.Start)
    at(c.Finish)
    fact("counter-1", 1, c.Rate, counter="1", number="A98", level=3, levels=4, reason="late")
    at(c.CallNext)  # A99
    at(c.Undo)
    at(c.CallNext)
    at(c.Park, note="copies")
    at(c.CallNext, "2")  # A100
    at(c.MarkNoShow, "2")
    at(c.CallNumber, "2", number="A99")
    at(c.Transfer, "2", to_service="health")
    at(c.CallNext)  # A101
    at(c.Transfer, to_counter="3")
    at(c.CallNext)  # A102
    at(c.CallNext, "3")  # A101
    at(c.CallNext)  # A103
    at(c.PauseCounter, reason="break")
    at(c.CallNumber, "2", number="A107", reason="interpreter leaves")
    at(c.CallNext, "2")  # A99
    server.ask(c.Cancel, number="A108", reason="went home")
    at(c.CallNext, "3")  # nobody
    at(c.CloseCounter, "3")
    server.issue("trade")
    at(c.CallNext, "3")  # C001
    at(c.MarkNoShow, "3")
    at(c.BringBack, "3", number="C001")
    at(c.CallNext, "3")
    at(c.Start, "3")
    fact("counter-1", 2, c.Rate, counter="1", number="A98", level=3, levels=4)
    server.issue("roads", Klass.PRIORITY)
    at(c.WriteNote, "3", note="wants a copy")
    at(c.Undo, "3")
    server.ask(c.CheckPriority, number="A111", klass=Klass.NORMAL)
    server.ask(c.CheckPriority, number="A111", klass=Klass.PRIORITY)
    server.ask(c.EnterHandwritten, day=MONDAY, rows=sheet(MONDAY))
    server.issue("justice")
    own(server, 1, "E2-001", local("08:01"))
    at(c.CallNumber, "2", number="A2-007", ticket="untold", token="t" * 22)
    own(server, 2, "A2-007", local("08:02"), service="land")
    own(server, 3, "E2-001", local("08:03"))  # a card that was copied
    own(server, 1, "E2-002", local("08:04"), box="b2")  # a card that was wiped
    at(c.Reprint, number="E2-001", kiosk="kiosk-1")
    numbers = [server.issue("justice", secret="4821") for _ in range(2)]
    late, gone = (server.writer.view.state.by_number[number] for number in numbers)
    server.ask(c.SayLate, ticket=late)
    server.ask(c.SayHere, ticket=late)
    server.ask(c.GiveUp, ticket=gone, secret="0000")
    server.ask(c.SayLate, ticket=gone)
    server.ask(c.GiveUp, ticket=gone, secret="4821")


def sheet(day: date) -> tuple[c.Handwritten, ...]:
    """Three of a paper roll: one who waits, where the day is still on, one who was served, one who left."""
    rows: list[dict[str, Any]] = [
        {"number": "E0-002", "fate": "served", "at": local("07:55", day), "counter": "3"},
        {"number": "E0-003", "fate": "left"},
    ]
    if day == MONDAY:
        rows.append({"number": "E0-001", "fate": "waiting"})
    return tuple(
        c.Handwritten(
            service="justice", given_at=local("07:40", day), ticket=f"h{day}-{n}", token=f"h{day}-{n}", **row
        )
        for n, row in enumerate(rows)
    )


def own(
    server: SmallServer, seq: int, number: str, at: datetime, service: str = "justice", box: str = "b1"
) -> None:
    """A kiosk tells of a number that it gave by itself."""
    name = f"{box}-{seq}"
    told = {
        "ticket": name, "token": name, "spare": f"spare-{name}", "source": "kiosk-2", "number": number,
        "service": service, "box": box, "seq": seq, "at": at, "trusted": True, "age": None,
    }  # fmt: skip
    mark = FactMark("kiosk-2", seq, "ticket", at, box)
    server.writer.submit(server.command(c.TakeOwnNumber, **told), lambda _: None, mark)
