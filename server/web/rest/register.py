"""The register of dossiers for programs that bring them: one, or some hundred at once, all of them or none.

The same dossier sent again changes nothing. What is wrong is told field by field; no answer repeats what was
sent, since what stands in a wrong place may be anybody's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, NoReturn

import msgspec
from msgspec import Meta
from werkzeug.exceptions import NotFound

from broker.sent import MOST_DOSSIERS, CodedDossier, SentDossier
from server.dossiers.code import read_code
from server.dossiers.importing import RefusedRow
from server.dossiers.sending import NotTaken
from server.dossiers.sent import Fault, SentApplicant
from server.dossiers.sources import NoSource
from server.dossiers.store import Changes
from server.dossiers.telling import reason_text
from server.hall.refusals import Refusal
from server.people.rights import Right
from server.web.asked import MISTAKES_TOLD, Mistake, refuse
from server.web.rest.caller import audit
from server.web.rest.endpoint import Asked, Endpoint

SourceId = Annotated[str, Meta(pattern=r"^([a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?)?(?!\n)$")]
BATCH_BYTES: Final = 2 * 1024 * 1024


class OneDossier(SentDossier, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """source: who brings it, of /dossiers/sources; "" for the one without a mapping."""

    source: SourceId = ""
    applicant: SentApplicant | None = None


class OneOfBatch(CodedDossier, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A dossier with its code."""

    applicant: SentApplicant | None = None


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """source: who brings them."""

    dossiers: Annotated[tuple[OneOfBatch, ...], Meta(min_length=1, max_length=MOST_DOSSIERS)]
    source: SourceId = ""


def put(asked: Asked) -> Changes:
    """Bring one dossier: what is known of it is what is sent now. Sent again it changes nothing."""
    if read_code(asked.at["code"]) is None:
        raise NotFound
    return _taken(asked, [(asked.at["code"], asked.body)], "")


def batch(asked: Asked) -> Changes:
    """Bring up to 500 dossiers: all of them, or none and every reason by its place."""
    return _taken(asked, [(one.code, one) for one in asked.body.dossiers], "/dossiers")


def _taken(asked: Asked, sent: Sequence[tuple[str, SentDossier]], where: str) -> Changes:
    if asked.hall.desk is None:
        raise NotFound
    try:
        changes = asked.hall.desk.bring(sent, asked.body.source, asked.who.name, asked.hall.clock.now())
    except NoSource:
        refuse([("/source", "choice")])
    except NotTaken as wrong:
        _refuse(wrong.faults, where, asked.lang)
    if changes.new or changes.changed:
        audit(
            asked.who.name, "dossiers.sent", source=asked.body.source, changed=changes.new + changes.changed
        )
    return changes


def _refuse(faults: list[Fault], where: str, lang: str) -> NoReturn:
    """Raises bad-request with a place for each, as far as anybody reads."""
    errors = [
        Mistake(
            f"{where}/{fault.index}{fault.pointer}" if where else fault.pointer,
            fault.key,
            reason_text(RefusedRow(0, "", fault.key, fault.nearest), lang),
        )
        for fault in faults[:MISTAKES_TOLD]
    ]
    raise Refusal("bad-request", errors=errors)


ENDPOINTS = (
    Endpoint(
        name="put-dossier",
        method="PUT",
        path="/dossiers/{code}",
        does=put,
        answer=Changes,
        refusals=("busy",),
        right=Right.DOSSIERS,
        area="dossiers",
        body=OneDossier,
        keyed=False,
    ),
    Endpoint(
        name="bring-dossiers",
        method="POST",
        path="/dossiers/batch",
        does=batch,
        answer=Changes,
        refusals=("busy",),
        right=Right.DOSSIERS,
        area="dossiers",
        body=Batch,
        most=BATCH_BYTES,
    ),
)
