"""The door for devices that have nothing but a code: POST /enrol.

Answers JSON alone. Whatever is wrong with a code, the answer is the same; what is right is encrypted for the
device. No cookie, no account: the code is the right, and it is used up by this.
"""

from __future__ import annotations

import logging

import msgspec
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from broker.invitation import Ask
from broker.users import NoBroker
from server.invitations import NotTaken, TooManyTries
from server.web import device_view, guard
from server.web.problems import problem

log = logging.getLogger("enrol")

LONGEST = 1024  # bytes of an honest question

enrolment = Blueprint("enrolment", __name__)


@enrolment.post("/enrol")
def enrol() -> ResponseReturnValue:
    """What a device needs, for a code. 403 for a code that is none, 429 after too many of them."""
    hall, lang = guard.hall(), guard.language()
    if hall.keys is None or not hall.keys.manages:
        raise NotFound
    if (request.content_length or 0) > LONGEST:
        return problem("too-large", 413, lang)
    try:
        asked = msgspec.json.decode(request.get_data(cache=False), type=Ask)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return problem("bad-request", 400, lang)
    address = request.remote_addr or ""
    try:
        taken = hall.keys.take(asked.handle, asked.proof, address)
        device = hall.config.devices.get(taken.device)
        if device is None:  # taken out of the hall since
            raise NotTaken
        sealed = hall.keys.enrol(taken, device.role, device_view.name_of(hall, taken.device))
    except TooManyTries as error:
        answer = problem("too-many", 429, lang, seconds=round(error.wait_s))
        answer.headers["Retry-After"] = str(max(1, round(error.wait_s)))
        return answer
    except NotTaken:
        log.warning("code refused handle=%s address=%s", asked.handle, address)
        guard.audit_as("", "device.code-refused", address=address)
        return problem("code-refused", 403, lang)
    except NoBroker as error:
        log.error("not enrolled: %s", error)
        return problem("try-later", 503, lang)
    guard.audit_as(taken.by, "device.enrolled", device=taken.device, address=address)
    return Response(msgspec.json.encode(sealed), content_type="application/json; charset=utf-8")
