"""Admitting and shutting out while the broker runs: with the real NATS server and the real Mosquitto."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from broker import topics
from broker.access import all_grants, user_of
from broker.link import Connected, Credentials, Disconnected, Link, Received, open_link
from broker.provision import PID, provision
from broker.users import Known, NoBroker, Users
from tests.brokers import SITE, Inbox, RealBroker, eventually

OTHER = "nb"  # another centre of the same installation


def connect(
    broker: RealBroker, credentials: Credentials, subscriptions: list[tuple[str, int]] | None = None
) -> tuple[Link, Inbox]:
    inbox = Inbox()
    link = open_link(broker.address, credentials, credentials.user, inbox, subscriptions or [])
    broker._links.append(link)
    link.start()
    return link, inbox


def refused(broker: RealBroker, credentials: Credentials) -> bool:
    """Whether the broker sends somebody with these away: a CONNECT of MQTT 3.1.1, byte by byte."""

    def text(words: str) -> bytes:
        return len(words).to_bytes(2, "big") + words.encode()

    body = text("MQTT") + bytes([4, 0b1100_0010, 0, 10])  # user, password, a clean session, 10 s
    body += text("somebody") + text(credentials.user) + text(credentials.password)
    with socket.create_connection(("127.0.0.1", broker.port), timeout=10) as wire:
        wire.sendall(bytes([0x10, len(body)]) + body)
        answer = wire.recv(4)
    return answer != b"\x20\x02\x00\x00"  # CONNACK, accepted


def test_a_device_that_is_admitted_comes_in_with_its_own_rights_and_the_others_stay(
    real_broker: RealBroker,
) -> None:
    users = Users(real_broker.folder)
    other, others = real_broker.link("k2", "k2")
    server, heard = real_broker.link("server", "server", [(topics.FACT.of_all(SITE), 1)])
    assert users.known(SITE)("k9") == Known("none")
    credentials, told = users.admit(SITE, "k9", 1000.0)
    assert told == "told" and credentials.user == user_of(SITE, "k9")
    assert eventually(lambda: not refused(real_broker, credentials))
    link, inbox = connect(real_broker, credentials)
    inbox.until(Connected)
    link.publish(topics.FACT.of(SITE, "k2"), b"forged", qos=1, retain=False)
    link.publish(topics.FACT.of(SITE, "k9"), b"true", qos=1, retain=False)
    assert heard.until(Received).payload == b"true"
    assert other.connected and server.connected and others.rest() == []
    assert users.known(SITE)("k9") == Known("admitted", 1000.0)


def test_a_device_that_is_shut_out_is_cut_and_stays_out_also_after_a_restart(real_broker: RealBroker) -> None:
    """The link keeps on trying all the while."""
    users = Users(real_broker.folder)
    old = real_broker.credentials("k1")  # as the broker's own file made it
    given, first = real_broker.link("k1", "k1")
    other, others = real_broker.link("k2", "k2")
    assert users.known(SITE)("k1") == Known("given")
    assert users.shut_out(SITE, "k1") == "told"
    first.until(Disconnected)
    assert users.known(SITE)("k1") == Known("shut")
    assert refused(real_broker, old) and not given.connected
    assert other.connected and others.rest() == []
    real_broker.kill()
    real_broker.start()  # which provisions anew, from a broker's file that still names it
    assert "k1" not in real_broker.provisioned.credentials and refused(real_broker, old)
    new, _ = users.admit(SITE, "k1", 1.0)
    assert new.password != old.password
    connect(real_broker, new)[1].until(Connected)
    assert refused(real_broker, old)


def test_a_device_that_is_enrolled_anew_has_one_password_and_the_one_before_is_cut(
    real_broker: RealBroker,
) -> None:
    users = Users(real_broker.folder)
    first, _ = users.admit(SITE, "k9", 1.0)
    _, inbox = connect(real_broker, first)
    inbox.until(Connected)
    second, _ = users.admit(SITE, "k9", 2.0)
    inbox.until(Disconnected)
    assert second.user == first.user and second.password != first.password
    connect(real_broker, second)[1].until(Connected)
    assert refused(real_broker, first)


def test_two_centres_have_devices_of_one_id_and_one_server_speaks_for_both(real_broker: RealBroker) -> None:
    users = Users(real_broker.folder)
    users.open_site(OTHER)
    here, _ = users.admit(SITE, "k1", 1.0)
    there, _ = users.admit(OTHER, "k1", 1.0)
    links = [
        connect(real_broker, each, [(topics.REPLY.of(site, "k1"), 1)])
        for each, site in ((here, SITE), (there, OTHER))
    ]
    for _, inbox in links:
        inbox.until(Connected)
    server, heard = real_broker.link("server", "server-nb", [(topics.FACT.of_all(OTHER), 1)])
    server.publish(topics.REPLY.of(OTHER, "k1"), b"for the other", qos=1, retain=False)
    assert links[1][1].until(Received).payload == b"for the other"
    links[0][0].publish(topics.FACT.of(OTHER, "k1"), b"forged", qos=1, retain=False)
    links[1][0].publish(topics.FACT.of(OTHER, "k1"), b"true", qos=1, retain=False)
    assert heard.until(Received).payload == b"true"
    users.shut_out(OTHER, "k1")
    links[1][1].until(Disconnected)
    assert links[0][0].connected


# --- the files ----------------------------------------------------------------------------------------------


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    provision(tmp_path / "broker", SITE, ["k1"])
    users = Users(tmp_path / "broker")
    assert users.admit(SITE, "k2", 1.0)[1] == "not-running"
    users.shut_out(SITE, "k1")
    for path in [tmp_path / "broker", *(tmp_path / "broker").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert not (tmp_path / "broker" / "credentials" / "k1").exists()


def test_a_folder_that_no_broker_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    for act in (
        lambda u: u.admit(SITE, "k1", 1.0),
        lambda u: u.shut_out(SITE, "k1"),
        lambda u: u.known(SITE),
    ):
        with pytest.raises(NoBroker) as why:
            act(Users(tmp_path / "nowhere"))
        assert "\n" not in str(why.value)
    assert not (tmp_path / "nowhere").exists()


def test_a_list_of_admissions_that_cannot_be_read_lets_nobody_in(tmp_path: Path) -> None:
    provision(tmp_path, SITE, ["k1"])
    Users(tmp_path).shut_out(SITE, "k1")
    (tmp_path / "admissions.json").write_text('{"shut": "k1"')
    with pytest.raises(ValueError):
        provision(tmp_path, SITE, ["k1"])
    with pytest.raises(NoBroker):
        Users(tmp_path).admit(SITE, "k2", 1.0)


def test_whoever_got_the_number_of_a_broker_that_is_gone_is_left_alone(tmp_path: Path) -> None:
    provision(tmp_path, SITE, ["k1"])
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (tmp_path / PID).write_text(f"{stranger.pid}\n")
        assert Users(tmp_path).shut_out(SITE, "k1") == "not-running"
        assert stranger.poll() is None
        stranger.communicate(b"\n")
        assert stranger.returncode == 0  # SIGHUP would have ended it
    (tmp_path / PID).write_text("none\n")
    assert Users(tmp_path).admit(SITE, "k1", 1.0)[1] == "not-running"


@pytest.mark.parametrize("bad", ["", "K1", "a/b", "+", "../k1", "a_b", "k1\n", "x" * 33])
def test_no_id_smuggles_a_path_or_a_wildcard_in(tmp_path: Path, bad: str) -> None:
    provision(tmp_path, SITE, ["k1"])
    before = sorted(tmp_path.rglob("*"))
    users = Users(tmp_path)
    for act in (
        lambda: users.admit(SITE, bad, 1.0),
        lambda: users.admit(bad, "k1", 1.0),
        lambda: users.shut_out(bad, "k1"),
        lambda: users.open_site(bad),
    ):
        with pytest.raises(ValueError):
            act()
    assert sorted(path for path in tmp_path.rglob("*") if path.name != "lock") == [
        path for path in before if path.name != "lock"
    ]


def test_old_files_keep_their_users_and_rights() -> None:
    grants = all_grants(SITE, ["k1"], {"hn_k2": (SITE, "k2"), "nb_k1": (OTHER, "k1")}, shut=["hn_k2"])
    assert set(grants) == {"server", "public", "k1", "nb_k1"}
    assert grants["k1"] == all_grants(SITE, ["k1"])["k1"]
    assert all(f"/{OTHER}/" in path for path in (*grants["nb_k1"].publish, *grants["nb_k1"].read))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can run a program as somebody else")
def test_a_broker_of_another_user_is_not_told_and_that_is_said(tmp_path: Path) -> None:
    provision(tmp_path, SITE, ["k1"])
    code = (
        "import os, sys; from pathlib import Path; from broker.users import Users\n"
        "users = Users(Path(sys.argv[1])); users._process = lambda: int(sys.argv[2])\n"
        "os.setresuid(65534, 65534, 65534); print(users._tell())\n"
    )
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as broker:
        arguments = [sys.executable, "-c", code, str(tmp_path), str(broker.pid)]
        done = subprocess.run(arguments, capture_output=True, text=True)
        broker.communicate(b"\n")
    assert done.stdout.strip() == "not-allowed", done.stderr
    assert broker.returncode == 0
