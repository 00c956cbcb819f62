"""The dossiers' page in a browser without scripts: upload, look, import, approve; nothing is cut."""

from __future__ import annotations

from pathlib import Path

from server.dossiers import publications
from server.dossiers.bringing import Delivery
from server.dossiers.importing import examine
from server.dossiers.publications import Publication
from server.people.rights import Role
from tests.browser import axe
from tests.browser.conftest import Reader
from tests.browser.measure import WIDTHS, flows
from tests.server.dossiers.tables import resolved, row, table
from tests.web.place import Place

LATE = resolved(code="H42.13-260901-0001", received="01/09/2026", due="05/10/2026", resolved="06/10/2026")
OPEN = row(code="H42.10-261101-0003", authority="Sở Y tế", received="02/11/2026", due="30/11/2026")

ROOMS = ("/dossiers/", "/dossiers/import", "/dossiers/report", "/dossiers/late")

RIGHTMOST = """const of = [...document.querySelectorAll(arguments[0])];
    return Math.max(...of.map(one => one.getBoundingClientRect().right))"""
BARE = """return [...document.querySelectorAll("button, .button")]
    .filter(one => !parseFloat(getComputedStyle(one).borderTopWidth)).map(one => one.textContent)"""


def published(place: Place) -> Publication | None:
    with place.register.reading() as db:
        return publications.on_walls(db)[0]


def take(place: Place, *rows: dict[str, str]) -> None:
    now = place.clock.now()
    delivery = Delivery(now, "test")
    found = examine(table(*rows).encode(), place.config, place.register, delivery)
    place.register.bring(found.brought, delivery, now)


def test_a_manager_imports_and_approves_without_scripts(reader: Reader, place: Place, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(table(LATE, OPEN), encoding="utf-8")
    place.account("chief", Role.MANAGER)
    reader.log_in("chief", Role.MANAGER)
    reader.scripts(False)
    reader.open("/dossiers/import")
    reader.see("#table").send_keys(str(file))
    reader.click("#upload button")
    reader.see(".preview")
    assert place.register.stamp() is None
    reader.click(".preview button")
    reader.see(".told.okay")
    assert len(place.register.dossiers()) == 2
    reader.open("/dossiers/late")
    reader.click("#late .approving button")
    reader.until(lambda: published(place) is not None, "the list is approved")
    reader.see("#late .band.okay")
    assert reader.complaints() == []


def test_nothing_is_cut_or_wrong_at_any_width(reader: Reader, place: Place) -> None:
    take(place, LATE, OPEN)
    place.account("chief", Role.MANAGER)
    reader.log_in("chief", Role.MANAGER)
    for width, height in WIDTHS:
        reader.size(width, height)
        for path in ROOMS:
            reader.open(path)
            assert flows(reader) == [], (path, width)
    reader.size(390, 844)
    reader.open("/dossiers/late?period=2026-10")
    assert 0 < reader.js(RIGHTMOST, "#late-units input, #late-units td") <= 390, "notes are on a phone, too"
    assert reader.js(BARE) == [], "what is pressed looks like it"
    for path in ROOMS:
        assert axe.faults(reader, path, widths=axe.WIDTHS[::2], langs=("vi",)) == []
    axe.unthemed(reader)
    assert reader.complaints() == []
