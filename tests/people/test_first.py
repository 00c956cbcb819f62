"""The first start of a real server, the first administrator, and the command that checks the audit."""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.web.place import HANAM, csrf_of

MOTCUA = [sys.executable, str(Path(__file__).parents[2] / "motcua.py")]
PASSWORD = "bon-con-ga-trong"


def settings(folder: Path) -> tuple[Path, str]:
    """A server's file, and where its pages are."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        http = f"127.0.0.1:{probe.getsockname()[1]}"
    hall = folder / "hall.toml"
    text = re.sub(r"(?m)^url *=.*$", f'url = "http://{http}"', HANAM.read_text(encoding="utf-8"), count=1)
    hall.write_text(text, encoding="utf-8")
    for beside in HANAM.parent.iterdir():
        if beside.is_dir():
            shutil.copytree(beside, folder / beside.name)
    file = folder / "server.toml"
    file.write_text(f'hall = "{hall}"\ndata = "{folder / "data"}"\nhttp = "{http}"\n', encoding="utf-8")
    return file, f"http://{http}"


class Browser:
    def __init__(self) -> None:
        self._jar = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar)).open

    def get(self, url: str) -> tuple[int, str]:
        return self._ask(url, None)

    def post(self, url: str, page: str, **told: str) -> tuple[int, str]:
        return self._ask(url, urllib.parse.urlencode({"csrf": csrf_of(page), **told}).encode())

    def _ask(self, url: str, body: bytes | None) -> tuple[int, str]:
        try:
            with self._open(url, body, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


class Server:
    def __init__(self, file: Path) -> None:
        self._process = subprocess.Popen(
            [*MOTCUA, "server", str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "MOTCUA_PARENT": str(os.getpid()), "MOTCUA_LOG": "info"},
        )

    def until_ready(self) -> str:
        """What the log said until the pages were there."""
        assert self._process.stderr is not None
        said = ""
        for line in self._process.stderr:
            said += line
            if "ready http=" in line:
                return said
        raise AssertionError(said)

    def end(self) -> str:
        """What was printed."""
        self._process.send_signal(signal.SIGTERM)
        out, _ = self._process.communicate(timeout=60)
        assert self._process.returncode == 0
        return out

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def links(text: str) -> list[str]:
    return re.findall(r"http://\S+/first/[\w-]+", text)


def check(data: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MOTCUA, "audit", str(data), *more], capture_output=True, text=True, timeout=60)


@pytest.fixture
def start() -> Iterator[Callable[[Path], Server]]:
    started: list[Server] = []

    def one(file: Path) -> Server:
        started.append(Server(file))
        return started[-1]

    yield one
    for server in started:
        server.kill()


def test_the_first_administrator_is_made_behind_a_link_that_is_printed_at_the_start(
    tmp_path: Path, start: Callable[[Path], Server]
) -> None:
    file, base = settings(tmp_path)
    hall = tmp_path / "hall.toml"
    hall.write_text(hall.read_text(encoding="utf-8").replace(base, "http://so.example"), encoding="utf-8")
    server = start(file)
    link, public = links(server.until_ready())
    assert public == link.replace(base, "http://so.example"), "here, and as others reach it"
    browser = Browser()
    status, page = browser.get(link)
    assert status == 200 and "Tạo người quản trị đầu tiên" in page
    for name, password, again in (("goc", "matkhau2026", "matkhau2026"), ("goc", PASSWORD, "other")):
        status, page = browser.post(link, page, name=name, password=password, again=again)
        assert status == 422 and 'value="goc"' in page
    status, page = browser.post(link, page, name="goc", password=PASSWORD, again=PASSWORD)
    assert status == 200 and "Quản trị · Mọi trung tâm" in page
    assert Browser().get(link)[0] == 404
    printed = server.end()
    assert links(printed) == [link, public]
    with sqlite3.connect(tmp_path / "data" / "accounts.db") as db:
        kept = "".join(db.iterdump())
    db.close()
    assert link.rpartition("/")[2] not in kept and PASSWORD not in kept
    second = start(file)
    assert links(second.until_ready()) == []
    assert Browser().get(f"{base}/healthz")[0] == 200
    assert links(second.end()) == []

    found = check(tmp_path / "data")
    assert found.returncode == 0, found.stdout + found.stderr
    seal = re.search(r"last seal is ([0-9a-f]{64})", found.stdout)
    assert seal is not None
    assert check(tmp_path / "data", "--seal", seal[1]).returncode == 0
    assert check(tmp_path / "data", "--seal", "0" * 64).returncode == 1
    with sqlite3.connect(tmp_path / "data" / "audit.db") as db:
        db.execute("DROP TRIGGER audit_keeps")
        db.execute("UPDATE audit SET who = 'nobody' WHERE seq = 2")
    db.close()
    found = check(tmp_path / "data")
    assert found.returncode == 1 and "BROKEN: row 2 of" in found.stdout
    assert check(tmp_path).returncode == 2


@pytest.mark.parametrize("damage", ["cut", "nonsense"])
def test_a_list_that_is_no_database_any_more_is_told(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "audit.db"
    file.write_bytes(b"SQLite format 3\0" + b"\xff" * 4000 if damage == "cut" else b"nonsense" * 500)
    found = check(tmp_path)
    assert found.returncode == 1 and "cannot be read" in found.stderr
