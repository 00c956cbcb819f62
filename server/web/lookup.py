"""Looking a dossier up, for everybody: a form, and what it was answered, which is wiped again.

The code and the second factor come in a form's body and stand in no address, no history and no log. There is
no cookie: a form can be sent once and within the hour, so that going back or loading again shows nothing.
Works without scripts; with them, the code of a slip may come behind the address' `#`, which no server hears.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, time
from typing import Any, Final

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from server.dossiers.dates import END_OF_DAY
from server.dossiers.lookup import LONGEST
from server.dossiers.lookups import READY, Found, Lookups
from server.throttle import Lately
from server.web import guard
from server.web.phone import only_from_here
from server.web.words import TEXTS, figure_text, said as in_language

WIPED_S: Final = 30  # an answer stays so long; what everybody may see can be kept by a press
FORM_S: Final = 3600.0
DAY_ALONE: Final = (time(), END_OF_DAY)
MOST_SIGNS: Final = 64  # of a code, as it is typed

lookup = Blueprint("lookup", __name__)


@lookup.after_request
def keep_to_itself(answer: Response) -> Response:
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@lookup.get("/lookup")
@lookup.get("/tra-cuu", endpoint="form_vi")
def form() -> ResponseReturnValue:
    """The empty form, whatever stands in the address."""
    _lookups()
    return page()


@lookup.post("/lookup")
def find() -> ResponseReturnValue:
    only_from_here()
    told = request.form
    if not _is_new(told.get("form", "")):
        return page(said="again", status=409)
    code, factor = told.get("code", "").strip(), told.get("factor", "").strip()
    if len(code) > MOST_SIGNS or len(factor) > LONGEST:
        return page(typed=code, said="no_code" if len(code) > MOST_SIGNS else "too_long", status=400)
    keep = "keep" in told  # the same once more, and what is typed meanwhile is not looked at
    found = _lookups().find(code, "" if keep else factor, request.remote_addr or "", guard.hall().tick())
    if not found.code:
        return page(typed=code, said="no_code", status=422)
    if found.asked_too_often:
        answer = Response(*page(typed=code, said="busy", status=429, minutes=1))
        answer.headers["Retry-After"] = str(int(found.asked_too_often) + 1)
        return answer
    if found.wait_s:
        return page(found, said="locked", status=429, minutes=int(found.wait_s // 60) + 1)
    if found.tried and found.rest is None:
        return page(found, said="no_match", status=422)
    if found.status is None:
        return page(typed=found.code, said="not_found", status=404)
    return page(found, factor=factor if keep else "")


def page(
    found: Found | None = None,
    typed: str = "",
    said: str = "",
    status: int = 200,
    minutes: int = 0,
    factor: str = "",
) -> tuple[str, int]:
    """said: the word of a sentence, or "". typed, factor: what stands in the fields again."""
    asked = request.args.get("lang", "")
    lang, site = asked if asked in ("vi", "en") else "vi", guard.hall().config.site
    shown = found if found is not None and found.status is not None else None
    text = render_template(
        "lookup.html",
        lang=lang,
        t=lambda key, **params: TEXTS(key, lang, **params),
        site=site,
        found=shown,
        typed=found.code if found is not None else typed[:MOST_SIGNS],
        told=said,
        minutes=minutes,
        form=_new_form(),
        here=url_for("lookup.form", lang=lang),
        factor=factor,
        queue=_queue(shown, lang) if shown is not None else None,
        wiped=WIPED_S,
        when=_when,
        money=lambda dong: figure_text(dong, lang),
        longest=LONGEST,
    )
    return text, status


def _queue(found: Found, lang: str) -> str | None:
    """The service to take a number for, as the kiosk names it; "" where there are several, or none is known;
    None while there is no result to collect, or a counter is told."""
    if found.status != READY or (found.rest is not None and found.rest.place):
        return None
    services = guard.hall().config.site.services
    names = {in_language(services[id].name, lang) for id in found.collect}
    return names.pop() if len(names) == 1 else ""


def _when(at: datetime) -> dict[str, Any]:
    """The day, and the hour where one is known: a day alone is its beginning, or as a promise its end."""
    local = at.astimezone(guard.hall().config.site.zone)
    return {"day": f"{local:%d/%m/%Y}", "time": "" if local.time() in DAY_ALONE else f"{local:%H:%M}"}


def _lookups() -> Lookups:
    found = guard.hall().lookups
    if found is None:
        raise NotFound
    return found


# --- forms that can be sent once ------------------------------------------------------------------------


def _new_form() -> str:
    told = f"{guard.hall().wall():.0f}.{secrets.token_hex(8)}"
    return f"{told}.{_signed(told)}"


def _is_new(form: str) -> bool:
    """Whether this is a form of ours, of the last hour, that was not sent before."""
    told, _, sign = form.rpartition(".")
    if not hmac.compare_digest(sign.encode(), _signed(told).encode()):
        return False
    age = guard.hall().wall() - float(told.partition(".")[0])
    sent: Lately = current_app.extensions["lookup-forms"]
    return age < FORM_S and sent.first((told,), guard.hall().tick())


def _signed(told: str) -> str:
    return hmac.new(guard.hall().secret, b"look-up form " + told.encode(), hashlib.sha256).hexdigest()[:32]
