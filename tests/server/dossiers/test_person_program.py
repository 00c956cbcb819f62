"""The command says what the page says, and takes no number as an argument."""

from __future__ import annotations

import io
import json
import os
from contextlib import closing
from pathlib import Path

import pytest

import motcua
from server.dossiers import sources
from server.dossiers.applicants import Applicant, open_seals
from server.dossiers.bringing import Brought, Delivery
from server.dossiers.folders import DONE, FOLDER, make
from server.dossiers.mapping import Mapping, Source
from server.dossiers.register import Dossier
from server.dossiers.status import Status
from server.dossiers.store import open_dossiers
from server.people.audit import Wanted, open_audit
from server.store import Store, sqlite_url
from tests.server.dossiers.tables import HANAM, NOW, ZONE

CODE, NUMBER, NAME = "H42.13-261109-0118", "035088001234", "Nguyễn Thị Không Quên"


@pytest.fixture
def server(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    Store(sqlite_url(data / "hall.db")).close()
    with closing(open_dossiers(data, ZONE)) as store:
        who = Applicant(name=NAME, phone="0912345678", id_seal=open_seals(data).of_id(NUMBER))
        some = Brought(Dossier(CODE, "justice", "x", Status.PROCESSING, NOW), applicant=who)
        store.bring([some], Delivery(NOW, "test"), NOW)
    file = tmp_path / "server.toml"
    file.write_text(f'program = "server"\nhall = "{HANAM / "hall.toml"}"\ndata = "{data}"\n')
    return file


def told(server: Path, monkeypatch: pytest.MonkeyPatch, typed: str, *words: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    monkeypatch.setattr("sys.argv", ["motcua", "person", str(server), *words])
    return int(motcua.main())


def test_a_person_is_told_exported_and_deleted(
    server: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert told(server, monkeypatch, f"{NUMBER}\n", "--by", "number") == 0
    assert json.loads(capsys.readouterr().out)[0]["person"]["name"] == NAME
    file = tmp_path / "held.pdf"
    assert told(server, monkeypatch, "0912345678\n", "--by", "phone", "--export", str(file)) == 0
    assert file.read_bytes().startswith(b"%PDF") and os.stat(file).st_mode & 0o077 == 0
    assert told(server, monkeypatch, f"{CODE}\nno\n", "--by", "code", "--forget", "asked") == 2
    capsys.readouterr()
    assert told(server, monkeypatch, f"{CODE}\nyes\n", "--by", "code", "--forget", "asked") == 0
    assert "inbox" not in capsys.readouterr().err, "no file lies there"
    assert told(server, monkeypatch, f"{NUMBER}\n", "--by", "number") == 1
    assert told(server, monkeypatch, "nobody\n", "--by", "number") == 2
    with closing(open_audit(tmp_path / "data" / "audit.db")) as audit:
        entries = audit.entries(Wanted(), 20)
    assert [e.what for e in entries].count("persons.forgotten") == 1
    data = tmp_path / "data"
    with closing(open_dossiers(data, ZONE)) as store, store.writing() as db:
        sources.save(db, Source("portal", "Cổng", Mapping(folder=True, keep_days=17)), "test", NOW)
    (make(data / FOLDER, "portal") / DONE / "a.csv").write_text(NAME)
    again = "--by", "code", "--forget", "asked", "--yes"
    for lang, words in (("vi", "inbox/portal/done và refused"), ("en", "17 days after")):
        assert told(server, monkeypatch, f"{CODE}\n", *again, "--lang", lang) == 0
        said = capsys.readouterr().err
        assert words in said and "Cổng" in said and "17" in said
    assert not any(text in str(entries) for text in (NUMBER, NAME, "0912345678"))
