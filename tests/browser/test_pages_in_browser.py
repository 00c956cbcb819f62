"""What works without scripts, and how a log-in is told what went wrong. Looks and sizes: `test_matrix.py`."""

from __future__ import annotations

from server.people.rights import Role
from tests.browser.conftest import Reader
from tests.web.place import PASSWORD, Place

LAND = "environment-land"


def test_logging_in_works_without_scripts(reader: Reader, place: Place) -> None:
    place.account("officer-7")
    reader.scripts(False)
    reader.open("/console/")
    assert reader.driver.current_url.endswith("/login?next=/console/")
    reader.see("#name").send_keys("officer-7")
    reader.see("#password").send_keys(PASSWORD)
    reader.see("main form button").click()
    assert reader.see('button[name="counter"][value="7"]').is_displayed()


def test_a_wrong_password_is_told_and_can_be_pasted_anew(reader: Reader, place: Place) -> None:
    place.account("officer-7")
    reader.open("/login")
    assert reader.see("#password").get_attribute("autocomplete") == "current-password"
    reader.see("#name").send_keys("officer-7")
    reader.see("#password").send_keys("wrong-wrong")
    reader.see("main form button").click()
    reader.until(lambda: "không đúng" in reader.text('[role="alert"]'), "the page says so")


def test_the_phone_works_without_scripts_and_comes_anew(reader: Reader, place: Place) -> None:
    place.issue(LAND), place.issue(LAND)
    mine = place.issue(LAND)
    reader.scripts(False)
    reader.size(320, 568)
    reader.open(f"/t/{mine['token']}")
    assert reader.see("h1").text == mine["number"]
    assert reader.see("#ahead").text == "2 người"
    assert reader.see('meta[http-equiv="refresh"]').get_attribute("content") == "30"


def test_what_was_too_much_is_still_there_when_somebody_goes_back(reader: Reader, place: Place) -> None:
    """60,000 letters may be pasted; sent in a form, those with accents are more than a page takes."""
    place.account("chief", Role.MANAGER)
    reader.log_in("chief", Role.MANAGER)
    reader.open("/dossiers/groups")
    reader.js("document.querySelector('#pasted').value = 'ế'.repeat(30_000)")
    reader.click("#bring button")
    reader.until(lambda: "64 KB" in reader.text("main"), "the page says how much may be sent")
    assert "quay lại" in reader.text("main")
    reader.driver.back()
    kept = "return document.querySelector('#pasted')?.value.length"
    reader.until(lambda: reader.js(kept) == 30_000, "what was typed is there")
