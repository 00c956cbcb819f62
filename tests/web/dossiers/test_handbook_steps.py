"""The handbook's chapter on dossiers: what its steps name stands on the pages that they lead to."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from server.dossiers.applicants import Applicant
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.mapping import Mapping, Source
from server.dossiers.reappointing import Renewal, renew
from server.dossiers.register import Dossier
from server.dossiers.status import Status
from server.people.rights import Role
from tests.server.dossiers.tables import row, table
from tests.web.dossiers.rooms import desk_of
from tests.web.place import Place, Staff, open_place

BOOK = Path(__file__).parents[3] / "docs" / "handbook"
PAGES = {"vi": BOOK / "vi" / "ho-so.md", "en": BOOK / "en" / "dossiers.md"}
CODE, RENEWED = "H42.13-261102-0001", "H42.13-261102-0002"
PERSON = Applicant(name="Phạm Thị Hà", phone="0912345678")
DAYS = timedelta(days=3)
SHEET = "1\tSở Tư pháp\t2\t2\t0\t1\t1\t0\t0\t1\t1\t0\n"


class Visitor:
    """Somebody who reads the pages in one language."""

    def __init__(self, chief: Staff, lang: str) -> None:
        self._chief, self._lang = chief, lang

    def get(self, path: str) -> str:
        return read(self._chief.client.get(self._in(path)))

    def send(self, path: str, **fields: Any) -> str:
        answer = self._chief.client.post(self._in(path), data={"csrf": self._chief.csrf, **fields})
        return read(self._chief.get(answer.location) if answer.location else answer)

    def _in(self, path: str) -> str:
        return f"{path}{'&' if '?' in path else '?'}lang={self._lang}"


def read(answer: Any) -> str:
    assert answer.status_code < 400, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def file(text: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), "export.csv"


def source(at: Visitor) -> Iterator[str]:
    yield at.get("/dossiers/sources")
    yield at.send("/dossiers/sources/sample", table=file(table(row(status="Chờ thẩm định"))))
    yield at.get("/dossiers/sources/portal")


def bringing(at: Visitor) -> Iterator[str]:
    yield at.get("/dossiers/import")
    yield at.send("/dossiers/import/preview", table=file(table(row())))


def report(at: Visitor) -> Iterator[str]:
    yield at.get("/dossiers/report")


def check(at: Visitor) -> Iterator[str]:
    yield at.get("/dossiers/report")
    yield at.get("/dossiers/report/check")
    yield at.send("/dossiers/report/check", pasted=SHEET)


def scores(at: Visitor) -> Iterator[str]:
    yield at.get("/dossiers/scores")


def groups(at: Visitor) -> Iterator[str]:
    yield at.get("/dossiers/groups")


def late(at: Visitor) -> Iterator[str]:
    yield at.get("/dossiers/late")


def chasing(at: Visitor) -> Iterator[str]:
    yield at.get("/dossiers/promises")
    yield at.get(f"/dossiers/{CODE}")
    yield at.get(f"/dossiers/{RENEWED}")


def papers(at: Visitor) -> Iterator[str]:
    yield at.get(f"/dossiers/{CODE}")
    yield at.get(f"/dossiers/{CODE}/papers?form=refusal")


def looking_up(at: Visitor) -> Iterator[str]:
    yield at.get("/lookup")


def persons(at: Visitor) -> Iterator[str]:
    yield at.get("/dossiers/privacy")
    yield at.get("/dossiers/person")
    yield at.send("/dossiers/person", by="code", text=CODE)


SECTIONS = (source, bringing, report, check, scores, groups, late, chasing, papers, looking_up, persons)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A source, dossiers that are promised for tomorrow, some renewed, and one that came late."""
    place = open_place(tmp_path_factory.mktemp("town"))
    now = place.clock.now()
    columns = {"code": "Mã", "status": "Tình trạng", "received": "Nhận", "procedure": "TTHC", "limit": "Hạn"}
    desk_of(place).save(Source("portal", "Cổng dịch vụ công", Mapping(columns)), "test", now)
    received, due = now - timedelta(days=21), datetime(2026, 11, 24, 3, tzinfo=UTC)
    promised = Dossier(CODE, "justice", "Lý lịch tư pháp", Status.PROCESSING, received, due)
    october = datetime(2026, 10, 9, 3, tzinfo=UTC)
    some = (
        promised,
        replace(promised, code=RENEWED),
        replace(promised, code="H42.13-261102-0003", reappointed=2),
        Dossier(
            "H42.13-261001-0001", "justice", "Hộ tịch", Status.RESOLVED, october, october, october + DAYS
        ),
    )
    place.register.bring([Brought(one, applicant=PERSON) for one in some], Delivery(now, "test"), now)
    asked = Renewal(RENEWED, 1, due + DAYS, "Hồ sơ phức tạp", "chief", twice=False)
    renew(place.register, asked, place.config.due_rules.calendar, now)
    yield place
    place.close()


@pytest.mark.parametrize("lang", PAGES)
def test_what_the_steps_name_stands_where_they_lead(town: Place, lang: str) -> None:
    chief = town.log_in(f"chief-{lang}", Role.MANAGER)
    at = Visitor(chief, lang)
    sections = re.split(r"^## .*$", PAGES[lang].read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(sections) == len(SECTIONS)
    missing = []
    for text, pages in zip(sections, SECTIONS, strict=True):
        shown = " ".join(pages(at))
        steps = re.findall(r"^\d+\. (?:.+\n)(?:   .+\n)*", text, re.MULTILINE)
        named = [
            " ".join(word.split()) for step in steps for word in re.findall(r"\*\*(.+?)\*\*", step, re.S)
        ]
        missing += [f"{pages.__name__}: {word}" for word in named if word not in shown]
    assert not missing, "these pages do not say:\n" + "\n".join(missing)
