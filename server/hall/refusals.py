"""The hall says no: typed, with a stable code that programs and catalogues know."""

from __future__ import annotations

from typing import Any

CODES: dict[str, str] = {
    "unknown-service": "no service of that id",
    "unknown-counter": "no counter of that id",
    "unknown-officer": "no officer of that id",
    "unknown-number": "no ticket of that number today",
    "before-opening": "the hall has not opened yet",
    "lunch": "between the sessions of the day",
    "cut-off": "too near to closing for another number",
    "after-hours": "the last session of the day is over",
    "holiday": "a public holiday",
    "closed-day": "no session on this day",
    "session-full": "all numbers of this session are given",
    "nobody-waiting": "nobody waits for this counter",
    "nobody-here": "no ticket stands at this counter",
    "elsewhere": "the ticket stands at another counter, whose officer alone may end it",
    "moved-on": "another number stands at this counter by now",
    "not-now": "the ticket's state does not allow this",
    "not-served-here": "this counter does not serve that service",
    "counter-busy": "a ticket already stands at this counter",
    "counter-taken": "another officer works at this counter",
    "reason-needed": "calling out of order needs a reason",
    "recall-limit": "recalled as often as the hall allows",
    "too-soon": "a moment ago already",
    "grace-over": "the missed number came back too late",
    "nothing-to-undo": "nothing to take back at this counter",
    "too-late": "the time for taking it back is over, or the ticket went on",
    "not-rateable": "no ticket of that number was served at this counter just now",
    "already-rated": "this ticket has its rating",
    "bad-level": "a level the hall does not use",
    "no-dossier": "no dossier goes with the ticket, and none was named, whose result could be handed over",
    "abandoned": "the kiosk gave this request up before it was answered",
    "already-told": "a ticket of that id, or too many of that number, were told before",
    "late-already": "its holder said once before that he comes later",
    "no-secret": "the ticket's paper has no figures to cancel it by phone",
    "locked": "too many wrong figures were told for this ticket",
    "rows-wrong": "some of the numbers written by hand cannot be so; nothing was entered",
    "cannot-print": "that kiosk cannot print now",
    "bad-request": "the message was not of the contract",
    "stale": "the request took too long to arrive",
    "unknown-device": "no device of that id, or not of that role",
    "setup-stale": "the configuration was changed by somebody else meanwhile",
    "setup-planned": "it does not go with the configuration that is planned for a coming day",
    "setup-wrong": "a configuration that makes no sense",
    "setup-breaks": "a configuration that would break the day",
    "setup-other-site": "the configuration of another site",
    "setup-fixed": "a hall whose configuration no file holds",
    "site-taken": "there is a centre of that id already, or its folder",
    "unknown-site": "no centre of that id",
    "first-site": "the centre of the server's own file stays",
    "nothing-planned": "no configuration is planned",
}


# Of a number that somebody holds on paper: it is true only until the hall's file is mended.
PASSING = frozenset({"unknown-service"})


class Refusal(Exception):
    """A command that was understood and not carried out. Nothing has changed.

    code: a key of CODES; params: values for the text shown to the person.
    """

    def __init__(self, code: str, **params: Any) -> None:
        if code not in CODES:
            raise KeyError(code)
        super().__init__(f"{code}: {CODES[code]}")
        self.code = code
        self.params = params
