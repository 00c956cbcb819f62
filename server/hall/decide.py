"""The rules, found through one table: each command is answered with events, or refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from server.hall import commands as c, counters, handwritten, holders, numbers, own_numbers, remarks
from server.hall.events import Event
from server.hall.site import Site
from server.hall.state import HallState


def decide(site: Site, state: HallState, command: c.Command, now: datetime) -> list[Event]:
    """What happens when `command` is asked at `now` (UTC). Raises Refusal; then nothing happens."""
    return _RULES[type(command)](site, state, command, now)


_RULES: dict[type[c.Command], Callable[[Site, HallState, Any, datetime], list[Event]]] = {
    c.OpenDay: numbers.open_day,
    c.Issue: numbers.issue,
    c.TakeOwnNumber: own_numbers.take,
    c.Abandon: numbers.abandon,
    c.RecordPaper: numbers.record_paper,
    c.Reprint: numbers.reprint,
    c.OpenCounter: counters.open_counter,
    c.PauseCounter: counters.pause_counter,
    c.CloseCounter: counters.close_counter,
    c.CallNext: counters.call_next,
    c.CallNumber: counters.call_number,
    c.Recall: counters.recall,
    c.Start: counters.start,
    c.Finish: counters.finish,
    c.MarkNoShow: counters.mark_no_show,
    c.Park: counters.park,
    c.BringBack: counters.bring_back,
    c.Transfer: counters.transfer,
    c.Cancel: counters.cancel,
    c.CheckPriority: remarks.check_priority,
    c.WriteNote: remarks.write_note,
    c.EnterHandwritten: handwritten.enter,
    c.SayLate: holders.say_late,
    c.SayHere: holders.say_here,
    c.GiveUp: holders.give_up,
    c.Undo: counters.undo,
    c.Rate: counters.rate,
}
