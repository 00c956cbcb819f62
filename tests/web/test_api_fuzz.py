"""Whatever a program sends, the interface answers as its document says, and never with a mistake of ours.

The document is the served one, the hall a real one with people in it; schemathesis makes the requests, the
same ones each time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from broker.messages import Deed, DeviceStatus, Piece, Words
from server.dossiers import late_desk
from server.dossiers.mapping import Mapping, Source
from server.dossiers.rows import mail_table, text_of
from server.people.rights import EVERYWHERE, Right, Role
from server.web.live import Streams
from server.web.rest.endpoint import Endpoint
from server.web.rest.table import ENDPOINTS
from tests.web.dossiers.rooms import OPEN, take
from tests.web.place import HANAM, PASSWORD, Place, open_place
from tests.web.programs import program

CHECKS: Any = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
)
LAND = "environment-land"
Asker = Callable[[str], dict[str, str]]
PLAIN = {"Accept-Encoding": "identity"}  # schemathesis reads answers of WSGI as they come
AT_BORDERS = 40  # cases of one endpoint at the most: a whole configuration has thousands
EXAMPLES, FEW = 6, 2
# A whole configuration takes a second to invent, and a table a process to read.
HEAVY = ("change-setup", "add-centre", "replace-draft", "preview-import", "enter-handwritten")
FILES = (b"", b"id = 7", b"code,authority\nx,y\n", b"\xff\x00\x89PNG", HANAM.read_bytes())
NAMES = [row.name for row in ENDPOINTS]
ASKS_NOTHING = ("get-board", "get-dossiers-wall", "get-public-late-lists")
# Nothing can be wrong in a question that asks nothing, of whoever it may be.
MODES = [
    (r.name, m) for r in ENDPOINTS for m in GenerationMode if r.name not in ASKS_NOTHING or m.is_positive
]

for kind in {row.file for row in ENDPOINTS if row.file}:
    schemathesis.openapi.media_type(kind, strategies.sampled_from(FILES))


def bounded(name: str, most: int = EXAMPLES) -> settings:
    """So many examples of one endpoint, the same ones each time."""
    return settings(
        max_examples=FEW if name in HEAVY else most,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    opened = open_place(tmp_path_factory.mktemp("hall"))
    ended = threading.Event()
    ended.set()  # streams end with their first line
    opened.app.extensions["programs"] = Streams(10, 32, ended)
    for _ in range(20):
        opened.issue(LAND)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def asker(hall: Place) -> Asker:
    """The headers of a program that may everything, and of an administrator for what no program may."""
    scopes = [right.value for right in Right]
    key, _ = hall.accounts.tokens.make("everything", EVERYWHERE, scopes, 2e9, "test", hall.wall[0])
    staff = hall.log_in("chief", Role.ADMINISTRATOR)
    session = {"Cookie": "=".join(staff.cookie), "X-CSRF-Token": staff.csrf, **PLAIN}
    people_only = {row.name for row in ENDPOINTS if row.people_only}
    return lambda name: session if name in people_only else {"Authorization": f"Bearer {key}", **PLAIN}


@pytest.fixture(scope="module")
def interface(hall: Place) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", hall.app)


@pytest.fixture(scope="module")
def there(hall: Place) -> dict[str, str]:
    """An id of each kind."""
    hall.devices.put("kiosk-1", DeviceStatus(online=True, role="kiosk", printer="ok"))
    hall.accounts.add("ha", Role.OFFICER, PASSWORD, hall.wall[0])
    hall.accounts.logins.begin("chief", hall.wall[0])
    orders, chiefs = hall.hall.orders, hall.accounts.logins.of("chief", hall.wall[0])
    status = hall.devices.snapshot()["kiosk-1"]
    logs = orders.give("kiosk-1", "logs", "chief", status, Words("Ki-ốt", "Kiosk"), hall.hall.order)
    orders.outcome("kiosk-1", Piece(order=logs.id, n=1, of=1, data=b"08:12\n"))
    orders.outcome("kiosk-1", Deed(order=logs.id, what="done"))
    nobody = hall.hall.webhooks.store.add("http://127.0.0.1:9/", ["issued"], 0, "chief", 0.0)
    done = {"message": "m", "type": "issued", "body": b"{}", "at": 0.0, "state": "failed", "tries": 1}
    hall.hall.webhooks.store.ended(nobody.id, 1, {**done, "status": None, "error": "no-answer"})
    assert hall.hall.desk is not None
    hall.hall.desk.save(Source("portal", "Cổng", Mapping()), "chief", hall.clock.now())
    take(hall, OPEN)
    now, config = hall.clock.now(), hall.config
    sheet = late_desk.draft(hall.register, config, "2026-10")
    assert sheet is not None
    published = late_desk.approve(hall.register, config, "2026-10", sheet.mark, "chief", False, now)
    assert published is not None
    letter = {
        "recipient": "justice",
        "to": "a@example.vn",
        "message_id": "<1@x>",
        "subject": "x",
        "body": "x",
    }
    letter |= {"at": text_of(now), "state": "failed", "next_at": text_of(now)}
    with hall.register.writing() as db:
        written = db.execute(mail_table.insert().values(**letter)).inserted_primary_key
    assert written is not None
    return {
        "publication": str(published[0].id),
        "letter": str(written[0]),
        "source": "portal",
        "code": OPEN["code"],
        "form": "apology",
        "counter": "7",
        "device": "kiosk-1",
        "ticket": next(iter(hall.writer.view.state.tickets)),
        "webhook": nobody.id,
        "delivery": str(hall.hall.webhooks.store.deliveries(nobody.id)[0].n),
        "account": "ha",
        "token": program(hall, Right.LOOK).id,
        "version": "1",
        "site": "hanam",
        "login": next((row.id for row in chiefs if not row.mine), ""),
        "order": logs.id,
    }


@pytest.mark.parametrize(("name", "mode"), MODES)
def test_as_an_administrators_program(
    interface: Any, hall: Place, asker: Asker, name: str, mode: GenerationMode
) -> None:
    operation = interface.find_operation_by_id(name)

    @bounded(name)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        hall.tick[0] += 1.0  # within the pace of a program
        answer = case.call(headers=asker(name))
        case.validate_response(answer, checks=CHECKS)

    ask()


@pytest.mark.parametrize("row", [r for r in ENDPOINTS if r.blanks], ids=lambda r: r.name)
def test_of_what_there_is(
    interface: Any, hall: Place, asker: Asker, there: dict[str, str], row: Endpoint
) -> None:
    """Invented ids lead nowhere; these lead to something."""
    operation = interface.find_operation_by_id(row.name)
    ids = {blank: there[blank] for blank in row.blanks}

    @bounded(row.name)
    @given(case=operation.as_strategy(path_parameters=ids))
    def ask(case: schemathesis.Case) -> None:
        hall.tick[0] += 1.0
        answer = case.call(headers=asker(row.name))
        case.validate_response(answer, checks=CHECKS)

    ask()


@pytest.mark.parametrize("name", NAMES)
def test_at_every_border(interface: Any, hall: Place, asker: Asker, name: str) -> None:
    """What schemathesis finds by looking at the document: least, most, one less, one more, other methods."""
    operation = interface.find_operation_by_id(name)
    cases = interface.iter_coverage_cases(
        operation,
        generation_modes=list(GenerationMode),
        generation_config=interface.config.generation_for(operation=operation, phase="coverage"),
    )
    for case in islice(cases, AT_BORDERS):
        hall.tick[0] += 1.0
        answer = case.call(headers=asker(name))
        case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("name", NAMES)
def test_as_a_stranger(interface: Any, hall: Place, name: str) -> None:
    operation = interface.find_operation_by_id(name)

    @bounded(name, FEW)
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        hall.tick[0] += 1.0
        before = hall.store.seq
        answer = case.call(headers=PLAIN)
        case.validate_response(answer, checks=CHECKS)
        assert hall.store.seq == before

    ask()
