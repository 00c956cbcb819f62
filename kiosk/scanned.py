"""What a scanned text is: a dossier to collect, an identity card, or something to refuse politely. Pure.

Knows the formats people hold under a scanner. Keeps no more of a text than the kiosk needs: of an identity
card the date of birth, to offer the priority of age, or the number, to show whose a dossier is, and nothing
else. Nothing here is proof: a code is
neither signed nor checked. No `repr` shows anything personal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from urllib.parse import unquote

from broker.messages import AuthorityPlan, KioskPlan


@dataclass(frozen=True)
class DossierScan:
    """A dossier's code in capitals, fit for `broker.messages.DossierCode`.

    dated: the six figures in its middle are a date of receipt. A warning when not, and no more than that:
    agencies number as they like.
    """

    code: str = field(repr=False)
    dated: bool = True


@dataclass(frozen=True)
class CitizenCard:
    """An identity card with a chip. Its number, name and address stop here."""

    birth: date = field(repr=False)


@dataclass(frozen=True)
class HealthCard:
    """A health insurance card, which looks like an identity card to many."""


@dataclass(frozen=True)
class TicketLink:
    """The phone page of a ticket of this hall. `token` opens it."""

    token: str = field(repr=False)


@dataclass(frozen=True)
class Address:
    """Any other address on the web. Nobody follows it."""


@dataclass(frozen=True)
class Unknown:
    """Anything else."""


Scanned = DossierScan | CitizenCard | HealthCard | TicketLink | Address | Unknown

_AIM: Final = re.compile(r"^\][A-Za-z][0-9A-Za-z]")  # which symbology it was, said by scanners set so
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
# "Mã hồ sơ:", "Mã số hồ sơ:", "MHS:", also without the letters that a keyboard loses.
_DOSSIER_LABEL: Final = re.compile(r"^M[AÃ]?\s*(?:S[OỐ]?\s*)?H[OỒ]?\s*S[OƠ]?\s*[:.]\s*")
_DOSSIER: Final = re.compile(r"[A-Z0-9]{2,3}(?:\.[A-Z0-9]{2,3}){1,4}-([0-9]{6})-[0-9]{3,6}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_ADDRESS: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://\S*|(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/:?#]\S*)?", re.IGNORECASE
)
_LOOKUP: Final = re.compile(r"(?:lookup|tra-cuu)(?:\?[^#]*)?#(.*)", re.IGNORECASE)  # pages of the hall's web
_HEALTH_NUMBER: Final = re.compile(r"[A-Z]{2}[0-9]{13}|[0-9]{10}")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_CITIZEN_NUMBER: Final = re.compile(r"[0-9]{12}")
_DATE: Final = re.compile(r"([0-9]{2})[/.-]?([0-9]{2})[/.-]?([0-9]{4})")
_LABEL: Final = re.compile(r"^[^0-9:|]{1,20}:\s*")
_FIELDS: Final = 6  # of an identity card at least; newer ones have more
_LABELLED: Final = 3  # where each field says what it is, as in "CCCD:...|Họ tên:...|Ngày sinh:..."
_BEFORE_BIRTH: Final = 4  # number, old number (often not there), name, birth: later dates are other dates
_OLDEST: Final = 1900  # year of birth
_LONGEST: Final = 1000  # letters; no scanner of ours says more


def read(text: str, url: str = "") -> Scanned:
    """What `text` is, any text at all. `url`: the plan's address of phone pages up to the token."""
    text = _AIM.sub("", text.strip()).strip()
    if len(text) > _LONGEST:
        return Unknown()
    if url and text.startswith(url) and _TOKEN.fullmatch(text.removeprefix(url)):
        return TicketLink(text.removeprefix(url))
    if dossier := _dossier(_behind(text, url)):
        return dossier
    fields = [_LABEL.sub("", part.strip()) for part in text.split("|")]
    if len(fields) > 1 and _HEALTH_NUMBER.fullmatch(fields[0].upper()) and _HEX.fullmatch(fields[1]):
        return HealthCard()
    enough = _FIELDS if text.startswith(fields[0]) else _LABELLED
    if len(fields) >= enough and (birth := _birth(fields)):
        return CitizenCard(birth)
    return Address() if _ADDRESS.fullmatch(text) else Unknown()


def _behind(text: str, url: str) -> str:
    """What stands behind the `#` of the hall's own look-up page, whose address slips may have as a QR code;
    else the text."""
    home = f"{url.rstrip('/').rpartition('/')[0]}/"  # phone pages are one level below
    if not url or not text.lower().startswith(home.lower()):
        return text
    found = _LOOKUP.fullmatch(text[len(home) :])
    return text if found is None else unquote(found[1])


def _dossier(text: str) -> DossierScan | None:
    bare = _DOSSIER_LABEL.sub("", text.upper()).translate(_DASHES)
    found = _DOSSIER.fullmatch(re.sub(r"\s*-\s*", "-", bare))
    return DossierScan(found[0], _is_date(found[1])) if found else None


def _is_date(figures: str) -> bool:
    """Whether six figures are a date as YYMMDD."""
    try:
        datetime.strptime(figures, "%y%m%d")
    except ValueError:
        return False
    return True


def _birth(fields: list[str]) -> date | None:
    """The date of birth on an identity card; None when it is none, or its date cannot be."""
    if not _CITIZEN_NUMBER.fullmatch(fields[0]):
        return None
    found = next((match for part in fields[1:_BEFORE_BIRTH] if (match := _DATE.fullmatch(part))), None)
    if found is None or int(found[3]) < _OLDEST:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def card_number(text: str) -> str | None:
    """The number on an identity card, for somebody who shows by it whose a dossier is; nothing else of it."""
    text = _AIM.sub("", text.strip()).strip()
    if not isinstance(read(text), CitizenCard):
        return None
    return _LABEL.sub("", text.split("|")[0].strip())


def age_on(birth: date, day: date) -> int:
    """Full years on `day`, below zero for a birth to come. Who was born on 29 February grows older on 1 March
    in other years.
    """
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def queue_of(code: str, plan: KioskPlan) -> tuple[str, ...]:
    """The ids of the services where the result of the dossier `code` may be collected, in the plan's order.

    One: that is the one. More: the citizen chooses. None: results are not given out here. A known agency
    leads to the services of its authority; where that gives out none itself, and where the agency is not
    known, to those that may be for all.
    """
    owners = owners_of(code, plan)
    own = tuple(_collecting(owners))
    if own:
        return own
    common = tuple(_collecting([authority for authority in plan.authorities if not authority.agencies]))
    return common if owners else tuple(_collecting(plan.authorities))


def way_of(code: str, plan: KioskPlan) -> tuple[tuple[str, ...], bool]:
    """The ids of the services to go to with a dossier, and whether its result is given out there: else they
    are those of the agency that has it."""
    services = queue_of(code, plan)
    others = tuple(service.id for owner in owners_of(code, plan) for service in owner.services)
    return services or others, bool(services)


def owners_of(code: str, plan: KioskPlan) -> list[AuthorityPlan]:
    """The authorities whose codes begin like this one, level by level; those with the longest beginning."""
    levels = code.upper().partition("-")[0].split(".")
    fits = [(_fit(levels, authority), authority) for authority in plan.authorities]
    longest = max((fit for fit, _ in fits), default=0)
    return [authority for fit, authority in fits if fit == longest > 0]


def _fit(levels: list[str], authority: AuthorityPlan) -> int:
    known = (agency.strip().upper().split(".") for agency in authority.agencies)
    return max((len(begin) for begin in known if levels[: len(begin)] == begin), default=0)


def _collecting(authorities: list[AuthorityPlan] | tuple[AuthorityPlan, ...]) -> Iterator[str]:
    return (service.id for authority in authorities for service in authority.services if service.collect)
