"""docs/api.md says what is so: its commands run against a real server as they stand."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from server.happenings import TYPES
from server.people.rights import Right
from server.web.api import A_MINUTE
from server.web.serving import WebServer
from server.web.tokens_page import SCOPES
from tests.web.place import Place
from tests.web.programs import program

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
COMMANDS = [block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S) if "curl" in block]


def test_the_commands_run_and_answer_as_it_says(place: Place) -> None:
    asks = program(place, *Right)
    server = WebServer(place.app, "127.0.0.1", 0)
    thread = server.start()
    said = []
    try:
        for block in COMMANDS:
            done = subprocess.run(
                ["sh", "-c", block],
                cwd=ROOT,
                env={"HALL": f"http://127.0.0.1:{server.port}", "TOKEN": asks.key, "PATH": "/usr/bin:/bin"},
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert done.returncode in (0, 28), done.stderr  # 28: the stream's time was over
            said.append(done.stdout)
    finally:
        server.stop()
        thread.join()
    me, ticket, tickets, pressed, seen, refused, stream, hook = said
    assert json.loads(me)["name"] == f"token:{asks.id}"
    number = json.loads(ticket)["number"]
    assert [row["number"] for row in json.loads(tickets)["tickets"]] == [number]
    assert f'"number":"{number}","state":"called"' in pressed
    assert json.loads(seen)["token"] and json.loads(seen)["changes"]["new"] == json.loads(seen)["rows"]
    shown = re.search(r"```json\n(.*?)```", PAGE, re.S)
    assert shown is not None and json.loads(refused) == json.loads(shown[1])
    assert re.findall(r"^event: (.+)$", stream, re.M) == ["issued", "called"]
    assert json.loads(hook)["secret"].startswith("whsec_")


def test_the_words_and_figures_are_those_of_the_program() -> None:
    assert all(f"`{scope.value}`" in PAGE for scope in SCOPES)
    assert all(f"`{type}`" in PAGE for type in TYPES)
    assert f"{A_MINUTE} times a minute" in PAGE
