"""What works without scripts, and how a log-in is told what went wrong. Looks and sizes: `test_matrix.py`."""

from __future__ import annotations

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
