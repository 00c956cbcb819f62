"""Files that want to hurt: refused by what they claim, before they have cost anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from server.dossiers.child import Task
from server.dossiers.importing import Report
from server.dossiers.program import REFUSED
from server.site_file import load_document
from tests.server.dossiers.hostile import CPU_S, FILES, MB
from tests.server.dossiers.tables import HANAM, NOW

ROOT = Path(__file__).parents[3]

MEMORY_MB = 200


def test_hostile_files_are_refused_before_they_cost_anything() -> None:
    """Bytes that were unpacked and the peak of memory are counted; the kernel counts the processor's time."""
    words = [sys.executable, "-m", "tests.server.dossiers.hostile"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        assert reader.stdin is not None and reader.stdout is not None
        for make in FILES.values():
            data = make()
            reader.stdin.write(f"{len(data)}\n".encode() + data)
            reader.stdin.flush()
        reader.stdin.close()
        found = json.loads(reader.stdout.read())
    assert reader.returncode == 0
    assert {name: key for name, (key, _) in found["told"].items()} == {
        name: name.partition(" ")[0] for name in FILES
    }
    read = {name for name, (_, size) in found["told"].items() if size > 20 * MB}
    assert read == {"too-many-tags outside", "too-many-tags texts", "too-many-rows book"}, (
        "counted as they come"
    )
    assert found["peak"] < MEMORY_MB


@pytest.mark.parametrize("name", ["too-many-rows good", "too-many-rows book"])
@pytest.mark.parametrize("door", ["child", "command"])
def test_the_worst_of_them_cost_each_door_little(tmp_path: Path, name: str, door: str) -> None:
    """The whole process, from its first line to its last."""
    (tmp_path / "file").write_bytes(FILES[name]())
    (tmp_path / "hall.json").write_bytes(msgspec.json.encode(load_document(HANAM / "hall.toml")))
    settings = ('program = "server"', f'hall = "{HANAM}/hall.toml"', f'data = "{tmp_path}"')
    (tmp_path / "server.toml").write_text("\n".join(settings), encoding="utf-8")
    task = msgspec.json.encode(Task("preview", token="token", known_at=NOW, now=NOW)).decode()
    words = {
        "child": ["server.dossiers.child", str(tmp_path / "hall.json"), str(tmp_path), task],
        "command": ["motcua", "dossiers", str(tmp_path / "server.toml"), str(tmp_path / "file")],
    }
    with (tmp_path / "file").open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-S", "-m", "tests.server.dossiers.costs", sys.executable, "-m", *words[door]],
            stdin=file,
            capture_output=True,
            cwd=ROOT,
            check=True,
        )
    told = json.loads(done.stderr.splitlines()[-1])
    if door == "child":
        assert msgspec.json.decode(done.stdout, type=Report).problem == name.partition(" ")[0]
    assert told["status"] == (0 if door == "child" else REFUSED), done.stderr
    assert told["cpu_s"] < CPU_S and told["mb"] < MEMORY_MB
