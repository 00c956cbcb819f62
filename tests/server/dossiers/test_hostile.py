"""Files that want to hurt: refused by what they claim, before they have cost anything."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.server.dossiers.hostile import FILES, MB

MEMORY_MB = 200


def test_hostile_files_are_refused_before_they_cost_anything() -> None:
    """Bytes that were unpacked and the peak of memory are counted; time is what these two leave none for."""
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
    read = {name: size for name, (_, size) in found["told"].items() if size > 12 * MB}
    assert read.keys() == {"too-many-tags outside"}, "tags are counted as they come"
    assert found["peak"] < MEMORY_MB
