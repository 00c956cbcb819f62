"""What lists of promises and the page of one dossier share: words, marks, times."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import request

from server.dossiers.promises import Standing
from server.dossiers.status import Status
from server.web import guard
from server.web.words import TEXTS, said

MOST_PAGES: Final = 200
# How a standing looks: the marks of `app.css`, each with a sign of its own beside its colour.
LOOKS: Final = {
    Standing.UNEXCUSED: "late",
    Standing.OVERDUE: "late",
    Standing.APOLOGY_DUE: "soon",
    Standing.DUE_SOON: "soon",
    Standing.UNRECORDED: "soon",
    Standing.TWICE: "late",
    Standing.REAPPOINTED: "serving",
    Standing.WAITING: "closed",
    Standing.UNDATED: "closed",
    Standing.NOT_DUE: "okay",
    Standing.OVER: "okay",
    Standing.OUTSIDE: "closed",
}


def chosen_standings(text: str) -> tuple[Standing, ...]:
    return (Standing(text),) if text in set(Standing) else ()


def page_asked() -> int:
    text = request.args.get("page", "1")
    return min(int(text), MOST_PAGES) if text.isdecimal() and len(text) < 6 and int(text) else 1


def words(lang: str) -> dict[str, Any]:
    """For templates: `standing`, `look`, `status_word`, `authority`, `person` (of an account), `when`."""
    config = guard.hall().config
    names = {a.id: said(a.short, lang) for a in config.site.authorities}
    zone = config.site.zone

    def when(at: datetime | None) -> str:
        return "" if at is None else f"{at.astimezone(zone):%H:%M %d/%m/%Y}"

    return {
        "standing_word": lambda one: TEXTS(f"standing.{one.value}", lang),
        "look": LOOKS.__getitem__,
        "status_word": lambda one: status_word(one, lang),
        "authority": lambda id: names.get(id, id),
        "person": lambda account: config.officers.get(account, account),
        "when": when,
    }


def status_word(status: Status, lang: str) -> str:
    return TEXTS(f"dossier.status-{status.value}", lang)


def step_word(step: str, lang: str) -> str:
    """`before-3d` as people say it."""
    kind, _, rest = step.partition("-")
    if kind == "before":
        unit = TEXTS("step.hours" if rest.endswith("h") else "step.days", lang)
        return TEXTS("step.before", lang, n=rest[:-1], unit=unit)
    return TEXTS(f"step.{kind}", lang, n=rest) if kind == "late" else TEXTS(f"step.{kind}", lang)
