"""The words of a ticket: what the paper says, and nothing else.

Knows which facts of an issued number go on paper and in which words; keeps out how they are drawn
(`kiosk.ticket`). A name, an identity number or the reason of a priority cannot get on: there is no field.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache

from broker.messages import KioskPlan, TicketReply, Words
from hardware.texts import Texts

LONGEST = 160  # characters of any one text; a name that needs more is a mistake in the configuration
# What a name may hold and the font draws: Latin with Vietnamese, punctuation, the signs of dong and euro.
_DRAWN = ((0x20, 0x7E), (0xA0, 0x24F), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x203A), (0x20AB, 0x20AC))


@dataclass(frozen=True)
class Slip:
    """Every word on one ticket, in its language, ready to draw; NFC, one line each, no control characters."""

    hall: str
    caption: str
    number: str
    priority: bool  # a star beside the number, never more
    authority: str
    service: str  # empty where it would repeat the authority
    place: str
    ahead_labels: tuple[str, str]  # the usual one, and one for narrow paper
    ahead: str  # empty: nobody knows
    wait_labels: tuple[str, str]
    wait: str  # empty: no honest range is known
    url: str  # of the QR code; empty: none
    scan: str
    taken: str
    date: str  # empty where no clock was to be believed
    taken_on: str  # both in one line, for narrow paper
    hotline: str
    documents: str
    missed: str
    dossier: str = ""  # whose result is to be collected: names a file, never a person
    follow: str = ""  # the address of the phone page in words, for paper without a code
    cancel: str = ""  # the figures that cancel the number on its phone page

    def texts(self) -> list[str]:
        """Everything a reader of the paper can read, without the phone page's address."""
        flat: list[str] = []
        for value in (
            getattr(self, name) for name in self.__dataclass_fields__ if name not in ("url", "follow")
        ):
            flat += value if isinstance(value, tuple) else [value] if isinstance(value, str) else []
        return [text for text in flat if text]


@cache
def _texts() -> Texts:
    return Texts.load("kiosk")


def slip(reply: TicketReply, plan: KioskPlan, hall: Words, tz: tzinfo) -> Slip:
    """The ticket for `reply`, in the language it was asked for, its times in the hall's zone `tz`."""
    lang, say = reply.lang, _texts()
    at, timed = reply.issued_at.astimezone(tz), reply.timed
    time, date = f"{at:%H:%M}", f"{at:%d/%m/%Y}"
    weekday = say(f"ticket.weekday_{at.weekday()}", lang)
    authority, service = _in(reply.authority, lang), _in(reply.service, lang)
    wait = reply.wait if timed else None  # a range without its time would be true at any time
    minutes = "minutes" if wait is not None and wait.low else "minutes_under"
    hotline = clean(plan.hotline)
    url = "".join(c for c in reply.url if "!" <= c <= "~")
    return Slip(
        hall=_in(hall, lang),
        caption=say("ticket.caption", lang),
        number=clean(reply.number) or "?",
        priority=reply.klass == "priority",
        authority=authority,
        service="" if service == authority else service,
        place=_in(reply.place, lang),
        ahead_labels=("", "")
        if reply.ahead is None
        else (say("ticket.ahead", lang), say("ticket.ahead_short", lang)),
        ahead="" if reply.ahead is None else say(_people(reply.ahead), lang, n=reply.ahead),
        wait_labels=("", "")
        if wait is None
        else (say("ticket.wait_at", lang, time=time), say("ticket.wait_at_short", lang, time=time)),
        wait="" if wait is None else say(f"ticket.{minutes}", lang, **_ends(minutes, wait.low, wait.high)),
        url=url,
        scan=say("ticket.scan", lang),
        taken=say("ticket.taken", lang, time=time) if timed else say("ticket.untimed", lang),
        date=say("ticket.date", lang, weekday=weekday, date=date) if timed else "",
        taken_on=say("ticket.taken_on", lang, time=time, weekday=weekday, date=date)
        if timed
        else say("ticket.untimed", lang),
        hotline=say("ticket.hotline", lang, hotline=hotline) if hotline else "",
        documents=_in(plan.documents, lang),
        missed=say("ticket.missed", lang, minutes=reply.grace_min)
        if reply.grace_min
        else say("ticket.missed_no_grace", lang),
        dossier=say("ticket.dossier", lang, dossier=clean(reply.dossier)) if reply.dossier else "",
        follow=say("ticket.follow", lang, url=url) if url else "",
        cancel=say("ticket.cancel", lang, code=reply.secret) if url and reply.secret else "",
    )


def clean(text: str) -> str:
    """`text` as it may stand on paper: one line, NFC, no controls, no bidi tricks, no piled marks.

    Anything the font cannot draw becomes "?", so that a hole is seen and not mistaken for a word.
    """
    kept = []
    for c in unicodedata.normalize("NFC", text[: 4 * LONGEST]):
        kind = unicodedata.category(c)
        if kind[0] == "Z" or c in "\n\t\r":
            kept.append(" ")
        elif kind[0] not in "CM":
            kept.append(c if any(low <= ord(c) <= high for low, high in _DRAWN) else "?")
    one_line = " ".join("".join(kept).split())
    return one_line if len(one_line) <= LONGEST else one_line[: LONGEST - 1].rstrip() + "…"


def _in(words: Words, lang: str) -> str:
    """The words in `lang`, or in Vietnamese where nobody has translated them."""
    return clean(words[lang]) or clean(words.vi)


def _people(ahead: int) -> str:
    return "ticket.people_1" if ahead == 1 else "ticket.people"


def _ends(key: str, low: int, high: int) -> dict[str, int]:
    return {"low": low, "high": high} if key == "minutes" else {"high": high}
