"""What a form's blanks are filled with: what the register knows, as people write it. Pure.

What is not known is left open for the hand: dots, a date to complete, empty lines of a table; never a word
like "None". Who handed a dossier in is told only when an applicant is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from itertools import count, groupby, pairwise
from typing import Any, Final

from server.dossiers import apologies
from server.dossiers.applicants import Applicant
from server.dossiers.book import Booked
from server.dossiers.register import Leg
from server.dossiers.store import Whole
from server.hall.site import Words
from server.papers.codes import code128, code128_modules, qr
from server.papers.filling import Picture
from server.papers.forms import BLANKS, SHAPES, Form, Kind, circular_of
from server.papers.wording import fill

DOT: Final = "…"
NO_HOUR: Final = (time(0, 0), time(23, 59, 59))  # of a date that came without one
DATE_DOTS: Final = {"hour": 2, "minute": 2, "day": 2, "month": 2, "year": 3}
CELL_DOTS: Final = 7
MODULE_MM: Final = 0.25  # of a bar code: what a cheap scanner reads
BARCODE_MM, QR_MM = 72.0, 22.0


@dataclass(frozen=True, slots=True)
class Centre:
    """Who writes. authorities: id -> name."""

    name: Words
    zone: tzinfo
    hotline: str = ""
    authorities: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Typed:
    """What an officer adds when a paper is made. reason, items: one a line."""

    reason: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    sets: str = ""
    place: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """All that a template of a form may ask for."""

    blanks: dict[str, Any]
    pictures: dict[str, Picture]


Raw = str | datetime | date | Sequence[str] | None


class Pen:
    """Writes values as the words of a paper have them. words: of the form and its head."""

    def __init__(self, words: Mapping[str, str], zone: tzinfo) -> None:
        self.words, self.zone = words, zone

    def when(self, at: datetime | None, short: bool = False) -> str:
        """With hour and minute, or the day alone where no hour is known."""
        tail = "_short" if short else ""
        if at is None:
            return self._dated(f"when{tail}", None)
        here = at.astimezone(self.zone)
        hour = here.time() not in NO_HOUR
        return self._dated(f"{'when' if hour else 'day'}{tail}", here)

    def day(self, at: date | None) -> str:
        return self._dated("day", at)

    def _dated(self, key: str, at: date | None) -> str:
        if at is None:
            return fill(self.words[key], {name: DOT * n for name, n in DATE_DOTS.items()})
        told = {"day": f"{at.day:02d}", "month": f"{at.month:02d}", "year": f"{at.year}"}
        if isinstance(at, datetime):
            told |= {"hour": f"{at.hour:02d}", "minute": f"{at.minute:02d}"}
        return fill(self.words[key], told)

    def limit(self, text: str) -> str:
        """`0.5d` as people say it; what is no such limit as it stands."""
        amount, unit = text[:-1], text[-1:]
        if unit not in ("d", "h") or not amount.replace(".", "", 1).isdigit():
            return text
        point = amount.replace(".", ",") if "ngày" in self.words["limit_d"] else amount
        return fill(self.words[f"limit_{unit}"], {"n": point})

    def kept(self, leg: Leg) -> str:
        """Whether a promise was kept; nothing while that is open."""
        if leg.due is None or leg.done is None:
            return ""
        due, done = leg.due.astimezone(self.zone), leg.done.astimezone(self.zone)
        key = "late" if done > due else "early" if done.date() < due.date() else "on_time"
        return self.words[key]


def of_dossier(
    form: Form,
    whole: Whole,
    applicant: Applicant | None,
    centre: Centre,
    typed: Typed,
    words: Mapping[str, str],
    lang: str,
    now: datetime,
    number: int | None = None,
) -> Filled:
    """A paper about one dossier. number: of the register book. now: aware."""
    pen, d = Pen(words, centre.zone), whole.dossier
    renewed = apologies.told(whole)
    told: dict[str, Raw] = {
        **_head(form, centre, lang, now),
        "code": d.code,
        "procedure": d.procedure,
        "procedure_code": d.procedure_code,
        "field": d.field,
        "authority": _authority(centre, d.authority, lang),
        "received": d.received,
        "due": whole.due,
        "limit": pen.limit(d.limit),
        "officer": d.officer,
        "counter": d.counter,
        "channel": words.get(d.channel.value, "") if d.channel else "",
        "fee": _money(d.fee, words, lang),
        "book_number": f"{number:02d}" if number is not None else "",
        "old_due": renewed.old_due if renewed else d.due,
        "new_due": renewed.new_due if renewed else None,
        "reason": typed.reason or _reason(form, renewed),
        "items": typed.items,
        "sets": typed.sets,
        "place": typed.place,
        "secret": typed.secret,
        "stopped": d.ended_at if form is Form.STOP else None,
    }
    if applicant is not None:
        told |= {
            "applicant": applicant.name,
            "address": applicant.address,
            "phone": applicant.phone,
            "email": applicant.email,
        }
    rows = list(_legs(whole, centre, pen, lang)) if SHAPES[form].row else []
    return _filled(form, told, rows, pen, _pictures(d.code))


def _reason(form: Form, renewed: apologies.Apology | None) -> tuple[str, ...]:
    return (renewed.reason,) if form is Form.APOLOGY and renewed and renewed.reason else ()


def of_book(
    lines: Iterable[Booked],
    begins: date,
    ends: date,
    centre: Centre,
    words: Mapping[str, str],
    lang: str,
    now: datetime,
) -> Filled:
    """The register book of a period. begins, ends: both days included."""
    pen = Pen(words, centre.zone)
    rows = [_line(line, centre, pen, lang) for line in lines]
    told: dict[str, Raw] = {
        **_head(Form.REGISTER_BOOK, centre, lang, now),
        "begins": begins,
        "ends": ends,
        "year": f"{begins.year}",
        "count": f"{len(rows)}",
    }
    return _filled(Form.REGISTER_BOOK, told, rows, pen, {})


def _head(form: Form, centre: Centre, lang: str, now: datetime) -> dict[str, Raw]:
    name = _said(centre.name, lang)
    today = now.astimezone(centre.zone).date()
    circular = circular_of(today)
    number = circular.numbers.get(form, "") if circular else ""
    return {
        "centre": name,
        "centre_upper": name.upper(),
        "hotline": centre.hotline,
        "today": today,
        "form_number": number,
        "circular": circular.name if circular and number else "",
    }


def _filled(
    form: Form, told: Mapping[str, Raw], rows: list[dict[str, str]], pen: Pen, pictures: dict[str, Picture]
) -> Filled:
    shape = SHAPES[form]
    blanks: dict[str, Any] = {}
    for name in sorted(shape.blanks):
        blank, value = BLANKS[name], told.get(name)
        if blank.kind is Kind.ROWS:
            open_ = max(0, shape.open - len(rows))
            blanks[name] = [*rows, *([_open_row(shape.row, pen)] * open_)]
        elif blank.kind is Kind.PICTURE:
            if name not in pictures:
                blanks[name] = ""
        elif blank.kind is Kind.WHEN:
            blanks[name] = pen.when(value if isinstance(value, datetime) else None)
        elif blank.kind is Kind.DAY:
            blanks[name] = pen.day(value if isinstance(value, date) else None)
        elif blank.kind is Kind.LINES:
            blanks[name] = [str(line) for line in value or ()] or [DOT * blank.dots] * blank.open  # type: ignore[union-attr]
        else:
            blanks[name] = str(value) if value else DOT * blank.dots
    simple = {name: value for name, value in blanks.items() if isinstance(value, str)}
    blanks["w"] = {key: fill(text, simple) for key, text in pen.words.items()}
    return Filled(blanks, {name: made for name, made in pictures.items() if name in shape.blanks})


def _legs(whole: Whole, centre: Centre, pen: Pen, lang: str) -> Iterator[dict[str, str]]:
    """Who had the dossier after whom: the legs of an interlinked one, else the steps of its history. Legs
    side by side have it from all of the place before."""
    legs = sorted(whole.legs or _legs_of_steps(whole), key=lambda leg: leg.place)
    before, number = _said(centre.name, lang), count(1)
    for _, beside in groupby(legs, lambda leg: leg.place):
        receivers = []
        for leg in beside:
            receivers.append(_authority(centre, leg.authority, lang) or DOT * CELL_DOTS)
            yield {
                "n": f"{next(number)}",
                "giver": before,
                "receiver": receivers[-1],
                "given": pen.when(leg.given),
                "due": pen.when(leg.due) if leg.due else "",
                "done": pen.when(leg.done) if leg.done else "",
                "result": pen.kept(leg),
                "note": leg.note,
            }
        before = "; ".join(dict.fromkeys(receivers))


def _legs_of_steps(whole: Whole) -> Iterator[Leg]:
    steps = [step for step in whole.steps if step.authority]
    starts = [steps[:1], *([b] for a, b in pairwise(steps) if a.authority != b.authority)]
    for place, step in enumerate((s for some in starts for s in some), 1):
        yield Leg(place, step.authority, given=step.at)


def _open_row(names: frozenset[str], pen: Pen) -> dict[str, str]:
    told = dict.fromkeys(names, "")
    told |= {name: DOT * CELL_DOTS for name in ("giver", "receiver") if name in names}
    return told | {name: pen.when(None) for name in ("given",) if name in names}


def _line(line: Booked, centre: Centre, pen: Pen, lang: str) -> dict[str, str]:
    d, person = line.dossier, line.applicant
    return {
        "n": f"{line.n:02d}",
        "code": d.code,
        "procedure": d.procedure,
        "applicant": person.name if person else "",
        "contact": ", ".join(filter(None, (person.address, person.phone))) if person else "",
        "authority": _authority(centre, d.authority, lang),
        "received": pen.when(d.received, short=True),
        "due": pen.when(line.due, short=True) if line.due else "",
        "returned": pen.when(line.returned, short=True) if line.returned else "",
        "method": "",  # how it was handed in is known, not how the result is to go out
        "signed": "",
    }


def _pictures(code: str) -> dict[str, Picture]:
    wide = min(BARCODE_MM, code128_modules(code) * MODULE_MM)
    return {"qr": Picture(qr(code), QR_MM), "barcode": Picture(code128(code), wide)}


def _authority(centre: Centre, id: str, lang: str) -> str:
    """The name of an authority that the hall has; what another source calls one as it stands."""
    found = centre.authorities.get(id)
    return _said(found, lang) if found is not None else id


def _said(words: Words, lang: str) -> str:
    return words.en if lang == "en" else words.vi


def _money(fee: int | None, words: Mapping[str, str], lang: str) -> str:
    if fee is None:
        return ""
    return fill(words["money"], {"n": f"{fee:,}".replace(",", "." if lang == "vi" else ",")})
