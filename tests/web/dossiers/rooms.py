"""What tests of the dossiers' rooms share: some dossiers, an upload, and how a page reads."""

from __future__ import annotations

import html
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from server.dossiers.bringing import Brought, Delivery
from server.dossiers.desk import Desk
from server.dossiers.importing import examine
from server.dossiers.register import Dossier, Step
from server.dossiers.status import Status
from tests.server.dossiers.tables import resolved, row, table
from tests.web.place import Place, Staff

# The hall's clock shows Monday, 23/11/2026, 08:12.
LATE = resolved(code="H42.13-260901-0001", received="01/09/2026", due="05/10/2026", resolved="06/10/2026")
OVERDUE = row(code="H42.10-261001-0002", authority="Sở Y tế", received="01/10/2026", due="20/10/2026")
OPEN = row(code="H42.10-261101-0003", authority="Sở Y tế", received="02/11/2026", due="30/11/2026")


def desk_of(place: Place) -> Desk:
    assert place.hall.desk is not None
    return place.hall.desk


def send(staff: Staff, path: str, **fields: Any) -> Any:
    """A form, as the page would send it."""
    return staff.client.post(f"/dossiers/{path}", data={"csrf": staff.csrf, **fields})


def upload(staff: Staff, *rows: dict[str, str], **fields: Any) -> Any:
    file = (io.BytesIO(table(*rows).encode()), "export.csv")
    return send(staff, "import/preview", table=file, **fields)


def hidden(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return found[1]


def take(place: Place, *rows: dict[str, str]) -> None:
    """Import rows as another program would: the page's own way is tried in tests of its own."""
    now = place.clock.now()
    delivery = Delivery(now, "test")
    found = examine(table(*rows).encode(), place.config, place.register, delivery)
    assert found.report.good, found.report
    place.register.bring(found.brought, delivery, now)


def bring(place: Place, *dossiers: Dossier, steps: tuple[Step, ...] = ()) -> None:
    """Besides what is there, from a source that says more than the standard table does. steps: of each."""
    now = place.clock.now()
    delivery = Delivery(now, "test", source="more", whole=False)
    place.register.bring([Brought(one, steps) for one in dossiers], delivery, now)


def august(n: int, days: int = -10, **more: Any) -> Dossier:
    """Of justice, promised for 20/08/2026, over so many days later."""
    due = datetime(2026, 8, 20, 10, tzinfo=UTC)
    code, over = more.pop("code", f"H42.13-260803-{n:04d}"), due + timedelta(days=days)
    return Dossier(code, "justice", "x", Status.RESOLVED, due - timedelta(days=17), due, over, **more)


def cells(page: Any, authority: str) -> list[str]:
    """The ten figures of a line as they are shown."""
    (line,) = re.findall(rf'<tr data-line="{authority}">(.*?)</tr>', page.text, re.S)
    return re.findall(r'data-column="[a-z_]+">(?:<a [^>]*>)?([^<]*)<', line)


def words(page: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.text)).split())
