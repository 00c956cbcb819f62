"""Sources of dossiers at a broker: a user of their own kind, which may say one thing and hear one thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker import topics
from broker.access import all_grants, grants, source_user_of
from broker.memory import matches
from broker.provision import admissions_of, provision
from broker.topics import TABLE
from broker.users import Users
from tests.brokers import SITE

PORTAL = source_user_of(SITE, "portal")


def test_a_source_may_send_and_hear_its_receipts_and_nothing_else() -> None:
    given = grants(SITE, "portal", source=True)
    assert given.publish == (f"motcua/v1/{SITE}/source/portal/dossiers",)
    assert given.read == (f"motcua/v1/{SITE}/source/portal/receipt",)
    for user in ("server", "public", "k1"):
        others = grants(SITE, user)
        for topic in (topics.SENT, topics.TAKEN):
            name = topic.of(SITE, "portal")
            is_server = user == "server"
            assert any(matches(f, name) for f in others.publish) == (is_server and topic is topics.TAKEN)
            assert any(matches(f, name) for f in others.read) == (is_server and topic is topics.SENT)
    with pytest.raises(ValueError):
        grants(SITE, "+", source=True)
    found = all_grants(SITE, ["portal"], sources={PORTAL: (SITE, "portal")})
    assert found[PORTAL] == given and found["portal"] != given, "a device of the same id is another user"
    assert len(TABLE) == len({topic.path for topic in TABLE})


def test_a_password_is_given_once_and_taken_back(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    provision(folder, SITE, ["k1"])
    users = Users(folder)
    first, _ = users.admit_source(SITE, "portal", 100.0)
    second, _ = users.admit_source(SITE, "portal", 200.0)
    users.admit(SITE, "k2", 150.0)
    assert first.user == second.user == PORTAL and first.password != second.password
    assert users.sources(SITE) == {"portal": 200.0} and users.sources("nb") == {}
    acl = (folder / "mosquitto" / "acl").read_text()
    assert f"user {PORTAL}\ntopic write motcua/v1/{SITE}/source/portal/dossiers\n" in acl
    assert PORTAL in (folder / "nats.conf").read_text()
    users.shut_source(SITE, "portal")
    assert users.sources(SITE) == {} and PORTAL not in (folder / "nats.conf").read_text()
    assert not (folder / "credentials" / PORTAL).exists()
    assert list(admissions_of(folder).users) == [f"{SITE}_k2"]
