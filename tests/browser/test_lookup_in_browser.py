"""Looking a dossier up with a phone's browser, with and without scripts; and a result that is handed over."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta
from pathlib import Path

from server.dossiers.applicants import Applicant, open_seals, write
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.register import Dossier, Step
from server.dossiers.status import Status
from server.hall import commands as c
from server.hall.tickets import Klass
from server.people.rights import Role
from tests.browser.conftest import Reader, Served
from tests.web.place import Place

CODE, OTHER = "H42.13-261109-0118", "H42.13-261109-0119"


def bring(place: Place, folder: Path) -> None:
    now, seals = place.clock.now(), open_seals(folder)
    begun = now - timedelta(days=9)
    open_one = Dossier(
        CODE,
        "justice",
        "Cấp phiếu lý lịch tư pháp",
        Status.PROCESSING,
        begun,
        now + timedelta(days=4),
        fee=200_000,
    )
    ready = Dossier(OTHER, "environment", "Đất đai", Status.RESOLVED, begun, now, now)
    steps = (Step(begun, Status.ACCEPTED), Step(begun + timedelta(days=1), Status.PROCESSING))
    some = [Brought(open_one, steps=steps), Brought(ready)]
    place.register.bring(some, Delivery(now, "test"), now)
    person = Applicant(name="Nguyễn Văn An", phone="0912345123", secret_seal=seals.of_secret(CODE, "K7QP"))
    with place.register.writing() as db:
        write(db, {CODE: person})


def kept(reader: Reader, name: str) -> None:
    """A picture for whoever wants to look."""
    folder = os.environ.get("PICTURES")
    if folder:
        reader.driver.save_screenshot(f"{folder}/{name}.png")


def sent(reader: Reader, factor: str) -> None:
    reader.see("#factor").send_keys(factor)
    reader.click("main form button")


def test_a_phone_looks_a_dossier_up_and_nothing_of_it_stays(
    served: Served, reader: Reader, tmp_path: Path
) -> None:
    bring(served.place, tmp_path)
    reader.size(390, 844)
    reader.open(f"/lookup?lang=vi#{CODE}")
    reader.until(lambda: reader.js("return document.getElementById('code').value") == CODE, "the slip's code")
    assert reader.js("return location.hash") == ""
    kept(reader, "lookup-form")
    reader.click("main form button")
    reader.see("#found")
    kept(reader, "lookup-bare")
    assert "Đang giải quyết" in reader.text("#found") and not reader.all("#rest")
    sent(reader, "k7qp")
    reader.see("#rest")
    kept(reader, "lookup-rest")
    assert "N*** V*** A***" in reader.text("#rest") and reader.js("return location.search") == "?lang=vi"
    assert reader.js("return document.documentElement.scrollWidth <= innerWidth")
    assert reader.js("return document.querySelector('meta[http-equiv=refresh]').content").startswith("30;")
    # Leaving wipes it, also for who goes back.
    reader.open("/board")
    reader.driver.back()
    reader.until(lambda: not reader.all("#rest"), "nothing personal is there any more")
    assert "N***" not in reader.driver.page_source
    assert not [line for line in reader.complaints() if CODE in line or "K7QP" in line.upper()]


def test_a_spoilt_address_is_emptied_and_what_is_shown_runs_out(
    served: Served, reader: Reader, tmp_path: Path
) -> None:
    bring(served.place, tmp_path)
    reader.open("/lookup#%E0%A4%A")
    reader.until(lambda: reader.js("return location.hash") == "", "nothing stays in the address")
    assert reader.js("return document.getElementById('code').value") == ""
    reader.see("#code").send_keys(CODE)
    reader.click("main form button")
    reader.see("#found")
    reader.until(lambda: "25 giây" in reader.text("#left"), "how long is left runs down")
    reader.see("#factor").send_keys("k7")
    reader.click('button[name="keep"]')
    reader.until(lambda: "30 giây" in reader.text("#left"), "it is kept")
    assert reader.js("return document.getElementById('factor').value") == "k7" and not reader.all("#rest")
    reader.open("/board")
    reader.driver.back()
    reader.until(lambda: not reader.all("#found"), "going back shows nothing")
    assert not [line for line in reader.complaints() if "URIError" in line]


def test_it_works_without_scripts_and_says_no_in_both_languages(
    served: Served, reader: Reader, tmp_path: Path
) -> None:
    bring(served.place, tmp_path)
    reader.size(390, 844)
    reader.scripts(False)
    reader.open("/tra-cuu")
    reader.see("#code").send_keys(CODE)
    sent(reader, "0000")
    kept(reader, "lookup-wrong")
    assert "không khớp" in reader.see("#wrong").text and "Đang giải quyết" in reader.see("#found").text
    reader.click("header a")
    assert reader.see("h1").text == "Look up a dossier" and not reader.all("#found")


def test_one_key_finishes_and_says_that_the_result_was_returned(
    served: Served, reader: Reader, tmp_path: Path
) -> None:
    place = served.place
    bring(place, tmp_path)
    place.account("chief", Role.MANAGER)
    for dossier in (OTHER, None):
        fresh = uuid.uuid4().hex
        place.writer.ask(
            c.Issue(
                id=fresh,
                by="device:kiosk-1",
                ticket=f"t-{fresh}",
                token=fresh[:22],
                source="kiosk-1",
                service="environment-land",
                klass=Klass.NORMAL,
                lang="vi",
                dossier=dossier,
            )
        )
    place.at("7", c.OpenCounter, officer="chief")
    place.at("7", c.CallNext)
    reader.log_in("chief")
    reader.open("/console/7")
    reader.see('[data-key="returned"]')
    kept(reader, "console-returned")
    reader.keys("F9", shift=True)
    reader.until(lambda: len(place.register.find(OTHER).handovers) == 1, "put down")  # type: ignore[union-attr]
    reader.open("/dossiers/returned")
    assert OTHER in reader.text("#unrecorded")
    kept(reader, "returned")
