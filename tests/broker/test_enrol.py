"""What `motcua enrol` writes: the broker's table alone, for its owner alone, or nothing."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from broker.device import BrokerSettings
from broker.enrol import Refused, run, with_broker, write
from broker.invitation import Grant
from broker.messages import Words
from broker.seal import Sealer
from hardware.settings import typed

KEY = Sealer(b"k" * 32).public_key
GRANT = Grant(
    "kiosk", "hn", "k1", Words("Ki-ốt 1", "Kiosk 1"), "hn_k1", "s3cret", "mqtt://10.0.0.2:1883", KEY
)
EXAMPLE = Path(__file__).parents[2] / "examples" / "pi" / "kiosk.toml"


def test_the_settings_of_hardware_stay_with_their_remarks(tmp_path: Path) -> None:
    before = EXAMPLE.read_text(encoding="utf-8")
    (tmp_path / "kiosk.toml").write_text(before, encoding="utf-8")
    write(tmp_path, GRANT)
    after = (tmp_path / "kiosk.toml").read_text(encoding="utf-8")
    old, new = tomllib.loads(before), tomllib.loads(after)
    assert new.pop("broker") == {
        "site": "hn",
        "device": "k1",
        "address": "mqtt://10.0.0.2:1883",
        "user": "hn_k1",
        "password_file": str(tmp_path / "credentials" / "hn_k1"),
        "server_key": KEY,
    }
    old.pop("broker")
    assert new == old and "# the whole panel, which stands on its side" in after
    typed(tomllib.loads(after)["broker"], BrokerSettings, tmp_path / "kiosk.toml")
    write(tmp_path, GRANT)
    assert (tmp_path / "kiosk.toml").read_text(encoding="utf-8") == after  # done again, nothing grows


def test_a_device_without_settings_gets_some(tmp_path: Path) -> None:
    write(tmp_path, GRANT)
    table = tomllib.loads((tmp_path / "kiosk.toml").read_text(encoding="utf-8"))
    assert table["program"] == "kiosk" and table["broker"]["device"] == "k1"


def test_both_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    write(tmp_path, GRANT)
    for path in (tmp_path / "kiosk.toml", tmp_path / "credentials" / "hn_k1"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / "credentials" / "hn_k1").read_text() == "s3cret\n"


def test_tables_around_it_stay_where_they_are() -> None:
    text = 'a = 1\n[broker]\nsite = "x"\n[broker.tls]\nca = 1\n[voice]\nb = 2\n'
    with pytest.raises(Refused):  # what it does not understand it leaves alone
        with_broker(text, {"site": "hn"})
    kept = with_broker('a = 1\n[broker]\nsite = "x"\n\n[voice]\nb = 2\n', {"site": "hn"})
    assert tomllib.loads(kept) == {"a": 1, "voice": {"b": 2}, "broker": {"site": "hn"}}
    with pytest.raises(Refused):
        with_broker('broker = { site = "x" }\n', {"site": "hn"})


@pytest.mark.parametrize("text", ["no toml at all", "broker = 1\n[broker]\n", "\xff"])
def test_settings_that_cannot_be_read_are_left_as_they_are(tmp_path: Path, text: str) -> None:
    (tmp_path / "kiosk.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(Refused):
        write(tmp_path, GRANT)
    assert (tmp_path / "kiosk.toml").read_bytes() == text.encode("latin-1")
    assert not (tmp_path / "credentials").exists()


@pytest.mark.parametrize(
    ("server", "code", "why"),
    [
        ("http://127.0.0.1:1", "ABCD-EFGH-JKLM", "does not answer"),
        ("127.0.0.1:8080", "ABCD-EFGH-JKLM", "no address of a server"),
        ("file:///etc/passwd", "ABCD-EFGH-JKLM", "no address of a server"),
        ("http://127.0.0.1:1", "ABCD-EFGH", "a code has"),
    ],
)
def test_what_cannot_be_is_one_line_and_nothing_is_written(
    tmp_path: Path, server: str, code: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(server, code, tmp_path) == 2
    line = capsys.readouterr().err
    assert why in line and line.count("\n") == 1 and list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_uses_no_code_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("http://127.0.0.1:1", "ABCD-EFGH-JKLM", tmp_path / "nowhere") == 2
    assert "run it with sudo" in capsys.readouterr().err
