"""What a look-up tells, and to whom. Pure.

Codes can be guessed: they are a date and a serial. So a code alone tells how the dossier stands and the time
it is promised for, and nothing else. Who also shows a second thing, the secret on the slip, the last figures
of the phone or the identity card, is told the rest, with the person masked. The comparisons are always all
made, whatever is known of the dossier, and which of them failed is said to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from broker.messages import Words
from broker.whisper import Past, Rest, StatusWord
from server.dossiers.applicants import PHONE_FIGURES, Applicant, Seals, is_phone, is_sealed
from server.dossiers.status import ENDED, Status
from server.dossiers.store import Whole

NOBODY: Final = Applicant()
LONGEST: Final = 40  # of a factor as it is typed: a card's number with spaces, a secret with dashes
SECRET: Final = range(4, 13)  # signs of a slip's secret
CARD: Final = (9, 12)  # figures of an identity number, old and new
MOST_WORDS: Final = 10  # of a name
LAST_FIGURES: Final = 3  # of a phone, that are shown
STAR: Final = "***"


def tidied(factor: str) -> str:
    """A factor as it is compared: letters and figures, in capitals; "" for what can be none."""
    found = re.sub(r"[\s.–-]", "", factor).upper()
    fits = len(factor) <= LONGEST and len(found) in SECRET and found.isascii() and found.isalnum()
    return found if fits else ""


def shows(factor: str, code: str, applicant: Applicant, seals: Seals) -> bool:
    """Whether somebody with this factor is taken for the one who handed the dossier in.

    factor: `tidied`. applicant: NOBODY for a dossier that is not known, or has no person.
    """
    of_secret = is_sealed(applicant.secret_seal, seals.of_secret(code, factor))
    of_card = is_sealed(applicant.id_seal, seals.of_id(factor)) and len(factor) in CARD and factor.isdigit()
    of_phone = is_phone(applicant, factor) and len(factor) == PHONE_FIGURES
    return bool(factor) and (of_secret | of_card | of_phone)


def standing(whole: Whole) -> StatusWord:
    """How it stands, for its citizen: a result that we handed over is returned, whatever its source says."""
    handed = bool(whole.handovers) and whole.dossier.status is Status.RESOLVED
    return (Status.RETURNED if handed else whole.dossier.status).value


def due(whole: Whole) -> datetime | None:
    """The promise that holds, of a dossier that something is promised of."""
    return None if whole.dossier.status in ENDED else whole.due


def rest(whole: Whole, applicant: Applicant, names: Mapping[str, Words], place: str) -> Rest:
    """What the person may see of it. names: of the hall's authorities. place: where its result is, or ""."""
    dossier = whole.dossier
    ready = standing(whole) == Status.RESOLVED.value
    firsts = [dossier.first_due, *(r.old_due for r in whole.reappointments[:1])]
    first = next((at for at in firsts if at is not None), None)
    return Rest(
        name=masked_name(applicant.name),
        phone=masked_phone(applicant.phone),
        procedure=dossier.procedure[:200],
        authority=names.get(dossier.authority, Words(dossier.authority, dossier.authority)),
        received=dossier.received,
        fee=dossier.fee,
        paid=dossier.paid,
        place=(dossier.counter or place) if ready else "",
        first_due=first if first != whole.due else None,
        history=tuple(Past(step.at, step.status.value) for step in whole.steps),
    )


def masked_name(name: str) -> str:
    """N*** V*** A***: the first letter of each word, and nothing of how long it is."""
    return " ".join(word[0] + STAR for word in name.split()[:MOST_WORDS])


def masked_phone(phone: str) -> str:
    """*** *** 123"""
    return f"{STAR} {STAR} {phone[-LAST_FIGURES:]}" if len(phone) > 2 * LAST_FIGURES else ""
