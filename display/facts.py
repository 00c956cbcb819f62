"""Facts: what a board says to a whole hall, as lines of a scene.

Knows which calls are still needed, who is where and who waits; keeps out heroes and their turns, which are
the core's, and pages, which are the layout's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from broker import messages as m
from display import discreet
from display.scene import Desk, Line, Waiting, plain

DUE: Final = timedelta(minutes=3)  # a call can be read for so long, unless its citizen is being served
MOST_SIGNS: Final = 300  # of a notice or a name


def needed_until(
    calls: Iterable[m.Call], turned: Mapping[int, datetime], counters: Iterable[m.CounterLine]
) -> dict[int, datetime]:
    """Until when each call has to be readable, by seq, unless its citizen has come to a counter.

    turned: when calls had their turn here, by seq; for others the time of the call counts.
    """
    come = {line.number for line in counters if line.state in ("serving", "served")}
    return {c.seq: turned.get(c.seq, c.at) + DUE for c in calls if c.number not in come}


def rows_of(
    calls: Iterable[m.Call], hero: str | None, needed: Mapping[int, datetime], now: datetime
) -> tuple[Line, ...]:
    """Calls that had their turn, newest first, each number once: where to go is what was said last.

    needed: until when each call has to be readable, by seq.
    """
    numbers = {hero}
    rows: list[Line] = []
    for call in sorted(calls, key=lambda call: call.seq, reverse=True):
        if call.number not in numbers:
            numbers.add(call.number)
            due = call.seq in needed and now < needed[call.seq]
            rows.append(Line(discreet.number(call.number), discreet.counter(call.counter), due))
    return tuple(rows)


def desks_of(counters: Iterable[m.CounterLine], unheard: Collection[str]) -> tuple[Desk, ...]:
    """Every counter that is not closed, in the board's order. `unheard`: calls that wait for their turn."""
    desks: list[Desk] = []
    for line in counters:
        if line.status == "paused":
            desks.append(Desk(discreet.counter(line.counter), paused=True))
        elif line.status == "open":
            there = line.number if line.state in ("called", "serving") else None
            if there is None or there in unheard:
                desks.append(Desk(discreet.counter(line.counter)))
            else:
                desks.append(Desk(discreet.counter(line.counter), discreet.number(there)))
    return tuple(desks)


def waiting_by_letter(lines: Iterable[m.WaitingLine], known: bool) -> tuple[Waiting, ...]:
    """Those who wait, per letter in the board's order: the letter is what stands on the ticket.

    Where there are more letters than a page holds, those with nobody waiting are left out.
    """
    sums: dict[str, int] = {}
    for line in lines:
        if line.open or line.waiting:
            letter = discreet.letter(line.letter)
            sums[letter] = sums.get(letter, 0) + line.waiting
    if len(sums) > 3 and any(sums.values()):
        sums = {letter: count for letter, count in sums.items() if count}
    return tuple(Waiting(letter, count if known else None) for letter, count in sums.items())


def notices_of(board: m.Board, lang: m.Lang) -> tuple[str, ...]:
    return tuple(text for words in board.notices if (text := plain(words[lang], MOST_SIGNS)))
