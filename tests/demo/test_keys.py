"""Every device of the demo, and of a played day, has the key of the demo's server, and keeps it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from broker.seal import open_sealer
from server.demo.files import Day, Place, lay_out, own_hall


def keys(data: Path) -> dict[str, str]:
    """Program -> the server's key in its file, laid out as a start of the demo does."""
    place = Place(data, "127.0.0.1:8080", "127.0.0.1:1883", data / "sockets", "system", windows=False)
    config = own_hall(data, None)
    addresses = dict.fromkeys(["server", *config.devices], "mqtt://127.0.0.1:1883")
    found = {}
    for name, file in lay_out(place, config, addresses, Day(60.0, 1, 100)).items():
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        found[name] = table.get("server_key") or table.get("broker", {}).get("server_key", "")
    return found


def test_all_that_read_boards_have_the_key_of_their_server_and_keep_it(tmp_path: Path) -> None:
    found = keys(tmp_path)
    public = open_sealer(tmp_path / "server").public_key
    assert {name for name, key in found.items() if key != public} == {"broker", "server"}
    assert len(found) > 15 and keys(tmp_path) == found
