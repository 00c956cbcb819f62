"""To a real provider on another site and back, in a real browser: which cookies come along is its to say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from server.people.oidc import Provider as Known
from server.people.oidc_table import OidcRole, OidcTable
from server.people.rights import Role
from tests.brokers import free_port
from tests.browser.conftest import Reader, Served
from tests.people.provider import CLIENT, PASSWORD, SCOPES, SECRET, Provider
from tests.web.place import HANAM, open_place

LOG_IN = """
const [name, password, client, scopes, done] = arguments;
const tell = (method, path, told) =>
  fetch(path, {method, headers: {"Content-Type": "application/json"}, body: JSON.stringify(told)});
tell("POST", "/api/auth/", {username: name, password})
  .then(() => tell("PUT", `/api/auth/grant/${client}`, {scope: scopes}))
  .then(answer => done(answer.status), error => done(String(error)));
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    provider = Provider(tmp_path, f"{url}/login/oidc/back", host="localhost")
    provider.person("thu-ha", "hanam-can-bo")
    (tmp_path / "hall").mkdir()
    hall_file = tmp_path / "hall" / "hall.toml"
    text = re.sub(r"(?m)^url *=.*$", f'url = "{url}"', HANAM.read_text(encoding="utf-8"), count=1)
    hall_file.write_text(text, encoding="utf-8")
    for beside in HANAM.parent.iterdir():
        if beside.is_dir():
            (hall_file.parent / beside.name).symlink_to(beside)
    row = OidcRole(value="hanam-can-bo", role=Role.OFFICER, site="hanam")
    table = OidcTable(issuer=provider.issuer, client_id=CLIENT, role=(row,), make_accounts=True, name="tỉnh")
    place = open_place(tmp_path, frozen=False, hall_file=hall_file, oidc=Known(table, SECRET))
    made = Served(place)
    made.port = port
    made.start()
    yield made
    made.stop()
    place.close()
    provider.stop()


def test_the_way_back_from_another_site_ends_logged_in_with_a_cookie_of_ours_alone(
    reader: Reader, served: Served
) -> None:
    reader.open("/console/")
    reader.until(lambda: reader.all("#password"), "a stranger is asked to log in")
    reader.click(".card a.button")
    reader.until(lambda: reader.driver.current_url.startswith("http://localhost:"), "at the provider")
    address = reader.driver.current_url
    answer = reader.driver.execute_async_script(LOG_IN, "thu-ha", PASSWORD, CLIENT, SCOPES)
    assert answer == 200
    reader.js("location.href = arguments[0]", onward(address))  # as its own page does
    reader.until(lambda: reader.driver.current_url == f"{served.url}/console/", "where one wanted to go")
    assert reader.text("header .person summary") == "thu-ha"
    cookies: list[dict[str, Any]] = reader.driver.get_cookies()
    assert [c["sameSite"] for c in cookies if c["name"].startswith("motcua_")] == ["Strict"]
    assert not [c for c in cookies if c["name"].startswith("trip_")]


def onward(login_page: str) -> str:
    """Where the provider's own page leads on to after a log-in."""
    return parse_qs(urlsplit(login_page).query)["callback_url"][0] + "&g_continue"
