"""The files of a broker: made once, kept, readable by nobody else."""

from __future__ import annotations

import base64
import hashlib
import stat
from pathlib import Path

from broker import mosquitto
from broker.provision import provision


def test_every_user_gets_a_secret_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    first = provision(tmp_path / "broker", "hn", ["k1", "d1"])
    secrets = {user: path.read_text() for user, path in first.credentials.items()}
    assert set(secrets) == {"server", "public", "k1", "d1"}
    assert len(set(secrets.values())) == 4
    assert all(len(secret.strip()) >= 43 for secret in secrets.values())
    second = provision(tmp_path / "broker", "hn", ["k1", "d1", "k2"])
    assert {user: second.credentials[user].read_text() for user in secrets} == secrets


def test_nobody_else_on_the_machine_can_read_them(tmp_path: Path) -> None:
    provision(tmp_path / "broker", "hn", ["k1"])
    for path in [tmp_path / "broker", *(tmp_path / "broker").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_broker_listens_on_loopback_unless_told_otherwise(tmp_path: Path) -> None:
    made = provision(tmp_path, "hn", ["k1"])
    assert 'mqtt { listen: "127.0.0.1:1883"' in made.nats.read_text()
    assert "listener 1883 127.0.0.1" in made.mosquitto.read_text()
    assert "websocket" not in made.nats.read_text() + made.mosquitto.read_text()


def test_the_password_file_holds_hashes_as_mosquitto_reads_them(tmp_path: Path) -> None:
    made = provision(tmp_path, "hn", ["k1"])
    password = made.credentials["k1"].read_text().strip()
    text = (made.mosquitto.parent / "passwd").read_text()
    assert password not in text
    (line,) = [line for line in text.splitlines() if line.startswith("k1:")]
    _, kind, rounds, salt, key = line.removeprefix("k1:").split("$")
    assert (kind, int(rounds)) == ("7", mosquitto.ITERATIONS)
    expected = hashlib.pbkdf2_hmac("sha512", password.encode(), base64.b64decode(salt), int(rounds))
    assert base64.b64decode(key) == expected
