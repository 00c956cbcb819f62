"""A good body of every endpoint that takes one, of the hall in which B001 waits."""

from __future__ import annotations

from typing import Any

import msgspec

from hardware.settings import load
from server.site_shape import File
from tests.web.place import HANAM
from tests.web.programs import LAND

NUMBER = "B001"
GOOD: dict[str, dict[str, Any]] = {
    "log-in": {"name": "nobody", "password": "nothing"},
    "counter-call": {"number": NUMBER, "reason": "bà cụ"},
    "counter-bring-back": {"number": NUMBER},
    "counter-cancel": {"number": NUMBER, "reason": "đã về"},
    "counter-pause": {"reason": "break"},
    "counter-transfer": {"to_counter": "6"},
    "counter-priority": {"klass": "priority"},
    "counter-note": {"note": "thiếu bản sao"},
    "counter-reprint": {"number": NUMBER},
    "issue-ticket": {"service": LAND},
    "number-priority": {"number": NUMBER, "klass": "normal"},
    "number-note": {"number": NUMBER, "note": "thiếu"},
    "number-reprint": {"number": NUMBER},
    "enter-handwritten": {
        "day": "2026-11-23",
        "rows": [{"number": "B0-001", "service": LAND, "given_at": "2026-11-23T01:00:00Z"}],
    },
    "make-device-code": {"network": ""},
    "order-device": {"do": "identify"},
    "change-setup": {"base": 1, "document": msgspec.to_builtins(load(HANAM, File))},
    "withdraw-setup": {"base": 1},
    "restore-version": {"base": 1},
    "replace-draft": {"mark": "x", "document": msgspec.to_builtins(load(HANAM, File))},
    "take-over-into-draft": {"mark": "x"},
    "apply-draft": {"mark": "x"},
    "take-calendar-into-draft": {"mark": "x", "year": 2026},
    "discard-draft": {"mark": "x"},
    "confirm-import": {"token": "x"},
    "add-source": {"id": "portal", "name": "Portal", "mapping": {"columns": {"code": "x"}}},
    "take-dossiers": {"of": ""},
    "change-source": {"name": "Portal", "mapping": {}},
    "put-dossier": {"authority": "justice", "status": "?", "received": "2026-11-09"},
    "bring-dossiers": {
        "dossiers": [{"code": "H42.13-261109-0001", "authority": "", "status": "?", "received": "2026-11-09"}]
    },
    "reappoint": {"number": 1, "due": "2026-11-25T16:00:00+07:00", "reason": "x"},
    "letter-sent": {"number": 1},
    "my-dossiers-seen": {"last": 0},
    "set-contact": {"email": "", "source_name": "An"},
    "set-my-email": {"email": ""},
    "look-up-dossier": {"code": "H42.13-261109-0118"},
    "enter-points": {"span": "2026-Q3", "points": [{"authority": "justice", "indicator": 5, "points": 2}]},
    "bring-groups": {"month": "2026-10", "scores": [{"authority": "justice", "group": "CKMB", "score": 17}]},
    "approve-late": {"month": "2026-10", "mark": "x"},
    "find-person": {"by": "code", "text": "H42.13-261109-0118"},
    "forget-person": {"codes": ["H42.13-261109-0118"], "reason": "asked"},
    "note-late": {"period": "2026-10", "authority": "justice", "text": "x"},
    "change-paper-words": {"base": 0, "words": {"vi": {"to": "Gửi"}}},
    "restore-paper": {"base": 0, "version": 0},
    "make-paper-docx": {"reason": ["x"]},
    "make-paper-pdf": {"reason": ["x"]},
    "add-centre": {"document": msgspec.to_builtins(load(HANAM, File))},
    "retire-centre": {"site": "hanam"},
    "rename-centre": {"name": {"vi": "Hà Nam", "en": "Ha Nam"}},
    "change-my-password": {"password": "nothing", "new": "nothing-else"},
    "my-second-on": {"password": "nothing", "code": "000000"},
    "my-second-off": {"password": "nothing"},
    "add-person": {"account": "ha", "site": "hanam", "role": "officer"},
    "set-roles": {"before": {}, "roles": {}},
    "make-token": {"name": "x", "site": "hanam", "scopes": ["look"], "days": 1},
    "add-webhook": {"url": "https://x.example/", "events": ["issued"]},
    "change-webhook": {"url": "https://x.example/", "events": ["issued"]},
}
