"""Log-in by a real OpenID provider, over HTTP, with its own keys; and what is not believed of one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from joserfc import jws
from joserfc.jwk import RSAKey

from server.people.audit import Wanted
from server.people.oidc import OidcRefused, Provider as Known
from server.people.oidc_table import OidcRole, OidcTable
from server.people.rights import Role
from tests.people.provider import CLIENT, SECRET, Provider
from tests.web.place import PASSWORD, Place, open_place

GROUPS = (
    OidcRole(value="hanam-quan-ly", role=Role.MANAGER, site="hanam"),
    OidcRole(value="hanam-can-bo", role=Role.OFFICER, site="hanam"),
    OidcRole(value="tinh", role=Role.INSPECTOR),
)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    folder = tmp_path_factory.mktemp("provider")
    place = open_place(folder)
    returns_to = place.config.url.rstrip("/") + "/login/oidc/back"
    place.close()
    started = Provider(folder, returns_to)
    yield started
    started.stop()


@dataclass
class Hall:
    """A hall that knows the provider, and one browser in front of it."""

    place: Place
    client: FlaskClient

    def away(self, path: str = "/login/oidc") -> str:
        answer = self.client.get(path)
        assert answer.status_code == 302, answer.text
        return str(answer.location)

    def back(self, location: str) -> Any:
        parts = urlsplit(location)
        return self.client.get(f"{parts.path}?{parts.query}")

    def who(self) -> str | None:
        answer = self.client.get("/api/v1/me")
        return answer.get_json()["name"] if answer.status_code == 200 else None

    def told(self) -> list[tuple[str, Any]]:
        return [(e.what, e.about.get("why")) for e in self.place.audit.entries(Wanted(), 20)]


def opened(folder: Path, provider: Provider, **more: Any) -> Hall:
    table = OidcTable(issuer=provider.issuer, client_id=CLIENT, **more)
    place = open_place(folder, oidc=Known(table, SECRET))
    place.wall[0] = time.time()  # the provider's clock is the machine's
    return Hall(place, place.client())


@pytest.fixture
def hall(tmp_path: Path, provider: Provider) -> Iterator[Hall]:
    found = opened(tmp_path, provider, role=GROUPS, make_accounts=True, name="tài khoản tỉnh")
    yield found
    found.place.close()


def changed(address: str, **values: str) -> str:
    """The address with other values in its query."""
    parts = urlsplit(address)
    query = {k: v[0] for k, v in parse_qs(parts.query).items()} | values
    return parts._replace(query=urlencode(query)).geturl()


def test_somebody_of_the_provider_gets_in_with_the_roles_that_follow(hall: Hall, provider: Provider) -> None:
    provider.person("thu-ha", "hanam-can-bo", "something-else")
    assert "Đăng nhập bằng tài khoản tỉnh" in hall.client.get("/login").text
    asked = parse_qs(urlsplit(address := hall.away()).query)
    assert asked["response_type"] == ["code"] and asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 22 and len(asked["nonce"][0]) >= 22 and "openid" in asked["scope"][0]
    answer = hall.back(provider.log_in(address, "thu-ha"))
    assert answer.status_code == 200 and 'content="0; url=/console/"' in answer.text
    assert hall.who() == "thu-ha"
    account = hall.place.accounts.find("thu-ha")
    assert account is not None and account.roles == {"hanam": Role.OFFICER}
    assert hall.place.accounts.check("thu-ha", "") is None  # there is no password to it
    assert [what for what, _ in hall.told()] == ["login.ok", "account.made"]


def test_roles_follow_the_provider_at_every_log_in(hall: Hall, provider: Provider) -> None:
    provider.person("van-nam", "hanam-can-bo", "hanam-quan-ly")
    hall.back(provider.log_in(hall.away(), "van-nam"))
    account = hall.place.accounts.find("van-nam")
    assert account is not None and account.roles == {"hanam": Role.MANAGER}
    provider.person("van-nam", "tinh")
    again = Hall(hall.place, hall.place.client())
    again.back(provider.log_in(again.away(), "van-nam"))
    account = hall.place.accounts.find("van-nam")
    assert account is not None and account.roles == {"*": Role.INSPECTOR}
    assert hall.who() is None and again.who() == "van-nam"
    provider.person("van-nam", "nothing")
    third = Hall(hall.place, hall.place.client())
    answer = third.back(provider.log_in(third.away(), "van-nam"))
    assert answer.status_code == 401 and "chưa có vai trò" in answer.text
    assert third.who() is None and again.who() is None


def test_one_is_brought_to_where_one_wanted_to_go_and_nowhere_else(hall: Hall, provider: Provider) -> None:
    provider.person("chi-mai", "hanam-quan-ly")
    answer = hall.back(provider.log_in(hall.away("/login/oidc?next=/figures/"), "chi-mai"))
    assert 'url=/figures/"' in answer.text
    other = Hall(hall.place, hall.place.client())
    answer = other.back(provider.log_in(other.away("/login/oidc?next=//evil.example"), "chi-mai"))
    assert "evil" not in answer.text


def test_no_account_is_made_unless_the_file_says_so(tmp_path: Path, provider: Provider) -> None:
    hall = opened(tmp_path, provider, role=GROUPS)
    provider.person("khach-la", "hanam-can-bo")
    answer = hall.back(provider.log_in(hall.away(), "khach-la"))
    assert answer.status_code == 401 and "Chưa có tài khoản ở đây" in answer.text
    assert hall.who() is None and hall.place.accounts.all() == ()
    hall.place.accounts.add("khach-la", {"hanam": Role.OFFICER}, None, hall.place.wall[0])
    hall.back(provider.log_in(hall.away(), "khach-la"))  # an administrator made one that nobody had taken
    assert hall.who() == "khach-la"
    hall.place.close()


def test_an_account_with_a_password_or_of_another_subject_is_not_taken(
    hall: Hall, provider: Provider
) -> None:
    provider.person("quan-tri", "hanam-can-bo")
    hall.place.accounts.add("quan-tri", Role.ADMINISTRATOR, PASSWORD, hall.place.wall[0])
    answer = hall.back(provider.log_in(hall.away(), "quan-tri"))
    assert answer.status_code == 401 and hall.who() is None
    account = hall.place.accounts.find("quan-tri")
    assert account is not None and account.roles == {"*": Role.ADMINISTRATOR}


def test_a_disabled_account_stays_out(hall: Hall, provider: Provider) -> None:
    provider.person("da-nghi", "hanam-can-bo")
    hall.back(provider.log_in(hall.away(), "da-nghi"))
    hall.place.accounts.disable("da-nghi")
    assert hall.who() is None
    answer = hall.back(provider.log_in(hall.away(), "da-nghi"))
    assert answer.status_code == 401 and hall.who() is None


def trip_of(hall: Hall) -> tuple[str, str, Any]:
    """What the browser is given for the way: name, value, and the answer."""
    answer = hall.client.get("/login/oidc")
    (header,) = [h for h in answer.headers.getlist("Set-Cookie") if h.startswith("trip_")]
    assert "HttpOnly" in header and "SameSite=Lax" in header and "Max-Age=600" in header
    name, _, value = header.partition(";")[0].partition("=")
    return name, value, answer


def refused(hall: Hall, location: str, why: str) -> None:
    answer = hall.back(location)
    assert answer.status_code == 401 and "không thành công" in answer.text, answer.text
    assert hall.who() is None
    assert hall.told()[0] == ("login.refused", why)


def test_a_stolen_state_or_answer_opens_nothing_in_another_browser(hall: Hall, provider: Provider) -> None:
    provider.person("thu-ha", "hanam-can-bo")
    location = provider.log_in(hall.away(), "thu-ha")
    thief = Hall(hall.place, hall.place.client())
    refused(thief, location, "state")  # no trip of its own
    thief.away()
    refused(thief, location, "state")  # a trip of its own, with another state
    hall.back(location)
    assert hall.who() == "thu-ha"
    late = Hall(hall.place, hall.place.client())
    late.away()
    refused(late, changed(location, state="x"), "state")


def test_an_answer_is_worth_one_log_in(hall: Hall, provider: Provider) -> None:
    provider.person("thu-ha", "hanam-can-bo")
    name, value, answer = trip_of(hall)
    location = provider.log_in(str(answer.location), "thu-ha")
    hall.back(location)
    hall.client.post("/logout")
    thief = Hall(hall.place, hall.place.client())
    thief.client.set_cookie(name, value, path="/login/oidc")
    refused(thief, location, "provider")  # the code was used


def test_a_trip_ends_after_ten_minutes_and_cannot_be_forged(hall: Hall, provider: Provider) -> None:
    provider.person("thu-ha", "hanam-can-bo")
    name, value, answer = trip_of(hall)
    location = provider.log_in(str(answer.location), "thu-ha")
    for worth, why in (
        ("WyJhIiwiYiIsImMiLCIiXQ.aaaa.bbbb", "state"),
        (value[:-2] + "xx", "state"),
        (old_trip(hall, 610), "state"),
        (old_trip(hall, 300), "provider"),  # ours, and in time: the provider does not know its code
    ):
        hall.client.set_cookie(name, worth, path="/login/oidc")
        refused(hall, changed(location, state="s"), why)


def old_trip(hall: Hall, seconds: int) -> str:
    """A trip that our own key signed so long ago."""

    class Then(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - seconds

    signer = URLSafeTimedSerializer(hall.place.hall.secret, salt="oidc", signer=Then)
    told = signer.dumps(["s", "n", "v", ""])
    return told.decode() if isinstance(told, bytes) else told


def test_a_token_with_another_nonce_is_refused(hall: Hall, provider: Provider) -> None:
    provider.person("thu-ha", "hanam-can-bo")
    location = provider.log_in(changed(hall.away(), nonce="somebody-elses-nonce-0000"), "thu-ha")
    refused(hall, location, "token")


def test_a_code_without_its_verifier_is_worth_nothing(hall: Hall, provider: Provider) -> None:
    provider.person("thu-ha", "hanam-can-bo")
    other = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    location = provider.log_in(changed(hall.away(), code_challenge=other), "thu-ha")
    refused(hall, location, "provider")


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_token_of_another_time_is_refused(hall: Hall, provider: Provider, hours: int) -> None:
    """Tokens of this provider live for an hour."""
    provider.person("thu-ha", "hanam-can-bo")
    location = provider.log_in(hall.away(), "thu-ha")
    hall.place.wall[0] += hours * 3600
    refused(hall, location, "token")


def test_another_issuer_is_refused(tmp_path: Path, provider: Provider) -> None:
    provider.person("thu-ha", "hanam-can-bo")
    hall = opened(tmp_path, provider, role=GROUPS, make_accounts=True)
    location = provider.log_in(hall.away(), "thu-ha")
    refused(hall, location + "&iss=https%3A%2F%2Fevil.example", "answer")
    # The same machine under another name says of itself that it is not the one that was asked for.
    wrong = OidcTable(issuer=provider.issuer.replace("127.0.0.1", "localhost"), client_id=CLIENT)
    hall.place.close()
    (tmp_path / "other").mkdir()
    place = open_place(tmp_path / "other", oidc=Known(wrong, SECRET))
    answer = place.client().get("/login/oidc")
    assert answer.status_code == 401 and "không trả lời" in answer.text
    place.close()


def test_a_token_for_another_client_is_refused(hall: Hall, provider: Provider) -> None:
    provider.person("thu-ha", "hanam-can-bo")
    known = hall.place.hall.oidc
    assert known is not None
    location = provider.log_in(hall.away(), "thu-ha")
    known._table = OidcTable(issuer=provider.issuer, client_id="another", role=GROUPS, make_accounts=True)
    refused(hall, location, "provider")


def test_a_provider_that_said_no_or_is_away_lets_nobody_in(hall: Hall, provider: Provider) -> None:
    state = parse_qs(urlsplit(hall.away()).query)["state"][0]
    refused(hall, f"/login/oidc/back?error=access_denied%0aCRITICAL&state={state}", "answer")


def test_a_wrong_signature_opens_nothing(hall: Hall, provider: Provider) -> None:
    """A token of the provider with one letter of its claims changed, and one that is signed by nobody."""
    known: Any = hall.place.hall.oidc
    now = hall.place.wall[0]
    claims = (
        f'{{"iss":"{provider.issuer}","aud":"{CLIENT}","sub":"x","exp":{int(now) + 600},"iat":{int(now)}}}'
    )
    forged = jws.serialize_compact({"alg": "RS256"}, claims, RSAKey.generate_key(2048))
    unsigned = ".".join(["eyJhbGciOiJub25lIn0", forged.split(".")[1], ""])
    for token in (forged, unsigned, "", "a.b.c", forged[:-4] + "AAAA"):
        with pytest.raises(OidcRefused, match="token"):
            known._claims(token, "n", now)


def test_many_refusals_make_one_wait(hall: Hall) -> None:
    for _ in range(6):
        answer = hall.client.get("/login/oidc/back?code=x&state=y")
    assert answer.status_code == 429 and "Retry-After" in answer.headers


def test_without_the_table_nothing_of_it_is_loaded_or_answers(tmp_path: Path) -> None:
    code = "import sys, server.program; print([m for m in ('authlib', 'joserfc') if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
    place = open_place(tmp_path)
    assert place.client().get("/login/oidc").status_code == 404
    assert "oidc" not in place.client().get("/login").text
    place.close()
